//! Searches for the head, the fault and the timing that bring a safety margin lowest, and plays such a case again.

mod case_file;

use crate::arguments::Falsify;
use crate::failure::Failure;
use crate::progress;
use case_file::CaseFile;
use coldcap_sim::falsify::{Found, Lows, Margin, RUNS_PER_RESTART, Search};
use coldcap_sim::{BuildError, FaultKind};
use serde_json::{Value, json};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

const BEHIND: &str = "SIMULATED {pos} of {len} restarts, {eta} left";

/// The most runs of a search: weeks of two cores.
const MOST: u64 = 1_000_000_000;
/// A case that was found once is found again if it is as bad as it was within this: all of it is repeatable.
const SAME: f64 = 1e-6;

pub(crate) fn run(options: &Falsify) -> Result<(), Failure> {
    match &options.case {
        Some(path) => again(path, options.json),
        None => search(options),
    }
}

fn search(options: &Falsify) -> Result<(), Failure> {
    if !(1..=MOST).contains(&options.runs) {
        return Err(Failure::Input(format!("--runs: {}: allowed is 1 to {MOST}", options.runs)));
    }
    let margins = Margin::ALL.map(Margin::name).join(", ");
    let wrong = |_| Failure::Input(format!("--margin: {}: allowed are {margins}", options.margin));
    let margin: Margin = options.margin.parse().map_err(wrong)?;
    let only = options.fault.as_deref().map(fault).transpose()?;
    let search = Search { margin, runs: options.runs, seed: options.seed, only };
    let bar = progress::bar(search.restarts(), BEHIND);
    let found = search.run(|_| bar.inc(1));
    bar.finish_and_clear();
    let found = found.map_err(|error: BuildError| Failure::Input(error.to_string()))?;
    let file = CaseFile { margin, found: found.margin, case: found.case.clone() };
    if let Some(path) = &options.out {
        fs::write(path, file.text())
            .map_err(|error| Failure::Io(format!("--out: {}: {error}", path.display())))?;
    }
    tell(&file, &found, search.restarts() * RUNS_PER_RESTART, options.json)?;
    safe(&found.lows)
}

/// The worst of all runs is safe only where every one was.
fn safe(lows: &Lows) -> Result<(), Failure> {
    match lows.unsafe_ticks {
        0 => Ok(()),
        ticks => Err(Failure::Wrong(format!("in {ticks} ticks something ran that must not"))),
    }
}

fn fault(name: &str) -> Result<FaultKind, Failure> {
    let names = FaultKind::ALL.map(FaultKind::name).join(", ");
    FaultKind::from_name(name)
        .ok_or_else(|| Failure::Input(format!("--fault: {name}: allowed are {names}")))
}

/// Plays a case that was kept, and holds it against what it came to then.
fn again(path: &Path, as_json: bool) -> Result<(), Failure> {
    let file = CaseFile::read(path)?;
    let lows = file.case.play().map_err(|error| Failure::Input(error.to_string()))?;
    let margin = file.margin.of(&lows);
    tell(&file, &Found { case: file.case.clone(), lows, margin }, 1, as_json)?;
    if (margin - file.found).abs() > SAME {
        let (name, then, unit) = (file.margin, file.found, file.margin.unit());
        let line = format!(
            "{}:found: {margin}: allowed is {then} {unit} of {name}, as it was found",
            path.display()
        );
        return Err(Failure::Wrong(line));
    }
    safe(&lows)
}

fn tell(file: &CaseFile, found: &Found, runs: u64, as_json: bool) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if as_json {
        return Ok(writeln!(
            out,
            "{}",
            serde_json::to_string_pretty(&document(file, found, runs))?
        )?);
    }
    let (margin, unit, left) = (file.margin, file.margin.unit(), found.margin);
    writeln!(out, "SIMULATED: {runs} runs; of the margin `{margin}` {left:.3} {unit} are left")?;
    let lows = &found.lows;
    writeln!(
        out,
        "coldest face {:.2} °C, coldest skin {:.2} °C, fastest fall {:.2} K/min, unsafe ticks {}\n",
        lows.face_c, lows.skin_c, lows.fall_k_min, lows.unsafe_ticks
    )?;
    write!(out, "{}", file.text())?;
    Ok(())
}

fn document(file: &CaseFile, found: &Found, runs: u64) -> Value {
    let lows = &found.lows;
    json!({
        "origin": "simulated", "runs": runs, "margin": file.margin.name(), "unit": file.margin.unit(),
        "left": found.margin,
        "lows": {
            "face_c": lows.face_c, "skin_c": lows.skin_c, "fall_k_min": lows.fall_k_min,
            "unsafe_ticks": lows.unsafe_ticks,
        },
        "case": file.table(),
    })
}
