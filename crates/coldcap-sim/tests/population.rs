//! A slice of the population: what ten thousand must keep, a few must keep.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap_session::Target;
use coldcap_sim::PatientParameters;
use coldcap_sim::bedside::{Course, Setup};
use coldcap_sim::exposure::Agent;
use coldcap_sim::patient::Population;
use coldcap_sim::population::{Study, Summary};
use coldcap_units::Interface;

fn study(course: Course, patients: u64) -> Study {
    let setup = Setup { course, ..Setup::standard(PatientParameters::standard()) };
    Study { population: Population::standard(), setup, first_seed: 0, patients, agent: None }
}

#[test]
fn visits_keep_their_bars_in_both_modes() {
    let cap = Course::standard().holding(Target::Cap(Interface::from_milli(4_000)));
    for course in [Course::standard(), cap] {
        let visits = study(course, 12).run(|_| ()).unwrap();
        let summary = Summary::of(&visits);
        assert_eq!((summary.unsafe_visits, summary.beyond_band, summary.nuisance_trips), (0, 0, 0));
        assert!(visits.iter().all(|visit| visit.ending.is_some()));
        assert!(
            visits.iter().all(|visit| visit.first_fall_k_min < 3.0 && visit.later_fall_k_min < 3.0)
        );
    }
}

#[test]
fn a_study_is_the_same_again() {
    let study = study(Course::standard(), 3);
    assert_eq!(study.run(|_| ()).unwrap(), study.run(|_| ()).unwrap());
}

/// Somebody leans on the hose for ten seconds: coolant answers, and the figures of undisturbed minutes stay as they were.
#[test]
fn a_disturbance_is_answered_and_counts_for_nothing_else() {
    let calm = study(Course::standard(), 2);
    let disturbed = |fault: &str| {
        let mut study = calm.clone();
        study.setup.faults.push(fault.parse().unwrap());
        study.run(|_| ()).unwrap()
    };
    let visits = disturbed("partial-kink@3600..3610");
    for (visit, before) in visits.iter().zip(calm.run(|_| ()).unwrap()) {
        let response = visit.response.unwrap();
        assert!(response.deviation_k > before.tracking.worst_k, "{response:?}");
        assert!(response.deviation_k < 1.0 && response.recovery_s < 120.0, "{response:?}");
        assert!(visit.tracking.worst_k <= 0.1 && before.response.is_none(), "{visit:?}");
        assert_eq!((visit.alarms, visit.trips), (before.alarms, before.trips));
    }
    // What stops the coolant has no answer of the loop.
    assert!(disturbed("kink@3600..3700").iter().all(|visit| visit.response.is_none()));
}

#[test]
fn exposure_is_less_than_that_of_a_warm_scalp() {
    let mut study = study(Course::standard(), 2);
    assert!(study.run(|_| ()).unwrap().iter().all(|visit| visit.exposure.is_none()));
    study.agent = Some(Agent::Docetaxel);
    for visit in study.run(|_| ()).unwrap() {
        let index = visit.exposure.unwrap();
        assert!(index.low < index.central && index.central < index.high, "{index:?}");
        assert!(index.low > 0.02 && index.high < 0.4 && index.covered > 0.7, "{index:?}");
    }
}
