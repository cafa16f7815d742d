//! The generated clients: each decodes every vector and 20 000 damaged frames, and must say the same as the
//! Rust decoder; and once more with a maker's messages beside.

mod wireshark;

pub(crate) use wireshark::check as wireshark;

use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const VENDOR: &str = "examples/vendor.schema";

/// A message set to try a client on: where its files are, and where frames and answers are.
struct Trial {
    name: &'static str,
    clients: PathBuf,
    frames: PathBuf,
}

impl Trial {
    /// A file of this trial.
    fn file(&self, set: &str, kind: &str) -> PathBuf {
        self.frames.join(format!("{set}.{kind}"))
    }
}

/// The sets of frames; the keys of the last one are handed over.
const SETS: [&str; 3] = ["vectors", "damaged", SEALED];
const SEALED: &str = "sealed";

/// The committed clients, and those that are made for a maker's file.
fn trials() -> Result<Vec<Trial>, Box<dyn Error>> {
    let folder = shell::target().join("ci-frames");
    let own = Trial {
        name: "coldcap",
        clients: shell::root().join("clients"),
        frames: folder.join("coldcap"),
    };
    let makers =
        Trial { name: "vendor", clients: folder.join("clients"), frames: folder.join("vendor") };
    tool(&["--frames", &own.frames.to_string_lossy()])?;
    tool(&["--frames", &makers.frames.to_string_lossy(), "--vendor", VENDOR])?;
    tool(&["--out", &makers.clients.to_string_lossy(), "--vendor", VENDOR])?;
    Ok(vec![own, makers])
}

fn tool(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let run = ["cargo", "run", "--quiet", "--package", "coldcap-schema", "--"];
    shell::run(&[&run[..], arguments].concat())
}

/// The C header: strict, and under the address and undefined-behaviour sanitisers.
pub(crate) fn c() -> Checked {
    let compiler = ["cc", "gcc", "clang"].into_iter().find(|name| shell::has(&[name, "--version"]));
    let Some(compiler) = compiler else {
        return Ok(Outcome::Skipped("no C compiler is installed".into()));
    };
    for trial in trials()? {
        let program = trial.frames.join("check").to_string_lossy().into_owned();
        let include = format!("-I{}", trial.clients.join("c").display());
        let strict = ["-std=c99", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-pedantic"];
        let rest = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", &include, "-o"];
        // The test program includes the header by its name; it must not find the one beside itself first.
        let source = trial.frames.join("check.c");
        std::fs::copy(shell::root().join("clients/c/check.c"), &source)?;
        let source = source.to_string_lossy();
        let line = [&[compiler], &strict[..], &rest, &[&program, &source]].concat();
        shell::run(&line)?;
        compare(&trial, &[&program], &[])?;
    }
    Ok(Outcome::Done)
}

/// The Python module.
pub(crate) fn python() -> Checked {
    if !shell::has(&["python3", "--version"]) {
        return Ok(Outcome::Skipped("python3 is not installed".into()));
    }
    for trial in trials()? {
        let source = trial.frames.join("check.py");
        std::fs::copy(shell::root().join("clients/python/check.py"), &source)?;
        let folder = trial.clients.join("python").to_string_lossy().into_owned();
        let environment = [("PYTHONPATH", &folder[..]), ("PYTHONDONTWRITEBYTECODE", "1")];
        compare(&trial, &["python3", &source.to_string_lossy()], &environment)?;
    }
    Ok(Outcome::Done)
}

/// The module for JavaScript and TypeScript.
pub(crate) fn typescript() -> Checked {
    if !shell::has(&["node", "--version"]) {
        return Ok(Outcome::Skipped("node is not installed".into()));
    }
    let program = shell::root().join("clients/typescript/check.mjs").to_string_lossy().into_owned();
    for trial in trials()? {
        let module = trial.clients.join("typescript/coldcap_wire.mjs");
        compare(&trial, &["node", &program, &module.to_string_lossy()], &[])?;
    }
    Ok(Outcome::Done)
}

/// Runs a client's test program on every set and compares every line.
fn compare(
    trial: &Trial,
    line: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), Box<dyn Error>> {
    for set in SETS {
        let keys = trial.file(set, "keylog").to_string_lossy().into_owned();
        let keys: &[&str] = if set == SEALED { &[&keys] } else { &[] };
        let mut command = shell::command(&shell::root(), &[line, keys].concat())?;
        command.envs(environment.iter().copied());
        command.stdin(File::open(trial.file(set, "frames"))?).stderr(Stdio::inherit());
        let output = command.output().map_err(|error| format!("{}: {error}", line.join(" ")))?;
        let said = String::from_utf8(output.stdout)?;
        same(&said, &std::fs::read_to_string(trial.file(set, "expected"))?)
            .map_err(|why| format!("{} {set}: {why}", trial.name))?;
        if !output.status.success() {
            return Err(format!("{}: {}", line.join(" "), output.status).into());
        }
        println!("{} {set}: {} lines agree", trial.name, said.lines().count());
    }
    Ok(())
}

/// The first line that differs, if one does.
fn same(said: &str, expected: &str) -> Result<(), String> {
    let (mut said, mut expected) = (said.lines(), expected.lines());
    for number in 1.. {
        match (said.next(), expected.next()) {
            (None, None) => break,
            (one, other) if one == other => {}
            (one, other) => return Err(format!("line {number} is {one:?}, not {other:?}")),
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, Box<dyn Error>> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}
