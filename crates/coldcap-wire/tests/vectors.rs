//! The golden vectors: committed, only ever added to, understood for ever.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_wire::message::ENDPOINTS;
use coldcap_wire::packet::Header;
use support::{reference, registry, samples, unhex, vectors};

const COMMITTED: &str = include_str!("vectors.jsonl");

/// The text of a string member of one line.
fn member<'a>(line: &'a str, name: &str) -> &'a str {
    let (_, behind) = line.split_once(&format!("\"{name}\":\"")).expect(name);
    behind.split_once('"').expect(name).0
}

fn accepted() -> impl Iterator<Item = &'static str> {
    COMMITTED.lines().filter(|line| !line.contains("\"refused\":"))
}

#[test]
fn the_committed_vectors_are_still_made() {
    let made = vectors::lines();
    for (committed, made) in COMMITTED.lines().zip(&made) {
        assert_eq!(committed, made);
    }
    assert_eq!(COMMITTED.lines().count(), made.len(), "add the new lines; change none");
}

#[test]
fn every_accepted_frame_gives_its_message() {
    for (line, sample) in accepted().zip(samples::all()) {
        let frame = unhex(member(line, "frame"));
        assert_eq!(vectors::outcome(&frame), Ok(sample.message), "{}", sample.name);
        assert_eq!(member(line, "name"), sample.name);
    }
}

#[test]
fn every_accepted_frame_is_read_by_somebody_who_has_only_the_specification() {
    for line in accepted() {
        let packet = unhex(member(line, "packet"));
        assert_eq!(reference::frame(&packet), unhex(member(line, "frame")));
        let name = member(line, "message");
        let endpoint = ENDPOINTS.iter().find(|endpoint| endpoint.name == name).unwrap();
        let fields = format!("\"fields\":{},", registry::json(endpoint, &packet[6..]));
        assert!(line.contains(&fields), "{name}: {fields}");
        let (header, _) = Header::parse(&packet).unwrap();
        assert_eq!(
            (header.kind, Some(header.endpoint)),
            (endpoint.kind, endpoint.id.or(Some(header.endpoint)))
        );
    }
}

#[test]
fn every_refused_frame_is_refused_for_its_reason() {
    let refused: Vec<_> = COMMITTED.lines().filter(|line| line.contains("\"refused\":")).collect();
    assert!(refused.len() >= 17);
    for line in refused {
        let error = vectors::outcome(&unhex(member(line, "frame"))).unwrap_err();
        assert_eq!(vectors::reason(error), member(line, "refused"), "{}", member(line, "name"));
    }
}

#[test]
fn every_endpoint_and_every_refusal_has_a_vector() {
    for endpoint in ENDPOINTS {
        let wanted = format!("\"message\":\"{}\"", endpoint.name);
        assert!(accepted().any(|line| line.contains(&wanted)), "{}", endpoint.name);
    }
    let layers = ["frame.crc", "frame.length", "frame.overflow", "frame.cobs"];
    let headers = ["header.short", "header.major", "header.reserved", "header.kind"];
    let bodies = ["body.unknown_endpoint", "body.secured", "body.short", "body.trailing"];
    let numbers = ["body.malformed", "body.not_shortest"];
    for reason in layers.iter().chain(&headers).chain(&bodies).chain(&numbers) {
        assert!(COMMITTED.contains(&format!("\"refused\":\"{reason}\"")), "{reason}");
    }
}
