//! Driving by hand before, between and behind sessions: no cap on a head is driven, no session starts into what a hand
//! moves, and no machine is driven that was not tested.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;

use bench::hand::{
    cut_power, driving, give, hand, millis, paused, pump, pumps, reported, service, standby, tick,
};
use bench::{Bench, HEAD, PATIENT, PLAN, is_still};
use coldcap::{Action, Actuator, Command, Inputs, Phase};
use coldcap_session::{Accepted, Fact, Refusal, Request};
use coldcap_units::{Duration, Duty, Fault, Pulses, Reading};

/// Service asks for pump and valve of a cap that is on a head, for ten seconds: in vain.
fn assert_in_vain(bench: &mut Bench<1>) {
    for _ in 0..100 {
        for actuator in [Actuator::Pump, Actuator::Valve] {
            let (outputs, answer) = give(bench, service(0, hand(actuator, Duty::FULL, 2_000)));
            assert!(answer.is_err() && is_still(&outputs, 0), "{answer:?}");
        }
    }
}

/// A cap that was marked as worn, in a visit or a session that was called off.
fn called_off() -> [Bench<1>; 2] {
    let mut visit: Bench<1> = Bench::new();
    visit.bring_to(Phase::FitVerify);
    let mut setup: Bench<1> = Bench::new();
    setup.bring_to(Phase::Setup);
    setup.ask(Request::Worn(true)).unwrap();
    [visit, setup].map(|mut bench| {
        bench.ask(Request::Cancel).unwrap();
        assert_eq!(bench.phase(), Phase::Standby);
        bench.run(6);
        bench
    })
}

// req: HND-002
#[test]
fn a_cap_that_was_worn_is_not_driven_until_it_is_known_to_be_off() {
    for mut bench in called_off() {
        assert_in_vain(&mut bench);
        // A switch that cannot be read says nothing.
        for _ in 0..30 {
            bench
                .tick_with(|inputs| inputs.channels[0].cap.coupled.value = Err(Fault::Unavailable));
        }
        bench.run(6);
        assert_in_vain(&mut bench);
        let mut told = bench.clone();
        told.tell(Fact::CapOff);
        told.run(3);
        let mut seen = bench;
        (0..10).for_each(|_| {
            seen.tick_with(|inputs| inputs.channels[0].cap.coupled.value = Ok(false));
        });
        seen.run(6);
        for mut bench in [told, seen] {
            let (outputs, answer) = give(&mut bench, service(0, pump(2_000)));
            assert_eq!((answer, pumps(&outputs)), (Ok(Accepted::Done), true));
        }
    }
}

// req: HND-002
#[test]
fn a_loss_of_power_does_not_take_the_cap_off() {
    let mut visit: Bench<1> = Bench::new();
    visit.bring_to(Phase::FitVerify);
    let [cancelled, _] = called_off();
    for mut bench in [visit, cancelled] {
        for _ in 0..2 {
            cut_power(&mut bench, Duration::from_secs(1));
            bench.until(Phase::Standby);
            bench.run(6);
            assert_in_vain(&mut bench);
        }
    }
}

// req: HND-002
#[test]
fn a_switch_that_flickers_frees_no_cap() {
    let mut bench: Bench<1> = paused();
    for confirm in [false, true] {
        bench.ask(Request::EndSession { reason: 1, confirm }).unwrap();
    }
    bench.until(Phase::CapOff);
    bench.tick_with(|inputs| inputs.channels[0].cap.coupled.value = Err(Fault::Unavailable));
    bench.run(3);
    assert_in_vain(&mut bench);
}

/// A visit that begins in one tick.
fn visit(bench: &mut Bench<1>) -> Vec<Command> {
    let begins = [Request::select(PATIENT), Request::StartFit, Request::Measure(HEAD)];
    begins.map(|request| bench.command(0, Action::Request(request))).into()
}

fn full(actuator: Actuator) -> Command {
    service(0, hand(actuator, Duty::FULL, 1_050))
}

// req: HND-006, SES-029
#[test]
fn a_visit_does_not_begin_in_the_tick_behind_a_hand() {
    let mut bench: Bench<1> = standby();
    bench.run(10);
    let (outputs, answer) = give(&mut bench, service(0, pump(2_000)));
    assert!(answer.is_ok() && pumps(&outputs));
    let wishes = visit(&mut bench);
    let outputs = tick(&mut bench, &wishes, |_| {});
    assert_eq!(outputs.answers.as_slice()[1].result, Err(Refusal::NotTested));
    assert!(is_still(&outputs, 0));
}

// req: HND-006, SES-029
#[test]
fn what_moved_while_nobody_looked_has_moved() {
    let mut bench: Bench<1> = standby();
    bench.run(10);
    for _ in 0..10 {
        let outputs = tick(&mut bench, &[full(Actuator::Pump), full(Actuator::Valve)], |_| {});
        assert!(pumps(&outputs));
        bench.now = bench.now.plus(millis(950));
    }
    let wishes = visit(&mut bench);
    tick(&mut bench, &wishes, |_| {});
    assert_ne!(bench.phase(), Phase::FitCalibrate);
}

// req: HND-006, SES-029
#[test]
fn a_treatment_waits_behind_a_late_tick_without_a_meter_too() {
    let blind = |inputs: &mut Inputs<1>| inputs.channels[0].flow = Reading::absent();
    let mut bench: Bench<1> = standby();
    (0..100).for_each(|_| drop(bench.tick_with(blind)));
    tick(&mut bench, &[full(Actuator::Pump), full(Actuator::Valve)], blind);
    bench.now = bench.now.plus(millis(950));
    bench.tick_with(blind);
    let mut waited = 0;
    for request in [Request::select(PATIENT), Request::ChoosePlan(PLAN), Request::Start] {
        loop {
            let command = bench.command(0, Action::Request(request));
            let outputs = tick(&mut bench, &[command], blind);
            if outputs.answers.as_slice()[0].result.is_ok() {
                break;
            }
            waited += 1;
            assert!(waited < 100);
        }
    }
    assert!(waited > 30, "{waited} ticks behind pump and valve");
}

// req: HND-006, SES-029
#[test]
fn no_visit_begins_behind_power_up_while_coolant_moves() {
    let mut bench: Bench<1> = driving();
    cut_power(&mut bench, Duration::from_millis(100));
    for _ in 0..300 {
        let wishes = visit(&mut bench);
        tick(&mut bench, &wishes, |inputs| {
            let moves = Pulses { edges: 167, window: Duration::from_secs(1) };
            inputs.channels[0].flow.value = Ok(moves);
        });
        assert_ne!(bench.phase(), Phase::FitCalibrate);
    }
}

// req: HND-002
#[test]
fn no_machine_is_driven_before_its_self_test_or_with_a_failed_one() {
    let mut bench: Bench<1> = reported();
    cut_power(&mut bench, Duration::from_secs(60));
    let mut untested = bench.clone();
    for _ in 0..49 {
        let (outputs, answer) = give(&mut untested, service(0, pump(2_000)));
        assert!(answer.is_err() && is_still(&outputs, 0));
    }
    let broken = |inputs: &mut Inputs<1>| {
        inputs.channels[0].returned.value = Err(Fault::Open);
        inputs.tank.coolant.value = Err(Fault::Open);
    };
    (0..1_200).for_each(|_| drop(bench.tick_with(broken)));
    let outputs = tick(&mut bench, &[service(0, pump(2_000))], broken);
    assert_eq!(outputs.answers.as_slice()[0].result, Err(Refusal::NotTested));
    assert!(is_still(&outputs, 0));
}
