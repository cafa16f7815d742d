//! Turns a recording into files of other programs.

mod foxglove;

use super::recording::{Alarms, Reading};
use super::store;
use crate::arguments::{Export, Form};
use crate::failure::Failure;
use crate::treatment::sampled;
use coldcap_host::client::Message;
use coldcap_host::playback::Playback;
use coldcap_host::report::{Sample, csv};
use coldcap_wire::message::MachineStatus;
use serde_json::json;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant as WallInstant;

pub(crate) fn run(options: &Export) -> Result<(), Failure> {
    let began = WallInstant::now();
    let mut reading = Reading::open(&options.file)?;
    let place = place(options)?;
    let partial = store::beside(&place, &format!("{}.part", std::process::id()));
    let unwritable = |error: io::Error| Failure::Io(format!("--out: {}: {error}", place.display()));
    let output = BufWriter::new(File::create(&partial).map_err(unwritable)?);
    let written = match options.to {
        Form::Csv => write_csv(&mut reading, output),
        Form::Mcap => foxglove::write(&mut reading, output),
    };
    let moved = |count| Ok(fs::rename(&partial, &place).map(|()| count)?);
    let count = written.and_then(moved).map_err(|failed| {
        let _ = fs::remove_file(&partial);
        match failed {
            Failed::Reading(failure) => failure,
            Failed::Writing(error) => unwritable(error),
        }
    })?;
    reading.warn()?;
    let seconds = began.elapsed().as_secs_f64();
    tell(options, &reading.playback, (&place, count, seconds))
}

/// What files of recordings and their exports end in.
const FILES: [&str; 4] = ["csv", "mcap", "ccap", "html"];

/// Where it goes: a file, or the name of the recording in a folder.
fn place(options: &Export) -> Result<PathBuf, Failure> {
    let extension = match options.to {
        Form::Csv => "csv",
        Form::Mcap => "mcap",
    };
    let place = match &options.out {
        Some(out) if out.extension().is_some_and(|it| it == extension) => out.clone(),
        // The other sort of file was meant, or another name: no folder is called so.
        Some(out) if out.extension().is_some_and(|it| FILES.iter().any(|file| it == *file)) => {
            let out = out.display();
            return Err(Failure::Input(format!(
                "--out: {out}: allowed is a folder, or a file that ends in .{extension}"
            )));
        }
        Some(out) => {
            out.join(options.file.file_stem().unwrap_or_default()).with_extension(extension)
        }
        None => options.file.with_extension(extension),
    };
    store::replaceable(&place)?;
    store::apart(&options.file, &place)?;
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| Failure::Io(format!("--out: {}: {error}", folder.display())))?;
    }
    Ok(place)
}

fn tell(
    options: &Export,
    playback: &Playback,
    (place, count, seconds): (&Path, u64, f64),
) -> Result<(), Failure> {
    let origin = playback.origin();
    let mut out = io::stdout().lock();
    if options.json {
        let document = json!({
            "file": place.display().to_string(),
            "origin": origin.name(),
            "lines": count,
            "recorded_s": f64::from(playback.duration().as_millis()) / 1e3,
            "damaged": !playback.damage().is_empty(),
            "missed": playback.missed(),
            "seconds": seconds,
        });
        writeln!(out, "{}", serde_json::to_string_pretty(&document)?)?;
    } else {
        let name = origin.name().to_uppercase();
        writeln!(out, "{name}: {count} written to {}", place.display())?;
    }
    Ok(())
}

/// Which of the two files failed.
enum Failed {
    Reading(Failure),
    Writing(io::Error),
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self::Reading(failure)
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Writing(error)
    }
}

/// The trace: how many lines.
fn write_csv(reading: &mut Reading<'_>, output: impl Write) -> Result<u64, Failed> {
    let mut machine: Option<MachineStatus> = None;
    let mut alarms = Alarms::default();
    let mut samples: Vec<Sample> = Vec::new();
    // The line of each channel that its second may still replace.
    let mut newest: HashMap<u8, usize> = HashMap::new();
    while let Some((at, message)) = reading.next_message()? {
        match message {
            Message::MachineStatus(status) => {
                alarms.see(at, &status);
                machine = Some(status);
            }
            Message::ChannelStatus(status) => {
                let Some(sample) = sampled(at, &status, machine.as_ref()) else { continue };
                let place = newest.get(&sample.channel).and_then(|place| samples.get_mut(*place));
                match place.filter(|last| last.time_s.floor() == sample.time_s.floor()) {
                    Some(last) => *last = sample,
                    None => {
                        newest.insert(sample.channel, samples.len());
                        samples.push(sample);
                    }
                }
            }
            _ => {}
        }
    }
    reading.add_truth(&mut samples)?;
    csv::write_trace(output, &samples, alarms.spans())?;
    Ok(samples.len() as u64)
}
