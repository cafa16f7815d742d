//! What a loss of power must not take from the alarms, what counts as cooled, and whose cap it is.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::Bench;
use bench::dark::{cut, shows};
use coldcap::{Inputs, Phase};
use coldcap_guard::Condition;
use coldcap_guard::alarm::Priority;
use coldcap_session::Request;
use coldcap_units::Duration;

fn waits(bench: &mut Bench<1>) -> (bool, Priority) {
    let outputs = bench.tick();
    (outputs.machine.alarms.contains(Condition::Waiting), outputs.machine.highest)
}

/// A drug runs, the cap is not cooled, and nobody comes: a second loss of power does not end the alarm that says so.
// req: PWR-003
#[test]
fn a_second_loss_of_power_takes_no_alarm_that_somebody_must_come() {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    cut(&mut bench, Duration::from_mins(5));
    bench.run(11 * 60);
    assert_eq!((bench.phase(), waits(&mut bench).0), (Phase::Recovery, true));
    cut(&mut bench, Duration::from_secs(20));
    bench.run(60 * 60);
    assert_eq!(bench.phase(), Phase::Recovery);
    assert_eq!(waits(&mut bench), (true, Priority::Medium), "an hour later");
}

/// A break over its budget is an alarm of medium priority; a blink of the power makes it no less.
// req: PWR-003
#[test]
fn a_loss_of_power_makes_no_break_over_its_budget_less_urgent() {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    bench.ask(Request::Stop).unwrap();
    bench.run(16 * 60);
    assert_eq!(bench.tick().machine.highest, Priority::Medium);
    cut(&mut bench, Duration::from_secs(5));
    bench.run(60);
    assert_eq!(bench.tick().machine.highest, Priority::Medium);
}

/// "Time with cold coolant flowing", says the wire format; "the part in which coolant really cooled", the state.
// req: SES-024
#[test]
fn coolant_at_eighteen_degrees_is_not_counted_as_cooling() {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    let spoil = shows(&bench, [18_000, 19_000, 20_000, 20_000, 20_000].map(Some));
    let before = bench.tick().channels[0].cooled;
    for _ in 0..20 * 600 {
        bench.tick_with(&spoil);
    }
    let outputs = bench.tick_with(&spoil);
    assert_eq!(outputs.channels[0].phase, Phase::Infusing);
    assert!(outputs.machine.alarms.contains(Condition::TooWarm));
    let counted = outputs.channels[0].cooled.minus(before);
    assert!(counted < Duration::from_mins(12), "{} of 20 minutes at 18 °C", counted.as_mins());
}

/// Another cap on the line after a break: somebody is told, or asked.
// req: CHN-007
#[test]
fn another_cap_behind_a_break_is_noticed() {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    bench.ask(Request::Stop).unwrap();
    for _ in 0..300 {
        bench.tick_with(|inputs| inputs.channels[0].cap.coupled.value = Ok(false));
    }
    let other = |inputs: &mut Inputs<1>| inputs.channels[0].cap.identity.value = Ok(8);
    let mut alarms = coldcap_guard::Conditions::EMPTY;
    let mut events = 0;
    let ask = |bench: &mut Bench<1>, request| {
        let command = bench.command(0, coldcap::Action::Request(request));
        let mut input = bench.next_input();
        other(&mut input.inputs);
        input.commands.list.push(command);
        bench.feed(&input).answers.as_slice()[0].result
    };
    for _ in 0..100 {
        let outputs = bench.tick_with(other);
        alarms = outputs.machine.alarms;
        events += outputs.events.as_slice().len();
    }
    let answers =
        [false, true].map(|confirm| ask(&mut bench, Request::Resume { reason: 1, confirm }));
    for _ in 0..600 {
        let outputs = bench.tick_with(other);
        alarms = alarms.union(outputs.machine.alarms);
    }
    assert!(
        answers.iter().any(Result::is_err) || !alarms.is_empty(),
        "resumed with another cap: {answers:?}, {alarms:?}, {events} events before"
    );
}

/// Stopping is one action. A number of a channel that is not there makes it no less.
// req: SES-001
#[test]
fn a_stop_for_a_channel_that_is_not_there_is_no_refusal() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::Infusing);
    bench.run(30);
    let command = bench.command(1, coldcap::Action::Request(Request::Stop));
    let mut input = bench.next_input();
    input.commands.list.push(command);
    let answer = bench.feed(&input).answers.as_slice()[0].result;
    assert!(answer.is_ok(), "{answer:?}, and the phase is {}", bench.phase());
}
