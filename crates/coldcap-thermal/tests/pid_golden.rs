//! The controller against an oracle that was written in Python from the text of its law
//! (`oracle/oracle.py`, which also wrote `tests/golden/`).
//!
//! `f32` and both fixed-point types agree to the last bit in every step: command, flags, fault and every
//! term, through hashes. `f64` agrees within 10⁻¹² of the output's range; the gains of both sides come
//! from different exponential functions.
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

use coldcap_thermal::pid::AntiWindup;
use fixed::types::{I16F16, I32F32};
use golden::{EVERY, Golden, HASH_EVERY, STEPS, Trace, closed, closed_runs, open_tables, opened};
use support::Tested;

/// The highest command of the closed loops, whose lowest is zero.
const CLOSED_RANGE: f64 = 10.0;

/// Fails at the first ten thousand steps that are not the oracle's, and says which part of them.
fn assert_exact<T: Tested>(what: &str, trace: &Trace<T>, expected: &[(u64, u64)]) {
    assert_eq!(expected.len(), STEPS / HASH_EVERY);
    for (at, (ours, theirs)) in trace.hashes.iter().zip(expected).enumerate() {
        let until = (at + 1) * HASH_EVERY;
        assert_eq!(ours.0, theirs.0, "{}, {what}: a command before step {until}", T::NAME);
        assert_eq!(ours.1, theirs.1, "{}, {what}: a flag or term before {until}", T::NAME);
    }
}

/// The largest deviation from the doubles of the oracle, in parts of `range`, or of the value where that
/// is larger.
fn deviation<T: Tested>(trace: &Trace<T>, expected: &[f64], kept: usize, range: f64) -> f64 {
    assert_eq!(expected.len(), STEPS / EVERY * kept);
    let ours = trace.values.iter().flat_map(|four| four[..kept].iter());
    let far = |(one, other): (&T, &f64)| (one.to() - other).abs() / other.abs().max(range);
    ours.zip(expected).map(far).fold(0.0, f64::max)
}

fn closed_loops_are_exact<T: Golden>() {
    let (plants, runs) = closed_runs();
    assert_eq!((plants.len(), runs.len()), (10, 20));
    for run in runs {
        let plant = &plants[run.plant];
        let trace = closed::<T>(plant, &run, |_| {});
        assert_exact(&plant.name, &trace, run.expected.hashes(T::NAME));
    }
}

/// The largest deviation from the oracle's doubles in the closed loops with back-calculation alone, and
/// in the others.
fn closed_loop_deviations<T: Golden>() -> [f64; 2] {
    let (plants, runs) = closed_runs();
    let mut worst = [0.0_f64; 2];
    for run in runs {
        let trace = closed::<T>(&plants[run.plant], &run, |_| {});
        let conditional = run.anti_windup != AntiWindup::BackCalculation;
        let of_kind = &mut worst[usize::from(conditional)];
        *of_kind = of_kind.max(deviation(&trace, &run.expected.doubles, 1, CLOSED_RANGE));
    }
    println!("{}: {worst:?} of the output's range", T::NAME);
    worst
}

#[test]
fn closed_loops_in_f64_are_within_1e_12_of_the_oracle() {
    let worst = closed_loop_deviations::<f64>();
    assert!(worst[0] < 1e-12 && worst[1] < 1e-12, "{worst:?}");
}

#[test]
fn closed_loops_in_f32_are_exact() {
    closed_loops_are_exact::<f32>();
}

/// With conditional integration one rounding decides whether an increment is taken at the very edge of
/// what the actuator can do. The loop makes up for it, but for a moment it is one increment off.
#[test]
fn closed_loops_in_f32_are_within_1e_5_of_f64() {
    let [smooth, switching] = closed_loop_deviations::<f32>();
    assert!(smooth < 1e-5, "{smooth:e}");
    assert!(switching < 1e-2, "{switching:e}");
}

#[test]
fn closed_loops_in_i16f16_are_exact() {
    closed_loops_are_exact::<I16F16>();
}

#[test]
fn closed_loops_in_i32f32_are_exact() {
    closed_loops_are_exact::<I32F32>();
}

fn random_inputs_are_exact<T: Golden>() {
    let tables = open_tables();
    assert_eq!(tables.runs.len(), 3);
    for (seed, expected) in &tables.runs {
        let trace = opened::<T>(&tables, *seed, |_| {});
        assert_exact(&format!("seed {seed}"), &trace, expected.hashes(T::NAME));
    }
}

#[test]
fn random_inputs_in_every_mode_are_exact() {
    random_inputs_are_exact::<f32>();
    random_inputs_are_exact::<I16F16>();
    random_inputs_are_exact::<I32F32>();
}

#[test]
fn random_inputs_in_f64_are_within_1e_12_of_the_oracle() {
    let tables = open_tables();
    for (seed, expected) in &tables.runs {
        let trace = opened::<f64>(&tables, *seed, |_| {});
        // Command, request, integral and derivative; the narrowest range is one.
        let worst = deviation(&trace, &expected.doubles, 4, 1.0);
        println!("f64, seed {seed}: {worst:e}");
        assert!(worst < 1e-12, "{worst:e}");
    }
}

/// The random inputs reach what they are for.
#[test]
fn random_inputs_set_every_flag_and_name_every_fault() {
    let tables = open_tables();
    let (mut flags, mut faults) = ([0_u32; 8], [0_u32; 14]);
    opened::<f32>(&tables, tables.runs[0].0, |step| {
        for (bit, count) in flags.iter_mut().enumerate() {
            *count += u32::from(step.flags.0 >> bit & 1);
        }
        faults[step.fault.map_or(0, |fault| usize::from(fault.code()))] += 1;
    });
    assert!(flags.iter().chain(&faults).all(|count| *count > 300), "{flags:?} {faults:?}");
}
