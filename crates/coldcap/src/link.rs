//! The second half: bytes to commands, and outputs to bytes.

mod lasting;
mod makers;
#[cfg(feature = "journal")]
mod older;
mod orders;
mod outbox;
mod port;
mod reports;
mod revisions;
mod settings;
mod stored;

use crate::bridge::inbound::{self, Inbound};
use crate::bridge::outbound;
use crate::command::{Action, COMMANDS_MAXIMUM, Command, Commands, Drive};
use crate::config::{Config, Identity};
use crate::drives::Drives;
use crate::outputs::{ChannelStatus, EventKind, MachineStatus, Outputs};
use coldcap_session::{Accepted, Actuator, Phase, Request};
use coldcap_units::{Duration, Instant};
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::carrier::LinkEnd;
use coldcap_wire::frame::Deframer;
use coldcap_wire::message::{
    Action as WireAction, AnyMessage, CommandHead, Follow, Heartbeat, Hello, MACHINE, ReadRecord,
    Response, Status, Subscribe, TimeAnswer, TimeAsk,
};
use coldcap_wire::security::{
    Grant, KeyError, KeyRing, Label, PairingCode, Role as KeyRole, SecurityCounters, SecurityEvent,
};
use coldcap_wire::service::{Begins, LONGEST_PROOF, PERIOD_RANGE, Settings, Verdict};
use makers::Makers;
pub use makers::{VendorCommand, VendorError};
#[cfg(feature = "journal")]
pub use older::{Recalled, Wanted};
use orders::{Arrived, Orders};
use outbox::{Outbox, Waiting, beat, micros};
use port::{Heard, Port, Said};
use reports::{Reports, Sight};
use revisions::Revisions;
use settings::OwnSettings;
pub(crate) use stored::Stored;
pub use stored::{KEPT_ENTRIES, LEAST_KEPT};

/// The machine as a whole has no revision: who expects one expects what is not there.
const NO_REVISION: u16 = 0;
/// The minor version that brought the proofs by which deadlines mean something.
const TIMED_SINCE: u8 = 3;
/// The minor version that brought subscriptions.
const FOLLOWS_SINCE: u8 = 3;
/// How often the device says that it is there when it has nothing else to say.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// The link half of a machine with `CHANNELS` channels: frames, packets, keys, retries, reports.
///
/// `KEPT` is how many entries of the record it keeps, for all channels together: those that a host has still to get, and those that it
/// can ask for again. Each takes 49 bytes. [`LEAST_KEPT`] at least; a smaller number does not compile:
///
/// ```compile_fail
/// use coldcap::{Config, LEAST_KEPT, Link};
///
/// let _: Link<1, { LEAST_KEPT - 1 }> = Link::new(&Config::reference());
/// ```
///
/// It may run in a lower-priority task than [`Control`](crate::Control); the two exchange values only. Bytes
/// come in by [`receive`](Self::receive) in chunks of any size and go out by
/// [`transmit`](Self::transmit), as much at a time as the caller has room for.
///
/// - A command that arrives again under the same id is answered again and not done again; one that arrives after
///   its deadline, or on another revision of its channel than it expects, is not done. A stop is always done.
/// - No packet is longer than the host takes by the `mtu` of its hello, and one that takes less than
///   [`LEAST_MTU`](coldcap_wire::packet::LEAST_MTU) bytes is told so and gets nothing but what everybody may read.
/// - The newest status wins: a slow reader sees fewer reports, never old ones, and each report says how many of its
///   channel gave way. A host subscribes with `follow`; one that does not gets each report once a second.
/// - Damaged bytes are counted and dropped; they cost nothing but themselves.
///
/// # Who may speak with it
///
/// By [`LinkAccess::Keyed`](crate::LinkAccess::Keyed) whoever holds one of the device's keys, in a session that a
/// handshake has begun, with the role of that key; `docs/wire-security.md` has the bytes. Without a key one can read
/// the status, unless the policy forbids it, and change nothing. What the board has to do:
///
/// 1. At power-up [`add_entropy`](Self::add_entropy) with 32 bytes of its random number generator. Without them no
///    session begins.
/// 2. Put the keys that it has stored into [`keys_mut`](Self::keys_mut). The link owns them, since whatever carries
///    its bytes knows of bytes and time only; [`Device::restart`](crate::Device::restart) keeps them, and a session is
///    lost with every start.
/// 3. On [`SecurityEvent::Paired`] of [`poll_security_event`](Self::poll_security_event) store the keys anew.
///
/// A handshake takes two multiplications on the curve, in [`receive`](Self::receive): some ten milliseconds of a slow
/// core. Whoever ticks in the same loop has to have them to spare; a link in a task of its own delays no tick. One
/// handshake a second is looked at, at most.
///
/// ```
/// use coldcap::{Config, Link};
/// use coldcap_units::Instant;
/// use coldcap_wire::security::{KeySlot, Label, Role};
///
/// let mut link: Link<1> = Link::new(&Config::reference());
/// link.add_entropy([0x5A; 32]); // from the random number generator
/// let label = Label::new("tablet, room 4").unwrap();
/// // A person opens the window at the machine, and the host's camera reads the square code.
/// let code = link.open_pairing(Instant::ZERO, 1, Role::Nurse, label, [0xA5; 32]).unwrap();
/// assert!(code.to_text().as_str().starts_with("COLDCAP:1:"));
/// // Once that host has begun a session:
/// for key in link.keys().slots() {
///     let stored: [u8; 64] = key.to_stored(); // into memory that nobody reads from outside
///     # let _ = stored;
/// }
/// ```
///
/// # Settings
///
/// `SETTINGS` is how many settings of its own a shell has, see [`with_settings`](Self::with_settings): how loud, how bright, in
/// which language. They are for what a person sees and hears, and never for anything that control or guard uses: those are
/// parameters. A link without settings takes no memory for them, and answers `unsupported`.
#[derive(Clone, Debug)]
pub struct Link<const CHANNELS: usize, const KEPT: usize = KEPT_ENTRIES, const SETTINGS: usize = 0>
{
    identity: Identity,
    port: Port,
    deframer: Deframer<FRAME_ROOM>,
    orders: Orders,
    makers: Makers,
    outbox: Outbox,
    stored: Stored<CHANNELS, KEPT>,
    settings: OwnSettings<SETTINGS>,
    latest: Option<Latest<CHANNELS>>,
    reports: Reports<CHANNELS>,
    revisions: Revisions<CHANNELS>,
    next_heartbeat: Instant,
    /// Whether anybody was heard at all: somebody may read what everybody may.
    met: bool,
    /// When the host was last heard, and known to be it.
    heard: Option<Instant>,
    beats: u16,
    host_boot: Option<u32>,
    /// The minor version that the host speaks; what it does not know is not sent to it.
    host_minor: u8,
    /// What the display at the other end has drawn last.
    shown: Option<u16>,
    /// The record of the last tick had no room left.
    crowded: bool,
}

/// The newest status, ready to be reported.
#[derive(Clone, Debug)]
struct Latest<const CHANNELS: usize> {
    now: Instant,
    drives: Drives<CHANNELS>,
    machine: MachineStatus,
    channels: [ChannelStatus; CHANNELS],
}

impl<const CHANNELS: usize, const KEPT: usize> Link<CHANNELS, KEPT> {
    /// A link that has heard nothing yet, and has no keys and no settings.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self::with_settings(config, Settings::new(&[]))
    }
}

impl<const CHANNELS: usize, const KEPT: usize, const SETTINGS: usize>
    Link<CHANNELS, KEPT, SETTINGS>
{
    /// The same with settings of the shell's own.
    ///
    /// ```
    /// use coldcap::{Config, KEPT_ENTRIES, Link};
    /// use coldcap_wire::service::{SettingRow, Settings};
    ///
    /// /// How bright the display is, in percent.
    /// const BRIGHTNESS: u16 = 2;
    /// static ROWS: [SettingRow; 1] =
    ///     [SettingRow { key: BRIGHTNESS, minimum: 10, maximum: 100, initial: 80 }];
    ///
    /// let config = Config::reference();
    /// let mut link: Link<1, KEPT_ENTRIES, 1> = Link::with_settings(&config, Settings::new(&ROWS));
    /// link.settings_mut().restore(BRIGHTNESS, 60); // as it was stored before the last start
    /// assert_eq!(link.settings().value(BRIGHTNESS), Some(60));
    /// ```
    #[must_use]
    pub fn with_settings(config: &Config, settings: Settings<SETTINGS>) -> Self {
        let identity = config.identity;
        Self {
            identity,
            port: Port::new(&config.access, &hello::<CHANNELS>(&identity)),
            deframer: Deframer::new(),
            orders: Orders::new(),
            makers: Makers::new(),
            outbox: Outbox::new(),
            stored: Stored::new(),
            settings: OwnSettings::new(settings),
            latest: None,
            reports: Reports::new(),
            revisions: Revisions::new(identity.boot),
            next_heartbeat: Instant::ZERO,
            met: false,
            heard: None,
            beats: 0,
            host_boot: None,
            host_minor: 0,
            shown: None,
            crowded: false,
        }
    }

    /// Mixes 32 random bytes of the board in. Handshakes draw from them; call it at power-up, before the first
    /// [`transmit`](Self::transmit), and as often as you like afterwards.
    ///
    /// At power-up they make the boot number of the hello, too. Later on that stays: another one would say that the
    /// device was started again.
    pub fn add_entropy(&mut self, seed: [u8; 32]) {
        self.port.add_entropy(&seed);
        if !self.outbox.is_named() {
            let boot = u64::from(self.identity.boot);
            let mixed = crate::hash::Fnv1a64::resume(boot).with(&seed).value();
            self.identity.boot = (mixed ^ (mixed >> 32)) as u32;
            self.port.rename(&hello::<CHANNELS>(&self.identity));
            self.revisions = Revisions::new(self.identity.boot);
        }
    }

    /// Whether no session can begin because there was no [`add_entropy`](Self::add_entropy) yet.
    #[must_use]
    pub const fn wants_entropy(&self) -> bool {
        self.port.wants_entropy()
    }

    /// The keys of this device.
    #[must_use]
    pub const fn keys(&self) -> &KeyRing {
        &self.port.keys
    }

    /// The keys of this device, to put in what was stored, or to revoke one.
    pub const fn keys_mut(&mut self) -> &mut KeyRing {
        &mut self.port.keys
    }

    /// Opens the pairing window on a person's word at the machine itself, never on a host's; what comes back is shown
    /// as a square code. See [`KeyRing::open_pairing`].
    ///
    /// # Errors
    /// Any [`KeyError`]: all eight keys are taken, one has this number, or a therapy runs.
    ///
    /// # Panics
    /// Never.
    pub fn open_pairing(
        &mut self,
        now: Instant,
        id: u32,
        role: KeyRole,
        label: Label,
        psk: [u8; 32],
    ) -> Result<PairingCode, KeyError> {
        self.port.keys.open_pairing(now, self.identity.serial, id, role, label, psk)
    }

    /// By which key the host speaks; `None` while there is no session.
    #[must_use]
    pub fn peer(&self) -> Option<Grant> {
        self.port.peer()
    }

    /// What the security of the link has seen: packets opened, forged, replayed, denied, handshakes and their
    /// failures. The report of the machine has no fields for them.
    #[must_use]
    pub const fn security(&self) -> SecurityCounters {
        self.port.counters()
    }

    /// The next thing that a person, a log or a store wants to know, if there is one.
    pub fn poll_security_event(&mut self) -> Option<SecurityEvent> {
        self.port.poll_event()
    }

    /// Takes bytes from the host, in chunks of any size.
    ///
    /// A command that cannot be read is answered all the same, as long as its request id can be.
    ///
    /// # Timing
    /// Linear in the bytes given, and a handshake in them: see above.
    ///
    /// # Panics
    /// Never, whatever the bytes are.
    pub fn receive(&mut self, now: Instant, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (consumed, packet) = self.deframer.feed(bytes);
            let opened = packet.and_then(Result::ok).and_then(|it| self.port.open(now, it));
            if self.port.has_begun() {
                self.begin_session();
            }
            if let Some(heard) = opened {
                self.hear(now, &heard);
            }
            bytes = bytes.get(consumed.max(1)..).unwrap_or_default();
        }
    }

    /// What was agreed with the host before is not agreed with this one.
    fn begin_session(&mut self) {
        self.orders.begin_session();
        self.makers = Makers::new();
        self.settings.begin_session();
        self.outbox.begin_session();
        self.stored.begin_session();
        // Of a later hello nobody knows whose it is.
        self.host_minor = self.port.host_minor().unwrap_or(0);
        self.begin_reports();
    }

    /// Whoever has subscribed before is gone, and the counts begin anew.
    fn begin_reports(&mut self) {
        self.reports = Reports::new();
        if let Some(latest) = &self.latest {
            self.reports.offer(latest.now);
        }
    }

    fn hear(&mut self, now: Instant, heard: &Heard) {
        match &heard.said {
            Said::Nothing => return,
            Said::Refused(response) => self.outbox.respond(heard.endpoint, *response),
            Said::Message(message) => self.take(now, heard, message),
            Said::Vendor(head, body) => self.vendor_command(now, heard, *head, *body),
        }
        self.met = true;
        if heard.genuine {
            self.heard = Some(now);
        }
    }

    fn take(&mut self, now: Instant, heard: &Heard, message: &AnyMessage) {
        match message {
            AnyMessage::Hello(hello) => self.meet(hello),
            AnyMessage::TimeAsk(ask) => self.tell_time(now, heard.number, ask),
            _ => match message.command_head() {
                Some(head) => self.command(now, heard, head, message),
                None => self.note(&inbound::inbound(message, heard.role)),
            },
        }
    }

    fn note(&mut self, inbound: &Inbound) {
        match inbound {
            Inbound::Drawn(progress) => self.shown = Some(*progress),
            Inbound::Credit(credit) => self.reports.credit(credit),
            _ => {}
        }
    }

    /// A host on a bench that was started anew begins its ids anew: what was answered before is not its own. With
    /// keys it is the session that says so, for anybody can say hello.
    fn meet(&mut self, hello: &Hello) {
        let served = self.port.greeted_by(hello);
        let anybody = self.port.peer().is_none();
        if anybody {
            self.host_minor = hello.minor_max;
        }
        if anybody && self.host_boot != Some(hello.boot) {
            self.host_boot = Some(hello.boot);
            self.orders.begin_session();
            self.makers = Makers::new();
            self.settings.begin_session();
            self.stored.begin_session();
            self.begin_reports();
        }
        if served {
            self.outbox.greet();
        }
    }

    fn tell_time(&mut self, now: Instant, number: u32, ask: &TimeAsk) {
        self.orders.prove(now, number, ask);
        let received_us = micros(now);
        let asked_us = ask.asked_us;
        self.outbox.tell_time(TimeAnswer { asked_us, received_us, sent_us: received_us });
    }

    fn command(&mut self, now: Instant, heard: &Heard, head: CommandHead, message: &AnyMessage) {
        let Heard { endpoint, number, role, .. } = *heard;
        let (stop, waits) = (is_stop(message), waits(message));
        let timed = must_be_timed(message, self.port.host_minor());
        let revision = self.revision_for(head.channel, message);
        let inbound = inbound::inbound(message, role);
        let begins = match &inbound {
            Inbound::Command(command) => orders::begins(&command.action),
            _ => Begins::Nothing,
        };
        let full = false;
        let arrived =
            Arrived { number, endpoint, head, revision, stop, begins, timed, waits, full };
        match self.orders.admit(now, &arrived) {
            Verdict::Wait => {}
            Verdict::Answer(response) => self.outbox.respond(endpoint, response),
            Verdict::Run => match self.settings.answer(message) {
                Some(response) => self.reply(endpoint, response),
                None => self.run(now, endpoint, head, inbound),
            },
        }
    }

    /// What `expected_revision` is held against; of a change of settings they look themselves.
    fn revision_for(&self, channel: u8, message: &AnyMessage) -> Option<u16> {
        let own = SETTINGS > 0 && matches!(message, AnyMessage::PutSetting(_));
        (!own).then(|| self.revisions.of(channel).unwrap_or(NO_REVISION))
    }

    fn run(&mut self, now: Instant, endpoint: u8, head: CommandHead, inbound: Inbound) {
        match inbound {
            Inbound::Command(command) => self.queue(now, endpoint, head, command),
            Inbound::Refused(head, status) => {
                self.reply(endpoint, Response::new(head.rid, status));
            }
            Inbound::Answered(answer) => self.reply(endpoint, outbound::response(&answer)),
            Inbound::ReadRecord(read) => self.read_record(now, endpoint, &read),
            Inbound::Subscribe(subscribe) => self.subscribe(endpoint, &subscribe),
            Inbound::Follow(follow) => self.follow(now, endpoint, &follow),
            Inbound::Credit(_) | Inbound::Drawn(_) | Inbound::Ignored => {}
        }
    }

    fn queue(&mut self, now: Instant, endpoint: u8, head: CommandHead, command: Command) {
        let known = match command.channel {
            MACHINE if is_for_the_machine(&command.action) => Ok(()),
            _ if is_the_machines(&command.action) => Err(machine_alone(command.id.0)),
            channel => known_channel::<CHANNELS>(command.id.0, channel),
        };
        if let Err(refused) = known {
            self.reply(endpoint, refused);
        } else if command.action == Action::Request(Request::Stop) {
            let outbox = &mut self.outbox;
            self.orders.queue_stop(command, |endpoint, answer| outbox.respond(endpoint, answer));
        } else {
            let by = self.port.peer().map(|grant| grant.slot);
            self.orders.queue(now, command, &head, by);
        }
    }

    #[cfg_attr(not(feature = "journal"), expect(unused_variables, reason = "nobody looks them up"))]
    fn read_record(&mut self, now: Instant, endpoint: u8, read: &ReadRecord) {
        let head = read.head;
        if let Err(refused) = known_channel::<CHANNELS>(head.rid, head.channel) {
            return self.reply(endpoint, refused);
        }
        #[cfg(feature = "journal")]
        if self.defers(now, read) {
            return;
        }
        let response = self.stored.read(read);
        self.reply(endpoint, response);
    }

    fn reply(&mut self, endpoint: u8, response: Response) {
        self.orders.settle(response);
        self.outbox.respond(endpoint, response);
    }

    /// The new pace begins with a report at once; a period of zero ends the reports.
    fn subscribe(&mut self, endpoint: u8, subscribe: &Subscribe) {
        let allowed = self.reports.pace(Duration::from_millis(u32::from(subscribe.period_ms)));
        let [shortest, longest] = PERIOD_RANGE;
        let status = if allowed { Status::OK } else { Status::OUT_OF_RANGE };
        let bound = |span: Duration| i32::try_from(span.as_millis()).unwrap_or(i32::MAX);
        let empty = Response::new(subscribe.head.rid, status);
        let response = Response { minimum: bound(shortest), maximum: bound(longest), ..empty };
        self.reply(endpoint, response);
    }

    /// Whoever subscribes reads the count of what was dropped, whatever his hello said.
    fn follow(&mut self, now: Instant, endpoint: u8, follow: &Follow) {
        self.host_minor = self.host_minor.max(FOLLOWS_SINCE);
        let response = self.reports.follow(now, follow);
        self.reply(endpoint, response);
    }

    /// Hands over what the next tick should know: the commands that wait, and how the host is.
    #[must_use]
    pub fn take_commands(&mut self, now: Instant) -> Commands {
        let mut commands =
            Commands { host_silent: self.silence(now), shown: self.shown, ..Commands::default() };
        self.tend_vendor(now);
        // Between the coming of a command and its tick the state may have moved on.
        let (outbox, revisions) = (&mut self.outbox, &self.revisions);
        let give = |command| commands.list.push(command);
        let mut refuse = |endpoint, answer| outbox.respond(endpoint, answer);
        let keys = &self.port.keys;
        let has_key = |slot| keys.slots().any(|held| held.id == slot);
        self.orders.void_overdue(now, has_key, &mut refuse);
        self.orders.void_answers(now, &mut refuse);
        // A tick whose record was full had more to say than it could: facts, which are never refused, come to the next
        // ones singly, and what has no room here meanwhile is told to try again.
        let most = if self.crowded { 1 } else { COMMANDS_MAXIMUM };
        self.orders.hand_over(now, most, |channel| revisions.of(channel), give, refuse);
        commands
    }

    /// How long the host has been silent. Packets tell that it lived when it sent them, and somebody may have kept them
    /// back: of a host that proves when it speaks, those behind an old proof tell nothing.
    fn silence(&self, now: Instant) -> Option<Duration> {
        // req: LNK-006
        let silent = now.since(self.heard?);
        let proven = self.orders.proven().map(|proven| now.since(proven));
        Some(proven.filter(|age| *age > LONGEST_PROOF).map_or(silent, |age| age.max(silent)))
    }

    /// Takes what a tick has to say: answers, events and entries queue up, the status replaces the last.
    pub fn publish(&mut self, outputs: &Outputs<CHANNELS>) {
        for answer in &outputs.answers {
            if answer.result == Ok(Accepted::Done)
                && let Some(channel) = self.orders.meant(answer.id.0)
            {
                self.revisions.changed(channel);
            }
            if let Some((endpoint, response)) = self.orders.answered(outbound::response(answer)) {
                self.outbox.respond(endpoint, response);
            }
        }
        for event in &outputs.events {
            self.outbox.report(outputs.now, event);
        }
        if has_risen(outputs, self.latest.as_ref().map(|latest| &latest.machine)) {
            self.orders.alarm_rose(outputs.now);
        }
        self.crowded = outputs.entries.is_full();
        for entry in &outputs.entries {
            self.stored.keep(entry);
        }
        if let Some(calibration) = &outputs.calibration {
            self.stored.keep_calibration(*calibration);
        }
        self.revisions.see(outputs.channels.iter().map(|channel| channel.phase));
        // No key is handed out while somebody is treated.
        let therapy = outputs.channels.iter().any(|channel| is_therapy(channel.phase));
        self.port.keys.set_therapy(therapy);
        self.latest = Some(Latest {
            now: outputs.now,
            drives: outputs.drives,
            machine: outputs.machine,
            channels: outputs.channels,
        });
        self.reports.offer(outputs.now);
    }

    /// Writes whole frames into `out` and returns their length; 0 when there is nothing to send or no
    /// room for the next frame.
    ///
    /// # Panics
    /// Never.
    pub fn transmit(&mut self, now: Instant, out: &mut [u8]) -> usize {
        if !self.port.is_open() {
            self.reports.end();
        }
        #[cfg(feature = "journal")]
        self.put_off_reading(now);
        if self.met && self.latest.is_some() {
            self.reports.fall_due(now);
        }
        let told = self.tell_settings(out);
        if self.settings.is_owed() && self.port.is_open() {
            // There is no room: an answer does not overtake what it answers with.
            return told;
        }
        let mut waiting = Waiting {
            hello: hello::<CHANNELS>(&self.identity),
            reports: &mut self.reports,
            sight: Sight {
                latest: self.latest.as_ref(),
                revisions: &self.revisions,
                counters: self.deframer.counters(),
                minor: self.host_minor,
            },
            stored: &mut self.stored,
        };
        let rest = out.get_mut(told..).unwrap_or_default();
        let sent = told.saturating_add(self.outbox.drain(now, &mut self.port, &mut waiting, rest));
        if sent > 0 {
            self.next_heartbeat = now.plus(HEARTBEAT);
        } else if self.met && self.port.is_open() && now >= self.next_heartbeat {
            self.next_heartbeat = now.plus(HEARTBEAT);
            self.beats = self.beats.wrapping_add(1);
            let nonce = self.beats;
            return beat(&mut self.port, &Heartbeat { at_ms: now.as_millis(), nonce }, out);
        }
        sent
    }

    /// When [`transmit`](Self::transmit) should be called again at the latest. An early call is harmless.
    ///
    /// While something waits that is at once; while no host was ever heard it is the end of time.
    #[must_use]
    pub fn next_deadline(&self) -> Instant {
        let open = self.port.is_open();
        if self.port.is_answering()
            || !self.outbox.is_empty(open)
            || (open && (self.stored.has_unsent() || self.settings.is_owed()))
        {
            return Instant::ZERO;
        }
        let never = Instant::from_millis(u64::MAX);
        let beat = if self.met && open { self.next_heartbeat } else { never };
        let reports = self.latest.as_ref().and_then(|_| self.reports.deadline(self.met));
        let next = reports.map_or(beat, |report| report.min(beat));
        #[cfg(feature = "journal")]
        let next = self.put_off_due().map_or(next, |due| due.min(next));
        next
    }
}

impl<const CHANNELS: usize, const KEPT: usize, const SETTINGS: usize> LinkEnd
    for Link<CHANNELS, KEPT, SETTINGS>
{
    fn receive(&mut self, now: Instant, bytes: &[u8]) {
        self.receive(now, bytes);
    }

    fn transmit(&mut self, now: Instant, out: &mut [u8]) -> usize {
        self.transmit(now, out)
    }

    fn next_deadline(&self) -> Instant {
        self.next_deadline()
    }
}

fn hello<const CHANNELS: usize>(identity: &Identity) -> Hello {
    outbound::hello(identity, u8::try_from(CHANNELS).unwrap_or(u8::MAX))
}

fn is_stop(message: &AnyMessage) -> bool {
    matches!(message, AnyMessage::Operate(body) if body.action == WireAction::STOP)
}

/// Whether a host of this minor version proves when it speaks.
fn proves(minor: Option<u8>) -> bool {
    minor.is_some_and(|minor| minor >= TIMED_SINCE)
}

/// Whether a command must state a deadline; `minor` is what the host of a session speaks. In a session a line may hold
/// back whatever has none, for as long as it likes. A host from before minor 3 has no way to prove when it speaks, and on
/// a bench nobody is treated.
fn must_be_timed(message: &AnyMessage, minor: Option<u8>) -> bool {
    // req: LNK-006
    let proves = proves(minor);
    match message {
        AnyMessage::Actuate(_) => true,
        AnyMessage::ReadRecord(_)
        | AnyMessage::ReadSettings(_)
        | AnyMessage::Subscribe(_)
        | AnyMessage::Follow(_) => false,
        _ => proves,
    }
}

/// Whether a command has to wait for a tick, and whether it is then a fact.
fn waits(message: &AnyMessage) -> Option<bool> {
    match message {
        AnyMessage::ReadRecord(_)
        | AnyMessage::ReadSettings(_)
        | AnyMessage::PutSetting(_)
        | AnyMessage::Subscribe(_)
        | AnyMessage::Follow(_) => None,
        AnyMessage::Observe(_) => Some(true),
        _ => Some(false),
    }
}

/// Whether something is heard that was not heard before: an alarm that rose or became more urgent, or a louder sounder.
fn has_risen<const CHANNELS: usize>(
    outputs: &Outputs<CHANNELS>,
    before: Option<&MachineStatus>,
) -> bool {
    let rise = |kind: EventKind| matches!(kind, EventKind::AlarmRose | EventKind::AlarmEscalated);
    let louder = before.is_none_or(|before| outputs.machine.sounding > before.sounding);
    let told = outputs.events.iter().any(|event| rise(event.kind));
    louder || told || outputs.events.dropped() > 0
}

/// From the first coolant in the cap until it has warmed.
fn is_therapy(phase: Phase) -> bool {
    phase.circulates() || phase.is_interrupted() || phase == Phase::Thaw
}

/// What may be meant for the machine as a whole.
const fn is_for_the_machine(action: &Action) -> bool {
    let shared = matches!(
        action,
        Action::Request(Request::Stop) | Action::AcknowledgeAlarms | Action::PauseAudio
    );
    shared || is_the_machines(action)
}

/// What is meant for the machine and for no channel.
const fn is_the_machines(action: &Action) -> bool {
    matches!(action, Action::Drive(Drive { actuator: Actuator::Chiller, .. }))
}

/// The answer to whoever asks a channel for what is the machine's.
fn machine_alone(rid: u16) -> Response {
    let machine = i32::from(MACHINE);
    Response { minimum: machine, maximum: machine, ..Response::new(rid, Status::OUT_OF_RANGE) }
}

/// Whether the machine has this channel; if not, the answer that says so.
fn known_channel<const CHANNELS: usize>(rid: u16, channel: u8) -> Result<(), Response> {
    if usize::from(channel) < CHANNELS {
        return Ok(());
    }
    let maximum = i32::try_from(CHANNELS).unwrap_or(i32::MAX).saturating_sub(1);
    Err(Response { maximum, ..Response::new(rid, Status::OUT_OF_RANGE) })
}
