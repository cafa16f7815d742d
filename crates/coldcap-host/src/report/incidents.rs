//! What happened besides the plan: breaks, comfort, alarms.

use super::account::{Comfort, ComfortKind};
use super::entries::absent;
use super::figures::{UNKNOWN, clipped, clock, known, minutes, number};
use super::tables::{MOST_ROWS, left_out};
use super::treatment::{AlarmSpan, BreakSpan, Treatment};
use super::{palette, words};
use coldcap_session::ControlMode;
use maud::{Markup, html};

/// The most alarms that are counted by name.
const MOST_NAMES: usize = 20;

/// The breaks, against what the plan allows.
pub(super) fn breaks(treatment: &Treatment) -> Markup {
    let breaks = &treatment.breaks;
    html! {
        section {
            h2 { "Breaks" }
            @if breaks.is_empty() { p { "Cooling was not interrupted." } } @else {
                table {
                    thead { tr {
                        th { "reason" } th class="figure" { "from" } th class="figure" { "to" }
                        th class="figure" { "min" } th class="figure" { "allowed" } th class="figure" { "over" }
                    } }
                    tbody { @for span in breaks.iter().take(MOST_ROWS) { (break_row(span)) } }
                }
                p class="note" { (all_breaks(treatment)) }
                (left_out(breaks.len()))
            }
        }
    }
}

fn break_row(span: &BreakSpan) -> Markup {
    let over = known(span.minutes()).zip(known(span.allowed_min)).map(|(took, most)| took - most);
    html! {
        tr {
            td class="free" { (clipped(&span.reason, 80)) }
            td class="figure" { (clock(span.start_s)) }
            td class="figure" { (span.end_s.map_or_else(|| "not ended".into(), clock)) }
            td class="figure" { (number(span.minutes(), 1)) }
            td class="figure" { @match known(span.allowed_min) {
                Some(most) => { (number(Some(most), 1)) }
                None => { (absent("no plan")) }
            } }
            td class="figure" { @match over {
                Some(over) if over > 0.0 => { b { (number(Some(over), 1)) } }
                Some(_) => { "no" }
                None => { (UNKNOWN) }
            } }
        }
    }
}

fn all_breaks(treatment: &Treatment) -> Markup {
    let total: f64 = treatment.breaks.iter().filter_map(BreakSpan::minutes).sum();
    html! {
        "Together " (minutes(total)) " min"
        @if let Some(most) = known(treatment.plan.break_total_min) { " of " (number(Some(most), 1)) " allowed" }
        ". Minutes of a break are not cooled minutes."
    }
}

/// What the patient told, and what was done for it.
pub(super) fn comfort(treatment: &Treatment) -> Markup {
    let comfort = &treatment.comfort;
    html! {
        h2 { "Comfort and easing off" }
        @if comfort.is_empty() {
            p { "The record holds no comfort entry, no symptom and no easing off." }
        } @else {
            table {
                thead { tr { th class="when" { "at" } th { "phase" } th { "told or done" } } }
                tbody { @for one in comfort.iter().take(MOST_ROWS) { (comfort_row(one)) } }
            }
            p class="note" {
                "Comfort: 0 bears the cold well, 10 not at all. Symptoms have the site's own numbers."
            }
            (left_out(comfort.len()))
        }
    }
}

fn comfort_row(one: &Comfort) -> Markup {
    html! {
        tr {
            td class="when" { (clock(one.time_s)) }
            td class="level" { @match one.phase {
                Some(phase) => { (words::phase(phase)) }
                None => { (absent("not told")) }
            } }
            td { @match &one.what {
                ComfortKind::Score(score) => { "comfort " b { (score) } " of 10" }
                ComfortKind::Symptom(symptom) => { "symptom no. " b { (symptom) } }
                ComfortKind::EasedOff { mode, target_c, by } => { (eased(*mode, *target_c, by)) }
            } }
        }
    }
}

fn eased(mode: ControlMode, target_c: f64, by: &str) -> Markup {
    let held = match mode {
        ControlMode::Coolant => "coolant",
        ControlMode::Cap => "cap interface",
    };
    html! {
        "eased off: " (held) " target " b { (number(Some(target_c), 1)) " °C" } ", by "
        @if by.is_empty() { (absent("not told")) } @else { (clipped(by, 20)) }
    }
}

/// The alarms, with when somebody answered.
pub(super) fn alarms(treatment: &Treatment) -> Markup {
    let alarms = &treatment.alarms;
    html! {
        section {
            h2 { "Alarms" }
            @if alarms.is_empty() { p { "No alarm rose." } } @else {
                table {
                    thead { tr {
                        th { "alarm" } th { "priority" } th class="figure" { "onset" }
                        th class="figure" { "acknowledged" } th class="figure" { "cleared" }
                        th class="figure" { "lasted, min" }
                    } }
                    tbody { @for alarm in most_urgent(alarms) { (alarm_row(alarm)) } }
                }
                p class="note" { (by_name(alarms)) }
                p class="note" {
                    "Priorities are named as in IEC 60601-1-8, each as high as it was raised; no conformity is claimed."
                }
                (left_out(alarms.len()))
            }
        }
    }
}

/// How often each alarm rose, the most frequent first.
fn by_name(alarms: &[AlarmSpan]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for alarm in alarms {
        match counts.iter_mut().find(|(id, _)| *id == alarm.id) {
            Some((_, count)) => *count += 1,
            None => counts.push((&alarm.id, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
    let named = counts.iter().take(MOST_NAMES);
    let named = named.map(|(id, count)| format!("{} {count}×", clipped(&words::spoken(id), 32)));
    let more = if counts.len() > MOST_NAMES { ", and others" } else { "" };
    format!("By alarm: {}{more}.", named.collect::<Vec<_>>().join(", "))
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
    let id =
        if alarm.id.is_empty() { UNKNOWN.into() } else { clipped(&words::spoken(&alarm.id), 32) };
    let lasted = alarm.clear_s.map(|clear_s| (clear_s - alarm.onset_s) / 60.0);
    html! {
        tr {
            td { (id) }
            td class="level" {
                span class="chip" style=(format!("background:{colour}")) {} (alarm.priority.name())
            }
            td class="figure" { (clock(alarm.onset_s)) }
            td class="figure" { @match alarm.acknowledged_s {
                Some(time_s) => { (clock(time_s)) }
                None => { (absent("by nobody")) }
            } }
            td class="figure" { (alarm.clear_s.map_or_else(|| "not cleared".into(), clock)) }
            td class="figure" { (number(lasted, 1)) }
        }
    }
}
