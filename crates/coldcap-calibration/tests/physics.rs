//! The floating-point physics against published tables and against itself backwards.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_calibration::physics::CurveError::{
    self, AboveRange, BelowRange, NotFinite, Open, Short,
};
use coldcap_calibration::physics::curve::{Curve, Signal};
use coldcap_calibration::physics::front_end::{self, Divider, code_ratio};
use coldcap_calibration::physics::generate::{
    Coverage, GenerateError, Model, NtcInDivider, limit_no_colder_than,
};
use coldcap_calibration::physics::ntc::{Ntc, NtcError};
use coldcap_calibration::physics::platinum::Platinum;
use coldcap_calibration::physics::thermocouple::Thermocouple;
use coldcap_calibration::table::{CubicTable, Row};
use coldcap_units::{Fault, Ratio};

/// The rows of a table of numbers; an empty field is not a number.
fn numbers(text: &str) -> Vec<Vec<f64>> {
    let field = |field: &str| field.parse().unwrap_or(f64::NAN);
    text.lines().skip(1).map(|line| line.split(',').map(field).collect()).collect()
}

#[test]
fn pt100_has_the_published_resistances() {
    let known =
        [(-200.0, 18.52008), (-20.0, 92.1599), (0.0, 100.0), (100.0, 138.5055), (850.0, 390.4811)];
    for (celsius, ohm) in known {
        assert!((Platinum::PT100.resistance(celsius).unwrap() - ohm).abs() < 5.1e-5, "{celsius}");
        assert!((Platinum::PT1000.resistance(celsius).unwrap() - 10.0 * ohm).abs() < 5.1e-4);
    }
    // Printed tables round to 10 mΩ; their ends must still be read.
    assert_eq!(Platinum::PT100.temperature(18.52), Ok(-200.0));
    assert!(Platinum::PT100.temperature(390.48).is_ok());
}

#[test]
fn platinum_survives_the_round_trip() {
    for step in 0..=105_000 {
        let celsius = -200.0 + f64::from(step) * 0.01;
        for curve in [Platinum::PT100, Platinum::PT1000] {
            let back = curve.temperature(curve.resistance(celsius).unwrap()).unwrap();
            assert!((back - celsius).abs() < 1e-9, "{celsius} {back}");
        }
    }
}

#[test]
fn platinum_faults_have_names() {
    let inverse = |ohm| Platinum::PT100.temperature(ohm).unwrap_err();
    assert_eq!([inverse(0.0), inverse(-5.0), inverse(0.999)], [Short; 3]);
    assert_eq!([inverse(1.0), inverse(18.517)], [BelowRange; 2]);
    assert_eq!([inverse(390.49), inverse(1_000.0)], [AboveRange; 2]);
    assert_eq!([inverse(1_000.1), inverse(1e30)], [Open; 2]);
    assert_eq!([inverse(f64::NAN), inverse(f64::INFINITY)], [NotFinite; 2]);
    let forward = |celsius| Platinum::PT100.resistance(celsius).unwrap_err();
    assert_eq!((forward(-200.1), forward(850.1)), (BelowRange, AboveRange));
    assert_eq!(forward(f64::NEG_INFINITY), NotFinite);
}

#[test]
fn type_k_is_the_nist_table() {
    for row in numbers(include_str!("data/tc_k_its90_1c.csv")) {
        let (celsius, exact, printed) = (row[0], row[1], row[2]);
        let voltage = Thermocouple::K.voltage(celsius).unwrap();
        assert!((voltage - exact).abs() < 1e-9, "{celsius}");
        assert!((voltage - printed).abs() < 0.000_500_1, "{celsius}");
    }
}

#[test]
fn type_t_is_the_nist_function() {
    for row in numbers(include_str!("data/tc_t_its90_5c.csv")) {
        assert!((Thermocouple::T.voltage(row[0]).unwrap() - row[1]).abs() < 1e-9, "{}", row[0]);
    }
    let printed = [(-200.0, -5.603), (-100.0, -3.379), (0.0, 0.0), (100.0, 4.279), (200.0, 9.288)];
    for (celsius, millivolts) in printed.into_iter().chain([(400.0, 20.872)]) {
        let voltage = Thermocouple::T.voltage(celsius).unwrap();
        assert!((voltage - millivolts).abs() < 0.000_500_1, "{celsius}");
        let back = Thermocouple::T.temperature(millivolts, 0.0).unwrap();
        assert!((back - celsius).abs() < 0.04, "{celsius}");
    }
}

#[test]
fn thermocouples_survive_the_round_trip() {
    for (couple, low, high) in [(Thermocouple::K, -200, 1_372), (Thermocouple::T, -200, 400)] {
        for tenth in low * 10..=high * 10 {
            let celsius = f64::from(tenth) / 10.0;
            for cold in [0.0, 23.7] {
                let measured = couple.voltage(celsius).unwrap() - couple.voltage(cold).unwrap();
                let back = couple.temperature(measured, cold).unwrap();
                assert!((back - celsius).abs() < 1e-6, "{couple:?} {celsius} {back}");
            }
        }
    }
}

#[test]
fn the_cold_junction_is_added_as_a_voltage() {
    // Junction at −5 °C, connector at 25 °C: temperatures added up would miss by more than a kelvin.
    let measured = -0.196_622 - 1.000_242;
    let celsius = Thermocouple::K.temperature(measured, 25.0).unwrap();
    assert!((celsius + 5.0).abs() < 0.001, "{celsius}");
    let added = Thermocouple::K.temperature(measured, 0.0).unwrap() + 25.0;
    assert!((added - celsius).abs() > 1.0);
}

#[test]
fn seebeck_coefficients_are_the_slopes() {
    for couple in [Thermocouple::K, Thermocouple::T] {
        for celsius in [-150.0, -10.0, 5.0, 130.0, 399.0] {
            let (below, above) = (couple.voltage(celsius - 1e-3), couple.voltage(celsius + 1e-3));
            let numeric = (above.unwrap() - below.unwrap()) / 2e-3;
            assert!((couple.seebeck(celsius).unwrap() - numeric).abs() < 1e-8);
        }
    }
}

#[test]
fn thermocouple_faults_have_names() {
    use Thermocouple::{K, T};
    assert_eq!(K.temperature(-5.9, 0.0), Err(BelowRange));
    assert_eq!(K.temperature(55.0, 0.0), Err(AboveRange));
    assert_eq!(K.temperature(54.0, 100.0), Err(AboveRange));
    assert_eq!(T.temperature(-5.7, 0.0), Err(BelowRange));
    assert_eq!(T.temperature(21.0, 0.0), Err(AboveRange));
    assert_eq!(T.temperature(1e9, 0.0), Err(AboveRange));
    assert_eq!(K.temperature(f64::NAN, 0.0), Err(NotFinite));
    assert_eq!(K.temperature(0.0, f64::NAN), Err(NotFinite));
    assert_eq!(K.temperature(0.0, -271.0), Err(BelowRange));
    assert_eq!(T.voltage(400.1), Err(AboveRange));
    assert_eq!(K.voltage(-271.0), Err(BelowRange));
    assert!(K.voltage(-270.0).is_ok());
}

#[test]
fn the_thermistor_is_the_published_one() {
    let mut worst_mk = 0.0f64;
    for row in numbers(include_str!("data/ntc_10k_10k3a1_b3976_1c.csv")) {
        let (celsius, exact, published) = (row[0], row[1], row[2]);
        assert!((Ntc::NTC_10K3A1.resistance(celsius).unwrap() / exact - 1.0).abs() < 1e-11);
        assert!((Ntc::NTC_10K3A1.temperature(exact).unwrap() - celsius).abs() < 1e-8);
        if published.is_finite() {
            let read = Ntc::NTC_10K3A1.temperature(published).unwrap();
            worst_mk = worst_mk.max((read - celsius).abs() * 1e3);
        }
    }
    assert!(worst_mk < 2.4 && worst_mk > 1.0, "{worst_mk}");
}

#[test]
fn thermistor_faults_have_names() {
    let inverse = |ohm| Ntc::NTC_10K3A1.temperature(ohm).unwrap_err();
    assert_eq!([inverse(0.0), inverse(-1.0), inverse(99.9)], [Short; 3]);
    assert_eq!([inverse(1_000_001.0), inverse(1e300)], [Open; 2]);
    assert_eq!((inverse(999_999.0), inverse(101.0)), (BelowRange, AboveRange));
    assert_eq!([inverse(f64::NAN), inverse(f64::NEG_INFINITY)], [NotFinite; 2]);
    let forward = |celsius| Ntc::NTC_10K3A1.resistance(celsius).unwrap_err();
    assert_eq!((forward(-56.0), forward(126.0)), (BelowRange, AboveRange));
    assert_eq!(forward(f64::NAN), NotFinite);
}

#[test]
fn nonsensical_thermistors_are_refused() {
    let good = [1.129_241e-3, 2.341_077e-4, 0.0, 8.775_468e-8];
    assert!(Ntc::new(good, 10_000.0, -40.0, 60.0).is_ok());
    assert!(
        Ntc::new([3.353_8e-3 - 9.2 / 3_950.0, 1.0 / 3_950.0, 0.0, 0.0], 1e4, -40.0, 60.0).is_ok()
    );
    assert_eq!(Ntc::new(good, f64::NAN, -40.0, 60.0), Err(NtcError::NotFinite));
    assert_eq!(Ntc::new(good, -1.0, -40.0, 60.0), Err(NtcError::NotFinite));
    assert_eq!(Ntc::new(good, 10_000.0, 60.0, -40.0), Err(NtcError::Range));
    assert_eq!(Ntc::new(good, 10_000.0, -90.0, 60.0), Err(NtcError::Range));
    let rising = [1.129_241e-3, -2.341_077e-4, 0.0, 8.775_468e-8];
    assert_eq!(Ntc::new(rising, 10_000.0, -40.0, 60.0), Err(NtcError::NotMonotonic));
    let humped = [1.0, 2.7, -0.3, 0.011];
    assert_eq!(Ntc::new(humped, 10_000.0, -40.0, 60.0), Err(NtcError::NotMonotonic));
}

#[test]
fn curves_are_found_by_name_and_go_both_ways() {
    let names = ["pt100", "pt1000", "tc-k", "tc-t"];
    let signals = [Signal::Ohm, Signal::Ohm, Signal::Millivolt, Signal::Millivolt];
    for (name, signal) in names.into_iter().zip(signals) {
        let curve = Curve::from_name(name).unwrap();
        assert_eq!(curve.signal(), signal);
        let measured = curve.forward(-12.5, 21.0).unwrap();
        assert!((curve.inverse(measured, 21.0).unwrap() + 12.5).abs() < 1e-8, "{name}");
    }
    assert_eq!(Curve::from_name("tc-z"), None);
    let ntc = Curve::Ntc(Ntc::NTC_10K3A1);
    assert!((ntc.inverse(ntc.forward(3.0, 99.0).unwrap(), f64::NAN).unwrap() - 3.0).abs() < 1e-9);
}

#[test]
fn the_simulated_front_end_and_the_table_agree() {
    for step in 0..=9_500 {
        let celsius = -40.0 + f64::from(step) * 0.01;
        let code = code_ratio(celsius);
        assert!((front_end::celsius(code).unwrap() - celsius).abs() < 1e-6);
        let Ok(read) = ntc_10k3a1::TABLE.eval(code) else {
            assert!(step == 0 || step == 9_500);
            continue;
        };
        let bound = f64::from(ntc_10k3a1::TABLE.header().bound_micro_kelvin) + 1.0;
        assert!((f64::from(read.0) - celsius * 1e6).abs() <= bound, "{celsius}");
    }
}

#[test]
fn impossible_temperatures_give_codes_that_are_faults() {
    let read = |celsius| ntc_10k3a1::TABLE.eval(code_ratio(celsius)).unwrap_err();
    assert_eq!([read(-100.0), read(-41.0)], [Fault::BelowRange; 2]);
    assert_eq!([read(61.0), read(1e9)], [Fault::AboveRange; 2]);
    assert_eq!(read(f64::NAN), Fault::Open);
    assert_eq!(front_end::celsius(Ratio(0)), Err(CurveError::Short));
    assert_eq!(front_end::celsius(Ratio(u32::MAX)), Err(CurveError::Open));
}

#[test]
fn dividers_go_both_ways() {
    assert_eq!(Divider::new(0.0), None);
    assert_eq!(Divider::new(f64::NAN), None);
    let divider = Divider::new(4_700.0).unwrap();
    assert!((divider.ohm(divider.fraction(1_234.5)) - 1_234.5).abs() < 1e-9);
    assert_eq!(front_end::code(0.5), Ratio(0x8000_0000));
    assert_eq!(front_end::code(1.0), Ratio(u32::MAX));
}

#[test]
fn guard_limits_are_tight_and_on_the_warm_side() {
    for (celsius, shipped) in [(0.0, ntc_10k3a1::FREEZE_TRIP), (1.0, ntc_10k3a1::FREEZE_NEAR)] {
        assert_eq!(limit_no_colder_than(&NtcInDivider::REFERENCE, celsius), Some(shipped));
    }
}

#[test]
fn fourth_derivatives_are_enclosed() {
    let model = NtcInDivider::REFERENCE;
    // A central difference of the exact slope: T⁗ is the third difference of T′.
    let step = 1e-4;
    for centre in [0.2, 0.35, 0.5, 0.8, 0.95] {
        let slope = |k: f64| model.slope(centre + k * step);
        let third =
            (slope(1.5) - 3.0 * slope(0.5) + 3.0 * slope(-0.5) - slope(-1.5)) / step.powi(3);
        let bound = model.fourth_derivative(centre - step, centre + step);
        assert!(bound >= third.abs() * 0.999, "{centre}: {bound} {third}");
        assert!(bound <= third.abs() * 1.05, "{centre}: {bound} {third}");
    }
}

/// A curve of its own: 100 K over full scale, bent a little.
struct Bent;

impl Model for Bent {
    fn celsius(&self, x: f64) -> f64 {
        100.0 * x + 10.0 * x.powi(5)
    }
    fn slope(&self, x: f64) -> f64 {
        100.0 + 50.0 * x.powi(4)
    }
    fn fourth_derivative(&self, _low: f64, high: f64) -> f64 {
        1_200.0 * high
    }
}

fn coverage(log2_segments: u8) -> Coverage {
    Coverage {
        log2_segments,
        low: Ratio(0x2000_0000),
        high: Ratio(0xE000_0000),
        short_below: Ratio(0x1000_0000),
        open_above: Ratio(0xF000_0000),
    }
}

#[test]
fn the_generator_serves_other_curves() {
    let mut rows = [Row::default(); 32];
    let header = coverage(5).build(&Bent, &mut rows).unwrap();
    let table = CubicTable::new(header, &rows[..usize::from(header.rows)]).unwrap();
    assert!(table.is_rising());
    for step in 0..100_000u32 {
        let code = Ratio(0x2000_0000 + step * 32_212);
        let exact = Bent.celsius(front_end::fraction(code)) * 1e6;
        let error = (f64::from(table.eval(code).unwrap().0) - exact).abs();
        assert!(error <= f64::from(header.bound_micro_kelvin), "{code:?} {error}");
    }
}

#[test]
fn impossible_coverages_are_refused() {
    let mut rows = [Row::default(); 32];
    assert_eq!(coverage(0).build(&Bent, &mut rows), Err(GenerateError::Coverage));
    assert_eq!(coverage(17).build(&Bent, &mut rows), Err(GenerateError::Coverage));
    assert_eq!(coverage(40).build(&Bent, &mut rows), Err(GenerateError::Coverage));
    assert_eq!(coverage(6).build(&Bent, &mut rows), Err(GenerateError::Room(49)));
    let upside_down = Coverage { low: Ratio(0xE000_0001), ..coverage(5) };
    assert_eq!(upside_down.build(&Bent, &mut rows), Err(GenerateError::Coverage));
}

struct Broken;

impl Model for Broken {
    fn celsius(&self, _: f64) -> f64 {
        f64::NAN
    }
    fn slope(&self, _: f64) -> f64 {
        1.0
    }
    fn fourth_derivative(&self, _: f64, _: f64) -> f64 {
        0.0
    }
}

#[test]
fn a_model_without_values_is_refused() {
    let mut rows = [Row::default(); 32];
    assert_eq!(coverage(5).build(&Broken, &mut rows), Err(GenerateError::Model(4)));
}
