//! What exactly is wrong with a frame: what it states beside what is there.

use coldcap_wire::explain;
use coldcap_wire::frame::{DELIMITER, FrameError, decode_in_place, trailer};
use coldcap_wire::message::{BodyError, ENDPOINTS, Endpoint, decode_any};
use coldcap_wire::packet::{HEADER_LEN, Header, HeaderError};
use coldcap_wire::{FRAME_ROOM, packet};

/// Bit 7 of every byte of a trailer.
const MARK: u8 = 0x80;

/// The explanation of a frame that could not be opened, of the bytes between its delimiters.
pub(super) fn frame(encoded: &[u8], error: FrameError) -> String {
    let figures = match error {
        FrameError::Crc => check(encoded),
        FrameError::Length => length(encoded),
        FrameError::Overflow => {
            format!("here are {} bytes, allowed are {FRAME_ROOM}", encoded.len())
        }
        FrameError::Cobs => format!("here are {} bytes before the trailer", body(encoded).len()),
    };
    format!("{}: {figures}", explain(error))
}

fn body(encoded: &[u8]) -> &[u8] {
    encoded.get(..encoded.len().saturating_sub(trailer::LEN)).unwrap_or_default()
}

fn check(encoded: &[u8]) -> String {
    let Some((encoded, stated)) = encoded.split_last_chunk::<{ trailer::LEN }>() else {
        return String::new();
    };
    if let Some(at) = stated.iter().position(|byte| byte & MARK == 0) {
        let (byte, of) = (stated.get(at).copied().unwrap_or_default(), at + 1);
        return format!("byte {of} of the trailer, {byte:02x}, has no mark bit");
    }
    let (stated, computed) = (groups(stated) as u32, groups(&trailer::seal(encoded)) as u32);
    format!("the trailer states {stated:08x}, the bytes give {computed:08x}")
}

fn length(encoded: &[u8]) -> String {
    match encoded.split_last_chunk::<{ trailer::LEN }>() {
        Some((before, stated)) if !before.is_empty() => {
            let stated = groups(stated) >> 32;
            format!("the trailer states {stated} (modulo 1024), before it are {}", before.len())
        }
        _ => format!("here are {}, and the shortest frame has {}", encoded.len(), trailer::LEN + 1),
    }
}

/// The bits of a trailer, seven to a byte.
fn groups(trailer: &[u8; trailer::LEN]) -> u64 {
    trailer.iter().fold(0, |bits, byte| bits << 7 | u64::from(byte & !MARK))
}

/// What is said of a packet that somebody has pasted without a frame around it.
pub(super) const BARE: &str = "no frame is around this packet: a frame is its bytes stuffed, six bytes of trailer, and a zero";

/// Whether these bytes are a packet without a frame, and no frame.
pub(super) fn is_bare(bytes: &[u8]) -> bool {
    let is_frame = |part: &[u8]| decode_in_place(&mut part.to_vec()).is_ok();
    let is_packet =
        Header::parse(bytes).is_ok_and(|(header, body)| decode_any(&header, body).is_ok());
    is_packet && !bytes.split(|byte| *byte == DELIMITER).any(is_frame)
}

/// The explanation of a packet whose header is none.
pub(super) fn header(packet: &[u8], error: HeaderError) -> String {
    let figures = match (error, packet.first()) {
        (HeaderError::Short, _) => format!("here are {} of {HEADER_LEN} bytes", packet.len()),
        (HeaderError::Major(given), _) => format!("it says {given}, allowed is {}", packet::MAJOR),
        (HeaderError::Kind(given), _) => format!("it says {given}"),
        (HeaderError::Reserved, first) => {
            format!("the first byte is {:02x}", first.copied().unwrap_or_default())
        }
    };
    format!("{}: {figures}", explain(error))
}

/// The message that a body should be, and what is wrong with it.
pub(super) fn message(
    header: &Header,
    body: &[u8],
    error: BodyError,
) -> (Option<&'static str>, String) {
    let is = |known: &&Endpoint| {
        known.kind == header.kind && known.id.is_none_or(|id| id == header.endpoint)
    };
    let known = ENDPOINTS.iter().find(is);
    let figures = match known {
        None => format!("kind {}, endpoint {:#04x}", header.kind.name(), header.endpoint),
        Some(_) if error == BodyError::Secured => format!("here are {} sealed bytes", body.len()),
        Some(Endpoint { name, minimum_len, maximum_len, .. }) => {
            let here = body.len();
            format!("a {name} has {minimum_len} to {maximum_len} bytes, here are {here}")
        }
    };
    let name = known.filter(|_| error != BodyError::Secured).map(|known| known.name);
    (name, format!("{}: {figures}", explain(error)))
}

/// The bytes of a stream up to its next delimiter.
pub(super) fn up_to_delimiter(stream: &[u8]) -> &[u8] {
    let end = stream.iter().position(|byte| *byte == DELIMITER).unwrap_or(stream.len());
    stream.get(..end).unwrap_or_default()
}
