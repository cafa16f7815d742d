//! What a certificate says in two places, and differently.
//!
//! Every field may hold what it holds; together they describe a calibration that cannot have been. Such a record
//! is written by hand or by a faulty tool, and nobody can tell which of the two is the truth: it is refused.
//!
//! An error that is left beyond its expanded uncertainty is none by itself: with k = 2 that happens to 4.6 % of all
//! points that are stated honestly, and to every third certificate of eight. It becomes one where fewer than one
//! honest certificate in 10 000 shows it: with N points at ±z standard uncertainties, `2·N·(1 − Φ(z)) = 10⁻⁴`
//! (Bonferroni's bound, which holds however the points hang together). A standard uncertainty is U/k, but never
//! taken as less than U/2: a k above 2 comes of few degrees of freedom, and their tails are longer than Gauss's.

use super::points::CertifiedPoint;
use super::points::MOST_POINTS;
use super::{Certificate, Method};
use crate::time_stamp::ClockQuality;
use coldcap_units::MicroCelsius;
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
    /// The method adjusts, and there is neither gain and offset nor an own table; or a gain of 1 and an offset of 0
    /// alone, which change nothing.
    NothingAdjusted,
    /// The method adjusts, and every error is the same as left as it was found.
    NothingMoved,
    /// The method gives an offset alone, and there is a gain.
    GainFromOnePoint,
    /// The method takes one, two, or three and more fitted points, and there is this other number of them.
    FittedPoints(u8),
    /// The method gives a gain, and all points that were fitted lie within 1 K.
    GainFromOneTemperature,
    /// The method is that of the ice point, and the point that was fitted, counted from 0, is not at 0 °C ± 0.1 K.
    NotAtIcePoint(u8),
    /// The method adjusts, and the error that is left at this point, counted from 0, lies so far beyond its expanded
    /// uncertainty as in fewer than one honest certificate in 10 000.
    ErrorBeyondUncertainty(u8),
    /// Somebody set the clock, and it told a time before 2020: one that fell back to where its chip begins to count.
    ClockNotSet,
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
            Self::NothingMoved => {
                f.write_str("it was adjusted, and every error is left as it was found")
            }
            Self::GainFromOneTemperature => {
                f.write_str("its gain is from points that all lie within 1 K")
            }
            Self::NotAtIcePoint(point) => {
                write!(f, "its method is that of the ice point, and point {point} is not at 0 °C")
            }
            Self::ErrorBeyondUncertainty(point) => {
                write!(f, "the error left at point {point} is far beyond its uncertainty")
            }
            Self::ClockNotSet => f.write_str("its clock was set, and told a time before 2020"),
        }
    }
}

impl core::error::Error for Contradiction {}

/// 2020-01-01 00:00 UTC: there was no such record before, and clocks that lost their time begin in 1970, 1980 or 2000.
const EARLIEST_UNIX_S: u64 = 1_577_836_800;

/// A gain is not told from points nearer to each other.
const LEAST_SPAN_UC: u32 = 1_000_000;

/// An ice point is never further from 0 °C than this, and no bath of another temperature so near.
const ICE_UC: u32 = 100_000;

/// Standard uncertainties in thousandths that an error exceeds in one of 10 000 honest certificates, by the number
/// of their points.
const LIMIT_MILLI: [u16; MOST_POINTS] = [3_891, 4_056, 4_149, 4_215, 4_265, 4_305, 4_339, 4_369];

impl Certificate {
    /// The first contradiction, if there is one.
    pub(super) fn contradiction(&self) -> Option<Contradiction> {
        if self.sensor == self.reference {
            return Some(Contradiction::OwnReference);
        }
        if self.at.clock != ClockQuality::Unknown && self.at.unix_s < EARLIEST_UNIX_S {
            return Some(Contradiction::ClockNotSet);
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
        if !self.correction.changes() {
            Some(Contradiction::NothingAdjusted)
        } else if !self.method.takes(fitted) {
            Some(Contradiction::FittedPoints(fitted))
        } else if self.method == Method::IcePoint && gain != 0 {
            Some(Contradiction::GainFromOnePoint)
        } else {
            self.of_temperatures().or_else(|| self.of_errors())
        }
    }

    /// An ice point that is none, or a gain of one temperature.
    fn of_temperatures(&self) -> Option<Contradiction> {
        let fitted = || {
            let all = (0u8..).zip(self.points.as_slice());
            all.filter(|(index, _)| !self.points.is_check(*index)).map(|(at, it)| (at, it.at))
        };
        if self.method == Method::IcePoint {
            let mut off = fitted().filter(|(_, at)| at.0.unsigned_abs() > ICE_UC);
            return off.next().map(|(index, _)| Contradiction::NotAtIcePoint(index));
        }
        let temperatures = || fitted().map(|(_, MicroCelsius(at))| at);
        let span = temperatures().max()?.abs_diff(temperatures().min()?);
        (span < LEAST_SPAN_UC).then_some(Contradiction::GainFromOneTemperature)
    }

    fn of_errors(&self) -> Option<Contradiction> {
        if self.first_point(CertifiedPoint::has_moved).is_none() {
            return Some(Contradiction::NothingMoved);
        }
        let last = usize::from(self.points.count()).saturating_sub(1);
        let limit = u64::from(LIMIT_MILLI.get(last).copied().unwrap_or(u16::MAX));
        let factor = u64::from(self.coverage.to_thousandths().min(2_000));
        // |left| > limit·U/k, in whole numbers.
        let is_off = |point: &CertifiedPoint| {
            let left = u64::from(point.left_uk().unsigned_abs()).saturating_mul(factor);
            left > u64::from(point.expanded_uk()).saturating_mul(limit)
        };
        self.first_point(is_off).map(Contradiction::ErrorBeyondUncertainty)
    }

    fn first_point(&self, is: impl Fn(&CertifiedPoint) -> bool) -> Option<u8> {
        (0u8..).zip(self.points.as_slice()).find(|(_, point)| is(point)).map(|(index, _)| index)
    }
}
