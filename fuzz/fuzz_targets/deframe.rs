//! Any bytes, cut anyhow: what comes out does not depend on the cuts, is what a receiver makes of it that splits at
//! the delimiters first, and a good frame behind a delimiter is always delivered.
//!
//! Input: one byte `n`, then `n % 16` bytes of chunk sizes, then one byte of packet length, the packet,
//! and what remains is the stream.
#![no_main]

use coldcap_wire::frame::{self, Counters, Deframer, FrameError};
use libfuzzer_sys::fuzz_target;

const ROOM: usize = 64;

fuzz_target!(|input: &[u8]| {
    let (sizes, rest) = take(input, 16);
    let (packet, stream) = take(rest, ROOM - 8);
    let whole = outcomes([stream]);
    assert_eq!(outcomes(cut(stream, sizes)), whole);
    assert_eq!(total(whole.1), whole.0.len() as u32);
    assert_eq!(whole.0, split(stream));
    assert_delivered(stream, packet);
});

/// Splits off as many bytes as the first byte says, modulo `bound`.
fn take(input: &[u8], bound: usize) -> (&[u8], &[u8]) {
    match input.split_first() {
        Some((count, rest)) => rest.split_at((usize::from(*count) % bound).min(rest.len())),
        None => (&[], &[]),
    }
}

fn cut<'a>(mut stream: &'a [u8], sizes: &[u8]) -> Vec<&'a [u8]> {
    let mut chunks = Vec::new();
    for size in sizes {
        let (chunk, rest) = stream.split_at(usize::from(*size).min(stream.len()));
        chunks.push(chunk);
        stream = rest;
    }
    chunks.extend(stream.chunks(1 + sizes.len()));
    chunks
}

type Outcome = Result<Vec<u8>, FrameError>;

fn outcomes<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Outcome>, Counters) {
    let mut deframer = Deframer::<ROOM>::default();
    let mut seen = Vec::new();
    for mut chunk in chunks {
        while !chunk.is_empty() {
            let (consumed, outcome) = deframer.feed(chunk);
            assert!(consumed > 0 && consumed <= chunk.len());
            seen.extend(outcome.map(|packet| packet.map(|packet| packet.to_vec())));
            chunk = &chunk[consumed..];
        }
    }
    (seen, deframer.counters())
}

/// The same by splitting: every piece but the last, which has not ended, and the empty ones, which are silence.
fn split(stream: &[u8]) -> Vec<Outcome> {
    let mut pieces: Vec<&[u8]> = stream.split(|byte| *byte == 0).collect();
    pieces.pop();
    let ended = pieces.into_iter().filter(|piece| !piece.is_empty());
    ended.map(|piece| opened(piece)).collect()
}

fn opened(piece: &[u8]) -> Outcome {
    if piece.len() > ROOM {
        return Err(FrameError::Overflow);
    }
    let mut copy = piece.to_vec();
    frame::decode_in_place(&mut copy).map(|packet| packet.to_vec())
}

fn total(counters: Counters) -> u32 {
    let Counters { ok, crc, length, overflow, cobs } = counters;
    ok + crc + length + overflow + cobs
}

/// `garbage 00 frame` delivers the frame, and so does `garbage frame frame`.
fn assert_delivered(garbage: &[u8], packet: &[u8]) {
    let mut frame = vec![0; frame::max_encoded_len(packet.len())];
    let len = frame::encode(packet, &mut frame).expect("the buffer is long enough");
    frame.truncate(len);
    for stream in [[garbage, &[0], &frame].concat(), [garbage, &frame, &frame].concat()] {
        assert_eq!(outcomes([&stream[..]]).0.last(), Some(&Ok(packet.to_vec())));
    }
}
