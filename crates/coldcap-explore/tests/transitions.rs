//! The table that is found, against the one that was written by hand from the rules, cell by cell in both
//! directions; and against what stands in the documents.

use coldcap_explore::channel::coverage::{Coverage, Row};
use coldcap_explore::channel::rules::Rules;
use coldcap_explore::{campaign, diagram, table};
use coldcap_session::Phase;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

type Cell = [String; 5];

fn found() -> &'static Coverage {
    static FOUND: OnceLock<Coverage> = OnceLock::new();
    FOUND.get_or_init(|| {
        let scopes = campaign::of_the_table();
        let reports = campaign::channels(&scopes, &coldcap::supervise::step);
        let mut rules = Rules::default();
        reports.expect("nothing is broken").iter().for_each(|report| rules.merge(&report.rules));
        rules.coverage
    })
}

fn cell(row: Row) -> Cell {
    let Row { phase, event, guard, answer, next } = row;
    [phase.name(), event, guard, answer, next.name()].map(str::to_owned)
}

/// Fields of a line; one in quotation marks may hold commas.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().expect("there is one").push(letter),
        }
    }
    fields
}

fn lines() -> Vec<Vec<String>> {
    let text = include_str!("reviewed/session-transitions.csv");
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(fields).collect()
}

fn group(word: &str) -> Vec<Phase> {
    let those = |test: fn(Phase) -> bool| Phase::ALL.into_iter().filter(|p| test(*p)).collect();
    match word {
        "any" => Phase::ALL.into(),
        "cooling" => those(Phase::is_cooling),
        "interrupted" => those(Phase::is_interrupted),
        "fit" => those(Phase::is_fit_visit),
        name => {
            let named: Vec<Phase> = Phase::ALL.into_iter().filter(|p| p.name() == name).collect();
            assert_eq!(named.len(), 1, "{name} is no phase");
            named
        }
    }
}

/// The guards of a time; several stand in one field, and some have two words.
fn guards(field: &str) -> Vec<&'static str> {
    let all = ["clear", "uncoupled", "operator trip", "clinician trip", "service trip"];
    let here = all.into_iter().filter(|guard| field.contains(guard));
    if field == "-" { vec!["-"] } else { here.collect() }
}

fn reviewed() -> BTreeMap<Cell, String> {
    let lines = lines();
    let mut named: BTreeMap<&str, BTreeSet<Phase>> = BTreeMap::new();
    for line in &lines {
        let words = line[0].split(' ').filter(|word| *word != "rest");
        named.entry(&line[1]).or_default().extend(words.flat_map(group));
    }
    let mut cells = BTreeMap::new();
    for line in &lines {
        let others = |named: &BTreeSet<Phase>| -> Vec<Phase> {
            Phase::ALL.into_iter().filter(|phase| !named.contains(phase)).collect()
        };
        let phases = line[0].split(' ').flat_map(|word| match word {
            "rest" => others(&named[line[1].as_str()]),
            word => group(word),
        });
        for phase in phases {
            for (guard, answer, next) in outcomes(line) {
                let next = if next == "=" { phase.name().to_owned() } else { next };
                let event = line[1].clone();
                let key = [phase.name().to_owned(), event, guard, answer, next];
                cells.insert(key, line[5].clone());
            }
        }
    }
    cells
}

fn outcomes(line: &[String]) -> Vec<(String, String, String)> {
    let mut outcomes = Vec::new();
    for guard in guards(&line[2]) {
        for answer in line[3].split(' ') {
            for next in line[4].split(' ') {
                outcomes.push((guard.to_owned(), answer.to_owned(), next.to_owned()));
            }
        }
    }
    outcomes
}

#[test]
#[ignore = "two minutes in a development build; `cargo xtask explore-slice` runs it in release"]
fn what_is_found_is_what_was_reviewed_and_nothing_else() {
    let found: BTreeSet<Cell> = found().table().into_keys().map(cell).collect();
    let reviewed = reviewed();
    let surprising: Vec<&Cell> =
        found.iter().filter(|cell| !reviewed.contains_key(*cell)).collect();
    assert!(surprising.is_empty(), "found, and not reviewed: {surprising:#?}");
    let missing: Vec<_> = reviewed.iter().filter(|(cell, _)| !found.contains(*cell)).collect();
    assert!(missing.is_empty(), "reviewed, and not found: {missing:#?}");
    println!("{} cells in both", found.len());
}

#[test]
#[ignore = "two minutes in a development build; `cargo xtask explore-slice` runs it in release"]
fn the_documents_hold_what_is_found() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
    let read = |name: &str| std::fs::read_to_string(format!("{docs}/{name}")).expect(name);
    assert_eq!(diagram::missing(found()), Vec::<String>::new());
    let again = "`cargo xtask explore write` writes it";
    assert_eq!(read("session-transitions.csv"), table::csv(found()), "{again}");
    assert_eq!(read("session-states.svg"), diagram::svg(), "{again}");
}

#[test]
fn no_line_of_the_reviewed_table_is_empty_or_repeated() {
    let lines = lines();
    assert!(lines.iter().all(|line| line.len() == 6 && !line[5].is_empty()), "six fields each");
    let events: BTreeSet<&String> = lines.iter().map(|line| &line[1]).collect();
    assert!(events.len() > 40);
    assert!(reviewed().len() > 1_200);
}
