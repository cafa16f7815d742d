//! What is heard and seen is what the guard's tables say, however a board steps.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "fakes/outputs.rs"]
mod fakes;

use coldcap_guard::alarm::light::{Colour, Light};
use coldcap_guard::alarm::tone::{FUNDAMENTALS_HZ, Pattern, Preset};
use coldcap_guard::alarm::{Priority, REMINDER_LENGTH};
use coldcap_hal::{AlarmLamps, Buzzer, PinBuzzer, PwmBuzzer, SignalError, Sounder};
use coldcap_units::{Duration, Instant};
use embedded_hal::digital::PinState;
use embedded_hal_mock::eh1::MockError;
use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
use embedded_hal_mock::eh1::pwm::{Mock as Pwm, Transaction as Set};
use fakes::{Channel, Output, STEPS, board};
use proptest::prelude::*;
use std::io::ErrorKind;

const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// Notes what sounds.
#[derive(Debug, Default)]
struct Ear {
    sounds: Option<u16>,
    changes: usize,
}

impl Sounder for &mut Ear {
    fn sound(&mut self, fundamental_hz: u16) -> Result<(), SignalError> {
        (self.sounds, self.changes) = (Some(fundamental_hz), self.changes + 1);
        Ok(())
    }

    fn silence(&mut self) -> Result<(), SignalError> {
        (self.sounds, self.changes) = (None, self.changes + 1);
        Ok(())
    }
}

/// A sounder whose state can be seen while a buzzer holds it.
#[derive(Clone, Debug, Default)]
struct Shared(std::rc::Rc<core::cell::Cell<Option<u16>>>);

impl Sounder for Shared {
    fn sound(&mut self, fundamental_hz: u16) -> Result<(), SignalError> {
        self.0.set(Some(fundamental_hz));
        Ok(())
    }

    fn silence(&mut self) -> Result<(), SignalError> {
        self.0.set(None);
        Ok(())
    }
}

/// What sounds in each of so many milliseconds, where the priority is that of each time.
fn heard(millis: u64, sounding: impl Fn(u64) -> Priority) -> Vec<Option<u16>> {
    let ear = Shared::default();
    let mut buzzer = Buzzer::new(ear.clone());
    let step = |time| {
        buzzer.step(at(time), sounding(time)).unwrap();
        ear.0.get()
    };
    (0..millis).map(step).collect()
}

/// What the guard's table says of so many periods.
fn written(priority: Priority, periods: usize) -> Vec<Option<u16>> {
    let period = || Pattern::of(priority);
    let tones = (0..periods).flat_map(|_| period());
    tones
        .flat_map(|tone| {
            let hertz = tone.sounding.then(|| FUNDAMENTALS_HZ[usize::from(tone.frequency)]);
            core::iter::repeat_n(hertz, tone.length.as_millis() as usize)
        })
        .collect()
}

#[test]
fn every_priority_sounds_as_the_table_says() {
    for priority in Priority::ALL {
        let told = written(priority, 3);
        assert!(heard(told.len() as u64, |_| priority) == told, "{priority}");
    }
    assert!(heard(1_000, |_| Priority::None).iter().all(Option::is_none));
}

#[test]
fn a_reminder_is_one_whole_burst() {
    let length = u64::from(REMINDER_LENGTH.as_millis());
    for priority in Priority::ALL {
        let reminded = |time| if time < length { priority } else { Priority::None };
        let burst = Preset::of(priority).burst().as_millis() as usize;
        let told = heard(60_000, reminded);
        assert!(told[..burst] == written(priority, 1)[..burst], "{priority}");
        assert!(told[burst..].iter().all(Option::is_none), "and no second one");
    }
}

#[test]
fn a_burst_that_has_begun_is_finished() {
    let told = heard(20_000, |time| if time == 0 { Priority::High } else { Priority::None });
    assert!(told[..8_800] == written(Priority::High, 1));
    assert!(told[8_800..].iter().all(Option::is_none));
}

#[test]
fn what_is_more_urgent_begins_at_once() {
    // In the middle of a pulse of low priority, in its pause, and in the middle of a burst of medium priority.
    for (before, from) in [(Priority::Low, 100), (Priority::Low, 15_000), (Priority::Medium, 250)] {
        let sounding = |time| if time < from { before } else { Priority::High };
        let told = heard(from + 8_800, sounding);
        assert!(told[from as usize..] == written(Priority::High, 1), "{before} at {from}");
    }
}

#[test]
fn what_is_less_urgent_waits_for_the_end_of_the_pause() {
    let sounding = |time| if time < 1_000 { Priority::High } else { Priority::Medium };
    let told = heard(8_800 + 11_000, sounding);
    assert!(told[..8_800] == written(Priority::High, 1));
    assert!(told[8_800..] == written(Priority::Medium, 1));
}

#[test]
fn what_is_new_behind_silence_begins_at_once() {
    // Answered in the pause of a low alarm, and another one two seconds later.
    let sounding =
        |time| if (3_000..5_000).contains(&time) { Priority::None } else { Priority::Low };
    let told = heard(5_600, sounding);
    assert!(told[5_000..] == written(Priority::Low, 1)[..600]);
}

#[test]
fn a_sounder_is_told_of_changes_alone() {
    let mut ear = Ear::default();
    let mut buzzer = Buzzer::new(&mut ear);
    assert_eq!(buzzer.next_change(), None);
    for time in 0..1_000 {
        assert_eq!(buzzer.step(at(time), Priority::Medium), Ok(()));
        assert!(buzzer.next_change().is_some_and(|next| next > at(time)));
    }
    assert_eq!((ear.changes, ear.sounds), (5, Some(500)));
}

#[test]
fn a_sounder_that_fails_is_tried_again_and_the_burst_goes_on() {
    let fails = |state| Transaction::set(state).with_error(MockError::Io(ErrorKind::Other));
    let (on, off) = (State::Low, State::High);
    let told =
        [fails(on), Transaction::set(on), fails(off), Transaction::set(off), Transaction::set(on)];
    let mut pin = Mock::new(&told);
    let mut buzzer = Buzzer::new(PinBuzzer::new(pin.clone(), PinState::Low));
    let steps = [0, 1, 2, 200, 201, 399, 400].map(|time| buzzer.step(at(time), Priority::Medium));
    let (done, failed) = (Ok(()), Err(SignalError));
    assert_eq!(steps, [failed, done, done, failed, done, done, done]);
    assert!(!SignalError.to_string().is_empty());
    pin.done();
}

#[test]
fn a_passive_buzzer_sounds_at_half_duty() {
    let fails = Set::set_duty_cycle(0).with_error(MockError::Io(ErrorKind::Other));
    let told = [
        Set::max_duty_cycle(2_000),
        Set::set_duty_cycle(1_000),
        fails,
        Set::set_duty_cycle(0),
        Set::max_duty_cycle(2_000),
        Set::set_duty_cycle(1_000).with_error(MockError::Io(ErrorKind::Other)),
    ];
    let mut channel = Pwm::new(&told);
    let mut buzzer = PwmBuzzer::new(channel.clone());
    assert_eq!(buzzer.sound(600), Ok(()));
    assert_eq!(buzzer.silence(), Err(SignalError));
    assert_eq!(buzzer.silence(), Ok(()));
    assert_eq!(buzzer.sound(600), Err(SignalError));
    channel.done();
}

#[test]
fn a_buzzer_goes_on_when_it_is_dropped() {
    let it = board(1, 0);
    let mut buzzer = Buzzer::new(PwmBuzzer::new(Channel(Output::new(&it, 0))));
    assert_eq!(buzzer.step(at(0), Priority::High), Ok(()));
    drop(buzzer);
    assert_eq!(it.borrow().levels, [STEPS / 2]);
}

#[test]
fn every_priority_shines_as_the_table_says() {
    for priority in [Priority::High, Priority::Medium, Priority::Low, Priority::None] {
        let it = board(2, 1);
        let pin = |number| (Output::new(&it, number), PinState::High);
        let mut lamps = AlarmLamps::new(pin(0), pin(1));
        assert_eq!(it.borrow().levels, [0, 0], "dark when made");
        for time in 0..5_000u32 {
            let now = at(1_000_000 + u64::from(time));
            assert_eq!(lamps.step(now, priority), Ok(()));
            let light = Light::of(priority);
            let lit = light.filter(|light| light.is_lit(Duration::from_millis(time)));
            let expected = match lit.map(|light| light.colour) {
                Some(Colour::Red) => [1, 0],
                Some(Colour::Yellow) => [0, 1],
                None => [0, 0],
            };
            assert_eq!(it.borrow().levels, expected, "{priority} at {time}");
        }
    }
}

#[test]
fn a_new_light_begins_lit_and_inverted_lamps_are_dark_at_high() {
    let it = board(2, 0);
    let pin = |number| (Output::new(&it, number), PinState::Low);
    let mut lamps = AlarmLamps::new(pin(0), pin(1));
    let mut levels = |time, priority| {
        assert_eq!(lamps.step(at(time), priority), Ok(()));
        it.borrow().levels.clone()
    };
    assert_eq!(levels(0, Priority::High), [0, 1]);
    assert_eq!(levels(300, Priority::High), [1, 1]);
    assert_eq!(levels(301, Priority::Medium), [1, 0]);
    assert_eq!(levels(302, Priority::High), [0, 1]);
    assert_eq!(levels(303, Priority::None), [1, 1]);
}

#[test]
fn a_lamp_that_fails_leaves_the_other_one_its_turn() {
    let it = board(2, 0);
    let pin = |number| (Output::new(&it, number), PinState::High);
    let mut lamps = AlarmLamps::new(pin(0), pin(1));
    it.borrow_mut().renew(&[true, false, false, true, false, false]);
    assert_eq!(lamps.step(at(0), Priority::Low), Err(SignalError));
    assert_eq!(it.borrow().levels, [0, 1]);
    assert_eq!(lamps.step(at(1), Priority::Low), Err(SignalError));
    assert_eq!(lamps.step(at(2), Priority::Low), Ok(()));
    assert_eq!(it.borrow().asked(), 6);
}

fn priority() -> impl Strategy<Value = Priority> {
    prop_oneof![
        Just(Priority::None),
        Just(Priority::Low),
        Just(Priority::Medium),
        Just(Priority::High),
    ]
}

proptest! {
    /// However late a board steps: every pulse of a burst is made, and none lasts less than it should.
    #[test]
    fn no_pulse_is_passed_over(gaps in prop::collection::vec(1u64..=400, 100..200)) {
        let ear = Shared::default();
        let mut buzzer = Buzzer::new(ear.clone());
        let (mut now, mut begun, mut pulses) = (0, None, vec![]);
        for gap in gaps {
            buzzer.step(at(now), Priority::High).unwrap();
            match (ear.0.get(), begun) {
                (Some(hertz), None) => {
                    prop_assert_eq!(hertz, 600);
                    begun = Some(now);
                }
                (None, Some(began)) => {
                    pulses.push(now - began);
                    begun = None;
                }
                _ => {}
            }
            now += gap;
        }
        // Each of the twenty tones of a period of 8.8 s is late by one step at most.
        prop_assert!(pulses.len() as u64 >= 10 * (now / (8_800 + 20 * 400)), "{pulses:?}");
        prop_assert!(pulses.iter().all(|pulse| *pulse <= 150 + 400));
    }

    /// Whatever sounds when: what is most urgent sounds in the very step in which it comes, and silence follows within a
    /// burst and no longer.
    #[test]
    fn what_is_urgent_is_heard_at_once(
        course in prop::collection::vec((priority(), 1u64..=3_000), 1..20),
    ) {
        let ear = Shared::default();
        let mut buzzer = Buzzer::new(ear.clone());
        let (mut now, mut most, mut quiet_since) = (0u64, Priority::None, 0);
        for (sounding, lasts) in course {
            for step in 0..lasts.div_ceil(10) {
                buzzer.step(at(now), sounding).unwrap();
                if step == 0 && sounding > most {
                    prop_assert!(ear.0.get().is_some());
                }
                most = most.max(sounding);
                quiet_since = if sounding == Priority::None { quiet_since } else { now };
                if ear.0.get().is_some() {
                    prop_assert!(now - quiet_since <= 3_800);
                } else if now - quiet_since > 3_800 {
                    most = Priority::None;
                }
                now += 10;
            }
        }
    }
}
