//! Dividers, and the reference front end: a thermistor to ground under a pull-up to the reference.
//!
//! There `code = R / (R + pull-up)`: colder is a higher code, an open wire is full scale, a short is zero.

use super::CurveError;
use super::ntc::Ntc;
use coldcap_units::Ratio;

const FULL_SCALE: f64 = 4_294_967_296.0;

/// Where the sensor sits in a divider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Polarity {
    /// Between the converter's input and ground, a fixed resistor above: an open wire is full scale.
    SensorToGround,
    /// Between the reference and the input, a fixed resistor below: an open wire is zero.
    SensorToReference,
}

/// A sensor and a fixed resistor between the converter's reference and ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Divider {
    fixed_ohm: f64,
    polarity: Polarity,
}

impl Divider {
    /// The reference machine's: the sensor to ground under 10 kΩ.
    pub const REFERENCE: Self = Self { fixed_ohm: 10_000.0, polarity: Polarity::SensorToGround };

    /// A divider with the sensor to ground under this pull-up in ohms; `None` unless it is finite and
    /// above zero.
    #[must_use]
    pub fn new(pull_up_ohm: f64) -> Option<Self> {
        Self::with_polarity(pull_up_ohm, Polarity::SensorToGround)
    }

    /// A divider with this fixed resistor in ohms; `None` unless it is finite and above zero.
    #[must_use]
    pub fn with_polarity(fixed_ohm: f64, polarity: Polarity) -> Option<Self> {
        (fixed_ohm.is_finite() && fixed_ohm > 0.0).then_some(Self { fixed_ohm, polarity })
    }

    /// Where the sensor sits.
    #[must_use]
    pub const fn polarity(&self) -> Polarity {
        self.polarity
    }

    /// The fraction of full scale, 0 to 1, at a resistance in ohms.
    #[must_use]
    pub fn fraction(&self, ohm: f64) -> f64 {
        match self.polarity {
            Polarity::SensorToGround => ohm / (ohm + self.fixed_ohm),
            Polarity::SensorToReference => self.fixed_ohm / (ohm + self.fixed_ohm),
        }
    }

    /// The resistance in ohms at a fraction of full scale between 0 and 1.
    #[must_use]
    pub fn ohm(&self, fraction: f64) -> f64 {
        match self.polarity {
            Polarity::SensorToGround => self.fixed_ohm * fraction / (1.0 - fraction),
            Polarity::SensorToReference => self.fixed_ohm * (1.0 - fraction) / fraction,
        }
    }

    /// The power in milliwatts that the sensor takes at a resistance in ohms, with this reference
    /// voltage: what warms it.
    #[must_use]
    pub fn power_mw(&self, ohm: f64, reference_volt: f64) -> f64 {
        let ampere = reference_volt / (ohm + self.fixed_ohm);
        ampere * ampere * ohm * 1e3
    }
}

/// The nearest code to a fraction of full scale; full scale is the largest code.
#[must_use]
pub fn code(fraction: f64) -> Ratio {
    let scaled = libm::round(fraction * FULL_SCALE);
    // The conversion saturates; not a number becomes zero, and callers exclude it.
    Ratio(scaled as u32)
}

/// The fraction of full scale that a code stands for.
#[must_use]
pub fn fraction(code: Ratio) -> f64 {
    f64::from(code.0) / FULL_SCALE
}

/// The code that the reference front end with the reference thermistor gives at a temperature in °C.
///
/// For simulators. Beyond the part's rating of −55 to 125 °C it stays at the end, which the table
/// answers as out of range; what is not a number gives full scale, which it answers as open.
///
/// ```
/// use coldcap_calibration::{curves::ntc_10k3a1, physics::front_end::code_ratio};
/// let code = code_ratio(-4.0);
/// assert!((ntc_10k3a1::TABLE.eval(code).unwrap().0 + 4_000_000).abs() <= 20);
/// ```
#[must_use]
pub fn code_ratio(celsius: f64) -> Ratio {
    let (low, high) = Ntc::NTC_10K3A1.range();
    match Ntc::NTC_10K3A1.resistance(celsius.clamp(low, high)) {
        Ok(ohm) => code(Divider::REFERENCE.fraction(ohm)),
        Err(_) => Ratio(u32::MAX),
    }
}

/// The temperature in °C that a code stands for on the reference front end: what the table is compared
/// with.
///
/// # Errors
/// As [`Ntc::temperature`].
pub fn celsius(code: Ratio) -> Result<f64, CurveError> {
    match code.0 {
        0 => Err(CurveError::Short),
        _ => Ntc::NTC_10K3A1.temperature(Divider::REFERENCE.ohm(fraction(code))),
    }
}
