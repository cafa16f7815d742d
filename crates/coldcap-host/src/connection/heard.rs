//! What is heard of a machine, packet by packet.

use crate::client::OpenedPacket;
use coldcap_units::Instant;
use std::sync::Arc;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// So much that was heard waits for a slow listener; then the oldest gives way.
pub const HEARD_KEPT: usize = 4_096;

/// Something that was heard, or that nothing is heard any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A packet of the machine.
    Packet(Arc<OpenedPacket>),
    /// The machine is not heard any more, and why; the next packet says that it is again.
    Away(Arc<str>),
    /// So much was heard that this listener does not get, since it was too slow, or the machine all at once too loud.
    Missed(u64),
}

/// The same and when, by the clock of the connection, since its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeardAt {
    /// When.
    pub at: Instant,
    /// What.
    pub heard: Heard,
}

/// What is heard on a connection: see [`Connection::listen`](super::Connection::listen).
#[derive(Debug)]
pub struct Listening {
    pub(super) receiver: broadcast::Receiver<HeardAt>,
    pub(super) newest: Instant,
}

impl Listening {
    /// The next of it; `None` where the connection has ended. It can be dropped while it waits, and nothing is lost.
    pub async fn next(&mut self) -> Option<HeardAt> {
        let heard = match self.receiver.recv().await {
            Ok(heard) => heard,
            Err(RecvError::Lagged(missed)) => {
                HeardAt { at: self.newest, heard: Heard::Missed(missed) }
            }
            Err(RecvError::Closed) => return None,
        };
        self.newest = heard.at;
        Some(heard)
    }
}
