//! The curves of the `convert` command, by name, in both directions.

use super::CurveError;
use super::ntc::Ntc;
use super::platinum::Platinum;
use super::thermocouple::Thermocouple;

/// What a sensor gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// A resistance in ohms.
    Ohm,
    /// A voltage in millivolts.
    Millivolt,
}

impl Signal {
    /// The unit as the command line writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ohm => "ohm",
            Self::Millivolt => "mv",
        }
    }
}

/// A sensor curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Curve {
    /// A platinum thermometer.
    Platinum(Platinum),
    /// A thermocouple.
    Thermocouple(Thermocouple),
    /// A thermistor.
    Ntc(Ntc),
}

impl Curve {
    /// The built-in curve of this name: `pt100`, `pt1000`, `tc-k`, `tc-t`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "pt100" => Some(Self::Platinum(Platinum::PT100)),
            "pt1000" => Some(Self::Platinum(Platinum::PT1000)),
            "tc-k" => Some(Self::Thermocouple(Thermocouple::K)),
            "tc-t" => Some(Self::Thermocouple(Thermocouple::T)),
            _ => None,
        }
    }

    /// What its sensor gives.
    #[must_use]
    pub const fn signal(&self) -> Signal {
        match self {
            Self::Thermocouple(_) => Signal::Millivolt,
            Self::Platinum(_) | Self::Ntc(_) => Signal::Ohm,
        }
    }

    /// The signal at a temperature in °C: ohms, or the millivolts against a cold junction in °C, which
    /// resistances ignore.
    ///
    /// # Errors
    /// [`CurveError::BelowRange`], [`CurveError::AboveRange`], [`CurveError::NotFinite`].
    pub fn forward(&self, celsius: f64, cold_junction: f64) -> Result<f64, CurveError> {
        match self {
            Self::Platinum(platinum) => platinum.resistance(celsius),
            Self::Ntc(ntc) => ntc.resistance(celsius),
            Self::Thermocouple(couple) => {
                Ok(couple.voltage(celsius)? - couple.voltage(cold_junction)?)
            }
        }
    }

    /// The temperature in °C at a signal: ohms, or millivolts against a cold junction in °C, which
    /// resistances ignore.
    ///
    /// # Errors
    /// Any [`CurveError`]; thermocouples give no `Open` and no `Short`, which a voltage cannot show.
    pub fn inverse(&self, signal: f64, cold_junction: f64) -> Result<f64, CurveError> {
        match self {
            Self::Platinum(platinum) => platinum.temperature(signal),
            Self::Ntc(ntc) => ntc.temperature(signal),
            Self::Thermocouple(couple) => couple.temperature(signal, cold_junction),
        }
    }
}
