//! Squares and roots of whole numbers, for uncertainties that add up in squares.

/// The square of any number, whole.
pub(crate) const fn square(value: u64) -> u128 {
    // Two factors of 64 bits cannot overflow.
    (value as u128).wrapping_mul(value as u128)
}

/// The root, rounded down. What fits into 64 bits, as it does of any real cap, needs no division of 128.
pub(crate) const fn wide_root(square: u128) -> u128 {
    if square <= u64::MAX as u128 { (square as u64).isqrt() as u128 } else { square.isqrt() }
}

/// The whole number nearest to the root.
pub(crate) const fn root(square: u64) -> u64 {
    let floor = square.isqrt();
    let rest = square.saturating_sub(floor.saturating_mul(floor));
    if rest > floor { floor.saturating_add(1) } else { floor }
}

/// The root of the sum of two squares, to the nearest whole; the largest number where it is larger.
pub(crate) const fn root_of_squares(one: u64, other: u64) -> u32 {
    let squares = one.saturating_mul(one).saturating_add(other.saturating_mul(other));
    let sum = root(squares);
    if sum > u32::MAX as u64 { u32::MAX } else { sum as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_wide_root_is_that_of_a_number_of_any_length(value: u128, shift in 0..128_u32) {
            let value = value >> shift;
            prop_assert_eq!(wide_root(value), value.isqrt());
        }

        #[test]
        fn a_root_is_the_nearest(value: u64) {
            let found = u128::from(root(value)) * 2;
            let value = u128::from(value) * 4;
            prop_assert!(found == 0 || (found - 1) * (found - 1) <= value);
            prop_assert!(value <= (found + 1) * (found + 1));
        }

        #[test]
        fn a_root_of_squares_saturates(one: u32, other: u32) {
            let exact = f64::from(one).hypot(f64::from(other)).min(f64::from(u32::MAX));
            prop_assert!((f64::from(root_of_squares(one.into(), other.into())) - exact).abs() <= 1.0);
        }
    }
}
