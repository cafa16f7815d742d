//! How long a condition has held.

use coldcap_units::Duration;

use super::finding::{Finding, Verdict};

/// Counts up while a condition holds and down while it does not, so that a flicker costs no more than
/// its own length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Clock(Duration);

/// How much faster a gate empties than it fills.
const GATE_DRAIN: u32 = 4;

impl Clock {
    pub(super) const fn new() -> Self {
        Self(Duration::ZERO)
    }

    pub(super) const fn add(&mut self, dt: Duration) {
        self.0 = self.0.plus(dt);
    }

    /// Runs by `dt`, up to `most` or down to nothing.
    pub(super) const fn run(&mut self, holds: bool, dt: Duration, most: Duration) {
        self.0 = if holds { shorter(self.0.plus(dt), most) } else { self.0.minus(dt) };
    }

    /// Like [`run`](Self::run), but four times as fast down: a condition that holds for less than four
    /// fifths of the time never fills it.
    pub(super) const fn gate(&mut self, holds: bool, dt: Duration, most: Duration) {
        let drained = Duration::from_millis(dt.as_millis().saturating_mul(GATE_DRAIN));
        self.run(holds, if holds { dt } else { drained }, most);
    }

    pub(super) const fn has_reached(&self, time: Duration) -> bool {
        self.0.as_millis() >= time.as_millis()
    }

    /// A trip from `after` on, a warning from half of it on.
    pub(super) const fn verdict(&self, finding: Finding, after: Duration) -> Verdict {
        if self.has_reached(after) {
            Verdict::Trip(finding)
        } else if self.has_reached(half(after)) {
            Verdict::Warn(finding)
        } else {
            Verdict::Ok
        }
    }
}

const fn shorter(one: Duration, other: Duration) -> Duration {
    if one.as_millis() < other.as_millis() { one } else { other }
}

/// Half of it, rounded up, so that half of any time is more than nothing.
const fn half(time: Duration) -> Duration {
    Duration::from_millis(time.as_millis().div_ceil(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const LIMIT: Duration = Duration::from_secs(10);

    #[test]
    fn warns_at_half_and_trips_at_the_whole() {
        let mut clock = Clock::new();
        let verdicts = [(); 10].map(|()| {
            clock.run(true, SECOND, LIMIT);
            clock.verdict(Finding::Away, LIMIT)
        });
        assert_eq!(verdicts[3], Verdict::Ok);
        assert_eq!(verdicts[4], Verdict::Warn(Finding::Away));
        assert_eq!(verdicts[8], Verdict::Warn(Finding::Away));
        assert_eq!(verdicts[9], Verdict::Trip(Finding::Away));
    }

    #[test]
    fn it_is_never_fuller_than_full() {
        let mut clock = Clock::new();
        for _ in 0..100 {
            clock.run(true, SECOND, LIMIT);
        }
        for _ in 0..10 {
            clock.run(false, SECOND, LIMIT);
        }
        assert_eq!(clock, Clock::new());
    }

    #[test]
    fn a_gate_wants_four_fifths_of_the_time() {
        let filled = |of_ten: u32| {
            let mut clock = Clock::new();
            (0..1_000).any(|step| {
                clock.gate(step % 10 < of_ten, SECOND, LIMIT);
                clock.has_reached(LIMIT)
            })
        };
        assert!(!filled(8));
        assert!(filled(9));
    }
}
