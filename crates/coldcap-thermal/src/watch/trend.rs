//! The trend of a signal over a sliding window, in a fixed handful of bucket means.

use coldcap_units::quotient;
/// How many buckets a window has.
pub(super) const BUCKETS: u32 = 8;

/// Time-weighted means of the last eight closed buckets, and the open one.
///
/// The trend is the least-squares line through the means: a single outlier moves it little, and white
/// noise of the samples hardly at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Trend {
    /// Oldest first.
    means: [i32; BUCKETS as usize],
    filled: u32,
    /// Value times milliseconds in the open bucket.
    sum: i64,
    time_ms: u32,
}

impl Trend {
    pub(super) const fn new() -> Self {
        Self { means: [0; BUCKETS as usize], filled: 0, sum: 0, time_ms: 0 }
    }

    /// Takes `value` for the last `dt_ms`, at most one bucket's length.
    pub(super) fn feed(&mut self, value: i32, dt_ms: u32, bucket_ms: u32) {
        let room = bucket_ms.saturating_sub(self.time_ms);
        let here = dt_ms.min(room);
        self.put(value, here);
        if here == room {
            self.close();
            self.put(value, dt_ms.saturating_sub(here));
        }
    }

    fn put(&mut self, value: i32, dt_ms: u32) {
        let area = i64::from(value).saturating_mul(i64::from(dt_ms));
        self.sum = self.sum.saturating_add(area);
        self.time_ms = self.time_ms.saturating_add(dt_ms);
    }

    fn close(&mut self) {
        let mean = quotient(self.sum, i64::from(self.time_ms)).unwrap_or(0);
        let mean = i32::try_from(mean).unwrap_or(i32::MAX);
        let [_, b, c, d, e, f, g, h] = self.means;
        self.means = [b, c, d, e, f, g, h, mean];
        self.filled = self.filled.saturating_add(1).min(BUCKETS);
        self.sum = 0;
        self.time_ms = 0;
    }

    /// Change over one whole window, or `None` until the window is full.
    ///
    /// Least squares over eight equidistant means: slope = Σ wᵢ·mᵢ / 84 with wᵢ = −7, −5 … 7, times
    /// eight buckets.
    pub(super) fn change(&self) -> Option<i64> {
        let sum = weighted(&self.means, &[-7, -5, -3, -1, 1, 3, 5, 7]);
        (self.filled == BUCKETS).then_some(sum.saturating_mul(2) / 21)
    }

    /// Change over the newest half of the window, or `None` until that half is full.
    ///
    /// Least squares over four means: slope = Σ wᵢ·mᵢ / 10 with wᵢ = −3, −1, 1, 3, times four buckets.
    pub(super) fn recent_change(&self) -> Option<i64> {
        let sum = weighted(&self.means, &[0, 0, 0, 0, -3, -1, 1, 3]);
        (self.filled >= BUCKETS / 2).then_some(sum.saturating_mul(2) / 5)
    }

    /// Change from the last bucket but one to the last, or `None` until there are two.
    pub(super) fn latest_change(&self) -> Option<i64> {
        let sum = weighted(&self.means, &[0, 0, 0, 0, 0, 0, -1, 1]);
        (self.filled >= 2).then_some(sum)
    }
}

fn weighted(means: &[i32], weights: &[i32]) -> i64 {
    let product = |(mean, weight): (&i32, &i32)| i64::from(*mean).saturating_mul((*weight).into());
    means.iter().zip(weights).map(product).fold(0, i64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(value: impl Fn(i32) -> i32, steps: i32, dt_ms: u32) -> Trend {
        let mut trend = Trend::new();
        for step in 0..steps {
            trend.feed(value(step), dt_ms, 7_500);
        }
        trend
    }

    #[test]
    fn a_line_has_its_slope_whatever_the_step() {
        // 100 a second is 6000 in the window of 60 s.
        for (dt_ms, per_step) in [(100, 10), (1_000, 100), (7_500, 750)] {
            let trend = fed(|step| step * per_step - 400_000, 700, dt_ms);
            let change = trend.change().unwrap();
            let recent = trend.recent_change().unwrap();
            assert!((change - 6_000).abs() <= 60, "{dt_ms} {change}");
            assert!((recent - 3_000).abs() <= 60, "{dt_ms} {recent}");
            assert!((trend.latest_change().unwrap() - 750).abs() <= 60);
        }
    }

    #[test]
    fn nothing_is_said_before_the_window_is_full() {
        assert_eq!(fed(|step| step, 59, 1_000).change(), None);
        assert!(fed(|step| step, 60, 1_000).change().is_some());
        assert_eq!(fed(|step| step, 29, 1_000).recent_change(), None);
        assert!(fed(|step| step, 30, 1_000).recent_change().is_some());
    }

    #[test]
    fn extremes_do_not_overflow() {
        let mut trend = Trend::new();
        for step in 0..40 {
            let value = if step % 2 == 0 { i32::MIN } else { i32::MAX };
            trend.feed(value, 10_800_000, 10_800_000);
        }
        assert!(trend.change().unwrap().abs() < 1 << 36);
    }
}
