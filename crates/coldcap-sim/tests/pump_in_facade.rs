//! The pump that is told to stand: it is seen to stand in the next tick, and where it is not, its power goes.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod facade;

use coldcap::{Config, Inputs, Phase};
use coldcap_guard::Condition;
use coldcap_guard::alarm::{Priority, Row};
use coldcap_session::{Refusal, Request};
use coldcap_sim::{FaultSchedule, PatientParameters};
use coldcap_units::{Fault, MilliAmps, Reading};
use facade::{COOLANT, Facade};

fn cooling() -> Facade {
    let mut facade = Facade::cooling(PatientParameters::standard(), 11, COOLANT);
    facade.run(60);
    facade
}

/// A tick, and what the pump drew in the time before it.
fn tick(facade: &mut Facade, spoil: impl FnOnce(&mut Inputs<1>)) -> MilliAmps {
    let mut seen = None;
    facade.tick_with(&[], |inputs: &mut Inputs<1>| {
        spoil(inputs);
        seen = inputs.channels[0].pump_current.value.ok();
    });
    seen.unwrap()
}

fn is_off(facade: &Facade) -> bool {
    facade.drives.channels[0].pump.is_off()
}

/// Ticks with this fault until the pump is told to stand; then what it draws in the tick behind that.
fn drawn_after(facade: &mut Facade, spoil: impl Fn(&mut Inputs<1>)) -> MilliAmps {
    for _ in 0..200 {
        let drawn = tick(facade, &spoil);
        if is_off(facade) {
            assert!(drawn > MilliAmps(600), "it ran until then");
            return tick(facade, &spoil);
        }
    }
    panic!("nothing stopped the pump")
}

// req: INT-006
#[test]
fn off_is_confirmed_by_the_pumps_current_in_the_tick_after_the_fault() {
    let least = Config::reference().limits.flow().minimum_pump_current;
    let there = cooling();
    let faults: [fn(&mut Inputs<1>); 4] = [
        |inputs| {
            let freezes = Config::reference().limits.raw().freeze_trip;
            inputs.channels[0].safety.value = Ok(freezes);
        },
        |inputs| inputs.channels[0].supply.value = Err(Fault::Open),
        |inputs| inputs.leak.value = Ok(true),
        |inputs| inputs.channels[0].cap.coupled.value = Ok(false),
    ];
    for (index, fault) in faults.into_iter().enumerate() {
        let drawn = drawn_after(&mut there.clone(), fault);
        println!("fault {index}: {} mA in the tick after", drawn.0);
        assert!(drawn < least, "fault {index}: {drawn:?}");
    }
    let mut stopped = there.clone();
    stopped.ask(Request::Stop).unwrap();
    assert!(is_off(&stopped) && tick(&mut stopped, |_| {}) < least);
}

// req: INT-023
#[test]
fn a_pump_that_does_not_stop_loses_its_power_within_its_delay() {
    let mut facade = cooling();
    facade.faults = FaultSchedule::parse("pump-stuck-on@0").unwrap();
    facade.run(30);
    assert!(facade.drives.permit && !facade.signals(Condition::PumpRunsOn), "it may run");
    facade.ask(Request::Stop).unwrap();
    assert!(is_off(&facade) && facade.drives.permit);
    let ticks = (1..).find(|_| {
        facade.tick();
        !facade.drives.permit
    });
    println!("power is cut after {} ticks", ticks.unwrap());
    assert_eq!(ticks, Some(11), "a second, from the first tick that saw it");
    assert!(facade.signals(Condition::PumpRunsOn) && facade.has_alarm(Condition::PumpRunsOn));
    assert_eq!(Row::of(Condition::PumpRunsOn).priority, Priority::High);
    facade.run(10);
    assert!(facade.truth().flow_l_min <= 0.0, "without power it stands");
    assert_eq!(facade.channel.phase, Phase::SafeHold);
    // Neither an operator nor a clinician gives the power back.
    facade.ask(Request::Resume { reason: 1, confirm: false }).unwrap_err();
    let clinician = facade.ask(Request::ClinicianReset { confirm: false });
    assert_eq!(clinician, Err(Refusal::ServiceDue));
    facade.run(600);
    assert!(!facade.drives.permit && facade.signals(Condition::PumpRunsOn));
}

#[test]
fn a_current_that_cannot_be_read_cuts_nobodys_power() {
    let mut facade = cooling();
    facade.ask(Request::Stop).unwrap();
    for _ in 0..300 {
        facade.tick_with(&[], |inputs: &mut Inputs<1>| {
            let line = &mut inputs.channels[0];
            line.pump_current = Reading::faulty(Fault::Bus, line.pump_current.taken);
            line.flow = Reading::faulty(Fault::Bus, line.flow.taken);
        });
    }
    assert!(facade.drives.permit && !facade.signals(Condition::PumpRunsOn));
}
