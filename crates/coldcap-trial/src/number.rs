//! What a trial needs of a number type beyond what the controller needs.

use coldcap_thermal::filter::{FilterCoefficients, FilterError};
use coldcap_thermal::number::Number;
use coldcap_thermal::pid::{Coefficients, Limits, LimitsError, Tuning, TuningError};
use coldcap_units::Duration;
use fixed::types::{I16F16, I32F32};

/// A number type that trials are run with.
pub trait Trial: Number {
    /// Its name.
    const NAME: &'static str;
    /// What a faulty driver might hand in as a measurement.
    const GARBAGE: [Self; 4];
    /// Steps of the trace: doubles are slow on a microcontroller.
    const TRACE_STEPS: u32;

    /// From steps of 2⁻¹⁶.
    fn of(bits: i32) -> Self;
    /// Its bits.
    fn bits(self) -> u64;
    /// Times a small whole number.
    fn times(self, factor: i32) -> Self;
    /// Over two to the power of `shift`.
    fn over(self, shift: u32) -> Self;
    /// Its nearest double.
    fn to_f64(self) -> f64;
    /// Coefficients of a controller.
    ///
    /// # Errors
    /// Those of `Coefficients::new`.
    fn coefficients(tuning: &Tuning, period: Duration) -> Result<Coefficients<Self>, TuningError>;
    /// Limits of an output.
    ///
    /// # Errors
    /// Those of `Limits::new`.
    fn limits(low: Self, high: Self) -> Result<Limits<Self>, LimitsError>;
    /// Coefficients of a measurement filter.
    ///
    /// # Errors
    /// Those of `FilterCoefficients::new`.
    fn filter(time_s: f64, period: Duration) -> Result<FilterCoefficients<Self>, FilterError>;
}

macro_rules! constructors {
    ($number:ty) => {
        fn coefficients(
            tuning: &Tuning,
            period: Duration,
        ) -> Result<Coefficients<Self>, TuningError> {
            Coefficients::<$number>::new(tuning, period)
        }

        fn limits(low: Self, high: Self) -> Result<Limits<Self>, LimitsError> {
            Limits::<$number>::new(low, high)
        }

        fn filter(time_s: f64, period: Duration) -> Result<FilterCoefficients<Self>, FilterError> {
            FilterCoefficients::<$number>::new(time_s, period)
        }
    };
}

macro_rules! float {
    ($number:ident, $steps:expr) => {
        impl Trial for $number {
            const NAME: &'static str = stringify!($number);
            const GARBAGE: [Self; 4] = [Self::NAN, Self::INFINITY, Self::NEG_INFINITY, Self::MAX];
            const TRACE_STEPS: u32 = $steps;

            fn of(bits: i32) -> Self {
                bits as Self / 65_536.0
            }

            fn bits(self) -> u64 {
                self.to_bits().into()
            }

            fn times(self, factor: i32) -> Self {
                self * factor as Self
            }

            fn over(self, shift: u32) -> Self {
                self / (1u32 << shift) as Self
            }

            fn to_f64(self) -> f64 {
                self.into()
            }

            constructors!($number);
        }
    };
}

float!(f32, 200_000);
float!(f64, 25_000);

macro_rules! fixed_point {
    ($number:ident, $bits:ty, $unsigned:ty, $shift:expr) => {
        impl Trial for $number {
            const NAME: &'static str = stringify!($number);
            const GARBAGE: [Self; 4] =
                [Self::MAX, Self::MIN, Self::lit("2049"), Self::lit("-2049")];
            const TRACE_STEPS: u32 = 200_000;

            fn of(bits: i32) -> Self {
                Self::from_bits(<$bits>::from(bits) << $shift)
            }

            fn bits(self) -> u64 {
                (self.to_bits() as $unsigned).into()
            }

            fn times(self, factor: i32) -> Self {
                self.saturating_mul_int(factor.into())
            }

            fn over(self, shift: u32) -> Self {
                self >> shift
            }

            fn to_f64(self) -> f64 {
                self.to_num()
            }

            constructors!($number);
        }
    };
}

fixed_point!(I16F16, i32, u32, 0);
fixed_point!(I32F32, i64, u64, 16);
