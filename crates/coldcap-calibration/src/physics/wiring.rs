//! What lies between a resistive sensor and its reading: leads, and the current that warms it.

use core::fmt;

/// Why a resistance cannot be corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WiringError {
    /// A number is not finite.
    NotFinite,
    /// A resistance, uncertainty, current or power is below zero, or a dissipation constant not above.
    Negative,
    /// The leads alone have more resistance than was measured.
    LeadsExceed,
    /// Both currents give the same power: there is nothing to extrapolate from.
    SamePower,
}

impl fmt::Display for WiringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFinite => "a number is not finite",
            Self::Negative => "a number is below what is possible",
            Self::LeadsExceed => "the leads have more resistance than was measured",
            Self::SamePower => "two different powers are needed",
        })
    }
}

impl core::error::Error for WiringError {}

/// All numbers finite and none below zero.
fn usable(numbers: &[f64]) -> Result<(), WiringError> {
    if !numbers.iter().all(|x| x.is_finite()) {
        return Err(WiringError::NotFinite);
    }
    if numbers.iter().any(|x| *x < 0.0) { Err(WiringError::Negative) } else { Ok(()) }
}

/// A resistance and what is not known of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resistance {
    /// In ohms.
    pub ohm: f64,
    /// Its standard uncertainty in ohms.
    pub uncertainty_ohm: f64,
}

/// How a sensor is connected, with what is known of its leads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Leads {
    /// Two wires: both leads are in the reading, and their stored resistance is taken off.
    Two {
        /// The resistance of both leads together in ohms, as once measured.
        both_ohm: f64,
        /// Its standard uncertainty in ohms, temperature of the leads included.
        uncertainty_ohm: f64,
    },
    /// Three wires: the loop of two leads is measured with the sensor, and taken off.
    Three {
        /// The loop of two leads in ohms, measured now.
        pair_ohm: f64,
        /// The standard uncertainty of the difference between leads in ohms.
        mismatch_ohm: f64,
    },
    /// Four wires: leads do not matter.
    Four,
}

impl Leads {
    /// The sensor's resistance from the measured one in ohms, with the uncertainty that leads add.
    ///
    /// # Errors
    /// [`WiringError::NotFinite`], [`WiringError::Negative`], [`WiringError::LeadsExceed`].
    ///
    /// ```
    /// use coldcap_calibration::physics::platinum::Platinum;
    /// use coldcap_calibration::physics::wiring::Leads;
    /// let leads = Leads::Three { pair_ohm: 0.8, mismatch_ohm: 0.010 };
    /// let sensor = leads.sensor(100.8).unwrap();
    /// assert!((sensor.ohm - 100.0).abs() < 1e-12);
    /// // 10 mΩ between the leads of a PT100 are 26 mK.
    /// let kelvin = sensor.uncertainty_ohm / Platinum::PT100.ohm_per_kelvin(0.0).unwrap();
    /// assert!((kelvin - 0.0256).abs() < 1e-4);
    /// ```
    pub fn sensor(&self, measured_ohm: f64) -> Result<Resistance, WiringError> {
        let (leads_ohm, uncertainty_ohm) = match *self {
            Self::Two { both_ohm, uncertainty_ohm } => (both_ohm, uncertainty_ohm),
            Self::Three { pair_ohm, mismatch_ohm } => (pair_ohm, mismatch_ohm),
            Self::Four => (0.0, 0.0),
        };
        usable(&[measured_ohm, leads_ohm, uncertainty_ohm])?;
        if leads_ohm > measured_ohm {
            return Err(WiringError::LeadsExceed);
        }
        Ok(Resistance { ohm: measured_ohm - leads_ohm, uncertainty_ohm })
    }
}

/// The power in milliwatts of a current in milliamperes through a resistance in ohms.
///
/// # Errors
/// [`WiringError::NotFinite`], [`WiringError::Negative`].
pub fn power_mw(current_ma: f64, ohm: f64) -> Result<f64, WiringError> {
    usable(&[current_ma, ohm])?;
    Ok(current_ma * current_ma * ohm * 1e-3)
}

/// How much power warms a sensor by a kelvin, in the medium in which it is used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SelfHeating {
    dissipation_mw_per_kelvin: f64,
}

/// One reading of two at different powers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoweredReading {
    /// What the sensor read in °C.
    pub celsius: f64,
    /// At this power in milliwatts.
    pub power_mw: f64,
}

impl SelfHeating {
    /// From the dissipation constant δ in milliwatts per kelvin.
    ///
    /// # Errors
    /// [`WiringError::NotFinite`], [`WiringError::Negative`].
    pub fn new(dissipation_mw_per_kelvin: f64) -> Result<Self, WiringError> {
        usable(&[dissipation_mw_per_kelvin])?;
        if dissipation_mw_per_kelvin == 0.0 {
            return Err(WiringError::Negative);
        }
        Ok(Self { dissipation_mw_per_kelvin })
    }

    /// The dissipation constant from two readings of the same medium at different powers.
    ///
    /// # Errors
    /// [`WiringError::SamePower`], [`WiringError::NotFinite`]; [`WiringError::Negative`] also when more
    /// power reads no warmer.
    pub fn measured(one: PoweredReading, other: PoweredReading) -> Result<Self, WiringError> {
        let power = difference(one, other)?;
        Self::new(power / (other.celsius - one.celsius))
    }

    /// δ in milliwatts per kelvin.
    #[must_use]
    pub const fn dissipation_mw_per_kelvin(&self) -> f64 {
        self.dissipation_mw_per_kelvin
    }

    /// By how many kelvins a power in milliwatts warms the sensor.
    ///
    /// # Errors
    /// [`WiringError::NotFinite`], [`WiringError::Negative`].
    pub fn rise_kelvin(&self, power_mw: f64) -> Result<f64, WiringError> {
        usable(&[power_mw])?;
        Ok(power_mw / self.dissipation_mw_per_kelvin)
    }

    /// The medium's temperature in °C: `T − P/δ`.
    ///
    /// # Errors
    /// [`WiringError::NotFinite`], [`WiringError::Negative`].
    pub fn medium(&self, reading: PoweredReading) -> Result<f64, WiringError> {
        if !reading.celsius.is_finite() {
            return Err(WiringError::NotFinite);
        }
        Ok(reading.celsius - self.rise_kelvin(reading.power_mw)?)
    }
}

fn difference(one: PoweredReading, other: PoweredReading) -> Result<f64, WiringError> {
    usable(&[one.power_mw, other.power_mw])?;
    if !(one.celsius.is_finite() && other.celsius.is_finite()) {
        return Err(WiringError::NotFinite);
    }
    let power = other.power_mw - one.power_mw;
    if power == 0.0 { Err(WiringError::SamePower) } else { Ok(power) }
}

/// The medium's temperature in °C from two readings at different powers, without knowing δ:
/// `T1 − (T2 − T1)·P1/(P2 − P1)`.
///
/// # Errors
/// [`WiringError::SamePower`], [`WiringError::NotFinite`], [`WiringError::Negative`].
///
/// ```
/// use coldcap_calibration::physics::wiring::{PoweredReading, medium_of_two};
/// let once = PoweredReading { celsius: 0.02, power_mw: 0.1 };
/// let fourfold = PoweredReading { celsius: 0.08, power_mw: 0.4 };
/// assert!(medium_of_two(once, fourfold).unwrap().abs() < 1e-12);
/// ```
pub fn medium_of_two(one: PoweredReading, other: PoweredReading) -> Result<f64, WiringError> {
    let power = difference(one, other)?;
    Ok(one.celsius - (other.celsius - one.celsius) * one.power_mw / power)
}
