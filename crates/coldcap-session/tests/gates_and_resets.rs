//! Clinical rules 5 (hair), 6 (the gate), 7 (resets), 8 (doubtful contact), and the start.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::*;
use coldcap_units::{Coolant, Duration, Interface};
use script::{GOOD, HAIR, HEAD, NOT_THERE, PACLITAXEL, PATIENT, Script};

// ---- 5: hair ----

// req: SES-013
#[test]
fn rule_5_unanswered_hair_is_refused() {
    let with = |density, kind| Patient { hair: Hair { density, kind }, ..PATIENT };
    let mut script = Script::new();
    let refused =
        |script: &mut Script, patient| script.nurse(Request::select(patient)).unwrap_err();
    let density = with(Density::Unanswered, HairType::Ordinary);
    assert_eq!(refused(&mut script, density), Refusal::Unanswered(Field::Density));
    let kind = with(Density::Full, HairType::Unanswered);
    assert_eq!(refused(&mut script, kind), Refusal::Unanswered(Field::Hair));
    let gone = with(Density::NearlyGone, HairType::Ordinary);
    let out = Refusal::OutOfRange { field: Field::Density, minimum: 1, maximum: 3 };
    assert_eq!(refused(&mut script, gone), out);
    script.expect(Phase::Standby);
}

// req: SES-013, SES-014
#[test]
fn rule_5_density_caps_the_intensity_and_type_lengthens_pre_cooling() {
    let mut script = Script::new();
    let hair = Hair { density: Density::MuchShows, kind: HairType::ThickOrTightlyCurled };
    script.done(Request::select(Patient { hair, ..PATIENT }));
    script.done(Request::ChoosePlan(PACLITAXEL));
    assert!(script.flagged(Flag::TargetRaised) && script.flagged(Flag::PreLengthened));
    let plan = script.state.plan().unwrap();
    assert_eq!((plan.target().to_milli(), plan.pre().as_mins()), (0, 45));
}

#[test]
fn a_session_that_is_not_one_of_the_course_is_refused() {
    let with = |session_index| Request::select(Patient { session_index, ..PATIENT });
    let mut script = Script::new();
    let refusal = Refusal::OutOfRange { field: Field::SessionIndex, minimum: 0, maximum: 6 };
    assert_eq!(script.nurse(with(7)), Err(refusal));
    script.expect(Phase::Standby);
    script.done(with(6));
    assert_eq!(script.config, Config::default(), "what scripts are played with is what ships");
}

#[test]
fn rule_5_another_answer_needs_another_plan() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script.done(Request::ChoosePlan(PACLITAXEL));
    let hair = Hair { density: Density::MuchShows, ..HAIR };
    script.done(Request::select(Patient { hair, ..PATIENT }));
    assert_eq!(script.nurse(Request::Start), Err(Refusal::Unanswered(Field::Plan)));
}

#[test]
fn rule_5_nothing_of_one_patient_reaches_the_next() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script.done(Request::Worn(true));
    script.starts(1);
    script.done(Request::select(Patient { id: 18, ..PATIENT }));
    assert!(script.flagged(Flag::DrugStillRunning));
    assert!(!script.state.drugs().running() && !script.state.is_worn());
}

// req: SES-006
#[test]
fn rule_5_a_correction_of_the_same_patient_forgets_no_drip() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script.starts(5);
    let hair = Hair { density: Density::MuchShows, ..HAIR };
    script.done(Request::select(Patient { hair, ..PATIENT }));
    assert!(!script.flagged(Flag::DrugStillRunning) && script.state.drugs().running());
    let target = Target::Coolant(Coolant::from_milli(2_000));
    script.done(Request::ChoosePlan(PlanRequest { target, ..PACLITAXEL }));
    script.done(Request::Worn(true));
    script.done(Request::Start);
    script.minutes(1);
    script.expect(Phase::Infusing);
    script.ends(5);
    script.expect(Phase::PostCool);
}

#[test]
fn rule_5_of_two_patients_without_a_number_nobody_knows_that_they_are_one() {
    let unnamed = Patient { id: 0, ..PATIENT };
    let mut script = Script::new();
    script.done(Request::select(unnamed));
    script.starts(5);
    script.done(Request::select(unnamed));
    assert!(script.flagged(Flag::DrugStillRunning) && !script.state.drugs().running());
}

// ---- 6: the gate ----

// req: SES-015
#[test]
fn rule_6_contraindications_block_or_ask_before_any_coolant_flows() {
    let patient = |bits| Patient { contraindications: bits, ..PATIENT };
    let by = |bits, reason| Request::SelectPatient { patient: patient(bits), reason };
    let with = |bits| by(bits, 4);
    for before in [None, Some(Request::StartFit)] {
        let mut script = Script::new();
        before.into_iter().for_each(|request| script.done(request));
        for role in [Role::Nurse, Role::Clinician] {
            assert_eq!(script.ask(role, with(1 << 5)), Err(Refusal::Contraindicated(1 << 5)));
        }
        assert_eq!(script.nurse(with(1 << 11)), Err(Refusal::Contraindicated(1 << 11)));
        let clinician =
            |script: &mut Script, reason| script.ask(Role::Clinician, by(1 << 11, reason));
        assert_eq!(clinician(&mut script, 0), Err(Refusal::Unanswered(Field::Reason)));
        let allowed = (Field::Reason, 0, 127);
        let (field, minimum, maximum) = allowed;
        let beyond = Err(Refusal::OutOfRange { field, minimum, maximum });
        assert_eq!(clinician(&mut script, 128), beyond);
        assert_eq!(clinician(&mut script, 4), Ok(Accepted::Done));
        assert!(script.flagged(Flag::ContraindicationDecided));
        let decided = Note::PatientSelected { patient: patient(1 << 11), reason: 4 };
        assert!(script.noted(decided));
    }
}

// req: SES-015
#[test]
fn rule_6_no_coolant_flows_in_a_fit_visit_before_the_gate_was_passed() {
    let mut script = Script::new();
    script.done(Request::StartFit);
    assert_eq!(script.nurse(Request::Measure(HEAD)), Err(Refusal::Unanswered(Field::Patient)));
    script.done(Request::Cancel);
    script.done(Request::select(PATIENT));
    script.done(Request::StartFit);
    script.done(Request::Measure(HEAD));
}

/// Each length is that of a head, and all three of no one head.
#[test]
fn measures_that_belong_to_no_one_head_are_refused_by_name() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script.done(Request::StartFit);
    let long = HeadMeasures { circumference_mm: 530, sagittal_mm: 410, ..HEAD };
    let refusal = Refusal::OutOfRange { field: Field::Sagittal, minimum: 280, maximum: 397 };
    assert_eq!(script.nurse(Request::Measure(long)), Err(refusal));
    let flat = HeadMeasures { circumference_mm: 613, coronal_mm: 305, ..HEAD };
    let refusal = Refusal::OutOfRange { field: Field::Coronal, minimum: 306, maximum: 420 };
    assert_eq!(script.nurse(Request::Measure(flat)), Err(refusal));
    script.done(Request::Measure(HeadMeasures { circumference_mm: 530, sagittal_mm: 397, ..HEAD }));
}

// req: SES-016
#[test]
fn rule_6_where_no_regimen_is_named_the_longest_post_cooling_applies() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    script.done(Request::ChoosePlan(PlanRequest { regimen: 0, ..PACLITAXEL }));
    assert!(script.flagged(Flag::PostLengthened));
    assert_eq!(script.state.plan().unwrap().post().as_mins(), 180);
}

// ---- 7: resets ----

fn reset(script: &mut Script, role: Role, confirm: bool) -> Answer {
    script.ask(role, Request::ClinicianReset { confirm })
}

// req: SES-027
#[test]
fn rule_7_a_clinician_resets_in_two_steps_once_the_cause_is_gone_and_twice_a_session() {
    let mut script = Script::infusing(PACLITAXEL);
    for _ in 0..2 {
        script.denied(TripClass::Clinician);
        script.expect(Phase::Paused);
        script.seen.cause_gone = false;
        script.seconds(1);
        assert_eq!(
            script.nurse(Request::Resume { reason: 1, confirm: false }),
            Err(Refusal::FaultActive)
        );
        assert_eq!(reset(&mut script, Role::Nurse, false), Err(Refusal::NotPermitted(Role::Nurse)));
        assert_eq!(reset(&mut script, Role::Clinician, false), Err(Refusal::FaultActive));
        script.seen.cause_gone = true;
        script.seconds(1);
        assert_eq!(reset(&mut script, Role::Clinician, true), Err(Refusal::NotConfirmed));
        assert_eq!(reset(&mut script, Role::Clinician, false), Ok(Accepted::Armed));
        assert_eq!(reset(&mut script, Role::Clinician, true), Ok(Accepted::Done));
        assert!(script.notes.contains(&Note::Reset { class: TripClass::Clinician }));
        assert_eq!(reset(&mut script, Role::Clinician, false), Ok(Accepted::NoChange));
        script.resume();
    }
    script.denied(TripClass::Clinician);
    script.look();
    assert_eq!(reset(&mut script, Role::Clinician, false), Err(Refusal::LimitReached));
}

// req: SES-029
#[test]
fn rule_7_a_test_that_still_runs_is_told_from_a_fault() {
    let mut script = Script::infusing(PACLITAXEL);
    script.denied(TripClass::Clinician);
    script.seen.cause_gone = true;
    for self_test in [Progress::Running, Progress::Failed] {
        script.seen.self_test = self_test;
        script.seconds(1);
        assert_eq!(reset(&mut script, Role::Clinician, false), Err(Refusal::NotTested));
    }
    script.seen.self_test = Progress::Passed;
    script.seconds(1);
    for confirm in [false, true] {
        reset(&mut script, Role::Clinician, confirm).unwrap();
    }
    script.seen.self_test = Progress::Running;
    script.seconds(1);
    let resume = Request::Resume { reason: 1, confirm: false };
    assert_eq!(script.nurse(resume), Err(Refusal::NotTested));
}

#[test]
fn rule_7_a_service_trip_is_for_service_only_and_outlives_the_visit() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Stop);
    script.denied(TripClass::Service);
    script.expect(Phase::SafeHold);
    assert_eq!(reset(&mut script, Role::Clinician, false), Err(Refusal::ServiceDue));
    let by_clinician = script.ask(Role::Clinician, Request::ServiceReset { confirm: false });
    assert_eq!(by_clinician, Err(Refusal::NotPermitted(Role::Clinician)));
    script.ends(1);
    script.done(Request::ConfirmRemoved);
    script.done(Request::Close);
    assert_eq!(script.nurse(Request::StartFit), Err(Refusal::ServiceDue));
    for confirm in [false, true] {
        script.ask(Role::Service, Request::ServiceReset { confirm }).unwrap();
    }
    script.expect(Phase::Standby);
    script.look();
    script.done(Request::StartFit);
}

#[test]
fn rule_7_service_resets_only_once_the_cause_is_gone() {
    let mut script = Script::infusing(PACLITAXEL);
    script.denied(TripClass::Service);
    script.seen.cause_gone = false;
    script.seconds(1);
    for confirm in [false, true] {
        let answer = script.ask(Role::Service, Request::ServiceReset { confirm });
        assert_eq!(answer, Err(Refusal::FaultActive));
    }
    script.expect(Phase::SafeHold);
}

#[test]
fn rule_7_a_lesser_trip_never_replaces_a_graver_one() {
    let mut script = Script::infusing(PACLITAXEL);
    script.denied(TripClass::Service);
    for class in [TripClass::Clinician, TripClass::Operator, TripClass::None] {
        script.denied(class);
        assert_eq!(script.state.trip(), TripClass::Service);
    }
}

#[test]
fn rule_7_an_operator_trip_is_resumed_by_an_operator() {
    for mut script in Script::in_each_cooling_phase() {
        script.denied(TripClass::Operator);
        script.expect(Phase::Paused);
        assert!(script.notes.contains(&Note::BreakBegan { reason: Reason::OPERATOR_TRIP }));
        script.resume();
    }
}

#[test]
fn rule_7_a_denial_ends_the_circulating_steps_of_a_fit_visit() {
    for class in [TripClass::Operator, TripClass::Clinician, TripClass::Service] {
        let mut script = Script::new();
        script.done(Request::StartFit);
        script.done(Request::select(PATIENT));
        script.done(Request::Measure(HEAD));
        script.denied(class);
        let service = class == TripClass::Service;
        script.expect(if service { Phase::SafeHold } else { Phase::FitMeasure });
        assert_eq!(script.flagged(Flag::FitInterrupted), !service);
    }
}

#[test]
fn rule_7_a_failed_or_endless_self_test_is_for_service() {
    for (self_test, minutes) in [(Progress::Failed, 1), (Progress::Running, 1)] {
        let mut script = Script::new();
        script.state = State::new();
        script.seen.self_test = self_test;
        script.minutes(minutes);
        script.expect(Phase::SafeHold);
        assert!(script.flagged(Flag::SelfTestFailed));
        script.seen.self_test = Progress::Passed;
        script.seconds(1);
        for confirm in [false, true] {
            script.ask(Role::Service, Request::ServiceReset { confirm }).unwrap();
        }
        script.expect(Phase::Boot);
        script.seconds(1);
        script.expect(Phase::Standby);
    }
}

// ---- 8: doubtful contact ----

// req: INT-015
#[test]
fn rule_8_doubtful_contact_is_flagged_once_and_never_silently_warmed() {
    let mut script = Script::infusing(PACLITAXEL);
    let demand = script.state.demand(&script.config);
    script.seen.contact = Progress::Failed;
    script.seconds(1);
    assert!(script.flagged(Flag::ContactDoubtful));
    script.minutes(1);
    assert!(script.notes.is_empty());
    assert_eq!(script.state.demand(&script.config), demand);
    script.seen.contact = Progress::Passed;
    script.seconds(1);
    assert_eq!(script.notes, [Note::Flag(Flag::ContactRestored)]);
}

#[test]
fn rule_8_a_fit_with_a_failed_contact_test_is_stored_by_a_clinician_or_not_at_all() {
    let mut script = Script::new();
    script.done(Request::StartFit);
    script.done(Request::select(PATIENT));
    script.done(Request::Measure(HEAD));
    script.done(Request::Worn(true));
    script.seen = Observed { isothermal: Progress::Passed, contact: Progress::Running, ..GOOD };
    script.seconds(1);
    script.expect(Phase::FitVerify);
    let confirm = |confirm| Request::ConfirmFit { confirm };
    assert_eq!(script.ask(Role::Clinician, confirm(false)), Err(Refusal::TooEarly));
    script.seen.contact = Progress::Failed;
    script.minutes(1);
    script.expect(Phase::FitVerify);
    assert_eq!(script.nurse(confirm(false)), Err(Refusal::NotPermitted(Role::Nurse)));
    let mut alone = script.clone();
    alone.minutes(9);
    alone.expect(Phase::FitMeasure);
    assert_eq!(script.ask(Role::Clinician, confirm(false)), Ok(Accepted::Armed));
    assert_eq!(script.ask(Role::Clinician, confirm(true)), Ok(Accepted::Done));
    script.expect(Phase::FitSaved);
    assert!(script.flagged(Flag::FitOverridden));
}

// ---- starting and uncoupling ----

#[test]
fn a_start_needs_patient_plan_cap_and_tank() {
    let mut script = Script::new();
    assert_eq!(script.nurse(Request::Start), Err(Refusal::WrongPhase));
    script.done(Request::select(PATIENT));
    assert_eq!(script.nurse(Request::Start), Err(Refusal::Unanswered(Field::Plan)));
    script.done(Request::ChoosePlan(PACLITAXEL));
    script.seen = NOT_THERE;
    script.seconds(1);
    assert_eq!(script.nurse(Request::Start), Err(Refusal::CapAbsent));
    script.seen = Observed { tank_ready: false, ..GOOD };
    script.seconds(1);
    assert_eq!(script.nurse(Request::Start), Err(Refusal::TooEarly));
    script.seen = GOOD;
    script.seconds(1);
    script.done(Request::Start);
}

#[test]
fn nothing_begins_while_a_calibration_is_due() {
    let mut script = Script::new();
    let due = Observed { calibration_due: true, ..GOOD };
    script.seen = due;
    script.seconds(1);
    assert_eq!(script.nurse(Request::StartFit), Err(Refusal::CalibrationDue));
    script.done(Request::select(PATIENT));
    script.done(Request::ChoosePlan(PACLITAXEL));
    assert_eq!(script.nurse(Request::Start), Err(Refusal::CalibrationDue));
    script.done(Request::Cancel);
    script.seen = GOOD;
    script.seconds(1);
    script.done(Request::StartFit);
    script.done(Request::select(PATIENT));
    // A cap was coupled whose sensors are not in date.
    script.seen = due;
    script.seconds(1);
    assert_eq!(script.nurse(Request::Measure(HEAD)), Err(Refusal::CalibrationDue));
    script.expect(Phase::FitMeasure);
}

#[test]
fn what_has_not_cooled_yet_is_begun_by_its_resume() {
    let mut script = Script::cooling(PACLITAXEL);
    script.done(Request::Pause(1));
    script.seen = Observed { calibration_due: true, ..GOOD };
    script.seconds(5);
    assert!(!script.state.has_begun());
    assert_eq!(
        script.nurse(Request::Resume { reason: 1, confirm: false }),
        Err(Refusal::CalibrationDue)
    );
    script.seen = GOOD;
    script.seconds(5);
    script.resume();
    script.seconds(5);
    assert!(script.state.has_begun());
}

// req: INT-011
#[test]
fn a_sensor_that_was_lost_is_not_trusted_again_in_a_resume_out_of_the_thaw() {
    let mut script = Script::infusing(PACLITAXEL);
    script.seen = Observed { degraded: true, ..GOOD };
    script.seconds(1);
    script.seen = GOOD;
    assert_eq!(
        script.nurse(Request::EndSession { reason: 1, confirm: false }),
        Ok(Accepted::Armed)
    );
    script.done(Request::EndSession { reason: 1, confirm: true });
    script.expect(Phase::Thaw);
    script.seconds(5);
    script.resume();
    let floor = Target::Coolant(script.config.degraded_floor.coolant);
    assert_eq!(script.state.target(&script.config), Some(floor));
}

// req: INT-011
#[test]
fn nor_is_the_tank_made_colder_than_a_session_that_lost_a_sensor_may_be() {
    let config = Script::new().config;
    let floor = config.degraded_floor.coolant;
    let coolant = Target::Coolant(Coolant::from_milli(-4_000));
    let cap = Target::Cap(Interface::from_milli(3_000));
    for target in [coolant, cap] {
        let mut script = Script::infusing(PlanRequest { target, ..PACLITAXEL });
        assert!(script.state.demand(&config).tank < Some(floor), "{target:?}");
        script.seen = Observed { degraded: true, ..GOOD };
        script.seconds(1);
        let demand = script.state.demand(&config);
        assert_eq!(demand.tank, Some(floor), "{target:?}");
        let supply = demand.cap.map(|cap| cap.coldest_supply).or(demand.target);
        assert_eq!(supply, demand.tank, "{target:?}");
    }
}

#[test]
fn what_runs_goes_on_when_a_calibration_comes_to_be_due() {
    for mut script in Script::in_each_cooling_phase() {
        let phase = script.phase();
        script.seen = Observed { calibration_due: true, ..GOOD };
        script.seconds(30);
        assert!(script.circulates(), "{phase}");
        script.done(Request::Pause(1));
        script.seconds(5);
        script.resume();
        assert!(script.circulates(), "{phase}");
    }
}

#[test]
fn a_plan_out_of_range_says_what_is_allowed() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    let target = Target::Coolant(Coolant::from_milli(-8_500));
    let colder = PlanRequest { target, ..PACLITAXEL };
    let refusal = Refusal::OutOfRange { field: Field::Target, minimum: -8_000, maximum: 5_000 };
    assert_eq!(script.nurse(Request::ChoosePlan(colder)), Err(refusal));
    assert_eq!(refusal.to_string(), "target must be -8000 to 5000");
    let target = Target::Cap(Interface::from_milli(1_999));
    let freezing = PlanRequest { target, ..PACLITAXEL };
    let refusal = Refusal::OutOfRange { field: Field::Interface, minimum: 2_000, maximum: 10_000 };
    assert_eq!(script.nurse(Request::ChoosePlan(freezing)), Err(refusal));
    assert_eq!(refusal.to_string(), "interface must be 2000 to 10000");
}

// req: SES-017
#[test]
fn an_uncoupled_cap_stops_the_pump_in_the_same_step() {
    for mut script in Script::in_each_cooling_phase() {
        script.seen = NOT_THERE;
        script.give(Event::Advance { dt: Duration::from_millis(100), seen: NOT_THERE });
        script.expect(Phase::Paused);
        assert!(script.notes.contains(&Note::BreakBegan { reason: Reason::UNCOUPLED }));
        script.look();
        assert_eq!(
            script.nurse(Request::Resume { reason: 1, confirm: false }),
            Err(Refusal::CapAbsent)
        );
    }
}

// ---- what a site plans at most ----

#[test]
fn a_plan_beyond_what_its_site_plans_is_refused_and_leaves_the_one_before() {
    let mut script = Script::new();
    let [_, warmest] = PlanLimits::WIDEST.target;
    let coldest = Coolant::from_milli(-3_000);
    script.config.plans.target = [coldest, warmest];
    script.done(Request::select(PATIENT));
    let refusal =
        Refusal::OutOfRange { field: Field::Target, minimum: -3_000, maximum: warmest.to_milli() };
    assert_eq!(script.nurse(Request::ChoosePlan(PACLITAXEL)), Err(refusal));
    let milder = PlanRequest { target: Target::Coolant(coldest), ..PACLITAXEL };
    script.done(Request::ChoosePlan(milder));
    assert_eq!(script.nurse(Request::ChoosePlan(PACLITAXEL)), Err(refusal));
    assert_eq!(script.state.plan().unwrap().target(), Target::Coolant(coldest));
    // A clinician's reason goes outside of what the source says, not of what the site plans.
    let reasoned = PlanRequest { reason: 4, ..PACLITAXEL };
    assert_eq!(script.ask(Role::Clinician, Request::ChoosePlan(reasoned)), Err(refusal));
}
