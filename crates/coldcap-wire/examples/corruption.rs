//! Damages frames and counts what a receiver delivers all the same: `cargo xtask campaign corruption N`.
#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Instant;
use support::corruption::{self, Damage, exhaustive};
use support::scaled::{self, Scheme};
use support::{samples, vectors};

const KINDS: [Damage; 5] =
    [Damage::Flips(1), Damage::Flips(2), Damage::Flips(3), Damage::Burst(32), Damage::Burst(64)];

fn main() -> ExitCode {
    let count = std::env::args().nth(1).and_then(|word| word.parse::<u64>().ok());
    let Some(count) = count else {
        eprintln!("usage: corruption FRAMES");
        return ExitCode::FAILURE;
    };
    let frames: Vec<Vec<u8>> =
        samples::all().iter().map(|sample| vectors::framed(&vectors::packet(sample))).collect();
    let found = every_pair(&frames) + random(&frames, count);
    let scaled_found = scaled_down(count);
    if found + scaled_found == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn every_pair(frames: &[Vec<u8>]) -> u64 {
    let start = Instant::now();
    let (tried, found) = exhaustive(frames);
    println!("every flip of one bit and of two in {} vectors: {tried} frames", frames.len());
    println!("delivered all the same: {found} ({:.0} s)", start.elapsed().as_secs_f64());
    found
}

fn random(frames: &[Vec<u8>], count: u64) -> u64 {
    println!(
        "\n| damage | frames | delivered all the same | million a second |\n|---|---|---|---|"
    );
    let mut sum = 0;
    for (seed, damage) in (1..).zip(KINDS) {
        let (start, times) = (Instant::now(), count / KINDS.len() as u64);
        let found = corruption::undetected(frames, damage, times, seed);
        let speed = times as f64 / start.elapsed().as_secs_f64() / 1e6;
        println!("| {damage:?} | {times} | {found} | {speed:.1} |");
        sum += found;
    }
    sum
}

/// What the scheme lets through with sixteen bits: nothing. The other two are there to fail, and do so soon.
fn scaled_down(count: u64) -> u64 {
    println!(
        "\n| CRC-16, 24 bytes | damage | frames | delivered all the same | million a second |\n|---|---|---|---|---|"
    );
    let mut sum = 0;
    let schemes = [
        (Scheme::Outside, count),
        (Scheme::OutsideWithoutLength, count / 100),
        (Scheme::Inside, count / 100),
    ];
    for (scheme, count) in schemes {
        for damage in [Damage::Flips(2), Damage::Flips(3)] {
            let start = Instant::now();
            let found = scaled::undetected(scheme, 24, damage, count, 7);
            let speed = count as f64 / start.elapsed().as_secs_f64() / 1e6;
            println!("| {scheme:?} | {damage:?} | {count} | {found} | {speed:.1} |");
            sum += if scheme == Scheme::Outside { found } else { 0 };
        }
    }
    sum
}
