//! What the search takes as one state is one: states that differ only in the times of the record take every
//! event alike. And the small explorations that are no slice of their own.

use coldcap::supervise::{State, step};
use coldcap_explore::channel::scopes::{self, Scope};
use coldcap_explore::search::Machine;
use coldcap_explore::{alarms, arbiter};
use coldcap_session::{ControlMode, PostClock};

const STEPS: usize = 200_000;

/// xorshift, so that a walk is the same on every machine.
fn roll(seed: &mut u64) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    (*seed >> 16) as usize
}

#[test]
fn what_only_the_record_shows_decides_nothing() {
    let mut long_clocks = 0;
    let sights: fn(PostClock, ControlMode) -> Scope = scopes::small_sights;
    let walks = [(1, ControlMode::Coolant, sights), (2, ControlMode::Cap, sights)];
    let amended = (3, ControlMode::Coolant, scopes::amendments as _);
    for (seed, mode, scope) in walks.into_iter().chain([amended]) {
        let scope = scope(PostClock::Cooled, mode);
        let channel = scope.channel(&step);
        let (mut whole, mut decided) = (State::default(), State::default());
        let (mut seed, mut letters) = (seed, Vec::new());
        for _ in 0..STEPS {
            letters.clear();
            channel.letters(&whole, &mut letters);
            let event = channel.event(letters[roll(&mut seed) % letters.len()]);
            let (next, effects) = step(&whole, &event, channel.config());
            let (other, others) = step(&decided, &event, channel.config());
            assert_eq!(channel.decided(next), channel.decided(other), "{whole:?} {event:?}");
            assert_eq!(effects.answer, others.answer, "{whole:?} {event:?}");
            assert_eq!(next.demand(channel.config()), other.demand(channel.config()));
            assert_eq!(effects.notes().count(), others.notes().count());
            long_clocks += usize::from(next != other);
            (whole, decided) = (next, channel.decided(other));
        }
    }
    assert!(long_clocks > 1_000, "the walk never told the two apart: {long_clocks}");
}

#[test]
fn the_arbiter_keeps_its_rules() {
    let report = arbiter::run().expect("nothing is broken");
    assert_eq!(report.states, arbiter::all().len().pow(2));
    assert!(report.counted.iter().all(|(_, _, count)| *count > 0), "{report:?}");
}

#[test]
#[ignore = "every pair of rows; `cargo xtask explore` runs it in release"]
fn every_pair_of_alarms_keeps_its_rules() {
    let report = alarms::run(&alarms::shipped).expect("nothing is broken");
    let rows = coldcap_guard::alarm::TABLE.len();
    assert_eq!(report.pairs, rows * (rows + 1) / 2);
    assert!(report.counted.iter().all(|(_, _, count)| *count > 0), "{:?}", report.counted);
}
