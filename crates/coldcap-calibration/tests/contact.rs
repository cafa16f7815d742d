//! The isothermal check and the contact test, tick by tick.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::contact::{
    ContactFault, ContactLimits, ContactResult, ContactSample, ContactTest, Verdict,
};
use coldcap_calibration::isothermal::{
    IsothermalFault, IsothermalOffsets, IsothermalTest, LoopSensor, LoopTemperatures, Rest,
    isothermal,
};
use coldcap_calibration::progress::Progress;
use coldcap_units::{Coolant, Duration, Fault, Interface, Kelvin, MillilitersPerMinute};
use proptest::prelude::*;

const TICK: Duration = Duration::from_millis(100);

fn temperatures([supply, returned, front, rear]: [i32; 4]) -> LoopTemperatures {
    LoopTemperatures {
        supply: Ok(Coolant::from_milli(supply)),
        returned: Ok(Coolant::from_milli(returned)),
        front: Ok(Interface::from_milli(front)),
        rear: Ok(Interface::from_milli(rear)),
    }
}

fn sample(milli: [i32; 4], flow: u16) -> ContactSample {
    ContactSample { temperatures: temperatures(milli), flow: Ok(MillilitersPerMinute(flow)) }
}

#[test]
fn offsets_are_against_the_mean() {
    let offsets = isothermal(&temperatures([21_900, 22_100, 22_050, 21_950])).unwrap();
    assert_eq!(offsets.to_milli(), [-100, 100, 50, -50]);
    let at_zero = isothermal(&temperatures([-100, 200, 0, -300])).unwrap();
    assert_eq!(at_zero.to_milli(), [-50, 250, 50, -250]);
}

#[test]
fn half_a_kelvin_apart_is_the_most() {
    assert!(isothermal(&temperatures([22_000, 22_500, 22_100, 22_100])).is_ok());
    let apart = isothermal(&temperatures([22_000, 22_501, 22_100, 22_100]));
    let fault = IsothermalFault::Spread { sensor: LoopSensor::Returned, milli_kelvin: 501 };
    assert_eq!(apart, Err(fault));
    let cold_rear = isothermal(&temperatures([22_000, 22_000, 22_000, 4_000]));
    let fault = IsothermalFault::Spread { sensor: LoopSensor::Rear, milli_kelvin: 18_000 };
    assert_eq!(cold_rear, Err(fault));
}

#[test]
fn a_missing_sensor_is_named() {
    let good = temperatures([22_000; 4]);
    let sensor_fault = |shown: LoopTemperatures| isothermal(&shown).unwrap_err();
    let expected = |sensor, fault| IsothermalFault::Sensor { sensor, fault };
    let cases = [
        (LoopTemperatures { supply: Err(Fault::Open), ..good }, LoopSensor::Supply, Fault::Open),
        (
            LoopTemperatures { returned: Err(Fault::Short), ..good },
            LoopSensor::Returned,
            Fault::Short,
        ),
        (LoopTemperatures { front: Err(Fault::Stale), ..good }, LoopSensor::Front, Fault::Stale),
        (LoopTemperatures { rear: Err(Fault::Bus), ..good }, LoopSensor::Rear, Fault::Bus),
    ];
    for (shown, sensor, fault) in cases {
        assert_eq!(sensor_fault(shown), expected(sensor, fault));
    }
}

#[test]
fn correction_keeps_faults() {
    let offsets = IsothermalOffsets::from_milli([100, -100, 0, 0]).unwrap();
    let shown =
        LoopTemperatures { returned: Err(Fault::Open), ..temperatures([5_100, 0, 7_000, 7_000]) };
    let corrected = offsets.correct(&shown);
    assert_eq!(corrected.supply.unwrap().to_milli(), 5_000);
    assert_eq!(corrected.returned, Err(Fault::Open));
}

#[test]
fn stored_offsets_are_checked_like_measured_ones() {
    assert!(IsothermalOffsets::from_milli([250, -250, 0, 0]).is_ok());
    assert!(IsothermalOffsets::from_milli([251, -250, 0, 0]).is_err());
    assert!(IsothermalOffsets::from_milli([501, 501, 501, 501]).is_err());
    assert!(IsothermalOffsets::from_milli([i16::MIN, i16::MAX, 0, 0]).is_err());
}

#[test]
fn a_window_averages_noise_away() {
    let mut test = IsothermalTest::new(Duration::from_secs(30), Rest::REFERENCE);
    for tick in 1..300 {
        let noise = if tick % 2 == 0 { 240 } else { -240 };
        let progress =
            test.step(&temperatures([22_000 + noise, 22_040, 22_000, 22_000 - noise]), TICK);
        let remaining = Duration::from_millis(30_000 - tick * 100);
        assert_eq!(progress, Progress::Running { remaining });
    }
    let offsets = test.step(&temperatures([22_240, 22_040, 22_000, 21_760]), TICK).outcome();
    assert_eq!(offsets.unwrap().unwrap().to_milli(), [-10, 30, -10, -10]);
    // Done stays done, whatever comes after.
    assert_eq!(test.step(&temperatures([0, 90_000, 0, 0]), TICK).outcome(), offsets);
}

fn with_gaps(every: u32) -> Result<IsothermalOffsets, IsothermalFault> {
    let mut test = IsothermalTest::new(Duration::from_secs(30), Rest::REFERENCE);
    let gap = LoopTemperatures { front: Err(Fault::Stale), ..temperatures([22_000; 4]) };
    let mut last = None;
    for tick in 1..=300 {
        let shown = if tick % every == 0 { gap } else { temperatures([22_000; 4]) };
        last = test.step(&shown, TICK).outcome();
    }
    last.unwrap()
}

#[test]
fn one_tick_in_ten_may_be_missing() {
    assert_eq!(with_gaps(10), Ok(IsothermalOffsets::NONE));
    let fault = IsothermalFault::Sensor { sensor: LoopSensor::Front, fault: Fault::Stale };
    assert_eq!(with_gaps(9), Err(fault));
    assert_eq!(with_gaps(1), Err(fault));
}

/// The outcome of a window of 30 s in which every sensor moves so fast, in µK/s.
fn moving(uk_per_s: [i32; 4]) -> Result<IsothermalOffsets, IsothermalFault> {
    let mut test = IsothermalTest::new(Duration::from_secs(30), Rest::REFERENCE);
    let mut last = None;
    for tick in 0..300 {
        let at = uk_per_s.map(|rate| 22_000 + rate * tick / 10_000);
        last = test.step(&temperatures(at), TICK).outcome();
    }
    last.unwrap()
}

#[test]
fn a_loop_that_moves_is_not_matched() {
    assert!(moving([4_900, 4_900, -4_900, 2_000]).is_ok());
    let fault = |sensor, rate: i32| match moving([0; 4].map(|_| rate)) {
        Err(IsothermalFault::Drift { sensor: found, uk_per_s }) => {
            found == sensor && (uk_per_s - rate).abs() <= 70
        }
        _ => false,
    };
    assert!(fault(LoopSensor::Rear, 5_200) && fault(LoopSensor::Rear, -5_200));
    // A cold loop parts its sensors: that is no fault of theirs.
    let outcome = moving([100_000, 0, 0, 0]);
    let text = outcome.unwrap_err().to_string();
    assert_eq!(text, "the loop does not rest: supply moves by 100000 µK/s");
}

#[test]
fn an_empty_window_is_a_fault_not_a_guess() {
    let mut test = IsothermalTest::new(Duration::ZERO, Rest::REFERENCE);
    let outcome = test.step(&temperatures([22_000; 4]), TICK).outcome().unwrap();
    let fault = Fault::Unavailable;
    assert_eq!(outcome, Err(IsothermalFault::Sensor { sensor: LoopSensor::Supply, fault }));
}

fn run(sample: ContactSample, limits: ContactLimits) -> Result<ContactResult, ContactFault> {
    let mut test = ContactTest::new(limits, IsothermalOffsets::NONE);
    for _ in 1..1_200 {
        assert!(test.step(&sample, TICK).outcome().is_none());
    }
    test.step(&sample, TICK).outcome().unwrap()
}

fn after_ramp(milli: [i32; 4], flow: u16) -> ContactResult {
    run(sample(milli, flow), ContactLimits::AFTER_RAMP).unwrap()
}

#[test]
fn a_good_fit_by_hand() {
    // 1 L/min warmed by 0.5 K is 3923 · 0.5 / 60 = 32.692 W; less 5.4 W over 34.4 − 8.25 = 26.15 K.
    let result = after_ramp([8_000, 8_500, 12_250, 11_250], 1_000);
    assert_eq!((result.heat_mw, result.uptake_mw_per_kelvin), (32_692, 1_043));
    assert_eq!(result.front_drop, Kelvin::from_milli(4_000));
    assert_eq!(result.rear_drop, Kelvin::from_milli(3_000));
    assert_eq!(result.verdict, Verdict::Good);
}

#[test]
fn verdicts_at_their_edges() {
    let verdict = |rise, flow| after_ramp([8_000, 8_000 + rise, 12_000, 12_000], flow).verdict;
    // The gradient is 26.4 K less half the rise; 885 mW/K and 650 mW/K are the edges.
    assert_eq!(verdict(440, 1_000), Verdict::Good); // (28 769 − 5 400) / 26.18 = 892
    assert_eq!(verdict(430, 1_000), Verdict::Doubtful); // (28 115 − 5 400) / 26.185 = 867
    assert_eq!(verdict(350, 1_000), Verdict::Doubtful); // 667
    assert_eq!(verdict(340, 1_000), Verdict::Refuse); // 642
    assert_eq!(verdict(0, 1_000), Verdict::Refuse);
    assert_eq!(verdict(500, 0), Verdict::Refuse);
    assert_eq!(verdict(-500, 1_000), Verdict::Refuse);
}

#[test]
fn an_uptake_at_the_limit_is_still_on_the_good_side_of_it() {
    let verdict = |good_from_mw_per_kelvin, refuse_below_mw_per_kelvin| {
        let figures = ContactLimits::AFTER_RAMP;
        let limits =
            ContactLimits { good_from_mw_per_kelvin, refuse_below_mw_per_kelvin, ..figures };
        run(sample([8_000, 8_500, 12_250, 11_250], 1_000), limits).unwrap().verdict
    };
    assert_eq!(verdict(1_043, 0), Verdict::Good);
    assert_eq!(verdict(1_044, 0), Verdict::Doubtful);
    assert_eq!(verdict(2_000, 1_043), Verdict::Doubtful);
    assert_eq!(verdict(2_000, 1_044), Verdict::Refuse);
}

#[test]
fn asymmetry_is_doubtful() {
    let verdict =
        |front, rear| after_ramp([8_000, 8_500, 8_250 + front, 8_250 + rear], 1_000).verdict;
    assert_eq!(verdict(5_000, 3_000), Verdict::Good);
    assert_eq!(verdict(5_000, 2_999), Verdict::Doubtful);
    assert_eq!(verdict(2_999, 5_000), Verdict::Doubtful);
    assert_eq!(verdict(-100, 5_000), Verdict::Doubtful);
    assert_eq!(verdict(0, 0), Verdict::Doubtful);
    assert_eq!(verdict(-500, -900), Verdict::Doubtful);
}

#[test]
fn the_sign_trap_is_not_fallen_into() {
    // The same coolant; a loose cap reads colder on its inner face and takes up less heat.
    let close = after_ramp([8_000, 8_500, 12_000, 12_000], 1_000);
    let loose = after_ramp([8_000, 8_250, 10_000, 10_000], 1_000);
    assert!(loose.front_drop < close.front_drop);
    assert_eq!((close.verdict, loose.verdict), (Verdict::Good, Verdict::Refuse));
}

#[test]
fn coolant_as_warm_as_a_head_tells_nothing() {
    let warm = sample([29_400, 29_400, 30_000, 30_000], 1_000);
    assert!(run(warm, ContactLimits::AFTER_RAMP).is_ok());
    let warmer = sample([29_401, 29_401, 30_000, 30_000], 1_000);
    assert_eq!(run(warmer, ContactLimits::AFTER_RAMP), Err(ContactFault::NoGradient));
}

#[test]
fn the_first_half_minute_does_not_count() {
    let mut test = ContactTest::new(ContactLimits::AFTER_RAMP, IsothermalOffsets::NONE);
    let (wild, calm) =
        (sample([90_000, 0, 0, 0], 9_000), sample([8_000, 8_500, 12_000, 12_000], 1_000));
    let mut last = None;
    for tick in 1..=1_200 {
        last = test.step(if tick <= 300 { &wild } else { &calm }, TICK).outcome();
    }
    assert_eq!(last.unwrap().unwrap().heat_mw, 32_692);
    assert_eq!(test.step(&wild, TICK).outcome(), last);
}

#[test]
fn offsets_are_removed_first() {
    let offsets = IsothermalOffsets::from_milli([-200, 200, 50, -50]).unwrap();
    let mut test = ContactTest::new(ContactLimits::AFTER_RAMP, offsets);
    let shown = sample([7_800, 8_700, 12_050, 11_950], 1_000);
    let mut last = None;
    for _ in 0..1_200 {
        last = test.step(&shown, TICK).outcome();
    }
    let result = last.unwrap().unwrap();
    assert!(result.heat_mw.abs_diff(32_692) <= 2);
    assert_eq!(result.front_drop, result.rear_drop);
}

#[test]
fn too_many_gaps_are_a_fault() {
    let good = sample([8_000, 8_500, 12_000, 12_000], 1_000);
    let gap = ContactSample { flow: Err(Fault::Unavailable), ..good };
    let with_gaps = |every: u32| {
        let mut test = ContactTest::new(ContactLimits::AFTER_RAMP, IsothermalOffsets::NONE);
        let outcomes =
            (1..=1_200).map(|k| test.step(if k % every == 0 { &gap } else { &good }, TICK));
        outcomes.last().and_then(Progress::outcome).unwrap()
    };
    assert_eq!(with_gaps(10).unwrap().verdict, Verdict::Good);
    assert_eq!(with_gaps(9), Err(ContactFault::Sensor(Fault::Unavailable)));
    assert_eq!(with_gaps(1), Err(ContactFault::Sensor(Fault::Unavailable)));
}

#[test]
fn a_test_without_ticks_has_no_result() {
    let good = sample([8_000, 8_500, 12_000, 12_000], 1_000);
    let limits = ContactLimits { length: Duration::ZERO, ..ContactLimits::AFTER_RAMP };
    let mut test = ContactTest::new(limits, IsothermalOffsets::NONE);
    let outcome = test.step(&good, TICK).outcome().unwrap();
    assert_eq!(outcome, Err(ContactFault::Sensor(Fault::Unavailable)));
}

/// `erfc` by the trapezoidal rule.
fn erfc(x: f64) -> f64 {
    let (steps, end) = (4_000, 8.0);
    let width = (end - x) / f64::from(steps);
    let inner: f64 = (1..steps).map(|k| (-(x + f64::from(k) * width).powi(2)).exp()).sum();
    2.0 / core::f64::consts::PI.sqrt() * width * (inner + 0.5 * (-x * x).exp())
}

/// Mean heat per kelvin in mW/K of 0.07 m² on a half-space of 1.2 kW·√s/(m²K), 30 to 120 s.
fn half_space(resistance: f64) -> f64 {
    let conductance = 1.0 / resistance;
    let flux = |seconds: f64| {
        let x = conductance / 1_200.0 * seconds.sqrt();
        conductance * (x * x).exp() * erfc(x)
    };
    let times = (0..=90).map(|second| 30.0 + f64::from(second));
    70.0 * times.map(flux).sum::<f64>() / 91.0
}

#[test]
fn limits_follow_from_their_sources() {
    let near = |limit: i32, exact: f64| (f64::from(limit) / exact - 1.0).abs() < 0.01;
    let ramp = ContactLimits::AFTER_RAMP;
    assert!(near(ramp.good_from_mw_per_kelvin, 34_000.0 / 38.4));
    assert!(near(ramp.refuse_below_mw_per_kelvin, 25_000.0 / 38.4));
    assert!(near(ramp.background_mw, 10_000.0 * 14.0 / 26.0));
    let step = ContactLimits::AFTER_STEP;
    assert!(near(step.good_from_mw_per_kelvin, half_space(0.05)), "{}", half_space(0.05));
    assert!(near(step.refuse_below_mw_per_kelvin, half_space(0.08)), "{}", half_space(0.08));
}

#[test]
fn verdict_codes_are_reversible() {
    for verdict in Verdict::ALL {
        assert_eq!(Verdict::from_code(verdict.code()), Some(verdict));
    }
    assert_eq!(Verdict::from_code(0), None);
    assert_eq!(Verdict::from_code(7), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn corrected_values_agree(supply in -5_000i32..30_000, apart in prop::array::uniform4(0i32..=500)) {
        let shown = temperatures(apart.map(|apart| supply + apart));
        if let Ok(offsets) = isothermal(&shown) {
            let again = isothermal(&offsets.correct(&shown)).unwrap();
            prop_assert!(again.to_milli().iter().all(|milli| milli.abs() <= 1));
        }
    }

    #[test]
    fn anything_may_be_fed(milli in prop::array::uniform4(-30_000_000i32..30_000_000), flow: u16) {
        let mut test = ContactTest::new(ContactLimits::AFTER_RAMP, IsothermalOffsets::NONE);
        let steps = (0..40).map(|_| test.step(&sample(milli, flow), Duration::from_secs(4)));
        prop_assert!(steps.last().and_then(Progress::outcome).is_some());
    }
}
