//! What is written keeps the rules of the house: sizes, unfinished words, names of machines, links.

use crate::links;
use crate::shell::{self, Checked, Outcome};
use std::collections::BTreeSet;
use std::path::Path;

const LONGEST_FILE: usize = 800;
const LONGEST_FUNCTION: usize = 70;

/// Checks every tracked text file.
pub(crate) fn check() -> Checked {
    let tracked = shell::output(&["git", "ls-files"])?;
    let names: BTreeSet<&str> = tracked.lines().collect();
    let mut findings = Vec::new();
    for name in &names {
        if let Some(text) = read(name) {
            check_file(name, &text, &mut findings);
            if name.ends_with(".md") {
                findings.extend(links::broken(name, &text, &names, read));
            }
        }
    }
    if findings.is_empty() {
        println!("{} files keep the rules", tracked.lines().count());
        return Ok(Outcome::Done);
    }
    Err(findings.join("\n").into())
}

fn read(name: &str) -> Option<String> {
    std::fs::read_to_string(shell::root().join(name)).ok()
}

fn check_file(name: &str, text: &str, findings: &mut Vec<String>) {
    let here = shell::root();
    if text.contains(&format!("{}/", here.display())) {
        findings.push(format!("{name} names a path of this machine"));
    }
    if Path::new(name).extension().is_none_or(|extension| extension != "rs") {
        return;
    }
    if text.lines().count() > LONGEST_FILE {
        findings.push(format!("{name} is longer than {LONGEST_FILE} lines"));
    }
    let unfinished = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["todo", "!("].concat()];
    for word in unfinished.iter().filter(|word| text.contains(word.as_str())) {
        findings.push(format!("{name} holds the word {word}"));
    }
    check_functions(name, text, findings);
}

/// Measures functions by the indentation of their closing brace, which rustfmt guarantees.
fn check_functions(name: &str, text: &str, findings: &mut Vec<String>) {
    let lines: Vec<&str> = text.lines().collect();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let code = line.trim_start();
        let is_function = ["fn ", "pub fn ", "pub(crate) fn ", "const fn ", "pub const fn "]
            .iter()
            .any(|word| code.starts_with(word));
        if !is_function || line.ends_with(';') || line.ends_with('}') {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        let length = lines[start..].iter().position(|line| *line == close).unwrap_or(0);
        if length > LONGEST_FUNCTION {
            findings.push(format!("{name}:{} is a function of {length} lines", start + 1));
        }
    }
}
