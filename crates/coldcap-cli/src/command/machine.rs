//! The virtual machine for host programs: on a socket, a WebSocket, or a pseudo terminal.
//!
//! A driver that greets with the lane's greeting grants virtual time to a machine of its own, step by step. Every other
//! client is a host of the one machine that runs here by the wall clock, from the beginning, whoever listens.

use super::{inputs, keys};
use crate::arguments::Serve;
use crate::failure::Failure;
use crate::host_key::random;
use crate::machine::door::{Caller, Door, Guest};
use crate::machine::live::{self, gone};
use crate::machine::remote::truth_bytes;
use crate::machine::settings;
use coldcap::lane::{GREETING, REPLY_LENGTH, Reply, STEP_LENGTH, Step};
use coldcap_host::connection::Carrier;
use coldcap_sim::{Equipment, FaultSchedule, Machine, PatientParameters, Rig};
use coldcap_units::Instant;
use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::mpsc;

/// Within what time a driver has said its greeting.
const GREETS_WITHIN: Duration = Duration::from_secs(10);

type VirtualRig = Rig<settings::Machine>;

/// A machine as the command line describes it.
#[derive(Clone)]
struct Described {
    patient: PatientParameters,
    seed: u64,
    faults: FaultSchedule,
    equipment: Equipment,
}

impl Described {
    fn read(options: &Serve) -> Result<Self, Failure> {
        let patient = inputs::patient(options.patient.as_deref())?;
        let faults = inputs::plant_faults(&options.fault)?;
        Ok(Self { patient, seed: options.seed, faults, equipment: equipment(options)? })
    }

    fn rig(&self, equipment: &Equipment) -> Result<VirtualRig, Failure> {
        let device = settings::device();
        let mut rig = Rig::new(device, self.patient, self.seed, self.faults.clone())?;
        rig.equip(equipment)?;
        Ok(rig)
    }
}

/// The keys of the machine. The randomness of a key that follows from the seed does so, too.
fn equipment(options: &Serve) -> Result<Equipment, Failure> {
    if options.unsecured {
        return Ok(Equipment::unsecured(options.seed));
    }
    let equipment = Equipment::keyed(options.seed);
    match &options.keys {
        Some(path) => Ok(equipment.with_keys(keys::read(path)?, *random()?.expose())),
        None => Ok(equipment),
    }
}

pub(crate) fn run(options: &Serve) -> Result<(), Failure> {
    let described = Described::read(options)?;
    let speed = inputs::speed(Some(options.speed))?.unwrap_or(1.0);
    Builder::new_current_thread().enable_all().build()?.block_on(serve(options, described, speed))
}

async fn serve(options: &Serve, described: Described, speed: f64) -> Result<(), Failure> {
    let mut door = Door::open(&options.listen).await?;
    let over = described.equipment.clone().over(door.transport());
    let mut machine = described.rig(&over)?;
    writeln!(io::stdout(), "listening on {door}")?;
    io::stdout().flush()?;
    let (lines, coming) = mpsc::channel(1);
    let (ends, ended) = mpsc::channel(1);
    tokio::select! {
        failed = live::run(&mut machine, speed, coming, ends.clone()) => Ok(failed?),
        failed = admit(&mut door, &described, lines, ends) => failed,
        last = watch(ended, options.once) => last,
    }
}

/// Says how each connection ended, and ends itself where one is enough.
async fn watch(mut ended: mpsc::Receiver<Result<(), Failure>>, once: bool) -> Result<(), Failure> {
    while let Some(end) = ended.recv().await {
        match end {
            Ok(()) | Err(Failure::Closed) => eprintln!("a connection ended"),
            Err(failure) if once => return Err(failure),
            Err(failure) => eprintln!("a connection ended: {failure}"),
        }
        if once {
            return Ok(());
        }
    }
    Ok(())
}

/// Lets in who comes, each by itself: one that says nothing keeps nobody waiting.
async fn admit(
    door: &mut Door,
    described: &Described,
    lines: mpsc::Sender<Box<dyn Carrier>>,
    ends: mpsc::Sender<Result<(), Failure>>,
) -> Result<(), Failure> {
    loop {
        let caller = door.next().await?;
        let (described, lines, ends) = (described.clone(), lines.clone(), ends.clone());
        tokio::spawn(async move {
            if let Some(end) = receive(caller, described, lines).await {
                let _ = ends.send(end).await;
            }
        });
    }
}

/// How the connection ended; `None` of a host's, which goes on.
async fn receive(
    caller: Caller,
    described: Described,
    lines: mpsc::Sender<Box<dyn Carrier>>,
) -> Option<Result<(), Failure>> {
    match caller.greet().await {
        Ok(Some(Guest::Host(line))) => lines.send(line).await.err().map(|_| Ok(())),
        Ok(Some(Guest::Driver(stream))) => {
            let granted = tokio::task::spawn_blocking(move || grant(stream, &described));
            granted.await.ok()
        }
        Ok(None) => Some(Ok(())),
        Err(failure) => Some(Err(failure)),
    }
}

/// Time is granted by the driver.
fn grant(mut stream: TcpStream, described: &Described) -> Result<(), Failure> {
    let mut greeting = [0; GREETING.len()];
    stream.set_read_timeout(Some(GREETS_WITHIN))?;
    stream.read_exact(&mut greeting).map_err(gone)?;
    if greeting != GREETING {
        return Err(Failure::Wrong("the greeting is not that of the step lane".into()));
    }
    // Whoever grants time may take as long as he likes.
    stream.set_read_timeout(None)?;
    granted(stream, described.rig(&described.equipment)?)
}

fn granted(mut stream: TcpStream, mut rig: VirtualRig) -> Result<(), Failure> {
    let mut step = [0; STEP_LENGTH];
    let mut reply = [0; REPLY_LENGTH];
    let mut last = Instant::ZERO;
    loop {
        stream.read_exact(&mut step).map_err(gone)?;
        match Step::decode(&step).map_err(|error| Failure::Wrong(error.to_string()))? {
            Step::Tick { now, link, .. } => {
                last = now;
                let tick = rig.tick(now, link)?;
                let truth = truth_bytes(tick.truth);
                let parts = Reply {
                    tick_input: tick.tick_input,
                    outputs: tick.outputs,
                    link: tick.link,
                    truth: &truth,
                };
                parts.encode(&mut reply).map_err(|error| Failure::Wrong(error.to_string()))?;
                stream.write_all(&reply).map_err(gone)?;
            }
            Step::Restart { gap } => rig.cut_power(last, gap.unwrap_or_default())?,
            Step::End => return Ok(()),
            // Who grants time does not hand out keys.
            Step::Equip { .. } => return Err(Failure::Wrong("the machine has its keys".into())),
        }
    }
}
