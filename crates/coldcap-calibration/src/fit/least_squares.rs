//! Linear least squares with covariance: Householder's QR, refined.
//!
//! Minimises Σ w·(y − a·c)² over the coefficients c. Columns are scaled to about unit length by powers of
//! two; rows are taken in one at a time (Golub and Van Loan, *Matrix Computations*, 5.2 and 6.5). Three
//! passes of Björck's corrected seminormal equations, with residual and gradient in twice the precision,
//! then give nearly all digits that the observations carry (Björck, *Numerical Methods for Least Squares
//! Problems*, 6.6.5).

use super::FitError;
use super::double::Double;
use super::triangle::Triangle;

/// Each pass gains the digits that the columns' dependence leaves; see the limit of dependence.
const REFINEMENTS: usize = 3;

/// One observation: what is known, what was seen, and how much it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation<const P: usize> {
    /// What the coefficients are multiplied with.
    pub columns: [f64; P],
    /// What their sum should be.
    pub value: f64,
    /// Its weight, above zero: 1/u² with the value's standard uncertainty u, or 1.
    pub weight: f64,
}

impl<const P: usize> Observation<P> {
    /// An observation of weight 1.
    #[must_use]
    pub const fn new(columns: [f64; P], value: f64) -> Self {
        Self { columns, value, weight: 1.0 }
    }

    fn is_usable(&self) -> bool {
        let finite = self.columns.iter().chain([&self.value, &self.weight]).all(|x| x.is_finite());
        finite && self.weight > 0.0
    }

    fn residual(&self, coefficients: &[Double; P]) -> Double {
        let model = self.columns.iter().zip(coefficients).map(|(a, c)| c.times(*a));
        model.fold(Double::new(self.value), |left, term| left.plus(term.negated()))
    }
}

/// What the standard uncertainty of the observations is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spread {
    /// From the weights as they stand: each is 1/u².
    Weights,
    /// From the residuals: weights only compare the observations (type A evaluation, GUM 4.2).
    Residuals,
}

/// A least-squares fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit<const P: usize> {
    coefficients: [Double; P],
    /// The columns of R⁻¹ in units of the coefficients: their outer products add up to (AᵀWA)⁻¹.
    roots: [[f64; P]; P],
    observations: usize,
    sum_of_squares: f64,
    largest_residual: f64,
}

/// Fits the coefficients of a linear model.
///
/// # Errors
/// [`FitError::TooFew`], [`FitError::NotUsable`], [`FitError::Dependent`].
///
/// ```
/// use coldcap_calibration::fit::least_squares::{Observation, Spread, least_squares};
/// // The mean of three readings, and its standard uncertainty s/√3.
/// let fit = least_squares([1.0, 2.0, 3.0].map(|y| Observation::new([1.0], y)).into_iter()).unwrap();
/// assert_eq!(fit.coefficients(), [2.0]);
/// assert!((fit.covariance(Spread::Residuals).unwrap()[0][0] - 1.0 / 3.0).abs() < 1e-15);
/// ```
pub fn least_squares<const P: usize>(
    observations: impl Iterator<Item = Observation<P>> + Clone,
) -> Result<Fit<P>, FitError> {
    let (scales, count) = column_scales(observations.clone())?;
    let triangle = factor(observations.clone(), &scales)?;
    let mut coefficients = scaled(triangle.solution(), &scales).map(Double::new);
    for _ in 0..REFINEMENTS {
        let gradient = gradient(observations.clone(), &coefficients, &scales);
        let correction = scaled(triangle.normal(&gradient), &scales);
        for (coefficient, add) in coefficients.iter_mut().zip(correction) {
            *coefficient = coefficient.plus(Double::new(add));
        }
    }
    let (sum_of_squares, largest_residual) = residuals(observations, &coefficients);
    let roots = triangle.inverse().map(|column| scaled(column, &scales));
    Ok(Fit { coefficients, roots, observations: count, sum_of_squares, largest_residual })
}

fn scaled<const P: usize>(values: [f64; P], scales: &[f64; P]) -> [f64; P] {
    let mut scaled = values;
    scaled.iter_mut().zip(scales).for_each(|(value, scale)| *value *= scale);
    scaled
}

/// A power of two for each column that brings its length near 1, and the number of observations.
fn column_scales<const P: usize>(
    observations: impl Iterator<Item = Observation<P>>,
) -> Result<([f64; P], usize), FitError> {
    let mut largest = [0.0f64; P];
    let mut count = 0usize;
    for observation in observations {
        if !observation.is_usable() {
            return Err(FitError::NotUsable(count));
        }
        let root = libm::sqrt(observation.weight);
        for (most, column) in largest.iter_mut().zip(observation.columns) {
            *most = most.max(root * libm::fabs(column));
        }
        count = count.saturating_add(1);
    }
    if count < P {
        return Err(FitError::TooFew(count));
    }
    Ok((largest.map(reciprocal_power), count))
}

/// The power of two that brings a size into 1 to 2; 1 for nothing.
fn reciprocal_power(size: f64) -> f64 {
    if size == 0.0 { 1.0 } else { libm::scalbn(1.0, libm::ilogb(size).saturating_neg()) }
}

fn factor<const P: usize>(
    observations: impl Iterator<Item = Observation<P>>,
    scales: &[f64; P],
) -> Result<Triangle<P>, FitError> {
    let mut triangle = Triangle::new();
    for observation in observations {
        let root = libm::sqrt(observation.weight);
        let row = scaled(observation.columns, scales).map(|column| root * column);
        triangle.absorb(row, root * observation.value);
    }
    triangle.check().map(|()| triangle)
}

/// The scaled gradient AᵀW(y − A·c), in twice the precision: near the solution it is a small difference.
fn gradient<const P: usize>(
    observations: impl Iterator<Item = Observation<P>>,
    coefficients: &[Double; P],
    scales: &[f64; P],
) -> [f64; P] {
    let mut gradient = [Double::ZERO; P];
    for observation in observations {
        let weighted = observation.residual(coefficients).times(observation.weight);
        for (sum, column) in gradient.iter_mut().zip(observation.columns) {
            *sum = sum.plus(weighted.times(column));
        }
    }
    scaled(gradient.map(Double::value), scales)
}

/// The weighted sum of squares, and the largest residual by size.
fn residuals<const P: usize>(
    observations: impl Iterator<Item = Observation<P>>,
    coefficients: &[Double; P],
) -> (f64, f64) {
    observations.fold((0.0, 0.0f64), |(sum, largest), observation| {
        let residual = observation.residual(coefficients).value();
        (sum + observation.weight * residual * residual, largest.max(libm::fabs(residual)))
    })
}

impl<const P: usize> Fit<P> {
    /// The coefficients.
    #[must_use]
    pub fn coefficients(&self) -> [f64; P] {
        self.coefficients.map(Double::value)
    }

    pub(super) const fn precise_coefficients(&self) -> &[Double; P] {
        &self.coefficients
    }

    pub(super) const fn roots(&self) -> &[[f64; P]; P] {
        &self.roots
    }

    /// How many observations were fitted.
    #[must_use]
    pub const fn observations(&self) -> usize {
        self.observations
    }

    /// Observations less coefficients.
    #[must_use]
    pub const fn degrees_of_freedom(&self) -> usize {
        self.observations.saturating_sub(P)
    }

    /// The weighted sum of the squared residuals; with weights 1/u² this is χ².
    #[must_use]
    pub const fn sum_of_squares(&self) -> f64 {
        self.sum_of_squares
    }

    /// The residual standard deviation √(Σw·r²/ν) of an observation of weight 1. With weights 1/u² it is
    /// near 1 when the stated uncertainties are right (Birge's ratio).
    ///
    /// # Errors
    /// [`FitError::NoSpread`].
    pub fn residual_deviation(&self) -> Result<f64, FitError> {
        match self.degrees_of_freedom() {
            0 => Err(FitError::NoSpread),
            freedom => Ok(libm::sqrt(self.sum_of_squares / freedom as f64)),
        }
    }

    /// The largest residual by size, in units of the observed value.
    #[must_use]
    pub const fn largest_residual(&self) -> f64 {
        self.largest_residual
    }

    /// What the model gives for these columns.
    #[must_use]
    pub fn predict(&self, columns: &[f64; P]) -> f64 {
        let terms = columns.iter().zip(&self.coefficients).map(|(a, c)| c.times(*a));
        terms.fold(Double::ZERO, Double::plus).value()
    }

    /// The residual of an observation: what was seen less what the model gives.
    #[must_use]
    pub fn residual(&self, observation: &Observation<P>) -> f64 {
        observation.residual(&self.coefficients).value()
    }

    pub(super) fn spread(&self, spread: Spread) -> Result<f64, FitError> {
        match spread {
            Spread::Weights => Ok(1.0),
            Spread::Residuals => self.residual_deviation(),
        }
    }

    /// The covariance matrix of the coefficients.
    ///
    /// # Errors
    /// [`FitError::NoSpread`].
    pub fn covariance(&self, spread: Spread) -> Result<[[f64; P]; P], FitError> {
        Ok(outer_products(&self.roots, self.spread(spread)?))
    }

    /// The standard uncertainties of the coefficients.
    ///
    /// # Errors
    /// [`FitError::NoSpread`].
    pub fn uncertainties(&self, spread: Spread) -> Result<[f64; P], FitError> {
        let size = self.spread(spread)?;
        Ok(core::array::from_fn(|index| size * self.root_length(|root| entry(root, index))))
    }

    /// The standard uncertainty of what the model gives for these columns, correlations included
    /// (GUM 5.2.2).
    ///
    /// # Errors
    /// [`FitError::NoSpread`].
    pub fn uncertainty(&self, columns: &[f64; P], spread: Spread) -> Result<f64, FitError> {
        let along = |root: &[f64; P]| root.iter().zip(columns).map(|(a, b)| a * b).sum();
        Ok(self.spread(spread)? * self.root_length(along))
    }

    fn root_length(&self, part: impl Fn(&[f64; P]) -> f64) -> f64 {
        libm::sqrt(self.roots.iter().map(|root| part(root) * part(root)).sum())
    }
}

fn entry<const P: usize>(row: &[f64; P], index: usize) -> f64 {
    row.get(index).copied().unwrap_or(f64::NAN)
}

/// `size²` times the sum of the outer products of the roots with themselves.
pub(super) fn outer_products<const P: usize>(roots: &[[f64; P]; P], size: f64) -> [[f64; P]; P] {
    let mut covariance = [[0.0; P]; P];
    for root in roots {
        for (row, a) in covariance.iter_mut().zip(root) {
            for (sum, b) in row.iter_mut().zip(root) {
                *sum += (size * a) * (size * b);
            }
        }
    }
    covariance
}
