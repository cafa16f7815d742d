//! The report in one file, from a recording.

use super::device_time::DeviceTime;
use super::recording::{self, Reading};
use super::{inputs, store};
use crate::arguments::Report;
use crate::failure::Failure;
use crate::treatment::{Observer, Told};
use coldcap_host::client::{Message, Record};
use coldcap_host::plan::PlanFile;
use coldcap_host::playback::Playback;
use coldcap_host::procedure::Outcome;
use coldcap_host::report;
use coldcap_session::record::{Entry, Summary};
use coldcap_wire::message::RecordEntry;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(crate) fn run(options: &Report) -> Result<(), Failure> {
    let plan = options.plan.as_deref().map(|path| inputs::plan_file(Some(path))).transpose()?;
    let place = place(options);
    store::replaceable(&place)?;
    store::apart(&options.file, &place)?;
    let mut reading = Reading::open(&options.file)?;
    has_channel(options.channel, reading.playback.channels())?;
    let plan = options.plan.as_deref().zip(plan.as_ref());
    let (treatment, _) = treatment(options.channel, &mut reading, plan)?;
    reading.warn()?;
    let page = report::html(&treatment).into_bytes();
    store::store(&[(place.clone(), page)])
        .map_err(|(path, error)| Failure::Io(format!("--out: {}: {error}", path.display())))?;
    let mut out = io::stdout().lock();
    if options.json {
        let document = json!({
            "file": place.display().to_string(),
            "origin": treatment.origin.name(),
            "outcome": treatment.outcome.map(Outcome::name),
            "ended_by": treatment.ended_by,
            "record": { "entries": treatment.record.entries, "verified": treatment.record.verified },
            "phases": treatment.phases.len(),
            "alarms": treatment.alarms.len(),
            "breaks": treatment.breaks.len(),
        });
        writeln!(out, "{}", serde_json::to_string_pretty(&document)?)?;
    } else {
        let name = treatment.origin.name().to_uppercase();
        let outcome = treatment.outcome_name();
        writeln!(out, "{name} {outcome}: report: {}", place.display())?;
    }
    Ok(())
}

/// Beside the recording by its name; of a channel but the first one by that, too.
fn place(options: &Report) -> PathBuf {
    let name = || match options.channel {
        0 => options.file.with_extension("html"),
        channel => {
            let stem = options.file.file_stem().unwrap_or_default().to_string_lossy();
            options.file.with_file_name(format!("{stem}-channel-{channel}.html"))
        }
    };
    options.out.clone().unwrap_or_else(name)
}

/// A page of nobody would look like that of somebody of whom nothing is known.
fn has_channel(channel: u8, channels: u8) -> Result<(), Failure> {
    match channels.checked_sub(1) {
        Some(last) if channel > last => {
            Err(Failure::Input(format!("--channel: {channel}: allowed is 0 to {last}")))
        }
        _ => Ok(()),
    }
}

/// What the recording tells of a channel, and how much later than the recording's times its own are, in seconds.
pub(crate) fn treatment(
    of_channel: u8,
    reading: &mut Reading<'_>,
    plan: Option<(&Path, &PlanFile)>,
) -> Result<(report::Treatment, f64), Failure> {
    let mut observer = Observer::new();
    let mut times = DeviceTime::of(&reading.playback);
    let mut entries: Vec<RecordEntry> = Vec::new();
    while let Some((at, message)) = reading.next_message()? {
        let at = times.at(at, &message);
        match &message {
            Message::RecordEntry(entry) => {
                let channel = Entry::from_bytes(&entry.entry.0).channel;
                entries.extend((channel == of_channel).then_some(*entry));
            }
            Message::ChannelStatus(status) if status.channel != of_channel => {}
            message => observer.take(at, message),
        }
    }
    let information = reading.information()?;
    let name = information.get("plan").and_then(Value::as_str);
    let stem = reading.path.file_stem().unwrap_or_default().to_string_lossy();
    let known = report::Treatment {
        title: name.map_or_else(|| stem.into_owned(), str::to_owned),
        seed: information.get("seed").and_then(Value::as_u64),
        since: since(&reading.playback).to_owned(),
        output_hash: reading.playback.end().map(|(hash, _)| hash),
        ..report::Treatment::new(recording::origin(reading.playback.origin()))
    };
    let record = Record::from_reports(&entries);
    is_of_patient(plan, &record)?;
    let began = times.began(&record);
    let session_follows = information.get("session_follows").and_then(Value::as_bool);
    let told = Told {
        plan: plan.map(|(_, plan)| plan),
        session_follows: session_follows.unwrap_or(false),
        began,
    };
    let mut treatment = observer.told(known, &record, &told);
    reading.add_truth(&mut treatment.samples)?;
    Ok((treatment, times.later_s(began)))
}

/// What the times of a report count from: a host may have come late, and have the record from before.
fn since(playback: &Playback) -> &'static str {
    match playback.is_of_host() {
        true => "the first that is known",
        false => "the start of the recording",
    }
}

/// The plan of somebody else would put her drugs and her date beside what was done to this one.
fn is_of_patient(plan: Option<(&Path, &PlanFile)>, record: &Record) -> Result<(), Failure> {
    let Some((path, plan)) = plan else { return Ok(()) };
    let entries: Vec<Entry> = record.iter().map(|(_, it)| Entry::from_bytes(it)).collect();
    let selected = Summary::fold(&entries).patient.map(|patient| patient.id).filter(|id| *id != 0);
    match selected.filter(|id| *id != plan.patient) {
        Some(id) => Err(Failure::Input(format!(
            "{}:patient: {}: allowed is {id}, whose record this is",
            path.display(),
            plan.patient
        ))),
        None => Ok(()),
    }
}
