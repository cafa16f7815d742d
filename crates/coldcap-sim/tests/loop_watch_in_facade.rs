//! The watch over a channel's loop, as the whole machine sees it.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;

use coldcap::{Action, ChannelFlags, Inputs, Phase};
use coldcap_guard::Condition;
use coldcap_session::{Refusal, Request};
use coldcap_sim::{FaultSchedule, PatientParameters};
use coldcap_units::{Duration, Duty, Fault, Pulses, Ratio, Reading};
use facade::{BOTH, Facade};

const IMPLAUSIBLE: Condition = Condition::LoopImplausible;
const STUCK: Condition = Condition::ValveStuck;

/// Ten minutes into a treatment.
fn cooling(target: coldcap_session::Target) -> Facade {
    let mut facade = Facade::cooling(PatientParameters::standard(), 1, target);
    facade.run(600);
    assert!(!facade.has_alarm(IMPLAUSIBLE));
    facade
}

/// One second in which the valve stands where it stands, whatever it is told.
fn second_with_a_jammed_valve(facade: &mut Facade, position: Duty) {
    for _ in 0..10 {
        facade.drives.channels[0].valve = position;
        facade.tick();
    }
}

fn is_still(facade: &Facade) -> bool {
    let drives = facade.drives.channels[0];
    drives.pump.is_off() && drives.valve.is_off()
}

/// What must follow: stillness, and no way back by acknowledging.
fn assert_stops_for_good(facade: &mut Facade, condition: Condition) {
    assert!(is_still(facade));
    let before = facade.truth().supply_c;
    for _ in 0..60 {
        facade.run(1);
        assert!(is_still(facade) && facade.signals(condition));
    }
    assert!(facade.truth().supply_c > before - 0.1, "coldness goes on flowing");
    assert!(facade.has_alarm(condition));
    facade.tick_with(&[Action::AcknowledgeAlarms], |_| {});
    facade.run(5);
    assert!(facade.signals(condition) && is_still(facade));
}

/// Two steps of a clinician, and of whoever resumes.
fn assert_a_clinician_may_reset(facade: &mut Facade) {
    for confirm in [false, true] {
        facade.ask(Request::ClinicianReset { confirm }).unwrap();
    }
    for confirm in [false, true] {
        facade.ask(Request::Resume { reason: 1, confirm }).unwrap();
    }
    facade.run(60);
    assert!(!facade.signals(IMPLAUSIBLE) && !is_still(facade));
}

#[test]
fn a_valve_that_jams_open_stops_the_channel() {
    for target in BOTH {
        let mut facade = cooling(target);
        let found = (1..=120).find(|_| {
            second_with_a_jammed_valve(&mut facade, Duty::FULL);
            facade.signals(STUCK)
        });
        println!("{target:?}: found after {found:?} s");
        assert!(found.is_some_and(|seconds| seconds <= 30), "{target:?}: {found:?}");
        assert_stops_for_good(&mut facade, STUCK);
        assert!(!facade.drives.permit);
        let refused = facade.ask(Request::ClinicianReset { confirm: false });
        assert_eq!(refused, Err(Refusal::ServiceDue));
    }
}

/// A valve that jams open while its read-back repeats what it was told: too cold is never called too warm,
/// and it stops.
#[test]
fn a_valve_that_jams_open_and_lies_is_stopped_and_never_called_too_warm() {
    for target in BOTH {
        for permille in [300, 610, 1_000] {
            let mut facade = cooling(target);
            let position = Duty::from_permille(permille);
            let stopped = (1..=300).find(|_| {
                for _ in 0..10 {
                    let told = facade.drives.channels[0].valve;
                    facade.drives.channels[0].valve = position;
                    facade.tick_with(&[], |inputs| {
                        let taken = inputs.channels[0].valve.taken;
                        inputs.channels[0].valve = Reading::new(told, taken);
                    });
                    assert!(!facade.signals(Condition::TooWarm), "{target:?} {permille}");
                }
                facade.drives.channels[0].pump.is_off()
            });
            let cause = facade.signals(Condition::Freeze);
            println!(
                "{target:?}, {permille} ‰: stopped after {stopped:?} s, by the guard: {cause}"
            );
            assert!(stopped.is_some_and(|seconds| seconds <= 180), "{target:?} {permille}");
        }
    }
}

/// The valve is healthy, its position is lost: that is said, and the patient is not warmed for it.
#[test]
fn a_position_that_is_lost_warms_nobody() {
    for target in BOTH {
        let mut facade = cooling(target);
        let mut largest = 0.0_f64;
        for tick in 0..6_000 {
            facade.tick_with(&[], |inputs| {
                let taken = inputs.channels[0].valve.taken;
                inputs.channels[0].valve = Reading::faulty(Fault::Open, taken);
            });
            let asked = f64::from(facade.channel.effective.unwrap().to_milli()) / 1_000.0;
            largest = largest.max((facade.truth().supply_c - asked).abs());
            assert!(tick < 30 || facade.signals(Condition::ValveUnseen));
        }
        println!("{target:?}: {largest:.3} K off at most");
        assert!(largest < 0.2, "{target:?}: {largest}");
    }
}

/// What does too little is said, and cooling is not taken away for it: not even when the coolant drifts
/// past the 10 °C below which something must be driving, the return before the supply.
#[test]
fn a_valve_that_jams_closed_is_too_warm_and_stops_nothing() {
    for target in BOTH {
        let mut facade = cooling(target);
        let found = (1..=1_200).filter(|_| {
            second_with_a_jammed_valve(&mut facade, Duty::OFF);
            assert!(!facade.signals(IMPLAUSIBLE) && !facade.drives.channels[0].pump.is_off());
            facade.signals(Condition::TooWarm)
        });
        let found = found.collect::<Vec<_>>();
        println!("{target:?}: too warm after {:?} s", found.first());
        assert!(found.first().is_some_and(|seconds| *seconds <= 180), "{target:?}");
        assert!(facade.truth().supply_c > 15.0);
        assert!(facade.channel.flags.has(ChannelFlags::FLOWING));
    }
}

/// Second after second of a supply sensor that freezes, until the channel signals `condition`.
fn freeze_until(facade: &mut Facade, condition: Condition, flicker: u32) -> Option<u32> {
    let from = facade.now.as_millis() / 1_000;
    let until = from + 300;
    facade.faults = FaultSchedule::parse(&format!("supply-stuck@{from}..{until}")).unwrap();
    let found = (1..=300).find(|_| {
        for tick in 0..10 {
            facade.tick_with(&[], |inputs| {
                let supply = &mut inputs.channels[0].supply;
                *supply = supply.map(|code| Ratio(code.0 + flicker * (tick % 2)));
            });
        }
        facade.signals(condition)
    });
    facade.faults = FaultSchedule::none();
    found
}

#[test]
fn a_supply_sensor_that_freezes_stops_the_channel() {
    for target in BOTH {
        // The same code for a minute: the guard is the first.
        let mut facade = cooling(target);
        assert_eq!(freeze_until(&mut facade, Condition::SupplySensor, 0), Some(60));
        assert!(is_still(&facade) && !facade.has_alarm(IMPLAUSIBLE));
        // Its last bit flickers: the loop's watch finds it.
        let mut facade = cooling(target);
        let found = freeze_until(&mut facade, IMPLAUSIBLE, 1);
        println!("{target:?}: found after {found:?} s");
        assert!(found.is_some_and(|seconds| seconds <= 121), "{target:?}: {found:?}");
        assert_stops_for_good(&mut facade, IMPLAUSIBLE);
        assert_a_clinician_may_reset(&mut facade);
    }
}

/// The meter misses a window every twenty seconds: everything is judged all the same, and nothing is found.
#[test]
fn a_flow_that_dips_trips_nothing_in_a_whole_treatment() {
    let dip = |inputs: &mut Inputs<1>| {
        let none = Pulses { edges: 0, window: Duration::from_secs(1) };
        let taken = inputs.channels[0].flow.taken;
        inputs.channels[0].flow = Reading::new(none, taken);
    };
    for target in BOTH {
        let mut facade = Facade::cooling(PatientParameters::standard(), 1, target);
        let mut warned = 0;
        for tick in 0..36_000_u32 {
            if tick == 18_000 {
                facade.walk();
            } else if tick == 21_000 {
                facade.come_back();
            }
            facade.tick_with(&[], |inputs| {
                if tick % 200 < 10 {
                    dip(inputs)
                }
            });
            warned += u32::from(facade.channel.flags.has(ChannelFlags::LOOP_WARNED));
            assert!(!facade.signals(IMPLAUSIBLE), "{target:?} {tick}");
            assert!(!facade.signals(Condition::TooWarm), "{target:?} {tick}");
        }
        println!("{target:?}: {} min with a warning", warned / 600);
        assert!(facade.channel.phase != Phase::SafeHold);
    }
}
