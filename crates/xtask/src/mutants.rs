//! Mutants of session and guard: small changes in a copy of the sources, each of which a test must notice.
//!
//! A mutant costs what building and running the tests costs, so it meets them in passes, the cheapest first; only
//! those that a pass missed meet the next. No pass has a test that the crate does not have.

mod explained;
mod one_program;

use crate::defects::copy::Copy;
use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

type Done<T> = Result<T, Box<dyn Error>>;

/// Whose sources are changed.
const PACKAGES: [&str; 2] = ["coldcap-session", "coldcap-guard"];

/// Some of a crate's tests.
struct Pass {
    name: &'static str,
    profile: &'static str,
    /// Only mutants of files that begin so have tests here.
    of: &'static str,
    /// Random cases of a property that does not say how many it needs.
    cases: &'static str,
    tests: &'static [&'static str],
}

const PASSES: [Pass; 4] = [
    // Not optimised, without the tests that take the longest.
    Pass {
        name: "quick",
        profile: "mutants-quick",
        of: "",
        cases: "16",
        tests: &[
            "--lib",
            "--",
            "--test-threads=1",
            "--skip=explore::",
            "--skip=random::",
            "--skip=interlock_exploration",
            "--skip=a_small_world",
            "--skip=arbitration_is_right",
            "--skip=the_order_of_arrival",
            "--skip=the_highest_priority",
            "--skip=al_10_no_history",
            "--skip=a_line_is_ahead",
            "--skip=the_dose_is_that",
        ],
    },
    // All but one.
    Pass {
        name: "own",
        profile: "mutants",
        of: "",
        cases: "256",
        tests: &["--lib", "--", "--test-threads=1", "--skip=explore::"],
    },
    // That one: every state of a small session.
    Pass {
        name: "explore",
        profile: "mutants",
        of: "crates/coldcap-session/",
        cases: "256",
        tests: &["--lib", "--", "--test-threads=1", "explore::"],
    },
    // The examples of the documentation.
    Pass { name: "documentation", profile: "mutants", of: "", cases: "256", tests: &["--doc"] },
];

/// What became of mutants, by their names.
#[derive(Default)]
struct Fate {
    caught: BTreeSet<String>,
    missed: BTreeSet<String>,
    timeout: BTreeSet<String>,
    unviable: BTreeSet<String>,
}

/// Changes every Nth place from the Kth on; `shard` is `K/N`.
pub(crate) fn run(shard: &str) -> Checked {
    if !shell::has(&["cargo", "mutants", "--version"]) {
        return Ok(Outcome::Skipped("cargo-mutants is not installed".into()));
    }
    let start = Instant::now();
    let copy = Copy::new("mutants")?;
    one_program::make(copy.sources(), &PACKAGES)?;
    let said = shell::target().join("mutants").join(shard.replace('/', "-of-"));
    let mut all = Fate::default();
    for pass in &PASSES {
        let left: Vec<String> =
            all.missed.iter().filter(|name| name.starts_with(pass.of)).cloned().collect();
        let is_first = all.caught.is_empty() && all.missed.is_empty();
        if is_first || !left.is_empty() {
            let out = said.join(pass.name);
            let chosen = if is_first { every(shard) } else { only(&left) };
            mutate(&copy, pass, &chosen, &out)?;
            all.follow(Fate::read(&out.join("mutants.out"))?);
        }
    }
    judge(&all, start.elapsed().as_secs_f64())
}

fn every(shard: &str) -> Vec<String> {
    ["--sharding=round-robin", "--shard", shard].map(String::from).into()
}

fn only(names: &[String]) -> Vec<String> {
    names.iter().flat_map(|name| ["--re".into(), format!("^{}$", escaped(name))]).collect()
}

/// As a regular expression that matches nothing else.
fn escaped(name: &str) -> String {
    let mut escaped = String::new();
    for letter in name.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

fn mutate(copy: &Copy, pass: &Pass, chosen: &[String], out: &Path) -> Done<()> {
    std::fs::create_dir_all(out)?;
    let fixed = ["cargo", "mutants", "--in-place", "--no-config", "--test-workspace=false"];
    let mut command = shell::command(copy.sources(), &fixed)?;
    command
        .args(PACKAGES.iter().flat_map(|name| ["--package", *name]))
        .args(["--build-timeout", "120", "--minimum-test-timeout", "60", "--annotations", "none"])
        .args(["--profile", pass.profile])
        .args(chosen)
        .arg("--output")
        .arg(out)
        .arg("--")
        .args(pass.tests)
        .env("CARGO_TARGET_DIR", copy.built())
        .env("RUSTFLAGS", "--allow warnings")
        .env("PROPTEST_CASES", pass.cases)
        // A failure need not be made small, nor told to the next run; and the same walks are walked each time.
        .env("PROPTEST_MAX_SHRINK_ITERS", "0")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1")
        .env("PROPTEST_RNG_SEED", "1")
        .stdin(Stdio::null());
    // Two is said of mutants that were missed, three of those that do not end.
    match command.status()?.code() {
        Some(0 | 2 | 3) => Ok(()),
        code => Err(format!("cargo mutants ended with {code:?}").into()),
    }
}

impl Fate {
    fn read(folder: &Path) -> Done<Self> {
        let names = |file: &str| -> Done<BTreeSet<String>> {
            let path: PathBuf = folder.join(file);
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(text.lines().map(String::from).collect())
        };
        Ok(Self {
            caught: names("caught.txt")?,
            missed: names("missed.txt")?,
            timeout: names("timeout.txt")?,
            unviable: names("unviable.txt")?,
        })
    }

    /// What a later pass said of some of the missed counts from then on.
    fn follow(&mut self, later: Self) {
        let Self { caught, missed, timeout, unviable } = later;
        self.missed.retain(|name| !caught.contains(name) && !timeout.contains(name));
        self.caught.extend(caught);
        self.missed.extend(missed);
        self.timeout.extend(timeout);
        self.unviable.extend(unviable);
    }
}

/// Says how many were noticed, and requires that the page explains every other.
fn judge(all: &Fate, seconds: f64) -> Checked {
    let [caught, missed, timeout, unviable] =
        [&all.caught, &all.missed, &all.timeout, &all.unviable].map(BTreeSet::len);
    let (noticed, viable) = (caught + timeout, caught + timeout + missed);
    println!("{caught} caught, {timeout} that did not end, {missed} missed, {unviable} unviable");
    println!("{noticed} of {viable} viable noticed, {seconds:.0} s");
    let page = std::fs::read_to_string(shell::root().join(explained::PATH))?;
    let open = explained::not_in(&page, &all.missed);
    all.missed.iter().for_each(|name| println!("missed: {name}"));
    if open.is_empty() {
        return Ok(Outcome::Done);
    }
    Err(format!("{} does not explain:\n{}", explained::PATH, open.join("\n")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> BTreeSet<String> {
        of.iter().map(|name| String::from(*name)).collect()
    }

    #[test]
    fn a_name_is_matched_by_itself_only() {
        let name = "src/a.rs:1:2: replace <impl A for B>::f -> Option<u8> with Some(0) in x += 1";
        assert_eq!(
            escaped(name),
            r"src/a\.rs:1:2: replace <impl A for B>::f \-> Option<u8> with Some\(0\) in x \+= 1"
        );
    }

    #[test]
    fn a_later_pass_takes_from_the_missed_what_it_noticed() {
        let mut all = Fate { missed: names(&["a", "b", "c"]), ..Fate::default() };
        all.follow(Fate {
            caught: names(&["a"]),
            missed: names(&["b"]),
            timeout: names(&["c"]),
            ..Fate::default()
        });
        assert_eq!((all.missed, all.caught), (names(&["b"]), names(&["a"])));
        assert_eq!(all.timeout, names(&["c"]));
    }
}
