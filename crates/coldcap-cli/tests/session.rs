//! Scripts: all examples are as they expect, and whatever is wrong with one is said in one line.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use support::{coldcap, file, folder, text};

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/sessions");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

fn play(name: &str, script: &str) -> support::Done {
    let path = file(&folder(name), "script.toml", script);
    coldcap(&["session", "--script", &path, "--json"])
}

#[test]
fn every_example_is_as_it_expects_and_its_record_is_recomputed() {
    let examples = examples();
    assert!(examples.len() >= 13, "{}", examples.len());
    for path in examples {
        let done = coldcap(&["session", "--script", &text(&path), "--json"]);
        assert_eq!(done.status, Some(0), "{}: {}", path.display(), done.error);
        let told = done.json();
        let expectations = told["expectations"].as_array().unwrap();
        assert!(expectations.len() >= 5, "{}", path.display());
        for judged in expectations {
            let word = |field: &str| judged[field].as_str().unwrap().len();
            assert!(word("wanted") > 1 && word("found") > 1, "{judged}");
        }
        assert_eq!(told["record"]["verified"], true, "{}", path.display());
        assert!(told["record"]["entries"].as_u64().unwrap() < 120, "{}", path.display());
    }
}

const START: &str = r#"
[plan]
pre_min = 10
post_min = 10
break_min = 5
break_total_min = 10

[[at]]
time = "00:00:01"
do = "select_patient"
[[at]]
time = "00:00:02"
do = "choose_plan"
[[at]]
time = "00:00:03"
do = "worn"
[[at]]
time = "00:00:04"
do = "start"
"#;

#[test]
fn the_document_has_every_field_of_its_contract() {
    let script = format!(
        "date = \"2026-03-01\"\nuntil = \"00:29:00\"\n{START}{}",
        r#"
[[at]]
time = "00:00:05"
do = "start"
[[at]]
time = "00:11:00"
fact = "drug_started"
[[at]]
time = "00:12:00"
clock_jump_s = -3600
[[at]]
time = "00:13:00"
fact = "drug_ended"
[[at]]
time = "00:14:00"
do = "amend"
mark = "drug_ended"
earlier_min = 1
[[at]]
time = "00:15:00"
do = "pause"
[[at]]
time = "00:17:00"
do = "resume"
reason = 1
[[at]]
time = "00:17:01"
do = "resume"
reason = 1
confirm = true
"#
    );
    let done = play("session-contract", &script);
    assert_eq!(done.status, Some(0), "{done:?}");
    let told = done.json();
    assert_eq!(told["final_phase"], "thaw");
    assert_eq!(told["refusals"][0]["t_ms"], 5_000);
    assert_eq!(told["refusals"][0]["event"], "start");
    assert_eq!(told["refusals"][0]["reason"], "wrong_phase");
    let minutes = &told["minutes"];
    let close = |value: &Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 0.02;
    assert!(close(&minutes["pre_cool"]["cooled"], 10.0), "{minutes}");
    assert!(minutes["pre_cool"]["at_target"].as_f64().unwrap() < 5.0, "the ramp takes its time");
    // One of ten minutes was credited by the amendment.
    assert!(close(&minutes["post_cool"]["cooled"], 9.0), "{minutes}");
    assert!(close(&told["breaks"][0]["minutes"], 2.02), "{}", told["breaks"]);
    assert_eq!(told["breaks"][0]["t_ms"], 900_000);
    let units = &told["units"];
    assert_eq!(units["lines"][0]["code"], "97008");
    assert_eq!(units["rule"][0], "from-2026/session");
    assert!(units["notice"].as_str().unwrap().starts_with("Not billing advice"));
    assert_eq!(told["alarms"], Value::Array(vec![]));
    let timeline = told["timeline"].as_array().unwrap();
    let line = |kind: &str, name: &str| {
        timeline.iter().find(|line| line["kind"] == kind && line["name"] == name).unwrap()
    };
    assert_eq!(line("phase", "infusing")["t_ms"], 660_000);
    assert_eq!(line("flag", "mark_amended")["t_ms"], 840_000);
    assert_eq!(line("clock", "jump")["detail"], "-3600 s");
    assert!(timeline.windows(2).all(|two| two[0]["t_ms"].as_u64() <= two[1]["t_ms"].as_u64()));
    assert_eq!(told["record"]["verified"], true);
}

#[test]
fn alarms_have_onset_and_end() {
    let script = r#"
[[at]]
time = "00:00:01"
input = { level = "low" }
[[at]]
time = "00:00:11"
input = { level = "ok" }
[[expect]]
time = "00:00:20"
alarm = "none"
"#;
    let done = play("session-alarms", script);
    assert_eq!(done.status, Some(0), "{done:?}");
    let alarm = &done.json()["alarms"][0];
    assert_eq!((&alarm["id"], &alarm["priority"]), (&"level_low".into(), &"medium".into()));
    assert_eq!((&alarm["onset_ms"], &alarm["clear_ms"]), (&3_000.into(), &15_900.into()));
}

#[test]
fn a_failed_expectation_is_one_line_and_status_one() {
    let script = "[[expect]]\ntime = \"00:00:01\"\nphase = \"thaw\"\n";
    let done = play("session-failed", script);
    let line = done.refused(1);
    assert!(line.ends_with("script.toml:expect[0].phase: standby: allowed is thaw"), "{line}");
    assert_eq!(done.json()["expectations"][0]["met"], false);
    for (name, wrong) in [
        ("refused", "refused = \"wrong_phase\""),
        ("output", "output = { pump = \"on\" }"),
        ("alarm", "alarm = \"leak\""),
    ] {
        let done =
            play("session-failed-too", &format!("[[expect]]\ntime = \"00:00:01\"\n{wrong}\n"));
        let line = done.refused(1);
        assert!(line.contains(&format!("expect[0].{name}: ")), "{line}");
    }
}

#[test]
fn a_bad_script_is_one_line_and_status_two() {
    for (script, part) in [
        (
            "[[at]]\ntime = \"00:00:01\"\ndo = \"dance\"",
            "script.toml:at[0].do: \"dance\": allowed ",
        ),
        ("a = [", "script.toml:line 1: "),
        (
            "[[at]]\ntime = \"00:00:01\"\ninput = { tank = \"gone\" }",
            "at[0].input.tank: \"gone\": ",
        ),
    ] {
        let done = play("session-bad", script);
        assert!(done.refused(2).contains(part), "{done:?}");
        assert_eq!(done.out, "");
    }
    assert!(
        coldcap(&["session", "--script", "no-such.toml"]).refused(2).starts_with("no-such.toml: ")
    );
}

#[test]
fn the_table_of_regimens_is_printed_with_its_conflicts() {
    let list = coldcap(&["regimen", "list"]);
    assert_eq!(list.status, Some(0));
    assert!(
        list.out.contains("paxman_faq         30 to 45 before, 90 after [found]"),
        "{}",
        list.out
    );
    let show = coldcap(&["regimen", "show", "docetaxel_combined", "--json"]).json();
    let rows = show["regimens"][0]["rows"].as_array().unwrap();
    let posts: Vec<_> = rows.iter().map(|row| row["post"]["least_min"].as_u64().unwrap()).collect();
    assert_eq!(posts, [90, 20]);
    let all = coldcap(&["regimen", "list", "--json"]).json();
    assert_eq!((&all["table_version"], all["regimens"].as_array().unwrap().len()), (&1.into(), 10));
    assert_eq!(
        coldcap(&["regimen", "show", "10", "--json"]).json()["regimens"][0]["rows"][0]["cooling"],
        "do_not_cool"
    );
    let unknown = coldcap(&["regimen", "show", "beer"]);
    assert!(unknown.refused(2).starts_with("ID: beer: allowed 1 to 10 or one of combination, "));
}

#[test]
fn the_fit_visit_runs_alone_over_the_wire() {
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plans/fit-visit.toml");
    let out = folder("fit-visit-alone");
    let done = coldcap(&["demo", "--plan", &text(&plan), "--out", &text(&out), "--json"]);
    assert_eq!(done.status, Some(0), "{done:?}");
    let summary = done.json();
    assert_eq!(
        (&summary["outcome"], &summary["record"]["verified"]),
        (&"completed".into(), &true.into())
    );
    let phases: Vec<_> =
        summary["phases"].as_array().unwrap().iter().map(|span| span["phase"].clone()).collect();
    let expected = ["boot", "standby", "fit_measure", "fit_calibrate", "fit_verify", "fit_saved"];
    assert_eq!(phases, expected.map(Value::from));
    let told = coldcap(&["demo", "--plan", &text(&plan), "--out", &text(&out)]);
    assert!(told.out.contains("fit_saved") && !told.out.contains("coolant"), "{}", told.out);
    let recording = text(&out.join("fit-visit/session.ccap"));
    assert_eq!(coldcap(&["replay", &recording]).status, Some(0));
    let both = std::fs::read_to_string(&plan).unwrap() + "\n[treatment]\npre_min = 30\n";
    let path = file(&out, "both.toml", both);
    let line = coldcap(&["demo", "--plan", &path, "--out", &text(&out)]);
    assert!(line.refused(2).contains("both.toml:treatment: "), "{line:?}");
}
