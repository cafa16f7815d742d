//! A sensor that does not move.

use coldcap_units::{Duration, Duty};

use super::clock::Clock;
use super::settings::FrozenLimit;

/// Where the measurement was when it last moved, and what the drive has done since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Anchor {
    height: Option<i32>,
    low: u16,
    high: u16,
    /// Since the drive has moved.
    driven: Clock,
    /// Since the measurement has moved.
    still: Clock,
}

impl Anchor {
    pub(super) const fn new() -> Self {
        Self { height: None, low: 0, high: 0, driven: Clock::new(), still: Clock::new() }
    }

    /// One sample, in signed 2⁻¹⁶ K.
    pub(super) fn feed(&mut self, limit: &FrozenLimit, height: i32, drive: Duty, dt: Duration) {
        let step = limit.step.to_fixed().to_bits().unsigned_abs();
        match self.height {
            Some(anchor) if anchor.abs_diff(height) < step => self.stay(limit, drive, dt),
            _ => *self = Self { height: Some(height), low: drive.0, high: drive.0, ..Self::new() },
        }
    }

    fn stay(&mut self, limit: &FrozenLimit, drive: Duty, dt: Duration) {
        self.low = self.low.min(drive.0);
        self.high = self.high.max(drive.0);
        self.still.add(dt);
        if self.high.abs_diff(self.low) >= limit.moved.0 {
            self.driven.add(dt);
        }
    }

    /// How much of the time that is allowed has gone: the drive moved and the measurement did not, or,
    /// where noise must be there, nothing moved.
    pub(super) fn is_frozen(&self, limit: &FrozenLimit) -> bool {
        let too_still = limit.still.is_some_and(|still| self.still.has_reached(still));
        self.driven.has_reached(limit.after) || too_still
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_units::Kelvin;

    const LIMIT: FrozenLimit = FrozenLimit {
        step: Kelvin::from_milli(1),
        moved: Duty::from_permille(50),
        after: Duration::from_secs(60),
        still: None,
    };

    fn seconds_until(limit: &FrozenLimit, drive: impl Fn(u32) -> u16) -> Option<u32> {
        let mut anchor = Anchor::new();
        (0..1_000).find(|second| {
            let drive = Duty::from_permille(drive(*second));
            anchor.feed(limit, 5_000, drive, Duration::from_secs(1));
            anchor.is_frozen(limit)
        })
    }

    #[test]
    fn counts_from_the_moment_the_drive_has_moved() {
        assert_eq!(seconds_until(&LIMIT, |_| 500), None);
        let stepped = |second| if second < 300 { 500 } else { 560 };
        assert_eq!(seconds_until(&LIMIT, stepped), Some(359));
        assert_eq!(seconds_until(&LIMIT, |second| 500 + (second % 2) as u16 * 40), None);
    }

    #[test]
    fn where_noise_must_be_there_stillness_is_enough() {
        let limit = FrozenLimit { still: Some(Duration::from_secs(200)), ..LIMIT };
        assert_eq!(seconds_until(&limit, |_| 500), Some(200));
    }

    #[test]
    fn less_than_a_step_is_no_life() {
        let mut anchor = Anchor::new();
        for second in 0..1_000 {
            let drive = Duty(second as u16 * 60);
            anchor.feed(&LIMIT, 5_000 + second % 65, drive, Duration::from_secs(1));
        }
        assert!(anchor.is_frozen(&LIMIT));
    }

    #[test]
    fn one_step_of_the_sensor_is_life() {
        let mut anchor = Anchor::new();
        for second in 0..1_000 {
            let height = if second % 50 == 0 { 66 * (second / 50) } else { 0 };
            anchor.feed(&LIMIT, height, Duty(second as u16 * 60), Duration::from_secs(1));
            assert!(!anchor.is_frozen(&LIMIT));
        }
    }
}
