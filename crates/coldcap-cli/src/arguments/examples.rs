//! The help of every command: there is one, its example parses, and docs/command-line.md says the same.

use super::{Arguments, EXIT_STATUSES, command};
use clap::{Command, FromArgMatches};
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../../docs/command-line.md");

/// Every command with its words behind `coldcap`.
fn commands() -> Vec<(String, Command)> {
    let mut found = Vec::new();
    for command in command().get_subcommands() {
        let name = command.get_name().to_owned();
        for below in command.get_subcommands() {
            found.push((format!("{name} {}", below.get_name()), below.clone()));
        }
        found.push((name, command.clone()));
    }
    found
}

/// Those that do something by themselves.
fn doing() -> impl Iterator<Item = (String, Command)> {
    commands().into_iter().filter(|(_, command)| !command.has_subcommands())
}

fn examples(command: &Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (_, examples) = help.split_once("Example").unwrap_or_default();
    let lines = examples.lines().filter_map(|line| line.find("coldcap ").map(|at| &line[at..]));
    lines.map(str::to_owned).collect()
}

#[test]
fn every_command_and_every_argument_is_explained() {
    for (name, command) in commands() {
        assert!(command.get_about().is_some(), "{name}");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{name}: {}", argument.get_id());
        }
    }
}

#[test]
fn every_command_has_an_example_that_parses() {
    let top = ("".to_owned(), super::command());
    for (name, command) in commands().into_iter().chain([top]) {
        let examples = examples(&command);
        assert!(!examples.is_empty(), "{name} has no example");
        for example in examples {
            assert!(example.starts_with(&format!("coldcap {name}")), "{name}: {example}");
            let parsed = super::command()
                .try_get_matches_from(example.split_whitespace())
                .and_then(|matches| Arguments::from_arg_matches(&matches));
            assert!(parsed.is_ok(), "{example}: {parsed:?}");
        }
    }
}

#[test]
fn exit_statuses_stand_in_the_help_and_on_the_page() {
    let help = command().render_long_help().to_string();
    for (status, meaning) in EXIT_STATUSES {
        assert!(PAGE.contains(&format!("| {status} | {meaning} |")), "{status} {meaning}");
        let brief = meaning.split(':').next().unwrap();
        assert!(help.contains(&format!("{status} {brief}")), "{status} {brief}: {help}");
    }
}

#[test]
fn the_page_lists_every_command_and_whether_it_has_json() {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows: Vec<Vec<&str>> = rows.map(|row| row.split(" | ").collect()).collect();
    let listed: BTreeSet<String> =
        rows.iter().map(|row| row[0].trim_end_matches('`').to_owned()).collect();
    assert_eq!(listed, doing().map(|(name, _)| name).collect());
    for (name, command) in doing() {
        let row = rows.iter().find(|row| row[0].trim_end_matches('`') == name).unwrap();
        let about = command.get_about().unwrap().to_string();
        assert_eq!(row[1], about.trim_end_matches('.'), "{name}");
        let has_json = command.get_arguments().any(|argument| argument.get_id() == "json");
        assert_eq!(row[2].starts_with("`--json`"), has_json, "{name}: {}", row[2]);
    }
}
