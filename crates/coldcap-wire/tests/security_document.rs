//! `docs/wire-security.md` says what the code does.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/security_example.rs"]
mod security_example;

use coldcap_wire::message::ENDPOINTS;
use coldcap_wire::packet::LEAST_MTU;
use coldcap_wire::security::{
    FAILURES, LABEL_LEN, LOCKOUT, MESSAGE_LEN, NONCE_LEN, Open, PAIRING_TEXT_LEN, PAIRING_WINDOW,
    PROLOGUE_LEN, REKEY_AFTER, RETRY_PERIOD, RULES, ReplayWindow, Role, SLOTS, STORED_LEN, TAG_LEN,
    TRIES, TRY_PERIOD, WHOLE_PROLOGUE_LEN, WHOLE_SINCE,
};

const DOCUMENT: &str = include_str!("../../../docs/wire-security.md");

#[test]
fn the_worked_examples_are_what_the_code_makes() {
    for (mark, made, command) in [
        ("example", security_example::text(), "security_example"),
        ("whole example", security_example::whole_text(), "security_example -- whole"),
    ] {
        let (_, behind) = DOCUMENT.split_once(&format!("<!-- {mark} -->\n```text\n")).unwrap();
        let (example, _) = behind.split_once(&format!("```\n<!-- end of {mark} -->")).unwrap();
        assert_eq!(example, made, "run the example `{command}`");
    }
}

#[test]
fn every_row_of_the_policy_is_there() {
    let cell = |yes: bool| if yes { "yes" } else { "–" };
    for rule in RULES {
        let known = ENDPOINTS
            .iter()
            .find(|endpoint| endpoint.kind == rule.kind && endpoint.id == Some(rule.endpoint));
        let name = known.unwrap().name;
        let roles = Role::ALL.map(|role| cell(rule.roles.contains(role))).join(" | ");
        let open = match rule.open {
            Open::Never => "never",
            Open::Status => "from the device, unless switched off",
            Open::Always => "always",
        };
        let kind = rule.kind.name();
        let row = format!("| `{name}` | {kind} | {:#04x} | {roles} | {open} |", rule.endpoint);
        assert!(DOCUMENT.contains(&row), "{row}");
    }
}

#[test]
fn the_figures_are_those_of_the_code() {
    let (slots, failures) = (SLOTS as u64, u64::from(FAILURES));
    for (figure, words) in [
        (slots, "at most 8 keys"),
        (LABEL_LEN as u64, "at most 24 bytes of UTF-8"),
        (STORED_LEN as u64, "64 bytes"),
        (PAIRING_TEXT_LEN as u64, "109 characters"),
        (u64::from(PAIRING_WINDOW.as_secs()), "60 s"),
        (PROLOGUE_LEN as u64, "68 or 96 bytes"),
        (WHOLE_PROLOGUE_LEN as u64, "68 or 96 bytes"),
        (WHOLE_SINCE.into(), "`minor_max` 4 or more"),
        (LEAST_MTU as u64, "an `mtu` below 176"),
        (NONCE_LEN as u64, "16 random bytes"),
        (MESSAGE_LEN as u64, "48 bytes"),
        (TAG_LEN as u64, "tag of 16 bytes"),
        (ReplayWindow::WIDTH, "the 64 numbers"),
        (failures, "5 failures in a row"),
        (u64::from(LOCKOUT.as_secs()), "10 s"),
        (u64::from(TRY_PERIOD.as_secs()), "once in 1 s"),
        (u64::from(RETRY_PERIOD.as_millis()), "1500 ms"),
        (u64::from(TRIES), "at most 5 times"),
        (u64::from(REKEY_AFTER.as_mins() / 60), "12 h"),
    ] {
        assert!(words.contains(&figure.to_string()), "{words}: {figure}");
        assert!(DOCUMENT.contains(words), "{words}");
    }
}
