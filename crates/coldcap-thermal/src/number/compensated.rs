//! A sum of many small `f32`, without the stall.
#![allow(clippy::float_arithmetic, reason = "the f32 controller; the device's own is in integers")]

/// The sum of many `f32` as an unevaluated pair of them: some 48 bits.
///
/// A plain `f32` of 50 does not move by 10⁻⁶, however often that is added. Here the error of each
/// addition is kept, exactly, in the second number (O. Møller, *Quasi double-precision in floating
/// point addition*, BIT 5, 1965; D. E. Knuth, TAOCP 2, 4.2.2, theorem B), and is handed back to the
/// first whenever it has grown to a step of it.
///
/// ```
/// use coldcap_thermal::number::Compensated;
/// let (mut plain, mut sum) = (50.0_f32, Compensated::new(50.0));
/// for _ in 0..1_000_000 {
///     plain += 1e-6;
///     sum = sum.plus(1e-6);
/// }
/// assert_eq!(plain, 50.0);
/// assert!((sum.value() - 51.0).abs() < 1e-5);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Compensated {
    sum: f32,
    rest: f32,
}

/// A rest above this share of the sum moves it.
const STEP: f32 = f32::EPSILON;

impl Compensated {
    /// The sum that is `value`.
    #[must_use]
    pub const fn new(value: f32) -> Self {
        Self { sum: value, rest: 0.0 }
    }

    /// The sum of two numbers, exactly.
    #[must_use]
    pub const fn exact(one: f32, other: f32) -> Self {
        let (sum, rest) = two_sum(one, other);
        Self { sum, rest }
    }

    /// The sum with `term` added.
    #[must_use]
    #[inline]
    pub const fn plus(self, term: f32) -> Self {
        let (sum, error) = two_sum(self.sum, term);
        let rest = self.rest + error;
        if rest.abs() < sum.abs() * STEP {
            Self { sum, rest }
        } else {
            let (sum, rest) = two_sum(sum, rest);
            Self { sum, rest }
        }
    }

    /// The nearest `f32`.
    #[must_use]
    #[inline]
    pub const fn value(self) -> f32 {
        self.sum + self.rest
    }

    /// The two numbers whose sum it is.
    #[must_use]
    pub const fn parts(self) -> (f32, f32) {
        (self.sum, self.rest)
    }

    /// From two numbers whose sum it is.
    #[must_use]
    pub const fn from_parts(sum: f32, rest: f32) -> Self {
        Self { sum, rest }
    }
}

/// The rounded sum and its exact error.
#[inline]
const fn two_sum(a: f32, b: f32) -> (f32, f32) {
    let sum = a + b;
    let b_part = sum - a;
    let a_part = sum - b_part;
    (sum, (a - a_part) + (b - b_part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn two_sums_are_exact(a in -1e6f32..1e6, b in -1e6f32..1e6) {
            let (sum, error) = two_sum(a, b);
            prop_assert_eq!(f64::from(sum) + f64::from(error), f64::from(a) + f64::from(b));
        }

        #[test]
        fn sums_agree_with_doubles(start in -100f32..100.0, terms in prop::collection::vec(-1e-3f32..1e-3, 0..2_000)) {
            let mut sum = Compensated::new(start);
            let mut exact = f64::from(start);
            for term in terms {
                sum = sum.plus(term);
                exact += f64::from(term);
            }
            prop_assert!((f64::from(sum.sum) + f64::from(sum.rest) - exact).abs() < 1e-9);
        }
    }

    #[test]
    fn ten_million_small_steps_all_count() {
        let mut sum = Compensated::new(50.0);
        for _ in 0..10_000_000 {
            sum = sum.plus(1e-6);
        }
        assert!((sum.value() - 60.0).abs() <= 1e-5, "{}", sum.value());
    }
}
