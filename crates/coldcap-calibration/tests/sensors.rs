//! Sensors and what is wired to them: against tables in high precision, and against figures worked by
//! hand.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::physics::CurveError;
use coldcap_calibration::physics::beta::{Beta, BetaError};
use coldcap_calibration::physics::front_end::{Divider, Polarity, fraction};
use coldcap_calibration::physics::generate::{Coverage, Model, NtcInDivider, limit_no_colder_than};
use coldcap_calibration::physics::ntc::{Ntc, NtcError};
use coldcap_calibration::physics::platinum::{Class, Construction, Platinum, PlatinumError};
use coldcap_calibration::physics::thermocouple::Thermocouple;
use coldcap_calibration::physics::wiring::{
    Leads, PoweredReading, SelfHeating, WiringError, medium_of_two, power_mw,
};
use coldcap_calibration::table::{CubicTable, Row};
use coldcap_units::Ratio;
use proptest::prelude::*;

fn rows(text: &str) -> Vec<Vec<f64>> {
    let numbers = |line: &str| line.split(',').map(|field| field.parse().unwrap()).collect();
    text.lines().skip(1).map(numbers).collect()
}

// ---- platinum ------------------------------------------------------------------------------------

/// Bar: 1 051 of 1 051 values, and the inverse within 10⁻⁹ K, against the equation in 40 digits.
#[test]
fn platinum_meets_all_1051_values_in_40_digits() {
    let table = rows(include_str!("data/pt100_iec60751_1c.csv"));
    assert_eq!(table.len(), 1_051);
    let mut worst = (0.0f64, 0.0f64);
    for row in table {
        let (celsius, ohm) = (row[0], row[1]);
        let miss = (Platinum::PT100.resistance(celsius).unwrap() - ohm).abs();
        let back = (Platinum::PT100.temperature(ohm).unwrap() - celsius).abs();
        worst = (worst.0.max(miss), worst.1.max(back));
    }
    println!("platinum: forward {:.1e} Ω, inverse {:.1e} K", worst.0, worst.1);
    assert!(worst.0 < 1e-12 * 400.0 && worst.1 <= 1e-9);
}

/// How far single precision is from the exact inverse in mK. The input counts as exact.
fn single_misses(ohm: f32) -> Option<(f64, f64)> {
    let exact = Platinum::PT100.temperature(f64::from(ohm)).ok()?;
    let single = f64::from(Platinum::PT100.temperature_single(ohm).unwrap());
    Some((exact, (single - exact).abs() * 1e3))
}

/// The bars of single precision, over all floats: 0.01 mK from −20 to 50 °C, 0.15 mK over the range.
#[test]
#[ignore = "a minute: every float from 18.53 to 390.48 Ω; `cargo xtask campaign floats` runs it"]
fn every_float_is_within_the_bars_of_single_precision() {
    let floats = 18.53f32.to_bits()..390.48f32.to_bits();
    let (mut near, mut full) = (0.0f64, 0.0f64);
    for (exact, miss) in floats.filter_map(|bits| single_misses(f32::from_bits(bits))) {
        full = full.max(miss);
        if (-20.0..=50.0).contains(&exact) {
            near = near.max(miss);
        }
    }
    println!("every float: {near:.4} mK from −20 to 50 °C, {full:.4} mK in all");
    assert!(near <= 0.01 && full <= 0.15, "{near} {full}");
}

/// The same bars on a sample.
#[test]
fn single_precision_platinum_is_within_its_bars() {
    let worst = |low: f64, high: f64| {
        let celsius = (0..=200_000).map(|step| low + (high - low) * f64::from(step) / 200_000.0);
        let ohms = celsius.map(|celsius| Platinum::PT100.resistance(celsius).unwrap() as f32);
        ohms.filter_map(single_misses).map(|(_, miss)| miss).fold(0.0, f64::max)
    };
    let (near, full) = (worst(-20.0, 50.0), worst(-200.0, 850.0));
    println!("single precision: {near:.4} mK from −20 to 50 °C, {full:.4} mK from −200 to 850 °C");
    assert!(near <= 0.01, "{near}");
    assert!(full <= 0.15, "{full}");
    assert_eq!(Platinum::PT100.temperature_single(f32::NAN), Err(CurveError::NotFinite));
    assert_eq!(Platinum::PT100.temperature_single(0.5), Err(CurveError::Short));
    assert_eq!(Platinum::PT100.temperature_single(2_000.0), Err(CurveError::Open));
    assert_eq!(Platinum::PT100.temperature_single(18.0), Err(CurveError::BelowRange));
    assert_eq!(Platinum::PT100.temperature_single(391.0), Err(CurveError::AboveRange));
}

#[test]
fn individual_coefficients_are_examined() {
    let own = Platinum::individual(100.02, [3.9090e-3, -5.78e-7, -4.2e-12]).unwrap();
    assert!((own.temperature(own.resistance(-12.0).unwrap()).unwrap() + 12.0).abs() < 1e-9);
    assert_eq!(Platinum::new(100.0), Ok(Platinum::PT100));
    assert_eq!(Platinum::new(0.0), Err(PlatinumError::NotFinite));
    assert_eq!(Platinum::new(f64::NAN), Err(PlatinumError::NotFinite));
    let refused = |coefficients| Platinum::individual(100.0, coefficients).unwrap_err();
    assert_eq!(refused([-3.9e-3, 0.0, 0.0]), PlatinumError::NotRising);
    assert_eq!(refused([3.9e-3, -5.775e-6, 0.0]), PlatinumError::NotRising);
    assert_eq!(refused([3.9e-3, f64::INFINITY, 0.0]), PlatinumError::NotFinite);
    // dR/dt at 0 °C is 0.39083 Ω/K.
    assert!((Platinum::PT100.ohm_per_kelvin(0.0).unwrap() - 0.39083).abs() < 1e-12);
}

#[test]
fn classes_have_their_tolerances_and_ranges() {
    use Construction::{Film, Wire};
    let at = |class: Class, celsius| class.tolerance_kelvin(celsius, Wire).unwrap();
    assert_eq!([at(Class::AA, 0.0), at(Class::A, 0.0)], [0.1, 0.15]);
    assert_eq!([at(Class::B, 0.0), at(Class::C, 0.0)], [0.3, 0.6]);
    assert!((at(Class::A, -100.0) - 0.35).abs() < 1e-12);
    assert!((at(Class::B, 600.0) - 3.3).abs() < 1e-12);
    assert_eq!(Class::A.tolerance_kelvin(-101.0, Wire), Err(CurveError::BelowRange));
    assert_eq!(Class::AA.tolerance_kelvin(151.0, Film), Err(CurveError::AboveRange));
    assert_eq!(Class::B.tolerance_kelvin(f64::NAN, Film), Err(CurveError::NotFinite));
    for class in [Class::AA, Class::A, Class::B, Class::C] {
        let (wire, film) = (class.range(Wire), class.range(Film));
        assert!(wire.0 <= film.0 && film.1 <= wire.1, "{class:?}");
    }
    // A guard band: 0.12 K with u = 10 mK is within ±0.15 K, with u = 20 mK it may not be.
    assert_eq!(Class::A.accepts(0.0, Wire, -0.12, 0.010), Ok(true));
    assert_eq!(Class::A.accepts(0.0, Wire, -0.12, 0.020), Ok(false));
    assert_eq!(Class::A.accepts(0.0, Wire, f64::NAN, 0.020), Err(CurveError::NotFinite));
}

// ---- thermocouples -------------------------------------------------------------------------------

/// Bar: the inverse within 0.001 mK from −20 to 50 °C, against voltages in high precision; here over the
/// whole range.
#[test]
fn thermocouple_inverses_meet_voltages_in_high_precision() {
    let tables = [
        (Thermocouple::K, include_str!("data/tc_k_its90_1c.csv")),
        (Thermocouple::T, include_str!("data/tc_t_its90_5c.csv")),
    ];
    for (couple, text) in tables {
        let (mut near, mut full) = (0.0f64, 0.0f64);
        for row in rows(text).into_iter().filter(|row| row[0] >= -200.0) {
            let miss = (couple.temperature(row[1], 0.0).unwrap() - row[0]).abs() * 1e3;
            full = full.max(miss);
            if (-20.0..=50.0).contains(&row[0]) {
                near = near.max(miss);
            }
        }
        println!("type {couple:?}: inverse {near:.1e} mK from −20 to 50 °C, {full:.1e} mK in all");
        assert!(near <= 0.001 && full <= 0.001, "{couple:?} {near} {full}");
    }
}

/// The error of adding temperatures instead of voltages, as the survey measured it: −1.34, −1.09, −0.86
/// and −0.65 K at −10, −5, 0 and 5 °C with the connector at 25 °C.
#[test]
fn cold_junctions_add_as_voltages() {
    let known = [(-10.0, -1.34), (-5.0, -1.09), (0.0, -0.86), (5.0, -0.65)];
    for (celsius, added_wrong) in known {
        let couple = Thermocouple::K;
        let measured = couple.voltage(celsius).unwrap() - couple.voltage(25.0).unwrap();
        assert!((couple.temperature(measured, 25.0).unwrap() - celsius).abs() < 1e-9);
        let wrong = couple.temperature(measured, 0.0).unwrap() + 25.0;
        assert!((wrong - celsius - added_wrong).abs() < 0.006, "{celsius} {}", wrong - celsius);
    }
}

// ---- thermistors ---------------------------------------------------------------------------------

proptest! {
    /// The inverse converges whatever the sign of C, and of the L² term.
    #[test]
    fn thermistor_inverses_always_converge(
        b in 2.0e-4f64..3.0e-4,
        a2 in -3.0e-6f64..3.0e-6,
        c in -2.0e-7f64..2.0e-7,
        celsius in -30.0f64..80.0,
    ) {
        // A makes the resistance 10 kΩ at 25 °C.
        let ln = 10_000f64.ln();
        let a = 1.0 / 298.15 - ln * (b + ln * (a2 + ln * c));
        if let Ok(ntc) = Ntc::new([a, b, a2, c], 10_000.0, -30.0, 80.0) {
            let ohm = ntc.resistance(celsius).unwrap();
            prop_assert!((ntc.temperature(ohm).unwrap() - celsius).abs() < 1e-8);
            prop_assert!((ntc.resistance(25.0).unwrap() - 10_000.0).abs() < 1e-6);
        }
    }
}

#[test]
fn three_terms_may_have_no_cubic_one_or_a_negative() {
    for c in [8.0e-8, 0.0, -5.0e-8] {
        let ln = 10_000f64.ln();
        let b = 2.4e-4 - c * ln * ln;
        let a = 1.0 / 298.15 - ln * (b + ln * ln * c);
        let ntc = Ntc::three_term([a, b, c], 10_000.0, -40.0, 80.0).unwrap();
        let ohm = ntc.resistance(-20.0).unwrap();
        assert!((ntc.temperature(ohm).unwrap() + 20.0).abs() < 1e-9);
        assert_eq!(ntc.coefficients(), [a, b, 0.0, c]);
        let found = Ntc::from_coefficients([a, b, 0.0, c], -40.0, 80.0).unwrap();
        assert!((found.nominal_ohm() - 10_000.0).abs() < 1e-6);
    }
    let rising = Ntc::from_coefficients([3.0e-3, -1.0e-4, 0.0, 0.0], -40.0, 80.0);
    assert_eq!(rising, Err(NtcError::NotMonotonic));
    assert_eq!(Ntc::from_coefficients([f64::NAN; 4], -40.0, 80.0), Err(NtcError::NotFinite));
    // A part of 0.1 Ω at 25 °C is no thermistor.
    let tiny = [1.0 / 298.15 + 2.4e-4 * 10f64.ln(), 2.4e-4, 0.0, 0.0];
    assert_eq!(Ntc::from_coefficients(tiny, 0.0, 40.0), Err(NtcError::Range));
    // By the lines of its table at −1 and 1 °C: 5.11 % a kelvin at 0 °C.
    let part = 1.0 / Ntc::NTC_10K3A1.kelvin_per_ln(0.0).unwrap();
    let table = (31_029.932_548_5f64 / 34_365.457_067_8).ln() / 2.0;
    assert!((part - table).abs() < 1e-5, "{part} {table}");
}

#[test]
fn beta_is_refused_below_25() {
    let part = Beta::new(10_000.0, 3_976.0).unwrap();
    // At 50 °C by hand: exp(3976·(1/323.15 − 1/298.15)).
    let at_50 = 10_000.0 * (3_976.0 * (1.0f64 / 323.15 - 1.0 / 298.15)).exp();
    assert!((part.resistance(50.0).unwrap() - at_50).abs() < 1e-9);
    assert!((part.temperature(at_50).unwrap() - 50.0).abs() < 1e-9);
    assert_eq!(part.temperature(10_000.0), Ok(25.0));
    assert_eq!(part.temperature(10_010.0), Err(BetaError::Below25));
    assert_eq!(part.resistance(24.9), Err(BetaError::Below25));
    let refused = |ohm| part.temperature(ohm).unwrap_err();
    assert_eq!(refused(2e6), BetaError::Curve(CurveError::Open));
    assert_eq!(refused(1.0), BetaError::Curve(CurveError::Short));
    assert_eq!(refused(110.0), BetaError::Curve(CurveError::AboveRange));
    assert_eq!(refused(f64::NAN), BetaError::Curve(CurveError::NotFinite));
    assert_eq!(Beta::new(10_000.0, -1.0), Err(BetaError::Constants));
    assert_eq!(Beta::new(f64::INFINITY, 3_950.0), Err(BetaError::Constants));
}

// ---- front end -----------------------------------------------------------------------------------

proptest! {
    /// Both polarities go both ways, and mirror each other.
    #[test]
    fn dividers_go_both_ways(fixed in 10.0f64..1e6, ohm in 1.0f64..1e7) {
        let ground = Divider::with_polarity(fixed, Polarity::SensorToGround).unwrap();
        let reference = Divider::with_polarity(fixed, Polarity::SensorToReference).unwrap();
        for divider in [ground, reference] {
            prop_assert!((divider.ohm(divider.fraction(ohm)) / ohm - 1.0).abs() < 1e-9);
        }
        prop_assert!((ground.fraction(ohm) + reference.fraction(ohm) - 1.0).abs() < 1e-12);
    }
}

#[test]
fn tables_can_be_made_for_either_polarity() {
    let mirrored = NtcInDivider {
        ntc: Ntc::NTC_10K3A1,
        divider: Divider::with_polarity(10_000.0, Polarity::SensorToReference).unwrap(),
    };
    let coverage = Coverage {
        log2_segments: 7,
        low: Ratio(0x2000_0000),
        high: Ratio(0xE000_0000),
        short_below: Ratio(0x0100_0000),
        open_above: Ratio(0xFF00_0000),
    };
    let mut rows = [Row::default(); 128];
    let header = coverage.build(&mirrored, &mut rows).unwrap();
    let table = CubicTable::new(header, &rows[..usize::from(header.rows)]).unwrap();
    for step in 0..50_000u32 {
        let code = Ratio(0x2000_0000 + step * 64_424);
        let ohm = mirrored.divider.ohm(fraction(code));
        let exact = Ntc::NTC_10K3A1.temperature(ohm).unwrap();
        let error = (f64::from(table.eval(code).unwrap().0) - exact * 1e6).abs();
        assert!(error <= f64::from(header.bound_micro_kelvin), "{code:?} {error}");
    }
    // The bound is that of the mirrored span, and its slope has the other sign.
    assert_eq!(
        coverage.bound_micro_kelvin(&NtcInDivider::REFERENCE),
        coverage.bound_micro_kelvin(&mirrored)
    );
    assert!(mirrored.slope(0.5) > 0.0 && NtcInDivider::REFERENCE.slope(0.5) < 0.0);
    assert_eq!(limit_no_colder_than(&mirrored, 0.0), None);
}

/// The budget of the survey at 0 °C: 0.195 mW at 3.3 V, which are 130 mK in still air and 24 mK in liquid.
#[test]
fn self_heating_is_the_surveys() {
    let ohm = Ntc::NTC_10K3A1.resistance(0.0).unwrap();
    let power = Divider::REFERENCE.power_mw(ohm, 3.3);
    assert!((power - 0.195).abs() < 0.001, "{power}");
    let rise = |delta: f64, power| SelfHeating::new(delta).unwrap().rise_kelvin(power).unwrap();
    assert!((rise(1.5, power) - 0.130).abs() < 0.001);
    assert!((rise(8.0, power) - 0.024).abs() < 0.0005);
    assert!((rise(1.5, Divider::REFERENCE.power_mw(ohm, 1.0)) - 0.012).abs() < 0.0005);
    // A PT100 at 1 mA: 0.1 mW, 20 mK at 5 mW/K.
    assert!((rise(5.0, power_mw(1.0, 100.0).unwrap()) - 0.020).abs() < 1e-12);
}

#[test]
fn two_currents_find_medium_and_dissipation() {
    let truth = SelfHeating::new(4.0).unwrap();
    let reading = |current_ma| {
        let power = power_mw(current_ma, 98.0).unwrap();
        PoweredReading { celsius: -5.0 + truth.rise_kelvin(power).unwrap(), power_mw: power }
    };
    let (one, other) = (reading(1.0), reading(1.414));
    assert!((medium_of_two(one, other).unwrap() + 5.0).abs() < 1e-12);
    assert!((medium_of_two(other, one).unwrap() + 5.0).abs() < 1e-12);
    let found = SelfHeating::measured(one, other).unwrap();
    assert!((found.dissipation_mw_per_kelvin() - 4.0).abs() < 1e-9);
    assert!((found.medium(other).unwrap() + 5.0).abs() < 1e-12);
    assert_eq!(medium_of_two(one, one), Err(WiringError::SamePower));
    let colder = PoweredReading { celsius: -6.0, ..other };
    assert_eq!(SelfHeating::measured(one, colder), Err(WiringError::Negative));
    assert_eq!(SelfHeating::new(0.0), Err(WiringError::Negative));
    assert_eq!(SelfHeating::new(f64::NAN), Err(WiringError::NotFinite));
    assert_eq!(truth.rise_kelvin(-1.0), Err(WiringError::Negative));
    let lost = PoweredReading { celsius: f64::NAN, power_mw: 1.0 };
    assert_eq!(truth.medium(lost), Err(WiringError::NotFinite));
    assert_eq!(medium_of_two(lost, one), Err(WiringError::NotFinite));
}

/// The budget of the survey: 0.1 Ω of lead on a PT100 is 256 mK, on a PT1000 26 mK; 10 mΩ of mismatch on
/// three wires 26 mK; four wires nothing.
#[test]
fn leads_are_the_surveys() {
    let kelvin = |platinum: Platinum, ohm: f64| ohm / platinum.ohm_per_kelvin(0.0).unwrap();
    assert!((kelvin(Platinum::PT100, 0.1) - 0.256).abs() < 0.0005);
    assert!((kelvin(Platinum::PT1000, 0.1) - 0.026).abs() < 0.0005);
    let two = Leads::Two { both_ohm: 0.4, uncertainty_ohm: 0.02 }.sensor(100.4).unwrap();
    assert!((two.ohm - 100.0).abs() < 1e-12);
    assert!((kelvin(Platinum::PT100, two.uncertainty_ohm) - 0.051).abs() < 0.0005);
    let three = Leads::Three { pair_ohm: 0.4, mismatch_ohm: 0.01 }.sensor(100.4).unwrap();
    assert!((kelvin(Platinum::PT100, three.uncertainty_ohm) - 0.026).abs() < 0.0005);
    let four = Leads::Four.sensor(100.0).unwrap();
    assert_eq!((four.ohm, four.uncertainty_ohm), (100.0, 0.0));
    assert_eq!(Leads::Four.sensor(f64::INFINITY).unwrap_err(), WiringError::NotFinite);
    assert_eq!(Leads::Four.sensor(-1.0).unwrap_err(), WiringError::Negative);
    let long = Leads::Two { both_ohm: 101.0, uncertainty_ohm: 0.0 };
    assert_eq!(long.sensor(100.0).unwrap_err(), WiringError::LeadsExceed);
}

/// The bar of single precision over a thermistor's floats: 0.06 mK from −20 to 50 °C, every eleventh of them.
#[test]
fn single_precision_thermistor_is_within_its_bar() {
    let ntc = Ntc::three_term([1.129_241e-3, 2.341_077e-4, 8.775_468e-8], 10_000.0, -40.0, 70.0);
    let ntc = ntc.unwrap();
    let [cold, warm] = [-20.0, 50.0].map(|celsius| ntc.resistance(celsius).unwrap() as f32);
    let (mut worst, mut count) = (0.0f64, 0u32);
    for ohm in (warm.to_bits()..=cold.to_bits()).step_by(11).map(f32::from_bits) {
        let exact = ntc.temperature(f64::from(ohm)).unwrap();
        let single = f64::from(ntc.temperature_single(ohm).unwrap());
        worst = worst.max((single - exact).abs() * 1e3);
        count += 1;
    }
    println!("thermistor in single precision: {worst:.4} mK over {count} floats");
    assert!(count > 3_000_000 && worst <= 0.06, "{worst}");
    assert_eq!(ntc.temperature_single(f32::NAN), Err(CurveError::NotFinite));
    assert_eq!(ntc.temperature_single(50.0), Err(CurveError::Short));
    assert_eq!(ntc.temperature_single(2e6), Err(CurveError::Open));
}
