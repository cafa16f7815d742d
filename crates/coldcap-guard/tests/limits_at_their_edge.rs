//! Limits that can just work and those that just cannot; and the figures that ship, written down a second time.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/limits.rs"]
mod support;

use coldcap_guard::Condition;
use coldcap_guard::detect::{
    AgreementLimits, AheadLimits, Delays, DoseLimits, FlowLimits, Limits, LimitsError,
    OcclusionLimits, RawLimits, Watches,
};
use coldcap_units::{Duration, Duty, MilliAmps, Pulses, Ratio};
use support::{FLOW, RAW, limits};

#[test]
fn raw_limits_may_touch_where_nothing_is_hidden() {
    let raw = |raw| Limits::new(raw, FLOW, Delays::DEFAULT).err();
    let equal = RawLimits { freeze_near: Ratio(3_000), ..RAW };
    assert_eq!(raw(equal), None, "a warning at the trip itself");
    let open = |open_above, freeze_trip, evaporator_cold| {
        raw(RawLimits { open_above, freeze_trip, evaporator_cold, ..RAW })
    };
    let hidden = Some(LimitsError::HiddenByOpen);
    assert_eq!(open(Ratio(3_501), Ratio(3_500), Ratio(3_500)), None);
    assert_eq!(open(Ratio(3_501), Ratio(3_501), Ratio(3_500)), hidden);
    assert_eq!(open(Ratio(3_501), Ratio(3_500), Ratio(3_501)), hidden);
    let short = |short_below, freeze_near, evaporator_cold| {
        raw(RawLimits { short_below, freeze_near, evaporator_cold, ..RAW })
    };
    let hidden = Some(LimitsError::HiddenByShort);
    assert_eq!(short(Ratio(100), Ratio(101), Ratio(101)), None);
    assert_eq!(short(Ratio(100), Ratio(100), Ratio(101)), hidden);
    assert_eq!(short(Ratio(100), Ratio(101), Ratio(100)), hidden);
}

#[test]
fn the_least_flow_is_one_edge_and_the_least_current_a_milliampere() {
    let least = FlowLimits {
        minimum_flow: Pulses { edges: 1, window: Duration::from_millis(1) },
        judged_from: Duty::OFF,
        minimum_pump_current: MilliAmps(1),
    };
    assert!(Limits::new(RAW, least, Delays::DEFAULT).is_ok());
}

#[test]
fn an_uncoupled_cap_is_seen_just_before_its_lost_sensors() {
    let delays = |cap_uncoupled, sensor_fault, sensor_stale| {
        let [cap_uncoupled, sensor_fault, sensor_stale] =
            [cap_uncoupled, sensor_fault, sensor_stale].map(Duration::from_millis);
        Limits::new(
            RAW,
            FLOW,
            Delays { cap_uncoupled, sensor_fault, sensor_stale, ..Delays::DEFAULT },
        )
        .err()
    };
    let slow = Some(LimitsError::CouplingTooSlow);
    assert_eq!(delays(299, 300, 300), None);
    assert_eq!(delays(299, 299, 300), slow);
    assert_eq!(delays(299, 300, 299), slow);
    assert_eq!(delays(300, 299, 299), slow);
}

#[test]
fn watches_that_just_make_sense_and_just_do_not() {
    let all = Watches::DEFAULT;
    let limits = limits();
    let watches = |watches| limits.with_watches(watches).err();
    for (samples, fits) in [(1, false), (2, true), (50, true), (51, false)] {
        let ahead = AheadLimits { samples, ..all.ahead };
        let error = (!fits).then_some(LimitsError::AheadSamples);
        assert_eq!(watches(Watches { ahead, ..all }), error, "{samples}");
    }
    for (faces, safety) in [(0, 1), (1, 0), (0, 0)] {
        let (faces, safety) = (Ratio(faces), Ratio(safety));
        let agreement = AgreementLimits { faces, safety, ..all.agreement };
        assert_eq!(watches(Watches { agreement, ..all }), Some(LimitsError::NoAllowance));
    }
    let agreement = AgreementLimits { faces: Ratio(1), safety: Ratio(1), ..all.agreement };
    assert_eq!(watches(Watches { agreement, ..all }), None);
    let window = |window| Pulses { edges: 1, window };
    let flow = OcclusionLimits {
        free: window(Duration::from_millis(1)),
        warm: Ratio(1),
        cold: Ratio(2),
        least_permille: 1_000,
        cold_permille: 1_000,
        ..all.occlusion
    };
    assert_eq!(watches(Watches { occlusion: flow, ..all }), None);
    for occlusion in [
        OcclusionLimits { free: window(Duration::ZERO), ..flow },
        OcclusionLimits { warm: Ratio(2), ..flow },
        OcclusionLimits { warm: Ratio(3), ..flow },
        OcclusionLimits { least_permille: 1_001, ..flow },
        OcclusionLimits { cold_permille: 1_001, ..flow },
    ] {
        assert_eq!(watches(Watches { occlusion, ..all }), Some(LimitsError::Occlusion));
    }
}

#[test]
fn the_window_of_the_dose_holds_what_is_allowed_in_it() {
    let all = Watches::DEFAULT;
    let limits = limits();
    let dose = |bin, most| {
        let [bin, most] = [bin, most].map(Duration::from_millis);
        let dose = DoseLimits { bin, most, ..all.dose };
        limits.with_watches(Watches { dose, ..all }).err()
    };
    let refused = Some(LimitsError::Dose);
    let eighteen_hours = 18 * 60 * 60 * 1_000;
    assert_eq!((dose(1_000, 39_000), dose(1_000, 39_001)), (None, refused));
    assert_eq!((dose(1_000, 1), dose(999, 1)), (None, refused));
    assert_eq!((dose(eighteen_hours, 1), dose(eighteen_hours + 1, 1)), (None, refused));
}

#[test]
fn the_watches_that_ship_are_those_of_their_documentation() {
    let Watches { ahead, agreement, heat, occlusion, dose } = Watches::DEFAULT;
    assert_eq!((ahead.horizon.as_secs(), ahead.samples), (20, 10));
    // A kelvin is a hundredth of full scale.
    let milli_kelvin = |code: Ratio| (f64::from(code.0) / 2f64.powi(32) * 100_000.0).round() as u32;
    assert_eq!([agreement.faces, agreement.safety].map(milli_kelvin), [6_000, 4_000]);
    let heats = [heat.backward, heat.uptake, heat.forward].map(milli_kelvin);
    assert_eq!(heats, [2_500, 9_000, 18_000]);
    assert_eq!([agreement.lasts, heat.lasts, occlusion.lasts].map(Duration::as_secs), [60, 90, 30]);
    assert_eq!((occlusion.free.edges, occlusion.free.window.as_secs()), (0, 60));
    assert_eq!((occlusion.cold_permille, occlusion.least_permille), (1_000, 600));
    assert_eq!((occlusion.warm, occlusion.cold), (Ratio(0), Ratio(u32::MAX)));
    assert_eq!([dose.most, dose.bin, dose.again].map(Duration::as_mins), [480, 15, 60]);
}

#[test]
fn limits_tell_what_they_were_made_of() {
    let delays = Delays { leak: Duration::from_secs(8), ..Delays::default() };
    let made = Limits::new(RAW, FLOW, delays).unwrap();
    assert_eq!((*made.raw(), *made.flow(), *made.delays()), (RAW, FLOW, delays));
    assert_eq!(*made.watches(), Watches::default(), "the proposed ones, until others are given");
    let looked_at = DoseLimits { again: Duration::from_mins(1), ..Watches::DEFAULT.dose };
    let watches = Watches { dose: looked_at, ..Watches::DEFAULT };
    let changed = made.with_watches(watches).unwrap();
    assert_eq!((*changed.watches(), *changed.delays()), (watches, delays));
}

#[test]
fn every_delay_is_disclosed_for_its_own_condition() {
    let second = Duration::from_secs;
    let delays = Delays {
        sensor_fault: second(1),
        freeze_near: second(2),
        flow_lost: second(3),
        pump_stopped: second(4),
        cap_uncoupled: second(5),
        chiller_stops: second(6),
        chiller_stuck: second(70),
        leak: second(8),
        mains_lost: second(9),
        level_low: second(10),
        evaporator_cold: second(11),
        permit_mismatch: second(12),
        link_lost: second(13),
        ..Delays::DEFAULT
    };
    let disclosed = |condition| match condition {
        Condition::FreezeNear => Some(2),
        Condition::SafetySensor
        | Condition::FrontSensor
        | Condition::RearSensor
        | Condition::SupplySensor
        | Condition::ReturnSensor
        | Condition::TankSensor => Some(1),
        Condition::FlowLost => Some(3),
        Condition::PumpStopped => Some(4),
        Condition::ChillerStuck => Some(76),
        Condition::Leak => Some(8),
        Condition::CapUncoupled => Some(5),
        Condition::MainsLost => Some(9),
        Condition::LinkLost => Some(13),
        Condition::LevelLow => Some(10),
        Condition::EvaporatorCold => Some(11),
        Condition::PermitMismatch => Some(12),
        _ => None,
    };
    let watched = |condition| match condition {
        Condition::SafetyDisagrees | Condition::FaceDisagrees => Some(60),
        Condition::HeatImplausible => Some(90),
        Condition::FlowLow => Some(30),
        _ => None,
    };
    for condition in Condition::ALL {
        let said = delays.onset(condition).map(Duration::as_secs);
        assert_eq!(said, disclosed(condition), "{condition:?}");
        let said = Watches::DEFAULT.onset(condition).map(Duration::as_secs);
        assert_eq!(said, watched(condition), "{condition:?}");
    }
}
