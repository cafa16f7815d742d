//! Temperatures: points, differences, and the three kinds of point that are never mixed up.

use crate::division::quotient;
use core::fmt;
use fixed::types::I16F16;

const BITS_PER_DEGREE: i64 = 65_536;

const fn bits_from<const PARTS_PER_DEGREE: i64>(value: i32) -> i32 {
    let scaled = (value as i64).saturating_mul(BITS_PER_DEGREE);
    let half = PARTS_PER_DEGREE / 2;
    let rounded =
        if scaled >= 0 { scaled.saturating_add(half) } else { scaled.saturating_sub(half) };
    let bits = match quotient(rounded, PARTS_PER_DEGREE) {
        Some(bits) => bits,
        None => 0,
    };
    if bits > i32::MAX as i64 {
        i32::MAX
    } else if bits < i32::MIN as i64 {
        i32::MIN
    } else {
        bits as i32
    }
}

const fn parts_of(bits: i32, parts_per_degree: i64) -> i32 {
    let scaled = (bits as i64).saturating_mul(parts_per_degree);
    let half = BITS_PER_DEGREE / 2;
    let rounded =
        if scaled >= 0 { scaled.saturating_add(half) } else { scaled.saturating_sub(half) };
    let parts = rounded / BITS_PER_DEGREE;
    if parts > i32::MAX as i64 {
        i32::MAX
    } else if parts < i32::MIN as i64 {
        i32::MIN
    } else {
        parts as i32
    }
}

/// A temperature as a point on the Celsius scale, in steps of 2⁻¹⁶ °C (15 µK), −32768 to +32768 °C.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Celsius(I16F16);

/// A temperature difference in kelvins, in steps of 2⁻¹⁶ K (15 µK).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kelvin(I16F16);

macro_rules! fixed_degrees {
    ($name:ident, $unit:literal) => {
        impl $name {
            /// From thousandths of a degree; rounds half away from zero. Exact to 7.7 µK.
            #[must_use]
            pub const fn from_milli(milli: i32) -> Self {
                Self(I16F16::from_bits(bits_from::<1_000>(milli)))
            }

            /// From millionths of a degree; rounds half away from zero.
            #[must_use]
            pub const fn from_micro(micro: i32) -> Self {
                Self(I16F16::from_bits(bits_from::<1_000_000>(micro)))
            }

            /// From the fixed-point number of degrees.
            #[must_use]
            pub const fn from_fixed(degrees: I16F16) -> Self {
                Self(degrees)
            }

            /// From the bits of the fixed-point number: 2⁻¹⁶ of a degree each.
            #[must_use]
            pub const fn from_bits(bits: i32) -> Self {
                Self(I16F16::from_bits(bits))
            }

            /// The fixed-point number of degrees.
            #[must_use]
            pub const fn to_fixed(self) -> I16F16 {
                self.0
            }

            /// In thousandths of a degree, rounded half away from zero.
            #[must_use]
            pub const fn to_milli(self) -> i32 {
                parts_of(self.0.to_bits(), 1_000)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let milli = self.to_milli();
                let sign = if milli < 0 { "-" } else { "" };
                let size = milli.unsigned_abs();
                write!(f, "{sign}{}.{:03} {}", size / 1_000, size % 1_000, $unit)
            }
        }
    };
}

fixed_degrees!(Celsius, "°C");
fixed_degrees!(Kelvin, "K");

impl Celsius {
    /// The difference `self − other`, saturating.
    #[must_use]
    pub const fn minus(self, other: Self) -> Kelvin {
        Kelvin(self.0.saturating_sub(other.0))
    }

    /// The point `difference` above this one, saturating.
    #[must_use]
    pub const fn plus(self, difference: Kelvin) -> Self {
        Self(self.0.saturating_add(difference.0))
    }
}

impl Kelvin {
    /// No difference.
    pub const ZERO: Self = Self(I16F16::ZERO);

    /// The size of the difference, saturating.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// The difference turned round, saturating.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }

    /// The sum of two differences, saturating.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// What a curve engine returns: a point in millionths of a degree Celsius, ±2147 °C.
///
/// Error bounds of curves are certified in this unit; turning it into [`Celsius`] adds up to 7.7 µK.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicroCelsius(pub i32);

impl MicroCelsius {
    /// The nearest [`Celsius`].
    #[must_use]
    pub const fn to_celsius(self) -> Celsius {
        Celsius::from_micro(self.0)
    }
}

macro_rules! place {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Celsius);

        impl $name {
            /// From thousandths of a degree Celsius.
            #[must_use]
            pub const fn from_milli(milli: i32) -> Self {
                Self(Celsius::from_milli(milli))
            }

            /// In thousandths of a degree Celsius.
            #[must_use]
            pub const fn to_milli(self) -> i32 {
                self.0.to_milli()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

place!(Coolant, "A temperature of the coolant: tank, evaporator, supply or return.");
place!(Interface, "A temperature of the cap's inner face, where it meets the hair.");
place!(Skin, "A temperature of the scalp skin. On a device it is only ever an estimate.");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    extern crate std;
    use std::string::ToString;

    #[test]
    fn prints_with_sign_and_unit() {
        assert_eq!(Celsius::from_milli(-500).to_string(), "-0.500 °C");
        assert_eq!(Kelvin::from_milli(12_034).to_string(), "12.034 K");
        assert_eq!(Coolant::from_milli(-4_000).to_string(), "-4.000 °C");
    }

    #[test]
    fn extremes_saturate() {
        let top = Celsius::from_fixed(I16F16::MAX);
        assert_eq!(top.plus(Kelvin::from_milli(1)), top);
        assert_eq!(Kelvin::from_fixed(I16F16::MIN).abs(), Kelvin::from_fixed(I16F16::MAX));
    }

    proptest! {
        #[test]
        fn milli_survives_the_round_trip(milli in -2_000_000i32..2_000_000) {
            prop_assert_eq!(Celsius::from_milli(milli).to_milli(), milli);
        }

        #[test]
        fn micro_is_within_half_a_step(micro in i32::MIN..i32::MAX) {
            let exact = f64::from(micro) / 1e6;
            let got: f64 = MicroCelsius(micro).to_celsius().to_fixed().to_num();
            prop_assert!((exact - got).abs() <= 0.5 / 65_536.0 + 1e-12);
        }

        #[test]
        fn difference_and_sum_are_inverse(a in -200_000i32..200_000, b in -200_000i32..200_000) {
            let (a, b) = (Celsius::from_milli(a), Celsius::from_milli(b));
            prop_assert_eq!(b.plus(a.minus(b)), a);
        }
    }
}
