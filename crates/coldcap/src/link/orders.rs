//! Commands between their arrival and their answer.

use crate::bridge::outbound;
use crate::command::{Action, Answer, COMMANDS_MAXIMUM, Command};
use coldcap_session::{Refusal, Request};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{CommandHead, MACHINE, Message, Operate, Response, Status, TimeAsk};
use coldcap_wire::service::{Begins, Freshness, Gate, Order, Verdict};
use heapless::{Deque, Vec};

/// Commands that wait for their tick.
const WAITING: usize = 8;
/// Places beyond those, for facts, which are never refused for what the machine is doing.
const RESERVED: usize = 4;
/// Stops have places of their own, one for each channel and one for the machine: nothing can fill them.
const STOPS: usize = 8;
/// How many answers are kept: as many as commands can be without one, those that wait and those of the tick.
const KEPT: usize = WAITING + RESERVED + COMMANDS_MAXIMUM;
/// A command that was handed over so long ago belongs to outputs that nobody published.
const LOST: Duration = Duration::from_secs(2);

/// An answer to an alarm states a deadline so long behind the press, or less: this tells when it was pressed at the
/// earliest.
const ANSWERS_WITHIN: Duration = Duration::from_secs(4);
/// A press may seem to lie ahead by this, since a host knows the device's time roughly.
const AHEAD: Duration = Duration::from_secs(1);

/// What has arrived and was not answered yet, and what was answered.
#[derive(Clone, Debug)]
pub(super) struct Orders {
    gate: Gate<KEPT>,
    freshness: Freshness,
    waiting: Deque<Taken, { WAITING + RESERVED }>,
    stops: Vec<Taken, STOPS>,
    handed: Deque<Handed, { KEPT + STOPS }>,
    /// The channels at which a host of this session has taken the first of two steps: a bit for each.
    armed: u64,
    /// When an alarm was last heard that was not heard before.
    rose: Option<Instant>,
    session: u8,
    turn: u8,
}

/// A command that was taken in a session.
#[derive(Clone, Copy, Debug)]
struct Taken {
    command: Command,
    /// The revision of its channel that it is meant for; 0 for any.
    expected: u16,
    /// When its deadline is, if it states one.
    due: Option<Instant>,
    /// By which key it came; `None` on a bench.
    by: Option<u32>,
    session: u8,
}

impl Taken {
    /// When somebody answered to the alarms at the earliest, if this is that and says so.
    fn answered(&self) -> Option<Instant> {
        let answers = matches!(self.command.action, Action::AcknowledgeAlarms | Action::PauseAudio);
        self.due.filter(|_| answers).map(|due| due.minus(ANSWERS_WITHIN))
    }
}

/// A command that a tick has, or had.
#[derive(Clone, Copy, Debug)]
struct Handed {
    rid: u16,
    stop: bool,
    channel: u8,
    /// Whether it changes the session where it is done.
    changes: bool,
    /// What is told back where it is done; 0 for nothing.
    echo: u32,
    session: u8,
    turn: u8,
    at: Instant,
}

/// What is known of a command besides its body.
#[derive(Clone, Copy)]
pub(super) struct Arrived {
    pub(super) number: u32,
    pub(super) endpoint: u8,
    pub(super) head: CommandHead,
    /// That of its channel now; `None` where another one is meant, of which others know.
    pub(super) revision: Option<u16>,
    pub(super) stop: bool,
    /// Whether it begins something.
    pub(super) begins: Begins,
    /// Whether it must state a deadline.
    pub(super) timed: bool,
    /// Whether it has to wait for a tick, and whether it is a fact.
    pub(super) waits: Option<bool>,
    /// Whether there is no room for it elsewhere.
    pub(super) full: bool,
}

impl Handed {
    /// The answer, with what is told back where it was done.
    fn echoed(&self, response: Response) -> Response {
        let done = response.status == Status::OK && self.echo != 0;
        if done { Response { value: self.echo, ..response } } else { response }
    }
}

impl Orders {
    pub(super) const fn new() -> Self {
        Self {
            gate: Gate::new(),
            freshness: Freshness::new(),
            waiting: Deque::new(),
            stops: Vec::new(),
            handed: Deque::new(),
            armed: 0,
            rose: None,
            session: 0,
            turn: 0,
        }
    }

    /// Another host, or the same by new keys: its request ids begin anew, what it was told is not proven, and it completes
    /// no first step that was taken before. What was taken is carried out, and nobody is left to answer to.
    pub(super) fn begin_session(&mut self) {
        self.armed = 0;
        self.session = self.session.wrapping_add(1);
        (self.gate, self.freshness) = (Gate::new(), Freshness::new());
    }

    pub(super) fn prove(&mut self, now: Instant, number: u32, ask: &TimeAsk) {
        self.freshness.prove(now, number, ask);
    }

    /// The moment after which the newest proof of this session was sent, if there is one.
    pub(super) fn proven(&self) -> Option<Instant> {
        self.freshness.sent_after()
    }

    /// Whether a command is carried out: once, in time, and if there is room.
    pub(super) fn admit(&mut self, now: Instant, arrived: &Arrived) -> Verdict {
        // req: LNK-002
        // req: LNK-004
        let Arrived { number, endpoint, head, revision, stop, begins, timed, waits, full } =
            *arrived;
        self.forget_lost(now);
        let room = !full && waits.is_none_or(|fact| self.has_room(fact));
        let allowed = true;
        let order = Order { number, endpoint, head, allowed, timed, stop, begins, revision, room };
        self.gate.admit(now, &self.freshness, &order)
    }

    fn has_room(&self, fact: bool) -> bool {
        self.waiting.len() < WAITING || (fact && !self.waiting.is_full())
    }

    /// Keeps the answer to a command that was admitted and needed no tick; returns the endpoint to answer on.
    pub(super) fn settle(&mut self, response: Response) -> Option<u8> {
        self.gate.settle(response)
    }

    /// A command that was admitted is put off: it may be asked again under its id. Returns the endpoint to answer on.
    #[cfg(feature = "journal")]
    pub(super) fn put_off(&mut self, rid: u16) -> Option<u8> {
        self.gate.put_off(rid)
    }

    /// Keeps a command for its tick. It was admitted, so that a deadline lies ahead.
    pub(super) fn queue(
        &mut self,
        now: Instant,
        command: Command,
        head: &CommandHead,
        by: Option<u32>,
    ) {
        let due = due(now, head);
        let (expected, session) = (head.expected_revision, self.session);
        let _ = self.waiting.push_back(Taken { command, expected, due, by, session });
    }

    /// A stop overtakes whatever waits. The newest of a channel takes the place of one that waits already:
    /// it is the same stop.
    pub(super) fn queue_stop(&mut self, command: Command, void: impl FnMut(u8, Response)) {
        self.void_beginnings(command.channel, void);
        let (due, by, session) = (None, None, self.session);
        let stop = Taken { command, expected: 0, due, by, session };
        match self.stops.iter_mut().find(|stop| stop.command.channel == command.channel) {
            Some(waiting) => *waiting = stop,
            None => {
                let _ = self.stops.push(stop);
            }
        }
    }

    /// What waits and could make coolant flow again was asked for before the stop: it is not done behind it.
    fn void_beginnings(&mut self, channel: u8, void: impl FnMut(u8, Response)) {
        // req: LNK-004
        let ends = |taken: &Taken| {
            let Command { action, channel: meant, .. } = &taken.command;
            begins(action).ends_by(channel, *meant)
        };
        self.void(Status::STALE, ends, void);
    }

    /// What waited for its tick beyond its deadline is not done, nor what a key has asked for that was revoked since. A
    /// fact stays a fact, whoever told it.
    pub(super) fn void_overdue(
        &mut self,
        now: Instant,
        has_key: impl Fn(u32) -> bool,
        mut void: impl FnMut(u8, Response),
    ) {
        // req: LNK-002
        self.void(Status::EXPIRED, |taken| taken.due.is_some_and(|due| now > due), &mut void);
        let revoked = |taken: &Taken| {
            let fact = matches!(taken.command.action, Action::Fact(_));
            !fact && taken.by.is_some_and(|slot| !has_key(slot))
        };
        self.void(Status::DENIED, revoked, void);
    }

    /// An alarm was heard at `at` that was not heard before.
    pub(super) fn alarm_rose(&mut self, at: Instant) {
        self.rose = Some(at);
    }

    /// Nobody has answered to an alarm before it was there: what a line has kept back, or sent again, until another one
    /// rose does not silence that one.
    pub(super) fn void_answers(&mut self, now: Instant, mut void: impl FnMut(u8, Response)) {
        // req: LNK-006
        let rose = self.rose;
        let before = |made: Instant| rose.is_some_and(|rose| rose >= made);
        self.void(Status::STALE, |taken| taken.answered().is_some_and(before), &mut void);
        // Of a deadline that is further ahead nobody can tell when it was pressed.
        let ahead = |made: Instant| made > now.plus(AHEAD);
        self.void(Status::EXPIRED, |taken| taken.answered().is_some_and(ahead), &mut void);
    }

    fn void(
        &mut self,
        status: Status,
        is_void: impl Fn(&Taken) -> bool,
        mut void: impl FnMut(u8, Response),
    ) {
        for _ in 0..self.waiting.len() {
            let Some(taken) = self.waiting.pop_front() else { break };
            if !is_void(&taken) {
                let _ = self.waiting.push_back(taken);
                continue;
            }
            let answer = Response::new(taken.command.id.0, status);
            let known = taken.session == self.session;
            if let Some(endpoint) = known.then(|| self.gate.settle(answer)).flatten() {
                void(endpoint, answer);
            }
        }
    }

    /// The commands of a tick, stops first, and at most `most` that are none. What expects another revision than its
    /// channel has by now is refused; what expects one waits for the next tick where this one may change it before
    /// its turn.
    pub(super) fn hand_over(
        &mut self,
        now: Instant,
        most: usize,
        revision: impl Fn(u8) -> Option<u16>,
        mut give: impl FnMut(Command),
        mut refuse: impl FnMut(u8, Response),
    ) {
        self.forget_lost(now);
        self.turn = self.turn.wrapping_add(1);
        let mut others = most;
        for _ in 0..COMMANDS_MAXIMUM {
            let stop = self.stops.pop();
            let is_stop = stop.is_some();
            let Some(taken) = stop.or_else(|| self.next_of(&mut others)) else { break };
            let now_is = revision(taken.command.channel).unwrap_or(taken.expected);
            if !self.may_confirm(&taken) {
                self.refuse_unconfirmed(&taken, &mut refuse);
            } else if taken.expected == 0 || is_stop {
                self.hand(now, &taken, is_stop);
                give(taken.command);
            } else if taken.expected != now_is {
                self.refuse_stale(&taken, now_is, &mut refuse);
            } else if self.may_change(taken.command.channel) {
                let _ = self.waiting.push_front(taken);
                break;
            } else {
                self.hand(now, &taken, is_stop);
                give(taken.command);
            }
        }
    }

    fn next_of(&mut self, others: &mut usize) -> Option<Taken> {
        *others = others.checked_sub(1)?;
        self.waiting.pop_front()
    }

    fn hand(&mut self, now: Instant, taken: &Taken, stop: bool) {
        if self.handed.is_full() {
            self.forget_oldest();
        }
        let Taken { command, session, .. } = *taken;
        let (rid, channel, turn) = (command.id.0, command.channel, self.turn);
        let (changes, echo) = (changes(&command.action), outbound::echo(&command.action));
        let handed = Handed { rid, stop, channel, changes, echo, session, turn, at: now };
        let _ = self.handed.push_back(handed);
    }

    /// The second of two steps is done where the first was taken in the same session. The machine remembers a first step
    /// for half a minute, whoever took it; a person who has left is not to be completed by who comes after.
    fn may_confirm(&self, taken: &Taken) -> bool {
        // req: SES-002
        let first = taken.session == self.session && self.armed & bit(taken.command.channel) != 0;
        first || !is_second_step(&taken.command.action)
    }

    fn refuse_unconfirmed(&mut self, taken: &Taken, refuse: impl FnMut(u8, Response)) {
        let result = Err(Refusal::NotConfirmed);
        let answer = outbound::response(&Answer { id: taken.command.id, result });
        self.refuse(taken, answer, refuse);
    }

    fn refuse_stale(&mut self, taken: &Taken, now_is: u16, refuse: impl FnMut(u8, Response)) {
        let stale = Response::new(taken.command.id.0, Status::STALE);
        self.refuse(taken, Response { value: now_is.into(), ..stale }, refuse);
    }

    fn refuse(&mut self, taken: &Taken, answer: Response, mut refuse: impl FnMut(u8, Response)) {
        let known = taken.session == self.session;
        if let Some(endpoint) = known.then(|| self.gate.settle(answer)).flatten() {
            refuse(endpoint, answer);
        }
    }

    /// Whether a command of this tick may change the session of this channel.
    fn may_change(&self, channel: u8) -> bool {
        let meant = |handed: &Handed| handed.channel == channel || handed.channel == MACHINE;
        let of_tick = self.handed.iter().filter(|handed| handed.turn == self.turn);
        of_tick.into_iter().any(|handed| handed.changes && meant(handed))
    }

    /// The channel whose session has changed where the command of this id was done, or the machine for all of them;
    /// `None` where it changes none. What was not handed over here came from elsewhere, and may have changed any.
    pub(super) fn meant(&self, rid: u16) -> Option<u8> {
        match self.handed.iter().find(|handed| handed.rid == rid) {
            Some(handed) => handed.changes.then_some(handed.channel),
            None => Some(MACHINE),
        }
    }

    /// Takes the answer of a tick; returns what to answer, and the endpoint to answer on, if somebody is there to answer to.
    ///
    /// Ticks answer in their order: what an earlier one had and did not answer belongs to outputs that nobody
    /// published.
    pub(super) fn answered(&mut self, response: Response) -> Option<(u8, Response)> {
        let found = self.handed.iter().find(|handed| handed.rid == response.rid).copied()?;
        let response = found.echoed(response);
        if response.status == Status::ARMED && found.session == self.session {
            self.armed |= bit(found.channel);
        }
        for _ in 0..self.handed.len() {
            let Some(handed) = self.handed.pop_front() else { break };
            if handed.rid == response.rid && handed.turn == found.turn {
                break;
            }
            if handed.turn == found.turn {
                let _ = self.handed.push_back(handed);
            } else {
                self.forget(&handed);
            }
        }
        let endpoint = match found {
            Handed { session, .. } if session != self.session => None,
            Handed { stop: true, .. } => Some(Operate::ENDPOINT),
            _ => self.gate.settle(response),
        };
        endpoint.map(|endpoint| (endpoint, response))
    }

    fn forget_lost(&mut self, now: Instant) {
        let lost = |handed: &&Handed| now.since(handed.at) >= LOST;
        for _ in 0..self.handed.iter().filter(lost).count() {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(handed) = self.handed.pop_front() {
            self.forget(&handed);
        }
    }

    /// Nobody knows whether it was carried out; it is not carried out again.
    fn forget(&mut self, handed: &Handed) {
        if !handed.stop && handed.session == self.session {
            let _ = self.gate.settle(Response::new(handed.rid, Status::INTERNAL));
        }
    }
}

/// When the deadline of a command is that was admitted, so that it lies ahead; `None` where it states none.
pub(super) fn due(now: Instant, head: &CommandHead) -> Option<Instant> {
    let left = head.deadline.wrapping_sub(now.as_millis() as u16);
    (head.deadline != 0).then(|| now.plus(Duration::from_millis(left.into())))
}

/// The bit of a channel; none for one that is beyond all machines.
const fn bit(channel: u8) -> u64 {
    match 1_u64.checked_shl(channel as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

/// Whether a command is the second of two steps.
const fn is_second_step(action: &Action) -> bool {
    matches!(
        action,
        Action::Request(
            Request::ConfirmFit { confirm: true }
                | Request::Resume { confirm: true, .. }
                | Request::EndSession { confirm: true, .. }
                | Request::ClinicianReset { confirm: true }
                | Request::ServiceReset { confirm: true }
        )
    )
}

/// What a command begins. Whoever stops anywhere ends all that is driven by hand.
pub(super) const fn begins(action: &Action) -> Begins {
    match action {
        Action::Drive(_) if action.begins() => Begins::Anywhere,
        _ if action.begins() => Begins::AtItsChannel,
        _ => Begins::Nothing,
    }
}

/// Whether the session is another where it was done: its phase, its patient, its plan.
const fn changes(action: &Action) -> bool {
    match action {
        Action::Request(request) => !matches!(request, Request::Acknowledge),
        Action::Fact(_)
        | Action::AcknowledgeAlarms
        | Action::PauseAudio
        | Action::SetClock(_)
        | Action::Drive(_) => false,
    }
}
