//! `docs/alarms.md` says what the tables say.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic
)]

mod support;

use coldcap_guard::alarm::{CHECKED_AGAINST_STANDARD, TABLE, Text};
use support::document;

const DOCUMENT: &str = include_str!("../../../docs/alarms.md");

// req: ALM-005
#[test]
fn al_05_the_disclosure_is_that_of_the_tables() {
    let renewed = document::renewed(DOCUMENT);
    let differs = renewed.lines().zip(DOCUMENT.lines()).find(|(new, old)| new != old);
    assert_eq!(differs, None, "cargo run -p coldcap-guard --example alarm_document");
    assert_eq!(renewed, DOCUMENT);
}

#[test]
fn every_row_and_every_word_is_disclosed() {
    for row in &TABLE {
        assert!(DOCUMENT.contains(&format!("| {} | {} |", row.condition.code(), row.name())));
        let text = Text::find(row.text, &[]).unwrap();
        assert!(DOCUMENT.contains(text.english.action) && DOCUMENT.contains(text.german.action));
    }
}

#[test]
fn no_figure_claims_to_be_checked() {
    const { assert!(!CHECKED_AGAINST_STANDARD) };
    assert!(DOCUMENT.contains("No conformity with that standard or any other is claimed"));
    let tables = DOCUMENT.split("checked against the standard |\n").skip(1);
    assert_eq!(tables.clone().count(), 2);
    for table in tables {
        let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
        assert!(rows.clone().count() > 8 && rows.clone().all(|row| row.ends_with("| no |")));
    }
}
