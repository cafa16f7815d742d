//! Frames in words: every form of input, every kind of error, every key on every line.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_wire::frame::{self, trailer};
use coldcap_wire::message::{Heartbeat, Response, Status};
use coldcap_wire::packet::{Header, Kind};
use coldcap_wire::{FRAME_ROOM, Sender};
use serde_json::Value;
use std::fs;
use support::{Done, coldcap, coldcap_with, demo, file, folder, text};

const KEYS: [&str; 10] =
    ["offset", "ok", "error", "explanation", "kind", "ep", "pn", "secured", "name", "fields"];

/// The lines as objects, each with every key of the contract.
fn lines(done: &Done) -> Vec<Value> {
    let lines: Vec<Value> =
        done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        let object = line.as_object().unwrap();
        assert!(KEYS.iter().all(|key| object.contains_key(*key)), "{line}");
        assert_eq!(line["ok"] == true, line["error"].is_null(), "{line}");
        assert_eq!(line["ok"] == true, line["explanation"] == "", "{line}");
    }
    lines
}

fn frame_of(packet: &[u8]) -> Vec<u8> {
    let mut out = vec![0; frame::max_encoded_len(packet.len())];
    let length = frame::encode(packet, &mut out).unwrap();
    out.truncate(length);
    out
}

/// A heartbeat at 1000 ms with nonce 7.
fn heartbeat() -> Vec<u8> {
    let mut out = [0; 64];
    let beat = Heartbeat { at_ms: 1_000, nonce: 7 };
    let length = Sender::new().send_message(&beat, &mut out).unwrap();
    out[..length].to_vec()
}

fn hexadecimal(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(between)
}

fn is_the_heartbeat(line: &Value) {
    assert_eq!(
        (&line["ok"], &line["kind"], &line["name"]),
        (&true.into(), &"link".into(), &"heartbeat".into())
    );
    assert_eq!(
        (&line["ep"], &line["pn"], &line["secured"]),
        (&0x60.into(), &0.into(), &false.into())
    );
    let fields = &line["fields"];
    assert_eq!(
        (&fields["at_ms"]["value"], &fields["at_ms"]["unit"]),
        (&1_000.into(), &"ms".into())
    );
    assert_eq!(fields["nonce"]["value"], 7);
}

/// Decodes bytes that hold one bad frame; returns its line.
fn bad(bytes: &[u8], error: &str) -> Value {
    let done = coldcap(&["decode", &hexadecimal(bytes, "")]);
    assert_eq!(done.refused(1), "at least one frame is bad");
    let lines = lines(&done);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["error"], error, "{lines:?}");
    lines[0].clone()
}

#[test]
fn hexadecimal_text_in_every_dress() {
    let whole = heartbeat();
    let open = &whole[..whole.len() - 1];
    let texts = [
        hexadecimal(&whole, ""),
        hexadecimal(open, ""),
        hexadecimal(open, " ").to_lowercase(),
        hexadecimal(&whole, ":"),
        format!("0x{}", hexadecimal(open, " 0x")),
        format!("0x{}", hexadecimal(open, "")),
        format!("  {}\n", hexadecimal(open, ", ")),
    ];
    for text in texts {
        let done = coldcap(&["decode", &text]);
        assert_eq!(done.status, Some(0), "{text}: {done:?}");
        let lines = lines(&done);
        assert_eq!((lines.len(), &lines[0]["offset"]), (1, &0.into()));
        is_the_heartbeat(&lines[0]);
    }
}

#[test]
fn what_is_no_hexadecimal_text_is_bad_input() {
    for text in ["zz", "0", "0x1", "", "no-such-file.ccap"] {
        let done = coldcap(&["decode", text]);
        assert!(done.refused(2).starts_with(&format!("WHAT: {text}: allowed is ")), "{done:?}");
    }
    coldcap(&["decode", "/"]).refused(2);
}

#[test]
fn files_and_standard_input() {
    let stream = [&[0, 0][..], &heartbeat(), &[0], &heartbeat()].concat();
    let path = file(&folder("decode-file"), "line.bin", &stream);
    let text = hexadecimal(&stream, " ");
    let pasted = file(&folder("decode-text"), "line.txt", text.as_bytes());
    let runs = [
        coldcap(&["decode", &path]),
        coldcap(&["decode", &pasted]),
        coldcap_with(&["decode", "-"], &stream),
        coldcap_with(&["decode", "-"], text.as_bytes()),
    ];
    for done in runs {
        assert_eq!((done.status, done.error.as_str()), (Some(0), ""));
        let lines = lines(&done);
        let offsets: Vec<_> = lines.iter().map(|line| line["offset"].as_u64().unwrap()).collect();
        assert_eq!(offsets, [2, 3 + heartbeat().len() as u64]);
        lines.iter().for_each(is_the_heartbeat);
    }
}

#[test]
fn where_there_is_no_frame_it_is_said() {
    let empty = file(&folder("empty"), "empty.bin", b"");
    for (what, input) in [("-", &b""[..]), ("-", &[0, 0]), (&empty, b"")] {
        let line = coldcap_with(&["decode", what], input).refused(1).to_owned();
        assert_eq!(line, "WHAT: there is no frame in it");
    }
}

#[test]
fn each_error_of_a_frame() {
    let explains = |bytes: &[u8], error: &str, figures: &str| {
        let line = bad(bytes, error);
        let explanation = line["explanation"].as_str().unwrap();
        assert!(explanation.contains(figures), "{explanation}");
    };
    let (whole, length) = (heartbeat(), heartbeat().len() - 1);
    let mut flipped = whole.clone();
    flipped[1] ^= 1;
    // Both figures, by another way than the command's: the check value of the frame as it was, and as it is.
    let crc = |frame: &[u8]| {
        let sealed = trailer::seal(&frame[..length - 6]);
        sealed.iter().fold(0u64, |bits, byte| bits << 7 | u64::from(byte & 0x7F)) as u32
    };
    let figures = format!("states {:08x}, the bytes give {:08x}", crc(&whole), crc(&flipped));
    explains(&flipped, "crc", &figures);
    let mut unmarked = whole.clone();
    unmarked[length - 1] &= 0x7F;
    explains(&unmarked, "crc", "byte 6 of the trailer");
    let before = length - 6;
    let lost = format!("states {before} (modulo 1024), before it are {}", before - 3);
    explains(&whole[3..], "length", &lost);
    explains(&[1, 2, 3], "length", "here are 3, and the shortest frame has 7");
    explains(&[9; FRAME_ROOM + 1], "overflow", &format!("here are {} bytes", FRAME_ROOM + 1));
    let header = Header { kind: Kind::Link, secured: false, endpoint: 0x60, number: 1 };
    let packet = [&header.to_bytes()[..], &[1, 1]].concat();
    explains(&packet, "length", "no frame is around this packet");
    assert_eq!(bad(&packet, "length")["name"], "heartbeat");
    // A stuffing code that points behind its end, under a genuine trailer.
    let nonsense = [5, 1];
    bad(&[&nonsense[..], &trailer::seal(&nonsense)].concat(), "cobs");
}

#[test]
fn each_error_of_a_packet() {
    let short = bad(&frame_of(&[0x40, 0]), "header");
    assert!(KEYS[4..].iter().all(|key| short[*key].is_null()), "{short}");
    bad(&frame_of(&[0x80, 0, 0, 0, 0, 0]), "header");
    bad(&frame_of(&[0x41, 0, 0, 0, 0, 0]), "header");
    bad(&frame_of(&[0x78, 0, 0, 0, 0, 0]), "header");
    let packet = |secured, endpoint, body: &[u8]| {
        let header = Header { kind: Kind::Link, secured, endpoint, number: 9 };
        frame_of(&[&header.to_bytes()[..], body].concat())
    };
    let unknown = bad(&packet(false, 0x7F, &[1]), "body");
    assert_eq!(
        (&unknown["kind"], &unknown["ep"], &unknown["pn"]),
        (&"link".into(), &0x7F.into(), &9.into())
    );
    assert!(unknown["name"].is_null() && unknown["fields"].is_null());
    assert_eq!(bad(&packet(true, 0x60, &[1, 2]), "body")["secured"], true);
    let cut = bad(&packet(false, 0x60, &[]), "body");
    assert_eq!(cut["name"], "heartbeat");
    assert!(cut["explanation"].as_str().unwrap().ends_with("bytes, here are 0"), "{cut}");
}

#[test]
fn a_bad_frame_costs_only_itself() {
    let mut flipped = heartbeat();
    flipped[1] ^= 1;
    let stream = [heartbeat(), flipped, vec![7; 400], vec![0], heartbeat()].concat();
    let done = coldcap_with(&["decode", "-"], &stream);
    done.refused(1);
    let lines = lines(&done);
    let errors: Vec<_> = lines.iter().map(|line| line["error"].as_str()).collect();
    assert_eq!(errors, [None, Some("crc"), Some("overflow"), None]);
    let length = heartbeat().len() as u64;
    let offsets: Vec<_> = lines.iter().map(|line| line["offset"].as_u64().unwrap()).collect();
    assert_eq!(offsets, [0, length, 2 * length, 2 * length + 401]);
    is_the_heartbeat(&lines[3]);
}

#[test]
fn codes_come_with_their_words() {
    let mut out = [0; 64];
    let length = Sender::new().respond(0x15, &Response::new(9, Status::BUSY), &mut out).unwrap();
    let done = coldcap(&["decode", &hexadecimal(&out[..length], "")]);
    let lines = lines(&done);
    assert_eq!((&lines[0]["name"], &lines[0]["ep"]), (&"response".into(), &0x15.into()));
    assert_eq!(lines[0]["fields"]["status"]["word"], "busy");
}

#[test]
fn a_recording_gives_every_packet_of_both_directions() {
    let folder = folder("decode-recording");
    assert_eq!(demo(&folder, &[]).status, Some(0));
    let path = folder.join("short/session.ccap");
    let done = coldcap(&["decode", &text(&path)]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""));
    let all = lines(&done);
    assert!(all.len() > 8_000, "{}", all.len());
    for direction in ["to_device", "to_host"] {
        assert!(all.iter().any(|line| line["direction"] == direction && line["name"] == "hello"));
    }
    let status = all.iter().rev().find(|line| line["name"] == "channel_status").unwrap();
    assert!(status["fields"]["supply"]["value"].is_i64(), "{status}");

    let bytes = fs::read(&path).unwrap();
    let cut = coldcap(&["decode", &file(&folder, "cut.ccap", &bytes[..bytes.len() / 2])]);
    cut.refused(1);
    assert_eq!(lines(&cut).last().unwrap()["error"], "length");
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 3] ^= 1;
    let damaged = coldcap(&["decode", &file(&folder, "damaged.ccap", &damaged)]);
    damaged.refused(1);
    let wrong: Vec<_> = lines(&damaged).into_iter().filter(|line| line["ok"] == false).collect();
    assert!(wrong.len() == 1 && wrong[0]["error"] == "crc", "{wrong:?}");
}
