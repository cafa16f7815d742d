//! The head of a request, and the answers to one that opens no socket.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::http::{Method, Request, Version};

/// No head is longer.
const LONGEST: usize = 8 * 1024;
const HEADERS: usize = 64;

/// A status line's number and words.
pub(super) type Status = (u16, &'static str);

pub(super) const OK: Status = (200, "OK");
pub(super) const BAD_REQUEST: Status = (400, "Bad Request");
pub(super) const UNAUTHORIZED: Status = (401, "Unauthorized");
pub(super) const FORBIDDEN: Status = (403, "Forbidden");
pub(super) const NOT_FOUND: Status = (404, "Not Found");
pub(super) const METHOD_NOT_ALLOWED: Status = (405, "Method Not Allowed");
pub(super) const TIMEOUT: Status = (408, "Request Timeout");
pub(super) const TOO_LONG: Status = (431, "Request Header Fields Too Large");
pub(super) const BUSY: Status = (503, "Service Unavailable");

/// The request, and what came behind its head. Of a body nothing is read: each connection has one request.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
) -> io::Result<Result<(Request<()>, Vec<u8>), Status>> {
    let mut bytes = Vec::new();
    loop {
        match parsed(&bytes) {
            Ok(Some((request, length))) => return Ok(Ok((request, bytes.split_off(length)))),
            Ok(None) if bytes.len() >= LONGEST => return Ok(Err(TOO_LONG)),
            Ok(None) => {}
            Err(status) => return Ok(Err(status)),
        }
        let mut room = [0; 1_024];
        match stream.read(&mut room).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => bytes.extend(room.iter().take(length)),
        }
    }
}

/// The request and how long its head is; `None` where the head is not whole.
fn parsed(bytes: &[u8]) -> Result<Option<(Request<()>, usize)>, Status> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(TOO_LONG),
        Err(_) => return Err(BAD_REQUEST),
    };
    let version = if head.version == Some(1) { Version::HTTP_11 } else { Version::HTTP_10 };
    let method = Method::from_bytes(head.method.unwrap_or("").as_bytes());
    let mut request = Request::builder()
        .method(method.map_err(|_| BAD_REQUEST)?)
        .uri(head.path.unwrap_or(""))
        .version(version);
    for header in head.headers.iter() {
        request = request.header(header.name, header.value);
    }
    request.body(()).map(|request| Some((request, length))).map_err(|_| BAD_REQUEST)
}

/// The one header of this name; `None` where there is none, more than one, or no text.
pub(super) fn only<'a>(request: &'a Request<()>, name: &str) -> Option<&'a str> {
    let mut values = request.headers().get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// An answer whose words are its body.
pub(super) async fn refuse(
    stream: &mut (impl AsyncWrite + Unpin),
    status: Status,
) -> io::Result<()> {
    let more = match status {
        METHOD_NOT_ALLOWED => "Allow: GET, HEAD\r\n",
        UNAUTHORIZED => "WWW-Authenticate: Bearer\r\n",
        _ => "",
    };
    let policy = "default-src 'none'; frame-ancestors 'none'";
    let content = Content { sort: "text/plain", policy, body: status.1 };
    answer(stream, status, more, &content, true).await
}

/// What an answer carries.
pub(super) struct Content<'a> {
    pub(super) sort: &'a str,
    pub(super) policy: &'a str,
    pub(super) body: &'a str,
}

/// An answer, behind which the connection ends.
pub(super) async fn answer(
    stream: &mut (impl AsyncWrite + Unpin),
    (code, words): Status,
    more: &str,
    content: &Content<'_>,
    with_body: bool,
) -> io::Result<()> {
    let Content { sort, policy, body } = content;
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {code} {words}\r\n\
         Content-Type: {sort}; charset=utf-8\r\n\
         Content-Length: {length}\r\n\
         Content-Security-Policy: {policy}\r\n\
         X-Content-Type-Options: nosniff\r\n\
         X-Frame-Options: DENY\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\n\
         Cross-Origin-Opener-Policy: same-origin\r\n\
         Referrer-Policy: no-referrer\r\n\
         Cache-Control: no-store\r\n\
         {more}Connection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    if with_body {
        stream.write_all(body.as_bytes()).await?;
    }
    stream.shutdown().await
}
