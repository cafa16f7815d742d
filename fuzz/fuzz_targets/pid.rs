//! Any bytes as operations on a controller: tunings, limits, slew limits, modes, jitter, policies,
//! samples and garbage. What must hold is checked after every step; at the end the loop settles.
//!
//! Input: one byte for the number type, then two bytes for every choice.
#![no_main]

use coldcap_trial::source::Bytes;
use coldcap_trial::walk::walk;
use fixed::types::{I16F16, I32F32};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((number, choices)) = input.split_first() else { return };
    let mut source = Bytes(choices);
    let found = match number % 4 {
        0 => walk::<I16F16>(&mut source, u64::MAX),
        1 => walk::<I32F32>(&mut source, u64::MAX),
        2 => walk::<f32>(&mut source, u64::MAX),
        _ => walk::<f64>(&mut source, u64::MAX),
    };
    if let Err(found) = found {
        panic!("{found}");
    }
});
