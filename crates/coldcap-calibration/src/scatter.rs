//! Mean and uncertainty of a stream of values that may hang together, in constant memory.

use crate::average::Average;
use crate::root::root;

/// Values in a batch: one second of ticks.
const BATCH: u8 = 10;

/// Values further than this from the first one count as this far, in their own unit: 67 K in µK. So the sum
/// of a batch fits.
const FARTHEST: i32 = 1 << 26;

/// Number, sum and sum of squares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Moments {
    count: u32,
    sum: i64,
    squares: u128,
}

impl Moments {
    /// Adds a value of less than 2³⁰, so that 2³² squares fit.
    fn add(&mut self, value: i32) {
        let size = u64::from(value.unsigned_abs());
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(value.into());
        self.squares = self.squares.saturating_add(size.saturating_mul(size).into());
    }

    /// The variance; nothing below two values.
    fn variance(&self) -> Option<u64> {
        let free = u64::from(self.count).checked_sub(1).filter(|free| *free != 0)?;
        let sum = u128::from(self.sum.unsigned_abs());
        let of_mean = sum.saturating_mul(sum).checked_div(self.count.into())?;
        u64::try_from(self.squares.saturating_sub(of_mean)).ok()?.checked_div(free)
    }
}

/// Values, one by one and in batches of ten.
///
/// Neighbouring values of a filtered sensor are alike, and `s/√n` would call their mean better than it is.
/// Means of batches longer than the filter are nearly independent, so their scatter is honest (the method of
/// batch means: Law and Kelton, *Simulation Modeling and Analysis*). Over five values, it is 8 % too small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Scatter {
    first: Option<i32>,
    all: Average,
    values: Moments,
    batches: Moments,
    batch: i32,
    in_batch: u8,
}

impl Scatter {
    pub(crate) fn add(&mut self, value: i32) {
        let first = *self.first.get_or_insert(value);
        self.all.add(value);
        let apart = value.saturating_sub(first).clamp(-FARTHEST, FARTHEST);
        self.values.add(apart);
        self.batch = self.batch.saturating_add(apart);
        self.in_batch = self.in_batch.saturating_add(1);
        if self.in_batch == BATCH {
            self.batches.add(self.batch);
            self.batch = 0;
            self.in_batch = 0;
        }
    }

    pub(crate) const fn count(&self) -> u32 {
        self.all.count()
    }

    /// The mean of all values.
    pub(crate) fn mean(&self) -> Option<i32> {
        self.all.mean()
    }

    /// The standard deviation of single values.
    pub(crate) fn of_values(&self) -> Option<u32> {
        u32::try_from(root(self.values.variance()?)).ok()
    }

    /// The standard uncertainty of the mean of all values, rounded up; nothing below two batches.
    pub(crate) fn of_mean(&self) -> Option<u32> {
        // The variance of a batch's mean is a hundredth of that of its sum.
        let scale = u64::from(BATCH).saturating_mul(BATCH.into());
        let square = self
            .batches
            .variance()?
            .checked_div(scale.saturating_mul(self.batches.count.into()))?;
        u32::try_from(root(square)).ok()?.checked_add(1)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    fn of(values: impl IntoIterator<Item = i32>) -> Scatter {
        let mut scatter = Scatter::default();
        values.into_iter().for_each(|value| scatter.add(value));
        scatter
    }

    #[test]
    fn a_few_values_have_no_scatter() {
        assert_eq!(of([]).mean(), None);
        assert_eq!(of([3; 19]).of_mean(), None);
        assert_eq!(of([3; 20]).of_mean(), Some(1));
    }

    /// Batches of known means: 1 000 to 4 000, s = 1 291.
    #[test]
    fn scatter_of_known_batches() {
        let scatter = of((1..=4).flat_map(|batch| [batch * 1_000; 10]));
        assert_eq!(scatter.mean(), Some(2_500));
        assert_eq!(scatter.of_values(), Some(1_132));
        assert_eq!(scatter.of_mean(), Some(646));
    }

    /// A moving average over five values: s/√n would be too small by √5.
    #[test]
    fn values_that_hang_together_count_less() {
        let mut state = 12_345u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((state >> 40) as i32 & 0x3FFF) - 0x2000
        };
        let (mut squares, mut stated) = (0.0, 0.0);
        for _ in 0..2_000 {
            let raw: Vec<i32> = (0..604).map(|_| noise()).collect();
            let scatter = of(raw.windows(5).map(|five| five.iter().sum::<i32>() / 5));
            squares += f64::from(scatter.mean().unwrap()).powi(2);
            stated += f64::from(scatter.of_mean().unwrap()).powi(2);
        }
        let ratio = (stated / squares).sqrt();
        std::println!("stated over true: {ratio:.3}");
        assert!((0.85..1.1).contains(&ratio), "{ratio}");
    }

    #[test]
    fn extremes_do_not_overflow() {
        let scatter = of((0..10_000).map(|n| if n % 20 < 10 { i32::MIN } else { i32::MAX }));
        assert!(scatter.mean().is_some());
        assert!(scatter.of_mean().is_none_or(|it| it > 1_000));
        assert!(scatter.of_values().is_none_or(|it| it > 1_000_000));
    }
}
