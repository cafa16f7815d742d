//! Integer arithmetic that saturates and never divides by zero.

/// `value · numerator / denominator`, rounded to the nearest; zero if the denominator is.
pub(super) const fn mul_div(value: i64, numerator: i64, denominator: i64) -> i64 {
    let product = value.saturating_mul(numerator);
    let half = denominator.saturating_abs() / 2;
    let rounded =
        if product < 0 { product.saturating_sub(half) } else { product.saturating_add(half) };
    match rounded.checked_div(denominator) {
        Some(quotient) => quotient,
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

    #[test]
    fn rounds_to_the_nearest_on_both_sides_and_saturates() {
        assert_eq!((mul_div(7, 1, 2), mul_div(-7, 1, 2), mul_div(1, 1, 3)), (4, -4, 0));
        assert_eq!(mul_div(1, 1, 0), 0);
        assert_eq!(mul_div(i64::MAX, 2, 1), i64::MAX);
        assert_eq!(mul_div(i64::MIN, -1, 1), i64::MAX);
    }

    #[test]
    fn squares_add() {
        assert_eq!(root_of_squares(&[3, -4]), 5);
        assert_eq!(root_of_squares(&[]), 0);
    }
}
