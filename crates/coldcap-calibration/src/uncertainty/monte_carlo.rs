//! Propagation of distributions by drawing from them (JCGM 101:2008).

use super::{Input, Shape, UncertaintyError};
use core::f64::consts::PI;

/// Fewer draws say nothing about the ends of an interval.
const LEAST_DRAWS: usize = 1_000;

/// From one end to the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What the drawn results are like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Propagated {
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation: the standard uncertainty.
    pub u: f64,
    /// The interval with as many results below it as above (7.7.2).
    pub symmetric: Interval,
    /// The shortest interval (5.3.4).
    pub shortest: Interval,
}

/// One value of an input.
///
/// Student's t, and the normal distribution as its limit, by R. W. Bailey, Mathematics of Computation 62
/// (1994) 779, in the form that rejects nothing.
pub(super) fn draw(input: &Input, random: &mut impl FnMut() -> f64) -> f64 {
    let half_width = input.u() * input.shape().half_width_in_u();
    let unit = match input.shape() {
        Shape::Normal => bell(input.dof(), 1.0 - random(), random()),
        Shape::Rectangular => 2.0 * random() - 1.0,
        Shape::Triangular => random() - random(),
        Shape::ArcSine => libm::cos(2.0 * PI * random()),
    };
    input.value() + half_width * unit
}

/// From two uniform numbers, the first above 0 and up to 1.
fn bell(dof: f64, size: f64, turn: f64) -> f64 {
    let ln = libm::log(size);
    let square = if dof.is_infinite() { -2.0 * ln } else { dof * libm::expm1(-2.0 * ln / dof) };
    libm::sqrt(square) * libm::cos(2.0 * PI * turn)
}

/// Sorts the drawn results and sums them up.
pub(super) fn summary(draws: &mut [f64], probability: f64) -> Result<Propagated, UncertaintyError> {
    if !(probability > 0.0 && probability < 1.0) {
        return Err(UncertaintyError::Probability);
    }
    if draws.len() < LEAST_DRAWS {
        return Err(UncertaintyError::Draws);
    }
    if !draws.iter().all(|draw| draw.is_finite()) {
        return Err(UncertaintyError::NotFinite);
    }
    draws.sort_unstable_by(f64::total_cmp);
    let count = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / count;
    let squares: f64 = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum();
    // As many steps as hold the probability, and at least one result is left outside.
    let inside = (libm::round(probability * count) as usize).min(draws.len().saturating_sub(1));
    let skip = draws.len().saturating_sub(inside) / 2;
    Ok(Propagated {
        mean,
        u: libm::sqrt(squares / (count - 1.0)),
        symmetric: Interval { low: at(draws, skip), high: at(draws, skip.saturating_add(inside)) },
        shortest: shortest(draws, inside),
    })
}

/// The result at an index, the last one beyond the end.
fn at(draws: &[f64], index: usize) -> f64 {
    draws.get(index).or(draws.last()).copied().unwrap_or(f64::NAN)
}

fn shortest(draws: &[f64], inside: usize) -> Interval {
    let ends = draws.iter().zip(draws.iter().skip(inside));
    let narrowest = ends.min_by(|(a, b), (c, d)| (*b - *a).total_cmp(&(*d - *c)));
    let (low, high) = narrowest.unwrap_or((&f64::NAN, &f64::NAN));
    Interval { low: *low, high: *high }
}
