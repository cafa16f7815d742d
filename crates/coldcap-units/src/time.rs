//! Time as a value: nothing in coldcap reads a clock.

/// A span of time in whole milliseconds, up to 49.7 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u32);

impl Duration {
    /// No time.
    pub const ZERO: Self = Self(0);
    /// The longest span, 49.7 days.
    pub const MAX: Self = Self(u32::MAX);

    /// From milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u32) -> Self {
        Self(millis)
    }

    /// From seconds, saturating.
    #[must_use]
    pub const fn from_secs(seconds: u32) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// From minutes, saturating.
    #[must_use]
    pub const fn from_mins(minutes: u32) -> Self {
        Self(minutes.saturating_mul(60_000))
    }

    /// In milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u32 {
        self.0
    }

    /// In whole seconds, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> u32 {
        self.0 / 1_000
    }

    /// In whole minutes, rounded down.
    #[must_use]
    pub const fn as_mins(self) -> u32 {
        self.0 / 60_000
    }

    /// The sum, saturating.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left of this span after `other`; zero if nothing is.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// A point on the device's own monotonic time: whole milliseconds since it was powered.
///
/// Wall-clock time is an annotation elsewhere and never takes part in a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The moment of power-up.
    pub const ZERO: Self = Self(0);

    /// From milliseconds since power-up.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// In milliseconds since power-up.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The instant `span` later, saturating.
    #[must_use]
    pub const fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0 as u64))
    }

    /// The instant `span` earlier; power-up if that would lie before it.
    #[must_use]
    pub const fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span.0 as u64))
    }

    /// The time since `earlier`; zero if `earlier` is later, [`Duration::MAX`] if it is longer ago.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        let span = self.0.saturating_sub(earlier.0);
        Duration(if span > u32::MAX as u64 { u32::MAX } else { span as u32 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_wraps() {
        let early = Instant::from_millis(5);
        let late = Instant::from_millis(u64::MAX);
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(late.since(early), Duration::MAX);
        assert_eq!(late.plus(Duration::from_millis(1)), late);
        assert_eq!(early.minus(Duration::from_millis(9)), Instant::ZERO);
        assert_eq!(Duration::from_mins(u32::MAX), Duration::MAX);
    }

    #[test]
    fn spans_convert_and_count_down() {
        let span = Duration::from_mins(2).plus(Duration::from_secs(3));
        assert_eq!((span.as_millis(), span.as_secs(), span.as_mins()), (123_000, 123, 2));
        assert!(span.minus(Duration::from_mins(3)).is_zero());
        assert_eq!(Instant::ZERO.plus(span).since(Instant::ZERO), span);
    }
}
