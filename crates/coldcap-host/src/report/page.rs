//! The page as a whole.

use super::entries::{absent, entry, entry_text};
use super::figures::{clipped, hours_minutes, known};
use super::treatment::Treatment;
use super::{
    billing_section, drive_plot, incidents, margins, plot, provenance, sections, signatures,
    tables, temperature_plot, tiles,
};
use crate::capture::Origin;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The plots first: what the page says of them when it is printed comes behind.
const STYLE: &str = concat!(include_str!("plot.css"), include_str!("style.css"));

/// Nothing may be fetched, whatever stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The report as one HTML file.
///
/// It holds everything it shows, runs nothing and fetches nothing. Texts of the treatment are escaped
/// and clipped; curves are thinned so that the file stays below 400 KiB for any length of visit.
#[must_use]
pub fn html(treatment: &Treatment) -> String {
    let title = if treatment.title.is_empty() { "Scalp cooling" } else { &treatment.title };
    let title = clipped(title, 120);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                title {
                    @if let Some(word) = plot::stamp(treatment.origin) { (word) ": " }
                    (title)
                }
                style { (PreEscaped(STYLE)) (PreEscaped(margins::margins(treatment))) }
            }
            body { (body(treatment, &title)) }
        }
    };
    page.into_string()
}

fn body(treatment: &Treatment, title: &str) -> Markup {
    html! {
        @if let Some(word) = plot::stamp(treatment.origin) {
            div class="across" aria-hidden="true" { (word) }
        }
        header {
            (banner(treatment.origin))
            h1 { (title) }
            p class="lead" { "Report of a scalp-cooling visit" (regimen(treatment)) }
            (whose(treatment))
            (doubt(treatment))
        }
        main {
            (tiles::tiles(treatment))
            p class="notice" { (notice(treatment)) }
            section class="drawing" {
                h2 { "Temperatures" }
                (temperature_plot::temperature_plot(treatment))
            }
            section class="drawing" {
                h2 { "Flow, mixing valve and chiller" }
                (drive_plot::drive_plot(treatment))
            }
            (tables::phase_minutes(treatment))
            (tables::course(treatment))
            (incidents::breaks(treatment))
            (incidents::alarms(treatment))
            (sections::plan(treatment))
            (sections::fit_visit(treatment.fit.as_ref()))
            (sections::contact(treatment.contact.as_ref()))
            (billing_section::billing(treatment))
            (provenance::provenance(treatment))
            (signatures::signatures(treatment))
        }
        footer { (notice(treatment)) }
    }
}

fn banner(origin: Origin) -> Markup {
    let said = match origin {
        Origin::Device => "",
        Origin::Simulated => "A simulated machine on a simulated head. No person was treated.",
        Origin::Replay => {
            "Computed again from an earlier recording. This is not a visit of its own."
        }
    };
    html! {
        @if let Some(word) = plot::stamp(origin) {
            div class="banner" { strong { (word) } span { (said) } }
        }
    }
}

fn regimen(treatment: &Treatment) -> Markup {
    let regimen = &treatment.plan.regimen;
    html! { @if !regimen.is_empty() { " · regimen " (clipped(regimen, 80)) } }
}

/// Patient, session and date, each with a dash and a word where it is not known.
fn whose(treatment: &Treatment) -> Markup {
    let patient = treatment.patient;
    let course = patient.filter(|patient| patient.session > 0 && patient.sessions > 0);
    html! {
        dl class="whose" {
            (entry("patient (pseudonymous number)", &match patient {
                Some(patient) => html! { (patient.number) },
                None => absent("not selected"),
            }))
            (entry("session", &match course {
                Some(patient) => html! { (patient.session) " of " (patient.sessions) },
                None => absent("not told"),
            }))
            (entry_text("date of service", treatment.date.as_deref().unwrap_or(""), "not known to this host"))
        }
    }
}

/// What must be said before any figure where the record is not whole.
fn doubt(treatment: &Treatment) -> Markup {
    let record = &treatment.record;
    html! {
        @if !record.verified {
            p class="doubt" {
                strong { "The record is not verified. " }
                "Minutes, breaks and alarms may be missing or wrong below, and nothing is billed."
                @if !record.finding.is_empty() { " Found: " (clipped(&record.finding, 200)) "." }
            }
        }
    }
}

/// Where more than this was not heard, the page says so: of a visit of some hours it is next to nothing.
const LONGEST_UNHEARD_S: f64 = 60.0;

/// What must be known of every number on the page.
fn notice(treatment: &Treatment) -> Markup {
    let estimated = treatment.samples.iter().any(|sample| known(sample.skin_estimate_c).is_some());
    html! {
        "Minutes at target are measured on " (treatment.plan.held()) ", not an effect. "
        @if estimated {
            "This is not a medical device; the skin estimate is a calculation, not a measurement."
        } @else {
            "This is not a medical device; the skin estimate is not available on this device yet."
        }
        (unheard(treatment))
    }
}

/// The record tells of all of it, whoever listened.
fn unheard(treatment: &Treatment) -> Markup {
    let (heard_s, end_s) = (treatment.heard_s(), treatment.end_s());
    let from_s = treatment.heard_from_s().unwrap_or(0.0);
    html! {
        @if heard_s > 0.0 && end_s - heard_s > LONGEST_UNHEARD_S {
            " Curves, the coolant while held and the minutes of skin are of what was heard, which is from "
            (hours_minutes(from_s)) " h on, " (hours_minutes(heard_s)) " h in all."
        }
    }
}
