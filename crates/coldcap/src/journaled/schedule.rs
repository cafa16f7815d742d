//! When a commit is due.

use crate::outputs::Outputs;
use coldcap_session::Phase;
use coldcap_units::{Duration, Instant};

/// No sooner is it tried again behind a flash that failed: each try may stop the core for erasures.
const RETRY: Duration = Duration::from_secs(1);

/// When something was committed last, and when that failed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Schedule {
    pace: Pace,
    last: Option<Instant>,
    failed: Option<Instant>,
}

/// How often the state is stored where nothing happens.
///
/// Behind a loss of power the state goes on from where it was stored, and what was cooled since counts as a gap: so it is stored
/// long before a gap is too long for cooling to return by itself. A board whose supply says that it fails, and holds up for a
/// commit, loses nothing, and may store less often. `docs/journal.md` says how much flash either takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// While somebody is treated.
    pub treated: Duration,
    /// While nobody is: then nothing moves on but what alarms and drift charts remember.
    pub idle: Duration,
}

impl Default for Pace {
    /// Ten seconds and a minute.
    fn default() -> Self {
        Self { treated: Duration::from_secs(10), idle: Duration::from_secs(60) }
    }
}

impl Schedule {
    pub(super) const fn new(pace: Pace) -> Self {
        Self { pace, last: None, failed: None }
    }

    pub(super) fn is_due<const CHANNELS: usize>(&self, outputs: &Outputs<CHANNELS>) -> bool {
        let treated = outputs.channels.iter().any(|channel| is_treated(channel.phase));
        let period = if treated { self.pace.treated } else { self.pace.idle };
        let overdue = |last: Instant| outputs.now.since(last) >= period;
        let waits = |failed: Instant| outputs.now.since(failed) < RETRY;
        let due = !outputs.entries.is_empty() || self.last.is_none_or(overdue);
        due && !self.failed.is_some_and(waits)
    }

    /// Whether something was stored in the tick of this time, or failed to be.
    pub(super) fn has_stored_at(&self, now: Instant) -> bool {
        [self.last, self.failed].contains(&Some(now))
    }

    pub(super) const fn committed(&mut self, now: Instant) {
        (self.last, self.failed) = (Some(now), None);
    }

    pub(super) const fn failed(&mut self, now: Instant) {
        self.failed = Some(now);
    }
}

const fn is_treated(phase: Phase) -> bool {
    !matches!(phase, Phase::Boot | Phase::Standby)
}
