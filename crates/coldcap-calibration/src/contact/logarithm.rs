//! Logarithms and powers of two in integers, and quotients that keep their bits.

/// Fractional bits of every logarithm here.
const FRACTION: u32 = 16;

/// 2 to the power of 1/2, 1/4, 1/8, … 2⁻¹⁶, in Q30.
const ROOTS: [u32; 16] = [
    1_518_500_250,
    1_276_901_417,
    1_170_923_762,
    1_121_280_436,
    1_097_253_708,
    1_085_434_106,
    1_079_572_136,
    1_076_653_033,
    1_075_196_443,
    1_074_468_888,
    1_074_105_294,
    1_073_923_544,
    1_073_832_680,
    1_073_787_251,
    1_073_764_537,
    1_073_753_181,
];

/// The logarithm to base 2 in Q16, rounded down: nothing for zero. Sixteen squarings.
pub(crate) fn log2(value: u64) -> Option<i32> {
    let whole = value.checked_ilog2()?;
    let normal = (value.wrapping_shl(63u32.saturating_sub(whole)) >> 32) as u32;
    // From 1 to below 2, in Q31: its square is below 4, and the square of 32 bits fits into 64.
    let bits = (0..FRACTION).fold((normal, 0i32), |(mantissa, bits), _| {
        let square = u64::from(mantissa).wrapping_mul(u64::from(mantissa)) >> 31;
        let carry = (square >> 32) as u32;
        ((square >> carry) as u32, bits << 1 | carry as i32)
    });
    Some((whole as i32).saturating_mul(1 << FRACTION).saturating_add(bits.1))
}

/// 2 to a power in Q16, as a whole number, saturating; zero below 2⁰.
pub(crate) fn exp2(power: i32) -> u32 {
    let whole = power >> FRACTION;
    let Ok(whole) = u32::try_from(whole) else { return 0 };
    // Below 2 in Q30, as each root is.
    let mut mantissa = 1u32 << 30;
    for (place, root) in (0..FRACTION).rev().zip(ROOTS) {
        if power >> place & 1 == 1 {
            mantissa = (u64::from(mantissa).wrapping_mul(u64::from(root)) >> 30) as u32;
        }
    }
    let scaled = u64::from(mantissa).checked_shl(whole).filter(|_| whole < 32);
    scaled.and_then(|scaled| u32::try_from(scaled >> 30).ok()).unwrap_or(u32::MAX)
}

/// `numerator · 2^shift / denominator`, keeping as many bits of both as 64 hold; nothing without a
/// positive denominator.
pub(crate) fn quotient(numerator: i64, denominator: i64, shift: u32) -> Option<i64> {
    let up = numerator.unsigned_abs().leading_zeros().saturating_sub(1).min(shift);
    let down = shift.saturating_sub(up);
    let divisor = denominator.checked_shr(down).unwrap_or(0);
    if divisor <= 0 {
        return None;
    }
    coldcap_units::quotient(numerator.wrapping_shl(up), divisor)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ends() {
        assert_eq!(log2(0), None);
        assert_eq!((log2(1), log2(2), log2(1 << 63)), (Some(0), Some(65_536), Some(63 << 16)));
        assert_eq!((exp2(-1), exp2(0), exp2(31 << 16), exp2(32 << 16)), (0, 1, 1 << 31, u32::MAX));
        assert_eq!(exp2(i32::MAX), u32::MAX);
        assert_eq!(exp2(i32::MIN), 0);
        assert_eq!((quotient(5, 0, 3), quotient(5, -1, 3)), (None, None));
        assert_eq!((quotient(-5, 2, 1), quotient(i64::MIN, 1, 0)), (Some(-5), Some(i64::MIN)));
    }

    proptest! {
        #[test]
        fn logarithms_agree_with_real_numbers(value in 1u64..) {
            let exact = (value as f64).log2() * 65_536.0;
            let got = f64::from(log2(value).unwrap());
            prop_assert!((got - exact).abs() < 1.5, "{} {}", got, exact);
        }

        #[test]
        fn powers_undo_logarithms(value in 1_000u32..2_000_000_000) {
            let back = f64::from(exp2(log2(value.into()).unwrap()));
            prop_assert!((back / f64::from(value) - 1.0).abs() < 4e-5 + 1.0 / f64::from(value));
        }

        #[test]
        fn quotients_keep_their_bits(
            numerator in -1_000_000_000_000_000_000i64..1_000_000_000_000_000_000,
            denominator in 1_000_000_000i64..1_000_000_000_000_000_000,
        ) {
            let exact = numerator as f64 * 1_048_576.0 / denominator as f64;
            prop_assume!(exact.abs() < 1e12);
            let got = quotient(numerator, denominator, 20).unwrap() as f64;
            prop_assert!((got - exact).abs() <= 1.0 + exact.abs() * 2e-3, "{} {}", got, exact);
        }
    }
}
