//! How long it takes to index and to decode a recording of 24 hours of two channels at ten ticks a second, each tick with
//! the status of both channels and of the machine: once as a device writes it, with its ticks, and once as a host heard it.
//!
//! It prints seconds, once each, from a file that was written just before: of the wall clock, and of the processor, which is
//! what counts where others use the machine, too.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap_host::capture::{
    Direction, Heard, HeardAt, Origin, Packet, TickReader, Verdict, Writer,
};
use coldcap_host::playback::Playback;
use coldcap_units::Instant;
use coldcap_wire::message::{AnyMessage, ChannelStatus, MachineStatus, Message, Value};
use coldcap_wire::packet::Header;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Instant as WallInstant;

const A_DAY: u64 = 24 * 3_600 * 10;
/// Ten minutes: enough to see that it works.
const A_TRY: u64 = 600 * 10;
/// What a tick of two channels takes in the canonical form.
const INPUTS: usize = 300;
const OUTPUTS: usize = 420;

/// The same numbers each time, from which everything that wavers is taken.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// The shortest body of a message, all zero, read.
fn zero<M: Message>() -> M {
    (0..256).find_map(|length| M::decode(&vec![0; length]).ok()).unwrap()
}

/// One machine's reports, a tick after the other.
struct Reports {
    noise: Noise,
    number: u32,
    channel: ChannelStatus,
    machine: MachineStatus,
}

impl Reports {
    fn new() -> Self {
        Self { noise: Noise(7), number: 0, channel: zero(), machine: zero() }
    }

    fn value(&mut self, about: i32) -> Value {
        let value = about + (self.noise.next() % 64) as i32;
        Value { value, fault: 0, age_ms: 100 }
    }

    fn packet(&mut self, message: &AnyMessage, out: &mut Vec<u8>) {
        let described = message.describe();
        let (kind, endpoint) = (described.kind, described.id.unwrap());
        self.number += 1;
        let header = Header { kind, secured: true, endpoint, number: self.number };
        let mut body = [0; 256];
        let length = message.encode(&mut body).unwrap();
        out.clear();
        out.extend_from_slice(&header.to_bytes());
        out.extend_from_slice(&body[..length]);
    }

    fn each(&mut self, tick: u64, mut put: impl FnMut(&[u8])) {
        let at_ms = (tick + 1) * 100;
        let mut out = Vec::new();
        for channel in [0, 1] {
            let status = ChannelStatus {
                seq: tick as u16,
                at_ms,
                channel,
                phase: 4,
                elapsed_ms: at_ms as u32,
                target_mc: -4_000,
                targets_valid: 3,
                supply: self.value(-4_000),
                returned: self.value(-3_000),
                front: self.value(3_000),
                rear: self.value(3_200),
                safety: self.value(2_900),
                skin: self.value(19_000),
                flow: self.value(1_500),
                pump_permille: 500 + (self.noise.next() % 16) as u16,
                valve_permille: 700 + (self.noise.next() % 16) as u16,
                ..self.channel
            };
            self.packet(&status.into(), &mut out);
            put(&out);
        }
        let (tank, evaporator) = (self.value(-8_000), self.value(-11_000));
        let progress = (tick % 65_535) as u16 + 1;
        let machine = MachineStatus { at_ms, tank, evaporator, progress, ..self.machine };
        self.packet(&machine.into(), &mut out);
        put(&out);
    }
}

/// Changes some sixty bytes of a tick, in groups, as readings and times do.
fn waver(noise: &mut Noise, string: &mut [u8], groups: usize) {
    for _ in 0..groups {
        let at = (noise.next() as usize % (string.len() / 8)) * 8;
        let word = noise.next().to_le_bytes();
        string[at..at + 3].copy_from_slice(&word[..3]);
    }
}

fn of_a_device(path: &PathBuf, count: u64) {
    let mut writer = Writer::new(File::create(path).unwrap(), Origin::Simulated, 2).unwrap();
    let (mut reports, mut noise) = (Reports::new(), Noise(11));
    let (mut inputs, mut outputs) = (vec![0; INPUTS], vec![0; OUTPUTS]);
    for tick in 0..count {
        waver(&mut noise, &mut inputs, 10);
        waver(&mut noise, &mut outputs, 10);
        writer.tick(&inputs, &outputs).unwrap();
        reports.each(tick, |bytes| {
            let (direction, verdict) = (Direction::ToHost, Verdict::Verified);
            writer.packet(&Packet { tick, direction, verdict, bytes }).unwrap();
        });
    }
    writer.finish(0).unwrap();
}

fn of_a_host(path: &PathBuf, count: u64) {
    let mut writer = Writer::new(File::create(path).unwrap(), Origin::Simulated, 2).unwrap();
    let mut reports = Reports::new();
    for tick in 0..count {
        let at_ms = (tick + 1) * 100;
        reports.each(tick, |bytes| {
            let heard = Heard::Packet { verdict: Verdict::Verified, bytes };
            writer.heard(&HeardAt { at_ms, heard }).unwrap();
        });
    }
    writer.finish(0).unwrap();
}

/// How long this thread has run on a processor, in seconds, where the system tells.
fn on_processor() -> Option<f64> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(told.split_ascii_whitespace().next()?.parse::<f64>().ok()? / 1e9)
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (began, ran) = (WallInstant::now(), on_processor());
    let done = work();
    let seconds = began.elapsed().as_secs_f64();
    match on_processor().zip(ran) {
        Some((until, from)) => {
            println!("  {what:<42} {seconds:>8.3} s, on a processor {:>8.3} s", until - from);
        }
        None => println!("  {what:<42} {seconds:>8.3} s"),
    }
    done
}

fn measure(path: &PathBuf, count: u64) {
    let megabytes = fs::metadata(path).unwrap().len() as f64 / 1e6;
    println!("  {megabytes:.0} MB");
    let mut playback = timed("index (the heads of all blocks)", || Playback::open(path).unwrap());
    let messages = timed("decode every message, checksums included", || {
        let mut messages = 0_u64;
        while playback.next_message().unwrap().is_some() {
            messages += 1;
        }
        messages
    });
    assert_eq!(messages, 3 * count);
    timed("seek to the middle", || playback.seek(Instant::from_millis(count * 50)).unwrap());
}

fn main() {
    // `cargo bench -- --test` only wants to see that it works, and a day takes 350 MB of the disk.
    let count = if std::env::args().any(|word| word == "--test") { A_TRY } else { A_DAY };
    let folder = std::env::temp_dir();
    let place = |name: &str| folder.join(format!("coldcap-{}-{name}.ccap", std::process::id()));
    let (device, host) = (place("device"), place("host"));
    let hours = count as f64 / 36_000.0;
    println!("{hours:.1} h of two channels at 10 Hz, as a device records it");
    of_a_device(&device, count);
    measure(&device, count);
    let ticks = timed("decode every tick, checksums included", || {
        let mut ticks = TickReader::new(File::open(&device).unwrap()).unwrap();
        let mut read = 0_u64;
        while ticks.advance().unwrap().is_some() {
            read += 1;
        }
        read
    });
    assert_eq!(ticks, count);
    fs::remove_file(&device).unwrap();
    println!("{hours:.1} h of two channels at 10 Hz, as a host heard it");
    of_a_host(&host, count);
    measure(&host, count);
    fs::remove_file(&host).unwrap();
}
