//! The integer core once more, in 128 bits: every result that would not fit the real one is a failure.
//! The law is generic, so that its very text runs in both; `pid/extremes.rs` runs it.

use super::super::sealed::Sealed;
use super::{Number, Pole, Shifted, ratio, repaced};
use coldcap_units::Fault;
use fixed::types::I16F16;

/// An [`I16F16`] whose terms are kept in 128 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub(crate) struct Wide(pub(crate) I16F16);

impl Sealed for Wide {}

/// The number, if the 64 bits of the real core hold it.
#[track_caller]
fn held(number: i128) -> i128 {
    i64::try_from(number).expect("a term overflows").into()
}

fn product(term: i128, ratio: u32) -> i128 {
    let exact = (term * i128::from(ratio)) >> 16;
    exact.clamp(i64::MIN.into(), i64::MAX.into())
}

impl Number for Wide {
    type Gain = Shifted;
    type Pole = Pole;
    type Signal = i64;
    type Term = i128;
    type Integral = i128;

    const ZERO: Self = Self(I16F16::ZERO);
    const ONE: Self = Self(I16F16::ONE);
    const BOUND: i128 = <I16F16 as Number>::BOUND as i128;
    const DERIVATIVE_BOUND: i128 = <I16F16 as Number>::DERIVATIVE_BOUND as i128;
    const SUM_BOUND: i128 = <I16F16 as Number>::SUM_BOUND as i128;
    const NO_GAIN: Shifted = Shifted::ZERO;
    const NO_POLE: Pole = Pole(0);

    fn fault(self) -> Option<Fault> {
        self.0.fault()
    }

    fn signal(self) -> i64 {
        self.0.to_bits().into()
    }

    fn difference(one: i64, other: i64) -> i64 {
        i32::try_from(one - other).expect("a difference overflows").into()
    }

    fn amplify(gain: Shifted, signal: i64) -> i128 {
        held((i128::from(gain.mantissa) * i128::from(signal)) >> gain.down)
    }

    fn sum(one: i128, other: i128) -> i128 {
        held(one + other)
    }

    fn less(one: i128, other: i128) -> i128 {
        held(one - other)
    }

    fn decay(term: i128, pole: Pole) -> i128 {
        held((term * i128::from(pole.0)) >> 31)
    }

    fn bounded(term: i128, bound: i128) -> i128 {
        term.clamp(-bound, bound)
    }

    fn rescale(term: i128, numerator: u32, denominator: u32) -> i128 {
        product(term, ratio(numerator, denominator))
    }

    fn repace(term: i128, pole: Pole, numerator: u32, denominator: u32) -> i128 {
        product(term, repaced(pole, ratio(numerator, denominator)))
    }

    fn integrate(integral: i128, term: i128) -> i128 {
        held(integral + term)
    }

    fn value(integral: i128) -> i128 {
        integral
    }

    fn integral(one: i128, other: i128) -> i128 {
        held(one - other)
    }

    fn widen(self) -> i128 {
        i128::from(self.0.to_bits()) << super::EXTRA_BITS
    }

    fn narrow(term: i128) -> Self {
        let rounded = (term + (1 << (super::EXTRA_BITS - 1))) >> super::EXTRA_BITS;
        Self(I16F16::from_bits(rounded.clamp(i32::MIN.into(), i32::MAX.into()) as i32))
    }

    fn fitting(term: i128, low: Self, high: Self) -> Option<Self> {
        let narrow = Self::narrow(term);
        let rounded = (term + (1 << (super::EXTRA_BITS - 1))) >> super::EXTRA_BITS;
        let exact = i128::from(narrow.0.to_bits()) == rounded;
        (exact && narrow >= low && narrow <= high).then_some(narrow)
    }

    fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    fn blend_gain(one: Shifted, other: Shifted, weight: u32) -> Shifted {
        I16F16::blend_gain(one, other, weight)
    }

    fn blend_pole(one: Pole, other: Pole, weight: u32) -> Pole {
        I16F16::blend_pole(one, other, weight)
    }

    fn gain_value(gain: Shifted) -> f64 {
        gain.to_f64()
    }

    fn pole_value(pole: Pole) -> f64 {
        pole.to_f64()
    }

    fn is_signal(signal: i64) -> bool {
        i32::try_from(signal).is_ok_and(I16F16::is_signal)
    }

    fn is_integral(integral: i128) -> bool {
        i64::try_from(integral).is_ok_and(I16F16::is_integral)
    }
}
