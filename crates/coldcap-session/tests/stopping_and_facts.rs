//! Clinical rules 1 (stopping is one action) and 2 (facts are not commands).
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::*;
use coldcap_units::{Coolant, Duration};
use script::{HEAD, NOT_THERE, PACLITAXEL, PATIENT, Script};

// ---- 1: stopping is one action ----

// req: SES-001
#[test]
fn rule_1_everyone_stops_every_cooling_phase_at_once() {
    for role in Role::ALL {
        for mut script in Script::in_each_cooling_phase() {
            assert_eq!(script.ask(role, Request::Stop), Ok(Accepted::Done));
            script.expect(Phase::Paused);
            assert!(!script.circulates());
            assert!(script.notes.contains(&Note::BreakBegan { reason: Reason::STOPPED }));
            assert_eq!(script.ask(role, Request::Stop), Ok(Accepted::NoChange));
        }
    }
}

#[test]
fn rule_1_a_stop_leaves_a_fit_visit_and_a_fit_check() {
    let mut script = Script::new();
    script.done(Request::StartFit);
    script.done(Request::select(PATIENT));
    script.done(Request::Measure(HEAD));
    assert_eq!(script.ask(Role::Observer, Request::Stop), Ok(Accepted::Done));
    script.expect(Phase::Standby);

    script.done(Request::select(PATIENT));
    script.done(Request::ChoosePlan(PACLITAXEL));
    script.look();
    script.done(Request::Start);
    assert!(script.circulates());
    assert_eq!(script.ask(Role::Observer, Request::Stop), Ok(Accepted::Done));
    script.expect(Phase::Setup);
    assert!(!script.circulates());
}

#[test]
fn rule_1_a_stop_calls_off_a_return_after_a_power_gap() {
    let mut script = Script::infusing(PACLITAXEL);
    script.restarted(Some(Duration::from_secs(5)));
    assert_eq!(script.ask(Role::Observer, Request::Stop), Ok(Accepted::Done));
    script.seconds(1);
    script.expect(Phase::Recovery);
    assert_eq!(script.ask(Role::Observer, Request::Stop), Ok(Accepted::NoChange));
}

// req: SES-002
#[test]
fn rule_1_only_ending_and_resuming_ask_twice() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Stop);
    let end = |confirm| Request::EndSession { reason: 4, confirm };
    assert_eq!(script.nurse(end(true)), Err(Refusal::NotConfirmed));
    assert_eq!(
        script.nurse(Request::EndSession { reason: 0, confirm: false }),
        Err(Refusal::Unanswered(Field::Reason))
    );
    assert_eq!(script.nurse(end(false)), Ok(Accepted::Armed));
    assert_eq!(
        script.nurse(Request::EndSession { reason: 5, confirm: true }),
        Err(Refusal::NotConfirmed)
    );
    script.done(end(true));
    script.expect(Phase::Thaw);
    assert!(script.flagged(Flag::EndedEarly));
    assert!(script.notes.contains(&Note::Ended { reason: Reason(4) }));
}

// req: SES-002
#[test]
fn rule_1_the_first_step_is_void_after_30_seconds_or_another_request() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Stop);
    script.look();
    let resume = |confirm| Request::Resume { reason: 1, confirm };
    assert_eq!(script.nurse(resume(false)), Ok(Accepted::Armed));
    script.seconds(29);
    assert!(script.state.is_armed());
    script.seconds(1);
    assert_eq!(script.nurse(resume(true)), Err(Refusal::NotConfirmed));
    assert_eq!(script.nurse(resume(false)), Ok(Accepted::Armed));
    assert_eq!(script.nurse(Request::EaseOff), Ok(Accepted::Done));
    assert_eq!(script.nurse(resume(true)), Err(Refusal::NotConfirmed));
    script.expect(Phase::Paused);
}

// req: SES-029
#[test]
fn rule_7_what_was_found_while_coolant_moved_starts_nothing_once_it_has_stopped() {
    let resume = |confirm| Request::Resume { reason: 1, confirm };
    for mut script in Script::in_each_cooling_phase() {
        script.done(Request::Stop);
        assert_eq!(script.nurse(resume(false)), Err(Refusal::NotTested));
        script.look();
        assert_eq!(script.nurse(resume(false)), Ok(Accepted::Armed));
        script.seen.self_test = Progress::Running;
        script.seconds(1);
        assert!(!script.state.is_armed(), "what was begun is void with the test");
        script.seen.self_test = Progress::Passed;
        script.seconds(1);
        assert_eq!(script.nurse(resume(true)), Err(Refusal::NotConfirmed));
        script.resume();
    }
}

// req: SES-002
#[test]
fn rule_1_who_resumes_says_why_in_both_steps() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Stop);
    script.look();
    let resume = |reason, confirm| Request::Resume { reason, confirm };
    for confirm in [false, true] {
        let unanswered = Err(Refusal::Unanswered(Field::Reason));
        assert_eq!(script.nurse(resume(0, confirm)), unanswered);
        let beyond = Refusal::OutOfRange { field: Field::Reason, minimum: 1, maximum: 127 };
        assert_eq!(script.nurse(resume(128, confirm)), Err(beyond));
    }
    assert_eq!(script.nurse(resume(5, false)), Ok(Accepted::Armed));
    assert_eq!(script.nurse(resume(6, true)), Err(Refusal::NotConfirmed));
    assert_eq!(script.nurse(resume(5, true)), Ok(Accepted::Done));
    script.expect(Phase::Recool);
    let resumed = Note::Resumed { to: Phase::Infusing, reason: Reason(5) };
    assert!(script.notes.contains(&resumed));
}

#[test]
fn rule_1_the_first_step_is_void_after_a_change_of_phase() {
    let mut script = Script::ready(PACLITAXEL);
    let end = |confirm| Request::EndSession { reason: 4, confirm };
    assert_eq!(script.nurse(end(false)), Ok(Accepted::Armed));
    script.starts(1);
    script.expect(Phase::Infusing);
    assert_eq!(script.nurse(end(true)), Err(Refusal::NotConfirmed));
}

// req: SES-003
#[test]
fn rule_1_early_removal_is_flagged_and_never_blocked() {
    let mut script = Script::post_cooling(PACLITAXEL);
    assert_eq!(script.nurse(Request::ConfirmRemoved), Err(Refusal::MarkOutOfOrder));
    script.minutes(60);
    script.expect(Phase::Thaw);
    let mut by_fact = script.clone();
    by_fact.fact(Fact::CapOff);
    by_fact.expect(Phase::CapOff);
    assert!(by_fact.flagged(Flag::RemovedEarly));
    script.seen = NOT_THERE;
    script.seconds(1);
    script.done(Request::ConfirmRemoved);
    assert!(script.flagged(Flag::RemovedEarly));
    script.expect(Phase::Report);
}

// req: SES-004
#[test]
fn rule_1_easing_off_works_at_once_and_ends_at_the_warmest_target() {
    for mut script in Script::in_each_cooling_phase() {
        let target = |script: &Script| script.state.demand(&script.config).target;
        for step in 1..=12 {
            script.done(Request::EaseOff);
            assert_eq!(target(&script), Some(Coolant::from_milli(-4_000 + 1_000 * step)));
        }
        assert_eq!(script.nurse(Request::EaseOff), Err(Refusal::LimitReached));
        assert_eq!(target(&script), Some(Coolant::from_milli(8_000)));
    }
}

#[test]
fn rule_1_an_eased_target_stays_eased_through_an_interruption() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::EaseOff);
    script.restarted(Some(Duration::from_secs(400)));
    script.seconds(1);
    script.resume();
    assert_eq!(script.state.demand(&script.config).target, Some(Coolant::from_milli(-3_000)));
}

// req: SES-005
#[test]
fn rule_1_comfort_is_recorded_in_every_phase() {
    let mut script = Script::new();
    script.fact(Fact::Comfort(10));
    assert_eq!(script.notes, [Note::Comfort(10)]);
    script.fact(Fact::Comfort(11));
    assert_eq!(script.notes, [Note::Comfort(11), Note::Flag(Flag::ComfortOutOfScale)]);
}

// ---- 2: facts are not commands ----

#[test]
fn rule_2_a_drug_before_ready_is_flagged_and_still_an_infusion() {
    let mut script = Script::cooling(PACLITAXEL);
    script.minutes(3);
    script.starts(1);
    script.expect(Phase::Infusing);
    assert!(script.flagged(Flag::DrugEarly));

    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script.done(Request::ChoosePlan(PACLITAXEL));
    script.starts(1);
    assert!(script.flagged(Flag::DrugEarly));
    script.done(Request::Worn(true));
    script.done(Request::Start);
    script.minutes(1);
    script.expect(Phase::Infusing);
}

#[test]
fn rule_2_a_drug_that_is_not_hair_toxic_changes_nothing() {
    let mut script = Script::ready(PACLITAXEL);
    let before = script.state;
    script.fact(Fact::DrugStarted { drug: 9, hair_toxic: false });
    script.fact(Fact::DrugEnded { drug: 9, hair_toxic: false });
    assert_eq!(script.state, before);
    assert_eq!(script.notes, [Note::DrugEnded { drug: 9, hair_toxic: false }]);
}

// req: SES-006
#[test]
fn rule_2_a_hair_toxic_start_in_post_cool_voids_the_post_clock() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(50);
    assert_eq!(script.planned_left(), 10);
    script.starts(2);
    script.expect(Phase::Infusing);
    assert!(script.notes.contains(&Note::PostClockVoided));
    script.minutes(5);
    script.ends(2);
    assert_eq!(script.planned_left(), 60);
    assert_eq!(script.summary().after_infusion, PhaseClock::default());
}

// req: SES-006
#[test]
fn rule_2_a_post_clock_that_was_voided_in_a_break_stays_void_if_the_session_ends_there() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(50);
    script.done(Request::Stop);
    assert_eq!(script.summary().after_infusion.cooled.as_mins(), 50);
    script.starts(2);
    let end = |confirm| Request::EndSession { reason: 3, confirm };
    assert_eq!(script.nurse(end(false)), Ok(Accepted::Armed));
    script.done(end(true));
    assert_eq!(script.summary().after_infusion, PhaseClock::default());
}

#[test]
fn rule_2_the_last_of_several_drugs_ends_the_infusion() {
    let mut script = Script::infusing(PACLITAXEL);
    for drug in 2..=5 {
        script.starts(drug);
    }
    assert!(script.flagged(Flag::DrugUncounted));
    for drug in 1..=4 {
        script.ends(drug);
        script.expect(Phase::Infusing);
    }
    script.ends(5);
    script.expect(Phase::PostCool);
}

// req: SES-005
#[test]
fn rule_2_marks_that_do_not_fit_are_recorded_and_flagged() {
    let mut script = Script::infusing(PACLITAXEL);
    script.starts(1);
    assert!(script.flagged(Flag::DrugStartRepeated));
    script.ends(8);
    assert!(script.flagged(Flag::DrugEndUnmatched));
    script.expect(Phase::Infusing);
    script.fact(Fact::DrugEnded { drug: 1, hair_toxic: false });
    assert!(script.flagged(Flag::DrugKindDiffers));
    script.expect(Phase::PostCool);

    let mut script = Script::new();
    script.starts(1);
    assert!(script.flagged(Flag::DrugOutsideCooling));
    script.ends(1);
    assert!(script.flagged(Flag::DrugEndUnmatched));
    script.expect(Phase::Standby);
}

// req: SES-007
#[test]
fn rule_2_the_drip_does_not_stop_because_the_cooler_did() {
    let mut script = Script::infusing(PACLITAXEL);
    script.denied(TripClass::Service);
    script.expect(Phase::SafeHold);
    assert!(script.state.drugs().running());
    script.restarted(None);
    script.expect(Phase::SafeHold);
    script.seconds(1);
    let reset = |confirm| Request::ServiceReset { confirm };
    assert_eq!(script.ask(Role::Service, reset(false)), Ok(Accepted::Armed));
    assert_eq!(script.ask(Role::Service, reset(true)), Ok(Accepted::Done));
    script.expect(Phase::Recovery);
    script.restarted(Some(Duration::from_mins(30)));
    assert!(script.flagged(Flag::GapLong));
    assert!(script.state.drugs().running());
    script.minutes(60);
    script.expect(Phase::Recovery);
    script.done(Request::Worn(true));
    script.resume();
    script.minutes(1);
    script.expect(Phase::Infusing);
}

#[test]
fn rule_2_an_infusion_may_end_or_begin_while_paused() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Pause(1));
    script.ends(1);
    assert_eq!(script.state.treatment(), Some(Phase::PostCool));
    assert_eq!(script.planned_left(), 60);
    script.starts(2);
    assert!(script.notes.contains(&Note::PostClockVoided));
    assert!(script.flagged(Flag::DrugOutsideCooling));
    assert_eq!(script.state.treatment(), Some(Phase::Infusing));
}

// req: SES-017
#[test]
fn rule_2_a_fact_that_the_cap_is_off_stops_the_pump_and_the_minutes() {
    for mut script in Script::in_each_cooling_phase() {
        script.fact(Fact::CapOff);
        script.expect(Phase::Paused);
        script.look();
        assert_eq!(
            script.nurse(Request::Resume { reason: 1, confirm: false }),
            Err(Refusal::NotWorn)
        );
    }
}

#[test]
fn rule_2_a_visit_closed_under_a_running_drug_is_flagged() {
    let mut script = Script::infusing(PACLITAXEL);
    script.denied(TripClass::Service);
    script.done(Request::ConfirmRemoved);
    script.expect(Phase::Report);
    script.done(Request::Close);
    assert!(script.flagged(Flag::DrugStillRunning));
    assert!(!script.state.drugs().running());
}

// req: SES-004
#[test]
fn rule_1_one_step_warmer_works_at_once_under_the_floor_of_a_lost_sensor_too() {
    let mut script = Script::infusing(PACLITAXEL);
    let milli = |script: &Script| script.state.target(&script.config).unwrap().to_milli();
    assert_eq!(milli(&script), -4_000);
    script.seen.degraded = true;
    script.seconds(1);
    assert_eq!(milli(&script), 0, "the floor");
    script.done(Request::EaseOff);
    assert_eq!(milli(&script), 1_000);
    script.done(Request::EaseOff);
    assert_eq!(milli(&script), 2_000);
    for _ in 0..6 {
        script.done(Request::EaseOff);
    }
    assert_eq!(script.nurse(Request::EaseOff), Err(Refusal::LimitReached));
}
