//! The four number types that a controller can be made of.
//!
//! | type | signals | gains | terms | integral | for |
//! |---|---|---|---|---|---|
//! | [`I16F16`] | steps of 2⁻¹⁶ | 31 bits and a shift each | 2⁻⁴⁰ in `i64` | 2⁻⁴⁰ in `i64` | microcontrollers; coldcap's own loops |
//! | [`I32F32`] | read as 2⁻¹⁶, written as 2⁻³² | the same | the same | the same | the same core with a finer output |
//! | `f32` | `f32` | `f32` | `f32` | two `f32` ([`Compensated`]) | machines with a floating-point unit |
//! | `f64` | `f64` | `f64` | `f64` | `f64` | hosts, oracles |
//!
//! All four run the same text of the law; only what is in this folder differs. Both fixed-point types
//! are one integer core. Nothing here but `float` computes with floating-point numbers.
//!
//! # The range of a signal
//! Every signal (setpoint, measurement, feed-forward, output) lies within ±[`RANGE`] units. What lies
//! outside, and what is not a finite number, never enters the arithmetic: it is a typed fault. From
//! that range and the bounds that [`Coefficients`](crate::pid::Coefficients) checks follows that no
//! sum of terms can overflow; the proof stands at [`Number::BOUND`].

mod compensated;
mod fixed_point;
mod float;

pub use compensated::Compensated;
#[cfg(test)]
pub(crate) use fixed_point::wide::Wide;
pub use fixed_point::{Pole, Shifted};

use coldcap_units::Fault;
use core::fmt;
#[cfg(doc)]
use fixed::types::{I16F16, I32F32};

/// The largest size of a signal, in its own unit: ±2048 °C, K, or units of the output. In
/// [`I32F32`], whose signals are rounded to 2⁻¹⁶, it is −2046 to below 2047.
pub const RANGE: u16 = 2_048;

mod sealed {
    use fixed::types::{I16F16, I32F32};

    /// Only the types of this crate are numbers.
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
    impl Sealed for I16F16 {}
    impl Sealed for I32F32 {}
}

/// A number type that a controller can be made of: `f32`, `f64`, [`I16F16`], [`I32F32`].
///
/// The trait is sealed. Its methods are what the law needs and no more; they are of use to whoever
/// reads the law, not to its callers.
pub trait Number:
    Copy + Default + PartialEq + PartialOrd + fmt::Debug + sealed::Sealed + 'static
{
    /// A gain as it is applied.
    type Gain: Copy + PartialEq + fmt::Debug;
    /// The pole of a first-order filter.
    type Pole: Copy + PartialEq + fmt::Debug;
    /// A signal as it is multiplied.
    type Signal: Copy + Default + PartialEq + PartialOrd + fmt::Debug;
    /// A product of a gain and a signal.
    type Term: Copy + Default + PartialEq + PartialOrd + fmt::Debug;
    /// A sum of many terms.
    type Integral: Copy + Default + PartialEq + fmt::Debug;

    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The largest size of an integral, 2²² units of the output.
    ///
    /// Why no sum overflows 2²³ units, which is what an `i64` in 2⁻⁴⁰ holds: a difference of two
    /// signals is at most 2¹², a gain below 2⁷, so P and every increment are below 2¹⁹. The derivative
    /// is at most K·Td/h times 2¹², which construction keeps below 2²¹. The feed-forward is at most
    /// 2¹¹. With an integral of at most 2²² the sum is below 2²² + 2²¹ + 2¹⁹ + 2¹¹. A sum that
    /// lies within the limits of the output leaves an integral below 2²² again; any other sum goes
    /// through the general path, which bounds it.
    const BOUND: Self::Term;
    /// The largest size of a derivative, 2²¹ units of the output.
    const DERIVATIVE_BOUND: Self::Term;
    /// What no sum of terms exceeds, 2²³ units of the output; see [`BOUND`](Self::BOUND).
    const SUM_BOUND: Self::Term;

    /// Why this is no signal: not a finite number, or outside ±[`RANGE`].
    fn fault(self) -> Option<Fault>;
    /// The signal; only of a number without [`fault`](Self::fault).
    fn signal(self) -> Self::Signal;
    /// The difference of two signals within the range.
    fn difference(one: Self::Signal, other: Self::Signal) -> Self::Signal;
    /// The product of a gain and a signal.
    fn amplify(gain: Self::Gain, signal: Self::Signal) -> Self::Term;
    /// The sum of two terms, whose bounds the caller knows.
    fn sum(one: Self::Term, other: Self::Term) -> Self::Term;
    /// The difference of two terms, whose bounds the caller knows.
    fn less(one: Self::Term, other: Self::Term) -> Self::Term;
    /// The term times the pole.
    fn decay(term: Self::Term, pole: Self::Pole) -> Self::Term;
    /// The term, at most `bound` in size.
    fn bounded(term: Self::Term, bound: Self::Term) -> Self::Term;
    /// The term times `numerator / denominator`, at most sixteenfold; the term itself where the
    /// denominator is zero.
    fn rescale(term: Self::Term, numerator: u32, denominator: u32) -> Self::Term;
    /// What the nominal step of a filter is multiplied with when time passed at `numerator /
    /// denominator` of the nominal rate: `1/(a + ratio·(1 − a))`, at most 16.
    fn repace(term: Self::Term, pole: Self::Pole, numerator: u32, denominator: u32) -> Self::Term;
    /// The integral with a term added.
    fn integrate(integral: Self::Integral, term: Self::Term) -> Self::Integral;
    /// The integral as a term.
    fn value(integral: Self::Integral) -> Self::Term;
    /// The difference of two terms as an integral, with nothing lost.
    fn integral(one: Self::Term, other: Self::Term) -> Self::Integral;
    /// A number as a term.
    fn widen(self) -> Self::Term;
    /// A term as a number, rounded once and saturated.
    fn narrow(term: Self::Term) -> Self;
    /// A term as a number, rounded once, if that lies between two others.
    fn fitting(term: Self::Term, low: Self, high: Self) -> Option<Self>;
    /// The sum of two numbers, saturated.
    fn plus(self, other: Self) -> Self;
    /// The difference of two numbers, saturated.
    fn minus(self, other: Self) -> Self;
    /// The gain that lies `weight` (2⁻¹⁶, at most one) of the way from one to another.
    fn blend_gain(one: Self::Gain, other: Self::Gain, weight: u32) -> Self::Gain;
    /// The pole that lies `weight` of the way from one to another.
    fn blend_pole(one: Self::Pole, other: Self::Pole, weight: u32) -> Self::Pole;
    /// No gain.
    const NO_GAIN: Self::Gain;
    /// No memory.
    const NO_POLE: Self::Pole;

    /// The gain as a double, for people and for checks.
    fn gain_value(gain: Self::Gain) -> f64;
    /// The pole as a double, for people and for checks.
    fn pole_value(pole: Self::Pole) -> f64;
    /// Whether it is a signal that a step can have left.
    fn is_signal(signal: Self::Signal) -> bool;
    /// Whether it is an integral that a step can have left.
    fn is_integral(integral: Self::Integral) -> bool;
}
