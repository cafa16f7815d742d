//! What the guard finds by comparing: each finding from a fault of the virtual machine, through the facade.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod facade;

use coldcap::{Config, Inputs, Phase};
use coldcap_guard::detect::{AheadLimits, DoseLimits, Watches};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::{Refusal, Request};
use coldcap_sim::{FaultSchedule, PatientParameters};
use coldcap_units::{Coolant, Duration, Interface, Ratio};
use facade::{CAP, COOLANT, Facade};

/// Twenty-five minutes into pre-cooling.
fn cold(config: Config, target: coldcap_session::Target) -> Facade {
    cold_under(config, target, PatientParameters::standard().hair_resistance)
}

/// The same under hair of this resistance: the more of it, the colder the face and the nearer the limit.
fn cold_under(config: Config, target: coldcap_session::Target, hair_resistance: f64) -> Facade {
    let patient = PatientParameters { hair_resistance, ..PatientParameters::standard() };
    let mut facade = Facade::with(config, patient, 7);
    facade.begin(target);
    facade.run(1_500);
    assert!(facade.machine.alarms.is_empty(), "{:?}", facade.machine.alarms);
    facade
}

fn strike(facade: &mut Facade, fault: &str) {
    let now = facade.now.as_millis() / 1_000;
    facade.faults = FaultSchedule::parse(&format!("{fault}@{now}")).unwrap();
}

/// Ticks until one of these is signalled; which, after how many seconds, and the coldest face meanwhile.
fn until(facade: &mut Facade, wanted: &[Condition], seconds: u32) -> (Conditions, f64) {
    let wanted = Conditions::of(wanted);
    for tick in 1..=seconds * 10 {
        facade.tick();
        if facade.machine.alarms.intersects(wanted) {
            return (facade.machine.alarms, f64::from(tick) / 10.0);
        }
    }
    panic!("none of {wanted:?} in {seconds} s, but {:?}", facade.machine.alarms);
}

fn face_c(facade: &Facade) -> f64 {
    facade.truth().interface_front_c.min(facade.truth().interface_rear_c)
}

/// A valve that slipped open over a tank at -8 degC: the coldest face afterwards, when it tripped, by what.
fn runaway(horizon: Duration) -> (Conditions, f64, f64) {
    let mut config = Config::reference();
    let watches = *config.limits.watches();
    let ahead = AheadLimits { horizon, ..watches.ahead };
    config.limits = config.limits.with_watches(Watches { ahead, ..watches }).unwrap();
    let mut facade = cold_under(config, COOLANT, 0.038);
    strike(&mut facade, "valve-slip");
    let stops = [Condition::Freeze, Condition::FreezeAhead, Condition::LoopImplausible];
    let (found, seconds) = until(&mut facade, &stops, 120);
    assert!(facade.drives.channels[0].pump.is_off());
    let mut coldest = face_c(&facade);
    for _ in 0..600 {
        facade.tick();
        coldest = coldest.min(face_c(&facade));
    }
    (found, seconds, coldest)
}

#[test]
fn a_fast_runaway_is_stopped_before_the_limit() {
    let (by, seconds, coldest) = runaway(Watches::DEFAULT.ahead.horizon);
    let (plain_by, plain_seconds, plain_coldest) = runaway(Duration::ZERO);
    println!(
        "ahead: {by:?} after {seconds:.1} s, coldest {coldest:.2} degC; \
         limit alone: {plain_by:?} after {plain_seconds:.1} s, coldest {plain_coldest:.2} degC"
    );
    assert!(by.contains(Condition::FreezeAhead) && !by.contains(Condition::Freeze));
    assert!(seconds < plain_seconds && coldest > plain_coldest);
    assert!(coldest > 0.0);
}

#[test]
fn a_safety_sensor_that_drifts_trips() {
    let mut facade = cold(Config::reference(), COOLANT);
    strike(&mut facade, "safety-warm");
    let (found, seconds) = until(&mut facade, &[Condition::SafetyDisagrees], 120);
    println!("safety-warm: {found:?} after {seconds:.1} s");
    assert!((60.0..75.0).contains(&seconds) && facade.drives.channels[0].pump.is_off());
}

#[test]
fn a_face_that_drifts_is_told_and_cooling_goes_on() {
    let mut facade = cold(Config::reference(), CAP);
    strike(&mut facade, "front-warm");
    let (found, seconds) = until(&mut facade, &[Condition::FaceDisagrees], 120);
    println!("front-warm: {found:?} after {seconds:.1} s");
    assert!((60.0..75.0).contains(&seconds) && !facade.drives.channels[0].pump.is_off());
}

/// The display said 39 degC of a patient at 28.5 degC: coolant that leaves colder than it comes is a lie.
#[test]
fn coolant_sensors_that_lie_are_found_by_the_heat() {
    let mut facade = cold(Config::reference(), COOLANT);
    strike(&mut facade, "return-warm");
    let (found, seconds) = until(&mut facade, &[Condition::HeatImplausible], 150);
    println!("return-warm: {found:?} after {seconds:.1} s");
    assert!((90.0..110.0).contains(&seconds) && !facade.drives.channels[0].pump.is_off());

    let mut facade = cold(Config::reference(), COOLANT);
    strike(&mut facade, "supply-warm");
    let stops = [Condition::FreezeAhead, Condition::Freeze, Condition::HeatImplausible];
    let (found, seconds) = until(&mut facade, &stops, 150);
    println!("supply-warm: {found:?} after {seconds:.1} s, face {:.2} degC", face_c(&facade));
    // The loop follows the lie into the cold; the safety sensor stops it.
    let (found, seconds) = until(&mut facade, &stops[..2], 600);
    println!("supply-warm: {found:?} {seconds:.1} s later, face {:.2} degC", face_c(&facade));
    assert!(facade.drives.channels[0].pump.is_off() && found.contains(Condition::FreezeAhead));
    assert!(face_c(&facade) > -0.1);
}

#[test]
fn a_squeezed_hose_is_told_before_the_flow_is_lost() {
    let mut facade = cold(Config::reference(), COOLANT);
    strike(&mut facade, "partial-kink");
    let (found, seconds) = until(&mut facade, &[Condition::FlowLow, Condition::FlowLost], 60);
    println!("partial-kink: {found:?} after {seconds:.1} s");
    assert!(found.contains(Condition::FlowLow) && (30.0..40.0).contains(&seconds));
    assert!(!facade.drives.channels[0].pump.is_off());
    facade.faults = FaultSchedule::none();
    facade.run(5);
    assert!(!facade.signals(Condition::FlowLow));
}

#[test]
fn long_cold_asks_for_a_look_and_cools_on() {
    let mut config = Config::reference();
    let watches = *config.limits.watches();
    let dose = DoseLimits {
        most: Duration::from_mins(20),
        bin: Duration::from_secs(40),
        again: Duration::from_mins(5),
        ..watches.dose
    };
    config.limits = config.limits.with_watches(Watches { dose, ..watches }).unwrap();
    let mut facade = Facade::with(config, PatientParameters::standard(), 7);
    facade.begin(COOLANT);
    let (_, seconds) = until(&mut facade, &[Condition::ColdDose], 1_800);
    println!("cold dose of 20 min: after {:.1} min of pre-cooling", seconds / 60.0);
    assert!(seconds >= 1_200.0 && !facade.drives.channels[0].pump.is_off());
    facade.run(30);
    assert!(facade.signals(Condition::ColdDose) && facade.channel.phase == Phase::PreCool);
    facade.tick_with(&[coldcap::Action::AcknowledgeAlarms], |_| {});
    facade.run(1);
    assert!(!facade.signals(Condition::ColdDose));
    let (_, again) = until(&mut facade, &[Condition::ColdDose], 400);
    assert!((298.0..301.0).contains(&again), "{again}");
    assert!(!facade.drives.channels[0].pump.is_off());
}

/// The chiller is kept off by an evaporator that cannot be read: the tank warms, and so does the supply.
#[test]
fn a_supply_that_gets_warm_is_told_and_a_warm_beginning_is_not() {
    let mut facade = Facade::with(Config::reference(), PatientParameters::standard(), 7);
    facade.begin(COOLANT);
    let blind = |inputs: &mut Inputs<1>| inputs.tank.evaporator.value = Ok(Ratio(u32::MAX));
    let (mut warm_at, mut deviates) = (None, None);
    for tick in 0..60_000u32 {
        facade.tick_with(&[], |inputs| {
            if tick > 12_000 {
                blind(inputs)
            }
        });
        let supply = facade.channel.supply.value.unwrap();
        if tick > 12_000 && supply > Coolant::from_milli(-3_000) && deviates.is_none() {
            deviates = Some(tick);
        }
        if facade.signals(Condition::TooWarm) {
            warm_at = Some(tick);
            break;
        }
    }
    let (warm_at, deviates) = (warm_at.unwrap(), deviates.unwrap());
    println!("too warm {:.1} min after it is 1 K off", f64::from(warm_at - deviates) / 600.0);
    assert!(warm_at > 12_000 && (3_000..=6_100).contains(&(warm_at - deviates)));
}

#[test]
fn one_lost_control_sensor_makes_the_rest_of_the_session_warmer_and_begins_none() {
    for target in [COOLANT, CAP] {
        let mut facade = cold(Config::reference(), target);
        let now = facade.now.as_millis() / 1_000;
        facade.faults = FaultSchedule::parse(&format!("front-open@{now}..{}", now + 60)).unwrap();
        facade.run(2);
        assert!(facade.signals(Condition::FrontSensor) && facade.signals(Condition::Degraded));
        assert!(!facade.drives.channels[0].pump.is_off());
        // The sensor comes back; what failed once may fail again.
        facade.run(400);
        assert!(facade.signals(Condition::Degraded));
        let warm = facade.channel.target.unwrap() >= Coolant::from_milli(0)
            && facade.channel.interface_target.is_none_or(|it| it >= Interface::from_milli(5_000));
        assert!(warm, "{:?}", facade.channel.target);
        assert!(facade.truth().supply_c > -0.6, "{}", facade.truth().supply_c);
        // A break is not the end of a session.
        facade.ask(Request::Stop).unwrap();
        facade.run(5);
        assert!(facade.signals(Condition::Degraded));
        facade.ask(Request::EndSession { reason: 1, confirm: false }).unwrap();
        facade.run(2);
        facade.ask(Request::EndSession { reason: 1, confirm: true }).unwrap();
        facade.run(2);
        // Nor is a thaw: one can resume out of it.
        assert!(facade.channel.phase == Phase::Thaw && facade.signals(Condition::Degraded));
        facade.until(Phase::CapOff);
        facade.run(2);
        assert!(!facade.signals(Condition::Degraded), "{}", facade.channel.phase);
    }
}

#[test]
fn no_session_begins_with_a_lost_control_sensor() {
    let mut facade = Facade::with(Config::reference(), PatientParameters::standard(), 7);
    facade.faults = FaultSchedule::parse("rear-open@0..100000").unwrap();
    facade.until(Phase::Standby);
    facade.ask(Request::select(facade::PATIENT)).unwrap();
    facade.place(coldcap_sim::CapPlacement::Coupled);
    facade.ask(Request::ChoosePlan(facade::plan(COOLANT))).unwrap();
    facade.tick_with(&[coldcap::Action::AcknowledgeAlarms], |_| {});
    let _ = facade.ask(Request::Acknowledge);
    facade.run(5);
    assert_eq!(facade.ask(Request::Start), Err(Refusal::FaultActive));
    facade.faults = FaultSchedule::none();
    facade.run(2);
    assert!(facade.ask(Request::Start).is_ok());
    // Lost on the way: the check of the fit waits for its end, and coolant that moves does not suffice.
    strike(&mut facade, "rear-open");
    facade.run(30);
    facade.place(coldcap_sim::CapPlacement::Worn);
    facade.ask(Request::Worn(true)).unwrap();
    while facade.channel.phase == Phase::FitCheck {
        facade.run(1);
    }
    assert_eq!(facade.channel.phase, Phase::Setup);
}
