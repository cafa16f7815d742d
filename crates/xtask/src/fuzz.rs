//! A smoke run of every fuzz target, and random walks without a fuzzer.

pub(crate) mod coverage;

use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use std::path::PathBuf;

const TOOL: [&str; 3] = ["cargo", "+nightly", "fuzz"];

/// Runs every target for ten seconds on its committed corpus, from the same beginning each time: the gate says the same
/// twice, and it is [`minutes`] that look further.
pub(crate) fn check() -> Checked {
    every_target(10, &["-seed=20261127"])
}

/// Runs every target for so many minutes.
pub(crate) fn minutes(minutes: &str) -> Checked {
    every_target(minutes.parse::<u64>()?.saturating_mul(60), &[])
}

/// Targets of what the feature `fast` makes twice: they are run with it, too.
const TWICE: [&str; 2] = ["cobs_differential", "deframe"];

fn every_target(seconds: u64, options: &[&str]) -> Checked {
    let time = format!("-max_total_time={seconds}");
    let options = [options, &[&time]].concat();
    if !shell::has(&words(&["--version"])) {
        return Ok(Outcome::Skipped("cargo-fuzz or a nightly toolchain is not installed".into()));
    }
    for target in targets()? {
        run(&target, &[], &options)?;
        if TWICE.contains(&target.as_str()) {
            run(&target, &["--features", "fast"], &options)?;
        }
    }
    Ok(Outcome::Done)
}

/// A call of cargo-fuzz.
fn words<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&TOOL[..], more].concat()
}

/// The names of the targets, as cargo-fuzz lists them.
fn targets() -> Result<Vec<String>, Box<dyn Error>> {
    let list = shell::output_in(&folder(), &words(&["list"]))?;
    Ok(list.split_whitespace().map(str::to_owned).collect())
}

fn folder() -> PathBuf {
    shell::root().join("fuzz")
}

fn run(target: &str, features: &[&str], options: &[&str]) -> Result<(), Box<dyn Error>> {
    // What is found goes into the first folder; the committed corpus only seeds it.
    let found = shell::target().join("fuzz-corpus").join(target);
    std::fs::create_dir_all(&found)?;
    let (found, seeds) = (found.to_string_lossy().into_owned(), format!("corpus/{target}"));
    let dictionary = format!("-dict=dictionaries/{target}");
    let mut line = words(&["run", "--sanitizer", "none"]);
    line.extend(features);
    line.extend([target, &found, &seeds, "--"]);
    line.extend(options);
    if folder().join("dictionaries").join(target).is_file() {
        line.push(&dictionary);
    }
    shell::run_in(&folder(), &line, &[("RUST_BACKTRACE", "1")])
}

/// Damaged frames through the receiver; every flip of two bits of the vectors; and the scheme with sixteen bits.
pub(crate) fn corruption(count: &str) -> Checked {
    let run = ["cargo", "run", "--release", "--package", "coldcap-wire", "--features", "fast"];
    shell::run(&[&run[..], &["--example", "corruption", "--", count]].concat())?;
    Ok(Outcome::Done)
}

/// Random operations on a controller of every number type, without a fuzzer: much faster, and the same on
/// every machine.
pub(crate) fn campaign(steps: &str) -> Checked {
    let run = ["cargo", "run", "--quiet", "--release", "--package", "coldcap-trial"];
    shell::run(&[&run[..], &["--bin", "campaign", "--", steps]].concat())?;
    Ok(Outcome::Done)
}

/// Every `stride`-th code of 32 bits through every shipped table.
pub(crate) fn ratios(stride: &str) -> Checked {
    let run = ["cargo", "run", "--quiet", "--release", "--package", "coldcap-trial"];
    shell::run(&[&run[..], &["--bin", "ratios", "--", stride]].concat())?;
    Ok(Outcome::Done)
}

/// Arbitration of the alarms: every subset of at most twelve rows.
pub(crate) fn alarms() -> Checked {
    ignored("coldcap-guard", "", &["alarm_subsets"])
}

/// Floods of commands and walks over two channels, thousands of each, through the whole of control.
pub(crate) fn walks() -> Checked {
    ignored("coldcap", "", &["record", "unasked"])
}

/// The power cut at every byte that a treatment stores.
pub(crate) fn journal() -> Checked {
    ignored("coldcap-sim", "", &["journal_of_a_treatment"])
}

/// Tests that take too long for every run, in release.
fn ignored(package: &str, features: &str, tests: &[&str]) -> Checked {
    let run = ["cargo", "test", "--release", "--package", package, "--features", features];
    let named = tests.iter().flat_map(|test| ["--test", test]);
    let line: Vec<&str> =
        run.into_iter().chain(named).chain(["--", "--ignored", "--nocapture"]).collect();
    shell::run(&line)?;
    Ok(Outcome::Done)
}

/// Platinum in single precision at every float of its range.
pub(crate) fn floats() -> Checked {
    ignored("coldcap-calibration", "physics", &["sensors"])
}

/// The laws of a zone's flux, at a fit visit and at a session's start, fitted to simulated visits; and what each method
/// shows of heads that no law was fitted on.
pub(crate) fn laws() -> Checked {
    let beyond = "heads_beyond_in_facade";
    ignored(
        "coldcap-sim",
        "",
        &["contact_at_start", "zones_in_facade", "skin_side_in_facade", beyond],
    )
}

/// Random sessions, each recomputed from its own record; the tests take a slice of them.
pub(crate) fn sessions(count: &str) -> Checked {
    let run = ["cargo", "run", "--release", "--package", "coldcap-trial", "--bin", "sessions"];
    shell::run(&[&run[..], &["--", count]].concat())?;
    Ok(Outcome::Done)
}

/// Handshakes of the link beside those of `snow`, with faults; the tests take a slice of them.
pub(crate) fn noise(count: &str) -> Checked {
    let run = ["cargo", "run", "--release", "--quiet", "--package", "coldcap-wire"];
    shell::run(&[&run[..], &["--example", "noise_campaign", "--", count]].concat())?;
    Ok(Outcome::Done)
}

/// The tests of one package with `count` other beginnings of its properties, from `seed` on.
pub(crate) fn properties(package: &str, seed: &str, count: &str) -> Checked {
    let (first, count): (u64, u64) = (seed.parse()?, count.parse()?);
    let line = ["cargo", "test", "--quiet", "--release", "--lib", "--tests", "--package", package];
    for seed in (first..).zip(0..count).map(|(seed, _)| seed.to_string()) {
        println!("properties of {package} from {seed}");
        shell::run_in(&shell::root(), &line, &[("PROPTEST_RNG_SEED", &seed)])?;
    }
    Ok(Outcome::Done)
}

/// A small slice of the campaigns.
pub(crate) fn slice() -> Checked {
    ratios("1021")?;
    campaign("2000000")
}

/// The exploration of the shipped step functions: `small`, `full`, or `write` for the table and its drawing.
pub(crate) fn explore(what: &[&str]) -> Checked {
    let run = ["cargo", "run", "--quiet", "--release", "--package", "coldcap-explore", "--"];
    shell::run(&[&run[..], what].concat())?;
    Ok(Outcome::Done)
}

/// The slice of the exploration, and the table of transitions against the reviewed one and the documents.
pub(crate) fn explore_slice() -> Checked {
    explore(&["small"])?;
    let test = ["cargo", "test", "--release", "--quiet", "--package", "coldcap-explore"];
    shell::run(
        &[&test[..], &["--test", "transitions", "--test", "amended", "--", "--ignored"]].concat(),
    )?;
    Ok(Outcome::Done)
}

/// Flipped bits of a running control: every so manyth at so many points of a treatment, all of them or a part.
pub(crate) fn upset(plan: &[&str]) -> Checked {
    let run = ["cargo", "run", "--quiet", "--release", "--package", "coldcap-upset", "--"];
    shell::run(&[&run[..], plan].concat())?;
    Ok(Outcome::Done)
}

/// A small slice of them.
pub(crate) fn upset_slice() -> Checked {
    upset(&["20", "1009"])
}
