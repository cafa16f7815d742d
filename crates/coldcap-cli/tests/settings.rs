//! Settings of the virtual machine, as text.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use coldcap_host::connection::{CommandError, Connection};
use coldcap_host::settings::{Difference, read, restore};
use coldcap_wire::message::Status;
use serde_json::json;
use std::path::Path;
use support::served::Served;
use support::{Done, coldcap, file, folder, text};

/// The machine and its host live so many times faster than we do.
const SPEED: f64 = 10.0;

/// A served machine, and what a host says to reach it.
struct Reached {
    machine: Served,
    more: Vec<String>,
}

impl Reached {
    fn with(more: &[&str]) -> Self {
        let machine = Served::with(1, SPEED, more);
        Self { machine, more: vec!["--speed".into(), SPEED.to_string()] }
    }

    fn settings(&self, what: &str, file: Option<&str>, more: &[&str]) -> Done {
        let mut arguments = vec!["settings", what, self.machine.address()];
        arguments.extend(file);
        arguments.extend(self.more.iter().map(String::as_str));
        arguments.extend(more);
        coldcap(&arguments)
    }
}

const INITIAL: &str = "\
# Settings of a machine of model 1, revision 1

# how loud what is no alarm sounds: 0 to 100 %
sound_level = 60

# how bright the display is: 10 to 100 %
display_brightness = 80

# from one reminder on the display to the next: 30 to 3600 s
reminder_interval = 600

# the language of the display: \"en\", \"de\"
language = \"en\"
";

#[test]
fn what_is_dumped_is_restored_and_only_what_differs_is_changed() {
    let folder = folder("settings-restore");
    let machine = Reached::with(&[]);
    let dumped = machine.settings("dump", None, &[]);
    assert_eq!((dumped.status, dumped.out.as_str()), (Some(0), INITIAL), "{dumped:?}");
    let kept = file(&folder, "kept.toml", &dumped.out);
    let same = machine.settings("diff", Some(&kept), &[]);
    assert_eq!((same.status, same.out.as_str()), (Some(0), ""));
    let nothing = machine.settings("restore", Some(&kept), &["--json"]);
    assert_eq!(nothing.json(), json!({ "changed": [], "failed": null, "left": [] }));

    let some =
        file(&folder, "some.toml", "sound_level = 60\nlanguage = \"de\"\nreminder_interval = 30\n");
    let differs = machine.settings("diff", Some(&some), &[]);
    assert_eq!(differs.status, Some(1));
    assert_eq!(differs.out, "reminder_interval: 600 s, wanted 30 s\nlanguage: en, wanted de\n");
    assert_eq!(differs.error, "coldcap: 2 settings differ\n");
    let restored = machine.settings("restore", Some(&some), &[]);
    assert_eq!(restored.status, Some(0), "{restored:?}");
    assert_eq!(
        restored.out,
        "changed reminder_interval: 600 s, wanted 30 s\nchanged language: en, wanted de\n"
    );
    let dumped = machine.settings("dump", None, &["--json"]).json();
    assert_eq!(dumped["revision"], 3);
    let language = json!({
        "key": 4, "name": "language", "value": 1, "word": "de", "unit": null,
        "minimum": 0, "maximum": 1, "changed": 3,
    });
    assert_eq!(dumped["settings"][3], language);
    assert_eq!(dumped["settings"][0]["changed"], 1, "what did not differ was not changed");
    let back = machine.settings("restore", Some(&kept), &["--json"]);
    assert_eq!(back.json()["changed"][0]["was"], 30);
    assert_eq!(machine.settings("diff", Some(&kept), &[]).status, Some(0));
}

#[test]
fn a_file_that_is_wrong_anywhere_changes_nothing() {
    let folder = folder("settings-wrong");
    let machine = Reached::with(&[]);
    let cases = [
        ("sound_level = 10\nlanguage = \"fr\"", "language: \"fr\": allowed \"en\", \"de\""),
        ("sound_level = 10\ndisplay_brightness = 9", "display_brightness: 9: allowed 10 to 100"),
        (
            "sound_level = 10\nsetting_9 = 1",
            "setting_9: 1: allowed on a machine that has this setting",
        ),
        ("sound_level = 10\nvolume = 1", "volume: unknown field: allowed sound_level, "),
        ("sound_level = 10\nsetting_1 = 1", "sound_level: again: allowed once"),
        ("sound_level = 10\nreminder_interval = 1.5", "reminder_interval: 1.5 is a decimal number"),
        ("sound_level = 10\nsound_level", "line 2: sound_level: allowed TOML"),
    ];
    for (content, expected) in cases {
        let wrong = file(&folder, "wrong.toml", content);
        for what in ["restore", "diff"] {
            let done = machine.settings(what, Some(&wrong), &[]);
            let line = done.refused(2);
            assert!(line.contains(&format!("wrong.toml:{expected}")), "{line}");
            assert_eq!(done.out, "");
        }
    }
    assert_eq!(machine.settings("dump", None, &[]).out, INITIAL);
}

/// A nurse may look.
#[test]
fn a_machine_that_refuses_a_change_says_so_and_what_is_left() {
    let folder = folder("settings-nurse");
    let keys = nurses(&folder);
    let mut machine = Reached::with(&["--keys", &keys.0]);
    machine.more.extend(["--key".into(), keys.1]);
    assert_eq!(machine.settings("dump", None, &[]).out, INITIAL);
    let some = file(&folder, "some.toml", "sound_level = 10\nlanguage = \"de\"\n");
    let refused = machine.settings("restore", Some(&some), &[]);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert_eq!(
        refused.out,
        "not changed sound_level: 60 %, wanted 10 %\nnot changed language: en, wanted de\n"
    );
    assert_eq!(refused.refused(1), "sound_level: refused: denied; 0 changed before, 1 left");
    let told = machine.settings("restore", Some(&some), &["--json"]).json();
    assert_eq!(
        (&told["failed"]["changed"], told["left"].as_array().unwrap().len()),
        (&json!(false), 1)
    );
    assert_eq!(machine.settings("dump", None, &[]).out, INITIAL);
}

fn nurses(folder: &Path) -> (String, String) {
    let (keys, code) = (text(&folder.join("machine.keys")), text(&folder.join("nurse.code")));
    let added =
        coldcap(&["keys", "add", &keys, "--role", "nurse", "--label", "n", "--code", &code]);
    assert_eq!(added.status, Some(0), "{added:?}");
    (keys, code)
}

#[test]
fn on_a_bench_it_is_the_same_and_nobody_there_is_said_in_time() {
    let mut machine = Reached::with(&["--unsecured"]);
    machine.more.push("--unsecured".into());
    assert_eq!(machine.settings("dump", None, &[]).out, INITIAL);
    machine.machine.kill();
    let gone = machine.settings("dump", None, &[]);
    assert_eq!(gone.refused(3), format!("{}: nobody is there", machine.machine.address()));
}

async fn connected(machine: &Reached) -> Connection {
    let connection = machine.machine.host(0, 0, 1);
    connection.secured().await.unwrap();
    connection
}

fn names(differences: &[Difference]) -> Vec<&str> {
    differences.iter().map(|differs| differs.name.as_str()).collect()
}

#[tokio::test]
async fn what_fails_on_its_way_says_what_is_done_and_what_is_left() {
    let mut machine = Reached::with(&[]);
    let connection = connected(&machine).await;
    let table = read(&connection).await.unwrap();
    // Beyond the range of the second, as if nobody had checked.
    let text = "sound_level = 1\ndisplay_brightness = 1\nlanguage = \"de\"";
    let wishes = table.parse(text, "f").unwrap();
    let failed = restore(&connection, &table, table.differences(&wishes)).await.unwrap_err();
    let (done, left) = (names(&failed.done), names(&failed.left));
    assert_eq!(
        (done, failed.at.name.as_str(), left),
        (vec!["sound_level"], "display_brightness", vec!["language"])
    );
    assert!(matches!(failed.why, CommandError::Refused(it) if it.status == Status::OUT_OF_RANGE));
    assert!(!failed.is_open());

    let after = read(&connection).await.unwrap();
    assert_eq!(
        (after.revision(), names(&after.differences(&wishes))),
        (2, vec!["display_brightness", "language"])
    );
    // By what was seen before the change nothing is changed.
    let stale = restore(&connection, &table, after.differences(&wishes)).await.unwrap_err();
    assert_eq!((stale.why, stale.done.len()), (CommandError::Stale { revision: 2 }, 0));
    assert!(stale.to_string().starts_with("display_brightness: somebody has changed settings"));

    machine.machine.kill();
    let gone = restore(&connection, &after, after.differences(&wishes)).await.unwrap_err();
    assert_eq!((gone.why, gone.is_open()), (CommandError::TimedOut, true));
    assert_eq!((names(&gone.left), gone.done), (vec!["language"], vec![]));
}

/// Whoever drops what he asked for spoils nothing for who asks next.
#[tokio::test]
async fn reading_can_be_dropped_at_any_time() {
    let machine = Reached::with(&[]);
    let connection = connected(&machine).await;
    let whole = read(&connection).await.unwrap();
    for wait in 0..30 {
        let short = core::time::Duration::from_millis(wait);
        let _ = tokio::time::timeout(short, read(&connection)).await;
        if wait % 10 == 0 {
            assert_eq!(read(&connection).await, Ok(whole.clone()));
        }
    }
    assert_eq!(whole.iter().count(), 4);
}
