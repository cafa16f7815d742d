//! What the output may be, how fast it may move, and what it becomes when nothing is measured.

#![allow(clippy::neg_cmp_op_on_partial_ord, reason = "what is not a number must fail every check")]

use crate::number::{Number, RANGE};
use core::fmt;
use fixed::types::{I16F16, I32F32};

/// The largest size of a limit: every number type can reach it without leaving the range of a signal.
const EDGE: u16 = RANGE - 2;

/// What the output does when there is no valid sample to compute it from.
///
/// First the last command is held for `hold` steps, while P, I and D rest as they are: a single lost
/// sample leaves no trace. After that comes `then`, and the integral follows what is commanded, so that
/// the next valid sample goes on from there without a bump.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OnInvalid<T> {
    /// How many steps the last command is held.
    pub hold: u16,
    /// What comes after that.
    pub then: Fallback<T>,
}

/// What the output does when it has been held for long enough.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Fallback<T> {
    /// The safe output, at once, whatever the slew limits say.
    Safe,
    /// Toward the safe output by this much a step.
    Bleed(T),
}

/// The range that a command never leaves, how fast it moves in it, and what is safe.
///
/// ```
/// use coldcap_thermal::pid::{Fallback, Limits, OnInvalid};
/// // A cooler that may close faster than it opens, and lets go within ten steps of silence.
/// let limits = Limits::<f32>::new(0.0, 1.0)?
///     .with_slew(0.01, 0.05)?
///     .with_on_invalid(OnInvalid { hold: 10, then: Fallback::Safe })?;
/// assert_eq!((limits.low(), limits.safe()), (0.0, 0.0));
/// // The floor is above the ceiling:
/// assert!(Limits::<f32>::new(1.0, 0.0).is_err());
/// # Ok::<(), coldcap_thermal::pid::LimitsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        bound(
            serialize = "T: Number + serde::Serialize",
            deserialize = "T: Number + serde::Deserialize<'de>"
        ),
        into = "super::stored::StoredLimits<T>",
        try_from = "super::stored::StoredLimits<T>"
    )
)]
pub struct Limits<T> {
    pub(super) low: T,
    pub(super) high: T,
    pub(super) safe: T,
    pub(super) rise: T,
    pub(super) fall: T,
    pub(super) slewed: bool,
    pub(super) on_invalid: OnInvalid<T>,
}

impl<T: Number> Limits<T> {
    /// From closed to fully open, 0 to 1, without slew limits; 0 is safe, and taken at once when a
    /// sample is invalid.
    pub const UNIT: Self = Self::plain(T::ZERO, T::ONE);

    pub(super) const fn plain(low: T, high: T) -> Self {
        Self {
            low,
            high,
            safe: low,
            rise: T::ZERO,
            fall: T::ZERO,
            slewed: false,
            on_invalid: OnInvalid { hold: 0, then: Fallback::Safe },
        }
    }

    /// The same range with the command moving by at most `rise` upward and `fall` downward a step.
    ///
    /// # Errors
    /// [`LimitsError::Slew`] unless both are above zero and within the range of a signal.
    pub fn with_slew(mut self, rise: T, fall: T) -> Result<Self, LimitsError> {
        let good = |rate: T| rate > T::ZERO && rate.fault().is_none();
        if !(good(rise) && good(fall)) {
            return Err(LimitsError::Slew);
        }
        (self.rise, self.fall, self.slewed) = (rise, fall, true);
        Ok(self)
    }

    /// The same range with another safe output; without this it is the low limit.
    ///
    /// # Errors
    /// [`LimitsError::Safe`] unless it lies within the range.
    pub fn with_safe(mut self, safe: T) -> Result<Self, LimitsError> {
        if !(safe >= self.low && safe <= self.high) {
            return Err(LimitsError::Safe);
        }
        self.safe = safe;
        Ok(self)
    }

    /// The same range with another policy for invalid samples.
    ///
    /// # Errors
    /// [`LimitsError::Bleed`] unless the rate is above zero and within the range of a signal.
    pub fn with_on_invalid(mut self, policy: OnInvalid<T>) -> Result<Self, LimitsError> {
        if let Fallback::Bleed(rate) = policy.then
            && !(rate > T::ZERO && rate.fault().is_none())
        {
            return Err(LimitsError::Bleed);
        }
        self.on_invalid = policy;
        Ok(self)
    }

    /// The smallest command.
    #[must_use]
    pub const fn low(&self) -> T {
        self.low
    }

    /// The largest command.
    #[must_use]
    pub const fn high(&self) -> T {
        self.high
    }

    /// The output that is safe: off.
    #[must_use]
    pub const fn safe(&self) -> T {
        self.safe
    }

    /// What is done about an invalid sample.
    #[must_use]
    pub const fn on_invalid(&self) -> OnInvalid<T> {
        self.on_invalid
    }

    /// The nearest value within the range; the safe one for what is not a number.
    #[must_use]
    pub fn limit(&self, value: T) -> T {
        if value < self.low {
            self.low
        } else if value > self.high {
            self.high
        } else if value >= self.low {
            value
        } else {
            self.safe
        }
    }

    /// The nearest value that can be reached in one step from `last`, within the range.
    pub(super) fn reach(&self, last: T, wanted: T) -> T {
        let wanted = self.limit(wanted);
        if !self.slewed {
            return wanted;
        }
        let (highest, lowest) = (last.plus(self.rise), last.minus(self.fall));
        if wanted > highest {
            self.limit(highest)
        } else if wanted < lowest {
            self.limit(lowest)
        } else {
            wanted
        }
    }

    /// One step of bleeding from `last` toward the safe output.
    pub(super) fn bleed(&self, last: T, rate: T) -> T {
        let last = self.limit(last);
        let next = if last > self.safe { last.minus(rate) } else { last.plus(rate) };
        let passed = (last > self.safe) != (next > self.safe);
        if passed { self.safe } else { self.limit(next) }
    }
}

macro_rules! constructor {
    ($number:ty, $low:ident, $high:ident, $inside:expr) => {
        impl Limits<$number> {
            /// A range from `low`, which is also the safe output, to `high`, without slew limits.
            ///
            /// # Errors
            /// [`LimitsError::Range`] unless `low` is below `high` and both are within the range of a
            /// signal, ±2046.
            pub const fn new($low: $number, $high: $number) -> Result<Self, LimitsError> {
                if $inside { Ok(Self::plain($low, $high)) } else { Err(LimitsError::Range) }
            }
        }
    };
}

constructor!(f32, low, high, low < high && low.abs() <= EDGE as f32 && high.abs() <= EDGE as f32);
constructor!(f64, low, high, low < high && low.abs() <= EDGE as f64 && high.abs() <= EDGE as f64);
constructor!(I16F16, low, high, {
    let (low, high, edge) = (low.to_bits(), high.to_bits(), (EDGE as u32) << 16);
    low < high && low.unsigned_abs() <= edge && high.unsigned_abs() <= edge
});
constructor!(I32F32, low, high, {
    let (low, high, edge) = (low.to_bits(), high.to_bits(), (EDGE as u64) << 32);
    low < high && low.unsigned_abs() <= edge && high.unsigned_abs() <= edge
});

/// Limits that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LimitsError {
    /// The low limit is not below the high one, or one of them is beyond ±2046.
    Range,
    /// A slew limit is not above zero, or beyond 2048 a step.
    Slew,
    /// The safe output is not within the limits.
    Safe,
    /// The bleed rate is not above zero, or beyond 2048 a step.
    Bleed,
}

impl fmt::Display for LimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Range => "the low limit must be below the high one, and both within ±2046",
            Self::Slew => "a slew limit must be above 0 and at most 2048 a step",
            Self::Safe => "the safe output must be within the limits",
            Self::Bleed => "the bleed rate must be above 0 and at most 2048 a step",
        })
    }
}

impl core::error::Error for LimitsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_what_lies_between() {
        let limits = Limits::<f64>::new(-1.0, 2.0).unwrap();
        assert_eq!(
            [-9.0, 0.5, 9.0, f64::NAN].map(|value| limits.limit(value)),
            [-1.0, 0.5, 2.0, -1.0]
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert_eq!(Limits::<f32>::new(1.0, 1.0), Err(LimitsError::Range));
        assert_eq!(Limits::<f32>::new(f32::NAN, 1.0), Err(LimitsError::Range));
        assert_eq!(Limits::<f32>::new(0.0, f32::INFINITY), Err(LimitsError::Range));
        assert_eq!(Limits::<I16F16>::new(I16F16::ZERO, I16F16::MAX), Err(LimitsError::Range));
        assert_eq!(Limits::<f32>::UNIT.with_slew(0.0, 1.0), Err(LimitsError::Slew));
        assert_eq!(Limits::<f32>::UNIT.with_safe(-0.1), Err(LimitsError::Safe));
        let bleed = OnInvalid { hold: 1, then: Fallback::Bleed(f32::NAN) };
        assert_eq!(Limits::<f32>::UNIT.with_on_invalid(bleed), Err(LimitsError::Bleed));
    }

    #[test]
    fn bleeding_ends_at_the_safe_output() {
        let limits = Limits::<f32>::new(-1.0, 1.0).unwrap().with_safe(0.0).unwrap();
        assert_eq!(limits.bleed(0.5, 0.2), 0.3);
        assert_eq!(limits.bleed(0.1, 0.2), 0.0);
        assert_eq!(limits.bleed(-0.1, 0.2), 0.0);
        assert_eq!(limits.bleed(0.0, 0.2), 0.0);
    }
}
