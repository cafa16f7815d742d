//! Stuffing by itself, in gigabytes of packet a second.

use crate::Times;
use crate::sample::Numbers;
use coldcap_wire::frame::cobs::{decode_in_place, encode, max_encoded_len};
use std::hint::black_box;

/// Bytes that a round works through at least.
const WORK: usize = 16_384;

type Coder = fn(&[u8], &mut [u8]) -> usize;

/// Who stuffs.
const ENCODERS: &[(&str, Coder)] = &[
    ("coldcap", |packet, out| encode(packet, out).unwrap()),
    ("`cobs`", |packet, out| cobs::encode(packet, out)),
    ("`corncobs`", |packet, out| corncobs::encode_buf(packet, out)),
];

/// Who takes it apart again; the same copy in front of everybody who does it in place.
const DECODERS: &[(&str, Coder)] = &[
    ("coldcap", |encoded, out| {
        out[..encoded.len()].copy_from_slice(encoded);
        decode_in_place(&mut out[..encoded.len()]).unwrap().len()
    }),
    ("`cobs`", |encoded, out| cobs::decode(encoded, out).unwrap().frame_size()),
    ("`cobs` in place", |encoded, out| {
        out[..encoded.len()].copy_from_slice(encoded);
        cobs::decode_in_place(&mut out[..encoded.len()]).unwrap()
    }),
    ("`corncobs` in place", |encoded, out| {
        out[..encoded.len()].copy_from_slice(encoded);
        // It wants the delimiter.
        out[encoded.len()] = 0;
        corncobs::decode_in_place(&mut out[..=encoded.len()]).unwrap()
    }),
];

/// Packets of one length, with a zero in `rarity` bytes.
fn packets(length: usize, rarity: u64) -> Vec<Vec<u8>> {
    let mut numbers = Numbers(length as u64);
    let mut byte = || match numbers.below(rarity) {
        0 => 0,
        _ => 1 + numbers.below(255) as u8,
    };
    let count = (WORK / length).max(1);
    (0..count).map(|_| (0..length).map(|_| byte()).collect()).collect()
}

/// One table for each direction.
pub fn print(rounds: usize) {
    let shapes: Vec<(usize, u64)> = [64, 256, 1_024, 65_536]
        .into_iter()
        .flat_map(|length| [(length, 256), (length, 8)])
        .collect();
    let head: Vec<String> = shapes
        .iter()
        .map(|(length, rarity)| {
            format!("{length} B, {}", if *rarity == 8 { "1 in 8" } else { "random" })
        })
        .collect();
    for (what, coders, encoded) in [("encode", ENCODERS, false), ("decode", DECODERS, true)] {
        println!(
            "\n| {what}, GB/s, best (median) | {} |\n|---|{}",
            head.join(" | "),
            "---|".repeat(shapes.len())
        );
        let mut rows = vec![String::new(); coders.len()];
        for (length, rarity) in &shapes {
            for (row, (best, median)) in
                rows.iter_mut().zip(figures(coders, *length, *rarity, encoded, rounds))
            {
                row.push_str(&format!(" {best:.1} ({median:.1}) |"));
            }
        }
        for ((name, _), row) in coders.iter().zip(rows) {
            println!("| {name} |{row}");
        }
    }
}

fn figures(
    coders: &[(&str, Coder)],
    length: usize,
    rarity: u64,
    encoded: bool,
    rounds: usize,
) -> Vec<(f64, f64)> {
    let packets = packets(length, rarity);
    let inputs: Vec<Vec<u8>> = packets
        .iter()
        .map(|packet| if encoded { cobs::encode_vec(packet) } else { packet.clone() })
        .collect();
    let mut out = vec![0; max_encoded_len(length) + 8];
    let mut times: Vec<Times> = coders.iter().map(|_| Times::new()).collect();
    for _ in 0..rounds.min(400) {
        for ((_, coder), times) in coders.iter().zip(&mut times) {
            times.take(packets.len() * length, &mut || {
                for input in &inputs {
                    black_box(coder(black_box(input), black_box(&mut out)));
                }
            });
        }
    }
    let speed = |(best, median): (f64, f64)| (1.0 / best, 1.0 / median);
    times.iter_mut().map(|times| speed(times.figures())).collect()
}
