//! Any bytes as a frame and as a packet: the Rust decoder, the generated C decoder and the reader by the
//! schema alone must say the same, to the reason and to the byte; of two faults of one body either.
#![no_main]

use coldcap_schema::{check, model::Schema, reader, registry};
use coldcap_wire::frame::{self, FrameError};
use coldcap_wire::message::decode_any;
use coldcap_wire::packet::{BODY_LEN, Header, HeaderError, PACKET_LEN};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

unsafe extern "C" {
    fn coldcap_fuzz_decode(
        packet: *const u8,
        length: usize,
        again: *mut u8,
        written: *mut usize,
    ) -> i32;
    fn coldcap_fuzz_open(frame: *mut u8, length: usize, packet_length: *mut usize) -> i32;
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(registry::schema);

/// The reasons in the order of the generated constants, which begin behind `ok`.
static REASONS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| check::reasons().into_iter().map(|(reason, _)| reason).collect());

fuzz_target!(|input: &[u8]| {
    packets_agree(&input[..input.len().min(PACKET_LEN)]);
    frames_agree(&input[..input.len().min(247)]);
});

fn reason(result: i32) -> Result<(), &'static str> {
    if result == 0 { Ok(()) } else { Err(REASONS[result as usize - 1]) }
}

fn packets_agree(packet: &[u8]) {
    let by_c = c_body(packet);
    let by_rust = rust_body(packet);
    assert_same(&by_c, &by_rust);
    if let Ok((header, body)) = Header::parse(packet)
        && !header.secured
        && let Some(message) = SCHEMA.message(header.kind, header.endpoint)
    {
        let by_model = reader::read(&SCHEMA, message, body)
            .map(|values| reader::write(&SCHEMA.primitives(message), &values));
        assert_same(&by_model, &by_rust);
    }
}

/// The same bytes or the same reason. A body that ends within a number and has another one that is too long has two
/// faults, of which either may be said.
fn assert_same(one: &Result<Vec<u8>, &str>, other: &Result<Vec<u8>, &str>) {
    let either =
        |result: &Result<Vec<u8>, &str>| matches!(result, Err("body.short" | "body.not_shortest"));
    assert!(one == other || (either(one) && either(other)), "{one:?}, {other:?}");
}

fn c_body(packet: &[u8]) -> Result<Vec<u8>, &'static str> {
    let (mut again, mut written) = ([0; BODY_LEN], 0);
    // SAFETY: the length is that of the slice; `again` has the room that the function asks for, and it
    // writes to nothing else.
    let result = unsafe {
        coldcap_fuzz_decode(packet.as_ptr(), packet.len(), again.as_mut_ptr(), &raw mut written)
    };
    reason(result).map(|()| again[..written].to_vec())
}

fn rust_body(packet: &[u8]) -> Result<Vec<u8>, &'static str> {
    let (header, body) = Header::parse(packet).map_err(|error| match error {
        HeaderError::Short => "header.short",
        HeaderError::Major(_) => "header.major",
        HeaderError::Reserved => "header.reserved",
        HeaderError::Kind(_) => "header.kind",
    })?;
    let message = decode_any(&header, body).map_err(check::body_reason)?;
    let mut again = [0; BODY_LEN];
    let length = message.encode(&mut again).expect("every message fits");
    Ok(again[..length].to_vec())
}

/// Zeros stand in no frame; they become ones here. Once as it is, once with a genuine trailer.
fn frames_agree(bytes: &[u8]) {
    let frame: Vec<u8> = bytes.iter().map(|byte| (*byte).max(1)).collect();
    frame_agrees(&frame);
    let encoded = &frame[..frame.len().min(241)];
    frame_agrees(&[encoded, &frame::trailer::seal(encoded)].concat());
}

fn frame_agrees(frame: &[u8]) {
    let (mut for_rust, mut for_c, mut length) = (frame.to_vec(), frame.to_vec(), 0);
    let by_rust = frame::decode_in_place(&mut for_rust).map(|packet| packet.to_vec());
    // SAFETY: the length is that of the buffer, which is written in place and not beyond it.
    let result = unsafe { coldcap_fuzz_open(for_c.as_mut_ptr(), for_c.len(), &raw mut length) };
    let by_c = reason(result).map(|()| for_c[..length].to_vec());
    let by_rust = by_rust.map_err(|error| match error {
        FrameError::Crc => "frame.crc",
        FrameError::Length => "frame.length",
        FrameError::Overflow => "frame.overflow",
        FrameError::Cobs => "frame.cobs",
    });
    assert_eq!(by_c, by_rust);
}
