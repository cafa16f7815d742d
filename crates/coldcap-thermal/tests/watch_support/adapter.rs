//! The controllers that drive the plants: the crate's own channel and tank behind one narrow trait,
//! and a PI of the test's own.

use coldcap_thermal::channel::{CoolantLoop, LoopConfig, LoopInput};
use coldcap_thermal::tank::{TankConfig, TankController};
use coldcap_units::{Coolant, Fault, MillilitersPerMinute};

use super::{SECOND, celsius, duty};

pub trait Control {
    /// Effective setpoint and drive; no target is off.
    fn step(
        &mut self,
        target: Option<f64>,
        measured: Result<f64, Fault>,
        achieved: f64,
    ) -> (Option<f64>, f64);
}

/// The channel of the crate. Nothing else here knows its interface.
pub struct Channel(CoolantLoop, LoopConfig);

impl Channel {
    pub fn new() -> Self {
        Self(CoolantLoop::new(), LoopConfig::reference(SECOND).unwrap())
    }
}

fn coolant(degrees: f64) -> Coolant {
    Coolant(celsius(degrees))
}

impl Control for Channel {
    fn step(
        &mut self,
        target: Option<f64>,
        measured: Result<f64, Fault>,
        achieved: f64,
    ) -> (Option<f64>, f64) {
        let input = LoopInput {
            target: target.map(coolant),
            supply: measured.map(coolant),
            returned: Err(Fault::Absent),
            tank: Err(Fault::Absent),
            flow: Ok(MillilitersPerMinute(1_000)),
            valve_achieved: duty(achieved),
            dt: SECOND,
        };
        let output = self.0.step(&self.1, input);
        let effective = output.effective.map(|it| f64::from(it.to_milli()) / 1_000.0);
        (effective, f64::from(output.valve.0) / 65_535.0)
    }
}

/// The tank controller of the crate.
pub struct Tank(TankController);

impl Tank {
    pub fn new() -> Self {
        Self(TankController::rested())
    }
}

impl Control for Tank {
    fn step(
        &mut self,
        target: Option<f64>,
        measured: Result<f64, Fault>,
        _: f64,
    ) -> (Option<f64>, f64) {
        let (tank, wanted) = (measured.map(coolant), target.map(coolant));
        let duty = self.0.step(&TankConfig::REFERENCE, tank, wanted, SECOND);
        (target, f64::from(duty.0) / 65_535.0)
    }
}

/// A PI with clamped integral and a ramped setpoint.
pub struct Pi {
    pub sign: f64,
    pub gain: f64,
    pub integral_time: f64,
    pub ramp_per_s: f64,
    setpoint: Option<f64>,
    integral: f64,
    last: f64,
}

impl Pi {
    /// `sign` is 1 for cooling and −1 for heating.
    pub fn new(sign: f64, gain: f64, integral_time: f64, ramp_per_s: f64) -> Self {
        Self { sign, gain, integral_time, ramp_per_s, setpoint: None, integral: 0.0, last: 0.0 }
    }
}

impl Control for Pi {
    fn step(
        &mut self,
        target: Option<f64>,
        measured: Result<f64, Fault>,
        _: f64,
    ) -> (Option<f64>, f64) {
        let Some(target) = target else {
            (self.setpoint, self.integral) = (None, 0.0);
            return (None, 0.0);
        };
        let Ok(measured) = measured else { return (self.setpoint, self.last) };
        let before = self.setpoint.unwrap_or(measured);
        let setpoint = before + (target - before).clamp(-self.ramp_per_s, self.ramp_per_s);
        self.setpoint = Some(setpoint);
        let error = self.sign * (measured - setpoint);
        let proportional = self.gain * error;
        self.integral = (self.integral + proportional / self.integral_time).clamp(0.0, 1.0);
        self.last = (proportional + self.integral).clamp(0.0, 1.0);
        (self.setpoint, self.last)
    }
}
