//! Which conditions signal, and whether they sound.

use super::table::{ESCALATING, LATCHING, Priority, Row, TABLE};
use crate::{Condition, Conditions};
use coldcap_units::Duration;
use core::fmt;

/// How long one press pauses the sound: two minutes, the longest that is allowed. Source: the figure
/// that two open ventilator projects use; not checked against a standard.
pub const AUDIO_PAUSE: Duration = Duration::from_secs(120);

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

/// One thing that a step changed, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// The condition began, be it for the first time or again.
    Rose(Condition),
    /// The condition ended, and its alarm with it.
    Cleared(Condition),
    /// The alarm has signalled for long and became more urgent.
    Escalated(Condition),
}

/// What one step did.
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
}

impl Changes {
    /// One by one: what rose, what escalated, what cleared. At most three for each condition.
    pub fn iter(&self) -> impl Iterator<Item = Change> {
        let rose = self.rose.iter().map(Change::Rose);
        let escalated = self.escalated.iter().map(Change::Escalated);
        rose.chain(escalated).chain(self.cleared.iter().map(Change::Cleared))
    }
}

/// The state of the alarms, in canonical form.
///
/// There is no state in which sound or light is off for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    /// What holds.
    present: Conditions,
    /// What has ended and nobody has acknowledged. Never overlaps `present`.
    ended: Conditions,
    /// Part of `present`.
    acknowledged: Conditions,
    /// What is left of the audio pause; zero when there is nothing to silence.
    audio_pause: Duration,
    /// How long each escalating row has signalled, up to its escalation.
    signalled_for: [Duration; ESCALATING.len()],
}

impl State {
    /// At power-up: nothing is active.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            present: Conditions::EMPTY,
            ended: Conditions::EMPTY,
            acknowledged: Conditions::EMPTY,
            audio_pause: Duration::ZERO,
            signalled_for: [Duration::ZERO; ESCALATING.len()],
        }
    }

    /// Every active alarm: the conditions that hold, and the latching ones that ended without being
    /// acknowledged. Inhibited ones are among them.
    #[must_use]
    pub const fn active(&self) -> Conditions {
        self.present.union(self.ended.intersection(LATCHING))
    }

    /// The active alarms that signal: those whose cause is not signalled by another row.
    #[must_use]
    pub fn signalling(&self) -> Conditions {
        let shadowed = TABLE.iter().filter(|row| row.inhibited_by.intersects(self.present));
        self.active().difference(shadowed.map(|row| row.condition).collect())
    }

    /// The alarms that were acknowledged and whose condition still holds.
    #[must_use]
    pub const fn acknowledged(&self) -> Conditions {
        self.acknowledged
    }

    /// The marks of alarms that came and went by themselves, shown until acknowledged.
    #[must_use]
    pub const fn occurred(&self) -> Conditions {
        self.ended.difference(LATCHING)
    }

    /// What is left of the audio pause; zero if the sound is not paused.
    #[must_use]
    pub const fn audio_pause(&self) -> Duration {
        self.audio_pause
    }

    /// The priority of `condition` now: that of its row, or that of its escalation.
    #[must_use]
    pub fn priority(&self, condition: Condition) -> Priority {
        let row = Row::of(condition);
        match row.escalation {
            Some(escalation) if self.escalated().contains(condition) => escalation.to,
            _ => row.priority,
        }
    }

    /// The priority to show: the highest of all that signals, acknowledged or not. It depends on the
    /// set alone, never on the order of the table or of events.
    #[must_use]
    pub fn highest(&self) -> Priority {
        self.highest_of(self.signalling())
    }

    /// The priority to sound: the highest of what signals and is not acknowledged, or none while the
    /// sound is paused.
    #[must_use]
    pub fn sounding(&self) -> Priority {
        if self.audio_pause.is_zero() { self.highest_of(self.unanswered()) } else { Priority::None }
    }

    /// The alarm to show first: one with the highest priority, not acknowledged before acknowledged,
    /// then the lowest code.
    #[must_use]
    pub fn leading(&self) -> Option<Condition> {
        let rank = |c: Condition| (self.priority(c), !self.acknowledged.contains(c));
        let ahead = |best: Condition, next| if rank(next) > rank(best) { next } else { best };
        self.signalling().iter().reduce(ahead)
    }

    fn highest_of(&self, set: Conditions) -> Priority {
        set.iter().map(|condition| self.priority(condition)).max().unwrap_or_default()
    }

    fn unanswered(&self) -> Conditions {
        self.signalling().difference(self.acknowledged)
    }

    fn escalated(&self) -> Conditions {
        let timers = ESCALATING.into_iter().zip(self.signalled_for);
        timers.filter(|&(row, time)| time == escalates_after(row)).map(|(row, _)| row).collect()
    }

    fn observe(self, present: Conditions) -> Self {
        let ended_now = self.present.difference(present).difference(self.acknowledged);
        Self {
            present,
            ended: self.ended.difference(present).union(ended_now),
            acknowledged: self.acknowledged.intersection(present),
            ..self
        }
    }

    fn acknowledge(self) -> Result<Self, Refusal> {
        if self.active().is_empty() && self.ended.is_empty() {
            return Err(Refusal::NothingToAcknowledge);
        }
        let seen = self.signalling().intersection(self.present);
        let acknowledged = self.acknowledged.union(seen);
        Ok(Self { acknowledged, ended: Conditions::EMPTY, ..self })
    }

    fn pause_audio(self) -> Result<Self, Refusal> {
        if self.unanswered().is_empty() {
            return Err(Refusal::NothingToPause);
        }
        Ok(Self { audio_pause: AUDIO_PAUSE, ..self })
    }

    fn advance(self, dt: Duration) -> Self {
        let mut signalled_for = self.signalled_for;
        let signalling = self.signalling();
        for (row, time) in ESCALATING.into_iter().zip(&mut signalled_for) {
            if signalling.contains(row) {
                *time = time.plus(dt).min(escalates_after(row));
            }
        }
        Self { audio_pause: self.audio_pause.minus(dt), signalled_for, ..self }
    }

    /// Zeroes what has lost its meaning.
    fn canonical(self) -> Self {
        let signalling = self.signalling();
        let mut signalled_for = self.signalled_for;
        for (row, time) in ESCALATING.into_iter().zip(&mut signalled_for) {
            if !signalling.contains(row) {
                *time = Duration::ZERO;
            }
        }
        let silent = self.unanswered().is_empty();
        let audio_pause = if silent { Duration::ZERO } else { self.audio_pause };
        Self { signalled_for, audio_pause, ..self }
    }

    /// Sounds again for what is new: an escalation is heard although it was acknowledged, and anything
    /// new of medium or high priority ends the audio pause.
    fn break_through(self, new: Conditions, escalated: Conditions) -> Self {
        let acknowledged = self.acknowledged.difference(escalated);
        let urgent = self.highest_of(new.union(escalated)) >= Priority::Medium;
        let audio_pause = if urgent { Duration::ZERO } else { self.audio_pause };
        Self { acknowledged, audio_pause, ..self }
    }
}

fn escalates_after(condition: Condition) -> Duration {
    Row::of(condition).escalation.map_or(Duration::MAX, |escalation| escalation.after)
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
    let attempt = match *event {
        Event::Conditions(present) => Ok(state.observe(present)),
        Event::Acknowledge => state.acknowledge(),
        Event::AudioPause => state.pause_audio(),
        Event::Advance(dt) => Ok(state.advance(dt)),
    };
    let asked = matches!(event, Event::Acknowledge | Event::AudioPause);
    let answer = asked.then_some(attempt.map(|_| ()));
    let next = attempt.unwrap_or(*state);
    let rose = next.present.difference(state.present);
    let escalated = next.escalated().difference(state.escalated());
    let begins = next.signalling().difference(state.signalling());
    let heard = begins.union(rose.intersection(next.signalling()));
    let next = next.break_through(heard, escalated).canonical();
    let cleared = state.active().difference(next.active());
    (next, Changes { answer, rose, cleared, escalated })
}
