//! Checksums of tables and records.

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};

/// CRC-32/ISO-HDLC bit by bit: it runs at start-up and when a record is read, where flash counts more
/// than speed.
pub(crate) const CRC_32: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

const FNV_OFFSET_BASIS: u64 = 0xCBF2_9CE4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01B3;

/// FNV-1a, 64 bits (Fowler, Noll, Vo): names a record, does not protect it.
pub(crate) fn fnv_1a_64(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(FNV_OFFSET_BASIS, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_check_values() {
        assert_eq!(CRC_32.checksum(b"123456789"), 0xCBF4_3926);
        assert_eq!(fnv_1a_64(b""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(fnv_1a_64(b"a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(fnv_1a_64(b"foobar"), 0x8594_4171_F739_67E8);
    }
}
