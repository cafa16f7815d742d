//! What stands in the margins of every printed page.
//!
//! A style sheet cannot escape a text, so that nothing of the caller gets there but numbers and a checked date.

use super::plot;
use super::treatment::Treatment;
use core::fmt::Write;

/// The rule for the printed page, from numbers and fixed words only.
pub(super) fn margins(treatment: &Treatment) -> String {
    let mut rule = String::from("@page{");
    let mut margin = |place: &str, content: &str| {
        let _ = write!(rule, "@{place}{{content:{content}}}");
    };
    margin("top-left", &format!("\"{}\"", whose(treatment)));
    margin("top-right", &format!("\"{}\"", origin(treatment)));
    margin("bottom-left", &format!("\"{}\"", evidence(treatment)));
    margin("bottom-right", "\"page \" counter(page) \" of \" counter(pages)");
    rule.push('}');
    rule
}

fn whose(treatment: &Treatment) -> String {
    let mut parts = Vec::new();
    match treatment.patient {
        Some(patient) => {
            parts.push(format!("patient {}", patient.number));
            if patient.session > 0 && patient.sessions > 0 {
                parts.push(format!("session {} of {}", patient.session, patient.sessions));
            }
        }
        None => parts.push("patient not known".to_owned()),
    }
    parts.extend(treatment.date.as_deref().filter(|date| is_date(date)).map(str::to_owned));
    parts.join(" · ")
}

/// Digits and hyphens, and no more of them than a date has.
fn is_date(text: &str) -> bool {
    text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

fn origin(treatment: &Treatment) -> String {
    let word = plot::stamp(treatment.origin).unwrap_or("scalp-cooling report");
    match plot::stamp(treatment.origin) {
        Some("SIMULATED") => format!("{word} – no person was treated"),
        Some(_) => format!("{word} of an earlier recording"),
        None => word.to_owned(),
    }
}

fn evidence(treatment: &Treatment) -> String {
    let record = &treatment.record;
    let state = if record.verified { "record verified" } else { "RECORD NOT VERIFIED" };
    let link = record
        .last_link
        .map_or_else(String::new, |link| format!(", last link {:016x}", u64::from_be_bytes(link)));
    format!("{state}, {} entries{link}", record.read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Origin, PatientSummary};

    #[test]
    fn nothing_but_numbers_gets_into_the_style_sheet() {
        let hostile = "2026\"}</style>";
        let treatment = Treatment {
            patient: Some(PatientSummary {
                number: u64::MAX,
                session: 3,
                sessions: 6,
                ..PatientSummary::default()
            }),
            date: Some(hostile.into()),
            title: hostile.into(),
            ..Treatment::new(Origin::Simulated)
        };
        let rule = margins(&treatment);
        assert!(
            !rule.contains('<')
                && rule.contains("\"patient 18446744073709551615 · session 3 of 6\"")
        );
        let dated = Treatment { date: Some("2026-11-23".into()), ..treatment };
        assert!(margins(&dated).contains("session 3 of 6 · 2026-11-23\""));
    }
}
