//! The device's flux method and the host's repetition of it, on the same samples.
#![allow(missing_docs, clippy::unwrap_used)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::contact::flux::{FluxFit, FluxMethod};
use coldcap_calibration::contact::{ZoneFault, ZoneFit};
use coldcap_calibration::physics::flux::{Sample, conductance};
use coldcap_units::{Coolant, Duration, Interface};
use proptest::prelude::*;

/// A face over coolant that both fall exponentially, as `(drop_k, more_k, time_s, coolant_c)` says.
fn samples((drop, more, time, coolant_c): (f64, f64, f64, f64), tick_ms: u32) -> Vec<Sample> {
    (1..=125_000 / tick_ms)
        .map(|number| {
            let elapsed_s = f64::from(number * tick_ms) / 1e3;
            let face_c = coolant_c + drop + more * (-elapsed_s / time).exp();
            Sample { elapsed_s, face_c, coolant_c }
        })
        .collect()
}

fn on_device(samples: &[Sample], method: FluxMethod, tick_ms: u32) -> Result<ZoneFit, ZoneFault> {
    let milli = |celsius: f64| (1e3 * celsius).round() as i32;
    let mut fit = FluxFit::new(method);
    let outcomes = samples.iter().map(|it| {
        let face = Ok(Interface::from_milli(milli(it.face_c)));
        let coolant = Ok(Coolant::from_milli(milli(it.coolant_c)));
        fit.step(face, coolant, Duration::from_millis(tick_ms)).outcome()
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
            }
            Err(fault) => {
                let outside = fault == ZoneFault::AboveRange && host.conductance > 199.0;
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
