//! The triangular factor of a design matrix, built one row at a time.

use super::FitError;

/// A column is dependent when less than this part of its length sticks out of the ones before it. With
/// larger parts the refinement of [`super::least_squares`] gains digits at every pass.
const LEAST_PART: f64 = 1e-8;

/// An upper triangle R and the transformed right-hand side: RᵀR = AᵀA for the rows A seen so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Triangle<const P: usize> {
    rows: [[f64; P]; P],
    right: [f64; P],
}

/// Householder's reflection that sends `(a, b)` to `(length, 0)`.
struct Reflection {
    cosine: f64,
    sine: f64,
}

impl Reflection {
    fn of(a: f64, b: f64) -> Self {
        let length = libm::hypot(a, b);
        if length == 0.0 {
            return Self { cosine: 1.0, sine: 0.0 };
        }
        Self { cosine: a / length, sine: b / length }
    }

    fn apply(&self, upper: &mut f64, lower: &mut f64) {
        let (a, b) = (*upper, *lower);
        *upper = self.cosine * a + self.sine * b;
        *lower = self.sine * a - self.cosine * b;
    }
}

/// An entry that the caller knows to be within the array.
fn at<const P: usize>(row: &[f64; P], index: usize) -> f64 {
    row.get(index).copied().unwrap_or(f64::NAN)
}

impl<const P: usize> Triangle<P> {
    pub(super) const fn new() -> Self {
        Self { rows: [[0.0; P]; P], right: [0.0; P] }
    }

    /// Takes in one row of the design matrix and its right-hand side.
    pub(super) fn absorb(&mut self, mut row: [f64; P], mut value: f64) {
        for (k, (upper, right)) in self.rows.iter_mut().zip(&mut self.right).enumerate() {
            let reflection = Reflection::of(at(upper, k), at(&row, k));
            for (a, b) in upper.iter_mut().zip(&mut row).skip(k) {
                reflection.apply(a, b);
            }
            reflection.apply(right, &mut value);
        }
    }

    /// Whether every column sticks out of the ones before it.
    pub(super) fn check(&self) -> Result<(), FitError> {
        for k in 0..P {
            let length: f64 = self.rows.iter().map(|row| at(row, k) * at(row, k)).sum();
            let part = self.rows.get(k).map_or(0.0, |row| libm::fabs(at(row, k)));
            if part.is_nan() || part <= LEAST_PART * libm::sqrt(length) {
                return Err(FitError::Dependent(k));
            }
        }
        Ok(())
    }

    /// x of R·x = the right-hand side: the least-squares solution.
    pub(super) fn solution(&self) -> [f64; P] {
        self.back(&self.right)
    }

    /// x of RᵀR·x = `gradient`.
    pub(super) fn normal(&self, gradient: &[f64; P]) -> [f64; P] {
        self.back(&self.forward(gradient))
    }

    /// The columns of R⁻¹.
    pub(super) fn inverse(&self) -> [[f64; P]; P] {
        core::array::from_fn(|column| {
            self.back(&core::array::from_fn(|row| if row == column { 1.0 } else { 0.0 }))
        })
    }

    /// x of R·x = `right`, from the last to the first; what is not yet solved is zero in the sum.
    fn back(&self, right: &[f64; P]) -> [f64; P] {
        let mut solved = [0.0; P];
        for (k, (row, value)) in self.rows.iter().zip(right).enumerate().rev() {
            let known: f64 = row.iter().zip(&solved).map(|(a, x)| a * x).sum();
            if let Some(x) = solved.get_mut(k) {
                *x = (value - known) / at(row, k);
            }
        }
        solved
    }

    /// z of Rᵀ·z = `right`, from the first to the last.
    fn forward(&self, right: &[f64; P]) -> [f64; P] {
        let mut rest = *right;
        for (k, row) in self.rows.iter().enumerate() {
            let solved = at(&rest, k) / at(row, k);
            for (left, a) in rest.iter_mut().zip(row).skip(k) {
                *left -= a * solved;
            }
            if let Some(left) = rest.get_mut(k) {
                *left = solved;
            }
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Triangle<2> {
        let mut triangle = Triangle::new();
        [[1.0, 0.0], [1.0, 1.0], [1.0, 3.0]].into_iter().zip([1.0, 3.0, 7.0]).for_each(
            |(row, value)| {
                triangle.absorb(row, value);
            },
        );
        triangle
    }

    #[test]
    fn solves_a_line() {
        let [offset, slope] = example().solution();
        assert!((offset - 1.0).abs() < 1e-14 && (slope - 2.0).abs() < 1e-14);
        // AᵀA = [3 4; 4 10], whose inverse is [10 −4; −4 3]/14.
        let [a, b] = example().normal(&[1.0, 0.0]);
        assert!((a - 10.0 / 14.0).abs() < 1e-14 && (b + 4.0 / 14.0).abs() < 1e-14);
        let [first, second] = example().inverse();
        assert!((first[0] * first[0] + second[0] * second[0] - 10.0 / 14.0).abs() < 1e-14);
    }

    #[test]
    fn names_a_dependent_column() {
        let mut triangle = Triangle::new();
        for x in [1.0, 2.0, 5.0] {
            triangle.absorb([1.0, x, 2.0 * x - 3.0], 0.0);
        }
        assert_eq!(triangle.check(), Err(FitError::Dependent(2)));
        assert_eq!(example().check(), Ok(()));
        assert_eq!(Triangle::<1>::new().check(), Err(FitError::Dependent(0)));
    }
}
