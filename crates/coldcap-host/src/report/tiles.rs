//! What a nurse reads at a glance.

use super::account::ComfortKind;
use super::figures::{clipped, minutes, number};
use super::treatment::Treatment;
use super::words;
use crate::priority::Priority;
use coldcap_session::{ControlMode, Phase};
use maud::{Markup, html};

/// The row of tiles.
pub(super) fn tiles(treatment: &Treatment) -> Markup {
    html! {
        div class="tiles" {
            (outcome(treatment))
            (phase(treatment, Phase::PreCool, "Pre-cooling"))
            (phase(treatment, Phase::Infusing, "Infusion"))
            (phase(treatment, Phase::PostCool, "Post-cooling"))
            (at_target(treatment))
            (coolant(treatment))
            (breaks(treatment))
            (alarms(treatment))
        }
    }
}

fn tile(name: &str, value: &Markup, detail: &Markup) -> Markup {
    html! {
        div class="tile" {
            div class="tile-name" { (name) }
            div class="tile-value" { (value) }
            div class="tile-detail" { (detail) }
        }
    }
}

fn outcome(treatment: &Treatment) -> Markup {
    let outcome = treatment.outcome_name();
    let reason = treatment.ended_by.as_deref().unwrap_or_default();
    let recorded = super::figures::hours_minutes(treatment.heard_s());
    html! {
        div class="tile" {
            div class="tile-name" { "Outcome" }
            div class="tile-text" { (words::spoken(outcome)) }
            div class="tile-detail" {
                @if !reason.is_empty() { (clipped(reason, 80)) "; " }
                "recorded " (recorded) " h"
            }
        }
    }
}

fn phase(treatment: &Treatment, phase: Phase, name: &str) -> Markup {
    let goes_on = treatment.under_way == Some(phase);
    let Some(total) = treatment.phase_total(phase) else {
        if goes_on {
            return tile(
                name,
                &html! { "under way" },
                &html! { "not ended, and in no figure yet" },
            );
        }
        return tile(name, &html! { "none" }, &html! { "the phase did not occur" });
    };
    let value = html! { (minutes(total.cooled_min)) small { " min cooled" } };
    let detail = html! {
        @if let Some(expected) = total.expected_min { "of " (minutes(expected)) " planned; " }
        "lasted " (minutes(total.elapsed_min)) " min"
        @if goes_on { "; goes on" }
    };
    tile(name, &value, &detail)
}

fn at_target(treatment: &Treatment) -> Markup {
    let total: f64 = treatment.phases.iter().map(|span| span.at_target_min).sum();
    let value = html! { (minutes(total)) small { " min" } };
    let detail = html! {
        "measured on " (treatment.plan.held())
        @if treatment.under_way.is_some() { "; without the phase that goes on" }
    };
    tile("Minutes at target", &value, &detail)
}

fn coolant(treatment: &Treatment) -> Markup {
    let Some(held) = treatment.coolant_held() else {
        let was_held = treatment.phases.iter().any(|span| span.at_target_min > 0.0);
        let why =
            if was_held { "nothing was heard while it was" } else { "the target was not held" };
        return tile("Coolant while held", &html! { "none" }, &html! { (why) });
    };
    let value = html! { (number(Some(held.mean_c), 2)) small { " °C mean" } };
    let detail = html! {
        (coolant_target(treatment)) "; largest deviation "
        (number(Some(held.max_abs_error_k), 2)) " K"
    };
    tile("Coolant while held", &value, &detail)
}

/// In cap mode the coolant's target is what the interface needs, and changes with it.
fn coolant_target(treatment: &Treatment) -> Markup {
    let plan = &treatment.plan;
    match plan.mode {
        ControlMode::Coolant => {
            html! { "target " (number(plan.target_c, 1)) " °C" (eased_to(treatment)) }
        }
        ControlMode::Cap => {
            html! { "as the interface at " (number(plan.interface_c, 1)) " °C needs it" }
        }
    }
}

/// The target that is in force after the last easing off.
fn eased_to(treatment: &Treatment) -> Markup {
    let last = treatment.comfort.iter().rev().find_map(|one| match one.what {
        ComfortKind::EasedOff { target_c, .. } => Some(target_c),
        _ => None,
    });
    html! { @if let Some(target_c) = last { ", eased off to " (number(Some(target_c), 1)) " °C" } }
}

fn breaks(treatment: &Treatment) -> Markup {
    let count = treatment.breaks.len();
    let total: f64 = treatment.breaks.iter().filter_map(super::BreakSpan::minutes).sum();
    let open = treatment.breaks.iter().any(|span| span.end_s.is_none());
    let held = treatment.phases.iter().any(|span| span.phase == Phase::SafeHold);
    let detail = html! {
        @if count == 0 { "cooling was not interrupted" } @else { (minutes(total)) " min together" }
        @if count > 0 && held { ", safe hold included" }
        @if open { "; one was not ended" }
    };
    tile("Breaks", &html! { (count) }, &detail)
}

fn alarms(treatment: &Treatment) -> Markup {
    let count =
        |priority| treatment.alarms.iter().filter(|alarm| alarm.priority == priority).count();
    let open = treatment.alarms.iter().filter(|alarm| alarm.clear_s.is_none()).count();
    let detail = html! {
        @if treatment.alarms.is_empty() { "none rose" } @else {
            (count(Priority::High)) " high, " (count(Priority::Medium)) " medium, "
            (count(Priority::Low)) " low"
        }
        @if open > 0 { "; " (open) " not cleared" }
    };
    tile("Alarms", &html! { (treatment.alarms.len()) }, &detail)
}
