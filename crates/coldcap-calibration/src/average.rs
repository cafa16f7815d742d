//! A running mean of integers.

use coldcap_units::short_quotient;

/// The sum and the number of the values seen.
///
/// The sum holds 2³² values of 32 bits exactly, which is 13 years of ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Average {
    sum: i64,
    count: u32,
}

impl Average {
    pub(crate) const fn add(&mut self, value: i32) {
        self.sum = self.sum.saturating_add(value as i64);
        self.count = self.count.saturating_add(1);
    }

    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    /// The mean, rounded half away from zero; nothing without a value.
    pub(crate) fn mean(&self) -> Option<i32> {
        let half = u64::from(self.count / 2);
        let size = short_quotient(self.sum.unsigned_abs().saturating_add(half), self.count) as i64;
        let mean = if self.sum < 0 { size.wrapping_neg() } else { size };
        i32::try_from(mean).ok().filter(|_| self.count != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_of(values: &[i32]) -> Option<i32> {
        let mut average = Average::default();
        values.iter().for_each(|value| average.add(*value));
        average.mean()
    }

    #[test]
    fn rounds_to_nearest_away_from_zero() {
        assert_eq!(mean_of(&[]), None);
        assert_eq!(mean_of(&[1, 2]), Some(2));
        assert_eq!(mean_of(&[-1, -2]), Some(-2));
        assert_eq!(mean_of(&[1, 1, 2]), Some(1));
        assert_eq!(mean_of(&[i32::MIN, i32::MIN]), Some(i32::MIN));
        assert_eq!(mean_of(&[i32::MAX, i32::MAX, i32::MAX]), Some(i32::MAX));
    }
}
