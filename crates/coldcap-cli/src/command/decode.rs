//! Frames in words: one JSON object a frame.

mod diagnosis;
mod fields;
mod line;

use super::{hexadecimal, inputs};
use crate::arguments::Decode;
use crate::failure::Failure;
use crate::keylog::Sessions;
use crate::progress;
use coldcap_host::capture::{Block, Damage, Heard, HeardAt, Reader};
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::frame::{DELIMITER, Deframer};
use serde_json::Value;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

pub(crate) fn run(options: &Decode) -> Result<(), Failure> {
    let mut all_good = true;
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut show = |line: Value| -> Result<(), Failure> {
        all_good &= line["ok"] == Value::Bool(true);
        Ok(writeln!(output, "{line}")?)
    };
    let mut sessions = match &options.keylog {
        Some(path) => Sessions::read(path)?,
        None => Sessions::default(),
    };
    decode(&options.what, &mut sessions, &mut show)?;
    output.flush()?;
    if all_good { Ok(()) } else { Err(Failure::Wrong("at least one frame is bad".into())) }
}

type Show<'a> = &'a mut dyn FnMut(Value) -> Result<(), Failure>;

fn decode(what: &str, sessions: &mut Sessions, show: Show<'_>) -> Result<(), Failure> {
    let path = Path::new(what);
    if what == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return decode_file("-", &hexadecimal::or_raw(bytes), sessions, show);
    }
    if path.exists() {
        let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
        return decode_file(what, &hexadecimal::or_raw(bytes), sessions, show);
    }
    let bytes = hexadecimal::parse(what).ok_or_else(|| {
        Failure::Input(format!("WHAT: {what}: allowed is hexadecimal text, a file or -"))
    })?;
    decode_bytes(&bytes, sessions, show)
}

/// A recording, raw bytes, or hexadecimal text, of which no recording and no good frame can consist.
fn decode_file(
    name: &str,
    bytes: &[u8],
    sessions: &mut Sessions,
    show: Show<'_>,
) -> Result<(), Failure> {
    match Reader::new(bytes) {
        Ok(reader) => decode_recording(&reader, bytes.len() as u64, show),
        Err(Damage::NotACapture) => decode_bytes(bytes, sessions, show),
        Err(damage) => Err(inputs::not_a_recording(name, &damage)),
    }
}

/// A stream of frames; the last delimiter may be missing.
fn decode_bytes(bytes: &[u8], sessions: &mut Sessions, show: Show<'_>) -> Result<(), Failure> {
    if diagnosis::is_bare(bytes) {
        return show(line::bare(bytes));
    }
    let mut deframer: Deframer<FRAME_ROOM> = Deframer::new();
    let closed = bytes.iter().copied().chain([DELIMITER]).collect::<Vec<_>>();
    let (mut at, mut found) = (0, false);
    while at < closed.len() {
        let rest = closed.get(at..).unwrap_or_default();
        at += rest.iter().take_while(|byte| **byte == DELIMITER).count();
        let start = at as u64;
        let encoded = diagnosis::up_to_delimiter(closed.get(at..).unwrap_or_default());
        let (consumed, frame) = deframer.feed(closed.get(at..).unwrap_or_default());
        at += consumed;
        found |= frame.is_some();
        match frame {
            Some(Ok(packet)) => show(match sessions.open_any(packet) {
                Some((way, opened)) => line::opened(start, &opened, way),
                None => line::packet(start, packet),
            })?,
            Some(Err(error)) => show(line::frame(start, encoded, error))?,
            None => {}
        }
    }
    if found { Ok(()) } else { Err(Failure::Wrong("WHAT: there is no frame in it".into())) }
}

/// The packets of a recording, as they were after opening.
fn decode_recording(reader: &Reader<'_>, length: u64, show: Show<'_>) -> Result<(), Failure> {
    let bar = progress::bar_beside_lines(length, progress::PART);
    for located in reader.blocks() {
        let located = match located {
            Ok(located) => located,
            Err(damage) => {
                show(line::damage(&damage))?;
                continue;
            }
        };
        bar.set_position(located.offset);
        match located.value {
            Block::Packets(packets) => {
                for packet in &packets {
                    show(line::recorded(located.offset, packet))?;
                }
            }
            Block::Heard(heard) => {
                for HeardAt { at_ms, heard } in heard {
                    if let Heard::Packet { verdict, bytes } = heard {
                        show(line::heard((located.offset, at_ms), verdict, bytes))?;
                    }
                }
            }
            _ => {}
        }
    }
    bar.finish_and_clear();
    Ok(())
}
