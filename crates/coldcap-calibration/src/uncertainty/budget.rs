//! The budget: inputs, correlations, a formula, and what follows from them.

use super::monte_carlo::{self, Propagated};
use super::student::coverage_factor;
use super::{Dual, Input, UncertaintyError};

/// N inputs and their correlations.
///
/// ```
/// use coldcap_calibration::uncertainty::{Budget, Input};
///
/// // Two sensors of 50 mK each that were matched: most of what they are off, they share.
/// let sensor = |value| Input::normal(value, 0.05).unwrap();
/// let alone = Budget::new([sensor(-4.0), sensor(-3.3)]);
/// let matched = alone.correlated(0, 1, 0.98).unwrap();
/// let difference = |[supply, returned]: [_; 2]| returned - supply;
/// assert!((alone.evaluate(difference).unwrap().u - 0.0707).abs() < 1e-4);
/// assert!((matched.evaluate(difference).unwrap().u - 0.0100).abs() < 1e-4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget<const N: usize> {
    inputs: [Input; N],
    correlations: [[f64; N]; N],
}

/// A result with its standard uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Combined<const N: usize> {
    /// The value of the formula at the estimates.
    pub value: f64,
    /// The combined standard uncertainty.
    pub u: f64,
    /// The effective degrees of freedom (Welch and Satterthwaite), not cut to a whole number.
    pub dof: f64,
    /// The sensitivity coefficients: the formula's derivatives by the inputs.
    pub sensitivities: [f64; N],
    /// The sensitivities times the inputs' standard uncertainties, with their signs.
    pub contributions: [f64; N],
}

/// An expanded uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expanded {
    /// The coverage factor.
    pub k: f64,
    /// The expanded uncertainty, k times the standard uncertainty.
    pub u: f64,
}

impl<const N: usize> Combined<N> {
    /// The expanded uncertainty for a coverage probability, by Student's t with the effective degrees of
    /// freedom.
    ///
    /// # Errors
    /// [`UncertaintyError::Probability`].
    pub fn expanded(&self, probability: f64) -> Result<Expanded, UncertaintyError> {
        let k = coverage_factor(probability, self.dof)?;
        Ok(Expanded { k, u: k * self.u })
    }

    /// The result as an input of a further budget. What it shares with others is then lost: put
    /// everything into one budget, or state the correlation.
    ///
    /// # Errors
    /// [`UncertaintyError::NotFinite`].
    pub fn as_input(&self) -> Result<Input, UncertaintyError> {
        Input::normal(self.value, self.u)?.with_dof(self.dof)
    }
}

impl<const N: usize> Budget<N> {
    /// Independent inputs.
    #[must_use]
    pub fn new(inputs: [Input; N]) -> Self {
        let mut correlations = [[0.0; N]; N];
        for (index, row) in correlations.iter_mut().enumerate() {
            if let Some(own) = row.get_mut(index) {
                *own = 1.0;
            }
        }
        Self { inputs, correlations }
    }

    /// The same with a correlation between two inputs, by their index.
    ///
    /// # Errors
    /// [`UncertaintyError::Correlation`].
    pub fn correlated(
        mut self,
        one: usize,
        other: usize,
        r: f64,
    ) -> Result<Self, UncertaintyError> {
        if one == other || !(-1.0..=1.0).contains(&r) {
            return Err(UncertaintyError::Correlation);
        }
        for (row, column) in [(one, other), (other, one)] {
            let cell = self.correlations.get_mut(row).and_then(|row| row.get_mut(column));
            *cell.ok_or(UncertaintyError::Correlation)? = r;
        }
        Ok(self)
    }

    /// The inputs.
    #[must_use]
    pub const fn inputs(&self) -> &[Input; N] {
        &self.inputs
    }

    /// Whether no input is correlated with another.
    fn is_independent(&self) -> bool {
        let apart = |(row, line): (usize, &[f64; N])| {
            line.iter().enumerate().all(|(column, r)| row == column || *r == 0.0)
        };
        self.correlations.iter().enumerate().all(apart)
    }

    /// `Σᵢ Σⱼ aᵢ·bⱼ·rᵢⱼ`.
    fn quadratic(&self, one: &[f64; N], other: &[f64; N]) -> f64 {
        let line = |row: &[f64; N]| row.iter().zip(other).map(|(r, b)| r * b).sum::<f64>();
        self.correlations.iter().zip(one).map(|(row, a)| a * line(row)).sum()
    }

    /// The formula at the estimates, its combined uncertainty and its effective degrees of freedom.
    ///
    /// Inputs that are correlated, directly or through others, are taken as one group with the least
    /// degrees of freedom in it: the GUM gives no formula for them, and this is exact where they were read
    /// together, cautious elsewhere.
    ///
    /// # Errors
    /// - [`UncertaintyError::NotFinite`]: the formula or a derivative of it is not.
    /// - [`UncertaintyError::Correlation`]: the correlations contradict each other.
    pub fn evaluate(
        &self,
        formula: impl Fn([Dual<N>; N]) -> Dual<N>,
    ) -> Result<Combined<N>, UncertaintyError> {
        let result = formula(Dual::inputs(self.inputs.map(|input| input.value())));
        let mut contributions = result.partials();
        for (contribution, input) in contributions.iter_mut().zip(&self.inputs) {
            *contribution *= input.u();
        }
        let variance = self.quadratic(&contributions, &contributions);
        if !variance.is_finite() || !result.value().is_finite() {
            return Err(UncertaintyError::NotFinite);
        }
        let sizes: f64 = contributions.iter().map(|part| part * part).sum();
        if variance < -1e-12 * sizes {
            return Err(UncertaintyError::Correlation);
        }
        let variance = variance.max(0.0);
        Ok(Combined {
            value: result.value(),
            u: libm::sqrt(variance),
            dof: self.effective_dof(&contributions, variance),
            sensitivities: result.partials(),
            contributions,
        })
    }

    /// The covariance of two results of this budget (H.2, equation H.9).
    #[must_use]
    pub fn covariance(&self, one: &Combined<N>, other: &Combined<N>) -> f64 {
        self.quadratic(&one.contributions, &other.contributions)
    }

    /// Equation G.2b over groups of correlated inputs.
    fn effective_dof(&self, contributions: &[f64; N], variance: f64) -> f64 {
        let groups = self.groups();
        let mut sum = 0.0;
        for group in 0..N {
            let mut own = [0.0; N];
            let mut dof = f64::INFINITY;
            let members = own.iter_mut().zip(contributions).zip(groups.iter().zip(&self.inputs));
            for ((own, part), (_, input)) in members.filter(|(_, (of, _))| **of == group) {
                *own = *part;
                if *part != 0.0 {
                    dof = dof.min(input.dof());
                }
            }
            let share = self.quadratic(&own, &own);
            sum += share * share / dof;
        }
        if sum > 0.0 { variance * variance / sum } else { f64::INFINITY }
    }

    /// For each input the least index that it is linked with.
    fn groups(&self) -> [usize; N] {
        let mut groups = core::array::from_fn(|index| index);
        // N rounds carry the least index along the longest chain.
        for _ in 0..N {
            let before = groups;
            for (group, row) in groups.iter_mut().zip(&self.correlations) {
                let linked = row.iter().zip(before).filter(|(r, _)| **r != 0.0);
                *group = linked.map(|(_, other)| other).min().unwrap_or(*group).min(*group);
            }
        }
        groups
    }

    /// The same formula by Monte Carlo: each input drawn from its distribution, as often as `draws` is
    /// long. `random` gives numbers from 0 (included) to 1 (not); the same ones give the same result.
    ///
    /// The drawn results are left in `draws`, sorted.
    ///
    /// # Errors
    /// - [`UncertaintyError::Draws`]: correlated inputs, or fewer than a thousand draws.
    /// - [`UncertaintyError::Probability`].
    /// - [`UncertaintyError::NotFinite`]: a drawn result is not.
    pub fn monte_carlo(
        &self,
        formula: impl Fn([Dual<N>; N]) -> Dual<N>,
        probability: f64,
        mut random: impl FnMut() -> f64,
        draws: &mut [f64],
    ) -> Result<Propagated, UncertaintyError> {
        if !self.is_independent() {
            return Err(UncertaintyError::Draws);
        }
        for draw in draws.iter_mut() {
            let drawn = self.inputs.map(|input| monte_carlo::draw(&input, &mut random));
            *draw = formula(drawn.map(Dual::constant)).value();
        }
        monte_carlo::summary(draws, probability)
    }
}
