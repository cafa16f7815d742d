//! The scaled complementary error function, and conduction into a half-space behind a resistance.

use super::generate::Model;

/// The largest argument of the shipped table.
pub const LARGEST: f64 = 4.0;

const TWO_OVER_ROOT_PI: f64 = core::f64::consts::FRAC_2_SQRT_PI;

/// `exp(x²)·erfc(x)` for x from 0 to 5: 1 at 0, falling like `1/(x·√π)`.
///
/// Beyond 5 `erfc` loses what `exp` multiplies up again; the fit needs no more than 3.
///
/// ```
/// use coldcap_calibration::physics::half_space::erfcx;
/// assert!((erfcx(1.0) - 0.427_583_576_155_807).abs() < 1e-14);
/// ```
#[must_use]
pub fn erfcx(x: f64) -> f64 {
    libm::exp(x * x) * libm::erfc(x)
}

/// The derivative of [`erfcx`] by x: `2x·erfcx(x) − 2/√π`.
#[must_use]
pub fn erfcx_slope(x: f64) -> f64 {
    2.0 * x * erfcx(x) - TWO_OVER_ROOT_PI
}

/// [`erfcx`] as a model for the table generator, in thousandths: full scale of the code is
/// [`LARGEST`], and a "millionth of a degree" is a billionth of the function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScaledErfcx;

impl Model for ScaledErfcx {
    fn celsius(&self, fraction: f64) -> f64 {
        1_000.0 * erfcx(fraction * LARGEST)
    }

    fn slope(&self, fraction: f64) -> f64 {
        1_000.0 * LARGEST * erfcx_slope(fraction * LARGEST)
    }

    /// The function is completely monotonic (it is the Laplace transform of `exp(−t²/4)/√π`): every
    /// even derivative is positive and falls, so its largest value over an interval is at the lower
    /// end. Derivatives follow from `f⁽ⁿ⁺¹⁾ = 2x·f⁽ⁿ⁾ + 2n·f⁽ⁿ⁻¹⁾`.
    fn fourth_derivative(&self, low: f64, _high: f64) -> f64 {
        let x = low * LARGEST;
        let (value, first) = (erfcx(x), erfcx_slope(x));
        let second = 2.0 * x * first + 2.0 * value;
        let third = 2.0 * x * second + 4.0 * first;
        let fourth = 2.0 * x * third + 6.0 * second;
        1_000.0 * LARGEST * LARGEST * LARGEST * LARGEST * fourth
    }
}

/// What a fit works on: the same numbers as the integer fit of [`crate::contact::half_space`].
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    /// Mean skin temperature of each bin in °C.
    pub skin_c: &'a [f64],
    /// Mean temperature outside the resistance of each bin in °C.
    pub outside_c: &'a [f64],
    /// Length of a bin in seconds.
    pub bin_s: f64,
    /// What the skin-side sensor lags behind, in seconds.
    pub lag_s: f64,
    /// Bins at the beginning that are not compared.
    pub skipped: usize,
    /// The skin before the cap, in °C.
    pub resting_c: f64,
    /// Where the cap was on the head before the first bin: the mean temperature outside in °C meanwhile, and for
    /// how many seconds.
    pub before: Option<(f64, f64)>,
    /// Heat that left the skin before the cap, in W/m².
    pub resting_flux: f64,
    /// `√(k·ρ·c)` of the tissue in W·√s/(m²·K).
    pub effusivity: f64,
}

/// The most bins that the repetition takes.
const BINS: usize = 64;

impl Observation<'_> {
    /// The skin's departure from rest in K, and its derivative by H/e, in the middle of bin `last`.
    fn departure(&self, ratio: f64, last: usize) -> (f64, f64) {
        let released = self.resting_flux / (ratio * self.effusivity);
        let balance = self.resting_c - released;
        let answer = |age: f64| {
            let root = libm::sqrt((age - self.lag_s).max(0.0));
            (1.0 - erfcx(ratio * root), -root * erfcx_slope(ratio * root))
        };
        let age = |bin: usize| (last.saturating_sub(bin) as f64 + 0.5) * self.bin_s;
        let first = self.outside_c.first().copied().unwrap_or(balance);
        let (mut before, worn_s) = self.before.unwrap_or((first, 0.0));
        let (response, slope) = answer(age(0) + worn_s);
        let step = before - balance;
        let mut sum = (step * response, step * slope - released / ratio * response);
        for (bin, outside) in self.outside_c.iter().enumerate().take(last.saturating_add(1)) {
            let (response, slope) = answer(age(bin));
            sum.0 += (outside - before) * response;
            sum.1 += (outside - before) * slope;
            before = *outside;
        }
        sum
    }

    /// H in W/(m²·K) by Gauss and Newton over the one parameter H/e, in `f64`: the host's repetition
    /// of the device's fit. `None` where it does not settle within 40 iterations, or with more than
    /// 64 bins.
    #[must_use]
    pub fn conductance(&self) -> Option<f64> {
        if self.skin_c.len() > BINS || self.skin_c.len() != self.outside_c.len() {
            return None;
        }
        let mut ratio = 0.02;
        for _ in 0..40 {
            let (mut along, mut square) = (0.0, 0.0);
            for (bin, skin) in self.skin_c.iter().enumerate().skip(self.skipped) {
                let (departure, slope) = self.departure(ratio, bin);
                along += (skin - self.resting_c - departure) * slope;
                square += slope * slope;
            }
            let change = (along / square).clamp(-0.5 * ratio, ratio);
            ratio += change;
            if !ratio.is_finite() {
                return None;
            }
            if libm::fabs(change) < 1e-9 * ratio {
                return Some(ratio * self.effusivity);
            }
        }
        None
    }
}
