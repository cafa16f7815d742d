//! How finely a table is printed.

use crate::fit::steinhart_hart::TablePoint;

/// Digits behind the point that are looked for.
const MOST_DECIMALS: i32 = 9;

/// Digits in all that are looked for.
const MOST_DIGITS: i32 = 12;

/// The unit of the last printed digit: by digits behind the point, or by digits in all where those are
/// fewer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quantum {
    decimals: i32,
    digits: i32,
}

impl Quantum {
    /// What nine lines in ten are printed with: one that was typed with more digits decides nothing.
    pub(super) fn of(points: &[TablePoint]) -> Self {
        let enough = points.len().saturating_mul(9).div_ceil(10);
        let count = |fits: &dyn Fn(f64) -> bool| points.iter().filter(|p| fits(p.ohm)).count();
        let decimals = (0..MOST_DECIMALS)
            .find(|&decimals| count(&|ohm| is_whole(ohm, power(decimals))) >= enough);
        let digits = (1..MOST_DIGITS)
            .find(|&digits| count(&|ohm| is_whole(ohm, 1.0 / unit(ohm, digits))) >= enough);
        let (decimals, digits) = (decimals.unwrap_or(MOST_DECIMALS), digits.unwrap_or(MOST_DIGITS));
        Self { decimals, digits }
    }

    /// The unit of the last digit of this resistance, in ohms.
    pub(super) fn ohm(self, ohm: f64) -> f64 {
        unit(ohm, self.digits).max(1.0 / power(self.decimals))
    }
}

fn power(exponent: i32) -> f64 {
    libm::exp10(f64::from(exponent))
}

/// The unit of the last of so many significant digits.
fn unit(ohm: f64, digits: i32) -> f64 {
    let leading = libm::floor(libm::log10(ohm)) as i32;
    power(leading.saturating_add(1).saturating_sub(digits))
}

/// Whether a resistance is a whole number of units, as far as a float can tell.
fn is_whole(ohm: f64, units_per_ohm: f64) -> bool {
    let scaled = ohm * units_per_ohm;
    let tolerance = 1e-4f64.max(1e-14 * scaled);
    libm::fabs(scaled - libm::round(scaled)) < tolerance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<const N: usize>(ohms: [f64; N]) -> Quantum {
        Quantum::of(&ohms.map(|ohm| TablePoint { celsius: 0.0, ohm }))
    }

    #[test]
    fn digits_behind_the_point_and_digits_in_all() {
        let platinum = of([99.61, 100.0, 100.39, 100.78, 101.17]);
        assert!((platinum.ohm(100.39) - 0.01).abs() < 1e-12);
        // Five digits, none behind the point.
        let whole = of([87_558.0, 33_892.0, 10_000.0, 858.0]);
        assert!((whole.ohm(33_892.0) - 1.0).abs() < 1e-9 && (whole.ohm(858.0) - 1.0).abs() < 1e-9);
        // Kiloohms with four digits: the last one is worth 10 Ω, or 1 Ω below 10 kΩ.
        let kilo = of([33_620.0, 12_490.0, 9_876.0, 1_145.0]);
        assert!((kilo.ohm(33_620.0) - 10.0).abs() < 1e-9 && (kilo.ohm(1_145.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn one_line_with_more_digits_decides_nothing() {
        let mut ohms: [f64; 20] = core::array::from_fn(|step| 100.0 + 0.39 * step as f64);
        ohms[7] += 0.0004;
        assert!((of(ohms).ohm(105.0) - 0.01).abs() < 1e-12);
    }
}
