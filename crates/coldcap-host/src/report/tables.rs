//! The tables: minutes per phase, the course of the visit, marks, breaks, alarms.

use super::figures::{UNKNOWN, clipped, clock, known, minutes, number, signed};
use super::palette;
use super::totals::PhaseTotal;
use super::treatment::{AlarmSpan, BreakSpan, Mark, PhaseSpan, Treatment};
use maud::{Markup, html};

/// The most rows that are printed of one table.
const MOST_ROWS: usize = 100;

/// Minutes per phase against what the plan expects.
pub(super) fn phase_minutes(treatment: &Treatment) -> Markup {
    html! {
        section {
            h2 { "Minutes per phase" }
            table {
                thead { tr {
                    th { "phase" } th class="figure" { "stretches" } th class="figure" { "lasted" }
                    th class="figure" { "cooled" } th class="figure" { "at target" }
                    th class="figure" { "planned" } th class="figure" { "cooled − planned" }
                } }
                tbody { @for total in treatment.phase_totals() { (total_row(&total)) } }
            }
            p class="note" {
                "Minutes at target are measured on " (treatment.plan.held()) ", not an effect. A dash: the "
                "plan gives no number."
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
            td { (total.phase.name()) }
            td class="figure" { (total.stretches) }
            td class="figure" { (minutes(total.elapsed_min)) }
            td class="figure" { (minutes(total.cooled_min)) }
            td class="figure" { (minutes(total.at_target_min)) }
            td class="figure" { (number(total.expected_min, 1)) }
            td class="figure" { (signed(difference, 1)) }
        }
    }
}

/// Every stretch of every phase, numbered as in the plot; beside it marks, breaks and alarms.
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
            (incidents(treatment))
        }
    }
}

/// Marks, breaks and alarms, beside the course.
fn incidents(treatment: &Treatment) -> Markup {
    html! {
        div {
            h2 { "Marks" }
            @if treatment.marks.is_empty() { p { "No marks." } } @else { (marks(&treatment.marks)) }
            h2 { "Breaks" }
            @if treatment.breaks.is_empty() { p { "Cooling was not interrupted." } }
            @else { (breaks(&treatment.breaks)) }
            h2 { "Alarms" }
            @if treatment.alarms.is_empty() { p { "No alarm rose." } }
            @else { (alarms(&treatment.alarms)) }
        }
    }
}

fn span_row(number: usize, span: &PhaseSpan) -> Markup {
    html! {
        tr {
            td class="figure" { (number) }
            td {
                span class="chip" style=(format!("background:{}", palette::phase_colour(span.phase))) {}
                (span.phase.name())
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
            thead { tr { th class="figure" { "at" } th { "what" } } }
            tbody {
                @for mark in marks.iter().take(MOST_ROWS) {
                    tr { td class="figure" { (clock(mark.time_s)) } td class="free" { (clipped(&mark.label, 120)) } }
                }
            }
        }
        (left_out(marks.len()))
    }
}

fn breaks(breaks: &[BreakSpan]) -> Markup {
    html! {
        table {
            thead { tr {
                th { "reason" } th class="figure" { "from" } th class="figure" { "to" }
                th class="figure" { "min" } th class="figure" { "allowed" }
            } }
            tbody {
                @for span in breaks.iter().take(MOST_ROWS) {
                    tr {
                        td class="free" { (clipped(&span.reason, 80)) }
                        td class="figure" { (clock(span.start_s)) }
                        td class="figure" { (span.end_s.map_or_else(|| "not ended".into(), clock)) }
                        td class="figure" { (number(span.minutes(), 1)) }
                        td class="figure" { (number(span.allowed_min, 1)) }
                    }
                }
            }
        }
        (left_out(breaks.len()))
    }
}

fn alarms(alarms: &[AlarmSpan]) -> Markup {
    html! {
        table {
            thead { tr {
                th { "alarm" } th { "priority" } th class="figure" { "from" }
                th class="figure" { "to" }
            } }
            tbody { @for alarm in most_urgent(alarms) { (alarm_row(alarm)) } }
        }
        (left_out(alarms.len()))
    }
}

/// As many alarms as there are rows, the most urgent first to be kept, in order of time.
fn most_urgent(alarms: &[AlarmSpan]) -> Vec<&AlarmSpan> {
    let mut kept: Vec<(usize, &AlarmSpan)> = alarms.iter().enumerate().collect();
    kept.sort_by_key(|(place, alarm)| (core::cmp::Reverse(alarm.priority), *place));
    kept.truncate(MOST_ROWS);
    kept.sort_by_key(|(place, _)| *place);
    kept.into_iter().map(|(_, alarm)| alarm).collect()
}

fn alarm_row(alarm: &AlarmSpan) -> Markup {
    let colour = palette::priority_colour(alarm.priority);
    let id = if alarm.id.is_empty() { UNKNOWN.into() } else { clipped(&alarm.id, 32) };
    html! {
        tr {
            td { (id) }
            td class="level" { span class="chip" style=(format!("background:{colour}")) {} (alarm.priority.name()) }
            td class="figure" { (clock(alarm.onset_s)) }
            td class="figure" { (alarm.clear_s.map_or_else(|| "not cleared".into(), clock)) }
        }
    }
}

/// Says so when a table was too long to print.
fn left_out(count: usize) -> Markup {
    html! {
        @if count > MOST_ROWS {
            p class="note" { "The first " (MOST_ROWS) " of " (count) " are shown." }
        }
    }
}
