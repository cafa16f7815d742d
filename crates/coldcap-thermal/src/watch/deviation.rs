//! The deviation integral.

use coldcap_units::Duration;

use super::finding::{Finding, Verdict};
use super::settings::WatchSettings;
use super::trend::Trend;

/// How much deviation there has been since the target was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Deviation {
    reached: bool,
    /// On both sides, in 2⁻¹⁶ K·ms.
    integral: i64,
    /// What of it is on the side of too much drive.
    over: i64,
}

impl Deviation {
    pub(super) const fn new() -> Self {
        Self { reached: false, integral: 0, over: 0 }
    }

    /// It is too little until the target is reached again; what stands on the other side is not forgotten.
    pub(super) const fn acknowledge(&mut self) {
        *self = Self { over: self.over, ..Self::new() };
    }

    /// One sample: the height above the target, and the trend up to it.
    pub(super) fn step(
        &mut self,
        settings: &WatchSettings,
        error: i32,
        trend: &Trend,
        dt: Duration,
    ) -> Verdict {
        let excess = excess(settings, error);
        self.reached |= excess <= 0;
        if self.reached && !is_improving(settings, error, trend) {
            self.integrate(settings, excess, error < 0, dt);
        }
        self.verdict(settings)
    }

    /// Outside of the band it grows by the excess; inside it leaks a full limit in one window.
    fn integrate(&mut self, settings: &WatchSettings, excess: i64, over: bool, dt: Duration) {
        let leak = i64::from(settings.deviation.to_fixed().to_bits()).saturating_neg();
        let rate = if excess > 0 { excess } else { leak };
        let change = rate.saturating_mul(dt.as_millis().into());
        let run = |sum: i64, by: i64| sum.saturating_add(by).min(limit(settings)).max(0);
        self.integral = run(self.integral, change);
        let against = excess > 0 && !over;
        self.over = run(self.over, if against { change.saturating_neg() } else { change });
    }

    fn verdict(&self, settings: &WatchSettings) -> Verdict {
        let limit = limit(settings);
        if self.over >= limit {
            Verdict::Trip(Finding::Overdriven)
        } else if self.integral >= limit {
            Verdict::Trip(Finding::Deviation)
        } else if self.integral > limit / 2 {
            Verdict::Warn(Finding::Deviation)
        } else {
            Verdict::Ok
        }
    }
}

fn limit(settings: &WatchSettings) -> i64 {
    let deviation = i64::from(settings.deviation.to_fixed().to_bits());
    deviation.saturating_mul(settings.window.as_millis().into())
}

fn excess(settings: &WatchSettings, error: i32) -> i64 {
    let band = i64::from(settings.band.to_fixed().to_bits());
    i64::from(error).saturating_abs().saturating_sub(band)
}

/// Whether it comes back from outside of the band at half the rate of progress or more, over the newer
/// half of the window or over its newest two buckets: that is soon after a peak.
fn is_improving(settings: &WatchSettings, error: i32, trend: &Trend) -> bool {
    let least = i64::from(settings.progress.to_fixed().to_bits()) / 2;
    let toward = |change: i64| if error > 0 { change.saturating_neg() } else { change };
    let reaches = |change: Option<i64>, least| change.is_some_and(|change| toward(change) >= least);
    excess(settings, error) > 0
        && (reaches(trend.recent_change(), least / 2) || reaches(trend.latest_change(), least / 8))
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;

    const SETTINGS: WatchSettings = WatchSettings::REFERENCE_VALVE;
    const SECOND: Duration = Duration::from_secs(1);

    fn kelvin(milli: i32) -> i32 {
        coldcap_units::Kelvin::from_milli(milli).to_fixed().to_bits()
    }

    /// One that changes by so many thousandths of a kelvin in half a window.
    fn trend(milli: i32) -> Trend {
        let mut trend = Trend::new();
        for bucket in 0..8 {
            trend.feed(kelvin(milli * bucket / 4), 7_500, 7_500);
        }
        trend
    }

    fn seconds_to_trip(deviation: &mut Deviation, milli: i32, change: i32) -> Option<u32> {
        let trips =
            |_: &u32| deviation.step(&SETTINGS, kelvin(milli), &trend(change), SECOND).is_trip();
        (1..10_000).find(trips)
    }

    fn reached() -> Deviation {
        let mut deviation = Deviation::new();
        deviation.step(&SETTINGS, 0, &trend(0), SECOND);
        deviation
    }

    #[test]
    fn counts_after_the_target_was_reached_and_on_both_sides() {
        assert_eq!(seconds_to_trip(&mut Deviation::new(), 8_500, 0), None);
        assert_eq!(seconds_to_trip(&mut reached(), 8_500, 0), Some(60));
        assert_eq!(seconds_to_trip(&mut reached(), -16_500, 0), Some(30));
        assert_eq!(seconds_to_trip(&mut reached(), 499, 0), None);
    }

    #[test]
    fn too_much_drive_is_a_finding_of_its_own() {
        let found = |milli: i32| {
            let mut deviation = reached();
            let verdicts =
                (0..200).map(|_| deviation.step(&SETTINGS, kelvin(milli), &trend(0), SECOND));
            verdicts.last().unwrap()
        };
        assert_eq!(found(8_500), Verdict::Trip(Finding::Deviation));
        assert_eq!(found(-8_500), Verdict::Trip(Finding::Overdriven));
        // To and fro is no more of one than of the other.
        let mut deviation = reached();
        let mut swing = |second: i32| {
            let milli = if second % 2 == 0 { 8_500 } else { -8_500 };
            deviation.step(&SETTINGS, kelvin(milli), &trend(0), SECOND)
        };
        let all: std::vec::Vec<_> = (0..1_000).map(&mut swing).collect();
        assert!(all.contains(&Verdict::Trip(Finding::Deviation)));
        assert!(!all.contains(&Verdict::Trip(Finding::Overdriven)));
    }

    #[test]
    fn an_improving_trend_suspends_it() {
        let better = -200;
        assert_eq!(seconds_to_trip(&mut reached(), 8_500, better), None);
        assert_eq!(seconds_to_trip(&mut reached(), -8_500, better), Some(60));
    }

    #[test]
    fn it_leaks_inside_the_band() {
        let mut deviation = reached();
        for _ in 0..59 {
            deviation.step(&SETTINGS, kelvin(8_500), &trend(0), SECOND);
        }
        for _ in 0..30 {
            deviation.step(&SETTINGS, 0, &trend(0), SECOND);
        }
        assert_eq!(seconds_to_trip(&mut deviation, 8_500, 0), Some(31));
    }
}
