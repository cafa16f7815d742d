//! The plan, the fit visit, billing and provenance.

use super::Origin;
use super::figures::{clipped, number};
use super::treatment::{
    BillingLine, ContactAdvice, ContactZone, FitVisit, PlanSummary, Service, Treatment,
};
use coldcap_session::ControlMode;
use maud::{Markup, html};

/// The longest text of the caller that is printed, in characters.
const LONGEST_TEXT: usize = 200;

/// The most zones of a cap that are printed.
const MOST_ZONES: usize = 8;

fn entry(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn entry_text(name: &str, value: &str) -> Markup {
    let value = if value.is_empty() { "not recorded".into() } else { clipped(value, LONGEST_TEXT) };
    entry(name, &html! { (value) })
}

fn entry_number(name: &str, value: Option<f64>, decimals: usize, unit: &str) -> Markup {
    entry(name, &html! { (number(value, decimals)) " " (unit) })
}

/// The plan of the session.
pub(super) fn plan(treatment: &Treatment) -> Markup {
    let plan = &treatment.plan;
    html! {
        section {
            h2 { "Plan" }
            dl {
                (entry_text("regimen", &plan.regimen))
                (entry_text("mode", plan.mode.name()))
                (target(plan))
                (entry_number("pre-cooling", plan.pre_min, 0, "min"))
                (entry_number("post-cooling", plan.post_min, 0, "min"))
                (entry_number("a break, at most", plan.break_each_min, 0, "min"))
                (entry_number("all breaks, at most", plan.break_total_min, 0, "min"))
            }
        }
    }
}

fn target(plan: &PlanSummary) -> Markup {
    match plan.mode {
        ControlMode::Coolant => entry_number("coolant target", plan.target_c, 1, "°C"),
        ControlMode::Cap => entry_number("interface target", plan.interface_c, 1, "°C"),
    }
}

/// What the fit visit found.
pub(super) fn fit_visit(fit: Option<&FitVisit>) -> Markup {
    html! {
        section {
            h2 { "Fit visit" }
            @match fit {
                None => { p { "This recording holds no fit visit." } }
                Some(fit) => { (fit_entries(fit)) }
            }
        }
    }
}

fn fit_entries(fit: &FitVisit) -> Markup {
    let runner_up = fit.runner_up.as_deref().unwrap_or("none: the measures are clear");
    html! {
        dl {
            (entry_text("cap size", &fit.size))
            (entry_text("try on as well", runner_up))
            (entry_number("confidence in the size", Some(fit.confidence_percent), 0, "%"))
            (entry_number("sensors apart, uncooled", Some(fit.spread_k), 3, "K"))
            (entry_number("heat in the contact test", Some(fit.heat_w), 1, "W"))
            (entry_text("contact", &fit.verdict))
            @for (zone, known) in &fit.zones { (entry_text(&format!("contact, {zone}"), known)) }
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
        section {
            h2 { "Contact at the start of the session" }
            @match contact {
                None => { p { "The record holds no advice on the contact." } }
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

/// Billing lines of both services.
pub(super) fn billing(treatment: &Treatment) -> Markup {
    html! {
        section {
            h2 { "Billing lines" }
            table {
                thead { tr {
                    th { "service" } th { "code" } th class="figure" { "units" } th { "rule" }
                    th { "how it counts" }
                } }
                tbody { @for service in Service::ALL { (service_rows(treatment, service)) } }
            }
            p class="note" {
                "This is not billing advice. Code numbers and units follow from measured minutes by the "
                "rule named; whether a line may be billed, the payer decides."
            }
        }
    }
}

fn service_rows(treatment: &Treatment, service: Service) -> Markup {
    let lines: Vec<&BillingLine> =
        treatment.billing.iter().filter(|line| line.service == service).take(50).collect();
    html! {
        @if lines.is_empty() {
            tr { td { (service.name()) } td colspan="4" { "no line" } }
        }
        @for line in lines {
            tr {
                td { (service.name()) }
                td { b { (clipped(&line.code, 20)) } }
                td class="figure" { (line.units) }
                td class="free" { code { (clipped(&line.rule, 80)) } }
                td class="free" { (clipped(&line.counting, LONGEST_TEXT)) }
            }
        }
    }
}

/// Where everything comes from.
pub(super) fn provenance(treatment: &Treatment) -> Markup {
    let device = &treatment.device;
    let link = &treatment.link;
    html! {
        section {
            h2 { "Provenance" }
            dl {
                (entry("origin", &html! { b { (origin_words(treatment.origin)) } }))
                (entry_text("model", &device.model))
                (entry_text("serial number", &device.serial))
                (entry_text("firmware", &device.firmware))
                (entry_text("message schema", &device.schema))
                (entry_text("start of the device, no.", &device.boot))
                (entry_text("seed", &treatment.seed.map_or_else(|| "none".into(), |seed| seed.to_string())))
                (entry("record", &record(treatment)))
                (entry("link frames", &html! {
                    (link.ok) " sound; refused: " (link.crc) " checksum, " (link.length) " length, "
                    (link.overflow) " too long"
                }))
                (entry("output hash", &html! { code { (format!("{:016x}", treatment.output_hash)) } }))
                (entry_text("report made by", concat!("coldcap-host ", env!("CARGO_PKG_VERSION"))))
            }
        }
    }
}

const fn origin_words(origin: Origin) -> &'static str {
    match origin {
        Origin::Device => "a device",
        Origin::Simulated => "simulated; no person was treated",
        Origin::Replay => "replay of an earlier recording",
    }
}

fn record(treatment: &Treatment) -> Markup {
    let record = treatment.record;
    html! {
        (record.entries) " entries, "
        @if record.verified { "hash chain verified" }
        @else { strong { "hash chain NOT verified" } }
    }
}
