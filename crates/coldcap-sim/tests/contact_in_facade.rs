//! Poor contact, as the whole machine sees it: it is said, and nothing is warmed for it.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;

use coldcap::{ControlMode, Phase};
use coldcap_guard::Condition;
use coldcap_session::{Flag, Request, Target};
use coldcap_sim::{CapPlacement, PatientParameters};
use coldcap_units::{Coolant, Fault, Interface, Reading};
use facade::{BOTH, CAP, COOLANT, Facade};

const DOUBTFUL: Condition = Condition::ContactDoubtful;

/// Hair and air of a closed fit, in m²K/W.
const NOMINAL: f64 = 0.0335;

/// The freeze floor of the cap loop, in thousandths of a degree.
const FLOOR: i32 = 1_500;

fn patient(hair_resistance: f64) -> PatientParameters {
    PatientParameters { hair_resistance, ..PatientParameters::standard() }
}

/// Seconds of cooling until contact is doubtful.
fn doubtful_after(facade: &mut Facade, limit_s: u32) -> Option<u32> {
    (1..=limit_s).find(|_| {
        facade.run(1);
        facade.signals(DOUBTFUL)
    })
}

/// What the supply is asked for, in thousandths of a degree; very much before the loop has begun.
fn asked(facade: &Facade) -> i32 {
    facade.channel.target.map_or(i32::MAX, Coolant::to_milli)
}

#[test]
fn poor_contact_is_said_within_ten_minutes_and_nothing_is_warmed_for_it() {
    for target in BOTH {
        for resistance in [0.06, 0.08, 0.12] {
            let mut facade = Facade::cooling(patient(resistance), 1, target);
            let (mut coldest, mut after) = (i32::MAX, None);
            for second in 1..=600 {
                facade.run(1);
                coldest = coldest.min(asked(&facade));
                if facade.signals(DOUBTFUL) {
                    after = Some(second);
                    break;
                }
            }
            assert!(facade.has_flag(Flag::ContactDoubtful), "{target:?} {resistance}: {after:?}");
            let held = asked(&facade);
            println!(
                "{target:?}, {resistance} m²K/W: doubtful after {after:?} s; until then the supply \
                 was warmed by {} mK above its coldest of {coldest}",
                held - coldest,
            );
            let mut warmest = held;
            for second in 0..1_200 {
                facade.run(1);
                if !facade.channel.phase.is_cooling() {
                    // Coolant at -4 °C under so little heat: the face freezes, and the guard stops it.
                    let froze = [Condition::Freeze, Condition::FreezeAhead];
                    assert!(froze.into_iter().any(|it| facade.signals(it)) && target == COOLANT);
                    println!("    frozen {second} s later");
                    break;
                }
                assert!(facade.signals(DOUBTFUL));
                warmest = warmest.max(asked(&facade));
            }
            assert!(warmest <= held, "{target:?} {resistance}: {warmest} above {held}");
        }
    }
}

/// The sign trap: contact is lost while the interface is held. The face gets colder, the loop believes it
/// and warms the supply, until the heat says otherwise.
#[test]
fn contact_that_is_lost_in_cap_mode_warms_the_supply_only_until_it_is_doubted() {
    let mut facade = Facade::cooling(patient(NOMINAL), 1, CAP);
    facade.run(2_700);
    let steady = asked(&facade);
    facade.plant.seat_cap(0, 0.1).unwrap();
    let after = doubtful_after(&mut facade, 1_800);
    let held = asked(&facade);
    println!(
        "doubtful {after:?} s after contact was lost; warmed by {} mK until then",
        held - steady
    );
    assert!(after.is_some());
    for second in 0..1_800 {
        facade.run(1);
        assert!(facade.signals(DOUBTFUL));
        assert!(asked(&facade) <= held, "after {second} s: {} above {held}", asked(&facade));
    }
}

/// Doubt at the coldest supply that is allowed leaves the loop no range; it goes on all the same.
#[test]
fn doubt_at_the_coldest_supply_goes_on_cooling() {
    for coldest in [-450, 500] {
        let mut config = coldcap::Config::reference();
        config.session.coldest_supply = Coolant::from_milli(coldest);
        let mut facade = Facade::with(config, patient(0.08), 1);
        facade.fit_visit();
        facade.begin(CAP);
        assert!(doubtful_after(&mut facade, 700).is_some());
        let held = asked(&facade);
        for second in 0..1_800 {
            facade.run(1);
            assert!(facade.channel.target.is_some(), "{coldest}: no target after {second} s");
            assert!(asked(&facade) <= held, "{coldest}: warmed after {second} s");
            assert!(!facade.drives.channels[0].valve.is_off() || second < 60, "{coldest} {second}");
        }
    }
}

/// In doubt a moment without both control sensors must not open the sign trap: 15 °C would be held then.
#[test]
fn a_moment_without_control_sensors_warms_nothing_in_doubt() {
    let mut facade = Facade::cooling(patient(0.08), 1, CAP);
    assert!(doubtful_after(&mut facade, 700).is_some());
    let held = asked(&facade);
    facade.tick_with(&[], |inputs| {
        let channel = &mut inputs.channels[0];
        channel.front = Reading::faulty(Fault::Bus, channel.front.taken);
        channel.rear = Reading::faulty(Fault::Bus, channel.rear.taken);
    });
    assert!(facade.signals(DOUBTFUL) && asked(&facade) <= held);
    for second in 0..600 {
        facade.run(1);
        assert!(asked(&facade) <= held, "warmed after {second} s: {}", asked(&facade));
    }
}

/// Where the return sensor is lost nobody can tell a lifted cap from a cold one: nothing is warmed.
#[test]
fn without_a_return_sensor_lost_contact_warms_nothing() {
    let mut facade = Facade::cooling(patient(NOMINAL), 1, CAP);
    facade.run(2_700);
    let lose = |inputs: &mut coldcap::Inputs<1>| {
        let taken = inputs.channels[0].returned.taken;
        inputs.channels[0].returned = Reading::faulty(Fault::Open, taken);
    };
    facade.tick_with(&[], lose);
    facade.tick_with(&[], lose);
    let held = asked(&facade);
    facade.plant.seat_cap(0, 0.1).unwrap();
    for tick in 0..9_000 {
        facade.tick_with(&[], lose);
        let channel = &facade.channel;
        let sensors = [channel.front, channel.rear, channel.safety];
        let coldest = sensors.iter().filter_map(|it| it.value.ok()).min().unwrap().to_milli();
        // The freeze floor goes on acting, and that alone.
        let allowed = if coldest < FLOOR + 100 { 500 } else { 0 };
        assert!(asked(&facade) <= held + allowed, "tick {tick}: {}, {held}", asked(&facade));
    }
}

#[test]
fn a_closed_fit_is_never_doubted_in_a_whole_treatment() {
    for target in BOTH {
        let mut facade = Facade::cooling(patient(NOMINAL), 1, target);
        facade.until(Phase::Ready);
        facade.run(1_800);
        facade.walk();
        facade.run(300);
        facade.come_back();
        facade.run(1_800);
        assert!(!facade.has_flag(Flag::ContactDoubtful), "{target:?}");
        assert!(!facade.has_alarm(DOUBTFUL), "{target:?}");
    }
}

#[test]
fn a_cap_that_is_seated_anew_is_trusted_again() {
    for target in BOTH {
        let mut facade = Facade::cooling(patient(0.06), 1, target);
        assert!(doubtful_after(&mut facade, 600).is_some(), "{target:?}");
        facade.ask(Request::Worn(false)).unwrap();
        facade.place(CapPlacement::Coupled);
        // A cold cap in the air is at the freeze trip within a minute.
        facade.run(15);
        assert!(!facade.signals(DOUBTFUL), "{target:?}");
        facade.plant.seat_cap(0, NOMINAL).unwrap();
        facade.place(CapPlacement::Worn);
        facade.run(60);
        facade.ask(Request::Worn(true)).unwrap();
        facade.come_back();
        assert_eq!(doubtful_after(&mut facade, 1_500), None, "{target:?}");
        assert!(facade.channel.phase.is_cooling());
    }
}

#[test]
fn easing_off_warms_at_once_whether_or_not_contact_is_doubted() {
    for target in BOTH {
        for resistance in [NOMINAL, 0.06] {
            let mut facade = Facade::cooling(patient(resistance), 1, target);
            facade.run(1_500);
            assert_eq!(facade.signals(DOUBTFUL), resistance > NOMINAL);
            let held = |facade: &Facade| match facade.channel.control {
                ControlMode::Coolant => facade.channel.effective.unwrap().to_milli(),
                ControlMode::Cap => facade.channel.interface_effective.unwrap().to_milli(),
            };
            let (before, supply) = (held(&facade), facade.truth().supply_c);
            let target_before = asked(&facade);
            facade.ask(Request::EaseOff).unwrap();
            let (stepped, moved) = (held(&facade) - before, asked(&facade) - target_before);
            facade.run(120);
            let follows = facade.truth().supply_c - supply;
            println!(
                "{target:?}, {resistance} m²K/W: the setpoint {stepped} mK warmer in the same tick, \
                 the supply's {moved} mK; after 2 min the supply {follows:.2} K"
            );
            assert_eq!(stepped, 1_000, "{target:?} {resistance}");
            assert!(moved >= 300, "{target:?} {resistance}");
            assert!((0.7..1.5).contains(&follows), "{target:?} {resistance}: {follows}");
        }
    }
}

/// A target of 2 °C under hair that lets hardly any heat through: the colder half is the first to get
/// near freezing.
#[test]
fn control_keeps_the_coldest_sensor_off_the_freeze_floor() {
    let cold = Target::Cap(Interface::from_milli(2_000));
    for (resistance, asymmetry) in [(0.0335, 0.05), (0.12, 0.05), (0.06, 0.5), (0.3, 0.5)] {
        let head = PatientParameters { hair_asymmetry: asymmetry, ..patient(resistance) };
        let mut facade = Facade::cooling(head, 1, cold);
        let mut coldest = i32::MAX;
        for _ in 0..36_000 {
            facade.tick();
            let channel = &facade.channel;
            let sensors = [channel.front, channel.rear, channel.safety];
            let colder = sensors.iter().filter_map(|it| it.value.ok()).min().unwrap();
            coldest = coldest.min(colder.to_milli());
            assert!(!facade.machine.alarms.contains(Condition::Freeze));
        }
        println!("{resistance} m²K/W, ± {asymmetry}: coldest sensor {coldest}, floor {FLOOR}");
        assert!(coldest >= FLOOR - 300, "{resistance}: {coldest}");
        assert!(facade.channel.phase.is_cooling());
    }
}
