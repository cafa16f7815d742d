//! What people do wrongly, wherever they do it: at the bedside, or as the host of a visit.

use coldcap_session::regimen::{Cooling, ROWS, Row};
use coldcap_session::{ClockQuality, WallTime};
use coldcap_units::Instant;

/// The wall clock of a visit at power-up, 2026-01-01 08:00 UTC, and how far it is set ahead by mistake.
const POWER_UP_MS: u64 = 1_767_254_400_000;
const AHEAD_MS: u64 = 2 * 86_400_000;

/// What somebody says the time is who is two days ahead: [`FaultKind::ClockJump`](crate::FaultKind::ClockJump).
///
/// ```
/// use coldcap_sim::mishap::wrong_clock;
/// use coldcap_units::Instant;
/// assert_eq!(wrong_clock(Instant::ZERO).unix_ms % 86_400_000, 8 * 3_600_000);
/// ```
#[must_use]
pub const fn wrong_clock(now: Instant) -> WallTime {
    let unix_ms = (POWER_UP_MS + AHEAD_MS).saturating_add(now.as_millis());
    WallTime { unix_ms, quality: ClockQuality::Entered }
}

/// A row of the regimens by which nothing may be cooled: [`FaultKind::WrongPlan`](crate::FaultKind::WrongPlan).
///
/// ```
/// use coldcap_session::regimen::Cooling;
/// use coldcap_sim::mishap::row_not_to_cool;
/// assert!(row_not_to_cool().is_some_and(|row| row.cooling == Cooling::DoNotCool));
/// ```
#[must_use]
pub fn row_not_to_cool() -> Option<&'static Row> {
    ROWS.iter().find(|row| row.cooling == Cooling::DoNotCool)
}
