//! A fit that a wrong observation cannot drag away, and a test that names it.

use super::FitError;
use super::least_squares::{Fit, Observation, least_squares};

/// Huber's constant: 95 % efficiency when the errors are normal (Huber 1981).
const HUBER: f64 = 1.345;

/// The median size of a standard normal error.
const NORMAL_MEDIAN: f64 = 0.674_489_750_196_081_7;

/// Beyond this modified score an observation is an outlier (Iglewicz and Hoaglin 1993).
const OUTLIER_SCORE: f64 = 3.5;

const MOST_ROUNDS: u32 = 200;

/// The coefficients have settled when none moves by more than this part of its uncertainty.
const SETTLED: f64 = 1e-9;

/// A fit with Huber's weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RobustFit<const P: usize> {
    /// The last weighted fit. Its covariance takes the weights as given and is a rough guide only.
    pub fit: Fit<P>,
    /// The robust standard deviation of an observation of weight 1.
    pub scale: f64,
    /// How many observations lie so far out that they count less.
    pub reduced: usize,
    /// How many rounds the weights took to settle.
    pub rounds: u32,
}

/// An observation that does not belong to the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlier {
    /// Its number, counted from 0.
    pub index: usize,
    /// Its modified score `0.6745·|e − median|/MAD`, beyond 3.5.
    pub score: f64,
}

/// A residual in units of what an observation of weight 1 spreads.
fn standardised<const P: usize>(fit: &Fit<P>, observation: &Observation<P>) -> f64 {
    libm::sqrt(observation.weight) * fit.residual(observation)
}

/// Writes numbers to the front of a buffer and returns them.
fn collect(
    numbers: impl Iterator<Item = f64>,
    count: usize,
    buffer: &mut [f64],
) -> Result<&mut [f64], FitError> {
    let room = buffer.get_mut(..count).ok_or(FitError::Room(count))?;
    room.iter_mut().zip(numbers).for_each(|(place, number)| *place = number);
    Ok(room)
}

/// The median; sorts the numbers.
fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let upper = numbers.len() / 2;
    let lower = numbers.len().saturating_sub(1) / 2;
    let at = |index: usize| numbers.get(index).copied().unwrap_or(f64::NAN);
    0.5 * (at(lower) + at(upper))
}

/// Fits with Huber's weights by iterated least squares; the scale is the median size of the residuals
/// over 0.6745, anew in every round.
///
/// `buffer` takes as many numbers as there are observations.
///
/// # Errors
/// [`FitError::Room`], [`FitError::NotSettled`], and those of [`least_squares`].
///
/// ```
/// use coldcap_calibration::fit::least_squares::Observation;
/// use coldcap_calibration::fit::robust::{huber, outlier};
/// let readings = [4.01, 3.99, 4.02, 9.00, 4.00, 3.98];
/// let observations = readings.iter().map(|&y| Observation::new([1.0], y));
/// let mut buffer = [0.0; 6];
/// let robust = huber(observations.clone(), &mut buffer).unwrap();
/// assert!((robust.fit.coefficients()[0] - 4.0).abs() < 0.01);
/// assert_eq!(outlier(&robust.fit, observations, &mut buffer).unwrap().unwrap().index, 3);
/// ```
pub fn huber<const P: usize>(
    observations: impl Iterator<Item = Observation<P>> + Clone,
    buffer: &mut [f64],
) -> Result<RobustFit<P>, FitError> {
    let mut fit = least_squares(observations.clone())?;
    let floor = rounding(observations.clone());
    for rounds in 1..=MOST_ROUNDS {
        let before = fit;
        let sizes = observations.clone().map(|one| libm::fabs(standardised(&before, &one)));
        let scale =
            (median(collect(sizes, before.observations(), buffer)?) / NORMAL_MEDIAN).max(floor);
        let share = move |observation: &Observation<P>| {
            (HUBER * scale / libm::fabs(standardised(&before, observation))).min(1.0)
        };
        let weighted = observations
            .clone()
            .map(move |one| Observation { weight: one.weight * share(&one), ..one });
        fit = least_squares(weighted)?;
        if moved(&before, &fit) <= SETTLED * scale {
            let reduced = observations.filter(|observation| share(observation) < 1.0).count();
            return Ok(RobustFit { fit, scale, reduced, rounds });
        }
    }
    Err(FitError::NotSettled)
}

/// What rounding alone can leave as a residual.
fn rounding<const P: usize>(observations: impl Iterator<Item = Observation<P>>) -> f64 {
    let size = |one: Observation<P>| libm::sqrt(one.weight) * libm::fabs(one.value);
    (8.0 * f64::EPSILON * observations.map(size).fold(0.0, f64::max)).max(f64::MIN_POSITIVE)
}

/// The largest move of a coefficient, in units of its uncertainty at weights of 1.
fn moved<const P: usize>(before: &Fit<P>, after: &Fit<P>) -> f64 {
    let variances = super::least_squares::outer_products(after.roots(), 1.0);
    let moves = before.coefficients().into_iter().zip(after.coefficients());
    moves.zip(variances).enumerate().fold(0.0, |most: f64, (index, ((old, new), row))| {
        let variance = row.get(index).copied().unwrap_or(f64::NAN);
        most.max(libm::fabs(new - old) / libm::sqrt(variance))
    })
}

/// The worst outlier among the observations of a fit, by the modified score of their residuals; none if
/// all lie within 3.5. Judge by a robust fit: a wrong observation pulls an ordinary one towards itself.
///
/// `buffer` takes as many numbers as there are observations.
///
/// # Errors
/// [`FitError::Room`].
pub fn outlier<const P: usize>(
    fit: &Fit<P>,
    observations: impl Iterator<Item = Observation<P>> + Clone,
    buffer: &mut [f64],
) -> Result<Option<Outlier>, FitError> {
    let residuals = observations.clone().map(|one| standardised(fit, &one));
    let count = observations.clone().count();
    let middle = median(collect(residuals.clone(), count, buffer)?);
    let distances = residuals.map(|residual| libm::fabs(residual - middle));
    let usual = median(collect(distances.clone(), count, buffer)?).max(rounding(observations));
    let worst = distances.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
    let scored = worst.map(|(index, far)| Outlier { index, score: NORMAL_MEDIAN * far / usual });
    Ok(scored.filter(|outlier| outlier.score > OUTLIER_SCORE))
}
