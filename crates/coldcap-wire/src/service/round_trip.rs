//! How long an answer takes, smoothed.

use coldcap_units::{Duration, Instant};

/// Smooths measured round trips and says when to ask again: after twice the smoothed time.
///
/// The gain of 1/8 is that of TCP (V. Jacobson, "Congestion Avoidance and Control", SIGCOMM 1988); trips of
/// what was sent more than once are not measured (P. Karn, C. Partridge, SIGCOMM 1987): which copy was
/// answered cannot be told.
///
/// ```
/// use coldcap_units::Duration;
/// use coldcap_wire::service::RoundTrip;
/// let mut trip = RoundTrip::new();
/// trip.measure(Duration::from_millis(100));
/// assert_eq!(trip.timeout(), Duration::from_millis(200));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoundTrip {
    /// In eighths of a millisecond; 0 before the first.
    smoothed: u32,
}

/// As long as nothing was measured.
const FIRST: u32 = 500;
const SHORTEST: u32 = 20;
const LONGEST: u32 = 2_000;

impl RoundTrip {
    /// Nothing measured yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { smoothed: 0 }
    }

    /// Takes a measured trip. Those above 2 s count as 2 s.
    pub fn measure(&mut self, trip: Duration) {
        let trip = trip.as_millis().clamp(1, LONGEST).saturating_mul(8);
        let kept = self.smoothed.saturating_sub(self.smoothed / 8);
        self.smoothed = if self.smoothed == 0 { trip } else { kept.saturating_add(trip / 8) };
    }

    /// The smoothed trip, rounded up; `None` before the first was measured.
    #[must_use]
    pub fn smoothed(&self) -> Option<Duration> {
        (self.smoothed > 0).then(|| Duration::from_millis(self.smoothed.div_ceil(8)))
    }

    /// When to ask again: twice the smoothed trip, 20 ms to 2 s; 500 ms before the first was measured.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        let twice = if self.smoothed == 0 { FIRST } else { self.smoothed / 4 };
        Duration::from_millis(twice.clamp(SHORTEST, LONGEST))
    }
}

/// Whether a moment has come that was set no more than `longest` ahead. One that lies further ahead was set
/// before the clock was set back: it has come, too.
pub(super) fn has_come(at: Instant, now: Instant, longest: Duration) -> bool {
    at <= now || at.since(now) > longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_slowly_and_stays_within_its_bounds() {
        let mut trip = RoundTrip::new();
        assert_eq!(trip.timeout().as_millis(), 500);
        trip.measure(Duration::from_millis(80));
        trip.measure(Duration::from_millis(160));
        assert_eq!(trip.timeout().as_millis(), 2 * (80 * 7 + 160) / 8);
        (0..100).for_each(|_| trip.measure(Duration::MAX));
        assert_eq!(trip.timeout().as_millis(), 2_000);
        (0..100).for_each(|_| trip.measure(Duration::ZERO));
        assert_eq!(trip.timeout().as_millis(), 20);
    }
}
