//! Where hosts come to a virtual machine: a socket, a WebSocket, or a pseudo terminal.

use super::live::gone;
use crate::failure::Failure;
use coldcap::lane::GREETING;
use coldcap_host::address::Address;
use coldcap_host::connection::{Carrier, carried};
use coldcap_wire::security::Transport;
use core::fmt;
use core::time::Duration;
use std::io;
use std::net::TcpStream as Blocking;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_serial::{SerialPort, SerialStream};

/// Within what time a client says its first words.
const GREETS_WITHIN: Duration = Duration::from_secs(10);

const LOOKS_AGAIN_IN: Duration = Duration::from_millis(100);

/// An open door.
pub(crate) enum Door {
    Tcp(TcpListener),
    WebSocket(TcpListener),
    /// The host's end is kept open, so that the line outlives those who use it.
    Pty {
        machine: Option<SerialStream>,
        host: SerialStream,
    },
}

/// Who has come.
pub(crate) enum Guest {
    /// A host that speaks the protocol.
    Host(Box<dyn Carrier>),
    /// A driver that grants time by the step lane.
    Driver(Blocking),
}

impl Door {
    /// Opens the door that `--listen` names.
    pub(crate) async fn open(text: &str) -> Result<Self, Failure> {
        if text == "pty" {
            let (machine, host) =
                SerialStream::pair().map_err(|error| refused(text, error.into()))?;
            return Ok(Self::Pty { machine: Some(machine), host });
        }
        let listen = async |host: &str, port| {
            TcpListener::bind((host, port)).await.map_err(|error| refused(text, error))
        };
        match text.parse() {
            Ok(Address::Tcp { host, port }) => Ok(Self::Tcp(listen(&host, port).await?)),
            Ok(Address::WebSocket { host, port, .. }) => {
                Ok(Self::WebSocket(listen(&host, port).await?))
            }
            _ => Err(Failure::Input(format!(
                "--listen: {text}: allowed is tcp:HOST:PORT, ws:HOST:PORT, pty"
            ))),
        }
    }

    /// What the bytes travel in, as the keys know it.
    pub(crate) const fn transport(&self) -> Transport {
        match self {
            Self::Tcp(_) | Self::WebSocket(_) => Transport::Tcp,
            Self::Pty { .. } => Transport::Serial,
        }
    }

    /// The next one to come. A terminal has one line, which is there from the beginning.
    pub(crate) async fn next(&mut self) -> Caller {
        match self {
            Self::Tcp(listener) => Caller::Tcp(next_of(listener).await),
            Self::WebSocket(listener) => Caller::WebSocket(next_of(listener).await),
            Self::Pty { machine, .. } => match machine.take() {
                Some(line) => Caller::Pty(line),
                None => core::future::pending().await,
            },
        }
    }
}

/// Where a computer has no room for one more, or one has left before he was let in, the next one may be: no machine ends for that.
pub(crate) async fn next_of(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => sleep(LOOKS_AGAIN_IN).await,
        }
    }
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |listener: &TcpListener| match listener.local_addr() {
            Ok(address) => address.to_string(),
            Err(error) => error.to_string(),
        };
        match self {
            Self::Tcp(listener) => write!(f, "tcp:{}", place(listener)),
            Self::WebSocket(listener) => write!(f, "ws:{}", place(listener)),
            Self::Pty { host, .. } => write!(f, "pty:{}", host.name().unwrap_or_default()),
        }
    }
}

fn refused(text: &str, error: io::Error) -> Failure {
    Failure::Io(format!("--listen: {text}: {error}"))
}

/// Somebody at the door who has not said yet what he is.
pub(crate) enum Caller {
    Tcp(TcpStream),
    WebSocket(TcpStream),
    Pty(SerialStream),
}

impl Caller {
    /// Waits for the first words; `None` where he leaves without one.
    pub(crate) async fn greet(self) -> Result<Option<Guest>, Failure> {
        match self {
            Self::Pty(line) => Ok(Some(Guest::Host(Box::new(line)))),
            Self::Tcp(stream) => {
                timeout(GREETS_WITHIN, greet(stream)).await.map_err(|_| silent())?
            }
            Self::WebSocket(stream) => {
                let shaken = timeout(GREETS_WITHIN, tokio_tungstenite::accept_async(stream)).await;
                match shaken.map_err(|_| silent())? {
                    Ok(socket) => Ok(Some(Guest::Host(Box::new(carried(socket))))),
                    Err(error) => Err(Failure::Wrong(format!("no WebSocket: {error}"))),
                }
            }
        }
    }
}

fn silent() -> Failure {
    Failure::Io("the client says nothing".into())
}

async fn greet(stream: TcpStream) -> Result<Option<Guest>, Failure> {
    stream.set_nodelay(true)?;
    let mut first = [0; 1];
    if stream.peek(&mut first).await.map_err(gone)? == 0 {
        return Ok(None);
    }
    if first[0] != GREETING[0] {
        return Ok(Some(Guest::Host(Box::new(stream))));
    }
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    Ok(Some(Guest::Driver(stream)))
}
