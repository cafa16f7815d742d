//! The [`Connection`](crate::connection::Connection) for programs without an executor: the same calls, and each waits.
//!
//! A thread of its own drives the connection; it ends with the last clone. Every call panics within an executor of tokio: there
//! it would stop others.
//!
//! ```no_run
//! use coldcap_host::blocking::Connection;
//! use coldcap_host::client::{ClientConfig, CommandBody};
//! use coldcap_wire::message::Action;
//! use core::time::Duration;
//!
//! let connection = Connection::open("serial:/dev/ttyACM0".parse()?, ClientConfig::new(1))?;
//! connection.secured(Duration::from_secs(10))?;
//! connection.command(CommandBody::operate(Action::STOP))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::address::Address;
use crate::client::{ClientConfig, CommandBody, Record};
use crate::connection::{self, Clock, Closed, CommandError, Opening, Progress, Snapshot, Update};
use coldcap_wire::message::Response;
use core::fmt;
use core::time::Duration;
use std::io;
use std::sync::Arc;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::time;
use tokio_stream::StreamExt;

/// What was waited for did not come in time, or cannot come any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitError {
    /// Not in time; it may still come.
    TimedOut,
    /// The connection has ended.
    Closed,
}

impl fmt::Display for WaitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("not in time"),
            Self::Closed => Closed.fmt(f),
        }
    }
}

impl core::error::Error for WaitError {}

/// A connection with one machine that keeps itself up; every call waits. See the [module](self).
#[derive(Clone, Debug)]
pub struct Connection {
    inner: connection::Connection,
    runtime: Handle,
    /// The thread that drives ends with this.
    _driven: Arc<oneshot::Sender<()>>,
}

impl Connection {
    /// Begins a connection with the machine at `address` and keeps it up. It does not wait for the machine.
    ///
    /// # Errors
    /// The system gives no thread, or no means to wait.
    pub fn open(address: Address, config: ClientConfig) -> io::Result<Self> {
        Self::begin(move || connection::Connection::open(address, config))
    }

    /// The same over whatever `open` opens, see [`Connection::over`](connection::Connection::over).
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn over(
        open: impl FnMut() -> Opening + Send + 'static,
        config: ClientConfig,
        clock: Clock,
    ) -> io::Result<Self> {
        Self::begin(move || connection::Connection::over(open, config, clock))
    }

    fn begin(begin: impl FnOnce() -> connection::Connection) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let inner = {
            let _entered = runtime.enter();
            begin()
        };
        let (driven, ended) = oneshot::channel::<()>();
        let drive = move || {
            let _ = runtime.block_on(ended);
        };
        std::thread::Builder::new().name("coldcap connection".into()).spawn(drive)?;
        Ok(Self { inner, runtime: handle, _driven: Arc::new(driven) })
    }

    /// Waits until the machine answers and, with a key, has shown that it holds it.
    ///
    /// # Errors
    /// [`WaitError`]; not in time: it is tried further.
    pub fn secured(&self, within: Duration) -> Result<Snapshot, WaitError> {
        self.within(within, self.inner.secured())
    }

    /// Sends a command and waits for what becomes of it, some ten seconds at most.
    ///
    /// # Errors
    /// As [`Connection::command`](connection::Connection::command).
    pub fn command(&self, body: CommandBody) -> Result<Response, CommandError> {
        self.command_seeing(body, 0)
    }

    /// The same for a command that follows from what somebody saw, see
    /// [`Client::command_seeing`](crate::client::Client::command_seeing).
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub fn command_seeing(
        &self,
        body: CommandBody,
        revision: u16,
    ) -> Result<Response, CommandError> {
        self.runtime.block_on(self.inner.command_seeing(body, revision))
    }

    /// Subscribes to the reports, see [`Client::follow`](crate::client::Client::follow).
    ///
    /// # Errors
    /// [`Closed`]: the connection has ended.
    pub fn follow(&self, period: coldcap_units::Duration) -> Result<(), Closed> {
        self.runtime.block_on(self.inner.follow(period))
    }

    /// The values of this report stand on a screen now, see [`Client::drawn`](crate::client::Client::drawn).
    ///
    /// # Errors
    /// [`Closed`]: the connection has ended.
    pub fn drawn(&self, progress: u16) -> Result<(), Closed> {
        self.runtime.block_on(self.inner.drawn(progress))
    }

    /// The newest of everything; never waits.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.inner.snapshot()
    }

    /// Everything that happens from now on: an iterator whose `next` waits, and which ends with the connection.
    pub fn updates(&self) -> impl Iterator<Item = Update> + use<> {
        let (runtime, mut updates) = (self.runtime.clone(), self.inner.updates());
        core::iter::from_fn(move || runtime.block_on(updates.next()))
    }

    /// The record as far as it is here.
    ///
    /// # Errors
    /// [`Closed`]: the connection has ended.
    pub fn record(&self) -> Result<Record, Closed> {
        self.runtime.block_on(self.inner.record())
    }

    /// Waits until the record is here as far as the machine has it, see
    /// [`Connection::download`](connection::Connection::download).
    ///
    /// # Errors
    /// [`WaitError`]; not in time: what has come is in [`record`](Self::record), and another call goes on from there.
    pub fn download(
        &self,
        within: Duration,
        progress: impl FnMut(Progress),
    ) -> Result<Record, WaitError> {
        self.within(within, self.inner.download(progress))
    }

    fn within<T>(
        &self,
        within: Duration,
        waiting: impl Future<Output = Result<T, Closed>>,
    ) -> Result<T, WaitError> {
        let bounded = async { time::timeout(within, waiting).await };
        match self.runtime.block_on(bounded) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(Closed)) => Err(WaitError::Closed),
            Err(_) => Err(WaitError::TimedOut),
        }
    }
}
