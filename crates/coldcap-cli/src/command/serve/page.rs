//! One page that is open somewhere.

use super::Source;
use super::guard::Guard;
use crate::command::player::Move;
use core::time::Duration;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// A token is told within this time.
const TELLS_WITHIN: Duration = Duration::from_secs(5);
/// A page that has not taken a picture for so long is left.
const TAKES_WITHIN: Duration = Duration::from_secs(10);

/// The other end of a page.
pub(super) struct Page<S>(WebSocketStream<S>);

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
    let mut page = Page(socket);
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
        let Ok(Some(Ok(Message::Text(text)))) = timeout(TELLS_WITHIN, self.0.next()).await else {
            return false;
        };
        serde_json::from_str(&text).is_ok_and(|it: Credentials| guard.knows(&it.token))
    }

    async fn dismiss(&mut self) {
        let why = CloseFrame { code: CloseCode::Policy, reason: "no token".into() };
        let _ = timeout(TAKES_WITHIN, self.0.close(Some(why))).await;
    }

    /// Nothing more is made for a page until it has taken this.
    pub(super) async fn send(&mut self, text: Utf8Bytes) -> Result<(), Left> {
        match timeout(TAKES_WITHIN, self.0.send(Message::Text(text))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Left),
        }
    }

    /// A move that the page asks for; what is none is passed over. It can be dropped while it waits.
    pub(super) async fn next_move(&mut self) -> Result<Move, Left> {
        loop {
            match self.0.next().await {
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
