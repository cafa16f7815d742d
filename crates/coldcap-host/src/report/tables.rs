//! The tables: minutes per phase, the course of the visit, marks.

use super::figures::{clipped, clock, known, minutes, number, signed};
use super::totals::PhaseTotal;
use super::treatment::{Mark, PhaseSpan, Treatment};
use super::{incidents, palette, words};
use maud::{Markup, html};

/// The most rows that are printed of one table.
pub(super) const MOST_ROWS: usize = 100;

/// Minutes per phase against what the plan expects.
pub(super) fn phase_minutes(treatment: &Treatment) -> Markup {
    html! {
        section {
            h2 { "Minutes per phase" }
            table {
                thead { tr {
                    th { "phase" } th class="figure" { "stretches" } th class="figure" { "elapsed" }
                    th class="figure" { "cooled" } th class="figure" { "at target" }
                    th class="figure" { "planned" } th class="figure" { "cooled − planned" }
                } }
                tbody {
                    @for total in treatment.phase_totals() { (total_row(&total)) }
                    (sum_row(&treatment.phase_totals()))
                }
            }
            p class="note" {
                "Elapsed: by the clock. Cooled: coolant flowed through the worn cap and was cold. At target: of that, "
                (treatment.plan.held()) " was at its target. Minutes at target are measured, not an effect. "
                "A dash: the plan gives no number for this phase."
            }
            @if let Some(skin) = treatment.skin_minutes() {
                p class="note" {
                    "Minutes of cooling with estimated skin below 22 °C: " (minutes(skin.below_min))
                    "; at or above: " (minutes(skin.not_below_min)) "; unknown: " (minutes(skin.unknown_min))
                    ", where the estimate's interval straddles 22 °C or there is none. The estimate is a "
                    "calculation, not a measurement."
                }
            }
        }
    }
}

fn total_row(total: &PhaseTotal) -> Markup {
    let difference = known(total.expected_min).map(|expected| total.cooled_min - expected);
    html! {
        tr {
            td { (words::phase(total.phase)) }
            td class="figure" { (total.stretches) }
            td class="figure" { (minutes(total.elapsed_min)) }
            td class="figure" { (minutes(total.cooled_min)) }
            td class="figure" { (minutes(total.at_target_min)) }
            td class="figure" { (number(total.expected_min, 1)) }
            td class="figure" { (signed(difference, 1)) }
        }
    }
}

fn sum_row(totals: &[PhaseTotal]) -> Markup {
    let sum = |of: fn(&PhaseTotal) -> f64| minutes(totals.iter().map(of).sum());
    html! {
        tr class="sum" {
            td { "together" }
            td {}
            td class="figure" { (sum(|total| total.elapsed_min)) }
            td class="figure" { (sum(|total| total.cooled_min)) }
            td class="figure" { (sum(|total| total.at_target_min)) }
            td {}
            td {}
        }
    }
}

/// Every stretch of every phase, numbered as in the plot; beside it marks and remarks.
pub(super) fn course(treatment: &Treatment) -> Markup {
    html! {
        section class="pair" {
            div {
                h2 { "Course of the visit" }
                table {
                    thead { tr {
                        th class="figure" { "no." } th { "phase" } th class="figure" { "from" }
                        th class="figure" { "to" } th class="figure" { "min" }
                    } }
                    tbody {
                        @for (number, span) in (1..=MOST_ROWS).zip(&treatment.phases) {
                            (span_row(number, span))
                        }
                    }
                }
                (left_out(treatment.phases.len()))
            }
            div {
                h2 { "Marks" }
                @if treatment.marks.is_empty() { p { "No drug was marked." } }
                @else { (marks(&treatment.marks)) }
                h2 { "What the machine remarked" }
                @if treatment.remarks.is_empty() { p { "Nothing." } }
                @else { (marks(&treatment.remarks)) }
                (incidents::comfort(treatment))
            }
        }
    }
}

fn span_row(number: usize, span: &PhaseSpan) -> Markup {
    html! {
        tr {
            td class="figure" { (number) }
            td {
                span class="chip" style=(format!("background:{}", palette::phase_colour(span.phase))) {}
                (words::phase(span.phase))
            }
            td class="figure" { (clock(span.start_s)) }
            td class="figure" { (clock(span.end_s)) }
            td class="figure" { (minutes(span.elapsed_min)) }
        }
    }
}

fn marks(marks: &[Mark]) -> Markup {
    html! {
        table {
            thead { tr { th class="when" { "at" } th { "what" } } }
            tbody {
                @for mark in marks.iter().take(MOST_ROWS) {
                    tr { td class="when" { (clock(mark.time_s)) } td class="free" { (clipped(&mark.label, 120)) } }
                }
            }
        }
        (left_out(marks.len()))
    }
}

/// Says so when a table was too long to print.
pub(super) fn left_out(count: usize) -> Markup {
    html! {
        @if count > MOST_ROWS {
            p class="note" { "The first " (MOST_ROWS) " of " (count) " are shown." }
        }
    }
}
