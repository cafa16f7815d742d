//! The state of a controller, and the short way through a step.

use super::{Coefficients, Input, Limits, Mode, Step};
use crate::number::Number;
use coldcap_units::Fault;

/// The state of a PID controller: 40 bytes in [`I16F16`](fixed::types::I16F16), 32 in `f32`. The law is
/// at [`pid`](crate::pid).
///
/// ```
/// use coldcap_thermal::pid::{Coefficients, Flags, Input, Limits, Pid, Tuning};
/// use coldcap_units::{Duration, Fault};
///
/// let second = Duration::from_secs(1);
/// let coefficients = Coefficients::<f32>::new(&Tuning::isa(0.5, 10.0, 0.0), second)?;
/// let mut pid = Pid::new();
/// let step = pid.step(&coefficients, &Limits::UNIT, &Input::auto(4.0, Ok(5.0), 0.0, second));
/// assert_eq!(step.command, 0.55); // one kelvin too warm: open
///
/// let lost = Input::auto(4.0, Err(Fault::Open), step.command, second);
/// let step = pid.step(&coefficients, &Limits::UNIT, &lost);
/// assert!(step.flags.has(Flags::FALLBACK) && step.command == 0.0);
/// # Ok::<(), coldcap_thermal::pid::TuningError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        bound(
            serialize = "T: serde::Serialize, T::Integral: serde::Serialize, \
                         T::Term: serde::Serialize, T::Signal: serde::Serialize",
            deserialize = "T: serde::Deserialize<'de>, \
                           T::Integral: serde::Deserialize<'de>, T::Term: serde::Deserialize<'de>, \
                           T::Signal: serde::Deserialize<'de>"
        ),
        into = "super::stored::StoredPid<T>",
        try_from = "super::stored::StoredPid<T>"
    )
)]
pub struct Pid<T: Number> {
    pub(super) integral: T::Integral,
    pub(super) derivative: T::Term,
    /// The setpoint, the measurement and the command of the last valid step.
    pub(super) setpoint: T::Signal,
    pub(super) measured: T::Signal,
    pub(super) command: T,
    /// What the last step asked for beyond its command.
    pub(super) excess: T,
    /// How many steps in a row had no valid sample.
    pub(super) missed: u16,
    pub(super) shape: Shape,
}

/// What the last step leaves for the next one to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Shape {
    /// There is no last measurement to take a difference to.
    #[default]
    Fresh,
    /// It was valid, and the command was what it asked for.
    Regular,
    /// The output was decided elsewhere while nothing was measured.
    Adrift,
    /// It was valid, and the command was held back by a limit.
    Clipped,
    /// It had no sample, and the last command was held: there is no last measurement to take a
    /// difference to, but what was asked for and achieved is known.
    Held,
}

impl<T: Number> Pid<T> {
    /// A controller at rest: all terms zero, no history.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The last command.
    #[must_use]
    pub const fn command(&self) -> T {
        self.command
    }

    /// One step; call it once every period of the coefficients. Coefficients, limits and mode may
    /// change from one step to the next: at rest the output does not move by it.
    ///
    /// The command never leaves the limits, whatever the inputs are, and no input poisons the state.
    ///
    /// # Timing
    /// Bounded: no loop. A regular step (automatic, in time, with a valid sample, with the setpoint
    /// where it was and an actuator that did as it was told, not at a limit) takes a short way without a
    /// division and without a call. It is a shortcut of the general way and nothing else: a property
    /// test holds both to the same bits.
    ///
    /// # Panics
    /// Never.
    #[inline]
    pub fn step(
        &mut self,
        with: &Coefficients<T>,
        limits: &Limits<T>,
        input: &Input<T>,
    ) -> Step<T> {
        match self.short_way(with, limits, input) {
            Some(step) => step,
            None => self.general_way(with, limits, input),
        }
    }

    /// A regular step, or `None` with nothing changed. The order of the terms is the one in which the
    /// fewest numbers wait in registers: some twenty bytes on Cortex-M4F.
    #[inline(always)]
    fn short_way(
        &mut self,
        with: &Coefficients<T>,
        limits: &Limits<T>,
        input: &Input<T>,
    ) -> Option<Step<T>> {
        let measured = self.regular(with, limits, input).ok()?;
        let error = T::difference(self.setpoint, measured);
        let integral = T::integrate(self.integral, T::amplify(with.integral, error));
        let proportional = T::amplify(with.proportional, error);
        let fall = T::difference(self.measured, measured);
        let decayed = T::decay(self.derivative, with.pole);
        let derivative = T::sum(decayed, T::amplify(with.derivative, fall));
        let value = T::value(integral);
        let feedback = T::sum(T::sum(proportional, derivative), value);
        let wanted = T::sum(feedback, input.feed_forward.widen());
        let command = T::fitting(wanted, limits.low, limits.high)?;
        self.integral = integral;
        self.derivative = derivative;
        self.measured = measured;
        self.command = command;
        Some(Step::regular(command, input.feed_forward, [proportional, value, derivative]))
    }

    /// The measurement, if this step is a regular one so far.
    #[inline(always)]
    fn regular(
        &self,
        with: &Coefficients<T>,
        limits: &Limits<T>,
        input: &Input<T>,
    ) -> Result<T::Signal, ()> {
        let measured = input.measured.map_err(|_: Fault| ())?;
        let calm = matches!(input.mode, Mode::Auto)
            && matches!(self.shape, Shape::Regular)
            && !limits.slewed
            && input.dt == with.period
            && input.achieved == self.command
            && measured.fault().is_none()
            && input.feed_forward.fault().is_none()
            && input.setpoint.signal() == self.setpoint;
        if calm { Ok(measured.signal()) } else { Err(()) }
    }
}

impl<T: Number> Step<T> {
    #[inline(always)]
    pub(super) fn regular(command: T, feed_forward: T, terms: [T::Term; 3]) -> Self {
        let [proportional, integral, derivative] = terms;
        Self {
            command,
            flags: super::Flags(0),
            fault: None,
            excess: T::ZERO,
            feed_forward,
            proportional,
            integral,
            derivative,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pid::Tuning;
    use coldcap_units::Duration;
    use fixed::types::{I16F16, I32F32};
    use proptest::prelude::*;

    #[test]
    fn the_state_is_small() {
        assert!(core::mem::size_of::<Pid<I16F16>>() <= 40);
        assert!(core::mem::size_of::<Pid<f32>>() <= 40);
    }

    const PERIOD: Duration = Duration::from_millis(100);

    /// Walks both ways from the same state; how many steps were short ones.
    fn both_ways<T: Number>(
        with: &Coefficients<T>,
        [limits, narrow]: [&Limits<T>; 2],
        inputs: impl Iterator<Item = Input<T>>,
    ) -> u32 {
        let mut pid = Pid::new();
        let mut short = 0;
        for (mut input, limits) in
            inputs.zip([limits, limits, limits, limits, narrow].into_iter().cycle())
        {
            if input.achieved == T::ONE {
                input.achieved = pid.command;
            }
            let mut general = pid;
            let wanted = general.general_way(with, limits, &input);
            let mut shortcut = pid;
            if let Some(step) = shortcut.short_way(with, limits, &input) {
                assert_eq!((step, shortcut), (wanted, general));
                short += 1;
            } else {
                assert_eq!(shortcut, pid, "a refused short way must change nothing");
            }
            pid = general;
        }
        short
    }

    macro_rules! the_short_way_is_the_general_way {
        ($($name:ident: $number:ty, $of:expr;)+) => { $(proptest! {
            #[test]
            fn $name(
                gain in 0.01f64..0.5, ti in 1.0f64..100.0, td in 0.0f64..5.0, b in 0.0f64..=1.0,
                signals in prop::collection::vec((-2.0f64..2.0, -0.1f64..0.1, 0u8..40), 1..200),
            ) {
                let tuning = Tuning::isa(gain, ti, td).weighted(b, 0.5);
                let with = Coefficients::<$number>::new(&tuning, PERIOD).unwrap();
                let limits = Limits::<$number>::new($of(-900.0), $of(900.0)).unwrap();
                let narrow = Limits::<$number>::new($of(-0.05), $of(0.05)).unwrap();
                let inputs = signals.iter().map(|(y, f, odd)| Input {
                    mode: if *odd == 1 { Mode::Hold } else { Mode::Auto },
                    setpoint: $of(if *odd == 2 { 0.5 } else { 0.25 }),
                    measured: if *odd == 3 { Err(Fault::Open) } else { Ok($of(*y)) },
                    feed_forward: $of(*f),
                    achieved: if *odd == 4 { $of(0.125) } else { $of(1.0) },
                    dt: if *odd == 5 { Duration::ZERO } else { PERIOD },
                });
                let short = both_ways(&with, [&limits, &narrow], inputs);
                prop_assert!(signals.len() < 50 || short > 0);
            }
        })+ };
    }

    the_short_way_is_the_general_way! {
        the_short_way_in_i16f16: I16F16, I16F16::from_num;
        the_short_way_in_i32f32: I32F32, I32F32::from_num;
        the_short_way_in_f32: f32, |value: f64| value as f32;
        the_short_way_in_f64: f64, |value: f64| value;
    }
}
