//! The numbers in the header are those of the core.
#![allow(missing_docs)]

use coldcap::security::{PAIRING_TEXT_LEN, Role, SLOTS, STORED_LEN, SecurityEvent, Transport};
use coldcap::{ChannelFlags, Event, Origin};
use coldcap_c::*;
use coldcap_units::Fault;

#[test]
fn every_fault_has_its_frozen_code() {
    let codes = [
        (COLDCAP_NO_SENSOR, Fault::Absent),
        (COLDCAP_NO_VALUE_YET, Fault::Unavailable),
        (COLDCAP_SENSOR_OPEN, Fault::Open),
        (COLDCAP_SENSOR_SHORT, Fault::Short),
        (COLDCAP_BELOW_RANGE, Fault::BelowRange),
        (COLDCAP_ABOVE_RANGE, Fault::AboveRange),
        (COLDCAP_STALE, Fault::Stale),
        (COLDCAP_STUCK, Fault::Stuck),
        (COLDCAP_DISAGREES, Fault::Disagrees),
        (COLDCAP_BUS_FAILED, Fault::Bus),
        (COLDCAP_UNCALIBRATED, Fault::Uncalibrated),
        (COLDCAP_EXPIRED, Fault::Expired),
        (COLDCAP_NOT_FINITE, Fault::NotFinite),
        (COLDCAP_DRIFTED, Fault::Drift),
    ];
    assert_eq!(codes.map(|(_, fault)| fault), Fault::ALL);
    assert!(codes.iter().all(|(code, fault)| *code == fault.code()));
}

#[test]
fn every_fact_of_a_channel_has_its_bit() {
    let bits = [
        (COLDCAP_IS_COUPLED, ChannelFlags::COUPLED),
        (COLDCAP_IS_WORN, ChannelFlags::WORN),
        (COLDCAP_IS_FLOWING, ChannelFlags::FLOWING),
        (COLDCAP_IS_TANK_READY, ChannelFlags::TANK_READY),
        (COLDCAP_IS_AT_TARGET, ChannelFlags::AT_TARGET),
        (COLDCAP_IS_PERMITTED, ChannelFlags::PERMITTED),
        (COLDCAP_IS_DRUG_RUNNING, ChannelFlags::DRUG_RUNNING),
        (COLDCAP_IS_OVER_BUDGET, ChannelFlags::OVER_BUDGET),
        (COLDCAP_IS_LOOP_WARNED, ChannelFlags::LOOP_WARNED),
    ];
    assert!(bits.iter().all(|(ours, theirs)| ours == theirs));
}

#[test]
fn who_may_speak_and_over_what() {
    let roles = [
        (COLDCAP_ROLE_OBSERVER, Role::Observer),
        (COLDCAP_ROLE_NURSE, Role::Nurse),
        (COLDCAP_ROLE_CLINICIAN, Role::Clinician),
        (COLDCAP_ROLE_SERVICE, Role::Service),
    ];
    assert!(roles.iter().all(|(code, role)| *code == role.code()));
    let lines = [
        (COLDCAP_LINE_SERIAL, Transport::Serial),
        (COLDCAP_LINE_TCP, Transport::Tcp),
        (COLDCAP_LINE_BLUETOOTH, Transport::Bluetooth),
        (COLDCAP_LINE_DATAGRAM, Transport::Datagram),
    ];
    assert!(lines.iter().all(|(code, transport)| *code == transport.code()));
    assert_eq!(COLDCAP_INPUTS_REAL, Origin::Device as u8);
    assert_eq!(COLDCAP_INPUTS_SIMULATED, Origin::Simulated as u8);
}

#[test]
fn what_the_link_says_of_its_security() {
    let events = [
        (COLDCAP_SECURITY_SECURED, SecurityEvent::Secured),
        (COLDCAP_SECURITY_PAIRED, SecurityEvent::Paired),
        (COLDCAP_SECURITY_ENDED, SecurityEvent::Ended),
        (COLDCAP_SECURITY_REKEY_DUE, SecurityEvent::RekeyDue),
        (COLDCAP_SECURITY_FAILED, SecurityEvent::Failed),
        (COLDCAP_SECURITY_LOCKED, SecurityEvent::Locked),
        (COLDCAP_SECURITY_SMALL_MTU, SecurityEvent::SmallMtu),
    ];
    assert!(events.iter().all(|(code, event)| *code == *event as i32 + 1));
}

#[test]
fn what_is_large_enough_for_what() {
    assert_eq!(COLDCAP_CHANNELS_MAX, coldcap::CHANNELS_MAXIMUM);
    assert_eq!(COLDCAP_ANSWERS_MAX, coldcap::COMMANDS_MAXIMUM);
    assert_eq!(COLDCAP_EVENTS_MAX, coldcap::EVENTS_MAXIMUM);
    assert_eq!(COLDCAP_ENTRIES_MAX, coldcap::ENTRIES_MAXIMUM);
    assert_eq!(COLDCAP_ENTRY_LENGTH, coldcap::ENTRY_LENGTH);
    assert_eq!(COLDCAP_CALIBRATION_LENGTH, coldcap::CALIBRATION_LENGTH);
    assert_eq!((COLDCAP_KEY_LENGTH, SLOTS), (STORED_LEN, 8));
    const { assert!(PAIRING_TEXT_LEN < COLDCAP_PAIRING_TEXT_MAX) };
    assert_eq!(COLDCAP_MACHINE, Event::MACHINE);
    assert_eq!(COLDCAP_HASH_START, coldcap::hash::Fnv1a64::new().value());
}
