//! What no test reaches, and why.

use super::tracefile::File;
use core::fmt;
use std::collections::BTreeMap;

/// Lines that follow each other and were not reached, or a way out of a decision that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    file: String,
    /// Its first line.
    code: String,
    what: String,
    pub(crate) why: String,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, code, what, why } = self;
        write!(f, "| `{file}` | `{}` | {what} | {why} |", code.replace('|', "\\|"))
    }
}

/// All gaps, in the order of files and lines.
pub(crate) fn of(files: &[File]) -> Vec<Gap> {
    files.iter().flat_map(of_file).collect()
}

fn of_file(file: &File) -> Vec<Gap> {
    let missed = file.lines.iter().filter(|(_, reached)| !reached).map(|(line, _)| *line);
    let mut places: Vec<(usize, String)> = Vec::new();
    for (first, count) in runs(missed.clone()) {
        places.push((first, if count == 1 { "1 line".into() } else { format!("{count} lines") }));
    }
    for (line, of_true, taken) in &file.branches {
        // What stands on a line that was not reached is told with the line.
        if !taken && missed.clone().all(|missed| missed != *line) {
            places.push((*line, format!("never {of_true}")));
        }
    }
    places.sort();
    let gap = |(line, what): (usize, String)| {
        let code = file.text.get(line.saturating_sub(1)).map_or("", |text| text.trim());
        Gap { file: file.path.clone(), code: code.into(), what, why: String::new() }
    };
    places.into_iter().map(gap).collect()
}

/// Numbers that follow each other, as the first and how many.
fn runs(numbers: impl Iterator<Item = usize>) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((first, count)) if *first + *count == number => *count += 1,
            _ => runs.push((number, 1)),
        }
    }
    runs
}

/// The same gaps with the reasons of the page, each row of it for one.
pub(crate) fn with_reasons(gaps: Vec<Gap>, page: &str) -> Vec<Gap> {
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (place, why) in page.lines().rev().filter_map(row) {
        rows.entry(place).or_default().push(why);
    }
    let explain = |gap: Gap| {
        let known = row(&gap.to_string()).and_then(|(place, _)| rows.get_mut(&place)?.pop());
        Gap { why: known.unwrap_or_default(), ..gap }
    };
    gaps.into_iter().map(explain).collect()
}

/// A row of the table: its place, which is all but the last cell, and its reason.
fn row(line: &str) -> Option<(String, String)> {
    let (place, why) = line.strip_prefix("| `")?.strip_suffix(" |")?.rsplit_once(" | ")?;
    Some((place.into(), why.trim().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> File {
        let record = "DA:1,0\nDA:2,0\nDA:3,1\nDA:4,0\nBRDA:3,0,0,0\nBRDA:3,0,1,1\nBRDA:4,0,0,-\n";
        File::of("src/f.rs".into(), "fn f() {\n}\n  a || b\n  g\n", record)
    }

    #[test]
    fn lines_that_follow_each_other_are_one_gap_and_a_way_not_taken_is_another() {
        let rows: Vec<String> = of(&[file()]).iter().map(ToString::to_string).collect();
        let expected = [
            "| `src/f.rs` | `fn f() {` | 2 lines |  |",
            "| `src/f.rs` | `a \\|\\| b` | never true |  |",
            "| `src/f.rs` | `g` | 1 line |  |",
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn a_reason_stays_with_its_gap_and_is_for_one() {
        let page = "| `src/f.rs` | `a \\|\\| b` | never true | it is so |\n";
        let why = |gaps: Vec<Gap>| -> Vec<String> {
            with_reasons(gaps, page).into_iter().map(|gap| gap.why).collect()
        };
        assert_eq!(why(of(&[file()])), ["", "it is so", ""]);
        assert_eq!(why(of(&[file(), file()])), ["", "it is so", "", "", "", ""]);
    }
}
