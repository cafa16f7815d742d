//! `docs/coverage.md`.

use super::gaps::Gap;
use super::tracefile::{self, File};

pub(crate) const PATH: &str = "docs/coverage.md";

const HEAD: &str = "\
# Coverage

What the tests of `coldcap-session`, `coldcap-guard` and `coldcap-journal` reach in the sources of the three. `cargo xtask coverage` measures it
(it needs cargo-llvm-cov and a nightly toolchain, and is skipped without) and holds this page against what it measured;
`cargo xtask coverage write` writes the page, all but the reasons. It fails where a gap below has no reason, and below 98 %
of the branches.

Counted are the crates' own tests alone: neither examples in the documentation nor the tests of other crates. The lines
of tests do not count. A line or a branch that several tests reach counts once. *Branches* are both ways out of every
decision; the arms of a `match` are lines.

";

const GAPS: &str = "
## Gaps

A row is lines that follow each other, named by the first, or a way out of a decision that was never taken.

| file | code | what | why no test reaches it |
|---|---|---|---|
";

/// What is told of: a name and how its paths begin.
const PARTS: [(&str, &str); 8] = [
    ("session", "crates/coldcap-session/"),
    ("its record", "crates/coldcap-session/src/record/"),
    ("guard", "crates/coldcap-guard/"),
    ("its alarm engine", "crates/coldcap-guard/src/alarm/"),
    ("its interlock", "crates/coldcap-guard/src/interlock/"),
    ("journal", "crates/coldcap-journal/"),
    ("its simulated flash", "crates/coldcap-journal/src/simulated.rs"),
    ("together", "crates/"),
];

/// The whole page.
pub(crate) fn of(files: &[File], gaps: &[Gap]) -> String {
    let rows: String = gaps.iter().map(|gap| format!("{gap}\n")).collect();
    format!("{HEAD}{}{GAPS}{rows}", figures(files))
}

/// The table of figures.
pub(crate) fn figures(files: &[File]) -> String {
    let row = |(name, path): (&str, &str)| {
        let of = || files.iter().filter(|file| file.path.starts_with(path));
        let (lines, branches) = (tracefile::lines(of()), tracefile::branches(of()));
        format!("| {name} | {} | {} |\n", share(lines), share(branches))
    };
    let rows: String = PARTS.into_iter().map(row).collect();
    format!("| part | lines | branches |\n|---|---|---|\n{rows}")
}

/// The share is cut off, not rounded: what is not all is not 100 %.
fn share((reached, all): (usize, usize)) -> String {
    let permille = reached.saturating_mul(1_000).checked_div(all).unwrap_or(1_000);
    format!("{reached} of {all}, {}.{} %", permille / 10, permille % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_said_to_be_more_than_it_is() {
        assert_eq!(share((1_999, 2_000)), "1999 of 2000, 99.9 %");
        assert_eq!(share((7, 7)), "7 of 7, 100.0 %");
        assert_eq!(share((0, 0)), "0 of 0, 100.0 %");
    }
}
