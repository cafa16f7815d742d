//! A thermistor's equation from a table or from a few points.
//!
//! 1/T is linear in the coefficients of powers of L = ln(R/Ω). Each point is weighted by T⁴, which turns
//! residuals of 1/T into kelvins. As many points as terms are met exactly (the classical three-point
//! solution); more give least squares.

use super::FitError;
use super::least_squares::{Observation, least_squares};
use super::polynomial::{Point, Polynomial};
use crate::physics::ntc::Ntc;
use crate::physics::ntc::ZERO_CELSIUS;

/// A line of a thermistor's table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TablePoint {
    /// The temperature in °C.
    pub celsius: f64,
    /// The resistance in ohms.
    pub ohm: f64,
}

impl TablePoint {
    fn reciprocal(&self) -> f64 {
        1.0 / (self.celsius + ZERO_CELSIUS)
    }

    fn ln(&self) -> f64 {
        libm::log(self.ohm)
    }

    /// T⁴: the square of what turns a residual of 1/T into kelvins.
    fn weight(&self) -> f64 {
        let square = (self.celsius + ZERO_CELSIUS) * (self.celsius + ZERO_CELSIUS);
        square * square
    }

    fn is_usable(&self) -> bool {
        self.celsius.is_finite() && self.celsius > -ZERO_CELSIUS && self.ohm > 0.0
    }
}

/// How many terms the equation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Terms {
    /// 1, L and L³.
    Three,
    /// 1, L, L² and L³.
    Four,
}

/// A fitted thermistor and how well it meets its table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NtcFit {
    /// The thermistor, over the span of the table and the largest residual beyond: its ends are read.
    pub ntc: Ntc,
    /// Points less terms.
    pub degrees_of_freedom: usize,
    /// The root of the mean squared residual in kelvins.
    pub rms_kelvin: f64,
    /// The largest residual by size in kelvins.
    pub largest_kelvin: f64,
}

/// Fits a thermistor's equation to points of its table.
///
/// # Errors
/// [`FitError::TooFew`], [`FitError::NotUsable`]; [`FitError::Dependent`] for points that repeat;
/// [`FitError::Ntc`] when the table is not a falling thermistor's.
///
/// ```
/// use coldcap_calibration::fit::steinhart_hart::{TablePoint, Terms, fit};
/// // Three points of a Murata NCP15XH103, whose line at 5 °C is then 12 mK off.
/// let points = [(-5.0, 33_892.0), (15.0, 14_673.0), (35.0, 6_947.0)];
/// let points = points.map(|(celsius, ohm)| TablePoint { celsius, ohm });
/// let fitted = fit(&points, Terms::Three).unwrap();
/// assert!((fitted.ntc.temperature(22_021.0).unwrap() - 5.012).abs() < 0.001);
/// assert!(fitted.largest_kelvin < 1e-9);
/// ```
pub fn fit(points: &[TablePoint], terms: Terms) -> Result<NtcFit, FitError> {
    if let Some(index) = points.iter().position(|point| !point.is_usable()) {
        return Err(FitError::NotUsable(index));
    }
    let (coefficients, degrees_of_freedom) = match terms {
        Terms::Three => three_terms(points)?,
        Terms::Four => four_terms(points)?,
    };
    let (low, high) =
        points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
            (low.min(point.celsius), high.max(point.celsius))
        });
    let (rms_kelvin, largest) =
        residuals(&Ntc::from_coefficients(coefficients, low, high)?, points);
    let ntc = Ntc::from_coefficients(coefficients, low - largest, high + largest)?;
    let largest_kelvin = largest;
    Ok(NtcFit { ntc, degrees_of_freedom, rms_kelvin, largest_kelvin })
}

fn four_terms(points: &[TablePoint]) -> Result<([f64; 4], usize), FitError> {
    let point = |p: &TablePoint| Point { x: p.ln(), y: p.reciprocal(), weight: p.weight() };
    let polynomial = Polynomial::fit(points.iter().map(point))?;
    Ok((polynomial.power_coefficients(), polynomial.fitted().degrees_of_freedom()))
}

/// With z = L − c the columns 1, z and z²·(z + 3c) span the same equations as 1, L and L³, since
/// `L³ = z²·(z + 3c) + 3c²·z + c³`, and are easier to tell apart.
fn three_terms(points: &[TablePoint]) -> Result<([f64; 4], usize), FitError> {
    let centre = points.iter().map(TablePoint::ln).sum::<f64>() / points.len() as f64;
    let observation = |point: &TablePoint| {
        let z = point.ln() - centre;
        let columns = [1.0, z, z * z * (z + 3.0 * centre)];
        Observation { columns, value: point.reciprocal(), weight: point.weight() }
    };
    let fit = least_squares(points.iter().map(observation))?;
    let [constant, linear, cubic] = fit.coefficients();
    let a1 = linear - 3.0 * centre * centre * cubic;
    let a0 = constant - centre * (a1 + centre * centre * cubic);
    Ok(([a0, a1, 0.0, cubic], fit.degrees_of_freedom()))
}

/// Root mean square and largest size of what the thermistor reads less what the table says.
fn residuals(ntc: &Ntc, points: &[TablePoint]) -> (f64, f64) {
    let (sum, largest) = points.iter().fold((0.0, 0.0f64), |(sum, largest), point| {
        let residual = ntc.celsius(point.ln()) - point.celsius;
        (sum + residual * residual, largest.max(libm::fabs(residual)))
    });
    (libm::sqrt(sum / points.len() as f64), largest)
}
