//! What is recorded of a machine, and what is made of recordings.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_host::client::Message;
use coldcap_host::playback::Playback;
use coldcap_units::Instant;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread::sleep;
use std::time::Duration;
use support::{coldcap, done, folder, start};

struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn at(listen: &str) -> Self {
        let mut child = start(&["machine", "--listen", listen, "--speed", "20"]);
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, address }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn record(address: &str, out: &Path, more: &[&str]) -> Child {
    let out = out.to_str().unwrap();
    let fixed = ["record", address, "--out", out, "--speed", "20", "--json"];
    start(&[&fixed[..], more].concat())
}

fn messages(path: &Path) -> Vec<(Instant, Message)> {
    let mut playback = Playback::open(path).unwrap();
    core::iter::from_fn(|| playback.next_message().unwrap()).collect()
}

fn one_file(folder: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    files[0].clone()
}

#[test]
fn what_a_machine_says_is_recorded_with_its_record_and_plays() {
    let machine = Served::at("tcp:127.0.0.1:0");
    let out = folder("recorded");
    let done = done(record(&machine.address, &out, &["--seconds", "60", "--period", "500"]));
    assert_eq!(done.status, Some(0), "{done:?}");
    assert_eq!(done.error, "", "no progress where nobody looks");
    let summary = done.json();
    assert_eq!(summary["origin"], "simulated");
    assert_eq!(summary["missed"], 0);
    assert_eq!(summary["record"]["complete"], true, "{summary}");
    let path = PathBuf::from(summary["file"].as_str().unwrap());
    assert_eq!(path, one_file(&out));
    let messages = messages(&path);
    let entries = messages.iter().filter(|(_, it)| matches!(it, Message::RecordEntry(_))).count();
    assert!(entries as u64 >= summary["record"]["entries"].as_u64().unwrap());
    let count = |which: fn(&Message) -> bool| messages.iter().filter(|(_, it)| which(it)).count();
    assert_eq!(count(|it| matches!(it, Message::Hello(_))), 1);
    // Sixty seconds of two reports a second, but for what the beginning took.
    assert!((80..=130).contains(&count(|it| matches!(it, Message::MachineStatus(_)))));
    let decoded = coldcap(&["decode", path.to_str().unwrap()]);
    assert_eq!(decoded.out.lines().count() as u64, summary["packets"].as_u64().unwrap());
}

#[test]
fn a_recorder_that_is_killed_leaves_all_but_the_last_seconds() {
    let machine = Served::at("tcp:127.0.0.1:0");
    let out = folder("recorder-killed");
    let mut recorder = record(&machine.address, &out, &[]);
    sleep(Duration::from_secs(9));
    recorder.kill().unwrap();
    recorder.wait().unwrap();
    let path = one_file(&out);
    let playback = Playback::open(&path).unwrap();
    assert!(!playback.was_ended() && playback.damage().iter().all(|it| it.is_cut_off()));
    // Each second is twenty of the machine.
    let least = (9.0 - 1.0 - 5.0) * 20.0;
    assert!(f64::from(playback.duration().as_secs()) >= least, "{:?}", playback.duration());
    assert!(messages(&path).len() > 60);
}

#[test]
fn a_machine_that_goes_and_comes_back_was_away() {
    let mut machine = Served::at("tcp:127.0.0.1:0");
    let address = machine.address.clone();
    let out = folder("machine-away").join("one.ccap");
    let recorder = record(&address, &out, &["--seconds", "260"]);
    sleep(Duration::from_secs(4));
    machine.child.kill().unwrap();
    machine.child.wait().unwrap();
    sleep(Duration::from_secs(2));
    let _again = Served::at(&address);
    let done = done(recorder);
    let summary: Value = done.json();
    assert_eq!(summary["away"]["times"], 1, "{summary}");
    assert!(summary["away"]["s"].as_f64().unwrap() > 20.0, "{summary}");
    let messages = messages(&out);
    let place = |wanted: &Message| messages.iter().position(|(_, it)| it == wanted);
    let (lost, back) = (place(&Message::LinkLost).unwrap(), place(&Message::LinkBack).unwrap());
    assert!(0 < lost && lost + 1 == back && back + 1 < messages.len());
}

#[test]
fn what_cannot_be_recorded_is_said_in_one_line() {
    let out = folder("not-recorded");
    let nobody = record("tcp:127.0.0.1:1", &out, &["--seconds", "1"]);
    assert!(done(nobody).refused(3).contains("was not heard"));
    assert!(done(record("nowhere", &out, &[])).refused(2).contains("allowed tcp:HOST:PORT"));
    let there = out.join("there.ccap");
    fs::write(&there, b"x").unwrap();
    assert!(done(record("tcp:127.0.0.1:1", &there, &[])).refused(2).contains("a new file"));
}
