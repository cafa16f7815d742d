//! What every tick keeps, whatever comes in.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::dice::{Dice, Machine as _};
use bench::{Bench, bytes, circulating, control_of, is_still};
use coldcap::{Action, Control, Inputs, Outputs, Phase, TICK, TickInput};
use coldcap_guard::Condition;
use coldcap_session::Request;
use coldcap_units::{Coolant, Duration, Duty, Fault, Instant, Ratio, Reading};
use proptest::prelude::*;

/// What holds after every tick.
fn check<const CHANNELS: usize>(control: &Control<CHANNELS>, outputs: &Outputs<CHANNELS>) {
    let drives = &outputs.drives;
    let supervision = control.config().supervision();
    let checkpoint = control.checkpoint();
    if !drives.permit {
        assert_eq!(drives.chiller, Duty::OFF, "{outputs:?}");
    }
    let permits = checkpoint.channels.map(|channel| channel.state.permit(&supervision));
    assert!(drives.chiller.is_off() || permits.iter().any(|permit| permit.chill), "{outputs:?}");
    assert!(!drives.permit || permits.iter().all(|permit| permit.power), "{outputs:?}");
    for (index, status) in outputs.channels.iter().enumerate() {
        let phase = checkpoint.channels[index].state.session.phase();
        assert_eq!(phase, status.phase);
        let may = drives.permit && permits[index].circulate && phase.circulates();
        assert!(may || is_still(outputs, index), "{phase}: {outputs:?}");
    }
    assert_eq!(outputs.answers.dropped(), 0);
}

/// Ideal inputs of the bench with some of them replaced.
fn spoiled(bench: &Bench<2>, dice: &mut Dice, now: Instant) -> Inputs<2> {
    let mut inputs = bench.inputs();
    let wild: Inputs<2> = dice.inputs(now);
    for (good, wild) in inputs.channels.iter_mut().zip(wild.channels) {
        match dice.roll(120) {
            0 => good.safety = wild.safety,
            1 => good.supply = wild.supply,
            2 => (good.front, good.rear) = (wild.front, wild.rear),
            3 => good.flow = wild.flow,
            4 => good.pump_current = wild.pump_current,
            5 => good.valve = wild.valve,
            6 => good.cap = wild.cap,
            7 => *good = wild,
            _ => {}
        }
    }
    match dice.roll(300) {
        0 => inputs = wild,
        1 => inputs.tank = wild.tank,
        2 => inputs.panel = wild.panel,
        3 => inputs.permit = wild.permit,
        4 => inputs.leak = wild.leak,
        _ => {}
    }
    inputs
}

/// A start from which a walk reaches much; made once, for it takes its ticks.
fn starts() -> &'static [Bench<2>] {
    static STARTS: std::sync::OnceLock<Vec<Bench<2>>> = std::sync::OnceLock::new();
    STARTS.get_or_init(|| {
        let there = |phase| {
            let mut bench = Bench::new();
            bench.bring_to(phase);
            bench
        };
        [Phase::Setup, Phase::FitVerify, Phase::PreCool, Phase::PostCool].map(there).to_vec()
    })
}

/// Walks from a start and returns all outputs as bytes.
fn walk(seed: u64, ticks: usize) -> Vec<Vec<u8>> {
    let mut dice = Dice::new(seed);
    let mut bench = starts()[dice.roll(4) as usize].clone();
    let mut all = Vec::new();
    for _ in 0..ticks {
        let now = dice.after(bench.now);
        let mut input = TickInput::new(now, spoiled(&bench, &mut dice, now));
        if dice.once_in(6) {
            input.commands = dice.commands();
        }
        bench.now = now;
        let outputs = bench.feed(&input);
        check(&bench.device.control, &outputs);
        all.push(bytes(&outputs));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_inputs_leave_a_machine_that_is_off_where_it_must_be(seed: u64) {
        let mut dice = Dice::new(seed);
        let mut control: Control<2> = Control::new(coldcap::Config::reference());
        let mut now = Instant::ZERO;
        for _ in 0..300 {
            now = dice.after(now);
            let outputs = control.tick(&dice.tick_input(now));
            check(&control, &outputs);
        }
    }

    #[test]
    fn a_treatment_among_faults_is_off_where_it_must_be_and_repeats_itself(seed: u64) {
        prop_assert!(walk(seed, 400) == walk(seed, 400));
    }

    /// Readings are stored as ages: what a recording or the lane hands over must do the same.
    #[test]
    fn inputs_that_went_through_bytes_do_the_same(seed: u64) {
        let mut dice = Dice::new(seed);
        let mut bench = starts()[dice.roll(4) as usize].clone();
        let mut replayed = control_of(&bench);
        for _ in 0..200 {
            let now = dice.after(bench.now);
            let mut input = TickInput::new(now, spoiled(&bench, &mut dice, now));
            input.commands = dice.commands();
            let mut buffer = [0; 1_024];
            let mut sink = coldcap::canonical::SliceSink::new(&mut buffer);
            input.write(&mut sink);
            let length = sink.finish().unwrap();
            let again = replayed.tick(&TickInput::read(&buffer[..length]).unwrap());
            bench.now = now;
            prop_assert!(bytes(&bench.feed(&input)) == bytes(&again));
        }
    }
}

/// A treatment in which a spoilt supply sensor stands at the end of its table as the ramp begins.
#[test]
fn a_ramp_that_begins_at_the_end_of_the_table_repeats_itself() {
    let seed = 15_355_369_886_478_961_506;
    assert!(walk(seed, 400) == walk(seed, 400));
}

/// A sensor whose clock runs ahead trips at the same tick whether it is seen live or replayed.
// req: INT-020
#[test]
fn a_reading_from_the_future_is_as_old_as_its_bytes_say() {
    let mut bench = starts()[2].clone();
    let mut replayed = control_of(&bench);
    let ahead = bench.now.plus(Duration::from_secs(60));
    let trip = bench.device.control.config().limits.raw().freeze_trip;
    for _ in 0..5 {
        let mut input = TickInput::new(bench.now.plus(TICK), bench.inputs());
        input.inputs.channels[0].safety = Reading::new(trip, ahead);
        let mut buffer = [0; 1_024];
        let mut sink = coldcap::canonical::SliceSink::new(&mut buffer);
        input.write(&mut sink);
        let length = sink.finish().unwrap();
        let again = replayed.tick(&TickInput::read(&buffer[..length]).unwrap());
        bench.now = input.now;
        assert!(bytes(&bench.feed(&input)) == bytes(&again));
    }
    assert_eq!(bench.phase(), Phase::Paused);
}

#[test]
fn the_walks_reach_what_they_are_about() {
    let mut seen = [0u32; 19];
    for seed in 0..40 {
        for outputs in walk(seed * 7_919 + 3, 200) {
            let glance: coldcap::Glance<2> = coldcap::Glance::read(&outputs).unwrap();
            seen[usize::from(glance.phases[0].code())] += u32::from(glance.drives.permit);
        }
    }
    for phase in [Phase::Standby, Phase::FitVerify, Phase::PreCool, Phase::PostCool, Phase::Paused]
    {
        assert!(seen[usize::from(phase.code())] > 0, "{phase}: {seen:?}");
    }
}

#[test]
fn a_bench_without_faults_cools() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    let outputs = bench.tick();
    check(&bench.device.control, &outputs);
    assert_eq!(outputs.drives.channels[0].pump, Duty::FULL);
    assert!(outputs.drives.permit && outputs.machine.alarms.is_empty());
    bench.until(Phase::Ready);
    let outputs = bench.tick();
    assert_eq!(outputs.channels[0].target.map(Coolant::to_milli), Some(-4_000));
    assert_eq!(outputs.channels[0].effective.map(Coolant::to_milli), Some(-4_000));
}

// req: INT-002
#[test]
fn a_stale_safety_sensor_stops_circulation_in_time() {
    for circulating in circulating() {
        let mut bench: Bench<1> = Bench::new();
        bench.bring_to(circulating);
        let last = bench.inputs().channels[0].safety;
        let began = bench.now;
        let mut stopped = None;
        for _ in 0..20 {
            let outputs = bench.tick_with(|inputs| inputs.channels[0].safety = last);
            if is_still(&outputs, 0) {
                stopped = stopped.or(Some(bench.now.since(began)));
            } else {
                assert_eq!(stopped, None, "{circulating}: it must not start again");
            }
        }
        let limit = Duration::from_millis(1_100);
        assert!(stopped.is_some_and(|after| after <= limit), "{circulating}: {stopped:?}");
        let active = bench.tick_with(|inputs| inputs.channels[0].safety = last).machine.alarms;
        assert!(active.contains(Condition::SafetySensor));
    }
}

// req: INT-001
#[test]
fn a_freeze_code_stops_the_pump_within_two_ticks_of_the_second_sample() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    let trip = bench.device.control.config().limits.raw().freeze_trip;
    let mut freezing = |trip: Ratio| {
        bench.tick_with(|inputs| {
            let taken = inputs.channels[0].safety.taken;
            inputs.channels[0].safety = Reading::new(trip, taken);
        })
    };
    assert!(!is_still(&freezing(trip), 0), "one sample is no freeze");
    let still =
        [freezing(trip), freezing(trip), freezing(trip)].map(|outputs| is_still(&outputs, 0));
    assert!(still[2] && still[1], "{still:?}");
    assert!(is_still(&bench.tick(), 0), "warmth alone brings nothing back");
    bench.run(5);
    assert_eq!(bench.phase(), Phase::Paused);
    let outputs = bench.tick();
    assert!(outputs.drives.chiller.is_off(), "a freeze takes the chiller, too");
    assert!(outputs.machine.alarms.contains(Condition::Freeze));
}

#[test]
fn a_code_just_warmer_than_the_limit_does_not_trip() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    let limit = bench.device.control.config().limits.raw().freeze_trip;
    for tick in 0..30 {
        let outputs = bench.tick_with(|inputs| {
            let taken = inputs.channels[0].safety.taken;
            inputs.channels[0].safety = Reading::new(Ratio(limit.0 - 1 - tick % 3), taken);
        });
        assert!(!is_still(&outputs, 0));
        assert_eq!(outputs.machine.alarms.contains(Condition::FreezeNear), tick >= 10, "{tick}");
    }
}

// req: INT-018
#[test]
fn one_proof_of_health_a_tick() {
    let mut bench: Bench<2> = Bench::new();
    for _ in 0..100 {
        let outputs = bench.tick();
        assert_eq!(outputs.health.map(|proof| proof.tick()), Some(bench.now));
    }
    // A tick that was already proven gives nothing more, nor does a clock that goes back.
    let again = TickInput::new(bench.now, bench.inputs());
    assert!(bench.feed(&again).health.is_none());
    let before = TickInput::new(bench.now.minus(TICK), bench.inputs());
    assert!(bench.feed(&before).health.is_none());
    assert!(bench.tick().health.is_some());
}

#[test]
fn the_stop_key_stops_every_circulating_phase_in_its_tick() {
    for phase in circulating() {
        let mut bench: Bench<1> = Bench::new();
        bench.bring_to(phase);
        assert!(!bench.tick().drives.channels[0].pump.is_off(), "{phase}");
        assert_eq!(bench.phase(), phase);
        let outputs = bench.tick_with(|inputs| inputs.panel.stop = true);
        assert!(is_still(&outputs, 0), "{phase}");
        assert!(!outputs.channels[0].phase.circulates(), "{phase}");
        bench.run(3);
        assert!(is_still(&bench.tick(), 0), "{phase}: it stays off");
    }
}

// req: SES-001
#[test]
fn every_role_stops_and_the_stop_key_stops_both_channels() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    for role in coldcap_session::Role::ALL {
        let mut bench = bench.clone();
        let mut input = TickInput::new(bench.now.plus(TICK), bench.inputs());
        let stop = bench.command(0, Action::Request(Request::Stop));
        input.commands.list.push(coldcap::Command { role, ..stop });
        assert!(is_still(&bench.feed(&input), 0), "{role:?}");
    }
    let mut both = starts()[2].clone();
    for wish in [
        Request::select(coldcap_session::Patient { id: 18, ..bench::PATIENT }),
        Request::ChoosePlan(bench::PLAN),
        Request::Acknowledge,
        Request::Start,
    ] {
        let mut input = TickInput::new(both.now.plus(TICK), both.inputs());
        input.commands.list.push(both.command(1, Action::Request(wish)));
        both.now = input.now;
        let answered = both.feed(&input).answers.as_slice()[0].result;
        assert!(answered.is_ok(), "{wish:?}: {answered:?}");
    }
    let running = both.tick();
    assert!(!is_still(&running, 0) && !running.drives.channels[1].pump.is_off());
    let outputs = both.tick_with(|inputs| inputs.panel.stop = true);
    assert!(is_still(&outputs, 0) && is_still(&outputs, 1));
}

// req: INT-020
#[test]
fn nothing_is_driven_without_inputs() {
    let mut control: Control<1> = Control::new(coldcap::Config::reference());
    for tick in 0..1_000 {
        let now = Instant::from_millis(tick * 100);
        let outputs = control.tick(&TickInput::new(now, Inputs::default()));
        assert!(is_still(&outputs, 0) && outputs.drives.chiller.is_off());
    }
}

/// The entries of a record that a watcher has seen, checked as a chain.
fn verify(entries: &[coldcap_session::record::Entry]) {
    coldcap_session::record::verify(entries).unwrap();
}

// req: REC-003
#[test]
fn the_loss_of_everything_at_once_loses_no_entry_of_the_record() {
    let mut bench = starts()[2].clone();
    let mut records = [Vec::new(), Vec::new()];
    let before = bench.device.control.checkpoint().channels.map(|channel| channel.chain);
    for tick in 0..60 {
        let outputs = bench.tick_with(|inputs| {
            if tick >= 5 {
                *inputs = all_faulty(inputs.mains.taken);
            }
        });
        assert_eq!(outputs.entries.dropped(), 0, "tick {tick}");
        for entry in &outputs.entries {
            let entry = coldcap_session::record::Entry::from_bytes(&entry.0);
            records[usize::from(entry.channel)].push(entry);
        }
    }
    let after = bench.device.control.checkpoint().channels.map(|channel| channel.chain);
    for index in 0..2 {
        assert_eq!(before[index].follow(&records[index]), Ok(after[index]));
        assert!(records[index].len() > 8, "much is to be said");
    }
}

fn all_faulty(taken: Instant) -> Inputs<2> {
    let mut inputs = Inputs::default();
    let channel = &mut inputs.channels[0];
    for sensor in [
        &mut channel.supply,
        &mut channel.returned,
        &mut channel.front,
        &mut channel.rear,
        &mut channel.safety,
        &mut inputs.tank.coolant,
        &mut inputs.tank.evaporator,
    ] {
        *sensor = Reading::faulty(Fault::Bus, taken);
    }
    channel.cap.coupled = Reading::new(true, taken);
    inputs.channels[1] = inputs.channels[0];
    inputs
}

// req: REC-001
#[test]
fn the_record_of_a_treatment_is_one_chain() {
    let mut bench: Bench<1> = Bench::new();
    let mut entries = Vec::new();
    let mut keep = |outputs: &Outputs<1>| {
        let read =
            |entry: &coldcap::EntryBytes| coldcap_session::record::Entry::from_bytes(&entry.0);
        entries.extend(outputs.entries.iter().map(read));
    };
    for _ in 0..60 {
        keep(&bench.tick());
    }
    for request in [
        Request::select(bench::PATIENT),
        Request::ChoosePlan(bench::PLAN),
        Request::Acknowledge,
        Request::Start,
        Request::Worn(true),
        Request::Pause(1),
    ] {
        keep(&bench.act(&[Action::Request(request)]));
        keep(&bench.tick());
    }
    assert_eq!(bench.phase(), Phase::Paused);
    verify(&entries);
    assert_eq!(entries.len() as u32, bench.device.control.checkpoint().channels[0].chain.len());
}

// req: INT-002
#[test]
fn a_machine_without_a_safety_sensor_never_cools() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    for _ in 0..20 {
        bench.tick_with(|inputs| inputs.channels[0].safety = Reading::absent());
    }
    let outputs = bench.tick_with(|inputs| inputs.channels[0].safety = Reading::absent());
    assert!(outputs.drives.channels[0].pump.is_off());
    assert!(outputs.machine.alarms.contains(coldcap_guard::Condition::SafetySensor));
}

#[test]
fn late_ticks_use_up_time_and_are_credited_to_nothing() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    let before = bench.tick().channels[0];
    bench.now = bench.now.plus(Duration::from_secs(30));
    let after = bench.tick().channels[0];
    assert!(after.elapsed.minus(before.elapsed) >= Duration::from_secs(30));
    assert_eq!(after.cooled, before.cooled);
}

// req: SES-019
#[test]
fn the_panel_acknowledge_watches_the_session_again() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::Ready);
    bench.run(100);
    let left = |bench: &Bench<1>| {
        bench.device.control.checkpoint().channels[0].state.session.attendance().left()
    };
    let before = left(&bench);
    bench.tick_with(|inputs| inputs.panel.acknowledge = true);
    assert!(left(&bench) > before);
}
