//! A running mean of integers.

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
        let half = i64::from(self.count / 2);
        let rounded = if self.sum < 0 {
            self.sum.saturating_sub(half)
        } else {
            self.sum.saturating_add(half)
        };
        rounded.checked_div(i64::from(self.count)).and_then(|mean| i32::try_from(mean).ok())
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
