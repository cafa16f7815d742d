//! What goes into a step, and what comes out of it.

use crate::number::Number;
use coldcap_units::{Duration, Fault};

/// Who decides the output. Every change from one to another is without a bump: in every mode but
/// [`Auto`](Self::Auto) the integral is kept where the law would give the very output that is driven.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Mode<T> {
    /// The controller.
    #[default]
    Auto,
    /// A person: this output, within the limits and as fast as the slew limits allow.
    Manual(T),
    /// Nobody: the last command stays, within the limits.
    Hold,
    /// Another controller, or the actuator itself: this output, within the limits, at once.
    Track(T),
    /// Whoever saw danger: the safe output, at once.
    Safe,
}

/// What one step needs to know. Setpoint and measurement are in the unit of the measurement, the rest
/// in that of the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input<T> {
    /// Who decides the output.
    pub mode: Mode<T>,
    /// What the measurement shall become.
    pub setpoint: T,
    /// What was measured, or why there is nothing. A number that is not finite, or beyond
    /// ±[`RANGE`](crate::number::RANGE), counts as a fault.
    pub measured: Result<T, Fault>,
    /// Added to the output; 0 if there is none.
    pub feed_forward: T,
    /// What the actuator really did with the previous command, in units of the output. Hand in
    /// [`Step::command`] of the previous step where nothing better is known.
    pub achieved: T,
    /// Time since the step before.
    pub dt: Duration,
}

impl<T: Number> Input<T> {
    /// An ordinary step: [`Mode::Auto`] and no feed-forward.
    #[must_use]
    pub const fn auto(setpoint: T, measured: Result<T, Fault>, achieved: T, dt: Duration) -> Self {
        Self { mode: Mode::Auto, setpoint, measured, feed_forward: T::ZERO, achieved, dt }
    }
}

/// What one step decided, term by term.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step<T: Number> {
    /// The output, within the limits.
    pub command: T,
    /// What happened.
    pub flags: Flags,
    /// Why the sample could not be used, if it could not.
    pub fault: Option<Fault>,
    pub(super) excess: T,
    pub(super) feed_forward: T,
    pub(super) proportional: T::Term,
    pub(super) integral: T::Term,
    pub(super) derivative: T::Term,
}

impl<T: Number> Step<T> {
    /// The proportional term, ±K·(r − y).
    #[must_use]
    pub fn proportional(&self) -> T {
        T::narrow(self.proportional)
    }

    /// The integral term; what the setpoint weight b takes away is in it.
    #[must_use]
    pub fn integral(&self) -> T {
        T::narrow(self.integral)
    }

    /// The derivative term.
    #[must_use]
    pub fn derivative(&self) -> T {
        T::narrow(self.derivative)
    }

    /// The feed-forward.
    #[must_use]
    pub const fn feed_forward(&self) -> T {
        self.feed_forward
    }

    /// The sum of the terms: what was asked for before limits and slew limits.
    #[must_use]
    pub fn requested(&self) -> T {
        self.command.plus(self.excess)
    }
}

/// What happened in a step, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// More was wanted than the high limit.
    pub const SATURATED_HIGH: Self = Self(1);
    /// Less was wanted than the low limit.
    pub const SATURATED_LOW: Self = Self(1 << 1);
    /// The command moves as fast as the slew limits allow.
    pub const SLEWING: Self = Self(1 << 2);
    /// The actuator did something else than was commanded, and the integral follows it.
    pub const TRACKING: Self = Self(1 << 3);
    /// There is no valid sample: the last command is held.
    pub const HELD: Self = Self(1 << 4);
    /// There has been no valid sample for too long: the output is, or goes to, the safe one.
    pub const FALLBACK: Self = Self(1 << 5);
    /// The step came out of time by more than the jitter policy bears.
    pub const LATE: Self = Self(1 << 6);
    /// The integral rests because it would push further away from what was achieved.
    pub const INTEGRAL_RESTS: Self = Self(1 << 7);

    /// Whether all flags of `other` are set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These flags and `other` where `set`.
    #[must_use]
    pub const fn with(self, other: Self, set: bool) -> Self {
        if set { Self(self.0 | other.0) } else { self }
    }

    /// Whether any limit of the output holds it back: high, low or slew.
    #[must_use]
    pub const fn is_saturated(self) -> bool {
        self.0 & (Self::SATURATED_HIGH.0 | Self::SATURATED_LOW.0 | Self::SLEWING.0) != 0
    }
}
