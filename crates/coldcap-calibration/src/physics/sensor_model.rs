//! Platinum thermometers and thermocouples in front of a converter, as models for
//! [`generate`](super::generate).

use super::generate::Model;
use super::interval::Interval;
use super::platinum::Platinum;
use super::thermocouple::Thermocouple;

/// A platinum thermometer in series with a reference resistor that the converter takes as its reference:
/// `code = R / R_reference`, whatever the current is.
///
/// With a reference of four times the resistance at 0 °C, 0 °C is a quarter of full scale and so a knot
/// of every grid: the equation's third derivative jumps there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlatinumOnReference {
    /// The thermometer.
    pub platinum: Platinum,
    /// The reference resistor, in ohms.
    pub reference_ohm: f64,
}

impl PlatinumOnReference {
    /// 100 Ω at 0 °C on 400 Ω.
    pub const PT100: Self = Self { platinum: Platinum::PT100, reference_ohm: 400.0 };
    /// 1000 Ω at 0 °C on 4 kΩ.
    pub const PT1000: Self = Self { platinum: Platinum::PT1000, reference_ohm: 4_000.0 };

    /// Relative resistance per fraction of full scale.
    const fn gain(&self) -> f64 {
        self.reference_ohm / self.platinum.nominal_ohm()
    }

    /// The fraction of full scale at a resistance in ohms.
    #[must_use]
    pub fn fraction(&self, ohm: f64) -> f64 {
        ohm / self.reference_ohm
    }
}

impl Model for PlatinumOnReference {
    fn celsius(&self, fraction: f64) -> f64 {
        self.platinum.celsius(fraction * self.gain())
    }

    fn slope(&self, fraction: f64) -> f64 {
        self.gain() / self.platinum.relative(self.celsius(fraction)).slope
    }

    fn fourth_derivative(&self, low: f64, high: f64) -> f64 {
        let celsius = Interval::between(self.celsius(low), self.celsius(high));
        let below_zero = 0.5 * (low + high) * self.gain() < 1.0;
        let series = self.platinum.series(celsius, below_zero);
        series.fourth_derivative_of_inverse().size() * fourth_power(self.gain())
    }
}

/// A thermocouple's whole voltage, that of its cold junction added, on a converter of both signs in
/// offset binary: `code = 1/2 + voltage / (2 · full scale)`.
///
/// 0 mV and so 0 °C are half of full scale and a knot of every grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoupleOnConverter {
    /// The thermocouple.
    pub couple: Thermocouple,
    /// The largest voltage either way, in millivolts.
    pub full_scale_mv: f64,
}

impl CoupleOnConverter {
    /// Type K, ±19.531 25 mV: a reference of 2.5 V after a gain of 128.
    pub const K: Self = Self { couple: Thermocouple::K, full_scale_mv: 19.531_25 };
    /// Type T, ±19.531 25 mV.
    pub const T: Self = Self { couple: Thermocouple::T, full_scale_mv: 19.531_25 };

    /// The fraction of full scale at a voltage in millivolts.
    #[must_use]
    pub fn fraction(&self, millivolts: f64) -> f64 {
        0.5 + millivolts / (2.0 * self.full_scale_mv)
    }

    fn millivolts(&self, fraction: f64) -> f64 {
        (fraction - 0.5) * 2.0 * self.full_scale_mv
    }
}

impl Model for CoupleOnConverter {
    fn celsius(&self, fraction: f64) -> f64 {
        self.couple.temperature(self.millivolts(fraction), 0.0).unwrap_or(f64::NAN)
    }

    fn slope(&self, fraction: f64) -> f64 {
        let seebeck = self.couple.seebeck(self.celsius(fraction)).unwrap_or(f64::NAN);
        2.0 * self.full_scale_mv / seebeck
    }

    fn fourth_derivative(&self, low: f64, high: f64) -> f64 {
        let celsius = Interval::between(self.celsius(low), self.celsius(high));
        let below_zero = 0.5 * (low + high) < 0.5;
        let series = self.couple.series(celsius, below_zero);
        series.fourth_derivative_of_inverse().size() * fourth_power(2.0 * self.full_scale_mv)
    }
}

const fn fourth_power(value: f64) -> f64 {
    value * value * value * value
}
