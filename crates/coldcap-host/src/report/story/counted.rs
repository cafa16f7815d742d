//! What is counted for billing, and from which minutes.

use super::seconds;
use crate::report::account::{BillingBasis, BillingLine, CountedStretch, Service};
use crate::report::figures::{clock, span};
use coldcap_session::billing::{self, Line};
use coldcap_session::record::{Entry, Summary};
use coldcap_session::{Amendment, Mark, Note, Phase};
use coldcap_units::Duration;

/// What the rules read of a record.
pub(super) fn basis(entries: &[Entry], summary: &Summary) -> BillingBasis {
    let after = summary.after_infusion;
    let stretches = after_infusion(entries);
    let together: u32 = stretches.iter().map(|stretch| stretch.cooled_ms).sum();
    let adds_up = together == after.cooled.as_millis();
    let stored = entries.iter().rev().find(|entry| entry.note() == Some(Note::FitSaved));
    BillingBasis {
        fit_stored_s: stored.map(|entry| seconds(entry.at)),
        cooled_ms: summary.cooled().as_millis(),
        first_drug_start_s: summary.first_drug_start.map(seconds),
        last_drug_end_s: summary.last_drug_end.map(seconds),
        after_elapsed_ms: after.elapsed.as_millis(),
        after_cooled_ms: after.cooled.as_millis(),
        stretches: if adds_up { stretches } else { Vec::new() },
    }
}

/// Post-cooling since the last hair-toxic drug, stretch by stretch.
fn after_infusion(entries: &[Entry]) -> Vec<CountedStretch> {
    let mut stretches = Vec::new();
    for entry in entries {
        match entry.note() {
            Some(Note::PostClockVoided | Note::DrugStarted { hair_toxic: true, .. })
            | Some(Note::PhaseClosed { phase: Phase::Infusing, .. }) => stretches.clear(),
            Some(Note::PhaseClosed { phase: Phase::PostCool, clock }) => {
                stretches.push(stretch(entry, clock.elapsed, clock.cooled, false));
            }
            Some(Note::Amended {
                amendment: Amendment { mark: Mark::Ended, earlier, .. },
                credited,
            }) => {
                stretches.push(stretch(entry, earlier, credited, true));
            }
            _ => {}
        }
    }
    stretches
}

fn stretch(entry: &Entry, elapsed: Duration, cooled: Duration, credited: bool) -> CountedStretch {
    let end_s = seconds(entry.at);
    let (elapsed_ms, cooled_ms) = (elapsed.as_millis(), cooled.as_millis());
    CountedStretch {
        start_s: end_s - f64::from(elapsed_ms) / 1_000.0,
        end_s,
        elapsed_ms,
        cooled_ms,
        credited,
    }
}

pub(super) fn lines(
    summary: &Summary,
    day: billing::Date,
    basis: &BillingBasis,
) -> Vec<BillingLine> {
    let lines = billing::units(summary, day);
    let rows = lines.iter().map(|line| BillingLine {
        service: if is_fit(&line) { Service::FitVisit } else { Service::Session },
        code: line.rule.code.to_owned(),
        units: line.units,
        rule: line.rule.id.to_owned(),
        counting: line.rule.counting.to_owned(),
        counted: counted(&line, basis),
    });
    rows.collect()
}

fn is_fit(line: &Line) -> bool {
    line.rule.id.ends_with("/fit")
}

/// What a rule counted here, in words.
fn counted(line: &Line, basis: &BillingBasis) -> String {
    if is_fit(line) {
        return format!("a fit was stored at {}", basis.fit_stored_s.map_or("–".into(), clock));
    }
    if !line.rule.id.contains("after-infusion") {
        return format!("{} of cooled time (min:s) in all phases together", span(basis.cooled_ms));
    }
    // The midpoint of the next half hour.
    let next = line.units.saturating_mul(30).saturating_add(16);
    format!(
        "{} of cooled time (min:s) after the last hair-toxic drug ended at {}: {} full minutes; one unit more from {next}",
        span(basis.after_cooled_ms),
        basis.last_drug_end_s.map_or("–".into(), clock),
        basis.after_cooled_ms / 60_000,
    )
}
