//! The device's flux method and the host's repetition of it, on the same samples.
#![allow(missing_docs, clippy::unwrap_used)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::contact::flux::{FluxFit, FluxMethod};
use coldcap_calibration::contact::{Conductance, ZoneFault, ZoneFit};
use coldcap_calibration::physics::flux::{Sample, conductance, misfit};
use coldcap_units::{Coolant, Duration, Fault, Interface};
use proptest::prelude::*;

/// A face that falls exponentially over coolant, as `(drop_k, more_k, time_s, coolant_c)` says; both
/// scatter by 1 mK, as no real sensor stands still.
fn samples((drop, more, time, coolant_c): (f64, f64, f64, f64), tick_ms: u32) -> Vec<Sample> {
    (1..=125_000 / tick_ms)
        .map(|number| {
            let elapsed_s = f64::from(number * tick_ms) / 1e3;
            let coolant_c = coolant_c + if number % 2 == 0 { 1e-3 } else { -1e-3 };
            let face_c = coolant_c + drop + more * (-elapsed_s / time).exp();
            Sample { elapsed_s, face_c, coolant_c }
        })
        .collect()
}

fn on_device(samples: &[Sample], method: FluxMethod, tick_ms: u32) -> Result<ZoneFit, ZoneFault> {
    with_gap(samples, method, tick_ms, (0.0, 0.0))
}

/// With a face that shows nothing after the first and up to the second moment of a gap.
fn with_gap(
    samples: &[Sample],
    method: FluxMethod,
    tick_ms: u32,
    (from, to): (f64, f64),
) -> Result<ZoneFit, ZoneFault> {
    let milli = |celsius: f64| (1e3 * celsius).round() as i32;
    let mut fit = FluxFit::new(method);
    let outcomes = samples.iter().map(|it| {
        let gap = it.elapsed_s > from && it.elapsed_s <= to;
        let face = Interface::from_milli(milli(it.face_c));
        let face = if gap { Err(Fault::Open) } else { Ok(face) };
        let coolant = Ok(Coolant::from_milli(milli(it.coolant_c)));
        fit.step(face, [coolant; 2], Duration::from_millis(tick_ms)).outcome()
    });
    outcomes.last().flatten().unwrap()
}

/// The device's means are whole thousandths of a degree: each may be off by 1 mK in a half window, which
/// the wall's own heat multiplies. As a share of the flux behind a drop in kelvin, by the law's exponents.
fn rounding(method: &FluxMethod, drop_k: f64) -> f64 {
    let share = |(from, to): (Duration, Duration)| {
        let half_s = f64::from(to.as_millis() - from.as_millis()) / 2e3;
        let wall = f64::from(method.wall.conductance.0) / 1e3;
        (f64::from(method.wall.heat_capacity) / half_s + wall) * 1e-3 / (wall * drop_k)
    };
    let bits = |number: i32| f64::from(number).abs() / 65_536.0;
    let (late, early) = (share(method.late), share(method.early));
    bits(method.law.uptake) * late + bits(method.law.ratio) * (early + late) + 5e-4
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn both_find_the_same(
        trace in (1.0..8.0f64, 0.0..1.5f64, 20.0..200.0f64, 0.0..9.0f64),
        ramp in any::<bool>(),
        tick_ms in prop::sample::select(vec![100u32, 250]),
    ) {
        let method = if ramp { FluxMethod::AFTER_RAMP } else { FluxMethod::AFTER_STEP };
        let samples = samples(trace, tick_ms);
        let host = conductance(&samples, &method).unwrap();
        match on_device(&samples, method, tick_ms) {
            Ok(device) => {
                let h = f64::from(device.conductance.0) / 1e3;
                let allowed = rounding(&method, trace.0);
                prop_assert!((h / host.conductance - 1.0).abs() < allowed, "{} {}", h, host.conductance);
                let u = f64::from(device.uncertainty.0) / 1e3;
                // The share is rounded down to ten-thousandths, both figures to milliwatts.
                prop_assert!((u / host.uncertainty - 1.0).abs() < allowed + 5e-3);
                let off = misfit(&samples, &method).unwrap() - f64::from(device.misfit.to_milli()) / 1e3;
                prop_assert!(off.abs() < trace.0 * allowed + 0.003, "{}", off);
            }
            Err(fault) => {
                let (least, largest) = method.range;
                let watts = |it: Conductance| f64::from(it.0) / 1e3;
                let allowed = rounding(&method, trace.0);
                let outside = match fault {
                    ZoneFault::BelowRange => host.conductance < watts(least) * (1.0 + allowed),
                    ZoneFault::AboveRange(_) => host.conductance > watts(largest) * (1.0 - allowed),
                    _ => false,
                };
                prop_assert!(outside || fault == ZoneFault::Misfit, "{}", fault);
            }
        }
    }
}

#[test]
fn nothing_comes_of_nothing() {
    let method = FluxMethod::AFTER_RAMP;
    assert_eq!(conductance(&[], &method), None);
    let warm = samples((-2.0, 0.0, 50.0, 30.0), 100);
    assert_eq!(conductance(&warm, &method), None);
    let early: Vec<Sample> = samples((4.0, 1.0, 50.0, 8.0), 100).into_iter().take(300).collect();
    assert_eq!(conductance(&early, &method), None);
}

/// Face and coolant fall together, as in a ramp that is not over: then a mean of one over other ticks than
/// the other's is off by what they fell in the gap.
fn falling(tick_ms: u32) -> Vec<Sample> {
    let fall = |it: Sample| {
        let fallen = 0.05 * it.elapsed_s;
        Sample { face_c: it.face_c - fallen, coolant_c: it.coolant_c - fallen, ..it }
    };
    samples((7.0, 0.2, 60.0, 12.0), tick_ms).into_iter().map(fall).collect()
}

#[test]
fn a_short_gap_does_not_set_the_face_against_the_coolant() {
    let method = FluxMethod::AFTER_RAMP;
    let all = falling(100);
    let whole = conductance(&all, &method).unwrap().conductance;
    // 0.8 s of the 29 s of half a window, at its end: 2.8 %.
    let gap = (88.15, 88.95);
    let seen: Vec<Sample> =
        all.iter().copied().filter(|it| it.elapsed_s <= gap.0 || it.elapsed_s > gap.1).collect();
    let host = conductance(&seen, &method).unwrap().conductance;
    let device = with_gap(&all, method, 100, gap).unwrap();
    let device = f64::from(device.conductance.0) / 1e3;
    assert!((device / host - 1.0).abs() < 2e-3, "{device} {host}");
    assert!((device / whole - 1.0).abs() < 0.02, "{device} {whole}");
}

#[test]
fn a_half_window_without_3_percent_of_its_ticks_is_a_fault() {
    let method = FluxMethod::AFTER_RAMP;
    let all = falling(100);
    let gap = |from, to| with_gap(&all, method, 100, (from, to));
    let missing = Err(ZoneFault::Sensor(Fault::Open));
    // The halves are 14, 11 and 29 s: 0.42, 0.33 and 0.87 s are 3 %.
    for (from, allowed_s) in [(2.05, 0.4), (20.05, 0.4), (40.05, 0.3), (46.05, 0.3), (95.05, 0.8)] {
        assert!(gap(from, from + allowed_s).is_ok(), "{from}");
        assert_eq!(gap(from, from + allowed_s + 0.1), missing, "{from}");
    }
    assert_eq!(gap(70.0, 78.0), missing);
    // Between two windows nothing is used.
    assert!(gap(30.05, 34.05).is_ok() && gap(56.05, 60.05).is_ok());
}
