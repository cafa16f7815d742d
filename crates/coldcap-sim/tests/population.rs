//! A slice of the population: what ten thousand must keep, a few must keep.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap_session::Target;
use coldcap_sim::PatientParameters;
use coldcap_sim::bedside::{Course, Setup};
use coldcap_sim::patient::Population;
use coldcap_sim::population::{Study, Summary};
use coldcap_units::Interface;

fn study(course: Course, patients: u64) -> Study {
    let setup = Setup { course, ..Setup::standard(PatientParameters::standard()) };
    Study { population: Population::standard(), setup, first_seed: 0, patients }
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
