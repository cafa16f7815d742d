//! A carrier over `std::io`.

use super::{LinkEnd, Outgoing, Turn, received};
use coldcap_units::Instant;
use std::io::{self, ErrorKind, Read, Write};

/// Takes bytes between an end and a stream that blocks for a while: a socket or a serial port with a time-out of
/// reading, or one that does not block at all.
///
/// `N` bytes of room each way; at least one frame ([`FRAME_ROOM`](crate::FRAME_ROOM)).
///
/// ```
/// use coldcap_units::Instant;
/// use coldcap_wire::carrier::{LinkEnd, Turn, blocking::Carrier};
/// use std::io::Cursor;
///
/// struct Listener(Vec<u8>);
/// impl LinkEnd for Listener {
///     fn receive(&mut self, _now: Instant, bytes: &[u8]) {
///         self.0.extend_from_slice(bytes);
///     }
///     fn transmit(&mut self, _now: Instant, _out: &mut [u8]) -> usize {
///         0
///     }
///     fn next_deadline(&self) -> Instant {
///         Instant::from_millis(u64::MAX)
///     }
/// }
///
/// let (mut end, mut carrier) = (Listener(vec![]), Carrier::<256>::new());
/// let mut stream = Cursor::new(b"abc".to_vec());
/// assert_eq!(carrier.turn(Instant::ZERO, &mut end, &mut stream)?, Turn::Received(3));
/// assert_eq!(carrier.turn(Instant::ZERO, &mut end, &mut stream)?, Turn::Closed);
/// assert_eq!(end.0, b"abc");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Carrier<const N: usize> {
    outgoing: Outgoing<N>,
    incoming: [u8; N],
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
        Self { outgoing: Outgoing::new(), incoming: [0; N] }
    }

    /// Writes what is due, as far as the stream takes it, and reads once.
    ///
    /// # Errors
    /// Those of the stream but three that only say *not now*: it would block, its time is out, it was interrupted.
    pub fn turn(
        &mut self,
        now: Instant,
        end: &mut impl LinkEnd,
        stream: &mut (impl Read + Write),
    ) -> io::Result<Turn> {
        self.outgoing.fill(now, end);
        let sent = self.write(stream)?;
        match patient(stream.read(&mut self.incoming))? {
            Some(count) => Ok(received(count, &self.incoming, now, end)),
            None if sent > 0 => Ok(Turn::Sent(sent)),
            None => Ok(Turn::Idle),
        }
    }

    fn write(&mut self, stream: &mut impl Write) -> io::Result<usize> {
        let unsent = self.outgoing.unsent();
        if unsent.is_empty() {
            return Ok(0);
        }
        let sent = match patient(stream.write(unsent))? {
            Some(0) => return Err(ErrorKind::WriteZero.into()),
            sent => sent.unwrap_or(0),
        };
        self.outgoing.took(sent);
        Ok(sent)
    }
}

/// `None` where the stream only says *not now*.
fn patient(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(count) => Ok(Some(count)),
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Ok(None),
            _ => Err(error),
        },
    }
}
