//! Whatever fails, and in whatever order: nothing is half driven, and nothing starts again by itself.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "fakes/outputs.rs"]
mod fakes;

use coldcap::{ChannelDrives, Drives};
use coldcap_hal::{
    Actuate, Cause, ChannelOutputs, DriveError, LevelPermit, Place, Places, PowerStage,
    PulsedPermit, PwmDrive, SwitchDrive,
};
use coldcap_units::{Duration, Duty, Instant};
use embedded_hal::digital::PinState;
use fakes::{Channel, Output, STEPS, Shared, board};
use proptest::prelude::*;

/// The outputs of the board, by their numbers.
const PERMIT: usize = 0;
const CHILLER: usize = 1;
const PUMPS: [usize; 2] = [2, 4];
const VALVES: [usize; 2] = [3, 5];

const NOTHING: [usize; 0] = [];

type Pump = PwmDrive<Channel>;
type Stage = PowerStage<LevelPermit<Output>, SwitchDrive<Output>, Pump, Pump, 2>;

/// A board that came out of its reset with everything on, and its stage.
fn stage(fails: &[bool]) -> (Shared, Stage) {
    let it = board(6, 1);
    let pwm = |number| PwmDrive::new(Channel(Output::new(&it, number)), PinState::High);
    let permit = LevelPermit::new(Output::new(&it, PERMIT), PinState::High);
    let chiller = SwitchDrive::new(Output::new(&it, CHILLER), PinState::High, Duty::FULL);
    let channel =
        |index: usize| ChannelOutputs { pump: pwm(PUMPS[index]), valve: pwm(VALVES[index]) };
    let channels = [channel(0), channel(1)];
    it.borrow_mut().renew(fails);
    let stage = PowerStage::new(permit, chiller, channels);
    (it, stage)
}

fn now(tick: u64) -> Instant {
    Instant::from_millis(100 * tick)
}

fn cooling() -> Drives<2> {
    let cool = ChannelDrives { pump: Duty::FULL, valve: Duty::from_permille(250) };
    let rest = ChannelDrives { pump: Duty::from_permille(500), valve: Duty::OFF };
    Drives { permit: true, chiller: Duty::FULL, channels: [cool, rest] }
}

/// What is on, of those that are none of `but`.
fn on(board: &Shared, but: Places) -> Vec<usize> {
    let levels = &board.borrow().levels;
    let is_on = |number: &usize| levels[*number] != 0 && !but.contains(place(*number));
    (0..levels.len()).filter(is_on).collect()
}

fn place(number: usize) -> Place {
    match number {
        PERMIT => Place::Permit,
        CHILLER => Place::Chiller,
        2 | 4 => Place::Pump(number as u8 / 2 - 1),
        _ => Place::Valve(number as u8 / 2 - 1),
    }
}

#[test]
fn everything_is_off_before_the_first_tick() {
    let (board, stage) = stage(&[]);
    assert_eq!(on(&board, Places::NONE), NOTHING);
    assert_eq!(board.borrow().writes[0], (PERMIT, 0), "the permit first");
    assert_eq!((board.borrow().writes.len(), stage.held()), (6, None));
}

#[test]
fn what_could_not_be_switched_off_at_boot_is_held() {
    let (board, mut stage) = stage(&[false, false, true]);
    assert_eq!(stage.held(), Some(Cause::NotWritten(Place::Valve(0))));
    let error = stage.apply(now(1), &cooling()).unwrap_err();
    let cause = Cause::NotWritten(Place::Valve(0));
    assert_eq!(error, DriveError { cause, earlier: true, not_off: Places::NONE });
    assert_eq!(on(&board, Places::NONE), NOTHING);
}

#[test]
fn what_goes_off_goes_first_and_the_permit_comes_last() {
    let (board, mut stage) = stage(&[]);
    board.borrow_mut().renew(&[]);
    assert_eq!(stage.apply(now(1), &cooling()), Ok(()));
    let told = [(5, 0), (2, STEPS), (3, 250), (4, 500), (CHILLER, 1), (PERMIT, 1)];
    assert_eq!(board.borrow().writes, told);
}

#[test]
fn without_the_permit_everything_is_off_in_the_other_order() {
    let (board, mut stage) = stage(&[]);
    assert_eq!(stage.apply(now(1), &cooling()), Ok(()));
    board.borrow_mut().renew(&[]);
    let drives = Drives { permit: false, ..cooling() };
    assert_eq!(stage.apply(now(2), &drives), Ok(()), "whatever else is asked for");
    assert_eq!(board.borrow().writes, [(0, 0), (1, 0), (3, 0), (2, 0), (5, 0), (4, 0)]);
}

#[test]
fn a_stage_is_held_until_the_core_takes_the_permit() {
    let (board, mut stage) = stage(&[]);
    assert_eq!(stage.apply(now(1), &cooling()), Ok(()));
    board.borrow_mut().renew(&[false, true]); // the pump of the first channel
    let cause = Cause::NotWritten(Place::Pump(0));
    let failed = DriveError { cause, earlier: false, not_off: Places::NONE };
    assert_eq!(stage.apply(now(2), &cooling()), Err(failed));
    for tick in 3..50 {
        let held = DriveError { earlier: true, ..failed };
        assert_eq!(stage.apply(now(tick), &cooling()), Err(held), "whatever it could write now");
        assert_eq!(on(&board, Places::NONE), NOTHING);
    }
    assert_eq!(stage.apply(now(50), &Drives::default()), Ok(()));
    assert_eq!((stage.held(), stage.apply(now(51), &cooling())), (None, Ok(())));
    assert_eq!(on(&board, Places::NONE).len(), 5);
}

#[test]
fn a_stage_that_cannot_be_switched_off_stays_held() {
    let (board, mut stage) = stage(&[]);
    assert_eq!(stage.apply(now(1), &cooling()), Ok(()));
    board.borrow_mut().renew(&[true, false]);
    let error = stage.apply(now(2), &Drives::default()).unwrap_err();
    let cause = Cause::NotWritten(Place::Permit);
    let not_off = Places::NONE.with(Place::Permit);
    assert_eq!(error, DriveError { cause, earlier: false, not_off });
    assert_eq!(error.to_string(), "the permit could not be written: not all are off");
    assert_eq!(on(&board, Places::NONE), [PERMIT]);
    let error = stage.apply(now(3), &cooling()).unwrap_err();
    assert_eq!(error.to_string(), "the permit could not be written before: all are off");
}

#[test]
fn whoever_switches_off_beside_the_tick_holds_it() {
    let (board, mut stage) = stage(&[]);
    assert_eq!(stage.apply(now(1), &cooling()), Ok(()));
    assert_eq!(stage.off(), Ok(()));
    assert_eq!(on(&board, Places::NONE), NOTHING);
    let error = stage.apply(now(2), &cooling()).unwrap_err();
    assert_eq!((error.cause, error.earlier), (Cause::SwitchedOff, true));
    assert_eq!(error.to_string(), "the outputs were switched off before: all are off");
    board.borrow_mut().renew(&[false, true]);
    assert_eq!(stage.off(), Err(Places::NONE.with(Place::Chiller)));
    assert_eq!(stage.held(), Some(Cause::SwitchedOff), "the first cause is kept");
}

#[test]
fn dropping_switches_everything_off() {
    let (board, mut stage) = stage(&[]);
    assert_eq!(stage.apply(now(1), &cooling()), Ok(()));
    board.borrow_mut().renew(&[]);
    drop(stage);
    assert_eq!(board.borrow().writes[0], (PERMIT, 0));
    assert_eq!(on(&board, Places::NONE), NOTHING);
}

/// The channels of a real timer differ in type, and so do a pump and a valve.
#[test]
fn outputs_of_several_types_make_one_stage() {
    let it = board(6, 1);
    let pin = |number| SwitchDrive::new(Output::new(&it, number), PinState::High, Duty::FULL);
    let pwm = |number| PwmDrive::new(Channel(Output::new(&it, number)), PinState::High);
    let (mut first, mut second) = (pin(2), pwm(4));
    let pumps: [&mut dyn Actuate; 2] = [&mut first, &mut second];
    let mut valves = [pwm(3), pwm(5)];
    let permit = PulsedPermit::new(Output::new(&it, PERMIT), PinState::Low);
    let [one, other] = pumps;
    let [left, right] = valves.each_mut();
    let channels =
        [ChannelOutputs { pump: one, valve: left }, ChannelOutputs { pump: other, valve: right }];
    let mut stage = PowerStage::new(permit, pin(CHILLER), channels);
    assert_eq!(stage.apply(now(1), &cooling()), Ok(()));
    assert_eq!(it.borrow().levels, [1, 1, 1, 250, 500, 0]);
    assert_eq!(stage.apply(now(2), &cooling()), Ok(()));
    assert_eq!(it.borrow().levels[PERMIT], 0, "the next edge of a permit by edges");
    drop(stage);
    assert_eq!(it.borrow().levels, [0; 6]);
}

#[test]
fn a_set_of_places_tells_them_apart() {
    let channels = (0..14).flat_map(|channel| [Place::Valve(channel), Place::Pump(channel)]);
    let all: Vec<Place> = [Place::Permit, Place::Chiller].into_iter().chain(channels).collect();
    for (index, place) in all.iter().enumerate() {
        let alone = Places::NONE.with(*place);
        assert_eq!((alone.first(), alone.is_empty()), (Some(*place), false));
        assert!(all.iter().filter(|other| alone.contains(**other)).count() == 1);
        let behind = all[index..].iter().fold(Places::NONE, |set, place| set.with(*place));
        assert_eq!(behind.first(), Some(*place));
        assert!(!place.to_string().is_empty());
    }
    let last = Places::NONE.with(Place::Pump(200));
    assert!(last.contains(Place::Pump(14)) && last.contains(Place::Pump(255)));
    assert_eq!((last.first(), Places::NONE.first()), (Some(Place::Pump(14)), None));
}

/// Duties, off among them.
fn duty() -> impl Strategy<Value = Duty> {
    prop_oneof![Just(Duty::OFF), Just(Duty::FULL), any::<u16>().prop_map(Duty)]
}

fn drives() -> impl Strategy<Value = Drives<2>> {
    let channel = || (duty(), duty()).prop_map(|(pump, valve)| ChannelDrives { pump, valve });
    let parts = (prop::bool::weighted(0.8), duty(), [channel(), channel()]);
    parts.prop_map(|(permit, chiller, channels)| Drives { permit, chiller, channels })
}

/// Which writes of a call fail: none, or some, or all.
fn failures() -> impl Strategy<Value = Vec<bool>> {
    let some = |share| prop::collection::vec(prop::bool::weighted(share), 30);
    prop_oneof![4 => Just(vec![]), 4 => some(0.1), 2 => some(0.5), 1 => Just(vec![true; 30])]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Of any course of ticks and failures: where an error is told, nothing is on but what it names; where none is told,
    /// exactly what was asked for; and after an error nothing goes on before a tick without a permit.
    #[test]
    fn nothing_is_half_driven(
        boot in failures(),
        ticks in prop::collection::vec((drives(), failures()), 1..30),
    ) {
        let (board, mut stage) = stage(&boot);
        let mut is_held = stage.held().is_some();
        prop_assert_eq!(is_held, boot.iter().take(6).any(|fails| *fails));
        for (tick, (drives, fails)) in (1..).zip(&ticks) {
            board.borrow_mut().renew(fails);
            let done = stage.apply(now(tick), drives);
            let failed = fails.iter().take(board.borrow().asked()).any(|fails| *fails);
            let permit_cut = board.borrow().levels[PERMIT] == 0;
            match done {
                Ok(()) => {
                    prop_assert!(!failed && (!is_held || !drives.permit));
                    prop_assert_eq!(!permit_cut, drives.permit);
                    let levels = if drives.permit { expected(drives) } else { vec![0; 6] };
                    prop_assert_eq!(&board.borrow().levels, &levels);
                }
                Err(error) => {
                    prop_assert!(failed || is_held);
                    prop_assert_eq!(error.earlier, is_held && drives.permit);
                    prop_assert_eq!(on(&board, error.not_off), NOTHING);
                    prop_assert!(permit_cut || error.not_off.contains(Place::Permit));
                    prop_assert!(!granted(&board) || !failed_before_grant(fails));
                }
            }
            is_held = done.is_err();
            prop_assert_eq!(stage.held().is_some(), is_held);
            prop_assert!(board.borrow().asked() <= 13, "each output thrice at most");
        }
        board.borrow_mut().renew(&[]);
        drop(stage);
        prop_assert_eq!(&board.borrow().levels, &vec![0; 6]);
    }

    /// The same with a permit by edges: a failed tick makes no edge away from rest.
    #[test]
    fn a_failed_tick_makes_no_edge(ticks in prop::collection::vec((drives(), failures()), 1..30)) {
        let it = board(4, 0);
        let pwm = |number| PwmDrive::new(Channel(Output::new(&it, number)), PinState::High);
        let permit = PulsedPermit::new(Output::new(&it, PERMIT), PinState::Low);
        let channels = [ChannelOutputs { pump: pwm(2), valve: pwm(3) }];
        let mut stage = PowerStage::new(permit, pwm(1), channels);
        for (tick, (drives, fails)) in (1..).zip(ticks) {
            it.borrow_mut().renew(&fails);
            let Drives { permit, chiller, channels: [channel, _] } = drives;
            let drives = Drives { permit, chiller, channels: [channel] };
            let done = stage.apply(Instant::ZERO.plus(Duration::from_millis(tick * 100)), &drives);
            let away = it.borrow().writes.contains(&(PERMIT, 1));
            prop_assert!(!away || done.is_ok());
        }
    }
}

fn expected(drives: &Drives<2>) -> Vec<u16> {
    let steps = |duty: Duty| (u32::from(duty.0) * u32::from(STEPS) / 65_535) as u16;
    let mut levels = vec![1, u16::from(drives.chiller == Duty::FULL)];
    for channel in &drives.channels {
        levels.extend([steps(channel.pump), steps(channel.valve)]);
    }
    levels
}

/// Whether the permit was given in this call, if only for a moment.
fn granted(board: &Shared) -> bool {
    board.borrow().writes.contains(&(PERMIT, 1))
}

/// Whether one of the first five writes failed: those of the outputs, which come before the permit.
fn failed_before_grant(fails: &[bool]) -> bool {
    fails.iter().take(5).any(|fails| *fails)
}
