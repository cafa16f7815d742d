//! Phases and breaks, from the notes that opened and closed them.

use super::marks::reason_name;
use super::{minutes, seconds};
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
    let mut gap_s = 0.0;
    for entry in entries {
        if let Some(Note::Restarted { gap }) = entry.note() {
            gap_s = gap.map_or(0.0, |gap| minutes(gap) * 60.0);
        }
        if let Some(Note::PhaseClosed { phase, clock }) = entry.note() {
            // A phase that a loss of power ended was over when the power went.
            let end_s = seconds(entry.at) - core::mem::take(&mut gap_s);
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
    let mut gap_s = 0.0;
    for entry in entries {
        match entry.note() {
            Some(Note::Restarted { gap }) => {
                gap_s = gap.map_or(0.0, |gap| minutes(gap) * 60.0);
            }
            Some(Note::BreakBegan { reason }) => breaks.push(BreakSpan {
                start_s: seconds(entry.at) - core::mem::take(&mut gap_s),
                end_s: None,
                reason: reason_name(reason),
                allowed_min: planned.break_each_min,
            }),
            Some(Note::BreakEnded { .. }) => {
                if let Some(last) = breaks.last_mut() {
                    last.end_s = Some(seconds(entry.at));
                }
            }
            _ => {}
        }
    }
    breaks
}
