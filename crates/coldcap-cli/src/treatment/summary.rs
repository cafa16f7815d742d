//! The summary: what scripts read, and what a person reads in the terminal.

use super::contact::StartContact;
use super::observer::End;
use crate::failure::Failure;
use coldcap_host::report::Treatment;
use coldcap_session::{ControlMode, Phase};
use coldcap_wire::security::SecurityCounters;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// What the host's end of the link has seen of its security, over all of its starts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SecuritySeen {
    sessions: u64,
    opened: u64,
    refused: u64,
}

impl SecuritySeen {
    /// One more start of the host.
    pub(crate) fn add(&mut self, seen: &SecurityCounters) {
        // What comes unsealed before a session is everybody's to read, and nothing that was refused.
        let refused = [seen.forged, seen.replayed, seen.other];
        self.sessions += u64::from(seen.handshakes);
        self.opened += u64::from(seen.opened);
        self.refused += refused.into_iter().map(u64::from).sum::<u64>();
    }
}

/// `summary.json`.
pub(crate) fn summary(
    treatment: &Treatment,
    end: &End<'_>,
    contact: Option<&StartContact>,
) -> Value {
    let coolant = treatment.coolant_held();
    let link = treatment.link.unwrap_or_default();
    json!({
        "origin": treatment.origin.name(),
        "outcome": treatment.outcome.unwrap_or(end.outcome).name(),
        "under_way": treatment.under_way.map(Phase::name),
        "seed": end.seed,
        "ticks": end.ticks,
        "output_hash": format!("{:016x}", end.output_hash),
        "phases": treatment.phases.iter().map(|span| json!({
            "phase": span.phase.name(),
            "start_s": rounded(span.start_s, 1),
            "minutes": rounded(span.elapsed_min, 3),
            "cooled_minutes": rounded(span.cooled_min, 3),
            "at_target_minutes": rounded(span.at_target_min, 3),
        })).collect::<Vec<_>>(),
        "breaks": treatment.breaks.iter().map(|pause| json!({
            "start_s": rounded(pause.start_s, 1),
            "end_s": pause.end_s.map(|end| rounded(end, 1)),
            "reason": pause.reason,
        })).collect::<Vec<_>>(),
        "alarms": treatment.alarms.iter().map(|alarm| json!({
            "id": alarm.id,
            "priority": alarm.priority.name(),
            "onset_s": rounded(alarm.onset_s, 1),
            "clear_s": alarm.clear_s.map(|clear| rounded(clear, 1)),
        })).collect::<Vec<_>>(),
        "control": {
            "mode": treatment.plan.mode.name(),
            "interface_target_c": treatment.plan.interface_c,
        },
        "coolant": {
            "target_c": treatment.plan.target_c,
            "mean_c": coolant.map(|held| rounded(held.mean_c, 4)),
            "max_abs_error_k": coolant.map(|held| rounded(held.max_abs_error_k, 4)),
        },
        "interface_min_c": interface_min(treatment).map(|least| rounded(least, 3)),
        "skin_at_first_drug_c": skin_at_first_drug(treatment).map(|skin| rounded(skin, 3)),
        "contact_at_start": contact.map(StartContact::document),
        "link": {
            "ok": link.ok,
            "crc": link.crc,
            "length": link.length,
            "overflow": link.overflow,
            "secured": end.security.sessions > 0,
            "sessions": end.security.sessions,
            "opened": end.security.opened,
            "refused": end.security.refused,
        },
        "record": { "entries": treatment.record.entries, "verified": treatment.record.verified },
    })
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}

fn interface_min(treatment: &Treatment) -> Option<f64> {
    let faces = treatment.samples.iter().filter(|sample| sample.phase.is_cooling());
    faces.flat_map(|sample| [sample.front_c, sample.rear_c]).flatten().reduce(f64::min)
}

fn skin_at_first_drug(treatment: &Treatment) -> Option<f64> {
    let first = treatment.marks.first()?.time_s;
    treatment.samples.iter().rev().find(|sample| sample.time_s <= first)?.skin_true_c
}

/// What is held, and at what; `None` where no treatment is planned.
fn target(treatment: &Treatment) -> Option<String> {
    let plan = &treatment.plan;
    let (held, target_c) = match plan.mode {
        ControlMode::Coolant => ("target", plan.target_c),
        ControlMode::Cap => ("interface target", plan.interface_c),
    };
    target_c.map(|target_c| format!("{held} {target_c:.2} °C"))
}

/// The same for people.
pub(crate) fn print(
    treatment: &Treatment,
    end: &End<'_>,
    contact: Option<&StartContact>,
    folder: &Path,
) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let coolant = treatment.coolant_held();
    let figure = |value: Option<f64>| value.map_or("–".into(), |value| format!("{value:.2}"));
    writeln!(
        out,
        "{} {}: {}",
        treatment.origin.name().to_uppercase(),
        treatment.title,
        treatment.outcome_name()
    )?;
    for span in &treatment.phases {
        let expected = span.expected_min.map_or(String::new(), |min| format!(" of {min:.0}"));
        writeln!(
            out,
            "  {:<13} {:6.1} min, cooled {:5.1}{expected}, at target {:5.1}",
            span.phase.name(),
            span.elapsed_min,
            span.cooled_min,
            span.at_target_min
        )?;
    }
    if let Some(phase) = treatment.under_way {
        writeln!(out, "  {:<13} not ended", phase.name())?;
    }
    // A fit visit alone holds nothing.
    if let Some(target) = target(treatment) {
        writeln!(
            out,
            "{} mode: coolant {} °C ({target}), largest error {} K; skin at the first drug {} °C (truth)",
            treatment.plan.mode.name(),
            figure(coolant.map(|held| held.mean_c)),
            figure(coolant.map(|held| held.max_abs_error_k)),
            figure(skin_at_first_drug(treatment))
        )?;
    }
    if let Some(contact) = contact {
        writeln!(out, "{}", contact.line())?;
    }
    writeln!(
        out,
        "{} alarms, {} breaks; record {} entries, {}; output hash {:016x} over {} ticks",
        treatment.alarms.len(),
        treatment.breaks.len(),
        treatment.record.entries,
        if treatment.record.verified { "verified" } else { "NOT verified" },
        end.output_hash,
        end.ticks
    )?;
    writeln!(out, "report: {}", folder.join("report.html").display())?;
    Ok(())
}
