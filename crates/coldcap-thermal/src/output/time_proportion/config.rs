//! How an actuator may be switched.

use core::fmt;

use coldcap_units::Duration;

use crate::output::WHOLE;

/// The times of an on/off actuator, as they are asked for; [`TimeProportionConfig`] checks them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timing {
    /// One cycle of on and off, where the minimum times allow it.
    pub window: Duration,
    /// Once on, it stays on at least this long, unless it is taken away.
    pub minimum_on: Duration,
    /// Once off, for whatever reason, it stays off at least this long.
    pub minimum_off: Duration,
    /// Off after power-up, when nobody knows how long it has been off; at least `minimum_off`.
    pub start_delay: Duration,
    /// How far a cycle may be stretched to serve a very small or very large duty; at least `window`.
    ///
    /// Duties below `minimum_on / longest_cycle` are off, duties above `1 − minimum_off /
    /// longest_cycle` are on.
    pub longest_cycle: Duration,
}

/// Checked times of a [`TimeProportion`](super::TimeProportion).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeProportionConfig {
    timing: Timing,
}

/// What a duty asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// Too small to be served: off.
    Low,
    /// Served by switching.
    Middle,
    /// Too large to be served: on.
    High,
}

impl TimeProportionConfig {
    /// Checks the times.
    ///
    /// # Errors
    /// [`TimingError`] names what does not fit together, and what is allowed.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_thermal::output::{TimeProportionConfig, Timing, TimingError};
    /// use coldcap_units::Duration;
    ///
    /// let minutes = Duration::from_mins;
    /// let timing = Timing {
    ///     window: minutes(12),
    ///     minimum_on: minutes(10),
    ///     minimum_off: minutes(5),
    ///     start_delay: minutes(5),
    ///     longest_cycle: minutes(120),
    /// };
    /// let error = TimingError::WindowTooShort { minimum: minutes(15) };
    /// assert_eq!(TimeProportionConfig::new(timing), Err(error));
    /// assert!(TimeProportionConfig::new(Timing { window: minutes(15), ..timing }).is_ok());
    /// ```
    pub const fn new(timing: Timing) -> Result<Self, TimingError> {
        let minimum = timing.minimum_on.plus(timing.minimum_off);
        if timing.window.is_zero() {
            Err(TimingError::WindowZero)
        } else if timing.window.as_millis() < minimum.as_millis() {
            Err(TimingError::WindowTooShort { minimum })
        } else if timing.longest_cycle.as_millis() < timing.window.as_millis() {
            Err(TimingError::LongestCycleTooShort { minimum: timing.window })
        } else if timing.start_delay.as_millis() < timing.minimum_off.as_millis() {
            Err(TimingError::StartDelayTooShort { minimum: timing.minimum_off })
        } else {
            Ok(Self { timing })
        }
    }

    /// The times.
    #[must_use]
    pub const fn timing(&self) -> &Timing {
        &self.timing
    }

    /// The cycle has to be `minimum_on / duty` or `minimum_off / (1 − duty)` long at least.
    pub(super) fn zone(&self, duty: i32) -> Zone {
        let longest = self.timing.longest_cycle;
        let short = |share: i32, minimum: Duration| scaled(longest, share) < scaled(minimum, WHOLE);
        if duty <= 0 || short(duty, self.timing.minimum_on) {
            Zone::Low
        } else if duty >= WHOLE || short(WHOLE.saturating_sub(duty), self.timing.minimum_off) {
            Zone::High
        } else {
            Zone::Middle
        }
    }

    /// How far the debt swings in one cycle at this duty, in ms·2⁻¹⁶: `cycle · duty · (1 − duty)`.
    ///
    /// With `cycle = max(window, minimum_on / duty, minimum_off / (1 − duty))` no division is left.
    pub(super) fn span(&self, duty: i32) -> i64 {
        let rest = WHOLE.saturating_sub(duty);
        let product = i64::from(duty).saturating_mul(i64::from(rest));
        let window = i64::from(self.timing.window.as_millis()).saturating_mul(product);
        // Rounded up, so that the times that follow from it are never below the minimum times.
        let window = window.saturating_add(i64::from(WHOLE - 1)) >> 16;
        window.max(scaled(self.timing.minimum_on, rest)).max(scaled(self.timing.minimum_off, duty))
    }

    /// The most that is ever owed or ahead, in ms·2⁻¹⁶: the largest [`span`](Self::span) of any duty.
    pub(super) fn bound(&self) -> i64 {
        let quarter = scaled(self.timing.window, WHOLE / 4);
        let minimum = self.timing.minimum_on.max(self.timing.minimum_off);
        quarter.max(scaled(minimum, WHOLE))
    }

    /// How far a threshold may be passed because steps take time: a step, but no more than W/16.
    pub(super) fn slack(&self, dt: Duration) -> Duration {
        dt.min(Duration::from_millis(self.timing.window.as_millis() >> 4))
    }
}

/// A share (2⁻¹⁶) of a time, in ms·2⁻¹⁶: at most 2⁴⁸.
pub(super) fn scaled(time: Duration, share: i32) -> i64 {
    i64::from(time.as_millis()).saturating_mul(i64::from(share))
}

/// Why a [`Timing`] is refused, and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimingError {
    /// The window is zero; at least 1 ms is needed.
    WindowZero,
    /// One cycle must have room for the minimum on time and the minimum off time.
    WindowTooShort {
        /// Their sum.
        minimum: Duration,
    },
    /// The longest cycle is shorter than the window.
    LongestCycleTooShort {
        /// The window.
        minimum: Duration,
    },
    /// The actuator may have been on just before power-up: the delay is at least the minimum off time.
    StartDelayTooShort {
        /// The minimum off time.
        minimum: Duration,
    },
}

impl fmt::Display for TimingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, minimum) = match self {
            Self::WindowZero => ("window", Duration::from_millis(1)),
            Self::WindowTooShort { minimum } => ("window", *minimum),
            Self::LongestCycleTooShort { minimum } => ("longest cycle", *minimum),
            Self::StartDelayTooShort { minimum } => ("start delay", *minimum),
        };
        write!(f, "the {what} must be at least {} ms", minimum.as_millis())
    }
}

impl core::error::Error for TimingError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    extern crate std;
    use std::string::ToString;

    const TIMING: Timing = Timing {
        window: Duration::from_mins(60),
        minimum_on: Duration::from_mins(10),
        minimum_off: Duration::from_mins(5),
        start_delay: Duration::from_mins(6),
        longest_cycle: Duration::from_mins(160),
    };

    #[test]
    fn a_constant_can_be_checked_when_compiled() {
        const CONFIG: Result<TimeProportionConfig, TimingError> = TimeProportionConfig::new(TIMING);
        assert_eq!(CONFIG.unwrap().timing(), &TIMING);
    }

    #[test]
    fn times_that_do_not_fit_are_refused_with_what_is_allowed() {
        let refused = |timing: Timing| TimeProportionConfig::new(timing).unwrap_err();
        let zero = Duration::ZERO;
        assert_eq!(refused(Timing { window: zero, ..TIMING }), TimingError::WindowZero);
        let window = Duration::from_millis(15 * 60_000 - 1);
        let error = refused(Timing { window, ..TIMING });
        assert_eq!(error, TimingError::WindowTooShort { minimum: Duration::from_mins(15) });
        assert_eq!(error.to_string(), "the window must be at least 900000 ms");
        let error = refused(Timing { longest_cycle: Duration::from_mins(59), ..TIMING });
        assert_eq!(error, TimingError::LongestCycleTooShort { minimum: Duration::from_mins(60) });
        let error = refused(Timing { start_delay: Duration::from_mins(4), ..TIMING });
        assert_eq!(error, TimingError::StartDelayTooShort { minimum: Duration::from_mins(5) });
    }

    #[test]
    fn the_zones_begin_where_the_longest_cycle_ends() {
        let config = TimeProportionConfig::new(TIMING).unwrap();
        // 10 min / 160 min and 1 − 5 min / 160 min, exactly.
        let (low, high) = (WHOLE / 16, WHOLE - WHOLE / 32);
        let zones = [-1, 0, low - 1, low, high, high + 1, WHOLE].map(|duty| config.zone(duty));
        use Zone::{High, Low, Middle};
        assert_eq!(zones, [Low, Low, Low, Middle, Middle, High, High]);
    }

    proptest! {
        #[test]
        fn a_span_leaves_room_for_the_minimum_times(
            window: u32, on: u32, off: u32, duty in 1i32..WHOLE,
        ) {
            let millis = Duration::from_millis;
            let timing = Timing {
                window: millis(window),
                minimum_on: millis(on),
                minimum_off: millis(off),
                start_delay: millis(off),
                longest_cycle: Duration::MAX,
            };
            let Ok(config) = TimeProportionConfig::new(timing) else { return Ok(()) };
            let (span, duty) = (i128::from(config.span(duty)), i128::from(duty));
            let rest = i128::from(WHOLE) - duty;
            prop_assert!(span >= rest * i128::from(on) && span >= duty * i128::from(off));
            prop_assert!(span * i128::from(WHOLE) >= duty * rest * i128::from(window));
            prop_assert!(span <= i128::from(config.bound()));
        }
    }
}
