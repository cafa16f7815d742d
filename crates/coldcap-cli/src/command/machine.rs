//! The virtual machine for host programs: on a socket, a WebSocket, or a pseudo terminal.
//!
//! A driver that greets with the lane's greeting grants virtual time to a machine of its own, step by step. Every other
//! client is a host of the one machine that runs here by the wall clock, whoever listens: from power-up, or from where
//! `--start-at` has brought it.

mod fault_door;
mod jump;
mod operator;
pub(crate) mod place;
mod script;

use super::{inputs, keys, reach};
use crate::arguments::Serve;
use crate::failure::Failure;
use crate::host_key::random;
use crate::machine::door::{Caller, Door, Guest};
use crate::machine::live::{self, LINES_MAXIMUM, Ticking, gone};
use crate::machine::remote::truth_bytes;
use crate::machine::settings::{self, VirtualStation};
use coldcap::TICK;
use coldcap::lane::{GREETING, REPLY_LENGTH, Reply, STEP_LENGTH, Step};
use coldcap_host::connection::Carrier;
use coldcap_host::plan::PlanFile;
use coldcap_sim::{Equipment, FaultSchedule, Machine, MachineParameters, PatientParameters, Rig};
use coldcap_units::{Duration as Span, Instant};
use core::array;
use core::time::Duration;
use fault_door::{FaultDoor, Wanted};
use jump::Brought;
use operator::Operator;
use place::Place;
use script::Script;
use serde_json::json;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// So many faults wait for a machine whose power is away.
const FAULTS_AT_ONCE: usize = 16;
/// Within what time a driver has said its greeting.
const GREETS_WITHIN: Duration = Duration::from_secs(10);

type VirtualRig = Rig<coldcap::Device<1>>;
/// The line of which door, and what carries its bytes.
type Lines = mpsc::Sender<(usize, Box<dyn Carrier>)>;

/// A machine as the command line describes it.
#[derive(Clone)]
struct Described {
    patients: Vec<PatientParameters>,
    seed: u64,
    faults: FaultSchedule,
    equipment: Equipment,
    channels: u8,
    places: Vec<Place>,
    plan: PlanFile,
    script: Script,
    speed: f64,
    json: bool,
    /// Another one with each start of the program, as of a machine that counts its starts.
    boot: u32,
}

impl Described {
    fn read(options: &Serve) -> Result<Self, Failure> {
        let channels = options.channels;
        at_most("--listen", options.listen.len(), LINES_MAXIMUM)?;
        at_most("--patient", options.patient.len(), channels.into())?;
        let patients = options.patient.iter().map(|path| inputs::patient(Some(path)));
        Ok(Self {
            patients: patients.collect::<Result<_, _>>()?,
            seed: options.seed,
            faults: inputs::machine_faults(&options.fault)?,
            equipment: equipment(options)?,
            channels,
            places: Place::parse_all(&options.start_at, channels)?,
            plan: inputs::plan_file(options.plan.as_deref())?,
            script: Script::read(options.script.as_deref(), channels)?,
            speed: inputs::speed(Some(options.speed))?.unwrap_or(1.0),
            json: options.json,
            boot: reach::boot()?,
        })
    }

    fn patient(&self, channel: usize) -> PatientParameters {
        self.patients.get(channel).copied().unwrap_or_else(PatientParameters::standard)
    }

    /// What a driver of the step lane has to itself.
    fn rig(&self) -> Result<VirtualRig, Failure> {
        let mut rig = Rig::in_process(self.patient(0), self.seed, self.faults.clone())?;
        rig.equip(&self.equipment)?;
        Ok(rig)
    }

    /// The machine at power-up, with a line for each door.
    fn station<const CHANNELS: usize>(
        &self,
        doors: &[Door],
    ) -> Result<VirtualStation<CHANNELS>, Failure> {
        let patients = array::from_fn(|channel| self.patient(channel));
        let machine = MachineParameters::standard();
        let first = (self.seed, settings::new());
        let mut station =
            VirtualStation::with_settings(machine, patients, first, self.faults.clone())?
                .with_boot(self.boot);
        for door in doors {
            station.open_line(&self.equipment.clone().over(door.transport()))?;
        }
        Ok(station)
    }

    /// The machine where it begins to run by the wall clock.
    fn running<const CHANNELS: usize>(&self, doors: &[Door]) -> Result<Running<CHANNELS>, Failure> {
        let build = || self.station(doors);
        let Brought { mut station, now } = match self.places.is_empty() {
            true => Brought { station: build()?, now: Instant::ZERO },
            false => jump::bring(build, &self.places, &self.plan)?,
        };
        let operator = Operator::new(self.script.clone(), &mut station, now)?;
        Ok(Running { station, now, operator, doors: doors.len(), dark: false, wanted: None })
    }
}

fn at_most(option: &str, given: usize, most: usize) -> Result<(), Failure> {
    match given > most {
        true => Err(Failure::Input(format!("{option}: given {given} times: allowed is {most}"))),
        false => Ok(()),
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

/// The machine that hosts come to, and who does at it what the script says.
struct Running<const CHANNELS: usize> {
    station: VirtualStation<CHANNELS>,
    now: Instant,
    operator: Operator,
    doors: usize,
    /// The power was away: what was said meanwhile, nobody has heard.
    dark: bool,
    /// What somebody breaks by hand.
    wanted: Option<mpsc::Receiver<Wanted>>,
}

impl<const CHANNELS: usize> Running<CHANNELS> {
    fn break_what_is_wanted(&mut self) {
        let Some(wanted) = &mut self.wanted else { return };
        while let Ok(fault) = wanted.try_recv() {
            self.station.plant_fault(fault.from(self.now));
        }
    }
}

impl<const CHANNELS: usize> Ticking for Running<CHANNELS> {
    fn tick(&mut self, heard: [&[u8]; LINES_MAXIMUM]) -> Result<Option<Span>, Failure> {
        self.now = self.now.plus(TICK);
        let now = self.now;
        self.break_what_is_wanted();
        let heard = if self.dark { [&[][..]; LINES_MAXIMUM] } else { heard };
        let hosts = heard.into_iter().take(self.doors);
        let heard: Vec<&[u8]> = hosts.chain(self.operator.speak(now)).collect();
        self.station.tick(now, &heard);
        self.operator.listen(now, &self.station);
        let gap = self.station.lose_power(now);
        self.dark = gap.is_some();
        self.now = now.plus(gap.unwrap_or_default());
        Ok(gap)
    }

    fn sent(&self, line: usize) -> &[u8] {
        if line < self.doors { self.station.sent(line) } else { &[] }
    }
}

pub(crate) fn run(options: &Serve) -> Result<(), Failure> {
    let described = Described::read(options)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut doors = Vec::new();
        for listen in &options.listen {
            doors.push(Door::open(listen).await?);
        }
        let faults = match options.fault_door {
            Some(address) => Some(FaultDoor::open(address).await?),
            None => None,
        };
        let doors = (doors, faults);
        match options.channels {
            1 => serve(described.running::<1>(&doors.0)?, described, doors, options.once).await,
            _ => serve(described.running::<2>(&doors.0)?, described, doors, options.once).await,
        }
    })
}

/// Says where it listens, on standard output.
fn announce(doors: &[Door], faults: Option<&FaultDoor>, json: bool) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for door in doors {
        match json {
            true => writeln!(out, "{}", json!({ "listening": door.to_string() }))?,
            false => writeln!(out, "listening on {door}")?,
        }
    }
    if let Some(address) = faults.map(FaultDoor::address).transpose()? {
        match json {
            true => writeln!(out, "{}", json!({ "faults": address.to_string() }))?,
            false => writeln!(out, "faults at {address}")?,
        }
    }
    Ok(out.flush()?)
}

async fn serve<const CHANNELS: usize>(
    mut machine: Running<CHANNELS>,
    described: Described,
    (doors, faults): (Vec<Door>, Option<FaultDoor>),
    once: bool,
) -> Result<(), Failure> {
    announce(&doors, faults.as_ref(), described.json)?;
    let (lines, coming) = mpsc::channel(1);
    let (ends, ended) = mpsc::channel(1);
    let speed = described.speed;
    let mut porters = JoinSet::new();
    if let Some(door) = faults {
        let (wanted, breaks) = mpsc::channel(FAULTS_AT_ONCE);
        machine.wanted = Some(breaks);
        porters.spawn(door.admit(described.channels, wanted));
    }
    for (number, door) in doors.into_iter().enumerate() {
        porters.spawn(admit(door, number, described.clone(), lines.clone(), ends.clone()));
    }
    tokio::select! {
        failed = live::run(&mut machine, speed, coming, ends) => failed,
        Some(failed) = porters.join_next() => failed.map_err(|error| Failure::Io(error.to_string()))?,
        last = watch(ended, once) => last,
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
    mut door: Door,
    number: usize,
    described: Described,
    lines: Lines,
    ends: mpsc::Sender<Result<(), Failure>>,
) -> Result<(), Failure> {
    loop {
        let caller = door.next().await;
        let (described, lines, ends) = (described.clone(), lines.clone(), ends.clone());
        tokio::spawn(async move {
            if let Some(end) = receive(caller, number, described, lines).await {
                let _ = ends.send(end).await;
            }
        });
    }
}

/// How the connection ended; `None` of a host's, which goes on.
async fn receive(
    caller: Caller,
    number: usize,
    described: Described,
    lines: Lines,
) -> Option<Result<(), Failure>> {
    match caller.greet().await {
        Ok(Some(Guest::Host(line))) => lines.send((number, line)).await.err().map(|_| Ok(())),
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
    if described.channels > 1 {
        return Err(Failure::Wrong("the step lane has one channel: use --channels 1".into()));
    }
    // Whoever grants time may take as long as he likes.
    stream.set_read_timeout(None)?;
    granted(stream, described.rig()?)
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
