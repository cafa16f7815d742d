//! Two actuators never on together, whatever is asked for.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use coldcap_thermal::output::{Interlock, InterlockConfig, Pair, Side};
use coldcap_units::Duration;
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);
const FIRST: Pair = Pair { first: true, second: false };
const SECOND_ONLY: Pair = Pair { first: false, second: true };
const BOTH: Pair = Pair { first: true, second: true };
const CONFIG: InterlockConfig =
    InterlockConfig { dead_time: Duration::from_secs(30), hold: Duration::from_secs(300) };

fn wait(interlock: &mut Interlock, asked: Pair, side: Side) -> usize {
    (0..1_000).take_while(|_| !interlock.step(&CONFIG, asked, SECOND).is_on(side)).count()
}

#[test]
fn power_up_waits_for_the_dead_time() {
    for side in [Side::First, Side::Second] {
        let mut interlock = Interlock::new();
        let asked = if side == Side::First { FIRST } else { SECOND_ONLY };
        assert_eq!(wait(&mut interlock, asked, side), 29);
    }
    assert!(Interlock::rested().step(&CONFIG, SECOND_ONLY, Duration::ZERO).second);
}

#[test]
fn whoever_has_the_turn_keeps_it_and_the_first_gets_the_first() {
    let mut interlock = Interlock::rested();
    assert_eq!(interlock.step(&CONFIG, BOTH, SECOND), FIRST);
    assert_eq!(interlock.step(&CONFIG, SECOND_ONLY, SECOND), Pair::OFF);
    // It may come back during the hold, and is preferred after it.
    assert_eq!(interlock.step(&CONFIG, BOTH, SECOND), FIRST);
    assert_eq!(interlock.wait(&CONFIG, Side::Second), None);
    let mut interlock = Interlock::rested();
    assert_eq!(interlock.step(&CONFIG, SECOND_ONLY, SECOND), SECOND_ONLY);
    assert_eq!(interlock.step(&CONFIG, BOTH, Duration::MAX), SECOND_ONLY);
    assert_eq!(interlock.step(&CONFIG, Pair::OFF, SECOND), Pair::OFF);
    assert_eq!(interlock.step(&CONFIG, BOTH, Duration::MAX), SECOND_ONLY);
}

#[test]
fn a_change_over_waits_for_hold_and_dead_time() {
    // Short turn: the hold counts; long turn: the dead time does.
    for (on_for, expected) in [(10, 290), (1_000, 30)] {
        let mut interlock = Interlock::rested();
        for _ in 0..on_for {
            assert_eq!(interlock.step(&CONFIG, FIRST, SECOND), FIRST);
        }
        assert_eq!(wait(&mut interlock, SECOND_ONLY, Side::Second), expected);
    }
}

#[test]
fn without_times_the_other_side_takes_over_in_the_same_step() {
    let config = InterlockConfig { dead_time: Duration::ZERO, hold: Duration::ZERO };
    let mut interlock = Interlock::new();
    assert_eq!(interlock.step(&config, FIRST, SECOND), FIRST);
    assert_eq!(interlock.step(&config, SECOND_ONLY, SECOND), SECOND_ONLY);
}

fn millis() -> impl Strategy<Value = u32> {
    prop_oneof![1 => Just(0u32), 6 => 1u32..500, 1 => any::<u32>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_rules_hold_whatever_is_asked_for(
        dead_time in 0u32..2_000, hold in 0u32..2_000,
        moves in prop::collection::vec((any::<(bool, bool)>(), millis()), 1..200),
    ) {
        let config = InterlockConfig {
            dead_time: Duration::from_millis(dead_time),
            hold: Duration::from_millis(hold),
        };
        let mut interlock = Interlock::new();
        let mut now = 0u64;
        // When each side was last on, when it got its turn, and who had the last turn.
        let (mut last_on, mut began, mut turn) = ([0u64; 2], [0u64; 2], None);
        for ((first, second), dt) in moves {
            let asked = Pair { first, second };
            now += u64::from(dt);
            // Until now, what was granted before was on.
            for (index, side) in [Side::First, Side::Second].into_iter().enumerate() {
                if interlock.granted().is_on(side) { last_on[index] = now; }
            }
            let expected = interlock.granted();
            let granted = interlock.step(&config, asked, Duration::from_millis(dt));
            prop_assert!(!(granted.first && granted.second));
            prop_assert!((!granted.first || first) && (!granted.second || second));
            // Nobody who is on and asked for loses it.
            prop_assert!(!expected.first || !first || granted.first);
            prop_assert!(!expected.second || !second || granted.second);
            for (index, side) in [Side::First, Side::Second].into_iter().enumerate() {
                if granted.is_on(side) && turn != Some(index) {
                    prop_assert!(now - last_on[1 - index] >= u64::from(dead_time));
                    if let Some(other) = turn {
                        let held: u64 = now - began[other];
                        prop_assert!(held >= u64::from(hold));
                    }
                    (began[index], turn) = (now, Some(index));
                }
            }
        }
    }

    #[test]
    fn the_wait_is_what_it_says(
        asked: (bool, bool), on_s in 0u32..400, off_s in 0u32..400,
    ) {
        let mut interlock = Interlock::rested();
        let asked = Pair { first: asked.0, second: asked.1 };
        interlock.step(&CONFIG, asked, SECOND);
        interlock.step(&CONFIG, asked, Duration::from_secs(on_s));
        interlock.step(&CONFIG, Pair::OFF, Duration::from_secs(off_s));
        for (side, alone) in [(Side::First, FIRST), (Side::Second, SECOND_ONLY)] {
            let wait = interlock.wait(&CONFIG, side).unwrap();
            let (mut early, mut due) = (interlock, interlock);
            if !wait.is_zero() {
                let short = wait.minus(Duration::from_millis(1));
                prop_assert_eq!(early.step(&CONFIG, alone, short), Pair::OFF);
            }
            prop_assert_eq!(due.step(&CONFIG, alone, wait), alone);
        }
    }
}
