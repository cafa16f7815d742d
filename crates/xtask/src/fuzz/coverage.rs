//! What the committed corpora alone reach of the wire's sources.

use super::{TWICE, folder, targets, words};
use crate::coverage::tracefile::{self, File};
use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use std::collections::BTreeMap;
use std::path::PathBuf;

const PACKAGE: &str = "coldcap-wire";

/// Lines of it that must be reached, in thousandths.
///
/// A line counts where the compiler has made code of it in one of the two builds (with the feature `fast` and without):
/// those of the tests at the end of a source do not, nor do declarations. What only the compiler runs, to make tables
/// and the number of the schema, counts as not reached.
const LEAST_PERMILLE: usize = 950;

/// Targets that reach nothing of it.
const OTHERS: [&str; 3] = ["pid", "tables", "journal"];

/// Lines of sources that can run, and whether they did.
type Lines = BTreeMap<String, BTreeMap<usize, bool>>;

/// Replays the committed corpora of all targets and counts the lines that any of them reaches.
pub(crate) fn check() -> Checked {
    let Some(tool) = covering_tool() else {
        return Ok(Outcome::Skipped("cargo-fuzz, or llvm-tools of the nightly toolchain".into()));
    };
    let mut lines = Lines::new();
    for target in targets()?.iter().filter(|name| !OTHERS.contains(&name.as_str())) {
        add(&mut lines, replayed(&tool, target, &[])?);
        if TWICE.contains(&target.as_str()) {
            add(&mut lines, replayed(&tool, target, &["--features", "fast"])?);
        }
    }
    judge(&lines)
}

fn add(lines: &mut Lines, files: Vec<File>) {
    for file in files.into_iter().filter(|file| file.is_of(PACKAGE)) {
        let known = lines.entry(file.path).or_default();
        for (line, reached) in file.lines {
            *known.entry(line).or_default() |= reached;
        }
    }
}

fn judge(lines: &Lines) -> Checked {
    println!("| source | lines | reached | not reached |\n|---|---|---|---|");
    let (mut all, mut reached) = (0usize, 0usize);
    for (path, lines) in lines {
        let hit = lines.values().filter(|reached| **reached).count();
        println!("| {path} | {} | {hit} | {} |", lines.len(), spans(lines));
        (all, reached) = (all + lines.len(), reached + hit);
    }
    println!("| all | {all} | {reached} | |");
    let permille = (reached * 1_000).checked_div(all).unwrap_or(0);
    println!("{permille} ‰ of the lines of {PACKAGE}");
    if permille < LEAST_PERMILLE {
        return Err(format!("{reached} of {all} lines, below {LEAST_PERMILLE} ‰").into());
    }
    Ok(Outcome::Done)
}

/// The lines that were not reached; those that follow each other as one span.
fn spans(lines: &BTreeMap<usize, bool>) -> String {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    let mut goes_on = false;
    for (line, reached) in lines {
        match spans.last_mut().filter(|_| goes_on && !reached) {
            Some((_, end)) => *end = *line,
            None if !reached => spans.push((*line, *line)),
            None => {}
        }
        goes_on = !reached;
    }
    let text = |(first, last): &(usize, usize)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    spans.iter().map(text).collect::<Vec<_>>().join(" ")
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

/// What a target's corpus reaches in the build with these features.
fn replayed(
    tool: &std::path::Path,
    target: &str,
    features: &[&str],
) -> Result<Vec<File>, Box<dyn Error>> {
    let built = format!("fuzz-coverage{}", features.last().map_or("", |_| "-fast"));
    let built = shell::target().join(built).to_string_lossy().into_owned();
    let corpus = format!("corpus/{target}");
    let mut line = words(&["coverage", "--sanitizer", "none", "--target-dir", &built]);
    line.extend(features);
    line.extend([target, &corpus]);
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
        let source = |second| Lines::from([("a".to_owned(), [(1, true), (2, second)].into())]);
        assert!(judge(&source(false)).is_err());
        assert!(judge(&source(true)).is_ok());
        assert!(judge(&Lines::new()).is_err());
    }

    #[test]
    fn lines_that_follow_each_other_are_one_span() {
        let lines = [(3, false), (4, false), (6, false), (7, true), (9, false)].into();
        assert_eq!(spans(&lines), "3-6 9");
    }
}
