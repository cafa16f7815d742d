//! A controller that sets the setpoint of another one.
//!
//! The inner loop holds something fast, the outer one something slow that follows it; make the inner
//! at least three times as fast. What the inner loop cannot do is handed back: while its output is at a
//! limit, or its actuator does something else, the outer integral follows the inner *measurement*
//! (external reset: F. G. Shinskey, *Process Control Systems*, 1996, chapter 6), so neither winds up.

use crate::number::Number;
use crate::pid::{Coefficients, Flags, Input, Limits, Mode, Pid, Step};
use coldcap_units::{Duration, Fault};

/// Coefficients and limits of both loops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CascadeConfig<T: Number> {
    /// The outer controller; its output is the inner setpoint.
    pub outer: Coefficients<T>,
    /// What inner setpoints are allowed. The safe one is what the inner loop is held to while the
    /// outer measurement is gone.
    pub setpoints: Limits<T>,
    /// The inner controller.
    pub inner: Coefficients<T>,
    /// What outputs are allowed.
    pub outputs: Limits<T>,
}

/// What one step needs to know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CascadeInput<T> {
    /// Who decides the output. In every mode but automatic the outer loop follows the inner
    /// measurement.
    pub mode: Mode<T>,
    /// What the outer measurement shall become.
    pub setpoint: T,
    /// The slow measurement.
    pub outer: Result<T, Fault>,
    /// The fast measurement.
    pub inner: Result<T, Fault>,
    /// Added to the output.
    pub feed_forward: T,
    /// What the actuator did with the previous command.
    pub achieved: T,
    /// Time since the step before.
    pub dt: Duration,
}

/// What one step decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CascadeStep<T: Number> {
    /// The outer step: its command is the inner setpoint.
    pub outer: Step<T>,
    /// The inner step: its command is the output.
    pub inner: Step<T>,
}

/// The state of both loops.
///
/// ```
/// use coldcap_thermal::cascade::{Cascade, CascadeConfig, CascadeInput};
/// use coldcap_thermal::pid::{Coefficients, Limits, Mode, Tuning};
/// use coldcap_units::Duration;
///
/// let second = Duration::from_secs(1);
/// let config = CascadeConfig {
///     outer: Coefficients::<f32>::new(&Tuning::isa(0.8, 120.0, 0.0).reverse(), second)?,
///     setpoints: Limits::<f32>::new(-6.0, 12.0)?,
///     inner: Coefficients::<f32>::new(&Tuning::isa(0.15, 15.0, 0.0), second)?,
///     outputs: Limits::UNIT,
/// };
/// let mut cascade = Cascade::new();
/// let step = cascade.step(&config, &CascadeInput {
///     mode: Mode::Auto, setpoint: 4.0, outer: Ok(9.0), inner: Ok(8.0),
///     feed_forward: 0.0, achieved: 0.0, dt: second,
/// });
/// assert!(step.outer.command < 4.0); // the cap is too warm: colder coolant,
/// assert!(step.inner.command > 0.0); // and so the valve opens
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cascade<T: Number> {
    outer: Pid<T>,
    inner: Pid<T>,
    /// The inner setpoint that the inner loop could really follow.
    followed: T,
}

impl<T: Number> Cascade<T> {
    /// Both loops at rest.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One step of both loops; call it once every period.
    ///
    /// # Panics
    /// Never.
    pub fn step(&mut self, config: &CascadeConfig<T>, input: &CascadeInput<T>) -> CascadeStep<T> {
        let outer = self.outer.step(
            &config.outer,
            &config.setpoints,
            &Input {
                mode: outer_mode(input),
                setpoint: input.setpoint,
                measured: input.outer,
                feed_forward: T::ZERO,
                achieved: self.followed,
                dt: input.dt,
            },
        );
        let inner = self.inner.step(
            &config.inner,
            &config.outputs,
            &Input {
                mode: input.mode,
                setpoint: outer.command,
                measured: input.inner,
                feed_forward: input.feed_forward,
                achieved: input.achieved,
                dt: input.dt,
            },
        );
        self.followed = hand_back(outer.command, &inner, input.inner);
        CascadeStep { outer, inner }
    }
}

/// While the inner loop does not decide the output, the outer one follows what is measured there.
fn outer_mode<T: Number>(input: &CascadeInput<T>) -> Mode<T> {
    match (input.mode, input.inner) {
        (Mode::Auto, Ok(_)) => Mode::Auto,
        (Mode::Auto, Err(_)) | (_, Err(_)) => Mode::Hold,
        (_, Ok(inner)) => Mode::Track(inner),
    }
}

fn hand_back<T: Number>(setpoint: T, inner: &Step<T>, measured: Result<T, Fault>) -> T {
    let held_back = inner.flags.is_saturated() || inner.flags.has(Flags::TRACKING);
    match measured {
        Ok(measured) if held_back && measured.fault().is_none() => measured,
        _ => setpoint,
    }
}
