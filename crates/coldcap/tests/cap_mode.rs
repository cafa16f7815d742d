//! Cap mode through the facade: the interface is held, counted, and eased.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::dark::begin;
use bench::{Bench, PLAN};
use coldcap::{ChannelFlags, ControlMode, Phase};
use coldcap_session::{PlanRequest, Request, Target};
use coldcap_units::{Coolant, Fault, Interface};

const CAP_MODE: PlanRequest =
    PlanRequest { target: Target::Cap(Interface::from_milli(4_000)), ..PLAN };

fn cooling() -> Bench<1> {
    let mut bench: Bench<1> = Bench::new();
    begin(&mut bench, CAP_MODE);
    bench.until(Phase::PreCool);
    bench
}

#[test]
fn the_interface_reaches_its_target_by_a_ramp_and_counts() {
    let mut bench = cooling();
    let first = bench.tick().channels[0];
    assert_eq!(first.control, ControlMode::Cap);
    assert_eq!(first.interface_target, Some(Interface::from_milli(4_000)));
    let start = first.interface_effective.unwrap().to_milli();
    assert!(start > 15_000, "{start}");
    bench.run(60);
    let minute = bench.tick().channels[0].interface_effective.unwrap().to_milli();
    assert!((start - minute - 3_000).abs() < 150, "{start} {minute}");
    bench.run(840);
    let held = bench.tick().channels[0];
    let front = held.front.value.unwrap().to_milli();
    assert!((front - 4_000).abs() < 400, "{front}");
    assert!(held.flags.has(ChannelFlags::AT_TARGET) && held.at_target.as_secs() > 10);
    // What is asked of the supply is the cascade's, and no colder than it may be.
    assert!(held.target.unwrap() >= Coolant::from_milli(-5_000));
}

#[test]
fn one_step_warmer_works_at_once() {
    let mut bench = cooling();
    bench.run(560);
    let before = bench.tick().channels[0].interface_effective.unwrap();
    bench.ask(Request::EaseOff).unwrap();
    let after = bench.tick().channels[0];
    assert_eq!(after.interface_target, Some(Interface::from_milli(5_000)));
    assert!(after.interface_effective.unwrap().to_milli() >= before.to_milli() + 900);
}

#[test]
fn without_the_control_sensors_the_supply_is_let_go_warm() {
    let mut bench = cooling();
    bench.run(560);
    let cold = bench.tick().channels[0].effective.unwrap();
    let mut last = cold;
    for _ in 0..30 {
        let outputs = bench.tick_with(|inputs| {
            let lost = coldcap_units::Reading::faulty(Fault::Open, inputs.channels[0].front.taken);
            (inputs.channels[0].front, inputs.channels[0].rear) = (lost, lost);
        });
        let Some(now) = outputs.channels[0].effective else { break };
        assert!(now >= last, "{now} {last}");
        last = now;
    }
    assert!(last > cold);
}
