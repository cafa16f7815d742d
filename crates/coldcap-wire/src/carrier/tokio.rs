//! A carrier over tokio.

use super::race::{First, race};
use super::{LinkEnd, Outgoing, Turn, received};
use coldcap_units::{Duration, Instant};
use core::future::pending;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time;

/// The longest that a turn waits without anything to do.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Takes bytes between an end and a stream of tokio. The end's time begins when the carrier is made.
///
/// `N` bytes of room each way; at least one frame ([`FRAME_ROOM`](crate::FRAME_ROOM)).
#[derive(Clone, Debug)]
pub struct Carrier<const N: usize> {
    outgoing: Outgoing<N>,
    incoming: [u8; N],
    write_first: bool,
    start: time::Instant,
}

impl<const N: usize> Default for Carrier<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Carrier<N> {
    /// Empty buffers, at time zero.
    #[must_use]
    pub fn new() -> Self {
        let (outgoing, incoming) = (Outgoing::new(), [0; N]);
        Self { outgoing, incoming, write_first: true, start: time::Instant::now() }
    }

    /// What time it is for the end.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::from_millis(u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Waits until bytes came, bytes went, or the end's deadline is here, whichever is first. It may be dropped
    /// wherever it waits, as in `tokio::select!`: tokio promises that a reading or writing that is not done has taken
    /// nothing.
    ///
    /// # Errors
    /// The stream's.
    pub async fn turn(
        &mut self,
        end: &mut impl LinkEnd,
        receiver: &mut (impl AsyncRead + Unpin),
        transmitter: &mut (impl AsyncWrite + Unpin),
    ) -> io::Result<Turn> {
        let now = self.now();
        self.outgoing.fill(now, end);
        self.write_first = !self.write_first;
        let unsent = self.outgoing.unsent();
        let write = async {
            if unsent.is_empty() { pending().await } else { transmitter.write(unsent).await }
        };
        let wait = end.next_deadline().since(now).min(LONGEST).as_millis();
        let time = async {
            match unsent {
                [] => time::sleep(core::time::Duration::from_millis(wait.into())).await,
                _ => pending().await,
            }
        };
        let first = race(receiver.read(&mut self.incoming), write, time, self.write_first).await;
        match first {
            First::Read(count) => Ok(received(count?, &self.incoming, self.now(), end)),
            First::Wrote(count) => self.wrote(count?),
            First::Time => Ok(Turn::Idle),
        }
    }

    fn wrote(&mut self, count: usize) -> io::Result<Turn> {
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.outgoing.took(count);
        Ok(Turn::Sent(count))
    }
}
