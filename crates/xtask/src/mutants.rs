//! Mutants of session, guard and journal: small changes in a copy of the sources, each of which a test must notice.
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
const PACKAGES: [&str; 3] = ["coldcap-session", "coldcap-guard", "coldcap-journal"];

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
            "--skip=a_cut_at_any_byte",
            "--skip=a_worn_byte_costs",
            "--skip=a_bit_that_rots",
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

/// Which places are changed.
enum Places<'a> {
    /// Every Nth from the first on.
    EveryNth { first: usize, every: usize },
    /// Those of lines that were written since this commit.
    Since(&'a str),
}

/// Changes every Nth place from the Kth on, of all packages or of one; `shard` is `K/N`.
pub(crate) fn run(shard: &str, package: Option<&str>) -> Checked {
    let (first, every) = parse(shard)?;
    plant(&Places::EveryNth { first, every }, package)
}

/// Changes every place of a line that was written since `commit`, of all packages or of one.
pub(crate) fn since(commit: &str, package: Option<&str>) -> Checked {
    plant(&Places::Since(commit), package)
}

fn plant(places: &Places<'_>, package: Option<&str>) -> Checked {
    let packages = of(package)?;
    if !shell::has(&["cargo", "mutants", "--version"]) {
        return Ok(Outcome::Skipped("cargo-mutants is not installed".into()));
    }
    let start = Instant::now();
    let copy = Copy::new("mutants")?;
    one_program::make(copy.sources(), &PACKAGES)?;
    let names = list(&copy, packages, &[])?;
    let (said, chosen) = match places {
        Places::EveryNth { first, every } => {
            let chosen = names.iter().skip(*first).step_by(*every).cloned().collect();
            (format!("{first}-of-{every}"), chosen)
        }
        Places::Since(commit) => {
            (format!("since-{commit}"), written_since(commit, &copy, packages)?)
        }
    };
    let said = shell::target().join("mutants").join(said);
    let mut all = Fate { missed: chosen, ..Fate::default() };
    for pass in &PASSES {
        let left: BTreeSet<&String> =
            all.missed.iter().filter(|name| name.starts_with(pass.of)).collect();
        if !left.is_empty() {
            let out = said.join(pass.name);
            leave_out(names.iter().filter(|name| !left.contains(name)), &out)?;
            mutate(&copy, packages, pass, &out)?;
            all.follow(Fate::read(&out.join("mutants.out"))?);
        }
    }
    judge(&all, start.elapsed().as_secs_f64())
}

fn parse(shard: &str) -> Done<(usize, usize)> {
    let wrong = || format!("'{shard}' is not K/N with K from 0 and below N");
    let (first, every) = shard.split_once('/').ok_or_else(wrong)?;
    let (first, every) = (first.parse::<usize>()?, every.parse::<usize>()?);
    if first < every { Ok((first, every)) } else { Err(wrong().into()) }
}

/// The packages of this name, or all.
fn of(package: Option<&str>) -> Done<&'static [&'static str]> {
    let Some(name) = package else { return Ok(&PACKAGES) };
    let place = PACKAGES.iter().position(|known| *known == name);
    let place = place.ok_or_else(|| format!("'{name}' is none of {}", PACKAGES.join(", ")))?;
    Ok(&PACKAGES[place..=place])
}

/// The names of mutants, in the order of their places.
fn list(copy: &Copy, packages: &[&str], among: &[&str]) -> Done<Vec<String>> {
    let fixed = ["cargo", "mutants", "--list", "--no-config"];
    let packages = packages.iter().flat_map(|name| ["--package", *name]);
    let line: Vec<&str> = fixed.into_iter().chain(packages).chain(among.iter().copied()).collect();
    let names = shell::output_in(copy.sources(), &line)?;
    Ok(names.lines().map(String::from).collect())
}

/// The names of those of lines that were written since `commit`.
fn written_since(commit: &str, copy: &Copy, packages: &[&str]) -> Done<BTreeSet<String>> {
    let sources = PACKAGES.map(|name| format!("crates/{name}/src"));
    let fixed = ["git", "diff", commit, "--"];
    let line: Vec<&str> = fixed.into_iter().chain(sources.iter().map(String::as_str)).collect();
    let file = shell::target().join("mutants").join("written.diff");
    std::fs::create_dir_all(shell::target().join("mutants"))?;
    std::fs::write(&file, shell::output_in(&shell::root(), &line)?)?;
    let file = file.to_string_lossy();
    Ok(list(copy, packages, &["--in-diff", &file])?.into_iter().collect())
}

/// Says of mutants that they were caught before, so that cargo-mutants leaves them out. Its own choice by a regular
/// expression passes over mutants that take a field out of a struct expression (27.1).
fn leave_out<'a>(names: impl Iterator<Item = &'a String>, out: &Path) -> Done<()> {
    if out.exists() {
        std::fs::remove_dir_all(out)?;
    }
    let folder = out.join("mutants.out");
    std::fs::create_dir_all(&folder)?;
    let caught: String = names.flat_map(|name| [name.as_str(), "\n"]).collect();
    Ok(std::fs::write(folder.join("caught.txt"), caught)?)
}

fn mutate(copy: &Copy, packages: &[&str], pass: &Pass, out: &Path) -> Done<()> {
    let fixed = ["cargo", "mutants", "--in-place", "--no-config", "--test-workspace=false"];
    let mut command = shell::command(copy.sources(), &fixed)?;
    command
        .args(packages.iter().flat_map(|name| ["--package", *name]))
        .args(["--iterate", "--build-timeout", "600", "--minimum-test-timeout", "60"])
        .args(["--annotations", "none", "--profile", pass.profile])
        .arg("--output")
        .arg(out)
        .arg("--")
        .args(pass.tests)
        .env("CARGO_TARGET_DIR", copy.built())
        .env_remove("RUSTFLAGS")
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
        let Self { caught, missed: _, timeout, unviable } = later;
        let known = [&caught, &timeout, &unviable];
        self.missed.retain(|name| !known.iter().any(|names| names.contains(name)));
        self.caught.extend(caught);
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
    all.timeout.iter().for_each(|name| println!("did not end: {name}"));
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
    fn a_shard_is_a_first_and_a_step() {
        assert_eq!(parse("3/12").unwrap(), (3, 12));
        for wrong in ["12/12", "0/0", "3", "a/4", "-1/4"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_package_is_one_of_those_that_are_changed() {
        assert_eq!(of(None).unwrap(), PACKAGES);
        assert_eq!(of(Some("coldcap-guard")).unwrap(), ["coldcap-guard"]);
        assert!(of(Some("coldcap")).is_err());
    }

    #[test]
    fn a_later_pass_takes_from_the_missed_what_it_noticed() {
        let mut all = Fate { missed: names(&["a", "b", "c", "d"]), ..Fate::default() };
        all.follow(Fate {
            caught: names(&["a"]),
            missed: names(&["b"]),
            timeout: names(&["c"]),
            unviable: names(&["d"]),
        });
        assert_eq!((all.missed, all.caught), (names(&["b"]), names(&["a"])));
        assert_eq!((all.timeout, all.unviable), (names(&["c"]), names(&["d"])));
    }
}
