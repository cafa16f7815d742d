//! What the machine may see: all combinations of what a phase reads, and what was left out and why.
//!
//! An observation has nine parts. Which of them can make a difference is read from the phase in which
//! time passes, and from what a request may ask for before time passes again:
//!
//! * everywhere: whether the self-test has passed, and the coupling switch;
//! * while cooling: whether coolant moves, then whether the target is reached, and the contact. An
//!   uncoupled cap halts the channel before anything else is read; still coolant cools nothing, so that
//!   the target is not read;
//! * before a treatment: whether the tank is ready, which only `Start` asks for, and whether a calibration
//!   is due, which `StartFit`, `Measure` and `Start` ask for;
//! * the match of the sensors in `fit_calibrate`, the contact in `fit_verify`, and in `thaw` whether the
//!   cap may be removed.
//!
//! Parts that nobody reads there keep the value of [`GOOD`]. Whether causes are gone is not chosen at all:
//! `supervise::step` takes it from the interlock.

use coldcap_session::{Observed, Phase, Progress};

/// Everything is as it should be.
pub const GOOD: Observed = Observed {
    self_test: Progress::Passed,
    coupled: true,
    flowing: true,
    tank_ready: true,
    at_target: true,
    isothermal: Progress::Passed,
    contact: Progress::Passed,
    calibration_due: false,
    degraded: false,
    removable: true,
    cause_gone: true,
};

/// The cap is not coupled, and so nothing moves.
pub const UNCOUPLED: Observed =
    Observed { coupled: false, flowing: false, at_target: false, ..GOOD };

/// The cap is coupled, and nothing moves.
pub const STILL: Observed = Observed { flowing: false, at_target: false, ..GOOD };

/// Coolant moves and has not reached its target.
pub const WARM: Observed = Observed { at_target: false, ..GOOD };

/// The interface is still too cold for the cap to come off.
pub const COLD: Observed = Observed { removable: false, ..GOOD };

const PROGRESS: [Progress; 3] = [Progress::Running, Progress::Passed, Progress::Failed];

fn vary(sights: Vec<Observed>, change: impl Fn(Observed) -> Vec<Observed>) -> Vec<Observed> {
    sights.into_iter().flat_map(change).collect()
}

fn with_contact(seen: Observed) -> Vec<Observed> {
    PROGRESS.map(|contact| Observed { contact, ..seen }).into()
}

fn with_match(seen: Observed) -> Vec<Observed> {
    PROGRESS.map(|isothermal| Observed { isothermal, ..seen }).into()
}

fn with_tank(seen: Observed) -> Vec<Observed> {
    [true, false].map(|tank_ready| Observed { tank_ready, ..seen }).into()
}

fn with_calibration(seen: Observed) -> Vec<Observed> {
    [false, true].map(|calibration_due| Observed { calibration_due, ..seen }).into()
}

fn before_a_start(seen: Observed) -> Vec<Observed> {
    vary(with_tank(seen), with_calibration)
}

fn with_self_test(seen: Observed) -> Vec<Observed> {
    let passed_or_not = [Progress::Passed, Progress::Running];
    passed_or_not.map(|self_test| Observed { self_test, ..seen }).into()
}

fn with_removable(seen: Observed) -> Vec<Observed> {
    [true, false].map(|removable| Observed { removable, ..seen }).into()
}

/// Every combination of what `phase` reads.
#[must_use]
pub fn all_that_matter(phase: Phase) -> Vec<Observed> {
    let coupled_or_not = vec![GOOD, UNCOUPLED];
    let moving = vec![GOOD, UNCOUPLED, STILL, WARM];
    let sights = match phase {
        Phase::Boot => {
            let tests = PROGRESS.map(|self_test| Observed { self_test, ..GOOD });
            return tests.into();
        }
        phase if phase.is_cooling() => vary(moving, with_contact),
        Phase::FitCheck => vary(vec![GOOD, UNCOUPLED, STILL], before_a_start),
        Phase::Standby | Phase::FitMeasure | Phase::Setup => vary(coupled_or_not, before_a_start),
        Phase::FitCalibrate => vary(coupled_or_not, with_match),
        Phase::FitVerify => vary(coupled_or_not, with_contact),
        // What resumes may be what begins, and that wants sensors in date.
        Phase::Thaw => vary(vary(coupled_or_not, with_removable), with_calibration),
        Phase::Paused | Phase::Recovery => vary(coupled_or_not, with_calibration),
        _ => coupled_or_not,
    };
    vary(sights, with_self_test)
}

/// The few that move the clocks of a phase: what is left of [`all_that_matter`] without contact, the
/// self-test and the tank, none of which moves a clock.
#[must_use]
pub fn that_move_clocks(phase: Phase) -> Vec<Observed> {
    let untested = Observed { self_test: Progress::Running, ..GOOD };
    match phase {
        Phase::Boot => vec![GOOD, untested, Observed { self_test: Progress::Failed, ..GOOD }],
        phase if phase.is_cooling() => vec![GOOD, UNCOUPLED, STILL, WARM],
        Phase::FitCheck => vec![GOOD, UNCOUPLED, STILL],
        Phase::FitCalibrate => [GOOD, UNCOUPLED]
            .into_iter()
            .chain(with_match(GOOD).into_iter().filter(|seen| *seen != GOOD))
            .collect(),
        Phase::FitVerify => {
            vec![GOOD, UNCOUPLED, Observed { contact: Progress::Failed, ..GOOD }]
        }
        Phase::Thaw => vec![GOOD, UNCOUPLED, COLD],
        Phase::Recovery => vec![GOOD, UNCOUPLED, untested],
        _ => vec![GOOD, UNCOUPLED],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_listed_twice_and_the_few_are_among_all() {
        for phase in Phase::ALL {
            let all = all_that_matter(phase);
            for (index, seen) in all.iter().enumerate() {
                assert!(!all[..index].contains(seen), "{phase}: {seen:?}");
            }
            assert!(that_move_clocks(phase).iter().all(|seen| all.contains(seen)), "{phase}");
            assert!(all.contains(&GOOD), "{phase}");
        }
        assert_eq!(all_that_matter(Phase::Infusing).len(), 24);
    }
}
