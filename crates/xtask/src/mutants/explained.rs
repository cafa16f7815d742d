//! `docs/mutants.md`: why a mutant that no test notices is none that a test could notice.

use std::collections::{BTreeMap, BTreeSet};

pub(crate) const PATH: &str = "docs/mutants.md";

/// The file and the change, without the place in the file, which every edit moves.
fn without_place(name: &str) -> Option<(String, String)> {
    let (place, change) = name.split_once(": ")?;
    Some((place.split(':').next()?.into(), change.into()))
}

/// A row of the table with a reason: its file and its change, in which a bar has a backslash before it.
fn row(line: &str) -> Option<(String, String)> {
    let mut cells = line.strip_prefix("| `")?.split("` | `");
    let (file, rest) = (cells.next()?, cells.next()?);
    let (change, why) = rest.split_once("` | ")?;
    (!why.trim_end_matches(['|', ' ']).is_empty())
        .then(|| (file.into(), change.replace("\\|", "|")))
}

/// Of these mutants those without a row of their own.
pub(crate) fn not_in(page: &str, missed: &BTreeSet<String>) -> Vec<String> {
    let mut rows = BTreeMap::new();
    for row in page.lines().filter_map(row) {
        *rows.entry(row).or_insert(0) += 1;
    }
    let mut open = Vec::new();
    for name in missed {
        let known = without_place(name).and_then(|it| rows.get_mut(&it)).filter(|left| **left > 0);
        match known {
            Some(left) => *left -= 1,
            None => open.push(name.clone()),
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
| file | change | why |
| `src/a.rs` | `replace < with <= in f` | never equal |
| `src/a.rs` | `delete ! in g` |  |
| `src/a.rs` | `replace \\| with ^ in h` | no bit is in both |
";

    #[test]
    fn every_mutant_needs_a_row_of_its_own_with_a_reason() {
        let missed = [
            "src/a.rs:1:2: replace < with <= in f",
            "src/a.rs:3:2: replace < with <= in f",
            "src/a.rs:9:9: delete ! in g",
            "src/a.rs:9:9: replace | with ^ in h",
        ];
        let open = not_in(PAGE, &missed.map(String::from).into());
        assert_eq!(open, missed[1..3]);
    }
}
