//! Which conditions signal, and whether they sound.

use super::figures::{AUDIO_PAUSE, REMINDER_LENGTH, REMINDER_PERIOD, silence};
use super::priority::Priority;
use super::table::{TIMERS, Table, Timer};
use crate::{Condition, Conditions};
use coldcap_units::Duration;
use core::fmt;

/// What the alarms are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The conditions that hold now and should be signalled. Whoever feeds this leaves out what is
    /// expected, such as an uncoupled cap in standby or in a break, and adds what the interlock holds
    /// ([`interlock::State::conditions`](crate::interlock::State::conditions)).
    Conditions(Conditions),
    /// The operator has seen what signals now.
    Acknowledge,
    /// The operator pauses the sound, for [`AUDIO_PAUSE`] from this press.
    AudioPause,
    /// Time passes.
    Advance(Duration),
}

/// Why the operator's event was refused. A refusal changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No alarm is active and no mark of a past one is left.
    NothingToAcknowledge,
    /// No alarm sounds.
    NothingToPause,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NothingToAcknowledge => "there is nothing to acknowledge",
            Self::NothingToPause => "no alarm sounds",
        })
    }
}

impl core::error::Error for Refusal {}

/// One thing that a step changed in the set of alarms, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// The condition began, be it for the first time or again.
    Rose(Condition),
    /// The condition ended, and its alarm with it.
    Cleared(Condition),
    /// The alarm has signalled for long and became more urgent.
    Escalated(Condition),
}

/// What one step did, for the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Changes {
    /// The answer to an operator's event; `None` after any other.
    pub answer: Option<Result<(), Refusal>>,
    /// Conditions that began.
    pub rose: Conditions,
    /// Alarms that are over.
    pub cleared: Conditions,
    /// Alarms that became more urgent.
    pub escalated: Conditions,
    /// Alarms that began to signal: new ones, and those whose cause is gone.
    pub signalled: Conditions,
    /// Active alarms that do not signal, since this step, because their cause does.
    pub inhibited: Conditions,
    /// What the press of this step acknowledged: alarms, and marks of past ones.
    pub acknowledged: Conditions,
    /// Alarms that sound again because they were acknowledged long ago.
    pub sounded_again: Conditions,
    /// The sound was paused by the press of this step.
    pub paused: bool,
    /// The pause of the sound is over, since this step.
    pub resumed: bool,
}

impl Changes {
    /// Whether nothing changed, and nothing was answered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What these changes and `later` ones did together; the answer is that of the later.
    #[must_use]
    pub const fn then(&self, later: &Self) -> Self {
        Self {
            answer: later.answer,
            rose: self.rose.union(later.rose),
            cleared: self.cleared.union(later.cleared),
            escalated: self.escalated.union(later.escalated),
            signalled: self.signalled.union(later.signalled),
            inhibited: self.inhibited.union(later.inhibited),
            acknowledged: self.acknowledged.union(later.acknowledged),
            sounded_again: self.sounded_again.union(later.sounded_again),
            paused: self.paused || later.paused,
            resumed: self.resumed || later.resumed,
        }
    }

    /// What rose, what escalated, what cleared, one by one. At most three for each condition.
    pub fn iter(&self) -> impl Iterator<Item = Change> {
        let rose = self.rose.iter().map(Change::Rose);
        let escalated = self.escalated.iter().map(Change::Escalated);
        rose.chain(escalated).chain(self.cleared.iter().map(Change::Cleared))
    }
}

/// What a loss of power must not take: the alarms that nobody has acknowledged and whose condition may be
/// gone when the power is back.
///
/// Everything else is found again, and sounds: an acknowledgement or a pause of the sound does not survive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stored {
    /// Active alarms that were not acknowledged.
    pub active: Conditions,
    /// Alarms that came and went by themselves, not acknowledged.
    pub occurred: Conditions,
}

/// The state of the alarms, in canonical form: 128 bytes at most.
///
/// Times are what remains of them. There is no state in which sound or light is off for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    /// What holds, or has not been gone for its clear delay.
    present: Conditions,
    /// What has ended, latches, and nobody has acknowledged. Never overlaps `present`.
    latched: Conditions,
    /// What has ended, does not latch, and nobody has acknowledged. Never overlaps `present`.
    occurred: Conditions,
    /// Part of what is present and signals.
    acknowledged: Conditions,
    /// Part of what is active: its cause is present. Follows from the above, as the next two do.
    inhibited: Conditions,
    /// Part of what is active: of medium priority now.
    medium: Conditions,
    /// Part of what is active: of high priority now.
    high: Conditions,
    /// What is left of the audio pause; zero when there is nothing to silence.
    audio_pause: Duration,
    /// What is left until the next reminder is over; zero when nothing urgent is silent.
    reminder: Duration,
    /// For how long what is acknowledged stays silent: low, medium, high. Zero where nothing is.
    silences: [Duration; 3],
    /// For each row that has them, in order of the rows: the time until it escalates, zero when it has
    /// or does not signal; the time until it clears if it is not seen again, zero when it is not present.
    timers: [Duration; TIMERS],
}

/// The classes of [`State::silences`].
const CLASSES: [Priority; 3] = [Priority::Low, Priority::Medium, Priority::High];

impl State {
    /// At power-up: nothing is active.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            present: Conditions::EMPTY,
            latched: Conditions::EMPTY,
            occurred: Conditions::EMPTY,
            acknowledged: Conditions::EMPTY,
            inhibited: Conditions::EMPTY,
            medium: Conditions::EMPTY,
            high: Conditions::EMPTY,
            audio_pause: Duration::ZERO,
            reminder: Duration::ZERO,
            silences: [Duration::ZERO; 3],
            timers: [Duration::ZERO; TIMERS],
        }
    }

    /// At power-up after a loss of power, with coldcap's own rows; see [`Table::restored`].
    #[must_use]
    pub fn restored(stored: &Stored) -> Self {
        // req: PWR-003
        Table::SHIPPED.restored(stored)
    }

    /// What must be stored to survive a loss of power now.
    #[must_use]
    pub const fn stored(&self) -> Stored {
        Stored { active: self.active().difference(self.acknowledged), occurred: self.occurred }
    }

    /// Every active alarm: the conditions that hold, and the latching ones that ended without being
    /// acknowledged. Inhibited ones are among them.
    #[must_use]
    pub const fn active(&self) -> Conditions {
        self.present.union(self.latched)
    }

    /// The active alarms that signal: those whose cause is not signalled by another row.
    #[must_use]
    pub const fn signalling(&self) -> Conditions {
        self.active().difference(self.inhibited)
    }

    /// The alarms that were acknowledged and whose condition still holds.
    #[must_use]
    pub const fn acknowledged(&self) -> Conditions {
        self.acknowledged
    }

    /// The marks of alarms that came and went by themselves, shown until acknowledged.
    #[must_use]
    pub const fn occurred(&self) -> Conditions {
        self.occurred
    }

    /// What is left of the audio pause; zero if the sound is not paused.
    #[must_use]
    pub const fn audio_pause(&self) -> Duration {
        self.audio_pause
    }

    /// The priority of an active alarm now: that of its row, or that of its escalation. None if it is
    /// not active.
    #[must_use]
    pub const fn priority(&self, condition: Condition) -> Priority {
        if self.high.contains(condition) {
            Priority::High
        } else if self.medium.contains(condition) {
            Priority::Medium
        } else if self.active().contains(condition) {
            Priority::Low
        } else {
            Priority::None
        }
    }

    /// The priority to show: the highest of all that signals, acknowledged or not. It depends on the
    /// set alone, never on the order of the table or of events.
    #[must_use]
    pub const fn highest(&self) -> Priority {
        self.highest_of(self.signalling())
    }

    /// The priority to sound: the highest of what signals and is not acknowledged, or none while the
    /// sound is paused.
    #[must_use]
    pub const fn sounding(&self) -> Priority {
        if self.audio_pause.is_zero() { self.highest_of(self.unanswered()) } else { Priority::None }
    }

    /// The priority to remind of: in the last four seconds of every minute for which a medium or high
    /// alarm is silent, its priority. It sounds beside [`sounding`](Self::sounding); the higher is heard.
    #[must_use]
    pub fn reminding(&self) -> Priority {
        let now = !self.reminder.is_zero() && self.reminder <= REMINDER_LENGTH;
        if now { self.highest_of(self.silent()) } else { Priority::None }
    }

    /// The alarm to show first: one with the highest priority, not acknowledged before acknowledged,
    /// then the lowest code.
    #[must_use]
    pub fn leading(&self) -> Option<Condition> {
        let rank = |c: Condition| (self.priority(c), !self.acknowledged.contains(c));
        let ahead = |best: Condition, next| if rank(next) > rank(best) { next } else { best };
        self.signalling().iter().reduce(ahead)
    }

    /// Whether nothing is there, nothing was, and no time runs, as in most ticks of a machine's life: then time and no
    /// conditions change nothing.
    fn rests(&self) -> bool {
        *self == Self::new()
    }

    const fn highest_of(&self, set: Conditions) -> Priority {
        // req: ALM-002
        if set.intersects(self.high) {
            Priority::High
        } else if set.intersects(self.medium) {
            Priority::Medium
        } else if set.is_empty() {
            Priority::None
        } else {
            Priority::Low
        }
    }

    /// The active alarms of each priority, in the order of [`CLASSES`].
    const fn classes(&self) -> [Conditions; 3] {
        let low = self.active().difference(self.high.union(self.medium));
        [low, self.medium, self.high]
    }

    const fn unanswered(&self) -> Conditions {
        self.signalling().difference(self.acknowledged)
    }

    /// What signals, is medium or high, and is not heard.
    const fn silent(&self) -> Conditions {
        let urgent = self.signalling().intersection(self.high.union(self.medium));
        if self.audio_pause.is_zero() { urgent.intersection(self.acknowledged) } else { urgent }
    }

    /// Whether what a step changed, which ended here, lets something new of medium or high priority be heard: it
    /// ends the pause of the sound.
    pub(super) fn breaks_through(&self, changes: &Changes) -> bool {
        let new = changes.signalled.union(changes.rose.intersection(self.signalling()));
        let heard = new.union(changes.escalated).union(changes.sounded_again);
        self.highest_of(heard) >= Priority::Medium
    }

    /// With the pause of the sound over.
    pub(super) fn unpaused(self) -> Self {
        Self { audio_pause: Duration::ZERO, ..self }.canonical()
    }

    fn pause_audio(self) -> Result<Self, Refusal> {
        // req: ALM-007
        if self.unanswered().is_empty() {
            return Err(Refusal::NothingToPause);
        }
        Ok(Self { audio_pause: AUDIO_PAUSE, ..self })
    }

    fn silence_classes(self, seen: Conditions) -> [Duration; 3] {
        let mut silences = self.silences;
        for ((left, class), active) in silences.iter_mut().zip(CLASSES).zip(self.classes()) {
            if seen.intersects(active) {
                *left = silence(class);
            }
        }
        silences
    }

    /// What was acknowledged so long ago that it sounds again after `dt`.
    fn due_after(&self, dt: Duration) -> Conditions {
        // req: ALM-009
        let over = self.silences.iter().zip(self.classes()).filter(|(left, _)| **left <= dt);
        let due = over.fold(Conditions::EMPTY, |all, (_, active)| all.union(active));
        due.intersection(self.acknowledged)
    }

    /// What is left until the reminder is over after `dt`, if it goes on.
    fn reminder_after(&self, dt: Duration) -> Duration {
        // req: ALM-010
        if self.reminder.is_zero() || dt < self.reminder {
            return self.reminder.minus(dt);
        }
        let beyond = dt.minus(self.reminder).as_millis();
        let into = beyond.checked_rem(REMINDER_PERIOD.as_millis()).unwrap_or(0);
        REMINDER_PERIOD.minus(Duration::from_millis(into))
    }

    /// Zeroes the times that have lost their meaning and begins the reminder when something urgent falls
    /// silent.
    fn canonical(mut self) -> Self {
        if self.unanswered().is_empty() {
            self.audio_pause = Duration::ZERO;
        }
        let used = self.classes().map(|active| self.acknowledged.intersects(active));
        for (left, _) in self.silences.iter_mut().zip(used).filter(|(_, used)| !used) {
            *left = Duration::ZERO;
        }
        self.reminder = match (self.silent().is_empty(), self.reminder.is_zero()) {
            (true, _) => Duration::ZERO,
            (false, true) => REMINDER_PERIOD,
            (false, false) => self.reminder,
        };
        self
    }
}

impl Table<'_> {
    /// At power-up after a loss of power: what nobody had acknowledged is there again, as something that
    /// has ended. Latching alarms signal and sound; of the others a mark is left. A condition that still
    /// holds is found again and sounds; nothing is acknowledged and the sound is not paused.
    #[must_use]
    pub fn restored(&self, stored: &Stored) -> State {
        let latched = stored.active.intersection(self.sorted.latching);
        let occurred = stored.active.union(stored.occurred).difference(latched);
        let state = State { latched, occurred, ..State::new() };
        self.arbitrate(&State::new(), state).canonical()
    }

    /// One step of the alarms by these rows; see [`step`].
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn step(&self, state: &State, event: &Event) -> (State, Changes) {
        if state.rests()
            && matches!(event, Event::Advance(_) | Event::Conditions(Conditions::EMPTY))
        {
            return (*state, Changes::default());
        }
        self.stepped(state, event)
    }

    fn stepped(&self, state: &State, event: &Event) -> (State, Changes) {
        let attempt = match *event {
            Event::Conditions(found) => Ok(self.observe(*state, found)),
            Event::Acknowledge => self.acknowledge(*state),
            Event::AudioPause => state.pause_audio(),
            Event::Advance(dt) => Ok(self.advance(*state, dt)),
        };
        let asked = matches!(event, Event::Acknowledge | Event::AudioPause);
        let answer = asked.then_some(attempt.map(|_| ()));
        let (next, changes) = self.settle(state, attempt.unwrap_or(*state), event);
        (next, Changes { answer, paused: changes.paused && answer == Some(Ok(())), ..changes })
    }

    /// What follows from a new state: who signals, what is heard although it was silenced, and what of
    /// the rest has lost its meaning.
    fn settle(&self, before: &State, next: State, event: &Event) -> (State, Changes) {
        // req: ALM-008
        let mut next = self.arbitrate(before, next);
        let rose = next.present.difference(before.present);
        let escalated = self.escalated(&next).difference(self.escalated(before));
        let signalled = next.signalling().difference(before.signalling());
        let due = match *event {
            Event::Advance(dt) => before.due_after(dt),
            _ => Conditions::EMPTY,
        };
        // What is hidden loses its acknowledgement: should its cause go first, it is news again.
        let silenced = escalated.union(due);
        next.acknowledged = next.acknowledged.intersection(next.signalling()).difference(silenced);
        let heard = signalled.union(rose.intersection(next.signalling())).union(silenced);
        if next.highest_of(heard) >= Priority::Medium {
            next.audio_pause = Duration::ZERO;
        }
        let next = next.canonical();
        let changes = Changes {
            answer: None,
            rose,
            cleared: before.active().difference(next.active()),
            escalated,
            signalled,
            inhibited: next.inhibited.difference(before.inhibited),
            acknowledged: acknowledged_by(before, &next, event),
            sounded_again: due.difference(escalated),
            paused: matches!(event, Event::AudioPause),
            resumed: !before.audio_pause.is_zero() && next.audio_pause.is_zero(),
        };
        (next, changes)
    }

    fn observe(&self, state: State, found: Conditions) -> State {
        // req: ALM-006
        let present = found.union(self.lingering(&state));
        let ended = state.present.difference(present).difference(state.acknowledged);
        let (stays, passes) =
            (ended.intersection(self.sorted.latching), ended.difference(self.sorted.latching));
        State {
            present,
            latched: state.latched.difference(present).union(stays),
            occurred: state.occurred.difference(present).union(passes),
            timers: self.timed(&state, |timer, left| {
                let seen = timer.to.is_none() && found.contains(timer.condition);
                if seen { timer.whole } else { left }
            }),
            ..state
        }
    }

    /// What is present and was seen within its clear delay.
    fn lingering(&self, state: &State) -> Conditions {
        self.timers(state).fold(Conditions::EMPTY, |all, (timer, left)| {
            all.with_if(timer.condition, timer.to.is_none() && !left.is_zero())
        })
    }

    fn acknowledge(&self, state: State) -> Result<State, Refusal> {
        // req: ALM-011
        let seen = state.signalling().intersection(state.present).difference(self.sorted.deaf);
        if seen.union(state.latched).union(state.occurred).is_empty() {
            return Err(Refusal::NothingToAcknowledge);
        }
        Ok(State {
            latched: Conditions::EMPTY,
            occurred: Conditions::EMPTY,
            acknowledged: state.acknowledged.union(seen),
            silences: state.silence_classes(seen),
            ..state
        })
    }

    /// Time passes. No alarm begins or ends by it, so that time in one piece is time in parts.
    fn advance(&self, state: State, dt: Duration) -> State {
        State {
            audio_pause: state.audio_pause.minus(dt),
            reminder: state.reminder_after(dt),
            silences: state.silences.map(|left| left.minus(dt)),
            timers: self.timed(&state, |_, left| left.minus(dt)),
            ..state
        }
    }

    /// Who is inhibited, who is how urgent, and whose times begin or end with that.
    fn arbitrate(&self, before: &State, next: State) -> State {
        let next = State { inhibited: self.inhibited(&next), ..next };
        let (signals, did) = (next.signalling(), before.signalling());
        let timers = self.timed(&next, |timer, left| {
            let counts = if timer.to.is_some() { signals } else { next.present };
            let begins = timer.to.is_some() && !did.contains(timer.condition);
            match (counts.contains(timer.condition), begins) {
                (false, _) => Duration::ZERO,
                (true, true) => timer.whole,
                (true, false) => left,
            }
        });
        self.classed(State { timers, ..next })
    }

    fn inhibited(&self, state: &State) -> Conditions {
        // req: ALM-003
        let candidates = state.active().intersection(self.sorted.inhibitable);
        if candidates.is_empty() {
            return Conditions::EMPTY;
        }
        let caused = self.rows().filter(|row| row.inhibited_by.intersects(state.present));
        caused.map(|row| row.condition).collect::<Conditions>().intersection(candidates)
    }

    /// With the priority of every active alarm. What has no row is medium.
    fn classed(&self, state: State) -> State {
        let active = state.active();
        let rowless = active.difference(self.sorted.known);
        let (mut medium, mut high) = (self.sorted.medium.union(rowless), self.sorted.high);
        for (timer, to) in self.escalations(&state) {
            medium = medium.without(timer.condition);
            medium = medium.with_if(timer.condition, to == Priority::Medium);
            high = high.with_if(timer.condition, to == Priority::High);
        }
        State { medium: medium.intersection(active), high: high.intersection(active), ..state }
    }

    /// What signals and has done so for as long as its row's escalation says.
    fn escalated(&self, state: &State) -> Conditions {
        // req: ALM-012
        self.escalations(state).map(|(timer, _)| timer.condition).collect()
    }

    fn escalations(&self, state: &State) -> impl Iterator<Item = (Timer, Priority)> {
        let signals = state.signalling();
        let over = self.timers(state).filter(|(_, left)| left.is_zero());
        let over = over.filter(move |(timer, _)| signals.contains(timer.condition));
        over.filter_map(|(timer, _)| Some((timer, timer.to?)))
    }

    fn timers(&self, state: &State) -> impl Iterator<Item = (Timer, Duration)> {
        let timers = self.sorted.timers.into_iter().zip(state.timers);
        timers.filter_map(|(timer, left)| Some((timer?, left)))
    }

    /// Every timer as `change` makes it; those that count nothing stay zero.
    fn timed(
        &self,
        state: &State,
        change: impl Fn(&Timer, Duration) -> Duration,
    ) -> [Duration; TIMERS] {
        let mut timers = state.timers;
        for (timer, left) in self.sorted.timers.iter().flatten().zip(&mut timers) {
            *left = change(timer, *left);
        }
        timers
    }
}

/// What the press of an acknowledgement reached.
fn acknowledged_by(before: &State, next: &State, event: &Event) -> Conditions {
    match event {
        Event::Acknowledge => next.acknowledged.union(before.latched).union(before.occurred),
        _ => Conditions::EMPTY,
    }
}

/// One step of the alarms: pure, total, in constant time.
///
/// ```
/// use coldcap_guard::alarm::{Event, Priority, Refusal, State, step};
/// use coldcap_guard::{Condition, Conditions};
///
/// let waiting = Conditions::of(&[Condition::Waiting]);
/// let (state, _) = step(&State::new(), &Event::Conditions(waiting));
/// let (state, _) = step(&state, &Event::AudioPause);
/// assert_eq!((state.highest(), state.sounding()), (Priority::Low, Priority::None));
///
/// // A leak breaks through the pause.
/// let (state, _) = step(&state, &Event::Conditions(waiting.with(Condition::Leak)));
/// assert_eq!(state.sounding(), Priority::High);
/// assert_eq!(state.leading(), Some(Condition::Leak));
///
/// // The leak latches; what only waits is over when it is over.
/// let (state, _) = step(&state, &Event::Conditions(Conditions::EMPTY));
/// assert_eq!(state.active(), Conditions::of(&[Condition::Leak]));
/// let (state, _) = step(&state, &Event::Acknowledge);
/// assert!(state.active().is_empty());
/// let (_, changes) = step(&state, &Event::Acknowledge);
/// assert_eq!(changes.answer, Some(Err(Refusal::NothingToAcknowledge)));
/// ```
///
/// # Panics
/// Never.
#[must_use]
pub fn step(state: &State, event: &Event) -> (State, Changes) {
    Table::SHIPPED.step(state, event)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left out for a machine at rest would have changed nothing.
    #[test]
    fn rest_is_rest_the_long_way_too() {
        let rest = State::new();
        let spans = [0, 1, 100, 60_000, u32::MAX].map(Duration::from_millis);
        let events = spans.map(Event::Advance).into_iter();
        for event in events.chain([Event::Conditions(Conditions::EMPTY)]) {
            let long = Table::SHIPPED.stepped(&rest, &event);
            assert_eq!(long, (rest, Changes::default()), "{event:?}");
            assert_eq!(long, Table::SHIPPED.step(&rest, &event), "{event:?}");
        }
        let waiting = Conditions::of(&[Condition::Waiting]);
        let (state, changes) = Table::SHIPPED.step(&rest, &Event::Conditions(waiting));
        assert!(!state.rests() && !changes.is_empty() && Changes::default().is_empty());
    }
}
