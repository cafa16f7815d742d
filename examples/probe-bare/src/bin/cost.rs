//! Counts the executed instructions of a step, by kind and number type.
//!
//! What the loop around the step costs is measured with a step that does nothing, and taken off.
#![no_std]
#![no_main]

use coldcap_thermal::channel::REFERENCE_TUNING;
use coldcap_thermal::pid::{Coefficients, Input, Limits, Pid};
use coldcap_trial::case::{Case, EVERYTHING, Everything};
use coldcap_trial::number::Trial;
use coldcap_units::Duration;
use core::hint::black_box;
use cortex_m_rt::entry;
use fixed::types::{I16F16, I32F32};
use probe_bare::count::{self, INSTRUCTIONS_PER_COUNT};
use semihosting::println;

const STEPS: u32 = 20_000;
const TICK: Duration = Duration::from_millis(100);

#[entry]
fn main() -> ! {
    if count::start() {
        all::<I16F16>();
        all::<I32F32>();
        all::<f32>();
    }
    semihosting::process::exit(0)
}

fn all<T: Trial>() {
    let (ordinary, saturated) =
        (Case::ordinary(&REFERENCE_TUNING, TICK), Case::saturated(&REFERENCE_TUNING, TICK));
    if let (Some(ordinary), Some(saturated), Some(everything)) =
        (ordinary, saturated, Everything::new(&EVERYTHING, TICK))
    {
        report(T::NAME, "ordinary", case::<T>(ordinary, step));
        report(T::NAME, "saturated", case::<T>(saturated, step));
        report(T::NAME, "everything", busy::<T>(everything));
    }
}

fn report(number: &str, kind: &str, instructions: u64) {
    println!("{number} {kind} {instructions}");
}

type Stepper<T> = fn(&mut Pid<T>, &Coefficients<T>, &Limits<T>, &Input<T>) -> T;

#[inline(never)]
fn step<T: Trial>(
    pid: &mut Pid<T>,
    with: &Coefficients<T>,
    limits: &Limits<T>,
    input: &Input<T>,
) -> T {
    pid.step(with, limits, input).command
}

#[inline(never)]
fn nothing<T: Trial>(_: &mut Pid<T>, _: &Coefficients<T>, _: &Limits<T>, input: &Input<T>) -> T {
    input.achieved
}

/// Instructions of one call of `step` beyond those of a call that does nothing.
fn case<T: Trial>(case: Case<T>, step: Stepper<T>) -> u64 {
    let (mut real, mut empty) = (case, case);
    let spent = measured(|number| walk(&mut real, black_box(step), number));
    let around = measured(|number| walk(&mut empty, black_box(nothing), number));
    spent.saturating_sub(around)
}

fn walk<T: Trial>(case: &mut Case<T>, step: Stepper<T>, number: u32) {
    let measured = T::of((number.wrapping_mul(151) % 512) as i32 - 256);
    let input = Input::auto(case.setpoint, Ok(measured), case.command, case.with.period());
    case.command = step(&mut case.pid, &case.with, &case.limits, &input);
}

fn busy<T: Trial>(mut everything: Everything<T>) -> u64 {
    measured(|number| {
        let measured = T::of((number.wrapping_mul(151) % 512) as i32 - 256);
        black_box(black_box(&mut everything).step(measured).command);
    })
}

/// The mean of many calls, after some to get going.
fn measured(mut call: impl FnMut(u32)) -> u64 {
    (0..100).for_each(&mut call);
    let mut counts = 0;
    // The counter has 24 bits: a batch at a time.
    for batch in 0..STEPS / 1_000 {
        counts += count::of(|| (0..1_000).for_each(|number| call(batch + number)));
    }
    counts * INSTRUCTIONS_PER_COUNT / u64::from(STEPS)
}
