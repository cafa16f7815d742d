//! One frame as one JSON object. Every key stands on every line; what is not known is null.

use super::fields;
use coldcap_host::capture::{Damage, Direction, Packet};
use coldcap_wire::explain;
use coldcap_wire::frame::FrameError;
use coldcap_wire::message::decode_any;
use coldcap_wire::packet::Header;
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

/// A frame that could not be opened; it begins at byte `offset`.
pub(super) fn frame(offset: u64, error: FrameError) -> Value {
    let name = match error {
        FrameError::Crc => "crc",
        FrameError::Length => "length",
        FrameError::Overflow => "overflow",
        FrameError::Cobs => "cobs",
    };
    let mut line = unknown(offset);
    refuse(&mut line, name, explain(error));
    line
}

/// The packet of the frame at byte `offset`.
pub(super) fn packet(offset: u64, packet: &[u8]) -> Value {
    let mut line = unknown(offset);
    let (header, body) = match Header::parse(packet) {
        Ok(parsed) => parsed,
        Err(error) => {
            refuse(&mut line, "header", explain(error));
            return line;
        }
    };
    line["kind"] = header.kind.name().into();
    line["ep"] = header.endpoint.into();
    line["pn"] = header.number.into();
    line["secured"] = header.secured.into();
    match decode_any(&header, body) {
        Ok(message) => {
            line["name"] = message.describe().name.into();
            line["fields"] = fields::of(&message);
        }
        Err(error) => refuse(&mut line, "body", explain(error)),
    }
    line
}

/// A packet of a recording, from the block at byte `offset`.
pub(super) fn recorded(offset: u64, recorded: &Packet<'_>) -> Value {
    let mut line = packet(offset, recorded.bytes);
    line["tick"] = recorded.tick.into();
    line["direction"] = match recorded.direction {
        Direction::ToDevice => "to_device",
        Direction::ToHost => "to_host",
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
