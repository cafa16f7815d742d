//! The virtual machine on a socket.
//!
//! A driver that greets with the lane's greeting grants virtual time, step by step. Any other client
//! speaks the bare protocol, and time runs by the wall clock.

use super::{inputs, keys};
use crate::arguments::Serve;
use crate::failure::Failure;
use crate::host_key::random;
use crate::machine::remote::truth_bytes;
use coldcap::TICK;
use coldcap::lane::{GREETING, LINK_IN_MAXIMUM, REPLY_LENGTH, Reply, STEP_LENGTH, Step};
use coldcap_sim::{Equipment, Machine, Rig};
use coldcap_units::Instant;
use coldcap_wire::security::Transport;
use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant as WallInstant;

/// Within what time a client says its first words.
const GREETS_WITHIN: Duration = Duration::from_secs(10);
/// A client that says nothing for so long is gone: a host lets hear of itself once a second.
const GONE_AFTER: Duration = Duration::from_secs(60);

type VirtualRig = Rig<coldcap::Device<1>>;

pub(crate) fn run(options: &Serve) -> Result<(), Failure> {
    let patient = inputs::patient(options.patient.as_deref())?;
    let faults = inputs::plant_faults(&options.fault)?;
    let speed = inputs::speed(Some(options.speed))?.unwrap_or(1.0);
    let equipment = equipment(options)?;
    let address = inputs::address("--listen", &options.listen)?;
    let listener = TcpListener::bind(address)
        .map_err(|error| Failure::Io(format!("--listen: {address}: {error}")))?;
    writeln!(io::stdout(), "listening on tcp:{}", listener.local_addr()?)?;
    io::stdout().flush()?;
    loop {
        let (stream, peer) = listener.accept()?;
        let rig = Rig::in_process(patient, options.seed, faults.clone())?;
        match serve(stream, rig, &equipment, speed) {
            Ok(()) | Err(Failure::Closed) => eprintln!("{peer}: ended"),
            Err(failure) if options.once => return Err(failure),
            Err(failure) => eprintln!("{peer}: {failure}"),
        }
        if options.once {
            return Ok(());
        }
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

fn serve(
    mut stream: TcpStream,
    mut rig: VirtualRig,
    equipment: &Equipment,
    speed: f64,
) -> Result<(), Failure> {
    stream.set_nodelay(true)?;
    let mut first = [0; 1];
    // A client that says nothing must not keep the machine from the others.
    stream.set_read_timeout(Some(GREETS_WITHIN))?;
    if stream.peek(&mut first).map_err(gone)? == 0 {
        return Ok(());
    }
    if first[0] == GREETING[0] {
        let mut greeting = [0; GREETING.len()];
        stream.read_exact(&mut greeting).map_err(gone)?;
        if greeting != GREETING {
            return Err(Failure::Wrong("the greeting is not that of the step lane".into()));
        }
        // Whoever grants time may take as long as he likes.
        stream.set_read_timeout(None)?;
        rig.equip(equipment)?;
        return granted(stream, rig);
    }
    rig.equip(&equipment.clone().over(Transport::Tcp))?;
    by_the_clock(stream, rig, speed)
}

/// Time is granted by the driver.
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

/// Time runs by the wall clock; the client speaks the bare protocol.
fn by_the_clock(mut stream: TcpStream, mut rig: VirtualRig, speed: f64) -> Result<(), Failure> {
    stream.set_nonblocking(true)?;
    let period = Duration::from_secs_f64(f64::from(TICK.as_millis()) / 1_000.0 / speed);
    let mut due = WallInstant::now();
    let mut now = Instant::ZERO;
    let mut heard = due;
    let mut incoming = [0; LINK_IN_MAXIMUM];
    loop {
        now = now.plus(TICK);
        due += period;
        std::thread::sleep(due.saturating_duration_since(WallInstant::now()));
        let received = match stream.read(&mut incoming) {
            Ok(0) => return Ok(()),
            Ok(received) => {
                heard = WallInstant::now();
                received
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(error) => return Err(gone(error)),
        };
        if heard.elapsed() > GONE_AFTER {
            return Err(Failure::Io("the client says nothing".into()));
        }
        let tick = rig.tick(now, incoming.get(..received).unwrap_or_default())?;
        write_patiently(&mut stream, tick.link)?;
    }
}

/// A reader that is too slow loses its connection, never the machine its time.
fn write_patiently(stream: &mut TcpStream, mut bytes: &[u8]) -> Result<(), Failure> {
    let start = WallInstant::now();
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if start.elapsed() > Duration::from_secs(5) {
                    return Err(Failure::Io("the client does not read".into()));
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(error) => return Err(gone(error)),
        }
    }
    Ok(())
}

/// A client may leave at any time, and however it likes.
fn gone(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => Failure::Closed,
        _ => error.into(),
    }
}
