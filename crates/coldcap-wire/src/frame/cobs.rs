//! Consistent overhead byte stuffing: a packet without zero bytes, one byte longer per 254.
//!
//! Source: S. Cheshire and M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on
//! Networking 7(2), 1999. A packet is cut at its zeros; each piece is preceded by a code byte, its length
//! plus one. A piece of 254 bytes or more is cut further into full blocks of code `FF`, which stand for
//! 254 bytes *without* a zero behind them.

use super::TooLong;
#[cfg(not(feature = "fast"))]
use super::copy::copy;
use super::zeros;

#[cfg(any(test, feature = "fast"))]
mod windows;

/// How many bytes a block of code `FF` carries.
const FULL_BLOCK: usize = 254;

/// The code of a full block, behind which no zero is meant.
const FULL_CODE: u8 = 0xFF;

/// The longest encoding of `packet_len` bytes: one code byte for every 254 bytes begun, one at least.
#[must_use]
pub const fn max_encoded_len(packet_len: usize) -> usize {
    let codes = packet_len.div_ceil(FULL_BLOCK);
    packet_len.saturating_add(if codes == 0 { 1 } else { codes })
}

/// Writes the encoding of `packet` to the start of `out`; returns its length. It holds no zero byte.
///
/// Where the packet ends with a full block, no empty piece is written behind it.
///
/// # Errors
/// [`TooLong`] where `out` cannot hold it.
///
/// # Panics
/// Never.
pub fn encode(packet: &[u8], out: &mut [u8]) -> Result<usize, TooLong> {
    #[cfg(feature = "fast")]
    return windows::encode(packet, out);
    #[cfg(not(feature = "fast"))]
    {
        let room = out.get_mut(1..).and_then(|room| room.get_mut(..packet.len())).ok_or(TooLong)?;
        copy(room, packet);
        encode_in_place(out, packet.len())
    }
}

/// Turns the packet that stands at `out[1..=packet_len]` into its encoding, which begins at `out[0]`;
/// returns its length.
///
/// Only zeros change, to the codes that stand for them; bytes move only behind a full block.
///
/// # Errors
/// [`TooLong`] where `out` cannot hold the encoding.
///
/// # Panics
/// Never.
///
/// ```
/// let mut out = [0xEE, 0x11, 0x00, 0x22];
/// assert_eq!(coldcap_wire::frame::cobs::encode_in_place(&mut out, 3), Ok(4));
/// assert_eq!(out, [0x02, 0x11, 0x02, 0x22]);
/// ```
pub fn encode_in_place(out: &mut [u8], packet_len: usize) -> Result<usize, TooLong> {
    #[cfg(feature = "fast")]
    if packet_len <= FULL_BLOCK {
        let block = out.get_mut(..=packet_len).ok_or(TooLong)?;
        zeros::link(block);
        return Ok(block.len());
    }
    // Where the open code is, and where the packet ends.
    let (mut code, mut end) = (0usize, packet_len.checked_add(1).ok_or(TooLong)?);
    loop {
        let piece = out.get_mut(code..end).and_then(<[u8]>::split_first_mut);
        let (open, rest) = piece.ok_or(TooLong)?;
        let window = rest.get(..FULL_BLOCK).unwrap_or(rest);
        let run = zeros::first(window).unwrap_or(window.len());
        *open = (run as u8).wrapping_add(1);
        code = code.wrapping_add(run).wrapping_add(1);
        if code == end {
            return Ok(end);
        }
        if run == FULL_BLOCK {
            end = end.wrapping_add(1);
            make_room(out.get_mut(code..end).ok_or(TooLong)?);
        }
    }
}

/// Moves all but the last byte up by one.
fn make_room(bytes: &mut [u8]) {
    if let Some(most) = bytes.len().checked_sub(1) {
        bytes.copy_within(..most, 1);
    }
}

/// Turns an encoding into its packet, in place; `None` where a code is zero or points past the end.
///
/// Only the code bytes change, to the zeros they stand for. Bytes move only behind a full block.
///
/// # Panics
/// Never.
#[must_use]
pub fn decode_in_place(encoded: &mut [u8]) -> Option<&mut [u8]> {
    let end = rewrite(encoded)?;
    encoded.get_mut(1..end)
}

/// Rewrites the encoding so that its packet begins at index 1; returns where the packet ends.
#[cfg(not(feature = "fast"))]
fn rewrite(bytes: &mut [u8]) -> Option<usize> {
    let (mut code, mut end) = (*bytes.first()?, bytes.len());
    // Where the code stands, or would stand had it not been dropped.
    let mut at = 0usize;
    loop {
        let next = at.wrapping_add(usize::from(code));
        if code == 0 || next >= end {
            return (next == end).then_some(end);
        }
        let behind = bytes.get_mut(next)?;
        let following = *behind;
        if code == FULL_CODE {
            move_down(bytes.get_mut(next..end)?);
            (at, end) = (next.wrapping_sub(1), end.wrapping_sub(1));
        } else {
            *behind = 0;
            at = next;
        }
        code = following;
    }
}

#[cfg(feature = "fast")]
use windows::rewrite;

/// Moves all but the first byte down by one.
#[cfg(not(feature = "fast"))]
fn move_down(bytes: &mut [u8]) {
    if !bytes.is_empty() {
        bytes.copy_within(1.., 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded<const N: usize>(mut encoded: [u8; N]) -> Option<[u8; N]> {
        let mut whole = [0xEE; N];
        let packet = decode_in_place(&mut encoded)?;
        whole[..packet.len()].copy_from_slice(packet);
        Some(whole)
    }

    #[test]
    fn small_cases_by_hand() {
        let cases: [(&[u8], &[u8]); 5] = [
            (&[], &[1]),
            (&[0], &[1, 1]),
            (&[0, 0], &[1, 1, 1]),
            (&[7, 0], &[2, 7, 1]),
            (&[0x11, 0x22, 0, 0x33], &[3, 0x11, 0x22, 2, 0x33]),
        ];
        for (packet, encoded) in cases {
            let mut out = [0; 8];
            let len = encode(packet, &mut out).unwrap();
            assert_eq!(&out[..len], encoded);
            assert_eq!(decode_in_place(&mut out[..len]).as_deref(), Some(packet));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(decode_in_place(&mut []), None);
        assert_eq!(decoded([0]), None);
        assert_eq!(decoded([2]), None);
        assert_eq!(decoded([3, 1]), None);
        assert_eq!(decoded([1, 0, 1]), None);
        assert_eq!(decoded([2, 9, 3, 9]), None);
    }

    #[test]
    fn a_full_block_may_end_the_encoding_with_or_without_an_empty_piece() {
        let mut encoded = [9; 256];
        encoded[0] = FULL_CODE;
        encoded[255] = 1;
        assert_eq!(decode_in_place(&mut { encoded }[..255]).map(|packet| packet.len()), Some(254));
        assert_eq!(decode_in_place(&mut encoded).map(|packet| packet.len()), Some(254));
    }
}
