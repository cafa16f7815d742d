//! The sums of a visit say what really was: drugs and their marks, and interruptions.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::billing::{Date, units};
use coldcap_session::*;
use coldcap_units::Duration;
use script::{PACLITAXEL, Script};

fn after_infusion(script: &Script) -> u32 {
    let lines = units(&script.summary(), Date::new(2026, 3, 1).unwrap());
    lines.iter().find(|line| line.rule.code == "97009").map_or(0, |line| line.units)
}

/// A second hair-toxic drug, run while the cap warms: nothing was cooled after its end.
// req: SES-006
#[test]
fn a_drug_that_ran_in_the_thaw_leaves_no_cooled_time_after_it() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(60);
    script.expect(Phase::Thaw);
    assert_eq!(after_infusion(&script), 2);
    script.starts(2);
    script.minutes(4);
    script.ends(2);
    script.minutes(1);
    let summary = script.summary();
    assert_eq!(summary.drug_ends, 2);
    assert_eq!((summary.after_infusion.cooled.as_mins(), after_infusion(&script)), (0, 0));
}

/// The end of a drug that is known to be hair-toxic, told without that word: the session takes it for the end, and
/// so must the sums.
#[test]
fn an_end_that_the_session_takes_counts_in_the_sums() {
    let mut script = Script::infusing(PACLITAXEL);
    script.minutes(20);
    script.fact(Fact::DrugEnded { drug: 1, hair_toxic: false });
    script.expect(Phase::PostCool);
    script.minutes(60);
    script.expect(Phase::Thaw);
    let summary = script.summary();
    assert_eq!(summary.after_infusion.cooled.as_mins(), 60);
    assert!(summary.last_drug_end.is_some(), "the drug that began has ended");
    assert_eq!(after_infusion(&script), 2);
}

#[test]
fn a_start_that_is_told_twice_is_one() {
    let mut script = Script::infusing(PACLITAXEL);
    let first = script.summary().first_drug_start;
    script.minutes(5);
    script.starts(1);
    assert!(script.flagged(Flag::DrugStartRepeated));
    script.minutes(15);
    script.ends(1);
    script.minutes(60);
    script.expect(Phase::Thaw);
    let summary = script.summary();
    assert_eq!((summary.drug_starts, summary.drug_ends), (1, 1));
    assert_eq!(summary.first_drug_start, first);
    assert_eq!(after_infusion(&script), 2);
}

/// A drug that runs while the cap warms is told again and again, or as one that costs no hair: it stays that one.
#[test]
fn only_what_costs_hair_and_does_not_run_yet_voids_minutes() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(60);
    script.expect(Phase::Thaw);
    script.fact(Fact::DrugStarted { drug: 2, hair_toxic: false });
    assert_eq!(after_infusion(&script), 2);
    script.fact(Fact::DrugEnded { drug: 2, hair_toxic: false });
    assert_eq!((script.summary().drug_ends, after_infusion(&script)), (1, 2));
}

/// The session takes no end that matches no start, and goes by the first of two.
#[test]
fn an_end_that_matches_no_start_is_none_of_the_sums() {
    let mut script = Script::infusing(PACLITAXEL);
    script.minutes(10);
    script.ends(2);
    assert!(script.flagged(Flag::DrugEndUnmatched));
    let summary = script.summary();
    assert_eq!((summary.drug_ends, summary.last_drug_end), (0, None), "drug 1 runs");
    script.minutes(10);
    script.ends(1);
    let end = script.summary().last_drug_end;
    script.minutes(30);
    script.ends(1);
    assert!(script.flagged(Flag::DrugEndUnmatched));
    assert_eq!((script.summary().drug_ends, script.summary().last_drug_end), (1, end));
    script.done(amend(Mark::Ended, 1, 5));
    let five = Duration::from_mins(5);
    assert_eq!(script.summary().last_drug_end, end.map(|end| end.minus(five)));
}

fn amend(mark: Mark, drug: u16, minutes: u32) -> Request {
    let earlier = Duration::from_mins(minutes);
    Request::Amend(Amendment { mark, drug, earlier, reason: 3 })
}

// req: SES-025
#[test]
fn the_second_run_of_a_drug_moves_and_not_its_first() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(20);
    script.starts(1);
    script.expect(Phase::Infusing);
    script.minutes(10);
    let first = script.summary().first_drug_start;
    script.done(amend(Mark::Started, 1, 5));
    assert_eq!(script.summary().first_drug_start, first);
}

// req: SES-025
#[test]
fn a_start_that_is_moved_before_all_others_is_the_first() {
    let mut script = Script::infusing(PACLITAXEL);
    let first = script.summary().first_drug_start.unwrap();
    script.minutes(5);
    script.starts(2);
    script.done(amend(Mark::Started, 2, 15));
    let summary = script.summary();
    let moved = first.minus(Duration::from_mins(10));
    assert_eq!((summary.first_drug, summary.first_drug_start), (Some(2), Some(moved)));
    script.done(amend(Mark::Started, 1, 1));
    assert_eq!(script.summary().first_drug, Some(2));
    script.done(amend(Mark::Started, 2, 5));
    let moved = moved.minus(Duration::from_mins(5));
    assert_eq!(script.summary().first_drug_start, Some(moved), "moved twice");
}

/// Of two drugs that began together the one that was told of first stays the first.
// req: SES-025
#[test]
fn a_start_that_is_moved_to_the_first_is_not_before_it() {
    let mut script = Script::infusing(PACLITAXEL);
    let first = script.summary().first_drug_start;
    script.minutes(5);
    script.starts(2);
    script.done(amend(Mark::Started, 2, 5));
    let summary = script.summary();
    assert_eq!((summary.first_drug, summary.first_drug_start), (Some(1), first));
}

/// Somebody whose number may not be told is nobody in particular: told once more, she is another, and so is whoever has
/// another number.
#[test]
fn only_the_same_number_is_the_same_patient() {
    for (first, second, starts) in [(0, 0, 2), (7, 8, 2), (7, 7, 1)] {
        let mut script = Script::new();
        let patient = |id| Request::select(Patient { id, ..script::PATIENT });
        script.done(patient(first));
        script.starts(1);
        script.done(patient(second));
        script.starts(1);
        assert_eq!(script.summary().drug_starts, starts, "{first} {second}");
    }
}

/// The end that was credited is none any more once another drug has begun.
// req: SES-025
#[test]
fn credited_minutes_are_void_with_the_others() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(10);
    script.done(amend(Mark::Ended, 1, 15));
    script.minutes(35);
    script.expect(Phase::Thaw);
    assert_eq!(script.summary().after_infusion.cooled.as_mins(), 60);
    script.starts(1);
    assert_eq!(script.summary().after_infusion.cooled.as_mins(), 0);
}

/// One stretch without cooling is one break, whatever happens to the power in it.
#[test]
fn a_power_gap_in_a_break_makes_no_two_breaks_of_it() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Stop);
    script.minutes(8);
    script.restarted(Some(Duration::from_secs(20)));
    script.minutes(8);
    script.resume();
    let summary = script.summary();
    assert_eq!(summary.break_time.as_mins(), 16);
    assert_eq!((summary.breaks, summary.longest_break.as_mins()), (1, 16));
}

/// Cooling that returned and was interrupted again was another interruption.
#[test]
fn a_break_behind_a_return_is_another_one() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Stop);
    script.minutes(8);
    script.resume();
    script.done(Request::Stop);
    script.minutes(3);
    script.denied(TripClass::Service);
    script.expect(Phase::SafeHold);
    script.minutes(6);
    script.ask(Role::Service, Request::ServiceReset { confirm: false }).unwrap();
    script.ask(Role::Service, Request::ServiceReset { confirm: true }).unwrap();
    script.minutes(1);
    script.resume();
    let summary = script.summary();
    assert_eq!((summary.breaks, summary.longest_break.as_mins()), (2, 10));
    assert_eq!(summary.break_time.as_mins(), 18);
}
