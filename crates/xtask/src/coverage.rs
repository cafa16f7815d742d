//! What the tests of session, guard and journal reach in the sources of the three, and what they do not, with reasons.
//!
//! Measured is what runs. What is evaluated while the crate is compiled counts as not reached, and so does a line that
//! the compiler wants and no state can reach: each is a gap, and `docs/coverage.md` says why.

mod gaps;
mod page;
pub(crate) mod tracefile;

use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use gaps::Gap;
use tracefile::File;

type Done<T> = Result<T, Box<dyn Error>>;

const TOOL: [&str; 3] = ["cargo", "+nightly", "llvm-cov"];
const PACKAGES: [&str; 3] = ["coldcap-session", "coldcap-guard", "coldcap-journal"];

/// Branches of all sources together that must be reached, in thousandths.
const LEAST_BRANCHES_PERMILLE: usize = 980;

/// Holds the page against a run: the figures, and that every gap has its reason.
pub(crate) fn check() -> Checked {
    let Some(files) = measured()? else { return Ok(skipped()) };
    let committed = std::fs::read_to_string(shell::root().join(page::PATH))?;
    let gaps = judge(&files, &committed)?;
    if page::of(&files, &gaps) == committed {
        return Ok(Outcome::Done);
    }
    Err(format!("{} is not what was measured; `cargo xtask coverage write`", page::PATH).into())
}

/// Writes the page; a reason that stands there stays.
pub(crate) fn write() -> Checked {
    let Some(files) = measured()? else { return Ok(skipped()) };
    let path = shell::root().join(page::PATH);
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let gaps = gaps::with_reasons(gaps::of(&files), &committed);
    std::fs::write(path, page::of(&files, &gaps))?;
    judge(&files, &page::of(&files, &gaps)).map(|_| Outcome::Done)
}

fn skipped() -> Outcome {
    Outcome::Skipped("cargo-llvm-cov with a nightly toolchain".into())
}

/// Every line is reached or explained, and of the branches as many as must be.
fn judge(files: &[File], page: &str) -> Done<Vec<Gap>> {
    print!("{}", page::figures(files));
    let gaps = gaps::with_reasons(gaps::of(files), page);
    let open: Vec<String> =
        gaps.iter().filter(|gap| gap.why.is_empty()).map(ToString::to_string).collect();
    if !open.is_empty() {
        return Err(format!("{} does not explain:\n{}", page::PATH, open.join("\n")).into());
    }
    let (reached, all) = tracefile::branches(files.iter());
    if reached.saturating_mul(1_000) < all.saturating_mul(LEAST_BRANCHES_PERMILLE) {
        return Err(
            format!("{reached} of {all} branches, below {LEAST_BRANCHES_PERMILLE} ‰").into()
        );
    }
    Ok(gaps)
}

/// Runs the tests of the three crates; `None` without the tool.
fn measured() -> Done<Option<Vec<File>>> {
    if !shell::has(&[&TOOL[..], &["--version"]].concat()) {
        return Ok(None);
    }
    // Nothing of an earlier run may be counted, and random tests walk the same walks each time.
    shell::run(&[&TOOL[..], &["clean", "--workspace"]].concat())?;
    let packages = PACKAGES.iter().flat_map(|name| ["--package", *name]);
    let run: Vec<&str> =
        TOOL.into_iter().chain(["--branch", "--no-report"]).chain(packages).collect();
    let environment = [("PROPTEST_RNG_SEED", "1"), ("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1")];
    shell::run_in(&shell::root(), &run, &environment)?;
    let line = shell::output(&[&TOOL[..], &["report", "--branch", "--lcov"]].concat())?;
    let files = tracefile::read(&line, &shell::root())?;
    let ours = |file: &File| PACKAGES.iter().any(|name| file.is_of(name));
    Ok(Some(files.into_iter().filter(ours).collect()))
}
