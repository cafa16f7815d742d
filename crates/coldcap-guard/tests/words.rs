//! What every error and name says, word for word.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_guard::Condition;
use coldcap_guard::alarm::tone::ToneError;
use coldcap_guard::alarm::{Priority, Refusal, TableError};
use coldcap_guard::detect::LimitsError;
use coldcap_guard::interlock::{ResetRefusal, TripClass};

#[test]
fn limits_say_why_they_are_refused() {
    let table = [
        (LimitsError::NearColderThanTrip, "the freeze warning limit is colder than the trip limit"),
        (LimitsError::HiddenByOpen, "a cold limit is not below the open-wire limit"),
        (LimitsError::HiddenByShort, "a cold limit is not above the short-circuit limit"),
        (LimitsError::NoFlowLimit, "the least flow or the least pump current is zero"),
        (LimitsError::FreezeSamples, "the number of freezing samples is not 1 to 5"),
        (LimitsError::CouplingTooSlow, "an uncoupled cap is seen later than its lost sensors"),
        (LimitsError::AheadSamples, "the samples of a mean of the fall are not 2 to 50"),
        (LimitsError::NoAllowance, "redundant sensors may not differ at all"),
        (LimitsError::Occlusion, "the points of the expected flow are out of order or range"),
        (LimitsError::Dose, "the window of the cold dose does not fit its limit"),
    ];
    for (error, says) in table {
        assert_eq!(error.to_string(), says);
    }
}

#[test]
fn a_reset_says_who_must_and_why_not() {
    let table = [
        (ResetRefusal::NothingLatched, "nothing is latched"),
        (ResetRefusal::NeedsClass(TripClass::Operator), "the operator must reset this"),
        (ResetRefusal::NeedsClass(TripClass::Clinician), "a clinician must reset this"),
        (ResetRefusal::NeedsClass(TripClass::Service), "service must reset this"),
        (ResetRefusal::CauseRemains, "the cause is not gone"),
    ];
    for (refusal, says) in table {
        assert_eq!(refusal.to_string(), says);
    }
}

#[test]
fn alarms_say_why_they_refuse() {
    assert_eq!(Refusal::NothingToAcknowledge.to_string(), "there is nothing to acknowledge");
    assert_eq!(Refusal::NothingToPause.to_string(), "no alarm sounds");
    let tones = [
        (ToneError::Pulse, "the pulse is shorter or longer than allowed"),
        (ToneError::Spacing, "the silence between pulses is shorter or longer than allowed"),
        (ToneError::Gap, "the gap in the burst is shorter or longer than allowed"),
        (ToneError::Pause, "the pause between bursts is shorter or longer than allowed"),
        (ToneError::Pulses, "allowed are one or two pulses"),
        (ToneError::RiseAndFall, "a pulse would rise before the last one has fallen"),
    ];
    for (error, says) in tones {
        assert_eq!(error.to_string(), says);
    }
}

#[test]
fn a_table_says_which_row_is_wrong_and_how() {
    let row = Condition::FlowLow;
    let table = [
        (TableError::NotVendor(row), "flow_low: its code is not a vendor's: 192 to 207"),
        (TableError::Duplicate(row), "flow_low: there are two rows"),
        (TableError::Priority(row), "flow_low: its priority does not follow from harm and onset"),
        (TableError::Escalation(row), "flow_low: its escalation does not go up, or takes no time"),
        (TableError::ClearDelay(row), "flow_low: its clear delay is longer than 60 s"),
        (TableError::NeverEnds(row), "flow_low: it latches and cannot be acknowledged"),
        (TableError::Text(row), "flow_low: its text id is not a vendor's: 192 to 255"),
        (TableError::UnknownCause(row), "flow_low: what inhibits it has no row"),
        (TableError::LesserCause(row), "flow_low: what inhibits it is less urgent"),
        (TableError::Cycle(row), "flow_low: it inhibits itself"),
        (TableError::TooManyTimers, "too many escalations and clear delays"),
    ];
    for (error, says) in table {
        assert_eq!(error.to_string(), says);
    }
}

#[test]
fn what_has_a_name_is_written_as_its_name() {
    for condition in Condition::ALL.into_iter().chain(Condition::VENDOR) {
        assert!(!condition.name().is_empty());
        assert_eq!(condition.to_string(), condition.name());
    }
    let priorities = [Priority::None, Priority::Low, Priority::Medium, Priority::High];
    let names = ["none", "low", "medium", "high"];
    assert_eq!(priorities.map(|priority| priority.to_string()), names);
}
