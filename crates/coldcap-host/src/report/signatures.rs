//! Where people sign, and for what.

use super::plot;
use super::treatment::Treatment;
use maud::{Markup, html};

const LINES: [&str; 4] = ["name", "role", "date", "signature"];

/// Two hands: who ran the visit, and who looked at this report.
pub(super) fn signatures(treatment: &Treatment) -> Markup {
    html! {
        section class="whole" {
            h2 { "Signatures" }
            @if let Some(word) = plot::stamp(treatment.origin) {
                p class="note" { b { (word) } ": a signature here confirms that the report was read, and no treatment." }
            }
            div class="hands" {
                (hand("conducted by"))
                (hand("reviewed by"))
            }
            p class="note" { "Signed for: " (signed_for(treatment)) }
        }
    }
}

fn hand(what: &str) -> Markup {
    html! {
        div class="hand" {
            h3 { (what) }
            @for line in LINES { div class="line" { span { (line) } } }
        }
    }
}

/// What names exactly this visit.
fn signed_for(treatment: &Treatment) -> Markup {
    let record = &treatment.record;
    html! {
        @match treatment.output_hash {
            Some(hash) => { "output hash " code { (format!("{hash:016x}")) } }
            None => { "no output hash" }
        }
        ", "
        @match record.last_link {
            Some(link) => {
                "record of " (record.read) " entries that ends with link "
                code { (format!("{:016x}", u64::from_be_bytes(link))) }
            }
            None => { "no record" }
        }
        "."
    }
}
