//! The fit visit's match of sensors waits for a loop that rests, and is not made where it does not.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;

use coldcap::{Config, EventKind, Phase};
use coldcap_calibration::isothermal::Rest;
use coldcap_session::{Flag, Request};
use coldcap_sim::{CapPlacement, MachineParameters, PatientParameters};
use facade::{Facade, HEAD, PATIENT};

/// A head is measured beside an open cap, and the sensors are compared.
fn measure(facade: &mut Facade) {
    facade.place(CapPlacement::Coupled);
    facade.tick();
    facade.ask(Request::Measure(HEAD)).unwrap();
}

fn begin(facade: &mut Facade) {
    facade.until(Phase::Standby);
    facade.ask(Request::StartFit).unwrap();
    facade.ask(Request::select(PATIENT)).unwrap();
    measure(facade);
}

/// The seconds until the sensors are matched: as long as they are not, a cap on the head begins no test.
fn matched_after(facade: &mut Facade) -> Option<u32> {
    let begin = facade.now;
    facade.ask(Request::Worn(true)).unwrap();
    while facade.channel.phase == Phase::FitCalibrate {
        facade.tick();
    }
    let passed = facade.now.since(begin).as_secs();
    (facade.channel.phase == Phase::FitVerify).then_some(passed)
}

#[test]
fn a_loop_at_the_rooms_temperature_is_matched_in_the_first_window() {
    for (seed, ambient_c) in (1..=12).zip([16.0, 20.0, 22.0, 24.0, 28.0, 32.0].into_iter().cycle())
    {
        let mut machine = MachineParameters::standard();
        machine.ambient_c = ambient_c;
        let mut facade =
            Facade::on(machine, Config::reference(), PatientParameters::standard(), seed);
        begin(&mut facade);
        let passed = matched_after(&mut facade);
        println!("{ambient_c} °C: {passed:?} s");
        assert!(passed.is_some_and(|seconds| (50..=53).contains(&seconds)), "{passed:?}");
    }
}

/// A machine with this limit after one visit, and ten seconds later before the match of another; and the first
/// visit's offsets in mK.
fn second_visit(rest: Rest) -> (Facade, [i16; 4]) {
    let mut config = Config::reference();
    config.circulation.isothermal_rest = rest;
    let mut facade = Facade::with(config, PatientParameters::standard(), 3);
    facade.fit_visit_after(10);
    let first = facade.offsets.unwrap();
    facade.place(CapPlacement::Off);
    facade.ask(Request::Close).unwrap();
    facade.run(10);
    begin(&mut facade);
    facade.events.clear();
    (facade, first)
}

/// Both visits' offsets in mK where the second is tried until sensors are matched, and how often it was tried.
fn twice(rest: Rest) -> ([i16; 4], [i16; 4], u32, Facade) {
    let (mut facade, first) = second_visit(rest);
    let mut attempts = 1;
    while matched_after(&mut facade).is_none() {
        facade.run(10);
        measure(&mut facade);
        attempts += 1;
    }
    facade.accept_fit();
    (first, facade.offsets.unwrap(), attempts, facade)
}

fn largest_difference([first, second]: [[i16; 4]; 2]) -> i16 {
    first.iter().zip(second).map(|(first, second)| (first - second).abs()).max().unwrap()
}

/// The cap is still cold of the first visit: while it warms and the coolant in the hoses cools they pass each
/// other, and agree for a while as if their sensors were off by what they really are apart.
#[test]
fn a_hasty_second_visit_waits_and_is_not_made_before_the_loop_rests() {
    let (first, hasty, attempts, _) = twice(Rest::UNCHECKED);
    println!("no limit: {first:?}, then {hasty:?} at attempt {attempts}");
    assert!(largest_difference([first, hasty]) > 150);

    let (first, second, attempts, facade) = twice(Rest::REFERENCE);
    println!("5 mK/s: {first:?}, then {second:?} at attempt {attempts}");
    assert!(largest_difference([first, second]) < 46);

    // What the operator is told: it waits, and why; then that it was not made; then another attempt.
    let told = |kind| facade.events.iter().filter(move |event| event.kind == kind);
    let waits: Vec<i32> = told(EventKind::MatchWaits).map(|event| event.value).collect();
    println!("waits, µK/s: {waits:?}");
    assert!(waits.len() > 19 && waits.iter().all(|rate| rate.unsigned_abs() > 5_000));
    let failed: Vec<(u16, i32)> =
        told(EventKind::FitFailed).map(|event| (event.code, event.value)).collect();
    println!("not made: {failed:?}");
    let failed: Vec<_> = failed.into_iter().filter(|(code, _)| *code != 2).collect();
    assert_eq!(failed.len() as u32, attempts - 1);
    assert!(failed.iter().all(|(code, rate)| *code == 3 && rate.unsigned_abs() > 5_000));
    assert!(facade.has_flag(Flag::FitTimedOut) && !facade.has_flag(Flag::SensorsDiffer));
}

/// Who stops a visit that waits for the loop has stopped it: that it never came to rest is not what ended it.
#[test]
fn a_visit_that_is_stopped_while_it_waits_says_nothing_of_rest() {
    let (mut facade, _) = second_visit(Rest::REFERENCE);
    facade.ask(Request::Worn(true)).unwrap();
    let waited = (0..400).any(|_| {
        facade.run(1);
        facade.events.iter().any(|event| event.kind == EventKind::MatchWaits)
    });
    assert!(waited);
    facade.ask(Request::Stop).unwrap();
    facade.run(2);
    let failed = facade.events.iter().filter(|event| event.kind == EventKind::FitFailed);
    assert_eq!(failed.filter(|event| event.code == 3).count(), 0);
}
