//! The signals that end a program, for whoever has something to put in order first.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Interrupt, terminate and hang-up. From [`new`](Self::new) on none of them ends the program by itself.
pub(crate) struct Ends([Signal; 3]);

impl Ends {
    pub(crate) fn new() -> io::Result<Self> {
        let [interrupt, terminate, hangup] =
            [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
        Ok(Self([interrupt?, terminate?, hangup?]))
    }

    pub(crate) async fn wait(&mut self) {
        let Self([interrupt, terminate, hangup]) = self;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
