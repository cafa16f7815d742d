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

#[test]
fn what_cannot_be_run_is_refused_in_one_line() {
    let none = coldcap(&["population", "--patients", "0"]);
    assert_eq!(none.refused(2), "--patients: 0: allowed is 1 to 1000000");
    let plan = include_str!("../../../examples/plans/fit-visit.toml");
    let plan = file(&folder("population-fit"), "plan.toml", plan);
    let fit = coldcap(&["population", "--plan", &plan]);
    assert_eq!(fit.refused(2), "--plan: fit_only: allowed is a plan with a treatment");
}
