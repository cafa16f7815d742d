//! Why a curve gives no number.

use core::fmt;

/// Why a curve gives no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CurveError {
    /// Colder than the curve's range.
    BelowRange,
    /// Warmer than the curve's range.
    AboveRange,
    /// So much resistance that the wire must be open.
    Open,
    /// So little resistance that the sensor must be short-circuited.
    Short,
    /// The input is infinite or not a number.
    NotFinite,
}

impl CurveError {
    /// Its name in lower case, as the `convert` command prints it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BelowRange => "below_range",
            Self::AboveRange => "above_range",
            Self::Open => "open",
            Self::Short => "short",
            Self::NotFinite => "not_finite",
        }
    }
}

impl fmt::Display for CurveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BelowRange => "colder than the curve's range",
            Self::AboveRange => "warmer than the curve's range",
            Self::Open => "the sensor's wire is open",
            Self::Short => "the sensor is short-circuited",
            Self::NotFinite => "the input is not a finite number",
        })
    }
}

impl core::error::Error for CurveError {}

/// Published tables round the values at the ends of a range, by up to 2.5 mK (type T at −200 °C): so
/// little beyond counts as the end.
const END_KELVIN: f64 = 0.005;

/// A finite temperature within a range.
pub(super) fn within(celsius: f64, low: f64, high: f64) -> Result<f64, CurveError> {
    if !celsius.is_finite() {
        Err(CurveError::NotFinite)
    } else if celsius < low {
        Err(CurveError::BelowRange)
    } else if celsius > high {
        Err(CurveError::AboveRange)
    } else {
        Ok(celsius)
    }
}

/// A computed temperature within a range, its ends widened by what printing rounds away.
pub(super) fn near(celsius: f64, low: f64, high: f64) -> Result<f64, CurveError> {
    within(celsius, low - END_KELVIN, high + END_KELVIN).map(|celsius| celsius.clamp(low, high))
}
