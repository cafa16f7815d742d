//! Two controllers on one actuator: the one that asks for more, or for less, has it.
//!
//! The main controller holds what is wanted, the other one holds a *constraint*: a floor, a ceiling.
//! Far from its constraint the second asks for something that nobody wants and loses; near it, it takes
//! over, smoothly, because the integral of whoever loses follows what was done
//! ([`pid`](crate::pid#anti-windup)). coldcap's cap loop keeps its freeze floor this way.

use crate::number::Number;
use crate::pid::{Coefficients, Input, Limits, Mode, Pid, Step};
use coldcap_units::{Duration, Fault};

/// Which of two outputs is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Select {
    /// The smaller one.
    Lowest,
    /// The larger one.
    Highest,
}

/// What one of the two controllers holds, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side<'a, T: Number> {
    /// Its coefficients.
    pub with: &'a Coefficients<T>,
    /// Its limits. Its safe output is what it asks for when its measurement is gone for too long.
    pub limits: &'a Limits<T>,
    /// Who decides its output.
    pub mode: Mode<T>,
    /// What it holds its measurement to.
    pub setpoint: T,
    /// Its measurement.
    pub measured: Result<T, Fault>,
    /// Added to its output.
    pub feed_forward: T,
}

/// What a step of the two decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selected<T: Number> {
    /// The output that is taken.
    pub command: T,
    /// Whether it is the constraint's.
    pub constrained: bool,
    /// The main controller's own step.
    pub main: Step<T>,
    /// The constraint's own step.
    pub constraint: Step<T>,
}

/// The state of a main controller and of its constraint.
///
/// ```
/// use coldcap_thermal::pid::{Coefficients, Limits, Mode, Tuning};
/// use coldcap_thermal::select::{Override, Select, Side};
/// use coldcap_units::Duration;
///
/// let second = Duration::from_secs(1);
/// let with = Coefficients::<f32>::new(&Tuning::isa(0.1, 60.0, 0.0), second)?;
/// let side = |setpoint, measured| Side {
///     with: &with,
///     limits: &Limits::UNIT,
///     mode: Mode::Auto,
///     setpoint,
///     measured: Ok(measured),
///     feed_forward: 0.0,
/// };
/// // A cooler that holds the air at 4 °C, and whose coil must not fall below −2 °C.
/// let mut pair = Override::new();
/// let far = pair.step(Select::Lowest, &side(4.0, 6.0), &side(-2.0, 20.0), 0.0, second);
/// assert!(!far.constrained);
/// let near = pair.step(Select::Lowest, &side(4.0, 6.0), &side(-2.0, -3.0), far.command, second);
/// assert!(near.constrained && near.command < far.command);
/// # Ok::<(), coldcap_thermal::pid::TuningError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Override<T: Number> {
    main: Pid<T>,
    constraint: Pid<T>,
}

impl<T: Number> Override<T> {
    /// Both controllers at rest.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One step of both; call it once every period. `achieved` is what the actuator did with the
    /// previous command that was taken.
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        select: Select,
        main: &Side<'_, T>,
        constraint: &Side<'_, T>,
        achieved: T,
        dt: Duration,
    ) -> Selected<T> {
        let main = advance(&mut self.main, main, achieved, dt);
        let constraint = advance(&mut self.constraint, constraint, achieved, dt);
        let constrained = match select {
            Select::Lowest => constraint.command < main.command,
            Select::Highest => constraint.command > main.command,
        };
        let command = if constrained { constraint.command } else { main.command };
        Selected { command, constrained, main, constraint }
    }
}

fn advance<T: Number>(pid: &mut Pid<T>, side: &Side<'_, T>, achieved: T, dt: Duration) -> Step<T> {
    let input = Input {
        mode: side.mode,
        setpoint: side.setpoint,
        measured: side.measured,
        feed_forward: side.feed_forward,
        achieved,
        dt,
    };
    pid.step(side.with, side.limits, &input)
}
