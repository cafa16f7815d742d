//! The dissector under `tshark`: every field, unit and code name of the vectors, alone and over TCP; and
//! what became of every damaged frame.

use super::{Trial, read, trials};
use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

/// Checks the dissector on both message sets.
pub(crate) fn check() -> Checked {
    if !shell::has(&["tshark", "--version"]) {
        return Ok(Outcome::Skipped("tshark is not installed".into()));
    }
    for trial in trials()? {
        fields(&trial)?;
        labels(&trial)?;
        outcomes(&trial, "vectors")?;
        outcomes(&trial, "damaged")?;
        stream(&trial)?;
        outcomes(&trial, "sealed")?;
    }
    Ok(Outcome::Done)
}

fn tshark(trial: &Trial, capture: &Path, more: &[&str]) -> Result<String, Box<dyn Error>> {
    let script = format!("lua_script:{}", trial.clients.join("wireshark/coldcap.lua").display());
    let capture = capture.to_string_lossy();
    let line = [&["tshark", "-X", &script, "-r", &capture][..], more].concat();
    let output = shell::command(&shell::root(), &line)?.stdin(Stdio::null()).output()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() || errors.contains("Lua") {
        return Err(format!("tshark: {}: {errors}", output.status).into());
    }
    let said = String::from_utf8(output.stdout)?;
    if said.contains("Lua Error") {
        return Err("tshark: the dissector failed".into());
    }
    Ok(said)
}

/// Every member of every message must be a field of the tree with that value, and no other may be there.
fn fields(trial: &Trial) -> Result<(), Box<dyn Error>> {
    let said = tshark(trial, &trial.file("vectors", "pcap"), &["-T", "json"])?;
    let expected = read(&trial.file("vectors", "expected"))?;
    let mut count = 0;
    for (packet, line) in said.split("\"_index\"").skip(1).zip(expected.lines()) {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let name = message["message"].as_str().unwrap_or_default();
        let mut wanted = BTreeMap::new();
        flatten(&format!("coldcap.{name}"), &message["fields"], &mut wanted);
        // No bytes are a line of text in the tree: a field cannot be empty there.
        wanted.retain(|_, value| !value.is_empty());
        let found = shown(packet, &format!("\"coldcap.{name}."));
        if found != wanted {
            return Err(format!("{name}: the tree has {found:?}, not {wanted:?}").into());
        }
        count += wanted.len();
    }
    println!("{}: {count} fields agree", trial.name);
    if count == 0 { Err("tshark showed no field".into()) } else { Ok(()) }
}

fn flatten(path: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            members
                .iter()
                .for_each(|(name, inner)| flatten(&format!("{path}.{name}"), inner, into));
        }
        Value::String(text) => drop(into.insert(path.to_owned(), text.clone())),
        number => drop(into.insert(path.to_owned(), number.to_string())),
    }
}

/// The lines `"coldcap.…": "value"` of one packet. Bytes are shown with colons in between.
fn shown(packet: &str, start: &str) -> BTreeMap<String, String> {
    let lines = packet.lines().map(str::trim).filter(|line| line.starts_with(start));
    let pair = |line: &str| {
        let (name, value) = line.split_once("\": \"")?;
        let value = value.trim_end_matches(',').trim_end_matches('"').replace(':', "");
        Some((name.trim_start_matches('"').to_owned(), value))
    };
    lines.filter_map(pair).collect()
}

/// Every field with its unit or the name of its code.
fn labels(trial: &Trial) -> Result<(), Box<dyn Error>> {
    let said = tshark(trial, &trial.file("vectors", "pcap"), &["-V"])?;
    let expected = read(&trial.file("vectors", "labels"))?;
    let mut count = 0;
    for (packet, labels) in said.split("\nFrame ").zip(expected.lines()) {
        let lines: Vec<&str> = packet.lines().map(str::trim).collect();
        for label in labels.split(';').filter(|label| !label.is_empty()) {
            if !lines.iter().any(|line| line.starts_with(label)) {
                return Err(format!("the tree has no line '{label}…'").into());
            }
            count += 1;
        }
    }
    println!("{}: {count} labels with unit or code name agree", trial.name);
    Ok(())
}

/// The name of the message or the reason of the refusal, for every frame.
fn outcomes(trial: &Trial, set: &str) -> Result<(), Box<dyn Error>> {
    let keys = format!("coldcap.keylog:{}", trial.file(set, "keylog").display());
    let more: &[&str] = if set == "sealed" { &["-o", &keys] } else { &[] };
    let said = tshark(trial, &trial.file(set, "pcap"), &[LIST, more].concat())?;
    super::same(&said, &names(trial, set)?.join("\n"))?;
    println!("{} {set}: {} packets agree", trial.name, said.lines().count());
    Ok(())
}

const LIST: &[&str] =
    &["-T", "fields", "-e", "coldcap.outcome", "-E", "occurrence=a", "-E", "aggregator=;"];

/// The same over TCP, however the stream is cut.
fn stream(trial: &Trial) -> Result<(), Box<dyn Error>> {
    let said = tshark(trial, &trial.frames.join("stream.pcap"), LIST)?;
    let said: Vec<&str> = said.split(['\n', ';']).filter(|name| !name.is_empty()).collect();
    let expected = names(trial, "vectors")?;
    if said != expected {
        return Err(format!("{} over TCP: {said:?}, not {expected:?}", trial.name).into());
    }
    println!("{}: {} frames over TCP agree", trial.name, said.len());
    Ok(())
}

/// The expected lines with names of messages in place of their fields.
fn names(trial: &Trial, set: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let short = |outcome: &str| {
        let behind = outcome.split_once("\"message\":\"").map(|(_, behind)| behind);
        behind.and_then(|text| text.split('"').next()).unwrap_or(outcome).to_owned()
    };
    let line = |line: &str| line.split(';').map(short).collect::<Vec<_>>().join(";");
    Ok(read(&trial.file(set, "expected"))?.lines().map(line).collect())
}
