//! Every loop of the device crates, how often it turns at most, and when it runs: `docs/loop-bounds.md`.
//!
//! Loops are found in the sources; how often they turn a person says. A loop is named by its file, its function and
//! which of that function's it is, and by its head: a head that was changed has its bound to be thought of again.

mod cfg;
mod modules;
mod page;
mod tokens;
mod visitor;

use crate::arch::NO_STD;
use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use page::Row;

/// A loop as it stands in the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loop {
    /// The package.
    pub(crate) package: String,
    /// Its file below the package's `src`.
    pub(crate) file: String,
    /// The function, behind its type.
    pub(crate) function: String,
    /// Which of the function's loops it is, from 1.
    pub(crate) ordinal: usize,
    /// Its head, or how its chain begins.
    pub(crate) code: String,
}

/// Holds the page against the sources: every loop has a row, every row a loop, and every bound is said.
pub(crate) fn check() -> Checked {
    let committed = std::fs::read_to_string(shell::root().join(page::PATH)).unwrap_or_default();
    let rows = page::with_bounds(found()?, &committed);
    judge(&rows)?;
    if page::of(&rows) == committed {
        println!("{}", page::count(&rows));
        return Ok(Outcome::Done);
    }
    let gone = page::gone(&rows, &committed);
    Err(format!("{} is not what the sources say; `cargo xtask loops write`\n{gone}", page::PATH)
        .into())
}

/// Writes the page: a bound that stands there stays with its loop, and a new loop has none yet.
pub(crate) fn write() -> Checked {
    let path = shell::root().join(page::PATH);
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let rows = page::with_bounds(found()?, &committed);
    std::fs::write(path, page::of(&rows))?;
    judge(&rows).map(|()| Outcome::Done)
}

fn judge(rows: &[Row]) -> Result<(), Box<dyn Error>> {
    let findings: Vec<String> = rows.iter().filter_map(Row::finding).collect();
    if findings.is_empty() {
        return Ok(());
    }
    Err(format!("{}:\n{}", page::PATH, findings.join("\n")).into())
}

fn found() -> Result<Vec<Loop>, Box<dyn Error>> {
    let mut all = Vec::new();
    for package in NO_STD {
        all.extend(modules::read(package)?);
    }
    Ok(all)
}
