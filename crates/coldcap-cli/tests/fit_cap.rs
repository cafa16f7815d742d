//! The fit visit on the command line: what it finds of a head, its files, and what is refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

mod support;

use coldcap_calibration::record::CapCalibration;
use serde_json::Value;
use std::fs;
use support::{Done, SHORT_PLAN, coldcap, file, folder, names_in, text};

fn fitted(name: &str, more: &[&str]) -> (Done, std::path::PathBuf) {
    let out = folder(name);
    let done = coldcap(&[&["fit-cap", "--out", &text(&out)], more].concat());
    // Done with a cap that is ready, or with a verdict that it is not.
    let said = if done.status == Some(0) {
        done.error.is_empty()
    } else {
        done.refused(1).starts_with("verdict: ")
    };
    assert!(said, "{done:?}");
    (done, out.join("fit-cap"))
}

fn zone(document: &Value, index: usize) -> (f64, f64, f64) {
    let figure = |name: &str| document["zones"][index][name].as_f64().unwrap();
    (figure("h_w_m2k"), figure("u_w_m2k"), figure("truth_w_m2k"))
}

#[test]
fn the_standard_head_is_measured_and_repeated_in_floating_point() {
    let (done, place) = fitted("fit-standard", &["--json"]);
    let document = done.json();
    assert_eq!((&document["origin"], &document["size"]), (&"simulated".into(), &"medium".into()));
    // 1/(0.030 · 0.95) and 1/(0.030 · 1.05).
    for (index, truth) in [(0, 35.088), (1, 31.746)] {
        let (h, u, told) = zone(&document, index);
        assert!((told - truth).abs() < 1e-3 && (h - truth).abs() <= 2.0 * u, "{document}");
        let repeated = document["zones"][index]["f64_w_m2k"].as_f64().unwrap();
        assert!((repeated / h - 1.0).abs() < 2e-3, "{document}");
    }
    assert_eq!((done.status, &document["outside"]), (Some(0), &serde_json::json!([])));
    assert_eq!(document["zones"][2]["finding"], "unobserved");
    assert_eq!(document["zones"][2]["h_w_m2k"], Value::Null);
    assert_eq!(document["repetition"]["agrees"], true);
    let shares = document["sizes"].as_array().unwrap().iter();
    let sum: f64 = shares.map(|size| size["probability"].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 0.003, "{sum}");
    let names = ["cap-calibration.bin", "cap-fit.svg", "fit.json", "visit.ccap"];
    assert_eq!(names_in(&place), names);
    let bytes = fs::read(place.join("cap-calibration.bin")).unwrap();
    let record = CapCalibration::from_bytes(bytes.as_slice().try_into().unwrap()).unwrap();
    assert_eq!(document["verdict"], record.verdict.name());
    assert_eq!(document["record_digest"], format!("{:016x}", record.digest()));
}

#[test]
fn a_loose_half_is_seen_and_the_page_and_the_picture_say_so() {
    let inputs = folder("fit-loose-inputs");
    let patient = file(&inputs, "loose.toml", "hair_resistance = 0.036\nhair_asymmetry = 0.4\n");
    let (done, place) = fitted("fit-loose", &["--patient", &patient, "--seed", "3"]);
    assert!(done.refused(1).contains("reseat: one zone fails"), "{done:?}");
    for line in ["SIMULATED", "rear", "fails", "crown", "not observed", "verdict  reseat"] {
        assert!(done.out.contains(line), "{line}: {done:?}");
    }
    let picture = fs::read_to_string(place.join("cap-fit.svg")).unwrap();
    assert!(picture.contains("SIMULATED") && picture.contains("fails"));
    assert!(!picture.contains("NaN") && picture.ends_with("</svg>"));
}

/// The hardest and the loosest contact that a patient may have.
#[test]
fn a_contact_that_the_method_cannot_tell_has_no_figure() {
    let inputs = folder("fit-beyond-inputs");
    for (resistance, finding, state, words) in [
        ("0.003", "passes", "above_range", "above what the method tells, at least 50"),
        ("0.3", "fails", "below_range", "below what the method tells"),
    ] {
        let text = format!("hair_resistance = {resistance}\n");
        let patient = file(&inputs, &format!("{resistance}.toml"), &text);
        let (done, _) = fitted("fit-beyond", &["--patient", &patient, "--seed", "3", "--json"]);
        let document = done.json();
        for zone in &document["zones"].as_array().unwrap()[..2] {
            assert_eq!(zone["h_w_m2k"], Value::Null, "{document}");
            assert_eq!(zone["f64_w_m2k"], Value::Null, "{document}");
            assert_eq!(zone["finding"], finding, "{document}");
            assert_eq!(zone["state"], state, "{document}");
            let bound = zone["at_least_w_m2k"].as_f64();
            assert_eq!(bound.is_some_and(|it| (49.0..52.0).contains(&it)), finding == "passes");
        }
        assert_eq!(document["repetition"]["agrees"], true);
        assert_eq!(document["balance"]["agrees"], true, "{document}");
        let (page, _) = fitted("fit-beyond-page", &["--patient", &patient, "--seed", "3"]);
        assert!(page.out.contains(words), "{page:?}");
    }
}

/// The zone under the sensor is told by it, the other by its inner face, and both are repeated.
#[test]
fn a_skin_side_sensor_tells_its_zone_better() {
    for (place, under) in [("front", 0), ("rear", 1)] {
        let name = format!("fit-skin-{place}");
        let (done, folder) = fitted(&name, &["--skin-sensor", place, "--seed", "4", "--json"]);
        let document = done.json();
        let methods = ["flux_over_drop", "inner_face"];
        for (index, truth) in [(0, 35.088), (1, 31.746)] {
            let (h, u, _) = zone(&document, index);
            assert_eq!(document["zones"][index]["method"], methods[usize::from(index != under)]);
            assert!((h - truth).abs() <= 2.0 * u, "{document}");
            assert_eq!(u / h < 0.08, index == under, "{document}");
        }
        assert_eq!(document["zones"][2]["state"], "unobserved");
        assert_eq!(document["zones"][2]["method"], Value::Null);
        assert_eq!(document["repetition"]["agrees"], true);
        assert_eq!(document["balance"]["agrees"], true);
        let picture = fs::read_to_string(folder.join("cap-fit.svg")).unwrap();
        assert!(picture.contains("(skin)"), "{place}");
        let replayed = coldcap(&["replay", &text(&folder.join("visit.ccap"))]);
        assert!(
            replayed.status == Some(0) && replayed.out.starts_with("identical"),
            "{replayed:?}"
        );
    }
    let refused = coldcap(&["fit-cap", "--skin-sensor", "crown"]);
    assert!(refused.refused(2).contains("crown"), "{refused:?}");
}

#[test]
fn the_same_seed_gives_the_same_files_and_the_recording_replays() {
    let (one, place) = fitted("fit-same", &["--seed", "5"]);
    let before = fs::read(place.join("visit.ccap")).unwrap();
    let again = coldcap(&["fit-cap", "--seed", "5", "--out", &text(place.parent().unwrap())]);
    assert_eq!(one.out, again.out);
    assert_eq!(before, fs::read(place.join("visit.ccap")).unwrap());
    let replayed = coldcap(&["replay", &text(&place.join("visit.ccap"))]);
    assert!(replayed.status == Some(0) && replayed.out.starts_with("identical"), "{replayed:?}");
}

#[test]
fn a_head_on_the_edge_between_two_sizes_is_told_to_try_both() {
    let inputs = folder("fit-edge-inputs");
    let edge = SHORT_PLAN.replace("561", "557").replace("sagittal_mm = 345", "sagittal_mm = 340");
    let plan = file(&inputs, "edge.toml", edge.replace("coronal_mm = 350", "coronal_mm = 345"));
    let (done, _) = fitted("fit-edge", &["--plan", &plan, "--json"]);
    let document = done.json();
    assert_eq!(document["try_both"], true, "{document}");
    let shares = document["sizes"].as_array().unwrap();
    assert!(shares[1]["probability"].as_f64().unwrap() > 0.2);
    assert!(shares[2]["probability"].as_f64().unwrap() > 0.2);
}

/// A head that no liner of the ladder reaches as it should: the likeliest size, and where to look.
#[test]
fn a_head_outside_the_ladder_is_told_so() {
    let inputs = folder("fit-outside-inputs");
    let tall = SHORT_PLAN.replace("sagittal_mm = 345", "sagittal_mm = 400");
    let plan = file(&inputs, "tall.toml", tall);
    let (done, place) = fitted("fit-outside", &["--plan", &plan]);
    assert!(done.out.contains("; OUTSIDE the liner's stretch: sagittal"), "{done:?}");
    let picture = fs::read_to_string(place.join("cap-fit.svg")).unwrap();
    assert!(
        picture.contains("OUTSIDE the liner's stretch: sagittal")
            || picture.contains("OUTSIDE the liner&#39;s stretch: sagittal")
    );
    let document: Value =
        serde_json::from_str(&fs::read_to_string(place.join("fit.json")).unwrap()).unwrap();
    assert_eq!(document["outside"], serde_json::json!(["sagittal"]));
}

/// No size of the ladder reaches these: never good, however well what is worn touches.
#[test]
fn a_head_that_fits_no_size_is_not_ready() {
    let inputs = folder("fit-no-size-inputs");
    let close = file(&inputs, "close.toml", "hair_resistance = 0.01\n");
    for (index, [around, along, across]) in
        [["561", "400", "400"], ["520", "300", "310"]].into_iter().enumerate()
    {
        let plan = SHORT_PLAN
            .replace("561", around)
            .replace("sagittal_mm = 345", &format!("sagittal_mm = {along}"))
            .replace("coronal_mm = 350", &format!("coronal_mm = {across}"));
        let plan = file(&inputs, &format!("{index}.toml"), plan);
        let (done, place) = fitted("fit-no-size", &["--plan", &plan, "--patient", &close]);
        assert!(
            done.refused(1).contains("resize: the head leaves the liner's stretch"),
            "{done:?}"
        );
        assert!(done.out.contains("sizes that do not fit"), "{done:?}");
        let bytes = fs::read(place.join("cap-calibration.bin")).unwrap();
        let record = CapCalibration::from_bytes(bytes.as_slice().try_into().unwrap()).unwrap();
        assert_eq!(record.verdict, coldcap_calibration::contact::Verdict::Resize);
    }
}

/// What the device would refuse is refused before anything is written.
#[test]
fn measures_that_the_device_would_refuse_leave_nothing() {
    let inputs = folder("fit-arc-inputs");
    let plan = SHORT_PLAN.replace("561", "520").replace("sagittal_mm = 345", "sagittal_mm = 420");
    let (plan, out) = (file(&inputs, "arc.toml", plan), inputs.join("out"));
    let done = coldcap(&["fit-cap", "--plan", &plan, "--out", &text(&out)]);
    assert!(done.refused(2).ends_with("head.sagittal_mm: 420: allowed 280 to 390"), "{done:?}");
    assert!(!out.exists());
}

/// The device refuses such hair, and there is no visit: said before anything is written.
#[test]
fn hair_that_the_device_would_refuse_leaves_nothing() {
    let inputs = folder("fit-gone-inputs");
    let plan = SHORT_PLAN.replace("density = \"full\"", "density = \"nearly_gone\"");
    let (plan, out) = (file(&inputs, "gone.toml", plan), inputs.join("out"));
    let done = coldcap(&["fit-cap", "--plan", &plan, "--out", &text(&out)]);
    assert!(
        done.refused(2).contains("hair.density: \"nearly_gone\": allowed \"full\""),
        "{done:?}"
    );
    assert!(!out.exists());
}

/// A cap that touches half a head: too little heat is doubtful, and faces that tell of twice as much are worse than that.
#[test]
fn heats_that_do_not_agree_are_refused_though_the_whole_is_doubtful() {
    let inputs = folder("fit-heats-inputs");
    let half = file(&inputs, "half.toml", "covered_area_m2 = 0.04\nhair_resistance = 0.05\n");
    let (done, _) = fitted("fit-heats", &["--patient", &half]);
    assert!(done.out.contains("they do not agree"), "{done:?}");
    assert!(done.refused(1).contains("verdict: refuse"), "{done:?}");
}

/// The likeliest size does not reach, and another one does: that one is named, and not called missing.
#[test]
fn a_head_that_another_size_fits_is_told_which() {
    let inputs = folder("fit-other-size-inputs");
    let plan = SHORT_PLAN
        .replace("561", "540")
        .replace("sagittal_mm = 345", "sagittal_mm = 314")
        .replace("coronal_mm = 350", "coronal_mm = 336");
    let plan = file(&inputs, "plan.toml", plan);
    let (done, place) = fitted("fit-other-size", &["--plan", &plan]);
    assert!(done.refused(1).contains("and not that of size extra small"), "{done:?}");
    let document: Value =
        serde_json::from_str(&fs::read_to_string(place.join("fit.json")).unwrap()).unwrap();
    assert_eq!(document["fits_no_size"], false, "{document}");
}

/// Why a zone is not ready is said where its figure and the limit do not say it.
#[test]
fn a_zone_says_why_it_is_found_so() {
    let inputs = folder("fit-why-inputs");
    let uneven = file(&inputs, "uneven.toml", "hair_resistance = 0.0303\nhair_asymmetry = 0.5\n");
    let (done, place) = fitted("fit-why", &["--patient", &uneven, "--seed", "3"]);
    let told: Value =
        serde_json::from_str(&fs::read_to_string(place.join("fit.json")).unwrap()).unwrap();
    assert_eq!(told["zones"][1]["reason"], "beside the other zone", "{told}");
    assert!(done.out.contains("beside the other zone"), "{done:?}");
    let (standard, _) = fitted("fit-why-standard", &[]);
    assert!(standard.out.contains("unless the head is feverish or flushed"), "{standard:?}");
    assert!(standard.out.contains("the room's part taken away"), "{standard:?}");
    assert!(standard.out.contains("good: every zone that is observed touches, unless the head"));
}

#[test]
fn what_is_wrong_is_one_line() {
    let inputs = folder("fit-wrong");
    let bald = file(&inputs, "bald.toml", "hair_resistance = 0");
    let line = "hair_resistance: 0: allowed 0.003 to 0.3";
    assert!(coldcap(&["fit-cap", "--patient", &bald]).refused(2).ends_with(line));
    let tall = file(&inputs, "tall.toml", SHORT_PLAN.replace("561", "700"));
    assert!(coldcap(&["fit-cap", "--plan", &tall]).refused(2).contains("700: allowed"));
    assert!(coldcap(&["fit-cap", "--patient", "nobody.toml"]).refused(2).contains("nobody.toml"));
    assert!(coldcap(&["fit-cap", "--seed", "much"]).refused(2).contains("much"));
    let taken = file(&inputs, "taken", "");
    let refused = coldcap(&["fit-cap", "--out", &taken]);
    assert!(refused.refused(3).contains("--out"), "{refused:?}");
}

/// All files or none: a place that is taken by something else is said before the visit, and nothing stays.
#[test]
fn nothing_is_half_written() {
    let out = folder("fit-half");
    let place = out.join("fit-cap");
    fs::create_dir_all(place.join("visit.ccap")).unwrap();
    let done = coldcap(&["fit-cap", "--out", &text(&out)]);
    assert!(done.refused(2).contains("visit.ccap: is not a regular file"), "{done:?}");
    assert_eq!(names_in(&place), ["visit.ccap"]);
    // And what is written beside is gone when it is done.
    fs::remove_dir(place.join("visit.ccap")).unwrap();
    let (_, place) = fitted("fit-half", &[]);
    let names = ["cap-calibration.bin", "cap-fit.svg", "fit.json", "visit.ccap"];
    assert_eq!(names_in(&place), names, "nothing but the files");
}
