//! The table of alarms, and what they sound like.

mod sound;

use super::store::{replaceable, store};
use crate::arguments::{Alarms, Language, Tone};
use crate::failure::Failure;
use coldcap_guard::alarm::tone::{FUNDAMENTALS_HZ, LIMITS, Limit, PARTIALS, Pattern, Preset};
use coldcap_guard::alarm::{
    self, CHECKED_AGAINST_STANDARD, FIGURES, OnsetDelay, Priority, Row, TABLE, Text, Words,
};
use coldcap_units::Duration;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

pub(crate) fn run(options: &Alarms) -> Result<(), Failure> {
    let language = match options.language {
        Language::En => alarm::Language::English,
        Language::De => alarm::Language::German,
    };
    match (options.tone, &options.out) {
        (Some(tone), Some(file)) => write_tone(tone, file, options.json),
        _ => print_table(language, options.json),
    }
}

fn print_table(language: alarm::Language, as_json: bool) -> Result<(), Failure> {
    let text = if as_json { format!("{:#}", document(language)) } else { page(language) };
    writeln!(io::stdout(), "{}", text.trim_end())?;
    Ok(())
}

fn write_tone(tone: Tone, file: &Path, as_json: bool) -> Result<(), Failure> {
    let priority = match tone {
        Tone::High => Priority::High,
        Tone::Medium => Priority::Medium,
        Tone::Low => Priority::Low,
    };
    replaceable(file)?;
    let preset = Preset::of(priority);
    let sound = sound::wav(&preset).map_err(|error| Failure::Io(error.to_string()))?;
    store(&[(file.to_path_buf(), sound)]).map_err(|(path, error)| {
        Failure::Io(format!("--out: {}: {error}: allowed is a writable file", path.display()))
    })?;
    let mut output = io::stdout();
    if as_json {
        let document = json!({
            "file": file.display().to_string(),
            "sample_rate_hz": sound::RATE_HZ,
            "first_pulse_s": f64::from(sound::LEAD_MS) / 1e3,
            "checked_against_standard": CHECKED_AGAINST_STANDARD,
            "tone": tone_document(priority),
        });
        writeln!(output, "{document:#}")?;
    } else {
        let (pulses, burst) = (preset.pulses(), seconds(preset.burst()));
        let (pause, name, file) = (seconds(preset.pause()), priority.name(), file.display());
        writeln!(
            output,
            "{file}: {name}, {pulses} pulses in {burst} s, then {pause} s of silence"
        )?;
    }
    Ok(())
}

fn seconds(span: Duration) -> f64 {
    f64::from(span.as_millis()) / 1e3
}

fn words(row: &Row, language: alarm::Language) -> Words {
    let none = Words { cause: "", action: "" };
    Text::find(row.text, &[]).map_or(none, |text| text.words(language))
}

/// For people: the most urgent first, then by code.
fn page(language: alarm::Language) -> String {
    let mut page = String::new();
    for priority in Priority::ALL {
        for row in TABLE.iter().filter(|row| row.priority == priority) {
            let words = words(row, language);
            page += &format!(
                "{:<7}{:>3} {}{}\n{:12}{}\n{:12}{}\n",
                priority.name(),
                row.condition.code(),
                row.name(),
                remarks(row),
                "",
                words.cause,
                "",
                words.action,
            );
        }
    }
    page + "No figure was checked against the text of a standard. docs/alarms.md says more.\n"
}

fn remarks(row: &Row) -> String {
    let mut remarks = Vec::new();
    remarks.push(match row.onset_delay {
        OnsetDelay::Lasting(delay) => format!("after {} s", seconds(delay)),
        OnsetDelay::Rule(rule) => format!("onset: {rule}"),
    });
    if row.latching {
        remarks.push("latches".to_owned());
    }
    if let Some(escalation) = row.escalation {
        remarks.push(format!("{} after {} min", escalation.to, escalation.after.as_mins()));
    }
    if !row.inhibited_by.is_empty() {
        remarks.push(format!("silent while {}", names(row).join(" or ")));
    }
    format!(" ({})", remarks.join("; "))
}

fn names(row: &Row) -> Vec<&'static str> {
    row.inhibited_by.iter().map(|condition| condition.name()).collect()
}

fn document(language: alarm::Language) -> Value {
    json!({
        "checked_against_standard": CHECKED_AGAINST_STANDARD,
        "language": language.code(),
        "alarms": TABLE.iter().map(|row| row_document(row, language)).collect::<Vec<_>>(),
        "figures": FIGURES.iter().map(|figure| json!({
            "name": figure.name,
            "value_s": seconds(figure.value),
            "source": figure.source,
        })).collect::<Vec<_>>(),
        "tones": Priority::ALL.map(tone_document),
        "tone_limits": LIMITS.iter().map(limit_document).collect::<Vec<_>>(),
    })
}

fn row_document(row: &Row, language: alarm::Language) -> Value {
    let (delay, rule) = match row.onset_delay {
        OnsetDelay::Lasting(delay) => (Some(seconds(delay)), None),
        OnsetDelay::Rule(rule) => (None, Some(rule)),
    };
    let words = words(row, language);
    json!({
        "id": row.name(),
        "code": row.condition.code(),
        "scope": row.scope.name(),
        "harm": row.harm.name(),
        "onset": row.onset.name(),
        "priority": row.priority.name(),
        "onset_delay_s": delay,
        "onset_rule": rule,
        "clear_delay_s": seconds(row.clear_delay),
        "latches": row.latching,
        "acknowledgeable": row.acknowledgeable,
        "escalates": row.escalation.map(|escalation| json!({
            "to": escalation.to.name(),
            "after_s": seconds(escalation.after),
        })),
        "inhibited_by": names(row),
        "text": row.text.0,
        "cause": words.cause,
        "action": words.action,
    })
}

fn tone_document(priority: Priority) -> Value {
    let hertz = |index: u8| FUNDAMENTALS_HZ.get(usize::from(index)).copied();
    json!({
        "priority": priority.name(),
        "rise_ms": f64::from(Preset::of(priority).rise_us()) / 1e3,
        "pattern": Pattern::of(priority).map(|tone| json!({
            "on": tone.sounding,
            "ms": tone.length.as_millis(),
            "hz": hertz(tone.frequency),
        })).collect::<Vec<_>>(),
        "partials": PARTIALS.map(|partial| json!({
            "multiple": partial.multiple,
            "amplitude": f64::from(partial.amplitude_permille) / 1e3,
        })),
    })
}

fn limit_document(limit: &Limit) -> Value {
    json!({
        "priority": limit.priority.map(Priority::name),
        "name": limit.name,
        "from": limit.least,
        "to": limit.most,
        "unit": limit.unit,
        "source": limit.source,
    })
}
