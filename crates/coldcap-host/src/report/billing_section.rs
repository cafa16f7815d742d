//! Billing lines, the rules that gave them, and the minutes that were counted.

use super::account::{BillingBasis, BillingLine, CountedStretch, Service};
use super::entries::{LONGEST_TEXT, absent, entry};
use super::figures::{clipped, clock, known, span};
use super::treatment::Treatment;
use coldcap_session::billing::NOTICE;
use maud::{Markup, html};

/// The most lines of one service, and the most stretches, that are printed.
const MOST_ROWS: usize = 50;

pub(super) fn billing(treatment: &Treatment) -> Markup {
    html! {
        section class="whole" {
            h2 { "Billing units" }
            table {
                thead { tr {
                    th { "service" } th { "code" } th class="figure" { "units" } th { "rule, and how it counts" }
                    th { "what it counted here" }
                } }
                tbody { @for service in Service::ALL { (service_rows(treatment, service)) } }
            }
            @if let Some(basis) = &treatment.billing_basis { (counted_from(basis)) }
            p class="note" {
                (NOTICE) " Which rules are in force follows from the date of service"
                @if let Some(date) = &treatment.date { ", " (clipped(date, 10)) }
                "; units follow from cooled minutes of the record. Breaks, and time in which the cap was not cold, do not count."
            }
        }
    }
}

fn service_rows(treatment: &Treatment, service: Service) -> Markup {
    let of = |line: &&BillingLine| line.service == service;
    html! {
        @if !treatment.billing.iter().any(|line| line.service == service) {
            tr { td { (service.name()) } td colspan="4" { (absent(why_none(treatment, service))) } }
        }
        @for line in treatment.billing.iter().filter(of).take(MOST_ROWS) {
            tr {
                td { (service.name()) }
                td { b { (clipped(&line.code, 20)) } }
                td class="figure" { (line.units) }
                td class="free" { code { (clipped(&line.rule, 80)) } br; (clipped(&line.counting, LONGEST_TEXT)) }
                td class="free" { (clipped(&line.counted, LONGEST_TEXT)) }
            }
        }
    }
}

/// Why a service has no line.
fn why_none(treatment: &Treatment, service: Service) -> &'static str {
    match (&treatment.billing_basis, service) {
        (None, _) => "nothing is counted from a record that is not verified",
        (Some(_), _) if treatment.date.is_none() => "the date of service is not known",
        (Some(basis), Service::FitVisit) if basis.fit_stored_s.is_none() => {
            "no fit was stored in this visit"
        }
        (Some(basis), Service::Session) if basis.cooled_ms == 0 => {
            "no cooled time was measured in this visit"
        }
        _ => "no rule gave a line",
    }
}

fn counted_from(basis: &BillingBasis) -> Markup {
    let at = |time_s: Option<f64>| match known(time_s) {
        Some(time_s) => html! { (clock(time_s)) },
        None => absent("not marked"),
    };
    html! {
        h3 { "Counted from" }
        dl {
            (entry("first hair-toxic drug started", &at(basis.first_drug_start_s)))
            (entry("last hair-toxic drug ended", &at(basis.last_drug_end_s)))
            (entry("cooled in all phases, min:s", &html! { (span(basis.cooled_ms)) }))
        }
        @if basis.last_drug_end_s.is_some() { (after_infusion(basis)) }
    }
}

/// Stretch by stretch what was cooled after the last drug.
fn after_infusion(basis: &BillingBasis) -> Markup {
    html! {
        table class="counted" {
            thead { tr {
                th { "after the last drug" } th class="figure" { "from" } th class="figure" { "to" }
                th class="figure" { "elapsed, min:s" } th class="figure" { "cooled, min:s" }
            } }
            tbody {
                @for stretch in basis.stretches.iter().take(MOST_ROWS) { (stretch_row(stretch)) }
                tr class="sum" {
                    td { "together" } td {} td {}
                    td class="figure" { (span(basis.after_elapsed_ms)) }
                    td class="figure" { (span(basis.after_cooled_ms)) }
                }
            }
        }
        @if basis.stretches.is_empty() && basis.after_cooled_ms > 0 {
            p class="note" { "The marks of drugs do not let the sum be told stretch by stretch." }
        }
    }
}

fn stretch_row(stretch: &CountedStretch) -> Markup {
    html! {
        tr {
            td { @if stretch.credited { "credited: the end was marked late" } @else { "post-cooling" } }
            td class="figure" { (clock(stretch.start_s)) }
            td class="figure" { (clock(stretch.end_s)) }
            td class="figure" { (span(stretch.elapsed_ms)) }
            td class="figure" { (span(stretch.cooled_ms)) }
        }
    }
}
