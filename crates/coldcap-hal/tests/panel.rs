//! Keys: stop at once, silence only on purpose, and what a broken wire does.
#![allow(missing_docs, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[path = "fakes/inputs.rs"]
mod fakes;

use coldcap::Panel;
use coldcap_hal::PanelKeys;
use coldcap_units::{Fault, Instant};
use embedded_hal::digital::PinState;
use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
use fakes::Input;
use proptest::prelude::*;
use std::io::ErrorKind;

const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

type Keys = PanelKeys<Input, Input, Input>;

/// Keys whose loops are closed at high: the stop key is up at high, the others are down.
struct Bench {
    pins: [Input; 3],
    keys: Keys,
}

impl Bench {
    /// Nothing is pressed, and the first look has been.
    fn new() -> Self {
        let pins = [true, false, false].map(|level| {
            let pin = Input::default();
            pin.set(Some(level));
            pin
        });
        let [stop, acknowledge, pause] = pins.clone().map(|pin| (pin, PinState::High));
        let mut it = Self { pins, keys: PanelKeys::new(stop, acknowledge, pause) };
        assert_eq!(it.read(0), Panel::default());
        it
    }

    fn press(&mut self, key: usize, down: bool) {
        self.pins[key].set(Some(down != (key == 0)));
    }

    fn read(&mut self, millis: u64) -> Panel {
        self.keys.read(at(millis))
    }
}

const STOP: Panel = Panel { stop: true, acknowledge: false, audio_pause: false };
const ACKNOWLEDGE: Panel = Panel { stop: false, acknowledge: true, audio_pause: false };
const PAUSE: Panel = Panel { stop: false, acknowledge: false, audio_pause: true };

#[test]
fn a_stop_counts_at_once_and_ends_when_it_was_up_for_a_while() {
    let mut it = Bench::new();
    it.press(0, true);
    assert_eq!(it.read(1), STOP);
    it.press(0, false);
    assert_eq!([it.read(2), it.read(51), it.read(52)], [STOP, STOP, Panel::default()]);
}

#[test]
fn a_stop_between_two_ticks_is_not_lost() {
    let mut it = Bench::new();
    it.press(0, true);
    it.keys.poll(at(10));
    it.press(0, false);
    it.keys.poll(at(11));
    it.keys.poll(at(95));
    assert_eq!(it.keys.take(), STOP);
    assert_eq!(it.keys.take(), Panel::default());
}

#[test]
fn other_keys_have_to_stand() {
    for (key, panel) in [(1, ACKNOWLEDGE), (2, PAUSE)] {
        let mut it = Bench::new();
        it.press(key, true);
        assert_eq!([it.read(10), it.read(39)], [Panel::default(); 2]);
        assert_eq!([it.read(40), it.read(500)], [panel; 2]);
        it.press(key, false);
        assert_eq!(it.read(501), Panel::default(), "up at once");
        it.press(key, true);
        it.read(502);
        it.press(key, false);
        assert_eq!(it.read(540), Panel::default(), "a spike is no press");
    }
}

#[test]
fn power_up_is_no_stop_where_the_key_is_up_and_one_where_it_is_down() {
    Bench::new();
    let pin = |state| Mock::new(&[Transaction::get(state)]);
    let (open, up) = (State::High, State::High);
    let mut pins = [pin(open), pin(up), pin(up)];
    let [stop, acknowledge, pause] = pins.clone().map(|pin| (pin, PinState::Low));
    let mut keys = PanelKeys::new(stop, acknowledge, pause);
    assert_eq!(keys.take(), STOP, "before the first look");
    assert_eq!(keys.read(at(0)), STOP);
    pins.iter_mut().for_each(Mock::done);
}

#[test]
fn a_pin_that_fails_stops_and_silences_nothing() {
    let fails = Transaction::get(State::Low).with_error(MockError::Io(ErrorKind::Other));
    let low = || Transaction::get(State::Low);
    // All loops are closed at low: the stop key is up, the other keys are held down.
    let told = [vec![low(); 2], vec![fails], vec![low(); 3]].concat();
    let mut pins = [(); 3].map(|()| Mock::new(&told));
    let [stop, acknowledge, pause] = pins.clone().map(|pin| (pin, PinState::Low));
    let mut keys = PanelKeys::new(stop, acknowledge, pause);
    let both = Panel { acknowledge: true, audio_pause: true, ..Panel::default() };
    assert_eq!((keys.read(at(0)), keys.read(at(30))), (Panel::default(), both));
    assert_eq!((keys.fault(), keys.read(at(40)), keys.fault()), (None, STOP, Some(Fault::Bus)));
    assert_eq!((keys.read(at(50)), keys.fault()), (STOP, None));
    assert_eq!(keys.read(at(80)), Panel { stop: true, ..both });
    assert_eq!(keys.read(at(100)), both);
    pins.iter_mut().for_each(Mock::done);
}

#[test]
fn a_pin_that_fails_at_first_is_a_stop_until_it_was_seen_up_for_a_while() {
    let mut it = Bench::new();
    let [stop, acknowledge, pause] = it.pins.clone().map(|pin| (pin, PinState::High));
    it.keys = PanelKeys::new(stop, acknowledge, pause);
    it.pins[0].set(None);
    assert_eq!(it.read(0), STOP);
    it.pins[0].set(Some(true));
    assert_eq!([it.read(10), it.read(59), it.read(60)], [STOP, STOP, Panel::default()]);
}

proptest! {
    /// Whatever the keys do: a stop that is down at a look is in the next panel, and no other key is unless it was down for
    /// 30 ms at every look.
    #[test]
    fn a_stop_is_never_late_and_silence_never_early(
        looks in prop::collection::vec((0u64..=60, any::<[bool; 3]>(), prop::bool::weighted(0.3)), 1..100),
    ) {
        let mut it = Bench::new();
        let (mut now, mut stopped, mut since, mut stood) = (0, false, [None; 3], [false; 3]);
        for (gap, down, takes) in looks {
            now += gap;
            for key in 0..3 {
                it.press(key, down[key]);
                since[key] = down[key].then(|| since[key].unwrap_or(now));
                stood[key] |= since[key].is_some_and(|since| now - since >= 30);
            }
            stopped |= down[0];
            it.keys.poll(at(now));
            if takes {
                let panel = it.keys.take();
                prop_assert!(panel.stop || !stopped);
                prop_assert_eq!([panel.acknowledge, panel.audio_pause], [stood[1], stood[2]]);
                (stopped, stood) = (false, [false; 3]);
            }
        }
    }
}
