//! What is damaged is refused, whatever the damage, as far as it can be tried exhaustively.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_wire::frame::{Deframer, FrameError};
use support::{samples, vectors};

/// How many packets a fresh deframer delivers from these bytes.
fn delivered(stream: &[u8]) -> usize {
    let mut deframer = Deframer::<247>::new();
    let (mut rest, mut count) = (stream, 0);
    while !rest.is_empty() {
        let (consumed, packet) = deframer.feed(rest);
        count += usize::from(matches!(packet, Some(Ok(_))));
        rest = &rest[consumed..];
    }
    count
}

fn flip(stream: &mut [u8], bit: usize) {
    stream[bit / 8] ^= 1 << (bit % 8);
}

/// Short, middle and long frames, and one that is all zeros before stuffing.
fn frames() -> Vec<Vec<u8>> {
    let wanted =
        ["heartbeat_of_zeros", "operate_stop", "choose_plan", "hello_simulated", "machine_status"];
    let samples = samples::all();
    let chosen = samples.iter().filter(|sample| wanted.contains(&sample.name));
    let mut frames: Vec<_> =
        chosen.map(|sample| vectors::framed(&vectors::packet(sample))).collect();
    frames.push(vectors::framed(&[0; 24]));
    assert_eq!(frames.len(), 6);
    frames
}

#[test]
fn every_flip_of_one_or_two_bits_is_refused() {
    for frame in frames() {
        assert_eq!(delivered(&frame), 1);
        let bits = frame.len() * 8;
        let mut stream = frame.clone();
        for first in 0..bits {
            flip(&mut stream, first);
            assert_eq!(delivered(&stream), 0, "bit {first}");
            for second in first + 1..bits {
                flip(&mut stream, second);
                assert_eq!(delivered(&stream), 0, "bits {first} and {second}");
                flip(&mut stream, second);
            }
            flip(&mut stream, first);
        }
        assert_eq!(stream, frame);
    }
}

#[test]
fn every_flip_of_one_bit_costs_at_most_two_frames_of_three() {
    let frame = &frames()[1];
    let stream = frame.repeat(3);
    for bit in 0..stream.len() * 8 {
        let mut damaged = stream.clone();
        flip(&mut damaged, bit);
        let merges = damaged.iter().filter(|byte| **byte == 0).count() < 3;
        let at_least = if merges && bit / 8 != stream.len() - 1 { 1 } else { 2 };
        assert_eq!(delivered(&damaged), at_least, "bit {bit}");
    }
}

#[test]
fn every_cut_and_every_doubled_byte_is_refused() {
    for frame in frames() {
        for index in 0..frame.len() - 1 {
            let mut shorter = frame.clone();
            shorter.remove(index);
            assert_eq!(delivered(&shorter), 0, "byte {index} lost");
            assert_eq!(delivered(&frame[index + 1..]), 0, "{index} bytes lost");
            let mut longer = frame.clone();
            longer.insert(index, frame[index]);
            assert_eq!(delivered(&longer), 0, "byte {index} doubled");
        }
    }
}

#[test]
fn two_frames_run_together_are_refused_as_a_length() {
    let frame = &frames()[1];
    let merged = [&frame[..frame.len() - 1], frame].concat();
    let mut deframer = Deframer::<247>::new();
    assert_eq!(deframer.feed(&merged), (merged.len(), Some(Err(FrameError::Length))));
}
