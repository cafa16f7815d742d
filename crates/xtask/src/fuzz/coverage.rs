//! What the committed corpora alone reach of the wire's sources.

use super::{folder, targets, words};
use crate::coverage::tracefile::{self, File};
use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use std::collections::BTreeMap;
use std::path::PathBuf;

const PACKAGE: &str = "coldcap-wire";

/// Lines of it that must be reached, in thousandths. Aimed at is 950, when every layer has its target.
const LEAST_PERMILLE: usize = 600;

/// Targets that reach nothing of it.
const OTHERS: [&str; 2] = ["pid", "tables"];

/// Replays the committed corpora of all targets and counts the lines that any of them reaches.
pub(crate) fn check() -> Checked {
    let Some(tool) = covering_tool() else {
        return Ok(Outcome::Skipped("cargo-fuzz, or llvm-tools of the nightly toolchain".into()));
    };
    let mut lines: BTreeMap<String, BTreeMap<usize, bool>> = BTreeMap::new();
    for target in targets()?.iter().filter(|name| !OTHERS.contains(&name.as_str())) {
        for file in replayed(&tool, target)?.into_iter().filter(|file| file.is_of(PACKAGE)) {
            let known = lines.entry(file.path).or_default();
            for (line, reached) in file.lines {
                *known.entry(line).or_default() |= reached;
            }
        }
    }
    judge(&lines)
}

fn judge(lines: &BTreeMap<String, BTreeMap<usize, bool>>) -> Checked {
    println!("| source | lines | reached |\n|---|---|---|");
    let (mut all, mut reached) = (0usize, 0usize);
    for (path, lines) in lines {
        let hit = lines.values().filter(|reached| **reached).count();
        println!("| {path} | {} | {hit} |", lines.len());
        (all, reached) = (all + lines.len(), reached + hit);
    }
    println!("| all | {all} | {reached} |");
    if all == 0 || reached * 1_000 < all * LEAST_PERMILLE {
        return Err(format!("{reached} of {all} lines, below {LEAST_PERMILLE} ‰").into());
    }
    Ok(Outcome::Done)
}

/// The `llvm-cov` that fits what the nightly compiler writes.
fn covering_tool() -> Option<PathBuf> {
    if !shell::has(&words(&["--version"])) {
        return None;
    }
    let sysroot = shell::output(&["rustc", "+nightly", "--print", "sysroot"]).ok()?;
    let host = PathBuf::from(sysroot.trim()).join("lib/rustlib");
    let folders = std::fs::read_dir(host).ok()?.flatten().map(|entry| entry.path());
    folders.map(|path| path.join("bin/llvm-cov")).find(|path| path.is_file())
}

/// What a target's corpus reaches.
fn replayed(tool: &std::path::Path, target: &str) -> Result<Vec<File>, Box<dyn Error>> {
    let built = shell::target().join("fuzz-coverage").to_string_lossy().into_owned();
    let corpus = format!("corpus/{target}");
    let line = words(&["coverage", "--sanitizer", "none", "--target-dir", &built, target, &corpus]);
    shell::run_in(&folder(), &line, &[])?;
    let profile = folder().join(format!("coverage/{target}/coverage.profdata"));
    let image = image(&built, target).ok_or(format!("no image of {target} in {built}"))?;
    let profile = format!("--instr-profile={}", profile.display());
    let (tool, image) = (tool.to_string_lossy(), image.to_string_lossy().into_owned());
    let trace = shell::output(&[&tool, "export", "--format=lcov", &profile, &image])?;
    tracefile::read(&trace, &shell::root())
}

/// The instrumented program, wherever below cargo-fuzz puts it.
fn image(built: &str, target: &str) -> Option<PathBuf> {
    let mut open = vec![PathBuf::from(built)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let path = entry.path();
            let is_dependency = path.ends_with("deps") || path.ends_with("incremental");
            if path.is_dir() && !is_dependency {
                open.push(path);
            } else if path.is_file() && path.file_name().is_some_and(|name| name == target) {
                return Some(path);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_one_of_two_reaches_is_reached() {
        let few = BTreeMap::from([("a".to_owned(), BTreeMap::from([(1, true), (2, false)]))]);
        assert!(judge(&few).is_err());
        let most = BTreeMap::from([("a".to_owned(), BTreeMap::from([(1, true), (2, true)]))]);
        assert!(judge(&most).is_ok());
        assert!(judge(&BTreeMap::new()).is_err());
    }
}
