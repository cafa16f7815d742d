//! Thermocouples of type K and T: the ITS-90 reference functions of NIST Monograph 175.
//!
//! The inverse solves the reference function itself; NIST's inverse polynomials are off by up to 50 mK.
//! The cold junction is added as a voltage, never as a temperature. A voltage alone cannot show an open
//! or shorted couple: a front end must.

use super::CurveError;
use super::error::{near, within};
use super::interval::{Interval, Series, polynomial_series};
use super::solve::{Tangent, rising};

/// A thermocouple by its letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Thermocouple {
    /// Nickel-chromium against nickel-aluminium: −270 to 1372 °C forward, −200 to 1372 °C inverse.
    K,
    /// Copper against copper-nickel: −200 to 400 °C.
    T,
}

const K_BELOW: [f64; 11] = [
    0.0,
    0.394_501_280_250e-1,
    0.236_223_735_980e-4,
    -0.328_589_067_840e-6,
    -0.499_048_287_770e-8,
    -0.675_090_591_730e-10,
    -0.574_103_274_280e-12,
    -0.310_888_728_940e-14,
    -0.104_516_093_650e-16,
    -0.198_892_668_780e-19,
    -0.163_226_974_860e-22,
];

const K_ABOVE: [f64; 10] = [
    -0.176_004_136_860e-1,
    0.389_212_049_750e-1,
    0.185_587_700_320e-4,
    -0.994_575_928_740e-7,
    0.318_409_457_190e-9,
    -0.560_728_448_890e-12,
    0.560_750_590_590e-15,
    -0.320_207_200_030e-18,
    0.971_511_471_520e-22,
    -0.121_047_212_750e-25,
];

const T_BELOW: [f64; 15] = [
    0.0,
    0.387_481_063_640e-1,
    0.441_944_343_470e-4,
    0.118_443_231_050e-6,
    0.200_329_735_540e-7,
    0.901_380_195_590e-9,
    0.226_511_565_930e-10,
    0.360_711_542_050e-12,
    0.384_939_398_830e-14,
    0.282_135_219_250e-16,
    0.142_515_947_790e-18,
    0.487_686_622_860e-21,
    0.107_955_392_700e-23,
    0.139_450_270_620e-26,
    0.797_951_539_270e-30,
];

const T_ABOVE: [f64; 9] = [
    0.0,
    0.387_481_063_640e-1,
    0.332_922_278_800e-4,
    0.206_182_434_040e-6,
    -0.218_822_568_460e-8,
    0.109_968_809_280e-10,
    -0.308_157_587_720e-13,
    0.454_791_352_900e-16,
    -0.275_129_016_730e-19,
];

/// A polynomial and its derivative by Horner's rule.
fn polynomial(coefficients: &[f64], t: f64) -> Tangent {
    let begin = Tangent { value: 0.0, slope: 0.0 };
    coefficients.iter().rev().fold(begin, |sum, coefficient| Tangent {
        value: sum.value * t + coefficient,
        slope: sum.slope * t + sum.value,
    })
}

/// The bell of type K above 0 °C: its height in millivolts, its sharpness per square kelvin, its centre
/// in °C.
const HEIGHT: f64 = 0.118_597_6;
const SHARPNESS: f64 = -0.118_343_2e-3;
const CENTRE: f64 = 126.968_6;

/// Type K above 0 °C: a polynomial and a bell around 127 °C.
fn k_above(t: f64) -> Tangent {
    let bell = HEIGHT * libm::exp(SHARPNESS * (t - CENTRE) * (t - CENTRE));
    let sum = polynomial(&K_ABOVE, t);
    Tangent { value: sum.value + bell, slope: sum.slope + 2.0 * SHARPNESS * (t - CENTRE) * bell }
}

impl Thermocouple {
    /// Lowest forward, lowest inverse, highest temperature.
    const fn range(self) -> (f64, f64, f64) {
        match self {
            Self::K => (-270.0, -200.0, 1_372.0),
            Self::T => (-200.0, -200.0, 400.0),
        }
    }

    /// The lowest and the highest temperature in °C that have a voltage.
    #[must_use]
    pub const fn covers(self) -> (f64, f64) {
        let (low, _, high) = self.range();
        (low, high)
    }

    fn reference(self, celsius: f64) -> Tangent {
        match (self, celsius > 0.0) {
            (Self::K, true) => k_above(celsius),
            (Self::K, false) => polynomial(&K_BELOW, celsius),
            (Self::T, true) => polynomial(&T_ABOVE, celsius),
            (Self::T, false) => polynomial(&T_BELOW, celsius),
        }
    }

    /// The Taylor series of the reference function over an interval of °C on one side of 0 °C.
    pub(super) fn series(self, celsius: Interval, below_zero: bool) -> Series {
        let t = Series::variable(celsius);
        match (self, below_zero) {
            (Self::K, true) => polynomial_series(&K_BELOW, t),
            (Self::T, true) => polynomial_series(&T_BELOW, t),
            (Self::T, false) => polynomial_series(&T_ABOVE, t),
            (Self::K, false) => {
                let apart = t.plus(Series::constant(-CENTRE));
                let exponent = apart.times(apart).times(Series::constant(SHARPNESS));
                let bell = exponent.exponential().times(Series::constant(HEIGHT));
                polynomial_series(&K_ABOVE, t).plus(bell)
            }
        }
    }

    /// The voltage in millivolts between a junction at this temperature in °C and one at 0 °C.
    ///
    /// # Errors
    /// [`CurveError::BelowRange`], [`CurveError::AboveRange`], [`CurveError::NotFinite`].
    pub fn voltage(self, celsius: f64) -> Result<f64, CurveError> {
        let (low, _, high) = self.range();
        Ok(self.reference(within(celsius, low, high)?).value)
    }

    /// The Seebeck coefficient in millivolts per kelvin.
    ///
    /// # Errors
    /// As [`Thermocouple::voltage`].
    pub fn seebeck(self, celsius: f64) -> Result<f64, CurveError> {
        let (low, _, high) = self.range();
        Ok(self.reference(within(celsius, low, high)?).slope)
    }

    /// The temperature in °C of the junction that gives this voltage in millivolts against a cold
    /// junction in °C.
    ///
    /// # Errors
    /// - [`CurveError::BelowRange`], [`CurveError::AboveRange`]: the junction is beyond the range by
    ///   more than 5 mK, or the cold junction is beyond it.
    /// - [`CurveError::NotFinite`].
    pub fn temperature(self, millivolts: f64, cold_junction: f64) -> Result<f64, CurveError> {
        if !millivolts.is_finite() {
            return Err(CurveError::NotFinite);
        }
        let (_, low, high) = self.range();
        let total = millivolts + self.voltage(cold_junction)?;
        let celsius = rising(total, low - 1.0, high + 1.0, |at| self.reference(at));
        near(celsius, low, high)
    }
}
