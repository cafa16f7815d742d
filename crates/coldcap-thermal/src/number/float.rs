//! `f32` and `f64`: plain IEEE 754 additions and multiplications, each rounded once, never fused.
#![allow(clippy::float_arithmetic, reason = "these are the floating-point controllers")]

use super::{Compensated, Number, RANGE};
use coldcap_units::Fault;

macro_rules! float {
    ($float:ident, $integral:ty, $integrate:expr, $value:expr, $exact:expr) => {
        impl Number for $float {
            type Gain = Self;
            type Pole = Self;
            type Signal = Self;
            type Term = Self;
            type Integral = $integral;

            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const BOUND: Self = 4_194_304.0;
            const DERIVATIVE_BOUND: Self = 2_097_152.0;
            const SUM_BOUND: Self = 8_388_608.0;

            fn fault(self) -> Option<Fault> {
                if self.abs() <= RANGE as Self {
                    None
                } else if !self.is_finite() {
                    Some(Fault::NotFinite)
                } else if self < 0.0 {
                    Some(Fault::BelowRange)
                } else {
                    Some(Fault::AboveRange)
                }
            }

            fn signal(self) -> Self {
                self
            }

            fn difference(one: Self, other: Self) -> Self {
                one - other
            }

            fn amplify(gain: Self, signal: Self) -> Self {
                gain * signal
            }

            fn sum(one: Self, other: Self) -> Self {
                one + other
            }

            fn less(one: Self, other: Self) -> Self {
                one - other
            }

            fn decay(term: Self, pole: Self) -> Self {
                term * pole
            }

            fn bounded(term: Self, bound: Self) -> Self {
                term.max(-bound).min(bound)
            }

            fn rescale(term: Self, numerator: u32, denominator: u32) -> Self {
                if denominator == 0 {
                    return term;
                }
                term * (numerator as Self / denominator as Self).min(16.0)
            }

            fn repace(term: Self, pole: Self, numerator: u32, denominator: u32) -> Self {
                if denominator == 0 {
                    return term;
                }
                let ratio = numerator as Self / denominator as Self;
                let divisor = (pole + ratio * (1.0 - pole)).max(1.0 / 16.0);
                term / divisor
            }

            fn integrate(integral: Self::Integral, term: Self) -> Self::Integral {
                $integrate(integral, term)
            }

            fn value(integral: Self::Integral) -> Self {
                $value(integral)
            }

            fn integral(one: Self, other: Self) -> Self::Integral {
                $exact(one, -other)
            }

            fn widen(self) -> Self {
                self
            }

            fn narrow(term: Self) -> Self {
                term
            }

            fn fitting(term: Self, low: Self, high: Self) -> Option<Self> {
                if term >= low && term <= high { Some(term) } else { None }
            }

            fn plus(self, other: Self) -> Self {
                self + other
            }

            fn minus(self, other: Self) -> Self {
                self - other
            }

            const NO_GAIN: Self = 0.0;
            const NO_POLE: Self = 0.0;

            fn blend_gain(one: Self, other: Self, weight: u32) -> Self {
                one + (other - one) * (weight as Self / 65_536.0)
            }

            fn blend_pole(one: Self, other: Self, weight: u32) -> Self {
                Self::blend_gain(one, other, weight)
            }

            fn gain_value(gain: Self) -> f64 {
                gain.into()
            }

            fn pole_value(pole: Self) -> f64 {
                pole.into()
            }

            fn is_signal(signal: Self) -> bool {
                signal.fault().is_none()
            }

            fn is_integral(integral: Self::Integral) -> bool {
                $value(integral).abs() <= Self::BOUND
            }
        }
    };
}

const fn added(one: f64, other: f64) -> f64 {
    one + other
}

const fn itself(value: f64) -> f64 {
    value
}

float!(f32, Compensated, Compensated::plus, Compensated::value, Compensated::exact);
float!(f64, f64, added, itself, added);
