//! Carriers: what takes bytes between one end of a link and a stream.
//!
//! An end ([`LinkEnd`]) knows neither streams nor clocks nor executors; a carrier knows nothing of what the bytes
//! say. It holds two buffers, so that a stream may take and give as little at a time as it likes.
//!
//! | carrier | for | feature |
//! |---|---|---|
//! | [`blocking::Carrier`] | `std::io`: a socket or a serial port with a time-out | `std` |
//! | [`embedded::Carrier`] | `embedded-io-async` 0.7: a peripheral's driver | `embedded-io-async` |
//! | [`tokio::Carrier`] | a stream of tokio | `tokio` |
//!
//! Each does one *turn* at a time: it writes what is due, takes what has come, or waits for the end's next
//! deadline, whichever is first. A turn may be dropped wherever it waits: bytes that were taken are with the end,
//! bytes that are still to be written are in the carrier, and the next turn goes on from there.

#[cfg(feature = "std")]
pub mod blocking;
#[cfg(feature = "embedded-io-async")]
pub mod embedded;
#[cfg(any(feature = "embedded-io-async", feature = "tokio"))]
mod race;
#[cfg(feature = "tokio")]
pub mod tokio;

use coldcap_units::Instant;

/// One end of a link: the device's, or a host's.
///
/// ```
/// use coldcap_units::Instant;
/// use coldcap_wire::carrier::LinkEnd;
///
/// /// Sends back what it hears.
/// struct Echo(heapless::Vec<u8, 64>);
///
/// impl LinkEnd for Echo {
///     fn receive(&mut self, _now: Instant, bytes: &[u8]) {
///         self.0.extend_from_slice(bytes).unwrap();
///     }
///     fn transmit(&mut self, _now: Instant, out: &mut [u8]) -> usize {
///         let length = self.0.len().min(out.len());
///         out[..length].copy_from_slice(&self.0[..length]);
///         self.0 = self.0[length..].iter().copied().collect();
///         length
///     }
///     fn next_deadline(&self) -> Instant {
///         if self.0.is_empty() { Instant::from_millis(u64::MAX) } else { Instant::ZERO }
///     }
/// }
/// ```
pub trait LinkEnd {
    /// Takes bytes from the other end, in chunks of any size.
    fn receive(&mut self, now: Instant, bytes: &[u8]);

    /// Writes what is due to the start of `out` and returns its length; 0 where nothing is due, or nothing that
    /// fits. Room for one frame always suffices to go on.
    fn transmit(&mut self, now: Instant, out: &mut [u8]) -> usize;

    /// When [`transmit`](Self::transmit) has something to do next; in the past where it is due.
    fn next_deadline(&self) -> Instant;
}

/// What became of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Turn {
    /// So many bytes came, and the end has them.
    Received(usize),
    /// So many bytes went out.
    Sent(usize),
    /// Nothing came and nothing went; the end's deadline is here, or the stream's patience is over.
    Idle,
    /// The other side will send nothing more, or take nothing more.
    Closed,
}

/// Hands to the end what came; nothing is the end of the stream.
#[cfg(any(feature = "std", feature = "embedded-io-async", feature = "tokio"))]
fn received(count: usize, incoming: &[u8], now: Instant, end: &mut impl LinkEnd) -> Turn {
    if count == 0 {
        return Turn::Closed;
    }
    end.receive(now, incoming.get(..count).unwrap_or_default());
    Turn::Received(count)
}

/// Bytes on their way out.
#[cfg(any(feature = "std", feature = "embedded-io-async", feature = "tokio"))]
#[derive(Clone, Debug)]
struct Outgoing<const N: usize> {
    bytes: [u8; N],
    sent: usize,
    held: usize,
}

#[cfg(any(feature = "std", feature = "embedded-io-async", feature = "tokio"))]
impl<const N: usize> Outgoing<N> {
    const fn new() -> Self {
        Self { bytes: [0; N], sent: 0, held: 0 }
    }

    /// Asks the end for more once everything is out.
    fn fill(&mut self, now: Instant, end: &mut impl LinkEnd) {
        if self.unsent().is_empty() {
            self.sent = 0;
            self.held = end.transmit(now, &mut self.bytes).min(N);
        }
    }

    fn unsent(&self) -> &[u8] {
        self.bytes.get(self.sent..self.held).unwrap_or_default()
    }

    /// The stream took so many.
    fn took(&mut self, count: usize) {
        self.sent = self.sent.saturating_add(count).min(self.held);
    }
}
