//! Every `coldcap` command that the README and the pages show, run once as it stands there.

use crate::running::Running;
use crate::shell::{self, Checked, Outcome};
use core::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

type Result<T> = core::result::Result<T, Box<dyn Error>>;

/// How the pages call the command.
const CALLS: [&str; 2] = ["coldcap ", "cargo run --release -- "];

/// Pages that have a step of their own.
const ELSEWHERE: &[(&str, &str)] = &[("docs/host-program.md", "host-program")];

/// Commands that are not run here, by a part of them, and why.
const SKIPPED: &[(&str, &str)] = &[
    ("--machine qemu", "the steps emulator and machine run it"),
    ("tune --machine", "the step tune runs it"),
    ("serial:", "it needs a machine at a serial port"),
];

/// What would take too long as it stands there, or has no end, and what is run instead.
const SHORTER: &[(&str, &str)] = &[
    ("--patients 200", "--patients 8"),
    ("--runs 1000", "--runs 100"),
    ("coldcap watch ", "coldcap watch --for 3 "),
];

/// Runs them with the command that is built for release.
pub(crate) fn check() -> Checked {
    check_with(&shell::coldcap()?)
}

/// The same with this command.
pub(crate) fn check_with(coldcap: &Path) -> Checked {
    let desk = Desk::new(&fs::canonicalize(coldcap)?)?;
    let mut count = 0;
    for page in pages()? {
        if let Some((_, step)) = ELSEWHERE.iter().find(|(name, _)| *name == page) {
            println!("-- {page}: the step {step} goes through it");
            continue;
        }
        count += desk.go_through(&page)?;
    }
    println!("{count} commands of README and docs did what they are for");
    Ok(Outcome::Done)
}

/// The README, whose first command makes what the others read, and then the pages.
fn pages() -> Result<Vec<String>> {
    let tracked = shell::output(&["git", "ls-files", "README.md", "docs/*.md"])?;
    let mut pages: Vec<String> = tracked.lines().map(str::to_owned).collect();
    pages.sort();
    Ok(pages)
}

/// The lines of the blocks of commands that call ours, without what is said about them.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1).filter_map(|block| block.split("```").next());
    let lines = blocks.flat_map(str::lines).filter_map(|line| {
        let words = CALLS.iter().find_map(|call| line.trim().strip_prefix(call))?;
        let words = words.split(" #").next().unwrap_or(words);
        Some(format!("coldcap {}", words.trim().trim_end_matches(" &")))
    });
    lines.collect()
}

/// A folder of its own, with what is read of this one.
struct Desk {
    folder: PathBuf,
    coldcap: PathBuf,
}

impl Desk {
    fn new(coldcap: &Path) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("coldcap-commands-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let copied = folder.join("examples");
        let examples = shell::root().join("examples");
        for name in ["sessions", "scenarios", "calibration", "machine", "plans", "worst-cases"] {
            copy(&examples.join(name), &copied.join(name))?;
        }
        Ok(Self { folder, coldcap: coldcap.to_owned() })
    }

    /// Runs what stands on a page, and ends the machines that it serves with it.
    fn go_through(&self, page: &str) -> Result<usize> {
        let text = fs::read_to_string(shell::root().join(page))?;
        let mut served: Vec<Running> = Vec::new();
        let mut count = 0;
        for line in commands(&text) {
            if let Some((_, reason)) = SKIPPED.iter().find(|(part, _)| line.contains(part)) {
                println!("-- SKIPPED {page}: {line}: {reason}");
                continue;
            }
            let begun = Instant::now();
            let running = self.start(&shortened(&line))?;
            if is_server(&line) {
                // Its first line says where it listens.
                running.until("")?;
                served.push(running);
            } else {
                running.until_it_ends()?;
            }
            println!("-- {page}: {line}: {:.1} s", begun.elapsed().as_secs_f64());
            count += 1;
        }
        Ok(count)
    }

    fn start(&self, line: &str) -> Result<Running> {
        let coldcap = format!("exec '{}' ", self.coldcap.display());
        let command = line.replacen("coldcap ", &coldcap, 1);
        let output = fs::File::create(self.folder.join("output"))?;
        let mut shell = Command::new("sh");
        shell.args(["-c", &command]).current_dir(&self.folder).stdin(Stdio::null());
        shell.stdout(if is_server(line) { Stdio::piped() } else { output.into() });
        Running::start(shell, line)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What runs until it is ended.
fn is_server(line: &str) -> bool {
    line.starts_with("coldcap machine ") || line.starts_with("coldcap serve ")
}

fn shortened(line: &str) -> String {
    let mut line = line.to_owned();
    for (part, instead) in
        SHORTER.iter().filter(|(part, _)| line.contains(part)).collect::<Vec<_>>()
    {
        println!("-- {line}: run with {instead}");
        line = line.replace(part, instead);
    }
    line
}

/// The files of a folder; one that is not there has none.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).into_iter().flatten() {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
