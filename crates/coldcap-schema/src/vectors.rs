//! The committed vectors: a frame, and what has to come out of it, one JSON object a line.

use crate::model::Vector;

/// The lines of `crates/coldcap-wire/tests/vectors.jsonl`.
pub const LINES: &str = include_str!("../../coldcap-wire/tests/vectors.jsonl");

/// The lines of `crates/coldcap-wire/tests/conversations.jsonl`.
pub const CONVERSATIONS: &str = include_str!("../../coldcap-wire/tests/conversations.jsonl");

/// The keys of their session, as a key log has them.
pub const KEYLOG: &str = include_str!("../../coldcap-wire/tests/conversations.keylog");

/// The text of a string member of one line.
#[must_use]
pub fn member<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, behind) = line.split_once(&format!("\"{name}\":\""))?;
    Some(behind.split_once('"')?.0)
}

/// The names and hashes of the committed vectors, as if they were all of this minor version.
#[must_use]
pub fn committed(minor: u8) -> Vec<Vector> {
    LINES.lines().map(|line| vector(line, minor)).collect()
}

fn vector(line: &str, minor: u8) -> Vector {
    let name = member(line, "name").unwrap_or_default().to_owned();
    Vector { name, minor, hash: hash(line) }
}

/// FNV-1a with 64 bits.
#[must_use]
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// What has to come out of a vector's frame, as every client prints it: see [`crate::check`].
#[must_use]
pub fn expected(line: &str) -> String {
    if let Some(reason) = member(line, "refused") {
        return reason.to_owned();
    }
    let from = line.find("\"kind\"").unwrap_or(0);
    let to = line.find(",\"packet\"").unwrap_or(line.len());
    format!("{{{}}}", &line[from..to])
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits.
#[must_use]
pub fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}
