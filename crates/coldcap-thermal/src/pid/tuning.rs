//! What a controller is asked to be, in engineering units.

use core::fmt;

/// Whether the output rises or falls when the measurement rises (the terms of ISA-5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Action {
    /// The output rises with the measurement: cooling.
    #[default]
    Direct,
    /// The output falls when the measurement rises: heating.
    Reverse,
}

/// A tuning in engineering units, in the ISA form; the law is at [`pid`](crate::pid).
///
/// It is design-time data: [`Coefficients`](super::Coefficients) turns it once into what a step
/// multiplies with. Nothing is checked before that.
///
/// ```
/// use coldcap_thermal::pid::Tuning;
/// // The same controller in three notations.
/// let isa = Tuning::isa(3.0, 3.0, 2.0 / 3.0);
/// let parallel = Tuning::parallel(3.0, 1.0, 2.0);
/// let serial = Tuning::serial(2.0, 2.0, 1.0);
/// assert_eq!(isa, parallel);
/// assert_eq!(isa, serial);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// Proportional gain K in units of the output per unit of the measurement; positive. The sign is in
    /// `action`.
    pub gain: f64,
    /// Integral time Ti in seconds; infinite is no integral action.
    pub integral_time_s: f64,
    /// Derivative time Td in seconds; zero is no derivative action.
    pub derivative_time_s: f64,
    /// Time constant Tf of the derivative's filter in seconds, at least Td/20.
    pub filter_time_s: f64,
    /// Tracking time Tt of the anti-windup in seconds.
    pub tracking_time_s: f64,
    /// Setpoint weight of the proportional term, 0 to 1.
    pub b: f64,
    /// Setpoint weight of the derivative term, 0 to 1.
    pub c: f64,
    /// Cooling or heating.
    pub action: Action,
}

/// Td/Tf of a tuning that does not say otherwise (Åström and Hägglund, *Advanced PID Control*, 3.3: 2
/// to 20).
const DEFAULT_FILTER_RATIO: f64 = 8.0;

#[allow(clippy::float_arithmetic, reason = "design-time data, never in a step")]
impl Tuning {
    /// The ISA form, K·(1 + 1/(Ti·s) + Td·s/(1 + Tf·s)), with these defaults: cooling
    /// ([`Action::Direct`]), b = 1, c = 0, Tf = Td/8, and Tt = √(Ti·Td), or Ti without derivative
    /// action (Åström and Hägglund, *Advanced PID Control*, 3.5).
    #[must_use]
    pub const fn isa(gain: f64, integral_time_s: f64, derivative_time_s: f64) -> Self {
        Self {
            gain,
            integral_time_s,
            derivative_time_s,
            filter_time_s: derivative_time_s / DEFAULT_FILTER_RATIO,
            tracking_time_s: tracking_time_s(integral_time_s, derivative_time_s),
            b: 1.0,
            c: 0.0,
            action: Action::Direct,
        }
    }

    /// The parallel form, Kp + Ki/s + Kd·s, with the defaults of [`isa`](Self::isa): Kp in output per
    /// unit, Ki in output per unit and second, Kd in output seconds per unit.
    ///
    /// A Ki of zero is no integral action. A Kp of zero has no ISA form and is refused later, as a
    /// gain of zero.
    #[must_use]
    pub const fn parallel(proportional: f64, integral_per_s: f64, derivative_s: f64) -> Self {
        Self::isa(proportional, proportional / integral_per_s, derivative_s / proportional)
    }

    /// The serial form, K'·(1 + 1/(Ti'·s))·(1 + Td'·s), with the defaults of [`isa`](Self::isa).
    ///
    /// K = K'·F, Ti = Ti'·F, Td = Td'/F with F = 1 + Td'/Ti' (Åström and Hägglund, *Advanced PID
    /// Control*, 3.2).
    #[must_use]
    pub const fn serial(gain: f64, integral_time_s: f64, derivative_time_s: f64) -> Self {
        let factor = 1.0 + derivative_time_s / integral_time_s;
        Self::isa(gain * factor, integral_time_s * factor, derivative_time_s / factor)
    }

    /// The same tuning for a heater instead of a cooler.
    #[must_use]
    pub const fn reverse(mut self) -> Self {
        self.action = Action::Reverse;
        self
    }

    /// The same tuning with these setpoint weights.
    #[must_use]
    pub const fn weighted(mut self, b: f64, c: f64) -> Self {
        self.b = b;
        self.c = c;
        self
    }

    /// The same tuning with this filter of the derivative.
    #[must_use]
    pub const fn filtered(mut self, filter_time_s: f64) -> Self {
        self.filter_time_s = filter_time_s;
        self
    }

    /// The same tuning with this tracking time of the anti-windup.
    #[must_use]
    pub const fn tracking(mut self, tracking_time_s: f64) -> Self {
        self.tracking_time_s = tracking_time_s;
        self
    }
}

#[allow(clippy::float_arithmetic, reason = "design-time data, never in a step")]
const fn tracking_time_s(integral_time_s: f64, derivative_time_s: f64) -> f64 {
    if derivative_time_s > 0.0 {
        super::design::square_root(integral_time_s * derivative_time_s)
    } else {
        integral_time_s
    }
}

/// Why a [`Tuning`] is refused, and what is allowed. A value that is not a number is refused by the
/// field it stands in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TuningError {
    /// The period is zero; at least 1 ms is needed.
    PeriodZero,
    /// The gain is not above 0 and below 128.
    Gain,
    /// The integral time is shorter than one period.
    IntegralTimeTooShort {
        /// The shortest that is allowed.
        minimum_s: f64,
    },
    /// The integral would be too slow to keep its digits: K·h/Ti is below 2⁻³¹.
    IntegralTimeTooLong {
        /// The longest that is allowed at this gain and period; no integral action is allowed too.
        maximum_s: f64,
    },
    /// The derivative time is negative.
    DerivativeTime,
    /// The derivative's filter is shorter than a twentieth of the derivative time.
    FilterTimeTooShort {
        /// The shortest that is allowed.
        minimum_s: f64,
    },
    /// The filter is so long that the derivative would never decay: 1 − exp(−h/Tf) is below 2⁻²⁰.
    FilterTimeTooLong {
        /// The longest that is allowed at this period.
        maximum_s: f64,
    },
    /// The derivative could overflow: K·Td/h is not below 512, or its gain in one step not below 128.
    DerivativeTooStrong,
    /// The tracking time is not above zero.
    TrackingTime,
    /// The setpoint weight b is not within 0 to 1.
    ProportionalWeight,
    /// The setpoint weight c is not within 0 to 1.
    DerivativeWeight,
}

impl fmt::Display for TuningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PeriodZero => f.write_str("the period must be at least 1 ms"),
            Self::Gain => f.write_str("the gain must be above 0 and below 128"),
            Self::IntegralTimeTooShort { minimum_s } => {
                write!(f, "the integral time must be at least {minimum_s} s")
            }
            Self::IntegralTimeTooLong { maximum_s } => {
                write!(f, "the integral time must be at most {maximum_s} s, or infinite")
            }
            Self::DerivativeTime => f.write_str("the derivative time must not be negative"),
            Self::FilterTimeTooShort { minimum_s } => {
                write!(f, "the filter time must be at least {minimum_s} s")
            }
            Self::FilterTimeTooLong { maximum_s } => {
                write!(f, "the filter time must be at most {maximum_s} s")
            }
            Self::DerivativeTooStrong => f.write_str(
                "gain · derivative time / period must stay below 512, and with the filter below 128",
            ),
            Self::TrackingTime => f.write_str("the tracking time must be above 0"),
            Self::ProportionalWeight => f.write_str("the weight b must be within 0 to 1"),
            Self::DerivativeWeight => f.write_str("the weight c must be within 0 to 1"),
        }
    }
}

impl core::error::Error for TuningError {}
