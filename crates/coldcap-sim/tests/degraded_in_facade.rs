//! A treatment in cap mode that goes on with one control sensor: the other one tells when the target is reached.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod facade;

use coldcap::{Inputs, Phase};
use coldcap_sim::PatientParameters;
use coldcap_units::{Fault, Reading};
use facade::{CAP, Facade};

fn front_open(inputs: &mut Inputs<1>) {
    let front = &mut inputs.channels[0].front;
    *front = Reading::faulty(Fault::Open, front.taken);
}

/// Without it pre-cooling would never be done, and a break never come to its end.
#[test]
fn pre_cooling_comes_to_its_end_with_the_sensor_that_is_left() {
    let mut facade = Facade::cooling(PatientParameters::standard(), 5, CAP);
    facade.until(Phase::PreCool);
    facade.run(60);
    let reached = (0..60 * 600).find(|_| {
        facade.tick_with(&[], front_open);
        facade.channel.phase != Phase::PreCool
    });
    println!("after {:?} ticks {}", reached, facade.channel.phase);
    assert_eq!(facade.channel.phase, Phase::Ready);
}
