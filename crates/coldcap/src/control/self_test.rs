//! The self-test: a machine must look sound for a while before anything may run, and a channel again each time that
//! its coolant has stopped.

use crate::config::Config;
use coldcap_guard::{Condition, Conditions};
use coldcap_session::{Phase, Progress, State};
use coldcap_units::{Duration, Instant};

/// What must not be there before anything begins. What a cap brings with it, and what only time can tell, is judged later.
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
struct SelfTest {
    began: Option<Instant>,
    sound_since: Option<Instant>,
    progress: Progress,
    /// Something was there that keeps only what begins from beginning.
    lenient: bool,
}

impl SelfTest {
    /// One tick with everything that the detectors found. A machine that has passed stays passed: what it finds from
    /// then on is the guard's. One that has failed has not failed for good: it passes once it has looked sound for
    /// long enough.
    fn step(&mut self, now: Instant, config: &Config, bad: bool) {
        if self.progress == Progress::Passed {
            return;
        }
        let began = *self.began.get_or_insert(now);
        if bad {
            self.sound_since = None;
        }
        let sound = !bad;
        let since = sound.then(|| *self.sound_since.get_or_insert(now));
        if since.is_some_and(|since| now.since(since) >= config.circulation.self_test) {
            self.progress = Progress::Passed;
        } else if now.since(began) >= config.circulation.self_test_limit {
            self.progress = Progress::Failed;
        }
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

/// Standby may begin and end within one tick, and nobody sees it then.
const fn lies_between_visits(phase: Phase) -> bool {
    matches!(phase, Phase::Report | Phase::Standby | Phase::Setup | Phase::FitMeasure)
}

/// What is known of a channel before coolant moves in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tests {
    at_power_up: SelfTest,
    /// For how long it has looked sound while its coolant stood.
    stood: Duration,
    /// Coolant moves, or is driven.
    moves: bool,
}

impl Tests {
    /// One tick of the test of power-up, with everything that the detectors found. A treatment that waits to go on needs no
    /// more than it went on with before power failed; nothing goes on by itself with that, and nothing begins: what was
    /// passed with less is tested anew once the visit is over, however soon the next patient is selected.
    pub(super) fn step(
        &mut self,
        now: Instant,
        config: &Config,
        found: Conditions,
        session: &State,
    ) {
        // req: SES-029
        if self.at_power_up.lenient && lies_between_visits(session.phase()) {
            self.begin_anew();
        }
        let waits = session.may_be_resumed() && !session.returns_by_itself();
        let must_be_absent = if waits { STOPS_COOLANT } else { MUST_BE_ABSENT };
        let goes_on_without = waits && found.intersects(MUST_BE_ABSENT);
        self.at_power_up.lenient |= goes_on_without && !self.passed_at_power_up();
        self.at_power_up.step(now, config, found.intersects(must_be_absent));
    }

    /// Time, with what was found at the channel and at its machine. What nobody watched lets no test pass, and what
    /// moves ends it, however late one looks.
    pub(super) fn watch(&mut self, (dt, late): (Duration, bool), moves: bool, found: Conditions) {
        // req: SES-029, HND-006
        self.moves = moves;
        if moves || found.intersects(STOPS_COOLANT) {
            self.stood = Duration::ZERO;
        } else if !late {
            self.stood = self.stood.plus(dt);
        }
    }

    /// The machine is tested as at power-up: what was found before says nothing of it.
    pub(super) fn begin_anew(&mut self) {
        self.at_power_up = SelfTest::default();
    }

    /// How far it is: the test of power-up, and behind it the channel's own, which passes only while coolant stands.
    pub(super) fn progress(&self, phase: Phase, config: &Config) -> Progress {
        let stands = match phase {
            Phase::Boot => !self.moves,
            _ => self.stood >= config.circulation.self_test,
        };
        match self.at_power_up.progress {
            Progress::Passed if !stands => Progress::Running,
            progress => progress,
        }
    }

    pub(super) fn passed_at_power_up(&self) -> bool {
        self.at_power_up.progress == Progress::Passed
    }

    pub(super) fn failed_at_power_up(&self) -> bool {
        self.at_power_up.progress == Progress::Failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Seconds that a channel has to stand before it may be driven again, behind what `spoil` did to one that may.
    fn left_behind(spoil: impl Fn(&mut Tests)) -> usize {
        let config = Config::reference();
        let mut tests = Tests::default();
        tests.at_power_up.progress = Progress::Passed;
        let stand = |tests: &mut Tests| tests.watch((SECOND, false), false, Conditions::EMPTY);
        (0..30).for_each(|_| stand(&mut tests));
        assert_eq!(tests.progress(Phase::Standby, &config), Progress::Passed);
        spoil(&mut tests);
        let passed = |tests: &Tests| tests.progress(Phase::Standby, &config) == Progress::Passed;
        let waits = |_: &usize| {
            let waits = !passed(&tests);
            stand(&mut tests);
            waits
        };
        (0..100).take_while(waits).count()
    }

    // req: SES-029, HND-006
    #[test]
    fn what_nobody_watched_passes_no_test_and_what_moved_ends_one() {
        let leak = Conditions::EMPTY.with(Condition::Leak);
        assert_eq!(left_behind(|_| ()), 0);
        assert_eq!(left_behind(|tests| tests.watch((SECOND, true), false, Conditions::EMPTY)), 0);
        for late in [false, true] {
            let moved = |tests: &mut Tests| tests.watch((SECOND, late), true, Conditions::EMPTY);
            assert_eq!(left_behind(moved), 5);
            assert_eq!(left_behind(|tests| tests.watch((SECOND, late), false, leak)), 5);
            let unseen = |tests: &mut Tests| {
                moved(tests);
                tests.watch((Duration::from_secs(60), true), false, Conditions::EMPTY);
            };
            assert_eq!(left_behind(unseen), 5);
        }
    }
}
