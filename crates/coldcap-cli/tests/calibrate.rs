//! A thermistor's table to a model, an integer table and a drawing, as a script sees them.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

/// What `--emit rust` writes, compiled here.
#[allow(dead_code)]
#[path = "data/curve_murata.rs"]
mod curve_murata;

use coldcap_units::{Fault, MicroCelsius, Ratio};
use serde_json::Value;
use std::fs;
use std::path::Path;
use support::{Done, coldcap, coldcap_with, file, folder, names_in, text};

const MURATA: &str =
    include_str!("../../coldcap-calibration/tests/data/ntc_10k_ncp15xh103_murata_b3380.csv");
const PROBE: &str =
    include_str!("../../coldcap-calibration/tests/data/ntc_10k_10k3a1_b3976_1c.csv");

/// 10K3A1 by its constants, −40 to 70 °C.
fn probe() -> String {
    PROBE.replacen("r_ohm_sh_exact", "r_ohm", 1)
}

fn calibrate(folder: &Path, table: &str, more: &[&str]) -> Done {
    let table = file(folder, "part.csv", table);
    let out = text(&folder.join("out/part.json"));
    let arguments = ["calibrate", "ntc", "--table", &table, "--divider", "10000", "--out", &out];
    coldcap(&[&arguments, more].concat())
}

fn document(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("out/part.json")).unwrap()).unwrap()
}

fn number(json: &Value, path: &str) -> f64 {
    json.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path}: {json}"))
}

#[test]
fn a_makers_table_gives_model_table_and_drawing() {
    let folder = folder("calibrate-murata");
    let done = calibrate(&folder, MURATA, &["--span=-20..50", "--emit", "rust"]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{done:?}");
    assert_eq!(names_in(&folder.join("out")), ["part.json", "part.json.rs", "part.json.svg"]);
    let json = document(&folder);
    assert_eq!(json["model"]["terms"], 4);
    assert_eq!(json["model"]["coefficients"].as_array().unwrap().len(), 4);
    assert_eq!(json["span_c"], serde_json::json!([-20.0, 50.0]));
    assert_eq!(json["table"]["covers_c"], serde_json::json!([-21.0, 51.0]));
    assert_eq!(json["table"]["monotonic"], true);
    // The best fit of four terms from −25 to 55 °C leaves 9 mK.
    assert!((number(&json, "/residual_mk/max") - 9.0).abs() < 0.1, "{json}");
    assert!(number(&json, "/residual_mk/rms") < 6.0, "{json}");
    assert!(number(&json, "/table/bound_mk") <= 0.02, "{json}");
    let svg = fs::read_to_string(folder.join("out/part.json.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("part.csv") && svg.contains("residual, mK"));
    assert!(svg.contains("bound") && !svg.contains("NaN"));
}

#[test]
fn the_emitted_source_is_the_one_that_is_compiled_here() {
    let folder = folder("calibrate-emit");
    calibrate(&folder, MURATA, &["--span=-20..50", "--emit", "rust"]);
    let emitted = fs::read_to_string(folder.join("out/part.json.rs")).unwrap();
    assert_eq!(emitted, include_str!("data/curve_murata.rs"));
    // Half of full scale is 10 kΩ, 25 °C; the fit is 9 mK off its lines at most.
    let table = &curve_murata::TABLE;
    assert!((table.eval(Ratio(0x8000_0000)).unwrap().0 - 25_000_000).abs() < 9_100);
    for (celsius, ohm) in [(-15, 53_649.0), (-5, 33_892.0), (5, 22_021.0), (45, 4_916.0)] {
        let code = Ratio((ohm / (ohm + 10_000.0) * 4_294_967_296.0) as u32);
        let off = table.eval(code).unwrap().0 - celsius * 1_000_000;
        assert!(off.abs() < 9_100, "{celsius}: {off}");
    }
    assert_eq!(table.eval(Ratio(u32::MAX)), Err(Fault::Open));
    assert_eq!(table.eval(Ratio(0)), Err(Fault::Short));
    let trip = curve_murata::FREEZE_TRIP;
    assert!(table.eval(trip).unwrap().0.abs() <= 10, "the guard's limit is 0 °C");
    assert!(curve_murata::FREEZE_TRIP_AT.0 >= 0 && curve_murata::FREEZE_NEAR < trip);
    // And it comes with what it surely means.
    let surely = curve_murata::FREEZE_TRIP_CERTIFICATE;
    assert_eq!(surely.code, trip);
    assert!(surely.lies_within(MicroCelsius(-300_000), MicroCelsius(300_000)), "{surely:?}");
}

#[test]
fn the_constants_come_back_from_their_own_table() {
    let folder = folder("calibrate-probe");
    let done = calibrate(&folder, &probe(), &["--span=-40..70", "--json"]);
    assert_eq!(done.status, Some(0), "{done:?}");
    let json = document(&folder);
    assert_eq!(done.json(), json);
    // A = 1.129241e-3, B = 2.341077e-4, C = 8.775468e-8; the table has 12 digits.
    let expected = [1.129_241e-3, 2.341_077e-4, 0.0, 8.775_468e-8];
    for (index, expected) in expected.into_iter().enumerate() {
        let found = number(&json, &format!("/model/coefficients/{index}"));
        assert!((found - expected).abs() < 1e-11, "{index}: {found}");
    }
    assert!(number(&json, "/residual_mk/max") < 1e-6);
    // Nothing is extrapolated: the data end where the span does.
    assert_eq!(json["table"]["covers_c"], serde_json::json!([-40.0, 70.0]));
    assert!(number(&json, "/table/bound_mk") <= 0.1, "{json}");
}

#[test]
fn convert_reads_what_calibrate_writes() {
    let folder = folder("calibrate-convert");
    calibrate(&folder, &probe(), &["--span=-20..50"]);
    let model = text(&folder.join("out/part.json"));
    let convert = |from: &str, input: &str| {
        let done = coldcap_with(&["convert", "--curve", &model, "--from", from], input.as_bytes());
        assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{done:?}");
        done.out
    };
    // The maker's table: 32 650 Ω at 0 °C, 10 000 Ω at 25 °C.
    let back = convert("ohm", "10000\n32650\n1e9\n1\n250000\n2000\nx\nnan\n");
    let statuses: Vec<&str> =
        back.lines().skip(1).map(|line| line.rsplit_once(',').unwrap().1).collect();
    let expected =
        ["ok", "ok", "open", "short", "below_range", "above_range", "not_a_number", "not_finite"];
    assert_eq!(statuses, expected, "{back}");
    let value = |line: &str| line.split(',').nth(1).unwrap().parse::<f64>().unwrap();
    let values: Vec<f64> = back.lines().skip(1).take(2).map(value).collect();
    assert!((values[0] - 25.0).abs() < 1e-3 && values[1].abs() < 1e-3, "{values:?}");
    let forth = convert("celsius", "0\n25\n60\n-30\n");
    let lines: Vec<&str> = forth.lines().skip(1).collect();
    assert!((value(lines[0]) - 32_650.0).abs() < 1.0 && (value(lines[1]) - 10_000.0).abs() < 1.0);
    assert_eq!(lines[2..], ["60,,above_range", "-30,,below_range"]);
}

#[test]
fn a_wrong_line_in_the_table_is_said() {
    let folder = folder("calibrate-wrong");
    let table = MURATA.replace("25,10000", "25,10100");
    let done = calibrate(&folder, &table, &["--span=-20..50"]);
    assert!(done.refused(1).contains("part.csv:r_ohm: DO NOT USE: the fit is "), "{done:?}");
    assert!(done.out.contains("findings in the table: 1; see coldcap lint-table"), "{done:?}");
    assert_eq!(document(&folder)["findings"], 1);
    let warnings = document(&folder)["warnings"].clone();
    assert_eq!(warnings.as_array().map(Vec::len), Some(2), "{warnings}");
    // A digit less wrong it is a finding still, and the fit may be used.
    let table = MURATA.replace("25,10000", "25,10020");
    let done = calibrate(&folder, &table, &["--span=-20..50"]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""));
    assert_eq!(
        (&document(&folder)["findings"], &document(&folder)["usable"]),
        (&1.into(), &true.into())
    );
    let warnings = document(&folder)["warnings"].to_string();
    assert!(warnings.contains("findings in the table: 1; see coldcap lint-table"), "{warnings}");
    assert!(done.out.contains("warning: ") && done.out.contains("findings in the table: 1"));
}

/// Between what makers' tables leave and what must not be used.
#[test]
fn a_fit_that_is_poor_says_so() {
    let folder = folder("calibrate-poor");
    let table = MURATA.replace("25,10000", "25,10034");
    let done = calibrate(&folder, &table, &["--span=-20..50", "--json"]);
    assert_eq!((done.status, &done.json()["usable"]), (Some(0), &true.into()), "{done:?}");
    let json = done.json();
    let largest = number(&json, "/residual_mk/max");
    assert!(largest > 20.0 && largest < 100.0, "{largest}");
    assert!(json["warnings"][0].as_str().unwrap().contains("mK off its table: makers' tables"));
    assert!(json["warnings"][1].as_str().unwrap().contains("findings in the table: 1"));
    // Three decimals of a millikelvin, and no more.
    assert!(json["residual_mk"]["max"].to_string().len() <= "99.999".len(), "{json}");
    // What is no file is said of its option.
    let place = text(&folder);
    let span = ["--divider", "10000", "--span=0..50", "--out", "x.json"];
    let done = coldcap(&[&["calibrate", "ntc", "--table", &place], &span[..]].concat());
    assert!(done.refused(2).starts_with(&format!("--table: {place}: ")), "{done:?}");
}

/// Four terms bend to a line far away, and nothing is left of it to judge the fit by.
#[test]
fn a_line_that_the_curve_does_not_reach_is_no_small_residual() {
    let folder = folder("calibrate-beyond");
    let table = MURATA.replace("25,10000", "25,1e300");
    let done = calibrate(&folder, &table, &["--span=-20..50"]);
    let said = done.refused(1);
    assert!(said.contains("DO NOT USE: the curve does not reach 1 of "), "{said}");
}

#[test]
fn a_fit_that_is_far_off_its_table_is_not_for_use() {
    let folder = folder("calibrate-bad-fit");
    // 10 kΩ to 30 °C, and from there a sensor of 9 kΩ.
    let line = |line: &str| match line.split_once(',') {
        Some((t, ohm)) if t.parse::<f64>().is_ok_and(|t| t > 30.0) => {
            format!("{t},{}\n", ohm.parse::<f64>().unwrap() * 0.9)
        }
        _ => format!("{line}\n"),
    };
    let table: String = MURATA.lines().map(line).collect();
    let done = calibrate(&folder, &table, &["--span=-20..50", "--emit", "rust", "--json"]);
    let said = done.refused(1).to_owned();
    assert!(said.contains("DO NOT USE") && said.contains("allowed are 100 mK"), "{said}");
    let json = done.json();
    assert!(number(&json, "/residual_mk/max") > 700.0, "{json}");
    assert_eq!((&json["usable"], &json["warnings"]), (&false.into(), &json["warnings"]));
    assert_eq!(json["warnings"][0], said);
    assert!(json["warnings"][1].as_str().unwrap().contains("findings in the table: "), "{json}");
    assert_eq!(document(&folder), json);
    // People can see how bad it is; firmware gets nothing.
    assert_eq!(names_in(&folder.join("out")), ["part.json", "part.json.svg"]);
    let model = folder.join("out").join("part.json");
    let used = coldcap(&["convert", "--curve", model.to_str().unwrap(), "--from", "ohm"]);
    assert!(used.refused(2).contains("part.json:usable: false: allowed is "), "{used:?}");
    let good = calibrate(&folder, MURATA, &["--span=-20..50", "--json"]).json();
    assert_eq!((&good["usable"], &good["warnings"]), (&true.into(), &serde_json::json!([])));
}

#[test]
fn a_column_of_several_is_named() {
    let folder = folder("calibrate-column");
    let done =
        calibrate(&folder, PROBE, &["--span=-40..0", "--column", "r_ohm_sh_exact", "--json"]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{done:?}");
    assert_eq!(done.json()["column"], "r_ohm_sh_exact");
    assert!(number(&done.json(), "/residual_mk/max") < 1e-6);
    let done = calibrate(&folder, PROBE, &["--span=-40..0"]);
    assert!(
        done.refused(2).contains("allowed are the columns t_c,r_ohm; --column names"),
        "{done:?}"
    );
    let done = calibrate(&folder, PROBE, &["--span=-40..0", "--column", "t_c"]);
    assert!(done.refused(2).contains("--column: t_c: allowed is a column of resistances"));
}

#[test]
fn limits_outside_the_table_are_left_out() {
    let folder = folder("calibrate-warm");
    calibrate(&folder, &probe(), &["--span=10..60", "--emit", "rust"]);
    let emitted = fs::read_to_string(folder.join("out/part.json.rs")).unwrap();
    assert!(!emitted.contains("FREEZE") && emitted.contains("OPEN_ABOVE: Ratio"), "{emitted}");
}

#[test]
fn bad_input_is_one_line_and_leaves_nothing() {
    let refuses = |table: &str, more: &[&str], status: i32, says: &str| {
        let folder = folder("calibrate-bad");
        let done = calibrate(&folder, table, more);
        assert!(done.refused(status).contains(says), "{says}: {done:?}");
        assert_eq!(
            (done.out.as_str(), names_in(&folder).as_slice()),
            ("", &["part.csv".into()][..])
        );
    };
    let rising = "t_c,r_ohm\n0,100\n10,104\n20,108\n30,112\n40,116\n50,119\n";
    for (table, span, says) in [
        (MURATA, "--span=-50..50", "--span: -50..50: allowed is -25..125"),
        (MURATA, "--span=50..-20", "--span: 50..-20: allowed is LO..HI"),
        (MURATA, "--span=nan..50", "--span: nan..50: allowed is LO..HI"),
        (MURATA, "--span=50", "--span: 50: allowed is LO..HI"),
        (MURATA, "--span=20..30", "part.csv:rows: 3 within the span: allowed are 5 or more"),
        (rising, "--span=0..50", "part.csv:r_ohm: "),
        ("t_c,r_ohm\n", "--span=0..50", "part.csv:rows: 0: allowed"),
        ("t_c\n", "--span=0..50", "part.csv:header: "),
        ("t_c,r_ohm\n0,5,32650\n", "--span=0..50", "part.csv:line 2: 3 cells: allowed are 2, "),
        ("t_c,r_ohm,r_ohm\n", "--span=0..50", "part.csv:header: \"r_ohm\" twice: allowed"),
        ("t_c,r_ohm\n0,warm\n", "--span=0..50", "part.csv:line 2 r_ohm: \"warm\": "),
    ] {
        refuses(table, &[span], 2, says);
    }
    refuses(MURATA, &["--span=-20..50", "--emit", "c"], 2, "--emit");
    for divider in ["0", "-5", "nan", "1e-9", "1e12"] {
        let folder = folder("calibrate-divider");
        let table = file(&folder, "part.csv", MURATA);
        let out = text(&folder.join("part.json"));
        let options = ["--table", &table, "--divider", divider, "--span=-20..50", "--out", &out];
        let done = coldcap(&[&["calibrate", "ntc"], &options[..]].concat());
        done.refused(2);
        assert_eq!(names_in(&folder), ["part.csv"], "{divider}");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_said() {
    let folder = folder("calibrate-place");
    fs::create_dir_all(folder.join("out/part.json.svg")).unwrap();
    let done = calibrate(&folder, MURATA, &["--span=-20..50"]);
    assert!(done.refused(2).starts_with("--out: "), "{done:?}");
    assert_eq!(names_in(&folder.join("out")), ["part.json.svg"]);
    fs::remove_dir_all(folder.join("out")).unwrap();
    fs::write(folder.join("out"), "a file where a folder should be").unwrap();
    let done = calibrate(&folder, MURATA, &["--span=-20..50"]);
    assert!(done.refused(3).starts_with("--out: "), "{done:?}");
}

/// A rename would replace a link, a folder or a device by a file.
#[cfg(unix)]
#[test]
fn nothing_but_a_regular_file_is_replaced() {
    let folder = folder("calibrate-not-regular");
    let (out, kept) = (folder.join("out"), folder.join("kept"));
    fs::create_dir_all(&out).unwrap();
    fs::write(&kept, "kept").unwrap();
    for name in ["part.json", "part.json.svg", "part.json.rs"] {
        let place = out.join(name);
        for target in [&kept, &folder.join("nowhere")] {
            std::os::unix::fs::symlink(target, &place).unwrap();
            let done = calibrate(&folder, MURATA, &["--span=-20..50", "--emit", "rust"]);
            assert!(done.refused(2).contains("not a regular file"), "{done:?}");
            assert_eq!(fs::read_link(&place).unwrap(), *target);
            assert_eq!(names_in(&out), [name]);
            fs::remove_file(&place).unwrap();
        }
        fs::create_dir(&place).unwrap();
        let done = calibrate(&folder, MURATA, &["--span=-20..50", "--emit", "rust"]);
        assert!(done.refused(2).contains("not a regular file"), "{done:?}");
        assert_eq!(names_in(&out), [name]);
        fs::remove_dir(&place).unwrap();
    }
    assert_eq!(fs::read_to_string(&kept).unwrap(), "kept");
    // What it wrote itself it replaces.
    for _ in 0..2 {
        assert_eq!(calibrate(&folder, MURATA, &["--span=-20..50"]).status, Some(0));
    }
}
