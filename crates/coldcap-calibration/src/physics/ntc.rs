//! Thermistors: the Steinhart–Hart equation.
//!
//! `1/T = a0 + a1·L + a2·L² + a3·L³` with `L = ln(R/Ω)` and T in kelvins (Steinhart and Hart 1968;
//! their usual three-term form has `a2 = 0`).

use super::CurveError;
use super::error::{near, within};
use super::solve::{Tangent, rising};
use core::fmt;

pub(crate) const ZERO_CELSIUS: f64 = 273.15;

/// Open and short lie this far from the resistance at 25 °C.
pub(super) const HUNDREDFOLD: f64 = 100.0;

/// Where a thermistor's nominal resistance is stated.
const NOMINAL_CELSIUS: f64 = 25.0;

/// Nominal resistances are looked for from 1 Ω to 1 GΩ.
const LEAST_LN_OHM: f64 = 0.0;
const LARGEST_LN_OHM: f64 = 20.723;

/// A thermistor with a range.
///
/// ```
/// use coldcap_calibration::physics::ntc::Ntc;
/// let ohm = Ntc::NTC_10K3A1.resistance(0.0).unwrap();
/// assert!((ohm - 32_649.919).abs() < 0.001);
/// assert!(Ntc::NTC_10K3A1.temperature(ohm).unwrap().abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ntc {
    coefficients: [f64; 4],
    nominal_ohm: f64,
    low: f64,
    high: f64,
}

/// Why coefficients are not a thermistor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NtcError {
    /// A coefficient, the nominal resistance or an end of the range is not a finite, sensible number.
    NotFinite,
    /// The temperature does not fall all the way from a hundredth to a hundredfold of the nominal
    /// resistance.
    NotMonotonic,
    /// The range is empty or reaches beyond those resistances.
    Range,
}

impl fmt::Display for NtcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFinite => "a coefficient or limit is not a usable number",
            Self::NotMonotonic => "the coefficients do not fall steadily with resistance",
            Self::Range => "the range is empty or reaches beyond a hundredfold of the resistance",
        })
    }
}

impl core::error::Error for NtcError {}

/// The resistance at 25 °C in ohms.
fn nominal_ohm(coefficients: [f64; 4]) -> f64 {
    let wanted = 1.0 / (NOMINAL_CELSIUS + ZERO_CELSIUS);
    libm::exp(rising(wanted, LEAST_LN_OHM, LARGEST_LN_OHM, |ln| reciprocal(coefficients, ln)))
}

/// 1/T and its slope by L.
fn reciprocal([a0, a1, a2, a3]: [f64; 4], ln_ohm: f64) -> Tangent {
    Tangent {
        value: a0 + ln_ohm * (a1 + ln_ohm * (a2 + ln_ohm * a3)),
        slope: a1 + ln_ohm * (2.0 * a2 + ln_ohm * 3.0 * a3),
    }
}

impl Ntc {
    /// The reference sensor: 10 kΩ at 25 °C, material 10K3A1, rated −55 to 125 °C.
    ///
    /// The published table of a probe with this part agrees to 2.4 mK from −40 to 1 °C.
    pub const NTC_10K3A1: Self = Self {
        coefficients: [1.129_241e-3, 2.341_077e-4, 0.0, 8.775_468e-8],
        nominal_ohm: 10_000.0,
        low: -55.0,
        high: 125.0,
    };

    /// From the coefficients a0 to a3, the resistance at 25 °C in ohms, and the range in °C.
    ///
    /// # Errors
    /// An [`NtcError`].
    pub fn new(
        coefficients: [f64; 4],
        nominal_ohm: f64,
        low: f64,
        high: f64,
    ) -> Result<Self, NtcError> {
        let ntc = Self { coefficients, nominal_ohm, low, high };
        let finite = coefficients.iter().chain(&[nominal_ohm, low, high]).all(|x| x.is_finite());
        if !finite || nominal_ohm <= 0.0 {
            return Err(NtcError::NotFinite);
        }
        if !ntc.is_monotonic() {
            return Err(NtcError::NotMonotonic);
        }
        if low >= high || ntc.celsius(ntc.largest_ln()) > low || ntc.celsius(ntc.least_ln()) < high
        {
            return Err(NtcError::Range);
        }
        Ok(ntc)
    }

    /// From the coefficients a0 to a3 and the range in °C; the resistance at 25 °C follows from them.
    ///
    /// # Errors
    /// An [`NtcError`]; [`NtcError::Range`] also for a resistance that is not between 1 Ω and 1 GΩ.
    pub fn from_coefficients(
        coefficients: [f64; 4],
        low: f64,
        high: f64,
    ) -> Result<Self, NtcError> {
        let ntc = Self::new(coefficients, nominal_ohm(coefficients), low, high)?;
        let found = ntc.celsius(libm::log(ntc.nominal_ohm));
        if libm::fabs(found - NOMINAL_CELSIUS) < 1e-6 { Ok(ntc) } else { Err(NtcError::Range) }
    }

    /// As [`Ntc::from_coefficients`], the range cut to what lies within a hundredfold of the resistance.
    pub(crate) fn within_hundredfold(
        coefficients: [f64; 4],
        low: f64,
        high: f64,
    ) -> Result<Self, NtcError> {
        let ntc = Self { coefficients, nominal_ohm: nominal_ohm(coefficients), low, high };
        let (coldest, warmest) = (ntc.celsius(ntc.largest_ln()), ntc.celsius(ntc.least_ln()));
        Self::new(coefficients, ntc.nominal_ohm, low.max(coldest), high.min(warmest))
    }

    /// From the constants A, B and C of the three-term equation `1/T = A + B·L + C·L³`, the resistance
    /// at 25 °C in ohms, and the range in °C. C may be zero or below.
    ///
    /// # Errors
    /// An [`NtcError`].
    pub fn three_term(
        [a, b, c]: [f64; 3],
        nominal_ohm: f64,
        low: f64,
        high: f64,
    ) -> Result<Self, NtcError> {
        Self::new([a, b, 0.0, c], nominal_ohm, low, high)
    }

    fn least_ln(&self) -> f64 {
        libm::log(self.nominal_ohm / HUNDREDFOLD)
    }

    fn largest_ln(&self) -> f64 {
        libm::log(self.nominal_ohm * HUNDREDFOLD)
    }

    /// Whether 1/T is positive and rises between the electrical limits: positive at the lower one, its
    /// derivative positive at both and at the vertex between them.
    fn is_monotonic(&self) -> bool {
        let [_, _, a2, a3] = self.coefficients;
        let (least, largest) = (self.least_ln(), self.largest_ln());
        let rises = |ln: f64| self.reciprocal(ln).slope > 0.0;
        let vertex = (-a2 / (3.0 * a3)).clamp(least, largest);
        let rises_between = a3 == 0.0 || rises(vertex);
        self.reciprocal(least).value > 0.0 && rises(least) && rises(largest) && rises_between
    }

    /// 1/T and its slope by L.
    pub(super) fn reciprocal(&self, ln_ohm: f64) -> Tangent {
        reciprocal(self.coefficients, ln_ohm)
    }

    /// The coefficients a0 to a3 of the powers of L.
    #[must_use]
    pub const fn coefficients(&self) -> [f64; 4] {
        self.coefficients
    }

    /// The resistance at 25 °C in ohms.
    #[must_use]
    pub const fn nominal_ohm(&self) -> f64 {
        self.nominal_ohm
    }

    pub(crate) fn celsius(&self, ln_ohm: f64) -> f64 {
        1.0 / self.reciprocal(ln_ohm).value - ZERO_CELSIUS
    }

    /// The temperature in °C at a resistance in ohms.
    ///
    /// # Errors
    /// - [`CurveError::Short`]: below a hundredth of the resistance at 25 °C.
    /// - [`CurveError::Open`]: above a hundredfold of it.
    /// - [`CurveError::BelowRange`], [`CurveError::AboveRange`]: beyond the range by more than 5 mK.
    /// - [`CurveError::NotFinite`].
    pub fn temperature(&self, ohm: f64) -> Result<f64, CurveError> {
        self.temperature_in_range(self.checked_ln(ohm)?)
    }

    /// The same in single precision: within 0.06 mK of the equation from −20 to 50 °C, for a thermistor like
    /// 10K3A1.
    ///
    /// `t = (1 − 273.15·x)/x` with `x = 1/T`: fused, 1 and 273.15·x cancel without being rounded first. The input
    /// counts as exact.
    ///
    /// # Errors
    /// As [`Ntc::temperature`].
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_calibration::physics::ntc::Ntc;
    ///
    /// let ntc =
    ///     Ntc::three_term([1.129241e-3, 2.341077e-4, 8.775468e-8], 10_000.0, -40.0, 70.0).unwrap();
    /// assert!((ntc.temperature_single(32_650.8).unwrap() - 0.0).abs() < 2e-3);
    /// ```
    pub fn temperature_single(&self, ohm: f32) -> Result<f32, CurveError> {
        self.checked_ln(f64::from(ohm))?;
        let [a, b, c, d] = self.coefficients.map(|x| x as f32);
        let ln = libm::logf(ohm);
        let reciprocal = libm::fmaf(ln, libm::fmaf(ln, libm::fmaf(ln, d, c), b), a);
        let t = libm::fmaf(-(ZERO_CELSIUS as f32), reciprocal, 1.0) / reciprocal;
        near(f64::from(t), self.low, self.high).map(|celsius| celsius as f32)
    }

    /// The temperature at a value of L, if it lies in the range.
    pub(crate) fn temperature_in_range(&self, ln_ohm: f64) -> Result<f64, CurveError> {
        near(self.celsius(ln_ohm), self.low, self.high)
    }

    /// L of a resistance that is neither an open wire nor a short circuit.
    pub(crate) fn checked_ln(&self, ohm: f64) -> Result<f64, CurveError> {
        if !ohm.is_finite() {
            return Err(CurveError::NotFinite);
        }
        if ohm < self.nominal_ohm / HUNDREDFOLD {
            return Err(CurveError::Short);
        }
        if ohm > self.nominal_ohm * HUNDREDFOLD {
            return Err(CurveError::Open);
        }
        Ok(libm::log(ohm))
    }

    /// How many kelvins a unit of L is worth at a temperature in °C; below zero. A change of the
    /// resistance by a small part x is x of it.
    ///
    /// # Errors
    /// As [`Ntc::resistance`].
    pub fn kelvin_per_ln(&self, celsius: f64) -> Result<f64, CurveError> {
        let kelvin = celsius + ZERO_CELSIUS;
        let ln = libm::log(self.resistance(celsius)?);
        Ok(-kelvin * kelvin * self.reciprocal(ln).slope)
    }

    /// The resistance in ohms at a temperature in °C, exact to rounding.
    ///
    /// # Errors
    /// [`CurveError::BelowRange`], [`CurveError::AboveRange`], [`CurveError::NotFinite`].
    pub fn resistance(&self, celsius: f64) -> Result<f64, CurveError> {
        let wanted = 1.0 / (within(celsius, self.low, self.high)? + ZERO_CELSIUS);
        let ln = rising(wanted, self.least_ln(), self.largest_ln(), |at| self.reciprocal(at));
        Ok(libm::exp(ln))
    }

    /// The range in °C, lowest and highest.
    #[must_use]
    pub const fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}
