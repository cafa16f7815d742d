//! Integer arithmetic that saturates and never divides by zero.

use coldcap_units::{quotient, short_quotient};

/// `value · numerator / denominator`, rounded to the nearest; zero if the denominator is.
///
/// Nearly always all three fit into 32 bits, and then nothing saturates.
pub(super) const fn mul_div(value: i64, numerator: i64, denominator: i64) -> i64 {
    let (one, other, divisor) = (value as i32, numerator as i32, denominator as u32);
    if one as i64 == value && other as i64 == numerator && divisor as i64 == denominator {
        short_mul_div(one, other, divisor)
    } else {
        saturating_mul_div(value, numerator, denominator)
    }
}

/// A product of 2⁶² at most and half of a divisor fit into 64 bits.
const fn short_mul_div(value: i32, numerator: i32, divisor: u32) -> i64 {
    let product = (value.unsigned_abs() as u64).wrapping_mul(numerator.unsigned_abs() as u64);
    let size = short_quotient(product.wrapping_add((divisor >> 1) as u64), divisor) as i64;
    if (value ^ numerator) < 0 { size.wrapping_neg() } else { size }
}

/// The same of any factors: the product saturates, and so does what is added to round.
#[inline(never)]
const fn saturating_mul_div(value: i64, numerator: i64, denominator: i64) -> i64 {
    let product = value.saturating_mul(numerator);
    let half = denominator.saturating_abs() / 2;
    let rounded =
        if product < 0 { product.saturating_sub(half) } else { product.saturating_add(half) };
    match quotient(rounded, denominator) {
        Some(found) => found,
        None => 0,
    }
}

/// `value` moved towards `target` by the share `numerator / denominator` of the distance.
pub(super) const fn approach(value: i64, target: i64, numerator: i64, denominator: i64) -> i64 {
    value.saturating_add(mul_div(target.saturating_sub(value), numerator, denominator))
}

/// The root of the sum of squares.
pub(super) fn root_of_squares(parts: &[i64]) -> i64 {
    let squares = parts.iter().map(|part| part.unsigned_abs().saturating_mul(part.unsigned_abs()));
    let sum = squares.fold(0_u64, u64::saturating_add);
    // The root of a u64 is below 2³².
    sum.isqrt() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounds_to_the_nearest_on_both_sides_and_saturates() {
        assert_eq!((mul_div(7, 1, 2), mul_div(-7, 1, 2), mul_div(1, 1, 3)), (4, -4, 0));
        assert_eq!(mul_div(1, 1, 0), 0);
        assert_eq!(mul_div(i64::MAX, 2, 1), i64::MAX);
        assert_eq!(mul_div(i64::MIN, -1, 1), i64::MAX);
    }

    proptest! {
        /// Nothing saturates where all three fit into 32 bits.
        #[test]
        fn the_short_way_gives_the_same(value: i32, numerator: i32, denominator: u32) {
            let (value, numerator, denominator) =
                (value.into(), numerator.into(), denominator.into());
            let exact = saturating_mul_div(value, numerator, denominator);
            prop_assert_eq!(mul_div(value, numerator, denominator), exact);
        }
    }

    #[test]
    fn squares_add() {
        assert_eq!(root_of_squares(&[3, -4]), 5);
        assert_eq!(root_of_squares(&[]), 0);
    }
}
