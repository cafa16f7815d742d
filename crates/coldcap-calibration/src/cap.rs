//! From three measures of a head to a cap size.
//!
//! # The ladder
//! Five equal steps over 520 to 613 mm of head circumference, the 1st to 99th percentile of ANSUR II
//! (1 986 women, 4 082 men) weighted to 85 % women. Each size is right to ±9.3 mm.
//!
//! # What a tape cannot tell
//! Circumference alone leaves about ±10 mm (95 %) of crown height open, and a cap's own liner differs by
//! make. So [`Ladder::choose`] takes repeated readings of all three measures and the hair over them, on a
//! ladder that is data, and tells how likely each size is; and it is the thermal test
//! ([`crate::contact`]) on the worn cap that decides.

mod ladder;
mod readings;

pub(crate) use ladder::TRY_BOTH_BELOW;
pub use ladder::{Ladder, LadderData, LadderError, Liner, Population, SIZES, SizeChoice, Stretch};
pub use readings::{HeadReadings, READINGS, ReadingError};

use core::fmt;

/// One tape measure of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Round the head, above the brows and over the most prominent point at the back.
    Circumference,
    /// From the root of the nose over the vertex to the bump at the back of the skull.
    Sagittal,
    /// From ear to ear (tragion to tragion) over the vertex.
    Coronal,
}

impl Measure {
    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Circumference => "circumference",
            Self::Sagittal => "sagittal",
            Self::Coronal => "coronal",
        }
    }
}

/// A measure outside what this head can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MeasureError {
    /// Which measure.
    pub measure: Measure,
    /// What was given, in millimetres.
    pub value: u16,
    /// The least that is allowed, in millimetres.
    pub minimum: u16,
    /// The most that is allowed, in millimetres.
    pub maximum: u16,
}

impl fmt::Display for MeasureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { measure, value, minimum, maximum } = self;
        write!(f, "{} of {value} mm is outside {minimum} to {maximum} mm", measure.name())
    }
}

impl core::error::Error for MeasureError {}

/// Three tape measures that can belong to one head, taken over the prepared (wet, flat) hair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeadMeasures {
    circumference_mm: u16,
    sagittal_mm: u16,
    coronal_mm: u16,
}

const CIRCUMFERENCE_MM: (u16, u16) = (520, 613);
/// Adult arcs over the crown, with room on both sides: a bar against slips, not a survey.
const ARC_MM: (u16, u16) = (280, 420);

const fn check(measure: Measure, value: u16, range: (u16, u16)) -> Result<u16, MeasureError> {
    let (minimum, maximum) = range;
    if value < minimum || value > maximum {
        return Err(MeasureError { measure, value, minimum, maximum });
    }
    Ok(value)
}

/// An arc over the crown is half to three quarters of the circumference: what exchanged fields, inches
/// and a slipped tape fail.
fn arc_range(circumference_mm: u16) -> (u16, u16) {
    let half = circumference_mm / 2;
    let three_quarters = half.saturating_add(circumference_mm / 4);
    (half.max(ARC_MM.0), three_quarters.min(ARC_MM.1))
}

impl HeadMeasures {
    /// Three measures in millimetres: circumference 520 to 613, each arc 280 to 420 and half to three
    /// quarters of the circumference.
    ///
    /// # Errors
    /// The first [`MeasureError`], in the order of the arguments.
    pub fn new(
        circumference_mm: u16,
        sagittal_mm: u16,
        coronal_mm: u16,
    ) -> Result<Self, MeasureError> {
        check(Measure::Circumference, circumference_mm, CIRCUMFERENCE_MM)?;
        let arcs = arc_range(circumference_mm);
        check(Measure::Sagittal, sagittal_mm, arcs)?;
        check(Measure::Coronal, coronal_mm, arcs)?;
        Ok(Self { circumference_mm, sagittal_mm, coronal_mm })
    }

    /// Head circumference in millimetres.
    #[must_use]
    pub const fn circumference_mm(&self) -> u16 {
        self.circumference_mm
    }

    /// Arc from the root of the nose to the back of the skull, in millimetres.
    #[must_use]
    pub const fn sagittal_mm(&self) -> u16 {
        self.sagittal_mm
    }

    /// Arc from ear to ear, in millimetres.
    #[must_use]
    pub const fn coronal_mm(&self) -> u16 {
        self.coronal_mm
    }
}

/// A size of cap. The codes are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CapSize {
    /// 520.0 to 538.6 mm.
    ExtraSmall = 1,
    /// 538.6 to 557.2 mm.
    Small = 2,
    /// 557.2 to 575.8 mm.
    Medium = 3,
    /// 575.8 to 594.4 mm.
    Large = 4,
    /// 594.4 to 613.0 mm.
    ExtraLarge = 5,
}

impl CapSize {
    /// Every size, smallest first.
    pub const ALL: [Self; 5] =
        [Self::ExtraSmall, Self::Small, Self::Medium, Self::Large, Self::ExtraLarge];

    /// The frozen code, 1 to 5.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The size with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.code() == code)
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExtraSmall => "extra_small",
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
            Self::ExtraLarge => "extra_large",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_reversible() {
        for size in CapSize::ALL {
            assert_eq!(CapSize::from_code(size.code()), Some(size));
        }
        assert_eq!((CapSize::from_code(0), CapSize::from_code(6)), (None, None));
    }
}
