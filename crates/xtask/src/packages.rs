//! What whoever builds on these crates relies on: every choice of features, the oldest versions that the manifests allow,
//! the oldest compiler, what a package holds, what changed in what is public, and what Miri says.

use crate::arch::NO_STD;
use crate::bare;
use crate::defects::copy::Copy;
use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use std::path::Path;

/// The libraries that need the standard one.
const STD: [&str; 6] = [
    "coldcap-trial",
    "coldcap-schema",
    "coldcap-sim",
    "coldcap-host",
    "coldcap-explore",
    "coldcap-upset",
];
/// Features that need the standard library.
const STD_FEATURES: &str = "std,tokio";
/// The oldest compiler, as `rust-version` in the workspace's manifest has it.
const OLDEST: &str = "+1.93";

/// `--package NAME` for each.
fn of<'a>(names: impl IntoIterator<Item = &'a &'a str>) -> Vec<&'a str> {
    names.into_iter().flat_map(|name| ["--package", *name]).collect()
}

fn lacks(what: &str) -> Checked {
    Ok(Outcome::Skipped(format!("{what} is not installed")))
}

/// No feature, each one, and every two, on this machine; those of the `no_std` crates on a microcontroller, too.
pub(crate) fn hack() -> Checked {
    if !shell::has(&["cargo", "hack", "--version"]) {
        return lacks("cargo-hack");
    }
    let powerset = ["cargo", "hack", "check", "--quiet", "--feature-powerset", "--depth", "2"];
    let [reference, ..] = bare::TARGETS;
    shell::run(&[&powerset[..], &of(NO_STD), &of(&STD)].concat())?;
    if !bare::installed(reference) {
        return lacks(&format!("the target {reference}"));
    }
    let there = ["--target", reference, "--exclude-features", STD_FEATURES];
    shell::run(&[&powerset[..], &there, &of(NO_STD)].concat())?;
    Ok(Outcome::Done)
}

/// Whether the libraries build with the oldest versions of others' crates that their manifests allow. It is done in a
/// copy, whose lock file is another and which has no tests: those may want newer ones.
pub(crate) fn minimal_versions() -> Checked {
    if !shell::has(&["cargo", "+nightly", "--version"]) {
        return lacks("a nightly toolchain");
    }
    let copy = Copy::new("minimal-versions")?;
    for name in NO_STD.iter().chain(&STD) {
        edit(&copy.sources().join(format!("crates/{name}/Cargo.toml")), without_tests)?;
    }
    edit(&copy.sources().join("Cargo.toml"), of_libraries)?;
    let update = ["cargo", "+nightly", "update", "--quiet", "-Z", "direct-minimal-versions"];
    shell::run_in(copy.sources(), &update, &[])?;
    let built = copy.built().to_string_lossy().into_owned();
    let check = ["cargo", "check", "--quiet", "--locked", "--lib", "--all-features"];
    let line = [&check[..], &of(NO_STD), &of(&STD)].concat();
    shell::run_in(copy.sources(), &line, &[("CARGO_TARGET_DIR", &built)])?;
    Ok(Outcome::Done)
}

fn edit(file: &Path, change: impl Fn(&str) -> String) -> Result<(), Box<dyn Error>> {
    Ok(std::fs::write(file, change(&std::fs::read_to_string(file)?))?)
}

/// The manifest of a workspace of the libraries alone: what a tool wants newer is nothing that they want.
fn of_libraries(manifest: &str) -> String {
    let quoted: Vec<String> =
        NO_STD.iter().chain(&STD).map(|name| format!("\"crates/{name}\"")).collect();
    let kept = manifest.lines().filter(|line| !line.starts_with("default-members"));
    let lines = kept.map(|line| match line.starts_with("members = ") {
        true => format!("members = [{}]\n", quoted.join(", ")),
        false => format!("{line}\n"),
    });
    lines.collect()
}

/// A manifest without what only its tests need.
fn without_tests(manifest: &str) -> String {
    let mut of_tests = false;
    let kept = manifest.lines().filter(|line| {
        if line.starts_with('[') {
            of_tests = *line == "[dev-dependencies]";
        }
        !of_tests
    });
    kept.flat_map(|line| [line, "\n"]).collect()
}

/// Whether everything builds with the oldest compiler.
pub(crate) fn msrv() -> Checked {
    if !shell::has(&["cargo", OLDEST, "--version"]) {
        return lacks(&format!("the toolchain {OLDEST}"));
    }
    let built = shell::target().join("msrv").to_string_lossy().into_owned();
    let line = ["cargo", OLDEST, "check", "--quiet", "--locked", "--workspace", "--all-features"];
    shell::run_in(&shell::root(), &line, &[("CARGO_TARGET_DIR", &built)])?;
    Ok(Outcome::Done)
}

/// Libraries for whoever builds a machine or a host; the others try these.
const PACKAGED_STD: [&str; 2] = ["coldcap-schema", "coldcap-host"];

/// Makes the package of every library of a product and says how large it is. Nothing is published: the manifests forbid it,
/// so that it is done in a copy that does not. The packages are not built: they are the sources that the other steps
/// build.
pub(crate) fn package() -> Checked {
    let copy = Copy::new("packages")?;
    let manifest = copy.sources().join("Cargo.toml");
    edit(&manifest, |text| text.replace("publish = false", "publish = true"))?;
    let built = copy.built().to_string_lossy().into_owned();
    let line = ["cargo", "package", "--quiet", "--no-verify", "--offline", "--locked"];
    let line = [&line[..], &of(NO_STD), &of(&PACKAGED_STD)].concat();
    shell::run_in(copy.sources(), &line, &[("CARGO_TARGET_DIR", &built)])?;
    println!("| package | KiB |\n|---|---|");
    for name in NO_STD.iter().chain(&PACKAGED_STD) {
        let file = copy.built().join(format!("package/{name}-{}.crate", env!("CARGO_PKG_VERSION")));
        println!("| {name} | {} |", std::fs::metadata(file)?.len().div_ceil(1_024));
    }
    Ok(Outcome::Done)
}

/// What is public against an earlier commit: the last tag, or where there is none what the other end has.
pub(crate) fn semver() -> Checked {
    match baseline()? {
        Some(commit) => semver_since(&commit),
        None => Ok(Outcome::Skipped(
            "there is neither a tag nor origin/main: allowed is `cargo xtask semver COMMIT`".into(),
        )),
    }
}

/// The same against this commit.
pub(crate) fn semver_since(commit: &str) -> Checked {
    if !shell::has(&["cargo", "semver-checks", "--version"]) {
        return lacks("cargo-semver-checks");
    }
    let listed = ["git", "ls-tree", "--name-only", commit, "crates/"];
    let listed = shell::output(&listed)?;
    let is_there = |name: &&&str| listed.lines().any(|line| line == format!("crates/{name}"));
    let (old, new): (Vec<_>, Vec<_>) = NO_STD.iter().partition(is_there);
    println!("against {commit}, where there was no {new:?}");
    let line = ["cargo", "semver-checks", "--baseline-rev", commit];
    shell::run(&[&line[..], &of(old)].concat())?;
    Ok(Outcome::Done)
}

fn baseline() -> Result<Option<String>, Box<dyn Error>> {
    let tags = shell::output(&["git", "tag", "--sort=-creatordate", "--merged", "HEAD"])?;
    let other_end =
        ["git", "for-each-ref", "--format=%(refname:short)", "refs/remotes/origin/main"];
    let other_end = shell::output(&other_end)?;
    Ok(tags.lines().chain(other_end.lines()).next().map(str::to_owned))
}

/// Tests that Miri runs in minutes: a package, and what of its tests.
const MIRI: [(&str, &[&str]); 4] = [
    ("coldcap-units", &["--lib"]),
    ("coldcap-journal", &["--lib"]),
    ("coldcap-wire", &["--lib", "frame::"]),
    ("coldcap-c", &["--lib"]),
];

/// Runs them in Miri, with few cases of every property and the same each time.
pub(crate) fn miri() -> Checked {
    if !shell::has(&["cargo", "+nightly", "miri", "--version"]) {
        return lacks("Miri of a nightly toolchain");
    }
    let built = shell::target().join("miri").to_string_lossy().into_owned();
    let environment = [
        ("CARGO_TARGET_DIR", built.as_str()),
        ("PROPTEST_CASES", "4"),
        ("PROPTEST_RNG_SEED", "1"),
        ("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1"),
        ("MIRIFLAGS", "-Zmiri-disable-isolation"),
    ];
    for (package, tests) in MIRI {
        println!("-- {package} {}", tests.join(" "));
        let line = ["cargo", "+nightly", "miri", "test", "--quiet", "--package", package];
        shell::run_in(&shell::root(), &[&line[..], tests].concat(), &environment)?;
    }
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_tests_need_is_left_out() {
        let manifest =
            "[dependencies]\na = \"1\"\n\n[dev-dependencies]\nb = \"1\"\n\n[lints]\nc = 1\n";
        assert_eq!(without_tests(manifest), "[dependencies]\na = \"1\"\n\n[lints]\nc = 1\n");
    }
}
