//! The message set: `schema.lock`, the frozen vectors, the page and the clients that are made from it.

use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use std::path::{Path, PathBuf};

const LOCK: &str = "schema.lock";
const VECTORS: &str = "crates/coldcap-wire/tests/vectors.jsonl";
const PAGE: &str = "docs/wire-format.md";
const CLIENTS: &str = "clients";
const REGISTRY: (&str, &str) = ("<!-- registry -->\n", "<!-- end of registry -->");
const TABLES: (&str, &str) = ("<!-- schema -->\n", "<!-- end of schema -->");

/// Checks that nothing but growth has happened, and that all that is generated is up to date.
pub(crate) fn check() -> Checked {
    let mut findings = stale_vectors()?;
    tool(&["--check", LOCK])?;
    if page()? != read(PAGE)? {
        findings.push(format!("{PAGE}: the registry in it is behind"));
    }
    let fresh = shell::target().join("ci-clients");
    if fresh.exists() {
        std::fs::remove_dir_all(&fresh)?;
    }
    tool(&["--out", &fresh.to_string_lossy()])?;
    for file in files(&fresh)? {
        let name = file.strip_prefix(&fresh)?;
        let committed = Path::new(CLIENTS).join(name);
        if std::fs::read_to_string(&file)? != read(&committed.to_string_lossy())? {
            findings.push(format!("{} is behind", committed.display()));
        }
    }
    if findings.is_empty() {
        return Ok(Outcome::Done);
    }
    Err(format!("{}\n`cargo xtask schema write` writes them", findings.join("\n")).into())
}

/// Writes vectors, lock, page and clients; refuses where that would not be growth.
pub(crate) fn write() -> Checked {
    let stale = stale_vectors()?;
    if let Some(gone) = stale.iter().find(|finding| finding.contains("never")) {
        return Err(gone.clone().into());
    }
    save(VECTORS, &vectors()?)?;
    tool(&["--check", LOCK, "--write"])?;
    save(PAGE, &page()?)?;
    tool(&["--out", CLIENTS])?;
    Ok(Outcome::Done)
}

/// Takes the present minor version for in use: nothing is added to it any more.
pub(crate) fn freeze() -> Checked {
    check()?;
    let text = read(LOCK)?;
    let value = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.rsplit('|').next().unwrap_or_default().trim().to_owned()
    };
    let (minor, frozen) = (value("protocol"), value("frozen"));
    save(LOCK, &text.replace(&format!("\nfrozen | {frozen}\n"), &format!("\nfrozen | {minor}\n")))?;
    println!("minor version {minor} is frozen");
    Ok(Outcome::Done)
}

fn tool(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let run = ["cargo", "run", "--quiet", "--package", "coldcap-schema", "--"];
    shell::run(&[&run[..], arguments].concat())
}

fn read(name: &str) -> Result<String, Box<dyn Error>> {
    let path = shell::root().join(name);
    std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}").into())
}

fn save(name: &str, text: &str) -> Result<(), Box<dyn Error>> {
    Ok(std::fs::write(shell::root().join(name), text)?)
}

fn vectors() -> Result<String, Box<dyn Error>> {
    let run = ["cargo", "run", "--quiet", "--package", "coldcap-wire"];
    shell::output(&[&run[..], &["--example", "vectors"]].concat())
}

/// What differs between the committed vectors and those that the code makes.
fn stale_vectors() -> Result<Vec<String>, Box<dyn Error>> {
    let (committed, made) = (read(VECTORS)?, vectors()?);
    let gone = committed.lines().find(|line| !made.lines().any(|other| other == *line));
    let mut findings = Vec::new();
    if let Some(line) = gone {
        let start: String = line.chars().take(60).collect();
        findings.push(format!("{VECTORS}: lines are never changed or removed: {start}…"));
    } else if committed != made {
        findings.push(format!("{VECTORS} is behind"));
    }
    Ok(findings)
}

/// The page with its two generated parts as the code has them.
fn page() -> Result<String, Box<dyn Error>> {
    let run = ["cargo", "run", "--quiet", "--package", "coldcap-schema", "--"];
    let part = |flag| shell::output(&[&run[..], &[flag]].concat());
    spliced(&spliced(&read(PAGE)?, REGISTRY, &part("--registry")?)?, TABLES, &part("--page")?)
}

fn spliced(page: &str, marks: (&str, &str), part: &str) -> Result<String, Box<dyn Error>> {
    let missing = || format!("{PAGE} lacks the mark {}", marks.0.trim());
    let (before, behind) = page.split_once(marks.0).ok_or_else(missing)?;
    let (_, after) = behind.split_once(marks.1).ok_or_else(missing)?;
    Ok(format!("{before}{}{part}{}{after}", marks.0, marks.1))
}

/// Every file below a folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}
