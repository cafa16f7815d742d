//! Fourteen numbers of telemetry through our frames and through other stacks, and stuffing by itself beside the
//! crates `cobs` and `corncobs`: `cargo xtask compare-wire`.
//!
//! All contestants take turns, round by round, so that whatever else the machine does meets all. Printed are the
//! best round and the middle one.

mod sample;
mod stacks;
mod stuffing;

use sample::SAMPLES;
use stacks::{Stack, all};
use std::time::Instant;

const ROUNDS: usize = 1_500;

/// Nanoseconds of every round, for one thing that is timed.
struct Times(Vec<f64>);

impl Times {
    fn new() -> Self {
        Self(Vec::with_capacity(ROUNDS))
    }

    fn take(&mut self, calls: usize, round: &mut dyn FnMut()) {
        let start = Instant::now();
        round();
        self.0.push(start.elapsed().as_nanos() as f64 / calls as f64);
    }

    /// The best round and the middle one.
    fn figures(&mut self) -> (f64, f64) {
        self.0.sort_by(f64::total_cmp);
        (self.0[0], self.0[self.0.len() / 2])
    }
}

fn main() {
    // A word means: only see that it works.
    let rounds = if std::env::args().len() > 1 { 1 } else { ROUNDS };
    telemetry(rounds);
    stuffing::print(rounds);
}

fn telemetry(rounds: usize) {
    let mut stacks = all();
    let mut times: Vec<(Times, Times)> =
        stacks.iter().map(|_| (Times::new(), Times::new())).collect();
    for _ in 0..rounds {
        for (stack, (encode, decode)) in stacks.iter_mut().zip(&mut times) {
            encode.take(SAMPLES, &mut stack.encode);
            decode.take(SAMPLES, &mut stack.decode);
        }
    }
    let figures: Vec<_> = times.iter_mut().map(|(e, d)| (e.figures(), d.figures())).collect();
    println!(
        "| stack | bytes on the wire | encode ns, best (median) | decode ns, best (median) | ours to it: encode, \
         decode |\n|---|---|---|---|---|"
    );
    let ours = figures[0];
    for (Stack { name, bytes, .. }, (encode, decode)) in stacks.iter().zip(&figures) {
        println!(
            "| {name} | {bytes:.1} | {:.1} ({:.1}) | {:.1} ({:.1}) | {:.2}, {:.2} |",
            encode.0,
            encode.1,
            decode.0,
            decode.1,
            ours.0.0 / encode.0,
            ours.1.0 / decode.0,
        );
    }
}
