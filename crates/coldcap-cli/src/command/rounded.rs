//! Numbers of a document, with the digits that mean something.

/// Rounded to so many decimals.
pub(crate) fn decimals(value: f64, decimals: usize) -> f64 {
    // What rounds to zero has no sign.
    format!("{value:.decimals$}").parse().unwrap_or(value) + 0.0
}

/// Rounded to so many significant digits, one or more.
pub(crate) fn significant(value: f64, digits: usize) -> f64 {
    let behind = digits.saturating_sub(1);
    format!("{value:.behind$e}").parse().unwrap_or(value)
}

#[cfg(test)]
#[allow(clippy::float_cmp)]
mod tests {
    use super::*;

    #[test]
    fn digits_that_mean_something() {
        assert_eq!((decimals(1.23456, 2), decimals(-1e-9, 6).to_string()), (1.23, "0".into()));
        assert_eq!((significant(1_234.56, 3), significant(0.0, 3)), (1_230.0, 0.0));
        assert!(significant(f64::NAN, 3).is_nan() && decimals(f64::INFINITY, 3).is_infinite());
    }
}
