//! One page that is open somewhere.

use super::Source;
use super::guard::Guard;
use crate::command::player::Move;
use core::time::Duration;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes};

/// A token is told within this time.
const TELLS_WITHIN: Duration = Duration::from_secs(5);
/// A page that has not taken a picture, or not been heard of, for so long is left.
const TAKES_WITHIN: Duration = Duration::from_secs(10);

/// It is asked so often whether it is there, which a browser answers by itself.
const ASKED_EVERY: Duration = Duration::from_secs(3);

/// The other end of a page.
pub(super) struct Page<S> {
    socket: WebSocketStream<S>,
    /// When something came last: what is sent to a page that has vanished goes somewhere for a long time.
    heard: Instant,
    asked: Instant,
}

/// Nothing is to be had from the page any more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left;

#[derive(Deserialize)]
struct Credentials {
    token: String,
}

pub(super) async fn show<S: AsyncRead + AsyncWrite + Unpin>(
    socket: WebSocketStream<S>,
    guard: &Guard,
    source: &Source,
    is_known: bool,
) {
    let now = Instant::now();
    let mut page = Page { socket, heard: now, asked: now };
    if !is_known && !page.tells_token(guard).await {
        return page.dismiss().await;
    }
    // Every way out of these is that the page has left.
    let _ = match source {
        Source::Live(pictures) => pictures.show(&mut page).await,
        Source::Recording(recording) => recording.show(&mut page).await,
    };
}

impl<S: AsyncRead + AsyncWrite + Unpin> Page<S> {
    async fn tells_token(&mut self, guard: &Guard) -> bool {
        let Ok(Some(Ok(Message::Text(text)))) = timeout(TELLS_WITHIN, self.socket.next()).await
        else {
            return false;
        };
        serde_json::from_str(&text).is_ok_and(|it: Credentials| guard.knows(&it.token))
    }

    async fn dismiss(&mut self) {
        let why = CloseFrame { code: CloseCode::Policy, reason: "no token".into() };
        let _ = timeout(TAKES_WITHIN, self.socket.close(Some(why))).await;
    }

    /// Nothing more is made for a page until it has taken this.
    pub(super) async fn send(&mut self, text: Utf8Bytes) -> Result<(), Left> {
        if self.heard.elapsed() > TAKES_WITHIN {
            return Err(Left);
        }
        if self.asked.elapsed() > ASKED_EVERY {
            self.asked = Instant::now();
            self.put(Message::Ping(Bytes::new())).await?;
        }
        self.put(Message::Text(text)).await
    }

    async fn put(&mut self, message: Message) -> Result<(), Left> {
        match timeout(TAKES_WITHIN, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Left),
        }
    }

    /// A move that the page asks for; what is none is passed over. It can be dropped while it waits.
    pub(super) async fn next_move(&mut self) -> Result<Move, Left> {
        loop {
            let next = self.socket.next().await;
            self.heard = Instant::now();
            match next {
                Some(Ok(Message::Text(text))) => {
                    if let Ok(step) = serde_json::from_str(&text) {
                        return Ok(step);
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Left),
                Some(Ok(_)) => {}
            }
        }
    }
}
