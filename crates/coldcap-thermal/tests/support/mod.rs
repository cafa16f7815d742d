//! What the tests of the controller share: the four number types behind one door.
#![allow(missing_docs, dead_code)]

use coldcap_thermal::number::Number;
use coldcap_thermal::pid::{Coefficients, Input, Limits, Pid, Step, Tuning, TuningError};
use coldcap_units::Duration;
use fixed::types::{I16F16, I32F32};

/// A number type that tests can be written for once.
pub(crate) trait Tested: Number {
    /// The smallest step of the output near one, or four units in the last place.
    const LEAST: f64;
    const NAME: &str;
    fn of(value: f64) -> Self;
    fn to(self) -> f64;
    fn coefficients(tuning: &Tuning, period: Duration) -> Result<Coefficients<Self>, TuningError>;
    fn limits(low: f64, high: f64) -> Limits<Self>;
    /// The bits, for hashes and for "the very same".
    fn bits(self) -> u64;
}

macro_rules! tested {
    ($number:ident, $least:expr, $of:expr, $to:expr, $bits:expr) => {
        impl Tested for $number {
            const LEAST: f64 = $least;
            const NAME: &str = stringify!($number);
            fn of(value: f64) -> Self {
                $of(value)
            }
            fn to(self) -> f64 {
                $to(self)
            }
            fn coefficients(
                tuning: &Tuning,
                period: Duration,
            ) -> Result<Coefficients<Self>, TuningError> {
                Coefficients::<$number>::new(tuning, period)
            }
            fn limits(low: f64, high: f64) -> Limits<Self> {
                Limits::<$number>::new(Self::of(low), Self::of(high)).unwrap()
            }
            fn bits(self) -> u64 {
                $bits(self)
            }
        }
    };
}

tested!(f32, 4.0 * 6.0e-8, |v| v as f32, f64::from, |v: f32| u64::from(v.to_bits()));
tested!(f64, 4.0 * 1.2e-16, |v| v, |v| v, f64::to_bits);
tested!(
    I16F16,
    1.0 / 65_536.0,
    |v: f64| if v.is_nan() { I16F16::MAX } else { I16F16::saturating_from_num(v) },
    |v: I16F16| v.to_num::<f64>(),
    |v: I16F16| v.to_bits() as u32 as u64
);
tested!(
    I32F32,
    1.0 / 4_294_967_296.0,
    |v: f64| if v.is_nan() { I32F32::MAX } else { I32F32::saturating_from_num(v) },
    |v: I32F32| v.to_num::<f64>(),
    |v: I32F32| v.to_bits() as u64
);

/// A controller with everything that it needs, and an actuator that does as it is told.
#[derive(Clone, Copy)]
pub(crate) struct Loop<T: Tested> {
    pub(crate) pid: Pid<T>,
    pub(crate) with: Coefficients<T>,
    pub(crate) limits: Limits<T>,
    pub(crate) period: Duration,
    pub(crate) achieved: T,
}

impl<T: Tested> Loop<T> {
    pub(crate) fn new(tuning: &Tuning, period: Duration) -> Self {
        Self {
            pid: Pid::new(),
            with: T::coefficients(tuning, period).unwrap(),
            limits: Limits::UNIT,
            period,
            achieved: T::ZERO,
        }
    }

    pub(crate) fn limited(mut self, low: f64, high: f64) -> Self {
        self.limits = T::limits(low, high);
        self
    }

    pub(crate) fn input(&self, setpoint: f64, measured: f64) -> Input<T> {
        Input::auto(T::of(setpoint), Ok(T::of(measured)), self.achieved, self.period)
    }

    pub(crate) fn step(&mut self, input: &Input<T>) -> Step<T> {
        let step = self.pid.step(&self.with, &self.limits, input);
        self.achieved = step.command;
        step
    }

    /// `steps` ordinary steps; the last one.
    pub(crate) fn run(&mut self, steps: u32, setpoint: f64, measured: f64) -> Step<T> {
        let mut last = self.step(&self.input(setpoint, measured));
        for _ in 1..steps {
            last = self.step(&self.input(setpoint, measured));
        }
        last
    }
}
