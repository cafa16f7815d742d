//! What calls an end off, what a long gap takes away, how a visit is closed, and what a session forgets with its end.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::*;
use coldcap_units::{Coolant, Duration};
use script::{PACLITAXEL, Script};

const fn end(confirm: bool) -> Request {
    Request::EndSession { reason: 3, confirm }
}

// req: SES-006
#[test]
fn who_had_begun_to_end_a_session_did_not_know_of_a_drug_that_begins_meanwhile() {
    let mut script = Script::infusing(PACLITAXEL);
    assert_eq!(script.nurse(end(false)), Ok(Accepted::Armed));
    script.starts(2);
    script.expect(Phase::Infusing);
    assert_eq!(script.nurse(end(true)), Err(Refusal::NotConfirmed));
    assert_eq!(script.nurse(end(false)), Ok(Accepted::Armed));
    script.done(end(true));
}

// req: PWR-005
#[test]
fn a_cap_is_taken_for_off_after_a_gap_that_is_longer_than_long() {
    let long = Config::DEFAULT.long_gap;
    let worn_after = |gap| {
        let mut script = Script::infusing(PACLITAXEL);
        script.restarted(gap);
        assert_eq!(script.noted(Note::Worn(false)), !script.state.is_worn());
        script.state.is_worn()
    };
    assert!(worn_after(Some(long)));
    assert!(!worn_after(Some(long.plus(Duration::from_millis(1)))));
    assert!(!worn_after(Some(long.plus(Duration::from_mins(60)))) && !worn_after(None));
}

#[test]
fn a_visit_is_closed_with_a_cap_that_somebody_has_marked_as_removed() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(60);
    script.expect(Phase::Thaw);
    let mut marked = script.clone();
    marked.done(Request::ConfirmRemoved);
    marked.expect(Phase::CapOff);
    marked.done(Request::Close);
    marked.expect(Phase::Report);
    // A thaw that ends by itself has removed nothing.
    script.seen.removable = true;
    script.minutes(60);
    script.expect(Phase::CapOff);
    assert_eq!(script.nurse(Request::Close), Err(Refusal::WrongPhase));
}

// req: INT-011
#[test]
fn a_lost_sensor_is_forgotten_with_the_session_that_lost_it() {
    let target = |script: &Script| script.state.demand(&script.config).target;
    let cold = Some(Coolant::from_milli(-4_000));
    let mut script = Script::cooling(PACLITAXEL);
    script.seen.degraded = true;
    script.seconds(1);
    script.seen.degraded = false;
    script.seconds(1);
    assert!(target(&script) > cold, "not trusted again in this session");
    assert_eq!(script.nurse(end(false)), Ok(Accepted::Armed));
    script.done(end(true));
    script.done(Request::ConfirmRemoved);
    script.done(Request::Close);
    script.done(Request::Close);
    script.expect(Phase::Standby);
    let mut another = script;
    another.minutes(1);
    another.done(Request::select(script::PATIENT));
    another.done(Request::ChoosePlan(PACLITAXEL));
    another.done(Request::Worn(true));
    another.done(Request::Start);
    another.minutes(1);
    another.expect(Phase::PreCool);
    assert_eq!(target(&another), cold);
}

#[test]
fn a_break_that_is_over_counts_nothing_down() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Pause(1));
    let left = |script: &Script| script.state.remaining(&script.config);
    assert!(left(&script).is_some());
    for _ in 0..60 {
        if script.state.is_waiting() {
            break;
        }
        script.minutes(1);
    }
    assert!(script.state.is_waiting() && script.state.attendance().left().is_some());
    script.expect(Phase::Paused);
    assert_eq!(left(&script), None);
}
