//! The device's end: the services of one peer, and a little machine behind them.

use super::host::LOST_MS;
use super::judge::Judge;
use super::line::{Faults, Line};
use super::session::{SERIAL, encoded, framed, hello, key_ring};
use crate::random::Random;
use coldcap_units::{Duration, Instant};
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::frame::Deframer;
use coldcap_wire::message::{
    Action, Actuate, AnyMessage, ChannelStatus, CommandHead, Heartbeat, ObjectKind, Operate,
    PutSetting, ReadSettings, Response, Status, TimeAnswer, TimeAsk, Value, decode_at_device,
};
use coldcap_wire::packet::{Header, Kind, PACKET_LEN};
use coldcap_wire::security::{
    DeviceLink, Input, KeyRing, Opened, Policy, Role, SecurityEvent, Transport,
};
use coldcap_wire::service::{
    About, Begins, Freshness, Gate, KEPT, Lease, ObjectServer, ObjectSource, Order, Outgoing,
    Publisher, Pulse, SettingRow, Settings, Verdict,
};
use std::collections::VecDeque;

/// The report that is subscribed to.
pub(super) const REPORT: u8 = 0x40;
/// The settings that there are.
pub(super) const ROWS: [SettingRow; 4] = [row(1), row(2), row(5), row(9)];

const fn row(key: u16) -> SettingRow {
    SettingRow { key, minimum: -100_000, maximum: 100_000, initial: 0 }
}

/// How many commands may be under way in the machine.
const OPEN: usize = 4;
/// A record entry's length, and how many bytes of the log are kept.
const ENTRY: usize = 48;
const LOG_KEPT: usize = 6_000;

/// What belongs to one session and ends with it.
#[derive(Clone, Debug)]
struct Services {
    gate: Gate<KEPT>,
    freshness: Freshness,
    publisher: Publisher<u32, 1>,
    objects: ObjectServer,
    /// Reports that fell due and were sent, by a count of its own.
    fallen: Fallen,
}

#[derive(Clone, Copy, Debug, Default)]
struct Fallen {
    next_ms: u64,
    until_ms: u64,
    period_ms: u64,
    count: u32,
}

impl Services {
    fn new() -> Self {
        Self {
            gate: Gate::new(),
            freshness: Freshness::new(),
            publisher: Publisher::new([(REPORT, 0)]),
            objects: ObjectServer::new(),
            fallen: Fallen::default(),
        }
    }
}

/// The log: it grows, forgets its beginning, and is another one after some restarts.
#[derive(Clone, Debug)]
struct Log {
    edition: u32,
    first: u32,
    bytes: Vec<u8>,
}

impl ObjectSource for Log {
    fn about(&self, object: ObjectKind, number: u32) -> Option<About> {
        let length = self.bytes.len() as u32;
        let here = object == ObjectKind::LOG && number == 0;
        here.then_some(About { edition: self.edition, length, first: self.first })
    }

    fn read(&self, _: ObjectKind, _: u32, offset: u32, room: &mut [u8]) -> usize {
        let rest = self.bytes.get(offset as usize..).unwrap_or_default();
        room.iter_mut().zip(rest).map(|(to, from)| *to = *from).count()
    }
}

/// A command that the machine has taken and not finished.
#[derive(Clone, Copy, Debug)]
struct Open {
    rid: u16,
    done_ms: u64,
}

/// The device's end of the line.
#[derive(Debug)]
pub struct SimDevice {
    random: Random,
    deframer: Deframer<FRAME_ROOM>,
    boot: u32,
    keys: KeyRing,
    link: DeviceLink<'static>,
    services: Services,
    pulse: Pulse,
    heard_ms: Option<u64>,
    settings: Settings<4>,
    revision: u16,
    lease: Lease,
    drive: u16,
    log: Log,
    log_due_ms: u64,
    open: Vec<Open>,
    answers: VecDeque<(u8, AnyMessage)>,
    /// A hello is to be answered.
    greets: bool,
    value: u32,
    reports_sent: u32,
}

impl SimDevice {
    /// A device at power-up that holds the key of a host of this role.
    #[must_use]
    pub fn new(seed: u64, role: u8) -> Self {
        Self::started(Random::stream(seed, 1), key_ring(seed, role))
    }

    fn started(mut random: Random, keys: KeyRing) -> Self {
        let boot = random.next_u64() as u32;
        Self {
            random,
            deframer: Deframer::new(),
            boot,
            keys,
            link: DeviceLink::new(&hello(SERIAL, boot), Transport::Serial, Policy::STANDARD),
            services: Services::new(),
            pulse: Pulse::new(),
            heard_ms: None,
            settings: Settings::new(&ROWS),
            revision: 1,
            lease: Lease::new(),
            drive: 0,
            log: Log { edition: 1, first: 0, bytes: Vec::new() },
            log_due_ms: 0,
            open: Vec::new(),
            answers: VecDeque::new(),
            greets: true,
            value: 0,
            reports_sent: 0,
        }
    }

    /// Power fails and is back: the keys are kept and the log is, or another one is begun; all else is lost.
    pub fn reboot(&mut self, judge: &mut Judge, now_ms: u64) {
        let mut log = self.log.clone();
        if self.random.next_u64().is_multiple_of(2) {
            log = Log { edition: log.edition + 1, first: 0, bytes: Vec::new() };
        }
        judge.driven(now_ms, false);
        *self = Self {
            log,
            log_due_ms: now_ms,
            ..Self::started(self.random.clone(), self.keys.clone())
        };
    }

    /// The settings as they are.
    #[must_use]
    pub const fn settings(&self) -> &Settings<4> {
        &self.settings
    }

    /// Whether the host is there, as the device sees it.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        self.pulse.is_up()
    }

    /// How many reports were sent in this session.
    #[must_use]
    pub const fn reports_sent(&self) -> u32 {
        self.reports_sent
    }

    /// Takes bytes from the line.
    pub fn receive(&mut self, now_ms: u64, mut bytes: &[u8], judge: &mut Judge) {
        while !bytes.is_empty() {
            let (consumed, packet) = self.deframer.feed(bytes);
            let packet = packet.and_then(Result::ok).map(|packet| packet.to_vec());
            if let Some(mut packet) = packet {
                self.take_packet(now_ms, &mut packet, judge);
            }
            bytes = bytes.get(consumed.max(1)..).unwrap_or_default();
        }
    }

    fn take_packet(&mut self, now_ms: u64, packet: &mut [u8], judge: &mut Judge) {
        let now = Instant::from_millis(now_ms);
        if self.link.wants_entropy() {
            let entropy = core::array::from_fn(|_| self.random.next_u64() as u8);
            self.link.add_entropy(entropy);
        }
        let input = self.link.handle_input(now, &mut self.keys, packet);
        while let Some(event) = self.link.poll_event() {
            if event == SecurityEvent::Secured {
                self.begin();
            }
        }
        match input {
            Ok(Input::Packet(opened)) => self.take_opened(now_ms, &opened, judge),
            Ok(Input::Denied(opened)) => self.deny(now_ms, &opened),
            Ok(Input::Handled) | Err(_) => {}
        }
    }

    /// A session begins, with machines of its own.
    fn begin(&mut self) {
        self.services = Services::new();
        self.open.clear();
        self.answers.clear();
        self.reports_sent = 0;
    }

    fn take_opened(&mut self, now_ms: u64, opened: &Opened, judge: &mut Judge) {
        let header = Header { secured: false, ..opened.header };
        let message = decode_at_device(&header, opened.body);
        let Some(role) = opened.role() else {
            if let Ok(AnyMessage::Hello(hello)) = message {
                self.link.heard(&hello);
                self.greets = true;
            }
            return;
        };
        self.heard(now_ms);
        if let Ok(message) = message {
            self.take(now_ms, role, header.number, &message, judge);
        }
    }

    fn heard(&mut self, now_ms: u64) {
        self.heard_ms = Some(now_ms);
        self.pulse.heard(Instant::from_millis(now_ms));
    }

    /// The request id at the start of a command is all that is read of it.
    fn deny(&mut self, now_ms: u64, opened: &Opened) {
        self.heard(now_ms);
        if opened.header.kind == Kind::Command
            && let Some(rid) = rid(opened.body)
        {
            let answer = Response::new(rid, Status::DENIED);
            self.answers.push_back((opened.header.endpoint, AnyMessage::Response(answer)));
        }
    }

    fn take(
        &mut self,
        now_ms: u64,
        role: Role,
        number: u32,
        message: &AnyMessage,
        judge: &mut Judge,
    ) {
        let now = Instant::from_millis(now_ms);
        match message {
            AnyMessage::TimeAsk(ask) => self.tell_time(now_ms, number, ask),
            AnyMessage::Credit(credit) => self.services.publisher.credit(credit),
            AnyMessage::ObjectAsk(ask) => self.services.objects.ask(ask),
            AnyMessage::Operate(body) => {
                let stop = body.action == Action::STOP;
                let allowed = role != Role::Nurse || body.action == Action::EASE_OFF;
                let order =
                    self.order(number, 0x15, body.head, allowed, !stop, Some(self.revision));
                let order = Order { stop, begins: begins(body.action), ..order };
                self.command(now, order, judge, |device, judge| {
                    device.operate(now_ms, body, judge)
                });
            }
            AnyMessage::PutSetting(put) => {
                let order = self.order(number, 0x1D, put.head, true, true, None);
                self.command(now, order, judge, |device, judge| {
                    Some(device.put(now_ms, put, judge))
                });
            }
            AnyMessage::Actuate(body) => {
                let order = self.order(number, 0x1E, body.head, true, true, None);
                let order = Order { begins: Begins::Anywhere, ..order };
                self.command(now, order, judge, |device, judge| {
                    Some(device.actuate(now_ms, body, judge))
                });
            }
            AnyMessage::Follow(follow) => {
                let order = self.order(number, 0x1B, follow.head, true, false, None);
                self.command(now, order, judge, |device, _| {
                    device.count_from(now_ms, follow.period_ms.into(), follow.lease_s.into());
                    Some(device.services.publisher.follow(now, follow))
                });
            }
            AnyMessage::ReadSettings(read) => {
                let order = self.order(number, 0x1C, read.head, true, false, None);
                self.command(now, order, judge, |device, _| Some(device.read_settings(read)));
            }
            _ => {}
        }
    }

    fn order(
        &self,
        number: u32,
        endpoint: u8,
        head: CommandHead,
        allowed: bool,
        timed: bool,
        revision: Option<u16>,
    ) -> Order {
        let room = self.open.len() < OPEN;
        let (stop, begins) = (false, Begins::Nothing);
        Order { number, endpoint, head, allowed, timed, stop, begins, revision, room }
    }

    fn command(
        &mut self,
        now: Instant,
        order: Order,
        judge: &mut Judge,
        run: impl FnOnce(&mut Self, &mut Judge) -> Option<Response>,
    ) {
        let Services { gate, freshness, .. } = &mut self.services;
        let answer = match gate.admit(now, freshness, &order) {
            Verdict::Wait => return,
            Verdict::Answer(answer) => answer,
            Verdict::Run => {
                let Some(answer) = run(self, judge) else { return };
                self.services.gate.settle(answer);
                answer
            }
        };
        self.answers.push_back((order.endpoint, AnyMessage::Response(answer)));
    }

    /// A press of a button: its token stands in the argument. Some take a while.
    fn operate(&mut self, now_ms: u64, body: &Operate, judge: &mut Judge) -> Option<Response> {
        judge.done(body.argument, now_ms);
        self.revision = self.revision.wrapping_add(1).max(1);
        if body.action == Action::STOP {
            self.lease.revoke();
            return Some(Response::new(body.head.rid, Status::OK));
        }
        let wait = self.random.next_u64() % 4 * 40;
        if wait == 0 {
            return Some(Response::new(body.head.rid, Status::OK));
        }
        self.open.push(Open { rid: body.head.rid, done_ms: now_ms + wait });
        None
    }

    /// The token of a setting is its value.
    fn put(&mut self, now_ms: u64, put: &PutSetting, judge: &mut Judge) -> Response {
        let answer = self.settings.put(put);
        if answer.status == Status::OK {
            judge.put(put.value, now_ms);
        }
        answer
    }

    /// The token is how strongly it is driven.
    fn actuate(&mut self, now_ms: u64, body: &Actuate, judge: &mut Judge) -> Response {
        judge.done(body.drive_permille, now_ms);
        judge.leased(now_ms, body.lease_ms.into());
        self.lease.grant(Instant::from_millis(now_ms), Duration::from_millis(body.lease_ms.into()));
        self.drive = body.drive_permille;
        Response::new(body.head.rid, Status::OK)
    }

    fn read_settings(&mut self, read: &ReadSettings) -> Response {
        match self.settings.read(read) {
            Some(setting) => {
                self.answers.push_back((0x45, AnyMessage::Setting(setting)));
                Response::new(read.head.rid, Status::OK)
            }
            None => Response::new(read.head.rid, Status::NO_CHANGE),
        }
    }

    fn tell_time(&mut self, now_ms: u64, number: u32, ask: &TimeAsk) {
        self.services.freshness.prove(Instant::from_millis(now_ms), number, ask);
        let us = now_ms * 1_000;
        let answer = TimeAnswer { asked_us: ask.asked_us, received_us: us, sent_us: us };
        self.answers.push_back((0x65, AnyMessage::TimeAnswer(answer)));
    }

    /// The judge's own count of reports that fall due.
    fn count_from(&mut self, now_ms: u64, period_ms: u64, lease_s: u64) {
        let fallen = &mut self.services.fallen;
        if fallen.period_ms != period_ms || now_ms >= fallen.until_ms {
            (fallen.next_ms, fallen.period_ms) = (now_ms, period_ms);
        }
        fallen.until_ms = now_ms + lease_s * 1_000;
    }

    /// One tick of the machine: what is open ends, what is driven is judged, the log grows.
    pub fn tick(&mut self, now_ms: u64, judge: &mut Judge) {
        let now = Instant::from_millis(now_ms);
        let live = self.lease.is_live(now);
        judge.driven(now_ms, live && self.drive > 0);
        while let Some(at) = self.open.iter().position(|open| open.done_ms <= now_ms) {
            let open = self.open.remove(at);
            let answer = Response::new(open.rid, Status::OK);
            if let Some(endpoint) = self.services.gate.settle(answer) {
                self.answers.push_back((endpoint, AnyMessage::Response(answer)));
            }
        }
        self.write_log(now_ms, judge);
        self.value = self.value.wrapping_add(1);
        self.services.publisher.offer(now, REPORT, 0, self.value);
        let fallen = &mut self.services.fallen;
        if fallen.period_ms > 0 && now_ms >= fallen.next_ms && now_ms < fallen.until_ms {
            fallen.count += 1;
            fallen.next_ms = (fallen.next_ms + fallen.period_ms).max(now_ms + 1);
        }
        self.watch(now_ms, judge);
    }

    fn watch(&mut self, now_ms: u64, judge: &mut Judge) {
        self.pulse.falls_silent(Instant::from_millis(now_ms));
        if self.pulse.is_up() {
            let silent = self.heard_ms.map_or(0, |heard| now_ms - heard);
            judge.silence("the device", now_ms, silent, LOST_MS);
        }
    }

    fn write_log(&mut self, now_ms: u64, judge: &mut Judge) {
        if now_ms < self.log_due_ms {
            return;
        }
        self.log_due_ms = now_ms + 300;
        let entry: [u8; ENTRY] = core::array::from_fn(|_| self.random.next_u64() as u8);
        self.log.bytes.extend_from_slice(&entry);
        judge.logged(self.log.edition, &entry);
        let over = self.log.bytes.len().saturating_sub(LOG_KEPT) / ENTRY * ENTRY;
        self.log.first = self.log.first.max(over as u32);
    }

    /// Puts on the line what it has room for; `lets_pass` hears each frame and says whether it does.
    pub fn transmit(
        &mut self,
        now_ms: u64,
        line: &mut Line,
        faults: &Faults,
        judge: &mut Judge,
        mut lets_pass: impl FnMut(&[u8]) -> bool,
    ) {
        let now = Instant::from_millis(now_ms);
        let mut room = [0; PACKET_LEN];
        while line.has_room(now_ms) {
            let length = match self.link.poll_output(&mut room) {
                Some(length) => length,
                None => {
                    let Some((endpoint, message)) = self.next(now, judge) else { break };
                    let (kind, body) = (message.describe().kind, encoded(&message));
                    let sent = self.link.send(&self.keys, kind, endpoint, &body, &mut room);
                    let Ok(length) = sent else { continue };
                    length
                }
            };
            self.pulse.sent(now);
            let frame = framed(room.get(..length).unwrap_or_default());
            if lets_pass(&frame) {
                line.send(now_ms, &frame, faults);
            }
        }
    }

    fn next(&mut self, now: Instant, judge: &mut Judge) -> Option<(u8, AnyMessage)> {
        if core::mem::take(&mut self.greets) {
            return Some((0, AnyMessage::Hello(hello(SERIAL, self.boot))));
        }
        if let Some(answer) = self.answers.pop_front() {
            return Some(answer);
        }
        self.link.peer()?;
        if let Some(due) = self.services.publisher.poll(now) {
            self.reports_sent += 1;
            let fallen = self.services.fallen.count;
            let counted = u32::from(due.seq) + due.dropped;
            judge.require(counted == fallen, "reports", now.as_millis(), || {
                format!("{} sent and {} dropped of {fallen} that fell due", due.seq, due.dropped)
            });
            let status = status(now.as_millis(), due.seq, due.dropped, due.value);
            return Some((REPORT, AnyMessage::ChannelStatus(status)));
        }
        if let Some(nonce) = self.pulse.beat_due(now) {
            let beat = Heartbeat { at_ms: now.as_millis(), nonce };
            return Some((0x60, AnyMessage::Heartbeat(beat)));
        }
        match self.services.objects.poll(&self.log)? {
            Outgoing::About(about) => Some((0x51, AnyMessage::ObjectAbout(about))),
            Outgoing::Data(data) => Some((0x50, AnyMessage::ObjectData(data))),
        }
    }
}

/// What an action begins.
pub(super) fn begins(action: Action) -> Begins {
    if action == Action::START { Begins::AtItsChannel } else { Begins::Nothing }
}

/// The request id that a command begins with: seven bits to a byte, three bytes at most.
fn rid(body: &[u8]) -> Option<u16> {
    let end = body.iter().take(3).position(|byte| byte & 0x80 == 0)?;
    let bytes = body.get(..=end)?.iter().rev();
    u16::try_from(bytes.fold(0u32, |rid, byte| rid << 7 | u32::from(byte & 0x7F))).ok()
}

fn status(at_ms: u64, seq: u16, dropped: u32, value: u32) -> ChannelStatus {
    let reading = Value { value: value as i32, fault: 0, age_ms: 0 };
    ChannelStatus {
        seq,
        at_ms,
        channel: 0,
        phase: 8,
        elapsed_ms: 0,
        remaining_ms: 0,
        cooled_ms: 0,
        at_target_ms: 0,
        target_mc: 0,
        effective_mc: 0,
        targets_valid: 0,
        supply: reading,
        returned: reading,
        front: reading,
        rear: reading,
        safety: reading,
        skin: Value::absent(),
        flow: reading,
        pump_permille: 0,
        valve_permille: 0,
        flags: 0,
        control: 0,
        interface_target_mc: 0,
        interface_effective_mc: 0,
        skin_uncertainty_mk: 0,
        warm_valid: 0,
        warm_earliest_s: 0,
        warm_latest_s: 0,
        dropped,
        revision: 0,
    }
}
