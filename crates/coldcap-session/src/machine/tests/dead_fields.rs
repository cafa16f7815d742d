//! Every field of every phase: what means nothing there is cleared, and what means something is kept.

use super::*;
use crate::machine::drugs::Drugs;
use crate::machine::state::{Armed, Seen, SinceMark, Step};
use crate::plan::Plan;

/// A state in which every field says something.
fn full(phase: Phase, goal: Option<Phase>) -> State {
    let span = Duration::from_secs;
    let mut drugs = Drugs::default();
    drugs.start(4);
    State {
        phase,
        goal,
        clock: PhaseClock { elapsed: span(9), cooled: span(8), at_target: span(7) },
        planned_left: span(1),
        hold_left: span(2),
        attendance: Attendance::Watching(span(3)),
        restart_left: span(4),
        unattended: true,
        break_left: span(5),
        armed: Some(Armed { step: Step::Resume(1), left: span(6) }),
        patient: Some(PATIENT),
        plan: Plan::new(plan(30, PostClock::Cooled)).ok(),
        drugs,
        since: SinceMark { elapsed: span(10), run: span(11), uncooled: span(12) },
        ended_last: 13,
        eased: 14,
        extended: 15,
        resets: 16,
        restarts: 17,
        begun: true,
        worn: true,
        removed: true,
        matched: true,
        trip: TripClass::Clinician,
        seen: Seen::from(Observed { degraded: true, ..GOOD }),
    }
}

#[test]
fn in_every_phase_just_the_dead_fields_are_cleared() {
    let goals = [Phase::PreCool, Phase::Ready, Phase::Infusing, Phase::PostCool].map(Some);
    for phase in Phase::ALL {
        for goal in goals.into_iter().chain([None]) {
            let state = full(phase, goal);
            assert_eq!(state.canonical(), rebuilt(&state), "{phase} {goal:?}");
            assert!(!state.is_canonical() && state.canonical().is_canonical(), "{phase} {goal:?}");
        }
    }
}

#[test]
fn what_means_nothing_stays_cleared() {
    for phase in Phase::ALL {
        let bare = State { phase, ..State::new() };
        assert_eq!(bare.canonical(), bare, "{phase}");
    }
}

/// What a state does not read, it is not said to have read.
#[test]
fn a_cap_is_removable_in_a_thaw_that_took_its_time() {
    let config = Config::DEFAULT;
    let warm = config.thaw_minimum;
    let cold = warm.minus(Duration::from_millis(1));
    for phase in Phase::ALL {
        let state = State { phase, ..State::new() };
        let removable = |dt| GOOD.read_by(&state, dt, &config).removable;
        assert_eq!((removable(cold), removable(warm)), (false, phase == Phase::Thaw), "{phase}");
        let unsure = Observed { removable: false, ..GOOD };
        assert!(!unsure.read_by(&state, warm, &config).removable, "{phase}");
    }
}
