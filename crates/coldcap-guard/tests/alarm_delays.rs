//! From the first tick that shows what is wrong to the tick that signals it, through the real detectors.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/limits.rs"]
mod support;

use coldcap_guard::alarm::{Event, OnsetDelay, Row, State, TABLE, step};
use coldcap_guard::detect::{
    AgreementLimits, ChannelDetector, ChannelSample, HeatLimits, Limits, MachineDetector,
    MachineSample, OcclusionLimits, Watches,
};
use coldcap_guard::{Condition, Conditions};
use coldcap_units::{Duration, Duty, Fault, Instant, MilliAmps, Pulses, Ratio, Reading};

const TICK_MS: u64 = 100;
/// By then every input has been seen and the flow has been judged.
const BEGINS: u64 = 200;

fn limits() -> Limits {
    let watches = Watches {
        agreement: AgreementLimits {
            faces: Ratio(600),
            safety: Ratio(400),
            ..Watches::DEFAULT.agreement
        },
        heat: HeatLimits { backward: Ratio(250), ..Watches::DEFAULT.heat },
        occlusion: OcclusionLimits {
            free: Pulses { edges: 100, window: Duration::from_millis(1_000) },
            ..Watches::DEFAULT.occlusion
        },
        ..Watches::DEFAULT
    };
    support::limits().with_watches(watches).unwrap()
}

fn healthy(tick: u64) -> (ChannelSample, MachineSample) {
    let now = Instant::from_millis(TICK_MS * tick);
    let code = |raw: u32| Reading::new(Ratio(raw + (tick % 2) as u32), now);
    let warm = code(2_000);
    let pulses = Pulses { edges: 100, window: Duration::from_millis(1_000) };
    let channel = ChannelSample {
        safety: warm,
        supply: warm,
        returned: warm,
        front: warm,
        rear: warm,
        flow: Reading::new(pulses, now),
        pump_current: Reading::new(MilliAmps(800), now),
        coupled: Reading::new(true, now),
        pump_commanded: Duty::FULL,
    };
    let machine = MachineSample {
        tank: warm,
        evaporator: warm,
        level_ok: Reading::new(true, now),
        leak: Reading::new(false, now),
        mains: Reading::new(true, now),
        chiller_commanded: Duty::OFF,
        chiller_read_back: Reading::new(Duty::OFF, now),
        permit_commanded: true,
        permit_read_back: Reading::new(true, now),
        host_silent: Some(Duration::ZERO),
    };
    (channel, machine)
}

/// Makes wrong what `condition` is about, since `BEGINS`.
fn spoil(condition: Condition, tick: u64, c: &mut ChannelSample, m: &mut MachineSample) {
    let now = Instant::from_millis(TICK_MS * tick);
    let since = Duration::from_millis((TICK_MS * (tick - BEGINS)) as u32);
    let open = Reading::faulty(Fault::Open, now);
    let code = |raw: u32| Reading::new(Ratio(raw + (tick % 2) as u32), now);
    match condition {
        Condition::FreezeNear => c.safety = code(2_950),
        Condition::SafetySensor => c.safety = open,
        Condition::FrontSensor => c.front = open,
        Condition::RearSensor => c.rear = open,
        Condition::SupplySensor => c.supply = open,
        Condition::ReturnSensor => c.returned = open,
        Condition::TankSensor => m.tank = open,
        Condition::FlowLost => c.flow = c.flow.map(|pulses| Pulses { edges: 0, ..pulses }),
        Condition::PumpStopped => c.pump_current = Reading::new(MilliAmps(0), now),
        Condition::ChillerStuck => m.chiller_read_back = Reading::new(Duty::FULL, now),
        Condition::Leak => m.leak = Reading::new(true, now),
        Condition::CapUncoupled => c.coupled = Reading::new(false, now),
        Condition::MainsLost => m.mains = Reading::new(false, now),
        Condition::LinkLost => m.host_silent = Some(since),
        Condition::LevelLow => m.level_ok = Reading::new(false, now),
        Condition::EvaporatorCold => m.evaporator = code(3_600),
        Condition::SafetyDisagrees => c.safety = code(2_600),
        Condition::FaceDisagrees => c.front = code(2_700),
        Condition::HeatImplausible => c.returned = code(2_400),
        Condition::FlowLow => c.flow = c.flow.map(|pulses| Pulses { edges: 40, ..pulses }),
        Condition::PermitMismatch => m.permit_read_back = Reading::new(false, now),
        _ => {}
    }
}

/// How long after it began the alarm signals; `None` if it does not within 100 seconds.
fn signals_after(row: &Row) -> Option<Duration> {
    let limits = limits();
    let (mut cap, mut machine) = (ChannelDetector::default(), MachineDetector::default());
    let mut alarms = State::new();
    for tick in 0..BEGINS + 1_000 {
        let now = Instant::from_millis(TICK_MS * tick);
        let (mut channel_sample, mut machine_sample) = healthy(tick);
        // The chiller is told to stop in the very tick in which it should.
        let runs = if tick < BEGINS { Duty::FULL } else { Duty::OFF };
        (machine_sample.chiller_commanded, machine_sample.chiller_read_back) =
            (runs, Reading::new(runs, now));
        if tick >= BEGINS {
            spoil(row.condition, tick, &mut channel_sample, &mut machine_sample);
        }
        let found = cap.step(now, &channel_sample, &limits);
        let found = found.union(machine.step(now, &machine_sample, &limits));
        alarms = step(&alarms, &Event::Conditions(found)).0;
        alarms = step(&alarms, &Event::Advance(Duration::from_millis(TICK_MS as u32))).0;
        if tick < BEGINS {
            assert_eq!(found, Conditions::EMPTY, "{} at {tick}", row.name());
        }
        if alarms.signalling().contains(row.condition) {
            return Some(Duration::from_millis((TICK_MS * (tick - BEGINS)) as u32));
        }
    }
    None
}

// req: ALM-005
#[test]
fn al_05_from_what_is_wrong_to_its_signal_takes_the_onset_delay_and_at_most_a_tick() {
    let mut rows = 0;
    for row in &TABLE {
        let OnsetDelay::Lasting(delay) = row.onset_delay else { continue };
        rows += 1;
        let took = signals_after(row);
        let latest = delay.plus(Duration::from_millis(TICK_MS as u32));
        println!("{}: {:?} after {:?}", row.name(), took, delay);
        assert!(took.is_some_and(|took| took >= delay && took <= latest), "{}", row.name());
    }
    assert_eq!(rows, 21);
}
