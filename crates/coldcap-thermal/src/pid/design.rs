//! From a tuning to the gains of one step, in doubles, at construction.
//!
//! Everything is `const`, so a fixed tuning is checked when it is compiled, and a device computes the
//! same bits as a host: additions, multiplications and divisions of IEEE 754 only, no library function.
#![allow(clippy::float_arithmetic, reason = "once, at construction; never in a step")]
#![allow(clippy::neg_cmp_op_on_partial_ord, reason = "what is not a number must fail every check")]

use super::{Action, Tuning, TuningError};
use coldcap_units::Duration;

/// The gains of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Design {
    /// ±K.
    pub(super) proportional: f64,
    /// ±K·(1 − b): what a move of the setpoint takes out of the integral.
    pub(super) setpoint: f64,
    /// ±K·h/Ti.
    pub(super) integral: f64,
    /// ±K·Td·(1 − a)/h.
    pub(super) derivative: f64,
    /// c times that.
    pub(super) derivative_setpoint: f64,
    /// h/Tt, at most 1: a tracking time below the period would overshoot what was achieved.
    pub(super) tracking: f64,
    /// a = exp(−h/Tf).
    pub(super) pole: f64,
}

/// The largest gain, exclusive.
const LARGEST_GAIN: f64 = 128.0;
/// The largest K·Td/h, exclusive.
const LARGEST_DERIVATIVE: f64 = 512.0;
/// Filter times shorter than Td over this are refused.
const FILTER_RATIO: f64 = 20.0;
/// The least that a filter forgets in a step: with less, its pole in 2⁻³¹ loses its digits.
const LEAST_DECAY: f64 = 1.0 / 1_048_576.0;

impl Design {
    pub(super) const fn new(tuning: &Tuning, period: Duration) -> Result<Self, TuningError> {
        let h = period.as_millis() as f64 / 1_000.0;
        if let Some(error) = check(tuning, h) {
            return Err(error);
        }
        let gain = match tuning.action {
            Action::Direct => -tuning.gain,
            Action::Reverse => tuning.gain,
        };
        let decay = decay(h, tuning.filter_time_s);
        let derivative = gain * (tuning.derivative_time_s / h) * decay;
        if !(derivative < LARGEST_GAIN && -derivative < LARGEST_GAIN) {
            return Err(TuningError::DerivativeTooStrong);
        }
        let tracking = h / tuning.tracking_time_s;
        Ok(Self {
            proportional: gain,
            setpoint: gain * (1.0 - tuning.b),
            integral: gain * (h / tuning.integral_time_s),
            derivative,
            derivative_setpoint: tuning.c * derivative,
            tracking: if tracking > 1.0 { 1.0 } else { tracking },
            pole: 1.0 - decay,
        })
    }
}

/// The first field that is out of range.
const fn check(tuning: &Tuning, h: f64) -> Option<TuningError> {
    let shortest = tuning.derivative_time_s / FILTER_RATIO;
    if !(h > 0.0) {
        Some(TuningError::PeriodZero)
    } else if !(tuning.gain > 0.0 && tuning.gain < LARGEST_GAIN) {
        Some(TuningError::Gain)
    } else if !(tuning.derivative_time_s >= 0.0) {
        Some(TuningError::DerivativeTime)
    } else if !(tuning.gain * tuning.derivative_time_s / h < LARGEST_DERIVATIVE) {
        Some(TuningError::DerivativeTooStrong)
    } else if !(tuning.filter_time_s >= shortest) {
        Some(TuningError::FilterTimeTooShort { minimum_s: shortest })
    } else if !(tuning.filter_time_s * LEAST_DECAY <= h) {
        Some(TuningError::FilterTimeTooLong { maximum_s: h / LEAST_DECAY })
    } else if !(tuning.tracking_time_s > 0.0) {
        Some(TuningError::TrackingTime)
    } else if !is_weight(tuning.b) {
        Some(TuningError::ProportionalWeight)
    } else if !is_weight(tuning.c) {
        Some(TuningError::DerivativeWeight)
    } else {
        check_integral(tuning, h)
    }
}

const fn check_integral(tuning: &Tuning, h: f64) -> Option<TuningError> {
    if !(tuning.integral_time_s >= h) {
        return Some(TuningError::IntegralTimeTooShort { minimum_s: h });
    }
    let slowest = tuning.gain * h / crate::number::Shifted::SMALLEST;
    if tuning.integral_time_s > slowest && tuning.integral_time_s < f64::INFINITY {
        return Some(TuningError::IntegralTimeTooLong { maximum_s: slowest });
    }
    None
}

const fn is_weight(value: f64) -> bool {
    value >= 0.0 && value <= 1.0
}

/// 1 − exp(−h/time) without cancellation; 1 for a `time` of zero, which is no filter.
const fn decay(h: f64, time: f64) -> f64 {
    if time <= 0.0 { 1.0 } else { one_minus_exponential(h / time) }
}

/// e⁻¹.
const INVERSE_E: f64 = 0.367_879_441_171_442_33;
/// exp(−x) vanishes beside 1 from here on.
const NEGLIGIBLE: f64 = 64.0;
/// Terms of the series; the rest is below 1/21! < 2⁻⁶⁵.
const TERMS: u32 = 20;

/// 1 − exp(−x) for x ≥ 0: the Taylor series by Horner's scheme below 1, and powers of e⁻¹ above.
pub(crate) const fn one_minus_exponential(x: f64) -> f64 {
    if !(x < NEGLIGIBLE) {
        return 1.0;
    }
    let (mut rest, mut power) = (x, 1.0);
    while rest > 1.0 {
        rest -= 1.0;
        power *= INVERSE_E;
    }
    // 1 − exp(−r) = r·(1 − r/2·(1 − r/3·(…)))
    let mut sum = 1.0;
    let mut term = TERMS;
    while term > 1 {
        sum = 1.0 - rest / term as f64 * sum;
        term = term.saturating_sub(1);
    }
    let small = rest * sum;
    if power < 1.0 { 1.0 - power * (1.0 - small) } else { small }
}

/// √x by Newton's iteration; infinite stays infinite, and what has no root is itself.
pub(crate) const fn square_root(x: f64) -> f64 {
    if !(x > 0.0 && x < f64::INFINITY) {
        return x;
    }
    // Halving the exponent in the bits gives the root within 6 %; each round squares the error.
    let mut root = f64::from_bits(x.to_bits().wrapping_shr(1).wrapping_add(0x1FF8_0000_0000_0000));
    let mut round = 0;
    while round < 6u32 {
        root = 0.5 * (root + x / root);
        round = round.saturating_add(1);
    }
    root
}

/// sin and cos of an angle from 0 to 1, by their series.
pub(crate) const fn sine_and_cosine(angle: f64) -> (f64, f64) {
    let square = angle * angle;
    let (mut sine, mut cosine) = (1.0, 1.0);
    let mut term = 10u32;
    while term > 0 {
        let twice = term as f64 * 2.0;
        sine = 1.0 - square / (twice * (twice + 1.0)) * sine;
        cosine = 1.0 - square / (twice * (twice - 1.0)) * cosine;
        term = term.saturating_sub(1);
    }
    (angle * sine, cosine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_decay_agrees_with_the_library(power in -20.0f64..5.9) {
            let x = power.exp2();
            let got = one_minus_exponential(x);
            let exact = -(-x).exp_m1();
            prop_assert!((got / exact - 1.0).abs() < 1e-14, "{x}: {got} {exact}");
        }

        #[test]
        fn the_root_agrees_with_the_library(power in -60.0f64..60.0) {
            let x = power.exp2();
            prop_assert!((square_root(x) / x.sqrt() - 1.0).abs() < 1e-15);
        }

        #[test]
        fn the_circle_agrees_with_the_library(angle in 0.0f64..1.0) {
            let (sine, cosine) = sine_and_cosine(angle);
            prop_assert!((sine - angle.sin()).abs() < 1e-15 && (cosine - angle.cos()).abs() < 1e-15);
        }
    }

    #[test]
    fn the_ends_are_sound() {
        assert_eq!(
            (decay(1.0, 0.0), one_minus_exponential(1e9), one_minus_exponential(0.0)),
            (1.0, 1.0, 0.0)
        );
        assert_eq!((square_root(0.0), square_root(f64::INFINITY)), (0.0, f64::INFINITY));
    }
}
