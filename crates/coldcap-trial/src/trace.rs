//! A closed loop in which everything changes now and then, hashed step by step.
//!
//! Coefficients are computed on the machine that runs the trace, from doubles; setpoint, mode, limits,
//! gains, time and sensor change at random. Every output of every step goes into the hash, so that one
//! bit that differs anywhere is found.

use crate::digest::Digest;
use crate::number::Trial;
use crate::plant::Plant;
use crate::source::{Congruential, Source};
use coldcap_thermal::filter::{FilterCoefficients, MeasurementFilter};
use coldcap_thermal::pid::{
    AntiWindup, Coefficients, Fallback, Input, Jitter, Limits, Mode, OnInvalid, Pid, Step, Tuning,
};
use coldcap_units::{Duration, Fault};
use fixed::types::{I16F16, I32F32};

/// What the trace of every number type must hash to, on every machine.
pub const EXPECTED: [(&str, u64); 4] = [
    ("I16F16", 0xEAD5_F346_1A68_43B3),
    ("I32F32", 0xCB19_5978_60CC_5435),
    ("f32", 0xF567_056C_454D_9A56),
    ("f64", 0xCD59_A4BF_E349_243B),
];

/// The hash of the trace of a number type, by name; `None` for a name that is not in [`EXPECTED`].
#[must_use]
pub fn by_name(name: &str) -> Option<u64> {
    match name {
        "I16F16" => Some(trace::<I16F16>()),
        "I32F32" => Some(trace::<I32F32>()),
        "f32" => Some(trace::<f32>()),
        "f64" => Some(trace::<f64>()),
        _ => None,
    }
}

/// The hash of the whole trace of `T`, of as many steps as [`Trial::TRACE_STEPS`].
#[must_use]
pub fn trace<T: Trial>() -> u64 {
    let mut scene = Scene::<T>::new();
    for _ in 0..T::TRACE_STEPS {
        scene.step();
    }
    scene.digest.value()
}

const PERIOD: Duration = Duration::from_millis(500);

struct Scene<T: Trial> {
    random: Congruential,
    digest: Digest,
    plant: Plant<T>,
    filter: MeasurementFilter<T>,
    with_filter: FilterCoefficients<T>,
    pid: Pid<T>,
    with: Coefficients<T>,
    limits: Limits<T>,
    mode: Mode<T>,
    setpoint: T,
    forward: T,
    command: T,
}

impl<T: Trial> Scene<T> {
    fn new() -> Self {
        Self {
            random: Congruential::new(0xC01D),
            digest: Digest::new(),
            plant: Plant::new(),
            filter: MeasurementFilter::new(),
            with_filter: filter(2),
            pid: Pid::new(),
            with: coefficients([120, 300, 40, 60, 0]),
            limits: Limits::UNIT,
            mode: Mode::Auto,
            setpoint: T::ONE.times(4),
            forward: T::ZERO,
            command: T::ZERO,
        }
    }

    fn step(&mut self) {
        if self.random.below(48) == 0 {
            self.change();
        }
        let noise = T::of(self.random.within(600));
        let measured = self.plant.step(self.command).plus(noise);
        let measured = self.sensor(measured);
        let measured = self.filter.step(&self.with_filter, measured);
        let input = Input {
            mode: self.mode,
            setpoint: self.setpoint,
            measured,
            feed_forward: self.forward,
            achieved: self.actuator(),
            dt: self.clock(),
        };
        let step = self.pid.step(&self.with, &self.limits, &input);
        self.command = step.command;
        record(&mut self.digest, &step, measured);
    }

    /// Changes one thing.
    fn change(&mut self) {
        match self.random.below(8) {
            0 | 1 => self.setpoint = T::of(self.random.within(12 << 16)),
            2 => self.with = self.new_coefficients(),
            3 => self.limits = self.new_limits(),
            4 => self.forward = T::of(self.random.within(1 << 14)),
            5 => self.mode = self.new_mode(),
            6 => self.with_filter = filter(2 + self.random.below(20)),
            _ => self.mode = Mode::Auto,
        }
    }

    fn new_coefficients(&mut self) -> Coefficients<T> {
        let random = &mut self.random;
        let figures = [
            20 + random.below(400),
            50 + random.below(2_000),
            random.below(200),
            random.below(101),
            random.below(101),
        ];
        let jitter = match random.below(3) {
            0 => Jitter::Strict { tolerance: Duration::from_millis(20) },
            most => Jitter::Rescale { most: most as u8 * 4 },
        };
        let kinds = [AntiWindup::BackCalculation, AntiWindup::Conditional, AntiWindup::Both];
        coefficients(figures).with_jitter(jitter).with_anti_windup(random.pick(&kinds))
    }

    fn new_limits(&mut self) -> Limits<T> {
        let low = T::of(self.random.below(0x4000) as i32);
        let high = T::of(0x8000 + self.random.below(0x8000) as i32);
        let rate = T::of(1 + self.random.below(0x2000) as i32);
        let then = match self.random.below(2) {
            0 => Fallback::Safe,
            _ => Fallback::Bleed(rate),
        };
        let policy = OnInvalid { hold: self.random.below(6) as u16, then };
        let plain = T::limits(low, high).unwrap_or(Limits::UNIT);
        let safe = plain.with_on_invalid(policy).unwrap_or(plain);
        match self.random.below(2) {
            0 => safe,
            _ => safe.with_slew(rate, rate.plus(rate)).unwrap_or(safe),
        }
    }

    fn new_mode(&mut self) -> Mode<T> {
        let output = T::of(self.random.within(0x1_4000));
        self.random.pick(&[
            Mode::Auto,
            Mode::Manual(output),
            Mode::Hold,
            Mode::Track(output),
            Mode::Safe,
        ])
    }

    /// Now and then there is no reading, or one that cannot be.
    fn sensor(&mut self, measured: T) -> Result<T, Fault> {
        match self.random.below(64) {
            0 => Err(Fault::Open),
            1 => Ok(self.random.pick(&T::GARBAGE)),
            _ => Ok(measured),
        }
    }

    /// Now and then the actuator does something else.
    fn actuator(&mut self) -> T {
        match self.random.below(16) {
            0 => self.command.minus(T::of(self.random.below(0x4000) as i32)),
            _ => self.command,
        }
    }

    /// Now and then a step comes out of time.
    fn clock(&mut self) -> Duration {
        match self.random.below(16) {
            0 => Duration::from_millis(self.random.below(5_000)),
            _ => PERIOD,
        }
    }
}

/// From thousandths of the gain, tenths of seconds, and hundredths of the weights.
#[allow(clippy::expect_used, reason = "all figures that a trace asks for are within range")]
fn coefficients<T: Trial>(figures: [u32; 5]) -> Coefficients<T> {
    let [gain, integral, derivative, b, c] = figures.map(f64::from);
    let tuning = Tuning::isa(gain / 1_000.0, integral / 10.0, derivative / 100.0)
        .weighted(b / 100.0, c / 100.0);
    T::coefficients(&tuning, PERIOD).expect("within range")
}

#[allow(clippy::expect_used, reason = "all figures that a trace asks for are within range")]
fn filter<T: Trial>(periods: u32) -> FilterCoefficients<T> {
    T::filter(f64::from(periods) * 0.5, PERIOD).expect("within range")
}

fn record<T: Trial>(digest: &mut Digest, step: &Step<T>, measured: Result<T, Fault>) {
    let numbers = [
        step.command,
        step.proportional(),
        step.integral(),
        step.derivative(),
        step.feed_forward(),
        step.requested(),
    ];
    for number in numbers {
        digest.feed(number.bits());
    }
    digest.feed(u64::from(step.flags.0));
    digest.feed(step.fault.map_or(0, |fault| u64::from(fault.code()) + 1));
    digest.feed(measured.map_or(0, T::bits));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trace_hashes_to_what_is_committed() {
        let got = EXPECTED.map(|(name, _)| (name, by_name(name).unwrap_or_default()));
        assert_eq!(got, EXPECTED, "{got:#018X?}");
    }
}
