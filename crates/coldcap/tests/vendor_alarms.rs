//! A maker's own conditions: signalled, acknowledged, recorded and stored like others, and no power over anything.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::dice::{Dice, Machine as _};
use bench::{Bench, bytes};
use coldcap::canonical::{Canonical, Malformed, SliceSink, Source};
use coldcap::{
    Config, Control, Drives, Inputs, Outputs, Panel, Phase, TickInput, VendorConditions,
};
use coldcap_guard::alarm::{Harm, Onset, OnsetDelay, Priority, Row, Scope, Table};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::record::{Entry, Kind};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{AnyMessage, EventReport, Heartbeat, MachineStatus};
use coldcap_wire::{Receiver, Sender};
use proptest::prelude::*;

const fn row(condition: Condition, harm: Harm, onset: Onset) -> Row {
    Row::new(condition, Scope::Machine, (harm, onset), OnsetDelay::Rule("the test's wish"))
}

/// A fan that is high and latches, a filter that is low and rises to medium after a minute.
const ROWS: [Row; 2] = [
    row(Condition::Vendor0, Harm::Irreversible, Onset::Prompt).latching(),
    row(Condition::Vendor15, Harm::Minor, Onset::Delayed)
        .escalating(Priority::Medium, Duration::from_mins(1)),
];

static ALARMS: Table<'static> = match Table::new(&ROWS) {
    Ok(table) => table,
    Err(_) => panic!("the rows are sound"),
};

const FAN: Condition = Condition::Vendor0;
const FILTER: Condition = Condition::Vendor15;

fn vendor(list: &[Condition]) -> VendorConditions {
    VendorConditions::of(Conditions::of(list))
}

fn cooling(config: Config) -> Bench<1> {
    let mut bench = Bench::with(config);
    bench.bring_to(Phase::PreCool);
    bench.run(10);
    bench
}

fn with_rows() -> Bench<1> {
    cooling(Config { alarms: &ALARMS, ..Config::unsecured_bench() })
}

fn find(bench: &mut Bench<1>, list: &[Condition]) -> Outputs<1> {
    bench.tick_with(|inputs| inputs.vendor = vendor(list))
}

fn acknowledge(bench: &mut Bench<1>, list: &[Condition]) -> Outputs<1> {
    bench.tick_with(|inputs| {
        inputs.vendor = vendor(list);
        inputs.panel.acknowledge = true;
    })
}

/// Stage, code and priority of the alarm entries, and the set that a remark is about.
fn entered(outputs: &Outputs<1>) -> Vec<(i32, u16, i32, u64)> {
    let entries = outputs.entries.iter().map(|entry| Entry::from_bytes(&entry.0).fields);
    let alarms = entries.filter(|fields| fields.kind == Kind::ALARM);
    alarms.map(|fields| (fields.a, fields.code, fields.b, fields.c)).collect()
}

/// A host shows that it is there: reports go to nobody else.
fn beat(bench: &mut Bench<1>) {
    let mut out = [0; 64];
    let beat = Heartbeat { at_ms: 1, nonce: 1 };
    let length = Sender::default().send_message(&beat, &mut out).unwrap();
    bench.device.link.receive(bench.now, &out[..length]);
}

/// What the device says on the wire.
fn heard(bench: &mut Bench<1>) -> (Vec<MachineStatus>, Vec<EventReport>) {
    let (mut receiver, mut status, mut events) = (Receiver::default(), Vec::new(), Vec::new());
    loop {
        let mut out = [0; 600];
        let length = bench.device.link.transmit(bench.now, &mut out);
        let mut left = &out[..length];
        if length == 0 {
            return (status, events);
        }
        while !left.is_empty() {
            let (consumed, packet) = receiver.feed(left);
            left = &left[consumed..];
            match packet.map(|packet| packet.unwrap().message().unwrap()) {
                Some(AnyMessage::MachineStatus(it)) => status.push(it),
                Some(AnyMessage::EventReport(it)) => events.push(it),
                _ => {}
            }
        }
    }
}

// req: ALM-015
#[test]
fn a_row_signals_is_acknowledged_and_recorded_as_any_other() {
    let mut bench = with_rows();
    let rose = find(&mut bench, &[FAN]);
    assert_eq!((rose.machine.highest, rose.machine.sounding), (Priority::High, Priority::High));
    let high = i32::from(Priority::High.code());
    assert_eq!(entered(&rose), [(1, 192, high, 0)]);

    let set = Conditions::of(&[FAN]).bits();
    let silenced = acknowledge(&mut bench, &[FAN]);
    assert_eq!(entered(&silenced), [(3, 0, high, set)]);
    assert_eq!(silenced.machine.highest, Priority::High);
    assert_eq!(silenced.machine.sounding, Priority::None);

    let over = find(&mut bench, &[]);
    assert_eq!(entered(&over), [(0, 192, 0, 0)]);
    assert!(!over.machine.alarms.contains(FAN));
}

#[test]
fn the_wire_shows_it_in_bits_48_to_63() {
    let mut bench = with_rows();
    beat(&mut bench);
    heard(&mut bench);
    // A report comes once a second.
    (0..20).for_each(|_| drop(find(&mut bench, &[FAN, FILTER])));
    let (status, events) = heard(&mut bench);
    assert_eq!(status.last().unwrap().alarms, 1 << 48 | 1 << 63);
    assert_eq!(status.last().unwrap().highest, Priority::High.code());
    let codes: Vec<_> = events.iter().map(|event| event.code).collect();
    assert_eq!(codes, [192, 207]);
}

#[test]
fn what_latches_stays_and_what_escalates_escalates() {
    let mut bench = with_rows();
    find(&mut bench, &[FAN]);
    assert!(find(&mut bench, &[]).machine.alarms.contains(FAN), "nobody has seen it");
    acknowledge(&mut bench, &[]);
    assert_eq!(find(&mut bench, &[FILTER]).machine.highest, Priority::Low);
    let ticks = (1..700).find(|_| find(&mut bench, &[FILTER]).machine.highest > Priority::Low);
    assert_eq!(ticks, Some(600));
}

// req: PWR-003
#[test]
fn what_latches_outlives_the_power_by_its_own_row() {
    let after = |bench: &mut Bench<1>| {
        find(bench, &[FAN]);
        bench.device.restart(Some(Duration::from_secs(5)));
        bench.drives = Drives::default();
        bench.now = bench.now.plus(Duration::from_secs(5));
        bench.tick().machine
    };
    let machine = after(&mut with_rows());
    assert!(machine.alarms.contains(FAN) && machine.sounding == Priority::High);
    // Without its row it does not latch: it is left as a mark.
    let machine = after(&mut cooling(Config::unsecured_bench()));
    assert!(!machine.alarms.contains(FAN));
}

// req: ALM-015
#[test]
fn what_has_no_row_is_signalled_as_medium_for_as_long_as_it_holds() {
    for config in
        [Config::unsecured_bench(), Config { alarms: &ALARMS, ..Config::unsecured_bench() }]
    {
        let mut bench = cooling(config);
        let rowless = [Condition::Vendor7];
        let rose = find(&mut bench, &rowless);
        assert_eq!(
            (rose.machine.highest, rose.machine.sounding),
            (Priority::Medium, Priority::Medium)
        );
        assert_eq!(entered(&rose), [(1, 199, i32::from(Priority::Medium.code()), 0)]);
        assert_eq!(acknowledge(&mut bench, &rowless).machine.sounding, Priority::None);
        assert_eq!(find(&mut bench, &[]).machine.highest, Priority::None);
    }
}

/// Sixteen at once, and again: entries go out faster than they come, and none that held is missed.
#[test]
fn a_flood_is_told_one_a_tick_and_costs_no_entry() {
    let mut bench = cooling(Config::unsecured_bench());
    let all = VendorConditions::from_bits(u16::MAX);
    let told = |outputs: &Outputs<1>| outputs.machine.alarms.bits() >> 48;
    for tick in 1..=16 {
        // The last fifteen hold for one tick alone.
        let found = if tick == 1 { all } else { vendor(&[FAN]) };
        let outputs = bench.tick_with(|inputs| inputs.vendor = found);
        assert_eq!(told(&outputs), (1 << tick) - 1);
        assert_eq!(entered(&outputs).len(), 1);
    }
    for tick in 1..=15 {
        assert_eq!(told(&find(&mut bench, &[FAN])), 0xffff & !((2 << tick) - 2));
    }
    for tick in 0..2_000u32 {
        let found = if tick % 2 == 0 { all } else { VendorConditions::NONE };
        assert_eq!(bench.tick_with(|inputs| inputs.vendor = found).entries.dropped(), 0);
    }
}

#[test]
fn coldcaps_own_conditions_are_not_a_boards_to_raise() {
    let of_all = VendorConditions::of(Conditions::ALL);
    assert!(of_all.is_none() && of_all == VendorConditions::NONE);
    for (index, condition) in Condition::VENDOR.into_iter().enumerate() {
        let one = vendor(&[condition]);
        assert_eq!(one.bits(), 1 << index);
        assert_eq!(one.conditions(), Conditions::of(&[condition]));
        assert_eq!(VendorConditions::from_bits(one.bits()), one);
    }
    let all = VendorConditions::from_bits(u16::MAX);
    assert_eq!(all.conditions(), Conditions::VENDOR);
}

fn written(inputs: &Inputs<1>, now: Instant) -> Vec<u8> {
    let mut buffer = [0; 512];
    let mut sink = SliceSink::new(&mut buffer);
    inputs.write(now, &mut sink);
    let length = sink.finish().unwrap();
    buffer[..length].to_vec()
}

/// Recordings from before there were any are read as ever, and one without them is the same bytes.
#[test]
fn inputs_without_them_keep_their_bytes() {
    let now = Instant::from_millis(700);
    for audio_pause in [false, true] {
        let panel = Panel { stop: false, acknowledge: true, audio_pause };
        let without = Inputs { panel, ..Inputs::default() };
        let old = written(&without, now);
        assert_eq!(old[old.len() - 3..], [0, 1, u8::from(audio_pause)]);
        let with = Inputs { vendor: vendor(&[FAN, FILTER]), ..without };
        let (new, before) = (written(&with, now), old.len() - 1);
        assert_eq!(new[..before], old[..before]);
        assert_eq!(new[before..], [2 | u8::from(audio_pause), 0x01, 0x80]);
        let read = |bytes: &[u8]| Inputs::<1>::read(now, &mut Source::new(bytes));
        assert_eq!((read(&old), read(&new)), (Ok(without), Ok(with)));
        // Each has one form.
        let empty = [&old[..before], &[2, 0, 0]].concat();
        assert_eq!(read(&empty), Err(Malformed::Choice));
        assert_eq!(read(&new[..new.len() - 1]), Err(Malformed::Short));
        let unknown = [&old[..before], &[4]].concat();
        assert_eq!(read(&unknown), Err(Malformed::Choice));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    // req: ALM-015
    /// Whatever a maker finds, and by whatever rows: what is driven and permitted is the same.
    #[test]
    fn they_drive_permit_and_deny_nothing(seed: u64) {
        let mut dice = Dice::new(seed);
        let [mut quiet, mut loud]: [Control<2>; 2] = [
            Control::new(Config::unsecured_bench()),
            Control::new(Config { alarms: &ALARMS, ..Config::unsecured_bench() }),
        ];
        let mut now = Instant::ZERO;
        for _ in 0..400 {
            now = dice.after(now);
            let input: TickInput<2> = dice.tick_input(now);
            let mut silent = input.clone();
            silent.inputs.vendor = VendorConditions::NONE;
            let (one, other) = (quiet.tick(&silent), loud.tick(&input));
            prop_assert_eq!(one.drives, other.drives);
            prop_assert_eq!(one.channels, other.channels);
            let states = |control: &Control<2>| control.checkpoint().channels.map(|it| it.state);
            prop_assert_eq!(states(&quiet), states(&loud));
        }
    }

    /// What a recording keeps of a tick is enough to make it again, bit for bit.
    #[test]
    fn a_replay_of_what_was_recorded_is_the_same_bit_for_bit(seed: u64) {
        let config = Config { alarms: &ALARMS, ..Config::unsecured_bench() };
        let mut dice = Dice::new(seed);
        let [mut live, mut again]: [Control<1>; 2] = [Control::new(config), Control::new(config)];
        let mut now = Instant::ZERO;
        for _ in 0..200 {
            now = dice.after(now);
            let input: TickInput<1> = dice.tick_input(now);
            let mut buffer = [0; 512];
            let mut sink = SliceSink::new(&mut buffer);
            input.write(&mut sink);
            let length = sink.finish().unwrap();
            let read = TickInput::read(&buffer[..length]).unwrap();
            prop_assert_eq!(bytes(&live.tick(&input)), bytes(&again.tick(&read)));
        }
    }
}
