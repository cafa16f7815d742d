//! The check value: CRC-32/AUTOSAR, by a table of 64 bytes or, with the feature `fast`, of 16 KB.
//!
//! Polynomial `F4ACFB13`, reflected, start and final exclusive-or `FFFFFFFF`, check value `1697D06A`. Both
//! ways give the same value: the first is small, the second takes sixteen bytes at a time.

#[cfg(any(test, not(feature = "fast")))]
mod nibble;
#[cfg(any(test, feature = "fast"))]
mod sliced;

#[cfg(not(feature = "fast"))]
use nibble::advance;
#[cfg(feature = "fast")]
use sliced::advance;

/// The polynomial, reflected.
const POLYNOMIAL: u32 = 0xC8DF_352F;

/// The remainder after one bit more, the bit being already in it.
const fn divided(remainder: u32) -> u32 {
    let half = remainder >> 1;
    if remainder & 1 == 0 { half } else { half ^ POLYNOMIAL }
}

/// The check value of `bytes` and the two bytes behind them.
pub(super) fn of(bytes: &[u8], behind: [u8; 2]) -> u32 {
    !advance(advance(u32::MAX, bytes), &behind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORACLE: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_AUTOSAR);

    #[test]
    fn the_check_value_of_the_catalogue() {
        assert_eq!(of(b"1234567", *b"89"), 0x1697_D06A);
    }

    proptest! {
        #[test]
        fn both_ways_equal_the_published_crate(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            cut in any::<prop::sample::Index>(),
        ) {
            let expected = ORACLE.checksum(&bytes);
            let (first, second) = bytes.split_at(cut.index(bytes.len() + 1));
            prop_assert_eq!(!nibble::advance(nibble::advance(u32::MAX, first), second), expected);
            prop_assert_eq!(!sliced::advance(sliced::advance(u32::MAX, first), second), expected);
        }
    }
}
