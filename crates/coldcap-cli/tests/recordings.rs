//! What is recorded of a machine, and what is made of recordings.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap_host::capture::{Block, Direction, Heard, HeardAt, Reader, Writer};
use coldcap_host::client::Message;
use coldcap_host::playback::Playback;
use coldcap_units::Instant;
use core::time::Duration;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use support::served::Served;
use support::{SHORT_PLAN, coldcap, done, folder, start};

/// The machine and its hosts live so many times faster than we do.
const SPEED: f64 = 20.0;

fn served() -> Served {
    Served::with(1, SPEED, &[])
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
    let machine = served();
    let out = folder("recorded");
    let done = done(record(machine.address(), &out, &["--seconds", "60", "--period", "500"]));
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
    let machine = served();
    let out = folder("recorder-killed");
    let mut recorder = record(machine.address(), &out, &[]);
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

/// As where the computer is switched off, or the terminal is closed.
#[test]
fn a_recorder_that_is_ended_ends_its_file() {
    let machine = served();
    for signal in ["TERM", "HUP", "INT"] {
        let out = folder(&format!("recorder-ended-{signal}"));
        let recorder = record(machine.address(), &out, &[]);
        sleep(Duration::from_secs(3));
        let id = recorder.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        assert_eq!(done(recorder).status, Some(0), "{signal}");
        let playback = Playback::open(&one_file(&out)).unwrap();
        assert!(playback.was_ended() && playback.damage().is_empty(), "{signal}");
    }
}

#[test]
fn a_machine_that_goes_and_comes_back_was_away() {
    let mut machine = served();
    let address = machine.address().to_owned();
    let out = folder("machine-away").join("one.ccap");
    let recorder = record(&address, &out, &["--seconds", "260"]);
    sleep(Duration::from_secs(4));
    machine.kill();
    sleep(Duration::from_secs(2));
    let _again = Served::at(&[&address], SPEED, &[]);
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
    let machine = served();
    let beyond = record(machine.address(), &out, &["--channel", "9", "--seconds", "600"]);
    assert!(done(beyond).refused(2).contains("--channel: 9: allowed is 0 to 0"));
    let there = out.join("there.ccap");
    fs::write(&there, b"x").unwrap();
    assert!(done(record("tcp:127.0.0.1:1", &there, &[])).refused(2).contains("a new file"));
}

/// A short visit, recorded by the device, with its trace and summary.
fn visit(name: &str) -> PathBuf {
    let out = folder(name);
    let plan = out.join("plan.toml");
    fs::write(&plan, SHORT_PLAN).unwrap();
    let (plan, out) = (plan.to_str().unwrap(), out.join("visit"));
    let fault = "kink@3000..3100";
    let done = coldcap(&["demo", "--plan", plan, "--fault", fault, "--out", out.to_str().unwrap()]);
    assert_eq!(done.status, Some(0), "{done:?}");
    out.join("short")
}

/// A recording of a host of the same treatment's packets, made from a device's one.
fn as_heard(device: &Path, host: &Path) {
    as_heard_from(device, host, 0);
}

/// The same of a host that came when the device had run for so long.
fn as_heard_from(device: &Path, host: &Path, from_ms: u64) {
    let bytes = fs::read(device).unwrap();
    let reader = Reader::new(&bytes).unwrap();
    let mut writer = Writer::new(fs::File::create(host).unwrap(), reader.origin(), 1).unwrap();
    for block in reader.blocks() {
        let Block::Packets(packets) = block.unwrap().value else { continue };
        for packet in packets.iter().filter(|it| it.direction == Direction::ToHost) {
            let heard = Heard::Packet { verdict: packet.verdict, bytes: packet.bytes };
            let Some(at_ms) = ((packet.tick + 1) * 100).checked_sub(from_ms) else { continue };
            writer.heard(&HeardAt { at_ms, heard }).unwrap();
        }
    }
    writer.finish(0).unwrap();
}

fn cells(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// The columns that the simulator or the record, and no report, tells.
const TOLD_OTHERWISE: [usize; 2] = [10, 15];

#[test]
fn an_exported_trace_is_the_trace_of_the_visit() {
    let visit = visit("exported");
    let device = visit.join("session.ccap");
    let host = visit.join("heard.ccap");
    as_heard(&device, &host);
    let trace = cells(&visit.join("trace.csv"));
    for recording in [&device, &host] {
        let out = visit.join("out.csv");
        let [from, to] = [recording, &out].map(|path| path.to_str().unwrap());
        let done = coldcap(&["export", from, "--to", "csv", "--out", to, "--json"]);
        let summary = done.json();
        assert_eq!((done.status, summary["damaged"].as_bool()), (Some(0), Some(false)));
        let exported = cells(&out);
        assert_eq!(summary["lines"].as_u64().unwrap() as usize + 1, exported.len());
        assert_eq!((exported.len(), &exported[0]), (trace.len(), &trace[0]));
        for (line, (ours, theirs)) in exported.iter().zip(&trace).enumerate() {
            for column in (0..theirs.len()).filter(|it| !TOLD_OTHERWISE.contains(it)) {
                assert_eq!(ours[column], theirs[column], "line {line}, column {column}");
            }
            let [ours, theirs] = [ours, theirs].map(|line| line[10].parse::<f64>().ok());
            // Half a second apart, where a cap that comes off lets the skin jump.
            let near = |(ours, theirs): (f64, f64)| (ours - theirs).abs() < 0.3;
            let known = recording == &device || line == 0;
            assert!(if known { ours.zip(theirs).is_none_or(near) } else { ours.is_none() });
        }
        let lost = exported.iter().filter(|line| line[15].contains("flow_lost")).count();
        assert!((60..200).contains(&lost), "{lost} seconds of the alarm");
    }
}

#[test]
fn a_report_from_a_recording_tells_what_the_visit_told() {
    let visit = visit("reported");
    let summary: Value =
        serde_json::from_str(&fs::read_to_string(visit.join("summary.json")).unwrap()).unwrap();
    let device = visit.join("session.ccap");
    let host = visit.join("heard.ccap");
    as_heard(&device, &host);
    for recording in [&device, &host] {
        let page = visit.join("page.html");
        let [from, to] = [recording, &page].map(|path| path.to_str().unwrap());
        let done = coldcap(&["report", from, "--out", to, "--json"]);
        let told = done.json();
        assert_eq!(done.status, Some(0), "{done:?}");
        assert_eq!(told["outcome"], summary["outcome"]);
        assert_eq!(told["record"], summary["record"]);
        for list in ["phases", "alarms", "breaks"] {
            assert_eq!(
                told[list].as_u64().unwrap() as usize,
                summary[list].as_array().unwrap().len()
            );
        }
        let page = fs::read_to_string(page).unwrap();
        assert!(page.contains("SIMULATED") && !page.contains("97007"), "billing is not known");
    }
}

/// Also what is damaged where nothing of the export stands.
#[test]
fn damage_anywhere_is_told() {
    let visit = visit("damaged");
    let bytes = fs::read(visit.join("session.ccap")).unwrap();
    let (wrong, out) = (visit.join("wrong.ccap"), visit.join("wrong.csv"));
    let [from, to] = [&wrong, &out].map(|path| path.to_str().unwrap());
    let ticks = Reader::new(&bytes)
        .unwrap()
        .blocks()
        .flatten()
        .find_map(|it| matches!(it.value, Block::Ticks(_)).then_some(it.offset as usize + 12));
    for (at, said) in
        [(ticks.unwrap(), "the ticks block is damaged"), (1, "the file header is damaged")]
    {
        let mut spoilt = bytes.clone();
        spoilt[at] ^= 1;
        fs::write(&wrong, spoilt).unwrap();
        let done = coldcap(&["export", from, "--to", "csv", "--out", to, "--json"]);
        assert_eq!((done.status, &done.json()["damaged"]), (Some(0), &Value::Bool(true)));
        assert!(done.error.contains(said), "{done:?}");
        let done = coldcap(&["report", from]);
        assert!(done.status == Some(0) && done.error.contains(said), "{done:?}");
    }
}

#[test]
fn a_hosts_recording_has_nothing_to_replay() {
    let visit = visit("heard-replay");
    let host = visit.join("heard.ccap");
    as_heard(&visit.join("session.ccap"), &host);
    let done = coldcap(&["replay", host.to_str().unwrap()]);
    assert!(done.refused(2).contains("it is a host's, without ticks"), "{done:?}");
}

/// What was recorded cannot be had again.
#[test]
fn a_recording_is_never_replaced_by_what_is_made_of_it() {
    let visit = visit("not-replaced");
    let recording = visit.join("session.ccap");
    let bytes = fs::read(&recording).unwrap();
    let from = recording.to_str().unwrap();
    let odd = visit.join("odd.csv");
    fs::write(&odd, &bytes).unwrap();
    let link = visit.join(".").join("odd.csv");
    let [odd, link] = [odd.to_str().unwrap(), link.to_str().unwrap()];
    for line in [
        &["report", from, "--out", from][..],
        &["export", odd, "--to", "csv", "--out", link],
        &["export", odd, "--to", "csv"],
    ] {
        let done = coldcap(line);
        let said = done.refused(2);
        assert!(said.starts_with("--out: ") && said.contains("is what is read"), "{said}");
    }
    assert!(fs::read(from).unwrap() == bytes && fs::read(odd).unwrap() == bytes);
}

/// Its record is on the device's own time, and what it heard on its own.
#[test]
fn a_host_that_came_late_tells_alarms_and_curves_where_they_were() {
    let visit = visit("heard-late");
    let host = visit.join("late.ccap");
    as_heard_from(&visit.join("session.ccap"), &host, 2_500_000);
    let done = coldcap(&["report", host.to_str().unwrap(), "--json"]);
    let summary: Value =
        serde_json::from_str(&fs::read_to_string(visit.join("summary.json")).unwrap()).unwrap();
    let told = done.json();
    assert_eq!(
        told["alarms"].as_u64().unwrap() as usize,
        summary["alarms"].as_array().unwrap().len()
    );
    let page = fs::read_to_string(visit.join("late.html")).unwrap();
    assert!(page.contains("flow lost"), "the kink was heard");
    assert!(!page.contains("0000000000000000"), "a host has no hash of outputs");
}

/// By its plan a report knows the drugs by their names, and bills; the plan of another patient is refused.
#[test]
fn a_report_takes_its_plan_and_no_other() {
    let visit = visit("report-plan");
    let from = visit.join("session.ccap");
    let from = from.to_str().unwrap();
    let plan = visit.join("../../plan.toml");
    let done = coldcap(&["report", from, "--plan", plan.to_str().unwrap()]);
    assert_eq!(done.status, Some(0), "{done:?}");
    let page = fs::read_to_string(visit.join("session.html")).unwrap();
    assert!(page.contains("97007") && page.contains("2026-"), "billed by its date");
    let other = visit.join("other.toml");
    let text = fs::read_to_string(&plan).unwrap();
    let patient = text.lines().find(|line| line.starts_with("patient")).unwrap();
    fs::write(&other, text.replace(patient, "patient = 4711")).unwrap();
    let done = coldcap(&["report", from, "--plan", other.to_str().unwrap()]);
    let said = done.refused(2);
    assert!(said.contains("other.toml:patient: 4711: allowed is"), "{said}");
}

#[test]
fn a_channel_that_is_not_there_has_no_page() {
    let visit = visit("report-channel");
    let from = visit.join("session.ccap");
    let done = coldcap(&["report", from.to_str().unwrap(), "--channel", "5"]);
    let said = done.refused(2);
    assert!(said.contains("--channel: 5: allowed is 0 to 0"), "{said}");
    assert!(!visit.join("session-channel-5.html").exists());
}

#[test]
fn what_is_no_recording_is_refused_and_a_cut_one_exported() {
    let out = folder("not-exported");
    let other = out.join("other.ccap");
    fs::write(&other, b"time_s,channel").unwrap();
    let other = other.to_str().unwrap();
    assert!(
        coldcap(&["export", other, "--to", "csv"]).refused(2).contains("not a coldcap recording")
    );
    assert!(coldcap(&["report", other]).refused(2).contains("not a coldcap recording"));
    let new = out.join("new");
    let done = coldcap(&["export", other, "--to", "csv", "--out", new.to_str().unwrap()]);
    assert!(done.status == Some(2) && !new.exists(), "no folder is made for it");
    let visit = visit("cut");
    let mut bytes = fs::read(visit.join("session.ccap")).unwrap();
    bytes.truncate(bytes.len() / 2);
    let cut = out.join("cut.ccap");
    fs::write(&cut, bytes).unwrap();
    let cut = cut.to_str().unwrap();
    for (to, name) in [("mcap", "y.csv"), ("csv", "y.ccap"), ("csv", "y.mcap")] {
        let place = out.join(name);
        let done = coldcap(&["export", cut, "--to", to, "--out", place.to_str().unwrap()]);
        assert!(done.refused(2).contains(&format!("a file that ends in .{to}")), "{done:?}");
        assert!(!place.exists());
    }
    let done = coldcap(&["export", cut, "--to", "mcap", "--json"]);
    assert_eq!((done.status, done.json()["damaged"].as_bool()), (Some(0), Some(true)));
    assert!(done.error.contains("cut off"), "{done:?}");
}
