//! The steps of continuous integration, in order, each with its time.

use crate::shell::{self, Checked, Outcome};
use crate::{
    arch, bare, budgets, c, clients, commands, count, coverage, defects, docs, emulator, fuzz,
    host_program, linksim, loops, mcap, packages, panics, probe, prose, schema, stm32, trace,
};
use core::time::Duration;
use std::time::Instant;

type Step = fn() -> Checked;

const STEPS: &[(&str, Step, &str)] = &[
    ("format", format, "rustfmt, in check mode"),
    (
        "prose",
        prose::check,
        "what is written keeps the rules of the house, and its links lead somewhere",
    ),
    ("arch", arch::check, "the import rule, and that every dependency has its reason"),
    (
        "trace",
        trace::check,
        "every requirement has code and a test that is run, and docs/TRACE.md says which\n                 (`trace write` writes it)",
    ),
    (
        "loops",
        loops::check,
        "every loop of the device's crates has a bound in docs/loop-bounds.md, and every bound a loop (`loops write` writes\n                 the page)",
    ),
    (
        "schema",
        schema::check,
        "schema.lock, the vectors, the page and the clients follow from the code, and nothing but growth\n                 happened (`schema write` writes them, `schema freeze` closes the minor version)",
    ),
    (
        "client-c",
        clients::c,
        "the C header decodes all vectors and refuses 20 000 damaged frames as Rust does (needs cc)",
    ),
    ("client-python", clients::python, "the same with the Python module (needs python3)"),
    (
        "client-typescript",
        clients::typescript,
        "the same with the module for TypeScript (needs node)",
    ),
    (
        "client-wireshark",
        clients::wireshark,
        "the same with the dissector, every field with unit and code name (needs tshark)",
    ),
    (
        "mcap",
        mcap::check,
        "an exported recording, read with the MCAP library for Python, agrees with the CSV (needs the module mcap)",
    ),
    (
        "header",
        c::header,
        "coldcap.h is what cbindgen makes of the C interface (`header write` writes it; needs cbindgen)",
    ),
    (
        "c-host",
        c::host,
        "a C program drives the library on this machine under the sanitisers, and README's example (needs cc)",
    ),
    (
        "package",
        packages::package,
        "the package of every library of a product, and how large it is",
    ),
    ("deny", deny, "licences, bans and sources (needs cargo-deny)"),
    ("lint", lint, "clippy, warnings are errors"),
    ("doc", doc, "rustdoc, warnings are errors"),
    ("bare", bare::check, "all no_std crates for the five bare targets"),
    ("demo", demo, "the whole treatment, its report, and its replay"),
    ("tune", tune, "the guided tuning on the virtual machine, and its drawings"),
    ("tcp", emulator::tcp, "the whole treatment over TCP: same output hash"),
    (
        "examples",
        examples,
        "the host examples, those of thermal control, and one of each crate alone",
    ),
    (
        "host-program",
        host_program::check,
        "the chapter on host programs, gone through from its text alone: the program is made, run, and its machine killed",
    ),
    (
        "commands",
        commands::check,
        "every coldcap command of README and docs, once, as it stands there (`commands FILE` takes that command instead of\n                 building one)",
    ),
    (
        "faults",
        docs::check_faults,
        "docs/faults.md is what the runs say (`faults write` writes it)",
    ),
    (
        "firmware",
        panics::check,
        "the image for the emulated board, its size, and that no panic path is in it",
    ),
    (
        "budgets",
        budgets::check,
        "flash and memory of the images for the emulated board, and that none has grown beyond docs/budgets.md\n                 (`budgets write` writes it)",
    ),
    (
        "emulator",
        emulator::treatment,
        "the whole treatment on the emulated Cortex-M4F and as ARMv6-M code, its power cut in the midst of it: same\n                 output hash",
    ),
    (
        "machine",
        emulator::machine,
        "a whole machine of two channels on the emulated board's own clock for a minute, and behind a loss of power: what its\n                 host is told, what it drives, and that its watchdog does not bite",
    ),
    (
        "firmware-c",
        c::firmware,
        "firmware in C on the emulated Cortex-M4F: its size, no panic path, same output hash (needs arm-none-eabi-gcc)",
    ),
    (
        "embassy",
        emulator::embassy,
        "the two halves as tasks of embassy on the same board, in at most 300 lines: no panic path, same output hash,\n                 with a loss of power, too",
    ),
    (
        "stm32",
        stm32::check,
        "the image for a NUCLEO-L496ZG, of which no board has run it: what it takes of the chip, no panic path behind what\n                 decides, and everywhere else none but the HAL's",
    ),
    ("uart", emulator::uart, "60 treatment seconds over the emulated UART"),
    (
        "traces",
        probe::traces,
        "the controller's traces on Cortex-M4F, Cortex-M0, RISC-V and WebAssembly, and those of\n                 the shipped tables on Cortex-M4F and Cortex-M0: same hashes",
    ),
    (
        "cost",
        probe::cost,
        "executed instructions a step on the emulated Cortex-M4F, and a conversion there and as\n                 ARMv6-M code, within the budget",
    ),
    (
        "sizes",
        probe::sizes,
        "bytes of a step and of every crate on Cortex-M4F and Cortex-M0, that no panic path is in it, and that no crate\n                 has grown beyond docs/budgets.md (`sizes write` writes it)",
    ),
    ("benches", benches, "every bench runs once"),
    (
        "slice",
        fuzz::slice,
        "two million random operations on a controller of every number type, and every 1021st\n                 raw code through every shipped table",
    ),
    (
        "linksim-slice",
        linksim::slice,
        "ten thousand seeds of the link simulator: no command twice, late or without its role; all ends once the\n                 line has healed",
    ),
    (
        "explore-slice",
        fuzz::explore_slice,
        "the states of session, interlock, alarms, arbiter, guard, display and record, a slice of `explore`; the table of\n                 transitions is the reviewed one, and the documents hold it",
    ),
    (
        "upset-slice",
        fuzz::upset_slice,
        "a flipped bit in 1 009 of a running control, at 20 points of a treatment: nothing unsafe that is not known",
    ),
    (
        "fault-slice",
        docs::fault_slice,
        "every fault in every phase and both modes, for one head; `campaign faults` tries a hundred",
    ),
    (
        "defects-slice",
        defects::small,
        "three defects, planted in a copy, and each found; `defects` plants them all",
    ),
    ("fuzz", fuzz::check, "ten seconds of every fuzz target (needs cargo-fuzz)"),
];

/// Steps that are run by hand only.
const BY_HAND: &[(&str, Step, &str)] = &[
    (
        "coverage",
        coverage::check,
        "lines and branches of session, guard and journal that their tests reach: docs/coverage.md says so, and why\n                 the rest is not reached; `coverage write` writes it (needs cargo-llvm-cov and a nightly toolchain)",
    ),
    (
        "fuzz-coverage",
        fuzz::coverage::check,
        "lines of coldcap-wire that the committed corpora alone reach (needs cargo-fuzz and llvm-tools)",
    ),
    (
        "hack",
        packages::hack,
        "every library with no feature, with each one and with every two, the no_std ones on a microcontroller, too\n                 (needs cargo-hack)",
    ),
    (
        "minimal-versions",
        packages::minimal_versions,
        "every library with the oldest versions of others' crates that the manifests allow (needs a nightly toolchain)",
    ),
    (
        "msrv",
        packages::msrv,
        "everything with the oldest compiler that the manifests name (needs its toolchain)",
    ),
    (
        "semver",
        packages::semver,
        "what is public of the no_std crates against the last tag, or the commit that is named (needs\n                 cargo-semver-checks)",
    ),
    (
        "miri",
        packages::miri,
        "tests of units, journal and the wire's frames in Miri (needs it, of a nightly toolchain)",
    ),
    ("goodput", linksim::goodput, "the fraction of each kind of line's rate that a download uses"),
    (
        "count",
        count::check,
        "executed instructions a tick on the emulated Cortex-M4F, and as ARMv6-M code: same output hash (`count write` writes\n                 them into docs/budgets.md)",
    ),
    ("compare", compare, "a step beside the other crates', as a Markdown table"),
    (
        "compare-curves",
        compare_curves,
        "errors and times of our tables beside the other crates' conversions",
    ),
    (
        "compare-wire",
        compare_wire,
        "bytes and times of a telemetry frame beside other stacks', and stuffing beside other crates'",
    ),
    (
        "compare-journal",
        compare_journal,
        "what a treatment's log costs beside sequential-storage's queue, and what each loses when power is cut",
    ),
];

/// The step of this name.
pub(crate) fn step(name: &str) -> Option<Step> {
    STEPS.iter().chain(BY_HAND).find(|(step, ..)| *step == name).map(|(_, step, _)| *step)
}

/// Every step, a line each, and what is run by hand only.
pub(crate) fn usage() -> String {
    let list = |steps: &[(&str, Step, &str)]| -> String {
        steps.iter().map(|(name, _, what)| format!("  {name:<15} {what}\n")).collect()
    };
    format!("{}by hand only:\n{}", list(STEPS), list(BY_HAND))
}

/// Runs all steps; the first failure ends the run.
pub(crate) fn run() -> Checked {
    let mut lines = Vec::new();
    let mut skipped = Vec::new();
    for (name, step, _) in STEPS {
        println!("\n=== {name}");
        let start = Instant::now();
        let outcome = step().map_err(|error| format!("{name}: {error}"))?;
        if let Outcome::Skipped(why) = outcome {
            println!("!!! SKIPPED {name}: {why}");
            skipped.push(format!("!!! SKIPPED {name}: {why}"));
        }
        lines.push(row(name, start.elapsed()));
    }
    println!("\nstep times\n{}", lines.join("\n"));
    println!("{} steps done, {} skipped", STEPS.len() - skipped.len(), skipped.len());
    skipped.iter().for_each(|line| println!("{line}"));
    Ok(Outcome::Done)
}

fn row(name: &str, time: Duration) -> String {
    format!("  {name:<12} {:>7.1} s", time.as_secs_f64())
}

/// Packages of firmware, each with a lock file of its own.
const FIRMWARE: [&str; 3] =
    ["examples/firmware-qemu", "examples/firmware-embassy", "examples/firmware-stm32"];

fn format() -> Checked {
    shell::run(&["cargo", "fmt", "--all", "--check"])?;
    let others = ["examples/probe-bare", "fuzz", "benches/apart"];
    for apart in FIRMWARE.into_iter().chain(others) {
        shell::run_in(&shell::root().join(apart), &["cargo", "fmt", "--check"], &[])?;
    }
    Ok(Outcome::Done)
}

/// Licences, bans and sources; the advisory database is not asked, since it needs a network.
fn deny() -> Checked {
    if !shell::has(&["cargo", "deny", "--version"]) {
        return Ok(Outcome::Skipped("cargo-deny is not installed".into()));
    }
    let config = shell::root().join("deny.toml").to_string_lossy().into_owned();
    // What firmware links has lock files of its own.
    for package in ["."].into_iter().chain(FIRMWARE) {
        let manifest = format!("{package}/Cargo.toml");
        let of = ["--manifest-path", &manifest, "--config", &config];
        let line = ["cargo", "deny", "--log-level", "error"];
        let what = ["check", "bans", "licenses", "sources"];
        shell::run(&[&line[..], &of, &what].concat())?;
    }
    Ok(Outcome::Done)
}

fn lint() -> Checked {
    let line = ["cargo", "clippy", "--workspace", "--all-targets", "--all-features", "--quiet"];
    shell::run(&[&line[..], &["--", "-D", "warnings"]].concat())?;
    Ok(Outcome::Done)
}

fn doc() -> Checked {
    let line = ["cargo", "doc", "--workspace", "--no-deps", "--all-features", "--quiet"];
    shell::run_in(&shell::root(), &line, &[("RUSTDOCFLAGS", "-D warnings")])?;
    Ok(Outcome::Done)
}

fn demo() -> Checked {
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    let out = shell::target().join("ci-demo");
    let out = out.to_string_lossy().into_owned();
    let start = Instant::now();
    shell::run(&[&coldcap, "demo", "--out", &out])?;
    println!("demo: {:.2} s of wall time", start.elapsed().as_secs_f64());
    let recording = format!("{out}/paclitaxel-weekly/session.ccap");
    shell::run(&[&coldcap, "replay", &recording])?;
    Ok(Outcome::Done)
}

/// A guided tuning of the virtual machine, up to the file of what was accepted.
fn tune() -> Checked {
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    let out = shell::target().join("ci-tune");
    std::fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let plot = out.join("tune.svg").to_string_lossy().into_owned();
    let out = out.to_string_lossy().into_owned();
    shell::run(&[&coldcap, "tune", "--machine", "--accept", "--plot", &plot, "--out", &out])?;
    Ok(Outcome::Done)
}

fn examples() -> Checked {
    let line = ["cargo", "run", "--release", "--quiet", "--package", "coldcap-examples"];
    for name in ["watch", "live"] {
        shell::run(&[&line[..], &["--example", name]].concat())?;
    }
    let built = ["cargo", "build", "--quiet", "--package", "coldcap-examples", "--examples"];
    shell::run(&built)?;
    run_example("vendor")?;
    for name in examples_by_name()? {
        run_example(&name)?;
    }
    Ok(Outcome::Done)
}

/// The programs of `docs/thermal-control.md` and those of a crate alone: whatever stands there, so that none is forgotten.
fn examples_by_name() -> Result<Vec<String>, Box<dyn core::error::Error>> {
    let mut names = Vec::new();
    for file in std::fs::read_dir(shell::root().join("examples"))? {
        let path = file?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        if is_source && ["thermal_", "leaf_"].iter().any(|kind| name.starts_with(kind)) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Runs an example as it was built for development; figures go to the folder of builds.
fn run_example(name: &str) -> Checked {
    let figures = shell::target().join("ci-figures").to_string_lossy().into_owned();
    let mut line = vec!["cargo", "run", "--quiet", "--package", "coldcap-examples"];
    line.extend(["--example", name]);
    if name == "thermal_figures" {
        line.extend(["--", &figures]);
    }
    println!("-- {name}");
    shell::run(&line)?;
    Ok(Outcome::Done)
}

/// Runs every bench once, to see that it works; times are for people.
fn benches() -> Checked {
    shell::run(&["cargo", "bench", "--quiet", "--package", "coldcap-benches", "--", "--test"])?;
    Ok(Outcome::Done)
}

/// A step beside the other crates', as a Markdown table.
fn compare() -> Checked {
    shell::run(&[
        "cargo",
        "bench",
        "--quiet",
        "--package",
        "coldcap-benches",
        "--bench",
        "rivals",
    ])?;
    Ok(Outcome::Done)
}

/// Our tables beside the other crates' conversions, as a Markdown table.
fn compare_curves() -> Checked {
    let line = ["cargo", "bench", "--quiet", "--package", "coldcap-benches", "--bench", "curves"];
    shell::run(&line)?;
    // A rival whose own dependencies are banned from the product: a workspace apart, with its own lock.
    let apart = shell::root().join("benches/apart");
    shell::run_in(&apart, &["cargo", "run", "--quiet", "--release", "--locked"], &[])?;
    Ok(Outcome::Done)
}

/// A telemetry frame beside other stacks', as a Markdown table.
fn compare_wire() -> Checked {
    // Rivals whose licences are not the product's: a workspace apart, with its own lock.
    bench_apart("wire")
}

/// A treatment's log beside another crate's, as Markdown tables.
fn compare_journal() -> Checked {
    bench_apart("journal")
}

fn bench_apart(name: &str) -> Checked {
    let apart = shell::root().join("benches/apart");
    let line = ["cargo", "run", "--quiet", "--release", "--locked", "--bin", name];
    shell::run_in(&apart, &line, &[])?;
    Ok(Outcome::Done)
}
