//! The plan, the fit visit, and the contact at the start.

use super::entries::{LONGEST_TEXT, absent, entry, entry_number, entry_text};
use super::figures::{clipped, number};
use super::treatment::{ContactAdvice, ContactZone, FitVisit, PlanSummary, Treatment};
use super::words;
use coldcap_session::{ControlMode, Density, Hair, HairType};
use maud::{Markup, html};

const NO_PLAN: &str = "no session was planned";
const NOT_TOLD: &str = "not told";
const NOT_MEASURED: &str = "not measured";

/// The most zones of a cap that are printed.
const MOST_ZONES: usize = 8;

/// The plan of the session.
pub(super) fn plan(treatment: &Treatment) -> Markup {
    let plan = &treatment.plan;
    html! {
        section class="whole" {
            h2 { "Plan" }
            @if is_empty(plan) {
                p { (absent(NO_PLAN)) }
            } @else { (plan_entries(treatment)) }
        }
    }
}

fn is_empty(plan: &PlanSummary) -> bool {
    let values = [plan.pre_min, plan.post_min, plan.target_c, plan.interface_c];
    values.iter().all(Option::is_none)
}

fn plan_entries(treatment: &Treatment) -> Markup {
    let plan = &treatment.plan;
    html! {
            dl {
                (entry_text("regimen", &plan.regimen, NO_PLAN))
                (entry_text("mode", plan.mode.name(), NO_PLAN))
                (target(plan))
                (entry_number("pre-cooling", plan.pre_min, 0, "min", NO_PLAN))
                (entry_number("post-cooling", plan.post_min, 0, "min", NO_PLAN))
                (entry_number("a break, at most", plan.break_each_min, 0, "min", NO_PLAN))
                (entry_number("all breaks, at most", plan.break_total_min, 0, "min", NO_PLAN))
                (hair(treatment.patient.and_then(|patient| patient.hair)))
                (calibration(treatment.patient.and_then(|patient| patient.calibration)))
            }
    }
}

/// What of a head of hair the plan was made for.
fn hair(hair: Option<Hair>) -> Markup {
    let density = hair.map_or(Density::Unanswered, |hair| hair.density);
    let kind = hair.map_or(HairType::Unanswered, |hair| hair.kind);
    let known = |vocabulary: &str, code: u8| match code {
        0 => String::new(),
        code => words::of(vocabulary, code),
    };
    html! {
        (entry_text("hair density", &known("density", density.code()), NOT_TOLD))
        (entry_text("hair", &known("hair", kind.code()), NOT_TOLD))
    }
}

fn calibration(digest: Option<u64>) -> Markup {
    let value = match digest {
        Some(digest) => html! { code { (format!("{digest:016x}")) } },
        None => absent(NOT_TOLD),
    };
    entry("calibration it used", &value)
}

fn target(plan: &PlanSummary) -> Markup {
    match plan.mode {
        ControlMode::Coolant => entry_number("coolant target", plan.target_c, 1, "°C", NO_PLAN),
        ControlMode::Cap => entry_number("interface target", plan.interface_c, 1, "°C", NO_PLAN),
    }
}

/// What the fit visit found.
pub(super) fn fit_visit(fit: Option<&FitVisit>) -> Markup {
    html! {
        section class="whole" {
            h2 { "Fit visit" }
            @match fit {
                None => { p { (absent("this recording holds no fit visit")) } }
                Some(fit) => { (fit_entries(fit)) }
            }
        }
    }
}

fn fit_entries(fit: &FitVisit) -> Markup {
    let runner_up = fit.runner_up.as_deref().unwrap_or("none: the measures are clear");
    html! {
        dl {
            (entry_text("cap size", &fit.size, NOT_MEASURED))
            (entry_text("try on as well", runner_up, NOT_MEASURED))
            (entry_number("confidence in the size", Some(fit.confidence_percent), 0, "%", NOT_MEASURED))
            (entry_number("sensors apart, uncooled", Some(fit.spread_k), 3, "K", NOT_MEASURED))
            (entry_number("heat in the contact test", Some(fit.heat_w), 1, "W", NOT_MEASURED))
            (entry_text("contact", &fit.verdict, NOT_MEASURED))
            @for (zone, known) in &fit.zones { (entry_text(&format!("contact, {zone}"), known, NOT_MEASURED)) }
            (entry("calibration digest", &html! { code { (format!("{:016x}", fit.digest)) } }))
        }
        p class="note" {
            "The contact test judges by heat uptake, by how front and rear differ, and by the conductance of the \
             zones that have a sensor, and by nothing else."
        }
    }
}

/// What the start of the session told of the contact.
pub(super) fn contact(contact: Option<&ContactAdvice>) -> Markup {
    html! {
        section class="whole" {
            h2 { "Contact at the start of the session" }
            @match contact {
                None => { p { (absent("the record holds no advice on the contact")) } }
                Some(contact) => { (contact_table(contact)) }
            }
        }
    }
}

fn contact_table(contact: &ContactAdvice) -> Markup {
    html! {
        p { "Advice: " b { (clipped(&contact.verdict, LONGEST_TEXT)) } }
        table {
            thead { tr {
                th { "zone" } th class="figure" { "conductance, W/(m²·K)" }
                th class="figure" { "± (k = 2)" } th { "against the fit visit" }
            } }
            tbody { @for zone in contact.zones.iter().take(MOST_ZONES) { (zone_row(zone)) } }
        }
        p class="note" {
            "From the first two minutes of pre-cooling, compared with this patient's own fit visit. It advises, "
            "and stops nothing. A dash: the zone has no sensor, or the method tells no figure."
        }
    }
}

fn zone_row(zone: &ContactZone) -> Markup {
    html! {
        tr {
            td { (clipped(&zone.zone, 40)) }
            td class="figure" { (number(zone.conductance, 1)) }
            td class="figure" { (number(zone.uncertainty.map(|u| 2.0 * u), 1)) }
            td { (clipped(&zone.against_fit_visit, 40)) }
        }
    }
}
