//! Repeated tape readings, and what they do not say.

use super::{HeadMeasures, Measure, MeasureError};
use crate::hair::{HairDensity, HairKind};
use core::fmt;

/// The fewest and the most readings of one measure.
pub const READINGS: (usize, usize) = (2, 8);

/// What prepared (wet, flat) hair leaves uncertain in a circumference, in tenths of a millimetre: one
/// standard uncertainty. An arc over the crown passes under half as much of it. Proposals between the 3
/// and 6 mm that the difference between taped and calipered heads of ANSUR II suggests.
const fn hair_tenths(density: HairDensity, kind: HairKind) -> u16 {
    match (density, kind) {
        (HairDensity::Full, HairKind::ThickOrCurled) => 60,
        (HairDensity::ScalpShows, HairKind::ThickOrCurled) => 50,
        (HairDensity::Full, HairKind::Ordinary) => 45,
        (HairDensity::ScalpShows, HairKind::Ordinary) => 40,
        (HairDensity::MuchShows | HairDensity::NearlyGone, _) => 30,
    }
}

/// Uncertainty of the tape and of where it is laid, in tenths of a millimetre: 1.3 mm is the scatter
/// between observers of one head (UK study); an arc has no ridge to follow.
const fn tape_tenths(measure: Measure) -> u16 {
    match measure {
        Measure::Circumference => 13,
        Measure::Sagittal | Measure::Coronal => 20,
    }
}

/// Why readings are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadingError {
    /// Fewer than two or more than eight readings of this measure.
    Count(Measure, usize),
    /// Readings of this measure that are further apart than a slip of the tape, 15 mm.
    Apart(Measure),
    /// Their means belong to no head.
    Measure(MeasureError),
}

impl fmt::Display for ReadingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(measure, count) => {
                write!(f, "{count} readings of {}; 2 to 8 are needed", measure.name())
            }
            Self::Apart(measure) => {
                write!(f, "readings of {} are more than 15 mm apart", measure.name())
            }
            Self::Measure(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ReadingError {}

/// A measure with what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Measured {
    /// In tenths of a millimetre.
    pub(super) mean: u16,
    /// Variance of readings and tape, in hundredths of a square millimetre.
    pub(super) variance: u32,
}

/// The largest spread that is no slip, in millimetres.
const LARGEST_SPREAD_MM: u16 = 15;

impl Measured {
    /// Mean and variance of repeated readings: `u_A² = s²/n`, and the tape's `u_B²`.
    fn of(measure: Measure, readings: &[u16]) -> Result<Self, ReadingError> {
        let count = readings.len();
        if count < READINGS.0 || count > READINGS.1 {
            return Err(ReadingError::Count(measure, count));
        }
        let (low, high) = readings
            .iter()
            .fold((u16::MAX, 0), |(low, high), reading| (low.min(*reading), high.max(*reading)));
        if high.saturating_sub(low) > LARGEST_SPREAD_MM {
            return Err(ReadingError::Apart(measure));
        }
        let count = count as u32;
        let tenths = |reading: &u16| u32::from(*reading).saturating_mul(10);
        let sum = readings.iter().map(tenths).fold(0u32, u32::saturating_add);
        let mean = sum.saturating_add(count / 2).checked_div(count).unwrap_or(0);
        let squares = readings.iter().map(|reading| square(tenths(reading).abs_diff(mean)));
        let squares = squares.fold(0u32, u32::saturating_add);
        let spare = count.saturating_mul(count.saturating_sub(1));
        let variance = squares.checked_div(spare).unwrap_or(0);
        let variance = variance.saturating_add(square(tape_tenths(measure).into()));
        Ok(Self { mean: u16::try_from(mean).unwrap_or(u16::MAX), variance })
    }

    /// A mean of two readings that are not known any more: observers' scatter stands for theirs.
    fn mean_of_two(measure: Measure, mean_mm: u16) -> Self {
        let tape = square(tape_tenths(measure).into());
        Self { mean: mean_mm.saturating_mul(10), variance: tape.saturating_add(tape / 2) }
    }
}

const fn square(value: u32) -> u32 {
    value.saturating_mul(value)
}

/// A head's measures with their uncertainty.
///
/// ```
/// use coldcap_calibration::cap::HeadReadings;
/// use coldcap_calibration::hair::{HairDensity, HairKind};
/// let hair = (HairDensity::Full, HairKind::Ordinary);
/// let head = HeadReadings::new(&[565, 567], &[344, 346], &[350, 350], hair).unwrap();
/// assert_eq!(head.measures().circumference_mm(), 566);
/// assert!(HeadReadings::new(&[565], &[344, 346], &[350, 350], hair).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeadReadings {
    pub(super) measured: [Measured; 3],
    measures: HeadMeasures,
    /// The hair's uncertainty in each measure, in tenths of a millimetre. It is one and the same hair:
    /// fully correlated.
    pub(super) hair: [u16; 3],
}

impl HeadReadings {
    /// From two to eight readings of each measure, in millimetres, and the hair they were taken over.
    ///
    /// # Errors
    /// A [`ReadingError`], in the order of the arguments.
    pub fn new(
        circumference_mm: &[u16],
        sagittal_mm: &[u16],
        coronal_mm: &[u16],
        hair: (HairDensity, HairKind),
    ) -> Result<Self, ReadingError> {
        let measured = [
            Measured::of(Measure::Circumference, circumference_mm)?,
            Measured::of(Measure::Sagittal, sagittal_mm)?,
            Measured::of(Measure::Coronal, coronal_mm)?,
        ];
        let [around, along, across] = measured.map(|it| it.mean.saturating_add(5) / 10);
        let measures = HeadMeasures::new(around, along, across).map_err(ReadingError::Measure)?;
        Ok(Self { measured, measures, hair: hair_of(hair) })
    }

    /// From measures that somebody has averaged over two readings already.
    #[must_use]
    pub fn averaged(measures: &HeadMeasures, hair: (HairDensity, HairKind)) -> Self {
        let measured = [
            Measured::mean_of_two(Measure::Circumference, measures.circumference_mm()),
            Measured::mean_of_two(Measure::Sagittal, measures.sagittal_mm()),
            Measured::mean_of_two(Measure::Coronal, measures.coronal_mm()),
        ];
        Self { measured, measures: *measures, hair: hair_of(hair) }
    }

    /// The means, in whole millimetres.
    #[must_use]
    pub const fn measures(&self) -> &HeadMeasures {
        &self.measures
    }
}

const fn hair_of((density, kind): (HairDensity, HairKind)) -> [u16; 3] {
    let around = hair_tenths(density, kind);
    [around, around / 2, around / 2]
}
