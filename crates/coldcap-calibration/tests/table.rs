//! The shipped table against the Steinhart–Hart equation, with the standard library's logarithm.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::curves::ntc_10k3a1::{
    EVAPORATOR_COLD, EVAPORATOR_COLD_AT, EVAPORATOR_COLD_CERTIFICATE, FREEZE_NEAR, FREEZE_NEAR_AT,
    FREEZE_NEAR_CERTIFICATE, FREEZE_TRIP, FREEZE_TRIP_AT, FREEZE_TRIP_CERTIFICATE, OPEN_ABOVE,
    OPEN_ABOVE_AT, SHORT_BELOW, SHORT_BELOW_AT, TABLE, WORKING,
};
use coldcap_calibration::table::{CubicTable, Row, TableError, WorkingRange};
use coldcap_units::{Fault, MicroCelsius, Ratio};
use proptest::prelude::*;

fn ohm(code: Ratio) -> f64 {
    let fraction = f64::from(code.0) / 4_294_967_296.0;
    10_000.0 * fraction / (1.0 - fraction)
}

/// The oracle, in µ°C.
fn exact(code: Ratio) -> f64 {
    exact_at(ohm(code))
}

/// The oracle by resistance, in µ°C.
fn exact_at(ohm: f64) -> f64 {
    let ln = ohm.ln();
    let reciprocal = 1.129_241e-3 + 2.341_077e-4 * ln + 8.775_468e-8 * ln.powi(3);
    (1.0 / reciprocal - 273.15) * 1e6
}

/// The largest error in µK over evenly spread codes between two temperatures in °C.
fn worst(coldest: f64, warmest: f64) -> f64 {
    let (low, high) = (TABLE.header().low.0, TABLE.header().high.0);
    let within = |code: &Ratio| (coldest * 1e6..=warmest * 1e6).contains(&exact(*code));
    let error = |code: Ratio| (f64::from(TABLE.eval(code).unwrap().0) - exact(code)).abs();
    (low..=high).step_by(1_583).map(Ratio).filter(within).map(error).fold(0.0, f64::max)
}

#[test]
fn the_certified_bounds_hold_and_are_not_generous() {
    assert!((TABLE.header().high.0 - TABLE.header().low.0) / 1_583 >= 2_000_000);
    for (coldest, warmest, stated) in [
        (-41.0, 56.0, TABLE.header().bound_micro_kelvin),
        (-20.0, 50.0, TABLE.working().unwrap().bound_micro_kelvin),
    ] {
        let (worst, stated) = (worst(coldest, warmest), f64::from(stated));
        println!("{coldest} to {warmest} °C: true {worst:.2} µK, stated {stated} µK");
        assert!(worst <= stated);
        assert!(stated <= 2.0 * worst + 5.0);
    }
    const { assert!(WORKING.bound_micro_kelvin <= 20) };
}

#[test]
fn the_working_range_is_what_its_name_says_and_has_the_tighter_bound() {
    assert!(exact(WORKING.low) <= 50e6 && exact(Ratio(WORKING.low.0 - 1)) > 50e6);
    assert!(exact(WORKING.high) >= -20e6 && exact(Ratio(WORKING.high.0 + 1)) < -20e6);
    let bound = |code| TABLE.bound_micro_kelvin_at(Ratio(code));
    let whole = Some(TABLE.header().bound_micro_kelvin);
    for code in [WORKING.low.0, FREEZE_TRIP.0, WORKING.high.0] {
        assert_eq!(bound(code), Some(WORKING.bound_micro_kelvin));
    }
    for code in [WORKING.low.0 - 1, WORKING.high.0 + 1, TABLE.header().low.0, TABLE.header().high.0]
    {
        assert_eq!(bound(code), whole);
    }
    for code in [TABLE.header().low.0 - 1, TABLE.header().high.0 + 1, 0, u32::MAX] {
        assert_eq!(bound(code), None);
    }
}

#[test]
fn knots_are_within_the_bound_too() {
    let header = TABLE.header();
    let bound = f64::from(header.bound_micro_kelvin);
    for knot in 1..128u32 {
        for code in [(knot << 25) - 1, knot << 25, (knot << 25) + 1].map(Ratio) {
            if (header.low..=header.high).contains(&code) {
                assert!((f64::from(TABLE.eval(code).unwrap().0) - exact(code)).abs() <= bound);
            }
        }
    }
}

#[test]
fn every_code_of_a_24_bit_converter_is_colder_than_the_one_before() {
    let (low, high) = (TABLE.header().low.0 >> 8, TABLE.header().high.0 >> 8);
    let mut warmer = i32::MAX;
    for code in low + 1..=high {
        let colder = TABLE.eval(Ratio(code << 8)).unwrap().0;
        assert!(colder < warmer, "{code}");
        warmer = colder;
    }
}

#[test]
fn every_edge_is_a_typed_fault() {
    let header = *TABLE.header();
    let read = |code: u32| TABLE.eval(Ratio(code));
    assert_eq!(read(0), Err(Fault::Short));
    assert_eq!(read(SHORT_BELOW.0 - 1), Err(Fault::Short));
    assert_eq!(read(SHORT_BELOW.0), Err(Fault::AboveRange));
    assert_eq!(read(header.low.0 - 1), Err(Fault::AboveRange));
    let bound = header.bound_micro_kelvin as i32;
    assert!((read(header.low.0).unwrap().0 - 55_000_000).abs() <= bound);
    assert!((read(header.high.0).unwrap().0 + 40_000_000).abs() <= bound);
    assert_eq!(read(header.high.0 + 1), Err(Fault::BelowRange));
    assert_eq!(read(OPEN_ABOVE.0), Err(Fault::BelowRange));
    assert_eq!(read(OPEN_ABOVE.0 + 1), Err(Fault::Open));
    assert_eq!(read(u32::MAX), Err(Fault::Open));
    assert_eq!(TABLE.eval_with_slope(Ratio(0)), Err(Fault::Short));
}

/// Corners of the tolerances, each by the oracle: what the certificate says encloses them all, tightly.
#[test]
fn certificates_enclose_every_part_within_its_tolerance() {
    for limit in [FREEZE_TRIP_CERTIFICATE, FREEZE_NEAR_CERTIFICATE, EVAPORATOR_COLD_CERTIFICATE] {
        let mut seen = (f64::INFINITY, f64::NEG_INFINITY);
        for corner in 0..8u32 {
            let sign = |bit: u32| if corner >> bit & 1 == 0 { -1.0 } else { 1.0 };
            let fraction = f64::from(limit.code.0) / 4_294_967_296.0 + sign(0) * 200e-6;
            let ohm = 10_000.0 * (1.0 + sign(1) * 1e-3) * fraction / (1.0 - fraction);
            let celsius = exact_at(ohm) + sign(2) * 0.2e6;
            seen = (seen.0.min(celsius), seen.1.max(celsius));
        }
        assert!(f64::from(limit.coldest.0) <= seen.0 && seen.1 <= f64::from(limit.warmest.0));
        assert!(
            f64::from(limit.coldest.0) > seen.0 - 2.0 && f64::from(limit.warmest.0) < seen.1 + 2.0
        );
        println!("{:?}: {} to {} µ°C", limit.at, limit.coldest.0, limit.warmest.0);
        assert!(limit.coldest < limit.at && limit.at < limit.warmest);
    }
    assert_eq!(
        (FREEZE_TRIP_CERTIFICATE.code, FREEZE_TRIP_CERTIFICATE.at),
        (FREEZE_TRIP, FREEZE_TRIP_AT)
    );
    assert_eq!(EVAPORATOR_COLD_CERTIFICATE.code, EVAPORATOR_COLD);
    let about = |celsius: i32| (MicroCelsius(celsius - 300_000), MicroCelsius(celsius + 300_000));
    let (coldest, warmest) = about(0);
    assert!(FREEZE_TRIP_CERTIFICATE.lies_within(coldest, warmest));
    assert!(!FREEZE_NEAR_CERTIFICATE.lies_within(coldest, warmest));
}

#[test]
fn limits_stand_for_the_temperatures_they_name() {
    let pairs = [
        (FREEZE_TRIP, FREEZE_TRIP_AT),
        (FREEZE_NEAR, FREEZE_NEAR_AT),
        (EVAPORATOR_COLD, EVAPORATOR_COLD_AT),
        (OPEN_ABOVE, OPEN_ABOVE_AT),
        (SHORT_BELOW, SHORT_BELOW_AT),
    ];
    for (code, at) in pairs {
        assert!((exact(code) - f64::from(at.0)).abs() <= 0.6);
    }
    // The limit is on the warm side of its name, and the next code is not.
    for (code, named) in [(FREEZE_TRIP, 0.0), (FREEZE_NEAR, 1e6), (EVAPORATOR_COLD, -12e6)] {
        assert!(exact(code) >= named && exact(Ratio(code.0 + 1)) < named);
    }
    assert_eq!((FREEZE_TRIP_AT.0, FREEZE_NEAR_AT.0), (0, 1_000_000));
    assert!((ohm(OPEN_ABOVE) / 1e6 - 1.0).abs() < 1e-6);
    assert!((ohm(SHORT_BELOW) / 100.0 - 1.0).abs() < 1e-6);
}

/// The published table of a probe with this part, −40 to 1 °C, resistances to 0.1 Ω and coarser.
#[test]
fn published_resistances_are_read_within_their_own_disagreement() {
    let mut compared = 0;
    let mut worst = 0.0f64;
    for line in include_str!("data/ntc_10k_10k3a1_b3976_1c.csv").lines().skip(1) {
        let fields: Vec<_> = line.split(',').collect();
        let (celsius, Ok(ohm)) = (fields[0].parse::<f64>().unwrap(), fields[2].parse::<f64>())
        else {
            continue;
        };
        let code = Ratio((ohm / (ohm + 10_000.0) * 4_294_967_296.0).round() as u32);
        let Ok(read) = TABLE.eval(code) else {
            // Its −40 °C lies 2.4 mK beyond this table's.
            assert!(celsius == -40.0 && TABLE.eval(code) == Err(Fault::BelowRange));
            continue;
        };
        compared += 1;
        worst = worst.max((f64::from(read.0) / 1e3 - celsius * 1e3).abs());
    }
    println!("{compared} published values, worst {worst:.2} mK");
    assert_eq!(compared, 41);
    assert!(worst <= 2.3);
}

/// The documented formula, with floored division instead of shifts.
fn documented(code: Ratio) -> i128 {
    let position = i128::from((code.0 << 7) >> 1);
    let Row(coefficients) = TABLE.rows()[(code.0 >> 25) as usize - 29];
    let [k0, k1, k2, k3] = coefficients.map(i128::from);
    let floor = |product: i128| product.div_euclid(1 << 31);
    k0 + floor((k1 + floor((k2 + floor(k3 * position)) * position)) * position)
}

#[test]
fn every_bit_is_as_documented() {
    for code in (TABLE.header().low.0..=TABLE.header().high.0).step_by(9_973).map(Ratio) {
        assert_eq!(i128::from(TABLE.eval(code).unwrap().0), documented(code), "{code:?}");
    }
}

#[test]
fn slopes_are_derivatives() {
    for code in (TABLE.header().low.0..TABLE.header().high.0).step_by(10_000_019) {
        let slope = TABLE.eval_with_slope(Ratio(code)).unwrap().micro_kelvin_per_full_scale as f64;
        let half = 1 << 12;
        let numeric = (exact(Ratio(code + half)) - exact(Ratio(code - half))) * f64::from(1 << 19);
        let working = (-20e6..=50e6).contains(&exact(Ratio(code)));
        let allowed = if working { 2e-5 } else { 1e-3 };
        assert!((slope / numeric - 1.0).abs() < allowed, "{code} {slope} {numeric}");
    }
}

#[test]
fn damaged_tables_are_refused() {
    let (header, rows) = (*TABLE.header(), TABLE.rows());
    assert_eq!(CubicTable::with_working(header, rows, WORKING), Ok(TABLE));
    assert_eq!(CubicTable::new(header, rows).map(|table| table.working().copied()), Ok(None));
    let promising = WorkingRange { bound_micro_kelvin: 1, ..WORKING };
    assert_eq!(CubicTable::with_working(header, rows, promising), Err(TableError::Working));
    let mut damaged: Vec<Row> = rows.to_vec();
    damaged[50].0[0] ^= 1 << 9;
    assert_eq!(CubicTable::new(header, &damaged), Err(TableError::Crc));
    assert_eq!(CubicTable::new(header.sealed(&damaged), &damaged), Err(TableError::Joint(49)));
    assert_eq!(CubicTable::new(header, &rows[1..]), Err(TableError::Shape));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_code_is_a_temperature_of_the_span_or_a_fault(code: u32) {
        match TABLE.eval(Ratio(code)) {
            Ok(read) => prop_assert!((-40_002_000..=55_002_000).contains(&read.0)),
            Err(fault) => prop_assert!(matches!(
                fault,
                Fault::Open | Fault::Short | Fault::AboveRange | Fault::BelowRange
            )),
        }
        let point = TABLE.eval_with_slope(Ratio(code));
        prop_assert_eq!(point.map(|point| point.temperature), TABLE.eval(Ratio(code)));
    }

    #[test]
    fn neighbouring_codes_step_back_by_rounding_at_most(code: u32, step in 1u32..4_096) {
        let colder = TABLE.eval(Ratio(code.saturating_add(step)));
        if let (Ok(warmer), Ok(colder)) = (TABLE.eval(Ratio(code)), colder) {
            prop_assert!(colder.0 <= warmer.0 + 2);
        }
    }
}
