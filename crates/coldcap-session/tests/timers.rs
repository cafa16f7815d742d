//! Which timers run in which phase, as an explorer reads them, and what decides in a state.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::*;
use coldcap_units::Duration;
use script::{GOOD, HEAD, NOT_THERE, PACLITAXEL, PATIENT, Script};

const SECOND: u32 = 1_000;
const MINUTE: u32 = 60_000;

/// Planned, hold, attendance, restart, breaks, armed, phase, thaw, in milliseconds.
fn left(script: &Script) -> [Option<u32>; 8] {
    let Timers { planned, hold, attendance, restart, breaks, armed, phase, thaw } =
        script.state.timers(&script.config);
    [planned, hold, attendance, restart, breaks, armed, phase, thaw]
        .map(|left| left.map(|left| left.as_millis()))
}

fn running(script: &Script) -> Vec<u32> {
    script.state.timers(&script.config).running().map(|left| left.as_millis()).collect()
}

fn booting() -> Script {
    let mut script = Script::new();
    script.state = State::new();
    script
}

/// In `fit_calibrate`.
fn fitting() -> Script {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script.done(Request::StartFit);
    script.done(Request::Measure(HEAD));
    script.expect(Phase::FitCalibrate);
    script
}

#[test]
fn the_self_test_and_the_fit_visit_have_a_limit_each() {
    let mut script = booting();
    script.seen = Observed::default();
    script.seconds(7);
    assert_eq!(left(&script)[6], Some(53 * SECOND));
    let mut script = fitting();
    assert_eq!(left(&script), [None, None, None, None, None, None, Some(10 * MINUTE), None]);
    script.done(Request::Worn(true));
    script.seen.isothermal = Progress::Passed;
    script.seen.contact = Progress::Running;
    script.seconds(1);
    script.expect(Phase::FitVerify);
    script.seconds(90);
    assert_eq!(left(&script)[6], Some(10 * MINUTE - 90 * SECOND));
}

#[test]
fn how_long_the_machine_goes_on_without_an_operator_is_said() {
    let mut script = Script::ready(PACLITAXEL);
    script.minutes(59);
    let minutes = Duration::from_mins;
    assert_eq!(script.state.attendance(), Attendance::Watching(minutes(1)));
    script.minutes(1);
    assert_eq!(script.state.attendance(), Attendance::Over(minutes(30)), "flagged");
    script.minutes(30);
    script.expect(Phase::Thaw);
    assert_eq!(script.state.attendance(), Attendance::Unlimited);
}

#[test]
fn a_phase_without_a_limit_has_none() {
    let script = Script::new();
    script.expect(Phase::Standby);
    assert_eq!(left(&script), [None; 8]);
    assert!(running(&script).is_empty());
}

#[test]
fn the_check_of_the_fit_has_its_limit_and_pre_cooling_its_minutes_and_its_hold() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script.done(Request::ChoosePlan(PACLITAXEL));
    script.done(Request::Worn(true));
    script.done(Request::Start);
    script.expect(Phase::FitCheck);
    assert_eq!(left(&script)[6], Some(5 * MINUTE));
    script.minutes(1);
    script.expect(Phase::PreCool);
    script.seconds(20);
    let expected = [
        Some(30 * MINUTE - 20 * SECOND),
        Some(40 * SECOND),
        Some(60 * MINUTE - 20 * SECOND),
        None,
        None,
        None,
        None,
        None,
    ];
    assert_eq!(left(&script), expected);
    script.seconds(40);
    assert_eq!(left(&script)[1], None, "the hold is over");
    assert_eq!(running(&script), [29 * MINUTE, 59 * MINUTE]);
}

#[test]
fn a_break_runs_against_its_own_minutes_and_all_of_the_session_and_the_first_of_two_steps_waits() {
    let mut script = Script::infusing(PACLITAXEL);
    assert_eq!(left(&script)[4], None, "no break runs");
    script.done(Request::Pause(1));
    script.look();
    assert_eq!(script.nurse(Request::Resume { reason: 1, confirm: false }), Ok(Accepted::Armed));
    script.seconds(10);
    let (each, all, armed) = (10 * MINUTE - 10 * SECOND, 20 * MINUTE - 10 * SECOND, 20 * SECOND);
    assert_eq!(left(&script), [None, None, Some(each), None, Some(all), Some(armed), None, None]);
    assert_eq!(running(&script), [each, all, armed]);
}

#[test]
fn a_recovery_has_its_window_and_is_counted() {
    let mut script = Script::cooling(PACLITAXEL);
    assert_eq!((script.state.restarts(), script.state.resets()), (0, 0));
    script.seen = Observed { coupled: true, ..Observed::default() };
    script.restarted(Some(Duration::from_secs(20)));
    script.expect(Phase::Recovery);
    script.seconds(3);
    assert_eq!(left(&script)[3], Some(7 * SECOND));
    assert_eq!(script.state.restarts(), 1);
    script.seen = GOOD;
    script.seconds(1);
    script.expect(Phase::Recool);
    assert_eq!(left(&script)[3], None);
    script.seen = Observed { coupled: true, ..Observed::default() };
    script.restarted(Some(Duration::from_secs(20)));
    assert_eq!(script.state.restarts(), 2);
}

#[test]
fn a_clinicians_resets_are_counted() {
    let mut script = Script::cooling(PACLITAXEL);
    for count in 1..=2 {
        script.denied(TripClass::Clinician);
        script.look();
        let reset = |confirm| Request::ClinicianReset { confirm };
        assert_eq!(script.ask(Role::Clinician, reset(false)), Ok(Accepted::Armed));
        assert_eq!(script.ask(Role::Clinician, reset(true)), Ok(Accepted::Done));
        assert_eq!(script.state.resets(), count);
    }
}

#[test]
fn warming_has_a_shortest_and_a_longest_time() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(60);
    script.expect(Phase::Thaw);
    script.seconds(30);
    let (longest, shortest) = (20 * MINUTE - 30 * SECOND, 5 * MINUTE - 30 * SECOND);
    assert_eq!(left(&script)[6..], [Some(longest), Some(shortest)]);
    script.minutes(5);
    script.expect(Phase::Thaw);
    assert_eq!(running(&script), [longest - 5 * MINUTE], "the shortest is over and does not run");
}

#[test]
fn times_that_only_the_record_shows_decide_nothing() {
    let mut sooner = Script::infusing(PACLITAXEL);
    let mut later = sooner.clone();
    later.seen = NOT_THERE;
    later.seen.coupled = true;
    sooner.minutes(3);
    later.minutes(3);
    sooner.done(Request::Acknowledge);
    later.done(Request::Acknowledge);
    assert_ne!(sooner.state.clock(), later.state.clock());
    assert_eq!(later.state.as_decided(&Config::DEFAULT).clock(), PhaseClock::default());
    let mut thawing = Script::post_cooling(PACLITAXEL);
    thawing.minutes(61);
    thawing.expect(Phase::Thaw);
    let elapsed = thawing.state.clock().elapsed;
    assert_eq!(elapsed, Duration::from_mins(1));
    assert_eq!(
        thawing.state.as_decided(&Config::DEFAULT).clock(),
        PhaseClock { elapsed, ..Default::default() }
    );
    assert!(
        thawing.state.is_canonical() && thawing.state.as_decided(&Config::DEFAULT).is_canonical()
    );
}
