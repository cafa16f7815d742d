//! The beta equation, where nothing better is known of a part.
//!
//! `R = R25·exp(β·(1/T − 1/T25))`. It holds for the two temperatures of its β, usually 25 and 85 °C, and
//! misses published tables by 0.6 to 3.5 K between −20 and 50 °C, most of it on the cold side. So it is
//! refused below 25 °C, where this machine works: fit a table instead
//! ([`crate::fit::steinhart_hart`]).

use super::CurveError;
use super::error::{near, within};
use crate::physics::ntc::{HUNDREDFOLD, ZERO_CELSIUS};
use core::fmt;

/// Below this the equation is not taken for a measurement.
const LOW: f64 = 25.0;

/// The far end of what thermistors are rated for.
const HIGH: f64 = 125.0;

/// A thermistor of which only the resistance at 25 °C and β are known. A fallback.
///
/// ```
/// use coldcap_calibration::physics::beta::{Beta, BetaError};
/// let part = Beta::new(10_000.0, 3_950.0).unwrap();
/// assert!((part.temperature(4_911.0).unwrap() - 41.91).abs() < 0.01);
/// assert_eq!(part.temperature(32_000.0), Err(BetaError::Below25));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    nominal_ohm: f64,
    beta_kelvin: f64,
}

/// Why the beta equation gives no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BetaError {
    /// Colder than 25 °C, where the equation is off by kelvins.
    Below25,
    /// The constants are not finite and above zero.
    Constants,
    /// As for any curve.
    Curve(CurveError),
}

impl fmt::Display for BetaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Below25 => f.write_str("the beta equation is refused below 25 °C: fit a table"),
            Self::Constants => f.write_str("resistance and beta must be finite and above zero"),
            Self::Curve(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for BetaError {}

impl Beta {
    /// From the resistance at 25 °C in ohms and β in kelvins.
    ///
    /// # Errors
    /// [`BetaError::Constants`].
    pub fn new(nominal_ohm: f64, beta_kelvin: f64) -> Result<Self, BetaError> {
        let usable = |x: f64| x.is_finite() && x > 0.0;
        let constants = usable(nominal_ohm) && usable(beta_kelvin);
        constants.then_some(Self { nominal_ohm, beta_kelvin }).ok_or(BetaError::Constants)
    }

    /// The temperature in °C at a resistance in ohms, 25 to 125 °C.
    ///
    /// # Errors
    /// [`BetaError::Below25`]; [`BetaError::Curve`] with `Open` or `Short` beyond a hundredfold or a
    /// hundredth of the resistance at 25 °C, `AboveRange`, `NotFinite`.
    pub fn temperature(&self, ohm: f64) -> Result<f64, BetaError> {
        let relative = ohm / self.nominal_ohm;
        if !ohm.is_finite() {
            return Err(BetaError::Curve(CurveError::NotFinite));
        }
        if relative > HUNDREDFOLD {
            return Err(BetaError::Curve(CurveError::Open));
        }
        if relative < 1.0 / HUNDREDFOLD {
            return Err(BetaError::Curve(CurveError::Short));
        }
        let reciprocal = 1.0 / (LOW + ZERO_CELSIUS) + libm::log(relative) / self.beta_kelvin;
        near(1.0 / reciprocal - ZERO_CELSIUS, LOW, HIGH).map_err(refused)
    }

    /// The resistance in ohms at a temperature in °C, 25 to 125 °C.
    ///
    /// # Errors
    /// As [`Beta::temperature`], without `Open` and `Short`.
    pub fn resistance(&self, celsius: f64) -> Result<f64, BetaError> {
        let kelvin = within(celsius, LOW, HIGH).map_err(refused)? + ZERO_CELSIUS;
        let exponent = self.beta_kelvin * (1.0 / kelvin - 1.0 / (LOW + ZERO_CELSIUS));
        Ok(self.nominal_ohm * libm::exp(exponent))
    }
}

const fn refused(error: CurveError) -> BetaError {
    match error {
        CurveError::BelowRange => BetaError::Below25,
        other => BetaError::Curve(other),
    }
}
