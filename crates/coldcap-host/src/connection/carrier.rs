//! Ways for bytes to a machine and back.

use crate::address::Address;
use core::pin::Pin;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time;

/// A machine that does not answer for so long is tried anew.
const OPENS_WITHIN: time::Duration = time::Duration::from_secs(10);

/// Anything that carries bytes both ways.
pub trait Carrier: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Carrier for T {}

/// A way that is being opened.
pub type Opening = Pin<Box<dyn Future<Output = io::Result<Box<dyn Carrier>>> + Send>>;

/// Opens the way to `address`, each time that it is called; for [`Connection::over`](super::Connection::over).
pub fn opener(address: Address) -> impl FnMut() -> Opening + Send + 'static {
    move || open(address.clone())
}

fn open(address: Address) -> Opening {
    Box::pin(async move {
        match address {
            Address::Tcp { host, port } => socket(&host, port).await,
            Address::Serial { path, baud } => serial(&path, baud),
            // A speed means nothing to it.
            Address::Pty { path } => serial(&path, 0),
            Address::WebSocket { host, port, path } => web_socket(&host, port, &path).await,
        }
    })
}

async fn socket(host: &str, port: u16) -> io::Result<Box<dyn Carrier>> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let stream = time::timeout(OPENS_WITHIN, TcpStream::connect((bare, port))).await??;
    stream.set_nodelay(true)?;
    Ok(Box::new(stream))
}

#[cfg(feature = "serial")]
fn serial(path: &str, baud: u32) -> io::Result<Box<dyn Carrier>> {
    use tokio_serial::SerialPortBuilderExt;
    Ok(Box::new(tokio_serial::new(path, baud).open_native_async()?))
}

#[cfg(not(feature = "serial"))]
fn serial(_: &str, _: u32) -> io::Result<Box<dyn Carrier>> {
    Err(lacks("serial"))
}

#[cfg(feature = "websocket")]
async fn web_socket(host: &str, port: u16, path: &str) -> io::Result<Box<dyn Carrier>> {
    web::open(host, port, path).await
}

#[cfg(not(feature = "websocket"))]
async fn web_socket(_: &str, _: u16, _: &str) -> io::Result<Box<dyn Carrier>> {
    Err(lacks("websocket"))
}

#[cfg(not(all(feature = "serial", feature = "websocket")))]
fn lacks(feature: &str) -> io::Error {
    let text = format!("coldcap-host was built without its feature `{feature}`");
    io::Error::new(io::ErrorKind::Unsupported, text)
}

#[cfg(feature = "websocket")]
pub(super) mod web {
    //! Bytes in binary messages.

    use super::Carrier;
    use futures_util::{SinkExt, StreamExt};
    use std::io;
    use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::{WebSocketStream, connect_async};

    /// Bytes on their way between the socket and who reads them.
    const ROOM: usize = 4_096;

    pub(super) async fn open(host: &str, port: u16, path: &str) -> io::Result<Box<dyn Carrier>> {
        let (socket, _) =
            connect_async(format!("ws://{host}:{port}{path}")).await.map_err(io::Error::other)?;
        Ok(Box::new(carried(socket)))
    }

    /// The bytes that the binary messages of a WebSocket carry, as a stream: for the machine's side of one. Other messages
    /// are passed over. A task of the executor carries them; it ends with either side.
    pub fn carried<S>(socket: WebSocketStream<S>) -> DuplexStream
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (here, there) = tokio::io::duplex(ROOM);
        tokio::spawn(carry(socket, there));
        here
    }

    async fn carry<S>(mut socket: WebSocketStream<S>, mut end: DuplexStream)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut room = [0; ROOM];
        loop {
            tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Binary(bytes))) => {
                        if end.write_all(&bytes).await.is_err() {
                            return;
                        }
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
                read = end.read(&mut room) => match read {
                    Ok(length @ 1..) => {
                        let bytes = room.get(..length).unwrap_or_default().to_vec();
                        if socket.send(Message::binary(bytes)).await.is_err() {
                            return;
                        }
                    }
                    _ => return,
                },
            }
        }
    }
}
