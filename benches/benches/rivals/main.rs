//! A step of coldcap's controller beside the other crates', in one run: `cargo xtask compare`.
//!
//! Each contestant's state and coefficients are in memory, and go through `black_box` by reference in
//! every call, as in a control task that runs once in a while. All of them take turns, round by round, so
//! that whatever else the machine does meets all. The figure of each is its best round.
#![allow(missing_docs, clippy::unwrap_used)]

mod contestants;

use contestants::{CALLS, Class, Contestant, all};
use std::time::Instant;

const ROUNDS: usize = 600;

fn main() {
    // `cargo bench -- --test` only wants to see that it works.
    let rounds = if std::env::args().any(|word| word == "--test") { 1 } else { ROUNDS };
    let mut contestants = all();
    let mut best = vec![f64::INFINITY; contestants.len()];
    for _ in 0..rounds {
        for (contestant, best) in contestants.iter_mut().zip(&mut best) {
            *best = best.min(nanoseconds(contestant));
        }
    }
    print(&contestants, &best);
}

fn nanoseconds(contestant: &mut Contestant) -> f64 {
    let start = Instant::now();
    (contestant.round)();
    start.elapsed().as_nanos() as f64 / CALLS as f64
}

/// Who everybody of a class is compared with.
const fn rivals(class: Class) -> &'static [&'static str] {
    match class {
        Class::Integer => &["idsp `Q32<24>` dither"],
        Class::Single => &["idsp `f32` DF1", "idsp `f32` DF2T"],
        Class::Double => &["idsp `f64` DF1"],
        Class::Busy => &["idsp `Q32<24>` dither", "idsp `f32` DF1"],
    }
}

fn print(contestants: &[Contestant], best: &[f64]) {
    let time_of = |name: &str| {
        let found = contestants.iter().position(|contestant| contestant.name == name);
        found.map_or(f64::NAN, |index| best[index])
    };
    println!("| step | ns | beside |\n|---|---|---|");
    for class in [Class::Integer, Class::Single, Class::Double, Class::Busy] {
        for (contestant, time) in contestants.iter().zip(best) {
            if contestant.class == class {
                let beside: Vec<String> = rivals(class)
                    .iter()
                    .map(|rival| format!("{:.2} × {rival}", time / time_of(rival)))
                    .collect();
                println!("| {} | {time:.2} | {} |", contestant.name, beside.join(", "));
            }
        }
    }
}
