//! Numbers that carry their derivatives along, so that sensitivity coefficients are exact.

use core::ops::{Add, Div, Mul, Neg, Sub};

/// A number and its partial derivatives by N inputs (forward-mode differentiation).
///
/// ```
/// use coldcap_calibration::uncertainty::Dual;
///
/// let [x, y] = Dual::inputs([2.0, 3.0]);
/// let z = x * x * y + y.sqrt();
/// assert_eq!(z.partials(), [12.0, 4.0 + 0.5 / 3f64.sqrt()]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual<const N: usize> {
    value: f64,
    partials: [f64; N],
}

impl<const N: usize> Dual<N> {
    /// A number that depends on no input.
    #[must_use]
    pub const fn constant(value: f64) -> Self {
        Self { value, partials: [0.0; N] }
    }

    /// The inputs themselves: each depends on itself only.
    #[must_use]
    pub fn inputs(values: [f64; N]) -> [Self; N] {
        let mut at = 0usize;
        values.map(|value| {
            let mut input = Self::constant(value);
            if let Some(partial) = input.partials.get_mut(at) {
                *partial = 1.0;
            }
            at = at.saturating_add(1);
            input
        })
    }

    /// The number.
    #[must_use]
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// Its partial derivatives.
    #[must_use]
    pub const fn partials(&self) -> [f64; N] {
        self.partials
    }

    /// The chain rule: a function's value here and its derivative.
    #[must_use]
    pub fn chain(self, value: f64, derivative: f64) -> Self {
        Self { value, partials: self.partials.map(|partial| derivative * partial) }
    }

    /// The chain rule for two: a function's value and its derivatives by either.
    fn chain_both(self, other: Self, value: f64, by_self: f64, by_other: f64) -> Self {
        let mut partials = self.partials;
        for (partial, other) in partials.iter_mut().zip(other.partials) {
            *partial = by_self * *partial + by_other * other;
        }
        Self { value, partials }
    }

    /// Square root.
    #[must_use]
    pub fn sqrt(self) -> Self {
        let root = libm::sqrt(self.value);
        self.chain(root, 0.5 / root)
    }

    /// e to the power of it.
    #[must_use]
    pub fn exp(self) -> Self {
        let power = libm::exp(self.value);
        self.chain(power, power)
    }

    /// Natural logarithm.
    #[must_use]
    pub fn ln(self) -> Self {
        self.chain(libm::log(self.value), 1.0 / self.value)
    }

    /// Sine of it in radians.
    #[must_use]
    pub fn sin(self) -> Self {
        self.chain(libm::sin(self.value), libm::cos(self.value))
    }

    /// Cosine of it in radians.
    #[must_use]
    pub fn cos(self) -> Self {
        self.chain(libm::cos(self.value), -libm::sin(self.value))
    }

    /// To a constant power.
    #[must_use]
    pub fn powf(self, exponent: f64) -> Self {
        let derivative = exponent * libm::pow(self.value, exponent - 1.0);
        self.chain(libm::pow(self.value, exponent), derivative)
    }
}

impl<const N: usize> Neg for Dual<N> {
    type Output = Self;

    fn neg(self) -> Self {
        self.chain(-self.value, -1.0)
    }
}

impl<const N: usize> Add for Dual<N> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.chain_both(other, self.value + other.value, 1.0, 1.0)
    }
}

impl<const N: usize> Sub for Dual<N> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.chain_both(other, self.value - other.value, 1.0, -1.0)
    }
}

impl<const N: usize> Mul for Dual<N> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.chain_both(other, self.value * other.value, other.value, self.value)
    }
}

impl<const N: usize> Div for Dual<N> {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let quotient = self.value / other.value;
        self.chain_both(other, quotient, 1.0 / other.value, -quotient / other.value)
    }
}

impl<const N: usize> Add<f64> for Dual<N> {
    type Output = Self;

    fn add(self, other: f64) -> Self {
        self.chain(self.value + other, 1.0)
    }
}

impl<const N: usize> Sub<f64> for Dual<N> {
    type Output = Self;

    fn sub(self, other: f64) -> Self {
        self.chain(self.value - other, 1.0)
    }
}

impl<const N: usize> Mul<f64> for Dual<N> {
    type Output = Self;

    fn mul(self, other: f64) -> Self {
        self.chain(self.value * other, other)
    }
}

impl<const N: usize> Div<f64> for Dual<N> {
    type Output = Self;

    fn div(self, other: f64) -> Self {
        self.chain(self.value / other, 1.0 / other)
    }
}
