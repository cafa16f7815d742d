//! The plant behind a record, as a script sees it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use serde_json::Value;
use std::fs;
use support::{Done, coldcap, file, folder, text};

/// The offline model of two heaters, and a staircase of inputs, with scipy's fit of each.
const STEP: &str = include_str!("../../coldcap-thermal/tests/data/tclab_step.csv");
const STEP_FIT: &str = include_str!("../../coldcap-thermal/tests/data/tclab_step.json");

/// A record of a cooling plant: gain, time constant and delay −0.08 per unit, 90 s, 12 s.
fn cooling() -> String {
    let rows = (0..400).map(|second| {
        let time = f64::from(second);
        let input = if second >= 30 { 65.0 } else { 15.0 };
        let heard = (time - 42.0).max(0.0);
        let ripple = 0.02 * f64::from(second * 7 % 11 - 5) / 5.0;
        let output = -1.5 - 4.0 * (1.0 - (-heard / 90.0).exp()) + ripple;
        format!("{time},{input},{output:.4}\n")
    });
    "time_s,input,output\n".to_owned() + &rows.collect::<String>()
}

fn tune(name: &str, content: &str, more: &[&str]) -> (Done, String) {
    let folder = folder(name);
    let data = file(&folder, "record.csv", content);
    let plot = text(&folder.join("plot.svg"));
    let done = coldcap(&[&["tune", "--data", &data, "--plot", &plot], more].concat());
    (done, plot)
}

fn number(json: &Value, path: &str) -> f64 {
    json.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path}: {json}"))
}

fn near(found: f64, given: f64, tolerance: f64) {
    assert!((found / given - 1.0).abs() <= tolerance, "{found} {given}");
}

#[test]
fn a_record_gives_a_model_and_gains() {
    let (done, plot) = tune("tune-json", &cooling(), &["--json"]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""));
    let json = done.json();
    let [gain, time, delay] =
        ["/model/gain", "/model/time_constant_s", "/model/delay_s"].map(|path| number(&json, path));
    near(gain, -0.08, 0.005);
    near(time, 90.0, 0.01);
    near(delay, 12.0, 0.01);
    let confidence = number(&json, "/confidence");
    assert!(confidence > 0.95 && confidence <= 1.0);
    let residual = number(&json, "/residual_rms");
    assert!(residual > 0.005 && residual < 0.02, "{residual}");
    let simc = &json["tunings"][0];
    assert_eq!(simc["rule"], "simc");
    near(number(simc, "/k"), time / (gain * 2.0 * delay), 1e-9);
    near(number(simc, "/ti_s"), time.min(8.0 * delay), 1e-9);
    assert_eq!(number(simc, "/td_s"), 0.0);
    let names: Vec<&str> = json["tunings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["rule"].as_str().unwrap())
        .collect();
    for rule in ["simc", "amigo_pi", "amigo_pid", "lambda", "tyreus_luyben_pi", "ziegler_nichols"] {
        assert!(names.contains(&rule), "{names:?}");
    }
    let svg = fs::read_to_string(plot).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("record.csv") && svg.contains("time, s"));
    assert!(svg.contains("measured") && svg.contains("model") && !svg.contains("NaN"));
    assert!(!svg.contains("before"));
}

#[test]
fn two_heaters_as_scipy_fits_them() {
    let (done, _) = tune("tune-scipy", STEP, &["--json"]);
    let (json, scipy) = (done.json(), serde_json::from_str(STEP_FIT).unwrap());
    near(number(&json, "/model/gain"), number(&scipy, "/gain"), 0.03);
    near(number(&json, "/model/time_constant_s"), number(&scipy, "/time_constant_s"), 0.08);
    near(number(&json, "/model/delay_s"), number(&scipy, "/delay_s"), 0.15);
}

/// A measured step as it was published: other names, and a heater that is on from the first row.
#[test]
fn a_published_record_as_it_is() {
    let record = include_str!("../../coldcap-thermal/tests/data/heater_half.csv");
    let scipy = include_str!("../../coldcap-thermal/tests/data/heater_half.json");
    let names = ["--columns", "Time,Q1,T1", "--json"];
    let (done, plot) = tune("tune-kit", record, &[&names[..], &["--before", "0"]].concat());
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""));
    let (json, scipy) = (done.json(), serde_json::from_str(scipy).unwrap());
    for (model, fit) in
        [("gain", "/gain"), ("time_constant_s", "/time_constant_s"), ("delay_s", "/delay_s")]
    {
        near(number(&json, &format!("/model/{model}")), number(&scipy, fit), 1e-4);
    }
    let svg = fs::read_to_string(plot).unwrap();
    assert!(svg.contains("measured") && svg.contains("; input 0 before"));
    let (done, _) = tune("tune-kit-no-step", record, &names);
    assert!(done.refused(1).contains("the input never changes"));
    let (done, _) = tune("tune-kit-names", record, &["--columns", "Time,Q7,T1"]);
    assert!(done.refused(2).contains("allowed are the columns Time,Q7,T1"));
    let (done, _) = tune("tune-kit-two-names", record, &["--columns", "Time,Q1"]);
    assert!(done.refused(2).contains("allowed are three names"), "{done:?}");
    let (done, _) = tune("tune-kit-before", record, &["--before", "inf"]);
    assert!(done.refused(2).contains("allowed is a finite number"), "{done:?}");
}

#[test]
fn without_json_a_table_for_people() {
    let (done, plot) = tune("tune-text", &cooling(), &[]);
    assert_eq!(done.status, Some(0));
    assert!(
        done.out.contains("time constant  ") && done.out.contains("amigo_pid "),
        "{}",
        done.out
    );
    assert!(done.out.contains(&plot));
}

#[test]
fn order_of_columns_blanks_and_line_ends_do_not_matter() {
    let (plain, _) = tune("tune-plain", &cooling(), &["--json"]);
    let rows = cooling().lines().skip(1).fold(String::new(), |rows, line| {
        let cells: Vec<&str> = line.split(',').collect();
        rows + &format!(" {} ,x, {},{}\r\n\r\n", cells[2], cells[0], cells[1])
    });
    let other = format!("\u{feff}output,note,time_s,input\r\n{rows}");
    let (done, _) = tune("tune-other", &other, &["--json"]);
    assert_eq!(done.out, plain.out);
}

#[test]
fn a_record_without_an_identifiable_step_is_wrong() {
    let constant = cooling().replace(",15,", ",65,");
    let flat: String =
        cooling().lines().skip(1).fold("time_s,input,output\n".into(), |rows, line| {
            let (rest, _) = line.rsplit_once(',').unwrap();
            rows + &format!("{rest},21.5\n")
        });
    let short: String = cooling().lines().take(6).map(|line| format!("{line}\n")).collect();
    let early: String = cooling().lines().take(55).map(|line| format!("{line}\n")).collect();
    let cases = [
        ("constant", constant, "the input never changes"),
        ("flat", flat, "the output does not follow"),
        ("short", short, "too few samples"),
        ("early", early, ""),
    ];
    for (name, content, reason) in cases {
        let (done, plot) = tune(&format!("tune-no-step-{name}"), &content, &["--json"]);
        let line = done.refused(1);
        assert!(line.contains("record.csv:rows: ") && line.contains(reason), "{line}");
        assert_eq!(done.out, "");
        assert!(!fs::exists(plot).unwrap());
    }
}

#[test]
fn bad_files_are_refused_with_their_line() {
    let bad = |from: &str, to: &str| cooling().replacen(from, to, 1);
    let cases = [
        (
            "header",
            bad("output", "y"),
            "header: \"time_s,input,y\": allowed are the columns time_s,",
        ),
        ("empty", String::new(), "header: \"\": allowed are the columns "),
        ("rows", "time_s,input,output\n".into(), "rows: 0: allowed "),
        ("word", bad("\n5,15,", "\n5,on,"), "line 7 input: \"on\": allowed is a finite number"),
        ("nan", bad("\n5,15,", "\n5,NaN,"), "line 7 input: \"NaN\": allowed is a finite number"),
        ("cell", bad("\n5,15,", "\n5,15\n6,"), "line 7 output: empty: allowed is a finite number"),
        ("back", bad("\n5,15,", "\n4,15,"), "line 7 time_s: 4: allowed is a time after 4"),
    ];
    for (name, content, line) in cases {
        let (done, plot) = tune(&format!("tune-bad-{name}"), &content, &[]);
        let found = done.refused(2);
        assert!(found.contains(&format!("record.csv:{line}")), "{found}");
        assert!(done.out.is_empty() && !fs::exists(plot).unwrap());
    }
    assert!(coldcap(&["tune"]).refused(2).contains("--data"));
}

#[test]
fn a_record_that_is_none_is_a_wrong_input_as_for_every_command() {
    let folder = folder("tune-unreadable");
    let binary = file(&folder, "binary.csv", [0xFF, 0xFE, 0]);
    for path in ["no/such.csv", &text(&folder), &binary] {
        let done = coldcap(&["tune", "--data", path]);
        assert!(done.refused(2).starts_with(&format!("{path}: ")), "{done:?}");
        assert!(done.out.is_empty());
    }
}

#[test]
fn what_was_found_is_told_where_the_drawing_cannot_be_kept_and_its_folder_is_made() {
    let folder = folder("tune-nowhere");
    let data = file(&folder, "record.csv", cooling());
    let deep = text(&folder.join("new/step.svg"));
    assert_eq!(coldcap(&["tune", "--data", &data, "--json", "--plot", &deep]).status, Some(0));
    assert!(fs::exists(&deep).unwrap());
    let nowhere = text(&folder.join("record.csv/step.svg"));
    let done = coldcap(&["tune", "--data", &data, "--json", "--plot", &nowhere]);
    assert!(done.refused(3).starts_with(&nowhere), "{done:?}");
    assert!(done.json()["model"]["gain"].is_number());
}
