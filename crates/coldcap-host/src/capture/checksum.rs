//! The checksum of a block.

use crc::{CRC_32_ISO_HDLC, Crc, Table};

/// Sixteen bytes a step: a recording is checked as a whole whenever it is opened.
const CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);

/// CRC-32/ISO-HDLC over `bytes`.
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_check_value_of_the_catalogue() {
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
    }
}
