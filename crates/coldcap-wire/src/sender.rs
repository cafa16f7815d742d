//! The sending end of a link.

use crate::frame::{self, TooLong};
use crate::message::{Body, Message, Response, encode_body};
use crate::packet::{HEADER_LEN, Header, Kind, PACKET_LEN};
use serde::Serialize;

/// Numbers the packets of one direction and turns messages into frames.
///
/// ```
/// use coldcap_wire::message::{Heartbeat, Response, Status};
/// use coldcap_wire::{Sender, frame};
///
/// let mut sender = Sender::new();
/// let mut out = [0; frame::max_encoded_len(coldcap_wire::packet::PACKET_LEN)];
/// let len = sender.send_message(&Heartbeat { at_ms: 1_000, nonce: 1 }, &mut out).unwrap();
/// assert_eq!((len, out[len - 1]), (17, 0));
/// sender.respond(0x15, &Response::new(9, Status::OK), &mut out).unwrap();
/// assert_eq!(sender.next_number(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    next_number: u32,
}

impl Sender {
    /// A sender whose first packet has number 0.
    #[must_use]
    pub const fn new() -> Self {
        Self { next_number: 0 }
    }

    /// The number of the next packet. It wraps after 2³² packets: 13 years at ten a second.
    #[must_use]
    pub const fn next_number(&self) -> u32 {
        self.next_number
    }

    /// Writes the frame of one packet to the start of `out`; returns its length.
    ///
    /// A buffer of [`frame::max_encoded_len`]`(`[`PACKET_LEN`]`)` bytes holds any frame. Only a frame
    /// that was written uses up a number.
    ///
    /// # Errors
    /// [`TooLong`] where the packet would be longer than [`PACKET_LEN`] or the frame than `out`.
    ///
    /// # Panics
    /// Never.
    pub fn send(
        &mut self,
        kind: Kind,
        endpoint: u8,
        body: &impl Serialize,
        out: &mut [u8],
    ) -> Result<usize, TooLong> {
        self.write(kind, endpoint, |room| encode_body(body, room), out)
    }

    /// Writes the frame of a packet whose body is these bytes, as a maker's own codec has made them.
    ///
    /// # Errors
    /// [`TooLong`] where the packet would be longer than [`PACKET_LEN`] or the frame than `out`.
    ///
    /// # Panics
    /// Never.
    pub fn send_bytes(
        &mut self,
        kind: Kind,
        endpoint: u8,
        body: &[u8],
        out: &mut [u8],
    ) -> Result<usize, TooLong> {
        let copy = |room: &mut [u8]| {
            room.get_mut(..body.len()).ok_or(TooLong)?.copy_from_slice(body);
            Ok(body.len())
        };
        self.write(kind, endpoint, copy, out)
    }

    fn write(
        &mut self,
        kind: Kind,
        endpoint: u8,
        encode: impl FnOnce(&mut [u8]) -> Result<usize, TooLong>,
        out: &mut [u8],
    ) -> Result<usize, TooLong> {
        let header = Header { kind, secured: false, endpoint, number: self.next_number };
        // The packet is written where its frame will stand, one byte behind the first code.
        let packet = out.get_mut(1..).ok_or(TooLong)?;
        let room = packet.len().min(PACKET_LEN);
        let packet = packet.get_mut(..room).ok_or(TooLong)?;
        let body_len = encode(header.write(packet)?)?;
        let len = frame::encode_in_place(out, HEADER_LEN.saturating_add(body_len))?;
        self.next_number = self.next_number.wrapping_add(1);
        Ok(len)
    }

    /// Writes the frame of a message, with its own kind and endpoint, in the one encoding of its body.
    ///
    /// # Errors
    /// [`TooLong`] where `out` cannot hold the frame.
    ///
    /// # Panics
    /// Never.
    pub fn send_message<M: Message>(
        &mut self,
        message: &M,
        out: &mut [u8],
    ) -> Result<usize, TooLong> {
        self.write(M::KIND, M::ENDPOINT, |room| message.encode(room), out)
    }

    /// Writes the frame of an answer to the command with this endpoint number.
    ///
    /// # Errors
    /// [`TooLong`] where `out` cannot hold the frame.
    ///
    /// # Panics
    /// Never.
    pub fn respond(
        &mut self,
        endpoint: u8,
        response: &Response,
        out: &mut [u8],
    ) -> Result<usize, TooLong> {
        self.write(Response::KIND, endpoint, |room| response.encode(room), out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Heartbeat, Status};

    #[test]
    fn only_a_written_frame_uses_up_a_number() {
        let mut sender = Sender::new();
        let beat = Heartbeat { at_ms: 0, nonce: 0 };
        assert_eq!(sender.send_message(&beat, &mut [0; 8]), Err(TooLong));
        assert_eq!(sender.next_number(), 0);
        sender.next_number = u32::MAX;
        assert!(sender.send_message(&beat, &mut [0; 64]).is_ok());
        assert_eq!(sender.next_number(), 0);
    }

    #[test]
    fn a_body_that_cannot_fit_a_packet_is_refused() {
        let mut sender = Sender::new();
        let fits = [[1u8; 26]; 9];
        let mut out = [0; 512];
        assert_eq!(sender.send(Kind::Report, 0x7F, &fits, &mut out), Ok(248));
        let long = (fits, 1u8);
        assert_eq!(sender.send(Kind::Report, 0x7F, &long, &mut out), Err(TooLong));
    }

    #[test]
    fn an_answer_bears_the_number_of_the_command() {
        let mut out = [0; 64];
        let len = Sender::new().respond(0x15, &Response::new(3, Status::BUSY), &mut out).unwrap();
        let packet = frame::decode_in_place(&mut out[..len - 1]).unwrap();
        let (header, _) = Header::parse(packet).unwrap();
        assert_eq!((header.kind, header.endpoint), (Kind::Response, 0x15));
    }
}
