//! Plays seeds of the link simulator: `linksim [FIRST] COUNT`, or `linksim seed SEED` for one with its options.

use coldcap_sim::linksim::{LineKind, Options, Summary, goodput, run};
use std::process::ExitCode;

const USAGE: &str =
    "usage: linksim [FIRST] COUNT | linksim hunt COUNT | linksim seed SEED | linksim goodput";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<u64>().ok();
    let sound = match words.as_slice() {
        ["goodput"] => print_goodput(),
        ["seed", seed] => number(seed).map(play_one),
        ["hunt", count] => number(count).map(hunt),
        [count] => number(count).map(|count| play(0, count)),
        [first, count] => number(first).zip(number(count)).map(|(first, count)| play(first, count)),
        _ => None,
    };
    match sound {
        Some(true) => ExitCode::SUCCESS,
        Some(false) => ExitCode::FAILURE,
        None => {
            eprintln!("{USAGE}");
            ExitCode::FAILURE
        }
    }
}

/// Seeds in order, up to the first failure.
fn play(first: u64, count: u64) -> bool {
    let mut sum = Summary::default();
    let mut slowest = 0;
    for seed in first..first.saturating_add(count) {
        let options = Options::from_seed(seed);
        match run(&options) {
            Ok(summary) => {
                sum.carried_out += summary.carried_out;
                sum.downloads += summary.downloads;
                sum.reports = sum.reports.saturating_add(summary.reports);
                slowest = slowest.max(summary.healed_ms);
            }
            Err(failure) => {
                println!("seed {seed}: {failure}\n{options}");
                return false;
            }
        }
    }
    println!(
        "{count} seeds from {first} on: {} commands carried out, {} downloads, {} reports; the slowest was done \
         {slowest} ms after the line had healed; nothing found",
        sum.carried_out, sum.downloads, sum.reports
    );
    true
}

/// All failures among so many seeds; the one that fails soonest is printed with its options.
fn hunt(count: u64) -> bool {
    let failures = (0..count).filter_map(|seed| {
        let options = Options::from_seed(seed);
        run(&options).err().map(|failure| (failure, options))
    });
    let found: Vec<_> = failures.take(20).collect();
    let Some((failure, options)) = found.iter().min_by_key(|(failure, _)| failure.at_ms) else {
        println!("nothing in {count} seeds");
        return true;
    };
    println!("{} seed {} {} ms\n{failure}\n{options}", failure.rule, options.seed, failure.at_ms);
    false
}

fn play_one(seed: u64) -> bool {
    let options = Options::from_seed(seed);
    println!("{options}");
    match run(&options) {
        Ok(summary) => {
            println!("{summary:?}");
            true
        }
        Err(failure) => {
            println!("{failure}");
            false
        }
    }
}

fn print_goodput() -> Option<bool> {
    println!(
        "| line | window | lost | fraction of the line's rate | sealed |\n|---|---|---|---|---|"
    );
    for kind in LineKind::ALL {
        for loss in [0.0, 0.1] {
            let mean = |sealed| {
                let length = kind.bytes_per_ms * 60_000;
                let one = |seed| goodput(&kind, length, loss, sealed, seed).fraction;
                (0..4).map(one).sum::<f64>() / 4.0
            };
            let (name, window, lost) = (kind.name, kind.window, loss * 100.0);
            println!("| {name} | {window} | {lost} % | {:.3} | {:.3} |", mean(false), mean(true));
        }
    }
    Some(true)
}
