//! What a treated patient gets does not depend on the host: crashed, cut off, delayed, replayed or forged.
//!
//! The same machine cools the same head under hosts of different fates; the drives of every tick are those of a
//! machine to which no host ever spoke again. The stand-in's session stands before a link without keys, so that a
//! forged packet is refused at it; `tests/secured_in_facade.rs` has the true one.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod facade;

use coldcap::{Config, Drives, Link, Phase, TICK, TickInput};
use coldcap_sim::PatientParameters;
use coldcap_sim::linksim::{Attacker, Faults, Line, Options, Session, plain};
use coldcap_units::Instant;
use coldcap_wire::Receiver;
use coldcap_wire::message::{
    Action, AnyMessage, CommandHead, Heartbeat, MACHINE, Operate, ReadRecord, Subscribe,
};
use facade::{COOLANT, Facade};

/// Ten minutes of treatment.
const TICKS: u64 = 6_000;
const SEEDS: u64 = 6;

/// Cooling that has gone on for three minutes.
fn cooling() -> Facade {
    let mut facade = Facade::cooling(PatientParameters::standard(), 11, COOLANT);
    facade.run(180);
    assert_eq!(facade.channel.phase, Phase::PreCool);
    facade
}

/// What was driven, the phase and the alarms, tick by tick.
type Trajectory = Vec<(Drives<1>, Phase, u64)>;

/// A host and what stands between it and the machine.
struct Between {
    host: Session,
    device: Session,
    line: Line,
    attacker: Attacker,
    options: Options,
    receiver: Receiver,
    number: u32,
    /// The host is gone from this tick on.
    crashes: u64,
    /// It presses stop in this tick.
    stops: Option<u64>,
}

impl Between {
    fn new(seed: u64, crashes: u64, disturbed: bool) -> Self {
        let mut options = Options::from_seed(seed);
        if disturbed {
            (options.replays, options.forgeries) = (5.0, 5.0);
        } else {
            (options.faults, options.replays, options.forgeries) = (Faults::NONE, 0.0, 0.0);
        }
        Self {
            host: Session::new(1, 2, false),
            device: Session::new(1, 2, true),
            line: Line::new(seed, 4, options.delay_ms, 1_000),
            attacker: Attacker::new(seed),
            options,
            receiver: Receiver::new(),
            number: 0,
            crashes,
            stops: None,
        }
    }

    /// What the host says in this tick: that it is there, and now and then that it wants to read.
    fn speak(&mut self, tick: u64, now_ms: u64) {
        if tick >= self.crashes || !tick.is_multiple_of(5) {
            return;
        }
        let head = CommandHead::new(1 + (tick / 5) as u16, 0);
        let stop = Operate { head, action: Action::STOP, confirm: 0, argument: 0 };
        let (endpoint, message) = match tick / 5 % 4 {
            _ if self.stops == Some(tick) => (0x15, AnyMessage::Operate(stop)),
            0 => (0x17, AnyMessage::ReadRecord(ReadRecord { head, from: 0, count: 4 })),
            1 => {
                let head = CommandHead { channel: MACHINE, ..head };
                (0x18, AnyMessage::Subscribe(Subscribe { head, period_ms: 500 }))
            }
            _ => (0x60, AnyMessage::Heartbeat(Heartbeat { at_ms: now_ms, nonce: tick as u16 })),
        };
        let frame = self.host.seal(endpoint, &message);
        self.attacker.hear(&frame);
        self.line.send(now_ms, &frame, &self.options.faults);
    }

    /// What arrives and is genuine, as frames that are not sealed.
    fn arrive(&mut self, now_ms: u64) -> Vec<u8> {
        let Options { replays, forgeries, .. } = self.options;
        self.attacker.act(now_ms, 100, replays, forgeries, &mut self.line);
        let (mut bytes, mut opened) = (Vec::new(), Vec::new());
        self.line.arrived(now_ms, &mut bytes);
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (taken, packet) = self.receiver.feed(rest);
            if let Some(Ok(packet)) = packet
                && packet.header.secured
                && let Some(Ok(message)) = self.device.open(&packet.header, packet.body)
            {
                self.number += 1;
                opened.extend(plain(self.number, packet.header.endpoint, &message));
            }
            rest = &rest[taken.max(1)..];
        }
        opened
    }
}

fn treat(mut between: Option<Between>) -> Trajectory {
    let mut facade = cooling();
    let mut link: Link<1> = Link::new(&Config::unsecured_bench());
    let mut room = vec![0; 4_096];
    let mut trajectory = Vec::new();
    for tick in 0..TICKS {
        facade.plant.step(&facade.drives, facade.now, &facade.faults);
        facade.now = facade.now.plus(TICK);
        let now: Instant = facade.now;
        if let Some(between) = between.as_mut() {
            between.speak(tick, now.as_millis());
            link.receive(now, &between.arrive(now.as_millis()));
        }
        let mut input = TickInput::new(now, facade.plant.inputs(now));
        input.commands = link.take_commands(now);
        let outputs = facade.control.tick(&input);
        link.publish(&outputs);
        link.transmit(now, &mut room);
        facade.drives = outputs.drives;
        let phase = outputs.channels[0].phase;
        trajectory.push((outputs.drives, phase, outputs.machine.alarms.bits()));
    }
    trajectory
}

/// The alarm that says that the host is lost.
const LINK_LOST: u64 = 1 << 15;

fn assert_same(alone: &Trajectory, with: &Trajectory, what: &str) {
    for (tick, (alone, with)) in alone.iter().zip(with).enumerate() {
        assert_eq!((alone.0, alone.1), (with.0, with.1), "{what}, tick {tick}");
        let missing = alone.2 & !with.2 & !LINK_LOST;
        assert_eq!(missing, 0, "{what}, tick {tick}: alarms {missing:x} are not raised");
    }
}

#[test]
fn no_fate_of_the_host_changes_what_is_driven() {
    let alone = treat(None);
    assert!(alone.iter().any(|(drives, ..)| !drives.chiller.is_off()), "something is driven");
    assert_same(&alone, &treat(Some(Between::new(1, TICKS, false))), "a sound host");
    for seed in 0..SEEDS {
        let crashes = 600 * seed;
        assert_same(&alone, &treat(Some(Between::new(seed, crashes, false))), "a crash");
        assert_same(&alone, &treat(Some(Between::new(seed, crashes.max(300), true))), "an attack");
    }
}

/// That a change would be seen: a genuine stop is one.
#[test]
fn a_stop_that_is_meant_gets_through() {
    let stopped = Between { stops: Some(500), ..Between::new(1, TICKS, true) };
    let (alone, with) = (treat(None), treat(Some(Between { options: calm(), ..stopped })));
    assert_eq!(alone[499].0, with[499].0);
    assert!(alone.iter().zip(&with).skip(500).any(|(alone, with)| alone.0 != with.0));
}

fn calm() -> Options {
    Options { faults: Faults::NONE, ..Options::from_seed(1) }
}
