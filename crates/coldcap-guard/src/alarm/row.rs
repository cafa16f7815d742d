//! What stands in one row of the alarm table.

use super::figures;
use super::priority::{Harm, Onset, Priority};
use super::text::TextId;
use crate::{Condition, Conditions};
use coldcap_units::Duration;

/// One step up in priority for an alarm that has signalled for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Escalation {
    /// The priority afterwards; always higher than the row's own.
    pub to: Priority,
    /// How long the alarm must have signalled without a pause.
    pub after: Duration,
}

/// Whether a condition is one of a channel or of the machine as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Of one channel, that is of one patient.
    Channel,
    /// Of the machine.
    Machine,
}

impl Scope {
    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Machine => "machine",
        }
    }
}

/// From the beginning of what is wrong to its condition: the alarm condition delay. The alarm signals in
/// the tick in which the condition is found, so that one tick is all that is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnsetDelay {
    /// It must have lasted so long, as [`detect::Delays::DEFAULT`](crate::detect::Delays::DEFAULT) has it.
    Lasting(Duration),
    /// As the words say: somebody else than a detector's clock decides.
    Rule(&'static str),
}

/// One row of the alarm table.
///
/// A vendor's row is made by [`Row::new`] and what follows it; [`Table::new`](super::Table::new) checks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// What the row is about; its code is the id of the alarm.
    pub condition: Condition,
    /// Of a channel or of the machine.
    pub scope: Scope,
    /// The harm that the priority was assessed from.
    pub harm: Harm,
    /// The onset that the priority was assessed from.
    pub onset: Onset,
    /// [`Priority::assess`] of harm and onset.
    pub priority: Priority,
    /// The onset delay, disclosed here and counted by who finds the condition.
    pub onset_delay: OnsetDelay,
    /// The alarm ends when its condition has not been seen for so long. Counted by the engine.
    pub clear_delay: Duration,
    /// Whether the alarm stays after its condition has ended, until it is acknowledged.
    pub latching: bool,
    /// Whether an acknowledgement silences it while its condition holds.
    pub acknowledgeable: bool,
    /// How it escalates, if it does.
    pub escalation: Option<Escalation>,
    /// While any of these is present it is the cause, and this row does not signal.
    pub inhibited_by: Conditions,
    /// Where its words are.
    pub text: TextId,
}

impl Row {
    /// A row that ends by itself, at once, that can be acknowledged, and that nothing inhibits. Its text has
    /// the condition's code as its id.
    #[must_use]
    pub const fn new(
        condition: Condition,
        scope: Scope,
        (harm, onset): (Harm, Onset),
        onset_delay: OnsetDelay,
    ) -> Self {
        Self {
            condition,
            scope,
            harm,
            onset,
            priority: Priority::assess(harm, onset),
            onset_delay,
            clear_delay: Duration::ZERO,
            latching: false,
            acknowledgeable: true,
            escalation: None,
            inhibited_by: Conditions::EMPTY,
            text: TextId::of(condition),
        }
    }

    /// This row, latching.
    #[must_use]
    pub const fn latching(self) -> Self {
        Self { latching: true, ..self }
    }

    /// This row, silent while any of `causes` is present.
    #[must_use]
    pub const fn inhibited_by(self, causes: &[Condition]) -> Self {
        Self { inhibited_by: Conditions::of(causes), ..self }
    }

    /// This row, with an escalation to `to` after it has signalled for `after`.
    #[must_use]
    pub const fn escalating(self, to: Priority, after: Duration) -> Self {
        Self { escalation: Some(Escalation { to, after }), ..self }
    }

    /// This row, ending when its condition has not been seen for `delay`.
    #[must_use]
    pub const fn clearing_after(self, delay: Duration) -> Self {
        Self { clear_delay: delay, ..self }
    }

    /// The name of the condition, in snake case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.condition.name()
    }

    /// The highest priority that the row can have.
    #[must_use]
    pub const fn worst(&self) -> Priority {
        match self.escalation {
            Some(escalation) => escalation.to,
            None => self.priority,
        }
    }

    /// How many of the engine's timers the row needs.
    #[must_use]
    pub(super) const fn timers(&self) -> usize {
        let escalates = self.escalation.is_some() as usize;
        escalates.saturating_add(!self.clear_delay.is_zero() as usize)
    }

    pub(super) const fn medium_after(self, after: Duration) -> Self {
        self.escalating(Priority::Medium, after)
    }

    pub(super) const fn steadied(self) -> Self {
        self.clearing_after(figures::CLEAR_DELAY)
    }
}
