//! Executed instructions a tick, counted by the emulator: over the whole treatment as code of two architectures, and over the
//! whole treatment with every fault.

use crate::emulator::{ARMV6_M, Board, CORTEX_M4F};
use crate::shell::{self, Checked, Outcome};
use crate::{budgets, docs, emulator};
use core::error::Error;
use core::fmt::Write;
use serde_json::Value;
use std::sync::Mutex;

/// The parts of a tick as the emulator's driver prints them, and as the page names them.
const PARTS: [(&str, &str); 4] = [
    ("control", "control and protection, with the commands that the link hands over"),
    ("receive", "the link takes in; the most is a handshake"),
    ("store", "the journal, and what the link is told"),
    ("transmit", "the link sends"),
];

/// A tick of control and protection may take so many executed instructions on a Cortex-M4F, in a treatment without a fault.
const MOST_OF_CONTROL: u64 = 60_000;

/// What was counted of a part of a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Figures {
    mean: u64,
    most: u64,
    /// The number of the tick that took the most.
    tick: u64,
}

/// What a run ended with.
struct Counted {
    summary: Value,
    parts: [Figures; PARTS.len()],
}

/// Both architectures over the whole treatment, beside each other: fails where a tick of control takes more than it may.
pub(crate) fn check() -> Checked {
    match table()? {
        Ok(table) => {
            println!("\n{table}");
            Ok(Outcome::Done)
        }
        Err(skipped) => Ok(skipped),
    }
}

/// The same into the page.
pub(crate) fn write() -> Checked {
    match table()? {
        Ok(table) => budgets::put("count", &format!("{}:\n\n{table}", measured()?)),
        Err(skipped) => Ok(skipped),
    }
}

fn table() -> Result<Result<String, Outcome>, Box<dyn Error>> {
    if let Some(skipped) = lacking(&[CORTEX_M4F, ARMV6_M]) {
        return Ok(Err(skipped));
    }
    let [fast, small] = [run(&CORTEX_M4F, None)?, run(&ARMV6_M, None)?];
    let hash = |counted: &Counted| counted.summary["output_hash"].to_string();
    println!("output hashes: {} {}", hash(&fast), hash(&small));
    if hash(&fast) != hash(&small) {
        return Err("hashes differ".into());
    }
    keeps_budget(fast.parts[0].most)?;
    let mut table = String::from("| part | Cortex-M4F: mean | most | ARMv6-M: mean | most |\n");
    table += "|---|---|---|---|---|\n";
    for ((_, about), (fast, small)) in PARTS.iter().zip(fast.parts.iter().zip(small.parts)) {
        let [fast_mean, fast_most] = [fast.mean, fast.most].map(grouped);
        let [small_mean, small_most] = [small.mean, small.most].map(grouped);
        writeln!(table, "| {about} | {fast_mean} | {fast_most} | {small_mean} | {small_most} |")?;
    }
    Ok(Ok(table))
}

fn keeps_budget(most: u64) -> Result<(), String> {
    if most <= MOST_OF_CONTROL {
        return Ok(());
    }
    let [most, allowed] = [most, MOST_OF_CONTROL].map(grouped);
    Err(format!("a tick of control took {most} instructions, and may take {allowed}"))
}

/// Every named fault in a treatment of its own, on a Cortex-M4F: prints a line each, and puts the worst of each part into the page.
pub(crate) fn campaign() -> Checked {
    if let Some(skipped) = lacking(&[CORTEX_M4F]) {
        return Ok(skipped);
    }
    // Whoever works on meanwhile changes nothing of what was built.
    let measured = measured()?;
    let image = emulator::lane(&CORTEX_M4F)?;
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    let runs: Vec<Option<&str>> = [None].into_iter().chain(docs::faults_at().map(Some)).collect();
    let mut counted = in_parallel(&runs, |fault| counted(&coldcap, &image, &CORTEX_M4F, fault))?;
    println!(
        "| fault | outcome | control: mean | most | in tick | receive: most | store: most | transmit: most |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (fault, Counted { summary, parts: [control, receive, store, transmit] }) in &counted {
        let outcome = summary["outcome"].as_str().unwrap_or("-");
        let [mean, most] = [control.mean, control.most].map(grouped);
        let others = [receive.most, store.most, transmit.most].map(grouped).join(" | ");
        println!(
            "| {} | {outcome} | {mean} | {most} | {} | {others} |",
            name(*fault),
            control.tick
        );
    }
    counted.sort_by_key(|(_, counted)| core::cmp::Reverse(counted.parts[0].most));
    let most = counted.first().map_or(0, |(_, counted)| counted.parts[0].most);
    let put = budgets::put("campaign count", &format!("{measured}:\n\n{}", worst(&counted)?))?;
    keeps_budget(most)?;
    Ok(put)
}

type Run<'a> = (Option<&'a str>, Counted);

/// The worst of each part, and how many faults take control beyond what it takes without one.
fn worst(counted: &[Run<'_>]) -> Result<String, Box<dyn Error>> {
    let mut table = String::from(
        "| part | most without a fault | most | fault | in tick |\n|---|---|---|---|---|\n",
    );
    let without =
        counted.iter().find(|(fault, _)| fault.is_none()).ok_or("no run without a fault")?;
    for (at, (_, about)) in PARTS.iter().enumerate() {
        let (fault, most) =
            counted.iter().max_by_key(|(_, run)| run.parts[at].most).ok_or("no run")?;
        let Figures { most, tick, .. } = most.parts[at];
        let usual = grouped(without.1.parts[at].most);
        writeln!(table, "| {about} | {usual} | {} | {} | {tick} |", grouped(most), name(*fault))?;
    }
    let usual = without.1.parts[0].most;
    let beyond = counted.iter().filter(|(_, run)| run.parts[0].most > usual).count();
    writeln!(
        table,
        "\nOf {} faults {beyond} take control beyond what it takes without one.",
        counted.len() - 1
    )?;
    Ok(table)
}

fn name(fault: Option<&str>) -> &str {
    fault.unwrap_or("none")
}

/// Does `one` for all, two at a time.
fn in_parallel<'a>(
    runs: &[Option<&'a str>],
    one: impl Fn(Option<&'a str>) -> Result<Counted, Box<dyn Error>> + Sync,
) -> Result<Vec<Run<'a>>, Box<dyn Error>> {
    let (open, done) = (Mutex::new(runs.iter().enumerate()), Mutex::new(Vec::new()));
    let work = || {
        let next = || open.lock().ok()?.next();
        while let Some((at, fault)) = next() {
            let result = one(*fault).map_err(|error| format!("{}: {error}", name(*fault)));
            eprintln!("{} is counted", name(*fault));
            if let Ok(mut done) = done.lock() {
                done.push((at, *fault, result));
            }
        }
    };
    std::thread::scope(|scope| [scope.spawn(work), scope.spawn(work)].map(|it| drop(it.join())));
    let mut done = done.into_inner().map_err(|_| "a run panicked")?;
    done.sort_by_key(|(at, ..)| *at);
    done.into_iter().map(|(_, fault, result)| Ok((fault, result?))).collect()
}

fn lacking(boards: &[Board<'_>]) -> Option<Outcome> {
    boards.iter().find_map(emulator::lacks)
}

fn run(board: &Board<'_>, fault: Option<&str>) -> Result<Counted, Box<dyn Error>> {
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    counted(&coldcap, &emulator::lane(board)?, board, fault)
}

/// A whole treatment in the emulator, counted.
fn counted(
    coldcap: &str,
    image: &str,
    board: &Board<'_>,
    fault: Option<&str>,
) -> Result<Counted, Box<dyn Error>> {
    let out = shell::target().join(format!("ci-count-{}-{}", board.core, name(fault)));
    let out = out.to_string_lossy().into_owned();
    let mut line = vec![coldcap, "demo", "--json", "--out", &out, "--machine", "qemu", "--count"];
    line.extend(["--core", board.core, "--firmware", image]);
    line.extend(fault.map(|_| "--fault"));
    line.extend(fault);
    let (summary, told) = shell::outputs(&line)?;
    let parts = PARTS.map(|(part, _)| figures(&told, part));
    if let Some(missing) =
        parts.iter().zip(PARTS).find_map(|(it, (part, _))| it.is_none().then_some(part))
    {
        return Err(format!("nothing was counted of {missing}:\n{told}").into());
    }
    let none = Figures { mean: 0, most: 0, tick: 0 };
    Ok(Counted {
        summary: serde_json::from_str(&summary)?,
        parts: parts.map(|it| it.unwrap_or(none)),
    })
}

/// The line of a part, such as `control 30746 instructions a tick, 106680 at most, in tick 13996`.
fn figures(told: &str, part: &str) -> Option<Figures> {
    let line = told.lines().find(|line| line.split_whitespace().next() == Some(part))?;
    let mut numbers = line.split([' ', ',']).filter_map(|word| word.parse().ok());
    Some(Figures { mean: numbers.next()?, most: numbers.next()?, tick: numbers.next()? })
}

/// Of which commit the figures are.
fn measured() -> Result<String, Box<dyn Error>> {
    let commit = shell::output(&["git", "show", "-s", "--format=%h of %cs"])?;
    let changed =
        shell::output(&["git", "status", "--porcelain", "--", "crates", "examples/firmware-qemu"])?;
    let changed = if changed.is_empty() { "" } else { ", with changes that were not committed" };
    Ok(format!("Measured at commit {}{changed}", commit.trim()))
}

/// `106680` as `106 680`.
fn grouped(figure: u64) -> String {
    let digits = figure.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_and_written() {
        let told = "emulated Cortex-M4F: 7 ticks\ncontrol      30746 instructions a tick, 106680 at most, in tick 13996\n";
        let control = figures(told, "control");
        assert_eq!(control, Some(Figures { mean: 30_746, most: 106_680, tick: 13_996 }));
        assert_eq!(figures(told, "store"), None);
        assert_eq!([7, 999, 1_000, 3_934_680].map(grouped), ["7", "999", "1 000", "3 934 680"]);
    }

    #[test]
    fn a_tick_of_control_that_takes_more_than_it_may_fails() {
        assert!(keeps_budget(60_000).is_ok());
        assert!(keeps_budget(60_001).unwrap_err().contains("60 001"));
    }

    #[test]
    fn the_worst_is_found_with_its_fault() {
        let run = |fault, most| {
            let figures = Figures { mean: 1, most, tick: most + 1 };
            (fault, Counted { summary: Value::Null, parts: [figures; PARTS.len()] })
        };
        let table =
            worst(&[run(None, 5_000), run(Some("leak@1"), 7_000), run(Some("kink@1"), 4_000)]);
        let table = table.unwrap();
        assert!(table.contains("| 5 000 | 7 000 | leak@1 | 7001 |"), "{table}");
        assert!(table.contains("Of 2 faults 1 take"), "{table}");
    }
}
