//! Frames: how a packet travels over a stream of bytes.
//!
//! A frame is `COBS(packet) | trailer | 00`. The zero byte occurs nowhere else, so a receiver that lost
//! its place finds the next frame behind the next zero. The six-byte [`trailer`] holds the length of the
//! encoded bytes and their CRC-32/AUTOSAR. Both are taken over the bytes *as they travel*: a check over
//! the packet before stuffing would lose its Hamming distance, because one flipped bit in a stuffing
//! code changes many bits of the packet behind it.

mod check;
pub mod cobs;
mod copy;
mod deframer;
pub mod trailer;
mod zeros;

pub use deframer::{Counters, Deframer};

use crate::explain::explain;
use copy::copy;
use core::fmt;

/// The byte that ends every frame. A sender may also send one before the first frame after a silence,
/// so that noise picked up meanwhile does not cost that frame.
pub const DELIMITER: u8 = 0;

/// The longest frame of a packet of `packet_len` bytes: stuffing, trailer and delimiter counted.
///
/// ```
/// assert_eq!(coldcap_wire::frame::max_encoded_len(240), 248);
/// ```
#[must_use]
pub const fn max_encoded_len(packet_len: usize) -> usize {
    cobs::max_encoded_len(packet_len).saturating_add(trailer::LEN).saturating_add(1)
}

/// Trailer and delimiter.
const END_LEN: usize = trailer::LEN + 1;

/// The output buffer is too short for what was to be written. Nothing in it may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the output buffer is too short")
    }
}

impl core::error::Error for TooLong {}

/// Why a frame was refused. Its packet, if it had one, is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameError {
    /// The check value does not fit the bytes: they were changed on the way.
    Crc,
    /// Shorter than any frame, or not as long as its trailer says: bytes were lost, added or merged.
    Length,
    /// Longer than this receiver can hold.
    Overflow,
    /// The check value fits but the stuffing makes no sense: the sender is wrong, not the line.
    Cobs,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(explain(*self))
    }
}

impl core::error::Error for FrameError {}

/// Writes the frame of `packet`, delimiter included, to the start of `out`; returns its length.
///
/// A buffer of [`max_encoded_len`]`(packet.len())` bytes always suffices.
///
/// # Errors
/// [`TooLong`] where `out` cannot hold the frame.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_wire::frame;
/// let mut out = [0; 16];
/// let len = frame::encode(&[0x11, 0x00, 0x22], &mut out).unwrap();
/// assert_eq!(out[..4], [0x02, 0x11, 0x02, 0x22]);
/// assert_eq!((len, out[len - 1]), (11, 0));
/// ```
pub fn encode(packet: &[u8], out: &mut [u8]) -> Result<usize, TooLong> {
    let stuffed = cobs::encode(packet, out)?;
    finish(out, stuffed)
}

/// Turns the packet that stands at `out[1..=packet_len]` into its frame, delimiter included, which begins
/// at `out[0]`; returns its length. What [`encode`] does, without a copy.
///
/// # Errors
/// [`TooLong`] where `out` cannot hold the frame; the packet is lost then.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_wire::frame;
/// let mut out = [0, 0x11, 0x00, 0x22, 0, 0, 0, 0, 0, 0, 0];
/// assert_eq!(frame::encode_in_place(&mut out, 3), Ok(11));
/// let mut copied = [0; 11];
/// frame::encode(&[0x11, 0x00, 0x22], &mut copied).unwrap();
/// assert_eq!(out, copied);
/// ```
pub fn encode_in_place(out: &mut [u8], packet_len: usize) -> Result<usize, TooLong> {
    let stuffed = cobs::encode_in_place(out, packet_len)?;
    finish(out, stuffed)
}

/// Writes trailer and delimiter behind the encoded bytes; returns the length of the frame.
fn finish(out: &mut [u8], stuffed: usize) -> Result<usize, TooLong> {
    let (encoded, rest) = out.split_at_mut_checked(stuffed).ok_or(TooLong)?;
    let (end, _) = rest.split_first_chunk_mut::<END_LEN>().ok_or(TooLong)?;
    copy(end, &trailer::seal(encoded));
    if let Some(last) = end.last_mut() {
        *last = DELIMITER;
    }
    Ok(stuffed.saturating_add(END_LEN))
}

/// Checks and unstuffs one frame, given *without* its delimiter, in place; returns the packet.
///
/// The trailer is checked before a single stuffing code is read.
///
/// # Errors
/// [`FrameError::Length`], [`FrameError::Crc`] or [`FrameError::Cobs`], in this order of checking.
///
/// # Panics
/// Never.
pub fn decode_in_place(frame: &mut [u8]) -> Result<&mut [u8], FrameError> {
    cobs::decode_in_place(trailer::open(frame)?).ok_or(FrameError::Cobs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_opens_to_its_packet() {
        let mut out = [0xAA; 32];
        let len = encode(&[1, 0, 0, 2], &mut out).unwrap();
        assert_eq!(len, max_encoded_len(4));
        assert_eq!(decode_in_place(&mut out[..len - 1]), Ok(&mut [1, 0, 0, 2][..]));
    }

    #[test]
    fn every_buffer_that_is_too_short_is_refused() {
        let mut out = [0; 12];
        for room in 0..12 {
            assert_eq!(encode(&[1, 0, 0, 2], &mut out[..room]), Err(TooLong), "{room}");
        }
        assert_eq!(encode(&[1, 0, 0, 2], &mut out), Ok(12));
    }

    #[test]
    fn a_genuine_trailer_over_nonsense_is_told_from_damage() {
        let encoded = [5u8, 1];
        let mut frame = [0; 8];
        frame[..2].copy_from_slice(&encoded);
        frame[2..].copy_from_slice(&trailer::seal(&encoded));
        assert_eq!(decode_in_place(&mut frame), Err(FrameError::Cobs));
    }
}
