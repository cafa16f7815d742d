//! The integer controller against the difference equations in f64, written from the formulas alone.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use std::collections::VecDeque;

use coldcap_thermal::pid::{Action, Coefficients, Input, Limits, Pid, Tuning};
use coldcap_units::Duration;
use fixed::types::I16F16;
use proptest::prelude::*;

const LSB: f64 = 1.0 / 65_536.0;

fn seconds(span: Duration) -> f64 {
    f64::from(span.as_millis()) / 1_000.0
}

fn quantised(value: f64) -> I16F16 {
    I16F16::from_bits((value / LSB).round() as i32)
}

/// P, I, D and v of the documented law. `v` is rounded, as documented; nothing else is.
struct Oracle {
    h: f64,
    k: f64,
    ti: f64,
    td: f64,
    tt: f64,
    a: f64,
    b: f64,
    c: f64,
    integral: f64,
    derivative: f64,
    last: Option<(f64, f64, f64)>,
}

impl Oracle {
    fn new(tuning: &Tuning, period: Duration) -> Self {
        let sign = if tuning.action == Action::Reverse { 1.0 } else { -1.0 };
        let (h, ti, td) =
            (seconds(period), seconds(tuning.integral_time), seconds(tuning.derivative_time));
        let tt = if td > 0.0 { ((ti * td * 1e6).sqrt().floor() / 1e3).max(h) } else { ti };
        let tf = seconds(tuning.filter_time);
        Self {
            h,
            k: sign * tuning.gain.to_num::<f64>(),
            ti,
            td,
            tt,
            a: if tf > 0.0 { (-h / tf).exp() } else { 0.0 },
            b: tuning.b.to_num(),
            c: tuning.c.to_num(),
            integral: 0.0,
            derivative: 0.0,
            last: None,
        }
    }

    /// The request, and the size of the largest term.
    fn step(&mut self, r: f64, y: f64, f: f64, achieved: f64) -> (f64, f64) {
        if let Some((r_before, y_before, v_before)) = self.last {
            self.integral += self.h / self.tt * (achieved - v_before);
            self.derivative = self.a * self.derivative
                + self.k * self.td * (1.0 - self.a) / self.h
                    * (self.c * (r - r_before) - (y - y_before));
        }
        self.integral += self.k * self.h / self.ti * (r - y);
        let (set, real) = (self.k * self.b * r, self.k * y);
        let v = set - real + self.integral + self.derivative + f;
        let rounded = (v / LSB + 0.5).floor() * LSB;
        self.last = Some((r, y, rounded));
        let largest = [set, real, self.integral, self.derivative].map(f64::abs);
        (v, largest.into_iter().fold(0.0, f64::max))
    }
}

fn tuning() -> impl Strategy<Value = (Tuning, Duration)> {
    (1i32..2_000_000, 1u32..2_000, 1u32..2_000, 0u32..500, 1u32..40, any::<(u16, u16, bool)>())
        .prop_map(|(gain, period, ti, td, n, (b, c, direct))| {
            let tuning = Tuning {
                gain: I16F16::from_bits(gain),
                integral_time: Duration::from_millis(period * ti),
                derivative_time: Duration::from_millis(period * td),
                filter_time: Duration::from_millis((period * td).div_ceil(20) * n),
                b: I16F16::from_bits(i32::from(b) + i32::from(b == u16::MAX)),
                c: I16F16::from_bits(i32::from(c)),
                action: if direct { Action::Direct } else { Action::Reverse },
            };
            (tuning, Duration::from_millis(period))
        })
}

proptest! {
    /// Fed with the same signals the request agrees to half an LSB of rounding and 2⁻²⁷ of the
    /// largest term (gains have 29 bits or better, and errors of some of them add).
    #[test]
    fn open_loop_agrees_in_lsb(
        (tuning, period) in tuning(),
        signals in prop::collection::vec((-40.0f64..40.0, -40.0f64..40.0, -0.5f64..0.5), 1..300),
    ) {
        let Ok(coefficients) = Coefficients::new(&tuning, period) else { return Ok(()) };
        let limits = Limits::new(I16F16::MIN, I16F16::MAX).unwrap();
        let (mut pid, mut oracle) = (Pid::new(), Oracle::new(&tuning, period));
        let mut achieved = I16F16::ZERO;
        let mut largest: f64 = 0.0;
        for (r, y, f) in signals {
            let (r, y, f) = (quantised(r), quantised(y), quantised(f));
            let step = pid.step(&coefficients, &limits, &Input {
                setpoint: r, measured: Ok(y), feed_forward: f, achieved,
            });
            let (v, size) = oracle.step(r.to_num(), y.to_num(), f.to_num(), achieved.to_num());
            largest = largest.max(size);
            prop_assume!(largest < 16_000.0);
            let error = (step.command.to_num::<f64>() - v).abs();
            // A request on the edge between two roundings may be tracked one LSB apart.
            prop_assert!(error <= LSB + largest * f64::from(-27).exp2(), "{} LSB of {largest}", error / LSB);
            achieved = step.command;
        }
    }
}

/// First order plus delay, exactly sampled: gain, time constant, delay in periods.
struct Plant {
    pole: f64,
    gain: f64,
    delay: VecDeque<f64>,
    y: f64,
}

impl Plant {
    fn new(gain: f64, time: f64, delay: usize, period: Duration) -> Self {
        let pole = (-seconds(period) / time).exp();
        Self { pole, gain, delay: VecDeque::from(vec![0.0; delay]), y: 0.0 }
    }

    fn step(&mut self, u: f64) -> f64 {
        self.delay.push_back(u);
        let delayed = self.delay.pop_front().unwrap();
        self.y = self.pole * self.y + self.gain * (1.0 - self.pole) * delayed;
        self.y
    }
}

fn simple(gain: f64, ti: u32, td: u32, action: Action) -> Tuning {
    Tuning {
        gain: I16F16::from_num(gain),
        integral_time: Duration::from_millis(ti),
        derivative_time: Duration::from_millis(td),
        filter_time: Duration::from_millis(td / 8),
        b: I16F16::from_num(0.6),
        c: I16F16::ZERO,
        action,
    }
}

/// The largest distance between the command of the integer loop and that of the f64 loop, each
/// around its own plant, with saturation on the way, in LSB.
fn closed_loop_distance(tuning: &Tuning, gain: f64, time: f64, delay: usize) -> f64 {
    let period = Duration::from_millis(100);
    let coefficients = Coefficients::new(tuning, period).unwrap();
    let limits = Limits::new(I16F16::from_num(-2), I16F16::from_num(2)).unwrap();
    let (mut pid, mut oracle) = (Pid::new(), Oracle::new(tuning, period));
    let (mut plant, mut twin) =
        (Plant::new(gain, time, delay, period), Plant::new(gain, time, delay, period));
    let (mut achieved, mut twin_achieved) = (I16F16::ZERO, 0.0f64);
    let mut worst: f64 = 0.0;
    for tick in 0..100_000 {
        let r = if tick % 20_000 < 10_000 { 1.0 } else { -3.0 };
        let load = if tick % 7_000 < 3_500 { 0.25 } else { -0.25 };
        let y = plant.step(achieved.to_num::<f64>() + load);
        let step = pid.step(
            &coefficients,
            &limits,
            &Input {
                setpoint: quantised(r),
                measured: Ok(quantised(y)),
                feed_forward: I16F16::ZERO,
                achieved,
            },
        );
        let twin_y = twin.step(twin_achieved + load);
        let (v, _) = oracle.step(r, twin_y, 0.0, twin_achieved);
        achieved = step.command;
        twin_achieved = v.clamp(-2.0, 2.0);
        worst = worst.max((achieved.to_num::<f64>() - twin_achieved).abs() / LSB);
    }
    worst
}

#[test]
fn closed_loop_agrees_in_lsb() {
    // (K, Ti, Td), plant (gain, T, delay), what quantising y and u by half an LSB each may cost.
    let heating = Action::Reverse;
    let cases = [
        (simple(0.5, 1_000, 0, heating), 1.0, 1.0, 10, 3.0),
        (simple(5.0, 8_000, 0, heating), 1.0, 10.0, 10, 8.0),
        (simple(4.7, 4_200, 480, heating), 1.0, 10.0, 10, 40.0),
        (simple(1.0, 60_000, 0, heating), 1.0, 600.0, 50, 3.0),
        (simple(5.0, 8_000, 0, Action::Direct), -1.0, 10.0, 10, 8.0),
    ];
    for (tuning, gain, time, delay, bound) in cases {
        let worst = closed_loop_distance(&tuning, gain, time, delay);
        println!("K {} Td {:?}: {worst:.2} LSB", tuning.gain, tuning.derivative_time);
        assert!(worst <= bound, "{worst} LSB with {tuning:?}");
    }
}

/// ∫e dt after a unit step of load at the plant's input; for any stable loop it is Ti/K.
fn integral_error(tuning: &Tuning, gain: f64, time: f64, delay: usize) -> f64 {
    let period = Duration::from_millis(50);
    let coefficients = Coefficients::new(tuning, period).unwrap();
    let limits = Limits::new(I16F16::from_num(-100), I16F16::from_num(100)).unwrap();
    let (mut pid, mut plant) = (Pid::new(), Plant::new(gain, time, delay, period));
    let (mut command, mut sum) = (I16F16::ZERO, 0.0);
    for _ in 0..40_000 {
        let y = plant.step(command.to_num::<f64>() + 1.0);
        sum += y * seconds(period);
        command = pid
            .step(
                &coefficients,
                &limits,
                &Input {
                    setpoint: I16F16::ZERO,
                    measured: Ok(quantised(y)),
                    feed_forward: I16F16::ZERO,
                    achieved: command,
                },
            )
            .command;
    }
    sum
}

#[test]
fn the_integral_error_identity_holds() {
    let cases = [
        (simple(0.5, 1_000, 0, Action::Reverse), 1.0, 1.0, 20),
        (simple(5.0, 8_000, 0, Action::Reverse), 1.0, 10.0, 20),
        (simple(4.7, 4_200, 480, Action::Reverse), 1.0, 10.0, 20),
        (simple(0.25, 1_000, 0, Action::Reverse), 1.0, 1.0, 20),
        (simple(0.05, 100_000, 0, Action::Reverse), 20.0, 60.0, 20),
        (simple(0.06, 15_000, 0, Action::Direct), -20.0, 19.0, 60),
    ];
    for (tuning, gain, time, delay) in cases {
        let exact = seconds(tuning.integral_time) / tuning.gain.to_num::<f64>();
        let exact = exact * f64::signum(gain);
        let got = integral_error(&tuning, gain, time, delay);
        println!("Ti/K {exact:.4}, measured {got:.4}, {:.3} %", (got / exact - 1.0) * 100.0);
        assert!((got / exact - 1.0).abs() < 0.005, "{got} instead of {exact}");
    }
}
