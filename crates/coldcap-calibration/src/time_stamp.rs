//! A moment of the calendar, and how far the clock that told it can be believed.

use core::fmt;

/// Where a clock has its time from. The codes are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ClockQuality {
    /// Nobody knows: never set, or lost its battery. Its time orders nothing.
    Unknown = 0,
    /// Set by a person, running on its own since.
    SetByHand = 1,
    /// Compared with a time service within the last day.
    Synchronised = 2,
}

impl ClockQuality {
    /// Every quality, in order of its code.
    pub const ALL: [Self; 3] = [Self::Unknown, Self::SetByHand, Self::Synchronised];

    /// The frozen code, 0 to 2.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The quality with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|quality| quality.code() == code)
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "clock not known",
            Self::SetByHand => "clock set by hand",
            Self::Synchronised => "clock synchronised",
        }
    }
}

/// A moment of the calendar in UTC.
///
/// ```
/// use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
/// let stamp = TimeStamp { unix_s: 1_795_654_800, clock: ClockQuality::SetByHand };
/// assert_eq!(stamp.to_string(), "2026-11-26 01:00 UTC (clock set by hand)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeStamp {
    /// Seconds since 1970-01-01 00:00 UTC, leap seconds not counted.
    pub unix_s: u64,
    /// The clock that told it.
    pub clock: ClockQuality,
}

/// 9999-12-31 23:59:59: what people and files can write with four digits of a year.
const LATEST_UNIX_S: u64 = 253_402_300_799;

pub(crate) const SECONDS_A_DAY: u64 = 86_400;

impl TimeStamp {
    /// Whether the time can be used to reckon with: a clock that somebody set, and four digits of a year.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self.clock, ClockQuality::Unknown) && self.is_writable()
    }

    /// Whether the year has four digits.
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        self.unix_s <= LATEST_UNIX_S
    }

    /// Year, month and day of the proleptic Gregorian calendar, by era, year of the era and day of the year
    /// counted from March (H. Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`).
    #[must_use]
    pub const fn date(&self) -> (u64, u64, u64) {
        let days = (self.unix_s / SECONDS_A_DAY).saturating_add(719_468);
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let leap_days = (day_of_era / 1_460).saturating_add(day_of_era / 146_096);
        let common = day_of_era.saturating_add(day_of_era / 36_524).saturating_sub(leap_days);
        let year_of_era = common / 365;
        let before = year_of_era.saturating_mul(365).saturating_add(year_of_era / 4);
        let day_of_year = day_of_era.saturating_sub(before.saturating_sub(year_of_era / 100));
        let from_march = day_of_year.saturating_mul(5).saturating_add(2) / 153;
        let passed = from_march.saturating_mul(153).saturating_add(2) / 5;
        let day = day_of_year.saturating_sub(passed).saturating_add(1);
        let early = from_march >= 10;
        let month = if early { from_march.saturating_sub(9) } else { from_march.saturating_add(3) };
        let year = era.saturating_mul(400).saturating_add(year_of_era);
        (if early { year.saturating_add(1) } else { year }, month, day)
    }
}

impl fmt::Display for TimeStamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let minute = self.unix_s % SECONDS_A_DAY / 60;
        let (hour, minute) = (minute / 60, minute % 60);
        let clock = self.clock.name();
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC ({clock})")
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;

    fn at(unix_s: u64) -> TimeStamp {
        TimeStamp { unix_s, clock: ClockQuality::Synchronised }
    }

    /// Dates by `date -u -d @seconds`.
    #[test]
    fn dates_of_known_seconds() {
        let known = [
            (0, (1970, 1, 1)),
            (68_169_599, (1972, 2, 28)),
            (68_169_600, (1972, 2, 29)),
            (951_782_400, (2000, 2, 29)),
            (951_868_800, (2000, 3, 1)),
            (1_795_651_200, (2026, 11, 26)),
            (4_107_542_400, (2100, 3, 1)),
            (4_107_542_399, (2100, 2, 28)),
            (LATEST_UNIX_S, (9999, 12, 31)),
        ];
        for (seconds, date) in known {
            assert_eq!(at(seconds).date(), date, "{seconds}");
        }
    }

    /// Counted day by day with the rule of leap years.
    #[test]
    fn every_day_follows_the_one_before() {
        let by = |year: u64, number| year.is_multiple_of(number);
        let leap = |year| by(year, 4) && (!by(year, 100) || by(year, 400));
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for number in 0..200_000 {
            assert_eq!(
                at(number * SECONDS_A_DAY + number % SECONDS_A_DAY).date(),
                (year, month, day)
            );
            let length = match month {
                2 if leap(year) => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > length {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
    }

    #[test]
    fn only_a_clock_that_was_set_counts() {
        assert!(at(5).is_known());
        assert!(!TimeStamp { clock: ClockQuality::Unknown, ..at(5) }.is_known());
        assert!(!at(LATEST_UNIX_S + 1).is_known());
        assert_eq!(format!("{}", at(59)), "1970-01-01 00:00 UTC (clock synchronised)");
        // No number makes it stumble.
        let _ = format!("{}", at(u64::MAX));
    }

    #[test]
    fn codes_are_reversible() {
        for quality in ClockQuality::ALL {
            assert_eq!(ClockQuality::from_code(quality.code()), Some(quality));
        }
        assert_eq!(ClockQuality::from_code(3), None);
    }
}
