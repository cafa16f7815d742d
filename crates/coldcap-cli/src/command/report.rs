//! The report in one file, from a recording.

use super::{recording, store};
use crate::arguments::Report;
use crate::failure::Failure;
use crate::treatment::Observer;
use coldcap_host::client::{Message, Record};
use coldcap_host::playback::Playback;
use coldcap_host::report;
use coldcap_session::record::Entry;
use coldcap_wire::message::RecordEntry;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(crate) fn run(options: &Report) -> Result<(), Failure> {
    let mut playback = recording::open(&options.file)?;
    let treatment = treatment(&options.file, options.channel, &mut playback)?;
    recording::warn(&options.file, &playback);
    let place: PathBuf = options.out.clone().unwrap_or_else(|| options.file.with_extension("html"));
    store::replaceable(&place)?;
    let page = report::html(&treatment).into_bytes();
    store::store(&[(place.clone(), page)])
        .map_err(|(path, error)| Failure::Io(format!("--out: {}: {error}", path.display())))?;
    let mut out = io::stdout().lock();
    if options.json {
        let document = json!({
            "file": place.display().to_string(),
            "origin": treatment.origin.name(),
            "outcome": treatment.outcome,
            "record": { "entries": treatment.record.entries, "verified": treatment.record.verified },
            "phases": treatment.phases.len(),
            "alarms": treatment.alarms.len(),
            "breaks": treatment.breaks.len(),
        });
        writeln!(out, "{}", serde_json::to_string_pretty(&document)?)?;
    } else {
        let name = treatment.origin.name().to_uppercase();
        writeln!(out, "{name} {}: report: {}", treatment.outcome, place.display())?;
    }
    Ok(())
}

/// What the recording in this file tells of a channel.
pub(crate) fn treatment(
    file: &Path,
    of_channel: u8,
    playback: &mut Playback,
) -> Result<report::Treatment, Failure> {
    let unreadable = |error: io::Error| Failure::unreadable(file, &error);
    let mut observer = Observer::new();
    let mut entries: Vec<RecordEntry> = Vec::new();
    while let Some((at, message)) = playback.next_message().map_err(unreadable)? {
        match &message {
            Message::RecordEntry(entry) => {
                let channel = Entry::from_bytes(&entry.entry.0).channel;
                entries.extend((channel == of_channel).then_some(*entry));
            }
            Message::ChannelStatus(status) if status.channel != of_channel => {}
            message => observer.take(at, message),
        }
    }
    let information = playback.information().map_err(unreadable)?;
    let plan = information.get("plan").and_then(Value::as_str);
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let known = report::Treatment {
        title: plan.map_or_else(|| stem.into_owned(), str::to_owned),
        seed: information.get("seed").and_then(Value::as_u64),
        output_hash: playback.end().map(|(hash, _)| hash),
        ..report::Treatment::new(recording::origin(playback.origin()))
    };
    let mut treatment = observer.told(known, &Record::from_reports(&entries), None);
    recording::add_truth(playback, &mut treatment.samples).map_err(unreadable)?;
    Ok(treatment)
}
