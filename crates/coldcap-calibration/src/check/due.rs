//! Whether a sensor was calibrated, and not too long ago.
//!
//! The interval is the device's policy, not the certificate's. A time that nobody can vouch for proves
//! nothing: with a clock of unknown quality, or one that stands before the calibration, a sensor is not in
//! date.

use crate::time_stamp::SECONDS_A_DAY;
use crate::time_stamp::TimeStamp;
use coldcap_units::Fault;

/// How long a calibration holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DuePolicy {
    /// It is past its date after this many days. Zero: at once.
    pub interval_days: u16,
    /// It is said to be due soon this many days before.
    pub soon_days: u16,
}

/// Why nobody can say whether a calibration is in date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Undatable {
    /// The clock of the calibration was not known.
    CalibrationClock,
    /// The device's own clock is not known.
    OwnClock,
    /// The device's own clock stands before the calibration.
    BeforeCalibration,
}

/// Where a calibration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Due {
    /// In date for this many whole days.
    Fine(u16),
    /// In date, but due in this many whole days.
    Soon(u16),
    /// Past its date.
    Expired,
    /// There is none.
    NeverCalibrated,
    /// Nobody can say.
    Undatable(Undatable),
}

impl Due {
    /// Whether the sensor may be used: what is not shown to be in date counts as past it.
    ///
    /// # Errors
    /// - [`Fault::Uncalibrated`]: never calibrated.
    /// - [`Fault::Expired`]: past its date, or nobody can say.
    pub const fn fault(self) -> Result<(), Fault> {
        match self {
            Self::Fine(_) | Self::Soon(_) => Ok(()),
            Self::NeverCalibrated => Err(Fault::Uncalibrated),
            Self::Expired | Self::Undatable(_) => Err(Fault::Expired),
        }
    }
}

impl DuePolicy {
    /// Where a calibration stands `now`; `calibrated` is the time stamp of the certificate, if there is one.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_calibration::check::due::{Due, DuePolicy, Undatable};
    /// use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
    /// use coldcap_units::Fault;
    ///
    /// let policy = DuePolicy { interval_days: 365, soon_days: 30 };
    /// let day = |n: u64| TimeStamp { unix_s: n * 86_400, clock: ClockQuality::SetByHand };
    /// assert_eq!(policy.judge(None, day(20_000)), Due::NeverCalibrated);
    /// assert_eq!(policy.judge(Some(day(20_000)), day(20_100)), Due::Fine(265));
    /// assert_eq!(policy.judge(Some(day(20_000)), day(20_340)), Due::Soon(25));
    ///
    /// let unset = TimeStamp { clock: ClockQuality::Unknown, ..day(20_100) };
    /// let due = policy.judge(Some(day(20_000)), unset);
    /// assert_eq!(due, Due::Undatable(Undatable::OwnClock));
    /// assert_eq!(due.fault(), Err(Fault::Expired));
    /// ```
    #[must_use]
    pub fn judge(&self, calibrated: Option<TimeStamp>, now: TimeStamp) -> Due {
        let Some(calibrated) = calibrated else { return Due::NeverCalibrated };
        match age_s(calibrated, now) {
            Ok(age_s) => self.by_age(age_s),
            Err(why) => Due::Undatable(why),
        }
    }

    /// For how many milliseconds after `at` a calibration still holds: what a device compares its running time
    /// with, in every tick and without a division.
    ///
    /// # Errors
    /// Those of [`Due::fault`].
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_calibration::check::due::DuePolicy;
    /// use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
    /// use coldcap_units::Fault;
    ///
    /// let policy = DuePolicy { interval_days: 365, soon_days: 30 };
    /// let at = |unix_s: u64| TimeStamp { unix_s, clock: ClockQuality::SetByHand };
    /// let year_s = 365 * 86_400;
    /// assert_eq!(policy.left_ms(Some(at(1_000)), at(1_000 + year_s - 3)), Ok(3_000));
    /// assert_eq!(policy.left_ms(Some(at(1_000)), at(1_000 + year_s)), Err(Fault::Expired));
    /// ```
    pub fn left_ms(&self, calibrated: Option<TimeStamp>, at: TimeStamp) -> Result<u64, Fault> {
        let age_s =
            age_s(calibrated.ok_or(Fault::Uncalibrated)?, at).map_err(|_| Fault::Expired)?;
        let left_s = self.holds_s().checked_sub(age_s).filter(|left_s| *left_s != 0);
        Ok(left_s.ok_or(Fault::Expired)?.saturating_mul(1_000))
    }

    const fn holds_s(&self) -> u64 {
        (self.interval_days as u64).saturating_mul(SECONDS_A_DAY)
    }

    fn by_age(&self, age_s: u64) -> Due {
        let Some(left_s) = self.holds_s().checked_sub(age_s).filter(|left_s| *left_s != 0) else {
            return Due::Expired;
        };
        let left = u16::try_from(left_s / SECONDS_A_DAY).unwrap_or(u16::MAX);
        let soon_s = u64::from(self.soon_days).saturating_mul(SECONDS_A_DAY);
        if left_s <= soon_s { Due::Soon(left) } else { Due::Fine(left) }
    }
}

fn age_s(calibrated: TimeStamp, now: TimeStamp) -> Result<u64, Undatable> {
    if !calibrated.is_known() {
        return Err(Undatable::CalibrationClock);
    }
    if !now.is_known() {
        return Err(Undatable::OwnClock);
    }
    now.unix_s.checked_sub(calibrated.unix_s).ok_or(Undatable::BeforeCalibration)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time_stamp::ClockQuality;

    const POLICY: DuePolicy = DuePolicy { interval_days: 100, soon_days: 10 };

    fn at(unix_s: u64) -> TimeStamp {
        TimeStamp { unix_s, clock: ClockQuality::Synchronised }
    }

    fn after(seconds: u64) -> Due {
        POLICY.judge(Some(at(1_000)), at(1_000 + seconds))
    }

    #[test]
    fn to_the_second() {
        let day = SECONDS_A_DAY;
        assert_eq!(after(0), Due::Fine(100));
        assert_eq!(after(90 * day - 1), Due::Fine(10));
        assert_eq!(after(90 * day), Due::Soon(10));
        assert_eq!(after(100 * day - 1), Due::Soon(0));
        assert_eq!(after(100 * day), Due::Expired);
        assert_eq!(after(5_000 * day), Due::Expired);
    }

    #[test]
    fn what_cannot_be_dated_is_not_fine() {
        let lost = TimeStamp { clock: ClockQuality::Unknown, ..at(2_000) };
        let cases = [
            (POLICY.judge(Some(lost), at(3_000)), Undatable::CalibrationClock),
            (POLICY.judge(Some(at(1_000)), lost), Undatable::OwnClock),
            (POLICY.judge(Some(at(1_000)), at(999)), Undatable::BeforeCalibration),
            (POLICY.judge(Some(at(1_000)), at(u64::MAX)), Undatable::OwnClock),
        ];
        for (due, why) in cases {
            assert_eq!(due, Due::Undatable(why));
            assert_eq!(due.fault(), Err(Fault::Expired));
        }
    }

    #[test]
    fn what_is_left_agrees_with_the_verdict() {
        let day = SECONDS_A_DAY;
        let lost = TimeStamp { clock: ClockQuality::Unknown, ..at(2_000) };
        assert_eq!(POLICY.left_ms(None, at(5)), Err(Fault::Uncalibrated));
        assert_eq!(POLICY.left_ms(Some(lost), at(3_000)), Err(Fault::Expired));
        assert_eq!(POLICY.left_ms(Some(at(1_000)), lost), Err(Fault::Expired));
        for age_s in [0, 1, 90 * day, 100 * day - 1, 100 * day, 100 * day + 1] {
            let left = POLICY.left_ms(Some(at(1_000)), at(1_000 + age_s));
            assert_eq!(left.err(), after(age_s).fault().err(), "{age_s}");
            assert!(left.is_err() || left == Ok((100 * day - age_s) * 1_000));
        }
    }

    #[test]
    fn faults() {
        assert_eq!(Due::Fine(3).fault(), Ok(()));
        assert_eq!(Due::Soon(0).fault(), Ok(()));
        assert_eq!(Due::Expired.fault(), Err(Fault::Expired));
        assert_eq!(POLICY.judge(None, at(0)).fault(), Err(Fault::Uncalibrated));
        let never_holds = DuePolicy { interval_days: 0, soon_days: 9 };
        assert_eq!(never_holds.judge(Some(at(5)), at(5)), Due::Expired);
    }
}
