//! Scenarios: all examples are as they expect, one that is not says so, and whatever is wrong with a file is said in one line.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use std::path::{Path, PathBuf};
use support::{SHORT_PLAN, coldcap, file, folder, text};

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/scenarios");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.collect();
    files.sort();
    files
}

/// Every third of them, so that the tests share the cores.
fn play_examples(from: usize) {
    let out = text(&folder(&format!("sim-examples-{from}")));
    for path in examples().into_iter().skip(from).step_by(3) {
        let done = coldcap(&["sim", "--scenario", &text(&path), "--json", "--out", &out]);
        assert_eq!(done.status, Some(0), "{}: {}", path.display(), done.error);
        let told = done.json();
        let met = told["expectations"].as_array().unwrap();
        assert!(met.iter().all(|one| one["met"] == true), "{}", path.display());
        assert_eq!(told["record"]["verified"], true, "{}", path.display());
        assert!(told["broken"].is_null());
        let name = path.file_stem().unwrap();
        assert!(Path::new(&out).join(name).join("report.html").exists());
    }
}

#[test]
fn the_first_third_of_the_examples_is_as_it_expects() {
    assert!(examples().len() >= 30);
    play_examples(0);
}

#[test]
fn the_second_third_of_the_examples_is_as_it_expects() {
    play_examples(1);
}

#[test]
fn the_last_third_of_the_examples_is_as_it_expects() {
    play_examples(2);
}

/// A scenario of a short plan beside it, with these lines.
fn scenario(name: &str, lines: &str) -> (String, String) {
    let folder = folder(name);
    file(&folder, "plan.toml", SHORT_PLAN);
    let path = file(&folder, "story.toml", format!("plan = \"plan.toml\"\n{lines}"));
    (path, text(&folder.join("out")))
}

fn play(name: &str, lines: &str, more: &[&str]) -> support::Done {
    let (path, out) = scenario(name, lines);
    coldcap(&[&["sim", "--scenario", &path, "--out", &out], more].concat())
}

#[test]
fn what_is_not_as_expected_is_said_with_what_is_there() {
    let lines = "[[expect]]\ntime = \"00:50:00\"\nphase = \"pre_cool\"\n\
                 [[expect]]\ntime = \"09:00:00\"\nphase = \"infusing\"\n";
    let done = play("sim-differs", lines, &["--json"]);
    let line = done.refused(1);
    assert!(line.ends_with("expect[0].phase: infusing: allowed is pre_cool"), "{line}");
    let met = &done.json()["expectations"];
    assert_eq!((&met[0]["met"], &met[0]["found"]), (&false.into(), &"infusing".into()));
    assert_eq!(met[1]["found"], "it is over");
}

#[test]
fn what_must_be_so_at_the_end_is_held_against_the_truth() {
    let lines = "[end]\noutcome = \"completed\"\nskin_falls_at_most_k_min = 0.1\n";
    let line = play("sim-end", lines, &[]).refused(1).to_owned();
    let [_, found] = line.split("end.skin_falls_at_most_k_min: ").collect::<Vec<_>>()[..] else {
        panic!("{line}");
    };
    assert!(found.ends_with(": allowed is 0.1 and less"), "{line}");
    let wrong = play("sim-outcome", "[end]\noutcome = \"safe_hold\"\n", &["--json"]);
    assert!(wrong.refused(1).ends_with("end.outcome: completed: allowed is safe_hold"));
    let truth = &wrong.json()["truth"];
    assert!(truth["skin_min_c"].as_f64().unwrap() > 10.0);
    assert!(truth["peak_skin_rate_k_min"].as_f64().unwrap() > 1.0);
}

/// Half a day of a drug of which nobody says that it has ended: nothing else is wrong.
#[test]
fn a_visit_without_an_end_is_wrong() {
    let lines = "[[fault]]\nname = \"drug-unended\"\nfrom_s = 0\n";
    let line = play("sim-endless", lines, &[]).refused(1).to_owned();
    assert!(line.contains("end.outcome: timed_out: allowed is a visit"), "{line}");
}

#[test]
fn the_machine_and_the_patient_are_those_of_the_file() {
    let lines = "patient = { hair_resistance = 0.06 }\nmachine = { ambient_c = 25, tank = { start_c = 25 } }\n";
    let (thick, plain) =
        (play("sim-thick", lines, &["--json"]), play("sim-plain", "", &["--json"]));
    let least = |done: &support::Done| done.json()["truth"]["skin_min_c"].as_f64().unwrap();
    assert!(least(&thick) > least(&plain) + 3.0, "{} {}", least(&thick), least(&plain));
}

/// What differs from the standard machine is what the file says and nothing else.
#[test]
fn a_variant_is_only_what_the_file_asks_for() {
    let played = |name: &str, machine: &str| {
        let told = play(name, &format!("machine = {{ {machine} }}\n"), &["--json"]).json();
        told["output_hash"].as_str().unwrap().to_owned()
    };
    let plain = played("sim-standard", "");
    let standard = "glycol = 0.5, tank = { chiller = \"compressor\", freezes = false }, \
                    circuit = { viscous = false }, cap = { film_part = 0 }";
    assert_eq!(played("sim-named", standard), plain);
    let others = [
        "circuit = { viscous = true }",
        "tank = { start_delay_s = 60 }",
        "cap = { film_part = 0.2 }",
    ];
    for (name, other) in ["sim-viscous", "sim-delayed", "sim-film"].into_iter().zip(others) {
        assert_ne!(played(name, other), plain, "{other}");
    }
}

#[test]
fn the_trace_and_the_report_are_there_on_request() {
    let done = play("sim-csv", "", &["--csv", "--report"]);
    assert!(done.out.starts_with("time_s,channel,phase,target_c,supply_c,"), "{done:?}");
    assert!(done.out.lines().count() > 4_000);
    assert!(done.error.trim_end().ends_with("story/report.html"), "{done:?}");
    let words = play("sim-words", "", &["--report"]);
    assert!(words.out.contains("0 of 0 expectations met; all invariants held"), "{words:?}");
}

#[test]
fn every_hazard_has_a_fault_that_can_be_planted() {
    let listed = coldcap(&["sim", "--list-faults", "--json"]).json();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 23);
    for (number, hazard) in (1..).zip(listed) {
        assert_eq!(hazard["hazard"], format!("H{number}"));
    }
    let lines = coldcap(&["sim", "--list-faults"]).out;
    assert!(lines.lines().next().unwrap().starts_with("H1   valve-slip "), "{lines}");
}

#[test]
fn whatever_is_wrong_with_a_scenario_is_said_in_one_line() {
    let cases = [
        ("oops = 1", "story.toml:oops: unknown field: allowed title, plan, patient,"),
        ("fault = [{ name = \"kinked\", from_s = 1 }]", "fault[0].name: \"kinked\": allowed "),
        ("fault = [{ name = \"kink\", from_s = -1 }]", "fault[0].from_s: -1: allowed 0 to 86400"),
        ("fault = [{ name = \"kink\", from_s = 9, to_s = 9 }]", "fault[0].to_s: 9: allowed 9.001"),
        (
            "fault = [{ name = \"kink\", from_s = 1, channel = 1 }]",
            "fault[0].channel: 1: allowed 0 to 0",
        ),
        (
            "at = [{ time = \"1:0:0\", do = \"stop\" }]",
            "at[0].time: \"1:0:0\": allowed a string HH:MM:SS",
        ),
        (
            "at = [{ time = \"00:00:01\", input = {} }]",
            "at[0].do: none: allowed just one of do, fact, power",
        ),
        (
            "at = [{ time = \"00:00:01\", do = \"jump\" }]",
            "at[0].do: \"jump\": allowed \"start\", ",
        ),
        (
            "at = [{ time = \"00:00:01\", power = \"off\" }]",
            "at[0].gap_s: missing: allowed 1 to 86400",
        ),
        (
            "expect = [{ time = \"00:00:01\" }]",
            "expect[0].phase: none: allowed just one of phase, ",
        ),
        ("machine = { tank = { start_c = 99 } }", "machine.tank.start_c: 99: allowed -10 to 40"),
        (
            "machine = { tank = { full_a = 3 } }",
            "machine.tank.full_a: 3: allowed only where its variant is chosen",
        ),
        (
            "machine = { tank = { chiller = \"ice\" } }",
            "machine.tank.chiller: \"ice\": allowed \"compressor\", \"peltier\"",
        ),
        (
            "machine = { tank = { chiller = \"peltier\", full_a = 99 } }",
            "machine.tank.chiller.full_a: 99: allowed 0.5 to 20",
        ),
        ("machine = { circuit = { viscous = 1 } }", "machine.circuit.viscous: 1 is "),
        ("machine = { circuit = { bore_mm = 6 } }", "machine.circuit.bore_mm: 6: allowed only "),
        ("machine = { glycol = 0.05 }", "machine.glycol: 0.05: allowed 0.1 to 0.6"),
        (
            "machine = { tnak = {} }",
            "machine.tnak: unknown field: allowed ambient_c, glycol, tank, ",
        ),
        ("patient = { hair = 1 }", "story.toml:patient:hair: unknown: allowed are core_c, "),
        ("nurse = { resumes = 0 }", "nurse.resumes: 0: allowed 1 to 100"),
        ("end = { outcome = \"well\" }", "end.outcome: \"well\": allowed \"completed\", "),
    ];
    for (lines, expected) in cases {
        let done = play("sim-refused", lines, &[]);
        let line = done.refused(2);
        assert!(line.contains(expected), "{lines}: {line}");
    }
    assert!(coldcap(&["sim"]).refused(2).starts_with("--scenario: missing: allowed is "));
    coldcap(&["sim", "--scenario", "no-such.toml"]).refused(2);
}
