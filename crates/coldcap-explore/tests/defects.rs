//! The explorer finds what is planted, and by a short way.

use coldcap_explore::channel::defects::DEFECTS;
use coldcap_explore::channel::{scopes, words};
use coldcap_session::ControlMode;

/// What is planted is found by one of the properties that speak of it, within fifteen events.
#[test]
fn every_planted_defect_is_found_by_a_short_way() {
    let scope = scopes::of_defects(ControlMode::Coolant);
    for defect in DEFECTS {
        let found = scope.run(&defect.step).expect_err(defect.name);
        println!("{}: {} events, {}", defect.name, found.events.len(), found.broken);
        println!("{}", words::script(&found.events));
        assert!(defect.found_by.contains(&found.broken), "{}: {}", defect.name, found.broken);
        assert!(found.events.len() <= 15, "{}: {} events", defect.name, found.events.len());
    }
}

#[test]
fn without_a_defect_the_same_scope_is_clean() {
    let report = scopes::of_defects(ControlMode::Coolant).run(&coldcap::supervise::step);
    let report = report.expect("nothing is broken");
    assert!(report.closed && report.liveness.is_some());
}
