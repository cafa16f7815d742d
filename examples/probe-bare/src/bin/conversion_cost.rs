//! Counts the executed instructions of a conversion by a shipped table: within its span, and where it is
//! refused. See [`probe_bare::count`] for how they are counted.
#![no_std]
#![no_main]

use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_calibration::table::CubicTable;
use coldcap_units::{Fault, MicroCelsius, Ratio};
use core::hint::black_box;
use cortex_m_rt::entry;
use probe_bare::count::{self, INSTRUCTIONS_PER_COUNT};
use semihosting::println;

const CALLS: u32 = 20_000;

#[entry]
fn main() -> ! {
    if count::start() {
        report("conversion", 0x4000_0000);
        report("refusal", 0xFE00_0000);
    }
    semihosting::process::exit(0)
}

#[inline(never)]
fn convert(table: &CubicTable<'static>, code: Ratio) -> Result<MicroCelsius, Fault> {
    table.eval(code)
}

/// Instructions of one conversion with its call, its arguments and its return: all that a loop spends
/// beyond one that only counts codes up.
fn report(kind: &str, start: u32) {
    let table = black_box(&ntc_10k3a1::TABLE);
    let spent = measured(start, |code| {
        let _ = black_box(&convert(table, code));
    });
    let around = measured(start, |code| {
        black_box(code);
    });
    println!("{kind} {}", spent.saturating_sub(around));
}

/// The mean of many calls, over codes from `start` on, after some to get going.
fn measured(start: u32, mut call: impl FnMut(Ratio)) -> u64 {
    let mut code = start;
    let mut next = || {
        code = code.wrapping_add(9_973);
        call(Ratio(code));
    };
    (0..100).for_each(|_| next());
    let mut counts = 0;
    // The counter has 24 bits: a batch at a time.
    for _ in 0..CALLS / 1_000 {
        counts += count::of(|| (0..1_000).for_each(|_| next()));
    }
    counts * INSTRUCTIONS_PER_COUNT / u64::from(CALLS)
}
