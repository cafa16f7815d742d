//! The specification in `docs/wire-format.md` says what the code does.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_wire::message::{ENDPOINTS, STRUCTURES, VOCABULARIES};
use coldcap_wire::packet::Kind;
use support::{samples, unhex, vectors};

const DOCUMENT: &str = include_str!("../../../docs/wire-format.md");

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, behind) = text.split_once(start)?;
    Some(behind.split_once(end)?.0)
}

#[test]
fn every_endpoint_and_every_field_is_there() {
    for endpoint in ENDPOINTS {
        let heading = format!("#### `{}`: endpoint ", endpoint.name);
        let section = between(DOCUMENT, &heading, "\n###").expect(endpoint.name);
        for field in endpoint.fields {
            let row = format!("| `{}` | {} | {} | ", field.name, field.wire_type, field.unit);
            assert!(section.contains(&row), "{}: {row}", endpoint.name);
        }
    }
    for structure in STRUCTURES {
        let section = between(DOCUMENT, &format!("#### `{}`\n", structure.name), "\n###").unwrap();
        assert!(structure.fields.iter().all(|field| section.contains(field.name)));
    }
}

#[test]
fn every_kind_and_every_code_is_there() {
    for kind in Kind::ALL {
        assert!(DOCUMENT.contains(&format!("\n| {} | {} | ", kind.code(), kind.name())));
    }
    for vocabulary in VOCABULARIES {
        let heading = format!("#### Codes of {}\n", vocabulary.name);
        let behind = DOCUMENT.split_once(&heading).unwrap().1;
        let section = behind.split("\n###").next().unwrap();
        for word in vocabulary.words {
            assert!(section.contains(&format!("`{}`", word.name)), "{}", word.name);
        }
    }
}

#[test]
fn every_worked_example_decodes_to_its_vector() {
    let mut found = 0;
    for part in DOCUMENT.split("<!-- vector: ").skip(1) {
        let name = part.split_once(" -->").unwrap().0;
        let frame = unhex(between(part, "```text\n", "```").unwrap());
        let sample = samples::all().into_iter().find(|sample| sample.name == name).expect(name);
        assert_eq!(vectors::outcome(&frame), Ok(sample.message), "{name}");
        assert_eq!(frame, vectors::framed(&vectors::packet(&sample)), "{name}");
        found += 1;
    }
    assert_eq!(found, 4);
}

#[test]
fn the_taken_apart_example_is_the_same_frame() {
    let step = |start: &str, end: &str| unhex_columns(between(DOCUMENT, start, end).unwrap());
    let body = step("\nbody      ", "\npacket ");
    let packet = step("\npacket    ", "\nstuffed ");
    let stuffed = step("\nstuffed   ", "```");
    let trailer = unhex(between(DOCUMENT, "0110011\n", "```").unwrap());
    assert_eq!(packet[6..], body);
    assert_eq!(vectors::framed(&packet), [&stuffed[..], &trailer, &[0]].concat());
}

/// The bytes in the first column of each line; the explanation behind two blanks is skipped.
fn unhex_columns(text: &str) -> Vec<u8> {
    let columns = text.lines().map(|line| line.trim().split("  ").next().unwrap_or_default());
    columns.flat_map(unhex).collect()
}

#[test]
fn the_examples_of_numbers_are_right() {
    for (wire_type, number, bytes) in [
        ("u16", 0, "00"),
        ("u16", 127, "7f"),
        ("u16", 300, "ac 02"),
        ("u16", 65_535, "ff ff 03"),
        ("i32", -1, "01"),
        ("i32", 1, "02"),
        ("i32", -4_000, "bf 3e"),
        ("u32", 4_294_967_295_i64, "ff ff ff ff 0f"),
    ] {
        assert!(DOCUMENT.contains(&format!("| {wire_type} {number} | `{bytes}` |")));
        let mut written = Vec::new();
        support::registry::write(wire_type, number as u64, &mut written);
        assert_eq!(written, unhex(bytes));
    }
}

#[test]
fn the_examples_of_appended_fields_are_right() {
    for (name, tail) in
        [("choose_plan", "bf 3e 00"), ("choose_plan_of_the_interface", "00 00 01 c0 3e")]
    {
        assert!(DOCUMENT.contains(&format!(" | `{tail}` |")), "{name}");
        let sample = samples::all().into_iter().find(|sample| sample.name == name).unwrap();
        let packet = vectors::packet(&sample);
        assert!(packet.ends_with(&unhex(tail)), "{name}");
    }
}
