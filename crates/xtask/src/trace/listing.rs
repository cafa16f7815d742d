//! Whether the marked tests are really run.

use super::marks::{Mark, Place};
use crate::shell;
use core::error::Error;
use std::collections::BTreeSet;
use std::process::Stdio;

/// The marked tests that `cargo test --workspace` does not run.
pub(super) fn not_run(marks: &[Mark]) -> Result<Vec<String>, Box<dyn Error>> {
    let packages: BTreeSet<&str> = tests(marks).filter_map(|(mark, _)| mark.package()).collect();
    let mut findings = Vec::new();
    for package in packages {
        let run = listed(package)?;
        let mine = tests(marks).filter(|(mark, _)| mark.package() == Some(package));
        let missing = mine.filter(|(_, name)| !run.contains(*name));
        findings.extend(
            missing.map(|(mark, name)| format!("{}: the test {name} is not run", mark.at())),
        );
    }
    Ok(findings)
}

fn tests(marks: &[Mark]) -> impl Iterator<Item = (&Mark, &str)> {
    marks.iter().filter_map(|mark| match &mark.place {
        Place::Test(name) => Some((mark, name.as_str())),
        _ => None,
    })
}

/// The tests of a package by their last name, without those that are ignored by default.
fn listed(package: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let all = list(package, &[])?;
    let ignored = list(package, &["--ignored"])?;
    let kept = all.difference(&ignored).cloned();
    Ok(kept.map(|path| path.rsplit("::").next().unwrap_or_default().to_owned()).collect())
}

fn list(package: &str, more: &[&str]) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let line =
        ["cargo", "test", "--quiet", "--all-features", "--package", package, "--tests", "--"];
    let line = [&line[..], &["--list", "--format", "terse"], more].concat();
    let output = shell::command(&shell::root(), &line)?.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{}: {}", line.join(" "), output.status).into());
    }
    let printed = String::from_utf8(output.stdout)?;
    Ok(printed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}
