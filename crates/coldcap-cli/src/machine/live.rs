//! A virtual machine that runs by the wall clock, whoever listens: hosts come and go, and the newest one has its line.

use crate::failure::Failure;
use coldcap::TICK;
use coldcap::lane::LINK_IN_MAXIMUM;
use coldcap_host::connection::Carrier;
use coldcap_sim::{Machine, RigError};
use coldcap_units::Instant;
use core::future::pending;
use core::time::Duration;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::time::{Instant as WallInstant, sleep_until};

/// A host that says nothing for so long is gone: one lets hear of itself once a second.
const GONE_AFTER: Duration = Duration::from_secs(60);
/// One that reads nothing for so long loses its line, never the machine its time.
const READS_WITHIN: Duration = Duration::from_secs(5);

/// A host's line.
struct Line {
    read: ReadHalf<Box<dyn Carrier>>,
    write: WriteHalf<Box<dyn Carrier>>,
    out: Vec<u8>,
    heard: WallInstant,
    /// When it last took a byte, or had none to take.
    took: WallInstant,
}

/// What a line does.
enum Happened {
    Said(usize),
    Took(usize),
    Ended(Failure),
}

impl Line {
    fn new(carrier: Box<dyn Carrier>) -> Self {
        let (read, write) = tokio::io::split(carrier);
        let now = WallInstant::now();
        Self { read, write, out: Vec::new(), heard: now, took: now }
    }

    fn send(&mut self, bytes: &[u8]) {
        if self.out.is_empty() {
            self.took = WallInstant::now();
        }
        self.out.extend_from_slice(bytes);
    }

    async fn advance(&mut self, room: &mut [u8]) -> Happened {
        let Self { read, write, out, heard, took } = self;
        tokio::select! {
            said = read.read(room), if !room.is_empty() => match said {
                Ok(0) => Happened::Ended(Failure::Closed),
                Ok(length) => Happened::Said(length),
                Err(error) => Happened::Ended(gone(error)),
            },
            wrote = write.write(out), if !out.is_empty() => match wrote {
                Ok(0) => Happened::Ended(Failure::Closed),
                Ok(length) => Happened::Took(length),
                Err(error) => Happened::Ended(gone(error)),
            },
            () = sleep_until(*took + READS_WITHIN), if !out.is_empty() => ended("the client does not read"),
            () = sleep_until(*heard + GONE_AFTER) => ended("the client says nothing"),
        }
    }

    fn took(&mut self, length: usize) {
        self.out.drain(..length.min(self.out.len()));
        self.took = WallInstant::now();
    }
}

fn ended(why: &str) -> Happened {
    Happened::Ended(Failure::Io(why.into()))
}

/// A client may leave at any time, and however it likes.
pub(crate) fn gone(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => Failure::Closed,
        _ => error.into(),
    }
}

/// Runs `machine` from time zero, `speed` seconds of it in one, for the hosts that come by `lines`. Each line that ends is
/// told by `ends`.
///
/// # Errors
/// The machine failed.
pub(crate) async fn run(
    machine: &mut impl Machine,
    speed: f64,
    mut lines: mpsc::Receiver<Box<dyn Carrier>>,
    ends: mpsc::Sender<Result<(), Failure>>,
) -> Result<(), RigError> {
    let period = Duration::from_secs_f64(f64::from(TICK.as_millis()) / 1_000.0 / speed);
    let (mut due, mut now) = (WallInstant::now(), Instant::ZERO);
    let (mut room, mut length) = ([0; LINK_IN_MAXIMUM], 0);
    let mut line: Option<Line> = None;
    loop {
        tokio::select! {
            () = sleep_until(due) => {
                (due, now) = (due + period, now.plus(TICK));
                let tick = machine.tick(now, room.get(..length).unwrap_or_default())?;
                length = 0;
                if let Some(line) = &mut line {
                    line.send(tick.link);
                }
            }
            Some(carrier) = lines.recv() => line = Some(Line::new(carrier)),
            happened = advance(line.as_mut(), room.get_mut(length..).unwrap_or_default()) => {
                match (happened, &mut line) {
                    (Happened::Said(more), Some(line)) => {
                        length += more;
                        line.heard = WallInstant::now();
                    }
                    (Happened::Took(taken), Some(line)) => line.took(taken),
                    (Happened::Ended(failure), _) => {
                        line = None;
                        let _ = ends.send(Err(failure)).await;
                    }
                    (_, None) => {}
                }
            }
        }
    }
}

async fn advance(line: Option<&mut Line>, room: &mut [u8]) -> Happened {
    match line {
        Some(line) => line.advance(room).await,
        None => pending().await,
    }
}
