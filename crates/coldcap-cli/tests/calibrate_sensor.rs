//! What was found of one sensor: the ice check, and the record of a calibration.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

mod support;

use coldcap_calibration::certificate::{
    CERTIFICATE_LEN, Certificate, CertifiedPoint, Conditions, Correction, CoverageFactor,
    DecisionRule, Medium, Method, Points,
};
use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
use coldcap_units::MicroCelsius;
use std::fs;
use support::{Done, coldcap, coldcap_with, file, folder, text};

/// A record of ten readings a second for 90 s; the first 25 s are those of a sensor that still cools.
fn ice(name: &str, shown: impl Fn(u32) -> Option<f64>, more: &[&str]) -> Done {
    let line = |tick: u32| {
        let cell = shown(tick).map_or(String::new(), |celsius| format!("{celsius:.6}"));
        format!("{:.1},{cell}\n", f64::from(tick) * 0.1)
    };
    let lines: String = (0..900).map(line).collect();
    let folder = folder(name);
    let data = file(&folder, "ice.csv", format!("time_s,t_c\n{lines}"));
    coldcap(&[&["calibrate", "ice", "--data", &data], more].concat())
}

fn ripple(tick: u32) -> f64 {
    if tick.is_multiple_of(2) { 0.002 } else { -0.002 }
}

#[test]
fn a_good_sensor_passes() {
    let shown = |tick| Some(if tick < 250 { 3.0 } else { 0.003 + ripple(tick) });
    let done = ice("ice-passes", shown, &["--json"]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{done:?}");
    let json = done.json();
    assert_eq!(json["verdict"], "passes");
    assert!((json["error_mk"].as_f64().unwrap() - 3.0).abs() < 0.01);
    // √(2² + 2²) mK of bath and sensor, and next to nothing of a mean of 600.
    assert!((json["u_mk"].as_f64().unwrap() - 2.829).abs() < 0.01);
    assert!((json["scatter_mk"].as_f64().unwrap() - 2.0).abs() < 0.01);
}

#[test]
fn a_shifted_sensor_fails_and_one_that_moves_is_unstable() {
    let done = ice("ice-fails", |tick| Some(0.012 + ripple(tick)), &[]);
    assert_eq!(done.status, Some(1), "{done:?}");
    assert!(done.out.starts_with("fails: +12.000 mK at 0 °C, allowed ±5.6"), "{done:?}");
    assert!(done.error.contains("ice.csv:t_c: +12.000 mK: allowed is ±5.6"), "{done:?}");
    // Better known to be bad, it is as it should be.
    let known = ice("ice-known", |tick| Some(0.012 + ripple(tick)), &["--sensor-u-mk", "6"]);
    assert_eq!(known.status, Some(0), "{known:?}");
    let done = ice("ice-unstable", |tick| Some(f64::from(tick) * 1e-4), &[]);
    assert_eq!(done.status, Some(1));
    assert!(done.out.starts_with("unstable") && done.error.contains("wander +30"), "{done:?}");
}

#[test]
fn a_sensor_that_is_stuck_and_a_bath_that_tells_nothing() {
    let done = ice("ice-stuck", |_| Some(0.003), &["--json"]);
    assert_eq!((done.status, &done.json()["verdict"]), (Some(1), &"stuck".into()), "{done:?}");
    assert!(done.error.contains("ice.csv:t_c: stuck at +3.000 mK: allowed are"), "{done:?}");
    let off = |tick| Some(0.05 + ripple(tick));
    let done = ice("ice-nothing", off, &["--bath-u-mk", "1000", "--json"]);
    assert_eq!((done.status, &done.json()["verdict"]), (Some(1), &"tells_nothing".into()));
    assert!(done.error.contains("u = 1000.00") && done.error.contains("allowed is 25 mK"));
}

#[test]
fn readings_may_be_missing_one_in_ten() {
    let gaps = |every: u32| move |tick: u32| (!tick.is_multiple_of(every)).then(|| ripple(tick));
    assert_eq!(ice("ice-some", gaps(11), &[]).status, Some(0));
    let done = ice("ice-many", gaps(5), &[]);
    assert_eq!(done.status, Some(2));
    assert!(
        done.error.contains("ice.csv:t_c: ") && done.error.contains("one missing reading in ten")
    );
}

#[test]
fn what_is_no_record_is_said_with_its_place() {
    let folder = folder("ice-input");
    for (lines, expected) in [
        ("0,0\n1,0\n", "time_s: too short: allowed are 60 s or more"),
        ("0,0\n0,0\n", "line 3 time_s: 0: allowed is a later time"),
        ("0,0\n1,warm\n", "line 3 t_c: \"warm\": allowed is -100 to 200 °C, or an empty cell"),
        ("0,0\n,0\n", "line 3 time_s: empty: allowed is a time in seconds"),
    ] {
        let data = file(&folder, "ice.csv", format!("time_s,t_c\n{lines}"));
        let done = coldcap(&["calibrate", "ice", "--data", &data]);
        assert_eq!(done.status, Some(2), "{lines}");
        assert!(done.error.contains(expected), "{done:?}");
    }
    let data = file(&folder, "ice.csv", "time_s,t_c\n0,0\n");
    let done = coldcap(&["calibrate", "ice", "--data", &data, "--bath-u-mk", "0"]);
    assert!(
        done.status == Some(2) && done.error.contains("--bath-u-mk: 0: allowed is"),
        "{done:?}"
    );
}

fn certificate() -> Certificate {
    let point = |at, error| CertifiedPoint::new(MicroCelsius(at), error, error, 8_000).unwrap();
    Certificate {
        number: 17,
        sensor: 4_711,
        reference: 9,
        laboratory: 1,
        operator: 23,
        at: TimeStamp { unix_s: 1_795_654_800, clock: ClockQuality::Synchronised },
        method: Method::Comparison,
        points: Points::new(&[point(0, 12_000), point(25_000_000, -3_000)]).unwrap(),
        correction: Correction::NONE,
        type_table_crc: 0,
        coverage: CoverageFactor::TWO,
        conditions: Conditions::new(2_300, None, Medium::IceBath).unwrap(),
        decision: DecisionRule::Guarded { tolerance_uk: 25_000 },
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_certificate_is_printed_from_bytes_and_from_text() {
    let bytes = certificate().to_bytes().unwrap();
    let path = folder("certificate").join("record.bin");
    fs::write(&path, bytes).unwrap();
    let done = coldcap(&["calibrate", "certificate", &text(&path)]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{done:?}");
    for said in [
        "sensor      4711",
        "0.000 °C: found +12.000 mK, left +12.000 mK, U = 8.000 mK",
        "k = 2.000",
        "room 23.000 °C",
        "conforms",
    ] {
        assert!(done.out.contains(said), "{said}: {done:?}");
    }
    let line = hexadecimal(&bytes);
    assert_eq!(coldcap(&["calibrate", "certificate", &line]).out, done.out);
    let piped = coldcap_with(&["calibrate", "certificate", "-"], line.as_bytes());
    assert_eq!(piped.out, done.out);

    let json = coldcap(&["calibrate", "certificate", &line, "--json"]).json();
    assert_eq!((&json["sensor"], &json["date"]), (&4_711.into(), &"2026-11-26".into()));
    assert_eq!(json["points"][1]["t_c"], 25.0);
    assert_eq!(json["points"][1]["found_mk"], -3.0);
    assert_eq!(json["points"][1]["expanded_mk"], 8.0);
    assert_eq!(json["decision"]["conformity"], "conforms");
    assert_eq!(json["correction"]["ln_resistance"], serde_json::Value::Null);
}

#[test]
fn a_damaged_or_contradicting_certificate_is_refused() {
    let show = |bytes: &[u8]| coldcap(&["calibrate", "certificate", &hexadecimal(bytes)]);
    let sound: [u8; CERTIFICATE_LEN] = certificate().to_bytes().unwrap();
    let mut damaged = sound;
    damaged[40] ^= 1;
    let done = show(&damaged);
    assert!(done.status == Some(1) && done.out.is_empty(), "{done:?}");
    assert!(
        done.error.starts_with("coldcap: WHAT: ") && done.error.contains("allowed"),
        "{done:?}"
    );
    // The checksum fits, and a sensor has the number 0, or is its own reference.
    let own: [u8; 8] = sound[12..20].try_into().unwrap();
    for (from, number, said) in
        [(12, [0; 8], "no valid sensor"), (20, own, "the sensor is its own reference")]
    {
        let mut false_one = sound;
        false_one[from..from + 8].copy_from_slice(&number);
        let crc = crc32(&false_one[..188]);
        false_one[188..].copy_from_slice(&crc.to_le_bytes());
        let done = show(&false_one);
        assert!(done.status == Some(1) && done.error.contains(said), "{done:?}");
    }
    let done = show(&sound[..191]);
    assert!(
        done.status == Some(2) && done.error.contains("191 bytes: allowed are 192"),
        "{done:?}"
    );
    let place = text(&folder("certificate-folder"));
    let done = coldcap(&["calibrate", "certificate", &place]);
    assert!(done.refused(2).starts_with(&format!("WHAT: {place}: ")), "{done:?}");
    let done = coldcap(&["calibrate", "certificate", "-"]);
    assert!(done.refused(2).starts_with("WHAT: standard input: 0 bytes: allowed"), "{done:?}");
    let done = coldcap(&["calibrate", "ice", "--data", &place]);
    assert!(done.refused(2).starts_with(&format!("--data: {place}: ")), "{done:?}");
    let done = coldcap(&["calibrate", "certificate", "nothing.bin"]);
    assert!(
        done.status == Some(2) && done.error.contains("allowed is hexadecimal text, a file or -")
    );
}

/// CRC-32/ISO-HDLC, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    })
}
