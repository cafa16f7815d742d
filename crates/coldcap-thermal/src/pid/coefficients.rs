//! From a tuning in engineering units to the integers that a step applies.

use core::fmt;

use coldcap_units::Duration;
use fixed::types::I16F16;

use super::gain::{Scaled, Weights};
use super::pole;

/// Whether the output rises or falls when the measurement rises (the terms of ISA-5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Action {
    /// The output rises with the measurement: cooling.
    #[default]
    Direct,
    /// The output falls when the measurement rises: heating.
    Reverse,
}

/// A tuning in engineering units; the law is at [`pid`](crate::pid).
///
/// The unit of the measurement is kelvin or °C, that of the output is 1 = full drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tuning {
    /// Proportional gain K in output per kelvin, above 0 and below 128. The sign is in `action`.
    pub gain: I16F16,
    /// Integral time Ti, at least one period. There is no controller without integral action.
    pub integral_time: Duration,
    /// Derivative time Td; zero is no derivative action.
    pub derivative_time: Duration,
    /// Time constant Tf of the derivative's filter, at least Td/20.
    pub filter_time: Duration,
    /// Setpoint weight of the proportional term, 0 to 1.
    pub b: I16F16,
    /// Setpoint weight of the derivative term, 0 to 1.
    pub c: I16F16,
    /// Cooling or heating.
    pub action: Action,
}

impl Tuning {
    /// Tracking time Tt of the anti-windup: √(Ti·Td), or Ti without derivative action.
    ///
    /// Åström and Hägglund, *Advanced PID Control*, section 3.5.
    const fn tracking_time(&self) -> Duration {
        if self.derivative_time.is_zero() {
            return self.integral_time;
        }
        let square = (self.integral_time.as_millis() as u64)
            .saturating_mul(self.derivative_time.as_millis() as u64);
        Duration::from_millis(square.isqrt() as u32)
    }
}

/// What a step multiplies with: computed once, outside the step, from a [`Tuning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Coefficients {
    pub(super) proportional: Weights,
    pub(super) integral: Weights,
    pub(super) derivative: Weights,
    pub(super) tracking: Weights,
    /// exp(−h/Tf) in 2⁻³².
    pub(super) pole: u32,
}

/// A gain of one, as a weight.
const WHOLE: i32 = I16F16::ONE.to_bits();
/// Largest gain, exclusive, of any term in one step.
const GAIN_LIMIT: i32 = 128;
/// Filter times shorter than Td over this are refused.
const FILTER_RATIO: u32 = 20;
/// The smallest integral gain per step is 2 to the minus this: 4 mK still move the integral by 16 of
/// its steps.
const SLOWEST_POWER: i16 = 28;

impl Coefficients {
    /// Computes the coefficients for a step every `period`, with integers only.
    ///
    /// It is `const`: a fixed tuning can be checked at compile time. Gains are exact to 2⁻²⁹ relative,
    /// the pole to 2⁻³³.
    ///
    /// # Errors
    /// [`TuningError`] names the first field that is out of range, and what is allowed.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_thermal::pid::{Action, Coefficients, Tuning, TuningError};
    /// use coldcap_units::Duration;
    /// use fixed::types::I16F16;
    ///
    /// let mut tuning = Tuning {
    ///     gain: I16F16::lit("0.06"),
    ///     integral_time: Duration::from_secs(15),
    ///     derivative_time: Duration::ZERO,
    ///     filter_time: Duration::ZERO,
    ///     b: I16F16::ONE,
    ///     c: I16F16::ZERO,
    ///     action: Action::Direct,
    /// };
    /// let period = Duration::from_millis(100);
    /// assert!(Coefficients::new(&tuning, period).is_ok());
    ///
    /// tuning.integral_time = Duration::ZERO;
    /// assert_eq!(
    ///     Coefficients::new(&tuning, period),
    ///     Err(TuningError::IntegralTimeTooShort { minimum: period }),
    /// );
    /// ```
    pub const fn new(tuning: &Tuning, period: Duration) -> Result<Self, TuningError> {
        if let Some(error) = check(tuning, period) {
            return Err(error);
        }
        let gain = Scaled::new(tuning.gain.to_bits() as u64, 16);
        let integral = gain.times(share(period, tuning.integral_time));
        if !integral.at_least(SLOWEST_POWER) {
            return Err(TuningError::IntegralTimeTooLong { maximum: longest(tuning, period) });
        }
        let pole = pole::decay(period, tuning.filter_time);
        let remainder = Scaled::new(pole::complement(pole), pole::POLE_BITS as i16);
        let derivative = gain.times(share(tuning.derivative_time, period)).times(remainder);
        if !derivative.fits() {
            return Err(TuningError::DerivativeTooStrong);
        }
        let negative = matches!(tuning.action, Action::Direct);
        Ok(Self {
            proportional: Weights::new(gain, tuning.b.to_bits(), negative),
            integral: Weights::new(integral, WHOLE, negative),
            derivative: Weights::new(derivative, tuning.c.to_bits(), negative),
            tracking: Weights::new(tracking_gain(tuning, period), WHOLE, false),
            pole: pole::narrowed(pole),
        })
    }
}

const fn share(part: Duration, of: Duration) -> Scaled {
    Scaled::ratio(part.as_millis(), of.as_millis())
}

/// h/Tt, at most 1: a tracking time below the period would overshoot what was achieved.
const fn tracking_gain(tuning: &Tuning, period: Duration) -> Scaled {
    let time = tuning.tracking_time();
    if time.as_millis() < period.as_millis() { Scaled::new(1, 0) } else { share(period, time) }
}

/// The first field that is out of range by itself.
const fn check(tuning: &Tuning, period: Duration) -> Option<TuningError> {
    let shortest_filter =
        Duration::from_millis(tuning.derivative_time.as_millis().div_ceil(FILTER_RATIO));
    if period.is_zero() {
        Some(TuningError::PeriodZero)
    } else if tuning.gain.to_bits() <= 0 || tuning.gain.to_bits() >= GAIN_LIMIT << 16 {
        Some(TuningError::GainOutOfRange)
    } else if tuning.integral_time.as_millis() < period.as_millis() {
        Some(TuningError::IntegralTimeTooShort { minimum: period })
    } else if tuning.filter_time.as_millis() < shortest_filter.as_millis() {
        Some(TuningError::FilterTimeTooShort { minimum: shortest_filter })
    } else if !is_weight(tuning.b) {
        Some(TuningError::ProportionalWeightOutOfRange)
    } else if !is_weight(tuning.c) {
        Some(TuningError::DerivativeWeightOutOfRange)
    } else {
        None
    }
}

const fn is_weight(value: I16F16) -> bool {
    value.to_bits() >= 0 && value.to_bits() <= WHOLE
}

/// The longest integral time for which K·h/Ti is at least 2⁻²⁸, rounded down.
const fn longest(tuning: &Tuning, period: Duration) -> Duration {
    let limit = (tuning.gain.to_bits() as u64)
        .saturating_mul(period.as_millis() as u64)
        .saturating_mul(1 << 12);
    Duration::from_millis(if limit > u32::MAX as u64 { u32::MAX } else { limit as u32 })
}

/// Why a [`Tuning`] is refused, and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TuningError {
    /// The period is zero; at least 1 ms is needed.
    PeriodZero,
    /// The gain is not above 0 and below 128.
    GainOutOfRange,
    /// The integral time is zero or shorter than one period.
    IntegralTimeTooShort {
        /// The shortest that is allowed.
        minimum: Duration,
    },
    /// The integral would be too slow to move at all: K·h/Ti is below 2⁻²⁸.
    IntegralTimeTooLong {
        /// The longest that is allowed at this gain and period.
        maximum: Duration,
    },
    /// The derivative's filter is shorter than a twentieth of the derivative time.
    FilterTimeTooShort {
        /// The shortest that is allowed.
        minimum: Duration,
    },
    /// The derivative's gain in one step, K·Td·(1 − a)/h, is not below 128.
    DerivativeTooStrong,
    /// The setpoint weight b is not within 0 to 1.
    ProportionalWeightOutOfRange,
    /// The setpoint weight c is not within 0 to 1.
    DerivativeWeightOutOfRange,
}

impl fmt::Display for TuningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PeriodZero => f.write_str("the period must be at least 1 ms"),
            Self::GainOutOfRange => f.write_str("the gain must be above 0 and below 128"),
            Self::IntegralTimeTooShort { minimum } => {
                write!(f, "the integral time must be at least {} ms", minimum.as_millis())
            }
            Self::IntegralTimeTooLong { maximum } => {
                write!(f, "the integral time must be at most {} ms", maximum.as_millis())
            }
            Self::FilterTimeTooShort { minimum } => {
                write!(f, "the filter time must be at least {} ms", minimum.as_millis())
            }
            Self::DerivativeTooStrong => {
                f.write_str("gain · derivative time / filter time must stay below 128 in one step")
            }
            Self::ProportionalWeightOutOfRange => f.write_str("the weight b must be within 0 to 1"),
            Self::DerivativeWeightOutOfRange => f.write_str("the weight c must be within 0 to 1"),
        }
    }
}

impl core::error::Error for TuningError {}
