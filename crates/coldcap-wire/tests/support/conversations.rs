//! Golden conversations: both ends as they ship, with fixed random numbers, and every byte that travels.
//!
//! One session from hello to download, and a short one of minor version 4, whose handshake is bound to all of either hello. Each line says when, who, what, whether it arrives, the packet in the plain and
//! the frame on the line.
#![allow(dead_code)]

use coldcap_units::{Duration, Instant};
use coldcap_wire::frame;
use coldcap_wire::message::{
    Action, AnyMessage, Body, ChannelStatus, CommandHead, Follow, Hello, ObjectKind, Operate,
    Origin, PutSetting, ReadSettings, Response, Status, TimeAnswer, Value, decode_at_device,
    decode_at_host,
};
use coldcap_wire::packet::{BODY_LEN, Header, PACKET_LEN};
use coldcap_wire::security::{
    DeviceLink, HostLink, Input, KeyRing, KeySlot, Label, PairingCode, Policy, Role, Secret,
    Transport,
};
use coldcap_wire::service::{
    About, Answered, Begins, DeviceClock, Download, Finding, Follower, Freshness, Gate, KEPT,
    ObjectServer, ObjectSource, Order, Outgoing, Publisher, Requests, SettingRow, Settings,
    SettingsMirror, State, Verdict, WINDOW,
};

const SERIAL: u64 = 4_711;
/// The device's clock when the host begins, and the host's.
const START_MS: u64 = 100_000;
const HOST_MS: u64 = 900_000;
static ROWS: [SettingRow; 2] = [
    SettingRow { key: 1, minimum: 0, maximum: 100, initial: 40 },
    SettingRow { key: 5, minimum: -8_000, maximum: 5_000, initial: -4_000 },
];

fn counting(first: u8) -> [u8; 32] {
    core::array::from_fn(|at| first + at as u8)
}

/// What is said and drawn where a session begins.
#[derive(Clone, Copy)]
struct Setting {
    minor: u8,
    /// Where the random numbers of device and host begin.
    random: [u8; 2],
}

const FIRST: Setting = Setting { minor: 3, random: [0x20, 0x40] };
const WHOLE: Setting = Setting { minor: 4, random: [0x60, 0x80] };

fn hello(minor_max: u8, serial: u64, channels: u8, boot: u32) -> Hello {
    Hello {
        major: 1,
        minor_min: 0,
        minor_max,
        origin: Origin::DEVICE,
        model: 1,
        serial,
        firmware: 0x0001_0000,
        // A fixed number: what was said once outlives this message set.
        schema: 0x1234_5678,
        mtu: 240,
        channels,
        features: 0,
        boot,
    }
}

/// 500 bytes of which each follows from its place.
struct Shelf;

impl ObjectSource for Shelf {
    fn about(&self, object: ObjectKind, _: u32) -> Option<About> {
        (object == ObjectKind::LOG).then_some(About { edition: 7, length: 500, first: 0 })
    }

    fn read(&self, _: ObjectKind, _: u32, offset: u32, room: &mut [u8]) -> usize {
        let bytes = (offset..500).map(|at| at as u8);
        room.iter_mut().zip(bytes).map(|(place, byte)| *place = byte).count()
    }
}

struct Talk {
    setting: Setting,
    conversation: &'static str,
    now_ms: u64,
    keys: KeyRing,
    device: DeviceLink<'static>,
    host: HostLink<'static>,
    gate: Gate<KEPT>,
    freshness: Freshness,
    publisher: Publisher<i32, 1>,
    objects: ObjectServer,
    settings: Settings<2>,
    requests: Requests<AnyMessage, 8>,
    clock: DeviceClock,
    follower: Follower,
    mirror: SettingsMirror<2>,
    download: Download,
    /// What an `ease_off` and a `stop` have done.
    done: Vec<Action>,
    lines: Vec<String>,
}

/// Whether a packet gets there.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Arrives,
    Lost,
}
use Fate::{Arrives, Lost};

/// The lines, and the keys of the session for a log.
pub(crate) fn all() -> (Vec<String>, String) {
    let mut talk = Talk::new(FIRST);
    talk.begin();
    talk.command();
    talk.read_and_put();
    talk.reports();
    talk.fetch();
    let mut whole = Talk::new(WHOLE);
    whole.begin();
    whole.command();
    let logs = [talk.log(), whole.log()].concat();
    let log = format!("# The session of conversations.jsonl.\n{logs}");
    ([talk.lines, whole.lines].concat(), log)
}

impl Talk {
    fn new(setting: Setting) -> Self {
        let psk = Secret::new(counting(0));
        let mut keys = KeyRing::new();
        let label = Label::new("tablet").expect("short");
        keys.add(KeySlot { id: 1, role: Role::Clinician, label, psk: psk.clone() }).expect("room");
        let code = PairingCode { serial: SERIAL, slot: 1, psk };
        let minor = setting.minor;
        let (own, others) = (hello(minor, SERIAL, 1, 7), hello(minor, 0, 0, 9));
        let policy = Policy::STANDARD;
        Self {
            setting,
            conversation: if minor < WHOLE.minor { "session" } else { "session_bound_whole" },
            now_ms: START_MS,
            keys,
            device: DeviceLink::new(&own, Transport::Serial, policy),
            host: HostLink::new(&others, Transport::Serial, policy, code),
            gate: Gate::new(),
            freshness: Freshness::new(),
            publisher: Publisher::new([(0x40, 0)]),
            objects: ObjectServer::new(),
            settings: Settings::new(&ROWS),
            requests: Requests::new(1),
            clock: DeviceClock::new(),
            follower: Follower::new(0x40, 0),
            mirror: SettingsMirror::new(),
            download: Download::new(ObjectKind::LOG, 0, 1, WINDOW),
            done: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// The line of the session for a key log.
    fn log(&self) -> String {
        let keys = self.host.keys().expect("a session");
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let words = [&keys.hash[..], keys.sending.expose(), keys.receiving.expose()].map(hex);
        format!("COLDCAP_SESSION {}\n", words.join(" "))
    }

    fn now(&self) -> Instant {
        Instant::from_millis(self.now_ms)
    }

    fn host_now(&self) -> Instant {
        Instant::from_millis(self.now_ms - START_MS + HOST_MS)
    }

    fn wait(&mut self, millis: u64) {
        self.now_ms += millis;
    }

    /// A line of the record; `name` is that of the message, `plain` its packet without a seal.
    fn note(&mut self, from: &str, name: &str, plain: &[u8], packet: &[u8], fate: Fate) {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let mut out = vec![0; frame::max_encoded_len(PACKET_LEN)];
        let len = frame::encode(packet, &mut out).expect("it fits");
        let at = self.now_ms - START_MS;
        let arrives = fate == Arrives;
        self.lines.push(format!(
            "{{\"conversation\":\"{}\",\"ms\":{at},\"from\":\"{from}\",\"says\":\"{name}\",\"arrives\":{arrives},\"plain\":\"{}\",\"frame\":\"{}\"}}",
            self.conversation, hex(plain), hex(&out[..len])
        ));
    }

    fn plain(message: &AnyMessage, endpoint: u8, packet: &[u8]) -> Vec<u8> {
        let (header, _) = Header::parse(packet).expect("a header");
        let header = Header { secured: false, ..header };
        assert_eq!((header.endpoint, header.kind), (endpoint, message.describe().kind));
        let mut body = [0; BODY_LEN];
        let len = message.encode(&mut body).expect("it fits");
        [&header.to_bytes()[..], &body[..len]].concat()
    }

    /// The host says something.
    fn ask(&mut self, endpoint: u8, message: impl Into<AnyMessage>, fate: Fate) {
        let (message, mut packet) = (message.into(), [0; PACKET_LEN]);
        let mut body = [0; BODY_LEN];
        let len = message.encode(&mut body).expect("it fits");
        let kind = message.describe().kind;
        let len = self.host.send(kind, endpoint, &body[..len], &mut packet).expect("secured");
        let packet = &mut packet[..len];
        let plain = Self::plain(&message, endpoint, packet);
        self.note("host", message.describe().name, &plain, packet, fate);
        if fate == Arrives {
            self.at_device(packet);
        }
    }

    fn at_device(&mut self, packet: &mut [u8]) {
        let now = self.now();
        let input = self.device.handle_input(now, &mut self.keys, packet);
        let Ok(Input::Packet(opened)) = input else { panic!("{input:?}") };
        let header = Header { secured: false, ..opened.header };
        match decode_at_device(&header, opened.body).expect("a message") {
            AnyMessage::Hello(hello) => self.device.heard(&hello),
            AnyMessage::TimeAsk(ask) => {
                self.freshness.prove(now, header.number, &ask);
                let us = self.now_ms * 1_000;
                let answer =
                    TimeAnswer { asked_us: ask.asked_us, received_us: us, sent_us: us + 500 };
                self.say(0x65, answer, Arrives);
            }
            AnyMessage::Credit(credit) => self.publisher.credit(&credit),
            AnyMessage::ObjectAsk(ask) => self.objects.ask(&ask),
            _ => {}
        }
    }

    /// The device says something.
    fn say(&mut self, endpoint: u8, message: impl Into<AnyMessage>, fate: Fate) {
        let (message, mut packet) = (message.into(), [0; PACKET_LEN]);
        let mut body = [0; BODY_LEN];
        let len = message.encode(&mut body).expect("it fits");
        let kind = message.describe().kind;
        let len = self
            .device
            .send(&self.keys, kind, endpoint, &body[..len], &mut packet)
            .expect("secured");
        let packet = &mut packet[..len];
        let plain = Self::plain(&message, endpoint, packet);
        self.note("device", message.describe().name, &plain, packet, fate);
        if fate == Arrives {
            self.at_host(packet);
        }
    }

    fn at_host(&mut self, packet: &mut [u8]) {
        let now = self.host_now();
        let input = self.host.handle_input(now, packet);
        let Ok(Input::Packet(opened)) = input else { panic!("{input:?}") };
        let header = Header { secured: false, ..opened.header };
        match decode_at_host(&header, opened.body).expect("a message") {
            AnyMessage::Hello(hello) => self.host.heard(&hello).expect("its device"),
            AnyMessage::TimeAnswer(answer) => {
                assert!(self.clock.answered(now.as_millis() * 1_000, &answer));
            }
            AnyMessage::Response(answer) => {
                let settled = self.requests.answered(now, header.endpoint, &answer);
                assert!(matches!(settled, Answered::Settled(_) | Answered::Unknown), "{settled:?}");
            }
            AnyMessage::ChannelStatus(status) => {
                let _ = self.follower.accept(status.seq, status.dropped);
            }
            AnyMessage::Setting(setting) => {
                let _ = self.mirror.accept(&setting);
            }
            AnyMessage::ObjectAbout(about) => {
                let _ = self.download.about(now, &about);
            }
            AnyMessage::ObjectData(data) => {
                if let Finding::Bytes { offset, bytes } = self.download.data(now, &data) {
                    assert!(bytes.iter().zip(offset..).all(|(byte, at)| *byte == at as u8));
                }
            }
            _ => {}
        }
    }

    /// Hello both ways, the four packets of a handshake, and the question with which the session begins.
    fn begin(&mut self) {
        let Setting { minor, random: [of_device, of_host] } = self.setting;
        self.ask(0, hello(minor, 0, 0, 9), Arrives);
        self.wait(5);
        self.say(0, hello(minor, SERIAL, 1, 7), Arrives);
        self.device.add_entropy(counting(of_device));
        self.host.connect(self.host_now(), counting(of_host)).expect("it said hello");
        for names in [["request", "invitation"], ["first", "second"]] {
            let mut packet = [0; PACKET_LEN];
            self.wait(5);
            let len = self.host.poll_output(self.host_now(), &mut packet).expect("due");
            self.note("host", names[0], &packet[..len], &packet[..len], Arrives);
            let now = self.now();
            let input = self.device.handle_input(now, &mut self.keys, &mut packet[..len]);
            assert_eq!(input, Ok(Input::Handled));
            self.wait(5);
            let len = self.device.poll_output(&mut packet).expect("an answer");
            self.note("device", names[1], &packet[..len], &packet[..len], Arrives);
            let now = self.host_now();
            assert_eq!(self.host.handle_input(now, &mut packet[..len]), Ok(Input::Handled));
        }
        for _ in 0..2 {
            self.wait(5);
            let ask = self.clock.ask(self.host_now().as_millis() * 1_000);
            self.ask(0x64, ask, Arrives);
        }
    }

    fn head(&mut self, revision: u16) -> CommandHead {
        let span = Duration::from_secs(5);
        let us = self.host_now().as_millis() * 1_000;
        let (_, deadline) = self.clock.deadline(us, span).expect("the device's time is known");
        CommandHead { deadline, expected_revision: revision, ..CommandHead::new(0, 0) }
    }

    /// What the host has to send now: a new command, or one again.
    fn due(&mut self, endpoint: u8, fate: Fate) -> AnyMessage {
        let now = self.host_now();
        let (_, message) = self.requests.next_due(now).expect("due");
        self.ask(endpoint, message, fate);
        message
    }

    fn push<M: Body + Into<AnyMessage>>(
        &mut self,
        endpoint: u8,
        stop: bool,
        make: impl Fn(u16) -> M,
    ) {
        // The id is what the next push gives; a copy is asked for it.
        let now = self.host_now();
        let mut copy = self.requests;
        let rid = copy.push(now, endpoint, make(0).into(), stop).expect("room");
        assert_eq!(self.requests.push(now, endpoint, make(rid).into(), stop), Ok(rid));
    }

    /// Decides, carries out, and answers.
    fn answer(&mut self, endpoint: u8, head: CommandHead, number: u32, action: Action, fate: Fate) {
        let stop = action == Action::STOP;
        let starts = action == Action::START;
        let order = Order {
            number,
            endpoint,
            head,
            allowed: true,
            timed: !stop,
            stop,
            begins: if starts { Begins::AtItsChannel } else { Begins::Nothing },
            revision: None,
            room: true,
        };
        let answer = match self.gate.admit(self.now(), &self.freshness, &order) {
            Verdict::Run => {
                self.done.push(action);
                let answer = Response::new(head.rid, Status::OK);
                self.gate.settle(answer);
                answer
            }
            Verdict::Answer(answer) => answer,
            Verdict::Wait => panic!("nothing takes long here"),
        };
        self.say(endpoint, AnyMessage::Response(answer), fate);
    }

    /// An action whose answer is lost and that is asked for again; a stop that comes twice.
    fn command(&mut self) {
        if self.setting.minor < WHOLE.minor {
            self.conversation = "command";
        }
        self.wait(300);
        let head = self.head(0);
        let press = move |action| {
            move |rid| Operate {
                head: CommandHead { rid, ..head },
                action,
                confirm: 0,
                argument: 0,
            }
        };
        self.push(0x15, false, press(Action::EASE_OFF));
        for (fate, wait) in [(Lost, 500), (Arrives, 10)] {
            let AnyMessage::Operate(body) = self.due(0x15, Arrives) else { panic!("an action") };
            self.wait(5);
            self.answer(0x15, body.head, 3, body.action, fate);
            self.wait(wait);
        }
        assert_eq!(self.done, [Action::EASE_OFF], "once");
        let stop = move |rid| Operate {
            head: CommandHead::new(rid, 0),
            action: Action::STOP,
            confirm: 0,
            argument: 0,
        };
        self.push(0x15, true, stop);
        let AnyMessage::Operate(body) = self.due(0x15, Arrives) else { panic!("an action") };
        self.wait(5);
        self.answer(0x15, body.head, 3, body.action, Lost);
        self.wait(600);
        let AnyMessage::Operate(body) = self.due(0x15, Arrives) else { panic!("an action") };
        self.wait(5);
        self.answer(0x15, body.head, 3, body.action, Arrives);
        assert_eq!(self.done, [Action::EASE_OFF, Action::STOP, Action::STOP], "a stop, again");
    }

    fn read_once(&mut self) {
        let (since, from) = self.mirror.wanted();
        self.push(0x1C, false, |rid| ReadSettings { head: CommandHead::new(rid, 0), since, from });
        let AnyMessage::ReadSettings(read) = self.due(0x1C, Arrives) else { panic!("a reading") };
        self.wait(5);
        let setting = self.settings.read(&read);
        if let Some(setting) = setting {
            self.say(0x45, setting, Arrives);
        }
        let status = if setting.is_some() { Status::OK } else { Status::NO_CHANGE };
        self.say(0x1C, AnyMessage::Response(Response::new(read.head.rid, status)), Arrives);
        if setting.is_none() {
            self.mirror.nothing_left();
        }
    }

    fn put_once(&mut self, revision: u16, value: i32) -> Status {
        let head = self.head(revision);
        self.push(0x1D, false, |rid| PutSetting {
            head: CommandHead { rid, ..head },
            key: 5,
            value,
        });
        let AnyMessage::PutSetting(put) = self.due(0x1D, Arrives) else { panic!("a setting") };
        self.wait(5);
        let answer = self.settings.put(&put);
        self.say(0x1D, AnyMessage::Response(answer), Arrives);
        answer.status
    }

    /// All settings, one changed, one refused for its revision, and what changed since.
    fn read_and_put(&mut self) {
        self.conversation = "settings";
        self.wait(300);
        self.read_once();
        self.read_once();
        let seen = self.mirror.revision() as u16;
        assert_eq!(self.put_once(seen, -3_000), Status::OK);
        assert_eq!(self.put_once(seen, -2_000), Status::STALE);
        assert_eq!(self.put_once(self.settings.revision() as u16, 9_000), Status::OUT_OF_RANGE);
        self.read_once();
        self.read_once();
        assert_eq!(self.mirror.value(5), Some(-3_000));
        assert_eq!(self.mirror.revision(), self.settings.revision());
    }

    /// A subscription, a report that is lost, one that gives way to the next, and credits.
    fn reports(&mut self) {
        self.conversation = "reports";
        self.wait(300);
        let follow = |rid| Follow {
            head: CommandHead::new(rid, 0),
            report: 0x40,
            period_ms: 500,
            mask: 1,
            lease_s: 10,
            window: 2,
        };
        self.push(0x1B, false, follow);
        let AnyMessage::Follow(follow) = self.due(0x1B, Arrives) else { panic!("a subscription") };
        self.wait(5);
        let answer = self.publisher.follow(self.now(), &follow);
        self.say(0x1B, AnyMessage::Response(answer), Arrives);
        // The second is lost and so is the credit for the third: what falls due then gives way until the device
        // takes what is under way for gone.
        let mut value = -3_900;
        while self.follower.received() < 3 {
            self.report(value);
            value -= 10;
        }
        assert_eq!((self.follower.missing(), self.follower.dropped() > 0), (1, true));
    }

    /// One period: the newest value is sent where the window has room.
    fn report(&mut self, value: i32) {
        let now = self.now();
        self.publisher.offer(now, 0x40, 0, value);
        if let Some(due) = self.publisher.poll(now) {
            let status = channel_status(due.seq, self.now_ms, due.dropped, due.value);
            self.say(0x40, status, if due.seq == 2 { Lost } else { Arrives });
            if due.seq != 2
                && let Some(credit) = self.follower.credit()
            {
                self.wait(5);
                self.ask(0x63, credit, if due.seq == 3 { Lost } else { Arrives });
            }
        }
        self.wait(495);
    }

    /// 500 bytes in pieces of 208, the second of which is lost.
    fn fetch(&mut self) {
        self.conversation = "download";
        self.wait(300);
        let mut pieces = 0;
        while self.download.state() == State::Running {
            let now = self.host_now();
            if let Some(ask) = self.download.poll(now) {
                self.ask(0x52, ask, Arrives);
            }
            self.wait(5);
            while let Some(out) = self.objects.poll(&Shelf) {
                match out {
                    Outgoing::About(about) => self.say(0x51, about, Arrives),
                    Outgoing::Data(data) => {
                        pieces += 1;
                        self.say(0x50, data, if pieces == 2 { Lost } else { Arrives });
                    }
                }
                self.wait(5);
            }
        }
        assert_eq!((self.download.arrived(), pieces), (500, 4));
    }
}

fn channel_status(seq: u16, at_ms: u64, dropped: u32, supply: i32) -> ChannelStatus {
    let reading = |value| Value { value, fault: 0, age_ms: 20 };
    ChannelStatus {
        seq,
        at_ms,
        channel: 0,
        phase: 8,
        elapsed_ms: 600_000,
        remaining_ms: 1_200_000,
        cooled_ms: 0,
        at_target_ms: 0,
        target_mc: -4_000,
        effective_mc: -4_000,
        targets_valid: 3,
        supply: reading(supply),
        returned: reading(-3_500),
        front: reading(5_000),
        rear: reading(5_200),
        safety: reading(4_900),
        skin: Value::absent(),
        flow: reading(1_010),
        pump_permille: 620,
        valve_permille: 480,
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
