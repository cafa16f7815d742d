//! Platinum resistance thermometers: the Callendar–Van Dusen equation of IEC 60751.
//!
//! `R = R0·(1 + A·t + B·t² + C·(t − 100)·t³)`, the last term below 0 °C only.

use super::CurveError;
use super::error::{near, within};
use super::solve::{Tangent, rising};

const A: f64 = 3.9083e-3;
const B: f64 = -5.775e-7;
const C: f64 = -4.183e-12;

const LOW: f64 = -200.0;
const HIGH: f64 = 850.0;

/// A platinum thermometer by its resistance at 0 °C, −200 to 850 °C.
///
/// ```
/// use coldcap_calibration::physics::platinum::Platinum;
/// assert!((Platinum::PT100.resistance(100.0).unwrap() - 138.5055).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Platinum {
    nominal_ohm: f64,
}

/// Resistance over that at 0 °C, and its slope per kelvin.
fn relative(celsius: f64) -> Tangent {
    let t = celsius;
    let quartic = if t < 0.0 { C } else { 0.0 };
    let cubic = -100.0 * quartic;
    Tangent {
        value: 1.0 + t * (A + t * (B + t * (cubic + t * quartic))),
        slope: A + t * (2.0 * B + t * (3.0 * cubic + t * 4.0 * quartic)),
    }
}

impl Platinum {
    /// 100 Ω at 0 °C.
    pub const PT100: Self = Self { nominal_ohm: 100.0 };
    /// 1000 Ω at 0 °C.
    pub const PT1000: Self = Self { nominal_ohm: 1_000.0 };

    /// The resistance in ohms at a temperature in °C.
    ///
    /// # Errors
    /// [`CurveError::BelowRange`], [`CurveError::AboveRange`], [`CurveError::NotFinite`].
    pub fn resistance(&self, celsius: f64) -> Result<f64, CurveError> {
        Ok(self.nominal_ohm * relative(within(celsius, LOW, HIGH)?).value)
    }

    /// The temperature in °C at a resistance in ohms, exact to rounding.
    ///
    /// # Errors
    /// - [`CurveError::Short`]: below a hundredth of the nominal resistance.
    /// - [`CurveError::Open`]: above ten times the nominal resistance.
    /// - [`CurveError::BelowRange`], [`CurveError::AboveRange`]: beyond −200 to 850 °C by more than
    ///   5 mK, which is what printed tables round away.
    /// - [`CurveError::NotFinite`].
    pub fn temperature(&self, ohm: f64) -> Result<f64, CurveError> {
        if !ohm.is_finite() {
            return Err(CurveError::NotFinite);
        }
        if ohm < 0.01 * self.nominal_ohm {
            return Err(CurveError::Short);
        }
        if ohm > 10.0 * self.nominal_ohm {
            return Err(CurveError::Open);
        }
        let celsius = rising(ohm / self.nominal_ohm, LOW - 1.0, HIGH + 1.0, relative);
        near(celsius, LOW, HIGH)
    }
}
