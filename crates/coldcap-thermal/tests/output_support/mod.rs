//! A controller and plants for the tests of the outputs.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::collections::VecDeque;

use coldcap_thermal::output::{TimeProportionConfig, Timing};
use coldcap_thermal::pid::{Coefficients, Input, Limits, Pid, Tuning};
use coldcap_units::Duration;
use fixed::types::I16F16;

/// A cooling PI controller, one call each `period`: setpoint, measurement, achieved -> command.
///
/// The only place where the tests of the outputs touch the controller.
pub(crate) fn pi(
    gain: f64,
    integral_s: u32,
    period: Duration,
) -> impl FnMut(f64, f64, I16F16) -> I16F16 {
    let tuning = Tuning::isa(gain, f64::from(integral_s), 0.0);
    let coefficients = Coefficients::<I16F16>::new(&tuning, period).unwrap();
    let mut pid = Pid::new();
    move |setpoint, measured, achieved| {
        let (setpoint, measured) = (I16F16::from_num(setpoint), I16F16::from_num(measured));
        let input = Input::auto(setpoint, Ok(measured), achieved, period);
        pid.step(&coefficients, &Limits::UNIT, &input).command
    }
}

/// First order with dead time, cooled by a drive of 0 to 1, stepped once a second.
///
/// `T·dy/dt = ambient − K·u(t − L) − y`, exact for a drive that is constant over the second.
pub(crate) struct Plant {
    pub(crate) ambient: f64,
    pub(crate) gain: f64,
    decay: f64,
    pipe: VecDeque<f64>,
    pub(crate) y: f64,
}

impl Plant {
    pub(crate) fn new(gain: f64, time_s: f64, delay_s: usize, ambient: f64) -> Self {
        let pipe = VecDeque::from(vec![0.0; delay_s]);
        Self { ambient, gain, decay: (-1.0 / time_s).exp(), pipe, y: ambient }
    }

    pub(crate) fn step(&mut self, drive: f64) {
        self.pipe.push_back(drive);
        let drive = self.pipe.pop_front().unwrap();
        let target = self.ambient - self.gain * drive;
        self.y = target + self.decay * (self.y - target);
    }
}

/// Lowest, highest and mean of what it is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) low: f64,
    pub(crate) high: f64,
    sum: f64,
    count: f64,
}

impl Default for Spread {
    fn default() -> Self {
        Self { low: f64::INFINITY, high: f64::NEG_INFINITY, sum: 0.0, count: 0.0 }
    }
}

impl Spread {
    pub(crate) fn add(&mut self, value: f64) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.sum += value;
        self.count += 1.0;
    }

    pub(crate) fn mean(&self) -> f64 {
        self.sum / self.count
    }

    pub(crate) fn width(&self) -> f64 {
        self.high - self.low
    }
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// BrewPi's issue 58: 10 min of minimum on time in a window of 60 min.
pub(crate) const BREWPI: Timing = Timing {
    window: Duration::from_mins(60),
    minimum_on: Duration::from_mins(10),
    minimum_off: Duration::from_mins(5),
    start_delay: Duration::from_mins(5),
    longest_cycle: Duration::from_mins(240),
};

pub(crate) fn brewpi() -> TimeProportionConfig {
    TimeProportionConfig::new(BREWPI).unwrap()
}
