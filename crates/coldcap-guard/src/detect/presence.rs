//! Whether an input is fitted at all.

use coldcap_units::{Duration, Fault, Instant, Reading};

/// Remembers that an input was seen: what was there once cannot pass as never fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Presence(bool);

impl Presence {
    /// The value at `now`, its fault, or `None` for an input that this machine never had.
    pub(super) fn read<T: Copy>(
        &mut self,
        reading: &Reading<T>,
        now: Instant,
        oldest: Duration,
    ) -> Option<Result<T, Fault>> {
        // req: INT-020
        let value = reading.within(now, oldest);
        self.0 |= !matches!(value, Err(Fault::Absent));
        self.0.then_some(value)
    }

    /// Whether it was ever there.
    pub(super) const fn is_fitted(self) -> bool {
        self.0
    }

    /// Whether the input is fitted and either reads `bad` or cannot be read.
    pub(super) fn reads_or_fails(
        &mut self,
        bad: bool,
        reading: &Reading<bool>,
        now: Instant,
        oldest: Duration,
    ) -> bool {
        self.read(reading, now, oldest).is_some_and(|value| value.unwrap_or(bad) == bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_millis(5_000);
    const OLDEST: Duration = Duration::from_millis(500);

    #[test]
    fn absent_is_silent_until_it_was_seen() {
        let mut presence = Presence::default();
        assert_eq!(presence.read::<u8>(&Reading::absent(), NOW, OLDEST), None);
        assert_eq!(presence.read(&Reading::new(7, NOW), NOW, OLDEST), Some(Ok(7)));
        let gone = presence.read::<u8>(&Reading::absent(), NOW, OLDEST);
        assert_eq!(gone, Some(Err(Fault::Absent)));
    }

    #[test]
    fn a_switch_that_cannot_be_read_is_bad() {
        let mut presence = Presence::default();
        let mut bad = |reading| presence.reads_or_fails(true, &reading, NOW, OLDEST);
        assert!(!bad(Reading::absent()));
        assert!(bad(Reading::new(true, NOW)));
        assert!(!bad(Reading::new(false, NOW)));
        assert!(bad(Reading::new(false, Instant::ZERO)));
        assert!(bad(Reading::faulty(Fault::Bus, NOW)));
        assert!(bad(Reading::absent()));
    }
}
