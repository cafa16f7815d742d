//! One step of the fixed-point PID with the coefficients of the reference coolant loop.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap::TICK;
use coldcap_thermal::channel::REFERENCE_TUNING;
use coldcap_thermal::pid::{Coefficients, Input, Limits, Pid};
use core::hint::black_box;
use criterion::{Criterion, criterion_group, criterion_main};
use fixed::types::I16F16;

fn pid(criterion: &mut Criterion) {
    let coefficients = Coefficients::<I16F16>::new(&REFERENCE_TUNING, TICK).unwrap();
    criterion.bench_function("Pid::step, I16F16", |bencher| {
        let mut pid = Pid::new();
        let mut achieved = I16F16::ZERO;
        bencher.iter(|| {
            let measured = Ok(black_box(I16F16::from_bits(-262_000)));
            let input = Input::auto(I16F16::from_num(-4), measured, achieved, TICK);
            let step = pid.step(&coefficients, &Limits::UNIT, &input);
            achieved = step.command;
            step.command
        });
    });
}

criterion_group!(benches, pid);
criterion_main!(benches);
