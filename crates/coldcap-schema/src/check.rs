//! Frames, damaged ones too, and what has to come out of them.
//!
//! A client's test program reads a line of hexadecimal digits, feeds the bytes to a fresh deframer, and
//! prints a line: for each frame that ended either the reason of its refusal (`frame.crc`) or the message as
//! JSON (`{"kind":…,"endpoint":…,"number":…,"message":"…","fields":{…}}`), separated by `;`.

use crate::model::{Message, Primitive, Schema, WireType};
use crate::reader::{self, Value};
use crate::vectors::{self, member, unhex};
use coldcap_wire::frame::{self, FrameError};
use coldcap_wire::message::{BodyError, decode_any};
use coldcap_wire::packet::{
    FIRST_VENDOR_ENDPOINT, HEADER_LEN, Header, HeaderError, Kind, PACKET_LEN,
};
use coldcap_wire::{FRAME_ROOM, explain};

/// A line of bytes and the line that has to come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What is fed.
    pub bytes: Vec<u8>,
    /// What has to be printed.
    pub expected: String,
}

/// The committed vectors.
#[must_use]
pub fn vectors() -> Vec<Case> {
    let case = |line| {
        let bytes = unhex(member(line, "frame").unwrap_or_default());
        Case { bytes, expected: vectors::expected(line) }
    };
    vectors::LINES.lines().map(case).collect()
}

/// The frames of the golden conversations, most of them sealed, and what comes out with the keys of their session.
#[must_use]
pub fn sealed(schema: &Schema) -> Vec<Case> {
    let case = |line| {
        let bytes = |name| unhex(member(line, name).unwrap_or_default());
        Case { bytes: bytes("frame"), expected: outcome(schema, &bytes("plain")) }
    };
    vectors::CONVERSATIONS.lines().map(case).collect()
}

/// So many damaged or invented frames, always the same for a seed.
#[must_use]
pub fn damaged(schema: &Schema, seed: u64, count: usize) -> Vec<Case> {
    let mut dice = Dice(seed);
    let packets = packets(schema, &mut dice);
    let case = |_| {
        let bytes = invent(schema, &packets, &mut dice);
        Case { expected: outcomes(schema, &bytes), bytes }
    };
    (0..count).map(case).collect()
}

/// How the dissector begins the lines of a message's numbers: with their unit, or the name of their code.
/// The line of a packet that is refused is empty.
#[must_use]
pub fn labels(schema: &Schema, bytes: &[u8]) -> String {
    let mut bytes = bytes[..bytes.len().saturating_sub(1)].to_vec();
    let Ok(packet) = frame::decode_in_place(&mut bytes) else { return String::new() };
    let Ok((header, body)) = Header::parse(packet) else { return String::new() };
    if header.secured {
        return String::new();
    }
    let Some(message) = schema.message(header.kind, header.endpoint) else { return String::new() };
    let Ok(values) = reader::read(schema, message, body) else { return String::new() };
    let primitives = schema.primitives(message);
    let said = primitives.iter().zip(&values).filter(|(primitive, _)| primitive.since == 0);
    said.filter_map(|(primitive, value)| label(schema, primitive, value))
        .collect::<Vec<_>>()
        .join(";")
}

fn label(schema: &Schema, primitive: &Primitive<'_>, value: &Value) -> Option<String> {
    let number = match value {
        Value::Unsigned(number) => number.to_string(),
        Value::Signed(number) => number.to_string(),
        Value::Bytes(_) => return None,
    };
    let Primitive { field, unit, .. } = primitive;
    let Some(codes) = field.codes() else {
        return Some(format!("{}: {number} {unit}", field.name));
    };
    let words = &schema.vocabulary(codes)?.words;
    let word = words.iter().find(|(code, _)| code.to_string() == number);
    let (word, known) = word.map_or(("Unknown", " (not known)"), |(_, word)| (word, ""));
    Some(format!("{}: {word} ({number}){known}", field.name))
}

/// What has to be printed for these bytes.
///
/// # Panics
/// Where `coldcap-wire` and the reader by the model do not agree.
#[must_use]
pub fn outcomes(schema: &Schema, bytes: &[u8]) -> String {
    let mut deframer = frame::Deframer::<FRAME_ROOM>::new();
    let (mut rest, mut lines) = (bytes, Vec::new());
    while !rest.is_empty() {
        let (consumed, packet) = deframer.feed(rest);
        rest = &rest[consumed..];
        lines.extend(packet.map(|packet| match packet {
            Ok(packet) => outcome(schema, packet),
            Err(error) => frame_reason(error).to_owned(),
        }));
    }
    lines.join(";")
}

/// A body that is both too short and too long in one of its numbers is refused; for which of the two is left to the
/// reader.
fn names_a_length(said: Result<&str, &str>) -> bool {
    matches!(said, Err("body.short" | "body.not_shortest"))
}

/// What has to be printed for a packet.
///
/// # Panics
/// Where `coldcap-wire` and the reader by the model do not agree.
#[must_use]
pub fn outcome(schema: &Schema, packet: &[u8]) -> String {
    let (header, body) = match Header::parse(packet) {
        Ok(parsed) => parsed,
        Err(error) => return header_reason(error).to_owned(),
    };
    let by_model = by_model(schema, &header, body);
    if header.endpoint < FIRST_VENDOR_ENDPOINT || header.kind == Kind::Response {
        let by_code = decode_any(&header, body).map(|message| message.describe().name);
        let (code, model) =
            (by_code.map_err(body_reason), by_model.as_ref().map(|(name, _)| *name));
        let model = model.map_err(|reason| *reason);
        let same = code == model || [code, model].iter().all(|said| names_a_length(*said));
        assert!(same, "code {code:?}, model {model:?}: {}", vectors::hex(packet));
    }
    by_model.map_or_else(str::to_owned, |(_, line)| line)
}

fn by_model<'a>(
    schema: &'a Schema,
    header: &Header,
    body: &[u8],
) -> Result<(&'a str, String), reader::Refusal> {
    if header.secured {
        return Err("body.secured");
    }
    let message = schema.message(header.kind, header.endpoint).ok_or("body.unknown_endpoint")?;
    let values = reader::read(schema, message, body)?;
    let fields = reader::json(schema, message, &values);
    let (kind, endpoint, number) = (header.kind.code(), header.endpoint, header.number);
    let line = format!(
        "{{\"kind\":{kind},\"endpoint\":{endpoint},\"number\":{number},\"message\":\"{}\",\"fields\":{fields}}}",
        message.name
    );
    Ok((&message.name, line))
}

fn frame_reason(error: FrameError) -> &'static str {
    match error {
        FrameError::Crc => "frame.crc",
        FrameError::Length => "frame.length",
        FrameError::Overflow => "frame.overflow",
        FrameError::Cobs => "frame.cobs",
    }
}

fn header_reason(error: HeaderError) -> &'static str {
    match error {
        HeaderError::Short => "header.short",
        HeaderError::Major(_) => "header.major",
        HeaderError::Reserved => "header.reserved",
        HeaderError::Kind(_) => "header.kind",
    }
}

/// The reason of a refused body, as the vectors have it.
#[must_use]
pub fn body_reason(error: BodyError) -> &'static str {
    match error {
        BodyError::UnknownEndpoint => "body.unknown_endpoint",
        BodyError::Secured => "body.secured",
        BodyError::Short => "body.short",
        BodyError::Trailing => "body.trailing",
        BodyError::Malformed => "body.malformed",
        BodyError::NotShortest => "body.not_shortest",
    }
}

/// Every reason, with what it means: for the clients.
#[must_use]
pub fn reasons() -> Vec<(&'static str, &'static str)> {
    let frames = [FrameError::Crc, FrameError::Length, FrameError::Overflow, FrameError::Cobs];
    let headers =
        [HeaderError::Short, HeaderError::Major(0), HeaderError::Reserved, HeaderError::Kind(7)];
    let bodies = [
        BodyError::UnknownEndpoint,
        BodyError::Secured,
        BodyError::Short,
        BodyError::Trailing,
        BodyError::Malformed,
        BodyError::NotShortest,
    ];
    let frames = frames.into_iter().map(|error| (frame_reason(error), explain(error)));
    let headers = headers.into_iter().map(|error| (header_reason(error), explain(error)));
    let bodies = bodies.into_iter().map(|error| (body_reason(error), explain(error)));
    frames.chain(headers).chain(bodies).collect()
}

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (OOPSLA 2014), SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// A number of any size: small ones are as likely as large ones.
    fn number(&mut self) -> u64 {
        let shift = self.below(65) as u32;
        self.next().checked_shr(shift).unwrap_or(0)
    }
}

/// Packets of every message: those of the vectors and four invented ones of each.
fn packets(schema: &Schema, dice: &mut Dice) -> Vec<Vec<u8>> {
    let lines = vectors::LINES.lines().filter_map(|line| member(line, "packet"));
    let mut packets: Vec<_> = lines.map(unhex).collect();
    for message in &schema.messages {
        packets.extend((0..4).map(|_| packet(schema, message, dice)));
    }
    packets
}

fn packet(schema: &Schema, message: &Message, dice: &mut Dice) -> Vec<u8> {
    let endpoint = message.id.unwrap_or(0x15);
    let header =
        Header { kind: message.kind, secured: false, endpoint, number: dice.next() as u32 };
    let primitives = schema.primitives(message);
    let values: Vec<_> = primitives.iter().map(|primitive| value(primitive, dice)).collect();
    [&header.to_bytes()[..], &reader::write(&primitives, &values)].concat()
}

fn value(primitive: &Primitive<'_>, dice: &mut Dice) -> Value {
    let number = dice.number();
    match primitive.field.wire_type {
        WireType::U8 => Value::Unsigned(number & 0xFF),
        WireType::U16 => Value::Unsigned(number & 0xFFFF),
        WireType::U32 => Value::Unsigned(number & 0xFFFF_FFFF),
        WireType::I32 => Value::Signed(i64::from(number as i32)),
        WireType::Bytes(count) => Value::Bytes((0..count).map(|_| dice.next() as u8).collect()),
        WireType::BytesUpTo(most) => {
            let count = dice.below(most + 1);
            Value::Bytes((0..count).map(|_| dice.next() as u8).collect())
        }
        WireType::U64 | WireType::Structure(_) => Value::Unsigned(number),
    }
}

fn invent(schema: &Schema, packets: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let packet = packets[dice.below(packets.len())].clone();
    match dice.below(8) {
        0 => packet_frame(&packet),
        1 | 2 => damage_frame(packet_frame(&packet), dice),
        3 => [packet_frame(&packet), damage_frame(packet_frame(&packet), dice)].concat(),
        4 => packet_frame(&random_body(schema, dice)),
        5 => packet_frame(&lengthen_number(packet, dice)),
        _ => packet_frame(&damage_packet(packet, dice)),
    }
}

fn packet_frame(packet: &[u8]) -> Vec<u8> {
    let packet = &packet[..packet.len().min(PACKET_LEN + 8)];
    let mut out = vec![0; frame::max_encoded_len(packet.len())];
    let length = frame::encode(packet, &mut out).unwrap_or(0);
    out.truncate(length);
    out
}

/// Flips, losses, insertions, repetitions and cuts on the line. The last delimiter stays.
fn damage_frame(mut frame: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    frame.pop();
    for _ in 0..=dice.below(4) {
        if frame.is_empty() {
            break;
        }
        let at = dice.below(frame.len());
        match dice.below(8) {
            0 => drop(frame.remove(at)),
            1 => frame.insert(at, dice.next() as u8),
            2 => frame.insert(at, frame[at]),
            3 => frame.truncate(at + 1),
            4 => frame.extend(
                (0..dice.below(300)).map(|_| 1 + dice.below(255) as u8).collect::<Vec<_>>(),
            ),
            _ => frame[at] ^= 1 << dice.below(8),
        }
    }
    frame.push(0);
    frame
}

/// A wrong sender: damage that a genuine trailer covers.
fn damage_packet(mut packet: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    for _ in 0..=dice.below(3) {
        let at = dice.below(packet.len());
        match dice.below(7) {
            0 => packet.truncate(at),
            1 => packet.push(dice.next() as u8),
            2 => packet.push(0),
            3 => packet.insert(at, dice.next() as u8),
            4 => packet[at] = [0, 1, 0x7F, 0x80, 0xFF][dice.below(5)],
            _ => packet[at] ^= 1 << dice.below(8),
        }
        if packet.is_empty() {
            break;
        }
    }
    packet
}

fn random_body(schema: &Schema, dice: &mut Dice) -> Vec<u8> {
    let message = &schema.messages[dice.below(schema.messages.len())];
    let (least, most) = schema.lengths(message, u8::MAX);
    let length = least.saturating_sub(1) + dice.below(most - least + 3);
    let small = dice.below(2) == 0;
    let byte = |dice: &mut Dice| if small { dice.below(4) as u8 } else { dice.next() as u8 };
    let endpoint = message.id.unwrap_or(0x15);
    let header = Header { kind: message.kind, secured: false, endpoint, number: 7 };
    let body: Vec<u8> = (0..length).map(|_| byte(dice)).collect();
    [&header.to_bytes()[..], &body].concat()
}

/// Writes one byte of the body as if another followed, and lets a zero follow.
fn lengthen_number(mut packet: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    if packet.len() > HEADER_LEN {
        let at = HEADER_LEN + dice.below(packet.len() - HEADER_LEN);
        packet[at] |= 0x80;
        packet.insert(at + 1, 0);
    }
    packet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;
    use std::collections::BTreeMap;

    #[test]
    fn every_vector_gives_what_it_says() {
        let schema = registry::schema();
        for case in vectors() {
            assert_eq!(outcomes(&schema, &case.bytes), case.expected);
        }
    }

    #[test]
    fn the_invented_frames_meet_every_reason_and_every_message() {
        let schema = registry::schema();
        let mut met = BTreeMap::new();
        for case in damaged(&schema, 1, 12_000) {
            for outcome in case.expected.split(';') {
                let name = member(outcome, "message").unwrap_or(outcome).to_owned();
                *met.entry(name).or_insert(0) += 1;
            }
        }
        let names = schema.messages.iter().map(|message| message.name.as_str());
        for name in names.chain(reasons().iter().map(|(reason, _)| *reason)) {
            // A genuine trailer over nonsense needs a sender that stuffs wrongly; a vector has it.
            assert!(met.contains_key(name) || name == "frame.cobs", "{name}");
        }
    }
}
