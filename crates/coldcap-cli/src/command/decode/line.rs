//! One frame as one JSON object. Every key stands on every line; what is not known is null.

use super::{diagnosis, fields};
use crate::command::hexadecimal;
use crate::keylog::Way;
use coldcap_host::capture::{Damage, Direction, Packet, Verdict};
use coldcap_wire::frame::FrameError;
use coldcap_wire::message::decode_any;
use coldcap_wire::packet::{Header, Kind};
use serde_json::{Value, json};

fn unknown(offset: u64) -> Value {
    json!({
        "offset": offset,
        "ok": true,
        "error": null,
        "explanation": "",
        "kind": null,
        "ep": null,
        "pn": null,
        "secured": null,
        "name": null,
        "fields": null,
    })
}

fn refuse(line: &mut Value, error: &str, explanation: &str) {
    line["ok"] = false.into();
    line["error"] = error.into();
    line["explanation"] = explanation.into();
}

/// A frame that could not be opened; it begins at byte `offset` and has these bytes before its delimiter.
pub(super) fn frame(offset: u64, encoded: &[u8], error: FrameError) -> Value {
    let name = match error {
        FrameError::Crc => "crc",
        FrameError::Length => "length",
        FrameError::Overflow => "overflow",
        FrameError::Cobs => "cobs",
    };
    let mut line = unknown(offset);
    refuse(&mut line, name, &diagnosis::frame(encoded, error));
    line
}

/// A packet without a frame.
pub(super) fn bare(packet: &[u8]) -> Value {
    let mut line = described(0, packet, false);
    refuse(&mut line, "length", diagnosis::BARE);
    line
}

/// The packet of the frame at byte `offset`.
pub(super) fn packet(offset: u64, packet: &[u8]) -> Value {
    described(offset, packet, false)
}

/// The same of a packet that was sealed and opened, and which way it went.
pub(super) fn opened(offset: u64, packet: &[u8], way: Way) -> Value {
    let mut line = described(offset, packet, true);
    line["direction"] = match way {
        Way::ToDevice => "to_device",
        Way::ToHost => "to_host",
    }
    .into();
    line
}

/// What the packets of a handshake are called and how long their bodies are.
const HANDSHAKE: [(u8, &str, usize); 4] =
    [(1, "request", 0), (2, "invitation", 16), (3, "first", 52), (4, "second", 48)];

fn handshake(header: &Header, body: &[u8]) -> Option<(&'static str, Value)> {
    let is = |(endpoint, _, length): &&(u8, &str, usize)| {
        header.endpoint == *endpoint && body.len() == *length
    };
    let (_, name, _) = HANDSHAKE.iter().filter(|_| header.kind == Kind::Hello).find(is)?;
    let bytes = |part: &[u8]| json!({ "value": hexadecimal::of(part), "unit": "bytes" });
    let fields = match (*name, body.split_first_chunk::<4>()) {
        ("request", _) => json!({}),
        ("invitation", _) => json!({ "nonce": bytes(body) }),
        ("first", Some((key, message))) => json!({
            "key": { "value": u32::from_le_bytes(*key), "unit": "id" },
            "message": bytes(message),
        }),
        _ => json!({ "message": bytes(body) }),
    };
    Some((name, fields))
}

fn described(offset: u64, packet: &[u8], opened: bool) -> Value {
    let mut line = unknown(offset);
    let (header, body) = match Header::parse(packet) {
        Ok(parsed) => parsed,
        Err(error) => {
            refuse(&mut line, "header", &diagnosis::header(packet, error));
            return line;
        }
    };
    line["kind"] = header.kind.name().into();
    line["ep"] = header.endpoint.into();
    line["pn"] = header.number.into();
    line["secured"] = header.secured.into();
    if let Some((name, fields)) = handshake(&header, body) {
        line["name"] = name.into();
        line["fields"] = fields;
        return line;
    }
    match decode_any(&Header { secured: header.secured && !opened, ..header }, body) {
        Ok(message) => {
            line["name"] = message.describe().name.into();
            line["fields"] = fields::of(&message);
        }
        Err(error) => {
            let (name, explanation) = diagnosis::message(&header, body, error);
            line["name"] = name.into();
            refuse(&mut line, "body", &explanation);
        }
    }
    line
}

/// A packet of a device's recording, from the block at byte `offset`.
pub(super) fn recorded(offset: u64, recorded: &Packet<'_>) -> Value {
    let mut line = opened_as(offset, recorded.verdict, recorded.bytes);
    line["tick"] = recorded.tick.into();
    line["direction"] = match recorded.direction {
        Direction::ToDevice => "to_device",
        Direction::ToHost => "to_host",
    }
    .into();
    line
}

/// A packet that a host heard at this time.
pub(super) fn heard((offset, at_ms): (u64, u64), verdict: Verdict, bytes: &[u8]) -> Value {
    let mut line = opened_as(offset, verdict, bytes);
    line["at_ms"] = at_ms.into();
    line["direction"] = "to_host".into();
    line
}

fn opened_as(offset: u64, verdict: Verdict, bytes: &[u8]) -> Value {
    let mut line = described(offset, bytes, verdict == Verdict::Verified);
    line["verdict"] = match verdict {
        Verdict::Unsecured => "unsecured",
        Verdict::Verified => "verified",
        Verdict::Refused => "refused",
    }
    .into();
    line
}

/// A place in a recording that cannot be read.
pub(super) fn damage(damage: &Damage) -> Value {
    let name = match damage {
        Damage::Checksum { .. } => "crc",
        Damage::Lost { .. } | Damage::CutOff { .. } | Damage::Trailing { .. } => "length",
        Damage::Header { .. } | Damage::HeaderField { .. } => "header",
        _ => "body",
    };
    let mut line = unknown(damage.offset());
    refuse(&mut line, name, &damage.to_string());
    line
}
