//! A carrier over `embedded-io-async` 0.7.

use super::race::{First, race};
use super::{LinkEnd, Outgoing, Turn, received};
use coldcap_units::Instant;
use core::future::pending;
use embedded_io_async::{Read, Write};

/// What time it is, and how to wait for another: the executor's timer.
#[allow(async_fn_in_trait)] // An executor of a single core asks for no `Send`.
pub trait Clock {
    /// The time on the device's own clock.
    fn now(&self) -> Instant;

    /// Waits until `at`, or returns at once where that is past. Dropping it costs nothing.
    async fn until(&self, at: Instant);
}

/// Takes bytes between an end and the two halves of a driver.
///
/// `N` bytes of room each way; at least one frame ([`FRAME_ROOM`](crate::FRAME_ROOM)). What a dropped
/// [`turn`](Self::turn) costs is the driver's to say: with one that is side-effect-free on cancel, nothing; with one
/// that had begun to send, bytes come twice, which the other end's deframer sees and drops with their frame.
#[derive(Clone, Debug)]
pub struct Carrier<const N: usize> {
    outgoing: Outgoing<N>,
    incoming: [u8; N],
    write_first: bool,
}

impl<const N: usize> Default for Carrier<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Carrier<N> {
    /// Empty buffers.
    #[must_use]
    pub const fn new() -> Self {
        Self { outgoing: Outgoing::new(), incoming: [0; N], write_first: true }
    }

    /// Waits until bytes came, bytes went, or the end's deadline is here, whichever is first.
    ///
    /// # Errors
    /// The driver's.
    ///
    /// # Panics
    /// Never, where the driver keeps its promise to say no more than it was given room for.
    pub async fn turn<R: Read, W: Write<Error = R::Error>>(
        &mut self,
        clock: &impl Clock,
        end: &mut impl LinkEnd,
        receiver: &mut R,
        transmitter: &mut W,
    ) -> Result<Turn, R::Error> {
        self.outgoing.fill(clock.now(), end);
        self.write_first = !self.write_first;
        let unsent = self.outgoing.unsent();
        let write = async {
            if unsent.is_empty() { pending().await } else { transmitter.write(unsent).await }
        };
        let time = async {
            if unsent.is_empty() { clock.until(end.next_deadline()).await } else { pending().await }
        };
        let first = race(receiver.read(&mut self.incoming), write, time, self.write_first).await;
        match first {
            First::Read(count) => Ok(received(count?, &self.incoming, clock.now(), end)),
            First::Wrote(count) => Ok(self.wrote(count?)),
            First::Time => Ok(Turn::Idle),
        }
    }

    /// A driver that takes nothing will not take anything any more.
    fn wrote(&mut self, count: usize) -> Turn {
        self.outgoing.took(count);
        if count == 0 { Turn::Closed } else { Turn::Sent(count) }
    }
}
