//! Contacts that bounce, wires that break, pins that fail.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "fakes/inputs.rs"]
mod fakes;

use coldcap_hal::{Debounce, DebounceError, LoopError, LoopSwitch, SupervisedLoop};
use coldcap_units::{Duration, Fault, Instant, Ratio, Reading};
use embedded_hal::digital::PinState;
use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
use fakes::Input;
use proptest::prelude::*;
use std::io::ErrorKind;

const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

const fn ms(millis: u32) -> Duration {
    Duration::from_millis(millis)
}

type Value = Result<bool, Fault>;

/// What a coupling reads at these times; `None` is a pin that fails. The loop is closed at high.
fn coupling(debounce: Debounce, seen: &[(u64, Option<bool>)]) -> Vec<Value> {
    let pin = Input::default();
    let mut cap = LoopSwitch::coupled(pin.clone(), PinState::High, debounce);
    let read = |(time, closed): &(u64, Option<bool>)| {
        pin.set(*closed);
        let reading = cap.read(at(*time));
        assert_eq!(reading.taken, at(*time));
        reading.value
    };
    seen.iter().map(read).collect()
}

const UNKNOWN: Value = Err(Fault::Unavailable);

#[test]
fn an_open_loop_reads_as_the_side_that_stops() {
    type Make = fn(Mock, PinState, Debounce) -> LoopSwitch<Mock>;
    let kinds: [(Make, bool); 4] = [
        (LoopSwitch::level, true),
        (LoopSwitch::leak, false),
        (LoopSwitch::coupled, true),
        (LoopSwitch::mains, true),
    ];
    for (make, good) in kinds {
        for (closed, open) in [(State::Low, State::High), (State::High, State::Low)] {
            let told = [closed, closed, open].map(Transaction::get);
            let mut pin = Mock::new(&told);
            let level = if closed == State::Low { PinState::Low } else { PinState::High };
            let mut switch = make(pin.clone(), level, Debounce::REFERENCE);
            let values = [0, 50, 60].map(|time| switch.read(at(time)).value);
            assert_eq!(values, [UNKNOWN, Ok(good), Ok(!good)]);
            pin.done();
        }
    }
}

#[test]
fn a_pin_that_fails_is_told_and_what_was_known_is_forgotten() {
    let fails = Transaction::get(State::Low).with_error(MockError::Io(ErrorKind::Other));
    let get = Transaction::get;
    let told = [get(State::Low), get(State::Low), fails, get(State::Low), get(State::Low)];
    let mut pin = Mock::new(&told);
    let mut cap = LoopSwitch::coupled(pin.clone(), PinState::Low, Debounce::REFERENCE);
    let readings = [0, 100, 200, 300, 400].map(|time| cap.read(at(time)));
    let values = readings.map(|reading| reading.value);
    assert_eq!(values, [UNKNOWN, Ok(true), Err(Fault::Bus), UNKNOWN, Ok(true)]);
    assert_eq!(readings[2], Reading::faulty(Fault::Bus, at(200)));
    pin.done();
}

#[test]
fn a_bounce_keeps_the_good_side_waiting() {
    let seen =
        [(0, true), (30, false), (31, true), (80, true), (81, true), (120, false), (121, true)];
    let seen = seen.map(|(time, closed)| (time, Some(closed)));
    let values = coupling(Debounce::REFERENCE, &seen);
    let (good, bad) = (Ok(true), Ok(false));
    assert_eq!(values, [UNKNOWN, bad, bad, bad, good, bad, bad]);
}

#[test]
fn the_cautious_side_may_be_debounced_too() {
    let debounce = Debounce::new(ms(20), ms(20)).unwrap();
    let seen =
        [(0, true), (20, true), (30, false), (49, false), (50, false), (51, true), (71, true)];
    let values = coupling(debounce, &seen.map(|(time, closed)| (time, Some(closed))));
    let (good, bad) = (Ok(true), Ok(false));
    assert_eq!(values, [UNKNOWN, good, good, good, bad, bad, good]);
}

#[test]
fn time_that_nobody_watched_speaks_for_the_cautious_side_alone() {
    let debounce = Debounce::new(ms(50), ms(50)).unwrap();
    let good = coupling(debounce, &[(0, Some(true)), (1_001, Some(true)), (1_051, Some(true))]);
    assert_eq!(good, [UNKNOWN, UNKNOWN, Ok(true)]);
    let good = coupling(debounce, &[(0, Some(true)), (1_000, Some(true))]);
    assert_eq!(good, [UNKNOWN, Ok(true)]);
    let bad = coupling(debounce, &[(0, Some(false)), (5_000, Some(false))]);
    assert_eq!(bad, [UNKNOWN, Ok(false)]);
}

#[test]
fn a_clock_that_goes_back_proves_nothing() {
    let seen = [(1_000, true), (0, true), (1_000, true), (1_049, true), (1_050, true)];
    let values = coupling(Debounce::REFERENCE, &seen.map(|(time, closed)| (time, Some(closed))));
    assert_eq!(values, [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, Ok(true)]);
}

#[test]
fn a_debounce_that_does_not_fit_is_refused() {
    assert_eq!(Debounce::new(ms(51), ms(50)), Err(DebounceError::CautiousIsSlower));
    assert_eq!(Debounce::new(ms(0), ms(251)), Err(DebounceError::TooLong));
    assert!(Debounce::new(ms(250), Debounce::LONGEST).is_ok());
    let texts = [DebounceError::CautiousIsSlower, DebounceError::TooLong];
    assert!(texts.iter().all(|error| !error.to_string().is_empty()));
}

#[test]
fn a_loop_with_resistors_tells_its_wires_from_its_contact() {
    let it = |closed| SupervisedLoop::new(Ratio(100), Ratio(200), Ratio(300), closed).unwrap();
    let at = |code| it(true).state(Ratio(code));
    assert_eq!([at(0), at(99)], [Err(Fault::Short); 2]);
    assert_eq!([at(100), at(199)], [Ok(true); 2]);
    assert_eq!([at(200), at(299)], [Ok(false); 2]);
    assert_eq!([at(300), at(u32::MAX)], [Err(Fault::Open); 2]);
    assert_eq!(it(false).state(Ratio(150)), Ok(false));
    let bus = Reading::faulty(Fault::Bus, at_nine());
    assert_eq!(it(true).read(bus), Reading::faulty(Fault::Bus, at_nine()));
    assert_eq!(it(true).read(Reading::new(Ratio(150), at_nine())), Reading::new(true, at_nine()));
}

const fn at_nine() -> Instant {
    at(9)
}

#[test]
fn codes_that_do_not_rise_are_refused() {
    for (short, open, broken) in [(0, 2, 3), (2, 2, 3), (3, 2, 4), (1, 3, 3), (1, 4, 3)] {
        let it = SupervisedLoop::new(Ratio(short), Ratio(open), Ratio(broken), true);
        assert_eq!(it, Err(LoopError));
    }
    assert!(LoopError.to_string().contains("must rise"));
}

/// Samples of a contact: gaps in milliseconds, and open, closed or a pin that fails.
fn course() -> impl Strategy<Value = Vec<(u32, Option<bool>)>> {
    let state = prop_oneof![8 => any::<bool>().prop_map(Some), 1 => Just(None)];
    prop::collection::vec((0u32..=120, state), 1..120)
}

proptest! {
    /// The good side is never told unless it stood for its time, and the cautious one is told no later than its own, which
    /// is no longer; so the unsafe side never comes sooner than the safe one would.
    #[test]
    fn the_good_side_is_never_sooner(
        times in (0u32..=250, 0u32..=250), samples in course(),
    ) {
        let (cautious, good) = (times.0.min(times.1), times.0.max(times.1));
        let debounce = Debounce::new(ms(cautious), ms(good)).unwrap();
        let mut now = 0;
        let seen: Vec<_> = samples.iter().map(|(gap, state)| {
            now += u64::from(*gap);
            (now, *state)
        }).collect();
        let values = coupling(debounce, &seen);
        for (index, value) in values.iter().enumerate() {
            let (now, state) = seen[index];
            let stood = stood(&seen[..=index]);
            prop_assert_eq!(*value == Err(Fault::Bus), state.is_none());
            if *value == Ok(true) && state == Some(true) {
                let was_told = index > 0 && values[index - 1] == Ok(true);
                prop_assert!(stood >= u64::from(good) || was_told, "{index} at {now}");
            }
            if state == Some(false) && stood >= u64::from(cautious) {
                prop_assert_eq!(*value, Ok(false));
            }
            // What is open is told as good for no longer than the cautious time.
            if state == Some(false) && *value == Ok(true) {
                prop_assert!(stood < u64::from(cautious));
            }
        }
    }
}

/// For how long the last state has stood without a pause.
fn stood(seen: &[(u64, Option<bool>)]) -> u64 {
    let (now, state) = seen[seen.len() - 1];
    let since = seen.iter().rev().take_while(|(_, other)| *other == state).last();
    now - since.map_or(now, |(time, _)| *time)
}
