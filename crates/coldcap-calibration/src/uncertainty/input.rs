//! Input quantities: what is known of each, by readings or by other means.

use super::UncertaintyError;

/// The distribution that stands for what is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Normal; with finite degrees of freedom it is drawn as Student's t (JCGM 101, 6.4.9).
    Normal,
    /// Everything between two limits is as likely.
    Rectangular,
    /// Falls to nothing at two limits: the sum of two equal rectangles.
    Triangular,
    /// Most likely at two limits: an oscillation of unknown phase (the U shape).
    ArcSine,
}

/// An input quantity: its estimate, standard uncertainty and degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input {
    value: f64,
    u: f64,
    dof: f64,
    shape: Shape,
}

/// The mean and the number of readings, of which there are at least two.
fn mean(readings: &[f64]) -> Result<(f64, f64), UncertaintyError> {
    if readings.len() < 2 {
        return Err(UncertaintyError::Readings);
    }
    if !readings.iter().all(|reading| reading.is_finite()) {
        return Err(UncertaintyError::NotFinite);
    }
    let count = readings.len() as f64;
    let first = readings.iter().sum::<f64>() / count;
    // A second pass takes away what the first one rounded.
    let rest = readings.iter().map(|reading| reading - first).sum::<f64>() / count;
    Ok((first + rest, count))
}

/// `Σ (a − ā)(b − b̄)`.
fn products(one: &[f64], other: &[f64]) -> Result<f64, UncertaintyError> {
    if one.len() != other.len() {
        return Err(UncertaintyError::Readings);
    }
    let ((mean_one, _), (mean_other, _)) = (mean(one)?, mean(other)?);
    Ok(one.iter().zip(other).map(|(a, b)| (a - mean_one) * (b - mean_other)).sum())
}

/// The correlation of the means of readings that were taken in pairs.
///
/// # Errors
/// - [`UncertaintyError::Readings`]: fewer than two, or not in pairs.
/// - [`UncertaintyError::NotFinite`]: a reading is not, or all of one quantity are the same.
///
/// ```
/// use coldcap_calibration::uncertainty::correlation;
/// let r = correlation(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]).unwrap();
/// assert!((r - 1.0).abs() < 1e-15);
/// ```
pub fn correlation(one: &[f64], other: &[f64]) -> Result<f64, UncertaintyError> {
    let sizes = products(one, one)? * products(other, other)?;
    let r = products(one, other)? / libm::sqrt(sizes);
    if r.is_finite() { Ok(r.clamp(-1.0, 1.0)) } else { Err(UncertaintyError::NotFinite) }
}

impl Input {
    fn new(value: f64, u: f64, dof: f64, shape: Shape) -> Result<Self, UncertaintyError> {
        if !value.is_finite() || !u.is_finite() || u < 0.0 {
            return Err(UncertaintyError::NotFinite);
        }
        if dof.is_nan() || dof < 1.0 {
            return Err(UncertaintyError::Dof);
        }
        Ok(Self { value, u, dof, shape })
    }

    /// Type A: the mean of repeated readings, with `s/√n` and `n − 1` degrees of freedom.
    ///
    /// # Errors
    /// - [`UncertaintyError::Readings`]: fewer than two.
    /// - [`UncertaintyError::NotFinite`].
    ///
    /// ```
    /// use coldcap_calibration::uncertainty::Input;
    /// let mean = Input::type_a(&[1.0, 2.0, 3.0]).unwrap();
    /// assert_eq!((mean.value(), mean.dof()), (2.0, 2.0));
    /// assert!((mean.u() - 1.0 / 3f64.sqrt()).abs() < 1e-15);
    /// ```
    pub fn type_a(readings: &[f64]) -> Result<Self, UncertaintyError> {
        let (value, count) = mean(readings)?;
        let variance = products(readings, readings)? / (count - 1.0) / count;
        Self::new(value, libm::sqrt(variance), count - 1.0, Shape::Normal)
    }

    /// A stated value and standard uncertainty, normally distributed.
    ///
    /// # Errors
    /// [`UncertaintyError::NotFinite`], also for a negative uncertainty.
    pub fn normal(value: f64, u: f64) -> Result<Self, UncertaintyError> {
        Self::new(value, u, f64::INFINITY, Shape::Normal)
    }

    /// Type B: a value and the half-width of its distribution; of a [`Shape::Normal`] one, its standard
    /// uncertainty. The standard uncertainty is the half-width over √3, √6 or √2 (rectangular, triangular,
    /// arc sine).
    ///
    /// # Errors
    /// [`UncertaintyError::NotFinite`], also for a negative half-width.
    ///
    /// ```
    /// use coldcap_calibration::uncertainty::{Input, Shape};
    /// let class_a = Input::type_b(0.0, 0.15, Shape::Rectangular).unwrap();
    /// assert!((class_a.u() - 0.0866).abs() < 1e-4);
    /// ```
    pub fn type_b(value: f64, half_width: f64, shape: Shape) -> Result<Self, UncertaintyError> {
        Self::new(value, half_width / shape.half_width_in_u(), f64::INFINITY, shape)
    }

    /// The same with these degrees of freedom: how well the uncertainty itself is known (G.4.2).
    ///
    /// # Errors
    /// [`UncertaintyError::Dof`] below 1.
    pub fn with_dof(self, dof: f64) -> Result<Self, UncertaintyError> {
        Self::new(self.value, self.u, dof, self.shape)
    }

    /// The estimate.
    #[must_use]
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// The standard uncertainty.
    #[must_use]
    pub const fn u(&self) -> f64 {
        self.u
    }

    /// The degrees of freedom, infinite where the uncertainty is taken as certain.
    #[must_use]
    pub const fn dof(&self) -> f64 {
        self.dof
    }

    /// The distribution.
    #[must_use]
    pub const fn shape(&self) -> Shape {
        self.shape
    }
}

impl Shape {
    /// The half-width of the distribution in standard uncertainties; 1 for the normal one, which has none.
    pub(super) fn half_width_in_u(self) -> f64 {
        match self {
            Self::Normal => 1.0,
            Self::Rectangular => libm::sqrt(3.0),
            Self::Triangular => libm::sqrt(6.0),
            Self::ArcSine => core::f64::consts::SQRT_2,
        }
    }
}
