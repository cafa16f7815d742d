//! Every detector at its boundary: silent one tick before its time, raised at it and after it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/limits.rs"]
mod support;

use coldcap_guard::detect::{
    ChannelDetector, ChannelSample, ChannelSensor, Delays, FlowLimits, Limits, LimitsError,
    MachineDetector, MachineSample, RawLimits,
};
use coldcap_guard::{Condition, Conditions};
use coldcap_units::{Duration, Duty, Fault, Instant, MilliAmps, Pulses, Ratio, Reading};
use proptest::prelude::*;
use support::{FLOW, RAW, limits};

const WARM_UP: u64 = 50;

fn at(tick: u64) -> Instant {
    Instant::from_millis(100 * tick)
}

fn warm(tick: u64) -> Reading<Ratio> {
    Reading::new(Ratio(2_000 + (tick % 2) as u32), at(tick))
}

fn code(raw: u32) -> impl Fn(u64) -> Reading<Ratio> {
    move |tick| Reading::new(Ratio(raw + (tick % 2) as u32), at(tick))
}

fn flow(edges: u16) -> Pulses {
    Pulses { edges, window: Duration::from_millis(1_000) }
}

fn healthy_channel(tick: u64) -> ChannelSample {
    ChannelSample {
        safety: warm(tick),
        supply: warm(tick),
        returned: warm(tick),
        front: warm(tick),
        rear: warm(tick),
        flow: Reading::new(flow(20), at(tick)),
        pump_current: Reading::new(MilliAmps(150), at(tick)),
        coupled: Reading::new(true, at(tick)),
        pump_commanded: Duty::FULL,
    }
}

fn healthy_machine(tick: u64) -> MachineSample {
    MachineSample {
        tank: warm(tick),
        evaporator: warm(tick),
        level_ok: Reading::new(true, at(tick)),
        leak: Reading::new(false, at(tick)),
        mains: Reading::new(true, at(tick)),
        chiller_commanded: Duty::FULL,
        chiller_read_back: Reading::new(Duty::FULL, at(tick)),
        permit_commanded: true,
        permit_read_back: Reading::new(true, at(tick)),
        host_silent: Some(Duration::ZERO),
    }
}

/// The conditions of each tick of a channel that is healthy for `WARM_UP` ticks and then spoiled.
fn run_channel(ticks: u64, spoil: impl Fn(u64, &mut ChannelSample)) -> Vec<Conditions> {
    let mut detector = ChannelDetector::default();
    let step = |tick| {
        let mut sample = healthy_channel(tick);
        if tick >= WARM_UP {
            spoil(tick, &mut sample);
        }
        detector.step(at(tick), &sample, &limits())
    };
    judged_after_warm_up((0..WARM_UP + ticks).map(step))
}

fn run_machine(ticks: u64, spoil: impl Fn(u64, &mut MachineSample)) -> Vec<Conditions> {
    let mut detector = MachineDetector::default();
    let step = |tick| {
        let mut sample = healthy_machine(tick);
        if tick >= WARM_UP {
            spoil(tick, &mut sample);
        }
        detector.step(at(tick), &sample, &limits())
    };
    judged_after_warm_up((0..WARM_UP + ticks).map(step))
}

fn judged_after_warm_up(found: impl Iterator<Item = Conditions>) -> Vec<Conditions> {
    let mut found: Vec<_> = found.collect();
    let spoiled = found.split_off(WARM_UP as usize);
    assert!(found.iter().all(|conditions| conditions.is_empty()), "healthy, yet {found:?}");
    spoiled
}

/// Raised from `onset` ticks after the first bad tick on, never before, and nothing else at the onset.
fn assert_onset(found: &[Conditions], condition: Condition, onset: usize) {
    let raised: Vec<_> = found.iter().map(|conditions| conditions.contains(condition)).collect();
    let first = raised.iter().position(|&raised| raised);
    assert_eq!(first, Some(onset), "{condition}");
    assert!(raised[onset..].iter().all(|&raised| raised), "{condition}");
    assert!(raised.len() > onset + 1);
    assert_eq!(found[onset - 1].without(Condition::FreezeNear), Conditions::EMPTY, "{condition}");
}

fn assert_channel(condition: Condition, onset: usize, spoil: impl Fn(u64, &mut ChannelSample)) {
    let long = onset as u64 + 3;
    assert_onset(&run_channel(long, &spoil), condition, onset);
    // Bad for one tick less than that: nothing, not even later.
    let until = WARM_UP + onset as u64;
    let short = run_channel(long + 50, |tick, sample| {
        if tick < until {
            spoil(tick, sample);
        }
    });
    assert!(!short.iter().any(|found| found.contains(condition)), "{condition}");
}

fn assert_machine(condition: Condition, onset: usize, spoil: impl Fn(u64, &mut MachineSample)) {
    let long = onset as u64 + 3;
    assert_onset(&run_machine(long, &spoil), condition, onset);
    let until = WARM_UP + onset as u64;
    let short = run_machine(long + 50, |tick, sample| {
        if tick < until {
            spoil(tick, sample);
        }
    });
    assert!(!short.iter().any(|found| found.contains(condition)), "{condition}");
}

fn never_channel(condition: Condition, spoil: impl Fn(u64, &mut ChannelSample)) {
    assert!(!run_channel(800, spoil).iter().any(|found| found.contains(condition)), "{condition}");
}

// req: INT-001
#[test]
fn freeze_trips_at_the_second_bad_sample() {
    assert_channel(Condition::Freeze, 1, |tick, s| s.safety = code(3_000)(tick));
    never_channel(Condition::Freeze, |tick, s| s.safety = code(2_998)(tick));
}

#[test]
fn freeze_near_after_a_second() {
    assert_channel(Condition::FreezeNear, 10, |tick, s| s.safety = code(2_900)(tick));
    never_channel(Condition::FreezeNear, |tick, s| s.safety = code(2_898)(tick));
}

#[test]
fn the_same_sample_is_counted_once() {
    let taken = at(WARM_UP);
    let found = run_channel(4, |tick, sample| {
        let seen = if tick < WARM_UP + 3 { taken } else { at(tick) };
        sample.safety = Reading::new(Ratio(3_000), seen);
    });
    let raised: Vec<_> = found.iter().map(|c| c.contains(Condition::Freeze)).collect();
    assert_eq!(raised, [false, false, false, true]);
}

type Spoil = fn(&mut ChannelSample) -> &mut Reading<Ratio>;

const SENSORS: [(ChannelSensor, Condition, Spoil); 5] = [
    (ChannelSensor::Safety, Condition::SafetySensor, |s| &mut s.safety),
    (ChannelSensor::Supply, Condition::SupplySensor, |s| &mut s.supply),
    (ChannelSensor::Returned, Condition::ReturnSensor, |s| &mut s.returned),
    (ChannelSensor::Front, Condition::FrontSensor, |s| &mut s.front),
    (ChannelSensor::Rear, Condition::RearSensor, |s| &mut s.rear),
];

#[test]
fn every_channel_sensor_fails_in_every_way() {
    for (_, condition, field) in SENSORS {
        assert_channel(condition, 5, |tick, s| *field(s) = code(4_001)(tick));
        assert_channel(condition, 5, |tick, s| *field(s) = code(98)(tick));
        assert_channel(condition, 5, |tick, s| *field(s) = Reading::faulty(Fault::Bus, at(tick)));
        assert_channel(condition, 5, |_, s| *field(s) = Reading::absent());
        let last_good = at(WARM_UP - 1);
        assert_channel(condition, 5, |tick, s| {
            *field(s) = Reading::new(Ratio(2_000 + (tick % 2) as u32), last_good);
        });
    }
}

#[test]
fn codes_at_the_wire_limits_are_still_codes() {
    for (_, condition, field) in SENSORS {
        for limit in [RAW.open_above, RAW.short_below] {
            let found = run_channel(500, |tick, s| *field(s) = Reading::new(limit, at(tick)));
            assert!(!found.iter().any(|found| found.contains(condition)), "{condition}");
        }
    }
}

fn fault_after(
    ticks: u64,
    sensor: ChannelSensor,
    spoil: impl Fn(u64, &mut ChannelSample),
) -> Option<Fault> {
    let mut detector = ChannelDetector::default();
    for tick in 0..ticks {
        let mut sample = healthy_channel(tick);
        spoil(tick, &mut sample);
        detector.step(at(tick), &sample, &limits());
    }
    detector.fault(sensor)
}

#[test]
fn the_fault_says_why() {
    for (sensor, _, field) in SENSORS {
        let why = |raw: fn(u64) -> Reading<Ratio>, ticks| {
            fault_after(ticks, sensor, |tick, s| *field(s) = raw(tick))
        };
        assert_eq!(why(warm, 700), None);
        assert_eq!(why(|tick| Reading::new(Ratio(4_001), at(tick)), 6), Some(Fault::Open));
        assert_eq!(why(|tick| Reading::new(Ratio(4_001), at(tick)), 5), None);
        assert_eq!(why(|tick| Reading::new(Ratio(99), at(tick)), 6), Some(Fault::Short));
        assert_eq!(why(|_| Reading::new(Ratio(2_000), at(0)), 7), Some(Fault::Stale));
        assert_eq!(why(|tick| Reading::new(Ratio(2_000), at(tick)), 601), Some(Fault::Stuck));
        assert_eq!(why(|tick| Reading::new(Ratio(2_000), at(tick)), 600), None);
    }
}

#[test]
fn one_step_of_the_code_within_the_window_is_life() {
    for (_, condition, field) in SENSORS {
        let frozen = |tick| Reading::new(Ratio(2_100), at(tick));
        assert_onset(&run_channel(605, |tick, s| *field(s) = frozen(tick)), condition, 600);
        // Moved for good after 59.9 s, and moved there and back: 60 s start anew each time.
        let moved = run_channel(1_202, |tick, s| {
            *field(s) = frozen(tick).map(|code| Ratio(code.0 + u32::from(tick >= WARM_UP + 599)));
        });
        assert_onset(&moved, condition, 1_199);
        let moved = run_channel(1_202, |tick, s| {
            *field(s) = frozen(tick).map(|code| Ratio(code.0 + u32::from(tick == WARM_UP + 599)));
        });
        assert_onset(&moved, condition, 1_200);
    }
}

#[test]
fn a_coarse_front_end_switches_stuck_off() {
    let delays = Delays { stuck: None, ..Delays::default() };
    let limits = Limits::new(RAW, FLOW, delays).unwrap();
    let mut detector = ChannelDetector::default();
    for tick in 0..2_000 {
        let frozen = Reading::new(Ratio(2_000), at(tick));
        let sample = ChannelSample { safety: frozen, ..healthy_channel(tick) };
        assert!(detector.step(at(tick), &sample, &limits).is_empty());
    }
}

// req: INT-009
#[test]
fn flow_is_lost_after_more_than_five_seconds() {
    assert_channel(Condition::FlowLost, 51, |tick, s| s.flow = Reading::new(flow(19), at(tick)));
    assert_channel(Condition::FlowLost, 51, |tick, s| {
        s.flow = Reading::faulty(Fault::Bus, at(tick))
    });
    assert_channel(Condition::FlowLost, 51, |tick, s| {
        s.flow = Reading::new(flow(0), at(tick));
        s.pump_commanded = Duty(13_107);
    });
    never_channel(Condition::FlowLost, |tick, s| {
        s.flow = Reading::new(flow(0), at(tick));
        s.pump_commanded = Duty(13_106);
    });
    never_channel(Condition::FlowLost, |tick, s| s.flow = Reading::new(flow(20), at(tick)));
}

#[test]
fn a_pump_that_starts_has_time_to_move_coolant() {
    let found = run_channel(120, |tick, s| {
        let since = tick - WARM_UP;
        s.pump_commanded = if since < 60 { Duty::OFF } else { Duty::FULL };
        s.flow = Reading::new(flow(if since < 110 { 0 } else { 20 }), at(tick));
    });
    assert!(!found.iter().any(|found| found.contains(Condition::FlowLost)));
}

// req: INT-009
#[test]
fn the_pump_has_stopped_after_three_seconds_without_current() {
    let weak =
        |tick, s: &mut ChannelSample| s.pump_current = Reading::new(MilliAmps(149), at(tick));
    assert_channel(Condition::PumpStopped, 30, weak);
    assert_channel(Condition::PumpStopped, 30, |tick, s| {
        s.pump_current = Reading::faulty(Fault::Bus, at(tick));
    });
    assert_channel(Condition::PumpStopped, 30, |tick, s| {
        weak(tick, s);
        s.pump_commanded = Duty(1);
    });
    never_channel(Condition::PumpStopped, |tick, s| {
        weak(tick, s);
        s.pump_commanded = Duty::OFF;
    });
}

// req: INT-023
#[test]
fn a_pump_that_is_off_and_draws_current_or_moves_coolant_runs_on() {
    let off = |s: &mut ChannelSample| s.pump_commanded = Duty::OFF;
    // Both are there: the current is the faster witness.
    assert_channel(Condition::PumpRunsOn, 10, |_, s| off(s));
    let resting =
        |tick, s: &mut ChannelSample| s.pump_current = Reading::new(MilliAmps(149), at(tick));
    let standing = |tick, s: &mut ChannelSample| s.flow = Reading::new(flow(19), at(tick));
    // Coolant counts where nothing can be read of the current, which would say that the pump rests.
    let unread =
        |tick, s: &mut ChannelSample| s.pump_current = Reading::faulty(Fault::Bus, at(tick));
    assert_channel(Condition::PumpRunsOn, 150, |tick, s| {
        off(s);
        unread(tick, s);
    });
    never_channel(Condition::PumpRunsOn, |tick, s| {
        off(s);
        resting(tick, s);
    });
    // Readings that come and go hide nothing, and a witness that falls silent takes nothing back.
    let flaky = run_channel(300, |tick, s| {
        off(s);
        standing(tick, s);
        if tick % 3 == 0 || tick > WARM_UP + 100 {
            unread(tick, s);
        }
    });
    let first = flaky.iter().position(|found| found.contains(Condition::PumpRunsOn)).unwrap();
    assert!(first <= 12, "{first}");
    assert!(flaky[first..].iter().all(|found| found.contains(Condition::PumpRunsOn)));
    assert_channel(Condition::PumpRunsOn, 10, |tick, s| {
        off(s);
        standing(tick, s);
    });
    never_channel(Condition::PumpRunsOn, |tick, s| {
        off(s);
        resting(tick, s);
        standing(tick, s);
    });
    // What cannot be read is no witness, and a pump that is driven may run.
    never_channel(Condition::PumpRunsOn, |tick, s| {
        off(s);
        s.pump_current = Reading::faulty(Fault::Bus, at(tick));
        s.flow = Reading::faulty(Fault::Bus, at(tick));
    });
    never_channel(Condition::PumpRunsOn, |_, s| s.pump_commanded = Duty(1));
}

// req: INT-008
#[test]
fn uncoupled_after_300_milliseconds() {
    assert_channel(Condition::CapUncoupled, 3, |tick, s| s.coupled = Reading::new(false, at(tick)));
    assert_channel(Condition::CapUncoupled, 3, |tick, s| {
        s.coupled = Reading::faulty(Fault::Bus, at(tick));
    });
    let last_good = Reading::new(true, at(WARM_UP - 1));
    // Older than 2 s from the 20th tick on, and then its own 300 ms.
    assert_channel(Condition::CapUncoupled, 23, |_, s| s.coupled = last_good);
}

fn without_cap(tick: u64, sample: &mut ChannelSample) {
    sample.coupled = Reading::new(false, at(tick));
    (sample.safety, sample.front, sample.rear) =
        (code(4_001)(tick), code(4_001)(tick), Reading::absent());
}

#[test]
fn a_cap_that_is_taken_off_takes_its_sensors_with_it() {
    let only_uncoupled = Conditions::of(&[Condition::CapUncoupled]);
    let found = run_channel(1_000, without_cap);
    assert!(found[..3].iter().all(|found| found.is_empty()));
    assert!(found[3..].iter().all(|&found| found == only_uncoupled));
}

#[test]
fn a_cap_that_comes_back_broken_is_found() {
    let found = run_channel(60, |tick, sample| {
        without_cap(tick, sample);
        sample.coupled = Reading::new(tick < WARM_UP + 50, at(tick)).map(|off: bool| !off);
    });
    assert_eq!(found[49], Conditions::of(&[Condition::CapUncoupled]));
    assert!(found[50..55].iter().all(|found| found.is_empty()));
    assert_eq!(found[55], Conditions::of(&[Condition::SafetySensor, Condition::FrontSensor]));
}

#[test]
fn a_chattering_coupling_does_not_hide_a_broken_sensor() {
    let found = run_channel(6, |tick, sample| {
        sample.safety = code(4_001)(tick);
        sample.coupled = Reading::new(tick % 4 == 0, at(tick));
    });
    assert!(found[5].contains(Condition::SafetySensor));
}

#[test]
fn freezing_counts_without_a_coupled_cap_too() {
    let found = run_channel(20, |tick, sample| {
        sample.coupled = Reading::new(false, at(tick));
        sample.safety = code(if tick < WARM_UP + 10 { 2_000 } else { 3_000 })(tick);
    });
    assert!(!found[10].contains(Condition::Freeze) && found[11].contains(Condition::Freeze));
}

#[test]
fn the_tank_sensor_fails() {
    assert_machine(Condition::TankSensor, 5, |tick, s| s.tank = code(4_001)(tick));
    assert_machine(Condition::TankSensor, 5, |tick, s| s.tank = code(98)(tick));
    let mut detector = MachineDetector::default();
    for tick in 0..=600 {
        assert_eq!(detector.tank_fault(), None);
        let tank = Reading::new(Ratio(2_000), at(tick));
        detector.step(at(tick), &MachineSample { tank, ..healthy_machine(tick) }, &limits());
    }
    assert_eq!(detector.tank_fault(), Some(Fault::Stuck));
}

// req: INT-010
#[test]
fn the_evaporator_is_cold_after_a_second() {
    assert_machine(Condition::EvaporatorCold, 10, |tick, s| s.evaporator = code(3_500)(tick));
    assert_machine(Condition::EvaporatorCold, 10, |tick, s| s.evaporator = code(4_001)(tick));
    assert_machine(Condition::EvaporatorCold, 10, |tick, s| s.evaporator = code(98)(tick));
    let found = run_machine(100, |tick, s| s.evaporator = code(3_498)(tick));
    assert!(found.iter().all(|found| found.is_empty()));
}

#[test]
fn switches_have_their_delays() {
    assert_machine(Condition::Leak, 5, |tick, s| s.leak = Reading::new(true, at(tick)));
    assert_machine(Condition::Leak, 5, |tick, s| s.leak = Reading::faulty(Fault::Bus, at(tick)));
    assert_machine(Condition::MainsLost, 5, |tick, s| s.mains = Reading::new(false, at(tick)));
    assert_machine(Condition::LevelLow, 20, |tick, s| s.level_ok = Reading::new(false, at(tick)));
}

#[test]
fn the_permit_differs_for_a_second() {
    let read = |is| move |tick: u64| Reading::new(is, at(tick));
    assert_machine(Condition::PermitMismatch, 10, |tick, s| s.permit_read_back = read(false)(tick));
    assert_machine(Condition::PermitMismatch, 10, |_, s| s.permit_commanded = false);
    assert_machine(Condition::PermitMismatch, 10, |tick, s| {
        s.permit_read_back = Reading::faulty(Fault::Bus, at(tick));
    });
    assert_machine(Condition::PermitMismatch, 10, |tick, s| {
        s.permit_commanded = false;
        s.permit_read_back = Reading::faulty(Fault::Bus, at(tick));
    });
    let both_off = run_machine(100, |tick, s| {
        s.permit_commanded = false;
        s.permit_read_back = read(false)(tick);
    });
    assert!(both_off.iter().all(|found| found.is_empty()));
}

#[test]
fn a_chiller_that_goes_on_is_stuck_after_fifteen_seconds() {
    assert_machine(Condition::ChillerStuck, 150, |_, s| s.chiller_commanded = Duty::OFF);
    assert_machine(Condition::ChillerStuck, 150, |tick, s| {
        s.chiller_commanded = Duty::OFF;
        s.chiller_read_back = Reading::faulty(Fault::Bus, at(tick));
    });
    let stops_late = run_machine(400, |tick, s| {
        s.chiller_commanded = Duty::OFF;
        let on = if tick < WARM_UP + 149 { Duty(1) } else { Duty::OFF };
        s.chiller_read_back = Reading::new(on, at(tick));
    });
    assert!(stops_late.iter().all(|found| found.is_empty()));
    let comes_on_by_itself = run_machine(400, |tick, s| {
        s.chiller_commanded = Duty::OFF;
        let on = if tick < WARM_UP + 300 { Duty::OFF } else { Duty(1) };
        s.chiller_read_back = Reading::new(on, at(tick));
    });
    assert_onset(&comes_on_by_itself, Condition::ChillerStuck, 350);
}

#[test]
fn the_link_is_lost_after_more_than_three_and_a_half_seconds() {
    let found = |silent: Option<Duration>| {
        run_machine(1, |_, s| s.host_silent = silent)[0].contains(Condition::LinkLost)
    };
    assert!(!found(Some(Duration::from_millis(3_500))));
    assert!(found(Some(Duration::from_millis(3_501))));
    assert!(!found(None));
}

#[test]
fn what_is_not_fitted_raises_nothing() {
    let (mut channel, mut machine) = (ChannelDetector::default(), MachineDetector::default());
    for tick in 0..2_000 {
        let bare = ChannelSample { pump_commanded: Duty::FULL, ..ChannelSample::default() };
        assert!(channel.step(at(tick), &bare, &limits()).is_empty());
        let bare = MachineSample { permit_commanded: tick % 7 == 0, ..MachineSample::default() };
        assert!(machine.step(at(tick), &bare, &limits()).is_empty());
    }
}

// req: INT-021
#[test]
fn limits_that_cannot_work_are_refused() {
    let raw = |raw| Limits::new(raw, FLOW, Delays::default()).unwrap_err();
    assert_eq!(
        raw(RawLimits { freeze_near: Ratio(3_001), ..RAW }),
        LimitsError::NearColderThanTrip
    );
    assert_eq!(raw(RawLimits { open_above: Ratio(3_500), ..RAW }), LimitsError::HiddenByOpen);
    assert_eq!(raw(RawLimits { freeze_trip: Ratio(4_000), ..RAW }), LimitsError::HiddenByOpen);
    assert_eq!(raw(RawLimits { short_below: Ratio(2_900), ..RAW }), LimitsError::HiddenByShort);
    let cold = RawLimits { evaporator_cold: Ratio(100), ..RAW };
    assert_eq!(raw(cold), LimitsError::HiddenByShort);

    let flow = |flow| Limits::new(RAW, flow, Delays::default()).unwrap_err();
    let minimum_flow = Pulses { edges: 20, window: Duration::ZERO };
    assert_eq!(flow(FlowLimits { minimum_flow, ..FLOW }), LimitsError::NoFlowLimit);
    let minimum_flow = Pulses { edges: 0, ..FLOW.minimum_flow };
    assert_eq!(flow(FlowLimits { minimum_flow, ..FLOW }), LimitsError::NoFlowLimit);
    let still = FlowLimits { minimum_pump_current: MilliAmps(0), ..FLOW };
    assert_eq!(flow(still), LimitsError::NoFlowLimit);

    let delays = |delays| Limits::new(RAW, FLOW, delays);
    let samples = |freeze_samples| delays(Delays { freeze_samples, ..Delays::default() });
    assert!(samples(1).is_ok() && samples(5).is_ok());
    assert_eq!(samples(0), Err(LimitsError::FreezeSamples));
    assert_eq!(samples(6), Err(LimitsError::FreezeSamples));
    let cap_uncoupled = Duration::from_millis(500);
    let slow = Delays { cap_uncoupled, ..Delays::default() };
    assert_eq!(delays(slow), Err(LimitsError::CouplingTooSlow));
    let stale = Delays { sensor_stale: Duration::from_millis(300), ..Delays::default() };
    assert_eq!(delays(stale), Err(LimitsError::CouplingTooSlow));
}

#[test]
fn disclosed_delays_are_the_ones_that_act() {
    let delays = Delays::default();
    let ticks = |condition| delays.onset(condition).unwrap().as_millis() / 100;
    let found = run_machine(200, |_, s| s.chiller_commanded = Duty::OFF);
    assert_onset(&found, Condition::ChillerStuck, ticks(Condition::ChillerStuck) as usize);
    let found = run_machine(30, |tick, s| s.leak = Reading::new(true, at(tick)));
    assert_onset(&found, Condition::Leak, ticks(Condition::Leak) as usize);
    assert_eq!(delays.onset(Condition::Freeze), None);
    assert_eq!(delays.onset(Condition::BreakOver), None);
}

proptest! {
    /// Freezing holds exactly when the last two samples that could be read were freezing.
    #[test]
    fn freeze_follows_the_last_two_readable_samples(kinds in prop::collection::vec(0u8..4, 1..60)) {
        let mut detector = ChannelDetector::default();
        let mut readable = vec![];
        for (tick, kind) in (0u64..).zip(kinds) {
            let safety = match kind {
                0 => { readable.push(false); code(2_000)(tick) }
                1 => { readable.push(true); code(3_000)(tick) }
                2 => code(4_001)(tick),
                _ => Reading::faulty(Fault::Bus, at(tick)),
            };
            let sample = ChannelSample { safety, ..healthy_channel(tick) };
            let found = detector.step(at(tick), &sample, &limits());
            let expected = readable.len() >= 2 && readable[readable.len() - 2..] == [true, true];
            prop_assert_eq!(found.contains(Condition::Freeze), expected);
        }
    }

    /// A leak holds exactly when it was seen at all of the last six ticks.
    #[test]
    fn a_delay_is_an_unbroken_row(wet in prop::collection::vec(prop::bool::weighted(0.8), 1..80)) {
        let mut detector = MachineDetector::default();
        for (tick, &is) in wet.iter().enumerate() {
            let now = at(tick as u64);
            let sample = MachineSample { leak: Reading::new(is, now), ..healthy_machine(tick as u64) };
            let found = detector.step(now, &sample, &limits());
            let expected = tick >= 5 && wet[tick - 5..=tick].iter().all(|&is| is);
            prop_assert_eq!(found.contains(Condition::Leak), expected);
        }
    }
}
