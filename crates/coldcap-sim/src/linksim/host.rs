//! The host's end: the services of one device, and somebody who wants things.

use super::device::REPORT;
use super::judge::{Judge, Wanted};
use super::line::{Faults, Line};
use super::options::Options;
use super::session::{code, encoded, framed, hello};
use crate::random::Random;
use coldcap_units::{Duration, Instant};
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::frame::Deframer;
use coldcap_wire::message::{
    Action, Actuate, Actuator, AnyMessage, CommandHead, Follow, Heartbeat, Hello, ObjectAbout,
    ObjectData, ObjectKind, Operate, PutSetting, ReadSettings, Response, Status, decode_at_host,
};
use coldcap_wire::packet::{Header, Kind, PACKET_LEN};
use coldcap_wire::security::{HostLink, Input, Opened, Policy, SecurityEvent, Transport};
use coldcap_wire::service::{
    Answered, DeviceClock, Download, Finding, Follower, Pulse, Requests, SettingsMirror, State,
    WINDOW,
};

/// A peer that was silent for so long is lost: the figure of the specification.
pub(super) const LOST_MS: u64 = 3_500;

/// How long a handshake may last before it is begun anew: the invitation may have been that of a device that has been
/// started again since.
const PATIENCE_MS: u64 = 3_000;

/// The settings that it knows of.
const KEYS: [u16; 4] = [1, 2, 5, 9];

fn pick<T: Copy>(random: &mut Random, of: [T; 4]) -> T {
    let [first, second, third, fourth] = of;
    match random.next_u64() % 4 {
        0 => first,
        1 => second,
        2 => third,
        _ => fourth,
    }
}

/// Something the host asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Operate { token: u16, action: Action, deadline: u16, revision: u16 },
    Put { token: u16, key: u16, deadline: u16, revision: u16 },
    Actuate { token: u16, deadline: u16, lease_ms: u16 },
    Follow { period_ms: u16 },
    Read { since: u32, from: u16 },
}

impl Wish {
    const fn endpoint(self) -> u8 {
        match self {
            Self::Operate { .. } => 0x15,
            Self::Follow { .. } => 0x1B,
            Self::Read { .. } => 0x1C,
            Self::Put { .. } => 0x1D,
            Self::Actuate { .. } => 0x1E,
        }
    }

    const fn is_stop(self) -> bool {
        matches!(self, Self::Operate { action: Action::STOP, .. })
    }

    /// Whether it begins something.
    const fn begins(self) -> bool {
        matches!(self, Self::Operate { action: Action::START, .. } | Self::Actuate { .. })
    }

    const fn token(self) -> Option<u16> {
        match self {
            Self::Operate { token, .. } | Self::Put { token, .. } | Self::Actuate { token, .. } => {
                Some(token)
            }
            Self::Follow { .. } | Self::Read { .. } => None,
        }
    }

    fn message(self, rid: u16) -> AnyMessage {
        let head = |deadline, expected_revision| CommandHead {
            rid,
            deadline,
            expected_revision,
            channel: 0,
        };
        match self {
            Self::Operate { token, action, deadline, revision } => AnyMessage::Operate(Operate {
                head: head(deadline, revision),
                action,
                confirm: 0,
                argument: token,
            }),
            Self::Put { token, key, deadline, revision } => AnyMessage::PutSetting(PutSetting {
                head: head(deadline, revision),
                key,
                value: token.into(),
            }),
            Self::Actuate { token, deadline, lease_ms } => AnyMessage::Actuate(Actuate {
                head: head(deadline, 0),
                actuator: Actuator::PUMP,
                drive_permille: token,
                lease_ms,
            }),
            Self::Follow { period_ms } => AnyMessage::Follow(Follow {
                head: head(0, 0),
                report: REPORT,
                period_ms,
                mask: 1,
                lease_s: 6,
                window: 3,
            }),
            Self::Read { since, from } => {
                AnyMessage::ReadSettings(ReadSettings { head: head(0, 0), since, from })
            }
        }
    }
}

/// What a program that is started again has kept of the log.
#[derive(Clone, Debug, Default)]
struct Kept {
    edition: u32,
    first: usize,
    bytes: Vec<u8>,
}

/// What belongs to one session and ends with it.
#[derive(Clone, Debug)]
struct Services {
    /// When its keys were made, and whether the device has taken them up.
    since_ms: u64,
    confirmed: bool,
    requests: Requests<Wish, 8>,
    clock: DeviceClock,
    follower: Follower,
    reports: u32,
    newest: u16,
    mirror: SettingsMirror<4>,
    reading: Option<u16>,
    follow_due_ms: u64,
    ask_due_ms: u64,
    read_due_ms: u64,
    download: Option<Download>,
    download_due_ms: u64,
}

impl Services {
    fn new(now_ms: u64) -> Self {
        Self {
            since_ms: now_ms,
            confirmed: false,
            requests: Requests::new(1),
            clock: DeviceClock::new(),
            follower: Follower::new(REPORT, 0),
            reports: 0,
            newest: 0,
            mirror: SettingsMirror::new(),
            reading: None,
            follow_due_ms: now_ms,
            ask_due_ms: now_ms,
            read_due_ms: now_ms,
            download: None,
            download_due_ms: now_ms,
        }
    }
}

/// The link of a program that has just been started.
fn link(own: &Hello, seed: u64) -> HostLink<'static> {
    HostLink::new(own, Transport::Serial, Policy::STANDARD, code(seed))
}

/// The host's end of the line.
#[derive(Debug)]
pub struct SimHost {
    random: Random,
    seed: u64,
    role: u8,
    deframer: Deframer<FRAME_ROOM>,
    link: HostLink<'static>,
    own: Hello,
    /// The device's start with which a handshake was begun last, and when.
    met: Option<(u32, u64)>,
    greet_due_ms: u64,
    services: Option<Services>,
    pulse: Pulse,
    heard_true_ms: Option<u64>,
    kept: Kept,
    transfer: u8,
    piece: u8,
    /// Device revision as the host guesses it.
    wish_due_ms: u64,
    token: u16,
    calm: bool,
    downloads: u32,
    reports: u32,
    losses: u32,
    period_ms: u16,
    wish_ms: u64,
}

impl SimHost {
    /// A host that has heard of nobody.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let mut random = Random::stream(options.seed, 2);
        let own = hello(0, random.next_u64() as u32);
        let period_ms = 100 + (random.next_u64() % 500) as u16;
        Self {
            random,
            seed: options.seed,
            role: options.role,
            deframer: Deframer::new(),
            link: link(&own, options.seed),
            own,
            met: None,
            greet_due_ms: 0,
            services: None,
            pulse: Pulse::new(),
            heard_true_ms: None,
            kept: Kept::default(),
            transfer: 0,
            piece: 208,
            wish_due_ms: 0,
            token: 0,
            calm: false,
            downloads: 0,
            reports: 0,
            losses: 0,
            period_ms,
            wish_ms: options.wish_ms,
        }
    }

    /// The program ends and is started again: of the log it has kept what had arrived without a gap.
    pub fn restart(&mut self, now_ms: u64) {
        self.own = hello(0, self.random.next_u64() as u32);
        self.link = link(&self.own, self.seed);
        self.deframer = Deframer::new();
        self.begin_anew(now_ms);
    }

    /// Without a session, as at the beginning.
    fn begin_anew(&mut self, now_ms: u64) {
        self.end_services();
        self.met = None;
        self.pulse = Pulse::new();
        self.heard_true_ms = None;
        self.greet_due_ms = now_ms;
    }

    /// What waits has no answer and will have none: nobody knows what became of it.
    fn end_services(&mut self) {
        if let Some(download) =
            self.services.as_ref().and_then(|services| services.download.as_ref())
        {
            self.kept.bytes.truncate(download.arrived() as usize);
        }
        self.services = None;
    }

    /// New keys are made while the session goes on.
    pub fn rekey(&mut self, now_ms: u64) {
        let ephemeral = core::array::from_fn(|_| self.random.next_u64() as u8);
        let _ = self.link.connect(Instant::from_millis(now_ms), ephemeral);
    }

    /// The line takes shorter or longer packets from now on.
    pub fn change_piece(&mut self) {
        self.piece = pick(&mut self.random, [40, 100, 160, 208]);
        let (piece, kept) = (self.piece, &mut self.kept);
        let Some(services) = self.services.as_mut() else { return };
        let Some(download) = services.download.as_mut().filter(|it| it.state() == State::Running)
        else {
            return;
        };
        self.transfer = self.transfer.wrapping_add(2);
        kept.bytes.truncate(download.arrived() as usize);
        *download = Download::new(ObjectKind::LOG, 0, self.transfer, WINDOW)
            .in_pieces_of(piece)
            .resumed(download.edition(), download.arrived());
    }

    /// From now on nothing new is wanted, but one stop.
    pub fn calm_down(&mut self, now_ms: u64, judge: &mut Judge) {
        self.calm = true;
        self.wish(now_ms, judge, true);
    }

    /// Why it is not done yet; `None` once it is.
    #[must_use]
    pub fn unfinished(
        &self,
        reports_before: u32,
        settings: &coldcap_wire::service::Settings<4>,
    ) -> Option<String> {
        let Some(services) = self.services.as_ref().filter(|services| services.confirmed) else {
            return Some("there is no session".into());
        };
        if !services.requests.is_empty() {
            return Some(format!("{} commands wait for an answer", services.requests.len()));
        }
        if self.downloads == 0 {
            return Some("the log has not arrived".into());
        }
        if self.reports == reports_before {
            return Some("no report arrives".into());
        }
        let same =
            [1, 2, 5, 9].iter().all(|key| services.mirror.value(*key) == settings.value(*key));
        (!same || services.mirror.revision() != settings.revision()).then(|| {
            format!(
                "settings of revision {}, not {}",
                services.mirror.revision(),
                settings.revision()
            )
        })
    }

    /// Downloads that are counted from now on.
    pub fn forget_downloads(&mut self) {
        self.downloads = 0;
    }

    /// How many reports have arrived.
    #[must_use]
    pub const fn reports(&self) -> u32 {
        self.reports
    }

    /// How often the link was lost.
    #[must_use]
    pub const fn losses(&self) -> u32 {
        self.losses
    }

    /// How many downloads have completed since they were last counted anew.
    #[must_use]
    pub const fn downloads(&self) -> u32 {
        self.downloads
    }

    /// Takes bytes from the line. `true_ms` is the device's time, for the judge alone.
    pub fn receive(&mut self, now_ms: u64, true_ms: u64, mut bytes: &[u8], judge: &mut Judge) {
        while !bytes.is_empty() {
            let (consumed, packet) = self.deframer.feed(bytes);
            let packet = packet.and_then(Result::ok).map(|packet| packet.to_vec());
            if let Some(mut packet) = packet {
                self.take_packet(now_ms, true_ms, &mut packet, judge);
            }
            bytes = bytes.get(consumed.max(1)..).unwrap_or_default();
        }
    }

    fn take_packet(&mut self, now_ms: u64, true_ms: u64, packet: &mut [u8], judge: &mut Judge) {
        let input = self.link.handle_input(Instant::from_millis(now_ms), packet);
        while let Some(event) = self.link.poll_event() {
            if event == SecurityEvent::Secured {
                self.end_services();
                self.services = Some(Services::new(now_ms));
            }
        }
        if let Ok(Input::Packet(opened)) = input {
            self.take_opened(now_ms, true_ms, &opened, judge);
        }
    }

    fn take_opened(&mut self, now_ms: u64, true_ms: u64, opened: &Opened, judge: &mut Judge) {
        let header = Header { secured: false, ..opened.header };
        let message = decode_at_host(&header, opened.body);
        if !opened.header.secured {
            if let Ok(AnyMessage::Hello(hello)) = message {
                self.meet(now_ms, &hello);
            }
            return;
        }
        self.heard_true_ms = Some(true_ms);
        self.pulse.heard(Instant::from_millis(now_ms));
        // Its numbers are those of the requests and reports before.
        if opened.earlier {
            return;
        }
        if let Some(services) = self.services.as_mut() {
            services.confirmed = true;
        }
        if let Ok(message) = message {
            self.take(now_ms, true_ms, header.endpoint, &message, judge);
        }
    }

    /// Begins a handshake, unless one goes on with a device that has not been started again since, or a session does.
    fn meet(&mut self, now_ms: u64, hello: &Hello) {
        if self.link.heard(hello).is_err() {
            return;
        }
        let recent =
            |since_ms: u64| now_ms.checked_sub(since_ms).is_some_and(|ago| ago < PATIENCE_MS);
        let waits = self
            .services
            .as_ref()
            .is_some_and(|services| services.confirmed || recent(services.since_ms));
        let same = self.met.is_some_and(|(boot, at_ms)| boot == hello.boot && recent(at_ms));
        let goes_on = same && self.link.next_deadline().is_some();
        if !waits && !goes_on {
            self.met = Some((hello.boot, now_ms));
            self.rekey(now_ms);
        }
    }

    fn take(
        &mut self,
        now_ms: u64,
        true_ms: u64,
        endpoint: u8,
        message: &AnyMessage,
        judge: &mut Judge,
    ) {
        let Some(services) = self.services.as_mut() else { return };
        match message {
            AnyMessage::Response(answer) => {
                self.take_answer(now_ms, true_ms, endpoint, answer, judge)
            }
            AnyMessage::TimeAnswer(answer) => {
                let first = services.clock.device_us(now_ms * 1_000).is_none();
                services.clock.answered(now_ms * 1_000, answer);
                // The next question proves that this was heard.
                if first {
                    services.ask_due_ms = now_ms;
                }
            }
            AnyMessage::ChannelStatus(status) => {
                services.follower.accept(status.seq, status.dropped);
                services.reports += 1;
                self.reports += 1;
                let (received, missing) =
                    (services.follower.received(), services.follower.missing());
                let seen = services.reports;
                judge.require(received == seen, "reports", true_ms, || {
                    format!("{seen} arrived, {received} are accounted for")
                });
                services.newest = services.newest.max(status.seq);
                let sent = u32::from(services.newest);
                judge.require(received + missing == sent, "reports", true_ms, || {
                    format!("{sent} sent, {received} received, {missing} missing")
                });
            }
            AnyMessage::Setting(setting) if services.reading == Some(setting.rid) => {
                services.reading = None;
                services.mirror.accept(setting);
                services.read_due_ms = now_ms + if setting.left == 0 { 1_000 } else { 0 };
            }
            AnyMessage::ObjectAbout(about) => self.take_about(now_ms, about),
            AnyMessage::ObjectData(data) => self.take_data(now_ms, true_ms, data, judge),
            _ => {}
        }
        self.finish_download(now_ms, true_ms, judge);
    }

    fn take_answer(
        &mut self,
        now_ms: u64,
        true_ms: u64,
        endpoint: u8,
        answer: &Response,
        judge: &mut Judge,
    ) {
        let Some(services) = self.services.as_mut() else { return };
        let now = Instant::from_millis(now_ms);
        let Answered::Settled(wish) = services.requests.answered(now, endpoint, answer) else {
            return;
        };
        if let Some(token) = wish.token() {
            judge.answered(token, answer.status, true_ms);
        }
        match wish {
            Wish::Read { .. } if answer.status == Status::NO_CHANGE => {
                services.mirror.nothing_left();
                services.read_due_ms = now_ms + 1_000;
                services.reading = None;
            }
            // The setting itself may be lost although the answer came.
            Wish::Read { .. } => services.read_due_ms = now_ms + 300,
            Wish::Follow { .. } if answer.status == Status::OK => {
                services.follow_due_ms = now_ms + 2_000
            }
            _ => {}
        }
    }

    fn take_about(&mut self, now_ms: u64, about: &ObjectAbout) {
        let Some(download) = self.services.as_mut().and_then(|services| services.download.as_mut())
        else {
            return;
        };
        if let Finding::Anew { first } = download.about(Instant::from_millis(now_ms), about) {
            let first = first as usize;
            self.kept = Kept { edition: download.edition(), first, bytes: vec![0; first] };
        }
        self.kept.edition = download.edition();
    }

    fn take_data(&mut self, now_ms: u64, true_ms: u64, data: &ObjectData, judge: &mut Judge) {
        let Some(download) = self.services.as_mut().and_then(|services| services.download.as_mut())
        else {
            return;
        };
        if let Finding::Bytes { offset, bytes } = download.data(Instant::from_millis(now_ms), data)
        {
            let (from, end) = (offset as usize, offset as usize + bytes.len());
            if self.kept.bytes.len() < end {
                self.kept.bytes.resize(end, 0);
            }
            match self.kept.bytes.get_mut(from..end) {
                Some(room) => room.copy_from_slice(bytes),
                None => {
                    judge.broken("object", true_ms, || format!("bytes at {offset} have no place"))
                }
            }
        }
    }

    fn finish_download(&mut self, now_ms: u64, true_ms: u64, judge: &mut Judge) {
        let Some(services) = self.services.as_mut() else { return };
        if services.download.is_none_or(|download| download.state() != State::Complete) {
            return;
        }
        services.download = None;
        services.download_due_ms = now_ms + 700;
        self.downloads += 1;
        judge.complete(true_ms, self.kept.edition, self.kept.first, &self.kept.bytes);
    }

    /// One tick of the program: silence is noticed, and things are wanted.
    pub fn tick(&mut self, now_ms: u64, true_ms: u64, judge: &mut Judge, judged: bool) {
        if self.pulse.falls_silent(Instant::from_millis(now_ms)) {
            self.lose(now_ms);
        }
        if self.pulse.is_up() && judged {
            let silent = self.heard_true_ms.map_or(0, |heard| true_ms - heard);
            judge.silence("the host", true_ms, silent, LOST_MS + 15);
        }
        self.start_download(now_ms);
        let waits = now_ms < self.wish_due_ms && self.wish_due_ms - now_ms < 5_000;
        if self.calm || waits {
            return;
        }
        self.wish_due_ms = now_ms + 20 + self.random.next_u64() % self.wish_ms;
        self.wish(now_ms, judge, false);
    }

    fn lose(&mut self, now_ms: u64) {
        self.losses += 1;
        self.link.close();
        self.begin_anew(now_ms);
    }

    fn start_download(&mut self, now_ms: u64) {
        let Some(services) = self.services.as_mut() else { return };
        let waits = now_ms < services.download_due_ms && services.download_due_ms - now_ms < 5_000;
        if !services.confirmed || services.download.is_some() || waits {
            return;
        }
        self.transfer = self.transfer.wrapping_add(2);
        services.download = Some(
            Download::new(ObjectKind::LOG, 0, self.transfer, WINDOW)
                .in_pieces_of(self.piece)
                .resumed(self.kept.edition, self.kept.bytes.len() as u32),
        );
    }

    fn wish(&mut self, now_ms: u64, judge: &mut Judge, stop: bool) {
        let Some(services) = self.services.as_mut().filter(|services| services.confirmed) else {
            return;
        };
        self.token = self.token.wrapping_add(1).max(1);
        let token = self.token;
        let span = Duration::from_millis(200 + (self.random.next_u64() % 9_000) as u32);
        let Some((until, deadline)) = services.clock.deadline(now_ms * 1_000, span) else { return };
        let (wish, allowed) = match self.random.next_u64() % 10 {
            _ if stop => {
                (Wish::Operate { token, action: Action::STOP, deadline, revision: 7 }, true)
            }
            0 => (Wish::Operate { token, action: Action::STOP, deadline, revision: 7 }, true),
            1..=3 => {
                let revision = if self.random.next_u64().is_multiple_of(4) { 3 } else { 0 };
                (Wish::Operate { token, action: Action::START, deadline, revision }, self.role >= 1)
            }
            4..=6 => {
                (Wish::Operate { token, action: Action::EASE_OFF, deadline, revision: 0 }, true)
            }
            7 => {
                let key = pick(&mut self.random, KEYS);
                let revision = services.mirror.revision() as u16;
                (Wish::Put { token, key, deadline, revision }, self.role >= 1)
            }
            _ => {
                let lease_ms = 200 + (self.random.next_u64() % 3_000) as u16;
                (Wish::Actuate { token, deadline, lease_ms }, self.role >= 2)
            }
        };
        let (stop, begins) = (wish.is_stop(), wish.begins());
        let now = Instant::from_millis(now_ms);
        if stop {
            while services.requests.recalled(|wish| wish.begins()).is_some() {}
        }
        if services.requests.push(now, wish.endpoint(), wish, stop).is_ok() {
            let deadline_ms = (!stop).then_some(until.as_millis());
            judge.wanted(token, Wanted { deadline_ms, allowed, stop, begins });
        }
    }

    /// Puts on the line what it has room for; `lets_pass` hears each frame and says whether it does.
    pub fn transmit(
        &mut self,
        now_ms: u64,
        true_ms: u64,
        line: &mut Line,
        faults: &Faults,
        mut lets_pass: impl FnMut(&[u8]) -> bool,
    ) {
        let now = Instant::from_millis(now_ms);
        let mut room = [0; PACKET_LEN];
        while line.has_room(true_ms) {
            let length = match self.link.poll_output(now, &mut room) {
                Some(length) => length,
                None => {
                    let Some((endpoint, message)) = self.next(now) else { break };
                    let (kind, body) = (message.describe().kind, encoded(&message));
                    if kind != Kind::Hello {
                        self.pulse.sent(now);
                    }
                    self.link.send(kind, endpoint, &body, &mut room).unwrap_or(0)
                }
            };
            let frame = framed(room.get(..length).unwrap_or_default());
            if lets_pass(&frame) {
                line.send(true_ms, &frame, faults);
            }
        }
    }

    /// A hello, as long as there is no session that the device has taken up.
    fn greeting(&mut self, now_ms: u64) -> Option<AnyMessage> {
        let confirmed = self.services.as_ref().is_some_and(|services| services.confirmed);
        // A clock that was set back must not keep it silent.
        if confirmed || (now_ms < self.greet_due_ms && self.greet_due_ms - now_ms <= 1_000) {
            return None;
        }
        self.greet_due_ms = now_ms + 1_000;
        Some(AnyMessage::Hello(self.own))
    }

    fn next(&mut self, now: Instant) -> Option<(u8, AnyMessage)> {
        let now_ms = now.as_millis();
        let period_ms = self.period_ms;
        if let Some(hello) = self.greeting(now_ms) {
            return Some((0, hello));
        }
        let services = self.services.as_mut()?;
        let _ = services.requests.given_up(now);
        if let Some((rid, wish)) = services.requests.next_due(now) {
            if matches!(wish, Wish::Read { .. }) {
                services.reading = Some(rid);
            }
            return Some((wish.endpoint(), wish.message(rid)));
        }
        if due(&mut services.ask_due_ms, now_ms, 2_000) {
            return Some((0x64, AnyMessage::TimeAsk(services.clock.ask(now_ms * 1_000))));
        }
        if !services.confirmed {
            return None;
        }
        if due(&mut services.follow_due_ms, now_ms, 1_000) {
            let wish = Wish::Follow { period_ms };
            let _ = services.requests.push(now, wish.endpoint(), wish, false);
        }
        if due(&mut services.read_due_ms, now_ms, 1_000) {
            let (since, from) = services.mirror.wanted();
            let wish = Wish::Read { since, from };
            let _ = services.requests.push(now, wish.endpoint(), wish, false);
        }
        if let Some(credit) = services.follower.credit() {
            return Some((0x63, AnyMessage::Credit(credit)));
        }
        let trip = services.requests.round_trip();
        if let Some(ask) = services.download.as_mut().and_then(|download| {
            download.measured(trip);
            download.poll(now)
        }) {
            return Some((0x52, AnyMessage::ObjectAsk(ask)));
        }
        let nonce = self.pulse.beat_due(now)?;
        Some((0x60, AnyMessage::Heartbeat(Heartbeat { at_ms: now_ms, nonce })))
    }
}

/// Whether it is time, on a clock that may be set back; then the next time is set.
fn due(at_ms: &mut u64, now_ms: u64, every_ms: u64) -> bool {
    let ahead = *at_ms > now_ms + 5_000;
    if now_ms < *at_ms && !ahead {
        return false;
    }
    *at_ms = now_ms + every_ms;
    true
}
