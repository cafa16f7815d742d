//! Faults of a virtual machine, made at its door for them.

use core::net::SocketAddr;
use core::time::Duration;
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Those that have a number of their own.
pub(super) const BUTTONS: [(char, &str); 9] = [
    ('1', "kink"),
    ('2', "leak"),
    ('3', "pump-stop"),
    ('4', "chiller-stuck-on"),
    ('5', "cap-off"),
    ('6', "front-open"),
    ('7', "supply-short"),
    ('8', "link-loss"),
    ('9', "power-cut"),
];

/// A door that does not answer by then is none.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);
/// The names of all faults fit in one answer.
const LONGEST_ANSWER: u64 = 4_096;

/// Asks for a fault, and says in a line what became of that.
pub(super) async fn make(door: SocketAddr, fault: &str) -> String {
    match timeout(ANSWERS_WITHIN, ask(door, fault)).await {
        Ok(Ok(answer)) => format!("fault: {answer}"),
        Ok(Err(error)) => format!("fault: {door}: {error}"),
        Err(_) => format!("fault: {door}: no answer"),
    }
}

async fn ask(door: SocketAddr, fault: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(door).await?;
    stream.write_all(format!("{fault}\n").as_bytes()).await?;
    let mut answer = Vec::new();
    BufReader::new(stream).take(LONGEST_ANSWER).read_until(b'\n', &mut answer).await?;
    let answer = String::from_utf8_lossy(&answer).trim().to_owned();
    match answer.starts_with("ok: ") || answer.starts_with("refused: ") {
        true => Ok(answer),
        false => Err(io::Error::other("this is no door for faults")),
    }
}
