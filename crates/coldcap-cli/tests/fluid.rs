//! Coolants on the command line: figures of published tables, and what is refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

mod support;

use serde_json::Value;
use support::coldcap;

fn fluid(mix: &str, mass: &str, at: &str) -> support::Done {
    coldcap(&["fluid", "--mix", mix, "--mass", mass, "--at", at])
}

fn printed(mix: &str, mass: &str, at: &str) -> Value {
    let done = fluid(mix, mass, at);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{done:?}");
    done.json()
}

/// A figure's value and uncertainty.
fn figure(document: &Value, name: &str) -> (f64, f64) {
    let figure = &document[name];
    (figure["value"].as_f64().unwrap(), figure["u"].as_f64().unwrap())
}

fn is_near(document: &Value, name: &str, expected: f64) {
    let (value, _) = figure(document, name);
    assert!((value / expected - 1.0).abs() < 1e-6, "{name}: {value} {expected}");
}

#[test]
fn propylene_glycol_as_published() {
    let document = printed("pg", "0.3", "-4");
    assert_eq!((&document["mix"], &document["mass"]), (&"pg".into(), &0.3.into()));
    assert_eq!((&document["t_c"], &document["patient"]), (&(-4.0).into(), &true.into()));
    // CoolProp, INCOMP::MPG[0.3].
    is_near(&document, "freeze_c", -12.789_104);
    is_near(&document, "density_kg_m3", 1_032.748_1);
    is_near(&document, "cp_j_kgk", 3_791.702_86);
    is_near(&document, "viscosity_mpa_s", 8.780_223_64);
    is_near(&document, "conductivity_w_mk", 0.425_303_413);
    // The spread of three models at this mass fraction: 0.32 K, 0.51, 3.8, 3.6 and 2.9 %.
    let least = [
        ("freeze_c", 0.32),
        ("density_kg_m3", 0.0051 * 1_032.7),
        ("cp_j_kgk", 0.0379 * 3_791.7),
        ("viscosity_mpa_s", 0.0356 * 8.78),
        ("conductivity_w_mk", 0.0293 * 0.4253),
    ];
    for (name, spread) in least {
        let (_, u) = figure(&document, name);
        assert!(u >= spread && u < 2.0 * spread, "{name}: {u} {spread}");
    }
}

#[test]
fn the_others_as_published() {
    // CoolProp, INCOMP::MEG[0.3] and INCOMP::MKF[0.3] at 10 °C.
    let toxic = printed("eg", "0.3", "10");
    assert_eq!(toxic["patient"], false);
    is_near(&toxic, "density_kg_m3", 1_041.812_681_779_96);
    is_near(&toxic, "cp_j_kgk", 3_688.510_077_929_43);
    is_near(&toxic, "viscosity_mpa_s", 2.982_996_578_124);
    is_near(&toxic, "conductivity_w_mk", 0.455_507_517_298);
    let formate = printed("kf", "0.30", "10");
    assert_eq!(formate["patient"], true);
    is_near(&formate, "density_kg_m3", 1_193.541_962_809_34);
    is_near(&formate, "cp_j_kgk", 3_125.641_406_764_85);
    is_near(&formate, "viscosity_mpa_s", 2.059_916_966_865);
    is_near(&formate, "conductivity_w_mk", 0.528_670_636_084);
}

#[test]
fn a_single_document_with_and_without_json() {
    let arguments = ["fluid", "--mix", "pg", "--mass", "0.3", "--at", "0", "--json"];
    assert_eq!(coldcap(&arguments).json(), printed("pg", "0.3", "0"));
}

#[test]
fn what_is_out_of_range_is_refused_with_what_is_allowed() {
    let cases = [
        ("pg", "0.3", "-13", "--at: -13: allowed is -12.78 (where it freezes) to 40 °C"),
        ("pg", "0.3", "40.5", "--at: 40.5: allowed is -12.78 (where it freezes) to 40 °C"),
        ("kf", "0.3", "nan", "--at: NaN: allowed is -21.15 (where it freezes) to 40 °C"),
        ("pg", "0.61", "0", "--mass: 0.61: allowed is a mass fraction of 0.1 to 0.6"),
        ("pg", "30", "0", "--mass: 30: allowed is a mass fraction of 0.1 to 0.6"),
        ("eg", "-0.3", "0", "--mass: -0.3: allowed is a mass fraction of 0.1 to 0.6"),
        ("kf", "0.5", "0", "--mass: 0.5: allowed is a mass fraction of 0.1 to 0.48"),
        ("kf", "nan", "0", "--mass: NaN: allowed is a mass fraction of 0.1 to 0.48"),
    ];
    for (mix, mass, at, line) in cases {
        let done = fluid(mix, mass, at);
        assert_eq!(done.refused(2), line);
        assert_eq!(done.out, "");
    }
}

#[test]
fn a_wrong_command_line_is_one_line() {
    assert!(fluid("brine", "0.3", "0").refused(2).contains("pg, eg, kf"));
    assert!(fluid("pg", "much", "0").refused(2).contains("much"));
    coldcap(&["fluid", "--mix", "pg", "--mass", "0.3"]).refused(2);
}

/// Made-up figures: not those of any mixture.
const MINE: &str = "\
name = \"mine\"
harmless = true
freeze_c = -8.0
freeze_u_k = 0.5
[uncertainty]
density = 0.005
cp = 0.03
viscosity = 0.1
conductivity = 0.05
[[row]]
t_c = -6
density_kg_m3 = 974
cp_j_kgk = 4220
viscosity_mpa_s = 7.0
conductivity_w_mk = 0.440
[[row]]
t_c = 0
density_kg_m3 = 972
cp_j_kgk = 4230
viscosity_mpa_s = 5.1
conductivity_w_mk = 0.446
[[row]]
t_c = 6
density_kg_m3 = 969
cp_j_kgk = 4240
viscosity_mpa_s = 3.9
conductivity_w_mk = 0.452
";

/// Each test has a folder of its own: they run at the same time.
fn mine(folder: &str, text: &str, at: &str) -> support::Done {
    let table = support::file(&support::folder(folder), "mine.toml", text);
    coldcap(&["fluid", "--table", &table, "--at", at])
}

#[test]
fn a_table_of_ones_own() {
    let done = mine("fluid-own-table", MINE, "-3");
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{done:?}");
    let json = done.json();
    assert_eq!((&json["mix"], &json["mass"]), (&"mine".into(), &Value::Null));
    assert_eq!((&json["t_c"], &json["patient"]), (&(-3.0).into(), &true.into()));
    let near = |name: &str, expected: (f64, f64)| {
        let (value, u) = figure(&json, name);
        assert!((value - expected.0).abs() < 1e-6 * expected.0.abs(), "{name}: {value}");
        assert!((u - expected.1).abs() < 1e-3 * expected.1, "{name}: {u}");
    };
    near("freeze_c", (-8.0, 0.5));
    near("density_kg_m3", (973.0, 4.865));
    near("cp_j_kgk", (4_225.0, 126.75));
    near("viscosity_mpa_s", (6.05, 0.605));
    near("conductivity_w_mk", (0.443, 0.02215));
    let rough = mine(
        "fluid-own-table",
        &MINE.replace("freeze_u_k = 0.5", "freeze_u_k = 0.12345678901"),
        "0",
    );
    let u = figure(&rough.json(), "freeze_c").1;
    assert!((u - 0.1235).abs() < 1e-12, "{u}");
    // One that nobody calls harmless may be looked at, and flow past no patient.
    let toxic = mine("fluid-own-table", &MINE.replace("harmless = true", "harmless = false"), "0");
    assert_eq!(toxic.json()["patient"], false);
}

#[test]
fn a_wrong_table_is_said_with_its_place() {
    for (from, to, at, expected) in [
        ("", "", "-9", "--at: -9: "),
        ("", "", "7", "--at: 7: "),
        ("t_c = 6", "t_c = -1", "0", "mine.toml:row 3 t_c: allowed is 0.1 to 20 K above"),
        ("5.1", "51", "0", "mine.toml:row 2 viscosity_mpa_s: allowed is less than"),
        ("5.1", "0.1", "0", "row 2 viscosity_mpa_s: 0.1: allowed is 0.2 to 500"),
        ("4230", "3230", "0", "mine.toml:row 2: off the line through its neighbours"),
        ("density = 0.005", "density = 0", "0", "uncertainty.density: 0: allowed is 0.0001 to 0.5"),
        ("freeze_c = -8.0", "freeze_c = -5", "0", "row 1 t_c: allowed is the freezing point"),
        ("harmless = true\n", "", "0", "missing field `harmless`: allowed are name, harmless"),
        ("harmless = true", "harmful = false", "0", "mine.toml:line 2: unknown field `harmful`"),
        ("harmless = true", "harmless true", "0", "allowed are name, harmless, freeze_c"),
        ("harmless = true", "harmless true", "0", "mine.toml:line 2: "),
        ("5.1", "much", "0", "mine.toml:line 20: "),
        ("\"mine\"", "\" \"", "0", "mine.toml:name: empty: allowed is what people call it"),
    ] {
        let done = mine("fluid-wrong-table", &MINE.replacen(from, to, 1), at);
        assert_eq!(done.status, Some(2), "{to}: {done:?}");
        assert!(done.error.contains(expected), "{to}: {done:?}");
        assert_eq!(done.error.lines().count(), 1);
    }
    let folder = support::text(&support::folder("fluid-folder"));
    for place in ["-", "no.toml", &folder] {
        let done = coldcap(&["fluid", "--table", place, "--at", "0"]);
        assert!(done.refused(2).starts_with(&format!("--table: {place}: ")), "{done:?}");
    }
    let both = coldcap(&["fluid", "--mix", "pg", "--table", "mine.toml", "--at", "0"]);
    assert_eq!(both.status, Some(2));
    assert_eq!(coldcap(&["fluid", "--at", "0"]).status, Some(2));
}
