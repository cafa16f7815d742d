//! Old and new: what a peer of an older minor version sends is read, and what it cannot know is refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use coldcap_schema::model::{Message, Schema};
use coldcap_schema::reader::{self, Value};
use coldcap_schema::vectors::{LINES, member, unhex};
use coldcap_schema::{check, registry, text};
use coldcap_wire::message::{BodyError, decode_any};
use coldcap_wire::packet::Header;

const LOCK: &str = include_str!("../../../schema.lock");

/// Shortest and longest bodies at each minor version, as the first peers of it have them: written down by
/// hand from the page, for the messages that grew or came late.
const LENGTHS: &[(&str, &str)] = &[
    ("hello", "0:12..41 1:12..41 2:12..41"),
    ("choose_plan", "0:11..39 1:11..45 2:11..47"),
    ("channel_status", "0:35..118 1:35..139 2:35..139"),
    ("machine_status", "0:20..76 1:20..76 2:20..79"),
    ("amend", "2:8..20"),
    ("set_clock", "2:6..21"),
    ("drawn", "2:1..3"),
    ("response", "0:7..21 1:7..21 2:7..21"),
];

#[test]
fn lengths_at_every_frozen_minor_version_are_what_they_were() {
    let schema = registry::schema();
    for (name, expected) in LENGTHS {
        let lengths = text::lengths(&schema, schema.named(name).unwrap());
        assert!(lengths.starts_with(expected), "{name}: {lengths}");
    }
}

/// The committed vectors of a minor version, with the lock's word for which that is.
fn of_minor(minor: u8) -> Vec<&'static str> {
    let lock = text::parse(LOCK).unwrap();
    let of = |line: &&str| {
        let name = member(line, "name").unwrap();
        lock.vectors.iter().any(|vector| vector.name == name && vector.minor == minor)
    };
    LINES.lines().filter(of).collect()
}

#[test]
fn golden_vectors_of_every_minor_version_decode_unchanged() {
    let now = registry::schema();
    for (minor, least) in [(0, 40), (1, 6), (2, 6)] {
        let lines = of_minor(minor);
        assert!(lines.len() >= least, "minor {minor} has {} vectors", lines.len());
        for line in lines {
            let frame = unhex(member(line, "frame").unwrap());
            let expected = coldcap_schema::vectors::expected(line);
            assert_eq!(check::outcomes(&now, &frame), expected);
            assert_old_peer_agrees(&now.at(minor), line);
        }
    }
}

/// What a peer of that minor version made of its own vectors, by the rules of today without later fields.
fn assert_old_peer_agrees(then: &Schema, line: &str) {
    let Some(packet) = member(line, "packet").map(unhex) else { return };
    let (header, body) = Header::parse(&packet).unwrap();
    let message = then.message(header.kind, header.endpoint).unwrap();
    let values = reader::read(then, message, body).unwrap();
    let fields = format!("\"fields\":{},", reader::json(then, message, &values));
    assert!(line.contains(&fields), "minor {}: {line}", then.minor);
}

/// Bodies of `message` whose fields count up from `first`.
fn counted(schema: &Schema, message: &Message, first: u64) -> Vec<u8> {
    let primitives = schema.primitives(message);
    let value = |place: usize| match primitives[place].field.wire_type.longest_number() {
        0 => Value::Bytes(vec![7; 64]),
        _ if primitives[place].field.wire_type.to_string() == "i32" => Value::Signed(-1),
        _ => Value::Unsigned((first + place as u64) % 128),
    };
    let fixed = |place: usize| match &primitives[place].field.wire_type {
        coldcap_schema::model::WireType::Bytes(count) => Value::Bytes(vec![7; *count]),
        _ => value(place),
    };
    reader::write(&primitives, &(0..primitives.len()).map(fixed).collect::<Vec<_>>())
}

#[test]
fn every_older_body_is_read_by_the_newer_and_every_newer_one_refused_by_the_older() {
    let now = registry::schema();
    for minor in 0..now.minor {
        let then = now.at(minor);
        for old in &then.messages {
            let new = now.named(&old.name).unwrap();
            let body = counted(&then, old, 1);
            let read = reader::read(&now, new, &body).unwrap();
            assert_eq!(reader::write(&now.primitives(new), &read), body, "{}", old.name);
            let header = Header {
                kind: new.kind,
                secured: false,
                endpoint: new.id.unwrap_or(0x15),
                number: 1,
            };
            assert!(decode_any(&header, &body).is_ok(), "{}", old.name);
            if new.fields.len() > old.fields.len() {
                let longer = counted(&now, new, 1);
                assert!(reader::read(&then, old, &longer).is_err(), "{}", old.name);
                // Cut where the old body ends, nothing is missing; cut before its first fields do, something is.
                let first = now.at(0);
                let base = counted(&first, first.named(&old.name).unwrap(), 1).len();
                assert!(decode_any(&header, &longer[..body.len()]).is_ok(), "{}", old.name);
                assert_eq!(decode_any(&header, &longer[..base - 1]), Err(BodyError::Short));
            }
        }
    }
}
