//! The same treatment elsewhere: on the emulated Cortex-M4F, over its UART, and over TCP.

use crate::shell::{self, Checked, Outcome};
use crate::{bare, panics};
use core::error::Error;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

/// A core that an emulated board has, and the target of what it runs.
pub(crate) struct Board<'a> {
    pub(crate) name: &'a str,
    target: &'static str,
    /// As `coldcap demo --core` takes it.
    pub(crate) core: &'static str,
}

/// The reference.
pub(crate) const CORTEX_M4F: Board<'static> =
    Board { name: "emulated Cortex-M4F", target: "thumbv7em-none-eabihf", core: "cortex-m4f" };
/// The smallest: code for a Cortex-M0, which a Cortex-M3 executes.
pub(crate) const ARMV6_M: Board<'static> = Board {
    name: "ARMv6-M code on an emulated Cortex-M3",
    target: "thumbv6m-none-eabi",
    core: "cortex-m3",
};

/// Power fails in the midst of it for twenty seconds: what goes on then was on the flash.
const POWER_CUT: [&str; 2] = ["--fault", "power-cut@4000..4020"];

/// The whole treatment on the emulated boards, with a loss of power: their output hash equals the in-process one.
pub(crate) fn treatment() -> Checked {
    let mut outcome = Outcome::Done;
    for board in [CORTEX_M4F, ARMV6_M] {
        match lacks(&board) {
            Some(skipped) => outcome = skipped,
            None => drop(treatment_on(&board, &lane(&board)?)?),
        }
    }
    Ok(outcome)
}

/// The whole treatment on an image, with a loss of power: its output hash equals the in-process one.
pub(crate) fn treatment_of(place: &str, image: &str) -> Checked {
    treatment_on(&Board { name: place, ..CORTEX_M4F }, image)
}

fn treatment_on(board: &Board<'_>, image: &str) -> Checked {
    let [fault, when] = POWER_CUT;
    let line = ["--machine", "qemu", "--core", board.core, "--firmware", image, fault, when];
    same(board.name, &demo(&line)?, &demo(&["--machine", "in-process", fault, when])?)
}

/// Sixty treatment seconds with the link on the emulated UART.
pub(crate) fn uart() -> Checked {
    if let Some(skipped) = lacks_emulator() {
        return Ok(skipped);
    }
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    shell::run(&[&coldcap, "demo", "--machine", "uart", "--firmware", &image("uart")?])?;
    Ok(Outcome::Done)
}

/// A whole machine of two channels on the board's own clock, and behind a loss of power.
pub(crate) fn machine() -> Checked {
    if let Some(skipped) = lacks_emulator() {
        return Ok(skipped);
    }
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    shell::run(&[&coldcap, "demo", "--machine", "board", "--firmware", &image("machine")?])?;
    Ok(Outcome::Done)
}

/// The whole treatment over TCP: its output hash equals the in-process one.
pub(crate) fn tcp() -> Checked {
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    let line = [coldcap.as_str(), "machine", "--listen", "tcp:127.0.0.1:0", "--once"];
    let mut command = shell::command(&shell::root(), &line)?;
    let mut machine = Stopped(command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn()?);
    let mut first = String::new();
    let pipe = machine.0.stdout.take().ok_or("no pipe")?;
    BufReader::new(pipe).read_line(&mut first)?;
    let address = first.trim().rsplit(' ').next().unwrap_or_default().to_owned();
    let out = out("tcp");
    let plan = "examples/plans/paclitaxel-weekly.toml";
    let line = [&coldcap, "run", "--connect", &address, "--plan", plan, "--json", "--out", &out];
    let over_tcp: Value = serde_json::from_str(&shell::output(&line)?)?;
    same("TCP", &over_tcp, &demo(&["--machine", "in-process"])?)
}

/// A child process that is stopped when it is no longer needed.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The folder of the embassy shell.
const EMBASSY: &str = "examples/firmware-embassy";
/// What its tasks do at a time, kept as symbols: the control, its journal, and both ways of the link. The channels between them are
/// left out: they borrow their places in a way that could panic if it were done twice at once.
const EMBASSY_STEPS: [&str; 4] = [
    "embassy7control4Half4tick",
    "embassy7control4Half5store",
    "embassy4link4hear",
    "embassy4link4tell",
];
/// So many lines of code may it take, bring-up and all.
const EMBASSY_LINES: usize = 300;

/// The halves as two embassy tasks: few lines, no panic path, and the same output hash, also where power fails.
pub(crate) fn embassy() -> Checked {
    let lines = code_lines(&shell::root().join(EMBASSY).join("src"))?;
    println!("{lines} lines of code, of at most {EMBASSY_LINES}");
    if lines > EMBASSY_LINES {
        return Err(format!("{EMBASSY} has grown beyond {EMBASSY_LINES} lines").into());
    }
    if let Some(skipped) = lacks_emulator() {
        return Ok(skipped);
    }
    let image = panics::build_in(EMBASSY)?.join("firmware-embassy");
    let image = image.to_string_lossy().into_owned();
    let checked = panics::check_image(&image, &EMBASSY_STEPS)?;
    for more in [&[][..], &["--fault", "power-cut@4000..4020"]] {
        let board = [&["--machine", "qemu", "--firmware", &image][..], more].concat();
        let here = [&["--machine", "in-process"][..], more].concat();
        same("embassy on the emulated Cortex-M4F", &demo(&board)?, &demo(&here)?)?;
    }
    Ok(checked)
}

/// Lines of the sources in a folder that are neither empty nor comment.
pub(crate) fn code_lines(folder: &Path) -> Result<usize, Box<dyn Error>> {
    let mut lines = 0;
    for entry in std::fs::read_dir(folder)? {
        lines +=
            std::fs::read_to_string(entry?.path())?.lines().filter(|line| is_code(line)).count();
    }
    Ok(lines)
}

fn is_code(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with("//")
}

fn same(place: &str, there: &Value, here: &Value) -> Checked {
    let hash = |value: &Value| value["output_hash"].as_str().map(str::to_owned);
    let (there, here) = (hash(there), hash(here));
    println!("{place}: {there:?}; in-process: {here:?}");
    if there.is_some() && there == here { Ok(Outcome::Done) } else { Err("hashes differ".into()) }
}

pub(crate) fn lacks_emulator() -> Option<Outcome> {
    lacks(&CORTEX_M4F)
}

/// What is not there to run this board.
pub(crate) fn lacks(Board { target, .. }: &Board<'_>) -> Option<Outcome> {
    if !bare::installed(target) {
        return Some(Outcome::Skipped(format!("target not installed: {target}")));
    }
    let here = shell::has(&["qemu-system-arm", "--version"]);
    (!here).then(|| Outcome::Skipped("qemu-system-arm is not installed".into()))
}

/// The image behind the step lane, built for this board.
pub(crate) fn lane(Board { target, .. }: &Board<'_>) -> Result<String, Box<dyn Error>> {
    Ok(panics::build_lane(target)?.to_string_lossy().into_owned())
}

fn image(name: &str) -> Result<String, Box<dyn Error>> {
    Ok(panics::build()?.join(name).to_string_lossy().into_owned())
}

fn out(name: &str) -> String {
    shell::target().join(format!("ci-{name}")).to_string_lossy().into_owned()
}

fn demo(more: &[&str]) -> Result<Value, Box<dyn Error>> {
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    let out = out("same");
    let line = [&[coldcap.as_str(), "demo", "--json", "--out", &out][..], more].concat();
    Ok(serde_json::from_str(&shell::output(&line)?)?)
}
