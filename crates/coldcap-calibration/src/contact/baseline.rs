//! This session's contact against the same patient's own, which is the strongest comparison there is:
//! tissue, hair and wall are the same, and their uncertainty drops out. That holds for two values by one method: what a
//! fever adds to the inner face's is no part of flux over drop, so that values by two are not compared.

use super::logarithm::log2;
use super::zone::{Conductance, ZoneState};
use crate::record::ZoneRecord;
use coldcap_units::Permille;

/// A natural logarithm of a thousandth as one to base 2 in Q16, times a hundred: 65.536/ln 2.
const PER_PERMILLE: i64 = 9_455;

/// How well one zone of one patient repeats between visits, as a share. Proposal: simulated visits of
/// one head scatter by less than half of it; real hair is wetted and parted anew each time.
pub const REPEATABILITY: Permille = Permille(60);

/// What comparing two visits of one zone tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// One of the two visits has no conductance here, or they have it by two methods.
    Unknown,
    /// Within three standard uncertainties of a difference.
    Unchanged,
    /// Less contact than at the patient's own fit visit.
    Worse,
    /// More of it: less hair, or the earlier fit was the poor one.
    Better,
}

/// Compares a zone with the patient's baseline: changed if `|ln(h/h₀)| > 3·√2·r`, r the repeatability.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::contact::baseline::{Change, REPEATABILITY, compare};
/// use coldcap_calibration::contact::Conductance;
/// let change = |now| compare(Conductance(now), Conductance(30_000), REPEATABILITY);
/// assert_eq!(change(18_000), Change::Worse);
/// assert_eq!(change(27_000), Change::Unchanged);
/// assert_eq!(change(45_000), Change::Better);
/// ```
#[must_use]
pub fn compare(now: Conductance, baseline: Conductance, repeatability: Permille) -> Change {
    let (Some(now), Some(before)) = (log2(now.0.into()), log2(baseline.0.into())) else {
        return Change::Unknown;
    };
    let change = i64::from(now).saturating_sub(before.into());
    // 3·√2 = 4.243.
    let allowed = i64::from(repeatability.0).saturating_mul(PER_PERMILLE).saturating_mul(4_243);
    let allowed = allowed / 100_000;
    if change.saturating_abs() <= allowed {
        Change::Unchanged
    } else if change < 0 {
        Change::Worse
    } else {
        Change::Better
    }
}

/// [`compare`] for what two records keep of a zone, where both have it by the same method.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::contact::baseline::{Change, REPEATABILITY, compare_records};
/// use coldcap_calibration::record::{FitMethod, RecordedZone, ZoneRecord};
/// let [loose, fit] = [1_800, 3_000].map(|steps| RecordedZone::from_word(steps).unwrap());
/// let now = ZoneRecord::Observed(loose, FitMethod::InnerFace);
/// let by = |method| compare_records(&now, &ZoneRecord::Observed(fit, method), REPEATABILITY);
/// assert_eq!(by(FitMethod::InnerFace), Change::Worse);
/// assert_eq!(by(FitMethod::FluxOverDrop), Change::Unknown);
/// ```
#[must_use]
pub fn compare_records(now: &ZoneRecord, before: &ZoneRecord, repeatability: Permille) -> Change {
    match (now, before) {
        (ZoneRecord::Observed(now, by), ZoneRecord::Observed(before, method)) if by == method => {
            compare(now.conductance(), before.conductance(), repeatability)
        }
        _ => Change::Unknown,
    }
}

/// [`compare`] for every zone of two visits by one method, in the order of [`super::Zone::ALL`].
#[must_use]
pub fn compare_zones(
    now: &[ZoneState; 3],
    baseline: &[ZoneState; 3],
    repeatability: Permille,
) -> [Change; 3] {
    let [front, rear, crown] = baseline;
    let [front_now, rear_now, crown_now] = now;
    [(front_now, front), (rear_now, rear), (crown_now, crown)].map(|(now, before)| {
        match (now.fit(), before.fit()) {
            (Some(now), Some(before)) => {
                compare(now.conductance, before.conductance, repeatability)
            }
            _ => Change::Unknown,
        }
    })
}
