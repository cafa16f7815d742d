//! Whether the display still shows what the controller does.
//!
//! A screen that stands still shows plausible figures. In a machine that cooled the heads of infants it did,
//! while nothing was cooled; the small clock that had stopped was the only hint (FDA Class I recall, 2012).
//! So the outputs carry a *progress* that only ticks in which the guard ran move on, and a display that takes
//! part sends back the newest one that it has drawn. What must not stand still is then seen by the machine,
//! which has a buzzer of its own.
//!
//! ```
//! use coldcap_guard::display::{DisplayLimits, DisplayState, DisplayWatch, Progress};
//! use coldcap_units::Duration;
//!
//! let (limits, tick) = (DisplayLimits::PROPOSED, Duration::from_millis(100));
//! let (mut watch, mut progress) = (DisplayWatch::default(), Progress::default());
//! progress.advance();
//! // A machine without a display that takes part has nothing to find.
//! assert_eq!(watch.step(progress, None, true, tick, &limits), DisplayState::Unknown);
//! let drawn = progress.value();
//! assert_eq!(watch.step(progress, Some(drawn), true, tick, &limits), DisplayState::Fresh);
//! // It stands still: the same progress comes back again and again.
//! let found: Vec<DisplayState> = (0..100)
//!     .map(|_| watch.step(progress, Some(drawn), true, tick, &limits))
//!     .collect();
//! assert_eq!(found.iter().position(|it| *it == DisplayState::Stale), Some(19));
//! assert_eq!(found.iter().position(|it| *it == DisplayState::Silent), Some(99));
//! ```

use coldcap_units::Duration;

/// How far the controller has come: one step a tick in which the guard ran. Never 0 once it has begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Progress(u16);

impl Progress {
    /// The guard has run in this tick.
    pub fn advance(&mut self) {
        self.0 = self.0.checked_add(1).unwrap_or(1);
    }

    /// The number that goes to the display; 0 before the first tick.
    #[must_use]
    pub const fn value(self) -> u16 {
        self.0
    }

    /// How many ticks ago the number was `earlier`.
    const fn since(self, earlier: u16) -> u16 {
        // Of 65536 steps one is left out, which makes an age at most a tick too long.
        self.0.wrapping_sub(earlier)
    }
}

/// What is asked of a display.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DisplayLimits {
    /// Whether the machine has a display that must take part. Otherwise one takes part once it has begun to.
    pub fitted: bool,
    /// What it says it has drawn may be so many ticks old. 20: 2 s.
    pub oldest_ticks: u16,
    /// From now on its values count as old, and a display of ours blanks them. 2 s.
    pub stale: Duration,
    /// From now on it is silent. 10 s.
    pub silent: Duration,
}

impl DisplayLimits {
    /// coldcap's own proposals; two seconds to blank are those of public summaries of alarm standards.
    pub const PROPOSED: Self = Self {
        fitted: false,
        oldest_ticks: 20,
        stale: Duration::from_secs(2),
        silent: Duration::from_secs(10),
    };
}

/// How the display is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DisplayState {
    /// None takes part.
    #[default]
    Unknown,
    /// It shows what is.
    Fresh,
    /// What it shows is old.
    Stale,
    /// It has shown nothing new for so long that somebody must know.
    Silent,
}

/// Watches the display.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DisplayWatch {
    takes_part: bool,
    shown: u16,
    silent_for: Duration,
}

impl DisplayWatch {
    /// One tick. `shown` is the newest progress that the display says it has drawn, `None` or 0 if there
    /// never was one; `watched` whether anybody relies on it: while nobody is treated a display may rest.
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        progress: Progress,
        shown: Option<u16>,
        watched: bool,
        dt: Duration,
        limits: &DisplayLimits,
    ) -> DisplayState {
        // req: INT-019
        self.takes_part |= limits.fitted;
        match shown.filter(|shown| self.is_news(progress, *shown, limits)) {
            Some(shown) => *self = Self { takes_part: true, shown, silent_for: Duration::ZERO },
            None if watched && self.takes_part => self.silent_for = self.silent_for.plus(dt),
            None => self.silent_for = Duration::ZERO,
        }
        self.state(limits)
    }

    /// Newer than what it showed before, and new enough.
    const fn is_news(&self, progress: Progress, shown: u16, limits: &DisplayLimits) -> bool {
        let known = self.takes_part && self.shown == shown;
        shown != 0 && !known && progress.since(shown) <= limits.oldest_ticks
    }

    fn state(&self, limits: &DisplayLimits) -> DisplayState {
        match self.silent_for {
            _ if !self.takes_part => DisplayState::Unknown,
            long if long >= limits.silent => DisplayState::Silent,
            long if long >= limits.stale => DisplayState::Stale,
            _ => DisplayState::Fresh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: DisplayLimits = DisplayLimits::PROPOSED;
    const TICK: Duration = Duration::from_millis(100);

    fn at(value: u16) -> Progress {
        Progress(value)
    }

    fn fresh(value: u16) -> DisplayWatch {
        let mut watch = DisplayWatch::default();
        let state = watch.step(at(value), Some(value), true, TICK, &LIMITS);
        assert_eq!(state, DisplayState::Fresh);
        watch
    }

    #[test]
    fn progress_never_is_nothing() {
        let mut progress = Progress::default();
        assert_eq!(progress.value(), 0, "before the first tick");
        for _ in 0..70_000 {
            let before = progress.value();
            progress.advance();
            assert!(progress.value() != 0 && progress.value() != before);
        }
        let mut last = at(u16::MAX);
        last.advance();
        assert_eq!((last.value(), last.since(u16::MAX)), (1, 2));
    }

    #[test]
    fn no_display_no_finding_but_where_one_must_be() {
        let fitted = DisplayLimits { fitted: true, ..LIMITS };
        let (mut none, mut missing) = (DisplayWatch::default(), DisplayWatch::default());
        for tick in 1..=200u16 {
            assert_eq!(none.step(at(tick), None, true, TICK, &LIMITS), DisplayState::Unknown);
            let state = missing.step(at(tick), Some(0), true, TICK, &fitted);
            assert_eq!(state == DisplayState::Silent, tick >= 100);
        }
    }

    #[test]
    fn what_was_drawn_may_be_two_seconds_old_and_no_more() {
        for (now, drawn, news) in [
            (50, 30, true),
            (50, 29, false),
            (50, 51, false),
            (7, 65_524, true),
            (7, 65_522, false),
            (30, 0, false),
        ] {
            let mut watch = fresh(if drawn == 31 { 30 } else { 31 });
            (0..30).for_each(|_| {
                watch.step(at(now), None, true, TICK, &LIMITS);
            });
            let state = watch.step(at(now), Some(drawn), true, TICK, &LIMITS);
            let expected = if news { DisplayState::Fresh } else { DisplayState::Stale };
            assert_eq!(state, expected, "{drawn} at {now}");
        }
    }

    #[test]
    fn a_display_may_rest_while_nobody_is_treated() {
        let mut watch = fresh(9);
        for _ in 0..500 {
            assert_eq!(watch.step(at(9), Some(9), false, TICK, &LIMITS), DisplayState::Fresh);
        }
        let found = (0..100).map(|_| watch.step(at(9), Some(9), true, TICK, &LIMITS)).last();
        assert_eq!(found, Some(DisplayState::Silent));
        assert_eq!(watch.step(at(300), Some(299), true, TICK, &LIMITS), DisplayState::Fresh);
    }
}
