//! Edges become flow: what turns over, what is missed, what cannot be.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_hal::{CountingError, EdgeCount, FlowCounter, FlowCounting, PolledEdges};
use coldcap_units::{Duration, Fault, Instant, Pulses, Reading};
use embedded_hal::digital::PinState;
use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
use proptest::prelude::*;
use std::io::ErrorKind;

const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

const fn ms(millis: u32) -> Duration {
    Duration::from_millis(millis)
}

/// A meter that has counted 10 edges a tick of 100 ms for a second, and stands at 100.
fn running() -> FlowCounter<u16> {
    let mut meter = FlowCounter::new(FlowCounting::REFERENCE);
    let reading = (0..=10).map(|tick| meter.sample(at(tick * 100), Ok(tick as u16 * 10))).last();
    assert_eq!(reading.unwrap().value, Ok(Pulses { edges: 80, window: ms(800) }));
    meter
}

/// What it says at each tick from the second 1.1 on, where it counts 10 edges a tick from there on.
fn goes_on(meter: &mut FlowCounter<u16>, count: u16) -> Vec<Result<Pulses, Fault>> {
    let ticks = 1..=9u16;
    ticks
        .map(|tick| meter.sample(at(2_000 + u64::from(tick) * 100), Ok(count + 10 * tick)).value)
        .collect()
}

#[test]
fn nothing_is_said_before_a_window_is_full() {
    let mut meter = FlowCounter::new(FlowCounting::REFERENCE);
    for tick in 0..8u32 {
        let reading = meter.sample(at(u64::from(tick) * 100), Ok(tick));
        assert_eq!(reading, Reading::faulty(Fault::Unavailable, at(u64::from(tick) * 100)));
    }
    let full = Pulses { edges: 8, window: ms(800) };
    assert_eq!(meter.sample(at(800), Ok(8)), Reading::new(full, at(800)));
}

#[test]
fn a_meter_that_stands_has_no_flow() {
    let mut meter = FlowCounter::new(FlowCounting::REFERENCE);
    let last = (0..20).map(|tick| meter.sample(at(tick * 100), Ok(77_u16)).value).last();
    assert_eq!(last, Some(Ok(Pulses { edges: 0, window: ms(800) })));
}

#[test]
fn a_sample_that_was_missed_says_nothing() {
    let mut meter = running();
    assert_eq!(
        meter.sample(at(1_500), Ok(150)).value,
        Ok(Pulses { edges: 120, window: ms(1_200) })
    );
    assert_eq!(meter.sample(at(2_001), Ok(200)).value, Err(Fault::Stale));
    let values = goes_on(&mut meter, 200);
    assert!(values[..8].iter().all(|value| *value == Err(Fault::Stale)), "{values:?}");
    assert_eq!(
        values[8],
        Ok(Pulses { edges: 90, window: ms(899) }),
        "the first slot took two ticks"
    );
}

#[test]
fn more_edges_than_a_flow_makes_are_none() {
    // A hundred and one in a tick are plausible at 1000 a second, one more is not.
    let mut meter = running();
    assert!(meter.sample(at(1_100), Ok(201)).value.is_ok());
    let mut meter = running();
    assert_eq!(meter.sample(at(1_100), Ok(202)).value, Err(Fault::AboveRange));
}

#[test]
fn a_little_too_much_in_every_sample_is_too_much_in_all() {
    let mut meter = FlowCounter::new(FlowCounting::REFERENCE);
    let counts = (0..).map(|tick| (at(tick * 100), 101 * tick as u32));
    let values: Vec<_> =
        counts.take(9).map(|(now, count)| meter.sample(now, Ok(count)).value).collect();
    assert!(values[2..].iter().all(|value| *value == Err(Fault::AboveRange)), "{values:?}");
}

#[test]
fn a_counter_that_was_reset_looks_like_a_burst() {
    let mut meter = running();
    assert_eq!(meter.sample(at(1_100), Ok(0)).value, Err(Fault::AboveRange));
    meter.sample(at(2_000), Ok(0));
    let values = goes_on(&mut meter, 0);
    assert!(values[7] == Ok(Pulses { edges: 80, window: ms(800) }), "{values:?}");
}

#[test]
fn what_the_board_cannot_read_is_its_own_fault() {
    let mut meter = running();
    assert_eq!(meter.sample(at(1_100), Err(Fault::Bus)), Reading::faulty(Fault::Bus, at(1_100)));
    assert_eq!(meter.sample(at(2_000), Ok(190)).value, Err(Fault::Bus));
    let values = goes_on(&mut meter, 190);
    assert!(values[..7].iter().all(|value| *value == Err(Fault::Bus)));
    assert_eq!(
        values[7],
        Ok(Pulses { edges: 80, window: ms(800) }),
        "nothing before it is counted"
    );
}

#[test]
fn a_clock_that_goes_back_begins_anew_and_one_that_stands_waits() {
    let mut meter = running();
    let before = meter.sample(at(1_000), Ok(105));
    assert_eq!(before.value, Ok(Pulses { edges: 80, window: ms(800) }), "the same instant");
    assert_eq!(
        meter.sample(at(1_100), Ok(110)).value,
        Ok(Pulses { edges: 80, window: ms(800) }),
        "all ten are taken with the next"
    );
    assert_eq!(meter.sample(at(900), Ok(111)).value, Err(Fault::Unavailable));
    assert_eq!(meter.sample(at(1_000), Ok(121)).value, Err(Fault::Unavailable));
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |window, gap, rate| FlowCounting::new(ms(window), ms(gap), rate).unwrap_err();
    assert_eq!(refused(7, 1, 1), CountingError::WindowTooShort);
    assert_eq!(refused(800, 0, 1), CountingError::GapOutOfRange);
    assert_eq!(refused(800, 801, 1), CountingError::GapOutOfRange);
    assert_eq!(refused(800, 500, 0), CountingError::NoRate);
    // 5400 ms at the longest.
    assert_eq!(refused(800, 500, 12_136), CountingError::TooManyEdges);
    assert!(FlowCounting::new(ms(800), ms(500), 12_135).is_ok());
    let texts = [
        CountingError::WindowTooShort,
        CountingError::GapOutOfRange,
        CountingError::NoRate,
        CountingError::TooManyEdges,
    ];
    assert!(texts.iter().all(|error| !error.to_string().is_empty()));
}

#[test]
fn a_pin_that_fails_is_a_fault_of_the_count() {
    let fails = Transaction::get(State::Low).with_error(MockError::Io(ErrorKind::Other));
    let get = Transaction::get;
    let seen = [get(State::Low), get(State::High), get(State::Low), fails, get(State::High)];
    let mut pin = Mock::new(&seen);
    let mut edges = PolledEdges::new(pin.clone(), PinState::High);
    edges.poll();
    edges.poll();
    edges.poll();
    assert_eq!(edges.count(), Ok(1));
    edges.poll();
    assert_eq!(edges.count(), Err(Fault::Bus));
    // What was right before is not known, so this is no edge.
    edges.poll();
    assert_eq!(edges.count(), Ok(1));
    pin.done();
}

#[test]
fn falling_edges_can_be_counted_too() {
    let seen = [State::High, State::Low, State::High, State::Low, State::Low];
    let mut pin = Mock::new(&seen.map(Transaction::get));
    let mut edges = PolledEdges::new(pin.clone(), PinState::Low);
    seen.iter().for_each(|_| edges.poll());
    assert_eq!(edges.count(), Ok(2));
    pin.done();
}

/// Feeds a true course of edges through a counter of this width; every reading is what was true in its window.
fn holds<C: EdgeCount>(
    steps: &[(u32, u32)],
    start: u32,
    narrow: impl Fn(u32) -> C,
) -> Result<(), TestCaseError> {
    let mut meter = FlowCounter::new(FlowCounting::REFERENCE);
    let (mut now, mut count) = (1_000u64, start);
    let mut course = vec![(now, u64::from(start))];
    meter.sample(at(now), Ok(narrow(count)));
    for (gap, edges) in steps {
        now += u64::from(*gap);
        count = count.wrapping_add(*edges);
        course.push((now, course.last().unwrap().1 + u64::from(*edges)));
        let reading = meter.sample(at(now), Ok(narrow(count)));
        prop_assert_eq!(reading.taken, at(now));
        if let Ok(Pulses { edges, window }) = reading.value {
            prop_assert!(window >= ms(800) && window <= ms(5_400));
            let began =
                course.iter().find(|(then, _)| *then == now - u64::from(window.as_millis()));
            let (_, before) = began.expect("a window begins with a sample");
            prop_assert_eq!(u64::from(edges), course.last().unwrap().1 - before);
            prop_assert!(u32::from(edges) <= window.as_millis() + 1);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_window_holds_what_was_true_in_it(
        steps in prop::collection::vec((1u32..=700, 0u32..=700), 1..80), start: u32,
    ) {
        holds(&steps, start, |count| count)?;
        holds(&steps, start, |count| count as u16)?;
    }

    #[test]
    fn a_flow_that_can_be_is_told(
        gaps in prop::collection::vec(80u32..=120, 20..60), hertz in 0u32..=900, start: u16,
    ) {
        let mut meter = FlowCounter::new(FlowCounting::REFERENCE);
        let (mut now, mut told) = (0u64, 0);
        for gap in gaps {
            now += u64::from(gap);
            let edges = now * u64::from(hertz) / 1_000;
            let reading = meter.sample(at(now), Ok(start.wrapping_add(edges as u16)));
            if let Ok(Pulses { edges, window }) = reading.value {
                let exact = u64::from(hertz) * u64::from(window.as_millis());
                prop_assert!((u64::from(edges) * 1_000).abs_diff(exact) <= 1_000);
                told += 1;
            } else {
                prop_assert_eq!(told, 0, "once it is told it is told always");
                prop_assert_eq!(reading.value, Err(Fault::Unavailable));
            }
        }
        prop_assert!(told > 0);
    }
}
