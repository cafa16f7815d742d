//! A sensor that is too noisy.

use coldcap_units::Duration;

use super::settings::NoiseLimit;

/// A block with fewer differences than this is continued.
const FEWEST: u32 = 8;
/// Median of |y(k) − 3y(k−1) + 3y(k−2) − y(k−3)| of white Gaussian noise: 0.6745·√20 = 3.016 of its σ.
const MEDIAN_MILLI: i64 = 3_016;

/// Counts, over a block of time, how many third differences are above the limit.
///
/// More than half of them above it means that their *median* is: spikes do not count until they are
/// many, slow signals have next to no third difference, and no buffer is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct NoiseMeter {
    /// The last three samples, newest first.
    last: [Option<i32>; 3],
    above: u32,
    count: u32,
    time: Duration,
    /// Blocks in a row that were too noisy.
    blocks: u32,
}

impl NoiseMeter {
    pub(super) const fn new() -> Self {
        Self { last: [None; 3], above: 0, count: 0, time: Duration::ZERO, blocks: 0 }
    }

    /// The next sample does not follow this one.
    pub(super) const fn interrupt(&mut self) {
        self.last = [None; 3];
    }

    pub(super) fn feed(&mut self, limit: &NoiseLimit, height: i32, dt: Duration) {
        let [a, b, c] = self.last;
        if let (Some(a), Some(b), Some(c)) = (a, b, c) {
            let above = third_difference([height, a, b, c]) > threshold(limit);
            self.above = self.above.saturating_add(above.into());
            self.count = self.count.saturating_add(1);
        }
        self.last = [Some(height), a, b];
        self.time = self.time.plus(dt);
        if self.time >= limit.over && self.count >= FEWEST {
            self.close();
        }
    }

    fn close(&mut self) {
        let noisy = self.above.saturating_mul(2) > self.count;
        let blocks = if noisy { self.blocks.saturating_add(1) } else { 0 };
        *self = Self { last: self.last, blocks, ..Self::new() };
    }

    /// How many whole blocks in a row have been too noisy.
    pub(super) const fn noisy_blocks(&self) -> u32 {
        self.blocks
    }
}

fn third_difference(newest_first: [i32; 4]) -> i64 {
    let [a, b, c, d] = newest_first.map(i64::from);
    let inner = b.saturating_sub(c).saturating_mul(3);
    a.saturating_sub(d).saturating_sub(inner).saturating_abs()
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
        // Every tenth sample is a spike: four of ten differences.
        let spiky = |second: u32, noise: f64| {
            0.02 * noise + if second.is_multiple_of(10) { 20.0 } else { 0.0 }
        };
        assert_eq!(blocks(spiky), 0);
        assert_eq!(blocks(|second, noise| 0.02 * noise - f64::from(second) * 0.4), 0);
    }
}
