//! From three measures of a head to a cap size.
//!
//! # The ladder
//! Five equal steps over 520 to 613 mm of head circumference, the 1st to 99th percentile of ANSUR II
//! (1 986 women, 4 082 men) weighted to 85 % women. Each size is right to ±9.3 mm.
//!
//! # What a tape cannot tell
//! Circumference alone leaves about ±10 mm (95 %) of crown height open, and a cap's own liner differs by
//! make. So the choice names a runner-up near an edge, and it is the thermal test
//! ([`crate::contact`]) on the worn cap that decides.
//!
//! # Two choices
//! [`choose`] goes by the circumference alone, with one tape's uncertainty. [`Ladder::choose`] takes
//! repeated readings of all three measures and the hair over them, on a ladder that is data, and tells
//! how likely each size is.

mod ladder;
mod readings;

pub use ladder::{
    Ladder, LadderData, LadderError, Liner, Population, SIZES, SizeChoice, Stretch, TRY_BOTH_BELOW,
};
pub use readings::{HeadReadings, READINGS, ReadingError};

use coldcap_units::Permille;
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

    /// The inner edges of the ladder around this size, in tenths of a millimetre; the first and the
    /// last size have only one.
    const fn edges(self) -> (Option<u16>, Option<u16>) {
        match self {
            Self::ExtraSmall => (None, Some(5_386)),
            Self::Small => (Some(5_386), Some(5_572)),
            Self::Medium => (Some(5_572), Some(5_758)),
            Self::Large => (Some(5_758), Some(5_944)),
            Self::ExtraLarge => (Some(5_944), None),
        }
    }

    const fn smaller(self) -> Option<Self> {
        match self {
            Self::ExtraSmall => None,
            Self::Small => Some(Self::ExtraSmall),
            Self::Medium => Some(Self::Small),
            Self::Large => Some(Self::Medium),
            Self::ExtraLarge => Some(Self::Large),
        }
    }

    const fn larger(self) -> Option<Self> {
        match self {
            Self::ExtraSmall => Some(Self::Small),
            Self::Small => Some(Self::Medium),
            Self::Medium => Some(Self::Large),
            Self::Large => Some(Self::ExtraLarge),
            Self::ExtraLarge => None,
        }
    }
}

/// Which cap to try, and which one besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The size that the circumference falls into.
    pub best: CapSize,
    /// The neighbour, where an edge is nearer than twice the tape's uncertainty: try both.
    pub runner_up: Option<CapSize>,
    /// How likely the true circumference lies in `best`, given that it lies within the ladder.
    pub confidence: Permille,
}

/// Standard uncertainty of one tape reading over prepared hair, in tenths of a millimetre. Published
/// readings of one head by several people scatter by 1.3 mm; hair adds more. With this figure one
/// reading in nine meets the wrong one of five sizes.
const TAPE_UNCERTAINTY: u16 = 25;

/// The standard normal distribution at 0, 0.2, 0.4, … 3.4 standard deviations, in thousandths.
const NORMAL: [u16; 18] =
    [500, 579, 655, 726, 788, 841, 885, 919, 945, 964, 977, 986, 992, 995, 997, 999, 999, 1_000];

/// One step of [`NORMAL`] in tenths of a millimetre.
const NORMAL_STEP: u16 = TAPE_UNCERTAINTY / 5;

/// How likely an edge this far off is not crossed, in thousandths; certain where there is no edge.
fn within_edge(distance: Option<u16>) -> u16 {
    let Some(distance) = distance else { return 1_000 };
    let below = usize::from(distance / NORMAL_STEP);
    let from = NORMAL.get(below).copied().unwrap_or(1_000);
    let to = NORMAL.get(below.saturating_add(1)).copied().unwrap_or(1_000);
    let part = to.saturating_sub(from).saturating_mul(distance % NORMAL_STEP);
    from.saturating_add(part.saturating_add(NORMAL_STEP / 2) / NORMAL_STEP)
}

fn size_of(tenths: u16) -> CapSize {
    let fits = |size: &CapSize| size.edges().1.is_none_or(|edge| tenths < edge);
    CapSize::ALL.into_iter().find(fits).unwrap_or(CapSize::ExtraLarge)
}

/// Chooses a cap for a measured head. Integers only, constant time.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::cap::{CapSize, HeadMeasures, choose};
///
/// let middle = choose(&HeadMeasures::new(566, 345, 350).unwrap());
/// assert_eq!((middle.best, middle.runner_up), (CapSize::Medium, None));
///
/// // 2.2 mm below the edge at 557.2 mm: try both.
/// let near = choose(&HeadMeasures::new(555, 345, 350).unwrap());
/// assert_eq!((near.best, near.runner_up), (CapSize::Small, Some(CapSize::Medium)));
/// assert_eq!(near.confidence.0, 809);
/// ```
#[must_use]
pub fn choose(measures: &HeadMeasures) -> Choice {
    let tenths = measures.circumference_mm.saturating_mul(10);
    let best = size_of(tenths);
    let (lower, upper) = best.edges();
    let below = lower.map(|edge| tenths.saturating_sub(edge));
    let above = upper.map(|edge| edge.saturating_sub(tenths));
    let near =
        |distance: Option<u16>| distance.is_some_and(|d| d < TAPE_UNCERTAINTY.saturating_mul(2));
    let runner_up = if near(below) {
        best.smaller()
    } else if near(above) {
        best.larger()
    } else {
        None
    };
    let both = within_edge(below).saturating_add(within_edge(above));
    Choice { best, runner_up, confidence: Permille(both.saturating_sub(1_000)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_neighbours_agree() {
        for pair in CapSize::ALL.windows(2) {
            assert_eq!(pair[0].larger(), Some(pair[1]));
            assert_eq!(pair[1].smaller(), Some(pair[0]));
            assert_eq!(pair[0].edges().1, pair[1].edges().0);
            assert_eq!(CapSize::from_code(pair[0].code()), Some(pair[0]));
        }
        assert_eq!(CapSize::from_code(0), None);
        assert_eq!(CapSize::from_code(6), None);
    }

    #[test]
    fn the_ladder_has_five_equal_steps() {
        let edges = [5_200, 5_386, 5_572, 5_758, 5_944, 6_130];
        assert!(edges.windows(2).all(|pair| pair[1] - pair[0] == 186));
        let inner = CapSize::ALL.into_iter().filter_map(|size| size.edges().1);
        assert!(inner.eq(edges[1..5].iter().copied()));
    }
}
