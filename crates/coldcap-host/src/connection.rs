//! A connection with one machine that keeps itself up: the [`Client`](crate::client::Client) with a transport, a clock
//! and a task of its own.
//!
//! What is here has no rules of its own. The client says what is due and when; this opens the way that the bytes take,
//! and opens it again, with growing pauses, for as long as somebody holds a [`Connection`].
//!
//! ```no_run
//! use coldcap_host::client::{ClientConfig, CommandBody, Message};
//! use coldcap_host::connection::{Connection, Update};
//! use coldcap_wire::message::Action;
//! use futures_util::StreamExt;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let connection = Connection::open("tcp:127.0.0.1:7700".parse()?, ClientConfig::new(1));
//! let mut updates = connection.updates();
//! connection.secured().await?;
//! connection.command(CommandBody::operate(Action::STOP)).await?;
//! while let Some(update) = updates.next().await {
//!     let Update::Message(message) = update else { continue };
//!     if let Message::ChannelStatus(status) = &*message {
//!         println!("supply {:?} m°C", status.supply.get());
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Whatever the line does
//!
//! - **Nothing hangs.** A command ends with its answer or with a [`CommandError`], some ten seconds later at the latest,
//!   also while nothing is plugged in.
//! - **Memory is bounded.** A reader of [`updates`](Connection::updates) that is too slow is told how many it has
//!   missed; the newest state is always in [`snapshot`](Connection::snapshot). No more than [`COMMANDS_MAXIMUM`] commands
//!   wait at a time. A machine that does not read gets nothing more until it does.
//! - **Every call can be dropped** while it waits, and nothing is lost for others. A command that was handed over stays
//!   handed over: whoever drops its answer does not take it back.

mod carrier;
mod clock;
mod driver;
mod error;
mod heard;

#[cfg(feature = "websocket")]
pub use carrier::web::carried;
pub use carrier::{Carrier, Opening, opener};
pub use clock::Clock;
pub use error::{Closed, CommandError};
pub use heard::{HEARD_KEPT, Heard, HeardAt, Listening};

use crate::address::Address;
use crate::client::{ClientConfig, CommandBody, Message, Record};
use crate::view::LinkQuality;
use coldcap_units::Duration;
use coldcap_wire::message::{ChannelStatus, Hello, MachineStatus, Response};
use core::pin::Pin;
use core::task::{Context, Poll};
use driver::{Ask, Driver};
use futures_core::Stream;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tracing::Instrument as _;

/// So many commands wait for their answers at most; a stop always finds room.
pub const COMMANDS_MAXIMUM: usize = 64;
/// So many updates wait for a slow reader; then the oldest give way.
pub const UPDATES_KEPT: usize = 1_024;

/// What happens on a connection, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// The way to the machine is open: the bytes travel.
    Opened,
    /// It is not, or not any more; it is tried again.
    Down(Arc<str>),
    /// What the client tells.
    Message(Arc<Message>),
    /// This reader was too slow for so many updates.
    Missed(u64),
}

/// How much of the record of the machine is here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many entries the machine has, as far as it has told.
    pub total: u32,
    /// How many are here.
    pub collected: usize,
    /// How many it does not have any more.
    pub lost: u32,
    /// Whether everything is here that it has, by an answer of this session.
    pub complete: bool,
}

/// The newest of everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Whether the way to the machine is open.
    pub open: bool,
    /// Whether the machine answers and, with a key, has shown that it holds it.
    pub connected: bool,
    /// Whether a display must blank its values, see
    /// [`Client::values_are_stale`](crate::client::Client::values_are_stale).
    pub stale: bool,
    /// Who it is.
    pub hello: Option<Hello>,
    /// What all channels share.
    pub machine: Option<MachineStatus>,
    /// Each channel.
    pub channels: BTreeMap<u8, ChannelStatus>,
    /// The record.
    pub record: Progress,
    /// What was counted on the line, and how long the way is. [`Connection::changed`] does not wake for this alone.
    pub quality: LinkQuality,
}

/// A connection with one machine. Clones speak over the same connection, which ends with the last of them.
#[derive(Clone, Debug)]
pub struct Connection {
    asks: mpsc::Sender<Ask>,
    updates: broadcast::WeakSender<Update>,
    snapshot: watch::Receiver<Snapshot>,
}

/// What happens on a connection, as a stream: see [`Connection::updates`].
#[derive(Debug)]
pub struct Updates(Option<BroadcastStream<Update>>);

impl Stream for Updates {
    type Item = Update;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Update>> {
        let Some(stream) = &mut self.get_mut().0 else { return Poll::Ready(None) };
        Pin::new(stream).poll_next(context).map(|next| {
            next.map(|update| {
                update.unwrap_or_else(|BroadcastStreamRecvError::Lagged(missed)| {
                    Update::Missed(missed)
                })
            })
        })
    }
}

impl Connection {
    /// Begins a connection with the machine at `address` and keeps it up. It does not wait: whether and when it is up is
    /// told by [`updates`](Self::updates), and [`secured`](Self::secured) waits for it.
    ///
    /// # Panics
    /// Outside a runtime of tokio with time and input and output enabled.
    #[must_use]
    pub fn open(address: Address, config: ClientConfig) -> Self {
        Self::over(opener(address), config, Clock::wall())
    }

    /// The same over whatever `open` opens, each time anew when the last one has ended, by a clock of your own: for a line
    /// of your own, within a process, or, with [`opener`], for a virtual machine that runs faster.
    ///
    /// ```
    /// use coldcap_host::client::ClientConfig;
    /// use coldcap_host::connection::{Carrier, Clock, Connection};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let connection = Connection::over(
    ///     || Box::pin(async {
    ///         let (here, _there) = tokio::io::duplex(4_096);
    ///         Ok(Box::new(here) as Box<dyn Carrier>)
    ///     }),
    ///     ClientConfig::new(1),
    ///     Clock::wall(),
    /// );
    /// assert!(!connection.snapshot().connected);
    /// # });
    /// ```
    ///
    /// # Panics
    /// As [`open`](Self::open).
    #[must_use]
    pub fn over(
        open: impl FnMut() -> Opening + Send + 'static,
        config: ClientConfig,
        clock: Clock,
    ) -> Self {
        let (asks, asked) = mpsc::channel(COMMANDS_MAXIMUM);
        let (updates, _) = broadcast::channel(UPDATES_KEPT);
        let (newest, snapshot) = watch::channel(Snapshot { stale: true, ..Snapshot::default() });
        let weak = updates.downgrade();
        let span = tracing::info_span!("connection", channel = config.channel);
        let driver = Driver::new(Box::new(open), (config, clock), asked, updates, newest);
        tokio::spawn(driver.run().instrument(span));
        Self { asks, updates: weak, snapshot }
    }

    /// Everything that happens from now on. The stream ends with the connection.
    #[must_use]
    pub fn updates(&self) -> Updates {
        let sender = self.updates.upgrade();
        Updates(sender.map(|sender| BroadcastStream::new(sender.subscribe())))
    }

    /// The newest of everything.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot.borrow().clone()
    }

    /// Waits until the snapshot is another than the one that was seen last by this clone, and returns it.
    ///
    /// # Errors
    /// [`Closed`]: the connection has ended.
    pub async fn changed(&mut self) -> Result<Snapshot, Closed> {
        self.snapshot.changed().await.map_err(|_| Closed)?;
        Ok(self.snapshot.borrow_and_update().clone())
    }

    /// Waits until the machine answers and, with a key, has shown that it holds it.
    ///
    /// # Errors
    /// [`Closed`]: the connection has ended. It does not give up by itself; put your own bound around it.
    pub async fn secured(&self) -> Result<Snapshot, Closed> {
        self.until(|snapshot| snapshot.connected).await
    }

    async fn until(&self, mut seen: impl FnMut(&Snapshot) -> bool) -> Result<Snapshot, Closed> {
        let mut snapshot = self.snapshot.clone();
        let found = snapshot.wait_for(|snapshot| seen(snapshot)).await.map_err(|_| Closed)?;
        Ok(found.clone())
    }

    /// Sends a command and waits for what becomes of it.
    ///
    /// # Errors
    /// [`CommandError`]; only [`TimedOut`](CommandError::TimedOut) and [`Closed`](CommandError::Closed) leave open whether
    /// it was carried out.
    pub async fn command(&self, body: CommandBody) -> Result<Response, CommandError> {
        self.command_seeing(body, 0).await
    }

    /// The same for a command that follows from what somebody saw, see
    /// [`Client::command_seeing`](crate::client::Client::command_seeing).
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub async fn command_seeing(
        &self,
        body: CommandBody,
        revision: u16,
    ) -> Result<Response, CommandError> {
        self.put(None, body, revision).await
    }

    /// The same for a channel, from 0, whatever that of this connection, see
    /// [`Client::command_for`](crate::client::Client::command_for).
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub async fn command_for(
        &self,
        channel: u8,
        body: CommandBody,
        revision: u16,
    ) -> Result<Response, CommandError> {
        self.put(Some(channel), body, revision).await
    }

    async fn put(
        &self,
        channel: Option<u8>,
        body: CommandBody,
        revision: u16,
    ) -> Result<Response, CommandError> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Command { channel, body: Box::new(body), revision, answer }).await?;
        answered.await.map_err(|_| Closed)?
    }

    /// Subscribes to the reports, see [`Client::follow`](crate::client::Client::follow).
    ///
    /// # Errors
    /// [`Closed`]: the connection has ended.
    pub async fn follow(&self, period: Duration) -> Result<(), Closed> {
        self.ask(Ask::Follow { period }).await
    }

    /// The values of this report stand on a screen now, see [`Client::drawn`](crate::client::Client::drawn).
    ///
    /// # Errors
    /// [`Closed`]: the connection has ended.
    pub async fn drawn(&self, progress: u16) -> Result<(), Closed> {
        self.ask(Ask::Drawn { progress }).await
    }

    /// The record as far as it is here.
    ///
    /// # Errors
    /// [`Closed`]: the connection has ended.
    pub async fn record(&self) -> Result<Record, Closed> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Record { answer }).await?;
        answered.await.map_err(|_| Closed)
    }

    /// Waits until the record is here as far as the machine has it, and returns it. What was here before is not asked for
    /// again, so that a download goes on where it was left, also behind a loss of the link. `progress` is told each time
    /// that more has come.
    ///
    /// # Errors
    /// [`Closed`]: the connection has ended. It does not give up by itself; put your own bound around it.
    pub async fn download(&self, mut progress: impl FnMut(Progress)) -> Result<Record, Closed> {
        // Only once it is asked for is what was known before no answer.
        let (asked, is_asked) = oneshot::channel();
        self.ask(Ask::Length { asked }).await?;
        is_asked.await.map_err(|_| Closed)?;
        let mut told = Progress::default();
        let is_complete = |snapshot: &Snapshot| {
            let now = snapshot.record;
            if now != told {
                progress(now);
            }
            told = now;
            now.complete
        };
        self.until(is_complete).await?;
        self.record().await
    }

    /// Everything that is heard from now on, packet by packet, for a recording.
    ///
    /// # Errors
    /// [`Closed`]: the connection has ended.
    pub async fn listen(&self) -> Result<Listening, Closed> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Listen { answer }).await?;
        answered.await.map_err(|_| Closed)
    }

    async fn ask(&self, ask: Ask) -> Result<(), Closed> {
        self.asks.send(ask).await.map_err(|_| Closed)
    }
}

/// The pauses between attempts to open a way: from a quarter of a second to five.
const PAUSES: [core::time::Duration; 2] =
    [core::time::Duration::from_millis(250), core::time::Duration::from_secs(5)];

/// Why a way ended, in words.
fn in_words(ended: &io::Error) -> Arc<str> {
    ended.to_string().into()
}
