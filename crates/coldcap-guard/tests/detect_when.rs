//! When something was last looked at, and what is not there to be looked at.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/limits.rs"]
mod support;

use coldcap_guard::detect::{ChannelDetector, ChannelSample, MachineDetector, MachineSample};
use coldcap_guard::interlock::{Demand, Gate, Permit};
use coldcap_units::{Duration, Duty, Instant, Ratio, Reading};
use support::limits;

const TIMES: [u64; 3] = [700, 800, 300];

#[test]
fn a_detector_tells_of_its_last_step() {
    let (mut channel, mut machine) = (ChannelDetector::default(), MachineDetector::default());
    assert_eq!((channel.last_step(), machine.last_step()), (None, None));
    for now in TIMES.map(Instant::from_millis) {
        channel.step(now, &ChannelSample::default(), &limits());
        assert_eq!(channel.last_step(), Some(now));
        machine.step(now, &MachineSample::default(), &limits());
        assert_eq!(machine.last_step(), Some(now));
    }
}

#[test]
fn a_gate_tells_of_its_last_step() {
    let mut gate = Gate::default();
    assert_eq!(gate.last_step(), None);
    for now in TIMES.map(Instant::from_millis) {
        let demand = Demand { pump: Duty::FULL, ..Demand::default() };
        assert_eq!(gate.limit(now, demand, &Permit::NONE), Demand::default());
        assert_eq!(gate.last_step(), Some(now));
    }
}

/// A second of a channel with such a safety sensor, and the dose of it.
fn dose(safety: impl Fn(Instant) -> Reading<Ratio>) -> Duration {
    let mut channel = ChannelDetector::default();
    for tick in 0..=10 {
        let now = Instant::from_millis(100 * tick);
        let sample = ChannelSample {
            safety: safety(now),
            coupled: Reading::new(true, now),
            ..ChannelSample::default()
        };
        channel.step(now, &sample, &limits());
    }
    channel.cold_dose()
}

#[test]
fn a_cap_that_was_never_seen_counts_no_dose_and_one_that_cannot_be_read_does() {
    let absent = ChannelSample::default().safety;
    assert_eq!(dose(|_| absent), Duration::ZERO);
    let seen_once =
        |now| if now == Instant::ZERO { Reading::new(Ratio(2_000), now) } else { absent };
    assert_eq!(dose(seen_once), Duration::from_secs(1));
}
