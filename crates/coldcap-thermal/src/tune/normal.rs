//! Normal equations of five parameters, some of which may be held.
//!
//! Floating point: design-time code that runs after an experiment, never in a tick.
#![allow(clippy::float_arithmetic)]

/// Offset, gain, deviation, time constant, delay.
pub(super) const PARAMETERS: usize = 5;

/// One number for each parameter.
pub(super) type Vector = [f64; PARAMETERS];

/// Which parameters are free.
pub(super) type Free = [bool; PARAMETERS];

/// The matrix, the unit matrix and the right-hand side beside each other.
const WIDTH: usize = PARAMETERS + PARAMETERS + 1;

/// A pivot below this, with ones on the diagonal, leaves the parameter undetermined.
const SMALLEST_PIVOT: f64 = 1e-11;

/// Normal equations `matrix · step = right`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Normal {
    pub(super) matrix: [Vector; PARAMETERS],
    pub(super) right: Vector,
}

/// What normal equations give: the step, and the diagonal of the inverse.
#[derive(Clone, Copy, Debug)]
pub(super) struct Solution {
    pub(super) step: Vector,
    pub(super) variance: Vector,
}

impl Normal {
    /// Solves for the free parameters; the step of a held one is zero. `damping` is Marquardt's.
    ///
    /// `None` if a free parameter is undetermined.
    pub(super) fn solve(&self, free: Free, damping: f64) -> Option<Solution> {
        let scale = self.scales(free);
        let mut rows = self.augmented(free, &scale, damping);
        for pivot in 0..PARAMETERS {
            eliminate(&mut rows, pivot)?;
        }
        let mut solution = Solution { step: [0.0; PARAMETERS], variance: [0.0; PARAMETERS] };
        for (index, (row, scale)) in rows.iter().zip(scale).enumerate() {
            if !get(&free, index).unwrap_or(false) {
                continue;
            }
            set(&mut solution.step, index, get(row, WIDTH.saturating_sub(1))? * scale);
            let diagonal = get(row, index.saturating_add(PARAMETERS))?;
            set(&mut solution.variance, index, diagonal * scale * scale);
        }
        Some(solution)
    }

    /// 1/√ of the diagonal, so that units do not decide what is small; zero for a held parameter.
    fn scales(&self, free: Free) -> Vector {
        let mut scales = [0.0; PARAMETERS];
        for (index, (row, free)) in self.matrix.iter().zip(free).enumerate() {
            let diagonal = get(row, index).unwrap_or(0.0);
            let scale = if free && diagonal > 0.0 { 1.0 / libm::sqrt(diagonal) } else { 0.0 };
            set(&mut scales, index, scale);
        }
        scales
    }

    fn augmented(&self, free: Free, scale: &Vector, damping: f64) -> [[f64; WIDTH]; PARAMETERS] {
        let mut rows = [[0.0; WIDTH]; PARAMETERS];
        let given = self.matrix.iter().zip(self.right).zip(scale);
        for (index, (row, ((matrix, right), row_scale))) in rows.iter_mut().zip(given).enumerate() {
            for (cell, (value, scale)) in row.iter_mut().zip(matrix.iter().zip(scale)) {
                *cell = value * row_scale * scale;
            }
            let diagonal = if get(&free, index) == Some(true) {
                get(row, index).unwrap_or(0.0) + damping
            } else {
                1.0
            };
            set(row, index, diagonal);
            set(row, index.saturating_add(PARAMETERS), 1.0);
            set(row, WIDTH.saturating_sub(1), right * row_scale);
        }
        rows
    }
}

/// One step of Gauss and Jordan's elimination; the matrix is positive definite and needs no exchange.
fn eliminate(rows: &mut [[f64; WIDTH]; PARAMETERS], pivot: usize) -> Option<()> {
    let row = rows.get_mut(pivot)?;
    let value = get(row, pivot)?;
    // Not a number is not above anything.
    let is_determined = value > SMALLEST_PIVOT;
    if !is_determined {
        return None;
    }
    row.iter_mut().for_each(|cell| *cell /= value);
    let row = *row;
    for (_, other) in rows.iter_mut().enumerate().filter(|(index, _)| *index != pivot) {
        let factor = get(other, pivot)?;
        other.iter_mut().zip(row).for_each(|(cell, above)| *cell -= factor * above);
    }
    Some(())
}

fn get<T: Copy, const N: usize>(values: &[T; N], index: usize) -> Option<T> {
    values.get(index).copied()
}

fn set<const N: usize>(values: &mut [f64; N], index: usize, value: f64) {
    if let Some(place) = values.get_mut(index) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JᵀJ of five independent columns of very different sizes, and Jᵀ·J·answer.
    fn example(answer: Vector) -> Normal {
        let mut matrix = [[0.0; PARAMETERS]; PARAMETERS];
        let mut right = [0.0; PARAMETERS];
        for n in 0..40 {
            let t = f64::from(n) / 10.0;
            let row = [1.0, 1e6 * t, (-t).exp(), 1e-4 * t.sin(), t * t];
            let value: f64 = row.iter().zip(answer).map(|(a, b)| a * b).sum();
            for (i, a) in row.iter().enumerate() {
                right[i] += a * value;
                for (j, b) in row.iter().enumerate() {
                    matrix[i][j] += a * b;
                }
            }
        }
        Normal { matrix, right }
    }

    #[test]
    fn an_answer_is_found_again() {
        let answer = [20.0, 3e-6, -1.0, 500.0, 0.25];
        let solution = example(answer).solve([true; 5], 0.0).unwrap();
        for (found, given) in solution.step.iter().zip(answer) {
            assert!((found / given - 1.0).abs() < 1e-7, "{solution:?}");
        }
        assert!(solution.variance.iter().all(|variance| *variance > 0.0));
    }

    #[test]
    fn a_held_parameter_stays() {
        let answer = [20.0, 3e-6, 0.0, 500.0, 0.25];
        let solution = example(answer).solve([true, true, false, true, true], 0.0).unwrap();
        assert_eq!((solution.step[2], solution.variance[2]), (0.0, 0.0));
        assert!((solution.step[3] / 500.0 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_undetermined_is_said() {
        let mut normal = example([1.0; 5]);
        normal.matrix[1] = normal.matrix[0];
        for row in &mut normal.matrix {
            row[1] = row[0];
        }
        assert!(normal.solve([true; 5], 0.0).is_none());
        normal.matrix[2][2] = f64::NAN;
        assert!(normal.solve([true, false, true, true, true], 0.0).is_none());
    }
}
