//! After a step of the load at the input of any stable loop, the integral of the error is Ti/K
//! (K. J. Åström and T. Hägglund, *Advanced PID Control*, ISA 2006, chapter 4): whatever the plant is.
//! A wrong gain, period or bias shows here without any reference figure.
#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/golden.rs"]
mod golden;
mod support;

use coldcap_thermal::pid::{Action, Input, Pid};
use fixed::types::{I16F16, I32F32};
use golden::{ClosedRun, Plant, closed_runs};
use support::Tested;

/// A large load, so that the steps of 2⁻¹⁶ in which fixed point measures are small beside it.
const LOAD: f64 = 100.0;
const STEPS: u32 = 20_000;

/// |∫e dt| per unit of load, in seconds.
fn integrated_error<T: Tested>(plant: &Plant, run: &ClosedRun) -> f64 {
    let mut plant = plant.clone();
    let period_s = f64::from(plant.period.as_millis()) / 1_000.0;
    let with = T::coefficients(&run.tuning, plant.period).unwrap();
    let limits = T::limits(-2_000.0, 2_000.0);
    let sign = if run.tuning.action == Action::Direct { -1.0 } else { 1.0 };
    let (mut pid, mut command, mut sum) = (Pid::<T>::new(), T::ZERO, 0.0);
    for _ in 0..STEPS {
        let output = sign * plant.output();
        sum += output * period_s;
        let input = Input::auto(T::ZERO, Ok(T::of(output)), command, plant.period);
        command = pid.step(&with, &limits, &input).command;
        plant.drive(command.to() + LOAD);
    }
    (sum / LOAD).abs()
}

/// The largest relative deviation from Ti/K over ten plants with two tunings each.
fn worst<T: Tested>() -> f64 {
    let (plants, runs) = closed_runs();
    assert_eq!((plants.len(), runs.len()), (10, 20));
    let of_run = |run: &ClosedRun| {
        let exact = run.tuning.integral_time_s / run.tuning.gain;
        let far = (integrated_error::<T>(&plants[run.plant], run) / exact - 1.0).abs();
        println!("{} {} {far:e}", T::NAME, plants[run.plant].name);
        far
    };
    runs.iter().map(of_run).fold(0.0, f64::max)
}

#[test]
fn the_integral_of_the_error_after_a_load_step_is_ti_over_k() {
    let found = [worst::<f64>(), worst::<f32>(), worst::<I32F32>(), worst::<I16F16>()];
    println!("f64, f32, I32F32, I16F16: {found:?}");
    assert!(found[0] < 0.001, "f64: {}", found[0]);
    assert!(found[1] < 0.005, "f32: {}", found[1]);
    assert!(found[2] < 0.005, "I32F32: {}", found[2]);
    assert!(found[3] < 0.005, "I16F16: {}", found[3]);
}
