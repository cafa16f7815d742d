//! The same treatment elsewhere: on the emulated Cortex-M4F, over its UART, and over TCP.

use crate::shell::{self, Checked, Outcome};
use crate::{bare, panics};
use core::error::Error;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

const TARGET: &str = "thumbv7em-none-eabihf";

/// Power fails in the midst of it for twenty seconds: what goes on then was on the flash.
const POWER_CUT: [&str; 2] = ["--fault", "power-cut@4000..4020"];

/// The whole treatment on the emulated board, with a loss of power: its output hash equals the in-process one.
pub(crate) fn treatment() -> Checked {
    if let Some(skipped) = lacks_emulator() {
        return Ok(skipped);
    }
    treatment_of("emulated Cortex-M4F", &image("lane")?)
}

/// The whole treatment on an image, with a loss of power: its output hash equals the in-process one.
pub(crate) fn treatment_of(place: &str, image: &str) -> Checked {
    let [fault, when] = POWER_CUT;
    let emulated = demo(&["--machine", "qemu", "--firmware", image, fault, when])?;
    let here = demo(&["--machine", "in-process", fault, when])?;
    same(place, &emulated, &here)
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

/// Executed instructions a tick over the whole treatment, counted by the emulator.
pub(crate) fn count() -> Checked {
    if let Some(skipped) = lacks_emulator() {
        return Ok(skipped);
    }
    let coldcap = shell::coldcap()?.to_string_lossy().into_owned();
    let image = image("lane")?;
    shell::run(&[&coldcap, "demo", "--machine", "qemu", "--firmware", &image, "--count"])?;
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

fn same(place: &str, there: &Value, here: &Value) -> Checked {
    let hash = |value: &Value| value["output_hash"].as_str().map(str::to_owned);
    let (there, here) = (hash(there), hash(here));
    println!("{place}: {there:?}; in-process: {here:?}");
    if there.is_some() && there == here { Ok(Outcome::Done) } else { Err("hashes differ".into()) }
}

pub(crate) fn lacks_emulator() -> Option<Outcome> {
    if !bare::installed(TARGET) {
        return Some(Outcome::Skipped(format!("target not installed: {TARGET}")));
    }
    let here = shell::has(&["qemu-system-arm", "--version"]);
    (!here).then(|| Outcome::Skipped("qemu-system-arm is not installed".into()))
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
