//! The canonical bytes: what is written is read again, and what is fed in may be anything.
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
use coldcap::lane::{
    HEADER_LENGTH, LINK_IN_MAXIMUM, LINK_OUT_MAXIMUM, LaneError, REPLY_LENGTH, Reply, STEP_LENGTH,
    Step,
};
use coldcap::{
    Action, Answer, Bounded, COMMANDS_MAXIMUM, CalibrationBytes, Command, CommandId, Config,
    Control, Device, ENTRIES_MAXIMUM, EVENTS_MAXIMUM, EntryBytes, Event, EventKind, Inputs,
    Outputs, Phase, Served, TICK, TickInput,
};
use coldcap_session::{Field, Refusal, Request, Role};
use coldcap_units::{Duration, Instant, Reading};
use proptest::prelude::*;

fn written(write: impl FnOnce(&mut SliceSink<'_>)) -> Vec<u8> {
    let mut buffer = vec![0; 4_096];
    let mut sink = SliceSink::new(&mut buffer);
    write(&mut sink);
    let length = sink.finish().unwrap();
    buffer.truncate(length);
    buffer
}

fn input_bytes<const CHANNELS: usize>(input: &TickInput<CHANNELS>) -> Vec<u8> {
    written(|sink| input.write(sink))
}

/// What the canonical form makes of a reading: it knows ages, up to 49.7 days.
fn aged<T>(reading: &mut Reading<T>, now: Instant) {
    reading.taken = now.minus(reading.age(now));
}

fn all_aged(inputs: &mut Inputs<2>, now: Instant) {
    let Inputs { tank, channels, leak, mains, battery, permit, panel: _, vendor: _ } = inputs;
    [leak, mains, permit, &mut tank.level].into_iter().for_each(|reading| aged(reading, now));
    aged(&mut tank.coolant, now);
    aged(&mut tank.evaporator, now);
    aged(battery, now);
    aged(&mut tank.chiller, now);
    for line in channels {
        for code in [
            &mut line.supply,
            &mut line.returned,
            &mut line.front,
            &mut line.rear,
            &mut line.safety,
            &mut line.skin,
            &mut line.pressure,
        ] {
            aged(code, now);
        }
        aged(&mut line.flow, now);
        aged(&mut line.pump_current, now);
        aged(&mut line.valve, now);
        aged(&mut line.cap.coupled, now);
        aged(&mut line.cap.identity, now);
    }
}

proptest! {
    #[test]
    fn a_tick_input_survives(seed: u64, now in prop_oneof![0u64..1_000_000, any::<u64>()]) {
        let now = Instant::from_millis(now);
        let mut input: TickInput<2> = Dice::new(seed).tick_input(now);
        let bytes = input_bytes(&input);
        let again = TickInput::read(&bytes).unwrap();
        all_aged(&mut input.inputs, now);
        prop_assert_eq!(&again, &input);
        prop_assert_eq!(input_bytes(&again), bytes);
    }

    #[test]
    fn any_bytes_are_a_tick_input_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = TickInput::<1>::read(&bytes);
        let _ = TickInput::<2>::read(&bytes);
        let _ = coldcap::Glance::<1>::read(&bytes);
        let _ = Inputs::<2>::read(Instant::ZERO, &mut Source::new(&bytes));
    }

    /// Almost right bytes reach deeper than noise does.
    #[test]
    fn a_changed_byte_is_a_tick_input_or_an_error(seed: u64, at: prop::sample::Index, byte: u8) {
        let input: TickInput<1> = Dice::new(seed).tick_input(Instant::from_millis(seed >> 8));
        let mut bytes = input_bytes(&input);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = TickInput::<1>::read(&bytes) {
            // An age beyond the beginning of time is cut, so only the length must stay.
            prop_assert_eq!(input_bytes(&read).len(), bytes.len());
            Control::<1>::new(Config::reference()).tick(&read);
        }
    }

    #[test]
    fn bytes_too_few_or_too_many_are_refused(seed: u64, cut: prop::sample::Index) {
        let input: TickInput<2> = Dice::new(seed).tick_input(Instant::from_millis(5_000));
        let mut bytes = input_bytes(&input);
        let length = bytes.len();
        let read = TickInput::<2>::read(&bytes[..cut.index(length)]);
        prop_assert_eq!(read, Err(Malformed::Short));
        bytes.push(0);
        prop_assert_eq!(TickInput::<2>::read(&bytes), Err(Malformed::Long));
    }

    /// A device serves any block; the drives stay within what a tick may give.
    #[test]
    fn a_device_serves_any_block(bytes in proptest::collection::vec(any::<u8>(), STEP_LENGTH), kind in 0u8..5) {
        let mut block = [0; STEP_LENGTH];
        block.copy_from_slice(&bytes);
        block[0] = kind;
        let mut device: Device<1> = Device::new(Config::reference());
        let _ = device.serve(&block, &mut [0; REPLY_LENGTH]);
    }

    /// What was checkpointed and restored stands where it stood.
    #[test]
    fn a_checkpoint_survives_a_restart(seed: u64, gap: Option<u32>) {
        let mut dice = Dice::new(seed);
        let mut control: Control<2> = Control::new(Config::reference());
        let mut now = Instant::ZERO;
        for _ in 0..40 {
            now = dice.after(now);
            control.tick(&dice.tick_input(now));
        }
        let checkpoint = control.checkpoint();
        let gap = gap.map(Duration::from_millis);
        let restored = Control::restored(Config::reference(), &checkpoint, gap);
        for (before, after) in checkpoint.channels.iter().zip(restored.checkpoint().channels) {
            prop_assert_eq!(before.chain, after.chain);
            prop_assert_eq!(before.state.session, after.state.session);
            prop_assert_eq!(before.state.interlock.latched(), after.state.interlock.latched());
            let resets = |state: coldcap::supervise::State| state.interlock.clinician_resets();
            prop_assert_eq!(resets(before.state), resets(after.state));
            let permit = after.state.permit(&Config::reference().supervision());
            prop_assert!(!permit.power && !permit.circulate && !permit.chill);
        }
    }
}

/// The longest tick input that two channels can have.
fn longest_input() -> TickInput<2> {
    let mut input = TickInput::new(Instant::from_millis(9), Inputs::default());
    input.commands.host_silent = Some(Duration::MAX);
    for _ in 0..=COMMANDS_MAXIMUM {
        let longest = (0..1_000).map(|seed| Dice::new(seed * 977 + 1).command());
        let length = |command: &Command| written(|sink| command.write(Instant::ZERO, sink)).len();
        input.commands.list.push(longest.max_by_key(length).unwrap());
    }
    input
}

/// Outputs in which every list is full and overflowed.
fn fullest_outputs() -> Outputs<2> {
    let mut outputs = Control::<2>::new(Config::reference()).tick(&longest_input());
    let refusal = Refusal::OutOfRange { field: Field::Target, minimum: -1, maximum: i32::MAX };
    let answer = Answer { id: CommandId(7), result: Err(refusal) };
    let event = Event { channel: 1, kind: EventKind::Phase, code: 1, value: -1 };
    fill(&mut outputs.answers, answer);
    fill(&mut outputs.events, event);
    fill(&mut outputs.entries, EntryBytes([9; coldcap::ENTRY_LENGTH]));
    let bytes = [3; coldcap::CALIBRATION_LENGTH];
    outputs.calibration = Some(CalibrationBytes { channel: 1, bytes });
    outputs
}

fn fill<T: Copy, const N: usize>(list: &mut Bounded<T, N>, element: T) {
    *list = Bounded::new();
    (0..=N).for_each(|_| list.push(element));
}

#[test]
fn the_longest_step_fits_its_block() {
    let inputs = written(|sink| longest_input().inputs.write(Instant::ZERO, sink));
    assert!(HEADER_LENGTH + inputs.len() + LINK_IN_MAXIMUM <= STEP_LENGTH);
    let link = [0xA5; LINK_IN_MAXIMUM];
    let step = Step::Tick { now: Instant::from_millis(9), inputs: &inputs, link: &link };
    let mut block = [0; STEP_LENGTH];
    step.encode(&mut block).unwrap();
    assert_eq!(Step::decode(&block), Ok(step));
}

#[test]
fn the_longest_reply_fits_its_block() {
    let (input, outputs) = (input_bytes(&longest_input()), bytes(&fullest_outputs()));
    let (link, truth) = ([0xA5; LINK_OUT_MAXIMUM], [0x5A; 96]);
    let needed = HEADER_LENGTH + input.len() + outputs.len() + link.len() + truth.len();
    assert!(needed <= REPLY_LENGTH, "{needed}");
    let reply = Reply { tick_input: &input, outputs: &outputs, link: &link, truth: &truth };
    let mut block = [0; REPLY_LENGTH];
    reply.encode(&mut block).unwrap();
    assert_eq!(Reply::decode(&block), Ok(reply));
}

#[test]
fn the_longest_parts_are_as_long_as_they_are_known_to_be() {
    // 8 now, 31 tank, 2 × 103 channels, 28 machine; 5 silence, 3 count, 4 × 32 commands, 3 drawn.
    assert_eq!(input_bytes(&longest_input()).len(), 8 + 31 + 2 * 103 + 28 + 5 + 3 + 4 * 32 + 3);
    // 8 now, 11 drives, 40 machine, 2 × 116 channels, then the lists behind 3 bytes each, and 66.
    let lists = 3 + COMMANDS_MAXIMUM * 12 + 3 + EVENTS_MAXIMUM * 8 + 3 + ENTRIES_MAXIMUM * 48;
    assert_eq!(bytes(&fullest_outputs()).len(), 8 + 11 + 40 + 2 * 116 + lists + 66);
}

/// The device's own buffers hold the longest parts, too.
#[test]
fn a_device_serves_a_busy_tick_of_two_channels() {
    let mut device: Device<2> = Device::new(Config::reference());
    let mut dice = Dice::new(99);
    let mut now = Instant::ZERO;
    for _ in 0..2_000 {
        now = dice.after(now);
        let inputs: Inputs<2> = dice.inputs(now);
        let inputs = written(|sink| inputs.write(now, sink));
        let mut block = [0; STEP_LENGTH];
        Step::Tick { now, inputs: &inputs, link: &[] }.encode(&mut block).unwrap();
        let mut reply = [0; REPLY_LENGTH];
        assert_eq!(device.serve(&block, &mut reply), Ok(Served::Ticked));
        let reply = Reply::decode(&reply).unwrap();
        let read: TickInput<2> = TickInput::read(reply.tick_input).unwrap();
        assert_eq!(read.now, now);
        assert!(coldcap::Glance::<2>::read(reply.outputs).is_ok());
    }
    let inputs = [0; 5];
    let mut block = [0; STEP_LENGTH];
    Step::Tick { now, inputs: &inputs, link: &[] }.encode(&mut block).unwrap();
    assert_eq!(device.serve(&block, &mut [0; REPLY_LENGTH]), Err(LaneError::Inputs));
}

/// The lane and the direct call are one and the same tick.
#[test]
fn a_served_tick_is_the_tick() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    let mut served = bench.device.clone();
    for _ in 0..50 {
        let inputs = written(|sink| bench.inputs().write(bench.now.plus(TICK), sink));
        let mut block = [0; STEP_LENGTH];
        let now = bench.now.plus(TICK);
        Step::Tick { now, inputs: &inputs, link: &[] }.encode(&mut block).unwrap();
        let mut reply = [0; REPLY_LENGTH];
        assert_eq!(served.serve(&block, &mut reply), Ok(Served::Ticked));
        let outputs = bench.tick();
        assert_eq!(Reply::decode(&reply).unwrap().outputs, bytes(&outputs));
    }
}

#[test]
fn every_request_and_fact_survives() {
    let mut codes = [false; 21];
    for seed in 0..6_000 {
        let command = Dice::new(seed * 31 + 1).command();
        let bytes = written(|sink| command.write(Instant::ZERO, sink));
        let mut source = Source::new(&bytes);
        assert_eq!(Command::read(Instant::ZERO, &mut source), Ok(command));
        assert_eq!(source.end(), Ok(()));
        if let Action::Request(request) = command.action {
            codes[usize::from(request.code())] = true;
        }
    }
    assert!(codes[1..].iter().all(|seen| *seen), "{codes:?}");
    let none = Request::Stop.code();
    let unknown = [0, 0, 0, Role::Nurse.code(), 0, 21 + none];
    assert_eq!(Command::read(Instant::ZERO, &mut Source::new(&unknown)), Err(Malformed::Choice));
}
