//! A whole visit: its files, its summary, and nothing half-written where it fails.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use support::{Done, SHORT_PLAN, coldcap, demo, file, folder, names_in, text};

const TRACE_HEADER: &str = "time_s,channel,phase,target_c,supply_c,return_c,front_c,rear_c,\
safety_c,skin_estimate_c,skin_true_c,flow_ml_min,pump,valve,chiller,alarms,skin_lower_c,skin_upper_c";

/// The visit that most tests look at: its folder, and what it printed with `--json`.
fn visit() -> &'static (PathBuf, Done) {
    static VISIT: OnceLock<(PathBuf, Done)> = OnceLock::new();
    VISIT.get_or_init(|| {
        let folder = folder("demo-visit");
        let done = demo(&folder, &["--json", "--seed", "7"]);
        (folder.join("short"), done)
    })
}

fn summary() -> Value {
    serde_json::from_str(&fs::read_to_string(visit().0.join("summary.json")).unwrap()).unwrap()
}

#[test]
fn a_visit_leaves_exactly_four_files() {
    let (place, done) = visit();
    assert_eq!(done.status, Some(0), "{done:?}");
    let expected = ["report.html", "session.ccap", "summary.json", "trace.csv"];
    assert_eq!(names_in(place), expected);
    assert_eq!(names_in(place.parent().unwrap()), ["short", "short.toml"]);
}

#[test]
fn json_prints_the_summary_and_nothing_else() {
    let (_, done) = visit();
    assert_eq!(done.json(), summary());
    assert_eq!(done.error, "");
}

#[test]
fn the_summary_has_every_field_of_its_contract() {
    let summary = summary();
    assert_eq!(
        (&summary["origin"], &summary["outcome"]),
        (&"simulated".into(), &"completed".into())
    );
    assert_eq!(summary["seed"], 7);
    assert!(summary["ticks"].as_u64().unwrap() > 40_000);
    let hash = summary["output_hash"].as_str().unwrap();
    assert!(hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{hash}");
    assert_eq!(summary["breaks"], Value::Array(Vec::new()));
    assert_eq!(summary["alarms"], Value::Array(Vec::new()));
    assert_eq!(summary["control"]["mode"], "coolant");
    assert_eq!(summary["control"]["interface_target_c"], Value::Null);
    assert_eq!(summary["coolant"]["target_c"], -4.0);
    assert!((summary["coolant"]["mean_c"].as_f64().unwrap() + 4.0).abs() < 0.1);
    assert!(summary["coolant"]["max_abs_error_k"].as_f64().unwrap() < 0.5);
    assert!(summary["interface_min_c"].as_f64().unwrap() > 0.0);
    assert!((10.0..30.0).contains(&summary["skin_at_first_drug_c"].as_f64().unwrap()));
    let contact = &summary["contact_at_start"];
    assert_eq!(contact["zones"][0]["against_fit_visit"], "unchanged", "{contact}");
    assert_eq!(contact["zones"][2]["h_w_m2k"], serde_json::Value::Null);
    let link = summary["link"].as_object().unwrap();
    assert!(link["ok"].as_u64().unwrap() > 1_000);
    assert!(["crc", "length", "overflow"].iter().all(|counter| link[*counter] == 0));
}

#[test]
fn the_phases_join_and_hold_the_planned_minutes() {
    let summary = summary();
    let phases = summary["phases"].as_array().unwrap();
    let minutes = |name: &str| {
        let found = phases.iter().find(|span| span["phase"] == name).unwrap();
        (found["minutes"].as_f64().unwrap(), found["cooled_minutes"].as_f64().unwrap())
    };
    for name in ["pre_cool", "infusing", "post_cool"] {
        let (elapsed, cooled) = minutes(name);
        assert!((elapsed - 10.0).abs() < 0.1 && (cooled - 10.0).abs() < 0.1, "{name}");
    }
    for pair in phases.windows(2) {
        let end =
            pair[0]["start_s"].as_f64().unwrap() + pair[0]["minutes"].as_f64().unwrap() * 60.0;
        assert!((end - pair[1]["start_s"].as_f64().unwrap()).abs() < 0.2, "{pair:?}");
    }
}

#[test]
fn the_trace_has_its_header_and_a_line_a_second() {
    let trace = fs::read_to_string(visit().0.join("trace.csv")).unwrap();
    let mut lines = trace.lines();
    assert_eq!(lines.next(), Some(TRACE_HEADER));
    let times: Vec<f64> = lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), 18, "{line}");
            interval(&cells, line);
            assert!(
                cells[4..12].iter().all(|c| c.is_empty() || c.parse::<f64>().is_ok()),
                "{line}"
            );
            cells[0].parse().unwrap()
        })
        .collect();
    assert!(times.windows(2).all(|pair| ((pair[1] - pair[0]) - 1.0).abs() < 1e-6));
    let ticks = summary()["ticks"].as_u64().unwrap();
    assert!((times.len() as u64).abs_diff(ticks / 10) <= 2);
}

/// An estimate comes with both ends, and lies between them.
fn interval(cells: &[&str], line: &str) {
    let value = |cell: usize| cells[cell].parse::<f64>().ok();
    match (value(16), value(9), value(17)) {
        (Some(lower), Some(skin), Some(upper)) => {
            assert!(lower <= skin && skin <= upper && upper - lower < 20.0, "{line}");
        }
        (None, None, None) => {}
        _ => panic!("half an interval: {line}"),
    }
}

#[test]
fn the_report_says_what_it_is() {
    let report = fs::read_to_string(visit().0.join("report.html")).unwrap();
    assert!(report.contains("SIMULATED"));
    assert!(report.contains("<path class=\"interval\" d=\"M"), "the skin's interval");
    assert!(report.contains("Contact at the start of the session") && report.contains("unchanged"));
    assert!(report.trim_end().ends_with("</html>"));
    for said in [
        "patient 1001 · session 1 of 12 · 2026-11-23",
        "SIMULATED – no person was treated",
        "every note follows from the events before it",
        "of cooled time (min:s) in all phases together",
        "reviewed by",
    ] {
        assert!(report.contains(said), "{said}");
    }
    assert!(!report.contains("not verified"), "the record is whole");
}

#[test]
fn the_same_seed_gives_the_same_files_and_another_seed_does_not() {
    let folder = folder("demo-again");
    let strangers = folder.join("short");
    fs::create_dir(&strangers).unwrap();
    fs::write(strangers.join("notes.txt"), "mine").unwrap();
    assert_eq!(demo(&folder, &["--seed", "7"]).status, Some(0));
    for name in names_in(&visit().0) {
        let [first, second] = [&visit().0, &strangers].map(|at| fs::read(at.join(&name)).unwrap());
        assert!(first == second, "{name}");
    }
    assert_eq!(fs::read_to_string(strangers.join("notes.txt")).unwrap(), "mine");
    let other = demo(&folder, &["--json", "--seed", "8"]).json();
    assert_ne!(other["output_hash"], summary()["output_hash"]);
}

#[test]
fn people_read_the_outcome_and_where_the_report_is() {
    let folder = folder("demo-people");
    let done = demo(&folder, &[]);
    assert!(done.out.starts_with("SIMULATED short: completed\n"), "{}", done.out);
    let report = text(&folder.join("short/report.html"));
    assert!(done.out.ends_with(&format!("report: {report}\n")), "{}", done.out);
}

#[test]
fn the_built_in_plan_is_complete() {
    let folder = folder("demo-built-in");
    let done = coldcap(&["demo", "--json", "--out", &text(&folder.join("new/parent"))]);
    assert_eq!(done.json()["outcome"], "completed");
    assert_eq!(done.json()["breaks"].as_array().unwrap().len(), 1);
    assert_eq!(names_in(&folder.join("new/parent/paclitaxel-weekly")).len(), 4);
}

#[test]
fn a_bad_plan_writes_nothing() {
    let folder = folder("demo-bad-plan");
    let plan = file(&folder, "bad.toml", SHORT_PLAN.replace("pre_min = 10", "pre_min = 5"));
    let out = folder.join("out");
    let done = coldcap(&["demo", "--plan", &plan, "--out", &text(&out)]);
    let line = done.refused(2).to_owned();
    assert!(line.starts_with(&format!("{plan}:treatment.pre_min: 5: allowed ")), "{line}");
    assert!(!out.exists());
}

/// The machine has the last word about a plan: it says what is allowed, and the exit says that nothing was treated.
#[test]
fn a_plan_that_the_machine_refuses_is_said() {
    let folder = folder("demo-refused-plan");
    let bald = SHORT_PLAN.replace("density = \"full\"", "density = \"nearly_gone\"");
    let plan = file(&folder, "refused.toml", bald);
    let done = coldcap(&["demo", "--plan", &plan, "--out", &text(&folder.join("out"))]);
    let line = "coldcap: the machine refused select_patient: out_of_range, density, allowed 1 to 3";
    assert_eq!(done.refused(1), line.trim_start_matches("coldcap: "));
}

#[test]
fn an_output_folder_that_cannot_be_made_leaves_nothing() {
    let folder = folder("demo-no-folder");
    let blocked = file(&folder, "blocked", "a file");
    let line = coldcap(&["demo", "--out", &blocked]).refused(3).to_owned();
    assert!(line.starts_with(&format!("--out: {blocked}: ")), "{line}");
    assert!(line.ends_with(": allowed is a folder that can be made or written to"), "{line}");
    file(&folder, "short", "a file in the way");
    let line = demo(&folder, &[]).refused(3).to_owned();
    assert!(line.contains("/short: it is not a folder: allowed is a folder that "), "{line}");
    assert_eq!(names_in(&folder), ["blocked", "short", "short.toml"]);
}
