//! The link simulator with the machines that ship: the client of `coldcap-host` and the link of `coldcap`, before the
//! shipped control, over the line and beside the attacker of `coldcap_sim::linksim`.
//!
//! The simulator proper is built of the services of `coldcap-wire`; what the shipped ends make of them is judged here, by
//! the same rules where they apply. Every wish bears a number that comes out at the other end, so that a command is known
//! again whatever its request id, its session and its packet. What deadline a command states is read with the session's
//! keys, as a log has them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod shipped;

use coldcap::{Action, Command, Config, Control, Inputs, Link, LinkAccess, TickInput};
use coldcap_host::client::{Client, ClientConfig, CommandBody, DEADLINE, Message, UNSENT};
use coldcap_session::{Fact, Request};
use coldcap_sim::linksim::{Attacker, Faults, Line, Options};
use coldcap_sim::random::Random;
use coldcap_units::Instant;
use coldcap_wire::frame::decode_in_place;
use coldcap_wire::message::{
    Action as Press, Actuate, Actuator, AnyMessage, FactKind, SelectPatient, Status, decode_any,
};
use coldcap_wire::packet::Header;
use coldcap_wire::security::{Keys, Role, Tunnel};
use shipped::{key, slot};
use std::collections::BTreeMap;

/// The device's serial number and the number of the key, which the attacker knows, as anybody does.
const SERIAL: u64 = 4_711;
const SLOT: u32 = 1;
const STEP_MS: u64 = 10;
const TICK_MS: u64 = 100;
/// A wish has a number up to this: it is a drive in thousandths, too.
const MOST: u16 = 999;
/// What the ends need behind the last fault, besides what the options reckon: a client tries again 5 s behind a handshake
/// that failed, and takes a device for lost that has not answered for 10 s.
const SETTLES_MS: u64 = 15_000;
/// A client asks the device for its time at least so often.
const ASKED_MS: u64 = 6_000;
/// How roughly a host knows the device's time, on a line that is whole.
const ROUGHLY_MS: u64 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// A drug was given: everybody may say so.
    Fact,
    /// A patient is selected: not by service.
    Select,
    /// The pump is driven by hand: by service alone. It begins something.
    Drive,
    Stop,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    wish: Wish,
    /// Which press it was.
    order: u32,
    /// By the device's clock, as it was stated with the first copy.
    deadline_ms: Option<u64>,
    left: bool,
    /// When the first copy left.
    left_ms: u64,
    times: u32,
    refused: bool,
}

/// A memory that forgets nothing, kept apart from the machines.
#[derive(Default)]
struct Judge {
    known: BTreeMap<u16, Known>,
    order: u32,
    /// The newest press of a stop that was carried out.
    stopped: Option<u32>,
    carried_out: u32,
    broken: Option<String>,
}

impl Judge {
    fn require(&mut self, holds: bool, rule: &str, at_ms: u64, what: &str) {
        if !holds && self.broken.is_none() {
            self.broken = Some(format!("{rule} at {at_ms} ms: {what}"));
        }
    }

    fn pressed(&mut self, token: u16, wish: Wish) {
        self.order += 1;
        let known = Known {
            wish,
            order: self.order,
            deadline_ms: None,
            left: false,
            left_ms: 0,
            times: 0,
            refused: false,
        };
        self.known.insert(token, known);
    }

    /// A copy leaves, with this deadline of the device's clock in 16 bits.
    fn left(&mut self, token: u16, deadline: u16, device_ms: u64) {
        let Some(known) = self.known.get_mut(&token) else { return };
        let ahead = i64::from(deadline.wrapping_sub(device_ms as u16).cast_signed());
        let at = (deadline != 0).then(|| device_ms.saturating_add_signed(ahead));
        let (first, before) = (!known.left, known.deadline_ms);
        known.left = true;
        if first {
            (known.deadline_ms, known.left_ms) = (at, device_ms);
        }
        let same = |at: u64, before: u64| (at as u16) == (before as u16);
        let kept = first || at.zip(before).is_some_and(|(at, before)| same(at, before));
        self.require(at.is_some(), "deadline", device_ms, &format!("{token} states none"));
        self.require(kept, "deadline", device_ms, &format!("a copy of {token} states another"));
    }

    /// The device hands it to its control.
    fn done(&mut self, token: u16, wish: Wish, role: Role, now_ms: u64) {
        self.carried_out += 1;
        let stopped = self.stopped;
        let Some(known) = self.known.get_mut(&token).filter(|known| known.wish == wish) else {
            return self.require(false, "role", now_ms, &format!("nobody wanted {wish:?} {token}"));
        };
        known.times += 1;
        let known = *known;
        let say = format!("{token}, {known:?}");
        self.require(known.times == 1, "once", now_ms, &say);
        self.require(!known.refused, "refused", now_ms, &say);
        self.require(known.left, "sent", now_ms, &say);
        self.require(known.deadline_ms.is_some_and(|at| now_ms <= at), "deadline", now_ms, &say);
        self.require(may(role, wish), "role", now_ms, &say);
        let behind = wish == Wish::Drive && stopped.is_some_and(|stop| stop > known.order);
        self.require(!behind, "last", now_ms, &say);
    }

    fn answered(&mut self, token: u16, status: Status, now_ms: u64) {
        let Some(known) = self.known.get(&token).copied() else { return };
        let say = format!("{token}, {known:?}, was answered {:?}", status.name());
        let control = [Status::OK, Status::NO_CHANGE, Status::ARMED, Status::BAD_STATE];
        if known.wish == Wish::Stop {
            return self.require(control[..2].contains(&status), "stop", now_ms, &say);
        }
        self.require(known.times == 1 || !control.contains(&status), "refused", now_ms, &say);
    }

    fn refused(&mut self, token: u16, now_ms: u64) {
        let Some(known) = self.known.get_mut(&token) else { return };
        known.refused = true;
        let known = *known;
        self.require(known.times == 0, "refused", now_ms, &format!("{token}, {known:?}"));
    }
}

fn may(role: Role, wish: Wish) -> bool {
    match wish {
        Wish::Fact | Wish::Stop => true,
        Wish::Select => role != Role::Service,
        Wish::Drive => role == Role::Service,
    }
}

fn body(token: u16, wish: Wish) -> CommandBody {
    match wish {
        Wish::Fact => CommandBody::drug(FactKind::DRUG_STARTED, token, false),
        Wish::Select => CommandBody::SelectPatient(SelectPatient {
            head: UNSENT,
            patient: token.into(),
            calibration: 0,
            session_index: 1,
            session_count: 1,
            density: 1,
            hair: 1,
            contraindications: 0,
            override_reason: 0,
        }),
        Wish::Drive => CommandBody::Actuate(Actuate {
            head: UNSENT,
            actuator: Actuator::PUMP,
            drive_permille: token,
            lease_ms: 900,
        }),
        Wish::Stop => CommandBody::operate(Press::STOP),
    }
}

/// What a command at the device is the wish of; a stop has no number.
fn wish_of(command: &Command) -> Option<(u16, Wish)> {
    match command.action {
        Action::Fact(Fact::DrugStarted { drug, .. }) => Some((drug, Wish::Fact)),
        Action::Request(Request::SelectPatient { patient, .. }) => {
            Some((u16::try_from(patient.id).ok()?, Wish::Select))
        }
        Action::Drive(drive) => Some((drive.duty.to_permille(), Wish::Drive)),
        _ => None,
    }
}

struct World {
    options: Options,
    role: Role,
    random: Random,
    now_ms: u64,
    /// Millions of the host's clock, and what its jumps come to.
    host_ms: f64,
    control: Control<1>,
    link: Link<1>,
    boots: u32,
    client: Client,
    starts: u32,
    to_device: Line,
    to_host: Line,
    attacker: Attacker,
    judge: Judge,
    /// Whose answer is waited for, by request id.
    open: BTreeMap<u16, u16>,
    /// When each stop of this life of the host was pressed.
    stops: BTreeMap<u16, u32>,
    next_token: u16,
    next_wish_ms: u64,
}

impl World {
    fn new(options: Options) -> Self {
        let role = [Role::Nurse, Role::Clinician, Role::Service][usize::from(options.role) % 3];
        let (delay, bytes) = (options.delay_ms, options.bytes_per_ms);
        let mut world = Self {
            options,
            role,
            random: Random::stream(options.seed, 20),
            now_ms: options.start_ms / TICK_MS * TICK_MS,
            host_ms: 900_000.0,
            control: Control::new(Config::reference()),
            link: Link::new(&Config::reference()),
            boots: 0,
            client: Client::new(ClientConfig::new(1)),
            starts: 0,
            to_device: Line::new(options.seed, 1, delay, bytes),
            to_host: Line::new(options.seed, 2, delay, bytes),
            attacker: Attacker::new(options.seed),
            judge: Judge::default(),
            open: BTreeMap::new(),
            stops: BTreeMap::new(),
            next_token: 1,
            next_wish_ms: 0,
        };
        world.boot();
        world.start();
        world
    }

    /// The device is started, with the keys that it has stored.
    fn boot(&mut self) {
        self.boots += 1;
        let mut config = Config { access: LinkAccess::STANDARD, ..Config::reference() };
        config.identity.serial = SERIAL;
        config.identity.boot = self.boots;
        (self.control, self.link) = (Control::new(config), Link::new(&config));
        self.link.add_entropy([0x50 + self.boots as u8; 32]);
        self.link.keys_mut().add(slot(SLOT, self.role)).unwrap();
    }

    /// The host is started; what it had asked for it has forgotten.
    fn start(&mut self) {
        self.starts += 1;
        let config = ClientConfig {
            first_rid: self.random.next_u64() as u16,
            ..ClientConfig::new(self.starts).with_key(key(SERIAL, SLOT, self.starts as u8))
        };
        self.client = self.client.restarted(config);
        self.open.clear();
        self.stops.clear();
    }

    fn host_now(&self) -> Instant {
        Instant::from_millis(self.host_ms as u64)
    }

    fn device_now(&self) -> Instant {
        Instant::from_millis(self.now_ms)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random.next_u64() % bound.max(1)
    }

    fn press(&mut self, wish: Wish) -> u16 {
        let token = self.next_token;
        self.next_token += 1;
        self.judge.pressed(token, wish);
        let rid = self.client.command(self.host_now(), body(token, wish));
        self.open.insert(rid, token);
        if wish == Wish::Stop {
            self.stops.insert(rid, self.judge.order);
        }
        token
    }

    fn wish(&mut self) {
        if self.now_ms < self.next_wish_ms || self.next_token >= MOST || self.open.len() >= 6 {
            return;
        }
        self.next_wish_ms = self.now_ms + self.below(2 * self.options.wish_ms);
        let wish = match self.below(10) {
            0..4 => Wish::Fact,
            4..6 => Wish::Select,
            6..9 => Wish::Drive,
            _ => Wish::Stop,
        };
        self.press(wish);
    }

    /// 10 ms go by. `faults` are those of now, and `closed` says that nothing comes through.
    fn step(&mut self, faults: &Faults, attacked: bool, closed: bool) {
        self.now_ms += STEP_MS;
        self.host_ms += STEP_MS as f64 * (1.0 + f64::from(self.options.drift_ppm) / 1e6);
        if attacked {
            let Options { replays, forgeries, .. } = self.options;
            for line in [&mut self.to_device, &mut self.to_host] {
                self.attacker.act(self.now_ms, STEP_MS, replays, forgeries, line);
            }
        }
        let withholds = if attacked { self.options.withholds } else { 0.0 };
        if !closed {
            self.arrive(faults.chunk);
        }
        if self.now_ms.is_multiple_of(TICK_MS) {
            self.tick();
        }
        self.device_speaks(faults, withholds);
        self.host_speaks(faults, withholds);
        self.hear_client();
    }

    fn arrive(&mut self, chunk: usize) {
        let (device_now, host_now) = (self.device_now(), self.host_now());
        let mut bytes = Vec::new();
        self.to_device.arrived(self.now_ms, &mut bytes);
        bytes.chunks(chunk).for_each(|bytes| self.link.receive(device_now, bytes));
        bytes.clear();
        self.to_host.arrived(self.now_ms, &mut bytes);
        bytes.chunks(chunk).for_each(|bytes| self.client.receive(host_now, bytes));
    }

    fn tick(&mut self) {
        let now = self.device_now();
        let commands = self.link.take_commands(now);
        for command in &commands.list {
            let stop = command.action == Action::Request(Request::Stop);
            if stop {
                let order = self.stops.get(&command.id.0).copied();
                self.judge.stopped = self.judge.stopped.max(order);
                self.judge.carried_out += 1;
                continue;
            }
            match wish_of(command) {
                Some((token, wish)) => self.judge.done(token, wish, self.role, self.now_ms),
                None => self.judge.require(false, "role", self.now_ms, &format!("{command:?}")),
            }
        }
        let input = TickInput { commands, ..TickInput::new(now, Inputs::default()) };
        let outputs = self.control.tick(&input);
        self.link.publish(&outputs);
    }

    fn device_speaks(&mut self, faults: &Faults, withholds: f64) {
        while self.to_host.has_room(self.now_ms) {
            let mut room = [0; 260];
            let length = self.link.transmit(self.device_now(), &mut room);
            if length == 0 {
                return;
            }
            for frame in room[..length].split_inclusive(|byte| *byte == 0) {
                self.attacker.hear(frame);
                if !self.attacker.withholds(frame, withholds) {
                    self.to_host.send(self.now_ms, frame, faults);
                }
            }
        }
    }

    fn host_speaks(&mut self, faults: &Faults, withholds: f64) {
        let mut bytes = Vec::new();
        self.client.transmit(self.host_now(), &mut bytes);
        for frame in bytes.split_inclusive(|byte| *byte == 0) {
            self.look_into(frame);
            self.attacker.hear(frame);
            if !self.attacker.withholds(frame, withholds) {
                self.to_device.send(self.now_ms, frame, faults);
            }
        }
    }

    /// What a frame of the host says, as who has a log of its keys reads it.
    fn look_into(&mut self, frame: &[u8]) {
        let Some(keys) = self.client.session_keys() else { return };
        let Keys { sending, receiving, hash } = keys.clone();
        let mut other =
            Tunnel::new(Keys { sending: receiving, receiving: sending, hash }, self.device_now());
        let mut packet = frame[..frame.len() - 1].to_vec();
        let packet = decode_in_place(&mut packet).unwrap();
        let header = Header::parse(packet).unwrap().0;
        let Ok(opening) = other.open(&header, packet) else { return };
        let header = Header { secured: false, ..header };
        let message = decode_any(&header, &packet[opening.body]).unwrap();
        let token = match &message {
            AnyMessage::Observe(it) => it.drug,
            AnyMessage::SelectPatient(it) => it.patient as u16,
            AnyMessage::Actuate(it) => it.drive_permille,
            _ => return,
        };
        let deadline = message.command_head().unwrap().deadline;
        self.judge.left(token, deadline, self.now_ms);
    }

    fn hear_client(&mut self) {
        while let Some(told) = self.client.poll_message() {
            let now_ms = self.now_ms;
            match told {
                Message::Response { rid, response, .. } => {
                    if let Some(token) = self.open.remove(&rid) {
                        self.judge.answered(token, response.status, now_ms);
                    }
                }
                Message::TooLate { rid, .. } | Message::Stale { rid, .. } => {
                    if let Some(token) = self.open.remove(&rid) {
                        self.judge.refused(token, now_ms);
                    }
                }
                Message::TimedOut { rid, .. } => {
                    self.open.remove(&rid);
                }
                _ => {}
            }
        }
    }

    /// One question for the time further on the host knows it again: no clock that was set lets a deadline lie later than
    /// it should, four seconds behind the first copy.
    fn look_at_deadline(&mut self) {
        for _ in 0..ASKED_MS / STEP_MS {
            self.step(&Faults::NONE, false, false);
        }
        let token = self.press(Wish::Fact);
        for _ in 0..self.options.round_trip_ms() / STEP_MS {
            self.step(&Faults::NONE, false, false);
        }
        let known = self.judge.known[&token];
        let latest = known.left_ms + u64::from(DEADLINE.as_millis()) + ROUGHLY_MS;
        let right = known.deadline_ms.is_some_and(|at| at <= latest);
        self.judge.require(right, "deadline", self.now_ms, &format!("too late: {known:?}"));
    }

    /// When within the faulty time something happens so many times.
    fn moments(&mut self, count: u8) -> Vec<u64> {
        let (start, span) = (self.now_ms, self.options.faulty_ms);
        (0..count).map(|_| start + self.below(span) / STEP_MS * STEP_MS).collect()
    }

    fn faulty(&mut self) {
        let start = self.now_ms;
        let boots = self.moments(self.options.device_reboots);
        let starts = self.moments(self.options.host_restarts);
        let jumps = self.moments(self.options.clock_jumps);
        let (faults, stall) = (self.options.faults, self.options.stall);
        while self.now_ms < start + self.options.faulty_ms {
            let since = self.now_ms - start;
            let closed = stall.is_some_and(|(at, span)| since >= at && since < at + span);
            if boots.contains(&self.now_ms) {
                self.boot();
            }
            if starts.contains(&self.now_ms) {
                self.start();
            }
            if jumps.contains(&self.now_ms) {
                self.host_ms += self.below(180_000) as f64 - 90_000.0;
            }
            self.wish();
            self.step(&faults, true, closed);
        }
    }

    /// The line is whole again, and nobody is on it: how long it takes until all that waits has ended, the client is
    /// connected, and a new wish of each life is answered.
    fn healed(&mut self) -> u64 {
        let start = self.now_ms;
        let trips = 20 * self.options.round_trip_ms();
        let end = start + trips + self.options.kept_apart_ms() + SETTLES_MS;
        let mut last = None;
        while self.now_ms < end {
            self.step(&Faults::NONE, false, false);
            if !self.open.is_empty() || !self.client.is_connected() {
                continue;
            }
            match last {
                Some(token) if self.judge.known[&token].times == 1 => return self.now_ms - start,
                _ => last = Some(self.press(Wish::Fact)),
            }
        }
        let open = &self.open;
        let what = format!("connected: {}, open: {open:?}", self.client.is_connected());
        self.judge.require(false, "healed", self.now_ms, &what);
        self.now_ms - start
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    carried_out: u32,
    refused: usize,
    healed_ms: u64,
    slowest_ms: u64,
    forged: u32,
    replayed: u32,
}

fn run(seed: u64, sums: &mut Sums) {
    let options = Options::from_seed(seed);
    let mut world = World::new(options);
    world.faulty();
    let healed_ms = world.healed();
    world.look_at_deadline();
    if let Some(broken) = &world.judge.broken {
        panic!("seed {seed}: {broken}\n{options}");
    }
    let seen = world.link.security();
    sums.carried_out += world.judge.carried_out;
    sums.refused += world.judge.known.values().filter(|known| known.refused).count();
    sums.healed_ms += healed_ms;
    sums.slowest_ms = sums.slowest_ms.max(healed_ms);
    sums.forged += seen.forged;
    sums.replayed += seen.replayed;
}

/// More by `COLDCAP_SEEDS`.
fn seeds() -> u64 {
    std::env::var("COLDCAP_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(240)
}

// req: LNK-002, LNK-003, LNK-004
#[test]
fn the_shipped_ends_break_no_rule_over_any_line() {
    let mut sums = Sums::default();
    (0..seeds()).for_each(|seed| run(seed, &mut sums));
    println!("{} seeds: {sums:?}", seeds());
    assert!(sums.carried_out > 1_000 && sums.refused > 20, "{sums:?}");
    assert!(sums.forged > 100 && sums.replayed > 100, "the attacker does something: {sums:?}");
}

/// A clock of the host that is set ahead: its commands came too late for most of a minute, and others had a deadline that
/// lay as much too late.
#[test]
fn what_seeds_have_found_stays_mended() {
    let mut sums = Sums::default();
    [407, 1_905, 2_553].into_iter().for_each(|seed| run(seed, &mut sums));
}

#[test]
fn a_seed_is_the_same_run_every_time() {
    for seed in [3, 50] {
        let [mut first, mut second] = [Sums::default(), Sums::default()];
        run(seed, &mut first);
        run(seed, &mut second);
        assert_eq!(first, second);
    }
}
