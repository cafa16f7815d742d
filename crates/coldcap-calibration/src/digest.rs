//! Checksums of tables and records.

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};

/// CRC-32/ISO-HDLC bit by bit: it runs at start-up and when a record is read, where flash counts more
/// than speed.
pub(crate) const CRC_32: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

/// [`CRC_32`] of half a byte.
const OF_HALF_A_BYTE: [u32; 16] = {
    let mut table = [0; 16];
    let mut half: u32 = 0;
    let mut rest: &mut [u32] = &mut table;
    while let Some((place, others)) = rest.split_first_mut() {
        *place = by_bits(half);
        half = half.wrapping_add(1);
        rest = others;
    }
    table
};

const fn by_bits(half: u32) -> u32 {
    let mut value = half;
    let mut bit = 0_u8;
    while bit < 4 {
        value = (value >> 1) ^ if value & 1 == 1 { 0xEDB8_8320 } else { 0 };
        bit = bit.wrapping_add(1);
    }
    value
}

/// [`CRC_32`] by half bytes: faster, for a record that is made within a tick.
pub(crate) fn crc_32(bytes: &[u8]) -> u32 {
    let shifted = |value: u32| {
        let place = OF_HALF_A_BYTE.get((value & 0xF) as usize);
        (value >> 4) ^ place.copied().unwrap_or(0)
    };
    let add = |value: u32, byte: &u8| shifted(shifted(value ^ u32::from(*byte)));
    !bytes.iter().fold(u32::MAX, add)
}

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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn half_bytes_give_what_bits_give(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(crc_32(&bytes), CRC_32.checksum(&bytes));
        }
    }

    #[test]
    fn published_check_values() {
        assert_eq!(CRC_32.checksum(b"123456789"), 0xCBF4_3926);
        assert_eq!(fnv_1a_64(b""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(fnv_1a_64(b"a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(fnv_1a_64(b"foobar"), 0x8594_4171_F739_67E8);
    }
}
