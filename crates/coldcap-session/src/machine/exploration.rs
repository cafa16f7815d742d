//! What an exploration needs to know of a state: the timers that run, and what decides.

use super::{Config, PhaseClock, State};
use crate::phase::Phase;
use coldcap_units::Duration;

/// What is left of every timer that runs; `None` where it does not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timers {
    /// Planned pre- or post-cooling.
    pub planned: Option<Duration>,
    /// How long the target must still be held.
    pub hold: Option<Duration>,
    /// The limit on waiting for an operator.
    pub attendance: Option<Duration>,
    /// How long cooling may still return by itself.
    pub restart: Option<Duration>,
    /// All breaks of the session, while one runs.
    pub breaks: Option<Duration>,
    /// The window for the second of two steps.
    pub armed: Option<Duration>,
    /// The limit of a phase that has one: self-test, fit visit, fit check, the longest thaw.
    pub phase: Option<Duration>,
    /// The shortest thaw.
    pub thaw: Option<Duration>,
}

impl Timers {
    /// The timers that run, each with time left.
    pub fn running(self) -> impl Iterator<Item = Duration> {
        let Self { planned, hold, attendance, restart, breaks, armed, phase, thaw } = self;
        let all = [planned, hold, attendance, restart, breaks, armed, phase, thaw];
        all.into_iter().flatten().filter(|left| !left.is_zero())
    }
}

impl State {
    /// The timers that run now.
    ///
    /// ```
    /// use coldcap_session::{Config, State};
    /// let timers = State::new().timers(&Config::DEFAULT);
    /// assert_eq!(timers.phase.map(|left| left.as_secs()), Some(60)); // the self-test
    /// assert_eq!(timers.running().count(), 1);
    /// ```
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn timers(&self, config: &Config) -> Timers {
        let left = |limit: Duration| limit.minus(self.clock.elapsed);
        let some = |left: Duration| (!left.is_zero()).then_some(left);
        Timers {
            planned: self.planned_left(),
            hold: some(self.hold_left),
            attendance: self.attendance.left(),
            restart: some(self.restart_left),
            breaks: self.phase.is_interrupted().then_some(self.break_left),
            armed: self.armed.map(|armed| armed.left),
            phase: self.limit(config).map(left),
            thaw: (self.phase == Phase::Thaw).then(|| left(config.thaw_minimum)),
        }
    }

    /// What is read of the time in the present phase: none of it is, beyond this.
    const fn limit(&self, config: &Config) -> Option<Duration> {
        match self.phase {
            Phase::Boot => Some(config.boot_limit),
            Phase::FitCalibrate | Phase::FitVerify => Some(config.fit_limit),
            Phase::FitCheck => Some(config.fit_check_limit),
            Phase::Thaw => Some(config.thaw_maximum),
            Phase::Recool if self.unattended => Some(config.recool_limit),
            _ => None,
        }
    }

    /// The same state without the times that only the record shows: two states that are equal here
    /// take every event alike for ever, but for the times in their notes.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn as_decided(self, config: &Config) -> Self {
        let elapsed = self.clock.elapsed.min(self.limit(config).unwrap_or_default());
        Self { clock: PhaseClock { elapsed, ..PhaseClock::default() }, ..self }
    }

    /// Whether every field that means nothing in this phase has its default value. [`step`](crate::step)
    /// never gives another state.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        *self == self.canonical()
    }

    /// How often cooling has returned by itself in this session.
    #[must_use]
    pub const fn restarts(&self) -> u8 {
        self.restarts
    }

    /// How many resets by a clinician this session has had.
    #[must_use]
    pub const fn resets(&self) -> u8 {
        self.resets
    }
}
