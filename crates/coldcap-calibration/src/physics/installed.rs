//! A thermistor as it is installed: in its divider, behind its leads, warmed by its own current.
//!
//! With `r` the fraction of full scale, `Rp` the pull-up, `Rl` both leads together and V the reference voltage,
//!
//! ```text
//! R = Rp·r/(1 − r) − Rl = (Rp + Rl)·(r − c)/(1 − r),     c = Rl/(Rp + Rl)
//! P = (V·(1 − r)/Rp)²·R = V²/Rp · (1 − r)·(r − Rl/Rp·(1 − r))
//! T = T(ln R) − P/δ
//! ```
//!
//! So leads only move the pole of ln R, and self-heating is a parabola in r, whose fourth derivative is zero:
//! a table takes both up with its certified bound, and the tick pays nothing for them.

use super::CurveError;
use super::front_end::{Divider, Polarity};
use super::generate::{LnOhm, Model};
use super::interval::Interval;
use super::ntc::Ntc;
use super::wiring::{SelfHeating, WiringError};

/// A reference voltage on the divider, and how much power warms the sensor by a kelvin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Excitation {
    /// The converter's reference in volts.
    pub reference_volt: f64,
    /// In the medium in which the sensor is used.
    pub self_heating: SelfHeating,
}

/// A thermistor in its divider, with leads and self-heating.
///
/// ```
/// use coldcap_calibration::physics::front_end::Divider;
/// use coldcap_calibration::physics::installed::{Excitation, InstalledNtc};
/// use coldcap_calibration::physics::ntc::Ntc;
/// use coldcap_calibration::physics::wiring::SelfHeating;
///
/// let excitation =
///     Excitation { reference_volt: 3.3, self_heating: SelfHeating::new(8.0).unwrap() };
/// let sensor =
///     InstalledNtc::new(Ntc::NTC_10K3A1, Divider::REFERENCE, 5.0, Some(excitation)).unwrap();
/// // At 0 °C the sensor itself is 24 mK warmer than what it measures.
/// let fraction = sensor.fraction_of(0.0).unwrap();
/// let ohm = Divider::REFERENCE.ohm(fraction) - 5.0;
/// assert!((Ntc::NTC_10K3A1.temperature(ohm).unwrap() - 0.0244).abs() < 1e-3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InstalledNtc {
    ntc: Ntc,
    pull_up_ohm: f64,
    leads_ohm: f64,
    /// V²/(Rp·δ) in kelvins.
    warming_kelvin: f64,
}

impl InstalledNtc {
    /// A thermistor to ground. `leads_ohm` are both leads together.
    ///
    /// # Errors
    /// [`WiringError::NotFinite`]; [`WiringError::Negative`] also for a divider whose sensor goes to the
    /// reference, for which these formulas do not hold.
    pub fn new(
        ntc: Ntc,
        divider: Divider,
        leads_ohm: f64,
        excitation: Option<Excitation>,
    ) -> Result<Self, WiringError> {
        let volt = excitation.map_or(0.0, |it| it.reference_volt);
        if !(leads_ohm.is_finite() && volt.is_finite()) {
            return Err(WiringError::NotFinite);
        }
        let to_reference = divider.polarity() == Polarity::SensorToReference;
        if leads_ohm < 0.0 || volt < 0.0 || to_reference {
            return Err(WiringError::Negative);
        }
        let pull_up_ohm = divider.ohm(0.5);
        let milliwatts = volt * volt / pull_up_ohm * 1e3;
        let rise = excitation.map_or(Ok(0.0), |it| it.self_heating.rise_kelvin(milliwatts));
        Ok(Self { ntc, pull_up_ohm, leads_ohm, warming_kelvin: rise? })
    }

    /// The thermistor.
    #[must_use]
    pub const fn ntc(&self) -> Ntc {
        self.ntc
    }

    /// The same with another thermistor.
    #[must_use]
    pub const fn with_ntc(self, ntc: Ntc) -> Self {
        Self { ntc, ..self }
    }

    /// The same without leads and self-heating: what a table of the type takes it for.
    #[must_use]
    pub const fn bare(self) -> Self {
        Self { leads_ohm: 0.0, warming_kelvin: 0.0, ..self }
    }

    /// The fraction at which the sensor itself would have no resistance.
    fn pole(&self) -> f64 {
        self.leads_ohm / (self.pull_up_ohm + self.leads_ohm)
    }

    /// The sensor's own resistance in ohms at a fraction of full scale, leads taken off.
    #[must_use]
    pub fn ohm(&self, fraction: f64) -> f64 {
        (self.pull_up_ohm + self.leads_ohm) * (fraction - self.pole()) / (1.0 - fraction)
    }

    /// By how many kelvins its current warms the sensor, at a fraction of full scale.
    #[must_use]
    pub fn rise_kelvin(&self, fraction: f64) -> f64 {
        let other = 1.0 - fraction;
        self.warming_kelvin * other * (fraction - self.leads_ohm / self.pull_up_ohm * other)
    }

    fn rise_slope(&self, fraction: f64) -> f64 {
        let other = 1.0 - fraction;
        let leads = self.leads_ohm / self.pull_up_ohm;
        self.warming_kelvin * (other - fraction + 2.0 * leads * other)
    }

    /// The fraction of full scale at a temperature of the medium in °C: a few rounds of the small rise.
    ///
    /// # Errors
    /// As [`Ntc::resistance`].
    pub fn fraction_of(&self, celsius: f64) -> Result<f64, CurveError> {
        let mut rise = 0.0;
        let mut fraction = 0.0;
        for _ in 0..8 {
            let total = self.ntc.resistance(celsius + rise)? + self.leads_ohm;
            fraction = total / (total + self.pull_up_ohm);
            rise = self.rise_kelvin(fraction);
        }
        Ok(fraction)
    }
}

impl Model for InstalledNtc {
    fn celsius(&self, fraction: f64) -> f64 {
        self.ntc.celsius(libm::log(self.ohm(fraction))) - self.rise_kelvin(fraction)
    }

    fn slope(&self, fraction: f64) -> f64 {
        let reciprocal = self.ntc.reciprocal(libm::log(self.ohm(fraction)));
        let ln_slope = 1.0 / (fraction - self.pole()) + 1.0 / (1.0 - fraction);
        let of_sensor = -reciprocal.slope * ln_slope / (reciprocal.value * reciprocal.value);
        of_sensor - self.rise_slope(fraction)
    }

    fn fourth_derivative(&self, low: f64, high: f64) -> f64 {
        let ends = [libm::log(self.ohm(low)), libm::log(self.ohm(high))];
        let ln = LnOhm { fraction: Interval { low, high }, ends, pole: self.pole(), sign: 1.0 };
        ln.fourth_derivative(&self.ntc)
    }
}
