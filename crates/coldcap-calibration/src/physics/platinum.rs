//! Platinum resistance thermometers: the Callendar–Van Dusen equation of IEC 60751.
//!
//! `R = R0·(1 + A·t + B·t² + C·(t − 100)·t³)`, the last term below 0 °C only.

use super::CurveError;
use super::error::{near, within};
use super::interval::{Interval, Series, polynomial_series};
use super::solve::{Tangent, rising};
use core::fmt;

/// A, B and C of IEC 60751 (α = 3.851·10⁻³/K, temperatures of ITS-90).
const IEC_60751: [f64; 3] = [3.9083e-3, -5.775e-7, -4.183e-12];

const LOW: f64 = -200.0;
const HIGH: f64 = 850.0;

/// How far beyond the range, in kelvins, the equation is continued for the knots of a table.
const BEYOND: f64 = 20.0;

/// Places at which individual coefficients are examined.
const PLACES: u32 = 105;

/// A platinum thermometer, −200 to 850 °C.
///
/// ```
/// use coldcap_calibration::physics::platinum::Platinum;
/// assert!((Platinum::PT100.resistance(100.0).unwrap() - 138.5055).abs() < 1e-9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Platinum {
    nominal_ohm: f64,
    coefficients: [f64; 3],
}

/// Why numbers are not a platinum thermometer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlatinumError {
    /// The resistance at 0 °C or a coefficient is not finite, or the resistance is not above zero.
    NotFinite,
    /// The resistance is not above zero, or does not rise, all the way from −200 to 850 °C.
    NotRising,
}

impl fmt::Display for PlatinumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFinite => "the resistance or a coefficient is not a usable number",
            Self::NotRising => "the resistance does not rise all the way from −200 to 850 °C",
        })
    }
}

impl core::error::Error for PlatinumError {}

impl Platinum {
    /// 100 Ω at 0 °C.
    pub const PT100: Self = Self { nominal_ohm: 100.0, coefficients: IEC_60751 };
    /// 1000 Ω at 0 °C.
    pub const PT1000: Self = Self { nominal_ohm: 1_000.0, coefficients: IEC_60751 };

    /// One with the coefficients of IEC 60751 and this resistance in ohms at 0 °C.
    ///
    /// # Errors
    /// [`PlatinumError::NotFinite`].
    pub fn new(nominal_ohm: f64) -> Result<Self, PlatinumError> {
        Self::individual(nominal_ohm, IEC_60751)
    }

    /// One with coefficients A, B, C of its own, from its calibration.
    ///
    /// # Errors
    /// A [`PlatinumError`].
    pub fn individual(nominal_ohm: f64, coefficients: [f64; 3]) -> Result<Self, PlatinumError> {
        let finite = coefficients.iter().chain([&nominal_ohm]).all(|x| x.is_finite());
        if !finite || nominal_ohm <= 0.0 {
            return Err(PlatinumError::NotFinite);
        }
        let platinum = Self { nominal_ohm, coefficients };
        let rises = |place: u32| {
            let celsius = LOW + (HIGH - LOW) * f64::from(place) / f64::from(PLACES);
            let Tangent { value, slope } = platinum.relative(celsius);
            value > 0.0 && slope > 0.0
        };
        if (0..=PLACES).all(rises) { Ok(platinum) } else { Err(PlatinumError::NotRising) }
    }

    /// Resistance over that at 0 °C, and its slope per kelvin.
    pub(super) fn relative(&self, celsius: f64) -> Tangent {
        let t = celsius;
        let [a, b, c] = self.coefficients;
        let quartic = if t < 0.0 { c } else { 0.0 };
        let cubic = -100.0 * quartic;
        Tangent {
            value: 1.0 + t * (a + t * (b + t * (cubic + t * quartic))),
            slope: a + t * (2.0 * b + t * (3.0 * cubic + t * 4.0 * quartic)),
        }
    }

    /// The Taylor series of the relative resistance over an interval of °C on one side of 0 °C.
    pub(super) fn series(&self, celsius: Interval, below_zero: bool) -> Series {
        let [a, b, c] = self.coefficients;
        let quartic = if below_zero { c } else { 0.0 };
        polynomial_series(&[1.0, a, b, -100.0 * quartic, quartic], Series::variable(celsius))
    }

    /// The resistance at 0 °C, in ohms.
    #[must_use]
    pub const fn nominal_ohm(&self) -> f64 {
        self.nominal_ohm
    }

    /// The temperature in °C at a relative resistance, also a little beyond the range, where the knots
    /// of a table may lie.
    pub(super) fn celsius(&self, relative: f64) -> f64 {
        rising(relative, LOW - BEYOND, HIGH + BEYOND, |at| self.relative(at))
    }

    /// The resistance in ohms at a temperature in °C.
    ///
    /// # Errors
    /// [`CurveError::BelowRange`], [`CurveError::AboveRange`], [`CurveError::NotFinite`].
    pub fn resistance(&self, celsius: f64) -> Result<f64, CurveError> {
        Ok(self.nominal_ohm * self.relative(within(celsius, LOW, HIGH)?).value)
    }

    /// How many ohms a kelvin is worth at a temperature in °C.
    ///
    /// # Errors
    /// As [`Platinum::resistance`].
    pub fn ohm_per_kelvin(&self, celsius: f64) -> Result<f64, CurveError> {
        Ok(self.nominal_ohm * self.relative(within(celsius, LOW, HIGH)?).slope)
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
        self.check(ohm)?;
        let celsius = rising(ohm / self.nominal_ohm, LOW - 1.0, HIGH + 1.0, |at| self.relative(at));
        near(celsius, LOW, HIGH)
    }

    /// Whether a resistance can be a sensor's.
    fn check(&self, ohm: f64) -> Result<(), CurveError> {
        if !ohm.is_finite() {
            return Err(CurveError::NotFinite);
        }
        if ohm < 0.01 * self.nominal_ohm {
            return Err(CurveError::Short);
        }
        if ohm > 10.0 * self.nominal_ohm {
            return Err(CurveError::Open);
        }
        Ok(())
    }

    /// The temperature in °C at a resistance in ohms, in single precision: within 0.01 mK of the exact
    /// inverse from −20 to 50 °C, within 0.15 mK over the whole range.
    ///
    /// With `w = (R − R0)/R0`, formed from the difference, the quadratic is `t = 2w/(A + √(A² + 4Bw))`,
    /// which cancels nothing; below 0 °C one step puts in the quartic term. Two steps of Newton's method
    /// clean up. The input counts as exact: near 100 Ω a float is worth 0.02 mK.
    ///
    /// # Errors
    /// As [`Platinum::temperature`].
    pub fn temperature_single(&self, ohm: f32) -> Result<f32, CurveError> {
        self.check(f64::from(ohm))?;
        let nominal = self.nominal_ohm as f32;
        let [a, b, c] = self.coefficients.map(|x| x as f32);
        let w = (ohm - nominal) / nominal;
        let quadratic = |w: f32| 2.0 * w / (a + libm::sqrtf((a * a + 4.0 * b * w).max(0.0)));
        let mut t = quadratic(w);
        let quartic = if w < 0.0 { c } else { 0.0 };
        t = quadratic(w - quartic * (t - 100.0) * t * t * t);
        let cubic = -100.0 * quartic;
        for _ in 0..2 {
            // A·t and w nearly cancel: fused, their difference is not rounded twice.
            let linear = libm::fmaf(-a, t, w);
            let miss = linear - t * t * (b + t * (cubic + t * quartic));
            t += miss / (a + t * (2.0 * b + t * (3.0 * cubic + t * 4.0 * quartic)));
        }
        near(f64::from(t), LOW, HIGH).map(|celsius| celsius as f32)
    }
}

/// A tolerance class of IEC 60751.
///
/// The tolerances of AA, A and B were read in a secondary source; that of C and all temperature ranges
/// are from memory and **not checked against the standard**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// ±(0.1 + 0.0017·|t|) K.
    AA,
    /// ±(0.15 + 0.002·|t|) K.
    A,
    /// ±(0.3 + 0.005·|t|) K.
    B,
    /// ±(0.6 + 0.01·|t|) K. Not checked against the standard.
    C,
}

/// How a platinum resistor is made; its class holds over a different range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Construction {
    /// Wound from wire.
    Wire,
    /// A film on a substrate.
    Film,
}

impl Class {
    const fn terms(self) -> (f64, f64) {
        match self {
            Self::AA => (0.1, 0.0017),
            Self::A => (0.15, 0.002),
            Self::B => (0.3, 0.005),
            Self::C => (0.6, 0.01),
        }
    }

    /// Lowest and highest temperature in °C for which the class is defined. Not checked against the
    /// standard.
    #[must_use]
    pub const fn range(self, construction: Construction) -> (f64, f64) {
        match (self, construction) {
            (Self::AA, Construction::Wire) => (-50.0, 250.0),
            (Self::A, Construction::Wire) => (-100.0, 450.0),
            (Self::B | Self::C, Construction::Wire) => (-196.0, 600.0),
            (Self::AA, Construction::Film) => (0.0, 150.0),
            (Self::A, Construction::Film) => (-30.0, 300.0),
            (Self::B, Construction::Film) => (-50.0, 500.0),
            (Self::C, Construction::Film) => (-50.0, 600.0),
        }
    }

    /// The tolerance in kelvins, either way, at a temperature in °C.
    ///
    /// # Errors
    /// [`CurveError::BelowRange`], [`CurveError::AboveRange`] where the class is not defined,
    /// [`CurveError::NotFinite`].
    ///
    /// ```
    /// use coldcap_calibration::physics::CurveError;
    /// use coldcap_calibration::physics::platinum::{Class, Construction};
    /// assert!((Class::A.tolerance_kelvin(-5.0, Construction::Film).unwrap() - 0.16).abs() < 1e-12);
    /// // A film resistor of class AA promises nothing below 0 °C.
    /// let frost = Class::AA.tolerance_kelvin(-5.0, Construction::Film);
    /// assert_eq!(frost, Err(CurveError::BelowRange));
    /// ```
    pub fn tolerance_kelvin(
        self,
        celsius: f64,
        construction: Construction,
    ) -> Result<f64, CurveError> {
        let (low, high) = self.range(construction);
        let (fixed, slope) = self.terms();
        Ok(fixed + slope * libm::fabs(within(celsius, low, high)?))
    }

    /// Whether a sensor that reads this much too high, in kelvins with a standard uncertainty, is within
    /// its class beyond doubt: the whole interval of k = 2 must be (guard band, JCGM 106).
    ///
    /// # Errors
    /// As [`Class::tolerance_kelvin`], also for a deviation or an uncertainty that is not finite.
    pub fn accepts(
        self,
        celsius: f64,
        construction: Construction,
        deviation_kelvin: f64,
        uncertainty_kelvin: f64,
    ) -> Result<bool, CurveError> {
        let tolerance = self.tolerance_kelvin(celsius, construction)?;
        if !(deviation_kelvin.is_finite() && uncertainty_kelvin.is_finite()) {
            return Err(CurveError::NotFinite);
        }
        let outermost = libm::fabs(deviation_kelvin) + 2.0 * libm::fabs(uncertainty_kelvin);
        Ok(outermost <= tolerance)
    }
}
