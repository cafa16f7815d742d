//! Reads the lines and branches of a trace file as `lcov` lays it out, without those of tests.

use core::error::Error;
use std::path::Path;

/// What was reached of one source.
pub(crate) struct File {
    /// From the root of the workspace.
    pub(crate) path: String,
    /// Its lines, without those of its tests.
    pub(crate) text: Vec<String>,
    /// Each line that can run, by its number from 1, and whether it did.
    pub(crate) lines: Vec<(usize, bool)>,
    /// Each way out of a decision: the line, whether it is the way of *true*, and whether it was taken.
    pub(crate) branches: Vec<(usize, bool, bool)>,
}

/// Every source below `root` that the trace names.
pub(crate) fn read(trace: &str, root: &Path) -> Result<Vec<File>, Box<dyn Error>> {
    let mut files = Vec::new();
    for record in trace.split("end_of_record") {
        let Some(name) = record.lines().find_map(|line| line.strip_prefix("SF:")) else { continue };
        if let Ok(path) = Path::new(name).strip_prefix(root) {
            let text = std::fs::read_to_string(name).map_err(|error| format!("{name}: {error}"))?;
            files.push(File::of(path.to_string_lossy().into_owned(), &text, record));
        }
    }
    Ok(files)
}

impl File {
    pub(crate) fn of(path: String, text: &str, record: &str) -> Self {
        let text = without_tests(text);
        let counted = |line: usize| line <= text.len();
        let lines = record.lines().filter_map(line).filter(|(line, _)| counted(*line)).collect();
        let branches = record.lines().filter_map(branch);
        let branches = branches.filter(|(line, ..)| counted(*line)).collect();
        Self { path, text, lines, branches }
    }

    /// Whether it is a source of this package.
    pub(crate) fn is_of(&self, package: &str) -> bool {
        self.path.starts_with(&format!("crates/{package}/src/"))
    }
}

/// The lines before those of the tests, which stand last in a source.
fn without_tests(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|two| two == ["#[cfg(test)]", "mod tests {"]);
    lines.into_iter().take(tests.unwrap_or(usize::MAX)).map(String::from).collect()
}

/// `DA:line,count`.
fn line(line: &str) -> Option<(usize, bool)> {
    let (number, count) = line.strip_prefix("DA:")?.split_once(',')?;
    Some((number.parse().ok()?, count != "0"))
}

/// `BRDA:line,decision,way,count`: ways with an even number are those of *true*.
fn branch(line: &str) -> Option<(usize, bool, bool)> {
    let mut parts = line.strip_prefix("BRDA:")?.split(',');
    let number = parts.next()?.parse().ok()?;
    let way: usize = parts.nth(1)?.parse().ok()?;
    let count = parts.next()?;
    Some((number, way.is_multiple_of(2), count != "-" && count != "0"))
}

/// How many lines were reached, of how many.
pub(crate) fn lines<'a>(files: impl Iterator<Item = &'a File>) -> (usize, usize) {
    count(files.flat_map(|file| file.lines.iter().map(|(_, reached)| *reached)))
}

/// How many branches were reached, of how many.
pub(crate) fn branches<'a>(files: impl Iterator<Item = &'a File>) -> (usize, usize) {
    count(files.flat_map(|file| file.branches.iter().map(|(_, _, taken)| *taken)))
}

fn count(all: impl Iterator<Item = bool>) -> (usize, usize) {
    all.fold((0, 0), |(reached, all), one| (reached + usize::from(one), all + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "fn f() {\n    g()\n}\n\n#[cfg(test)]\nmod tests {\n    fn h() {}\n}\n";

    #[test]
    fn what_was_reached_is_told_line_by_line_without_the_tests() {
        let record = "SF:x\nDA:1,3\nDA:2,0\nDA:7,1\nBRDA:2,0,0,-\nBRDA:2,0,1,4\nBRDA:7,0,0,1\n";
        let file = File::of("crates/a/src/f.rs".into(), TEXT, record);
        assert_eq!(file.lines, [(1, true), (2, false)]);
        assert_eq!(file.branches, [(2, true, false), (2, false, true)]);
        assert_eq!((lines([&file].into_iter()), branches([&file].into_iter())), ((1, 2), (1, 2)));
        assert!(file.is_of("a") && !file.is_of("b"));
    }
}
