//! What a certificate says in two places, and differently.
//!
//! Every field may hold what it holds; together they describe a calibration that cannot have been. Such a record
//! is written by hand or by a faulty tool, and nobody can tell which of the two is the truth: it is refused.

use super::points::CertifiedPoint;
use super::{Certificate, Method};
use core::fmt;

/// Two statements of one certificate that cannot both be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Contradiction {
    /// The sensor is its own reference.
    OwnReference,
    /// The method adjusts nothing, and there are gain and offset. An own table is none: a sensor that has one from
    /// an earlier calibration may be compared once more.
    AdjustedByComparison,
    /// The method adjusts nothing, and the error of this point, counted from 0, is another one as left than as
    /// found.
    MovedByComparison(u8),
    /// The method adjusts, and there is neither gain and offset nor an own table.
    NothingAdjusted,
    /// The method gives an offset alone, and there is a gain.
    GainFromOnePoint,
    /// The method takes one, two, or three and more fitted points, and there is this other number of them.
    FittedPoints(u8),
    /// The method adjusts, and the error that is left at this point, counted from 0, lies beyond its expanded
    /// uncertainty.
    ErrorBeyondUncertainty(u8),
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnReference => f.write_str("the sensor is its own reference"),
            Self::AdjustedByComparison => {
                f.write_str("nothing was adjusted, and there are gain and offset")
            }
            Self::MovedByComparison(point) => {
                write!(f, "nothing was adjusted, and the error of point {point} has changed")
            }
            Self::NothingAdjusted => {
                f.write_str("it was adjusted, and there is neither gain and offset nor a table")
            }
            Self::GainFromOnePoint => f.write_str("one point gives an offset, and there is a gain"),
            Self::FittedPoints(count) => {
                write!(f, "its method is not one of {count} fitted points")
            }
            Self::ErrorBeyondUncertainty(point) => {
                write!(f, "the error left at point {point} is beyond its uncertainty")
            }
        }
    }
}

impl core::error::Error for Contradiction {}

impl Certificate {
    /// The first contradiction, if there is one.
    pub(super) fn contradiction(&self) -> Option<Contradiction> {
        if self.sensor == self.reference {
            return Some(Contradiction::OwnReference);
        }
        if self.method == Method::Comparison { self.of_comparison() } else { self.of_adjustment() }
    }

    fn of_comparison(&self) -> Option<Contradiction> {
        if self.correction.ln_resistance.is_some() {
            return Some(Contradiction::AdjustedByComparison);
        }
        self.first_point(CertifiedPoint::has_moved).map(Contradiction::MovedByComparison)
    }

    fn of_adjustment(&self) -> Option<Contradiction> {
        let gain = self.correction.ln_resistance.map_or(0, |it| it.more_gain_bits);
        let fitted = self.points.fitted();
        if self.correction.code() == 0 {
            Some(Contradiction::NothingAdjusted)
        } else if !self.method.takes(fitted) {
            Some(Contradiction::FittedPoints(fitted))
        } else if self.method == Method::IcePoint && gain != 0 {
            Some(Contradiction::GainFromOnePoint)
        } else {
            self.first_point(CertifiedPoint::is_off).map(Contradiction::ErrorBeyondUncertainty)
        }
    }

    fn first_point(&self, is: impl Fn(&CertifiedPoint) -> bool) -> Option<u8> {
        (0u8..).zip(self.points.as_slice()).find(|(_, point)| is(point)).map(|(index, _)| index)
    }
}
