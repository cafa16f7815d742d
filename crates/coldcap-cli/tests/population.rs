//! Many heads on the command line.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use support::{coldcap, file, folder, names_in};

#[test]
fn a_population_is_told_drawn_and_the_same_again() {
    let out = folder("population");
    let parent = out.to_str().unwrap();
    let options = ["population", "--patients", "3", "--seed", "5", "--json", "--out", parent];
    let [first, again] = [coldcap(&options), coldcap(&options)];
    assert_eq!((first.status, first.error.as_str()), (Some(0), ""));
    assert_eq!(first.out, again.out);
    let document = first.json();
    assert_eq!((&document["origin"], &document["patients"]), (&"simulated".into(), &3.into()));
    assert_eq!(document["unsafe_sessions"], 0);
    let skin = &document["figures"]["skin when the first drug began"]["mean"];
    assert!((10.0..31.0).contains(&skin.as_f64().unwrap()), "{skin}");
    let drawn = out.join("population-paclitaxel-weekly");
    assert_eq!(names_in(&drawn), ["population.svg"]);
    let picture = std::fs::read_to_string(drawn.join("population.svg")).unwrap();
    assert!(picture.contains("SIMULATED: 3 heads"));
}

/// Two heads, with and without what can be asked for.
#[test]
fn disturbances_exposure_and_a_crown_are_shown_where_they_are_asked_for() {
    let out = folder("population-more");
    let played = |more: &[&str]| {
        let options = ["population", "--patients", "2", "--json", "--out", out.to_str().unwrap()];
        let run = coldcap(&[&options[..], more].concat());
        assert_eq!(run.status, Some(0), "{}", run.error);
        run.json()["figures"].clone()
    };
    let (disturbed, exposure) =
        ("coolant off its target, disturbed, worst", "relative follicle exposure");
    let calm = played(&["--disturb", "none"]);
    assert!(calm[disturbed].is_null() && calm[exposure].is_null());
    let asked = played(&["--exposure", "docetaxel", "--crown", "0.2,0.02"]);
    assert!(asked[disturbed]["mean"].as_f64().unwrap() > 0.0);
    assert!((0.01..1.0).contains(&asked[exposure]["mean"].as_f64().unwrap()));
    let skin = |figures: &serde_json::Value| {
        figures["skin after 45 minutes of cooling"]["mean"].as_f64().unwrap()
    };
    assert!(skin(&asked) > skin(&calm), "a crown with next to no flow stays warmer");
}

#[test]
fn what_cannot_be_run_is_refused_in_one_line() {
    let none = coldcap(&["population", "--patients", "0"]);
    assert_eq!(none.refused(2), "--patients: 0: allowed is 1 to 1000000");
    let refusals = [
        ("--disturb", "kink@5..3", "`5..3` does not end after it begins, or none"),
        ("--exposure", "taxol", "'taxol' is none: allowed is docetaxel, doxorubicin"),
        ("--crown", "0.2", "'0.2': allowed are two parts, as 0.2,0.1"),
    ];
    for (option, value, said) in refusals {
        let refused = coldcap(&["population", option, value]);
        assert_eq!(refused.refused(2), format!("{option}: {said}"));
    }
    let crown = coldcap(&["population", "--crown", "0.2,2"]);
    assert_eq!(crown.refused(2), "machine: cap.crown.flow_part is 2; allowed is 0.01 to 0.9");
    let plan = include_str!("../../../examples/plans/fit-visit.toml");
    let plan = file(&folder("population-fit"), "plan.toml", plan);
    let fit = coldcap(&["population", "--plan", &plan]);
    assert_eq!(fit.refused(2), "--plan: fit_only: allowed is a plan with a treatment");
}
