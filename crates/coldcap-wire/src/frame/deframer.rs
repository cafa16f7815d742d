//! Cuts a stream of bytes into frames and opens them.

use super::{DELIMITER, FrameError, decode_in_place, zeros};

/// What a [`Deframer`] has seen since it was made. Every count stops at its maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counters {
    /// Frames opened.
    pub ok: u32,
    /// Frames refused as [`FrameError::Crc`].
    pub crc: u32,
    /// Frames refused as [`FrameError::Length`].
    pub length: u32,
    /// Frames refused as [`FrameError::Overflow`].
    pub overflow: u32,
    /// Frames refused as [`FrameError::Cobs`].
    pub cobs: u32,
}

impl Counters {
    fn count<T>(&mut self, outcome: &Result<T, FrameError>) {
        let counter = match outcome {
            Ok(_) => &mut self.ok,
            Err(FrameError::Crc) => &mut self.crc,
            Err(FrameError::Length) => &mut self.length,
            Err(FrameError::Overflow) => &mut self.overflow,
            Err(FrameError::Cobs) => &mut self.cobs,
        };
        *counter = counter.saturating_add(1);
    }
}

/// Collects bytes until a frame is whole. Holds up to `N` bytes between two delimiters.
///
/// What comes out does not depend on how the stream was cut into chunks. After any garbage, the first
/// whole frame behind a delimiter is delivered. A receiver of packets up to `n` bytes needs
/// `N >= `[`max_encoded_len`](super::max_encoded_len)`(n) - 1`.
///
/// ```
/// use coldcap_wire::frame::{self, Deframer};
///
/// let mut bytes = [0; 32];
/// let len = frame::encode(b"packet", &mut bytes).unwrap();
///
/// let mut deframer = Deframer::<32>::new();
/// let (first, second) = bytes[..len].split_at(5);
/// assert_eq!(deframer.feed(first), (5, None));
/// let (consumed, packet) = deframer.feed(second);
/// assert_eq!(consumed, second.len());
/// assert_eq!(packet.unwrap().unwrap(), b"packet");
/// ```
#[derive(Clone, Debug)]
pub struct Deframer<const N: usize> {
    buffer: [u8; N],
    length: usize,
    counters: Counters,
}

impl<const N: usize> Default for Deframer<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Deframer<N> {
    /// An empty deframer.
    #[must_use]
    pub const fn new() -> Self {
        Self { buffer: [0; N], length: 0, counters: Counters::ZERO }
    }

    /// What was delivered and refused so far.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Takes bytes up to the end of one frame: returns how many it took, and the frame's outcome if one
    /// ended. While fewer bytes were taken than given, call again with the rest.
    ///
    /// Empty frames (delimiters in a row) are skipped silently. The time taken is linear in the bytes
    /// taken plus the length of the frame.
    ///
    /// # Errors
    /// Every refused frame is told once, when its delimiter arrives; [`FrameError::Overflow`] for one of
    /// more than `N` bytes. The frame behind it is not affected.
    ///
    /// # Panics
    /// Never.
    pub fn feed(&mut self, input: &[u8]) -> (usize, Option<Result<&mut [u8], FrameError>>) {
        let idle = if self.length == 0 { leading_delimiters(input) } else { 0 };
        let rest = input.get(idle..).unwrap_or_default();
        let free = self.buffer.get_mut(self.length..).unwrap_or_default();
        let zero = zeros::copy_before(rest, free);
        // Above `N` it only says that the frame is too long.
        self.length = self.length.saturating_add(zero.unwrap_or(rest.len()));
        match zero {
            Some(run) => (idle.wrapping_add(run).wrapping_add(1), Some(self.finish())),
            None => (input.len(), None),
        }
    }

    fn finish(&mut self) -> Result<&mut [u8], FrameError> {
        let length = core::mem::take(&mut self.length);
        let outcome = match self.buffer.get_mut(..length) {
            Some(frame) => decode_in_place(frame),
            None => Err(FrameError::Overflow),
        };
        self.counters.count(&outcome);
        outcome
    }
}

impl Counters {
    const ZERO: Self = Self { ok: 0, crc: 0, length: 0, overflow: 0, cobs: 0 };
}

fn leading_delimiters(input: &[u8]) -> usize {
    input.iter().take_while(|byte| **byte == DELIMITER).count()
}

#[cfg(test)]
mod tests {
    use super::super::encode;
    use super::*;

    #[test]
    fn counters_stop_at_their_maximum() {
        let mut counters = Counters { crc: u32::MAX, ..Counters::ZERO };
        counters.count(&Err::<(), _>(FrameError::Crc));
        assert_eq!(counters.crc, u32::MAX);
    }

    #[test]
    fn every_outcome_has_its_counter() {
        let mut deframer = Deframer::<16>::new();
        let mut good = [0; 16];
        let len = encode(&[7], &mut good).unwrap();
        let mut broken = good;
        broken[len - 2] ^= 1;
        let stream = [&good[..len], &broken[..len], &[0, 1, 2, 0], &[9; 17], &[0]].concat();
        let mut rest = &stream[..];
        while !rest.is_empty() {
            rest = &rest[deframer.feed(rest).0..];
        }
        assert_eq!(
            deframer.counters(),
            Counters { ok: 1, crc: 1, length: 1, overflow: 1, cobs: 0 }
        );
    }

    #[test]
    fn an_overflow_drains_to_the_next_delimiter_and_no_further() {
        let mut deframer = Deframer::<9>::new();
        let mut good = [0; 10];
        let len = encode(&[7, 7], &mut good).unwrap();
        assert_eq!(len, 10);
        // The tail of the long frame is a good frame by itself: it must not be taken for one.
        assert_eq!(deframer.feed(&[5; 9]), (9, None));
        assert_eq!(deframer.feed(&good), (10, Some(Err(FrameError::Overflow))));
        assert_eq!(deframer.feed(&good), (10, Some(Ok(&mut [7, 7][..]))));
    }

    #[test]
    fn delimiters_in_a_row_are_silence() {
        let mut deframer = Deframer::<9>::new();
        assert_eq!(deframer.feed(&[0, 0, 0]), (3, None));
        assert_eq!(deframer.counters(), Counters::ZERO);
    }
}
