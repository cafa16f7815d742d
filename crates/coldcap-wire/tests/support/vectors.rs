//! The golden vectors, as they are made: one JSON object a line.

use super::registry;
use super::samples::{self, Sample};
use coldcap_wire::message::{AnyMessage, decode_any};
use coldcap_wire::packet::{BODY_LEN, Header};
use coldcap_wire::{Receiver, WireError, frame};

/// The lines of `tests/vectors.jsonl`: first what must be understood, then what must be refused.
pub(crate) fn lines() -> Vec<String> {
    let accepted = samples::all().iter().map(accepted_line).collect::<Vec<_>>();
    let refused = refused().iter().map(|(name, frame)| refused_line(name, frame)).collect();
    [accepted, refused].concat()
}

/// The packet of a sample, from our encoder.
pub(crate) fn packet(sample: &Sample) -> Vec<u8> {
    let header = header(sample);
    [&header.to_bytes()[..], &body(&sample.message)].concat()
}

/// The frame of a packet, from our encoder.
pub(crate) fn framed(packet: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; frame::max_encoded_len(packet.len())];
    let len = frame::encode(packet, &mut frame).unwrap();
    frame.truncate(len);
    frame
}

fn header(sample: &Sample) -> Header {
    let kind = sample.message.describe().kind;
    Header { kind, secured: false, endpoint: sample.endpoint, number: sample.number }
}

fn body(message: &AnyMessage) -> Vec<u8> {
    let mut body = vec![0; BODY_LEN];
    let len = message.encode(&mut body).unwrap();
    body.truncate(len);
    body
}

fn accepted_line(sample: &Sample) -> String {
    let packet = packet(sample);
    let endpoint = sample.message.describe();
    format!(
        "{{\"name\":\"{}\",\"kind\":{},\"endpoint\":{},\"number\":{},\"message\":\"{}\",\
         \"fields\":{},\"packet\":\"{}\",\"frame\":\"{}\"}}",
        sample.name,
        endpoint.kind.code(),
        sample.endpoint,
        sample.number,
        endpoint.name,
        registry::json(&endpoint, &packet[6..]),
        super::hex(&packet),
        super::hex(&framed(&packet)),
    )
}

fn refused_line(name: &str, frame: &[u8]) -> String {
    let error = outcome(frame).expect_err(name);
    format!(
        "{{\"name\":\"{name}\",\"refused\":\"{}\",\"frame\":\"{}\"}}",
        reason(error),
        super::hex(frame)
    )
}

/// What a receiver makes of one frame.
pub(crate) fn outcome(frame: &[u8]) -> Result<AnyMessage, WireError> {
    let mut receiver = Receiver::new();
    let (consumed, packet) = receiver.feed(frame);
    assert_eq!(consumed, frame.len());
    let packet = packet.expect("the frame ends")?;
    Ok(decode_any(&packet.header, packet.body)?)
}

/// Layer and reason of a refusal, in lower case: `body.not_shortest`.
pub(crate) fn reason(error: WireError) -> String {
    let variants = format!("{error:?}").replace(')', "");
    let words: Vec<_> = variants.split('(').take(2).map(snake_case).collect();
    words.join(".")
}

fn snake_case(variant: &str) -> String {
    let separated = variant.chars().map(|letter| match letter.is_uppercase() {
        true => format!("_{}", letter.to_lowercase()),
        false => letter.to_string(),
    });
    separated.collect::<String>().trim_start_matches('_').to_owned()
}

/// Frames that every receiver must refuse, with names.
fn refused() -> Vec<(&'static str, Vec<u8>)> {
    let good = framed(&packet(&samples::all()[4]));
    let flipped = |index: usize, mask: u8| {
        let mut frame = good.clone();
        frame[index] ^= mask;
        frame
    };
    let last = good.len() - 2;
    let mut nonsense = vec![9, 9];
    nonsense.extend(super::reference::trailer(&nonsense));
    nonsense.push(0);
    let heartbeat = |bytes: &[u8]| framed(&[&[0x70, 0x60, 1, 0, 0, 0], bytes].concat());
    let plan = |tail: &[u8]| {
        let plan =
            packet(samples::all().iter().find(|sample| sample.name == "choose_plan").unwrap());
        framed(&[&plan[..], tail].concat())
    };
    vec![
        ("one_bit_flipped", flipped(3, 0x10)),
        ("check_value_changed", flipped(last, 0x01)),
        ("mark_bit_cleared", flipped(last, 0x80)),
        ("first_byte_lost", good[1..].to_vec()),
        ("only_a_trailer", good[last - 5..].to_vec()),
        ("longer_than_a_frame", [vec![1; 300], vec![0]].concat()),
        ("stuffing_points_past_the_end", nonsense),
        ("packet_without_header", framed(&[0x70, 0x60, 1])),
        ("other_major_version", framed(&[0xB0, 0x60, 1, 0, 0, 0, 0, 0])),
        ("reserved_bit", framed(&[0x71, 0x60, 1, 0, 0, 0, 0, 0])),
        ("kind_seven", framed(&[0x78, 0x60, 1, 0, 0, 0, 0, 0])),
        ("sealed_body", framed(&[0x74, 0x60, 1, 0, 0, 0, 0, 0])),
        ("unknown_endpoint", framed(&[0x70, 0x61, 1, 0, 0, 0, 0, 0])),
        ("body_too_short", heartbeat(&[5])),
        ("body_too_long", heartbeat(&[5, 1, 0])),
        ("number_too_large", heartbeat(&[5, 0xFF, 0xFF, 0x04])),
        ("number_not_shortest", heartbeat(&[0x85, 0x00, 1])),
        ("appended_zeros", plan(&[1, 0])),
        ("cut_in_an_appended_number", plan(&[1, 0xC0])),
        ("longer_than_this_minor_version", plan(&[1, 0xC0, 0x3E, 1, 9, 1])),
    ]
}
