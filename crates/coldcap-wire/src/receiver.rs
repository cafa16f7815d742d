//! The receiving end of a link.

use crate::explain::WireError;
use crate::frame::{Counters, Deframer, FrameError, max_encoded_len};
use crate::message::{AnyMessage, BodyError, decode_any};
use crate::packet::{Header, PACKET_LEN};

/// Room for the longest frame without its delimiter.
pub const FRAME_ROOM: usize = max_encoded_len(PACKET_LEN) - 1;

/// Turns a stream of bytes into packets and counts those that are missing.
///
/// Memory: [`FRAME_ROOM`] bytes and some counters.
///
/// ```
/// use coldcap_wire::message::{AnyMessage, Heartbeat};
/// use coldcap_wire::{Receiver, Sender};
///
/// let beat = Heartbeat { at_ms: 1_000, nonce: 1 };
/// let mut bytes = [0; 64];
/// let len = Sender::new().send_message(&beat, &mut bytes).unwrap();
///
/// let mut receiver = Receiver::new();
/// let (consumed, packet) = receiver.feed(&bytes[..len]);
/// assert_eq!(consumed, len);
/// assert_eq!(packet.unwrap().unwrap().message(), Ok(AnyMessage::Heartbeat(beat)));
/// ```
#[derive(Clone, Debug)]
pub struct Receiver {
    deframer: Deframer<FRAME_ROOM>,
    numbers: Numbers,
}

/// A packet as it arrived, its body not yet read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Its header.
    pub header: Header,
    /// Its body, still encoded.
    pub body: &'a [u8],
    /// How many packets are missing directly before this one.
    pub missed: u32,
}

impl Packet<'_> {
    /// The message in the body.
    ///
    /// # Errors
    /// As [`decode_any`].
    ///
    /// # Panics
    /// Never.
    pub fn message(&self) -> Result<AnyMessage, BodyError> {
        decode_any(&self.header, self.body)
    }
}

/// What the packet numbers tell. Every count stops at its maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Losses {
    /// Packets that were numbered by the sender and never arrived whole.
    pub missed: u32,
    /// How often the numbers stepped back or stood still: the sender started anew, or a packet came
    /// twice.
    pub restarts: u32,
}

impl Default for Receiver {
    fn default() -> Self {
        Self::new()
    }
}

impl Receiver {
    /// A receiver that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { deframer: Deframer::new(), numbers: Numbers::new() }
    }

    /// What happened to the frames.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.deframer.counters()
    }

    /// What the packet numbers tell.
    #[must_use]
    pub const fn losses(&self) -> Losses {
        self.numbers.losses
    }

    /// Takes bytes up to the end of one frame: returns how many it took, and the packet if one ended.
    /// While fewer bytes were taken than given, call again with the rest.
    ///
    /// Packets that came before the first one are not missed.
    ///
    /// # Errors
    /// [`WireError::Frame`] or [`WireError::Header`], once for each frame that holds no packet.
    ///
    /// # Panics
    /// Never.
    pub fn feed(&mut self, input: &[u8]) -> (usize, Option<Result<Packet<'_>, WireError>>) {
        let (consumed, frame) = self.deframer.feed(input);
        let numbers = &mut self.numbers;
        let packet = frame.map(|frame| numbers.admit(frame?));
        (consumed, packet)
    }

    /// As [`feed`](Self::feed), but gives the packet whole, to be opened where it stands, and does not look at its
    /// number: the numbers of sealed packets are the session's.
    ///
    /// # Errors
    /// A [`FrameError`], once for each frame that holds no packet.
    ///
    /// # Panics
    /// Never.
    pub fn feed_whole(&mut self, input: &[u8]) -> (usize, Option<Result<&mut [u8], FrameError>>) {
        self.deframer.feed(input)
    }
}

#[derive(Clone, Debug)]
struct Numbers {
    expected: Option<u32>,
    losses: Losses,
}

impl Numbers {
    const fn new() -> Self {
        Self { expected: None, losses: Losses { missed: 0, restarts: 0 } }
    }

    fn admit<'a>(&mut self, packet: &'a [u8]) -> Result<Packet<'a>, WireError> {
        let (header, body) = Header::parse(packet)?;
        let missed = self.gap_before(header.number);
        self.expected = Some(header.number.wrapping_add(1));
        Ok(Packet { header, body, missed })
    }

    /// A number up to half the range ahead is a gap; one behind is a fresh start.
    fn gap_before(&mut self, number: u32) -> u32 {
        let ahead = number.wrapping_sub(self.expected.unwrap_or(number));
        if ahead > u32::MAX / 2 {
            self.losses.restarts = self.losses.restarts.saturating_add(1);
            return 0;
        }
        self.losses.missed = self.losses.missed.saturating_add(ahead);
        ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(numbers: &[u32]) -> (std::vec::Vec<u32>, Losses) {
        let mut seen = Numbers::new();
        let admit = |number: &u32| {
            let header = Header {
                kind: crate::packet::Kind::Link,
                secured: false,
                endpoint: 0,
                number: *number,
            };
            seen.admit(&header.to_bytes()).unwrap().missed
        };
        (numbers.iter().map(admit).collect(), seen.losses)
    }

    #[test]
    fn the_first_packet_misses_nothing() {
        assert_eq!(gaps(&[700, 701]), (std::vec![0, 0], Losses { missed: 0, restarts: 0 }));
    }

    #[test]
    fn a_gap_is_counted_and_a_step_back_is_a_restart() {
        let (missed, losses) = gaps(&[4, 5, 9, 0, 1, 1]);
        assert_eq!(missed, [0, 0, 3, 0, 0, 0]);
        assert_eq!(losses, Losses { missed: 3, restarts: 2 });
    }

    #[test]
    fn numbers_wrap() {
        let (missed, losses) = gaps(&[u32::MAX - 1, u32::MAX, 0, 2]);
        assert_eq!((missed, losses.missed), (std::vec![0, 0, 0, 1], 1));
    }
}
