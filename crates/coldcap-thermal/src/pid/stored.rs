//! What is stored of a controller, and the checks when it is read.
#![allow(clippy::float_arithmetic, reason = "once, when something stored is read; never in a step")]

use super::step::Shape;
use super::{AntiWindup, Coefficients, Fallback, Jitter, Limits, OnInvalid, Pid};
use crate::number::Number;
use coldcap_units::Duration;
use core::fmt;
use serde::{Deserialize, Serialize};

/// The version of everything that is stored here.
const VERSION: u16 = 1;

/// Why something stored is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoredError {
    /// It has another version than this software.
    Version {
        /// The version that was found.
        found: u16,
    },
    /// A gain or a pole could make a sum overflow, or is not a number.
    Gain,
    /// The period is zero.
    Period,
    /// The limits enclose no range, or a rate or the safe output does not fit them.
    Limits,
    /// A part of the state is out of its bounds, or not a number.
    State,
}

impl fmt::Display for StoredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { found } => write!(f, "version {found} is stored, {VERSION} is read"),
            Self::Gain => {
                f.write_str("a stored gain must be at most 128, a pole from 0 to below 1")
            }
            Self::Period => f.write_str("the stored period must be at least 1 ms"),
            Self::Limits => {
                f.write_str("the stored limits must enclose a range and fit each other")
            }
            Self::State => f.write_str("the stored state must be within its bounds"),
        }
    }
}

impl core::error::Error for StoredError {}

const fn of_this_version(found: u16) -> Result<(), StoredError> {
    if found == VERSION { Ok(()) } else { Err(StoredError::Version { found }) }
}

const fn require(holds: bool, error: StoredError) -> Result<(), StoredError> {
    if holds { Ok(()) } else { Err(error) }
}

/// [`Jitter`] as it is stored.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum StoredJitter {
    Strict { tolerance_ms: u32 },
    Rescale { most: u8 },
}

impl From<Jitter> for StoredJitter {
    fn from(from: Jitter) -> Self {
        match from {
            Jitter::Strict { tolerance } => Self::Strict { tolerance_ms: tolerance.as_millis() },
            Jitter::Rescale { most } => Self::Rescale { most },
        }
    }
}

impl From<StoredJitter> for Jitter {
    fn from(stored: StoredJitter) -> Self {
        match stored {
            StoredJitter::Strict { tolerance_ms } => {
                Self::Strict { tolerance: Duration::from_millis(tolerance_ms) }
            }
            StoredJitter::Rescale { most } => Self::Rescale { most },
        }
    }
}

/// [`Coefficients`] as they are stored.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(bound(
    serialize = "T::Gain: Serialize, T::Pole: Serialize",
    deserialize = "T::Gain: Deserialize<'de>, T::Pole: Deserialize<'de>"
))]
pub struct StoredCoefficients<T: Number> {
    version: u16,
    period_ms: u32,
    jitter: StoredJitter,
    anti_windup: AntiWindup,
    proportional: T::Gain,
    integral: T::Gain,
    derivative: T::Gain,
    setpoint: T::Gain,
    derivative_setpoint: T::Gain,
    tracking: T::Gain,
    pole: T::Pole,
}

impl<T: Number> From<Coefficients<T>> for StoredCoefficients<T> {
    fn from(from: Coefficients<T>) -> Self {
        Self {
            version: VERSION,
            period_ms: from.period.as_millis(),
            jitter: from.jitter.into(),
            anti_windup: from.anti_windup,
            proportional: from.proportional,
            integral: from.integral,
            derivative: from.derivative,
            setpoint: from.setpoint,
            derivative_setpoint: from.derivative_setpoint,
            tracking: from.tracking,
            pole: from.pole,
        }
    }
}

impl<T: Number> StoredCoefficients<T> {
    fn gains_are_sound(&self) -> bool {
        let gains = [
            self.proportional,
            self.integral,
            self.derivative,
            self.setpoint,
            self.derivative_setpoint,
        ];
        let pole = T::pole_value(self.pole);
        let tracking = T::gain_value(self.tracking);
        // The derivative's bound: gain/(1 − a) is K·Td/h, below 512. An f32 rounds a by up to 2⁻²⁵ and
        // 1 − a is at least 2⁻²⁰: that is 2⁻⁵ of it.
        let derivative = T::gain_value(self.derivative).abs();
        gains.into_iter().all(|gain| T::gain_value(gain).abs() <= 128.0)
            && (0.0..=1.0).contains(&tracking)
            && (0.0..1.0).contains(&pole)
            && derivative <= 528.0 * (1.0 - pole)
    }
}

impl<T: Number> TryFrom<StoredCoefficients<T>> for Coefficients<T> {
    type Error = StoredError;

    fn try_from(stored: StoredCoefficients<T>) -> Result<Self, StoredError> {
        of_this_version(stored.version)?;
        require(stored.period_ms > 0, StoredError::Period)?;
        require(stored.gains_are_sound(), StoredError::Gain)?;
        Ok(Self {
            proportional: stored.proportional,
            integral: stored.integral,
            derivative: stored.derivative,
            pole: stored.pole,
            period: Duration::from_millis(stored.period_ms),
            setpoint: stored.setpoint,
            derivative_setpoint: stored.derivative_setpoint,
            tracking: stored.tracking,
            jitter: stored.jitter.into(),
            anti_windup: stored.anti_windup,
        })
    }
}

/// [`Limits`] as they are stored.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct StoredLimits<T> {
    version: u16,
    low: T,
    high: T,
    safe: T,
    slew: Option<[T; 2]>,
    on_invalid: OnInvalid<T>,
}

impl<T: Number> From<Limits<T>> for StoredLimits<T> {
    fn from(from: Limits<T>) -> Self {
        Self {
            version: VERSION,
            low: from.low,
            high: from.high,
            safe: from.safe,
            slew: from.slewed.then_some([from.rise, from.fall]),
            on_invalid: from.on_invalid,
        }
    }
}

impl<T: Number> TryFrom<StoredLimits<T>> for Limits<T> {
    type Error = StoredError;

    fn try_from(stored: StoredLimits<T>) -> Result<Self, StoredError> {
        of_this_version(stored.version)?;
        let inside = |value: T| value.fault().is_none();
        let range = stored.low < stored.high && inside(stored.low) && inside(stored.high);
        require(range, StoredError::Limits)?;
        let refused = |_| StoredError::Limits;
        let plain = Self {
            low: stored.low,
            high: stored.high,
            safe: stored.low,
            rise: T::ZERO,
            fall: T::ZERO,
            slewed: false,
            on_invalid: OnInvalid { hold: 0, then: Fallback::Safe },
        };
        let limits = plain.with_safe(stored.safe).map_err(refused)?;
        let limits = limits.with_on_invalid(stored.on_invalid).map_err(refused)?;
        match stored.slew {
            None => Ok(limits),
            Some([rise, fall]) => limits.with_slew(rise, fall).map_err(refused),
        }
    }
}

/// The state of a [`Pid`] as it is stored.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(bound(
    serialize = "T: Serialize, T::Integral: Serialize, T::Term: Serialize, T::Signal: Serialize",
    deserialize = "T: Deserialize<'de>, T::Integral: Deserialize<'de>, T::Term: Deserialize<'de>, \
                   T::Signal: Deserialize<'de>"
))]
pub struct StoredPid<T: Number> {
    version: u16,
    integral: T::Integral,
    derivative: T::Term,
    setpoint: T::Signal,
    measured: T::Signal,
    command: T,
    excess: T,
    missed: u16,
    shape: Shape,
}

impl<T: Number> From<Pid<T>> for StoredPid<T> {
    fn from(from: Pid<T>) -> Self {
        Self {
            version: VERSION,
            integral: from.integral,
            derivative: from.derivative,
            setpoint: from.setpoint,
            measured: from.measured,
            command: from.command,
            excess: from.excess,
            missed: from.missed,
            shape: from.shape,
        }
    }
}

impl<T: Number> StoredPid<T> {
    fn is_sound(&self) -> bool {
        let within = |term: T::Term, bound: T::Term| T::bounded(term, bound) == term;
        T::is_integral(self.integral)
            && within(self.derivative, T::DERIVATIVE_BOUND)
            && within(self.excess.widen(), T::SUM_BOUND)
            && T::is_signal(self.setpoint)
            && T::is_signal(self.measured)
            && self.command.fault().is_none()
            && (matches!(self.shape, Shape::Clipped | Shape::Held) || self.excess == T::ZERO)
    }
}

impl<T: Number> TryFrom<StoredPid<T>> for Pid<T> {
    type Error = StoredError;

    fn try_from(stored: StoredPid<T>) -> Result<Self, StoredError> {
        of_this_version(stored.version)?;
        require(stored.is_sound(), StoredError::State)?;
        Ok(Self {
            integral: stored.integral,
            derivative: stored.derivative,
            setpoint: stored.setpoint,
            measured: stored.measured,
            command: stored.command,
            excess: stored.excess,
            missed: stored.missed,
            shape: stored.shape,
        })
    }
}
