//! Calibration of one thermistor against a bath, in ln R.
//!
//! A unit differs from its type mostly by its resistance at 25 °C and by its steepness. Both are exact in
//! ln R: an offset and a gain. So `ln R + correction(ln R)` is put into the type's curve, the correction
//! a polynomial with one coefficient (ice point only), two (gain and offset, the calibration of choice:
//! ice and about 25 °C) or three (with curvature, for many points). A further point is never used up
//! by the fit: it checks the result ([`CalibratedNtc::check`]).

use super::FitError;
use super::least_squares::{Fit, Spread};
use super::polynomial::{Point, Polynomial};
use crate::physics::CurveError;
use crate::physics::ntc::Ntc;
use crate::physics::solve::{Tangent, rising};

/// A correction that changes ln R, or its slope, by more than this is a mistake, not a unit.
const LARGEST: f64 = 0.25;

/// The correction is examined at this many places of the curve's range.
const PLACES: u32 = 16;

/// Brackets ln R for the inverse: all that [`Ntc`] takes and what the correction can add.
const LN_MARGIN: f64 = 1.0;

/// A point of a calibration bath.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BathPoint {
    /// The bath's temperature by the reference in °C.
    pub celsius: f64,
    /// The sensor's resistance in ohms.
    pub ohm: f64,
    /// The standard uncertainty of the point in kelvins, above zero: reference, bath and reading.
    pub uncertainty_kelvin: f64,
}

/// A thermistor with its own correction in ln R.
///
/// ```
/// use coldcap_calibration::fit::ln_resistance::{BathPoint, CalibratedNtc};
/// use coldcap_calibration::physics::ntc::Ntc;
///
/// // A unit that is 1 % high: it reads 0.2 K too cold.
/// let unit = |celsius| 1.01 * Ntc::NTC_10K3A1.resistance(celsius).unwrap();
/// let point =
///     |celsius| BathPoint { celsius, ohm: unit(celsius), uncertainty_kelvin: 0.002 };
/// let calibrated = CalibratedNtc::<2>::fit(Ntc::NTC_10K3A1, &[point(0.0), point(25.0)]).unwrap();
/// assert!((calibrated.temperature(unit(-4.0)).unwrap() + 4.0).abs() < 1e-9);
/// assert!(calibrated.uncertainty_kelvin(unit(-4.0)).unwrap() < 0.003);
/// assert!(calibrated.check(point(-10.0)).unwrap().passes());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibratedNtc<const P: usize> {
    base: Ntc,
    correction: Polynomial<P>,
}

/// How a point that was not fitted compares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Check {
    /// What the calibrated sensor reads less what the reference says, in kelvins.
    pub deviation_kelvin: f64,
    /// The expanded uncertainty (k = 2) of that difference, in kelvins.
    pub allowed_kelvin: f64,
}

impl Check {
    /// The normalised error E_n, deviation over allowed.
    #[must_use]
    pub fn normalised(&self) -> f64 {
        self.deviation_kelvin / self.allowed_kelvin
    }

    /// Whether the deviation is no larger than allowed.
    #[must_use]
    pub fn passes(&self) -> bool {
        libm::fabs(self.deviation_kelvin) <= self.allowed_kelvin
    }
}

impl<const P: usize> CalibratedNtc<P> {
    /// Fits the correction to bath points, each weighted by its uncertainty.
    ///
    /// # Errors
    /// - [`FitError::NotUsable`]: a point that the curve cannot read, or without an uncertainty.
    /// - [`FitError::TooFew`], [`FitError::Dependent`]: not enough different points.
    /// - [`FitError::Implausible`]: somewhere in the curve's range the correction changes ln R, or its
    ///   slope, by more than 0.25.
    pub fn fit(base: Ntc, points: &[BathPoint]) -> Result<Self, FitError> {
        let unusable = points.iter().position(|point| correction_of(&base, point).is_none());
        if let Some(index) = unusable {
            return Err(FitError::NotUsable(index));
        }
        let corrections = points.iter().filter_map(|point| correction_of(&base, point));
        let calibrated = Self { base, correction: Polynomial::fit(corrections)? };
        if calibrated.is_plausible() { Ok(calibrated) } else { Err(FitError::Implausible) }
    }

    fn is_plausible(&self) -> bool {
        let (low, high) = self.base.range();
        (0..=PLACES).all(|place| {
            let celsius = low + (high - low) * f64::from(place) / f64::from(PLACES);
            let ln = self.base.resistance(celsius).map_or(f64::NAN, libm::log);
            let (offset, slope) = (self.correction.value(ln), self.correction.slope(ln));
            libm::fabs(offset) <= LARGEST && libm::fabs(slope) <= LARGEST
        })
    }

    /// The fit of the correction: its degrees of freedom, and Birge's ratio as its residual deviation.
    #[must_use]
    pub const fn fitted(&self) -> &Fit<P> {
        self.correction.fitted()
    }

    /// The coefficients of what is added to L = ln(R/Ω), in powers of L. For two the first is the offset,
    /// and the second is the gain less one.
    #[must_use]
    pub fn correction(&self) -> [f64; P] {
        self.correction.power_coefficients()
    }

    fn corrected(&self, ln: f64) -> Tangent {
        Tangent { value: ln + self.correction.value(ln), slope: 1.0 + self.correction.slope(ln) }
    }

    /// The temperature in °C at a resistance in ohms.
    ///
    /// # Errors
    /// As [`Ntc::temperature`]; open and short are judged by the resistance as measured.
    pub fn temperature(&self, ohm: f64) -> Result<f64, CurveError> {
        let ln = self.base.checked_ln(ohm)?;
        self.base.temperature_in_range(self.corrected(ln).value)
    }

    /// The resistance in ohms at a temperature in °C.
    ///
    /// # Errors
    /// As [`Ntc::resistance`].
    pub fn resistance(&self, celsius: f64) -> Result<f64, CurveError> {
        let wanted = libm::log(self.base.resistance(celsius)?);
        let ln = rising(wanted, wanted - LN_MARGIN, wanted + LN_MARGIN, |ln| self.corrected(ln));
        Ok(libm::exp(ln))
    }

    /// The standard uncertainty in kelvins that the calibration leaves in a reading of this resistance in
    /// ohms: the covariance of the correction carried through to temperature (GUM 5.2.2). Where the
    /// points scatter more than their uncertainties say, that scatter counts. The reading's own noise and
    /// what the unit's curvature differs from its type come on top.
    ///
    /// # Errors
    /// As [`CalibratedNtc::temperature`].
    pub fn uncertainty_kelvin(&self, ohm: f64) -> Result<f64, CurveError> {
        let celsius = self.temperature(ohm)?;
        let stated = self.correction.uncertainty(libm::log(ohm), Spread::Weights);
        let scatter = self.fitted().residual_deviation().map_or(1.0, |ratio| ratio.max(1.0));
        let kelvin_per_ln = self.base.kelvin_per_ln(celsius)?;
        Ok(stated.unwrap_or(f64::NAN) * scatter * libm::fabs(kelvin_per_ln))
    }

    /// Compares the calibrated curve with a point that was not fitted.
    ///
    /// # Errors
    /// As [`CalibratedNtc::temperature`]; [`CurveError::NotFinite`] when the point's own numbers are not
    /// finite.
    pub fn check(&self, point: BathPoint) -> Result<Check, CurveError> {
        if !(point.celsius.is_finite() && point.uncertainty_kelvin.is_finite()) {
            return Err(CurveError::NotFinite);
        }
        let deviation_kelvin = self.temperature(point.ohm)? - point.celsius;
        let own = self.uncertainty_kelvin(point.ohm)?;
        let allowed_kelvin = 2.0 * libm::hypot(own, point.uncertainty_kelvin);
        Ok(Check { deviation_kelvin, allowed_kelvin })
    }
}

impl CalibratedNtc<2> {
    /// The unit as a thermistor of its own: with gain and offset, 1/T is still a cubic in ln R. From this
    /// the table generator makes the unit's table with a certified bound. Its range is the type's, as far as it stays within a
    /// hundredfold of the unit's own resistance.
    ///
    /// # Errors
    /// [`FitError::Ntc`]: the curve does not fall steadily.
    ///
    /// ```
    /// use coldcap_calibration::fit::ln_resistance::{BathPoint, CalibratedNtc};
    /// use coldcap_calibration::physics::ntc::Ntc;
    /// let point = |celsius, ohm| BathPoint { celsius, ohm, uncertainty_kelvin: 0.002 };
    /// let points = [point(0.0, 32_900.0), point(25.0, 10_050.0)];
    /// let calibrated = CalibratedNtc::<2>::fit(Ntc::NTC_10K3A1, &points).unwrap();
    /// let unit = calibrated.thermistor().unwrap();
    /// let miss = unit.temperature(41_000.0).unwrap() - calibrated.temperature(41_000.0).unwrap();
    /// assert!(miss.abs() < 1e-9);
    /// ```
    pub fn thermistor(&self) -> Result<Ntc, FitError> {
        let [a0, a1, a2, a3] = self.base.coefficients();
        let [offset, more] = self.correction();
        let gain = 1.0 + more;
        let coefficients = [
            a0 + offset * (a1 + offset * (a2 + offset * a3)),
            gain * (a1 + offset * (2.0 * a2 + offset * 3.0 * a3)),
            gain * gain * (a2 + 3.0 * offset * a3),
            gain * gain * gain * a3,
        ];
        let (low, high) = self.base.range();
        Ok(Ntc::within_hundredfold(coefficients, low, high)?)
    }
}

/// What a point says must be added to ln R, with its weight.
fn correction_of(base: &Ntc, point: &BathPoint) -> Option<Point> {
    let wanted = libm::log(base.resistance(point.celsius).ok()?);
    let measured = base.checked_ln(point.ohm).ok()?;
    let kelvin_per_ln = base.kelvin_per_ln(point.celsius).ok()?;
    let uncertainty = point.uncertainty_kelvin / kelvin_per_ln;
    let weight = 1.0 / (uncertainty * uncertainty);
    let usable = point.uncertainty_kelvin > 0.0 && weight.is_finite() && weight > 0.0;
    usable.then_some(Point { x: measured, y: wanted - measured, weight })
}
