//! What a cubic through values and slopes at both ends of a segment misses of its curve.
//!
//! With u the position of evaluation and t that of the curve's fourth derivative, both 0 to 1 over the
//! segment, the error is `∫ K(u, t)·f⁗(t) dt` with Peano's kernel of Hermite interpolation
//!
//! ```text
//! K(u, t) = t²·(1 − u)²·(3u − t − 2ut)/6      for t ≤ u
//! K(u, t) = K(1 − u, 1 − t)                   for t ≥ u
//! ```
//!
//! which is nowhere negative (Davis, *Interpolation and Approximation*, 3.7). So a bound of `|f⁗|` for each
//! piece of the segment gives one of the error, and a tight one: a curve that bends at one end only is not
//! charged for its largest bend everywhere.

use super::interval::greatest;

/// Pieces into which a segment is cut: more are tighter.
pub(super) const PIECES: usize = 32;

/// The error is evaluated at so many steps over the segment.
const STEPS: usize = 64;

/// The second derivative of the error is at most so much of the largest fourth derivative (Birkhoff and
/// Priver, *Hermite interpolation errors for derivatives*, Journal of Mathematics and Physics 46, 1967).
const SECOND_DERIVATIVE: f64 = 1.0 / 12.0;

/// A bound for the error at all positions from `low` to `high`, for a curve whose fourth derivative by the
/// position is at most this large in each piece; NaN if one of them is.
///
/// Between two positions of evaluation the error has its maximum where its slope is zero, at most half a
/// step away from one of them: there it is larger by at most `|e″|/2 · (half a step)²`.
pub(super) fn largest(fourths: &[f64; PIECES], low: f64, high: f64) -> f64 {
    let step = (high - low) / STEPS as f64;
    let evaluated = (0..=STEPS)
        .map(|index| error(fourths, (low + index as f64 * step).min(high)))
        .fold(0.0, greatest);
    let most = fourths.iter().copied().fold(0.0, greatest);
    evaluated + 0.125 * step * step * SECOND_DERIVATIVE * most
}

/// A bound for the error at a position.
fn error(fourths: &[f64; PIECES], position: f64) -> f64 {
    let end = |index: usize| index as f64 / PIECES as f64;
    let weight = |index: usize| {
        kernel_until(position, end(index.saturating_add(1))) - kernel_until(position, end(index))
    };
    fourths.iter().enumerate().map(|(index, most)| weight(index) * most).sum()
}

/// The kernel's integral over t from 0.
fn kernel_until(position: f64, until: f64) -> f64 {
    let rest = 1.0 - position;
    if until > position {
        let whole = position * position * rest * rest / 24.0;
        return whole - below(rest, 1.0 - until);
    }
    below(position, until)
}

/// The same, for t up to the position at most.
fn below(position: f64, until: f64) -> f64 {
    let rest = 1.0 - position;
    let cubed = until * until * until;
    rest * rest * cubed * (position - (1.0 + 2.0 * position) * until / 4.0) / 6.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Of x⁴ at the middle of 0 to 1 the cubic misses 1/16, which is h⁴/384 · 4!.
    #[test]
    fn a_constant_fourth_derivative_gives_the_textbooks_bound() {
        let bound = largest(&[24.0; PIECES], 0.0, 1.0);
        assert!((1.0 / 16.0..1.0 / 16.0 + 1e-4).contains(&bound), "{bound}");
        let at_quarter = largest(&[24.0; PIECES], 0.25, 0.25);
        assert!((at_quarter - (0.25f64 * 0.75).powi(2)).abs() < 1e-15, "{at_quarter}");
        assert_eq!(largest(&[24.0; PIECES], 0.0, 0.0), 0.0);
    }

    #[test]
    fn a_piece_without_a_bound_leaves_none() {
        for piece in 0..PIECES {
            let mut fourths = [1.0; PIECES];
            fourths[piece] = f64::NAN;
            assert!(largest(&fourths, 0.0, 1.0).is_nan());
            assert!(largest(&fourths, 0.5, 0.5).is_nan());
            fourths[piece] = f64::INFINITY;
            assert!(!largest(&fourths, 0.0, 1.0).is_finite());
        }
    }

    /// The error of the cubic through x^n at both ends.
    fn missed(power: i32, at: f64) -> f64 {
        let slope = f64::from(power);
        (at.powi(power) - at * at * (3.0 - 2.0 * at) - slope * at * at * (at - 1.0)).abs()
    }

    proptest! {
        /// x^n, n from 4: its fourth derivative rises, so that its largest value in a piece is that at its end.
        #[test]
        fn every_power_is_enclosed_and_tightly(power in 4i32..12, at in 0.0f64..1.0) {
            let fourth = |x: f64| {
                (0..4).map(|k| f64::from(power - k)).product::<f64>() * x.powi(power - 4)
            };
            let fourths = core::array::from_fn(|index| fourth((index as f64 + 1.0) / PIECES as f64));
            let whole = largest(&fourths, 0.0, 1.0);
            prop_assert!(missed(power, at) <= whole);
            prop_assert!(missed(power, at) <= largest(&fourths, at, at) + 1e-15);
            let worst = (0..=1_000).map(|k| missed(power, f64::from(k) / 1e3)).fold(0.0, f64::max);
            prop_assert!(whole <= 1.2 * worst, "{} {}", whole, worst);
        }

        /// A part of a segment is no worse than the whole of it.
        #[test]
        fn parts_are_not_worse(low in 0.0f64..1.0, length in 0.0f64..1.0) {
            let fourths = core::array::from_fn(|index| 1.0 + index as f64);
            let high = (low + length).min(1.0);
            prop_assert!(largest(&fourths, low, high) <= 1.001 * largest(&fourths, 0.0, 1.0));
        }
    }
}
