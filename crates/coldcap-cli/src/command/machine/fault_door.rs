//! A door beside the protocol, by which somebody at the virtual machine breaks something: a line of text a fault, and an answer
//! a line. The protocol has no word for it, since no machine of a clinic has such a door.

use crate::command::inputs::{NOT_THE_HOSTS, is_the_hosts};
use crate::failure::Failure;
use crate::machine::door::next_of;
use coldcap_sim::{FaultKind, FaultWindow};
use coldcap_units::{Duration, Instant};
use core::fmt;
use core::net::SocketAddr;
use core::ops::RangeInclusive;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

/// How long a fault lasts, in seconds, where nobody says otherwise, and what may be said.
const LASTS_S: u32 = 60;
const MAY_LAST_S: RangeInclusive<u32> = 1..=86_400;
/// So many may be at the door at once, each for so long.
const CALLERS: usize = 8;
const STAYS_FOR: core::time::Duration = core::time::Duration::from_secs(600);
/// No line is longer.
const LONGEST_LINE: u64 = 128;

/// A fault that is wanted from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    kind: FaultKind,
    lasts_s: u32,
    channel: usize,
}

impl Wanted {
    /// `NAME [SECONDS [CHANNEL]]`, of a machine of so many channels.
    fn parse(line: &str, channels: u8) -> Result<Self, String> {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or("nothing");
        let kind = FaultKind::from_name(name).ok_or_else(|| {
            let known = FaultKind::ALL.into_iter().filter(|kind| !is_the_hosts(*kind));
            let names = known.map(FaultKind::name).collect::<Vec<_>>().join(", ");
            format!("{name}: allowed are {names}")
        })?;
        if is_the_hosts(kind) {
            return Err(format!("{name}: {NOT_THE_HOSTS}"));
        }
        let lasts_s = number(words.next(), LASTS_S, MAY_LAST_S, "seconds")?;
        let last = u32::from(channels.saturating_sub(1));
        let channel = number(words.next(), 0, 0..=last, "channel")?;
        match words.next() {
            Some(more) => Err(format!("{more}: allowed is NAME [SECONDS [CHANNEL]]")),
            None => Ok(Self { kind, lasts_s, channel: channel as usize }),
        }
    }

    /// From this moment on.
    pub(super) fn from(self, now: Instant) -> FaultWindow {
        let until = Some(now.plus(Duration::from_secs(self.lasts_s)));
        FaultWindow { kind: self.kind, from: now, until, channel: self.channel }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {} s", self.kind.name(), self.lasts_s)?;
        match self.kind.is_machine_wide() {
            true => Ok(()),
            false => write!(f, " at channel {}", self.channel),
        }
    }
}

fn number(
    word: Option<&str>,
    otherwise: u32,
    allowed: RangeInclusive<u32>,
    name: &str,
) -> Result<u32, String> {
    let Some(word) = word else { return Ok(otherwise) };
    let (low, high) = (allowed.start(), allowed.end());
    let known = word.parse().ok().filter(|number| allowed.contains(number));
    known.ok_or_else(|| format!("{name}: {word}: allowed is {low} to {high}"))
}

/// The door, open.
#[derive(Debug)]
pub(super) struct FaultDoor(TcpListener);

impl FaultDoor {
    /// Whoever comes may break the machine, so that nobody may come from another computer.
    pub(super) async fn open(address: SocketAddr) -> Result<Self, Failure> {
        if !address.ip().is_loopback() {
            let allowed = "allowed is an address of this computer alone, as 127.0.0.1:7709";
            return Err(Failure::Input(format!("--fault-door: {address}: {allowed}")));
        }
        let opened = TcpListener::bind(address).await;
        opened.map(Self).map_err(|error| Failure::Io(format!("--fault-door: {address}: {error}")))
    }

    pub(super) fn address(&self) -> Result<SocketAddr, Failure> {
        Ok(self.0.local_addr()?)
    }

    /// Lets in whoever comes, for as long as the machine runs.
    pub(super) async fn admit(
        self,
        channels: u8,
        wanted: mpsc::Sender<Wanted>,
    ) -> Result<(), Failure> {
        let places = Arc::new(Semaphore::new(CALLERS));
        loop {
            let stream = next_of(&self.0).await;
            // One too many is turned away.
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
            let wanted = wanted.clone();
            tokio::spawn(async move {
                let _ = timeout(STAYS_FOR, serve(stream, channels, wanted)).await;
                drop(place);
            });
        }
    }
}

/// One who has come, until he leaves or says what is no fault: a page in a browser, too, can send lines, and begins with what is none.
async fn serve(
    mut stream: TcpStream,
    channels: u8,
    wanted: mpsc::Sender<Wanted>,
) -> std::io::Result<()> {
    let (read, mut write) = stream.split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = Vec::new();
        (&mut read).take(LONGEST_LINE).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Ok(());
        }
        if line.len() as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
            let refused = format!("refused: line: allowed are {LONGEST_LINE} bytes\n");
            return write.write_all(refused.as_bytes()).await;
        }
        let answer = match Wanted::parse(&printable(&line), channels) {
            Ok(fault) => match wanted.send(fault).await {
                Ok(()) => format!("ok: {fault}\n"),
                Err(_) => return Ok(()),
            },
            Err(why) => return write.write_all(format!("refused: {why}\n").as_bytes()).await,
        };
        write.write_all(answer.as_bytes()).await?;
    }
}

/// What a line says, without what moves a terminal that is shown the answer.
fn printable(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    text.trim().chars().map(|letter| if letter.is_control() { '?' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_fault_with_its_length_and_its_channel() {
        let parsed = |line| Wanted::parse(line, 2).map(|fault| fault.to_string());
        assert_eq!(parsed("kink"), Ok("kink for 60 s at channel 0".into()));
        assert_eq!(parsed(" kink  5 1\r"), Ok("kink for 5 s at channel 1".into()));
        assert_eq!(parsed("leak 5 1"), Ok("leak for 5 s".into()), "there is one floor");
        for (line, why) in [
            ("", "nothing: allowed are kink, "),
            ("knik", "knik: allowed are kink, "),
            ("host-crash", "host-crash: allowed here are faults of the machine"),
            ("kink 0", "seconds: 0: allowed is 1 to 86400"),
            ("kink x", "seconds: x: allowed is 1 to 86400"),
            ("kink 5 2", "channel: 2: allowed is 0 to 1"),
            ("kink 5 1 1", "1: allowed is NAME [SECONDS [CHANNEL]]"),
        ] {
            let refused = parsed(line).unwrap_err();
            assert!(refused.starts_with(why), "{line}: {refused}");
        }
    }
}
