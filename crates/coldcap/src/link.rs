//! The second half: bytes to commands, and outputs to bytes.

mod outbox;
mod replies;
mod stored;

use crate::bridge::inbound::{self, Inbound};
use crate::bridge::outbound::{self, Stamp};
use crate::command::{Action, COMMANDS_MAXIMUM, Command, Commands};
use crate::config::Config;
use crate::drives::Drives;
use crate::outputs::{ChannelStatus, EntryBytes, MachineStatus, Outputs};
use coldcap_session::{Request, Role};
use coldcap_units::{Duration, Instant};
use coldcap_wire::Receiver;
use coldcap_wire::carrier::LinkEnd;
use coldcap_wire::message::{
    Action as WireAction, AnyMessage, Heartbeat, MACHINE, ReadRecord, Response, Status, Subscribe,
    decode_at_device,
};
use heapless::{Deque, Vec};
use outbox::{Outbox, Status as Queued};
use replies::Replies;
pub(crate) use stored::Stored;

/// Commands that wait for their tick.
const WAITING: usize = 8;
/// Places beyond those, for facts, which are never refused for what the machine is doing.
const RESERVED: usize = 4;
/// Stops have places of their own, one for each channel and one for the machine: nothing can fill them.
const STOPS: usize = 8;
/// How often the status of machine and channels is reported until the host asks for another pace.
const PERIOD: Duration = Duration::from_secs(1);
/// The fastest and the slowest pace that a host may ask for.
const PERIOD_RANGE: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(10)];
/// How often the device says that it is there when it has nothing else to say.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// The link half of a machine with `CHANNELS` channels: frames, packets, retries, reports.
///
/// It may run in a lower-priority task than [`Control`](crate::Control); the two exchange values only. Bytes
/// come in by [`receive`](Self::receive) in chunks of any size and go out by
/// [`transmit`](Self::transmit), as much at a time as the caller has room for.
///
/// - A command that arrives again under the same id is answered again and not done again.
/// - The newest status wins: a slow reader sees fewer reports, never old ones.
/// - Damaged bytes are counted and dropped; they cost nothing but themselves.
#[derive(Clone, Debug)]
pub struct Link<const CHANNELS: usize> {
    identity: crate::config::Identity,
    role: Role,
    receiver: Receiver,
    waiting: Deque<Command, { WAITING + RESERVED }>,
    stops: Vec<Command, STOPS>,
    replies: Replies,
    outbox: Outbox,
    stored: Stored<CHANNELS>,
    latest: Option<Latest<CHANNELS>>,
    period: Duration,
    next_report: Instant,
    next_heartbeat: Instant,
    heard: Option<Instant>,
    sequence: u16,
    host_boot: Option<u32>,
    /// The minor version that the host speaks; what it does not know is not sent to it.
    host_minor: u8,
    /// What the display at the other end has drawn last.
    shown: Option<u16>,
}

/// The newest status, ready to be reported.
#[derive(Clone, Debug)]
struct Latest<const CHANNELS: usize> {
    now: Instant,
    drives: Drives<CHANNELS>,
    machine: MachineStatus,
    channels: [ChannelStatus; CHANNELS],
}

impl<const CHANNELS: usize> Link<CHANNELS> {
    /// A link that has heard nothing yet.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            identity: config.identity,
            role: config.host_role,
            receiver: Receiver::new(),
            waiting: Deque::new(),
            stops: Vec::new(),
            replies: Replies::new(),
            outbox: Outbox::new(),
            stored: Stored::new(),
            latest: None,
            period: PERIOD,
            next_report: Instant::ZERO,
            next_heartbeat: Instant::ZERO,
            heard: None,
            sequence: 0,
            host_boot: None,
            host_minor: 0,
            shown: None,
        }
    }

    /// Mixes randomness from the board into what must differ from one power-up to the next.
    pub fn add_entropy(&mut self, seed: [u8; 32]) {
        let mixed = crate::hash::Fnv1a64::resume(u64::from(self.identity.boot)).with(&seed).value();
        self.identity.boot = (mixed ^ (mixed >> 32)) as u32;
    }

    /// Takes bytes from the host, in chunks of any size.
    ///
    /// A command that cannot be read is answered all the same, as long as its request id can be.
    ///
    /// # Timing
    /// Linear in the bytes given.
    ///
    /// # Panics
    /// Never, whatever the bytes are.
    pub fn receive(&mut self, now: Instant, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (consumed, packet) = self.receiver.feed(bytes);
            let heard = packet.and_then(Result::ok).map(|packet| {
                let message = decode_at_device(&packet.header, packet.body);
                let unread = message.err().and_then(|error| inbound::unread(&packet, error));
                (packet.header.endpoint, message.ok(), unread)
            });
            if let Some((endpoint, message, unread)) = heard {
                self.hear(now, endpoint, message.as_ref(), unread);
            }
            bytes = bytes.get(consumed.max(1)..).unwrap_or_default();
        }
    }

    fn hear(
        &mut self,
        now: Instant,
        endpoint: u8,
        message: Option<&AnyMessage>,
        unread: Option<Response>,
    ) {
        if message.is_some() || unread.is_some() {
            self.heard = Some(now);
        }
        if let Some(message) = message {
            self.take(endpoint, message);
        }
        if let Some(response) = unread {
            self.outbox.respond(endpoint, response);
        }
    }

    fn take(&mut self, endpoint: u8, message: &AnyMessage) {
        // A stop is done again rather than ever mistaken for something that was done before.
        let rid = message.command_head().filter(|_| !is_stop(message)).map(|head| head.rid);
        if rid.is_some_and(|rid| self.replies.is_repeated(rid, endpoint, &mut self.outbox)) {
            return;
        }
        match inbound::inbound(message, self.role) {
            Inbound::Command(command) => self.queue(endpoint, command),
            Inbound::Refused(head, status) => {
                self.reply(endpoint, Response::new(head.rid, status));
            }
            Inbound::ReadRecord(read) => self.read_record(endpoint, &read),
            Inbound::Subscribe(subscribe) => self.subscribe(endpoint, &subscribe),
            Inbound::Hello { boot, minor } => {
                self.host_minor = minor;
                self.meet(boot);
            }
            Inbound::Drawn(progress) => self.shown = Some(progress),
            Inbound::Heartbeat | Inbound::Ignored => {}
        }
    }

    /// A host that was started anew begins its ids anew: what was answered before is not its own.
    fn meet(&mut self, boot: u32) {
        if self.host_boot != Some(boot) {
            self.host_boot = Some(boot);
            self.replies = Replies::new();
        }
        self.outbox.greet();
    }

    fn queue(&mut self, endpoint: u8, command: Command) {
        let rid = command.id.0;
        let admitted = self.waiting.len() < WAITING || matches!(command.action, Action::Fact(_));
        let known = match command.channel {
            MACHINE if is_for_the_machine(&command.action) => Ok(()),
            channel => known_channel::<CHANNELS>(rid, channel),
        };
        if let Err(refused) = known {
            self.reply(endpoint, refused);
        } else if command.action == Action::Request(Request::Stop) {
            self.queue_stop(endpoint, command);
        } else if !admitted || self.waiting.push_back(command).is_err() {
            self.outbox.respond(endpoint, Response::new(rid, Status::BUSY));
        } else {
            self.replies.expect(rid, endpoint);
        }
    }

    /// A stop overtakes whatever waits. The newest of a channel takes the place of one that waits already:
    /// it is the same stop.
    fn queue_stop(&mut self, endpoint: u8, command: Command) {
        self.replies.expect_stop(command.id.0, endpoint);
        self.void_beginnings(command.channel);
        match self.stops.iter_mut().find(|stop| stop.channel == command.channel) {
            Some(waiting) => *waiting = command,
            None => {
                let _ = self.stops.push(command);
            }
        }
    }

    /// What waits and could make coolant flow again was asked for before the stop: it is not done behind it.
    fn void_beginnings(&mut self, channel: u8) {
        // req: LNK-004
        for _ in 0..self.waiting.len() {
            let Some(command) = self.waiting.pop_front() else { break };
            let meant = channel == MACHINE || channel == command.channel;
            if meant && begins(&command.action) {
                let answer = Response::new(command.id.0, Status::STALE);
                if let Some(endpoint) = self.replies.void(answer) {
                    self.outbox.respond(endpoint, answer);
                }
            } else {
                let _ = self.waiting.push_back(command);
            }
        }
    }

    fn read_record(&mut self, endpoint: u8, read: &ReadRecord) {
        let head = read.head;
        let known = known_channel::<CHANNELS>(head.rid, head.channel);
        let response = known.map_or_else(
            |refused| refused,
            |()| {
                let found = self.stored.resend(head.channel, read.from, read.count);
                Response::new(head.rid, if found { Status::OK } else { Status::EXPIRED })
            },
        );
        self.reply(endpoint, response);
    }

    fn reply(&mut self, endpoint: u8, response: Response) {
        self.replies.keep(endpoint, response);
        self.outbox.respond(endpoint, response);
    }

    /// The new pace begins with a report at once; a period of zero ends the reports.
    fn subscribe(&mut self, endpoint: u8, subscribe: &Subscribe) {
        let period = Duration::from_millis(u32::from(subscribe.period_ms));
        let [shortest, longest] = PERIOD_RANGE;
        let allowed = period.is_zero() || (period >= shortest && period <= longest);
        if allowed {
            self.period = period;
            self.next_report = Instant::ZERO;
        }
        let status = if allowed { Status::OK } else { Status::OUT_OF_RANGE };
        let bound = |span: Duration| i32::try_from(span.as_millis()).unwrap_or(i32::MAX);
        let empty = Response::new(subscribe.head.rid, status);
        let response = Response { minimum: bound(shortest), maximum: bound(longest), ..empty };
        self.reply(endpoint, response);
    }

    /// Hands over what the next tick should know: the commands that wait, and how the host is.
    #[must_use]
    pub fn take_commands(&mut self, now: Instant) -> Commands {
        let mut commands = Commands {
            host_silent: self.heard.map(|heard| now.since(heard)),
            shown: self.shown,
            ..Commands::default()
        };
        for _ in 0..COMMANDS_MAXIMUM {
            let Some(command) = self.stops.pop().or_else(|| self.waiting.pop_front()) else {
                break;
            };
            commands.list.push(command);
        }
        commands
    }

    /// Takes what a tick has to say: answers, events and entries queue up, the status replaces the last.
    pub fn publish(&mut self, outputs: &Outputs<CHANNELS>) {
        for answer in &outputs.answers {
            let response = outbound::response(answer);
            if let Some(endpoint) = self.replies.settle(response) {
                self.outbox.respond(endpoint, response);
            }
        }
        for event in &outputs.events {
            self.outbox.report(outputs.now, event);
        }
        for entry in &outputs.entries {
            self.stored.keep(entry);
        }
        if let Some(calibration) = &outputs.calibration {
            self.stored.keep_calibration(*calibration);
        }
        self.latest = Some(Latest {
            now: outputs.now,
            drives: outputs.drives,
            machine: outputs.machine,
            channels: outputs.channels,
        });
    }

    /// Writes whole frames into `out` and returns their length; 0 when there is nothing to send or no
    /// room for the next frame.
    ///
    /// # Panics
    /// Never.
    pub fn transmit(&mut self, now: Instant, out: &mut [u8]) -> usize {
        self.queue_reports(now);
        let hello = outbound::hello(&self.identity, u8::try_from(CHANNELS).unwrap_or(u8::MAX));
        let sent = self.outbox.drain(&hello, &mut self.stored, out);
        if sent > 0 {
            self.next_heartbeat = now.plus(HEARTBEAT);
        } else if self.heard.is_some() && now >= self.next_heartbeat {
            self.next_heartbeat = now.plus(HEARTBEAT);
            let beat = Heartbeat { at_ms: now.as_millis(), nonce: self.sequence };
            return self.outbox.beat(&beat, out);
        }
        sent
    }

    fn queue_reports(&mut self, now: Instant) {
        let due = self.reports_are_wanted() && now >= self.next_report;
        let Some(latest) = self.latest.as_ref().filter(|_| due) else { return };
        self.next_report = now.plus(self.period);
        self.sequence = self.sequence.wrapping_add(1);
        let stamp = Stamp { seq: self.sequence, now: latest.now, minor: self.host_minor };
        let counters = self.receiver.counters();
        let machine = outbound::machine_status(stamp, &latest.machine, &latest.drives, counters);
        self.outbox.status(Queued::Machine(machine));
        for (index, status) in latest.channels.iter().enumerate() {
            let channel = u8::try_from(index).unwrap_or(u8::MAX);
            let status = outbound::channel_status(stamp, channel, status, &latest.drives);
            self.outbox.status(Queued::Channel(status));
        }
    }

    fn reports_are_wanted(&self) -> bool {
        self.heard.is_some() && self.latest.is_some() && !self.period.is_zero()
    }

    /// Takes the entries of the record out of a link that ends, and adds those that never got here.
    pub(crate) fn take_entries<'a>(
        &mut self,
        held: impl Iterator<Item = &'a EntryBytes>,
    ) -> Stored<CHANNELS> {
        let mut stored = core::mem::replace(&mut self.stored, Stored::new());
        held.for_each(|entry| stored.keep(entry));
        stored
    }

    /// Goes on with the entries of the link before.
    pub(crate) fn keep_entries(&mut self, stored: Stored<CHANNELS>) {
        self.stored = stored;
    }

    /// When [`transmit`](Self::transmit) should be called again at the latest. An early call is harmless.
    ///
    /// While something waits that is at once; while no host was ever heard it is the end of time.
    #[must_use]
    pub fn next_deadline(&self) -> Instant {
        if !self.outbox.is_empty() || self.stored.has_unsent() {
            Instant::ZERO
        } else if self.heard.is_none() {
            Instant::from_millis(u64::MAX)
        } else if self.reports_are_wanted() {
            self.next_report.min(self.next_heartbeat)
        } else {
            self.next_heartbeat
        }
    }
}

impl<const CHANNELS: usize> LinkEnd for Link<CHANNELS> {
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

fn is_stop(message: &AnyMessage) -> bool {
    matches!(message, AnyMessage::Operate(body) if body.action == WireAction::STOP)
}

/// Whether coolant may flow because of it.
const fn begins(action: &Action) -> bool {
    matches!(
        action,
        Action::Request(
            Request::StartFit | Request::Measure(_) | Request::Start | Request::Resume { .. }
        )
    )
}

/// What may be meant for the machine as a whole.
const fn is_for_the_machine(action: &Action) -> bool {
    matches!(
        action,
        Action::Request(Request::Stop) | Action::AcknowledgeAlarms | Action::PauseAudio
    )
}

/// Whether the machine has this channel; if not, the answer that says so.
fn known_channel<const CHANNELS: usize>(rid: u16, channel: u8) -> Result<(), Response> {
    if usize::from(channel) < CHANNELS {
        return Ok(());
    }
    let maximum = i32::try_from(CHANNELS).unwrap_or(i32::MAX).saturating_sub(1);
    Err(Response { maximum, ..Response::new(rid, Status::OUT_OF_RANGE) })
}
