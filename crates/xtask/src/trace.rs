//! From every requirement to the code that keeps it and the test that shows it, and back.
//!
//! Requirements are the tables of `docs/requirements/*.toml`. A line `// req: SES-001` (more ids after
//! commas; `# req:` in a script) above a test, a property of the explorer or an expectation says that it
//! shows the requirement; anywhere else it says that this code keeps it.

mod listing;
mod marks;
mod page;
mod requirement;

use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use marks::{Mark, Place};
use requirement::{Kind, Requirement};
use std::collections::{BTreeMap, BTreeSet};

/// A requirement and all that names it.
pub(crate) struct Row {
    requirement: Requirement,
    code: Vec<Mark>,
    shown: Vec<Mark>,
    derived: Vec<String>,
}

/// Checks every link, and that `docs/TRACE.md` says so.
pub(crate) fn check() -> Checked {
    let page = traced()?;
    let committed = std::fs::read_to_string(shell::root().join(page::PATH)).unwrap_or_default();
    if page == committed {
        return Ok(Outcome::Done);
    }
    Err(format!("{} is not what the sources say; `cargo xtask trace write`", page::PATH).into())
}

/// Writes `docs/TRACE.md`.
pub(crate) fn write() -> Checked {
    std::fs::write(shell::root().join(page::PATH), traced()?)?;
    Ok(Outcome::Done)
}

fn traced() -> Result<String, Box<dyn Error>> {
    let requirements = requirement::read_all()?;
    let marks = marks::read_all()?;
    let mut findings = unknown(&requirements, &marks);
    findings.extend(listing::not_run(&marks)?);
    let rows = join(requirements, &marks);
    findings.extend(rows.iter().flat_map(gaps));
    if findings.is_empty() {
        println!("{}", page::count(&rows));
        return Ok(page::of(&rows));
    }
    Err(findings.join("\n").into())
}

/// Marks and parents that name no requirement.
fn unknown(requirements: &[Requirement], marks: &[Mark]) -> Vec<String> {
    let known: BTreeSet<&str> = requirements.iter().map(|it| it.id.as_str()).collect();
    let from_marks = marks
        .iter()
        .filter(|mark| !known.contains(mark.id.as_str()))
        .map(|mark| format!("{}: {} is no requirement", mark.at(), mark.id));
    let from_parents = requirements.iter().flat_map(|it| {
        let unknown = it.hazards.iter().filter(|parent| !known.contains(parent.as_str()));
        unknown.map(|parent| format!("{}: {parent} is no requirement", it.id))
    });
    from_marks.chain(from_parents).collect()
}

fn join(requirements: Vec<Requirement>, marks: &[Mark]) -> Vec<Row> {
    let mut derived: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for it in &requirements {
        for parent in &it.hazards {
            derived.entry(parent.clone()).or_default().push(it.id.clone());
        }
    }
    let row = |requirement: Requirement| {
        let of = |shows: bool| {
            let mine = marks.iter().filter(|mark| mark.id == requirement.id);
            mine.filter(|mark| (mark.place != Place::Code) == shows).cloned().collect()
        };
        let (code, shown) = (of(false), of(true));
        let derived = derived.remove(&requirement.id).unwrap_or_default();
        Row { requirement, code, shown, derived }
    };
    requirements.into_iter().map(row).collect()
}

/// What a requirement lacks.
fn gaps(row: &Row) -> Vec<String> {
    let Row { requirement: it, code, shown, derived } = row;
    let lacks = |what: &str| format!("{}: no {what} ({})", it.id, it.text);
    let mut gaps = Vec::new();
    match it.kind {
        Kind::Hazard if derived.is_empty() && !it.is_open() => gaps.push(lacks("requirement")),
        Kind::Hazard | Kind::Inspect => {}
        _ if it.is_open() => {
            gaps.extend((!shown.is_empty()).then(|| format!("{}: shown, yet open", it.id)));
        }
        _ => {
            gaps.extend(code.is_empty().then(|| lacks("code")));
            gaps.extend(shown.is_empty().then(|| lacks("test")));
        }
    }
    gaps
}
