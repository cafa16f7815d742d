//! Clinical rules 3 (limits bound unattended cooling) and 4 (counting), and power gaps.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::*;
use coldcap_units::Duration;
use script::{GOOD, PACLITAXEL, PATIENT, Script};

// ---- 3: limits bound unattended cooling ----

// req: SES-009
#[test]
fn rule_3_a_break_over_its_budget_is_flagged_and_thaws_after_two_minutes() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.done(Request::Pause(1));
    script.minutes(9);
    assert!(!script.state.is_break_over());
    script.minutes(1);
    assert!(script.flagged(Flag::BreakOver) && script.state.is_break_over());
    script.minutes(1);
    script.expect(Phase::Paused);
    script.minutes(1);
    script.expect(Phase::Thaw);
    assert!(script.flagged(Flag::EndedEarly));
}

#[test]
fn rule_3_an_acknowledgement_re_arms_the_time_until_thawing() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.done(Request::Pause(1));
    assert_eq!(script.nurse(Request::Acknowledge), Ok(Accepted::NoChange));
    script.minutes(11);
    for _ in 0..5 {
        script.done(Request::Acknowledge);
        script.minutes(1);
    }
    script.expect(Phase::Paused);
    script.minutes(1);
    script.expect(Phase::Thaw);
}

// req: SES-009
#[test]
fn rule_3_while_a_drug_runs_a_long_break_is_flagged_and_resume_stays_offered() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Pause(1));
    script.minutes(120);
    assert!(script.state.is_break_over());
    assert_eq!(script.summary().flags, 1 << Flag::BreakOver.code());
    let mut ended = script.clone();
    ended.ends(1);
    ended.minutes(2);
    ended.expect(Phase::Thaw);
    script.resume();
    script.minutes(1);
    script.expect(Phase::Infusing);
}

// req: SES-028
#[test]
fn rule_3_all_breaks_share_one_budget() {
    let mut script = Script::infusing(PACLITAXEL);
    for used in [8, 16] {
        script.done(Request::Pause(1));
        script.minutes(8);
        assert_eq!(script.state.break_left().as_mins(), 20 - used);
        script.resume();
        script.minutes(1);
    }
    script.done(Request::Pause(1));
    script.minutes(4);
    assert!(script.flagged(Flag::BreakOver));
    script.resume();
    script.minutes(1);
    assert_eq!(script.nurse(Request::Pause(1)), Err(Refusal::BudgetSpent));
    script.done(Request::Stop);
}

// req: SES-008
#[test]
fn rule_3_ready_too_long_is_flagged_at_60_and_thaws_at_90_minutes() {
    let mut script = Script::ready(PACLITAXEL);
    script.minutes(59);
    assert!(!script.state.is_waiting());
    script.minutes(1);
    assert!(script.flagged(Flag::Waiting) && script.state.is_waiting());
    script.minutes(29);
    script.expect(Phase::Ready);
    script.minutes(1);
    script.expect(Phase::Thaw);
}

#[test]
fn rule_3_an_acknowledged_ready_starts_its_limit_over() {
    let mut script = Script::ready(PACLITAXEL);
    script.minutes(80);
    script.done(Request::Acknowledge);
    script.minutes(89);
    script.expect(Phase::Ready);
    script.minutes(1);
    script.expect(Phase::Thaw);
}

#[test]
fn rule_3_a_target_that_is_never_reached_ends_pre_cooling_and_re_cooling() {
    let mut script = Script::cooling(PACLITAXEL);
    script.seen.at_target = false;
    script.minutes(60);
    assert!(script.flagged(Flag::Waiting));
    script.minutes(10);
    script.expect(Phase::Thaw);

    let mut script = Script::post_cooling(PACLITAXEL);
    script.done(Request::Stop);
    script.resume();
    script.seen.at_target = false;
    script.minutes(30);
    script.expect(Phase::Thaw);
}

#[test]
fn rule_3_a_long_infusion_is_flagged_and_goes_on() {
    let mut script = Script::infusing(PACLITAXEL);
    script.minutes(240);
    assert!(script.flagged(Flag::Waiting));
    script.minutes(600);
    script.expect(Phase::Infusing);
}

// req: SES-008
#[test]
fn rule_3_a_recovery_that_nobody_answers_ends_unless_a_drug_runs() {
    let gap = Some(Duration::from_mins(2));
    let mut script = Script::post_cooling(PACLITAXEL);
    script.restarted(gap);
    script.minutes(9);
    assert!(!script.state.is_waiting());
    script.minutes(1);
    assert!(script.state.is_waiting(), "somebody is called before anything ends");
    script.minutes(1);
    script.expect(Phase::Recovery);
    script.minutes(1);
    script.expect(Phase::Thaw);

    let mut script = Script::infusing(PACLITAXEL);
    script.restarted(gap);
    script.minutes(30);
    script.expect(Phase::Recovery);
    // Who says that the drug has ended is there: post-cooling is still to come.
    script.ends(1);
    script.minutes(9);
    script.expect(Phase::Recovery);
    script.resume();
    script.expect(Phase::Recool);
}

#[test]
fn rule_3_out_of_a_thaw_only_a_running_drug_offers_a_resume() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(60);
    script.expect(Phase::Thaw);
    assert_eq!(
        script.nurse(Request::Resume { reason: 1, confirm: false }),
        Err(Refusal::WrongPhase)
    );
    script.starts(2);
    assert!(script.flagged(Flag::DrugOutsideCooling));
    script.expect(Phase::Thaw);
    script.resume();
    script.minutes(1);
    script.expect(Phase::Infusing);
    script.ends(2);
    script.minutes(10);
    script.done(Request::Stop);
    assert_eq!(script.summary().after_infusion.cooled.as_mins(), 10);
    assert_eq!(script.summary().phase(Phase::PostCool).cooled.as_mins(), 70);
}

// ---- 4: counting ----

// req: SES-010
#[test]
fn rule_4_pre_cooling_needs_its_minutes_and_the_target_held_at_their_end() {
    let mut script = Script::cooling(PACLITAXEL);
    script.minutes(29);
    script.seen.at_target = false;
    script.minutes(6);
    script.expect(Phase::PreCool);
    script.seen.at_target = true;
    script.seconds(59);
    script.expect(Phase::PreCool);
    script.seconds(1);
    script.expect(Phase::Ready);
}

// req: SES-010
#[test]
fn rule_4_pre_cooling_begins_with_the_cap_worn_and_coolant_moving() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script.done(Request::ChoosePlan(PACLITAXEL));
    script.done(Request::Start);
    script.minutes(4);
    script.expect(Phase::FitCheck);
    script.minutes(1);
    script.expect(Phase::Setup);
    assert!(script.flagged(Flag::FitTimedOut));
    script.look();
    script.done(Request::Start);
    script.done(Request::Worn(true));
    script.seen.flowing = false;
    script.minutes(1);
    script.expect(Phase::FitCheck);
    script.seen.flowing = true;
    script.minutes(1);
    script.expect(Phase::PreCool);
}

// req: SES-024
#[test]
fn rule_4_minutes_without_flow_are_not_cooled_and_do_not_count() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(10);
    script.seen.flowing = false;
    script.minutes(7);
    assert_eq!(script.planned_left(), 50);
    let clock = script.state.clock();
    assert_eq!((clock.elapsed.as_mins(), clock.cooled.as_mins()), (17, 10));
}

// req: SES-011
#[test]
fn rule_4_breaks_and_re_cooling_stop_the_clock_of_cooled_minutes() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(10);
    script.done(Request::Pause(1));
    script.minutes(6);
    script.resume();
    script.seen.at_target = false;
    script.minutes(4);
    assert_eq!(script.planned_left(), 50);
    script.seen.at_target = true;
    script.minutes(1);
    script.expect(Phase::PostCool);
    assert_eq!(script.planned_left(), 50);
}

// req: SES-011
#[test]
fn rule_4_elapsed_minutes_run_through_breaks_and_gaps() {
    let mut script =
        Script::post_cooling(PlanRequest { post_clock: PostClock::Elapsed, ..PACLITAXEL });
    script.minutes(10);
    script.done(Request::Pause(1));
    script.minutes(6);
    assert_eq!(script.planned_left(), 44);
    script.restarted(Some(Duration::from_mins(14)));
    assert_eq!(script.planned_left(), 30);
    script.restarted(None);
    assert_eq!(script.planned_left(), 30);
    script.seconds(0);
    script.done(Request::Worn(true));
    script.resume();
    script.minutes(1);
    assert_eq!(script.planned_left(), 29);
}

#[test]
fn rule_4_a_break_in_pre_cooling_keeps_its_minutes() {
    let mut script = Script::cooling(PACLITAXEL);
    script.minutes(20);
    script.done(Request::Pause(1));
    script.minutes(5);
    script.resume();
    script.minutes(1);
    script.expect(Phase::PreCool);
    assert_eq!(script.planned_left(), 10);
}

// req: SES-012
#[test]
fn rule_4_every_return_to_cooling_is_by_the_ramp() {
    for mut script in Script::in_each_cooling_phase() {
        let goal = script.state.treatment();
        script.done(Request::Stop);
        script.resume();
        assert_eq!(script.state.treatment(), goal);
        script.seconds(59);
        script.expect(Phase::Recool);
        script.seconds(1);
        assert_eq!(Some(script.phase()), goal);
    }
}

// req: SES-028
#[test]
fn rule_4_an_extension_is_bounded() {
    let mut script = Script::post_cooling(PACLITAXEL);
    for minutes in [0, 31] {
        let refusal = Refusal::OutOfRange { field: Field::Minutes, minimum: 1, maximum: 30 };
        assert_eq!(script.nurse(Request::Extend(minutes)), Err(refusal));
    }
    script.done(Request::Extend(30));
    script.done(Request::Extend(30));
    assert_eq!(script.planned_left(), 120);
    assert_eq!(script.nurse(Request::Extend(1)), Err(Refusal::LimitReached));
}

// ---- power gaps ----

// req: PWR-001
#[test]
fn a_short_gap_returns_by_itself_after_the_self_test_and_by_the_ramp() {
    let mut script = Script::infusing(PACLITAXEL);
    script.restarted(Some(Duration::from_secs(30)));
    script.expect(Phase::Recovery);
    script.seen.self_test = Progress::Running;
    script.seconds(3);
    script.expect(Phase::Recovery);
    script.seen.self_test = Progress::Passed;
    script.seconds(1);
    script.expect(Phase::Recool);
    assert!(
        script.notes.contains(&Note::Resumed { to: Phase::Infusing, reason: Reason::POWER_GAP })
    );
}

// req: SES-020
#[test]
fn a_gap_does_not_return_by_itself_when_it_was_longer_or_something_is_missing() {
    let spoil: [fn(&mut Script); 5] = [
        |script| script.restarted(Some(Duration::from_millis(30_001))),
        |script| script.restarted(None),
        |script| script.seen.coupled = false,
        |script| script.seen.self_test = Progress::Failed,
        |script| script.denied(TripClass::Operator),
    ];
    for (index, spoil) in spoil.into_iter().enumerate() {
        let mut script = Script::infusing(PACLITAXEL);
        if index >= 2 {
            script.restarted(Some(Duration::from_secs(5)));
        }
        spoil(&mut script);
        for _ in 0..10 {
            script.seconds(1);
        }
        script.seen = GOOD;
        script.minutes(1);
        assert_eq!(script.phase(), Phase::Recovery, "{index}");
    }
}

// req: SES-020
#[test]
fn what_was_stopped_by_hand_does_not_return_by_itself() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Stop);
    script.restarted(Some(Duration::from_secs(1)));
    script.minutes(1);
    script.expect(Phase::Recovery);
}

// req: PWR-001
#[test]
fn cooling_returns_by_itself_three_times_a_session() {
    let mut script = Script::infusing(PACLITAXEL);
    for _ in 0..3 {
        script.restarted(Some(Duration::from_secs(1)));
        assert!(!script.flagged(Flag::RestartLimit));
        script.seconds(1);
        script.expect(Phase::Recool);
    }
    script.restarted(Some(Duration::from_secs(1)));
    assert!(script.flagged(Flag::RestartLimit));
    script.seconds(1);
    script.expect(Phase::Recovery);
}

#[test]
fn a_restart_before_cooling_keeps_the_setup_and_repeats_the_self_test() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script.done(Request::ChoosePlan(PACLITAXEL));
    script.done(Request::Start);
    script.restarted(Some(Duration::from_secs(1)));
    script.expect(Phase::Setup);
    assert_eq!(script.nurse(Request::Start), Err(Refusal::NotTested));
    script.seconds(1);
    script.done(Request::Start);
}

// req: PWR-002
#[test]
fn a_gap_counts_toward_post_cooling_alone_and_only_where_elapsed_time_does() {
    let elapsed = PlanRequest { post_clock: PostClock::Elapsed, ..PACLITAXEL };
    let left_after_a_gap = |mut script: Script| {
        let before = script.planned_left();
        script.restarted(Some(Duration::from_mins(5)));
        (before, script.planned_left())
    };
    assert_eq!(left_after_a_gap(Script::post_cooling(elapsed)), (60, 55));
    assert_eq!(left_after_a_gap(Script::post_cooling(PACLITAXEL)), (60, 60));
    let (before, after) = left_after_a_gap(Script::cooling(elapsed));
    assert_eq!(before, after, "pre-cooling is what was cooled");
}
