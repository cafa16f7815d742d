//! Least squares against the linear reference sets of the NIST (StRD), to nine digits and more.
//!
//! Data and certified figures: itl.nist.gov/div898/strd, public domain; `oracle/strd.py` solves the
//! copies in exact fractions and meets every certified figure to 13 digits.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::fit::FitError;
use coldcap_calibration::fit::least_squares::{Fit, Observation, Spread, least_squares};
use coldcap_calibration::fit::polynomial::{Point, Polynomial};

const DIGITS: f64 = 9.0;

fn rows(text: &str) -> Vec<Vec<f64>> {
    let numbers = |line: &str| line.split(',').map(|field| field.parse().unwrap()).collect();
    text.lines().skip(1).map(numbers).collect()
}

/// Certified estimates and standard deviations of a set.
fn certified(set: &str) -> Vec<(f64, f64)> {
    let lines = include_str!("data/strd/certified.csv").lines().skip(1);
    let fields = lines.map(|line| line.split(',').collect::<Vec<_>>());
    let of_set = fields.filter(|fields| fields[0] == set);
    of_set.map(|fields| (fields[1].parse().unwrap(), fields[2].parse().unwrap())).collect()
}

/// How many digits of a certified figure are met; of an exact fit's zero spread, in units of `size`.
fn digits(found: f64, wanted: f64, size: f64) -> f64 {
    let scale = if wanted == 0.0 { size } else { wanted.abs() };
    let miss = (found - wanted).abs() / scale;
    if miss == 0.0 { 16.0 } else { -miss.log10() }
}

/// Checks estimates and standard deviations, and prints the fewest digits of each.
fn compare<const P: usize>(set: &str, how: &str, estimates: [f64; P], deviations: [f64; P]) {
    let certified = certified(set);
    assert_eq!(certified.len(), P, "{set}");
    let mut fewest = (f64::INFINITY, f64::INFINITY);
    for (index, (estimate, deviation)) in certified.into_iter().enumerate() {
        fewest.0 = fewest.0.min(digits(estimates[index], estimate, 1.0));
        fewest.1 = fewest.1.min(digits(deviations[index], deviation, estimate));
    }
    println!("{set}, {how}: {:.1} digits of estimates, {:.1} of deviations", fewest.0, fewest.1);
    assert!(fewest.0 >= DIGITS && fewest.1 >= DIGITS, "{set} {how}: {fewest:?}");
}

fn deviations<const P: usize>(fit: &Fit<P>) -> [f64; P] {
    fit.uncertainties(Spread::Residuals).unwrap()
}

fn raw_powers<const P: usize>(rows: &[Vec<f64>]) -> Result<Fit<P>, FitError> {
    let power = |x: f64| core::array::from_fn(|k| x.powi(i32::try_from(k).unwrap()));
    least_squares(rows.iter().map(|row| Observation::new(power(row[1]), row[0])))
}

fn polynomial<const P: usize>(set: &str, text: &str) {
    let rows = rows(text);
    let points = rows.iter().map(|row| Point { x: row[1], y: row[0], weight: 1.0 });
    let fit = Polynomial::<P>::fit(points).unwrap();
    let covariance = fit.power_covariance(Spread::Residuals).unwrap();
    let deviations = core::array::from_fn(|k| covariance[k][k].sqrt());
    compare(set, "centred", fit.power_coefficients(), deviations);
}

fn powers<const P: usize>(set: &str, text: &str) {
    let fit = raw_powers::<P>(&rows(text)).unwrap();
    compare(set, "plain powers", fit.coefficients(), deviations(&fit));
    polynomial::<P>(set, text);
}

#[test]
fn norris() {
    powers::<2>("norris", include_str!("data/strd/norris.csv"));
}

#[test]
fn pontius() {
    powers::<3>("pontius", include_str!("data/strd/pontius.csv"));
}

#[test]
fn through_the_origin() {
    let sets = [
        ("noint1", include_str!("data/strd/noint1.csv")),
        ("noint2", include_str!("data/strd/noint2.csv")),
    ];
    for (set, text) in sets {
        let rows = rows(text);
        let line = rows.iter().map(|row| Observation::new([row[1]], row[0]));
        let fit = least_squares(line).unwrap();
        compare(set, "plain", fit.coefficients(), deviations(&fit));
    }
}

#[test]
fn longley() {
    let rows = rows(include_str!("data/strd/longley.csv"));
    let columns = |row: &Vec<f64>| core::array::from_fn(|k| if k == 0 { 1.0 } else { row[k] });
    let fit =
        least_squares::<7>(rows.iter().map(|row| Observation::new(columns(row), row[0]))).unwrap();
    compare("longley", "plain", fit.coefficients(), deviations(&fit));
}

#[test]
fn wampler() {
    powers::<6>("wampler1", include_str!("data/strd/wampler1.csv"));
    powers::<6>("wampler2", include_str!("data/strd/wampler2.csv"));
    powers::<6>("wampler3", include_str!("data/strd/wampler3.csv"));
    powers::<6>("wampler4", include_str!("data/strd/wampler4.csv"));
    powers::<6>("wampler5", include_str!("data/strd/wampler5.csv"));
}

#[test]
fn filip_needs_centring() {
    let text = include_str!("data/strd/filip.csv");
    polynomial::<11>("filip", text);
    // Powers of x itself are rounded before any fit sees them: with those, no fit can have more.
    let raw = raw_powers::<11>(&rows(text)).unwrap().coefficients();
    let met = certified("filip").into_iter().zip(raw);
    let fewest = met.map(|((wanted, _), found)| digits(found, wanted, 1.0)).fold(16.0, f64::min);
    println!("filip, plain powers: {fewest:.1} digits of estimates");
    assert!(fewest > 7.0 && fewest < DIGITS, "{fewest}");
}
