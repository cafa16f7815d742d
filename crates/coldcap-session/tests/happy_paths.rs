//! The two visits as they should go, minute by minute.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::billing::{Date, units};
use coldcap_session::*;
use coldcap_units::{Coolant, Duration};
use script::{GOOD, HEAD, PACLITAXEL, PATIENT, Script};

fn minutes(clock: PhaseClock) -> [u32; 3] {
    [clock.elapsed.as_mins(), clock.cooled.as_mins(), clock.at_target.as_mins()]
}

#[test]
fn a_fit_visit() {
    let mut script = Script::new();
    script.expect(Phase::Standby);
    script.done(Request::StartFit);
    script.expect(Phase::FitMeasure);
    script.done(Request::select(PATIENT));
    assert!(!script.circulates());
    script.done(Request::Measure(HEAD));

    // The sensors are matched on a cap that nobody wears: coolant moves, nothing is cooled.
    script.expect(Phase::FitCalibrate);
    let demand = script.state.demand(&script.config);
    assert_eq!((demand.circulate, demand.target), (true, None));
    script.minutes(1);
    script.seen = Observed { isothermal: Progress::Passed, contact: Progress::Running, ..GOOD };
    script.minutes(1);
    script.expect(Phase::FitCalibrate);
    script.seen = Observed { isothermal: Progress::Failed, ..script.seen };
    script.seconds(1);
    script.expect(Phase::FitCalibrate); // what matched once stays matched while the cap is put on
    script.done(Request::Worn(true));
    script.seconds(1);

    script.expect(Phase::FitVerify);
    let demand = script.state.demand(&script.config);
    assert_eq!(demand.target, Some(Coolant::from_milli(8_000)));
    script.seconds(119);
    script.expect(Phase::FitVerify);
    script.seen = Observed { contact: Progress::Passed, ..script.seen };
    script.seconds(1);

    script.expect(Phase::FitSaved);
    assert!(script.notes.contains(&Note::FitSaved) && !script.circulates());
    let again = script.ask(Role::Clinician, Request::ConfirmFit { confirm: false });
    assert_eq!(again, Ok(Accepted::NoChange));
    script.done(Request::Close);
    script.expect(Phase::Standby);
    assert_eq!(script.state.patient(), None);

    let summary = script.summary();
    assert!(summary.fit_saved && summary.cooled().is_zero());
    assert_eq!(summary.phase(Phase::FitVerify).elapsed.as_secs(), 120);
    assert_eq!(summary.patient, Some(PATIENT));
}

/// One line a minute: phase, planned minutes left, and the phase's own three clocks.
fn line(script: &Script) -> (Phase, Option<u32>, [u32; 3]) {
    let left = script.state.planned_left().map(Duration::as_mins);
    (script.phase(), left, minutes(script.state.clock()))
}

// req: REC-004
#[test]
fn paclitaxel_with_a_break_of_six_minutes() {
    let mut script = Script::new();
    set_up(&mut script);
    pre_cool(&mut script);
    infuse(&mut script);
    post_cool(&mut script);
    take_off(&mut script);
    check_report(&script);
    script.done(Request::Close);
    script.expect(Phase::Standby);
}

fn set_up(script: &mut Script) {
    script.done(Request::select(PATIENT));
    assert_eq!(script.state.demand(&script.config).tank, None);
    script.done(Request::ChoosePlan(PACLITAXEL));
    assert_eq!(script.state.demand(&script.config).tank, Some(Coolant::from_milli(-4_000)));
    script.seen = Observed { tank_ready: false, flowing: false, at_target: false, ..GOOD };
    script.minutes(20);
    assert_eq!(script.nurse(Request::Start), Err(Refusal::TooEarly));
    script.seen.tank_ready = true;
    script.minutes(1);
    script.done(Request::Start);
    script.expect(Phase::FitCheck);
    script.seen.flowing = true;
    script.minutes(2);
    script.expect(Phase::FitCheck);
    script.done(Request::Worn(true));
    script.minutes(1);
}

/// 30 minutes, the target reached after 12 of them; then five minutes of waiting for the drip.
fn pre_cool(script: &mut Script) {
    script.expect(Phase::PreCool);
    assert_eq!(script.state.demand(&script.config).target, Some(Coolant::from_milli(-4_000)));
    for minute in 1..=29 {
        script.seen.at_target = minute > 12;
        script.minutes(1);
        let at_target = minute.max(12) - 12;
        assert_eq!(line(script), (Phase::PreCool, Some(30 - minute), [minute, minute, at_target]));
    }
    script.minutes(1);
    for minute in 0..5 {
        assert_eq!(line(script), (Phase::Ready, None, [minute; 3]));
        script.minutes(1);
    }
}

/// 60 minutes by the drip's own clock, with a break of 6 after the 20th and 5 of re-cooling.
fn infuse(script: &mut Script) {
    script.starts(1);
    for minute in 0..20 {
        assert_eq!(line(script), (Phase::Infusing, None, [minute; 3]));
        script.minutes(1);
    }
    script.done(Request::Pause(1));
    script.seen = Observed { coupled: false, flowing: false, at_target: false, ..script.seen };
    for minute in 0..6 {
        assert_eq!(line(script), (Phase::Paused, None, [minute, 0, 0]));
        assert!(!script.circulates());
        script.minutes(1);
    }
    script.seen = Observed { coupled: true, flowing: true, ..script.seen };
    script.seconds(0);
    script.resume();
    for minute in 0..4 {
        assert_eq!(line(script), (Phase::Recool, None, [minute, minute, 0]));
        script.minutes(1);
    }
    script.seen.at_target = true;
    script.minutes(1);
    for minute in 0..29 {
        assert_eq!(line(script), (Phase::Infusing, None, [minute; 3]));
        script.minutes(1);
    }
    script.ends(1);
}

/// 60 cooled minutes from the end of the drug.
fn post_cool(script: &mut Script) {
    for minute in 0..60 {
        assert_eq!(line(script), (Phase::PostCool, Some(60 - minute), [minute; 3]));
        assert_eq!(script.state.remaining(&script.config), script.state.planned_left());
        script.minutes(1);
    }
}

fn take_off(script: &mut Script) {
    script.expect(Phase::Thaw);
    assert!(!script.circulates());
    script.seen.removable = true;
    script.minutes(4);
    script.expect(Phase::Thaw);
    script.minutes(1);
    script.expect(Phase::CapOff);
    script.done(Request::ConfirmRemoved);
    script.expect(Phase::CapOff);
    script.seen.coupled = false;
    script.minutes(1);
    script.expect(Phase::Report);
}

fn check_report(script: &Script) {
    let summary = script.summary();
    assert_eq!(minutes(summary.phase(Phase::PreCool)), [30, 30, 18]);
    assert_eq!(minutes(summary.phase(Phase::Ready)), [5, 5, 5]);
    assert_eq!(minutes(summary.phase(Phase::Infusing)), [49, 49, 49]);
    assert_eq!(minutes(summary.phase(Phase::Paused)), [6, 0, 0]);
    assert_eq!(minutes(summary.phase(Phase::Recool)), [5, 5, 1]);
    assert_eq!(minutes(summary.phase(Phase::PostCool)), [60, 60, 60]);
    assert_eq!(minutes(summary.phase(Phase::Thaw)), [5, 0, 0]);
    assert_eq!(summary.after_infusion.cooled.as_mins(), 60);
    assert_eq!((summary.breaks, summary.break_time.as_mins()), (1, 6));
    assert_eq!((summary.ended, summary.early_end()), (Some(Reason::COMPLETED), None));
    assert_eq!((summary.drug_starts, summary.drug_ends, summary.flags), (1, 1, 0));
    let [start, end] = [summary.first_drug_start, summary.last_drug_end].map(Option::unwrap);
    assert_eq!(end.since(start).as_mins(), 60);
    let lines = units(&summary, Date::new(2026, 3, 1).unwrap());
    let codes: Vec<_> = lines.iter().map(|line| (line.rule.code, line.units)).collect();
    assert_eq!(codes, [("97008", 1), ("97009", 2)]);
}

#[test]
fn a_bill_knows_the_leap_years_of_the_calendar() {
    for (year, leaps) in [(2028, true), (2000, true), (2026, false), (1900, false), (2100, false)] {
        assert_eq!(Date::new(year, 2, 29).is_some(), leaps, "{year}");
        assert!(Date::new(year, 2, 28).is_some() && Date::new(year, 2, 30).is_none());
    }
}

#[test]
fn the_record_of_a_visit_survives_storage() {
    let script = Script::post_cooling(PACLITAXEL);
    for entry in &script.entries {
        assert_eq!(coldcap_session::record::Entry::from_bytes(&entry.to_bytes()), *entry);
        let note = entry.note().expect("every entry of a session reads as a note");
        assert_eq!(coldcap_session::record::Fields::from(&note), entry.fields);
    }
}

#[test]
fn sensors_that_differ_end_the_match() {
    let mut script = Script::new();
    script.done(Request::StartFit);
    script.done(Request::select(PATIENT));
    script.done(Request::Measure(HEAD));
    script.seen = Observed { isothermal: Progress::Failed, ..GOOD };
    script.seconds(1);
    script.expect(Phase::FitMeasure);
    assert!(script.flagged(Flag::SensorsDiffer));
}
