//! Codes and names that stand in records and on the wire, written down a second time.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::record::{ChainError, FoldError, FoldFault, Kind};
use coldcap_session::*;
use coldcap_units::{Coolant, Duration, Interface};
use script::{HAIR, HEAD, PACLITAXEL, PATIENT, Script};

#[test]
fn fields_have_codes_and_names() {
    let table = [
        (Field::Patient, 1, "patient"),
        (Field::Plan, 2, "plan"),
        (Field::Pre, 3, "pre"),
        (Field::Post, 4, "post"),
        (Field::BreakEach, 5, "break_each"),
        (Field::BreakTotal, 6, "break_total"),
        (Field::Target, 7, "target"),
        (Field::Density, 8, "density"),
        (Field::Hair, 9, "hair"),
        (Field::Circumference, 10, "circumference"),
        (Field::Sagittal, 11, "sagittal"),
        (Field::Coronal, 12, "coronal"),
        (Field::SessionIndex, 13, "session_index"),
        (Field::Reason, 14, "reason"),
        (Field::Minutes, 15, "minutes"),
        (Field::Interface, 16, "interface"),
        (Field::Source, 17, "source"),
        (Field::Earlier, 18, "earlier"),
        (Field::Drive, 19, "drive"),
    ];
    for (field, code, name) in table {
        assert_eq!((field.code(), field.name()), (code, name));
    }
}

#[test]
fn phases_have_codes_and_names() {
    let names = [
        "boot",
        "standby",
        "fit_measure",
        "fit_calibrate",
        "fit_verify",
        "fit_saved",
        "setup",
        "fit_check",
        "pre_cool",
        "ready",
        "infusing",
        "post_cool",
        "paused",
        "recool",
        "thaw",
        "cap_off",
        "report",
        "safe_hold",
        "recovery",
    ];
    for (phase, (code, name)) in Phase::ALL.into_iter().zip((0..).zip(names)) {
        assert_eq!((phase.code(), phase.name()), (code, name));
        assert_eq!(format!("{phase}"), name);
    }
}

fn every_request() -> [Request; 20] {
    let confirm = true;
    let amendment =
        Amendment { mark: Mark::Ended, drug: 1, earlier: Duration::from_secs(1), reason: 1 };
    [
        Request::StartFit,
        Request::Measure(HEAD),
        Request::ConfirmFit { confirm },
        Request::select(PATIENT),
        Request::ChoosePlan(PACLITAXEL),
        Request::Start,
        Request::Worn(true),
        Request::Pause(1),
        Request::Resume { reason: 1, confirm },
        Request::Extend(1),
        Request::EaseOff,
        Request::Stop,
        Request::EndSession { reason: 1, confirm },
        Request::ConfirmRemoved,
        Request::Close,
        Request::ClinicianReset { confirm },
        Request::ServiceReset { confirm },
        Request::Cancel,
        Request::Acknowledge,
        Request::Amend(amendment),
    ]
}

#[test]
fn requests_have_codes_and_roles() {
    let [observer, nurse, clinician, service, panel] = [1, 2, 4, 8, 16];
    let operators = nurse | clinician | panel;
    for (request, code) in every_request().into_iter().zip(1u8..) {
        assert_eq!(request.code(), code);
        let may = match code {
            3 => clinician,
            12 => observer | operators | service,
            16 => clinician | service,
            17 => service,
            _ => operators,
        };
        for (role, bit) in Role::ALL.into_iter().zip(0..) {
            assert_eq!(role.may(&request), may >> bit & 1 == 1, "{role:?} {request:?}");
        }
    }
}

#[test]
fn refusals_have_codes_and_name_their_field() {
    let range = Refusal::OutOfRange { field: Field::Pre, minimum: -2, maximum: 60 };
    let table = [
        (Refusal::WrongPhase, "not in this phase"),
        (Refusal::CapAbsent, "the cap is not coupled"),
        (Refusal::NotWorn, "the cap is not marked as worn"),
        (Refusal::FaultActive, "a fault is active"),
        (Refusal::BudgetSpent, "the break time of this session is spent"),
        (Refusal::LimitReached, "the limit of this session is reached"),
        (Refusal::TooEarly, "the machine is not ready for this yet"),
        (Refusal::NotConfirmed, "the first of the two steps is missing or too old"),
        (range, "pre must be -2 to 60"),
        (Refusal::MarkOutOfOrder, "the marks would not be in order"),
        (Refusal::NotPermitted(Role::Observer), "this role may not do this"),
        (Refusal::Contraindicated(1), "a contraindication stands against it"),
        (Refusal::Unanswered(Field::Hair), "hair is unanswered"),
        (Refusal::ServiceDue, "only service can clear this"),
        (Refusal::CalibrationDue, "a sensor is due for calibration"),
        (Refusal::UnknownRegimen, "the source gives no times for this regimen"),
        (Refusal::OnOtherChannel, "the patient is on another channel"),
        (Refusal::NothingToAcknowledge, "there is nothing to acknowledge"),
        (Refusal::NothingToPause, "no alarm sounds"),
        (Refusal::NotTested, "the self-test has not passed yet"),
    ];
    for ((refusal, says), code) in table.into_iter().zip(1u8..) {
        assert_eq!((refusal.code(), refusal.to_string().as_str()), (code, says));
        let field = match code {
            9 => Some(Field::Pre),
            13 => Some(Field::Hair),
            _ => None,
        };
        assert_eq!(refusal.field(), field);
    }
}

#[test]
fn what_is_wrong_with_a_plan_or_a_record_is_said() {
    let (field, value, minimum, maximum) = (Field::Post, 7, -1, 240);
    let plan = PlanError { field, value, minimum, maximum };
    assert_eq!(plan.to_string(), "post is 7, allowed is -1 to 240");
    let chain = ChainError { index: 9 };
    assert_eq!(chain.to_string(), "the record was altered at or before entry 9");
    let story = [
        (FoldFault::Event, "an event cannot be read at entry 4"),
        (FoldFault::Note, "a note does not follow from the events at entry 4"),
        (FoldFault::Missing, "a note that must follow is missing at entry 4"),
        (FoldFault::NoEvents, "the record holds no events at entry 4"),
    ];
    for (fault, says) in story {
        assert_eq!(FoldError { index: 4, fault }.to_string(), says);
    }
}

/// The codes of events, 32 and on, beside those of notes.
#[test]
fn kinds_of_entries_have_names() {
    let names = [
        (1, "phase_changed"),
        (28, "kept"),
        (32, "passed"),
        (33, "asked"),
        (34, "observed"),
        (35, "denied"),
        (36, "came_back"),
        (37, "wall_set"),
        (38, "by_hand"),
        (39, "unknown"),
        (0, "unknown"),
        (Kind::VENDOR.0, "vendor"),
        (255, "vendor"),
    ];
    for (code, name) in names {
        assert_eq!(Kind(code).name(), name, "{code}");
    }
}

#[test]
fn actuators_and_ends_of_driving_by_hand_have_codes_and_names() {
    let actuators =
        [(Actuator::Pump, "pump"), (Actuator::Valve, "valve"), (Actuator::Chiller, "chiller")];
    for ((actuator, name), code) in actuators.into_iter().zip(1u8..) {
        assert_eq!((actuator.code(), actuator.name()), (code, name));
        assert_eq!(Actuator::from_code(code), Some(actuator));
    }
    assert_eq!([0, 4].map(Actuator::from_code), [None, None]);
    let ends = [
        (HandEnd::Asked, "asked"),
        (HandEnd::Expired, "expired"),
        (HandEnd::Stopped, "stopped"),
        (HandEnd::Begun, "begun"),
        (HandEnd::Denied, "denied"),
        (HandEnd::HostLost, "host_lost"),
    ];
    for ((end, name), code) in ends.into_iter().zip(1u8..) {
        assert_eq!((end.code(), end.name()), (code, name));
        assert_eq!(HandEnd::from_code(code), Some(end));
    }
    assert_eq!([0, 8].map(HandEnd::from_code), [None, None]);
}

#[test]
fn small_choices_have_codes() {
    assert_eq!([Mark::Started, Mark::Ended].map(Mark::code), [1, 2]);
    assert_eq!(
        [0, 1, 2, 3].map(Mark::from_code),
        [None, Some(Mark::Started), Some(Mark::Ended), None]
    );
    assert_eq!([PostClock::Cooled, PostClock::Elapsed].map(PostClock::code), [0, 1]);
    let clocks = [Some(PostClock::Cooled), Some(PostClock::Elapsed), None];
    assert_eq!([0, 1, 2].map(PostClock::from_code), clocks);
    let classes = [TripClass::None, TripClass::Operator, TripClass::Clinician, TripClass::Service];
    assert_eq!(classes.map(TripClass::code), [0, 1, 2, 3]);
    assert_eq!([0, 1, 2, 3].map(TripClass::from_code), classes.map(Some));
    assert_eq!(TripClass::from_code(4), None);
    assert_eq!(ClockQuality::ALL.map(ClockQuality::code), [0, 1, 2, 3]);
    assert_eq!([0, 1, 2, 3].map(ClockQuality::from_code), ClockQuality::ALL.map(Some));
    assert_eq!(ClockQuality::from_code(4), None);
    assert_eq!(Role::ALL.map(Role::code), [0, 1, 2, 3, 4]);
    assert_eq!((Flag::DrugEarly.code(), Flag::MarkAmended.code()), (1, 29));
    let modes = [ControlMode::Coolant, ControlMode::Cap];
    assert_eq!(modes.map(ControlMode::code), [0, 1]);
    assert_eq!([0, 1, 2].map(ControlMode::from_code), [Some(modes[0]), Some(modes[1]), None]);
}

#[test]
fn what_an_operator_may_give_as_a_reason_ends_where_the_machines_own_begin() {
    assert!(Reason(0).is_operators() && Reason(127).is_operators());
    assert!(!Reason(128).is_operators() && !Reason::ABANDONED.is_operators());
}

#[test]
fn a_target_is_of_one_thing() {
    let coolant = Target::Coolant(Coolant::from_milli(-4_000));
    let cap = Target::Cap(Interface::from_milli(4_000));
    assert_eq!((coolant.mode(), cap.mode()), (ControlMode::Coolant, ControlMode::Cap));
    assert_eq!((coolant.to_milli(), cap.to_milli()), (-4_000, 4_000));
    assert_eq!((coolant.coolant(), coolant.interface()), (Some(Coolant::from_milli(-4_000)), None));
    assert_eq!((cap.coolant(), cap.interface()), (None, Some(Interface::from_milli(4_000))));
}

#[test]
fn a_power_cut_ends_a_fit_visit_and_leaves_a_setup_and_a_report_alone() {
    let mut script = Script::new();
    script.done(Request::select(PATIENT));
    let setup = script.clone();
    script.done(Request::StartFit);
    let measuring = script.clone();
    script.done(Request::Measure(HEAD));
    let calibrating = script.clone();
    script.seen.isothermal = Progress::Passed;
    script.seen.contact = Progress::Running;
    script.done(Request::Worn(true));
    script.seconds(1);
    let verifying = script.clone();
    script.seen.contact = Progress::Passed;
    script.seconds(1);
    let visits = [
        (measuring, Phase::FitMeasure),
        (calibrating, Phase::FitCalibrate),
        (verifying, Phase::FitVerify),
        (script, Phase::FitSaved),
    ];
    for (mut script, phase) in visits {
        script.expect(phase);
        script.restarted(Some(Duration::from_secs(1)));
        script.expect(Phase::Boot);
        assert!(script.state.patient().is_none());
    }
    let mut setup = setup;
    setup.restarted(Some(Duration::from_secs(1)));
    setup.expect(Phase::Setup);
    assert_eq!(setup.state.patient().map(|patient| patient.hair), Some(HAIR));
}
