//! A polynomial by least squares, centred and scaled.
//!
//! Powers of z = (x − centre)/half-width are far easier to tell apart than powers of x. The half-width is
//! a power of two and the centre a multiple of an eighth of it, so z loses nothing to rounding. Powers of
//! x are still to be had, expanded in twice the precision.

use super::FitError;
use super::double::Double;
use super::least_squares::{Fit, Observation, Spread, least_squares, outer_products};

/// An observation of a polynomial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Where it was observed.
    pub x: f64,
    /// What was observed.
    pub y: f64,
    /// Its weight, above zero: 1/u² with the standard uncertainty u of y, or 1.
    pub weight: f64,
}

/// A fitted polynomial with P coefficients, of degree P − 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Polynomial<const P: usize> {
    fit: Fit<P>,
    window: Window,
}

/// Where a polynomial was fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Window {
    centre: f64,
    half_width: f64,
}

impl Window {
    /// Around the points: all of them lie between −1.1 and 1.1.
    fn around(points: impl Iterator<Item = Point>) -> Self {
        let (low, high) = points.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), point| {
            (low.min(point.x), high.max(point.x))
        });
        let half = 0.5 * (high - low);
        let usable = half.is_finite() && half > 0.0;
        let half_width =
            if usable { libm::scalbn(1.0, libm::ilogb(half).saturating_add(1)) } else { 1.0 };
        let centre = libm::round(8.0 * (0.5 * (low + high)) / half_width) * half_width / 8.0;
        Self { centre: if centre.is_finite() { centre } else { 0.0 }, half_width }
    }

    fn position(self, x: f64) -> f64 {
        (x - self.centre) / self.half_width
    }

    fn powers<const P: usize>(self, x: f64) -> [f64; P] {
        let z = self.position(x);
        let mut power = 1.0;
        core::array::from_fn(|_| {
            let this = power;
            power *= z;
            this
        })
    }

    /// The powers of x from those of z: Horner's rule, in which each step multiplies a polynomial in x
    /// by (x − centre)/half-width and adds the next coefficient.
    fn expanded<const P: usize>(self, coefficients: &[Double; P]) -> [Double; P] {
        let (shift, scale) = (-self.centre / self.half_width, 1.0 / self.half_width);
        let mut powers = [Double::ZERO; P];
        for coefficient in coefficients.iter().rev() {
            let mut carried = *coefficient;
            for power in &mut powers {
                let next = power.times(scale);
                *power = carried.plus(power.times(shift));
                carried = next;
            }
        }
        powers
    }
}

impl<const P: usize> Polynomial<P> {
    /// Fits a polynomial.
    ///
    /// # Errors
    /// [`FitError::TooFew`], [`FitError::NotUsable`]; [`FitError::Dependent`] when there are fewer
    /// different places than coefficients.
    ///
    /// ```
    /// use coldcap_calibration::fit::polynomial::{Point, Polynomial};
    /// let points = [(2000.0, 5.0), (2001.0, 7.0), (2002.0, 11.0)];
    /// let parabola = Polynomial::<3>::fit(points.iter().map(|&(x, y)| Point { x, y, weight: 1.0 }));
    /// assert!((parabola.unwrap().value(2003.0) - 17.0).abs() < 1e-12);
    /// ```
    pub fn fit(points: impl Iterator<Item = Point> + Clone) -> Result<Self, FitError> {
        let window = Window::around(points.clone());
        let observation = move |point: Point| Observation {
            columns: window.powers(point.x),
            value: point.y,
            weight: point.weight,
        };
        Ok(Self { fit: least_squares(points.map(observation))?, window })
    }

    /// The fit in powers of z, for its residuals and degrees of freedom.
    #[must_use]
    pub const fn fitted(&self) -> &Fit<P> {
        &self.fit
    }

    /// The polynomial's value.
    #[must_use]
    pub fn value(&self, x: f64) -> f64 {
        self.fit.predict(&self.window.powers(x))
    }

    /// The polynomial's derivative.
    #[must_use]
    pub fn slope(&self, x: f64) -> f64 {
        let z = self.window.position(x);
        let (_, slope) =
            self.fit.coefficients().iter().rev().fold((0.0, 0.0), |(sum, slope), c| {
                let horner: (f64, f64) = (sum * z + c, slope * z + sum);
                horner
            });
        slope / self.window.half_width
    }

    /// The standard uncertainty of the polynomial's value, correlations included.
    ///
    /// # Errors
    /// [`FitError::NoSpread`].
    pub fn uncertainty(&self, x: f64, spread: Spread) -> Result<f64, FitError> {
        self.fit.uncertainty(&self.window.powers(x), spread)
    }

    /// The coefficients of the powers of x, from the constant upward.
    #[must_use]
    pub fn power_coefficients(&self) -> [f64; P] {
        self.window.expanded(self.fit.precise_coefficients()).map(Double::value)
    }

    /// The covariance matrix of [`Polynomial::power_coefficients`].
    ///
    /// # Errors
    /// [`FitError::NoSpread`].
    pub fn power_covariance(&self, spread: Spread) -> Result<[[f64; P]; P], FitError> {
        let expanded =
            |root: &[f64; P]| self.window.expanded(&root.map(Double::new)).map(Double::value);
        let roots = self.fit.roots().each_ref().map(expanded);
        Ok(outer_products(&roots, self.fit.spread(spread)?))
    }
}
