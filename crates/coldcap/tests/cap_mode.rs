//! Cap mode as long as no cascade serves it: nothing runs, and nothing is counted as cooled.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::{Bench, PATIENT, PLAN};
use coldcap::{ControlMode, Phase};
use coldcap_session::{PlanRequest, Request, Target};
use coldcap_units::{Coolant, Interface};

const CAP_MODE: PlanRequest =
    PlanRequest { target: Target::Cap(Interface::from_milli(4_000)), ..PLAN };

#[test]
fn an_unserved_interface_stops_the_channel_and_counts_nothing() {
    let mut bench: Bench<1> = Bench::new();
    bench.until(Phase::Standby);
    bench.ask(Request::SelectPatient(PATIENT)).unwrap();
    bench.ask(Request::ChoosePlan(CAP_MODE)).unwrap();
    bench.tick();
    bench.ask(Request::Start).unwrap();
    bench.ask(Request::Worn(true)).unwrap();
    bench.until(Phase::PreCool);
    bench.run(2);
    for _ in 0..300 {
        let outputs = bench.tick();
        let drives = outputs.drives.channels[0];
        assert!(drives.pump.is_off() && drives.valve.is_off());
        assert_eq!(outputs.channels[0].effective.map(Coolant::to_milli), None);
    }
    let status = bench.tick().channels[0];
    assert!(status.cooled.as_millis() < 1_000);
    let interface = Some(Interface::from_milli(4_000));
    assert_eq!((status.control, status.interface_target), (ControlMode::Cap, interface));
    assert_eq!((status.target, status.interface_effective), (None, None));
    assert_eq!(bench.phase(), Phase::PreCool);
}
