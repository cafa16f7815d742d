//! Runs the built command as a script would.
#![allow(dead_code)]

pub(crate) mod browser;
pub(crate) mod served;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread::{self, ThreadId};

/// Both services in 74 minutes of treatment time. Infusing runs from 2837 s to 3437 s.
pub(crate) const SHORT_PLAN: &str = r#"
name = "short"
regimen = 3
patient = 1001
session = 1
sessions = 12
date = "2026-11-23"
head = { circumference_mm = 561, sagittal_mm = 345, coronal_mm = 350 }
hair = { density = "full", type = "ordinary" }
treatment = { pre_min = 10, post_min = 10, break_min = 5, break_total_min = 10, target_c = -4.0 }
drug = [{ name = "paclitaxel", id = 17, hair_toxic = true, start_min = 0, end_min = 10 }]
"#;

/// What a run of the command left on its streams.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) error: String,
}

impl Done {
    /// Standard output as the one JSON document that it is.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts the status and that standard error is one line of ours; returns that line.
    pub(crate) fn refused(&self, status: i32) -> &str {
        assert_eq!(self.status, Some(status), "{self:?}");
        assert_eq!(self.error.lines().count(), 1, "{self:?}");
        let line = self.error.trim_end();
        line.strip_prefix("coldcap: ").unwrap_or_else(|| panic!("not our line: {self:?}"))
    }
}

pub(crate) fn coldcap<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Done {
    coldcap_with(arguments, b"")
}

pub(crate) fn coldcap_with<S: AsRef<std::ffi::OsStr>>(arguments: &[S], input: &[u8]) -> Done {
    let mut child = start(arguments);
    // A command that refuses its arguments does not read its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    done(child)
}

pub(crate) fn start<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_coldcap"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

pub(crate) fn done(child: Child) -> Done {
    let output = child.wait_with_output().unwrap();
    Done {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        error: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Which thread has a folder: tests that run side by side must not empty each other's.
static TAKEN: Mutex<BTreeMap<String, ThreadId>> = Mutex::new(BTreeMap::new());

/// An empty folder of this name, inside cargo's folder for tests.
pub(crate) fn folder(name: &str) -> PathBuf {
    let own = thread::current().id();
    let taken = TAKEN.lock().unwrap().insert(name.to_owned(), own);
    assert!(taken.is_none_or(|thread| thread == own), "two tests use the folder {name}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes a file and returns its path as an argument.
pub(crate) fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    text(&path)
}

pub(crate) fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// Runs the short plan into `folder` with more arguments.
pub(crate) fn demo(folder: &Path, more: &[&str]) -> Done {
    let plan = file(folder, "short.toml", SHORT_PLAN);
    let out = text(folder);
    coldcap(&[&["demo", "--plan", &plan, "--out", &out], more].concat())
}

pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
