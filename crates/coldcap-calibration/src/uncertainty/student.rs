//! Coverage factors from the normal distribution and from Student's t.

use super::UncertaintyError;
use core::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, PI};

/// From here on the expansion in 1/ν is exact to the last digits.
const LARGE_DOF: f64 = 1e4;
/// Newton's method from the right converges in fewer steps than this.
const STEPS: usize = 80;
/// The continued fraction takes about the root of the degrees of freedom.
const FRACTIONS: u32 = 600;

/// What lies outside a coverage probability.
fn outside(probability: f64) -> Result<f64, UncertaintyError> {
    if probability > 0.0 && probability < 1.0 {
        Ok(1.0 - probability)
    } else {
        Err(UncertaintyError::Probability)
    }
}

/// The k of a normal distribution: within ±k lies this probability.
///
/// Newton's method on `ln erfc(k/√2)`, which is concave, from the bound `erfc(k/√2) ≤ exp(−k²/2)`.
///
/// # Errors
/// [`UncertaintyError::Probability`].
///
/// ```
/// use coldcap_calibration::uncertainty::normal_coverage_factor;
/// let k = normal_coverage_factor(0.95).unwrap();
/// assert!((k - 1.959_963_984_540_054).abs() < 1e-14);
/// ```
pub fn normal_coverage_factor(probability: f64) -> Result<f64, UncertaintyError> {
    outside(probability).map(normal)
}

fn normal(outside: f64) -> f64 {
    let wanted = libm::log(outside);
    let mut k = libm::sqrt(-2.0 * wanted);
    for _ in 0..STEPS {
        let tail = libm::erfc(k * FRAC_1_SQRT_2);
        let density = libm::exp(-0.5 * k * k) * libm::sqrt(2.0 / PI);
        let step = (libm::log(tail) - wanted) * tail / density;
        k += step;
        if libm::fabs(step) <= 1e-16 * k {
            break;
        }
    }
    k
}

/// The k of Student's t distribution: within ±k lies this probability, for 1 to infinitely many degrees
/// of freedom, whole or not.
///
/// # Errors
/// - [`UncertaintyError::Probability`].
/// - [`UncertaintyError::Dof`]: below 1.
///
/// ```
/// use coldcap_calibration::uncertainty::coverage_factor;
/// // JCGM 100:2008, table G.2: 99 % with 16 degrees of freedom.
/// assert!((coverage_factor(0.99, 16.0).unwrap() - 2.92).abs() < 0.005);
/// ```
pub fn coverage_factor(probability: f64, dof: f64) -> Result<f64, UncertaintyError> {
    if dof.is_nan() || dof < 1.0 {
        return Err(UncertaintyError::Dof);
    }
    let outside = outside(probability)?;
    if dof >= LARGE_DOF {
        return Ok(expanded_normal(normal(outside), dof));
    }
    Ok(Student::new(dof).factor(outside))
}

/// Abramowitz and Stegun, 26.7.5, to the fourth power of 1/ν.
fn expanded_normal(z: f64, dof: f64) -> f64 {
    if dof.is_infinite() {
        return z;
    }
    let s = z * z;
    let first = (s + 1.0) / 4.0;
    let second = ((5.0 * s + 16.0) * s + 3.0) / 96.0;
    let third = (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0;
    let fourth = ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92_160.0;
    z + z / dof * (first + (second + (third + fourth / dof) / dof) / dof)
}

/// Γ(a + ½)/Γ(a): its expansion for large a, brought down by its recurrence.
fn gamma_ratio(a: f64) -> f64 {
    let (mut ratio, mut at) = (1.0, a);
    while at < 40.0 {
        ratio *= at / (at + 0.5);
        at += 1.0;
    }
    let r = 1.0 / at;
    let tail = 869.0 / 4_194_304.0 + r * 39_325.0 / 33_554_432.0;
    let tail = -21.0 / 32_768.0 + r * (-399.0 / 262_144.0 + r * tail);
    let series = 1.0 + r * (-0.125 + r * (1.0 / 128.0 + r * (5.0 / 1_024.0 + r * tail)));
    ratio * libm::sqrt(at) * series
}

/// A distribution and what of it does not depend on t.
struct Student {
    dof: f64,
    gamma_ratio: f64,
}

impl Student {
    fn new(dof: f64) -> Self {
        Self { dof, gamma_ratio: gamma_ratio(0.5 * dof) }
    }

    /// The logarithm of what lies outside ±t: the incomplete beta function `I(ν/(ν + t²); ν/2, ½)`.
    fn ln_tail(&self, t: f64) -> f64 {
        let a = 0.5 * self.dof;
        let ratio = t * t / self.dof;
        let (x, y) = (1.0 / (1.0 + ratio), ratio / (1.0 + ratio));
        // x^a·y^½/B(a, ½), with B = √π/(Γ(a + ½)/Γ(a)).
        let ln_front = -a * libm::log1p(ratio) + 0.5 * libm::log(y) + libm::log(self.gamma_ratio)
            - 0.5 * libm::log(PI);
        if x < (a + 1.0) / (a + 2.5) {
            ln_front - libm::log(a) + libm::log(fraction(a, 0.5, x))
        } else {
            libm::log1p(-libm::exp(ln_front) / 0.5 * fraction(0.5, a, y))
        }
    }

    /// The logarithm of the density at t, of both sides.
    fn ln_density(&self, t: f64) -> f64 {
        let scale = 2.0 * self.gamma_ratio / libm::sqrt(PI * self.dof);
        libm::log(scale) - 0.5 * (self.dof + 1.0) * libm::log1p(t * t / self.dof)
    }

    /// Newton's method on `ln tail` by `ln t`, which is concave, from the heaviest tail there is (ν = 1).
    fn factor(&self, outside: f64) -> f64 {
        let wanted = libm::log(outside);
        let mut t = 1.0 / libm::tan(FRAC_PI_2 * outside);
        for _ in 0..STEPS {
            let tail = self.ln_tail(t);
            let step = (tail - wanted) / (libm::exp(self.ln_density(t) - tail) * t);
            t *= libm::exp(step);
            if libm::fabs(step) <= 2e-16 {
                break;
            }
        }
        t
    }
}

/// The continued fraction of the incomplete beta function (Abramowitz and Stegun, 26.5.8), by the method
/// of Lentz.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let kept = |value: f64| if libm::fabs(value) < 1e-300 { 1e-300 } else { value };
    let mut d = 1.0 / kept(1.0 - (a + b) * x / (a + 1.0));
    let (mut c, mut product) = (1.0, d);
    for index in 1..=FRACTIONS {
        let m = f64::from(index);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = product;
        for term in [even, odd] {
            d = 1.0 / kept(1.0 + term * d);
            c = kept(1.0 + term / c);
            product *= c * d;
        }
        if libm::fabs(product - before) <= 1e-17 * product {
            break;
        }
    }
    product
}
