//! The lease under which actuators are driven by hand.

use coldcap_units::{Duration, Instant};

/// The longest lease.
pub const LONGEST_LEASE: Duration = Duration::from_secs(2);

/// Permission to drive, for a short time. Whoever ticks asks [`is_live`](Self::is_live) in every tick; no
/// message ends it, and none is needed: where it is not granted again it is over.
///
/// ```
/// use coldcap_units::{Duration, Instant};
/// use coldcap_wire::service::Lease;
///
/// let at = Instant::from_millis;
/// let mut lease = Lease::new();
/// assert!(!lease.is_live(at(0)));
/// lease.grant(at(0), Duration::from_secs(60)); // no more than 2 s
/// assert!(lease.is_live(at(1_999)));
/// assert!(!lease.is_live(at(2_000)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    granted: Option<(Instant, Duration)>,
}

impl Lease {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self { granted: None }
    }

    /// Grants it from `now` on, for [`LONGEST_LEASE`] at most; in place of the one before.
    pub fn grant(&mut self, now: Instant, span: Duration) {
        self.granted = Some((now, span.min(LONGEST_LEASE)));
    }

    /// Ends it.
    pub fn revoke(&mut self) {
        self.granted = None;
    }

    /// Whether it is live. It is not where the clock stands before the moment at which it was granted.
    #[must_use]
    pub fn is_live(&self, now: Instant) -> bool {
        self.granted.is_some_and(|(at, span)| now >= at && now.since(at) < span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_lives_as_long_as_granted_and_never_longer_than_two_seconds(
            granted in 5_000u64..10_000, span in any::<u32>(), now in 0u64..20_000, revoked in any::<bool>(),
        ) {
            let mut lease = Lease::new();
            lease.grant(Instant::from_millis(granted), Duration::from_millis(span));
            if revoked {
                lease.revoke();
            }
            let span = u64::from(span.min(2_000));
            let live = !revoked && now >= granted && now < granted + span;
            prop_assert_eq!(lease.is_live(Instant::from_millis(now)), live);
        }
    }
}
