//! What a step multiplies with: computed once, outside the step.

use super::design::Design;
use super::{Tuning, TuningError};
use crate::number::{Number, Pole, Shifted};
use coldcap_units::Duration;
use fixed::types::{I16F16, I32F32};

/// What is done about a step that comes earlier or later than its period. No call is ever skipped, and
/// nothing is ever divided by the time that passed. A step in which no time passed changes neither the
/// integral nor the derivative, whatever the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Jitter {
    /// The step is taken as if it had come in time; one that is off by more than the tolerance is
    /// flagged.
    Strict {
        /// How far off is not worth a flag.
        tolerance: Duration,
    },
    /// Integral, tracking and derivative are scaled by what really passed, up to `most` periods. A step
    /// that comes later still is flagged and scaled by `most`.
    Rescale {
        /// The longest step, in periods, 1 to 16; more is 16.
        most: u8,
    },
}

impl Default for Jitter {
    /// Scaled up to four periods.
    fn default() -> Self {
        Self::Rescale { most: 4 }
    }
}

/// How the integral is kept from running away while the actuator does not do what is asked for. All
/// three look at what was *achieved*: limits, slew limits, an actuator that switches, a guard that takes
/// the drive away are one thing to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum AntiWindup {
    /// The integral follows what was achieved, with the tracking time.
    ///
    /// The default, because it is without bias: around an actuator that switches slowly, whose ripple
    /// touches a limit in every cycle, resting on one side only shifts the mean (measured on a fridge
    /// with ten minutes of least on time: 26 % of the ripple instead of 12 %).
    #[default]
    BackCalculation,
    /// The integral rests while its increment pushes further away from what was achieved.
    ///
    /// Not for an actuator whose read-back is coarse: the integral then rests half of the time.
    Conditional,
    /// Both.
    Both,
}

/// What a step of a [`Pid<T>`](super::Pid) multiplies with: computed once, from a [`Tuning`].
///
/// It may live in flash: `new` is `const` for every number type. With the feature `serde` it is
/// stored with a version, and checked when it is read.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        bound(
            serialize = "T::Gain: serde::Serialize, T::Pole: serde::Serialize",
            deserialize = "T::Gain: serde::Deserialize<'de>, T::Pole: serde::Deserialize<'de>"
        ),
        into = "super::stored::StoredCoefficients<T>",
        try_from = "super::stored::StoredCoefficients<T>"
    )
)]
pub struct Coefficients<T: Number> {
    pub(super) proportional: T::Gain,
    pub(super) integral: T::Gain,
    pub(super) derivative: T::Gain,
    pub(super) pole: T::Pole,
    pub(super) period: Duration,
    pub(super) setpoint: T::Gain,
    pub(super) derivative_setpoint: T::Gain,
    pub(super) tracking: T::Gain,
    pub(super) jitter: Jitter,
    pub(super) anti_windup: AntiWindup,
}

impl<T: Number> Coefficients<T> {
    /// The same coefficients with another policy for steps out of time.
    #[must_use]
    pub const fn with_jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// The same coefficients with another anti-windup.
    #[must_use]
    pub const fn with_anti_windup(mut self, anti_windup: AntiWindup) -> Self {
        self.anti_windup = anti_windup;
        self
    }

    /// What lies `weight` (2⁻¹⁶, at most one) of the way to `other`; policies and period stay.
    #[must_use]
    pub(crate) fn blend(&self, other: &Self, weight: u32) -> Self {
        let gain = |one, other| T::blend_gain(one, other, weight);
        Self {
            proportional: gain(self.proportional, other.proportional),
            integral: gain(self.integral, other.integral),
            derivative: gain(self.derivative, other.derivative),
            pole: T::blend_pole(self.pole, other.pole, weight),
            setpoint: gain(self.setpoint, other.setpoint),
            derivative_setpoint: gain(self.derivative_setpoint, other.derivative_setpoint),
            tracking: gain(self.tracking, other.tracking),
            ..*self
        }
    }

    /// Coefficients that do nothing.
    pub(crate) fn nothing() -> Self {
        let none = T::NO_GAIN;
        Self {
            proportional: none,
            integral: none,
            derivative: none,
            pole: T::NO_POLE,
            period: Duration::ZERO,
            setpoint: none,
            derivative_setpoint: none,
            tracking: none,
            jitter: Jitter::Rescale { most: 4 },
            anti_windup: AntiWindup::BackCalculation,
        }
    }

    #[cfg(test)]
    pub(crate) fn proportional_gain(&self) -> T::Gain {
        self.proportional
    }

    /// The period that they are for.
    #[must_use]
    pub const fn period(&self) -> Duration {
        self.period
    }

    /// How the integral is kept from running away.
    #[must_use]
    pub const fn anti_windup(&self) -> AntiWindup {
        self.anti_windup
    }

    /// What is done about a step out of time.
    #[must_use]
    pub const fn jitter(&self) -> Jitter {
        self.jitter
    }
}

const fn integer(gain: f64) -> Shifted {
    match Shifted::new(gain) {
        Some(gain) => gain,
        // A design keeps every gain below 128.
        None => Shifted::ZERO,
    }
}

const fn single(gain: f64) -> f32 {
    gain as f32
}

const fn double(gain: f64) -> f64 {
    gain
}

macro_rules! constructor {
    ($number:ty, $gain:path, $pole:path) => {
        impl Coefficients<$number> {
            /// Computes the coefficients for a step every `period`.
            ///
            /// # Errors
            /// [`TuningError`] names the first field that is out of range, and what is allowed.
            ///
            /// # Panics
            /// Never.
            pub const fn new(tuning: &Tuning, period: Duration) -> Result<Self, TuningError> {
                let design = match Design::new(tuning, period) {
                    Ok(design) => design,
                    Err(error) => return Err(error),
                };
                Ok(Self {
                    proportional: $gain(design.proportional),
                    integral: $gain(design.integral),
                    derivative: $gain(design.derivative),
                    pole: $pole(design.pole),
                    period,
                    setpoint: $gain(design.setpoint),
                    derivative_setpoint: $gain(design.derivative_setpoint),
                    tracking: $gain(design.tracking),
                    jitter: Jitter::Rescale { most: 4 },
                    anti_windup: AntiWindup::BackCalculation,
                })
            }
        }
    };
}

constructor!(f32, single, single);
constructor!(f64, double, double);
constructor!(I16F16, integer, Pole::new);
constructor!(I32F32, integer, Pole::new);
