//! Faults during the infusion of a short visit: outcome, alarm, status.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use serde_json::{Value, json};
use support::{coldcap, demo, folder};

/// The summary of a visit with these faults, which must end with status 0.
fn summary(name: &str, faults: &[&str]) -> Value {
    let mut more = vec!["--json"];
    more.extend(faults.iter().flat_map(|fault| ["--fault", fault]));
    let done = demo(&folder(&format!("faults-{name}")), &more);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{faults:?}");
    done.json()
}

/// When the first alarm of this name began, and when it was over.
fn alarm(summary: &Value, id: &str) -> (f64, Option<f64>) {
    let alarms = summary["alarms"].as_array().unwrap();
    let found = alarms.iter().find(|alarm| alarm["id"] == id);
    let found = found.unwrap_or_else(|| panic!("no {id} in {alarms:?}"));
    assert!(["low", "medium", "high"].iter().any(|priority| found["priority"] == *priority));
    (found["onset_s"].as_f64().unwrap(), found["clear_s"].as_f64())
}

#[test]
fn a_kink_that_goes_away_costs_minutes_only() {
    let summary = summary("kink", &["kink@3000..3300"]);
    assert_eq!(summary["outcome"], "completed");
    let (onset, clear) = alarm(&summary, "flow_lost");
    assert!((3_000.0..3_010.0).contains(&onset) && clear.is_some());
}

#[test]
fn a_welded_chiller_ends_in_safe_hold() {
    let summary = summary("chiller", &["chiller-stuck-on@3000"]);
    assert_eq!(summary["outcome"], "safe_hold");
    assert!((3_000.0..3_200.0).contains(&alarm(&summary, "chiller_stuck").0));
}

#[test]
fn a_leak_ends_in_safe_hold() {
    let summary = summary("leak", &["leak@3000"]);
    assert_eq!(summary["outcome"], "safe_hold");
    let (onset, clear) = alarm(&summary, "leak");
    assert!((3_000.0..3_002.0).contains(&onset) && clear.is_none());
}

#[test]
fn an_open_safety_sensor_ends_the_session_early() {
    let summary = summary("safety", &["safety-open@3000"]);
    assert_eq!(summary["outcome"], "ended_early");
    assert!((3_000.0..3_002.0).contains(&alarm(&summary, "safety_sensor").0));
}

#[test]
fn a_power_cut_of_20_seconds_is_recovered_from() {
    let summary = summary("power", &["power-cut@3000..3020"]);
    assert_eq!(summary["outcome"], "completed");
    assert!((alarm(&summary, "restarted").0 - 3_020.0).abs() < 1.0);
    let phases = summary["phases"].as_array().unwrap();
    assert!(phases.iter().any(|span| span["phase"] == "recovery"));
    let infused: f64 = phases
        .iter()
        .filter(|span| span["phase"] == "infusing")
        .map(|span| span["minutes"].as_f64().unwrap())
        .sum();
    assert!(infused < 9.5, "{infused}");
}

#[test]
fn two_faults_strike_and_power_cuts_do_so_in_the_order_of_time() {
    let faults = ["power-cut@3200..3220", "link-loss@2900..2950", "power-cut@3000..3020"];
    let summary = summary("two", &faults);
    assert_eq!(summary["outcome"], "completed");
    assert!((2_900.0..2_910.0).contains(&alarm(&summary, "link_lost").0));
    assert!((alarm(&summary, "restarted").0 - 3_020.0).abs() < 1.0);
    let phases = summary["phases"].as_array().unwrap();
    assert_eq!(phases.iter().filter(|span| span["phase"] == "recovery").count(), 2);
}

#[test]
fn noise_on_the_wire_is_counted_and_harmless() {
    let summary = summary("noise", &["frame-noise@3000..3300"]);
    assert_eq!(summary["outcome"], "completed");
    assert!(summary["link"]["crc"].as_u64().unwrap() > 10);
}

#[test]
fn a_host_that_comes_back_goes_on() {
    let summary = summary("crash", &["host-crash@3000..3100"]);
    assert_eq!(summary["outcome"], "completed");
    assert!((3_000.0..3_010.0).contains(&alarm(&summary, "link_lost").0));
}

#[test]
fn a_host_that_never_comes_back_ends_by_the_clock_and_another_reads_the_record() {
    let folder = folder("faults-gone");
    let done = demo(&folder, &["--json", "--fault", "host-crash@3000"]);
    let refused = done.refused(1);
    assert!(refused.ends_with("did not come to its end within 12 h: infusing goes on"), "{done:?}");
    let summary = done.json();
    assert_eq!(
        (&summary["outcome"], &summary["under_way"]),
        (&json!("timed_out"), &json!("infusing"))
    );
    assert!((3_000.0..3_010.0).contains(&alarm(&summary, "link_lost").0));
    assert_eq!(summary["record"]["verified"], true);
    assert!((432_000..450_000).contains(&summary["ticks"].as_u64().unwrap()));
}

/// Whoever reads the record begins nothing.
#[test]
fn a_host_that_never_came_leaves_the_machine_as_it_was() {
    let done = demo(&folder("faults-never"), &["--json", "--fault", "host-crash@0"]);
    assert!(done.refused(1).ends_with("within 12 h: no session is under way"), "{done:?}");
    assert_eq!(done.json()["alarms"], json!([]), "and it makes no alarm of its own");
    let phases: Vec<_> = done.json()["phases"].as_array().unwrap().clone();
    assert!(phases.iter().all(|span| span["phase"] == "boot"), "{phases:?}");
}

/// The machine needs no host for what was begun: it counts, ends and warms by itself.
#[test]
fn a_visit_that_ends_without_its_host_has_ended() {
    let summary = summary("unseen", &["link-loss@3700"]);
    assert_eq!(
        (&summary["outcome"], &summary["record"]["verified"]),
        (&json!("completed"), &json!(true))
    );
    let phases = summary["phases"].as_array().unwrap();
    assert!(phases.iter().any(|span| span["phase"] == "thaw"), "{phases:?}");
}

/// What the nurse saw, and what the record of the same visit says.
#[test]
fn a_visit_has_one_outcome() {
    let held = ["kink@3000..3300", "leak@3400"];
    let all = [
        ("held", &held[..]),
        ("early", &["safety-open@3000"]),
        ("done", &[]),
        ("fit", &["leak@20"]),
    ];
    for (name, faults) in all {
        let folder = folder(&format!("faults-one-{name}"));
        let mut more = vec!["--json"];
        more.extend(faults.iter().flat_map(|fault| ["--fault", fault]));
        let summary = demo(&folder, &more).json();
        let recording = folder.join("short/session.ccap");
        let told = coldcap(&["report", recording.to_str().unwrap(), "--json"]).json();
        assert_eq!(told["outcome"], summary["outcome"], "{name}");
    }
}

#[test]
fn a_leak_before_any_coolant_flows_ends_the_visit() {
    let summary = summary("leak-early", &["leak@20"]);
    assert_eq!(summary["outcome"], "ended_early");
    assert!((20.0..22.0).contains(&alarm(&summary, "leak").0));
}
