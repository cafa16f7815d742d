//! What the integration tests and the examples share. Nothing here uses the code it judges, except
//! where it says so.
#![allow(dead_code)]

pub(crate) mod corruption;
pub(crate) mod reference;
pub(crate) mod registry;
pub(crate) mod samples;
pub(crate) mod scaled;
pub(crate) mod vectors;

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits; blanks are skipped.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}
