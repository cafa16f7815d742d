//! The pump is off in the tick of the fault: every tripping condition, from raw inputs, in every phase in
//! which coolant moves.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::dice::{Dice, Machine as _};
use bench::{Bench, circulating};
use coldcap::{Config, EventKind, Inputs, Phase};
use coldcap_guard::Condition;
use coldcap_guard::interlock::TripClass;
use coldcap_session::Role;
use coldcap_units::{Duty, MilliAmps, Pulses, Ratio, Reading};
use proptest::prelude::*;

type Spoil = fn(&mut Inputs<1>, u32);

fn shifted(reading: Reading<Ratio>, by: i64) -> Reading<Ratio> {
    reading.map(|code| Ratio((i64::from(code.0) + by) as u32))
}

const HUNDREDTH: i64 = 42_949_673;

/// What the inputs show, tick by tick, and how many ticks it may take to become the condition. Three trips are shown
/// elsewhere: `pump_runs_on`, of a pump that is off (`crates/coldcap-sim/tests/pump_in_facade.rs`), `power_held`, of another
/// channel (`unasked.rs`), and `loop_implausible`, of what the loop must have done before (`loop_watch.rs`).
const CAUSES: &[(Condition, u32, Spoil)] = &[
    (Condition::Freeze, 2, |inputs, _| {
        let limit = Config::reference().limits.raw().freeze_trip;
        inputs.channels[0].safety.value = Ok(Ratio(limit.0 + 1));
    }),
    (Condition::FreezeAhead, 130, |inputs, tick| {
        let safety = &mut inputs.channels[0].safety;
        *safety = shifted(*safety, HUNDREDTH / 10 * i64::from(tick));
    }),
    (Condition::SafetySensor, 6, |inputs, _| inputs.channels[0].safety.value = Ok(Ratio(u32::MAX))),
    (Condition::SafetyDisagrees, 602, |inputs, _| {
        let safety = &mut inputs.channels[0].safety;
        *safety = shifted(*safety, -5 * HUNDREDTH);
    }),
    (Condition::SupplySensor, 6, |inputs, _| inputs.channels[0].supply.value = Ok(Ratio(0))),
    (Condition::FrontSensor, 6, |inputs, _| {
        inputs.channels[0].front.value = Ok(Ratio(0));
        inputs.channels[0].rear.value = Ok(Ratio(u32::MAX));
    }),
    (Condition::FlowLost, 53, |inputs, _| {
        let window = inputs.channels[0].flow.value.unwrap().window;
        inputs.channels[0].flow.value = Ok(Pulses { edges: 0, window });
    }),
    (Condition::PumpStopped, 32, |inputs, _| {
        inputs.channels[0].pump_current.value = Ok(MilliAmps(0))
    }),
    (Condition::CapUncoupled, 4, |inputs, _| inputs.channels[0].cap.coupled.value = Ok(false)),
    (Condition::Leak, 6, |inputs, _| inputs.leak.value = Ok(true)),
    (Condition::ValveStuck, 202, |inputs, _| inputs.channels[0].valve.value = Ok(Duty::FULL)),
    (Condition::ChillerStuck, 152, |inputs, _| inputs.tank.chiller.value = Ok(Duty::FULL)),
    (Condition::PermitMismatch, 11, |inputs, _| inputs.permit.value = Ok(false)),
];

const ELSEWHERE: [Condition; 4] = [
    Condition::PumpRunsOn,
    Condition::PowerHeld,
    Condition::LoopImplausible,
    // It trips with the front's alone.
    Condition::RearSensor,
];

#[test]
fn every_condition_that_trips_has_its_test() {
    for condition in Condition::ALL {
        let here = CAUSES.iter().any(|cause| cause.0 == condition);
        let named = here != ELSEWHERE.contains(&condition);
        assert_eq!(named, TripClass::of(condition).is_some(), "{condition}");
    }
}

/// The tick, from the first bad one on, in which the condition tripped; the pump was off in it and is off
/// ever after.
fn tripped(bench: &mut Bench<1>, condition: Condition, limit: u32, spoil: Spoil) -> Option<u32> {
    let mut tripped = None;
    for tick in 1..=limit + 50 {
        let outputs = bench.tick_with(|inputs| spoil(inputs, tick));
        let code = u16::from(condition.code());
        let trips =
            outputs.events.iter().any(|it| it.kind == EventKind::Tripped && it.code == code);
        tripped = tripped.or(trips.then_some(tick));
        let drives = &outputs.drives.channels[0];
        if tripped.is_some() {
            assert_eq!((drives.pump, drives.valve), (Duty::OFF, Duty::OFF), "{condition}");
            let power = TripClass::of(condition) < Some(TripClass::Service);
            assert_eq!(outputs.drives.permit, power, "{condition}");
        }
    }
    tripped
}

// req: INT-006
#[test]
fn the_pump_is_off_in_the_tick_of_every_trip_in_every_phase_that_circulates() {
    for phase in circulating().filter(|phase| *phase != Phase::FitVerify) {
        let mut there: Bench<1> = Bench::new();
        there.bring_to(phase);
        (0..30).for_each(|_| drop(there.tick()));
        for (condition, limit, spoil) in CAUSES {
            let mut bench = there.clone();
            if bench.drives.channels[0].pump.is_off() {
                continue;
            }
            let found = tripped(&mut bench, *condition, *limit, *spoil);
            // What warms or ends by itself meanwhile is not the guard's.
            let still = matches!(condition, Condition::SafetyDisagrees | Condition::FreezeAhead);
            assert!(
                found.is_some_and(|tick| tick <= *limit) || (still && found.is_none()),
                "{condition} in {phase}: {found:?}"
            );
            if phase == Phase::PreCool {
                println!("{condition}: the pump is off after {found:?} ticks");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever people do before and while it happens: once the guard may have seen the cause, nothing
    /// pumps as long as it lasts.
    // req: INT-006
    #[test]
    fn whatever_the_session_does_nothing_pumps_over_a_cause(seed: u64, cause in 0..CAUSES.len()) {
        let (condition, limit, spoil) = CAUSES[cause];
        let still = matches!(condition, Condition::SafetyDisagrees | Condition::FreezeAhead);
        prop_assume!(!still && condition != Condition::FlowLost && condition != Condition::PumpStopped);
        let mut dice = Dice::new(seed);
        let mut bench: Bench<1> = Bench::new();
        bench.bring_to(dice.pick(&[Phase::PreCool, Phase::Ready, Phase::Infusing, Phase::PostCool, Phase::FitCheck]));
        for tick in 0..limit + 200 {
            let mut input = bench.next_input();
            for _ in 0..dice.roll(3) {
                let mut command = dice.command();
                command.role = dice.pick(&[Role::Clinician, Role::Service, Role::Nurse]);
                command.channel = 0;
                input.commands.list.push(command);
            }
            spoil(&mut input.inputs, tick + 1);
            let outputs = bench.feed(&input);
            if tick + 1 >= limit {
                prop_assert!(outputs.drives.channels[0].pump.is_off(), "{condition} at {tick}");
            }
        }
    }
}
