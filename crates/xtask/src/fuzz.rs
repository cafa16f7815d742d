//! A smoke run of every fuzz target.

use crate::shell::{self, Checked, Outcome};

const SECONDS: &str = "-max_total_time=20";

/// Runs every target for 20 seconds on its committed corpus.
pub(crate) fn check() -> Checked {
    if !shell::has(&["cargo", "+nightly", "fuzz", "--version"]) {
        return Ok(Outcome::Skipped("cargo-fuzz or a nightly toolchain is not installed".into()));
    }
    let folder = shell::root().join("fuzz");
    let list = shell::output_in(&folder, &["cargo", "+nightly", "fuzz", "list"])?;
    for target in list.split_whitespace() {
        let line =
            ["cargo", "+nightly", "fuzz", "run", "--sanitizer", "none", target, "--", SECONDS];
        shell::run_in(&folder, &line, &[("RUST_BACKTRACE", "1")])?;
    }
    Ok(Outcome::Done)
}
