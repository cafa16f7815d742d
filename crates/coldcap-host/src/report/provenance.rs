//! Where everything comes from, and what was checked of it.

use super::Origin;
use super::calendar::utc;
use super::entries::{LONGEST_TEXT, absent, entry, entry_text, wide_entry};
use super::evidence::{Certificates, SensorCertificate, SensorFinding};
use super::figures::{clipped, clock};
use super::treatment::Treatment;
use maud::{Markup, html};

/// The most rows of one table.
const MOST_ROWS: usize = 32;

const NOT_TOLD: &str = "the machine did not tell";

pub(super) fn provenance(treatment: &Treatment) -> Markup {
    let device = &treatment.device;
    html! {
        section {
            h2 { "Provenance" }
            dl class="whole" {
                (entry("origin", &html! { b { (origin_words(treatment.origin)) } }))
                (entry_text("model", &device.model, NOT_TOLD))
                (entry_text("serial number", &device.serial, NOT_TOLD))
                (entry_text("firmware", &device.firmware, NOT_TOLD))
                (entry_text("message schema (hash)", &device.schema, NOT_TOLD))
                (entry_text("boot", &device.boot, NOT_TOLD))
                (entry("wall clock", &wall(treatment)))
                (entry_text("seed", &seed(treatment), "none was told"))
                (entry("link frames", &link(treatment)))
                (entry("output hash", &output_hash(treatment)))
                (entry_text("report made by", concat!("coldcap-host ", env!("CARGO_PKG_VERSION")), ""))
            }
            h3 { "Record" }
            (record(treatment))
            div class="whole" {
                h3 { "Sensors' certificates" }
                (certificates(&treatment.certificates))
                (findings(&treatment.sensor_findings))
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

fn seed(treatment: &Treatment) -> String {
    treatment.seed.map_or_else(String::new, |seed| seed.to_string())
}

fn wall(treatment: &Treatment) -> Markup {
    match &treatment.clock {
        Some(set) => html! {
            (clock(set.set_s)) " was " (utc(set.unix_ms)) " (" (clipped(&set.quality, 20)) ")"
        },
        None => absent("never set in this record"),
    }
}

fn link(treatment: &Treatment) -> Markup {
    let Some(link) = treatment.link else { return absent(NOT_TOLD) };
    html! {
        (link.ok) " sound; refused: " (link.crc) " checksum, " (link.length) " length, "
        (link.overflow) " too long"
    }
}

fn output_hash(treatment: &Treatment) -> Markup {
    match treatment.output_hash {
        Some(hash) => html! { code { (format!("{hash:016x}")) } },
        None => absent("the outputs were not seen"),
    }
}

fn record(treatment: &Treatment) -> Markup {
    let record = &treatment.record;
    html! {
        dl class="whole" {
                        (wide_entry("check", &html! {
                @if record.verified { "hash chain verified over " (record.read) " entries" }
                @else { strong { "hash chain NOT verified" } ": " (record.read) " of " (record.entries) " entries read" }
                @if !record.finding.is_empty() { "; " (clipped(&record.finding, LONGEST_TEXT)) }
            }))
            (entry("last link", &match record.last_link {
                Some(link) => html! { code { (format!("{:016x}", u64::from_be_bytes(link))) } },
                None => absent("no entry was read"),
            }))
        }
        p class="note" {
            "Each entry carries eight bytes of SHA-256 over all before it. The chain has no key: it shows that entries were "
            "changed, left out or moved; that some are missing at the end shows only beside a link that was kept elsewhere."
        }
    }
}

fn certificates(certificates: &Certificates) -> Markup {
    match certificates {
        Certificates::NotTold => html! {
            p { (absent("not known: the certificates were not asked of the machine in this visit")) }
        },
        Certificates::Told(all) if all.is_empty() => html! {
            p { "The machine has no certificate of any sensor." }
        },
        Certificates::Told(all) => html! {
            table {
                thead { tr { th { "place" } th { "sensor" } th { "certificate" } th { "valid" } } }
                tbody { @for one in all.iter().take(MOST_ROWS) { (certificate_row(one)) } }
            }
        },
    }
}

fn certificate_row(one: &SensorCertificate) -> Markup {
    html! {
        tr {
            @for text in [&one.place, &one.sensor, &one.certificate, &one.valid] {
                td class="free" {
                    @if text.is_empty() { (absent("not stated")) } @else { (clipped(text, 80)) }
                }
            }
        }
    }
}

fn findings(findings: &[SensorFinding]) -> Markup {
    html! {
        @if findings.is_empty() {
            p class="note" { "The record holds no sensor whose calibration did not hold." }
        } @else {
            table {
                thead { tr {
                    th class="when" { "at" } th { "sensor" } th { "its calibration" } th { "sensor of the certificate" }
                } }
                tbody { @for one in findings.iter().take(MOST_ROWS) { (finding_row(one)) } }
            }
        }
    }
}

fn finding_row(one: &SensorFinding) -> Markup {
    html! {
        tr {
            td class="when" { (clock(one.time_s)) }
            td { (clipped(&one.place, 40)) }
            td { (clipped(&one.finding, 40)) }
            td {
                @match one.sensor {
                    Some(sensor) => { (sensor) }
                    None => { (absent("it has none")) }
                }
            }
        }
    }
}
