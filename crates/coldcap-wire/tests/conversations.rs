//! The golden conversations: what both ends say to each other, byte for byte, and that the page cites them as they are.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/conversations.rs"]
mod conversations;

const COMMITTED: &str = include_str!("conversations.jsonl");
const KEYS: &str = include_str!("conversations.keylog");
const DOCUMENT: &str = include_str!("../../../docs/wire-format.md");

fn member<'a>(line: &'a str, name: &str) -> &'a str {
    let (_, behind) = line.split_once(&format!("\"{name}\":")).expect(name);
    behind.trim_start_matches('"').split(['"', ',', '}']).next().expect(name)
}

#[test]
fn the_committed_conversations_are_still_held() {
    let (lines, keys) = conversations::all();
    for (committed, made) in COMMITTED.lines().zip(&lines) {
        assert_eq!(committed, made);
    }
    assert_eq!((COMMITTED.lines().count(), KEYS), (lines.len(), &keys[..]));
}

/// Every citation is a row of the table that the page shows: when, who, what, and the packet in the plain.
#[test]
fn the_page_cites_them_as_they_are() {
    let mut cited = 0;
    for part in DOCUMENT.split("<!-- conversation: ").skip(1) {
        let (name, behind) = part.split_once(" -->").unwrap();
        let shown = behind.split_once("```text\n").unwrap().1.split_once("```").unwrap().0;
        let lines = COMMITTED.lines().filter(|line| member(line, "conversation") == name);
        let made: String = lines.map(row).collect();
        assert_eq!(shown, made, "{name}");
        cited += 1;
    }
    assert_eq!(cited, 4);
}

fn row(line: &str) -> String {
    let arrow = if member(line, "from") == "host" { "->" } else { "<-" };
    let lost = if member(line, "arrives") == "true" { "" } else { "  (lost)" };
    let plain = member(line, "plain");
    // A piece of an object is shown to its first bytes.
    let (shown, dots) = plain.split_at_checked(48).map_or((plain, ""), |(head, _)| (head, " ..."));
    let bytes: Vec<&str> = (0..shown.len() / 2).map(|at| &shown[2 * at..2 * at + 2]).collect();
    format!(
        "{:>5} {arrow} {:<15} {}{dots}{lost}\n",
        member(line, "ms"),
        member(line, "says"),
        bytes.join(" ")
    )
}
