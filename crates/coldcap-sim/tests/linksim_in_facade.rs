//! What a treated patient gets does not depend on the host: crashed, cut off, delayed, replayed or forged.
//!
//! The same machine cools the same head under hosts of different fates; the drives of every tick are those of a
//! machine to which no host ever spoke again. The link is the shipped one, with a key; the host seals as the shipped one
//! does, and what lies between them loses, delays, flips, repeats and forges.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod facade;

use coldcap::{Drives, Link, Phase, TICK, TickInput};
use coldcap_sim::linksim::{Attacker, Faults, Line, Options};
use coldcap_sim::{CapPlacement, Equipment, PatientParameters};
use coldcap_units::Instant;
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::frame::Deframer;
use coldcap_wire::message::{
    Action, Actuate, Actuator, AnyMessage, CommandHead, Heartbeat, Hello, MACHINE, MINOR, Operate,
    Origin, ReadRecord, SCHEMA, Subscribe, TimeAsk, decode_at_host,
};
use coldcap_wire::packet::{BODY_LEN, Header};
use coldcap_wire::security::{
    HostLink, Input, KeySlot, Policy, Role, SendError, Transport, framed,
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
    host: HostLink<'static>,
    line: Line,
    attacker: Attacker,
    options: Options,
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
            host: HostLink::new(
                &HELLO,
                Transport::Serial,
                Policy::STANDARD,
                Equipment::code(KEY_SEED),
            ),
            line: Line::new(seed, 4, options.delay_ms, 1_000),
            attacker: Attacker::new(seed),
            options,
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
        let frame = self.seal(endpoint, &message);
        self.attacker.hear(&frame);
        self.line.send(now_ms, &frame, &self.options.faults);
    }

    fn seal(&mut self, endpoint: u8, message: &AnyMessage) -> Vec<u8> {
        let mut body = [0; BODY_LEN];
        let length = message.encode(&mut body).unwrap();
        let (body, kind, mut out) = (&body[..length], message.describe().kind, [0; 300]);
        let length = framed(&mut out, |room| self.host.send(kind, endpoint, body, room)).unwrap();
        out[..length].to_vec()
    }

    /// Hellos and a handshake, over a line that does no harm yet; the attacker listens from the start.
    fn connect(&mut self, now: Instant, link: &mut Link<1>) {
        let mut frames = vec![self.seal(0, &AnyMessage::Hello(HELLO))];
        for round in 0..4 {
            for frame in frames.drain(..) {
                self.attacker.hear(&frame);
                link.receive(now, &frame);
            }
            let mut out = [0; 1_024];
            let length = link.transmit(now, &mut out);
            self.read(now, &out[..length]);
            if round == 0 {
                self.host.connect(now, [7; 32]).unwrap();
            }
            let host = &mut self.host;
            let write = |room: &mut [u8]| host.poll_output(now, room).ok_or(SendError::TooLong);
            if let Ok(length) = framed(&mut out, write) {
                frames.push(out[..length].to_vec());
            }
        }
        assert!(self.host.is_secured());
    }

    fn read(&mut self, now: Instant, mut bytes: &[u8]) {
        let mut deframer: Deframer<FRAME_ROOM> = Deframer::new();
        while !bytes.is_empty() {
            let (taken, packet) = deframer.feed(bytes);
            bytes = &bytes[taken..];
            let Some(Ok(packet)) = packet else { continue };
            if let Ok(Input::Packet(opened)) = self.host.handle_input(now, packet) {
                let header = Header { secured: false, ..opened.header };
                if let Ok(AnyMessage::Hello(hello)) = decode_at_host(&header, opened.body) {
                    self.host.heard(&hello).unwrap();
                }
            }
        }
    }

    /// What arrives: what was sent, as far as it was not lost, and what the attacker makes of it.
    fn arrive(&mut self, now_ms: u64) -> Vec<u8> {
        let Options { replays, forgeries, .. } = self.options;
        self.attacker.act(now_ms, 100, replays, forgeries, &mut self.line);
        let mut bytes = Vec::new();
        self.line.arrived(now_ms, &mut bytes);
        bytes
    }
}

/// The seed of the machine's key.
const KEY_SEED: u64 = 11;

const HELLO: Hello = Hello {
    major: 1,
    minor_min: 0,
    minor_max: MINOR,
    origin: Origin::DEVICE,
    model: 0,
    serial: 0,
    firmware: 0,
    schema: SCHEMA,
    mtu: 240,
    channels: 0,
    features: 0,
    boot: 5,
};

fn keyed(config: &coldcap::Config) -> Link<1> {
    let mut link = Link::new(config);
    link.add_entropy([9; 32]);
    for key in Equipment::keyed(KEY_SEED).keys() {
        link.keys_mut().add(key.clone()).unwrap();
    }
    link
}

fn treat(mut between: Option<Between>) -> Trajectory {
    let mut facade = cooling();
    let mut link = keyed(facade.control.config());
    if let Some(between) = between.as_mut() {
        between.connect(facade.now, &mut link);
    }
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
    if let Some(between) = &between {
        let seen = link.security();
        let wanted = between.options.replays > 0.0;
        let acted = seen.replayed > 10 && seen.forged > 10;
        assert!(acted || !wanted, "the attacker does something: {seen:?}");
        assert!(seen.opened > 10 || between.crashes == 0, "{seen:?}");
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

/// A host on a bench, nobody on the cap: it drives the pump by hand, over a line that loses, delays, flips and repeats.
struct Hand {
    between: Between,
    back: Line,
    /// When the device last said what time it was, as far as was heard.
    heard_us: u64,
    rid: u16,
    /// When the last command to drive was sent.
    sent_ms: u64,
}

/// How long a command to drive may take to arrive.
const IN_TIME_MS: u64 = 800;

impl Hand {
    fn new(seed: u64) -> Self {
        let between = Between::new(seed, TICKS, true);
        let back = Line::new(seed, 5, between.options.delay_ms, 1_000);
        Self { between, back, heard_us: 0, rid: 0, sent_ms: 0 }
    }

    /// It asks for the time, drives, or shows that it is there.
    fn speak(&mut self, tick: u64, now_ms: u64) {
        let message = match tick % 10 {
            0 => (0x64, AnyMessage::TimeAsk(TimeAsk { asked_us: 1, heard_us: self.heard_us })),
            3 | 7 => {
                self.rid += 1;
                self.sent_ms = now_ms;
                let deadline = ((now_ms + IN_TIME_MS) as u16).max(1);
                let head = CommandHead { deadline, ..CommandHead::new(self.rid, 0) };
                let (actuator, drive_permille, lease_ms) = (Actuator::PUMP, 700, u16::MAX);
                (0x1E, AnyMessage::Actuate(Actuate { head, actuator, drive_permille, lease_ms }))
            }
            _ => return,
        };
        let frame = self.between.seal(message.0, &message.1);
        self.between.attacker.hear(&frame);
        let Between { line, options, .. } = &mut self.between;
        line.send(now_ms, &frame, &options.faults);
    }

    fn listen(&mut self, now: Instant, sent: &[u8]) {
        let now_ms = now.as_millis();
        if !sent.is_empty() {
            self.back.send(now_ms, sent, &self.between.options.faults);
        }
        let (mut bytes, mut deframer) = (Vec::new(), Deframer::<FRAME_ROOM>::new());
        self.back.arrived(now_ms, &mut bytes);
        let mut rest = &mut bytes[..];
        while !rest.is_empty() {
            let (taken, packet) = deframer.feed(rest);
            if let Some(Ok(packet)) = packet
                && let Ok(Input::Packet(opened)) = self.between.host.handle_input(now, packet)
            {
                let header = Header { secured: false, ..opened.header };
                if let Ok(AnyMessage::TimeAnswer(told)) = decode_at_host(&header, opened.body) {
                    self.heard_us = self.heard_us.max(told.sent_us);
                }
            }
            rest = &mut rest[taken..];
        }
    }
}

/// A key of this role under the number that the host has.
fn key(role: Role) -> KeySlot {
    KeySlot { role, ..Equipment::keyed(KEY_SEED).keys()[0].clone() }
}

/// How many ticks the pump was driven, of ten minutes in which somebody holds a button for eight.
fn driven_by(role: Role, seed: u64) -> usize {
    let mut facade = Facade::new(PatientParameters::standard(), seed);
    facade.until(Phase::Standby);
    facade.place(CapPlacement::Coupled);
    facade.run(10);
    let mut link: Link<1> = Link::new(facade.control.config());
    link.add_entropy([9; 32]);
    link.keys_mut().add(key(role)).unwrap();
    let mut hand = Hand::new(seed);
    hand.between.connect(facade.now, &mut link);
    let mut room = vec![0; 4_096];
    let (mut driven, mut stopped_ms) = (0, 0);
    for tick in 0..TICKS {
        facade.plant.step(&facade.drives, facade.now, &facade.faults);
        facade.now = facade.now.plus(TICK);
        let (now, now_ms) = (facade.now, facade.now.as_millis());
        if tick < TICKS / 5 * 4 {
            hand.speak(tick, now_ms);
        }
        link.receive(now, &hand.between.arrive(now_ms));
        let mut input = TickInput::new(now, facade.plant.inputs(now));
        input.commands = link.take_commands(now);
        if tick % 700 == 699 {
            input.inputs.panel.stop = true;
            stopped_ms = now_ms;
        }
        let outputs = facade.control.tick(&input);
        link.publish(&outputs);
        let length = link.transmit(now, &mut room);
        hand.listen(now, &room[..length]);
        facade.drives = outputs.drives;
        let [channel] = outputs.drives.channels;
        assert!(channel.valve.is_off() && outputs.drives.chiller.is_off());
        if !channel.pump.is_off() {
            let at = format!("{role:?}, seed {seed}, tick {tick}");
            assert_eq!(role, Role::Service, "{at}");
            assert_eq!(channel.pump.to_permille(), 700, "{at}");
            assert!(now_ms < hand.sent_ms + IN_TIME_MS + 2_000 + 100, "{at}: nobody asked");
            assert!(stopped_ms == 0 || now_ms >= stopped_ms + 2_000, "{at}: it was stopped");
            driven += 1;
        }
    }
    let seen = link.security();
    assert!(seen.replayed > 10 && seen.forged > 10, "the attacker does something: {seen:?}");
    driven
}

// req: HND-001, HND-002, HND-003
#[test]
fn over_a_hostile_line_nothing_is_driven_without_role_and_lease() {
    let mut driven = Vec::new();
    for seed in 0..SEEDS {
        for role in [Role::Observer, Role::Nurse, Role::Clinician] {
            assert_eq!(driven_by(role, seed), 0);
        }
        driven.push(driven_by(Role::Service, seed));
    }
    println!("ticks of {TICKS} in which service drives, by seed: {driven:?}");
    assert!(driven.iter().all(|ticks| *ticks > 500), "{driven:?}");
}

/// What the host of a break presses, and for how long the line keeps each press back.
const KEPT_BACK: [(Action, u8, u64); 6] = [
    (Action::RESUME, 0, 4_100),
    (Action::RESUME, 1, 4_200),
    (Action::EXTEND, 0, 4_100),
    (Action::ACKNOWLEDGE, 0, 3_000),
    (Action::AUDIO_PAUSE, 0, 3_500),
    (Action::ACKNOWLEDGE, 0, 9_000),
];
/// The key of the panel begins a break, the presses are made, and a leak is found, in these ticks.
const BREAK_AT: u64 = 100;
const PRESSED_AT: u64 = 200;
const LEAK_AT: u64 = 215;
const BREAK_TICKS: u64 = 400;

/// A break in which a leak is found, with what is driven, the phase, the alarms, and how loud they are. The line passes
/// proofs and signs of life on at once, and keeps the presses back as [`KEPT_BACK`] has it, but for those that `passes`.
fn a_break(host: bool, passes: impl Fn(Action) -> bool) -> Vec<(Drives<1>, Phase, u64, u8)> {
    let mut facade = cooling();
    let mut link = keyed(facade.control.config());
    let mut between = Between::new(1, TICKS, false);
    if host {
        between.connect(facade.now, &mut link);
    }
    let mut room = vec![0; 4_096];
    let (mut kept, mut trajectory) = (Vec::new(), Vec::new());
    for tick in 0..BREAK_TICKS {
        facade.plant.step(&facade.drives, facade.now, &facade.faults);
        facade.now = facade.now.plus(TICK);
        let (now, now_ms) = (facade.now, facade.now.as_millis());
        if host && tick.is_multiple_of(10) {
            // A proof behind a press would make it unproven when it comes: there is none later.
            let ask = TimeAsk { asked_us: 1, heard_us: now_ms * 1_000 };
            let (endpoint, message) = match tick {
                ..PRESSED_AT => (0x64, AnyMessage::TimeAsk(ask)),
                _ => (0x60, AnyMessage::Heartbeat(Heartbeat { at_ms: now_ms, nonce: 1 })),
            };
            let frame = between.seal(endpoint, &message);
            link.receive(now, &frame);
        }
        for (index, (action, confirm, held_ms)) in KEPT_BACK.into_iter().enumerate() {
            if host && tick == PRESSED_AT + index as u64 {
                let deadline = (now_ms + 4_000) as u16;
                let head = CommandHead { deadline, ..CommandHead::new(1 + index as u16, 0) };
                let press = Operate { head, action, confirm, argument: 1 };
                let held_ms = if passes(action) { 0 } else { held_ms };
                kept.push((now_ms + held_ms, between.seal(0x15, &AnyMessage::Operate(press))));
            }
        }
        for (_, frame) in kept.extract_if(.., |(at, _)| *at <= now_ms) {
            link.receive(now, &frame);
        }
        let mut input = TickInput::new(now, facade.plant.inputs(now));
        input.commands = link.take_commands(now);
        input.inputs.panel.stop = tick == BREAK_AT;
        if tick >= LEAK_AT {
            input.inputs.leak = input.inputs.leak.map(|_| true);
        }
        let outputs = facade.control.tick(&input);
        link.publish(&outputs);
        link.transmit(now, &mut room);
        facade.drives = outputs.drives;
        let machine = outputs.machine;
        let phase = outputs.channels[0].phase;
        trajectory.push((outputs.drives, phase, machine.alarms.bits(), machine.sounding.code()));
    }
    trajectory
}

/// A press of a key's holder that was kept back is none: nothing is resumed, prolonged or silenced by it.
// req: LNK-006
#[test]
fn what_was_kept_back_resumes_prolongs_and_silences_nothing() {
    let alone = a_break(false, |_| false);
    assert_eq!(alone[PRESSED_AT as usize].1, Phase::Paused);
    // It rises within the deadlines of the presses before it, and is heard when they come.
    assert!(alone[PRESSED_AT as usize + 32].3 > 0, "the leak is heard");
    assert!(alone == a_break(true, |_| false));
    // That a change would be seen: what is passed on at once resumes.
    let resumed = a_break(true, |action| action == Action::RESUME);
    assert!(resumed != alone);
}
