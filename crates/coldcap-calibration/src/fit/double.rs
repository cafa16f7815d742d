//! Numbers of about 106 bits as unevaluated sums of two `f64`.
//!
//! Sums by Knuth (*The Art of Computer Programming* 2, 4.2.2), products by a fused multiply-add, which is
//! exact in the `libm` crate as well.

/// An unevaluated sum; `low` is at most half a unit in the last place of `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Double {
    high: f64,
    low: f64,
}

/// The exact sum of two numbers.
fn sum(a: f64, b: f64) -> Double {
    let high = a + b;
    let part = high - a;
    Double { high, low: (a - (high - part)) + (b - part) }
}

/// The exact product of two numbers.
fn product(a: f64, b: f64) -> Double {
    let high = a * b;
    Double { high, low: libm::fma(a, b, -high) }
}

impl Double {
    pub(super) const ZERO: Self = Self { high: 0.0, low: 0.0 };

    pub(super) const fn new(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }

    pub(super) const fn value(self) -> f64 {
        self.high
    }

    pub(super) fn plus(self, other: Self) -> Self {
        let leading = sum(self.high, other.high);
        let trailing = sum(self.low, other.low);
        let middle = sum(leading.high, leading.low + trailing.high);
        sum(middle.high, middle.low + trailing.low)
    }

    pub(super) fn times(self, factor: f64) -> Self {
        let leading = product(self.high, factor);
        sum(leading.high, libm::fma(self.low, factor, leading.low))
    }

    pub(super) fn negated(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_one_number_loses() {
        let large = Double::new(1e20).plus(Double::new(1.0));
        assert_eq!(large.plus(Double::new(-1e20)).value(), 1.0);
        let third = 1.0 / 3.0;
        let left = Double::new(1.0).plus(Double::new(third).times(3.0).negated()).value();
        // 1/3 rounded is 2^-54/3 too small; three of them miss 1 by 2^-54.
        assert_eq!(left, 2.0f64.powi(-54));
        assert_eq!(Double::ZERO.times(7.0), Double::ZERO);
    }
}
