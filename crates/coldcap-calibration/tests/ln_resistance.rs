//! Calibration in ln R: what it leaves, what it says it leaves, and what it refuses.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::fit::FitError;
use coldcap_calibration::fit::ln_resistance::{BathPoint, CalibratedNtc};
use coldcap_calibration::fit::steinhart_hart::{TablePoint, Terms, fit};
use coldcap_calibration::physics::CurveError;
use coldcap_calibration::physics::ntc::Ntc;

const TYPE: Ntc = Ntc::NTC_10K3A1;

/// The standard uncertainty of the reference.
const REFERENCE: f64 = 0.002;

/// Knuth's MMIX generator: the same units every time.
struct Dice(u64);

impl Dice {
    fn uniform(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (core::f64::consts::TAU * self.uniform()).cos()
    }
}

/// A unit of the type whose resistance at 25 °C and steepness are off by these parts.
#[derive(Clone, Copy)]
struct Unit {
    resistance: f64,
    steepness: f64,
}

impl Unit {
    fn any(dice: &mut Dice) -> Self {
        Self { resistance: dice.between(-0.01, 0.01), steepness: dice.between(-0.01, 0.01) }
    }

    fn ohm(&self, celsius: f64) -> f64 {
        let nominal = TYPE.resistance(25.0).unwrap();
        let ratio = TYPE.resistance(celsius).unwrap() / nominal;
        nominal * (1.0 + self.resistance) * ratio.powf(1.0 + self.steepness)
    }

    /// What the bath's operator writes down: the reference is off by its uncertainty.
    fn point(&self, celsius: f64, dice: &mut Dice) -> BathPoint {
        BathPoint {
            celsius: celsius + REFERENCE * dice.normal(),
            ohm: self.ohm(celsius),
            uncertainty_kelvin: REFERENCE,
        }
    }
}

const PLACES: [f64; 11] = [-15.0, -10.0, -5.0, 0.0, 5.0, 10.0, 20.0, 25.0, 35.0, 39.0, 40.0];

fn percentile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() as f64 * part) as usize]
}

/// The 95th percentile of the error's size at each place in mK, over many units.
fn monte_carlo(
    units: u32,
    read: impl Fn(&Unit, &mut Dice) -> Box<dyn Fn(f64) -> f64>,
) -> [f64; 11] {
    let mut dice = Dice(20_261_126);
    let mut errors: [Vec<f64>; 11] = Default::default();
    for _ in 0..units {
        let unit = Unit::any(&mut dice);
        let curve = read(&unit, &mut dice);
        for (place, errors) in PLACES.iter().zip(&mut errors) {
            errors.push((curve(unit.ohm(*place)) - place).abs() * 1e3);
        }
    }
    errors.map(|errors| percentile(errors, 0.95))
}

/// p95 after ice and a second point, in mK, over many units.
fn after_two_points(second: f64) -> [f64; 11] {
    monte_carlo(20_000, |unit, dice| {
        let points = [unit.point(0.0, dice), unit.point(second, dice)];
        let calibrated = CalibratedNtc::<2>::fit(TYPE, &points).unwrap();
        Box::new(move |ohm| calibrated.temperature(ohm).unwrap())
    })
}

/// Bar: p95 ≤ 7 mK from −15 to 40 °C after ice and 25 °C, with R25 ±1 %, β ±1 % and u = 2 mK.
///
/// It holds to 39 °C. At 40 °C the closed form gives 1.96·3.605 mK = 7.07 mK, so there the bar is
/// missed by 0.07 mK with a second point at 25.0 °C; with one at 26 °C it holds throughout.
#[test]
fn two_points_leave_7_mk() {
    let left = after_two_points(25.0);
    println!("ice and 25 °C, p95 in mK: {left:.2?}");
    assert!(left[..10].iter().all(|p95| *p95 <= 7.0), "{left:?}");
    assert!((left[10] - 7.07).abs() < 0.12, "{left:?}");
    // Not better than it can be, either: at its own points 1.96 times the reference.
    assert!((left[3] - 3.92).abs() < 0.08 && (left[7] - 3.92).abs() < 0.08);
}

#[test]
fn a_second_point_at_26_leaves_7_mk_up_to_40() {
    let left = after_two_points(26.0);
    println!("ice and 26 °C, p95 in mK: {left:.2?}");
    assert!(left.iter().all(|p95| *p95 <= 7.0), "{left:?}");
}

/// The rivals of the reference's table, for comparison: no calibration, ice point only, and three points
/// of a full Steinhart–Hart fit.
#[test]
fn other_schemes_leave_more() {
    let none = monte_carlo(5_000, |_, _| Box::new(|ohm| TYPE.temperature(ohm).unwrap()));
    let ice = monte_carlo(5_000, |unit, dice| {
        let calibrated = CalibratedNtc::<1>::fit(TYPE, &[unit.point(0.0, dice)]).unwrap();
        Box::new(move |ohm| calibrated.temperature(ohm).unwrap())
    });
    let three = monte_carlo(5_000, |unit, dice| {
        let points = [0.0, 12.5, 25.0].map(|celsius| {
            let point = unit.point(celsius, dice);
            TablePoint { celsius: point.celsius, ohm: point.ohm }
        });
        let ntc = fit(&points, Terms::Three).unwrap().ntc;
        let wide = Ntc::new(ntc.coefficients(), 10_000.0, -40.0, 60.0).unwrap();
        Box::new(move |ohm| wide.temperature(ohm).unwrap())
    });
    println!("none {none:.0?}\nice {ice:.0?}\nthree points {three:.1?}");
    assert!(none.iter().all(|p95| *p95 > 150.0));
    assert!(ice[3] < 5.0 && ice[4] < 60.0 && ice[10] > 300.0);
    assert!(three[0] > 15.0 && three[10] > 15.0);
}

#[test]
fn the_stated_uncertainty_is_what_units_show() {
    let mut dice = Dice(7);
    let unit = Unit { resistance: 0.006, steepness: -0.008 };
    let mut squares = [0.0; 11];
    let rounds = 10_000;
    let mut stated = [0.0; 11];
    for _ in 0..rounds {
        let points = [unit.point(0.0, &mut dice), unit.point(25.0, &mut dice)];
        let calibrated = CalibratedNtc::<2>::fit(TYPE, &points).unwrap();
        for (index, place) in PLACES.into_iter().enumerate() {
            let error = calibrated.temperature(unit.ohm(place)).unwrap() - place;
            squares[index] += error * error;
            stated[index] = calibrated.uncertainty_kelvin(unit.ohm(place)).unwrap();
        }
    }
    for (square, stated) in squares.into_iter().zip(stated) {
        let seen = (square / f64::from(rounds)).sqrt();
        assert!((seen / stated - 1.0).abs() < 0.025, "{seen} {stated}");
    }
}

#[test]
fn the_uncertainty_of_two_points_is_the_closed_form() {
    let unit = Unit { resistance: -0.004, steepness: 0.005 };
    let point = |celsius, uncertainty_kelvin| BathPoint {
        celsius,
        ohm: unit.ohm(celsius),
        uncertainty_kelvin,
    };
    let calibrated =
        CalibratedNtc::<2>::fit(TYPE, &[point(0.0, 0.001), point(25.0, 0.004)]).unwrap();
    // u² = ((1 − w)·u1)² + (w·u2)², each u in ln R, by a numeric derivative of the type's curve.
    let ln = |celsius: f64| TYPE.resistance(celsius).unwrap().ln();
    let slope = |celsius: f64| (ln(celsius + 0.001) - ln(celsius - 0.001)) / 0.002;
    for place in PLACES {
        let part = (ln(place) - ln(0.0)) / (ln(25.0) - ln(0.0));
        let in_ln = ((1.0 - part) * 0.001 * slope(0.0)).hypot(part * 0.004 * slope(25.0));
        let expected = (in_ln / slope(place)).abs();
        let found = calibrated.uncertainty_kelvin(unit.ohm(place)).unwrap();
        assert!((found / expected - 1.0).abs() < 1e-5, "{place}: {found} {expected}");
    }
}

#[test]
fn gain_and_offset_are_those_of_the_unit() {
    let unit = Unit { resistance: 0.01, steepness: 0.01 };
    let point = |celsius| BathPoint { celsius, ohm: unit.ohm(celsius), uncertainty_kelvin: 0.002 };
    let points: Vec<_> = [-10.0, 0.0, 12.0, 25.0, 37.0].map(point).into();
    let calibrated = CalibratedNtc::<2>::fit(TYPE, &points).unwrap();
    // ln R_unit = ln R25·(1.01) + …: the type's ln R is (ln R_unit − ln 1.01 + 0.01·ln R25)/1.01.
    let nominal = TYPE.resistance(25.0).unwrap().ln();
    let [offset, gain] = calibrated.correction();
    assert!((gain - (1.0 / 1.01 - 1.0)).abs() < 1e-10, "{gain}");
    assert!((offset - (0.01 * nominal - 1.01f64.ln()) / 1.01).abs() < 1e-9, "{offset}");
    assert_eq!(calibrated.fitted().degrees_of_freedom(), 3);
    for tenth in -300..=550 {
        let celsius = f64::from(tenth) / 10.0;
        let ohm = calibrated.resistance(celsius).unwrap();
        assert!((ohm / unit.ohm(celsius) - 1.0).abs() < 1e-9);
        assert!((calibrated.temperature(ohm).unwrap() - celsius).abs() < 1e-9);
    }
}

#[test]
fn a_unit_becomes_a_thermistor_of_its_own() {
    let mut dice = Dice(11);
    for _ in 0..50 {
        let unit = Unit::any(&mut dice);
        let points = [unit.point(0.0, &mut dice), unit.point(25.0, &mut dice)];
        let calibrated = CalibratedNtc::<2>::fit(TYPE, &points).unwrap();
        let own = calibrated.thermistor().unwrap();
        for celsius in -40..=80 {
            let ohm = unit.ohm(f64::from(celsius));
            let miss = own.temperature(ohm).unwrap() - calibrated.temperature(ohm).unwrap();
            assert!(miss.abs() < 1e-9, "{celsius} {miss}");
        }
    }
}

#[test]
fn three_coefficients_take_up_curvature() {
    // A unit that bends away from its type by up to 0.04 % between −10 and 40 °C.
    let bent = |celsius: f64| {
        let ln = TYPE.resistance(celsius).unwrap().ln();
        (ln + 0.004 + 0.0005 * (ln - 9.5) * (ln - 9.5)).exp()
    };
    let point = |celsius| BathPoint { celsius, ohm: bent(celsius), uncertainty_kelvin: 0.002 };
    let points = [-10.0, 0.0, 12.0, 25.0, 40.0].map(point);
    let two = CalibratedNtc::<2>::fit(TYPE, &points).unwrap();
    let three = CalibratedNtc::<3>::fit(TYPE, &points).unwrap();
    let miss = |read: f64, celsius: f64| (read - celsius).abs() * 1e3;
    assert!(miss(two.temperature(bent(12.0)).unwrap(), 12.0) > 3.0);
    for celsius in [-10.0, -5.0, 5.0, 20.0, 30.0, 40.0] {
        assert!(miss(three.temperature(bent(celsius)).unwrap(), celsius) < 0.05);
        // What is fitted more freely is known less well.
        let known = |u: Result<f64, CurveError>| u.unwrap();
        assert!(
            known(three.uncertainty_kelvin(bent(celsius))) > 0.9 * REFERENCE / 2.0,
            "{celsius}"
        );
    }
}

#[test]
fn more_points_leave_less() {
    let mut dice = Dice(99);
    let unit = Unit::any(&mut dice);
    let few = [0.0, 25.0].map(|celsius| unit.point(celsius, &mut dice));
    let many: Vec<_> = (0..16).map(|k| unit.point(f64::from(k) * 2.0, &mut dice)).collect();
    let two = CalibratedNtc::<2>::fit(TYPE, &few).unwrap();
    let sixteen = CalibratedNtc::<2>::fit(TYPE, &many).unwrap();
    let ohm = unit.ohm(-5.0);
    let (two, sixteen) =
        (two.uncertainty_kelvin(ohm).unwrap(), sixteen.uncertainty_kelvin(ohm).unwrap());
    assert!(sixteen < 0.75 * two, "{sixteen} {two}");
}

#[test]
fn scatter_beyond_the_stated_uncertainty_counts() {
    let unit = Unit { resistance: 0.0, steepness: 0.0 };
    let point = |celsius: f64, off: f64| BathPoint {
        celsius: celsius + off,
        ohm: unit.ohm(celsius),
        uncertainty_kelvin: 0.002,
    };
    let points = [point(0.0, 0.01), point(8.0, -0.01), point(16.0, 0.01), point(24.0, -0.01)];
    let calibrated = CalibratedNtc::<2>::fit(TYPE, &points).unwrap();
    let ratio = calibrated.fitted().residual_deviation().unwrap();
    assert!(ratio > 4.0, "{ratio}");
    assert!(calibrated.uncertainty_kelvin(unit.ohm(12.0)).unwrap() > 0.004);
}

#[test]
fn the_third_point_verifies() {
    let mut dice = Dice(3);
    let mut failed = 0;
    for _ in 0..2_000 {
        let unit = Unit::any(&mut dice);
        let points = [unit.point(0.0, &mut dice), unit.point(25.0, &mut dice)];
        let calibrated = CalibratedNtc::<2>::fit(TYPE, &points).unwrap();
        let check = calibrated.check(unit.point(-10.0, &mut dice)).unwrap();
        failed += u32::from(!check.passes());
        assert_eq!(check.passes(), check.normalised().abs() <= 1.0);
        // A bath 30 mK off, or a mislabelled reading, shows.
        let mut wrong = unit.point(-10.0, &mut dice);
        wrong.celsius += 0.030;
        assert!(!calibrated.check(wrong).unwrap().passes());
    }
    // k = 2: 4.6 % of good units.
    assert!((60..125).contains(&failed), "{failed}");
}

#[test]
fn wrong_points_are_refused() {
    let good = |celsius| BathPoint {
        celsius,
        ohm: TYPE.resistance(celsius).unwrap(),
        uncertainty_kelvin: 0.002,
    };
    let refused = |points: &[BathPoint]| CalibratedNtc::<2>::fit(TYPE, points).unwrap_err();
    // The two rows of the protocol swapped.
    let swapped =
        [BathPoint { celsius: 25.0, ..good(0.0) }, BathPoint { celsius: 0.0, ..good(25.0) }];
    assert_eq!(refused(&swapped), FitError::Implausible);
    let other_part = [
        BathPoint { ohm: 2.0 * good(0.0).ohm, ..good(0.0) },
        BathPoint { ohm: 2.0 * good(25.0).ohm, ..good(25.0) },
    ];
    assert_eq!(refused(&other_part), FitError::Implausible);
    assert_eq!(refused(&[good(0.0)]), FitError::TooFew(1));
    assert_eq!(refused(&[good(0.0), good(0.0)]), FitError::Dependent(1));
    let mut unusable = good(25.0);
    unusable.uncertainty_kelvin = 0.0;
    assert_eq!(refused(&[good(0.0), unusable]), FitError::NotUsable(1));
    unusable = BathPoint { ohm: 2e6, ..good(25.0) };
    assert_eq!(refused(&[good(0.0), unusable]), FitError::NotUsable(1));
    unusable = BathPoint { celsius: f64::NAN, ..good(25.0) };
    assert_eq!(refused(&[unusable, good(0.0)]), FitError::NotUsable(0));
}

#[test]
fn faults_stay_faults() {
    let point = |celsius| BathPoint {
        celsius,
        ohm: 1.01 * TYPE.resistance(celsius).unwrap(),
        uncertainty_kelvin: 0.002,
    };
    let calibrated = CalibratedNtc::<2>::fit(TYPE, &[point(0.0), point(25.0)]).unwrap();
    let read = |ohm| calibrated.temperature(ohm).unwrap_err();
    assert_eq!(read(1e7), CurveError::Open);
    assert_eq!(read(1.0), CurveError::Short);
    assert_eq!(read(f64::NAN), CurveError::NotFinite);
    assert_eq!(read(999_000.0), CurveError::BelowRange);
    assert_eq!(calibrated.resistance(126.0), Err(CurveError::AboveRange));
    let nameless = BathPoint { uncertainty_kelvin: f64::NAN, ..point(-10.0) };
    assert_eq!(calibrated.check(nameless).unwrap_err(), CurveError::NotFinite);
}
