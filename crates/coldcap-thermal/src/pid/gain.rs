//! Gains: the positive numbers they are computed with, and the weights a step applies.

/// Fractional bits of a term beyond those of a signal: 40 − 16.
pub(crate) const EXTRA_BITS: u32 = 24;
const MANTISSA_BITS: u32 = 31;
/// A gain with this shift or more contributes nothing at 2⁻⁴⁰ to any signal.
const VANISHING_SHIFT: i16 = 87;
/// The smallest shift that a weight can have; gains below 2⁷ have it or a larger one.
const SMALLEST_SHIFT: i16 = 24;

/// A number `mantissa · 2^−shift` with 31 significant bits; the mantissa is 0 or in 2³⁰..2³¹.
///
/// Used at construction only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scaled {
    mantissa: u32,
    shift: i16,
}

impl Scaled {
    pub(crate) const ZERO: Self = Self { mantissa: 0, shift: 0 };

    /// `value · 2^−shift`, rounded to 31 significant bits.
    pub(crate) const fn new(value: u64, shift: i16) -> Self {
        if value == 0 {
            return Self::ZERO;
        }
        let bits = u64::BITS.saturating_sub(value.leading_zeros());
        if bits <= MANTISSA_BITS {
            let up = MANTISSA_BITS.saturating_sub(bits);
            return Self {
                mantissa: value.wrapping_shl(up) as u32,
                shift: shift.saturating_add(up as i16),
            };
        }
        Self::rounded(value, shift, bits.saturating_sub(MANTISSA_BITS))
    }

    const fn rounded(value: u64, shift: i16, down: u32) -> Self {
        let half = 1u64.wrapping_shl(down.saturating_sub(1));
        // Only the top of the range can saturate here, and it loses less than one part in 2⁶⁰.
        let mantissa = value.saturating_add(half).wrapping_shr(down);
        let carried = mantissa.wrapping_shr(MANTISSA_BITS) as u32;
        Self {
            mantissa: mantissa.wrapping_shr(carried) as u32,
            shift: shift.saturating_sub(down as i16).saturating_sub(carried as i16),
        }
    }

    /// `numerator / denominator` to 30 bits; zero if either is zero.
    pub(crate) const fn ratio(numerator: u32, denominator: u32) -> Self {
        if numerator == 0 || denominator == 0 {
            return Self::ZERO;
        }
        let up = numerator.leading_zeros();
        let down = denominator.leading_zeros();
        let dividend = (numerator.wrapping_shl(up) as u64).wrapping_shl(31);
        let divisor = denominator.wrapping_shl(down) as u64;
        let half = divisor.wrapping_shr(1);
        match dividend.saturating_add(half).checked_div(divisor) {
            Some(quotient) => {
                let shift = (up as i16).saturating_sub(down as i16).saturating_add(31);
                Self::new(quotient, shift)
            }
            None => Self::ZERO,
        }
    }

    /// The product, rounded.
    pub(crate) const fn times(self, other: Self) -> Self {
        let product = (self.mantissa as u64).saturating_mul(other.mantissa as u64);
        Self::new(product, self.shift.saturating_add(other.shift))
    }

    /// Whether it is below 2⁷, the largest gain that a weight can hold.
    pub(crate) const fn fits(self) -> bool {
        self.mantissa == 0 || self.shift >= SMALLEST_SHIFT
    }

    /// Whether it is at least 2^−`power`.
    pub(crate) const fn at_least(self, power: i16) -> bool {
        // The mantissa lies in 2³⁰..2³¹, so the value lies in 2^(30 − shift)..2^(31 − shift).
        self.mantissa != 0 && self.shift <= power.saturating_add(30)
    }
}

/// `gain · (weight·plus − minus)`, with both products at the same shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Weights {
    plus: i32,
    minus: i32,
    down: u8,
}

impl Weights {
    const NONE: Self = Self { plus: 0, minus: 0, down: 0 };

    /// Of a gain that [fits](Scaled::fits) and a weight from 0 to 1 in 2⁻¹⁶.
    pub(crate) const fn new(gain: Scaled, weight: i32, negative: bool) -> Self {
        if gain.mantissa == 0 || gain.shift >= VANISHING_SHIFT {
            return Self::NONE;
        }
        let whole = gain.mantissa as i64;
        let part = whole.saturating_mul(weight as i64).saturating_add(0x8000).wrapping_shr(16);
        let down = gain.shift.saturating_sub(SMALLEST_SHIFT) as u8;
        if negative {
            Self { plus: part.saturating_neg() as i32, minus: whole.saturating_neg() as i32, down }
        } else {
            Self { plus: part as i32, minus: whole as i32, down }
        }
    }

    /// The weighted difference of two signals (2⁻¹⁶) as a term (2⁻⁴⁰), truncated.
    ///
    /// Nothing can overflow: the weights are below 2³¹ in size and the signals at most 2³¹, so either
    /// product is at most 2⁶² − 2³¹ in size, and their difference is below 2⁶³.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn apply(self, plus: i32, minus: i32) -> i64 {
        let added = i64::from(self.plus).wrapping_mul(i64::from(plus));
        let removed = i64::from(self.minus).wrapping_mul(i64::from(minus));
        added.wrapping_sub(removed).wrapping_shr(u32::from(self.down))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(scaled: Scaled) -> f64 {
        f64::from(scaled.mantissa) * f64::from(-scaled.shift).exp2()
    }

    fn check(scaled: Scaled, exact: f64, bits: f64) {
        assert!(scaled.mantissa == 0 || (1 << 30..1 << 31).contains(&scaled.mantissa));
        assert!((value(scaled) / exact - 1.0).abs() <= (-bits).exp2(), "{scaled:?} {exact}");
    }

    proptest! {
        #[test]
        fn construction_keeps_the_digits(value in 1u64.., shift in -40i16..100) {
            check(Scaled::new(value, shift), value as f64 * f64::from(-shift).exp2(), 31.0);
        }

        #[test]
        fn ratios_keep_the_digits(a in 1u32.., b in 1u32..) {
            check(Scaled::ratio(a, b), f64::from(a) / f64::from(b), 29.5);
        }

        #[test]
        fn products_keep_the_digits(a in 1u32.., b in 1u32.., c in 1u32..) {
            let product = Scaled::ratio(a, b).times(Scaled::new(u64::from(c), 16));
            check(product, f64::from(a) / f64::from(b) * f64::from(c) / 65_536.0, 29.0);
        }

        #[test]
        fn weights_agree_with_wide_integers(
            gain in 1u32.., shift in 32i16..80, weight in 0i32..=65_536, negative: bool,
            plus: i32, minus: i32,
        ) {
            let scaled = Scaled::new(u64::from(gain), shift);
            let weights = Weights::new(scaled, weight, negative);
            let wide = i128::from(weights.plus) * i128::from(plus)
                - i128::from(weights.minus) * i128::from(minus);
            prop_assert_eq!(i128::from(weights.apply(plus, minus)), wide >> weights.down);
        }
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        let largest = Scaled::new((1 << 31) - 1, 24);
        assert!(largest.fits() && !Scaled::new(128, 0).fits());
        for negative in [false, true] {
            let weights = Weights::new(largest, 65_536, negative);
            for (plus, minus) in [(i32::MIN, i32::MAX), (i32::MAX, i32::MIN)] {
                let wide = i128::from(weights.plus) * i128::from(plus)
                    - i128::from(weights.minus) * i128::from(minus);
                assert_eq!(i128::from(weights.apply(plus, minus)), wide);
            }
        }
    }

    #[test]
    fn a_weight_of_one_is_exact() {
        let weights = Weights::new(Scaled::ratio(1, 3), 65_536, true);
        assert_eq!(weights.plus, weights.minus);
        assert_eq!(weights.apply(123_456, 123_456), 0);
    }

    #[test]
    fn weights_are_rounded_to_nearest() {
        let odd = Scaled::new((1 << 31) - 1, 24);
        assert_eq!(Weights::new(odd, 1 << 15, false).plus, 1 << 30);
    }

    #[test]
    fn thresholds_lie_at_powers_of_two() {
        assert!(Scaled::new(1, 28).at_least(28));
        assert!(!Scaled::new((1 << 40) - (1 << 9), 68).at_least(28));
        assert!(!Scaled::ZERO.at_least(28));
        assert_eq!(Weights::new(Scaled::new(1, 60), 65_536, false).apply(i32::MAX, 0), 0);
    }
}
