//! The inverse of a rising function.

/// Bisection alone would need 60 steps for 53 bits over any bracket used here; Newton needs about 5.
const MOST_STEPS: usize = 80;

/// A function's value and its slope at a point.
pub(crate) struct Tangent {
    pub(crate) value: f64,
    pub(crate) slope: f64,
}

/// Where a rising function meets `wanted` between `low` and `high`: Newton's method, kept within a
/// bracket that shrinks at every step. An end of the bracket if the value lies beyond it.
pub(crate) fn rising(
    wanted: f64,
    mut low: f64,
    mut high: f64,
    function: impl Fn(f64) -> Tangent,
) -> f64 {
    let mut at = 0.5 * (low + high);
    for _ in 0..MOST_STEPS {
        let Tangent { value, slope } = function(at);
        let miss = value - wanted;
        if miss > 0.0 {
            high = at;
        } else {
            low = at;
        }
        let newton = at - miss / slope;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if next == at {
            break;
        }
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_roots_and_ends() {
        let cube = |x: f64| Tangent { value: x * x * x, slope: 3.0 * x * x };
        assert!((rising(27.0, -10.0, 10.0, cube) - 3.0).abs() < 1e-14);
        assert!(rising(0.0, -10.0, 7.0, cube).abs() < 1e-6);
        assert!((rising(1e9, -10.0, 10.0, cube) - 10.0).abs() < 1e-9);
        assert!((rising(-1e9, -10.0, 10.0, cube) + 10.0).abs() < 1e-9);
    }
}
