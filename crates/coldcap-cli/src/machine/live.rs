//! A virtual machine that runs by the wall clock, whoever listens: hosts come and go, and the newest one has its line.

use crate::failure::Failure;
use coldcap::TICK;
use coldcap::lane::LINK_IN_MAXIMUM;
use coldcap_host::connection::Carrier;
use coldcap_units::Duration as Span;
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

/// So many lines a machine has at most.
pub(crate) const LINES_MAXIMUM: usize = 2;
/// A machine that is so far behind the clock cannot keep up with its speed.
const BEHIND: Duration = Duration::from_secs(5);

/// A machine that ticks.
pub(crate) trait Ticking {
    /// One tick, with what has arrived on each line of a host. For how long the machine has no power behind it, where it lost it.
    ///
    /// # Errors
    /// The machine failed.
    fn tick(&mut self, heard: [&[u8]; LINES_MAXIMUM]) -> Result<Option<Span>, Failure>;
    /// What it has sent on the line of this number.
    fn sent(&self, line: usize) -> &[u8];
}

/// Where a host may be: its line, and what it has said since the last tick.
struct Port {
    line: Option<Line>,
    room: [u8; LINK_IN_MAXIMUM],
    length: usize,
}

impl Port {
    const fn new() -> Self {
        Self { line: None, room: [0; LINK_IN_MAXIMUM], length: 0 }
    }

    async fn advance(&mut self) -> Happened {
        match &mut self.line {
            Some(line) => line.advance(self.room.get_mut(self.length..).unwrap_or_default()).await,
            None => pending().await,
        }
    }

    fn heard(&self) -> &[u8] {
        self.room.get(..self.length).unwrap_or_default()
    }

    /// The tick has taken in what was heard, and has sent this.
    fn ticked(&mut self, sent: &[u8]) {
        self.length = 0;
        if let Some(line) = &mut self.line {
            line.send(sent);
        }
    }

    /// Why the line has ended, if it has.
    fn take(&mut self, happened: Happened) -> Option<Failure> {
        match (happened, &mut self.line) {
            (Happened::Said(more), Some(line)) => {
                self.length += more;
                line.heard = WallInstant::now();
            }
            (Happened::Took(taken), Some(line)) => line.took(taken),
            (Happened::Ended(failure), _) => {
                self.line = None;
                return Some(failure);
            }
            (_, None) => {}
        }
        None
    }
}

/// When ticks are due by the wall clock.
struct Pace {
    speed: f64,
    due: WallInstant,
    told: bool,
}

impl Pace {
    fn passes(&mut self, span: Span) {
        self.due += Duration::from_secs_f64(f64::from(span.as_millis()) / 1_000.0 / self.speed);
        let now = WallInstant::now();
        if now.saturating_duration_since(self.due) > BEHIND {
            // What was missed is not made up for.
            self.due = now;
            if !core::mem::replace(&mut self.told, true) {
                let speed = self.speed;
                eprintln!(
                    "--speed {speed}: this computer cannot keep up: the machine is slower than that"
                );
            }
        }
    }
}

/// Runs `machine` from now on, `speed` seconds of it in one, for the hosts that come by `lines`, each to the line of its number. Each
/// that ends is told by `ends`.
///
/// # Errors
/// The machine failed.
pub(crate) async fn run(
    machine: &mut impl Ticking,
    speed: f64,
    mut lines: mpsc::Receiver<(usize, Box<dyn Carrier>)>,
    ends: mpsc::Sender<Result<(), Failure>>,
) -> Result<(), Failure> {
    let mut pace = Pace { speed, due: WallInstant::now(), told: false };
    let mut ports = [Port::new(), Port::new()];
    loop {
        let [first, second] = &mut ports;
        let ended = tokio::select! {
            () = sleep_until(pace.due) => {
                let gap = machine.tick([first.heard(), second.heard()])?;
                first.ticked(machine.sent(0));
                second.ticked(machine.sent(1));
                pace.passes(TICK.plus(gap.unwrap_or_default()));
                None
            }
            Some((place, carrier)) = lines.recv() => {
                if let Some(port) = ports.get_mut(place) {
                    port.line = Some(Line::new(carrier));
                }
                None
            }
            happened = first.advance() => first.take(happened),
            happened = second.advance() => second.take(happened),
        };
        if let Some(failure) = ended {
            let _ = ends.send(Err(failure)).await;
        }
    }
}
