//! The shipped platinum and thermocouple tables, against 40 digits and against the reference functions.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::curves::{pt100, pt1000, tc_k, tc_t};
use coldcap_calibration::physics::front_end::{code, fraction};
use coldcap_calibration::physics::generate::{Coverage, Model, NtcInDivider};
use coldcap_calibration::physics::platinum::Platinum;
use coldcap_calibration::physics::sensor_model::{CoupleOnConverter, PlatinumOnReference};
use coldcap_calibration::physics::thermocouple::Thermocouple;
use coldcap_calibration::table::{CubicTable, Row};
use coldcap_units::{Fault, Ratio};
use core::mem::size_of;

struct Shipped {
    name: &'static str,
    table: &'static CubicTable<'static>,
    /// What the table may be off by over its whole span, in µK.
    bar: u32,
    span: (f64, f64),
}

const SHIPPED: [Shipped; 4] = [
    Shipped { name: "pt100", table: &pt100::TABLE, bar: 20, span: (-200.0, 850.0) },
    Shipped { name: "pt1000", table: &pt1000::TABLE, bar: 10, span: (-30.0, 60.0) },
    Shipped { name: "tc_k", table: &tc_k::TABLE, bar: 20, span: (-40.0, 125.0) },
    Shipped { name: "tc_t", table: &tc_t::TABLE, bar: 20, span: (-40.0, 125.0) },
];

/// The fraction of full scale and its slope per kelvin: the reference function forwards, so that a
/// million points cost a million polynomials.
fn forward(name: &str, celsius: f64) -> (f64, f64) {
    let platinum = |nominal: Platinum, reference: f64| {
        let ends = nominal.resistance(celsius.clamp(-200.0, 850.0)).unwrap();
        let near = celsius.clamp(-199.9, 849.9);
        let step =
            nominal.resistance(near + 0.05).unwrap() - nominal.resistance(near - 0.05).unwrap();
        let slope = step * 10.0 / reference;
        (ends / reference + slope * (celsius - celsius.clamp(-200.0, 850.0)), slope)
    };
    let couple = |couple: Thermocouple| {
        let volt = couple.voltage(celsius).unwrap();
        (0.5 + volt / 39.062_5, couple.seebeck(celsius).unwrap() / 39.062_5)
    };
    match name {
        "pt100" => platinum(Platinum::PT100, 400.0),
        "pt1000" => platinum(Platinum::PT1000, 4_000.0),
        "tc_k" => couple(Thermocouple::K),
        _ => couple(Thermocouple::T),
    }
}

/// How much the table reads too warm at a code, in µK.
fn error(shipped: &Shipped, code: Ratio) -> f64 {
    let read = f64::from(shipped.table.eval(code).unwrap().0) / 1e6;
    let (value, slope) = forward(shipped.name, read);
    (value - fraction(code)) / slope * 1e6
}

#[test]
fn every_bar_holds_and_every_bound_is_honest() {
    for shipped in &SHIPPED {
        let header = shipped.table.header();
        let step = ((header.high.0 - header.low.0) / 1_000_000).max(1) as usize;
        let mut worst = (0.0f64, 0.0f64);
        let mut points = 0;
        for code in (header.low.0..=header.high.0).step_by(step) {
            let error = error(shipped, Ratio(code)).abs();
            let read = shipped.table.eval(Ratio(code)).unwrap().0;
            worst.0 = worst.0.max(error);
            if (-20_000_000..=50_000_000).contains(&read) {
                worst.1 = worst.1.max(error);
            }
            points += 1;
        }
        let stated = (
            f64::from(header.bound_micro_kelvin),
            f64::from(shipped.table.working().unwrap().bound_micro_kelvin),
        );
        println!(
            "{}: {points} points, {} rows, {} bytes; whole span true {:.2} µK, stated {}; \
             −20 to 50 °C true {:.2} µK, stated {}",
            shipped.name,
            header.rows,
            usize::from(header.rows) * size_of::<Row>(),
            worst.0,
            stated.0,
            worst.1,
            stated.1
        );
        assert!(points >= 1_000_000);
        assert!(worst.0 <= stated.0 && stated.0 <= 2.0 * worst.0 + 5.0, "{}", shipped.name);
        assert!(worst.1 <= stated.1 && stated.1 <= 2.0 * worst.1 + 5.0, "{}", shipped.name);
        assert!(header.bound_micro_kelvin <= shipped.bar);
        assert!(usize::from(header.rows) * size_of::<Row>() <= 1_536);
    }
}

#[test]
fn forty_digits_agree_at_every_knot_and_between() {
    let mut worst = [0.0f64; 4];
    let mut points = 0;
    for line in include_str!("data/table_points.csv").lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let index = SHIPPED.iter().position(|shipped| shipped.name == fields[0]).unwrap();
        let exact: f64 = fields[2].parse().unwrap();
        let code = Ratio(fields[1].parse().unwrap());
        let read = SHIPPED[index].table.eval(code).unwrap();
        worst[index] = worst[index].max((f64::from(read.0) - exact).abs());
        points += 1;
    }
    println!("{points} points, worst {worst:.2?} µK");
    assert!(points > 1_500);
    for (shipped, worst) in SHIPPED.iter().zip(worst) {
        assert!(worst > 0.0 && worst <= f64::from(shipped.table.header().bound_micro_kelvin));
    }
}

#[test]
fn zero_celsius_is_a_knot() {
    for shipped in &SHIPPED {
        let zero = if shipped.name.starts_with("pt") { 1u32 << 30 } else { 1 << 31 };
        let at = shipped.table.eval(Ratio(zero)).unwrap();
        assert_eq!(at.0, 0, "{}", shipped.name);
        assert_eq!(zero % (1 << (32 - shipped.table.header().log2_segments)), 0);
    }
}

#[test]
fn every_edge_is_a_typed_fault() {
    for shipped in &SHIPPED {
        let header = *shipped.table.header();
        let read = |code: u32| shipped.table.eval(Ratio(code));
        assert_eq!(read(header.low.0 - 1), Err(Fault::BelowRange));
        assert_eq!(read(header.high.0 + 1), Err(Fault::AboveRange));
        assert_eq!(read(header.open_above.0), Err(Fault::AboveRange));
        assert_eq!(read(header.open_above.0 + 1), Err(Fault::Open));
        assert_eq!(read(u32::MAX), Err(Fault::Open));
        let bottom = if header.short_below.0 == 0 { Fault::BelowRange } else { Fault::Short };
        assert_eq!(read(0), Err(bottom));
        let bound = header.bound_micro_kelvin as i32;
        let (low, high) = (shipped.span.0 * 1e6, shipped.span.1 * 1e6);
        assert!((read(header.low.0).unwrap().0 - low as i32).abs() <= bound);
        assert!((read(header.high.0).unwrap().0 - high as i32).abs() <= bound);
    }
}

/// The codes between two temperatures of the reference thermistor, on a grid.
fn thermistor(log2_segments: u8, coldest: f64, warmest: f64) -> Coverage {
    let at = |celsius| {
        let ohm = NtcInDivider::REFERENCE.ntc.resistance(celsius).unwrap();
        code(NtcInDivider::REFERENCE.divider.fraction(ohm))
    };
    Coverage {
        log2_segments,
        low: at(warmest),
        high: at(coldest),
        short_below: Ratio(0),
        open_above: Ratio(u32::MAX),
    }
}

#[test]
fn thermistor_bars_hold_on_both_grids() {
    let mut buffer = [Row::default(); 256];
    for (log2, coldest, warmest, bar) in [(7, -20.0, 50.0, 20), (8, -40.0, 85.0, 80)] {
        let coverage = thermistor(log2, coldest, warmest);
        let header = coverage.build(&NtcInDivider::REFERENCE, &mut buffer).unwrap();
        let rows = &buffer[..usize::from(header.rows)];
        let table = CubicTable::new(header, rows).unwrap();
        let model = |code: u32| NtcInDivider::REFERENCE.celsius(fraction(Ratio(code))) * 1e6;
        let step = ((header.high.0 - header.low.0) / 1_000_000) as usize;
        let error = |code| (f64::from(table.eval(Ratio(code)).unwrap().0) - model(code)).abs();
        let worst = (header.low.0..=header.high.0).step_by(step).map(error).fold(0.0, f64::max);
        println!(
            "{coldest} to {warmest} °C, grid 2^{log2}: {} rows, true {worst:.2} µK, stated {}",
            header.rows, header.bound_micro_kelvin
        );
        let stated = f64::from(header.bound_micro_kelvin);
        assert!(header.bound_micro_kelvin <= bar);
        assert!(worst <= stated && stated <= 2.0 * worst + 5.0);
    }
}

/// A bound must hold for any width of a piece: the enclosure of the fourth derivative against points.
#[test]
fn fourth_derivatives_are_enclosed() {
    fn assert_enclosed(model: &impl Model, low: f64, high: f64, what: &str) {
        let bound = model.fourth_derivative(low, high);
        // Differences of the slope: its third derivative by four points.
        let step = (high - low) / 8.0;
        for place in 2..7 {
            let at = low + step * f64::from(place);
            let slope = |offset: f64| model.slope(at + offset * step);
            let third =
                (slope(1.5) - 3.0 * slope(0.5) + 3.0 * slope(-0.5) - slope(-1.5)) / step.powi(3);
            assert!(third.abs() <= bound * 1.001, "{what}: {third} {bound}");
            assert!(bound <= 30.0 * third.abs() + 1e3, "{what}: {third} {bound}");
        }
    }
    assert_enclosed(&PlatinumOnReference::PT100, 0.06, 0.08, "platinum, cold");
    assert_enclosed(&PlatinumOnReference::PT1000, 0.5, 0.52, "platinum, warm");
    assert_enclosed(&CoupleOnConverter::K, 0.48, 0.485, "K, cold");
    assert_enclosed(&CoupleOnConverter::K, 0.55, 0.555, "K, warm");
    assert_enclosed(&CoupleOnConverter::T, 0.48, 0.482, "T, cold");
    assert_enclosed(&CoupleOnConverter::T, 0.55, 0.555, "T, warm");
}
