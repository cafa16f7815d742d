//! One integer core for both fixed-point types.
//!
//! A signal is an `i32` in 2⁻¹⁶. A gain is a mantissa of up to 31 bits with a shift of its own, so that
//! a slow integral keeps as many digits as a large proportional gain. A term is an `i64` in 2⁻⁴⁰:
//! products are truncated there, and the output is rounded once.

#[cfg(test)]
pub(crate) mod wide;

use super::{Number, RANGE};
use coldcap_units::Fault;
use fixed::types::{I16F16, I32F32};

/// Fractional bits of a term beyond those of a signal: 40 − 16.
pub(crate) const EXTRA_BITS: u32 = 24;
/// One unit as a term.
const UNIT: i64 = 1 << 40;
/// The largest signal in 2⁻¹⁶.
const LARGEST: i32 = (RANGE as i32) << 16;

/// A gain `mantissa · 2^−(24 + down)`, below 128 in size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Shifted {
    mantissa: i32,
    down: u8,
}

impl Shifted {
    /// No gain.
    pub const ZERO: Self = Self { mantissa: 0, down: 0 };
    /// The smallest gain with 24 significant bits, 2⁻³¹; smaller ones are exact to 2⁻⁵⁵.
    pub const SMALLEST: f64 = 1.0 / 2_147_483_648.0;
    /// Larger shifts would need a wider shift on a 32-bit machine.
    const LARGEST_SHIFT: u8 = 31;
    const LARGEST_MANTISSA: i32 = i32::MAX;

    /// The gain nearest to `value`; `None` unless its size is below 128.
    #[must_use]
    pub const fn new(value: f64) -> Option<Self> {
        // The bits of a double: sign, 11 bits of exponent, 52 of fraction below a leading one.
        let bits = value.to_bits();
        let exponent = (bits.wrapping_shr(52) & 0x7FF) as i32;
        let significand = bits & 0x000F_FFFF_FFFF_FFFF | 0x0010_0000_0000_0000;
        // value = significand · 2^(exponent − 1075); at the shift that gives 31 bits, down is:
        let down = 1_029_i32.saturating_sub(exponent);
        if down < 0 {
            return None;
        }
        let (down, drop) = if down > Self::LARGEST_SHIFT as i32 {
            (Self::LARGEST_SHIFT, down.saturating_sub(9))
        } else {
            (down as u8, 22)
        };
        Some(Self::signed(rounded(significand, drop as u32), down, value < 0.0))
    }

    const fn signed(size: u64, down: u8, negative: bool) -> Self {
        // Rounding can carry into the 32nd bit: then the mantissa loses one, or the gain saturates.
        let (size, down) = if size > Self::LARGEST_MANTISSA as u64 {
            match down.checked_sub(1) {
                Some(less) => (size.wrapping_shr(1), less),
                None => (Self::LARGEST_MANTISSA as u64, 0),
            }
        } else {
            (size, down)
        };
        let mantissa = size as i32;
        Self { mantissa: if negative { mantissa.wrapping_neg() } else { mantissa }, down }
    }

    /// The gain as a number; not a number where the shift is none that [`new`](Self::new) makes.
    #[must_use]
    #[allow(clippy::float_arithmetic, reason = "for people and hosts, never in a step")]
    pub const fn to_f64(self) -> f64 {
        if self.down > Self::LARGEST_SHIFT {
            return f64::NAN;
        }
        self.mantissa as f64 / (1u64 << 24) as f64 / (1u64.wrapping_shl(self.down as u32)) as f64
    }

    /// Mantissa and shift.
    pub(crate) const fn to_words(self) -> [u32; 2] {
        [self.mantissa as u32, self.down as u32]
    }

    /// The gain of a mantissa and a shift; `None` for a shift that is none.
    pub(crate) fn from_words(mantissa: u32, down: u32) -> Option<Self> {
        let down = u8::try_from(down).ok().filter(|down| *down <= Self::LARGEST_SHIFT)?;
        Some(Self { mantissa: mantissa as i32, down })
    }

    /// Whether it is a share, 0 to 1.
    pub(crate) fn is_share(self) -> bool {
        let one = (1u64 << 24).wrapping_shl(u32::from(self.down & Self::LARGEST_SHIFT));
        u64::try_from(self.mantissa).is_ok_and(|size| size <= one)
    }

    /// Its size in 2⁻³¹, as a pole is, rounded up.
    pub(crate) fn size_in_pole_units(self) -> u64 {
        let size = u64::from(self.mantissa.unsigned_abs()).wrapping_shl(7);
        let one = 1u64.wrapping_shl(u32::from(self.down & Self::LARGEST_SHIFT));
        size.div_ceil(one)
    }

    /// The gain that lies `weight` (2⁻¹⁶, at most one) of the way to `other`: exact to 2⁻²² of the
    /// larger one.
    const fn blend(self, other: Self, weight: u32) -> Self {
        // At the smaller shift both mantissas still fit into 31 bits.
        let down = if self.down < other.down { self.down } else { other.down };
        let one = self.at_shift(down);
        let size = between(one, other.at_shift(down), weight);
        Self { mantissa: size as i32, down }
    }

    const fn at_shift(self, down: u8) -> i64 {
        (self.mantissa as i64).wrapping_shr(self.down.saturating_sub(down) as u32)
    }

    /// The product with a signal, truncated at 2⁻⁴⁰. The shift is below 32, and is seen to be. Where
    /// registers have 32 bits it takes a dozen instructions, and all gains share them.
    #[cfg_attr(target_pointer_width = "64", inline)]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    const fn times(self, signal: i32) -> i64 {
        (self.mantissa as i64)
            .wrapping_mul(signal as i64)
            .wrapping_shr((self.down & Self::LARGEST_SHIFT) as u32)
    }
}

const fn rounded(value: u64, drop: u32) -> u64 {
    if drop > 63 {
        return 0;
    }
    value.wrapping_add(1u64.wrapping_shl(drop.saturating_sub(1))).wrapping_shr(drop)
}

/// The pole of a first-order filter, 0 to below 1, in 2⁻³¹.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Pole(i32);

impl Pole {
    const ONE: f64 = 2_147_483_648.0;

    /// The pole nearest to `value`; what lies outside 0 to below 1 is cut off.
    #[must_use]
    #[allow(clippy::float_arithmetic, reason = "at construction, never in a step")]
    pub const fn new(value: f64) -> Self {
        // A conversion from float to integer saturates.
        let bits = (value * Self::ONE + 0.5) as i32;
        Self(if bits < 0 { 0 } else { bits })
    }

    pub(crate) const fn to_word(self) -> u32 {
        self.0 as u32
    }

    /// The pole of this many 2⁻³¹; `None` for one or more.
    pub(crate) fn from_word(word: u32) -> Option<Self> {
        i32::try_from(word).ok().map(Self)
    }

    /// What a filter with this pole forgets in a step, in 2⁻³¹.
    pub(crate) fn forgotten(self) -> u64 {
        (1u64 << 31).saturating_sub(u64::from(self.0.unsigned_abs()))
    }

    /// The pole as a number.
    #[must_use]
    #[allow(clippy::float_arithmetic, reason = "for people and hosts, never in a step")]
    pub const fn to_f64(self) -> f64 {
        self.0 as f64 / Self::ONE
    }
}

/// `term · factor` with the factor in 2⁻³¹, truncated. Where the machine multiplies 64 bits by 64 that
/// is one multiplication, else two; the result is the same.
#[cfg(target_pointer_width = "64")]
#[inline]
pub(crate) const fn scaled(term: i64, factor: i32) -> i64 {
    (term as i128).wrapping_mul(factor as i128).wrapping_shr(31) as i64
}

#[cfg(not(target_pointer_width = "64"))]
#[inline]
pub(crate) const fn scaled(term: i64, factor: i32) -> i64 {
    scaled_in_halves(term, factor)
}

/// For a factor that is not negative: that spares the lower product its sign.
#[cfg(any(test, not(target_pointer_width = "64")))]
#[inline(never)]
const fn scaled_in_halves(term: i64, factor: i32) -> i64 {
    let high = (term.wrapping_shr(32) as i32 as i64).wrapping_mul(factor as i64);
    let low = (term as u32 as u64).wrapping_mul(factor as u32 as u64);
    high.wrapping_shl(1).wrapping_add(low.wrapping_shr(31) as i64)
}

/// What lies `weight` (2⁻¹⁶) of the way between two numbers of at most 32 bits.
const fn between(one: i64, other: i64, weight: u32) -> i64 {
    let way = other.wrapping_sub(one).wrapping_mul(weight as i64).wrapping_shr(16);
    one.wrapping_add(way)
}

const fn bounded(term: i64, bound: i64) -> i64 {
    let low = bound.wrapping_neg();
    if term < low {
        low
    } else if term > bound {
        bound
    } else {
        term
    }
}

/// `term · ratio`, the ratio in 2⁻¹⁶ and at most 16.
const fn by_ratio(term: i64, ratio: u32) -> i64 {
    let high = term.wrapping_shr(16).saturating_mul(ratio as i64);
    let low = (term as u16 as i64).wrapping_mul(ratio as i64).wrapping_shr(16);
    high.saturating_add(low)
}

const LARGEST_RATIO: u64 = 16 << 16;

/// `numerator / denominator` in 2⁻¹⁶, at most 16; one where the denominator is zero.
const fn ratio(numerator: u32, denominator: u32) -> u32 {
    match (numerator as u64).wrapping_shl(16).checked_div(denominator as u64) {
        Some(ratio) if ratio < LARGEST_RATIO => ratio as u32,
        Some(_) => LARGEST_RATIO as u32,
        None => 1 << 16,
    }
}

/// `1/(a + ratio·(1 − a))` in 2⁻¹⁶, at most 16.
const fn repaced(pole: Pole, ratio: u32) -> u32 {
    let pole = (pole.0 as u32).wrapping_shr(15);
    let rest = (1u32 << 16).saturating_sub(pole);
    let divisor =
        (pole as u64).saturating_add((ratio as u64).saturating_mul(rest as u64).wrapping_shr(16));
    match (1u64 << 32).checked_div(divisor) {
        Some(factor) if factor < LARGEST_RATIO => factor as u32,
        _ => LARGEST_RATIO as u32,
    }
}

const fn range_fault(whole: i32, limit: i32) -> Option<Fault> {
    if whole > limit {
        Some(Fault::AboveRange)
    } else if whole < limit.wrapping_neg() {
        Some(Fault::BelowRange)
    } else {
        None
    }
}

macro_rules! fixed_point {
    ($number:ident, $fault:expr, $signal:expr, $widen:expr, $narrow:expr, $fitting:expr) => {
        impl Number for $number {
            type Gain = Shifted;
            type Pole = Pole;
            type Signal = i32;
            type Term = i64;
            type Integral = i64;

            const ZERO: Self = Self::ZERO;
            const ONE: Self = Self::ONE;
            const BOUND: i64 = UNIT << 22;
            const DERIVATIVE_BOUND: i64 = UNIT << 21;
            const SUM_BOUND: i64 = i64::MAX;

            #[inline]
            fn fault(self) -> Option<Fault> {
                $fault(self)
            }

            #[inline]
            fn signal(self) -> i32 {
                $signal(self)
            }

            #[inline]
            fn difference(one: i32, other: i32) -> i32 {
                one.wrapping_sub(other)
            }

            #[inline]
            fn amplify(gain: Shifted, signal: i32) -> i64 {
                gain.times(signal)
            }

            #[inline]
            fn sum(one: i64, other: i64) -> i64 {
                one.wrapping_add(other)
            }

            #[inline]
            fn less(one: i64, other: i64) -> i64 {
                one.wrapping_sub(other)
            }

            #[inline]
            fn decay(term: i64, pole: Pole) -> i64 {
                scaled(term, pole.0)
            }

            fn bounded(term: i64, bound: i64) -> i64 {
                bounded(term, bound)
            }

            fn rescale(term: i64, numerator: u32, denominator: u32) -> i64 {
                by_ratio(term, ratio(numerator, denominator))
            }

            fn repace(term: i64, pole: Pole, numerator: u32, denominator: u32) -> i64 {
                by_ratio(term, repaced(pole, ratio(numerator, denominator)))
            }

            #[inline]
            fn integrate(integral: i64, term: i64) -> i64 {
                integral.wrapping_add(term)
            }

            #[inline]
            fn value(integral: i64) -> i64 {
                integral
            }

            fn integral(one: i64, other: i64) -> i64 {
                one.wrapping_sub(other)
            }

            #[inline]
            fn widen(self) -> i64 {
                $widen(self)
            }

            #[inline]
            fn narrow(term: i64) -> Self {
                $narrow(term)
            }

            #[inline]
            fn fitting(term: i64, low: Self, high: Self) -> Option<Self> {
                let number: Self = $fitting(term)?;
                if number < low || number > high { None } else { Some(number) }
            }

            fn plus(self, other: Self) -> Self {
                self.saturating_add(other)
            }

            fn minus(self, other: Self) -> Self {
                self.saturating_sub(other)
            }

            const NO_GAIN: Shifted = Shifted::ZERO;
            const NO_POLE: Pole = Pole(0);

            fn blend_gain(one: Shifted, other: Shifted, weight: u32) -> Shifted {
                one.blend(other, weight)
            }

            fn blend_pole(one: Pole, other: Pole, weight: u32) -> Pole {
                Pole(between(i64::from(one.0), i64::from(other.0), weight) as i32)
            }

            fn gain_value(gain: Shifted) -> f64 {
                gain.to_f64()
            }

            fn pole_value(pole: Pole) -> f64 {
                pole.to_f64()
            }

            fn is_signal(signal: i32) -> bool {
                range_fault(signal, LARGEST).is_none()
            }

            fn is_integral(integral: i64) -> bool {
                bounded(integral, Self::BOUND) == integral
            }
        }
    };
}

/// A term in 2⁻¹⁶, rounded to nearest.
#[inline]
const fn rounded_off(term: i64) -> i64 {
    term.wrapping_add(1 << (EXTRA_BITS - 1)).wrapping_shr(EXTRA_BITS)
}

/// The number as an `i32`, if it is one.
#[inline]
const fn exactly(number: i64) -> Option<i32> {
    let short = number as i32;
    if short as i64 == number { Some(short) } else { None }
}

/// A term as a signal, rounded to nearest and saturated.
#[inline]
const fn coarse(term: i64) -> i32 {
    let rounded = rounded_off(term);
    match exactly(rounded) {
        Some(signal) => signal,
        None if rounded < 0 => i32::MIN,
        None => i32::MAX,
    }
}

/// A term in 2⁻³², rounded to nearest; always fits.
const fn fine(term: i64) -> i64 {
    term.wrapping_add(1 << 7).wrapping_shr(8)
}

fixed_point!(
    I16F16,
    |number: I16F16| range_fault(number.to_bits(), LARGEST),
    |number: I16F16| number.to_bits(),
    |number: I16F16| (number.to_bits() as i64).wrapping_shl(EXTRA_BITS),
    |term| I16F16::from_bits(coarse(term)),
    |term| exactly(rounded_off(term)).map(I16F16::from_bits)
);
fixed_point!(
    I32F32,
    |number: I32F32| {
        // One unit less, so that no rounding to 2⁻¹⁶ leaves the range.
        let whole = number.to_bits().wrapping_shr(32) as i32;
        range_fault(whole, (RANGE as i32).wrapping_sub(2))
    },
    |number: I32F32| coarse(number.widen()),
    |number: I32F32| {
        let bits = number.to_bits();
        bounded(bits, UNIT << 14).wrapping_shl(8)
    },
    |term| I32F32::from_bits(fine(term)),
    |term| Some(I32F32::from_bits(fine(term)))
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(gain: Shifted) -> f64 {
        f64::from(gain.mantissa) * f64::from(-24 - i32::from(gain.down)).exp2()
    }

    proptest! {
        #[test]
        fn gains_keep_their_digits(size in -31.0f64..6.999, negative: bool) {
            let value = if negative { -size.exp2() } else { size.exp2() };
            let gain = Shifted::new(value).unwrap();
            prop_assert!((exact(gain) / value - 1.0).abs() <= (-24.0f64).exp2(), "{gain:?}");
            prop_assert_eq!(gain.to_f64(), exact(gain));
        }

        #[test]
        fn products_agree_with_wide_integers(value in -127.9f64..127.9, signal in -(LARGEST * 2 - 1)..LARGEST * 2) {
            let gain = Shifted::new(value).unwrap();
            let wide = (i128::from(gain.mantissa) * i128::from(signal)) >> gain.down;
            prop_assert_eq!(i128::from(gain.times(signal)), wide);
        }

        #[test]
        fn both_ways_to_scale_agree(term: i64, factor in 0..=i32::MAX) {
            let term = term >> 1;
            let wide = (i128::from(term) * i128::from(factor)) >> 31;
            prop_assert_eq!(i128::from(scaled_in_halves(term, factor)), wide);
            prop_assert_eq!(i128::from(scaled(term, factor)), wide);
        }

        #[test]
        fn narrowing_undoes_widening(bits: i32) {
            let number = I16F16::from_bits(bits);
            prop_assert_eq!(I16F16::narrow(number.widen()), number);
            let finer = I32F32::from_bits(i64::from(bits) << 11);
            prop_assert_eq!(I32F32::narrow(finer.widen()), finer);
        }

        #[test]
        fn ratios_multiply(term in -(1i64 << 61)..1 << 61, numerator in 0u32..1_600, denominator in 1u32..100) {
            let exact = (f64::from(numerator) / f64::from(denominator)).min(16.0);
            let got = I16F16::rescale(term, numerator, denominator) as f64;
            let wanted = (term as f64 * exact).clamp(i64::MIN as f64, i64::MAX as f64);
            prop_assert!((got - wanted).abs() <= term.abs() as f64 / 65_000.0 + 2.0);
        }
    }

    #[test]
    fn what_is_too_large_is_refused_and_what_is_tiny_is_rounded() {
        for value in [128.0, -128.0, 1e300, f64::INFINITY, f64::NAN] {
            assert_eq!(Shifted::new(value), None, "{value}");
        }
        assert_eq!(Shifted::new(0.0).map(exact), Some(0.0));
        assert_eq!(Shifted::new(1e-300).map(exact), Some(0.0));
        let almost = 128.0 - 1e-12;
        assert_eq!(Shifted::new(almost).unwrap().mantissa, i32::MAX);
        assert_eq!(Shifted::new(1.0).map(exact), Some(1.0));
        assert_eq!(Shifted::new(0.5 - 1e-13).map(exact), Some(0.5));
        let tiny = Shifted::new(1e-12).unwrap();
        assert!((exact(tiny) / 1e-12 - 1.0).abs() < 1e-4);
    }

    #[test]
    fn numbers_round_to_nearest_and_saturate() {
        assert_eq!(I16F16::narrow((1 << 23) - 1), I16F16::ZERO);
        assert_eq!(I16F16::narrow(1 << 23), I16F16::DELTA);
        assert_eq!(I16F16::narrow(UNIT << 22), I16F16::MAX);
        assert_eq!(I16F16::narrow(-UNIT << 22), I16F16::MIN);
        assert_eq!(I32F32::narrow(1 << 7), I32F32::DELTA);
    }

    #[test]
    fn signals_beyond_the_range_are_faults() {
        let edge = I16F16::from_num(2_048);
        assert_eq!(edge.fault(), None);
        assert_eq!((edge + I16F16::DELTA).fault(), Some(Fault::AboveRange));
        assert_eq!((-edge).fault(), None);
        assert_eq!((-edge - I16F16::DELTA).fault(), Some(Fault::BelowRange));
        assert_eq!(I32F32::from_num(2_046.9).fault(), None);
        assert_eq!(I32F32::from_num(2_047.1).fault(), Some(Fault::AboveRange));
        assert_eq!(I32F32::MIN.fault(), Some(Fault::BelowRange));
    }
}
