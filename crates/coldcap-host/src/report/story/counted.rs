//! What is counted for billing, and from which minutes.

use super::outage::Outage;
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
    let last_drug_end_s = summary.last_drug_end.map(seconds);
    let stretches = after_infusion(entries, last_drug_end_s.unwrap_or_default());
    let together: u64 = stretches.iter().map(|stretch| u64::from(stretch.cooled_ms)).sum();
    let adds_up = together == u64::from(after.cooled.as_millis());
    let stored = entries.iter().rev().find(|entry| entry.note() == Some(Note::FitSaved));
    BillingBasis {
        fit_stored_s: stored.map(|entry| seconds(entry.at)),
        cooled_ms: summary.cooled().as_millis(),
        first_drug_start_s: summary.first_drug_start.map(seconds),
        last_drug_end_s,
        after_elapsed_ms: after.elapsed.as_millis(),
        after_cooled_ms: after.cooled.as_millis(),
        stretches: if adds_up { stretches } else { Vec::new() },
    }
}

/// Post-cooling since the last hair-toxic drug, stretch by stretch, in order of time.
fn after_infusion(entries: &[Entry], last_drug_end_s: f64) -> Vec<CountedStretch> {
    let (mut measured, mut credited) = (Vec::new(), Vec::new());
    let mut outage = Outage::default();
    for entry in entries {
        outage.hear(entry);
        match entry.note() {
            Some(Note::PostClockVoided | Note::DrugStarted { hair_toxic: true, .. })
            | Some(Note::PhaseClosed { phase: Phase::Infusing, .. }) => {
                measured.clear();
                credited.clear();
            }
            Some(Note::PhaseClosed { phase: Phase::PostCool, clock }) => {
                let start_s = outage.when(entry) - f64::from(clock.elapsed.as_millis()) / 1_000.0;
                measured.push(stretch(start_s, clock.elapsed, clock.cooled, false));
            }
            Some(Note::Amended {
                amendment: Amendment { mark: Mark::Ended, earlier, .. },
                credited: cooled,
            }) => credited.push((earlier, cooled)),
            _ => {}
        }
    }
    let mut stretches = placed(&credited, last_drug_end_s);
    stretches.append(&mut measured);
    stretches.sort_by(|one, other| one.start_s.total_cmp(&other.start_s));
    stretches
}

/// What was credited lies between where the end of the drug was moved and where it was told, the last move first.
fn placed(credited: &[(Duration, Duration)], last_drug_end_s: f64) -> Vec<CountedStretch> {
    let mut start_s = last_drug_end_s;
    let from_the_last = credited.iter().rev().map(|&(earlier, cooled)| {
        let stretch = stretch(start_s, earlier, cooled, true);
        start_s = stretch.end_s;
        stretch
    });
    from_the_last.collect()
}

fn stretch(start_s: f64, elapsed: Duration, cooled: Duration, credited: bool) -> CountedStretch {
    let (elapsed_ms, cooled_ms) = (elapsed.as_millis(), cooled.as_millis());
    let end_s = start_s + f64::from(elapsed_ms) / 1_000.0;
    CountedStretch { start_s, end_s, elapsed_ms, cooled_ms, credited }
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
