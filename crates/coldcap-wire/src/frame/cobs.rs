//! Consistent overhead byte stuffing: a packet without zero bytes, one byte longer per 254.
//!
//! Source: S. Cheshire and M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on
//! Networking 7(2), 1999. A packet is cut at its zeros; each piece is preceded by a code byte, its length
//! plus one. A piece of 254 bytes or more is cut further into full blocks of code `FF`, which stand for
//! 254 bytes *without* a zero behind them.

use super::TooLong;
use super::writer::Writer;
use core::cell::Cell;

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
    let mut writer = Writer::new(out);
    let mut pieces = packet.split(|byte| *byte == 0).peekable();
    while let Some(piece) = pieces.next() {
        let rest = encode_full_blocks(piece, &mut writer)?;
        let ends_with_full_block = rest.is_empty() && !piece.is_empty();
        if pieces.peek().is_some() || !ends_with_full_block {
            encode_rest(rest, &mut writer)?;
        }
    }
    Ok(writer.written())
}

/// Writes all full blocks of a piece and returns what is left, fewer than 254 bytes.
fn encode_full_blocks<'a>(piece: &'a [u8], writer: &mut Writer<'_>) -> Result<&'a [u8], TooLong> {
    let mut blocks = piece.chunks_exact(FULL_BLOCK);
    for block in blocks.by_ref() {
        writer.push(FULL_CODE)?;
        writer.extend(block)?;
    }
    Ok(blocks.remainder())
}

fn encode_rest(rest: &[u8], writer: &mut Writer<'_>) -> Result<(), TooLong> {
    writer.push((rest.len() as u8).saturating_add(1))?;
    writer.extend(rest)
}

/// Turns an encoding into its packet, in place; `None` where a code is zero or points past the end.
///
/// Only the code bytes change, to the zeros they stand for. Bytes move only behind a full block.
///
/// # Panics
/// Never.
#[must_use]
pub fn decode_in_place(encoded: &mut [u8]) -> Option<&mut [u8]> {
    let end = rewrite(Cell::from_mut(encoded).as_slice_of_cells())?;
    encoded.get_mut(1..end)
}

/// Rewrites the encoding so that its packet begins at index 1; returns where the packet ends.
fn rewrite(bytes: &[Cell<u8>]) -> Option<usize> {
    let mut code = bytes.first()?.get();
    let (mut start, mut write) = (1usize, 1usize);
    loop {
        let length = usize::from(code.checked_sub(1)?);
        move_down(bytes, start, write, length)?;
        write = write.checked_add(length)?;
        let next = start.checked_add(length)?;
        // The next code is read before the zero is written: they usually share one byte.
        let Some(next_code) = bytes.get(next).map(Cell::get) else { return Some(write) };
        if code != FULL_CODE {
            bytes.get(write)?.set(0);
            write = write.checked_add(1)?;
        }
        (code, start) = (next_code, next.checked_add(1)?);
    }
}

/// Moves `length` bytes from `start` to `write`, which lies at or before it; `None` past the end.
fn move_down(bytes: &[Cell<u8>], start: usize, write: usize, length: usize) -> Option<()> {
    let source = bytes.get(start..)?.get(..length)?;
    if write != start {
        let target = bytes.get(write..)?;
        target.iter().zip(source).for_each(|(to, from)| to.set(from.get()));
    }
    Some(())
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
