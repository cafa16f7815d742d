//! A time that never goes back, from a clock that may.

use coldcap_units::{Duration, Instant};

/// A reading that lies behind the last by no more than this comes from calls that were made in another order than their
/// times were read: no clock was set.
const OUT_OF_ORDER: Duration = Duration::from_millis(250);

/// The client's own time. It goes on with the caller's clock and stands still where that steps back: every wait that has
/// begun keeps its bound, and is no longer than that and [`OUT_OF_ORDER`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Steady {
    /// By how much the caller's clock was set back in all, in ms.
    behind_ms: u64,
    newest: Instant,
}

impl Steady {
    /// Takes a reading of the caller's clock; `true` where it was set back: how long it really was since the last
    /// reading, nobody knows.
    pub(super) fn read(&mut self, clock: Instant) -> (Instant, bool) {
        let now = self.ahead(clock);
        let back_ms = self.newest.as_millis().saturating_sub(now.as_millis());
        let set_back = back_ms > u64::from(OUT_OF_ORDER.as_millis());
        if set_back {
            self.behind_ms = self.behind_ms.saturating_add(back_ms);
        }
        self.newest = self.newest.max(now);
        (self.newest, set_back)
    }

    /// The client's time at this reading, of which no note is taken.
    pub(super) fn at(&self, clock: Instant) -> Instant {
        Self::clone(self).read(clock).0
    }

    /// What the caller's clock shows at this time of the client's.
    pub(super) const fn clock(&self, at: Instant) -> Instant {
        Instant::from_millis(at.as_millis().saturating_sub(self.behind_ms))
    }

    const fn ahead(&self, clock: Instant) -> Instant {
        Instant::from_millis(clock.as_millis().saturating_add(self.behind_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn a_clock_that_was_set_back_goes_on_from_there() {
        let mut steady = Steady::default();
        assert_eq!(steady.read(at(100_000)), (at(100_000), false));
        assert_eq!(steady.read(at(40_000)), (at(100_000), true));
        assert_eq!(steady.at(at(41_000)), at(101_000));
        assert_eq!(steady.read(at(41_000)), (at(101_000), false));
        assert_eq!(steady.clock(at(102_000)), at(42_000));
    }

    #[test]
    fn calls_out_of_order_do_not_drive_it() {
        let mut steady = Steady::default();
        for round in 0..1_000_u64 {
            assert_eq!(steady.read(at(1_000 + round)), (at(1_000 + round), false));
            assert_eq!(steady.read(at(750 + round)), (at(1_000 + round), false));
        }
    }

    proptest! {
        #[test]
        fn it_never_goes_back_and_every_second_of_the_clock_counts(
            steps in prop::collection::vec((0u64..1 << 40, 1u64..5_000), 1..60),
        ) {
            let mut steady = Steady::default();
            for (set, goes) in steps {
                let before = steady.newest;
                let (begun, _) = steady.read(at(set));
                prop_assert!(begun >= before);
                let (ended, set_back) = steady.read(at(set + goes));
                prop_assert!(!set_back && ended.since(begun).as_millis() + 250 >= goes as u32);
            }
        }
    }
}
