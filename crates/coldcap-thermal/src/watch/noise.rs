//! A sensor that is too noisy.

use coldcap_units::Duration;

use super::settings::NoiseLimit;

/// A block with fewer second differences than this is continued.
const FEWEST: u32 = 8;
/// Median of |y(k) − 2y(k−1) + y(k−2)| of white Gaussian noise is 0.6745·√6 = 1.652 of its σ.
const MEDIAN_MILLI: i64 = 1_652;

/// Counts, over a block of time, how many second differences are above the limit.
///
/// More than half of them above it means that their *median* is: half of the samples may be spikes,
/// a ramp has no second difference, and no buffer is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct NoiseMeter {
    last: Option<i32>,
    before: Option<i32>,
    above: u32,
    count: u32,
    time: Duration,
    /// Blocks in a row that were too noisy.
    blocks: u32,
}

impl NoiseMeter {
    pub(super) const fn new() -> Self {
        Self { last: None, before: None, above: 0, count: 0, time: Duration::ZERO, blocks: 0 }
    }

    /// The next sample does not follow this one.
    pub(super) const fn interrupt(&mut self) {
        self.last = None;
        self.before = None;
    }

    pub(super) fn feed(&mut self, limit: &NoiseLimit, height: i32, dt: Duration) {
        if let (Some(last), Some(before)) = (self.last, self.before) {
            let above = second_difference(height, last, before) > threshold(limit);
            self.above = self.above.saturating_add(above.into());
            self.count = self.count.saturating_add(1);
        }
        self.before = self.last;
        self.last = Some(height);
        self.time = self.time.plus(dt);
        if self.time >= limit.over && self.count >= FEWEST {
            self.close();
        }
    }

    fn close(&mut self) {
        let noisy = self.above.saturating_mul(2) > self.count;
        let blocks = if noisy { self.blocks.saturating_add(1) } else { 0 };
        *self = Self { last: self.last, before: self.before, blocks, ..Self::new() };
    }

    /// How many whole blocks in a row have been too noisy.
    pub(super) const fn noisy_blocks(&self) -> u32 {
        self.blocks
    }
}

fn second_difference(now: i32, last: i32, before: i32) -> i64 {
    let outer = i64::from(now).saturating_add(before.into());
    outer.saturating_sub(i64::from(last).saturating_mul(2)).saturating_abs()
}

fn threshold(limit: &NoiseLimit) -> i64 {
    i64::from(limit.sigma.to_fixed().to_bits()).saturating_mul(MEDIAN_MILLI) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_units::Kelvin;

    const LIMIT: NoiseLimit =
        NoiseLimit { sigma: Kelvin::from_milli(100), over: Duration::from_secs(60) };

    /// Sum of twelve uniform numbers less six: σ = 1.
    fn gaussian(state: &mut u64) -> f64 {
        let mut sum = -6.0;
        for _ in 0..12 {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            sum += (*state >> 40) as f64 / f64::from(1 << 24);
        }
        sum
    }

    fn blocks(signal: impl Fn(u32, f64) -> f64) -> u32 {
        let (mut meter, mut state, mut most) = (NoiseMeter::new(), 7, 0);
        for second in 0..3_600 {
            let kelvin = signal(second, gaussian(&mut state));
            meter.feed(&LIMIT, (kelvin * 65_536.0) as i32, Duration::from_secs(1));
            most = most.max(meter.noisy_blocks());
        }
        most
    }

    #[test]
    fn the_limit_is_the_standard_deviation() {
        assert_eq!(blocks(|_, noise| 0.06 * noise), 0);
        assert!(blocks(|_, noise| 0.2 * noise) >= 50);
    }

    #[test]
    fn spikes_and_steep_ramps_are_not_noise() {
        // Every tenth sample is a spike: three of ten second differences.
        let spiky = |second: u32, noise: f64| {
            0.02 * noise + if second.is_multiple_of(10) { 20.0 } else { 0.0 }
        };
        assert_eq!(blocks(spiky), 0);
        assert_eq!(blocks(|second, noise| 0.02 * noise - f64::from(second) * 0.4), 0);
    }
}
