//! The six bytes behind the encoded packet: its length and its check value.
//!
//! 42 bits, seven to a byte, bit 7 of every byte set so that none is zero. Bits 41..32 are the length of
//! the encoded bytes modulo 1024; bits 31..0 are the CRC-32/AUTOSAR over the encoded bytes followed by
//! that same number as two bytes, low byte first. The seven most significant bits travel first.
//!
//! The CRC (polynomial `F4ACFB13`, reflected, start and final exclusive-or `FFFFFFFF`, check value
//! `1697D06A`) has Hamming distance 6 up to 4092 bytes: up to five flipped bits that make no delimiter are
//! always refused. Source: P. Koopman's tables of CRC polynomials, entry `0xFA567D89`. The length catches
//! what no CRC over stuffed bytes can: a flipped bit that *makes* a delimiter leaves a suffix with a
//! genuine trailer. Any other damage is taken for a frame with probability 2⁻³² at most if it is random.

use super::{FrameError, check};

/// How many bytes the trailer has.
pub const LEN: usize = 6;

/// The length travels modulo this.
const LENGTH_MODULUS_MASK: usize = 0x3FF;

/// Bit 7 of every trailer byte.
const MARK: u8 = 0x80;

/// The trailer of these encoded bytes.
///
/// # Panics
/// Never.
#[must_use]
pub fn seal(encoded: &[u8]) -> [u8; LEN] {
    let length = length_of(encoded);
    let bits = (u64::from(length) << 32) | u64::from(check(encoded, length));
    [
        group(bits >> 35),
        group(bits >> 28),
        group(bits >> 21),
        group(bits >> 14),
        group(bits >> 7),
        group(bits),
    ]
}

/// Checks the trailer at the end of `frame` and returns the encoded bytes before it.
///
/// # Errors
/// [`FrameError::Length`] where there is no encoded byte, or not as many as the trailer says;
/// [`FrameError::Crc`] where a mark bit is clear or the check value does not fit.
///
/// # Panics
/// Never.
pub fn open(frame: &mut [u8]) -> Result<&mut [u8], FrameError> {
    let (encoded, trailer) = frame.split_last_chunk_mut::<LEN>().ok_or(FrameError::Length)?;
    let bits = ungroup(trailer).ok_or(FrameError::Crc)?;
    let length = length_of(encoded);
    if encoded.is_empty() || u64::from(length) != bits >> 32 {
        return Err(FrameError::Length);
    }
    if check(encoded, length) != bits as u32 {
        return Err(FrameError::Crc);
    }
    Ok(encoded)
}

fn length_of(encoded: &[u8]) -> u16 {
    (encoded.len() & LENGTH_MODULUS_MASK) as u16
}

fn group(bits: u64) -> u8 {
    bits as u8 | MARK
}

fn ungroup(trailer: &[u8; LEN]) -> Option<u64> {
    trailer.iter().try_fold(0u64, |bits, byte| {
        let marked = byte & MARK != 0;
        marked.then_some((bits << 7) | u64::from(byte & !MARK))
    })
}

fn check(encoded: &[u8], length: u16) -> u32 {
    check::of(encoded, length.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_stand_where_the_specification_says() {
        let trailer = seal(&[1]);
        let bits = trailer.iter().fold(0u64, |bits, byte| bits << 7 | u64::from(byte & 0x7F));
        assert_eq!((bits >> 32, bits as u32), (1, check(&[1], 1)));
        assert!(trailer.iter().all(|byte| byte & 0x80 != 0));
    }

    #[test]
    fn the_length_travels_modulo_1024() {
        let long = [7; 1025];
        let trailer = seal(&long);
        assert_eq!(ungroup(&trailer).map(|bits| bits >> 32), Some(1));
        let mut frame = [7; 1031];
        frame[1025..].copy_from_slice(&trailer);
        assert_eq!(open(&mut frame).map(|encoded| encoded.len()), Ok(1025));
    }

    #[test]
    fn each_fault_has_its_name() {
        let mut frame = [1, 0, 0, 0, 0, 0, 0];
        frame[1..].copy_from_slice(&seal(&[1]));
        assert!(open(&mut { frame }).is_ok());
        assert_eq!(open(&mut { frame }[1..]), Err(FrameError::Length));
        assert_eq!(open(&mut { frame }[2..]), Err(FrameError::Length));
        assert_eq!(open(&mut seal(&[])), Err(FrameError::Length));
        frame[6] ^= 1;
        assert_eq!(open(&mut { frame }), Err(FrameError::Crc));
        frame[6] &= 0x7F;
        assert_eq!(open(&mut frame), Err(FrameError::Crc));
    }
}
