//! Least squares, robust fits and thermistor fits against worked examples and high precision.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::fit::FitError;
use coldcap_calibration::fit::least_squares::{Observation, Spread, least_squares};
use coldcap_calibration::fit::polynomial::{Point, Polynomial};
use coldcap_calibration::fit::robust::{huber, outlier};
use coldcap_calibration::fit::steinhart_hart::{NtcFit, TablePoint, Terms, fit};
use coldcap_calibration::physics::ntc::{Ntc, NtcError};
use proptest::prelude::*;

fn rows(text: &str) -> Vec<Vec<f64>> {
    let field = |field: &str| field.parse().unwrap_or(f64::NAN);
    text.lines().skip(1).map(|line| line.split(',').map(field).collect()).collect()
}

fn rounded(value: f64, places: usize) -> String {
    format!("{value:.places$}")
}

// ---- GUM H.3: calibration of a thermometer -------------------------------------------------------

/// The observations with the temperature counted from `from`: columns 1 and t − from.
fn thermometer(from: f64) -> Vec<Observation<2>> {
    let observation = |row: Vec<f64>| Observation::new([1.0, row[0] - from], row[1]);
    rows(include_str!("data/gum_h3_thermometer.csv")).into_iter().map(observation).collect()
}

#[test]
fn gum_h3_is_met_to_all_printed_digits() {
    let observations = thermometer(20.0);
    let fit = least_squares(observations.iter().copied()).unwrap();
    let [y1, y2] = fit.coefficients();
    let [s1, s2] = fit.uncertainties(Spread::Residuals).unwrap();
    let covariance = fit.covariance(Spread::Residuals).unwrap();
    assert_eq!([rounded(y1, 4), rounded(s1, 4)], ["-0.1712", "0.0029"]);
    assert_eq!([rounded(y2, 5), rounded(s2, 5)], ["0.00218", "0.00067"]);
    assert_eq!(rounded(covariance[0][1] / (s1 * s2), 3), "-0.930");
    assert_eq!(rounded(fit.residual_deviation().unwrap(), 4), "0.0035");
    assert_eq!(fit.degrees_of_freedom(), 9);
    // The correction at 30 °C, with its correlation (H.3.4), and without a reading there.
    let at_30 = [1.0, 10.0];
    assert_eq!(rounded(fit.predict(&at_30), 4), "-0.1494");
    assert_eq!(rounded(fit.uncertainty(&at_30, Spread::Residuals).unwrap(), 4), "0.0041");
}

#[test]
fn gum_h3_uncorrelated_choice_of_origin() {
    // H.3.6: counted from 24.0085 °C the correlation is zero.
    let fit = least_squares(thermometer(24.0085).into_iter()).unwrap();
    let covariance = fit.covariance(Spread::Residuals).unwrap();
    let correlation = covariance[0][1] / (covariance[0][0] * covariance[1][1]).sqrt();
    assert!(correlation.abs() < 1e-3, "{correlation}");
    assert_eq!(rounded(fit.coefficients()[0], 4), "-0.1625");
    assert_eq!(rounded(covariance[0][0].sqrt(), 4), "0.0011");
    let at_30 = fit.uncertainty(&[1.0, 30.0 - 24.0085], Spread::Residuals).unwrap();
    assert_eq!(rounded(at_30, 4), "0.0041");
}

// ---- least squares -------------------------------------------------------------------------------

#[test]
fn weights_are_one_over_the_squared_uncertainty() {
    // Two readings of one quantity, 1.0 ± 0.1 and 2.0 ± 0.2: mean 1.2, u = 1/√125.
    let readings = [(1.0, 0.1), (2.0, 0.2)];
    let observations = readings.map(|(value, uncertainty): (f64, f64)| Observation {
        columns: [1.0],
        value,
        weight: uncertainty.powi(-2),
    });
    let fit = least_squares(observations.into_iter()).unwrap();
    assert!((fit.coefficients()[0] - 1.2).abs() < 1e-14);
    assert!((fit.uncertainties(Spread::Weights).unwrap()[0] - 125f64.sqrt().recip()).abs() < 1e-14);
    // χ² = (0.2/0.1)² + (0.8/0.2)² = 20 with one degree of freedom.
    assert!((fit.sum_of_squares() - 20.0).abs() < 1e-11);
    assert!((fit.residual_deviation().unwrap() - 20f64.sqrt()).abs() < 1e-12);
}

#[test]
fn impossible_fits_are_refused() {
    let line = |points: &[(f64, f64)]| {
        least_squares(points.iter().map(|&(x, y)| Observation::new([1.0, x], y)))
    };
    assert_eq!(line(&[(0.0, 1.0)]), Err(FitError::TooFew(1)));
    assert_eq!(line(&[(2.0, 1.0), (2.0, 3.0), (2.0, 4.0)]), Err(FitError::Dependent(1)));
    assert_eq!(line(&[(0.0, 1.0), (f64::NAN, 1.0)]), Err(FitError::NotUsable(1)));
    assert_eq!(line(&[(0.0, f64::INFINITY), (1.0, 1.0)]), Err(FitError::NotUsable(0)));
    let exact = line(&[(0.0, 1.0), (1.0, 3.0)]).unwrap();
    assert_eq!(exact.residual_deviation(), Err(FitError::NoSpread));
    assert_eq!(exact.covariance(Spread::Residuals), Err(FitError::NoSpread));
    assert!(exact.covariance(Spread::Weights).is_ok());
    let weightless = Observation { columns: [1.0], value: 1.0, weight: 0.0 };
    assert_eq!(least_squares([weightless].into_iter()), Err(FitError::NotUsable(0)));
    let parabola = [(1.0, 1.0), (1.0, 2.0), (3.0, 4.0)].map(|(x, y)| Point { x, y, weight: 1.0 });
    assert_eq!(Polynomial::<3>::fit(parabola.into_iter()), Err(FitError::Dependent(2)));
}

proptest! {
    /// Whatever polynomial made the points comes back, wherever they lie.
    #[test]
    fn polynomials_come_back(
        coefficients in prop::array::uniform4(-3.0f64..3.0),
        start in -1e4f64..1e4,
        step in 0.01f64..100.0,
    ) {
        let truth = |x: f64| {
            let z = (x - start) / step;
            coefficients.iter().rev().fold(0.0, |sum, c| sum * z + c)
        };
        let points = (0..9).map(|k| {
            let x = start + f64::from(k) * step;
            Point { x, y: truth(x), weight: 1.0 }
        });
        let fit = Polynomial::<4>::fit(points).unwrap();
        for k in 0..18 {
            let x = start + (f64::from(k) * 0.5) * step;
            prop_assert!((fit.value(x) - truth(x)).abs() < 1e-8);
        }
        let x = start + 2.5 * step;
        let numeric = (fit.value(x + 0.01 * step) - fit.value(x - 0.01 * step)) / (0.02 * step);
        prop_assert!((fit.slope(x) - numeric).abs() < 1e-3 * (1.0 + numeric.abs()));
    }

    /// The residuals of a fit stand at right angles to every column.
    #[test]
    fn residuals_are_orthogonal(values in prop::array::uniform8(-1e3f64..1e3)) {
        let observation = |(k, y): (usize, f64)| {
            let x = k as f64;
            Observation::new([1.0, x, x.sin()], y)
        };
        let observations = values.into_iter().enumerate().map(observation);
        let fit = least_squares(observations.clone()).unwrap();
        for column in 0..3 {
            let along: f64 = observations.clone().map(|o| o.columns[column] * fit.residual(&o)).sum();
            prop_assert!(along.abs() < 1e-9, "{along}");
        }
    }
}

// ---- robust --------------------------------------------------------------------------------------

/// The line of the oracle with two wrong readings, and its robust offset, slope and scale.
fn dirty_line() -> (Vec<Observation<2>>, [f64; 3]) {
    let mut rows = rows(include_str!("data/huber.csv"));
    let expected = rows.pop().unwrap();
    rows.pop();
    let observations = rows.iter().map(|row| Observation::new([1.0, row[0]], row[1])).collect();
    (observations, [expected[0], expected[1], expected[2]])
}

#[test]
fn huber_meets_its_estimating_equations() {
    let (observations, [offset, slope, scale]) = dirty_line();
    let mut buffer = [0.0; 11];
    let robust = huber(observations.iter().copied(), &mut buffer).unwrap();
    let found = robust.fit.coefficients();
    println!("{robust:?}");
    assert!((found[0] - offset).abs() < 1e-8 && (found[1] - slope).abs() < 1e-8, "{found:?}");
    assert!((robust.scale - scale).abs() < 1e-8);
    // Ordinary least squares is dragged off by a multiple of the spread.
    let plain = least_squares(observations.iter().copied()).unwrap().coefficients();
    assert!((plain[1] - 2.0).abs() > 0.1 && (found[1] - 2.0).abs() < 0.01, "{plain:?}");
}

#[test]
fn the_outlier_is_named_and_clean_data_have_none() {
    let (mut observations, _) = dirty_line();
    let mut buffer = [0.0; 11];
    for expected in [9, 5] {
        let robust = huber(observations.iter().copied(), &mut buffer).unwrap();
        let found = outlier(&robust.fit, observations.iter().copied(), &mut buffer).unwrap();
        let found = found.unwrap();
        assert_eq!(found.index, expected);
        assert!(found.score > 3.5);
        observations.remove(found.index);
    }
    let robust = huber(observations.iter().copied(), &mut buffer).unwrap();
    assert_eq!(outlier(&robust.fit, observations.iter().copied(), &mut buffer), Ok(None));
}

#[test]
fn robust_fits_need_room_and_survive_exact_data() {
    let exact = (0..9).map(|k| Observation::new([1.0, f64::from(k)], 2.0 * f64::from(k)));
    let mut small = [0.0; 8];
    assert_eq!(huber(exact.clone(), &mut small).map(|fit| fit.rounds), Err(FitError::Room(9)));
    let mut buffer = [0.0; 9];
    let fit = huber(exact.clone(), &mut buffer).unwrap();
    assert_eq!(fit.reduced, 0);
    assert!((fit.fit.coefficients()[1] - 2.0).abs() < 1e-14);
    assert_eq!(outlier(&fit.fit, exact.clone(), &mut buffer), Ok(None));
    assert_eq!(outlier(&fit.fit, exact, &mut small), Err(FitError::Room(9)));
}

// ---- Steinhart–Hart ------------------------------------------------------------------------------

const MURATA: &str = include_str!("data/ntc_10k_ncp15xh103_murata_b3380.csv");
const REFERENCE_PART: &str = include_str!("data/ntc_10k_10k3a1_b3976_1c.csv");

fn table(text: &str, column: usize, low: f64, high: f64) -> Vec<TablePoint> {
    let point = |row: Vec<f64>| TablePoint { celsius: row[0], ohm: row[column] };
    let within = |point: &TablePoint| point.celsius >= low && point.celsius <= high;
    let points = rows(text).into_iter().map(point);
    points.filter(|point| within(point) && point.ohm.is_finite()).collect()
}

/// The tables, by the names the oracle gives them.
fn named_table(name: &str) -> Vec<TablePoint> {
    match name {
        "murata" => table(MURATA, 1, -25.0, 55.0),
        "10k3a1_published" => table(REFERENCE_PART, 2, -25.0, 1.0),
        _ => table(REFERENCE_PART, 1, -25.0, 55.0),
    }
}

#[test]
fn fits_are_those_of_high_precision() {
    for line in include_str!("data/steinhart_hart_fits.csv").lines().skip(1) {
        let fields: Vec<_> = line.split(',').collect();
        let number = |index: usize| fields[index].parse::<f64>().unwrap();
        let terms = if fields[1] == "3" { Terms::Three } else { Terms::Four };
        let points = named_table(fields[0]);
        let found = fit(&points, terms).unwrap();
        // The tables print R to about six digits; coefficients are compared by what they read.
        let exact = Ntc::from_coefficients([2, 3, 4, 5].map(number), -40.0, 60.0).unwrap();
        for point in &points {
            let miss =
                found.ntc.temperature(point.ohm).unwrap() - exact.temperature(point.ohm).unwrap();
            assert!(miss.abs() < 1e-9, "{line} {miss}");
            assert!((found.ntc.temperature(point.ohm).unwrap() - point.celsius).abs() < 0.05);
        }
        assert!((found.rms_kelvin * 1e3 - number(6)).abs() < 2e-6, "{line} {}", found.rms_kelvin);
        assert!((found.largest_kelvin * 1e3 - number(7)).abs() < 2e-6, "{line}");
    }
}

/// Bar: the four-term fit meets vendors' tables within 20 mK from −25 to 55 °C.
///
/// Here are 10K3A1 (published to 1 °C, by its constants beyond) and the Murata NCP15XH103. Not in the
/// reference data, so not shown: TDK NTCG163JF103, EPCOS B57330V2103, Semitec 103AT, Vishay B3977, and
/// the generic "B3950".
#[test]
fn four_terms_meet_vendor_tables_within_20_mk() {
    let mut reference = table(REFERENCE_PART, 2, -25.0, 1.0);
    reference.extend(table(REFERENCE_PART, 1, 2.0, 55.0));
    assert_eq!(reference.len(), 81);
    for (name, points) in [("Murata NCP15XH103", named_table("murata")), ("10K3A1", reference)] {
        let NtcFit { rms_kelvin, largest_kelvin, degrees_of_freedom, .. } =
            fit(&points, Terms::Four).unwrap();
        println!("{name}: rms {:.2} mK, max {:.2} mK", rms_kelvin * 1e3, largest_kelvin * 1e3);
        assert!(largest_kelvin <= 0.020 && rms_kelvin < largest_kelvin);
        assert_eq!(degrees_of_freedom, points.len() - 4);
        let three = fit(&points, Terms::Three).unwrap();
        println!("{name}: three terms, max {:.2} mK", three.largest_kelvin * 1e3);
        assert!(three.rms_kelvin >= rms_kelvin * (1.0 - 1e-9));
    }
}

#[test]
fn as_many_points_as_terms_are_met_exactly() {
    let murata = named_table("murata");
    let three = fit(&[murata[0], murata[4], murata[8]], Terms::Three).unwrap();
    let four = fit(&[murata[0], murata[3], murata[5], murata[8]], Terms::Four).unwrap();
    for found in [three, four] {
        assert_eq!(found.degrees_of_freedom, 0);
        assert!(found.largest_kelvin < 1e-9, "{found:?}");
    }
    // The constants of the part come back from three of its own resistances.
    let own = table(REFERENCE_PART, 1, -40.0, 70.0);
    let found = fit(&[own[0], own[50], own[100]], Terms::Three).unwrap().ntc.coefficients();
    let known = [1.129_241e-3, 2.341_077e-4, 0.0, 8.775_468e-8];
    for (found, known) in found.into_iter().zip(known) {
        assert!((found - known).abs() <= 1e-8 * known, "{found} {known}");
    }
}

#[test]
fn tables_that_are_no_thermistor_are_refused() {
    let point = |celsius, ohm| TablePoint { celsius, ohm };
    let rising = [point(0.0, 100.0), point(50.0, 119.0), point(100.0, 138.5)];
    assert_eq!(
        fit(&rising, Terms::Three).map(|fit| fit.degrees_of_freedom),
        Err(FitError::Ntc(NtcError::NotMonotonic))
    );
    let repeated = [point(0.0, 32_650.0), point(0.0, 32_650.0), point(25.0, 10_000.0)];
    assert_eq!(
        fit(&repeated, Terms::Three).map(|fit| fit.degrees_of_freedom),
        Err(FitError::Dependent(2))
    );
    let refused = |points: &[TablePoint]| fit(points, Terms::Three).unwrap_err();
    assert_eq!(refused(&rising[..2]), FitError::TooFew(2));
    assert_eq!(refused(&[point(0.0, -1.0), rising[1], rising[2]]), FitError::NotUsable(0));
    assert_eq!(refused(&[rising[0], point(f64::NAN, 1.0), rising[2]]), FitError::NotUsable(1));
    assert_eq!(refused(&[]), FitError::TooFew(0));
}
