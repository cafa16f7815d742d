//! Random sessions of session and interlock: nothing is lost, and the record tells it all.
#![allow(missing_docs)]

use coldcap::Config;
use coldcap_trial::session::{CONFIG, sessions};

// req: SES-023, REC-002, REC-003
#[test]
fn a_slice_of_random_sessions_is_recomputed_bit_for_bit() {
    let (all, hash) = sessions(400);
    println!("{hash:016x} {all:?}");
    assert!(all.phases.iter().all(|visits| *visits > 0), "{:?}", all.phases);
    assert!(all.amended > 10 && all.trips > 100 && all.refused > 1_000, "{all:?}");
}

#[test]
fn the_sessions_are_those_of_the_reference_machine() {
    assert_eq!(CONFIG, Config::reference().supervision());
}
