//! Frames in words: one JSON object a frame.

mod fields;
mod hexadecimal;

use crate::arguments::Decode;
use crate::failure::Failure;
use coldcap_host::capture::{Block, Reader};
use coldcap_wire::frame::{Deframer, FrameError};
use coldcap_wire::message::decode_any;
use coldcap_wire::packet::{Header, Kind};
use coldcap_wire::{FRAME_ROOM, explain};
use serde_json::{Value, json};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

pub(crate) fn run(options: &Decode) -> Result<(), Failure> {
    let path = Path::new(&options.what);
    let mut all_good = true;
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut show = |line: Value| -> Result<(), Failure> {
        all_good &= line["ok"] == Value::Bool(true);
        Ok(writeln!(output, "{line}")?)
    };
    if options.what == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        decode_bytes(&hexadecimal::or_raw(bytes), &mut show)?;
    } else if path.exists() {
        let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
        match Reader::new(&bytes) {
            Ok(reader) => decode_recording(&reader, &mut show)?,
            Err(_) => decode_bytes(&bytes, &mut show)?,
        }
    } else {
        let bytes = hexadecimal::parse(&options.what).ok_or_else(|| {
            let line = "allowed is hexadecimal text, a file or -";
            Failure::Input(format!("WHAT: {}: {line}", options.what))
        })?;
        decode_bytes(&bytes, &mut show)?;
    }
    output.flush()?;
    if all_good { Ok(()) } else { Err(Failure::Wrong("at least one frame is bad".into())) }
}

type Show<'a> = &'a mut dyn FnMut(Value) -> Result<(), Failure>;

/// A stream of frames; the last delimiter may be missing.
fn decode_bytes(bytes: &[u8], show: Show<'_>) -> Result<(), Failure> {
    let mut deframer: Deframer<FRAME_ROOM> = Deframer::new();
    let closed = bytes.iter().copied().chain([0]).collect::<Vec<_>>();
    let (mut at, mut start) = (0, 0u64);
    while at < closed.len() {
        let (consumed, frame) = deframer.feed(closed.get(at..).unwrap_or_default());
        at += consumed.max(1);
        match frame {
            Some(Ok(packet)) => show(packet_line(start, packet))?,
            Some(Err(error)) => show(frame_error(start, error))?,
            None => {}
        }
        start = at as u64;
    }
    Ok(())
}

/// The packets of a recording, as they were after opening.
fn decode_recording(reader: &Reader<'_>, show: Show<'_>) -> Result<(), Failure> {
    for located in reader.blocks() {
        let located = match located {
            Ok(located) => located,
            Err(damage) => {
                show(json!({ "ok": false, "error": "body", "explanation": damage.to_string() }))?;
                continue;
            }
        };
        if let Block::Packets(packets) = located.value {
            for packet in packets.iter() {
                let mut line = packet_line(located.offset, packet.bytes);
                line["tick"] = packet.tick.into();
                line["direction"] = format!("{:?}", packet.direction).into();
                show(line)?;
            }
        }
    }
    Ok(())
}

fn frame_error(offset: u64, error: FrameError) -> Value {
    let name = match error {
        FrameError::Crc => "crc",
        FrameError::Length => "length",
        FrameError::Overflow => "overflow",
        FrameError::Cobs => "cobs",
    };
    json!({ "offset": offset, "ok": false, "error": name, "explanation": explain(error) })
}

fn packet_line(offset: u64, packet: &[u8]) -> Value {
    let (header, body) = match Header::parse(packet) {
        Ok(parsed) => parsed,
        Err(error) => {
            let explanation = explain(error);
            return json!({
                "offset": offset, "ok": false, "error": "header", "explanation": explanation
            });
        }
    };
    let mut line = json!({
        "offset": offset,
        "ok": true,
        "error": null,
        "explanation": "",
        "kind": kind_name(header.kind),
        "ep": header.endpoint,
        "pn": header.number,
        "secured": header.secured,
    });
    match decode_any(&header, body) {
        Ok(message) => {
            line["name"] = message.describe().name.into();
            line["fields"] = fields::of(&message);
        }
        Err(error) => {
            line["ok"] = false.into();
            line["error"] = "body".into();
            line["explanation"] = explain(error).into();
        }
    }
    line
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Hello => "hello",
        Kind::Command => "command",
        Kind::Response => "response",
        Kind::Report => "report",
        Kind::ObjectData => "object_data",
        Kind::ObjectAcknowledge => "object_ack",
        Kind::Link => "link",
    }
}
