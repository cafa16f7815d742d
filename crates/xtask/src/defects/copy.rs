//! A copy of the sources, in which defects are planted and from which they are taken out again.

use super::patch::Patch;
use crate::shell;
use core::error::Error;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

type Done<T> = Result<T, Box<dyn Error>>;

/// What is copied: all that cargo needs to know the workspace, and what tests include.
const PARTS: [&str; 7] =
    ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "crates", "benches", "docs", "examples"];

/// The copy, beside the folder that it is built into.
pub(crate) struct Copy {
    sources: PathBuf,
    built: PathBuf,
}

impl Copy {
    /// Brings the copy of this name up to date. A file that is the same already keeps its time, so that nothing is
    /// built anew.
    pub(crate) fn new(name: &str) -> Done<Self> {
        let folder = shell::target().join(name);
        let copy = Self { sources: folder.join("copy"), built: folder.join("build") };
        for part in PARTS {
            mirror(&shell::root().join(part), &copy.sources.join(part))?;
        }
        Ok(copy)
    }

    /// Where its sources are.
    pub(crate) fn sources(&self) -> &Path {
        &self.sources
    }

    /// Where it is built.
    pub(crate) fn built(&self) -> &Path {
        &self.built
    }

    /// Plants a defect.
    pub(crate) fn plant(&self, patch: &Patch) -> Done<()> {
        for change in &patch.files {
            let path = self.sources.join(&change.path);
            let text = fs::read_to_string(&path)
                .map_err(|error| format!("{}: {}: {error}", patch.name, change.path))?;
            let changed =
                change.apply(&text).map_err(|error| format!("{}: {error}", patch.name))?;
            fs::write(path, changed)?;
        }
        Ok(())
    }

    /// Takes a defect out again.
    pub(crate) fn restore(&self, patch: &Patch) -> Done<()> {
        for change in &patch.files {
            fs::copy(shell::root().join(&change.path), self.sources.join(&change.path))?;
            touch(&self.sources.join(&change.path))?;
        }
        Ok(())
    }

    /// Builds a program of the copy; gives its path.
    pub(crate) fn build(&self, package: &str, program: &str) -> Done<PathBuf> {
        let line = ["cargo", "build", "--quiet", "--offline", "--locked", "--package", package];
        let mut command = shell::command(&self.sources, &line)?;
        command
            .env("CARGO_TARGET_DIR", &self.built)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("RUSTFLAGS", "--allow warnings")
            .stdin(Stdio::null());
        let status = command.status()?;
        if status.success() {
            return Ok(self.built.join("debug").join(program));
        }
        Err(format!("{package} of the copy does not build: {status}").into())
    }

    /// Runs a program in the copy: whether it succeeded, and what it said on both ways.
    pub(crate) fn run(&self, program: &Path, arguments: &[&str]) -> Done<Said> {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(&self.sources)
            .stdin(Stdio::null())
            .output()?;
        Ok(Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout)?,
            error: String::from_utf8(output.stderr)?,
        })
    }
}

/// What a program said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) error: String,
}

/// Gives a file the time of now: what was restored is newer than what was built of it.
fn touch(path: &Path) -> Done<()> {
    fs::File::options().append(true).open(path)?.set_modified(std::time::SystemTime::now())?;
    Ok(())
}

fn mirror(from: &Path, to: &Path) -> Done<()> {
    if from.is_dir() {
        return mirror_folder(from, to);
    }
    let wanted = fs::read(from)?;
    if fs::read(to).ok().as_ref() != Some(&wanted) {
        fs::create_dir_all(to.parent().ok_or("a file without a folder")?)?;
        fs::write(to, wanted)?;
    }
    Ok(())
}

fn mirror_folder(from: &Path, to: &Path) -> Done<()> {
    fs::create_dir_all(to)?;
    let names = |folder: &Path| -> Done<BTreeSet<std::ffi::OsString>> {
        let names: Result<_, _> =
            fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name())).collect();
        Ok(names?)
    };
    let wanted = names(from)?;
    for name in wanted.iter().filter(|name| *name != "target") {
        mirror(&from.join(name), &to.join(name))?;
    }
    for name in names(to)?.difference(&wanted) {
        let path = to.join(name);
        if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    Ok(())
}
