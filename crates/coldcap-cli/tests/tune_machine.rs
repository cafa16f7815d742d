//! The guided tuning of the virtual machine, as a person and as a script see it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use coldcap::{Config, TICK};
use coldcap_thermal::channel::{REFERENCE_FLOW, SLOW_FLOW, SLOW_TUNING};
use coldcap_thermal::pid::{Coefficients, Tuning};
use coldcap_thermal::schedule::GainTable;
use coldcap_units::Duration;
use fixed::types::I16F16;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use support::{Done, coldcap, file, folder, names_in, text};

/// Runs the tuning with its drawings and its file in a folder of this name.
fn tune(name: &str, more: &[&str]) -> (Done, PathBuf) {
    let folder = folder(name);
    let [plot, out] = ["plot.svg", "accepted"].map(|name| text(&folder.join(name)));
    let done = coldcap(&[&["tune", "--machine", "--plot", &plot, "--out", &out], more].concat());
    (done, folder)
}

fn accepted(folder: &Path) -> PathBuf {
    folder.join("accepted/coolant-loop.json")
}

fn number(json: &Value, path: &str) -> f64 {
    json.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path}: {json}"))
}

/// Asserts that the two drawings are there and nothing else is.
fn only_drawings(folder: &Path) {
    assert_eq!(names_in(folder), ["plot-comparison.svg", "plot.svg"]);
}

#[test]
fn without_a_yes_nothing_is_accepted() {
    let (done, folder) = tune("machine-default", &[]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""));
    let place = |words: &str| {
        done.out.find(words).unwrap_or_else(|| panic!("{words} is not in {}", done.out))
    };
    let course = [
        "(simulated)",
        "1. chill the tank",
        "2. bring to the working point",
        "3. relay test",
        "cycle 1 of 8",
        "cycle 8 of 8",
        "4. identification",
        "5. gains",
        "6. present gains and amigo_pi",
        "7. drawings",
        "not accepted: nothing was applied",
    ];
    assert!(course.map(place).is_sorted(), "{}", done.out);
    only_drawings(&folder);
    let [record, comparison] = ["plot.svg", "plot-comparison.svg"]
        .map(|name| fs::read_to_string(folder.join(name)).unwrap());
    for drawing in [&record, &comparison] {
        assert!(drawing.starts_with("<svg") && drawing.contains("(simulated"), "{drawing}");
        assert!(!drawing.contains("NaN") && drawing.contains("time, s"));
    }
    assert!(
        record.contains("measured") && record.contains("model") && record.contains("supply, °C")
    );
    assert!(comparison.contains("present: K 0.1500") && comparison.contains("amigo_pi: K 0."));
    assert!(comparison.contains("cap put back") && comparison.contains("valve, % open"));
}

#[test]
fn the_document_has_every_field_and_the_same_seed_gives_the_same_one() {
    let (done, folder) = tune("machine-json", &["--json"]);
    let drawings = || {
        names_in(&folder)
            .iter()
            .map(|name| fs::read(folder.join(name)).unwrap())
            .collect::<Vec<_>>()
    };
    let first = drawings();
    let (again, _) = tune("machine-json", &["--json"]);
    assert_eq!((done.status, done.out.as_str()), (Some(0), again.out.as_str()));
    assert_eq!(first, drawings());
    let json = done.json();
    for (path, expected) in [
        ("/origin", "simulated".into()),
        ("/seed", 1.into()),
        ("/patient", "standard".into()),
        ("/target_c", (-4.0).into()),
        ("/experiment/cycles", 8.into()),
        ("/present/rule", Value::Null),
        ("/present/k", (-0.15).into()),
        ("/present/ti_s", 15.0.into()),
        ("/proposed/rule", "amigo_pi".into()),
        ("/comparison/back_within_k", 0.1.into()),
        ("/least_confidence", 0.6.into()),
        ("/accepted", false.into()),
        ("/written", Value::Null),
    ] {
        assert_eq!(json.pointer(path), Some(&expected), "{path}");
    }
    // The fields of `tune --data` are all there too.
    for path in ["/model/gain", "/standard_errors/delay_s", "/residual_rms", "/tunings/6/td_s"] {
        number(&json, path);
    }
    let events = json["comparison"]["events"].as_array().unwrap();
    assert_eq!(events.len(), 9);
    for event in events {
        for path in ["/at_s", "/present/peak_k", "/proposed/error_ks", "/proposed/strokes"] {
            number(event, path);
        }
    }
    let (other, _) = tune("machine-json-2", &["--json", "--seed", "2"]);
    assert!(other.json()["model"] != json["model"]);
}

/// The plant by hand. A mixing valve gives supply = opening · tank + (1 − opening) · return, so one more
/// of the opening takes return − tank from the supply, and the opening is the command squared. The sensor
/// lags by 3 s; the valve travels its stroke in 10 s.
#[test]
fn the_model_is_the_plant_that_the_pid_sees() {
    for seed in ["2", "3"] {
        let (done, _) = tune(&format!("machine-model-{seed}"), &["--json", "--seed", seed]);
        let json = done.json();
        let at = |name: &str| number(&json, &format!("/working_point/{name}"));
        let opening = at("opening");
        let room = (at("supply_c") - at("tank_c")) / (1.0 - opening);
        let by_hand = -room * 2.0 * opening.sqrt();
        let gain = number(&json, "/model/gain");
        assert!((gain / by_hand - 1.0).abs() < 0.1, "{gain} {by_hand}");
        let time = number(&json, "/model/time_constant_s");
        assert!((2.8..3.8).contains(&time), "{time}");
        // A move by 0.16 of the command moves the opening by some 0.13: 1.3 s, half of it on average.
        let delay = number(&json, "/model/delay_s");
        assert!((0.3..0.9).contains(&delay), "{delay}");
        assert!(number(&json, "/confidence") > 0.75);
        let [low, high] =
            ["lowest_c", "highest_c"].map(|name| number(&json, &format!("/experiment/{name}")));
        assert!(-4.3 < low && low < -4.05 && -3.95 < high && high < -3.5, "{low} {high}");
        // The swing is 0.16 of the command; the controller takes over with a hundredth of that.
        assert!(number(&json, "/experiment/handover_step") < 0.003);
    }
}

#[test]
fn the_proposal_controls_the_machine_at_least_as_well() {
    let (done, _) = tune("machine-better", &["--json", "--seed", "4"]);
    let json = done.json();
    assert!(number(&json, "/present/largest_sensitivity") < 1.2);
    let robust = number(&json, "/proposed/largest_sensitivity");
    assert!((1.1..1.4).contains(&robust), "{robust}");
    let events = json["comparison"]["events"].as_array().unwrap();
    let of = |event: &str, path: &str| {
        let found = events.iter().find(|one| one["event"] == event).unwrap();
        ["present", "proposed"].map(|one| number(found, &format!("/{one}/{path}")))
    };
    for event in ["hold", "cap_lifted", "cap_put_back", "return_lost"] {
        let [present, proposed] = of(event, "peak_k");
        assert!(proposed <= present.max(0.012), "{event}: {present} {proposed}");
        assert_eq!(of(event, "back_s")[1], 0.0, "{event}");
    }
    for event in ["target_warmer", "target_back"] {
        let [_, overshoot] = of(event, "peak_k");
        assert!(overshoot < 0.1 && of(event, "back_s")[1] < 12.0, "{event}: {overshoot}");
    }
    // Nothing but the gains against the load: the integral of the error is Ti/K, a seventh or less.
    for event in ["cap_lifted_blind", "cap_put_back_blind"] {
        let [present, proposed] = of(event, "peak_k");
        assert!(proposed < 0.3 * present && proposed < 0.05, "{event}: {present} {proposed}");
        let [present, proposed] = of(event, "error_ks");
        assert!(proposed < 0.2 * present, "{event}: {present} {proposed}");
    }
    // It pays with the valve, but not much, and it does not run ahead of the ramp by much.
    let [present, proposed] = of("hold", "strokes");
    assert!(proposed < 2.0 * present, "{present} {proposed}");
    assert!(of("pull_down", "peak_k")[1] < 0.4);
}

#[test]
fn what_is_accepted_is_stored_as_it_is_applied() {
    let (done, folder) = tune("machine-accept", &["--accept", "--rule", "lambda"]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""));
    let path = accepted(&folder);
    assert!(done.out.contains(&format!("accepted: {}", text(&path))), "{}", done.out);
    assert_eq!(names_in(path.parent().unwrap()), ["coolant-loop.json"]);
    let json: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for (path, expected) in [
        ("/version", 1.into()),
        ("/origin", "simulated".into()),
        ("/loop", "coolant".into()),
        ("/seed", 1.into()),
        ("/rule", "lambda".into()),
        ("/period_ms", 100.into()),
        ("/tuning/action", "direct".into()),
    ] {
        assert_eq!(json.pointer(path), Some(&expected), "{path}");
    }
    assert!(number(&json, "/confidence") >= number(&json, "/least_confidence"));
    // Lambda with the larger of T and 3·L: k = T/(K·(T + L)), Ti = T.
    let [gain, time, delay] = ["/model/gain_k", "/model/time_constant_s", "/model/delay_s"]
        .map(|path| number(&json, path));
    let [k, ti] = ["/tuning/gain_per_k", "/tuning/integral_time_s"].map(|path| number(&json, path));
    assert!((k / (time / (-gain * (time + delay))) - 1.0).abs() < 1e-9, "{k}");
    assert!((ti / time - 1.0).abs() < 1e-12, "{ti}");
    let stored: Coefficients<I16F16> =
        serde_json::from_value(json["coefficients"].clone()).unwrap();
    let computed =
        Coefficients::<I16F16>::new(&Tuning::isa(k, ti, 0.0), Duration::from_millis(100)).unwrap();
    assert_eq!(stored, computed);
    // What whoever builds the firmware does with it.
    assert!(done.out.contains("nothing loads it: "), "{}", done.out);
    let mut config = Config::reference();
    let slow = Coefficients::<I16F16>::new(&SLOW_TUNING, TICK).unwrap();
    let flows = [SLOW_FLOW, REFERENCE_FLOW].map(|flow| flow.0.into());
    config.coolant_loop.gains = GainTable::pair(flows, [slow, stored]).unwrap();
    assert_eq!(config.coolant_loop.gains.at(REFERENCE_FLOW.0.into(), 0), computed);
}

#[test]
fn an_accepted_proposal_says_so_in_the_document() {
    let (done, folder) = tune("machine-accept-json", &["--accept", "--json"]);
    let json = done.json();
    assert_eq!(json["accepted"], true);
    assert_eq!(json["written"], text(&accepted(&folder)));
    assert!(accepted(&folder).is_file());
}

#[test]
fn a_weak_model_is_not_accepted() {
    let (done, folder) = tune("machine-weak", &["--accept", "--json", "--amplitude", "0.3"]);
    let line = done.refused(1);
    assert!(
        line.starts_with("proposal: the confidence is 0.") && line.contains("at least 0.60"),
        "{line}"
    );
    assert!(number(&done.json(), "/confidence") < 0.6);
    assert_eq!(done.json()["accepted"], false);
    only_drawings(&folder);
    // To look is allowed.
    let (done, _) = tune("machine-weak-look", &["--amplitude", "0.3"]);
    assert_eq!(done.status, Some(0));
    assert!(done.out.contains("it could not be: proposal: the confidence is 0."), "{}", done.out);
}

#[test]
fn gains_that_are_not_robust_are_not_accepted() {
    let (done, folder) = tune("machine-tyreus", &["--accept", "--rule", "tyreus_luyben_pid"]);
    let line = done.refused(1);
    assert!(line.starts_with("proposal: Ms 2.") && line.contains("allowed is at most 2"), "{line}");
    only_drawings(&folder);
    let (done, folder) = tune("machine-ziegler", &["--accept", "--rule", "ziegler_nichols"]);
    let line = done.refused(2);
    assert!(line.starts_with("--rule: ziegler_nichols: only to compare; allowed "), "{line}");
    assert!(done.out.is_empty() && names_in(&folder).is_empty());
    let (done, _) = tune("machine-ziegler-look", &["--rule", "ziegler_nichols"]);
    assert_eq!(done.status, Some(0));
    assert!(done.out.contains("it could not be: --rule: ziegler_nichols: only to compare"));
}

/// Nothing is drawn, nothing is written, and one line says why.
#[test]
fn a_test_that_leaves_its_bounds_ends_with_the_old_gains() {
    let wide = ["--amplitude", "0.3", "--band", "0.2"];
    let cases: [(&str, &[&str], &str, &str); 4] = [
        ("band", &wide, "relay test:supply: −3.", "allowed is −4.20 °C to −3.80 °C"),
        (
            "open",
            &["--fault", "supply-open@3090..3091"],
            "relay test:supply: ",
            "no valid measurement",
        ),
        (
            "stuck",
            &["--fault", "supply-stuck@3090"],
            "relay test:supply: −4.",
            "allowed is a change within 60 s: given up after 0:01:",
        ),
        ("cap", &["--target", "-6"], "relay test:cap: 0.", "allowed is 0.50 °C and warmer"),
    ];
    for (name, arguments, begin, allowed) in cases {
        let more = [arguments, &["--accept", "--json"]].concat();
        let (done, folder) = tune(&format!("machine-abort-{name}"), &more);
        let line = done.refused(1);
        assert!(line.starts_with(begin) && line.contains(allowed), "{name}: {line}");
        assert!(line.ends_with("the old gains stay"), "{name}: {line}");
        assert!(done.out.is_empty() && names_in(&folder).is_empty(), "{name}");
    }
}

#[test]
fn a_working_point_that_is_not_reached_is_not_tested() {
    let (done, folder) = tune("machine-unreached", &["--target", "-8"]);
    let line = done.refused(1);
    assert!(line.starts_with("working point:supply: −8."), "{line}");
    assert!(line.contains("allowed is −8.00 °C ± 0.1 K") && line.ends_with("nothing was tried"));
    assert!(names_in(&folder).is_empty());
}

/// Before the test as in it: a minute, and nobody waits for a target that cannot be seen.
#[test]
fn a_frozen_supply_ends_the_way_to_the_working_point() {
    for (name, fault) in [("pull-down", "supply-stuck@1800"), ("rest", "supply-stuck@2800")] {
        let (done, folder) = tune(&format!("machine-frozen-{name}"), &["--fault", fault]);
        let line = done.refused(1);
        assert!(line.starts_with("working point:supply: "), "{line}");
        assert!(line.contains("allowed is a change within 60 s, the sensor is frozen"), "{line}");
        assert!(line.ends_with("nothing was tried"), "{line}");
        assert!(!done.out.contains("3. relay test") && names_in(&folder).is_empty(), "{name}");
    }
}

#[test]
fn another_patient_has_another_plant() {
    let folder = folder("machine-patient");
    let patient = file(&folder, "thin.toml", "hair_resistance = 0.005\n");
    let (done, _) = tune("machine-patient-run", &["--json", "--patient", &patient]);
    let json = done.json();
    assert_eq!(json["patient"], "thin.toml");
    // More heat comes back than from the standard head: there is more room between return and tank, and the
    // valve is further open. Both make the gain larger than the −4.0 of the standard head.
    let gain = number(&json, "/model/gain");
    assert!((-5.4..-4.4).contains(&gain), "{gain}");
}

#[test]
fn bad_requests_are_refused_before_anything_runs() {
    let cases: [(&[&str], &str); 8] = [
        (&["--target", "6"], "--target: 6: allowed is -8 to 5"),
        (&["--target", "NaN"], "--target: NaN: allowed is -8 to 5"),
        (&["--band", "5"], "--band: 5: allowed is 0.2 to 2"),
        (&["--amplitude", "0"], "--amplitude: 0: allowed is 0.02 to 0.5"),
        (&["--rule", "guess"], "--rule: guess: allowed are simc, "),
        (&["--fault", "link-loss@5"], "--fault: link-loss: "),
        (&["--patient", "no/such.toml"], "no/such.toml: "),
        (&["--data", "x.csv"], ""),
    ];
    for (arguments, begin) in cases {
        let (done, folder) = tune("machine-bad", arguments);
        let line = done.refused(2);
        assert!(line.starts_with(begin), "{line}");
        assert!(done.out.is_empty() && names_in(&folder).is_empty());
    }
    assert!(coldcap(&["tune", "--data", "x.csv", "--accept"]).refused(2).contains("--accept"));
    assert!(coldcap(&["tune"]).refused(2).contains("--machine"));
}

#[test]
fn what_cannot_be_written_is_an_io_failure() {
    let folder = folder("machine-no-place");
    let plot = text(&folder.join("no/such/plot.svg"));
    let done = coldcap(&["tune", "--machine", "--json", "--plot", &plot]);
    assert!(done.refused(3).starts_with(&plot), "{done:?}");
    assert!(done.out.is_empty());
    let [plot, occupied] = [text(&folder.join("plot.svg")), file(&folder, "occupied", "")];
    let done =
        coldcap(&["tune", "--machine", "--json", "--accept", "--plot", &plot, "--out", &occupied]);
    assert!(done.refused(3).starts_with("--out: "), "{done:?}");
    assert!(done.out.is_empty());
}
