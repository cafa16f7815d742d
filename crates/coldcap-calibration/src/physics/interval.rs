//! Intervals, and Taylor series whose coefficients are intervals.
//!
//! They enclose a fourth derivative over a whole stretch of a curve, where sampling could only guess
//! (R. E. Moore, *Methods and Applications of Interval Analysis*, 1979). Rounding of `f64` itself is
//! not directed outward; it is twelve orders below what is bounded here.
//!
//! Where nothing can be said, as of one over an interval that holds zero, both ends are NaN. That goes
//! through every operation, so that whoever asks for a bound gets none instead of a wrong one.

/// The smaller of two, and NaN where either is: `f64::min` would drop it.
pub(super) fn least(one: f64, other: f64) -> f64 {
    if one < other || one.is_nan() { one } else { other }
}

/// The larger of two, and NaN where either is.
pub(super) fn greatest(one: f64, other: f64) -> f64 {
    if one > other || one.is_nan() { one } else { other }
}

/// A closed interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Interval {
    pub(super) const ZERO: Self = Self::point(0.0);

    /// Nothing is known.
    const UNKNOWN: Self = Self::point(f64::NAN);

    pub(super) const fn point(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// The interval between two values in either order.
    pub(super) fn between(one: f64, other: f64) -> Self {
        Self { low: least(one, other), high: greatest(one, other) }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }

    pub(super) fn times(self, other: Self) -> Self {
        let one = Self::between(self.low * other.low, self.low * other.high);
        let two = Self::between(self.high * other.low, self.high * other.high);
        Self { low: least(one.low, two.low), high: greatest(one.high, two.high) }
    }

    /// One over an interval; of one that holds zero nothing is known.
    pub(super) fn reciprocal(self) -> Self {
        if self.low > 0.0 || self.high < 0.0 {
            Self::between(1.0 / self.low, 1.0 / self.high)
        } else {
            Self::UNKNOWN
        }
    }

    pub(super) fn negated(self) -> Self {
        Self { low: -self.high, high: -self.low }
    }

    /// The largest size of a value within.
    pub(super) fn size(self) -> f64 {
        greatest(libm::fabs(self.low), libm::fabs(self.high))
    }
}

/// The coefficients of a Taylor series to the fourth order, about any point of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Series(pub(super) [Interval; 5]);

impl Series {
    pub(super) fn constant(value: f64) -> Self {
        Self([
            Interval::point(value),
            Interval::ZERO,
            Interval::ZERO,
            Interval::ZERO,
            Interval::ZERO,
        ])
    }

    /// The independent variable over an interval.
    pub(super) fn variable(over: Interval) -> Self {
        let mut series = Self::constant(0.0);
        let [value, slope, ..] = &mut series.0;
        (*value, *slope) = (over, Interval::point(1.0));
        series
    }

    /// Coefficient `order`; zero beyond the fourth.
    pub(super) fn at(&self, order: usize) -> Interval {
        self.0.get(order).copied().unwrap_or(Interval::ZERO)
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self(core::array::from_fn(|order| self.at(order).plus(other.at(order))))
    }

    /// Cauchy's product.
    pub(super) fn times(self, other: Self) -> Self {
        Self(core::array::from_fn(|order| self.convolved(other, 0, order)))
    }

    /// `Σ self[k]·other[order − k]` for k from `first` to `order`.
    fn convolved(self, other: Self, first: usize, order: usize) -> Interval {
        (first..=order).fold(Interval::ZERO, |sum, k| {
            sum.plus(self.at(k).times(other.at(order.saturating_sub(k))))
        })
    }

    /// The series of one over this one: `y₀ = 1/x₀`, `yₙ = −y₀·Σ xₖ·yₙ₋ₖ`.
    pub(super) fn reciprocal(self) -> Self {
        let first = self.at(0).reciprocal();
        let mut inverse =
            Self([first, Interval::ZERO, Interval::ZERO, Interval::ZERO, Interval::ZERO]);
        for order in 1..5 {
            let next = self.convolved(inverse, 1, order).times(first).negated();
            if let Some(place) = inverse.0.get_mut(order) {
                *place = next;
            }
        }
        inverse
    }

    /// The series of e to the power of this one: `y₀ = exp(x₀)`, `n·yₙ = Σ k·xₖ·yₙ₋ₖ`.
    pub(super) fn exponential(self) -> Self {
        let first = self.at(0);
        let mut power = Self::constant(0.0);
        for order in 0..5 {
            let next = if order == 0 {
                Interval::between(libm::exp(first.low), libm::exp(first.high))
            } else {
                self.weighted()
                    .convolved(power, 1, order)
                    .times(Interval::point(1.0 / order as f64))
            };
            if let Some(place) = power.0.get_mut(order) {
                *place = next;
            }
        }
        power
    }

    /// Each coefficient times its order.
    fn weighted(self) -> Self {
        Self(core::array::from_fn(|order| self.at(order).times(Interval::point(order as f64))))
    }

    /// The enclosed fourth derivative of the inverse function, for a slope that does not hold zero: 4!
    /// times `(5·y₁·y₂·y₃ − y₁²·y₄ − 5·y₂³)/y₁⁷` (reversion of series; Abramowitz and Stegun 3.6.25).
    pub(super) fn fourth_derivative_of_inverse(&self) -> Interval {
        let [_, one, two, three, four] = self.0;
        let five = Interval::point(5.0);
        let mixed = five.times(one).times(two).times(three);
        let square = one.times(one).times(four).negated();
        let cube = five.times(two).times(two).times(two).negated();
        let over = one.reciprocal();
        let seventh = (0..7).fold(Interval::point(24.0), |power, _| power.times(over));
        mixed.plus(square).plus(cube).times(seventh)
    }

    /// The enclosed fourth derivative: 4! times the fourth coefficient.
    pub(super) fn fourth_derivative(&self) -> Interval {
        self.at(4).times(Interval::point(24.0))
    }
}

/// A polynomial of a series, the constant term first.
pub(super) fn polynomial_series(coefficients: &[f64], of: Series) -> Series {
    let horner =
        |sum: Series, coefficient: &f64| sum.times(of).plus(Series::constant(*coefficient));
    coefficients.iter().rev().fold(Series::constant(0.0), horner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(low: f64, high: f64) -> Series {
        let mut series = Series::constant(0.0);
        series.0[0] = Interval { low, high };
        series.0[1] = Interval::point(1.0);
        series
    }

    #[test]
    fn products_take_every_sign() {
        let signs = Interval { low: -2.0, high: 3.0 };
        assert_eq!(signs.times(signs), Interval { low: -6.0, high: 9.0 });
        assert_eq!(signs.size(), 3.0);
    }

    #[test]
    fn of_one_over_an_interval_with_zero_nothing_is_known() {
        for (low, high) in [(-1.0, 1.0), (0.0, 1.0), (-1.0, 0.0), (f64::NAN, 1.0), (1.0, f64::NAN)]
        {
            let wide = Interval { low, high };
            assert!(wide.reciprocal().size().is_nan(), "{wide:?}");
            // It goes through sums and products, also with nothing.
            let through = Interval::ZERO.times(wide.reciprocal()).plus(Interval::point(1.0));
            assert!(through.low.is_nan() && through.high.is_nan());
            assert!(variable(low, high).reciprocal().fourth_derivative().size().is_nan());
        }
        let negative = Interval { low: -4.0, high: -2.0 };
        assert_eq!(negative.reciprocal(), Interval { low: -0.5, high: -0.25 });
        for (one, other) in [(f64::NAN, 1.0), (1.0, f64::NAN)] {
            assert!(least(one, other).is_nan() && greatest(one, other).is_nan());
        }
    }

    #[test]
    fn fourth_derivatives_of_known_functions() {
        let x = variable(2.0, 2.0);
        let fourth = x.times(x).times(x).times(x).fourth_derivative();
        assert_eq!(fourth, Interval::point(24.0));
        let reciprocal = x.reciprocal().fourth_derivative();
        assert!((reciprocal.low - 24.0 / 32.0).abs() < 1e-15);
        let wide = variable(1.9, 2.1).reciprocal().fourth_derivative();
        for x in [1.9f64, 1.95, 2.0, 2.07, 2.1] {
            let exact = 24.0 / x.powi(5);
            assert!(wide.low <= exact * (1.0 + 1e-14) && exact * (1.0 - 1e-14) <= wide.high);
        }
    }

    #[test]
    fn the_exponential_and_its_inverse() {
        let power = variable(0.5, 0.5).exponential();
        let exact = 0.5f64.exp();
        assert!((power.fourth_derivative().low / exact - 1.0).abs() < 1e-14);
        // The inverse of exp is ln, whose fourth derivative is −6/y⁴.
        let inverse = power.fourth_derivative_of_inverse();
        assert!((inverse.low / (-6.0 / exact.powi(4)) - 1.0).abs() < 1e-12);
        let wide = variable(0.4, 0.6).exponential().fourth_derivative_of_inverse();
        for x in [0.4f64, 0.5, 0.6] {
            let exact = -6.0 / x.exp().powi(4);
            assert!(wide.low <= exact && exact <= wide.high);
        }
    }

    #[test]
    fn polynomials_have_their_derivatives() {
        let series = polynomial_series(&[1.0, 2.0, 3.0, 4.0, 5.0], variable(2.0, 2.0));
        assert_eq!(series.at(0), Interval::point(1.0 + 4.0 + 12.0 + 32.0 + 80.0));
        assert_eq!(series.fourth_derivative(), Interval::point(120.0));
    }
}
