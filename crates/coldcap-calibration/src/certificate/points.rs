//! The points of a certificate.

use super::{CertificateError, CertificateField};
use coldcap_units::MicroCelsius;

/// The most points that a certificate holds.
pub const MOST_POINTS: usize = 8;

const COLDEST_UC: i32 = -100_000_000;
const WARMEST_UC: i32 = 200_000_000;

/// Errors as left, and uncertainties, are kept in steps of this many µK.
const STEP_UK: u32 = 10;

/// One temperature at which a sensor was compared with the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CertifiedPoint {
    pub(super) at: MicroCelsius,
    pub(super) found_uk: i32,
    pub(super) left_steps: i16,
    pub(super) expanded_steps: u16,
}

const fn refused() -> CertificateError {
    CertificateError::Field(CertificateField::Point(0))
}

/// Rounded half away from zero.
const fn nearest_steps(micro_kelvin: i32) -> i32 {
    const STEP: i32 = STEP_UK as i32;
    let half = if micro_kelvin < 0 { -STEP / 2 } else { STEP / 2 };
    micro_kelvin.saturating_add(half) / STEP
}

impl CertifiedPoint {
    /// A point at this temperature of the reference. Errors are what the sensor shows less what the
    /// reference says, in µK: as it was found, and as it was left with its correction. The expanded
    /// uncertainty in µK is that of both. The error as left is rounded to 10 µK, the uncertainty up.
    ///
    /// # Errors
    /// [`CertificateField::Point`] 0: the temperature is not between −100 and 200 °C, the error as left is
    /// beyond 0.327 K, or the uncertainty is zero or above 0.655 K.
    pub fn new(
        at: MicroCelsius,
        found_uk: i32,
        left_uk: i32,
        expanded_uk: u32,
    ) -> Result<Self, CertificateError> {
        let left_steps = i16::try_from(nearest_steps(left_uk)).map_err(|_| refused())?;
        let expanded = expanded_uk.div_ceil(STEP_UK);
        let expanded_steps = u16::try_from(expanded).map_err(|_| refused())?;
        let point = Self { at, found_uk, left_steps, expanded_steps };
        if point.is_possible() { Ok(point) } else { Err(refused()) }
    }

    pub(super) fn is_possible(&self) -> bool {
        (COLDEST_UC..=WARMEST_UC).contains(&self.at.0) && self.expanded_steps != 0
    }

    /// The error as left is another one than as found, by more than the steps that it is kept in.
    pub(super) const fn has_moved(&self) -> bool {
        nearest_steps(self.found_uk) != self.left_steps as i32
    }

    /// Whether the error as left lies beyond the expanded uncertainty: with a coverage factor of 2 it does at one
    /// honest point in twenty.
    #[must_use]
    pub const fn is_left_beyond_expanded(&self) -> bool {
        self.left_uk().unsigned_abs() > self.expanded_uk()
    }

    /// The temperature by the reference.
    #[must_use]
    pub const fn at(&self) -> MicroCelsius {
        self.at
    }

    /// The error as found, in µK.
    #[must_use]
    pub const fn found_uk(&self) -> i32 {
        self.found_uk
    }

    /// The error as left, in µK.
    #[must_use]
    pub const fn left_uk(&self) -> i32 {
        (self.left_steps as i32).saturating_mul(STEP_UK as i32)
    }

    /// The expanded uncertainty of both, in µK.
    #[must_use]
    pub const fn expanded_uk(&self) -> u32 {
        (self.expanded_steps as u32).saturating_mul(STEP_UK)
    }
}

/// One to eight points, in the order in which they were measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Points {
    points: [CertifiedPoint; MOST_POINTS],
    count: u8,
    checks: u8,
}

impl Points {
    /// Points that were all fitted, or only compared.
    ///
    /// # Errors
    /// [`CertificateField::PointCount`]: none, or more than eight.
    pub fn new(points: &[CertifiedPoint]) -> Result<Self, CertificateError> {
        Self::with_checks(points, 0)
    }

    /// Points of which some were not fitted but check the fit: bit n of `checks` stands for point n.
    ///
    /// # Errors
    /// - [`CertificateField::PointCount`]: no point, or more than eight.
    /// - [`CertificateField::Checks`]: bits beyond the points, or no point left.
    pub fn with_checks(points: &[CertifiedPoint], checks: u8) -> Result<Self, CertificateError> {
        let wrong_count = CertificateError::Field(CertificateField::PointCount);
        let mut kept = [CertifiedPoint::default(); MOST_POINTS];
        let places = kept.get_mut(..points.len()).filter(|places| !places.is_empty());
        places.ok_or(wrong_count)?.copy_from_slice(points);
        let count = u8::try_from(points.len()).map_err(|_| wrong_count)?;
        let all = u8::MAX.wrapping_shr(8u32.saturating_sub(u32::from(count)));
        if checks >= all {
            return Err(CertificateError::Field(CertificateField::Checks));
        }
        Ok(Self { points: kept, count, checks })
    }

    /// The points.
    #[must_use]
    pub fn as_slice(&self) -> &[CertifiedPoint] {
        self.points.get(..usize::from(self.count)).unwrap_or(&[])
    }

    /// The points that were not fitted, one bit each.
    #[must_use]
    pub const fn checks(&self) -> u8 {
        self.checks
    }

    /// Whether this point, counted from 0, was not fitted but checks the fit.
    #[must_use]
    pub fn is_check(&self, index: u8) -> bool {
        u32::from(self.checks).checked_shr(u32::from(index)).unwrap_or(0) & 1 == 1
    }

    pub(super) const fn count(&self) -> u8 {
        self.count
    }

    /// How many were fitted: all but those that check.
    pub(super) const fn fitted(&self) -> u8 {
        self.count.saturating_sub(self.checks.count_ones() as u8)
    }

    /// All eight places, the unused ones zero.
    pub(super) const fn places(&self) -> &[CertifiedPoint; MOST_POINTS] {
        &self.points
    }
}
