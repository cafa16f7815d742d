//! The explorations of the guard from raw codes, of the display, and of what control reads.

use coldcap_explore::{conversion, guarding, hunt, screen};

#[test]
fn the_guard_keeps_its_rules_and_each_of_them_speaks() {
    let report = guarding::run().expect("nothing is broken");
    println!("{} states, {} steps", report.states, report.transitions);
    assert!(report.counted.iter().all(|(_, _, count)| *count > 0), "{:?}", report.counted);
}

#[test]
fn a_display_that_stands_still_is_found() {
    let report = screen::run().expect("nothing is broken");
    assert!(report.counts.iter().all(|count| *count > 20), "{report:?}");
}

#[test]
fn control_reads_what_the_equation_says_and_the_guard_goes_by_it() {
    assert!(conversion::run(false).expect("the table") > 1_000);
    assert!(conversion::run(true).expect("the limits") > 1_000);
}

#[test]
fn a_search_is_known_by_its_name_alone() {
    assert!(matches!(hunt::run("arbiter"), Ok(hunt::Hunted::Nothing { judged }) if judged > 0));
    for unknown in ["", "alarms", "alarms:leak", "alarms:leak:beer", "step"] {
        assert!(hunt::run(unknown).is_err(), "{unknown}");
    }
    let listed = hunt::SEARCHES.map(|(name, _)| name);
    assert!(listed.contains(&"arbiter") && listed.contains(&"table"));
}
