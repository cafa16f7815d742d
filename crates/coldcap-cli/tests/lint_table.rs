//! Tables of sensors, right and wrong, as a script sees them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use core::fmt::Write;
use support::{Done, coldcap, file, folder};

const MURATA: &str =
    include_str!("../../coldcap-calibration/tests/data/ntc_10k_ncp15xh103_murata_b3380.csv");
const WRONG: &str = include_str!("../../coldcap-calibration/tests/data/bad_pt100_entries.csv");

const HEADER: &str = "line,t_c,r_ohm,kind,expected_ohm,deviation_mk";

/// A PT100 from −50 to 400 °C with two digits, by A and B.
fn platinum([a, b]: [f64; 2]) -> String {
    let mut text = String::from("t_c,r_ohm\n");
    for t in -50..=400 {
        let t = f64::from(t);
        let quartic = if t < 0.0 { -4.183e-12 * (t - 100.0) * t.powi(3) } else { 0.0 };
        let _ = writeln!(text, "{t},{:.2}", 100.0 * (1.0 + a * t + b * t * t + quartic));
    }
    text
}

const ITS_90: [f64; 2] = [3.9083e-3, -5.775e-7];
const IPTS_68: [f64; 2] = [3.90802e-3, -5.802e-7];

fn lint(name: &str, table: &str, more: &[&str]) -> Done {
    let path = file(&folder(name), "table.csv", table);
    coldcap(&[&["lint-table", &path], more].concat())
}

/// The rows of findings behind the header.
fn findings(name: &str, table: &str, more: &[&str]) -> Vec<Vec<String>> {
    let done = lint(name, table, more);
    let mut lines = done.out.lines();
    assert_eq!(lines.next(), Some(HEADER), "{done:?}");
    let row = |line: &str| line.split(',').map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = lines.map(row).collect();
    match rows.len() {
        0 => assert_eq!((done.status, done.error.as_str()), (Some(0), "")),
        _ => assert!(done.refused(1).contains("findings: allowed is none"), "{done:?}"),
    }
    rows
}

/// A table with the published wrong entries in it.
fn with_wrong_entries(table: String) -> String {
    WRONG.lines().skip(1).fold(table, |table, line| {
        let cells: Vec<&str> = line.split(',').collect();
        let (head, tail) = table.split_once(&format!("\n{},", cells[0])).unwrap();
        let (_, rest) = tail.split_once('\n').unwrap();
        format!("{head}\n{},{}\n{rest}", cells[0], cells[1])
    })
}

#[test]
fn right_tables_are_clean() {
    assert_eq!(findings("lint-platinum", &platinum(ITS_90), &[]).len(), 0);
    let labels = ["--beta", "25/50=3380", "--beta", "25/85=3434"];
    assert_eq!(findings("lint-murata", MURATA, &labels).len(), 0);
    // From the warm end to the cold one, with a byte order mark, empty lines and a column more.
    let rows = MURATA.lines().skip(1).map(|row| format!("{row},x\r\n")).collect::<Vec<_>>();
    let turned: String = rows.into_iter().rev().collect();
    let text = format!("\u{feff}t_c,r_ohm,note\r\n\r\n{turned}");
    assert_eq!(findings("lint-turned", &text, &[]).len(), 0);
}

#[test]
fn wrong_entries_have_their_line_and_what_it_should_say() {
    let rows = findings("lint-wrong", &with_wrong_entries(platinum(ITS_90)), &[]);
    let at: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    // The entry at 352 °C is right by today's scale.
    assert_eq!(at, ["-23", "22", "350", "353", "354", "358", "359"]);
    let second = &rows[1];
    // −50 °C stands in line 2.
    assert_eq!(second[..4], ["74", "22", "108.75", "outlier"]);
    assert!((second[4].parse::<f64>().unwrap() - 108.5703).abs() < 0.01, "{second:?}");
    assert!((second[5].parse::<f64>().unwrap() - 463.0).abs() < 5.0, "{second:?}");
}

#[test]
fn the_superseded_curve_and_its_typos() {
    let rows = findings("lint-old", &with_wrong_entries(platinum(IPTS_68)), &[]);
    let outliers: Vec<&str> =
        rows.iter().filter(|row| row[3] == "outlier").map(|row| row[1].as_str()).collect();
    assert_eq!(outliers, ["-23", "22", "350", "352", "353", "354", "358", "359"]);
    let curve: Vec<_> = rows.iter().filter(|row| row[3] == "superseded_curve").collect();
    // Its worst line is near the end, within what two digits show.
    let celsius: f64 = curve[0][1].parse().unwrap();
    assert!(rows.len() == 9 && curve.len() == 1 && celsius > 390.0, "{rows:?}");
}

#[test]
fn a_label_that_is_not_the_tables() {
    // As in an operating system: a pure exponential, sold as a part of 3380 K.
    let mut copy = String::from("t_c,r_ohm\n");
    for t in (-40..=125).step_by(5).map(f64::from) {
        let ohm = 10_000.0 * (3_431.0 * (1.0 / (t + 273.15) - 1.0 / 298.15)).exp();
        let _ = writeln!(copy, "{t},{ohm:.0}");
    }
    let rows = findings("lint-label", &copy, &["--beta", "25/50=3380"]);
    assert_eq!(rows[0][..4], ["20", "50", "4105", "beta_mismatch"]);
    assert_eq!(rows.len(), 1);
    assert_eq!(findings("lint-label-cold", &copy, &["--beta", "-20/25=3431"]).len(), 0);
}

#[test]
fn steps_back_and_kinks() {
    let swapped = MURATA.replace("15,14673", "15,x").replace("5,22021", "5,14673");
    let rows = findings("lint-swapped", &swapped.replace("15,x", "15,22021"), &[]);
    assert!(rows.iter().any(|row| row[3] == "not_monotonic"), "{rows:?}");
    let mut stitched = String::from("t_c,r_ohm\n");
    for t in (-40..=100).step_by(5).map(f64::from) {
        let beta = if t < 0.0 { 3_950.0 } else { 3_765.0 };
        let ohm = 31.77 * (beta * (1.0 / (t + 273.15) - 1.0 / 273.15)).exp();
        let _ = writeln!(stitched, "{t},{:.0}", ohm * 1_000.0);
    }
    let rows = findings("lint-kink", &stitched, &[]);
    assert_eq!((rows.len(), &rows[0][1..4]), (1, &["0", "31770", "kink"].map(String::from)[..]));
}

#[test]
fn the_document_says_the_same() {
    let done = lint("lint-json", &with_wrong_entries(platinum(ITS_90)), &["--json"]);
    assert_eq!(done.status, Some(1));
    let json = done.json();
    assert_eq!((&json["sensor"], &json["lines"]), (&"rtd".into(), &451.into()));
    let second = &json["findings"][1];
    assert_eq!((&second["line"], &second["kind"]), (&74.into(), &"outlier".into()));
    assert_eq!((&second["t_c"], &second["r_ohm"]), (&22.0.into(), &108.75.into()));
    assert!((second["deviation_mk"].as_f64().unwrap() - 463.0).abs() < 5.0);
}

#[test]
fn what_is_no_table_is_one_line() {
    for (table, says) in [
        ("", "header: \"\": allowed are the columns t_c,r_ohm"),
        ("t,r\n1,2\n", "header: \"t,r\": allowed"),
        ("t_c,r_ohm\n1,2\nx,3\n", "line 3 t_c: \"x\": allowed is a temperature"),
        ("t_c,r_ohm\n1,2\n2\n", "line 3 r_ohm: empty: allowed is a resistance above 0"),
        ("t_c,r_ohm\n1,-2\n", "line 2 r_ohm: \"-2\": allowed is a resistance above 0"),
        ("t_c,r_ohm\n-300,2\n", "line 2 t_c: \"-300\": allowed is a temperature above"),
        ("t_c,r_ohm\n1,2\n2,3\n1,4\n", "line 4 t_c: 1: allowed is each temperature once"),
        ("t_c,r_ohm\n1,2\n2,3\n", "rows: 2: allowed is a sensor's table"),
        ("t_c,r_ohm\n1,2\n2,2\n3,2\n4,2\n5,2\n6,2\n", "rows: 6: allowed is a sensor's table"),
    ] {
        let done = lint("lint-bad", table, &[]);
        assert!(done.refused(2).contains(&format!("table.csv:{says}")), "{done:?}");
        assert_eq!(done.out, "");
    }
    for beta in ["25/85", "25=3435", "25/85=0", "25/25=3435", "a/b=c", "25/850=3435", "-99/25=3435"]
    {
        let done = lint("lint-beta", MURATA, &["--beta", beta]);
        assert!(done.refused(2).starts_with(&format!("--beta: {beta}: allowed are ")), "{done:?}");
    }
    let done = lint("lint-beta-rtd", &platinum(ITS_90), &["--beta", "25/85=3435"]);
    assert!(done.refused(2).contains("allowed are a thermistor"), "{done:?}");
    let done = coldcap(&["lint-table", "no/such.csv"]);
    assert!(done.refused(2).starts_with("no/such.csv: "), "{done:?}");
}

#[test]
fn a_column_of_several_is_named() {
    let two = "t_c,r_ohm,other\n".to_owned()
        + &MURATA.lines().skip(1).fold(String::new(), |text, line| text + line + ",1\n");
    assert_eq!(findings("lint-column", &two, &["--column", "r_ohm"]).len(), 0);
    assert!(!findings("lint-column", &two, &[]).iter().any(|row| row[3] == "kink"));
    let done = lint("lint-column", &two, &["--column", "other"]);
    assert!(done.refused(2).contains("table.csv:rows: "), "{done:?}");
    let done = lint("lint-column", &two, &["--column", "r"]);
    assert!(done.refused(2).contains("allowed are the columns t_c,r; --column names"), "{done:?}");
    let done = lint("lint-column", "t_c,r_ohm\n25,0,10000\n", &[]);
    assert!(
        done.refused(2).contains("line 2: 3 cells: allowed are 2, as in the header"),
        "{done:?}"
    );
}
