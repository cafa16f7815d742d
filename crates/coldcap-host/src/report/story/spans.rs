//! Phases and breaks, from the notes that opened and closed them.

use super::marks::reason_name;
use super::minutes;
use super::outage::Outage;
use crate::plan::PlanFile;
use crate::report::treatment::{BreakSpan, PhaseSpan, PlanSummary};
use coldcap_session::record::Entry;
use coldcap_session::{Note, Phase};

/// The spans of all phases. Pauses and re-coolings stand as spans of their own.
pub(super) fn phases(
    entries: &[Entry],
    planned: &PlanSummary,
    file: Option<&PlanFile>,
) -> Vec<PhaseSpan> {
    let mut spans: Vec<PhaseSpan> = Vec::new();
    let mut begun_s = 0.0;
    let mut outage = Outage::default();
    for entry in entries {
        outage.hear(entry);
        if let Some(Note::PhaseClosed { phase, clock }) = entry.note() {
            let end_s = outage.when(entry);
            let first = !spans.iter().any(|span| span.phase == phase);
            spans.push(PhaseSpan {
                phase,
                start_s: begun_s,
                end_s,
                elapsed_min: minutes(clock.elapsed),
                cooled_min: minutes(clock.cooled),
                at_target_min: minutes(clock.at_target),
                expected_min: expected(phase, planned, file).filter(|_| first),
            });
            begun_s = end_s;
        }
    }
    spans
}

/// The phase of a treatment, or of a fit visit, that was begun and not ended.
pub(super) fn under_way(entries: &[Entry]) -> Option<Phase> {
    let last = entries.iter().rev().find_map(|entry| match entry.note() {
        Some(Note::PhaseChanged { to, .. }) => Some(to),
        _ => None,
    });
    last.filter(|phase| !matches!(phase, Phase::Boot | Phase::Standby | Phase::Report))
}

fn expected(phase: Phase, planned: &PlanSummary, file: Option<&PlanFile>) -> Option<f64> {
    match phase {
        Phase::PreCool => planned.pre_min,
        Phase::PostCool => planned.post_min,
        Phase::Infusing => infusion(file?),
        _ => None,
    }
}

/// From the first hair-toxic drug's start to the last one's end, in minutes.
fn infusion(file: &PlanFile) -> Option<f64> {
    let toxic = || file.drugs.iter().filter(|drug| drug.hair_toxic);
    let start = toxic().map(|drug| drug.start).min()?;
    let end = toxic().map(|drug| drug.end).max()?;
    Some(minutes(end.minus(start)))
}

pub(super) fn breaks(entries: &[Entry], planned: &PlanSummary) -> Vec<BreakSpan> {
    let mut breaks: Vec<BreakSpan> = Vec::new();
    let mut outage = Outage::default();
    for entry in entries {
        outage.hear(entry);
        match entry.note() {
            Some(Note::BreakBegan { reason }) => breaks.push(BreakSpan {
                start_s: outage.when(entry),
                end_s: None,
                reason: reason_name(reason),
                allowed_min: planned.break_each_min,
            }),
            Some(Note::BreakEnded { .. }) => {
                if let Some(last) = breaks.last_mut() {
                    last.end_s = Some(outage.when(entry));
                }
            }
            _ => {}
        }
    }
    breaks
}
