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
