//! Output limits.

use core::fmt;
use fixed::types::I16F16;

/// The range that a command never leaves.
///
/// The low limit is also the command while the measurement is invalid, so it must be *off*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    low: I16F16,
    high: I16F16,
}

impl Limits {
    /// From closed to fully open: 0 to 1.
    pub const UNIT: Self = Self { low: I16F16::ZERO, high: I16F16::ONE };

    /// A range from `low` (off) to `high`.
    ///
    /// # Errors
    /// [`LimitsError`] unless `low` is below `high`.
    ///
    /// ```
    /// use coldcap_thermal::pid::Limits;
    /// use fixed::types::I16F16;
    /// assert!(Limits::new(I16F16::ZERO, I16F16::ONE).is_ok());
    /// assert!(Limits::new(I16F16::ONE, I16F16::ONE).is_err());
    /// ```
    pub const fn new(low: I16F16, high: I16F16) -> Result<Self, LimitsError> {
        if low.to_bits() < high.to_bits() {
            Ok(Self { low, high })
        } else {
            Err(LimitsError { low, high })
        }
    }

    /// The smallest command: off.
    #[must_use]
    pub const fn low(&self) -> I16F16 {
        self.low
    }

    /// The largest command.
    #[must_use]
    pub const fn high(&self) -> I16F16 {
        self.high
    }

    /// The nearest value within the range.
    #[must_use]
    pub const fn limit(&self, value: I16F16) -> I16F16 {
        if value.to_bits() < self.low.to_bits() {
            self.low
        } else if value.to_bits() > self.high.to_bits() {
            self.high
        } else {
            value
        }
    }
}

/// Limits that enclose no range: the low one must be below the high one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LimitsError {
    /// The low limit that was asked for.
    pub low: I16F16,
    /// The high limit that was asked for.
    pub high: I16F16,
}

impl fmt::Display for LimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the low limit {} must be below the high limit {}", self.low, self.high)
    }
}

impl core::error::Error for LimitsError {}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::string::ToString;

    #[test]
    fn limits_hold_what_lies_between() {
        let limits = Limits::new(I16F16::from_num(-1), I16F16::from_num(2)).unwrap();
        assert_eq!((limits.low(), limits.high()), (I16F16::from_num(-1), I16F16::from_num(2)));
        assert_eq!(limits.limit(I16F16::MIN), limits.low());
        assert_eq!(limits.limit(I16F16::MAX), limits.high());
        assert_eq!(limits.limit(I16F16::ONE), I16F16::ONE);
    }

    #[test]
    fn an_empty_range_is_refused() {
        let error = Limits::new(I16F16::ONE, I16F16::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "the low limit 1 must be below the high limit 0");
    }
}
