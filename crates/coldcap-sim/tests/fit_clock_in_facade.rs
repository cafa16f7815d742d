//! The fit visit's test when something is missing in it, and when sensors lie.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;

use coldcap::{ChannelFlags, Inputs, Phase};
use coldcap_calibration::contact::{Verdict, ZoneFault};
use coldcap_calibration::physics::front_end::celsius;
use coldcap_calibration::record::{CapCalibration, ZoneRecord};
use coldcap_session::{Accepted, Request};
use coldcap_sim::sensor::ratio_of;
use coldcap_sim::{CapPlacement, PatientParameters};
use coldcap_units::{Fault, Reading};
use facade::{Facade, HEAD, PATIENT};

/// What a visit was like: seconds from the first tick at target to the end of the test, and the record that a
/// clinician stored, or that stored itself.
struct Visit {
    seconds: f64,
    stored: Option<CapCalibration>,
    overridden: bool,
}

/// `spoil` is told how many ticks ago the target was first reached.
fn visit(spoil: impl Fn(&mut Inputs<1>, u32)) -> Visit {
    let mut facade = Facade::new(PatientParameters::standard(), 3);
    facade.until(Phase::Standby);
    facade.ask(Request::StartFit).unwrap();
    facade.ask(Request::select(PATIENT)).unwrap();
    facade.place(CapPlacement::Coupled);
    facade.tick();
    facade.ask(Request::Measure(HEAD)).unwrap();
    facade.run(60);
    facade.place(CapPlacement::Worn);
    facade.run(20);
    facade.ask(Request::Worn(true)).unwrap();
    facade.until(Phase::FitVerify);
    while !facade.channel.flags.has(ChannelFlags::AT_TARGET) {
        facade.tick();
    }
    let begin = facade.now;
    for tick in 1..2_400 {
        facade.tick_with(&[], |inputs| spoil(inputs, tick));
        let saved = facade.channel.phase == Phase::FitSaved;
        let armed = tick > 1_205
            && !saved
            && facade.ask(Request::ConfirmFit { confirm: false }) == Ok(Accepted::Armed);
        if armed {
            facade.run(3);
            let _ = facade.ask(Request::ConfirmFit { confirm: true });
        }
        if saved || armed {
            // The first tick at target is that before the loop.
            let passed = facade.now.since(begin).as_millis() + 100;
            let seconds = f64::from(passed) / 1e3;
            return Visit { seconds, stored: facade.calibration, overridden: armed };
        }
    }
    panic!("neither stored nor failed")
}

fn without_flow(inputs: &mut Inputs<1>) {
    let taken = inputs.channels[0].flow.taken;
    inputs.channels[0].flow = Reading::faulty(Fault::Bus, taken);
}

/// Ticks that are missing pass: the test ends two minutes after its first tick, or has failed by then.
#[test]
fn the_clock_runs_through_and_one_tick_in_ten_may_be_missing() {
    let whole = visit(|_, _| {});
    let some = visit(|inputs, tick| {
        if tick % 11 == 0 {
            without_flow(inputs)
        }
    });
    let much = visit(|inputs, tick| {
        if tick % 9 == 0 {
            without_flow(inputs)
        }
    });
    println!("{} s, {} s, {} s", whole.seconds, some.seconds, much.seconds);
    assert!(!whole.overridden && (whole.seconds - 120.0).abs() < 0.25);
    // The heat is known, and of no zone enough: a clinician may store that, and nobody else.
    assert!(some.overridden && some.stored.is_some());
    // A clinician who insists has nothing to store: there is no heat.
    assert!(much.overridden && much.stored.is_none());
}

/// 3 % of half a window is the most that a zone may lack: it fails by name, and where all do nothing is known.
#[test]
fn a_zone_that_lacks_ticks_is_recorded_as_failed() {
    let some = visit(|inputs, tick| {
        if tick % 11 == 0 {
            without_flow(inputs)
        }
    });
    let stored = some.stored.unwrap();
    for zone in &stored.detail.unwrap().zones[..2] {
        let fault = ZoneFault::Sensor(Fault::Unavailable);
        assert!(matches!(zone, ZoneRecord::Failed(found, _) if *found == fault), "{zone:?}");
    }
    assert_eq!(stored.verdict, Verdict::Doubtful);
}

fn warmer(reading: &mut Reading<coldcap_units::Ratio>, kelvin: f64) {
    let shown = celsius(reading.value.unwrap()).unwrap() + kelvin;
    *reading = Reading::new(ratio_of(shown), reading.taken);
}

/// Both faces show 2 K too much after they were matched: each zone alone looks well, and the coolant carried
/// less heat than they tell of. Honest ones balance.
#[test]
fn faces_that_lie_are_refused_by_the_heat() {
    for (kelvin, expected) in [(0.0, Verdict::Good), (2.0, Verdict::Refuse)] {
        let found = visit(|inputs, _| {
            let channel = &mut inputs.channels[0];
            warmer(&mut channel.front, kelvin);
            warmer(&mut channel.rear, kelvin);
        });
        assert_eq!(found.overridden, expected == Verdict::Refuse);
        assert_eq!(found.stored.unwrap().verdict, expected, "{kelvin}");
    }
}
