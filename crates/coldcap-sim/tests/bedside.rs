//! A visit without a link, from power-up to the closed report.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use coldcap::Phase::{
    self, Boot, CapOff, FitCheck, Infusing, Paused, PostCool, PreCool, Ready, Recool, Report,
    Setup as Preparing, Standby, Thaw,
};
use coldcap_session::Target;
use coldcap_sim::bedside::{Bedside, Break, Course, Ending, Setup};
use coldcap_sim::{FaultSchedule, PatientParameters};
use coldcap_units::{Duration, Interface};

/// Runs a visit; gives how it ended, and the phases with the seconds at which they began.
fn play(setup: &Setup, seed: u64) -> (Option<Ending>, Vec<(Phase, u64)>) {
    let mut bedside = Bedside::new(setup, seed).unwrap();
    let mut phases: Vec<(Phase, u64)> = Vec::new();
    for _ in 0..150_000 {
        bedside.tick();
        let phase = bedside.channel().phase;
        if phases.last().is_none_or(|(last, _)| *last != phase) {
            phases.push((phase, bedside.now().as_millis() / 1_000));
        }
        if bedside.operator().ending().is_some() {
            break;
        }
    }
    (bedside.operator().ending(), phases)
}

fn names(phases: &[(Phase, u64)]) -> Vec<Phase> {
    phases.iter().map(|(phase, _)| *phase).collect()
}

const PLAIN: [Phase; 11] =
    [Boot, Standby, Preparing, FitCheck, PreCool, Ready, Infusing, PostCool, Thaw, CapOff, Report];

#[test]
fn a_visit_goes_through_all_its_phases() {
    let (ending, phases) = play(&Setup::standard(PatientParameters::standard()), 1);
    assert_eq!(ending, Some(Ending::Completed));
    assert_eq!(names(&phases), [&PLAIN[..], &[Standby]].concat());
    let [.., (_, cooling), (_, ready), (_, infusing), (_, post), (_, thaw), _, _, _] = phases[..]
    else {
        panic!("{phases:?}")
    };
    assert_eq!(
        [ready - cooling, infusing - ready, post - infusing, thaw - post],
        [1_800, 60, 3_600, 1_800]
    );
}

#[test]
fn a_walk_is_taken_and_cooling_returns() {
    let mut setup = Setup::standard(PatientParameters::standard());
    setup
        .course
        .breaks
        .push(Break { after: Duration::from_mins(20), away: Duration::from_mins(6) });
    let (ending, phases) = play(&setup, 2);
    assert_eq!(ending, Some(Ending::Completed));
    let walk = [&PLAIN[..7], &[Paused, Recool, Infusing], &PLAIN[7..], &[Standby]].concat();
    assert_eq!(names(&phases), walk);
}

#[test]
fn cap_mode_goes_the_same_way() {
    let mut setup = Setup::standard(PatientParameters::standard());
    setup.course = Course::standard().holding(Target::Cap(Interface::from_milli(4_000)));
    let (ending, phases) = play(&setup, 3);
    assert_eq!(ending, Some(Ending::Completed));
    assert_eq!(names(&phases), [&PLAIN[..], &[Standby]].concat());
}

#[test]
fn a_kinked_hose_is_resumed_by_hand_until_it_is_straight() {
    let mut setup = Setup::standard(PatientParameters::standard());
    setup.faults = FaultSchedule::parse("kink@4000..4300").unwrap();
    let (ending, phases) = play(&setup, 4);
    let pauses = names(&phases).iter().filter(|phase| **phase == Paused).count();
    assert!((2..=5).contains(&pauses), "{phases:?}");
    assert_eq!(ending, Some(Ending::Completed));
}

#[test]
fn a_machine_that_leaks_is_given_up() {
    let mut setup = Setup::standard(PatientParameters::standard());
    setup.faults = FaultSchedule::parse("leak@4000").unwrap();
    let (ending, phases) = play(&setup, 5);
    assert!(matches!(ending, Some(Ending::SafeHold | Ending::EndedEarly)), "{ending:?} {phases:?}");
    assert!(names(&phases).contains(&Phase::SafeHold));
}

#[test]
fn power_that_fails_is_survived() {
    let setup = Setup::standard(PatientParameters::standard());
    let mut bedside = Bedside::new(&setup, 6).unwrap();
    while bedside.channel().phase != Infusing {
        bedside.tick();
    }
    bedside.cut_power(Duration::from_secs(20));
    for _ in 0..100_000 {
        bedside.tick();
        if bedside.operator().ending().is_some() {
            break;
        }
    }
    assert_eq!(bedside.operator().ending(), Some(Ending::Completed));
}
