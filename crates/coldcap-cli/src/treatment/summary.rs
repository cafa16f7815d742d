//! The summary: what scripts read, and what a person reads in the terminal.

use super::observer::End;
use coldcap_host::report::{Sample, Treatment};
use coldcap_session::Phase;
use serde_json::{Value, json};
use std::path::Path;

/// `summary.json`.
pub(crate) fn summary(treatment: &Treatment, end: &End<'_>) -> Value {
    let coolant = Coolant::of(treatment);
    json!({
        "origin": treatment.origin.name(),
        "outcome": treatment.outcome,
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
        "coolant": {
            "target_c": treatment.plan.target_c,
            "mean_c": coolant.mean_c.map(|mean| rounded(mean, 4)),
            "max_abs_error_k": coolant.worst_k.map(|worst| rounded(worst, 4)),
        },
        "interface_min_c": interface_min(treatment).map(|least| rounded(least, 3)),
        "skin_at_first_drug_c": skin_at_first_drug(treatment).map(|skin| rounded(skin, 3)),
        "link": {
            "ok": treatment.link.ok,
            "crc": treatment.link.crc,
            "length": treatment.link.length,
            "overflow": treatment.link.overflow,
        },
        "record": { "entries": treatment.record.entries, "verified": treatment.record.verified },
    })
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}

/// How the coolant was held while the treatment held it: from a minute after each return to the target.
struct Coolant {
    mean_c: Option<f64>,
    worst_k: Option<f64>,
}

impl Coolant {
    fn of(treatment: &Treatment) -> Self {
        let held = held(&treatment.samples);
        let errors: Vec<(f64, f64)> = held
            .iter()
            .filter_map(|sample| Some((sample.supply_c?, sample.supply_c? - sample.target_c?)))
            .collect();
        let count = errors.len() as f64;
        let mean = errors.iter().map(|(supply, _)| supply).sum::<f64>() / count;
        let worst = errors.iter().map(|(_, error)| error.abs()).reduce(f64::max);
        Self { mean_c: worst.map(|_| mean), worst_k: worst }
    }
}

/// Samples of the phases that hold a target, from a minute after the ramp has reached it.
fn held(samples: &[Sample]) -> Vec<Sample> {
    let mut since: Option<f64> = None;
    let mut held = Vec::new();
    for sample in samples {
        let holds = matches!(
            sample.phase,
            Phase::PreCool | Phase::Ready | Phase::Infusing | Phase::PostCool
        );
        let reached =
            holds && sample.effective_c.is_some() && sample.effective_c == sample.target_c;
        since = if reached { since.or(Some(sample.time_s)) } else { None };
        if since.is_some_and(|since| sample.time_s - since >= 60.0) {
            held.push(*sample);
        }
    }
    held
}

fn interface_min(treatment: &Treatment) -> Option<f64> {
    let faces = treatment.samples.iter().filter(|sample| sample.phase.is_cooling());
    faces.flat_map(|sample| [sample.front_c, sample.rear_c]).flatten().reduce(f64::min)
}

fn skin_at_first_drug(treatment: &Treatment) -> Option<f64> {
    let first = treatment.marks.first()?.time_s;
    treatment.samples.iter().rev().find(|sample| sample.time_s <= first)?.skin_true_c
}

/// The same for people.
pub(crate) fn print(treatment: &Treatment, end: &End<'_>, folder: &Path) {
    let coolant = Coolant::of(treatment);
    let figure = |value: Option<f64>| value.map_or("–".into(), |value| format!("{value:.2}"));
    println!(
        "{} {}: {}",
        treatment.origin.name().to_uppercase(),
        treatment.title,
        treatment.outcome
    );
    for span in &treatment.phases {
        let expected = span.expected_min.map_or(String::new(), |min| format!(" of {min:.0}"));
        println!(
            "  {:<13} {:6.1} min, cooled {:5.1}{expected}, at target {:5.1}",
            span.phase.name(),
            span.elapsed_min,
            span.cooled_min,
            span.at_target_min
        );
    }
    println!(
        "coolant {} °C (target {} °C), largest error {} K; skin at the first drug {} °C (truth)",
        figure(coolant.mean_c),
        figure(treatment.plan.target_c),
        figure(coolant.worst_k),
        figure(skin_at_first_drug(treatment))
    );
    println!(
        "{} alarms, {} breaks; record {} entries, {}; output hash {:016x} over {} ticks",
        treatment.alarms.len(),
        treatment.breaks.len(),
        treatment.record.entries,
        if treatment.record.verified { "verified" } else { "NOT verified" },
        end.output_hash,
        end.ticks
    );
    println!("report: {}", folder.join("report.html").display());
}
