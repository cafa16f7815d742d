//! What is driven by hand, in the record and in the bytes of a tick.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::dice::Dice;
use bench::hand::{
    HALF, MACHINE, cut_power, driven, driving, ended, hand, pump, pumps, service, standby, tick,
};
use bench::{Bench, control_of, is_still};
use coldcap::canonical::{Canonical, Malformed, SliceSink, Source};
use coldcap::{
    Action, Actuator, Command, ENTRIES_MAXIMUM, Outputs, TICK, TickInput, VendorConditions,
};
use coldcap_session::record::{Entry, fold, verify};
use coldcap_session::{
    ByHand, Event, Fact, HandEnd, Phase, Refusal, Request, Role, State, WallTime,
};
use coldcap_units::{Duration, Duty, Instant};

/// The records of both channels, whole and in order.
fn records(all: &[Entry]) -> [Vec<Entry>; 2] {
    [0, 1].map(|channel| all.iter().filter(|it| it.channel == channel).copied().collect())
}

// req: HND-004, REC-002
#[test]
fn the_record_tells_who_drove_what_and_verifies() {
    let mut bench: Bench<2> = Bench::new();
    let mut all = Vec::new();
    let mut keep = |outputs: &Outputs<2>| {
        all.extend(outputs.entries.iter().map(|entry| Entry::from_bytes(&entry.0)));
    };
    while bench.now < Instant::from_millis(12_000) {
        keep(&bench.tick());
    }
    for number in 0..60_u16 {
        let duty = if number < 30 { HALF } else { Duty::FULL };
        let drives = [
            service(0, hand(Actuator::Pump, duty, 300)),
            service(1, hand(Actuator::Valve, duty, 300)),
        ];
        keep(&tick(&mut bench, &drives, |_| {}));
    }
    for _ in 0..50 {
        keep(&bench.tick());
    }
    let expected = |actuator| {
        [driven(actuator, HALF), driven(actuator, Duty::FULL), ended(actuator, HandEnd::Expired)]
    };
    let config = bench.device.control.config().session;
    for (channel, actuator) in [(0, Actuator::Pump), (1, Actuator::Valve)] {
        let entries = &records(&all)[channel];
        verify(entries).unwrap();
        let events = entries.iter().filter_map(|entry| entry.fields.event());
        let by_hand: Vec<ByHand> = events
            .filter_map(|event| match event {
                Event::ByHand(told) => Some(told),
                _ => None,
            })
            .collect();
        assert_eq!(by_hand, expected(actuator), "one for each change, none for a renewal");
        assert_eq!(fold(entries, &config).unwrap().phase(), Phase::Standby);
    }
}

/// A tick that tells channel 0 three scores off the scale behind another command, while a key is pressed or let go and the maker's conditions come
/// and go.
fn flood(bench: &mut Bench<2>, first: Command) -> Outputs<2> {
    let score = service(0, Action::Fact(Fact::Comfort(200)));
    let even = (bench.now.as_millis() / 100).is_multiple_of(2);
    tick(bench, &[first, score, score, score], |inputs| {
        inputs.panel.acknowledge = even;
        inputs.vendor = VendorConditions::from_bits(if even { u16::MAX } else { 0 });
    })
}

/// How many entries of channel 0 no tick had room for.
fn waiting(bench: &Bench<2>) -> usize {
    let held = bench.device.control.held_entries();
    held.filter(|entry| Entry::from_bytes(&entry.0).channel == 0).count()
}

/// While the record is behind nothing is driven by hand anew, nor further; what is driven ends as it likes.
// req: REC-006
#[test]
fn a_record_that_is_behind_lets_nobody_begin() {
    for asked in [true, false] {
        let mut bench: Bench<2> = driving();
        let mut entries = Vec::new();
        let mut keep = |outputs: &Outputs<2>| {
            entries.extend(outputs.entries.iter().map(|entry| Entry::from_bytes(&entry.0)));
        };
        let score = service(0, Action::Fact(Fact::Comfort(200)));
        let mut ticks = (0..500).map(|number| {
            let renewal = number % 10 == 9;
            let outputs = flood(&mut bench, if renewal { service(0, pump(2_000)) } else { score });
            keep(&outputs);
            outputs
        });
        let is_refused = |outputs: &Outputs<2>| outputs.answers.as_slice()[0].result.is_err();
        let outputs = ticks.find(is_refused).unwrap();
        assert_eq!(outputs.answers.as_slice()[0].result, Err(Refusal::TooEarly));
        assert!(waiting(&bench) > ENTRIES_MAXIMUM);
        assert!(pumps(&outputs), "what was granted goes on for its time");
        let wish = if asked { pump(0) } else { Action::Request(Request::Stop) };
        let outputs = flood(&mut bench, service(0, wish));
        keep(&outputs);
        assert!(outputs.answers.as_slice()[0].result.is_ok() && is_still(&outputs, 0));
        while bench.device.control.held_entries().count() > 0 {
            keep(&bench.tick());
        }
        let end = if asked { HandEnd::Asked } else { HandEnd::Stopped };
        let end = Event::ByHand(ended(Actuator::Pump, end));
        assert!(entries.iter().any(|entry| entry.fields.event() == Some(end)));
        // The records began before: each entry follows the one before it.
        for entries in records(&entries) {
            assert!(entries.windows(2).all(|pair| pair[1].index == pair[0].index + 1));
        }
    }
}

fn written(action: Action) -> Vec<u8> {
    let mut buffer = [0; 64];
    let mut sink = SliceSink::new(&mut buffer);
    service(3, action).write(Instant::ZERO, &mut sink);
    let length = sink.finish().unwrap();
    buffer[..length].to_vec()
}

/// The new form stands behind those that are known, which are what they were.
// req: HND-004
#[test]
fn a_drive_survives_as_bytes_and_what_was_recorded_reads_as_before() {
    let read = |bytes: &[u8]| Command::read(Instant::ZERO, &mut Source::new(bytes));
    for (actuator, number) in Actuator::ALL.into_iter().zip(1..) {
        let action = hand(actuator, Duty(0x0201), 0x0605_0403);
        let bytes = written(action);
        assert_eq!(bytes, [9, 0, 3, 3, 5, number, 1, 2, 3, 4, 5, 6]);
        assert_eq!(read(&bytes), Ok(service(3, action)));
    }
    let before: [(Action, &[u8]); 5] = [
        (Action::Request(Request::Stop), &[0, 12]),
        (Action::Fact(Fact::CapOff), &[1, 3, 0, 0, 0, 0]),
        (Action::AcknowledgeAlarms, &[2]),
        (Action::PauseAudio, &[3]),
        (Action::SetClock(WallTime::default()), &[4, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ];
    for (action, bytes) in before {
        assert_eq!(written(action)[4..], *bytes);
    }
    let [unknown, further] =
        [[9, 0, 3, 3, 5, 4, 0, 0, 0, 0, 0, 0], [9, 0, 3, 3, 6, 1, 0, 0, 0, 0, 0, 0]];
    assert_eq!(read(&unknown), Err(Malformed::Choice));
    assert_eq!(read(&further), Err(Malformed::Choice));
}

/// A recording of a tick with a drive in it is the tick.
#[test]
fn a_replayed_tick_drives_the_same() {
    let bench: Bench<1> = standby();
    let mut input = TickInput::new(bench.now.plus(TICK), bench.inputs());
    input.commands.list.push(service(0, pump(2_000)));
    let mut buffer = vec![0; 2_048];
    let mut sink = SliceSink::new(&mut buffer);
    input.write(&mut sink);
    let length = sink.finish().unwrap();
    let again = TickInput::<1>::read(&buffer[..length]).unwrap();
    let [mut first, mut second] = [control_of(&bench), control_of(&bench)];
    let outputs = first.tick(&input);
    assert!(pumps(&outputs));
    assert_eq!(second.tick(&again), outputs);
}

/// Hands, requests, facts, keys and losses of power, as the dice have it.
fn something(dice: &mut Dice) -> Command {
    let channel = dice.pick(&[0, 1]);
    match dice.roll(8) {
        0 => {
            let (role, request) = (dice.pick(&Role::ALL), dice.request());
            Command { role, ..service(channel, Action::Request(request)) }
        }
        1 => service(channel, Action::Fact(dice.fact())),
        _ => {
            let actuator = dice.pick(&Actuator::ALL);
            let channel = if actuator == Actuator::Chiller { MACHINE } else { channel };
            let lease = dice.pick(&[0, 0, 100, 300, 2_000]);
            service(channel, hand(actuator, dice.pick(&[HALF, Duty::FULL, Duty(1)]), lease))
        }
    }
}

fn kept(bench: &Bench<2>) -> Vec<Entry> {
    bench.device.control.held_entries().map(|entry| Entry::from_bytes(&entry.0)).collect()
}

// req: HND-004, REC-002
#[test]
fn records_with_hands_in_them_fold_to_the_live_sessions() {
    for seed in 0..12 {
        let (mut bench, mut dice): (Bench<2>, _) = (Bench::new(), Dice::new(seed));
        let mut all: Vec<Entry> = vec![];
        for number in 0..700 {
            let mut input = bench.next_input();
            if number > 120 {
                for _ in 0..dice.roll(5) {
                    input.commands.list.push(something(&mut dice));
                }
                input.inputs.panel.stop = dice.once_in(40);
                input.inputs.panel.acknowledge = dice.once_in(3);
            }
            let outputs = bench.feed(&input);
            all.extend(outputs.entries.iter().map(|entry| Entry::from_bytes(&entry.0)));
            if dice.once_in(300) {
                all.extend(kept(&bench));
                cut_power(&mut bench, Duration::from_secs(1));
            }
        }
        all.extend(kept(&bench));
        let config = bench.device.control.config().session;
        let live = bench.device.control.checkpoint().channels;
        for (record, live) in records(&all).iter().zip(live) {
            verify(record).unwrap();
            // What of the time that passed is in no entry yet is the recorder's.
            let known = |it: &State| (it.phase(), it.patient().copied(), it.trip(), it.is_worn());
            let folded = fold(record, &config).unwrap();
            assert_eq!(known(&folded), known(&live.state.session), "{seed}");
        }
    }
}

// req: HND-004, REC-006
#[test]
fn eight_channels_under_the_worst_of_hands_lose_no_entry() {
    let mut bench: Bench<8> = Bench::new();
    let mut all: Vec<Entry> = vec![];
    let mut keep = |outputs: &Outputs<8>| {
        all.extend(outputs.entries.iter().map(|entry| Entry::from_bytes(&entry.0)));
    };
    (0..2_000).for_each(|_| keep(&bench.tick()));
    for number in 0..1_500_u16 {
        let duty = |which: u16| Duty(number * 7 + which * 13 + 1);
        let commands = [0, 1, 2, 3].map(|which| match number % 3 {
            0 => service(MACHINE, hand(Actuator::Chiller, duty(which), 2_000)),
            1 if which % 2 == 0 => service(0, hand(Actuator::Pump, duty(which), 2_000)),
            1 => service(0, hand(Actuator::Valve, duty(which), 2_000)),
            _ if which < 3 => service(which as u8, Action::Fact(Fact::Comfort(200))),
            _ => service(MACHINE, Action::Request(Request::Stop)),
        });
        keep(&tick(&mut bench, &commands, |inputs| {
            inputs.panel.acknowledge = number % 2 == 0;
            inputs.panel.stop = number % 300 == 299;
        }));
    }
    (0..200).for_each(|_| keep(&bench.tick()));
    for channel in 0..8 {
        let record: Vec<Entry> = all.iter().filter(|it| it.channel == channel).copied().collect();
        assert!(record.len() > 100, "{channel}");
        verify(&record).unwrap();
    }
}
