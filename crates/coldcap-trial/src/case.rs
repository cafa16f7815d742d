//! The steps whose cost is measured.
//!
//! State and coefficients are in memory, as in a control task: who measures hands a [`Case`] over by
//! reference and lets the compiler know nothing of what is in it.

use crate::number::Trial;
use coldcap_thermal::filter::{FilterCoefficients, MeasurementFilter};
use coldcap_thermal::output::{Duties, Split};
use coldcap_thermal::pid::{Coefficients, Input, Limits, Mode, Pid, Step, Tuning};
use coldcap_units::Duration;
use fixed::types::I16F16;

/// A controller in a state and with inputs that make its step one of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Case<T: Trial> {
    /// The controller.
    pub pid: Pid<T>,
    /// Its coefficients.
    pub with: Coefficients<T>,
    /// Its limits.
    pub limits: Limits<T>,
    /// What it is asked to hold.
    pub setpoint: T,
    /// What its last command was.
    pub command: T,
}

impl<T: Trial> Case<T> {
    /// A controller in the middle of its range, with measurements around zero: every step is a regular
    /// one. `None` if there are no such coefficients.
    #[must_use]
    pub fn ordinary(tuning: &Tuning, period: Duration) -> Option<Self> {
        Self::around(tuning, period, T::ZERO)
    }

    /// A controller that wants far more than its high limit: every step goes the general way.
    #[must_use]
    pub fn saturated(tuning: &Tuning, period: Duration) -> Option<Self> {
        Self::around(tuning, period, T::ONE.times(-8))
    }

    fn around(tuning: &Tuning, period: Duration, setpoint: T) -> Option<Self> {
        let with = T::coefficients(tuning, period).ok()?;
        let (limits, half) = (Limits::UNIT, T::ONE.over(1));
        let mut pid = Pid::new();
        let begin =
            Input { mode: Mode::Track(half), ..Input::auto(setpoint, Ok(T::ZERO), half, period) };
        let command = pid.step(&with, &limits, &begin).command;
        Some(Self { pid, with, limits, setpoint, command })
    }

    /// One step.
    #[inline]
    pub fn step(&mut self, measured: T) -> Step<T> {
        let input = Input::auto(self.setpoint, Ok(measured), self.command, self.with.period());
        let step = self.pid.step(&self.with, &self.limits, &input);
        self.command = step.command;
        step
    }
}

/// Everything on: measurement filter, both setpoint weights with a setpoint that moves in every step,
/// feed-forward, filtered derivative, slew limits, saturation, and an actuator that never does quite what
/// it is told, so that the integral follows it in every step.
#[derive(Clone, Copy, Debug)]
pub struct Everything<T: Trial> {
    /// The controller; its setpoint moves.
    pub case: Case<T>,
    /// The measurement filter.
    pub filter: MeasurementFilter<T>,
    /// Its coefficients.
    pub with_filter: FilterCoefficients<T>,
    /// What the actuator achieved. It is written in every step: beside the feed-forward, both would be
    /// read as one, and the processor would wait for the write.
    pub achieved: T,
    /// How far the setpoint moves, to and fro.
    pub move_by: T,
    /// How far the actuator stays behind.
    pub behind: T,
    /// What is added to the output.
    pub forward: T,
}

/// Of a coolant loop with derivative and every weight.
pub const EVERYTHING: Tuning = Tuning::isa(0.15, 15.0, 2.0).filtered(0.5).weighted(0.6, 0.2);

impl<T: Trial> Everything<T> {
    /// The case; `None` if there are no such coefficients.
    #[must_use]
    pub fn new(tuning: &Tuning, period: Duration) -> Option<Self> {
        let mut case = Case::saturated(tuning, period)?;
        case.limits = Limits::UNIT.with_slew(T::ONE.over(6), T::ONE.over(5)).ok()?;
        let seconds = f64::from(period.as_millis()) / 1_000.0;
        Some(Self {
            case,
            filter: MeasurementFilter::new(),
            with_filter: T::filter(4.0 * seconds, period).ok()?,
            move_by: T::ONE.over(8),
            behind: T::ONE.over(6),
            forward: T::ONE.over(4),
            achieved: case.command,
        })
    }

    /// One step.
    #[inline]
    pub fn step(&mut self, measured: T) -> Step<T> {
        let filtered = self.filter.step(&self.with_filter, Ok(measured)).unwrap_or_default();
        let step = self.step_pid(filtered);
        self.achieved = step.command.minus(self.behind);
        step
    }

    /// One step of the controller, without the filter.
    #[inline]
    pub fn step_pid(&mut self, measured: T) -> Step<T> {
        let case = &mut self.case;
        case.setpoint = case.setpoint.plus(self.move_by);
        self.move_by = T::ZERO.minus(self.move_by);
        let input = Input {
            mode: Mode::Auto,
            setpoint: case.setpoint,
            measured: Ok(measured),
            feed_forward: self.forward,
            achieved: self.achieved,
            dt: case.with.period(),
        };
        case.pid.step(&case.with, &case.limits, &input)
    }
}

impl Everything<I16F16> {
    /// One step with the split between a heater and a cooler behind it, of which the heater falls short.
    #[inline]
    pub fn step_split(&mut self, split: &Split, measured: I16F16) -> Duties {
        let step = self.step(measured);
        let mut duties = split.duties(step.command);
        duties.heat = duties.heat.saturating_sub(self.behind);
        self.achieved = split.achieved(step.command, duties);
        duties
    }
}

/// A heater of full gain and a cooler of half, with a dead zone.
#[must_use]
pub fn split() -> Option<Split> {
    Split::new(I16F16::lit("1"), I16F16::lit("0.5"), I16F16::lit("0.03125")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_thermal::channel::REFERENCE_TUNING;
    use coldcap_thermal::pid::Flags;

    const PERIOD: Duration = Duration::from_millis(100);

    #[test]
    fn the_cases_are_what_they_say() {
        let mut ordinary = Case::<I16F16>::ordinary(&REFERENCE_TUNING, PERIOD).unwrap();
        let mut saturated = Case::<f32>::saturated(&REFERENCE_TUNING, PERIOD).unwrap();
        let mut everything = Everything::<I16F16>::new(&EVERYTHING, PERIOD).unwrap();
        for number in 0..1_000 {
            let small = number * 151 % 512 - 256;
            let step = ordinary.step(I16F16::from_bits(small));
            assert!(step.flags == Flags::default() && step.command > 0);
            let step = saturated.step(f32::of(small));
            assert!(number < 100 || step.flags.has(Flags::SATURATED_HIGH), "{number} {step:?}");
            let step = everything.step(I16F16::from_bits(small));
            let busy = Flags::SATURATED_HIGH.with(Flags::TRACKING, true);
            assert!(number < 100 || step.flags.has(busy), "{number} {step:?}");
        }
    }
}
