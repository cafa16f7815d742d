//! Every check of coldcap behind one door: `cargo xtask ci` is what continuous integration runs.

mod arch;
mod bare;
mod ci;
mod docs;
mod emulator;
mod fuzz;
mod links;
mod panics;
mod probe;
mod prose;
mod shell;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  ci         everything below, in order, with the time of each step
  format     rustfmt, in check mode
  lint       clippy, warnings are errors
  doc        rustdoc, warnings are errors
  arch       the import rule, and that every dependency has its reason
  deny       licences, bans and sources (needs cargo-deny)
  prose      what is written keeps the rules of the house
  bare       all no_std crates for the five bare targets
  firmware   the image for the emulated board, its size, and that no panic path is in it
  demo       the whole treatment, its report, and its replay
  emulator   the whole treatment on the emulated Cortex-M4F: same output hash
  tcp        the whole treatment over TCP: same output hash
  uart       60 treatment seconds over the emulated UART
  examples   the host examples, and those of thermal control
  traces     the controller's traces on Cortex-M4F, Cortex-M0, RISC-V and WebAssembly: same hashes;
             and those of the shipped tables on Cortex-M4F and Cortex-M0
  cost       executed instructions a step on the emulated Cortex-M4F, and a conversion there and as
             ARMv6-M code, within the budget
  sizes      bytes of a step on Cortex-M4F and Cortex-M0, and that no panic path is in it
  slice      two million random operations on a controller of every number type, and every 1021st raw
             code through every shipped table
  faults     docs/faults.md is what the runs say (`faults write` writes it)
  fuzz       20 seconds of every fuzz target (needs cargo-fuzz)
  count      executed instructions a tick on the emulated Cortex-M4F
  compare    a step beside the other crates', as a Markdown table
  compare-curves         errors and times of our tables beside the other crates' conversions
  campaign pid [STEPS]   random operations, 1e8 for each number type unless said otherwise
  campaign ratios        all 4 294 967 296 raw codes through every shipped table";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["ci"] => ci::run(),
        ["campaign", "pid"] => fuzz::campaign("100000000"),
        ["campaign", "pid", steps] => fuzz::campaign(steps),
        ["campaign", "ratios"] => fuzz::ratios("1"),
        ["faults", "write"] => docs::write_faults(),
        [name] => match ci::step(name) {
            Some(step) => step(),
            None => Err(format!("unknown command '{name}'\n{USAGE}").into()),
        },
        _ => Err(USAGE.into()),
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
