//! A step of the controller and of its rivals, with criterion's statistics. For the table beside each
//! other see `cargo xtask compare`.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "rivals/contestants.rs"]
mod contestants;

use contestants::{CALLS, Class, all};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const fn name(class: Class) -> &'static str {
    match class {
        Class::Integer => "step, integers",
        Class::Single => "step, f32",
        Class::Double => "step, f64",
        Class::Busy => "step, busy",
    }
}

/// Times are of rounds; the throughput is in steps.
fn pid(criterion: &mut Criterion) {
    for mut contestant in all() {
        let mut group = criterion.benchmark_group(name(contestant.class));
        group.throughput(Throughput::Elements(CALLS as u64)).sample_size(10);
        group.bench_function(contestant.name.replace('`', ""), |bencher| {
            bencher.iter(&mut contestant.round)
        });
        group.finish();
    }
}

criterion_group!(benches, pid);
criterion_main!(benches);
