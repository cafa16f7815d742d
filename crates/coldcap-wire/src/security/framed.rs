//! From a packet that somebody writes to its frame.

use super::refusal::SendError;
use crate::frame::{encode_in_place, max_encoded_len};
use crate::packet::PACKET_LEN;

/// What a frame has beside its packet.
const AROUND: usize = max_encoded_len(PACKET_LEN) - PACKET_LEN;

/// Lets `write` put a packet where its frame will stand, and makes the frame at the start of `out`; returns its length.
/// The room that `write` gets is what fits: a packet that was written can be sent, so that no number of a session is
/// used up for nothing.
///
/// ```
/// use coldcap_wire::security::{SendError, framed};
///
/// let mut out = [0; 12];
/// let four = |room: &mut [u8]| {
///     room.get_mut(..4).ok_or(SendError::TooLong)?.copy_from_slice(b"pack");
///     Ok(4)
/// };
/// assert_eq!(framed(&mut out, four), Ok(12));
/// assert_eq!(framed(&mut out[..11], four), Err(SendError::TooLong));
/// ```
///
/// # Errors
/// What `write` says; [`SendError::TooLong`] where there is no room for any packet.
///
/// # Panics
/// Never.
pub fn framed(
    out: &mut [u8],
    write: impl FnOnce(&mut [u8]) -> Result<usize, SendError>,
) -> Result<usize, SendError> {
    let room = out.len().saturating_sub(AROUND).min(PACKET_LEN);
    let packet = out.get_mut(1..).and_then(|rest| rest.get_mut(..room));
    let length = write(packet.ok_or(SendError::TooLong)?)?;
    encode_in_place(out, length).map_err(|_| SendError::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_fits_the_room_that_was_given_becomes_a_frame() {
        for len in 0..300 {
            for byte in [0, 0x5A] {
                let mut out = std::vec![0xEE; len];
                let whole = |room: &mut [u8]| {
                    room.fill(byte);
                    Ok(room.len())
                };
                let made = framed(&mut out, whole);
                assert_eq!(made.is_ok(), len > 7, "{len}: {made:?}");
                let most = len.min(248);
                assert!(made.is_err() || made == Ok(most), "{len}: {made:?}");
            }
        }
    }
}
