//! `docs/defects.md`: what is planted, and how it was found.

use super::Found;
use super::patch::Patch;
use crate::shell;
use core::error::Error;
use core::fmt::Write;

pub(crate) const PATH: &str = "docs/defects.md";
const BEGIN: &str = "<!-- generated: defects -->\n";
const END: &str = "<!-- end of generated -->\n";

/// The names in the table of the page, in order.
#[cfg(test)]
pub(crate) fn listed(page: &str) -> Vec<&str> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("| `"));
    lines.filter_map(|line| line.split('`').next()).collect()
}

fn table(rows: &[(&Patch, Found)]) -> Result<String, Box<dyn Error>> {
    let mut rows: Vec<&(&Patch, Found)> = rows.iter().collect();
    rows.sort_by(|one, other| one.0.name.cmp(&other.0.name));
    let mut table = String::from(
        "| name | what is wrong | like | search | found by | events |\n|---|---|---|---|---|---|\n",
    );
    for (patch, found) in rows {
        let (defect, like) = (patch.word("defect")?, patch.word("like")?);
        let (name, search) = (&patch.name, patch.word("search")?);
        let Found { property, events, .. } = found;
        writeln!(table, "| `{name}` | {defect} | {like} | {search} | {property} | {events} |")?;
    }
    Ok(table)
}

fn with(page: &str, table: &str) -> Option<String> {
    let (head, rest) = page.split_once(BEGIN)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{BEGIN}{table}{END}{tail}"))
}

/// Checks that the page says what was found.
pub(crate) fn check(rows: &[(&Patch, Found)]) -> Result<(), Box<dyn Error>> {
    let page = std::fs::read_to_string(shell::root().join(PATH))?;
    if with(&page, &table(rows)?).as_ref() == Some(&page) {
        return Ok(());
    }
    Err(format!("{PATH} is not what was found; `cargo xtask defects write`").into())
}

/// Writes the table into the page.
pub(crate) fn write(rows: &[(&Patch, Found)]) -> Result<(), Box<dyn Error>> {
    let path = shell::root().join(PATH);
    let page = std::fs::read_to_string(&path)?;
    let page = with(&page, &table(rows)?).ok_or("the page has no place for its table")?;
    Ok(std::fs::write(path, page)?)
}
