//! Marks that were made too late, and who may go outside of a regimen.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::regimen::Source;
use coldcap_session::*;
use coldcap_units::Duration;
use script::{HAIR, PACLITAXEL, PATIENT, Script};

fn amend(mark: Mark, drug: u16, minutes: u32) -> Request {
    let earlier = Duration::from_mins(minutes);
    Request::Amend(Amendment { mark, drug, earlier, reason: 3 })
}

fn ended(drug: u16, minutes: u32) -> Request {
    amend(Mark::Ended, drug, minutes)
}

fn credited(script: &Script) -> u32 {
    let found = script.notes.iter().find_map(|note| match note {
        Note::Amended { credited, .. } => Some(credited.as_mins()),
        _ => None,
    });
    found.unwrap()
}

// req: SES-025
#[test]
fn an_end_that_was_marked_late_credits_what_was_cooled_since() {
    let mut script = Script::infusing(PACLITAXEL);
    script.minutes(50);
    script.ends(1);
    script.minutes(5);
    assert_eq!(script.planned_left(), 55);
    script.done(ended(1, 20));
    assert!(script.flagged(Flag::MarkAmended));
    assert_eq!((credited(&script), script.planned_left()), (20, 35));
    // What was measured stays as it was measured; when the drug ended does not.
    let summary = script.summary();
    assert_eq!(summary.phase(Phase::Infusing).cooled.as_mins(), 50);
    assert_eq!((summary.amendments, summary.after_infusion.cooled.as_mins()), (1, 20));
    let marked = Script::infusing(PACLITAXEL).summary().first_drug_start.unwrap();
    let length = summary.last_drug_end.unwrap().since(marked);
    assert_eq!(length.as_mins(), 30);
    script.minutes(35);
    script.expect(Phase::Thaw);
}

// req: SES-025
#[test]
fn a_break_in_between_is_not_credited() {
    let mut script = Script::infusing(PACLITAXEL);
    script.minutes(30);
    script.done(Request::Stop);
    script.minutes(6);
    script.resume();
    script.minutes(1);
    script.expect(Phase::Infusing);
    script.minutes(13);
    script.ends(1);
    // Within the last run; across the break; before it.
    for (minutes, cooled) in [(10, 10), (18, 13), (30, 23)] {
        let mut one = script.clone();
        one.done(ended(1, minutes));
        assert_eq!((credited(&one), one.planned_left()), (cooled, 60 - cooled), "{minutes}");
    }
}

#[test]
fn the_first_start_moves_with_its_own_drug_only() {
    let mut script = Script::infusing(PACLITAXEL);
    script.minutes(5);
    script.starts(2);
    let first = script.summary().first_drug_start.unwrap();
    script.done(amend(Mark::Started, 2, 3));
    let summary = script.summary();
    assert_eq!((summary.first_drug, summary.first_drug_start), (Some(1), Some(first)));
    script.done(amend(Mark::Started, 1, 3));
    let summary = script.summary();
    assert_eq!(summary.first_drug_start, Some(first.minus(Duration::from_mins(3))));
    assert_eq!((summary.amendments, summary.drug_starts, summary.drug_ends), (2, 2, 0));
}

// req: SES-025
#[test]
fn two_amendments_credit_no_more_than_one() {
    let mut once = Script::infusing(PACLITAXEL);
    once.minutes(20);
    once.done(Request::Stop);
    once.minutes(5);
    once.resume();
    once.minutes(11);
    once.ends(1);
    let mut twice = once.clone();
    once.done(ended(1, 25));
    twice.done(ended(1, 12));
    twice.done(ended(1, 13));
    assert_eq!(once.state, twice.state);
    assert_eq!(twice.nurse(ended(1, 60)), Err(Refusal::MarkOutOfOrder));
}

#[test]
fn elapsed_minutes_are_credited_whole_where_the_plan_counts_them() {
    let mut script = Script::infusing(PlanRequest { post_clock: PostClock::Elapsed, ..PACLITAXEL });
    script.minutes(10);
    script.done(Request::Stop);
    script.minutes(6);
    script.ends(1);
    script.done(ended(1, 10));
    assert_eq!((credited(&script), script.planned_left()), (4, 50));
}

#[test]
fn an_end_is_not_moved_across_another_mark() {
    let mut script = Script::infusing(PACLITAXEL);
    script.starts(2);
    script.minutes(40);
    script.ends(1);
    script.minutes(10);
    script.ends(2);
    script.expect(Phase::PostCool);
    assert_eq!(script.nurse(ended(2, 11)), Err(Refusal::MarkOutOfOrder));
    assert_eq!(script.nurse(ended(1, 1)), Err(Refusal::MarkOutOfOrder));
    script.done(ended(2, 10));
    assert_eq!(script.planned_left(), 50);
}

#[test]
fn there_must_be_a_mark_and_only_the_last_end_counts() {
    let mut script = Script::ready(PACLITAXEL);
    assert_eq!(script.nurse(ended(1, 1)), Err(Refusal::MarkOutOfOrder));
    script.starts(1);
    script.minutes(10);
    assert_eq!(script.nurse(ended(1, 1)), Err(Refusal::MarkOutOfOrder));
    script.done(amend(Mark::Started, 1, 15));
    assert!(script.flagged(Flag::MarkAmended) && credited(&script) == 0);
    assert_eq!(script.nurse(amend(Mark::Started, 2, 15)), Err(Refusal::MarkOutOfOrder));
    script.ends(1);
    script.starts(2);
    assert_eq!(script.nurse(ended(1, 1)), Err(Refusal::MarkOutOfOrder));
}

#[test]
fn an_amendment_has_a_reason_a_length_and_a_role() {
    let mut script = Script::post_cooling(PACLITAXEL);
    let ask = |script: &mut Script, role, minutes, reason| {
        let earlier = Duration::from_mins(minutes);
        script.ask(role, Request::Amend(Amendment { mark: Mark::Ended, drug: 1, earlier, reason }))
    };
    let unanswered = Err(Refusal::Unanswered(Field::Reason));
    assert_eq!(ask(&mut script, Role::Nurse, 5, 0), unanswered);
    let reason = ask(&mut script, Role::Nurse, 5, 128);
    assert!(matches!(reason, Err(Refusal::OutOfRange { field: Field::Reason, .. })));
    let longest = 60 * 60_000;
    let earlier = Refusal::OutOfRange { field: Field::Earlier, minimum: 1, maximum: longest };
    for minutes in [0, 61] {
        assert_eq!(ask(&mut script, Role::Nurse, minutes, 1), Err(earlier));
    }
    for role in [Role::Observer, Role::Service] {
        assert_eq!(ask(&mut script, role, 5, 1), Err(Refusal::NotPermitted(role)));
    }
    assert_eq!(ask(&mut script, Role::Panel, 5, 1), Ok(Accepted::Done));
}

#[test]
fn a_pause_in_post_cooling_is_no_time_for_an_end_to_be_lost() {
    let mut script = Script::infusing(PACLITAXEL);
    script.minutes(30);
    script.ends(1);
    script.done(Request::Stop);
    script.minutes(3);
    script.done(ended(1, 15));
    assert_eq!(script.planned_left(), 45);
}

// ---- regimens ----

fn in_setup() -> Script {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script
}

#[test]
fn minutes_outside_of_the_source_are_a_clinicians_with_a_reason() {
    let short = PlanRequest { post: Duration::from_mins(20), ..PACLITAXEL };
    let mut script = in_setup();
    let refused = script.nurse(Request::ChoosePlan(short));
    let minutes = 60 * 60_000;
    let range = Refusal::OutOfRange { field: Field::Post, minimum: minutes, maximum: minutes };
    assert_eq!(refused, Err(range));
    let reasoned = Request::ChoosePlan(PlanRequest { reason: 9, ..short });
    assert_eq!(script.nurse(reasoned), Err(Refusal::NotPermitted(Role::Nurse)));
    assert_eq!(script.ask(Role::Clinician, reasoned), Ok(Accepted::Done));
    assert!(script.flagged(Flag::RegimenOverridden));
    let plan = script.summary().plan.unwrap();
    assert_eq!((plan.post().as_mins(), plan.reason()), (20, 9));
    assert_eq!((plan.regimen(), plan.source()), (3, Source::PAXMAN_FAQ));
}

#[test]
fn thick_hair_goes_beyond_the_source_without_an_override() {
    let mut script = Script::new();
    let hair = Hair { kind: HairType::ThickOrTightlyCurled, ..HAIR };
    script.done(Request::select(Patient { hair, ..PATIENT }));
    script.done(Request::ChoosePlan(PlanRequest { source: Source::OSLO, ..PACLITAXEL }));
    assert!(script.flagged(Flag::PreLengthened) && !script.flagged(Flag::RegimenOverridden));
    assert_eq!(script.state.plan().unwrap().pre().as_mins(), 45);
}

// req: SES-016
#[test]
fn without_a_source_the_longest_applies_and_cannot_be_overridden() {
    let unnamed = PlanRequest { source: Source::NONE, ..PACLITAXEL };
    let mut script = in_setup();
    script.done(Request::ChoosePlan(unnamed));
    assert!(script.flagged(Flag::PostLengthened));
    assert_eq!(script.state.plan().unwrap().post().as_mins(), 180);
    let reasoned = Request::ChoosePlan(PlanRequest { reason: 1, ..unnamed });
    let unanswered = Err(Refusal::Unanswered(Field::Source));
    assert_eq!(script.ask(Role::Clinician, reasoned), unanswered);
}

#[test]
fn what_must_not_be_cooled_is_not_cooled() {
    let regimen = PlanRequest {
        regimen: 10,
        source: Source::DIGNICAP_LABEL,
        post: Duration::from_mins(90),
        ..PACLITAXEL
    };
    let mut script = in_setup();
    let refused = Err(Refusal::Contraindicated(1 << 11));
    assert_eq!(script.ask(Role::Clinician, Request::ChoosePlan(regimen)), refused);
    let unknown = PlanRequest { regimen: 9, source: Source::NEWER_DRUGS_STUDY, ..PACLITAXEL };
    assert_eq!(script.nurse(Request::ChoosePlan(unknown)), Err(Refusal::UnknownRegimen));
}
