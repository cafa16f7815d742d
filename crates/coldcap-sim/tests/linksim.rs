//! A slice of the link simulator's seeds, and that it can see.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_sim::linksim::{Options, run};

#[test]
fn seeds_break_no_rule_and_get_something_done() {
    let (mut carried_out, mut downloads, mut reports) = (0, 0, 0);
    for seed in 0..300 {
        let options = Options::from_seed(seed);
        let summary = run(&options).unwrap_or_else(|failure| panic!("{failure}\n{options}"));
        carried_out += summary.carried_out;
        downloads += summary.downloads;
        reports += summary.reports;
    }
    assert!(carried_out > 3_000 && downloads > 1_000 && reports > 3_000);
}

#[test]
fn a_seed_is_the_same_run_every_time() {
    for seed in [1, 77, 4_000] {
        let options = Options::from_seed(seed);
        assert_eq!(run(&options), run(&options));
    }
}

#[test]
fn seeds_switch_on_different_things() {
    let all: Vec<Options> = (0..400).map(Options::from_seed).collect();
    let share = |has: fn(&Options) -> bool| all.iter().filter(|it| has(it)).count();
    let features: [fn(&Options) -> bool; 16] = [
        |it| it.faults.drop > 0.0,
        |it| it.faults.duplicate > 0.0,
        |it| it.faults.jitter_ms > 0,
        |it| it.faults.flip > 0.0,
        |it| it.faults.burst > 0.0,
        |it| it.faults.truncate > 0.0,
        |it| it.faults.insert > 0.0,
        |it| it.faults.chunk < 100,
        |it| it.stall.is_some(),
        |it| it.mtu_changes > 0,
        |it| it.device_reboots > 0 && it.host_restarts > 0,
        |it| it.clock_jumps > 0 && it.drift_ppm != 0,
        |it| it.replays > 0.0 && it.forgeries > 0.0,
        |it| it.withholds > 0.0,
        |it| it.rekeys > 0,
        Options::is_sound,
    ];
    for (index, has) in features.into_iter().enumerate() {
        assert!((15..385).contains(&share(has)), "{index}: {}", share(has));
    }
}
