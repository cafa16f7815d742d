//! A client of one device: bytes in, messages out, commands in, bytes out.
//!
//! It holds no clock, no thread and no transport: whoever drives it says what time it is. Where that clock is set back,
//! every wait keeps its bound. The same calls give the same bytes. What it takes off its user's hands:
//!
//! - it greets the device once a second until the greeting is answered, and shows itself alive once a
//!   second;
//! - it sends commands in their order, one at a time, and repeats an unanswered one **under the same
//!   request id**, so that a device carries it out at most once; stopping overtakes everything;
//! - it gives up after four tries, and never sends a command that had to wait longer than ten seconds; a command
//!   carries that deadline, so that what was delayed on the way does nothing any more (see [`Message::TooLate`]). An
//!   answer to an alarm has its deadline [`DEADLINE`] behind the press, whenever it leaves, and leaves by a line alone
//!   that lets it know the device's time to a second;
//! - it subscribes to the reports, keeps that up, and accounts for every one of them ([`Client::follow`]);
//! - it keeps an actuator driven by hand for as long as that is granted ([`HandDrive`]);
//! - it says when the link is lost and when it is back;
//! - it collects the record and asks again for entries that did not arrive;
//! - with a key it begins a session with the device, and again after a loss, a start of the device, or half a day; it
//!   believes nothing that comes without a seal, so that no device can talk it out of it, and repeats no command from
//!   one session in the next;
//! - it drops exact copies of packets and status reports that were overtaken, and counts what is lost.
//!
//! ```
//! use coldcap_host::client::{Client, ClientConfig, CommandBody, Message};
//! use coldcap_units::Instant;
//! use coldcap_wire::message::{Action, Hello, Response, Status};
//! use coldcap_wire::Sender;
//!
//! let mut client = Client::new(ClientConfig::new(1));
//! let now = Instant::from_millis(500);
//! let stop = client.command(now, CommandBody::operate(Action::STOP));
//! let mut bytes = Vec::new();
//! client.transmit(now, &mut bytes); // a greeting, the command and a heartbeat
//! assert_eq!(bytes.iter().filter(|byte| **byte == 0).count(), 3);
//!
//! // The device answers, one byte at a time.
//! let mut frame = [0; 64];
//! let len = Sender::new().respond(0x15, &Response::new(stop, Status::OK), &mut frame)?;
//! frame[..len].iter().for_each(|byte| client.receive(now, &[*byte]));
//! assert!(matches!(client.poll_message(), Some(Message::Response { rid, .. }) if rid == stop));
//! # Ok::<(), coldcap_wire::frame::TooLong>(())
//! ```

mod aimed;
mod by_hand;
mod carried;
mod collecting;
mod command;
mod echo;
mod following;
pub(crate) mod hash;
mod listening;
mod message;
mod port;
mod presence;
mod record;
mod requests;
mod steady;
mod timing;
mod told;
mod vendor;

pub use by_hand::HandDrive;
pub use command::{CommandBody, UNSENT};
pub use following::{Account, LEASE};
pub use listening::{OpenedPacket, PACKETS_KEPT};
pub use message::Message;
pub use port::{ClientKey, NotSecured, TRY_AGAIN_AFTER};
pub use presence::{BEAT_EVERY, GREET_EVERY, SILENCE};
pub use record::{LARGEST_REQUEST, Record};
pub use requests::{DEADLINE, LONGEST_WAIT, RETRY_AFTER, TRIES};
pub use timing::{LONGEST_TRIP, UNANSWERED};
pub use vendor::{VendorBody, VendorReport};

use coldcap_session::record::Entry;
use coldcap_units::{Duration, Instant};
use coldcap_wire::frame::{self, max_encoded_len};
use coldcap_wire::message::{
    AnyMessage, ChannelStatus, CommandHead, Drawn, Follow, Heartbeat, Hello, MACHINE, MINOR,
    MachineStatus, Message as Body, Origin, ReadRecord, RecordEntry, Response, SCHEMA, Subscribe,
};
use coldcap_wire::packet::{MAJOR, PACKET_LEN};
use coldcap_wire::security::{Keys, SecurityCounters, SendError};
use collecting::Collecting;
use echo::Copies;
pub(crate) use echo::Newest;
use following::{Following, Granted, Stamp};
use listening::Listening;
use port::{Arrived, Frame, Port};
use presence::Presence;
use requests::{Aim, Leaving, Requests, Way};
use std::collections::VecDeque;
use steady::Steady;
use timing::Timing;

/// Missing entries of the record are asked for again after this; what comes in good time is followed sooner by the next request,
/// so that a download takes about half of the line.
pub const RECORD_EVERY: Duration = Duration::from_secs(2);

/// A record of which nothing is missing is asked for its length so often: where the last entries were lost, nothing that
/// comes behind them tells.
pub const RECORD_LOOKED_AT_EVERY: Duration = Duration::from_secs(10);

/// Values older than this are blanked by a display.
pub const STALE: Duration = Duration::from_secs(2);

/// The minor version that brought subscriptions and the device's time.
const SERVICES_SINCE: u8 = 3;

const FRAME_LEN: usize = max_encoded_len(PACKET_LEN);

/// What a client has to know beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientConfig {
    /// The channel that commands are meant for, from 0.
    pub channel: u8,
    /// Differs from one start of the host to the next; it stands in the greeting.
    pub boot: u32,
    /// The request id of the first command. A device remembers the last few, so a host that starts anew
    /// should not begin where it began before.
    pub first_rid: u16,
    /// The key for the device. Without one the client takes whatever comes for the device's, and sends commands that a
    /// device with keys passes over: for benches.
    pub key: Option<ClientKey>,
    /// The longest packet that comes through what carries the bytes: from
    /// [`LEAST_MTU`](coldcap_wire::packet::LEAST_MTU) to [`PACKET_LEN`]. The device sends none that is longer.
    pub mtu: u16,
    /// The model whose maker's messages this host knows: of a device of another one they are refused like any that nobody
    /// knows. With a key a session must show the model, which a device of minor version 3 or older does not.
    pub model: Option<u16>,
}

impl ClientConfig {
    /// A client of channel 0 without a key whose first request id is taken from `boot`.
    #[must_use]
    pub const fn new(boot: u32) -> Self {
        let first_rid = (boot as u16).rotate_left(8);
        Self { channel: 0, boot, first_rid, key: None, mtu: PACKET_LEN as u16, model: None }
    }

    /// The same with a key: only the device that holds it is believed.
    #[must_use]
    pub fn with_key(self, key: ClientKey) -> Self {
        Self { key: Some(key), ..self }
    }
}

/// What happened on the link so far. Every count stops at its maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames by outcome: whole, wrong check value, wrong length, too long, wrong stuffing.
    pub frames: frame::Counters,
    /// Packets missing by their numbers.
    pub packets_lost: u32,
    /// Whole frames with a header or a body that could not be read.
    pub unreadable: u32,
    /// Exact copies of packets, dropped.
    pub copies: u32,
    /// Status reports that were overtaken, dropped.
    pub overtaken: u32,
    /// Answers to no command that is waiting for one.
    pub unmatched: u32,
}

/// A client of one device. See the [module](self).
#[derive(Clone, Debug)]
pub struct Client {
    channel: u8,
    model: Option<u16>,
    hello: Hello,
    steady: Steady,
    port: Port,
    presence: Presence,
    requests: Requests,
    timing: Timing,
    following: Following,
    collecting: Collecting,
    copies: Copies,
    newest_channel: Newest,
    newest_machine: Newest,
    counters: Counters,
    /// When the controller was last seen to move on, and what its own time was.
    machine_seen: Option<(Instant, u64)>,
    newest_progress: u16,
    /// What was drawn last, and since when the device should know.
    drawn: u16,
    drawn_due: Option<Instant>,
    messages: VecDeque<Message>,
    listening: Listening,
    /// Due frames that a carrier had no room for.
    carried: VecDeque<u8>,
}

impl Client {
    /// A client that has sent and seen nothing.
    #[must_use]
    pub fn new(config: ClientConfig) -> Self {
        let hello = hello(config.boot, config.mtu);
        Self {
            channel: config.channel,
            model: config.model,
            hello,
            steady: Steady::default(),
            port: Port::new(config.key.as_ref(), &hello),
            presence: Presence::new(),
            requests: Requests::new(config.first_rid),
            timing: Timing::default(),
            following: Following::new(config.channel),
            collecting: Collecting::default(),
            copies: Copies::default(),
            newest_channel: Newest::default(),
            newest_machine: Newest::default(),
            counters: Counters::default(),
            machine_seen: None,
            newest_progress: 0,
            drawn: 0,
            drawn_due: None,
            messages: VecDeque::new(),
            listening: Listening::default(),
            carried: VecDeque::new(),
        }
    }

    /// The client of a program that was started again and has read back the record that it had stored.
    /// Everything else begins anew; `config` must name another boot than before.
    #[must_use]
    pub fn restarted(&self, config: ClientConfig) -> Self {
        Self { collecting: Collecting::of(self.record().clone()), ..Self::new(config) }
    }

    /// Takes bytes that came from the device, cut into chunks in any way.
    ///
    /// Messages wait until [`poll_message`](Self::poll_message) takes them; poll after every call.
    ///
    /// # Panics
    /// Never.
    pub fn receive(&mut self, now: Instant, bytes: &[u8]) {
        let now = self.read_clock(now);
        self.notice_silence(now);
        let mut rest = bytes;
        while !rest.is_empty() {
            let consumed = self.receive_frame(now, rest);
            rest = rest.get(consumed.max(1)..).unwrap_or_default();
        }
    }

    /// The next message, in the order of their coming.
    pub fn poll_message(&mut self) -> Option<Message> {
        self.messages.pop_front()
    }

    /// Queues a command; returns its request id, under which the answer comes as
    /// [`Message::Response`], [`Message::TooLate`], [`Message::Stale`], [`Message::TimedOut`] or [`Message::LineTooSlow`].
    pub fn command(&mut self, now: Instant, body: CommandBody) -> u16 {
        self.command_seeing(now, body, 0)
    }

    /// The same for a command that follows from what somebody saw: `revision` is that of the status that was shown, see
    /// [`ChannelStatus::revision`]. Where the session has changed since, nothing is done, and [`Message::Stale`] says
    /// so. 0, which an older device tells, stands for any.
    ///
    /// ```
    /// use coldcap_host::client::{Client, ClientConfig, CommandBody};
    /// use coldcap_units::Instant;
    /// use coldcap_wire::message::Action;
    /// let mut client = Client::new(ClientConfig::new(1));
    /// let shown = 7; // of the status on the screen when the button was pressed
    /// client.command_seeing(Instant::ZERO, CommandBody::operate(Action::START), shown);
    /// ```
    pub fn command_seeing(&mut self, now: Instant, body: CommandBody, revision: u16) -> u16 {
        self.command_for(now, self.channel, body, revision)
    }

    /// The client's own time, which all its waits are in: they have their bound also where `clock` is set back.
    fn read_clock(&mut self, clock: Instant) -> Instant {
        let (now, set_back) = self.steady.read(clock);
        if set_back {
            self.timing.lose_relation(now);
        }
        now
    }

    fn withdraw(&mut self, rid: u16) {
        self.requests.withdraw(rid);
    }

    /// Subscribes to the status of the client's channel and of the machine, each once a `period` of 100 ms to 10 s;
    /// zero ends it. The client keeps the subscription up, also over a loss of the link, a new session and a start of
    /// the device. Of a device that knows no subscriptions it asks for that pace.
    ///
    /// Without it, the device reports once a second.
    ///
    /// ```
    /// use coldcap_host::client::{Client, ClientConfig};
    /// use coldcap_units::{Duration, Instant};
    /// let mut client = Client::new(ClientConfig::new(1));
    /// client.follow(Instant::ZERO, Duration::from_millis(500));
    /// assert!(!client.accounts()[0].granted, "the device has still to say so");
    /// ```
    pub fn follow(&mut self, now: Instant, period: Duration) {
        let now = self.read_clock(now);
        self.following.want(now, period);
    }

    /// What has become of the reports since [`follow`](Self::follow), in the session that goes on: those of the channel,
    /// and those of the machine.
    #[must_use]
    pub fn accounts(&self) -> [Account; 2] {
        self.following.accounts()
    }

    /// Asks again for the last entry known, or the first: its report tells how many there are.
    ///
    /// By itself the client asks each time that a session begins, and every [`RECORD_LOOKED_AT_EVERY`]: a lost report of
    /// the very last entry would not be missed without it.
    pub fn ask_record_length(&mut self, now: Instant) {
        let now = self.read_clock(now);
        self.collecting.doubt_length(now);
    }

    /// Appends every frame that is due at `now`.
    ///
    /// # Panics
    /// Never.
    pub fn transmit(&mut self, now: Instant, out: &mut Vec<u8>) {
        let now = self.read_clock(now);
        self.notice_silence(now);
        self.timing.notice(now);
        self.requests.give_up(now, &mut self.messages);
        if self.presence.greeting_due(now) {
            let hello = self.hello;
            self.append(out, &hello);
        }
        self.transmit_handshake(now, out);
        // The question goes first: it proves when what follows was sent.
        if self.may_ask_time(now)
            && let Some(ask) = self.timing.ask(now)
        {
            self.append(out, &ask);
        }
        while let Some(leaving) = self.next_command(now) {
            self.append_command(out, leaving);
        }
        if !self.port.is_open() {
            return;
        }
        self.transmit_following(now, out);
        self.transmit_record_request(now, out);
        if self.drawn_due.take_if(|due| *due <= now).is_some() {
            let drawn = Drawn { progress: self.drawn };
            self.append(out, &drawn);
        }
        if let Some(nonce) = self.presence.beat_due(now) {
            let beat = Heartbeat { at_ms: now.as_millis(), nonce };
            self.append(out, &beat);
        }
    }

    fn transmit_handshake(&mut self, now: Instant, out: &mut Vec<u8>) {
        self.port.advance(now, self.requests.is_idle());
        let mut room = [0; FRAME_LEN];
        if let Some(length) = self.port.handshake(now, &mut room) {
            out.extend_from_slice(room.get(..length).unwrap_or_default());
        }
        self.notice_session(now);
    }

    fn next_command(&mut self, now: Instant) -> Option<Leaving> {
        let way = self.way();
        if self.timing.is_rough() && self.requests.refuse_answers(way, &mut self.messages) {
            self.timing.ask_soon(now);
        }
        let deadline = self.timing.deadline(now, self.requests.next_span(now, way));
        self.requests.next_due(now, way, deadline)
    }

    /// Under keys nothing but a stop leaves without a deadline, where the device could judge one: a command that
    /// somebody holds back must not do anything later on.
    fn way(&self) -> Way {
        let untimed = self.port.is_keyed() && self.timing.is_wanting();
        match (self.port.is_open(), self.presence.greeted() && !self.port.is_changing()) {
            (false, _) => Way::Shut,
            (true, true) if !untimed => Way::Open,
            (true, _) => Way::Urgent,
        }
    }

    /// Requests for subscriptions, and credits.
    fn transmit_following(&mut self, now: Instant, out: &mut Vec<u8>) {
        while self.may_ask() && self.following.is_due(now) {
            let rid = self.requests.fresh_rid();
            let Some(follow) = self.following.ask(now, rid) else { break };
            self.append(out, &follow);
        }
        while let Some(credit) = self.following.credit(now) {
            self.append(out, &credit);
        }
    }

    /// The values of the machine's report with this `progress` stand on the screen now.
    ///
    /// Call it where the screen is drawn, with what was drawn, and never where reports arrive: a screen
    /// that stands still must fall silent, so that the machine sounds its own alarm. From the first call
    /// on this host counts as a display; a logger never calls it. The device is told at once.
    ///
    /// ```
    /// use coldcap_host::client::{Client, ClientConfig};
    /// use coldcap_units::Instant;
    /// let mut client = Client::new(ClientConfig::new(1));
    /// client.drawn(Instant::from_millis(500), 7); // 0 is no progress and is not taken
    /// ```
    pub fn drawn(&mut self, now: Instant, progress: u16) {
        if progress != 0 && progress != self.drawn {
            self.drawn = progress;
            self.drawn_due = Some(self.read_clock(now));
        }
    }

    /// Whether the newest report of the machine is so old that a display must blank its values: it came 2 s ago, or none
    /// came yet, or it was more than 2 s on its way by the device's own time.
    #[must_use]
    pub fn values_are_stale(&self, now: Instant) -> bool {
        let now = self.steady.at(now);
        let old = |(seen, at_ms)| now.since(seen) >= STALE || self.timing.age(now, at_ms) > STALE;
        self.machine_seen.is_none_or(old)
    }

    /// When [`transmit`](Self::transmit) has something to do next, unless something comes in before; in
    /// the past where it is overdue.
    #[must_use]
    pub fn next_deadline(&self) -> Instant {
        let open = self.port.is_open();
        let may_ask = self.may_ask();
        let record = self.collecting.due().filter(|_| may_ask);
        let following = self.following.due().filter(|_| may_ask);
        let credit = self.following.credit_due().filter(|_| open);
        let lost = self.timing.lost_at().filter(|_| self.is_proven_by_answers());
        // Once it is lost for want of an answer it is still asked, from then on.
        let asks =
            |due: Instant| if self.is_connected() { Some(due) } else { Some(due.max(lost?)) };
        let timing = self.timing.due().filter(|_| open).and_then(asks);
        let lost = lost.filter(|_| !self.presence.is_lost());
        let drawn = self.drawn_due.filter(|_| open);
        let commands = self.requests.deadline(self.way());
        let presence = self.presence.deadline(open);
        let services = [record, following, credit, timing, lost];
        let all = [commands, drawn, presence, self.port.deadline()];
        let next = all.into_iter().chain(services).flatten().min();
        next.map_or(Instant::from_millis(u64::MAX), |next| self.steady.clock(next))
    }

    /// The channel that commands are meant for, from 0.
    #[must_use]
    pub const fn channel(&self) -> u8 {
        self.channel
    }

    /// What happened on the link so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters { frames: self.port.receiver().counters(), ..self.counters }
    }

    /// What the security of the link has seen; nothing where no key is configured.
    #[must_use]
    pub fn security(&self) -> SecurityCounters {
        self.port.counters()
    }

    /// The keys of the session that goes on, for a log with which a recording can be opened: see
    /// [`HostLink::keys`](coldcap_wire::security::HostLink::keys) for what they give away.
    #[must_use]
    pub fn session_keys(&self) -> Option<&Keys> {
        self.port.keys()
    }

    /// The record as it has arrived so far.
    #[must_use]
    pub const fn record(&self) -> &Record {
        &self.collecting.record
    }

    /// Whether the device has answered the greeting and the link is up; with a key: and has shown that it holds it.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.presence.greeted() && self.port.is_open()
    }

    fn notice_silence(&mut self, now: Instant) {
        let silent = self.presence.falls_silent(now);
        if silent || (self.is_unproven(now) && self.presence.lose(now)) {
            self.messages.push_back(Message::LinkLost);
        }
    }

    /// Under keys only an answer to a question of now shows that the device is there now: somebody may keep back all that
    /// it seals, a little longer each time, so that something is always heard.
    fn is_unproven(&self, now: Instant) -> bool {
        self.is_proven_by_answers() && self.timing.is_unanswered(now)
    }

    const fn is_proven_by_answers(&self) -> bool {
        self.port.is_keyed()
    }

    fn may_ask_time(&self, now: Instant) -> bool {
        self.is_connected() || (self.port.is_open() && self.is_unproven(now))
    }

    /// Takes the bytes of at most one frame; returns how many.
    fn receive_frame(&mut self, now: Instant, bytes: &[u8]) -> usize {
        let (consumed, frame) = self.port.feed(now, bytes);
        match frame {
            Frame::Arrived(arrived) => self.accept_packet(now, *arrived),
            Frame::Unreadable => count(&mut self.counters.unreadable),
            Frame::Nothing => {}
        }
        self.notice_session(now);
        consumed
    }

    fn accept_packet(&mut self, now: Instant, arrived: Arrived) {
        let Arrived { header, message, vendor, body, genuine, earlier, missed, opened } = arrived;
        self.counters.packets_lost = self.counters.packets_lost.saturating_add(missed);
        let copy = self.copies.seen(header.number, header.endpoint, body);
        if genuine {
            self.notice_packet(now);
        }
        self.listening.hear(opened.filter(|_| genuine && !earlier && !copy));
        match message {
            // A sign of life and nothing else: its answers are to requests of another session.
            _ if earlier => {}
            _ if copy => count(&mut self.counters.copies),
            Ok(message) => self.accept(now, header.endpoint, message),
            Err(_) if vendor.is_some() && self.knows_maker() => {
                self.messages.extend(vendor.map(Message::Vendor));
            }
            Err(_) => count(&mut self.counters.unreadable),
        }
    }

    fn knows_maker(&self) -> bool {
        self.model.is_some() && self.port.device_model() == self.model
    }

    /// What has become of the session.
    fn notice_session(&mut self, now: Instant) {
        while let Some(event) = self.port.poll_event(now) {
            match event {
                Ok(hello) => {
                    self.listening.hear(hello.as_ref().map(OpenedPacket::bound));
                    self.messages.extend(hello.map(Message::Hello));
                    self.begin_services(now, self.port.device_minor().unwrap_or(0));
                    self.notice_packet(now);
                    self.requests.begin_session(now, &mut self.messages);
                    self.presence.beat_at_once(now);
                    self.copies = Copies::default();
                    self.newest_channel = Newest::default();
                    self.newest_machine = Newest::default();
                    self.collecting.begin_session(now);
                    self.messages.push_back(Message::Secured);
                }
                Err(refused) => {
                    // Its hello may have been another's, or ours was not heard.
                    self.presence.greet_at(now);
                    self.messages.push_back(Message::NotSecured(refused));
                }
            }
        }
    }

    /// Time and subscriptions begin anew, with a device that speaks this minor version.
    fn begin_services(&mut self, now: Instant, minor: u8) {
        self.timing.begin(now, minor >= SERVICES_SINCE);
        self.following.begin(now, self.port.is_keyed());
    }

    fn notice_packet(&mut self, now: Instant) {
        if self.presence.hear(now, self.is_unproven(now)) {
            self.messages.push_back(Message::LinkBack);
        }
    }

    fn accept(&mut self, now: Instant, endpoint: u8, message: AnyMessage) {
        self.account(now, &message);
        match message {
            AnyMessage::Hello(hello) => self.accept_hello(now, hello),
            AnyMessage::TimeAnswer(answer) => {
                if self.timing.answered(now, &answer) {
                    self.notice_packet(now);
                }
            }
            status if self.is_overtaken(&status) => count(&mut self.counters.overtaken),
            AnyMessage::ChannelStatus(status) => {
                self.messages.push_back(Message::ChannelStatus(status));
            }
            AnyMessage::MachineStatus(status) => {
                if self.newest_progress != status.progress || status.progress == 0 {
                    self.machine_seen = Some((now, status.at_ms));
                }
                self.newest_progress = status.progress;
                self.messages.push_back(Message::MachineStatus(status));
            }
            AnyMessage::EventReport(event) => self.messages.push_back(Message::Event(event)),
            AnyMessage::RecordEntry(entry) => self.accept_entry(now, entry),
            AnyMessage::CapCalibration(calibration) => {
                self.messages.push_back(Message::CapCalibration(calibration));
            }
            AnyMessage::Setting(setting) => self.messages.push_back(Message::Setting(setting)),
            AnyMessage::Response(response) => self.accept_response(now, endpoint, response),
            AnyMessage::Heartbeat(_) => {}
            // A device does not send commands: what comes here is not one, or an echo.
            _ => count(&mut self.counters.unreadable),
        }
    }

    /// Somebody may have kept a report back for as long as he likes: under keys a device that starts anew has another
    /// session, and within one its time does not go back.
    fn is_overtaken(&mut self, message: &AnyMessage) -> bool {
        let keyed = self.port.is_keyed();
        match message {
            AnyMessage::ChannelStatus(it) => {
                self.newest_channel.overtook(it.channel, it.at_ms, keyed)
            }
            AnyMessage::MachineStatus(it) => self.newest_machine.overtook(MACHINE, it.at_ms, keyed),
            _ => false,
        }
    }

    /// Every report counts, one that was overtaken too.
    fn account(&mut self, now: Instant, message: &AnyMessage) {
        let (report, channel, stamp) = match message {
            AnyMessage::ChannelStatus(it) => {
                let stamp = Stamp { seq: it.seq, dropped: it.dropped, at_ms: it.at_ms };
                (ChannelStatus::ENDPOINT, it.channel, stamp)
            }
            AnyMessage::MachineStatus(it) => {
                let stamp = Stamp { seq: it.seq, dropped: it.dropped, at_ms: it.at_ms };
                (MachineStatus::ENDPOINT, MACHINE, stamp)
            }
            _ => return,
        };
        self.following.arrived(now, report, channel, &stamp);
    }

    fn accept_hello(&mut self, now: Instant, hello: Hello) {
        let lost = self.presence.is_lost();
        if let Err(refused) = self.port.heard(&hello, lost) {
            self.messages.push_back(Message::NotSecured(refused));
            return;
        }
        if self.presence.greet(now, hello.boot) {
            // Another boot: the session of the one before went with it. It may also be a lie: nothing is closed.
            let _ = self.port.heard(&hello, true);
            self.collecting.ask_at(now);
            if !self.port.is_keyed() {
                self.begin_services(now, hello.minor_max);
            }
        }
        // Under keys it may be anybody's: told is that which a handshake was bound to.
        if !self.port.is_keyed() {
            self.messages.push_back(Message::Hello(hello));
        }
    }

    /// Every channel has a record of its own; this client keeps that of its channel.
    fn accept_entry(&mut self, now: Instant, report: RecordEntry) {
        if Entry::from_bytes(&report.entry.0).channel == self.channel {
            self.collecting.insert(now, &report);
        }
        self.messages.push_back(Message::RecordEntry(report));
    }

    fn accept_response(&mut self, now: Instant, endpoint: u8, response: Response) {
        let rid = response.rid;
        match self.requests.answered(endpoint, &response) {
            Some(outcome) => {
                if matches!(outcome, Message::TooLate { .. }) {
                    // A clock that was set ahead looks like this, too.
                    self.timing.ask_soon(now);
                }
                self.messages.push_back(outcome);
            }
            None if endpoint == Follow::ENDPOINT => self.accept_grant(now, &response),
            None if self.collecting.is_answer(rid) => self.collecting.answered(now, &response),
            None => count(&mut self.counters.unmatched),
        }
    }

    /// A device that knows no subscriptions is asked for the pace.
    fn accept_grant(&mut self, now: Instant, response: &Response) {
        match self.following.answered(response) {
            Granted::Settled => {}
            Granted::Other => count(&mut self.counters.unmatched),
            Granted::Unknown { period_ms } => {
                let subscribe = Subscribe { head: UNSENT, period_ms };
                self.requests.push(now, CommandBody::Subscribe(subscribe));
            }
        }
    }

    /// Ids are a count: one that is given now must not go before those of commands that wait.
    fn may_ask(&self) -> bool {
        self.way() == Way::Open && !self.requests.has_waiting()
    }

    fn transmit_record_request(&mut self, now: Instant, out: &mut Vec<u8>) {
        if !self.may_ask() || !self.collecting.is_due(now) {
            return;
        }
        let rid = self.requests.fresh_rid();
        let (from, count) = self.collecting.ask(now, rid);
        let body = CommandBody::ReadRecord(ReadRecord { head: UNSENT, from, count });
        self.append_command(out, Leaving { rid, body, deadline: 0, aim: Aim::default() });
    }

    fn append_command(&mut self, out: &mut Vec<u8>, leaving: Leaving) {
        let Leaving { rid, body, deadline, aim } = leaving;
        let channel = aim.channel.unwrap_or(self.channel);
        let head = CommandHead {
            deadline,
            expected_revision: aim.expected,
            ..CommandHead::new(rid, channel)
        };
        let mut room = [0; FRAME_LEN];
        let sent = body.write(head, &mut self.port, &mut room);
        if sent == Err(SendError::BeyondMtu) {
            self.requests.withdraw(rid);
            self.messages.push_back(Message::TooLong { rid, command: body });
        }
        out.extend_from_slice(room.get(..sent.unwrap_or(0)).unwrap_or_default());
    }

    /// Every message fits its frame, and is asked for only where it may be sent: a refusal cannot happen. If it did,
    /// nothing would be sent.
    fn append(&mut self, out: &mut Vec<u8>, message: &impl Body) {
        let mut room = [0; FRAME_LEN];
        let length = self.port.send(message, &mut room).unwrap_or(0);
        out.extend_from_slice(room.get(..length).unwrap_or_default());
    }
}

/// What a host says of itself: 0 wherever a field describes a device.
const fn hello(boot: u32, mtu: u16) -> Hello {
    Hello {
        major: MAJOR,
        minor_min: 0,
        minor_max: MINOR,
        origin: Origin::DEVICE,
        model: 0,
        serial: 0,
        firmware: 0,
        schema: SCHEMA,
        mtu,
        channels: 0,
        features: 0,
        boot,
    }
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
