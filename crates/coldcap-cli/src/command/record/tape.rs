//! The file that what is heard goes to.

use crate::failure::Failure;
use coldcap_host::capture::{self, Origin, Verdict, WriteError, Writer};
use coldcap_host::connection::{Heard, HeardAt, Progress, Snapshot};
use coldcap_units::Instant;
use coldcap_wire::message::{AnyMessage, Hello, decode_any};
use coldcap_wire::packet::Header;
use core::fmt;
use indicatif::{HumanBytes, ProgressBar};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// So much waits for the machine to say who it is; then the oldest gives way.
const WAITING_MOST: usize = 1_024;

/// How a recording began.
pub(super) struct Begun<'a> {
    pub(super) address: &'a str,
    pub(super) unix_ms: u64,
}

/// A file whose `flush` waits for the disk.
struct Stored {
    file: File,
    bytes: u64,
}

impl Write for Stored {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// The recording; its file is there once the machine has said who it is.
pub(super) struct Tape {
    path: PathBuf,
    information: Value,
    waiting: VecDeque<HeardAt>,
    writer: Option<Writer<Stored>>,
    origin: Origin,
    counts: Counts,
    /// Since when the machine is not heard, and why.
    away: Option<(Instant, Arc<str>)>,
    newest: Instant,
    bar: ProgressBar,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    packets: u64,
    missed: u64,
    away: u64,
    away_ms: u64,
}

impl Tape {
    /// Chooses the file, and makes its folder.
    pub(super) fn new(out: &Path, begun: &Begun<'_>) -> Result<Self, Failure> {
        let path = if out.extension().is_some_and(|extension| extension == "ccap") {
            out.to_owned()
        } else {
            out.join(format!("heard-{}.ccap", begun.unix_ms))
        };
        if path.exists() {
            let path = path.display();
            return Err(Failure::Input(format!(
                "--out: {path}: it is there: allowed is a new file"
            )));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        Ok(Self {
            path,
            information: json!({
                "recorded_by": "host",
                "program": concat!("coldcap ", env!("CARGO_PKG_VERSION")),
                "address": begun.address,
                "began_unix_ms": begun.unix_ms,
            }),
            waiting: VecDeque::new(),
            writer: None,
            origin: Origin::Device,
            counts: Counts::default(),
            away: None,
            newest: Instant::ZERO,
            bar: ProgressBar::new_spinner(),
        })
    }

    /// Records it, or keeps it until the machine has said who it is.
    pub(super) fn take(&mut self, heard: HeardAt) -> Result<(), Failure> {
        self.newest = heard.at;
        if self.writer.is_some() {
            return self.write(&heard);
        }
        let hello = hello(&heard.heard);
        if self.waiting.len() >= WAITING_MOST {
            self.waiting.pop_front();
            self.counts.missed += 1;
        }
        self.waiting.push_back(heard);
        match hello {
            Some(hello) => self.begin(&hello),
            None => Ok(()),
        }
    }

    fn begin(&mut self, hello: &Hello) -> Result<(), Failure> {
        let file = File::create_new(&self.path).map_err(|error| unwritable(&self.path, &error))?;
        self.origin = Origin::from_code(hello.origin.0).unwrap_or(Origin::Simulated);
        let stored = Stored { file, bytes: 0 };
        let mut writer =
            Writer::new(stored, self.origin, hello.channels).map_err(|error| self.failed(error))?;
        writer.information(&self.information).map_err(|error| self.failed(error))?;
        self.writer = Some(writer);
        let missed = self.counts.missed;
        let waiting = core::mem::take(&mut self.waiting);
        if let Some(first) = waiting.front().filter(|_| missed > 0) {
            self.put(first.at, capture::Heard::Missed(missed))?;
        }
        waiting.iter().try_for_each(|heard| self.write(heard))
    }

    fn write(&mut self, HeardAt { at, heard }: &HeardAt) -> Result<(), Failure> {
        match heard {
            Heard::Packet(packet) => {
                self.counts.packets += 1;
                self.back(*at);
                let verdict = if packet.verified { Verdict::Verified } else { Verdict::Unsecured };
                self.put(*at, capture::Heard::Packet { verdict, bytes: &packet.bytes })
            }
            // Each attempt that fails says so; once is enough.
            Heard::Away(_) if self.away.is_some() => Ok(()),
            Heard::Away(reason) => {
                self.counts.away += 1;
                self.away = Some((*at, reason.clone()));
                self.put(*at, capture::Heard::Away { reason })
            }
            Heard::Missed(count) => {
                self.counts.missed += count;
                self.put(*at, capture::Heard::Missed(*count))
            }
        }
    }

    fn back(&mut self, at: Instant) {
        if let Some((since, _)) = self.away.take() {
            self.counts.away_ms += u64::from(at.since(since).as_millis());
        }
    }

    fn put(&mut self, at: Instant, heard: capture::Heard<'_>) -> Result<(), Failure> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let written = writer.heard(&capture::HeardAt { at_ms: at.as_millis(), heard });
        written.map_err(|error| self.failed(error))
    }

    /// Gives everything to the disk.
    pub(super) fn store(&mut self) -> Result<(), Failure> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.flush().map_err(|error| self.failed(error))
    }

    fn failed(&self, error: WriteError) -> Failure {
        Failure::Io(format!("--out: {}: {error}", self.path.display()))
    }

    /// The line for whoever looks on.
    pub(super) fn show(&mut self, snapshot: &Snapshot) {
        let seconds = self.newest.as_millis() / 1_000;
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let Counts { packets, missed, away, .. } = self.counts;
        let Progress { total, collected, .. } = snapshot.record;
        let state = match &self.away {
            Some((_, reason)) => format!("AWAY: {reason}"),
            None if self.writer.is_none() => "not heard yet".into(),
            None => format!("{away} times away"),
        };
        let lost = if missed > 0 { format!(", {missed} MISSED") } else { String::new() };
        self.bar.set_message(format!(
            "{hours}:{minutes:02}:{seconds:02} {} {packets} packets{lost}, record {collected} of {total}, {state}",
            self.origin.name().to_uppercase(),
        ));
        self.bar.tick();
    }

    /// Ends the recording; nothing where the machine was never heard.
    pub(super) fn finish(mut self, record: Progress) -> Result<Option<Summary>, Failure> {
        self.bar.finish_and_clear();
        self.back(self.newest);
        let Some(writer) = self.writer.take() else { return Ok(None) };
        let stored = writer.finish(0).map_err(|error| self.failed(error))?;
        Ok(Some(Summary {
            path: self.path,
            origin: self.origin,
            recorded_s: self.newest.as_millis() as f64 / 1_000.0,
            bytes: stored.bytes,
            counts: self.counts,
            record,
        }))
    }
}

/// Who the machine says it is.
fn hello(heard: &Heard) -> Option<Hello> {
    let Heard::Packet(packet) = heard else { return None };
    let (header, body) = Header::parse(&packet.bytes).ok()?;
    match decode_any(&Header { secured: false, ..header }, body) {
        Ok(AnyMessage::Hello(hello)) => Some(hello),
        _ => None,
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Io(format!("--out: {}: {error}: allowed is a new file", path.display()))
}

/// What was recorded.
pub(super) struct Summary {
    path: PathBuf,
    origin: Origin,
    recorded_s: f64,
    bytes: u64,
    counts: Counts,
    record: Progress,
}

impl Summary {
    pub(super) fn document(&self) -> Value {
        json!({
            "file": self.path.display().to_string(),
            "origin": self.origin.name(),
            "recorded_s": self.recorded_s,
            "bytes": self.bytes,
            "packets": self.counts.packets,
            "missed": self.counts.missed,
            "away": { "times": self.counts.away, "s": self.counts.away_ms as f64 / 1_000.0 },
            "record": {
                "entries": self.record.total,
                "collected": self.record.collected,
                "lost": self.record.lost,
                "complete": self.record.complete,
            },
        })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { packets, missed, away, away_ms } = self.counts;
        let Progress { total, collected, complete, .. } = self.record;
        writeln!(
            f,
            "{}: {:.1} s, {packets} packets, {missed} missed, {away} times away for {:.1} s in all",
            self.origin.name().to_uppercase(),
            self.recorded_s,
            away_ms as f64 / 1_000.0
        )?;
        let whole = if complete { "whole" } else { "NOT whole" };
        writeln!(f, "record: {collected} of {total} entries, {whole}")?;
        write!(f, "recording: {} ({})", self.path.display(), HumanBytes(self.bytes))
    }
}
