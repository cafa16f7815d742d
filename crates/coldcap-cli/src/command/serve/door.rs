//! Where browsers come to: one request a connection, and so many connections at a time.

use super::guard::Guard;
use super::head::{self, Content, Status};
use super::{Source, page};
use crate::failure::Failure;
use crate::host_key::random;
use coldcap_host::report::PLOT_STYLE;
use core::fmt::Write as _;
use core::net::SocketAddr;
use core::time::Duration;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::{create_response, write_response};
use tokio_tungstenite::tungstenite::http::{Method, Request};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// So many connections are open at a time.
const CONNECTIONS: usize = 16;
/// A head is whole, and a greeting under TLS is, within this time.
const ASKS_WITHIN: Duration = Duration::from_secs(5);
/// An answer is taken within this time.
const TAKES_WITHIN: Duration = Duration::from_secs(10);
/// What a page may say in one message.
const LONGEST_MESSAGE: usize = 1_024;

const PAGE: &str = include_str!("page.html");

/// An open door.
pub(super) struct Door {
    listener: TcpListener,
    here: SocketAddr,
    guard: Guard,
}

/// What every connection shares.
struct House {
    guard: Guard,
    source: Source,
}

/// What comes of a request.
enum Verdict {
    Refused(Status),
    /// The page, or its head alone.
    Page(bool),
    /// A socket, and whether its token was in the request.
    Socket(bool),
}

impl Door {
    pub(super) async fn open(guard: Guard, http: SocketAddr) -> Result<Self, Failure> {
        let refused = |error: io::Error| Failure::Io(format!("--http: {http}: {error}"));
        let listener = TcpListener::bind(http).await.map_err(refused)?;
        let here = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, here, guard })
    }

    pub(super) fn url(&self) -> String {
        format!("{}://{}/", self.guard.scheme(), self.here)
    }

    /// Lets them in; it does not end by itself.
    pub(super) async fn serve(self, source: Source) -> Result<(), Failure> {
        let house = Arc::new(House { guard: self.guard, source });
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                // There are too many files, or whoever came has left again.
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                turn_away(stream, &house.guard);
                continue;
            };
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                // One that breaks off is gone, and nobody else is told.
                let _ = house.attend(stream).await;
                drop(place);
            });
        }
    }
}

/// In one go, without waiting for anything.
fn turn_away(stream: TcpStream, guard: &Guard) {
    if guard.tls.is_none() {
        let (code, words) = head::BUSY;
        let answer =
            format!("HTTP/1.1 {code} {words}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let _ = stream.try_write(answer.as_bytes());
    }
}

impl House {
    async fn attend(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let here = stream.local_addr()?;
        match &self.guard.tls {
            Some(tls) => {
                let stream = timeout(ASKS_WITHIN, tls.accept(stream)).await??;
                self.talk(stream, here).await
            }
            None => self.talk(stream, here).await,
        }
    }

    async fn talk(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        here: SocketAddr,
    ) -> io::Result<()> {
        let read = match timeout(ASKS_WITHIN, head::read(&mut stream)).await {
            Ok(read) => read?,
            Err(_) => Err(head::TIMEOUT),
        };
        let verdict = match &read {
            Ok((request, _)) => self.judge(request, here),
            Err(status) => Verdict::Refused(*status),
        };
        match (verdict, read) {
            (Verdict::Socket(is_known), Ok((request, rest))) => {
                self.open(stream, &request, rest, is_known).await
            }
            (Verdict::Page(with_body), _) => {
                timeout(TAKES_WITHIN, send_page(&mut stream, with_body)).await?
            }
            (Verdict::Refused(status), _) => {
                timeout(TAKES_WITHIN, head::refuse(&mut stream, status)).await?
            }
            (Verdict::Socket(_), Err(_)) => Ok(()),
        }
    }

    /// Who asks is looked at before what is asked for.
    fn judge(&self, request: &Request<()>, here: SocketAddr) -> Verdict {
        let Some(host) = head::only(request, "host") else {
            return Verdict::Refused(head::BAD_REQUEST);
        };
        if !self.guard.is_us(host, here) {
            return Verdict::Refused(head::FORBIDDEN);
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Verdict::Refused(head::METHOD_NOT_ALLOWED);
        }
        // A token in a query would stand in logs and histories.
        match (request.uri().path(), request.uri().query()) {
            ("/", None) => Verdict::Page(*request.method() == Method::GET),
            ("/socket", None) => self.judge_socket(request, host),
            _ => Verdict::Refused(head::NOT_FOUND),
        }
    }

    fn judge_socket(&self, request: &Request<()>, host: &str) -> Verdict {
        let origin = head::only(request, "origin");
        if !origin.is_some_and(|origin| self.guard.is_own_page(origin, host)) {
            return Verdict::Refused(head::FORBIDDEN);
        }
        if create_response(request).is_err() {
            return Verdict::Refused(head::BAD_REQUEST);
        }
        if !request.headers().contains_key("authorization") {
            return Verdict::Socket(!self.guard.wants_token());
        }
        let told = head::only(request, "authorization").and_then(|it| it.strip_prefix("Bearer "));
        match told.is_some_and(|told| self.guard.knows(told)) {
            true => Verdict::Socket(true),
            false => Verdict::Refused(head::UNAUTHORIZED),
        }
    }

    async fn open(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        request: &Request<()>,
        rest: Vec<u8>,
        is_known: bool,
    ) -> io::Result<()> {
        let mut answer = Vec::new();
        create_response(request)
            .and_then(|response| write_response(&mut answer, &response))
            .map_err(io::Error::other)?;
        timeout(TAKES_WITHIN, stream.write_all(&answer)).await??;
        let config = WebSocketConfig::default()
            .read_buffer_size(4 * LONGEST_MESSAGE)
            .max_message_size(Some(LONGEST_MESSAGE))
            .max_frame_size(Some(LONGEST_MESSAGE));
        let socket =
            WebSocketStream::from_partially_read(stream, rest, Role::Server, Some(config)).await;
        page::show(socket, &self.guard, &self.source, is_known).await;
        Ok(())
    }
}

/// The page with a word that its own script has, and no other.
async fn send_page(stream: &mut (impl AsyncWrite + Unpin), with_body: bool) -> io::Result<()> {
    let nonce = nonce().map_err(|failure| io::Error::other(failure.to_string()))?;
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let body = PAGE.replace("/* PLOT_STYLE */", PLOT_STYLE).replace("{NONCE}", &nonce);
    let content = Content { sort: "text/html", policy: &policy, body: &body };
    head::answer(stream, head::OK, "", &content, with_body).await
}

fn nonce() -> Result<String, Failure> {
    let random = random()?;
    let mut nonce = String::new();
    for byte in random.expose().iter().take(16) {
        let _ = write!(nonce, "{byte:02x}");
    }
    Ok(nonce)
}
