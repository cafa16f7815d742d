//! The self-test: a machine must look sound for a while before anything may run, and a channel again each time that
//! its coolant has stopped.

use crate::config::Config;
use coldcap_guard::{Condition, Conditions};
use coldcap_session::Progress;
use coldcap_units::{Duration, Instant};

/// What must not be there. What a cap brings with it, and what only time can tell, is judged later.
const MUST_BE_ABSENT: Conditions = Conditions::of(&[
    Condition::SupplySensor,
    Condition::ReturnSensor,
    Condition::TankSensor,
    Condition::ChillerStuck,
    Condition::Leak,
    Condition::LevelLow,
    Condition::PermitMismatch,
    Condition::PumpRunsOn,
]);

/// How far the self-test has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SelfTest {
    began: Option<Instant>,
    sound_since: Option<Instant>,
    progress: Progress,
}

impl SelfTest {
    /// One tick with everything that the detectors found. A machine that has passed stays passed: what it finds from
    /// then on is the guard's. One that has failed has not failed for good: it passes once it has looked sound for
    /// long enough.
    pub(super) fn step(&mut self, now: Instant, config: &Config, found: Conditions) {
        if self.progress == Progress::Passed {
            return;
        }
        let began = *self.began.get_or_insert(now);
        if found.intersects(MUST_BE_ABSENT) {
            self.sound_since = None;
        }
        let sound = !found.intersects(MUST_BE_ABSENT);
        let since = sound.then(|| *self.sound_since.get_or_insert(now));
        if since.is_some_and(|since| now.since(since) >= config.circulation.self_test) {
            self.progress = Progress::Passed;
        } else if now.since(began) >= config.circulation.self_test_limit {
            self.progress = Progress::Failed;
        }
    }

    pub(super) const fn progress(&self) -> Progress {
        self.progress
    }

    pub(super) fn has_passed(&self) -> bool {
        self.progress == Progress::Passed
    }

    pub(super) fn has_failed(&self) -> bool {
        self.progress == Progress::Failed
    }
}

/// What stops coolant, and so must not be there before it moves again. What a treatment goes on with keeps nobody from
/// going on with it.
const STOPS_COOLANT: Conditions = Conditions::of(&[
    Condition::SupplySensor,
    Condition::ChillerStuck,
    Condition::Leak,
    Condition::PermitMismatch,
    Condition::PumpRunsOn,
    Condition::PowerHeld,
]);

/// For how long a channel whose coolant stands still has looked sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct StandingTest {
    sound: Duration,
}

impl StandingTest {
    /// Time that somebody watched, with what was found at the channel and at its machine.
    pub(super) fn step(&mut self, dt: Duration, stands: bool, found: Conditions) {
        // req: SES-029
        let sound = stands && !found.intersects(STOPS_COOLANT);
        self.sound = if sound { self.sound.plus(dt) } else { Duration::ZERO };
    }

    pub(super) fn has_passed(&self, config: &Config) -> bool {
        self.sound >= config.circulation.self_test
    }
}
