//! How often somebody may try to begin a session.

use coldcap_units::{Duration, Instant};

/// The least time between two tries.
pub const TRY_PERIOD: Duration = Duration::from_secs(1);
/// So many failures in a row lock the handshake.
pub const FAILURES: u8 = 5;
/// How long it stays locked.
pub const LOCKOUT: Duration = Duration::from_secs(10);

/// Why a try is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    TooSoon,
    Locked,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Limiter {
    last: Option<Instant>,
    locked: Option<Instant>,
    failures: u8,
}

impl Limiter {
    pub(super) const fn new() -> Self {
        Self { last: None, locked: None, failures: 0 }
    }

    /// Lets a try through, or says why not.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), Held> {
        if self.locked.is_some_and(|since| now.since(since) < LOCKOUT) {
            return Err(Held::Locked);
        }
        self.locked = None;
        if self.last.is_some_and(|last| now.since(last) < TRY_PERIOD) {
            return Err(Held::TooSoon);
        }
        self.last = Some(now);
        Ok(())
    }

    /// A try failed; says whether that locks.
    pub(super) fn failed(&mut self, now: Instant) -> bool {
        self.failures = self.failures.saturating_add(1);
        let locks = self.failures >= FAILURES;
        if locks {
            (self.locked, self.failures) = (Some(now), 0);
        }
        locks
    }

    pub(super) const fn succeeded(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn one_try_a_second() {
        let mut limiter = Limiter::new();
        assert_eq!(limiter.admit(at(5)), Ok(()));
        assert_eq!(limiter.admit(at(1_004)), Err(Held::TooSoon));
        assert_eq!(limiter.admit(at(1_005)), Ok(()));
    }

    #[test]
    fn five_failures_in_a_row_lock_for_ten_seconds() {
        let mut limiter = Limiter::new();
        assert!((0..4).all(|_| !limiter.failed(at(0))));
        limiter.succeeded();
        assert!((0..4).all(|_| !limiter.failed(at(0))));
        assert!(limiter.failed(at(100)));
        assert_eq!(limiter.admit(at(10_099)), Err(Held::Locked));
        assert_eq!(limiter.admit(at(10_100)), Ok(()));
        assert!(!limiter.failed(at(10_100)), "the count begins anew");
    }
}
