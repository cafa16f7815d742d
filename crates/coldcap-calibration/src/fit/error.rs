//! Why there is no fit.

use crate::physics::ntc::NtcError;
use core::fmt;

/// Why there is no fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FitError {
    /// There are this many observations, fewer than coefficients.
    TooFew(usize),
    /// The observation with this number, counted from 0, is not finite, or its weight is not above zero.
    NotUsable(usize),
    /// The column with this number, counted from 0, follows from the ones before it: the observations
    /// cannot tell these coefficients apart.
    Dependent(usize),
    /// As many coefficients as observations: the residuals say nothing about the spread.
    NoSpread,
    /// There is room for fewer residuals than there are observations.
    Room(usize),
    /// The weights of a robust fit keep changing.
    NotSettled,
    /// The fitted coefficients are not a thermistor.
    Ntc(NtcError),
    /// The correction is larger than any unit of the part can need: a point is wrong.
    Implausible,
}

impl fmt::Display for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew(count) => write!(f, "{count} observations are too few"),
            Self::NotUsable(index) => write!(f, "observation {index} is not a usable number"),
            Self::Dependent(column) => {
                write!(f, "the observations cannot tell column {column} from those before it")
            }
            Self::NoSpread => f.write_str("no observation is left over to show the spread"),
            Self::Room(needed) => write!(f, "room for {needed} residuals is needed"),
            Self::NotSettled => f.write_str("the weights of the robust fit keep changing"),
            Self::Ntc(error) => write!(f, "the fit is not a thermistor: {error}"),
            Self::Implausible => f.write_str("the correction is beyond what a unit can need"),
        }
    }
}

impl core::error::Error for FitError {}

impl From<NtcError> for FitError {
    fn from(error: NtcError) -> Self {
        Self::Ntc(error)
    }
}
