//! What an alarm looks like: a colour, and how it flashes.
//!
//! The lamp shows the highest priority of what signals ([`Alarms::highest`](super::Alarms::highest)), not what sounds: a
//! pause of the sound does not darken it.
//!
//! Every figure of a [`Light`] lies in the range that public summaries of IEC 60601-1-8 and IEC 60073 give ([`LIMITS`]);
//! where one does not, nothing is compiled. **No conformity with those standards or any other is claimed: nothing here
//! was checked against their text.**
//!
//! ```
//! use coldcap_guard::alarm::Priority;
//! use coldcap_guard::alarm::light::{Colour, Light};
//! use coldcap_units::Duration;
//!
//! let high = Light::of(Priority::High).unwrap();
//! assert_eq!(high.colour, Colour::Red);
//! let lit = [0, 249, 250, 499, 500].map(|at| high.is_lit(Duration::from_millis(at)));
//! assert_eq!(lit, [true, true, false, false, true]);
//! assert_eq!(Light::of(Priority::None), None);
//! ```

use super::priority::Priority;
use super::tone::Limit;
use coldcap_units::Duration;

/// The colour of a lamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colour {
    /// Of what is high.
    Red,
    /// Of what is medium, and of what is low.
    Yellow,
}

impl Colour {
    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
        }
    }
}

/// How a lamp flashes: one period is lit, then dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flash {
    /// How long it is lit.
    pub lit: Duration,
    /// How long it is dark after that.
    pub dark: Duration,
}

impl Flash {
    /// One period, at least a millisecond.
    const fn period_ms(self) -> u32 {
        let period = self.lit.plus(self.dark).as_millis();
        if period == 0 { 1 } else { period }
    }

    /// How often in a second, in thousandths of a hertz, rounded down.
    #[must_use]
    pub const fn millihertz(self) -> u32 {
        match 1_000_000_u32.checked_div(self.period_ms()) {
            Some(millihertz) => millihertz,
            None => 0,
        }
    }

    /// The share of a period that is lit, in per cent, rounded down.
    #[must_use]
    pub const fn lit_percent(self) -> u32 {
        match self.lit.as_millis().saturating_mul(100).checked_div(self.period_ms()) {
            Some(percent) => percent,
            None => 0,
        }
    }
}

/// What a lamp shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Light {
    /// Its colour.
    pub colour: Colour,
    /// How it flashes; `None` is lit all the time.
    pub flash: Option<Flash>,
}

impl Light {
    /// coldcap's own light of `priority`; none of no priority.
    #[must_use]
    pub const fn of(priority: Priority) -> Option<Self> {
        match priority {
            Priority::High => Some(Self { colour: Colour::Red, flash: Some(FAST) }),
            Priority::Medium => Some(Self { colour: Colour::Yellow, flash: Some(SLOW) }),
            Priority::Low => Some(Self { colour: Colour::Yellow, flash: None }),
            Priority::None => None,
        }
    }

    /// Whether it is lit when it has been shown for `since`. It begins lit.
    ///
    /// # Panics
    /// Never. The time is bounded: one division.
    #[must_use]
    pub fn is_lit(&self, since: Duration) -> bool {
        self.flash.is_none_or(|flash| {
            let place = since.as_millis().checked_rem(flash.period_ms()).unwrap_or(0);
            place < flash.lit.as_millis()
        })
    }
}

/// 2 Hz.
const FAST: Flash = Flash { lit: Duration::from_millis(250), dark: Duration::from_millis(250) };
/// 0.5 Hz.
const SLOW: Flash = Flash { lit: Duration::from_millis(1_000), dark: Duration::from_millis(1_000) };

const SOURCE: &str = "public summaries of IEC 60601-1-8 and IEC 60073";

const fn limit(
    priority: Priority,
    name: &'static str,
    least: u32,
    most: u32,
    unit: &'static str,
) -> Limit {
    Limit { priority: Some(priority), name, least, most: Some(most), unit, source: SOURCE }
}

/// Every range, for people, of high and of medium; what is low does not flash. None of them was checked against the text
/// of a standard.
pub const LIMITS: [Limit; 4] = [HIGH_RATE, HIGH_LIT, MEDIUM_RATE, MEDIUM_LIT];

const HIGH_RATE: Limit = limit(Priority::High, "flashes a second", 1_400, 2_800, "mHz");
const HIGH_LIT: Limit = limit(Priority::High, "lit, of a flash and its dark", 20, 60, "%");
const MEDIUM_RATE: Limit = limit(Priority::Medium, "flashes a second", 400, 800, "mHz");
const MEDIUM_LIT: Limit = limit(Priority::Medium, "lit, of a flash and its dark", 20, 60, "%");

const _: () = assert!(is_in_range(FAST, &HIGH_RATE, &HIGH_LIT), "out of range");
const _: () = assert!(is_in_range(SLOW, &MEDIUM_RATE, &MEDIUM_LIT), "out of range");

const fn is_in_range(flash: Flash, rate: &Limit, lit: &Limit) -> bool {
    rate.allows(flash.millihertz()) && lit.allows(flash.lit_percent())
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn flash(lit: u32, dark: u32) -> Flash {
        Flash { lit: Duration::from_millis(lit), dark: Duration::from_millis(dark) }
    }

    #[test]
    fn a_flash_out_of_its_range_is_refused() {
        let high = |lit, dark| is_in_range(flash(lit, dark), &HIGH_RATE, &HIGH_LIT);
        assert!(high(250, 250) && high(100, 400) && high(300, 200));
        assert!(!high(99, 401) && !high(310, 190), "the lit share");
        assert!(!high(358, 358) && !high(178, 178), "the rate");
        assert!(!high(0, 0));
    }

    #[test]
    fn every_priority_has_one_look_of_its_own() {
        let [high, medium, low] = Priority::ALL.map(|priority| Light::of(priority).unwrap());
        assert!(high != medium && medium != low && high != low);
        assert_eq!([high, medium, low].map(|it| it.colour.name()), ["red", "yellow", "yellow"]);
        assert!((0..10_000).step_by(37).all(|at| low.is_lit(Duration::from_millis(at))));
        let lit = [0, 999, 1_000, 1_999, 2_000].map(|at| medium.is_lit(Duration::from_millis(at)));
        assert_eq!(lit, [true, true, false, false, true]);
        assert_eq!(Light::of(Priority::None), None);
    }
}
