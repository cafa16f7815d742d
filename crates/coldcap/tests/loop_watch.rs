//! The watch over a channel's loop, through the facade: what it finds, what it must not find, and what
//! becomes of it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;

use bench::{Bench, is_still};
use coldcap::{Action, ChannelFlags, ChannelInputs, Outputs, Phase};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::{Answer, Refusal, Request, Role};
use coldcap_units::{Duty, Fault, Instant, Ratio, Reading};

const IMPLAUSIBLE: Condition = Condition::LoopImplausible;

/// The target is held on a worn cap.
fn holding() -> Bench<1> {
    let mut bench = Bench::new();
    bench.bring_to(Phase::Ready);
    assert!(!bench.tick().machine.alarms.contains(IMPLAUSIBLE));
    bench
}

fn spoilt(bench: &mut Bench<1>, spoil: impl FnOnce(&mut ChannelInputs, Instant)) -> Outputs<1> {
    let now = bench.now;
    bench.tick_with(|inputs| spoil(&mut inputs.channels[0], now))
}

fn stands_at(duty: Duty) -> impl Fn(&mut ChannelInputs, Instant) {
    move |channel, now| channel.valve = Reading::new(duty, now)
}

/// A sensor that shows the same temperature for ever, but for the last bits of its converter: the guard,
/// which looks for the same code again and again, has nothing against it.
fn repeats(code: Ratio) -> impl Fn(&mut ChannelInputs, Instant) {
    move |channel, now| {
        let flicker = (now.as_millis() / 100 % 3) as u32;
        channel.supply = Reading::new(Ratio(code.0 + flicker), now);
    }
}

/// Tenths of a second until the condition is said; one earlier, nothing is driven any more.
fn found_after(
    bench: &mut Bench<1>,
    condition: Condition,
    limit: u32,
    spoil: impl Fn(&mut ChannelInputs, Instant),
) -> Option<u32> {
    let mut before = None;
    (1..=limit).find(|_| {
        let outputs = spoilt(bench, &spoil);
        let found = outputs.machine.alarms.contains(condition);
        let last = before.replace(is_still(&outputs, 0));
        assert!(!found || last == Some(true), "something was driven in the tick before");
        found
    })
}

fn clinician(bench: &mut Bench<1>) -> Answer {
    bench.reset(Role::Clinician, |confirm| Request::ClinicianReset { confirm })
}

const STUCK: Condition = Condition::ValveStuck;

#[test]
fn a_valve_that_stays_open_takes_the_power_and_waits_for_service() {
    let mut bench = holding();
    let open = stands_at(Duty::FULL);
    assert_eq!(found_after(&mut bench, STUCK, 600, &open), Some(201));
    let outputs = spoilt(&mut bench, &open);
    assert!(is_still(&outputs, 0) && !outputs.drives.permit);
    // As long as it is read as open, not even service may.
    let service = |bench: &mut Bench<1>, confirm| {
        let request = Request::ServiceReset { confirm };
        let command = bench.command_as(Role::Service, Action::Request(request));
        let mut input = bench.next_input();
        input.commands.list.push(command);
        open(&mut input.inputs.channels[0], bench.now);
        bench.feed(&input).answers.as_slice()[0].result
    };
    let _ = service(&mut bench, false);
    assert_eq!(service(&mut bench, true), Err(Refusal::FaultActive));
    // It does not go on by itself, not even when the valve follows again, nor on a clinician's word.
    bench.act(&[Action::AcknowledgeAlarms]);
    assert_eq!(clinician(&mut bench), Err(Refusal::ServiceDue));
    for _ in 0..600 {
        let outputs = bench.tick();
        assert!(is_still(&outputs, 0) && outputs.machine.alarms.contains(STUCK));
    }
    bench.run(1);
    bench.reset(Role::Service, |confirm| Request::ServiceReset { confirm }).unwrap();
    bench.resume();
    bench.until(Phase::Ready);
    assert!(!bench.drives.channels[0].pump.is_off());
    // And the watch is armed again.
    assert_eq!(found_after(&mut bench, STUCK, 600, &open), Some(201));
}

#[test]
fn a_clinician_who_acknowledges_every_second_hides_no_valve_that_stays_open() {
    let mut bench = holding();
    bench.act(&[Action::Request(Request::Stop)]);
    let open = stands_at(Duty::FULL);
    let found = (1..=400).find(|tick| {
        if tick % 10 == 0 {
            let command = bench.command_as(Role::Clinician, Action::AcknowledgeAlarms);
            let mut input = bench.next_input();
            input.commands.list.push(command);
            open(&mut input.inputs.channels[0], bench.now);
            return bench.feed(&input).machine.alarms.contains(STUCK);
        }
        spoilt(&mut bench, &open).machine.alarms.contains(STUCK)
    });
    assert_eq!(found, Some(201));
}

#[test]
fn a_supply_sensor_that_repeats_itself_is_found_and_nothing_is_driven_on_its_word() {
    let mut bench = holding();
    let frozen = repeats(bench.inputs().channels[0].supply.value.unwrap());
    // Two minutes without noise.
    assert_eq!(found_after(&mut bench, IMPLAUSIBLE, 3_000, &frozen), Some(1_202));
    assert!(is_still(&spoilt(&mut bench, &frozen), 0));
    // Acknowledging is no reset.
    bench.act(&[Action::AcknowledgeAlarms]);
    bench.run(60);
    let outputs = bench.tick();
    assert!(is_still(&outputs, 0) && outputs.machine.alarms.contains(IMPLAUSIBLE));
    for _ in 0..2 {
        clinician(&mut bench).unwrap();
        bench.resume();
        bench.until(Phase::Ready);
        assert!(!bench.tick().machine.alarms.contains(IMPLAUSIBLE));
        let frozen = repeats(bench.inputs().channels[0].supply.value.unwrap());
        assert!(found_after(&mut bench, IMPLAUSIBLE, 3_000, &frozen).is_some());
        bench.act(&[Action::AcknowledgeAlarms]);
        bench.run(1);
    }
    // Twice in a session, and no more.
    assert_eq!(clinician(&mut bench), Err(Refusal::ServiceDue));
    assert!(bench.tick().machine.alarms.contains(Condition::ResetsSpent));
}

/// Two minutes in which the watch does not even warn; that the valve is not seen is said after two seconds.
fn assert_unseen(spoil: impl Fn(&mut ChannelInputs, Instant)) {
    let mut bench = holding();
    for tick in 0..1_200 {
        let outputs = spoilt(&mut bench, &spoil);
        let unseen = Conditions::EMPTY.with_if(Condition::ValveUnseen, tick >= 19);
        assert_eq!(outputs.machine.alarms, unseen, "{tick}");
        assert!(!outputs.channels[0].flags.has(ChannelFlags::LOOP_WARNED), "{tick}");
    }
}

#[test]
fn a_position_that_nobody_knows_says_nothing_against_the_valve() {
    let unknown = |channel: &mut ChannelInputs, now: Instant| {
        channel.valve = Reading::faulty(Fault::Open, now);
    };
    let stale = |channel: &mut ChannelInputs, now: Instant| {
        let old = Instant::from_millis(now.as_millis() - 1_000);
        channel.valve = Reading::new(Duty::FULL, old);
    };
    assert_unseen(unknown);
    assert_unseen(stale);
}

#[test]
fn a_position_that_flickers_is_no_alarm() {
    let mut bench = holding();
    for tick in 0..600 {
        let outputs = spoilt(&mut bench, |channel, now| {
            if tick % 3 != 0 {
                channel.valve = Reading::faulty(Fault::Bus, now);
            }
        });
        assert!(outputs.machine.alarms.is_empty(), "{tick}: {:?}", outputs.machine.alarms);
    }
}

/// The power is the machine's: what cuts it stops the neighbour's treatment too, and that one goes on only
/// when somebody resumes it.
#[test]
fn a_neighbour_of_a_stuck_valve_does_not_go_on_by_itself() {
    let mut bench: Bench<2> = Bench::new();
    bench.bring_to(Phase::Ready);
    bench.bring_neighbour_to(Phase::Ready);
    let pumps = |outputs: &Outputs<2>| [0, 1].map(|index| !is_still(outputs, index));
    assert_eq!(pumps(&bench.tick()), [true, true]);
    for _ in 0..300 {
        let now = bench.now;
        bench.tick_with(|inputs| inputs.channels[0].valve = Reading::new(Duty::FULL, now));
    }
    let outputs = bench.tick();
    assert!(outputs.machine.alarms.contains(STUCK) && !outputs.drives.permit);
    assert!(!outputs.channels[1].phase.is_cooling(), "{}", outputs.channels[1].phase);
    bench.run(1);
    bench.reset(Role::Service, |confirm| Request::ServiceReset { confirm }).unwrap();
    for _ in 0..300 {
        assert_eq!(pumps(&bench.tick()), [false, false]);
    }
}

#[test]
fn a_valve_that_lags_by_its_stroke_is_healthy() {
    let mut bench = holding();
    let mut position = f64::from(bench.drives.channels[0].valve.0);
    for tick in 0..6_000 {
        // A whole stroke in 10 s.
        let driven = f64::from(bench.drives.channels[0].valve.0);
        let travel = 65_535.0 / 100.0;
        position += (driven - position).clamp(-travel, travel);
        if tick == 1_000 {
            bench.ask(coldcap_session::Request::EaseOff).unwrap();
        }
        let outputs = spoilt(&mut bench, stands_at(Duty(position as u16)));
        assert!(!outputs.machine.alarms.contains(IMPLAUSIBLE), "{tick}");
        assert!(!outputs.machine.alarms.contains(Condition::TooWarm), "{tick}");
    }
}

/// Flow is told as nothing for some ticks, 100 s after the sensor froze.
fn found_with_a_dip(ticks: u32) -> Option<u32> {
    let mut bench = holding();
    let frozen = repeats(bench.inputs().channels[0].supply.value.unwrap());
    let dips = 1_000..1_000 + ticks;
    (1..4_000).find(|tick| {
        let outputs = spoilt(&mut bench, |channel, now| {
            frozen(channel, now);
            if dips.contains(tick) {
                channel.flow = Reading::faulty(Fault::Bus, now);
            }
        });
        outputs.machine.alarms.contains(IMPLAUSIBLE)
    })
}

#[test]
fn a_dip_of_the_flow_costs_what_was_seen_only_when_it_lasts() {
    assert_eq!(found_with_a_dip(1), Some(1_203));
    assert_eq!(found_with_a_dip(20), Some(1_222));
}

#[test]
fn a_valve_that_does_nothing_does_not_hide_a_frozen_sensor() {
    let mut bench = holding();
    let [warm, back] =
        [6_000, 6_500].map(|milli| bench::code(bench.device.control.config(), milli).0);
    let closed = |channel: &mut ChannelInputs, now: Instant| {
        channel.valve = Reading::new(Duty::OFF, now);
        let noise = (now.as_millis() / 100 % 7) as u32;
        channel.supply = Reading::new(Ratio(warm + 65_536 * noise), now);
        channel.returned = Reading::new(Ratio(back + 65_536 * noise), now);
    };
    for _ in 0..2_500 {
        spoilt(&mut bench, closed);
    }
    // It does too little: that is said, and cooling goes on.
    let outputs = spoilt(&mut bench, closed);
    assert!(outputs.machine.alarms.contains(Condition::TooWarm));
    assert!(!outputs.machine.alarms.contains(IMPLAUSIBLE) && !is_still(&outputs, 0));
    let frozen = repeats(Ratio(warm));
    let both = |channel: &mut ChannelInputs, now| {
        closed(channel, now);
        frozen(channel, now);
    };
    assert!(found_after(&mut bench, IMPLAUSIBLE, 1_300, both).is_some());
    assert!(is_still(&spoilt(&mut bench, both), 0));
}

#[test]
fn a_warning_is_a_flag_of_the_status_and_no_alarm() {
    let mut bench = holding();
    let warned = |outputs: &Outputs<1>| outputs.channels[0].flags.has(ChannelFlags::LOOP_WARNED);
    for _ in 0..150 {
        spoilt(&mut bench, stands_at(Duty::FULL));
    }
    bench.run(30);
    let outputs = bench.tick();
    assert!(warned(&outputs) && !outputs.machine.alarms.contains(IMPLAUSIBLE));
    bench.act(&[Action::AcknowledgeAlarms]);
    assert!(!warned(&bench.tick()));
}

/// Who acknowledges that it is too warm, again and again, hides no sensor that has frozen behind it.
#[test]
fn an_acknowledged_trip_of_too_little_hides_no_frozen_sensor() {
    let found_with = |patience: u32| {
        let mut bench = holding();
        let [warm, back] =
            [6_000, 6_500].map(|milli| bench::code(bench.device.control.config(), milli).0);
        let closed = move |channel: &mut ChannelInputs, now: Instant| {
            channel.valve = Reading::new(Duty::OFF, now);
            let noise = (now.as_millis() / 100 % 7) as u32;
            channel.supply = Reading::new(Ratio(warm + 65_536 * noise), now);
            channel.returned = Reading::new(Ratio(back + 65_536 * noise), now);
        };
        (0..2_500).for_each(|_| drop(spoilt(&mut bench, closed)));
        let frozen = repeats(Ratio(warm));
        let (mut there, mut presses) = (0, 0);
        let found = (1..=3_000).find(|_| {
            let now = bench.now;
            let mut input = bench.next_input();
            closed(&mut input.inputs.channels[0], now);
            frozen(&mut input.inputs.channels[0], now);
            if there > patience {
                let acknowledge = bench.command_as(Role::Clinician, Action::AcknowledgeAlarms);
                input.commands.list.push(acknowledge);
                (there, presses) = (0, presses + 1);
            }
            let outputs = bench.feed(&input);
            there += u32::from(outputs.machine.alarms.contains(Condition::TooWarm));
            outputs.machine.alarms.contains(IMPLAUSIBLE)
        });
        (found, presses)
    };
    let (undisturbed, _) = found_with(u32::MAX);
    assert!(undisturbed.is_some());
    for patience in [50, 300, 1_000] {
        let (found, presses) = found_with(patience);
        assert!(presses > 0);
        assert_eq!(found, undisturbed, "{presses} acknowledgements, each behind {patience} ticks");
    }
}
