//! The search for the worst case: repeatable, and the cases that were kept are as bad as they were, and no worse.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::path::Path;
use support::{coldcap, file, folder, text};

#[test]
fn the_cases_that_were_kept_are_found_again() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/worst-cases");
    for margin in ["face", "skin", "rush"] {
        let path = text(&cases.join(format!("{margin}.toml")));
        let done = coldcap(&["falsify", "--case", &path, "--json"]);
        assert_eq!(done.status, Some(0), "{done:?}");
        let told = done.json();
        assert_eq!((&told["margin"], &told["lows"]["unsafe_ticks"]), (&margin.into(), &0.into()));
    }
}

#[test]
fn a_search_is_repeatable_and_its_case_plays_again() {
    let path = text(&folder("falsify").join("worst.toml"));
    let line =
        ["falsify", "--runs", "100", "--margin", "skin", "--fault", "bare-spot", "--seed", "3"];
    let search = || coldcap(&[&line[..], &["--out", &path, "--json"]].concat());
    let (one, other) = (search(), search());
    assert_eq!((one.status, &one.out), (Some(0), &other.out), "{one:?}");
    assert_eq!(one.json()["runs"], 100);
    let again = coldcap(&["falsify", "--case", &path, "--json"]);
    assert_eq!(again.status, Some(0), "{again:?}");
    assert_eq!(again.json()["lows"], one.json()["lows"]);
    let claimed = std::fs::read_to_string(&path).unwrap().replace("found = ", "found = 1");
    let wrong = file(&folder("falsify-wrong"), "claimed.toml", claimed);
    assert!(coldcap(&["falsify", "--case", &wrong]).refused(1).contains("as it was found"));
}

#[test]
fn whatever_is_wrong_is_said_in_one_line() {
    let refused = |more: &[&str], line: &str| {
        let done = coldcap(&[&["falsify"], more].concat());
        assert!(done.refused(2).starts_with(line), "{done:?}");
    };
    refused(&["--runs", "0"], "--runs: 0: allowed is 1 to 1000000000");
    refused(&["--margin", "hope"], "--margin: hope: allowed are face, skin, rush");
    refused(&["--fault", "gremlin"], "--fault: gremlin: allowed are kink, ");
    let path = file(&folder("falsify-case"), "case.toml", "margin = \"hope\"\nfound = 1\n");
    let line = format!("{path}:margin: \"hope\": allowed \"face\", \"skin\", \"rush\"");
    refused(&["--case", &path], &line);
}
