//! The heat that crosses the hair over the drop across it.
#![allow(missing_docs, clippy::unwrap_used)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::contact::drop::{DropFit, DropMethod};
use coldcap_calibration::contact::{Conductance, ZoneFault, ZoneFit};
use coldcap_calibration::physics::drop::{Sample, conductance};
use coldcap_units::{Coolant, Duration, Fault, Interface, Kelvin, Permille, Skin};
use proptest::prelude::*;

const METHOD: DropMethod = DropMethod::AFTER_RAMP;
const WALL: f64 = 94.8;
const CAPACITY: f64 = 5_714.0;

/// What the four sensors show when contact and coolant are these, the skin falls by a rate in K/s, and so does the face:
/// q = h·(skin − face) = G·(face − coolant) + C·dface/dt, all exact at every moment.
fn course(h: f64, coolant_c: f64, skin_c: f64, rate: f64) -> Vec<Sample> {
    (1..=1_250)
        .map(|tick| {
            let elapsed_s = 0.1 * f64::from(tick);
            let coolant_c = coolant_c + rate * elapsed_s;
            let skin_c = skin_c + rate * elapsed_s;
            let face_c = (h * skin_c + WALL * coolant_c - CAPACITY * rate) / (h + WALL);
            // What a match of a warming loop took for an offset.
            Sample { elapsed_s, skin_c, face_c: face_c + 0.095, coolant_c }
        })
        .collect()
}

type Shown = (Result<Skin, Fault>, Result<Interface, Fault>, Result<Coolant, Fault>);

/// The fit of a course that is spoilt at every tick.
fn fitted_with(
    method: DropMethod,
    samples: &[Sample],
    spoil: impl Fn(usize, Shown) -> Shown,
) -> Result<ZoneFit, ZoneFault> {
    let mut fit = DropFit::new(method);
    let mut outcome = None;
    for (tick, sample) in samples.iter().enumerate() {
        // A sensor that is alive scatters.
        let noise = if tick % 2 == 0 { 1 } else { -1 };
        let milli = |celsius: f64| (celsius * 1e3).round() as i32 + noise;
        let skin = Ok(Skin::from_milli(milli(sample.skin_c)));
        let face = Ok(Interface::from_milli(milli(sample.face_c)));
        let coolant = Ok(Coolant::from_milli(milli(sample.coolant_c)));
        let (skin, face, coolant) = spoil(tick, (skin, face, coolant));
        outcome = fit.step(skin, face, [coolant; 2], Duration::from_millis(100)).outcome();
    }
    outcome.unwrap()
}

fn fitted(samples: &[Sample]) -> Result<ZoneFit, ZoneFault> {
    fitted_with(METHOD, samples, |_, shown| shown)
}

proptest! {
    /// Means are whole millikelvins: a share of both differences, and of what the wall gives in half a window of 29 s.
    #[test]
    fn the_contact_of_an_exact_course_comes_back(
        h in 7.0f64..140.0,
        coolant_c in -4.0f64..9.0,
        skin_c in 20.0f64..33.0,
        rate in -0.012f64..0.0,
    ) {
        let samples = course(h, coolant_c, skin_c, rate);
        let found = fitted(&samples).unwrap();
        let value = f64::from(found.conductance.0) / 1e3;
        let last = samples.last().unwrap();
        let (drop, over_wall) = (last.skin_c - last.face_c, last.face_c - last.coolant_c);
        let allowed = 0.001 / drop + 0.001 / over_wall + CAPACITY * 1e-3 / 29.0 / (h * drop) + 1e-4;
        prop_assert!((value / h - 1.0).abs() <= allowed, "{value} {h} {allowed}");
        let host = conductance(&samples, &METHOD).unwrap();
        prop_assert!((host / h - 1.0).abs() < 1e-9, "{host} {h}");
        prop_assert!(found.uncertainty.0 > 0 && found.misfit == Kelvin::ZERO);
    }

    #[test]
    fn no_input_panics(ticks in prop::collection::vec(any::<[i32; 4]>(), 1..40), step in 1u32..30_000) {
        let mut fit = DropFit::new(METHOD);
        for [skin, face, supply, returned] in ticks {
            let coolant = [supply, returned].map(|milli| Ok(Coolant::from_milli(milli)));
            let (skin, face) = (Ok(Skin::from_milli(skin)), Ok(Interface::from_milli(face)));
            let _done = fit.step(skin, face, coolant, Duration::from_millis(step));
        }
    }
}

/// By the product of powers: the wall's 5 % with what goes through it, 10 % of what it gives, 50 mK of the face in flux
/// and drop, 100 mK of the skin, 1.5 % of the model.
#[test]
fn the_stated_uncertainty_is_the_root_of_its_parts() {
    for (h, rate) in [(10.0, 0.0), (35.0, -0.01), (100.0, 0.0)] {
        let samples = course(h, 8.0, 28.0, rate);
        let found = fitted(&samples).unwrap();
        let middle = samples[890];
        let drop = middle.skin_c - (middle.face_c - 0.095);
        let flux = h * drop;
        let through = (flux - CAPACITY * rate) / flux;
        let parts = [
            0.05 * through,
            0.10 * (1.0 - through),
            0.05 * WALL / flux + 0.05 / drop,
            0.1 / drop,
            0.015,
        ];
        let expected = parts.into_iter().fold(0.0, f64::hypot);
        let stated = f64::from(found.uncertainty.0) / f64::from(found.conductance.0);
        assert!((stated / expected - 1.0).abs() < 0.02, "{h}: {stated} {expected}");
    }
}

#[test]
fn beyond_the_range_there_is_no_figure_and_above_it_a_bound() {
    assert_eq!(fitted(&course(5.5, 8.0, 28.0, 0.0)), Err(ZoneFault::BelowRange));
    let above = fitted(&course(160.0, 8.0, 28.0, 0.0));
    let Err(ZoneFault::AboveRange(Conductance(bound))) = above else { panic!("{above:?}") };
    assert!((120_000..145_000).contains(&bound), "{bound}");
    // Skin and face alike: as close as can be. A face that is colder than the coolant takes up nothing.
    let mut samples = course(100.0, 8.0, 28.0, 0.0);
    samples.iter_mut().for_each(|it| it.skin_c = it.face_c - 0.2);
    assert!(matches!(fitted(&samples), Err(ZoneFault::AboveRange(_))));
    samples.iter_mut().for_each(|it| it.skin_c = it.face_c - 0.5);
    assert_eq!(fitted(&samples), Err(ZoneFault::Sensor(Fault::Disagrees)));
    samples.iter_mut().for_each(|it| {
        it.face_c = it.coolant_c - 1.0;
        it.skin_c = 28.0;
    });
    assert_eq!(fitted(&samples), Err(ZoneFault::BelowRange));
    assert_eq!(fitted(&course(35.0, 24.0, 28.0, 0.0)), Err(ZoneFault::NoStep));
}

#[test]
fn what_is_missing_or_stands_still_is_no_value() {
    let samples = course(35.0, 8.0, 28.0, -0.005);
    let good = fitted(&samples).unwrap();
    // One tick in fifty may be missing, one in twenty may not; before the window any may.
    let lost = |every: usize| {
        fitted_with(METHOD, &samples, |tick, (skin, face, coolant)| {
            let skin = if tick % every == 0 { Err(Fault::Open) } else { skin };
            (skin, face, coolant)
        })
    };
    let near = i64::from(lost(50).unwrap().conductance.0) - i64::from(good.conductance.0);
    assert!(near.abs() < 50, "{near}");
    assert_eq!(lost(20), Err(ZoneFault::Sensor(Fault::Open)));
    let early = fitted_with(METHOD, &samples, |tick, (skin, face, coolant)| {
        (if tick < 590 { Err(Fault::Bus) } else { skin }, face, coolant)
    });
    assert_eq!(early, Ok(good));
    for place in 0..3 {
        let stuck = fitted_with(METHOD, &samples, |tick, (skin, face, coolant)| {
            let held = |at: bool| tick > 500 && at;
            (
                if held(place == 0) { Ok(Skin::from_milli(27_500)) } else { skin },
                if held(place == 1) { Ok(Interface::from_milli(13_000)) } else { face },
                if held(place == 2) { Ok(Coolant::from_milli(7_600)) } else { coolant },
            )
        });
        assert_eq!(stuck, Err(ZoneFault::Sensor(Fault::Stuck)), "{place}");
    }
}

/// Each figure of the method is used.
#[test]
fn the_method_is_data() {
    let samples = course(35.0, 8.0, 28.0, -0.01);
    let by = |method| fitted_with(method, &samples, |_, shown| shown).unwrap();
    let good = by(METHOD);
    let wall = coldcap_calibration::contact::CapWall { heat_capacity: 0, ..METHOD.wall };
    assert!(by(DropMethod { wall, ..METHOD }).conductance > good.conductance);
    assert!(by(DropMethod { face_above: Kelvin::ZERO, ..METHOD }).conductance > good.conductance);
    let surer = DropMethod { model_uncertainty: Permille(0), ..METHOD };
    assert!(by(surer).uncertainty < good.uncertainty);
    let surer = DropMethod { skin_uncertainty: Kelvin::ZERO, ..METHOD };
    assert!(by(surer).uncertainty < good.uncertainty);
}
