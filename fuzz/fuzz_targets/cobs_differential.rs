//! Stuffing, three times over: by whole runs as the crate ships it, byte by byte as the paper has it, and by the
//! crate `cobs`. And the frame in place against the copied one.
//!
//! Input: one byte `shape`, then the bytes. By its lowest bits they are taken as they are, or every one of them
//! stands for a run without a zero, so that full blocks are found early.
#![no_main]

use coldcap_wire::frame::{self, cobs as shipped};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((shape, bytes)) = input.split_first() else { return };
    let packet = if shape % 2 == 0 { bytes.to_vec() } else { runs(bytes) };
    assert_stuffed_alike(&packet);
    assert_unstuffed_alike(bytes);
    // What stands between delimiters holds no zero.
    let clean: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    assert_unstuffed_alike(&clean);
});

/// A run of so many bytes without a zero for each byte, and a zero behind it.
fn runs(bytes: &[u8]) -> Vec<u8> {
    let run = |byte: &u8| [vec![1 | *byte; usize::from(*byte) + 120], vec![0]].concat();
    bytes.iter().take(12).flat_map(run).collect()
}

fn assert_stuffed_alike(packet: &[u8]) {
    let mut out = vec![0xEE; shipped::max_encoded_len(packet.len())];
    let length = shipped::encode(packet, &mut out).expect("it fits");
    assert_eq!(out[..length], by_the_byte(packet));
    assert_eq!(out[..length], cobs::encode_vec(packet));
    assert_eq!(shipped::decode_in_place(&mut out[..length]).as_deref(), Some(packet));
    let mut copied = vec![0; frame::max_encoded_len(packet.len())];
    let length = frame::encode(packet, &mut copied).expect("it fits");
    let mut placed = vec![0; copied.len()];
    placed[1..=packet.len()].copy_from_slice(packet);
    assert_eq!(frame::encode_in_place(&mut placed, packet.len()), Ok(length));
    assert_eq!(placed[..length], copied[..length]);
}

fn assert_unstuffed_alike(bytes: &[u8]) {
    let mut ours = bytes.to_vec();
    let ours = shipped::decode_in_place(&mut ours).map(|packet| packet.to_vec());
    assert_eq!(ours, undone_by_the_byte(bytes));
    // The published crate ends at a zero: what it says is compared where there is none.
    if !bytes.contains(&0) {
        assert_eq!(ours, cobs::decode_vec(bytes).ok());
    }
}

/// Cheshire and Baker, section 3: a code byte for every piece of at most 254 bytes.
fn by_the_byte(packet: &[u8]) -> Vec<u8> {
    let (mut out, mut code) = (vec![1], 0);
    for (index, byte) in packet.iter().enumerate() {
        if *byte == 0 {
            code = out.len();
            out.push(1);
            continue;
        }
        out.push(*byte);
        out[code] += 1;
        if out[code] == 0xFF && index + 1 < packet.len() {
            code = out.len();
            out.push(1);
        }
    }
    out
}

fn undone_by_the_byte(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut packet, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let code = usize::from(bytes[at]);
        let piece = bytes.get(at + 1..(at + code).max(at + 1))?;
        if code == 0 {
            return None;
        }
        packet.extend(piece);
        at += code;
        if code != 0xFF && at < bytes.len() {
            packet.push(0);
        }
    }
    if bytes.is_empty() { None } else { Some(packet) }
}
