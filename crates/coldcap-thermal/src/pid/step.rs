//! The state of a controller, and one step of it.

use coldcap_units::Fault;
use fixed::types::I16F16;

use super::gain::EXTRA_BITS;
use super::{Coefficients, Limits};

/// What one step needs to know. All signals are in the units of the [`Tuning`](super::Tuning).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// What the measurement shall become.
    pub setpoint: I16F16,
    /// What was measured, or why there is nothing.
    pub measured: Result<I16F16, Fault>,
    /// Added to the output; 0 if there is none.
    pub feed_forward: I16F16,
    /// What the actuator really did with the previous command, in units of the output.
    pub achieved: I16F16,
}

/// What one step decided, term by term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The output, within the limits.
    pub command: I16F16,
    /// The proportional term, saturated to the range of its type.
    pub proportional: I16F16,
    /// The integral term, likewise.
    pub integral: I16F16,
    /// The derivative term, likewise.
    pub derivative: I16F16,
    /// What happened.
    pub flags: Flags,
}

/// What happened in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    /// More was wanted than the high limit.
    pub saturated_high: bool,
    /// Less was wanted than the low limit.
    pub saturated_low: bool,
    /// The measurement was invalid: the command is the low limit and the integral is held.
    pub held: bool,
}

/// Signals of the last valid step, in 2⁻¹⁶.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Signals {
    setpoint: i32,
    measured: i32,
    requested: i32,
}

/// The state of a PID controller: 32 bytes. The law is at [`pid`](crate::pid).
///
/// ```
/// use coldcap_thermal::pid::{Action, Coefficients, Input, Limits, Pid, Tuning};
/// use coldcap_units::{Duration, Fault};
/// use fixed::types::I16F16;
///
/// let tuning = Tuning {
///     gain: I16F16::lit("0.5"),
///     integral_time: Duration::from_secs(10),
///     derivative_time: Duration::ZERO,
///     filter_time: Duration::ZERO,
///     b: I16F16::ONE,
///     c: I16F16::ZERO,
///     action: Action::Direct,
/// };
/// let coefficients = Coefficients::new(&tuning, Duration::from_secs(1))?;
/// let mut pid = Pid::new();
/// let mut input = Input {
///     setpoint: I16F16::lit("4"),
///     measured: Ok(I16F16::lit("5")),
///     feed_forward: I16F16::ZERO,
///     achieved: I16F16::ZERO,
/// };
/// let step = pid.step(&coefficients, &Limits::UNIT, &input);
/// assert_eq!(step.command, I16F16::lit("0.55")); // one kelvin too warm: open
///
/// input.measured = Err(Fault::Open);
/// let step = pid.step(&coefficients, &Limits::UNIT, &input);
/// assert!(step.flags.held && step.command == I16F16::ZERO);
/// # Ok::<(), coldcap_thermal::pid::TuningError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pid {
    /// The integral term in 2⁻⁴⁰.
    integral: i64,
    /// The derivative term in 2⁻⁴⁰.
    derivative: i64,
    last: Signals,
    /// Whether `last` is of the step just before: only then may differences be taken.
    continuous: bool,
}

impl Pid {
    /// A controller at rest: all terms zero, no history.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            integral: 0,
            derivative: 0,
            last: Signals { setpoint: 0, measured: 0, requested: 0 },
            continuous: false,
        }
    }

    /// One step; call it once every period of the coefficients.
    ///
    /// The command never leaves `limits`, whatever the inputs are. An invalid measurement commands
    /// the low limit, holds the integral, and clears the derivative; the next valid sample goes on
    /// without a bump, as if the invalid ones had not been there.
    ///
    /// # Panics
    /// Never. The time is bounded: no loop, no division.
    pub fn step(&mut self, coefficients: &Coefficients, limits: &Limits, input: &Input) -> Step {
        match input.measured {
            Ok(measured) => self.regulate(coefficients, limits, input, measured.to_bits()),
            Err(_) => self.hold(limits),
        }
    }

    /// Takes over from another command without a bump: with these signals the next request is
    /// `output`, apart from that step's own integral increment.
    pub fn transfer(
        &mut self,
        coefficients: &Coefficients,
        setpoint: I16F16,
        measured: I16F16,
        output: I16F16,
    ) {
        let proportional = coefficients.proportional.apply(setpoint.to_bits(), measured.to_bits());
        *self = Self {
            integral: widened(output.to_bits()).saturating_sub(proportional),
            ..Self::new()
        };
    }

    /// Changes the coefficients without a bump: the sum of the proportional and integral terms stays
    /// what it was at the last valid sample, and the derivative decays with its new filter.
    ///
    /// Call it between two steps, and use `new` from then on.
    pub fn retune(&mut self, old: &Coefficients, new: &Coefficients) {
        let Signals { setpoint, measured, .. } = self.last;
        let before = old.proportional.apply(setpoint, measured);
        let after = new.proportional.apply(setpoint, measured);
        self.integral = sum(self.integral, before).saturating_sub(after);
    }

    fn hold(&mut self, limits: &Limits) -> Step {
        self.derivative = 0;
        self.continuous = false;
        Step {
            command: limits.low(),
            proportional: I16F16::ZERO,
            integral: narrowed(self.integral),
            derivative: I16F16::ZERO,
            flags: Flags { held: true, ..Flags::default() },
        }
    }

    fn regulate(
        &mut self,
        coefficients: &Coefficients,
        limits: &Limits,
        input: &Input,
        measured: i32,
    ) -> Step {
        let setpoint = input.setpoint.to_bits();
        if self.continuous {
            self.track(coefficients, limits.limit(input.achieved));
            self.differentiate(coefficients, setpoint, measured);
        }
        let increment = coefficients.integral.apply(setpoint, measured);
        self.integral = sum(self.integral, increment);
        let proportional = coefficients.proportional.apply(setpoint, measured);
        let feedback = sum(sum(proportional, self.derivative), self.integral);
        let requested = narrowed(sum(feedback, widened(input.feed_forward.to_bits())));
        self.last = Signals { setpoint, measured, requested: requested.to_bits() };
        self.continuous = true;
        self.outcome(limits, proportional, requested)
    }

    /// Anti-windup: the integral follows what the actuator achieved.
    fn track(&mut self, coefficients: &Coefficients, achieved: I16F16) {
        let pull = coefficients.tracking.apply(achieved.to_bits(), self.last.requested);
        self.integral = sum(self.integral, pull);
    }

    fn differentiate(&mut self, coefficients: &Coefficients, setpoint: i32, measured: i32) {
        let change = coefficients.derivative.apply(
            setpoint.saturating_sub(self.last.setpoint),
            measured.saturating_sub(self.last.measured),
        );
        self.derivative = sum(decayed(self.derivative, coefficients.pole), change);
    }

    fn outcome(&self, limits: &Limits, proportional: i64, requested: I16F16) -> Step {
        Step {
            command: limits.limit(requested),
            proportional: narrowed(proportional),
            integral: narrowed(self.integral),
            derivative: narrowed(self.derivative),
            flags: Flags {
                saturated_high: requested > limits.high(),
                saturated_low: requested < limits.low(),
                held: false,
            },
        }
    }
}

/// A signal in 2⁻¹⁶ as a term in 2⁻⁴⁰; always fits.
const fn widened(signal: i32) -> i64 {
    (signal as i64).wrapping_shl(EXTRA_BITS)
}

/// A term in 2⁻⁴⁰ as a signal in 2⁻¹⁶, rounded to nearest and saturated.
#[cfg_attr(target_os = "none", inline(never))]
const fn narrowed(term: i64) -> I16F16 {
    let rounded = term.saturating_add(1 << (EXTRA_BITS - 1)).wrapping_shr(EXTRA_BITS);
    let capped = if rounded > i32::MAX as i64 {
        i32::MAX
    } else if rounded < i32::MIN as i64 {
        i32::MIN
    } else {
        rounded as i32
    };
    I16F16::from_bits(capped)
}

/// `term · pole` with the pole in 2⁻³², truncated; the two halves of the term never overflow.
const fn decayed(term: i64, pole: u32) -> i64 {
    let high = term.wrapping_shr(32).wrapping_mul(pole as i64);
    let low = (term as u32 as u64).wrapping_mul(pole as u64).wrapping_shr(32);
    high.wrapping_add(low as i64)
}

/// The saturated sum of two terms. Out of line on a microcontroller, as are [`narrowed`] and
/// [`apply`](super::gain::Weights::apply): that halves the size of a step.
#[cfg_attr(target_os = "none", inline(never))]
const fn sum(one: i64, other: i64) -> i64 {
    one.saturating_add(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn decay_agrees_with_wide_integers(term: i64, pole: u32) {
            let wide = (i128::from(term) * i128::from(pole)) >> 32;
            prop_assert_eq!(i128::from(decayed(term, pole)), wide);
        }

        #[test]
        fn narrowing_undoes_widening(signal: i32) {
            prop_assert_eq!(narrowed(widened(signal)).to_bits(), signal);
        }
    }

    #[test]
    fn terms_round_to_nearest_and_saturate() {
        assert_eq!(narrowed((1 << 23) - 1).to_bits(), 0);
        assert_eq!(narrowed(1 << 23).to_bits(), 1);
        assert_eq!(narrowed(i64::MAX), I16F16::MAX);
        assert_eq!(narrowed(i64::MIN), I16F16::MIN);
    }

    #[test]
    fn the_state_is_small() {
        assert!(core::mem::size_of::<Pid>() <= 32);
    }
}
