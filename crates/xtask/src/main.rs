//! Every check of coldcap behind one door: `cargo xtask ci` is what continuous integration runs.

mod arch;
mod bare;
mod budgets;
mod c;
mod ci;
mod clients;
mod commands;
mod count;
mod coverage;
mod defects;
mod docs;
mod emulator;
mod fuzz;
mod host_program;
mod links;
mod linksim;
mod loops;
mod mcap;
mod mutants;
mod packages;
mod panics;
mod probe;
mod prose;
mod running;
mod schema;
mod shell;
mod stm32;
mod trace;

use std::process::ExitCode;

const HEAD: &str = "\
usage: cargo xtask COMMAND

  ci         every step, in this order, with the time of each";

const CAMPAIGNS: &str =
    "  campaign pid [STEPS]   random operations, 1e8 for each number type unless said otherwise
  campaign ratios        all 4 294 967 296 raw codes through every shipped table
  campaign floats        platinum in single precision at every float
  campaign sessions [N]  random sessions recomputed from their records, 1e5 unless said otherwise;
                         `campaign sessions N emulated`: and the same on the emulated Cortex-M4F
  campaign linksim [N]   seeds of the link simulator, 1e6 unless said otherwise
  linksim-defects [NAME…]   plants every defect of crates/coldcap-sim/defects in a copy and requires that a seed
                         of the link simulator finds it; prints the one that finds it soonest, with its options
  campaign laws          the laws of a cap's contact at a fit visit and a session's start, fitted anew
  campaign corruption [N]   N damaged frames, 1e9 unless said otherwise, and every flip of two bits
  campaign upset POINTS STRIDE [PART PARTS]   flips every STRIDEth bit of a control at points of a treatment
  campaign falsify [RUNS]   the worst case of each of three margins, 333 400 runs each unless said otherwise:
                         kept in examples/worst-cases
  campaign faults [HEADS]   every fault in every phase and both modes, for 100 heads unless said otherwise:
                         writes docs/fault-campaign.md
  campaign count         executed instructions a tick with every fault, once each, on the emulated Cortex-M4F: the
                         worst of each part goes into docs/budgets.md
  campaign alarms        arbitration of every subset of at most twelve alarms
  campaign journal       power cut at every byte that a treatment stores, in three sizes of group
  campaign walks         floods and walks over two channels of a machine, thousands of each
  campaign noise [N]     handshakes beside those of snow, every second one with a fault, 1e5 unless said otherwise
  campaign properties PACKAGE SEED N   a package's tests with N beginnings of its properties, from SEED on
  explore [--small]      every state that the shipped step functions can reach; `explore write` writes
                         the table of transitions and its drawing
  defects [NAME…]        plants every defect of crates/coldcap-explore/defects in a copy and requires that
                         the explorer finds it; `--small`, `--stories` (the scripts that must fail), `write`
  mutants [K/N [PACKAGE]]   small changes of session, guard and journal in a copy, each of which a test must notice, or
                         docs/mutants.md says why none can; every Nth from the Kth on, K from 0, of all
                         packages or of one (needs cargo-mutants)
  mutants since COMMIT [PACKAGE]   the same, in lines that were written since a commit
  fuzz --minutes N       every fuzz target for N minutes, from what was found before and the committed corpus";

fn usage() -> String {
    format!("{HEAD}\n{}{CAMPAIGNS}", ci::usage())
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["ci"] => ci::run(),
        ["commands", coldcap] => commands::check_with(std::path::Path::new(coldcap)),
        ["campaign", "pid"] => fuzz::campaign("100000000"),
        ["campaign", "pid", steps] => fuzz::campaign(steps),
        ["campaign", "ratios"] => fuzz::ratios("1"),
        ["campaign", "floats"] => fuzz::floats(),
        ["campaign", "sessions"] => fuzz::sessions("100000"),
        ["campaign", "sessions", count] => fuzz::sessions(count),
        ["campaign", "sessions", count, "emulated"] => probe::sessions(count),
        ["campaign", "corruption"] => fuzz::corruption("1000000000"),
        ["campaign", "corruption", count] => fuzz::corruption(count),
        ["campaign", "linksim"] => linksim::campaign("1000000"),
        ["campaign", "linksim", count] => linksim::campaign(count),
        ["linksim-defects", names @ ..] => linksim::defects(names),
        ["campaign", "laws"] => fuzz::laws(),
        ["campaign", "count"] => count::campaign(),
        ["campaign", "alarms"] => fuzz::alarms(),
        ["campaign", "walks"] => fuzz::walks(),
        ["campaign", "journal"] => fuzz::journal(),
        ["campaign", "noise"] => fuzz::noise("100000"),
        ["campaign", "noise", count] => fuzz::noise(count),
        ["campaign", "properties", package, seed, count] => fuzz::properties(package, seed, count),
        ["campaign", "upset", plan @ ..] => fuzz::upset(plan),
        ["campaign", "falsify"] => docs::falsify("333400"),
        ["campaign", "falsify", runs] => docs::falsify(runs),
        ["campaign", "faults"] => docs::fault_matrix("100"),
        ["campaign", "faults", heads] => docs::fault_matrix(heads),
        ["explore"] => fuzz::explore(&["full"]),
        ["explore", "--small"] => fuzz::explore_slice(),
        ["explore", "--quick"] => fuzz::explore(&["quick"]),
        ["explore", "write"] => fuzz::explore(&["write", "docs"]),
        ["defects", "--small"] => defects::small(),
        ["defects", "--stories", names @ ..] => defects::stories(names),
        ["defects", "write"] => defects::write(),
        ["defects", names @ ..] => defects::explore(names),
        ["mutants"] => mutants::run("0/1", None),
        ["mutants", "since", commit] => mutants::since(commit, None),
        ["mutants", "since", commit, package] => mutants::since(commit, Some(package)),
        ["mutants", shard] => mutants::run(shard, None),
        ["mutants", shard, package] => mutants::run(shard, Some(package)),
        ["fuzz", "--minutes", minutes] => fuzz::minutes(minutes),
        ["schema", "freeze"] => schema::freeze(),
        ["semver", commit] => packages::semver_since(commit),
        [page, "write"] => write(page),
        [name] => match ci::step(name) {
            Some(step) => step(),
            None => Err(format!("unknown command '{name}'\n{}", usage()).into()),
        },
        _ => Err(usage().into()),
    };
    match result {
        Ok(shell::Outcome::Done) => ExitCode::SUCCESS,
        Ok(shell::Outcome::Skipped(why)) => {
            eprintln!("SKIPPED: {why}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes a page that a step holds.
fn write(page: &str) -> shell::Checked {
    match page {
        "schema" => schema::write(),
        "count" => count::write(),
        "budgets" => budgets::write(),
        "sizes" => probe::write_sizes(),
        "header" => c::write_header(),
        "coverage" => coverage::write(),
        "faults" => docs::write_faults(),
        "trace" => trace::write(),
        "loops" => loops::write(),
        _ => Err(format!("nothing writes '{page}'\n{}", usage()).into()),
    }
}
