//! Running programs, and what a step ends with.

use core::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a step ended when it did not fail.
pub(crate) enum Outcome {
    /// It did what it is for.
    Done,
    /// The machine lacks what it needs; the reason is printed loudly.
    Skipped(String),
}

/// What every step returns.
pub(crate) type Checked = Result<Outcome, Box<dyn Error>>;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The workspace's target folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A command with its working folder at `folder` and without cargo's own variables of this run.
pub(crate) fn command(folder: &Path, line: &[&str]) -> Result<Command, Box<dyn Error>> {
    let (program, arguments) = line.split_first().ok_or("no program named")?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    Ok(command)
}

/// Runs a program in the workspace root and lets it speak for itself.
pub(crate) fn run(line: &[&str]) -> Result<(), Box<dyn Error>> {
    run_in(&root(), line, &[])
}

/// Runs a program in `folder` with more environment variables.
pub(crate) fn run_in(
    folder: &Path,
    line: &[&str],
    environment: &[(&str, &str)],
) -> Result<(), Box<dyn Error>> {
    let mut command = command(folder, line)?;
    command.envs(environment.iter().copied()).stdin(Stdio::null());
    let status = command.status().map_err(|error| format!("{}: {error}", line.join(" ")))?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", line.join(" ")).into()) }
}

/// Runs a program in `folder` and returns what it printed; its errors go through.
pub(crate) fn output_in(folder: &Path, line: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = command(folder, line)?
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{}: {error}", line.join(" ")))?;
    if !output.status.success() {
        return Err(format!("{}: {}", line.join(" "), output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs a program in the workspace root and returns what it printed, and what it said beside that.
pub(crate) fn outputs(line: &[&str]) -> Result<(String, String), Box<dyn Error>> {
    let output = command(&root(), line)?.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{}: {error}", line.join(" ")))?;
    let told = String::from_utf8(output.stderr)?;
    if !output.status.success() {
        return Err(format!("{}: {}\n{told}", line.join(" "), output.status).into());
    }
    Ok((String::from_utf8(output.stdout)?, told))
}

/// Runs a program in the workspace root and returns what it printed.
pub(crate) fn output(line: &[&str]) -> Result<String, Box<dyn Error>> {
    output_in(&root(), line)
}

/// Whether a program answers to its version flag.
pub(crate) fn has(line: &[&str]) -> bool {
    command(&root(), line).is_ok_and(|mut command| {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
}

/// The `coldcap` command, built for release.
pub(crate) fn coldcap() -> Result<PathBuf, Box<dyn Error>> {
    run(&["cargo", "build", "--release", "--quiet", "--package", "coldcap-cli"])?;
    Ok(target().join("release").join("coldcap"))
}
