//! The chapter on host programs, gone through as its reader does: the program is made from the page, its commands are run as they stand
//! there, and the machine is killed under it.

use crate::running::Running;
use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

type Result<T> = core::result::Result<T, Box<dyn Error>>;

/// Makes the program from `docs/host-program.md`, and goes through the chapter with it.
pub(crate) fn check() -> Checked {
    let page = fs::read_to_string(shell::root().join("docs/host-program.md"))?;
    let [keys, machine, new, run] = &blocks(&page, "sh")[..] else {
        return Err("docs/host-program.md: allowed are four blocks of commands".into());
    };
    let desk = Desk::new()?;
    desk.run(&desk.coldcap, keys)?;
    let start = Instant::now();
    desk.run(&desk.folder, new.lines().next().unwrap_or_default())?;
    desk.write_program(&page)?;
    desk.run(&desk.program, "cargo build --quiet")?;
    println!("host program: built in {:.0} s", start.elapsed().as_secs_f64());
    let mut served = desk.start(&desk.coldcap, machine)?;
    served.until("listening on ")?;
    let mut host = desk.start(&desk.program, run)?;
    for line in ["serial 1 answers", "comfort 4: ok", "close: refused: wrong_phase", "stop: ok"] {
        host.until(line)?;
    }
    host.until("verified, in record.bin")?;
    host.until("paused")?;
    served.end();
    host.until("no way to the machine")?;
    let mut served = desk.start(&desk.coldcap, machine)?;
    served.until("listening on ")?;
    host.until("pre_cool")?;
    host.end();
    served.end();
    Ok(Outcome::Done)
}

/// The blocks of the page in this language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let rest = page.split(&fence).skip(1);
    rest.filter_map(|block| block.split("\n```").next()).map(str::to_owned).collect()
}

/// Two folders side by side, outside of any workspace: one in the place of coldcap's, one for the program.
struct Desk {
    folder: PathBuf,
    coldcap: PathBuf,
    program: PathBuf,
    command: String,
}

impl Desk {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("coldcap-desk-{}", std::process::id()));
        let coldcap = folder.join("coldcap");
        fs::create_dir_all(&coldcap)?;
        let command = format!("'{}'", shell::coldcap()?.display());
        Ok(Self { program: folder.join("host-program"), folder, coldcap, command })
    }

    /// The manifest and the program as the page has them, with the versions of this workspace's lock.
    fn write_program(&self, page: &str) -> Result<()> {
        let crates = shell::root().join("crates");
        let manifest = blocks(page, "toml").join("\n");
        let manifest = manifest.replace("../coldcap/crates", &crates.to_string_lossy());
        fs::write(self.program.join("Cargo.toml"), manifest)?;
        fs::write(self.program.join("src/main.rs"), blocks(page, "rust").join("\n\n") + "\n")?;
        fs::copy(shell::root().join("Cargo.lock"), self.program.join("Cargo.lock"))?;
        Ok(())
    }

    fn shell(&self, folder: &Path, line: &str) -> Command {
        let line = line.replace("cargo run --release --", &self.command);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec {line}")]).current_dir(folder).stdin(Stdio::null());
        command.env("CARGO_TARGET_DIR", shell::target().join("ci-host-program"));
        command
    }

    fn run(&self, folder: &Path, line: &str) -> Result<()> {
        let status = self.shell(folder, line).status()?;
        if status.success() { Ok(()) } else { Err(format!("{line}: {status}").into()) }
    }

    fn start(&self, folder: &Path, line: &str) -> Result<Running> {
        let mut command = self.shell(folder, line);
        command.stdout(Stdio::piped());
        Running::start(command, line)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
