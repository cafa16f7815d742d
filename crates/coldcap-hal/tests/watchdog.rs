//! A watchdog is fed by a tick of the guard, and by nothing else.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap::{Config, Control, Inputs, TickInput};
use coldcap_guard::health::{HealthProof, Watch};
use coldcap_hal::{FeedError, Guarded, Watchdog};
use coldcap_units::{Duration, Instant};

/// Counts how often it was fed, and fails when it is told to.
#[derive(Debug, Default)]
struct Dog {
    fed: u32,
    fails: bool,
}

impl Watchdog for &mut Dog {
    type Error = u8;

    fn feed(&mut self) -> Result<(), u8> {
        self.fed += u32::from(!self.fails);
        if self.fails { Err(7) } else { Ok(()) }
    }
}

const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

const OLDEST: Duration = Duration::from_millis(50);

fn proof(watch: &mut Watch, now: Instant) -> HealthProof {
    watch.prove(now, &[Some(now)], &[Some(now)]).unwrap()
}

#[test]
fn a_tick_feeds_once() {
    let mut dog = Dog::default();
    let mut guarded = Guarded::new(&mut dog, OLDEST);
    let mut control: Control<1> = Control::new(Config::reference());
    for tick in 1..=10 {
        let now = at(100 * tick);
        let input = TickInput { now, inputs: Inputs::default(), commands: Default::default() };
        let proof = control.tick(&input).health.unwrap();
        assert_eq!(guarded.feed(now, proof), Ok(()));
        assert_eq!(guarded.fed(), Some(now));
        // The same tick again proves nothing, and there is no proof to feed with.
        assert!(control.tick(&input).health.is_none());
    }
    assert_eq!(dog.fed, 10);
}

#[test]
fn proofs_cannot_be_saved_up() {
    let mut dog = Dog::default();
    let mut guarded = Guarded::new(&mut dog, OLDEST);
    let mut watch = Watch::new();
    let mut saved: Vec<HealthProof> =
        (1..5).map(|tick| proof(&mut watch, at(100 * tick))).collect();
    let newest = saved.pop().unwrap();
    assert_eq!(guarded.feed(at(451), newest), Err(FeedError::Stale));
    for old in saved {
        assert_eq!(guarded.feed(at(400), old), Err(FeedError::Stale));
    }
    assert_eq!(guarded.feed(at(550), proof(&mut watch, at(500))), Ok(()));
    assert_eq!((guarded.fed(), dog.fed), (Some(at(500)), 1));
}

#[test]
fn a_proof_of_the_future_or_of_a_tick_that_was_fed_with_is_none() {
    let mut dog = Dog::default();
    let mut guarded = Guarded::new(&mut dog, OLDEST);
    assert_eq!(guarded.feed(at(99), proof(&mut Watch::new(), at(100))), Err(FeedError::Stale));
    assert_eq!(guarded.feed(at(100), proof(&mut Watch::new(), at(100))), Ok(()));
    // Another guard's proof of the same tick, or of one before.
    assert_eq!(guarded.feed(at(110), proof(&mut Watch::new(), at(100))), Err(FeedError::Repeated));
    assert_eq!(guarded.feed(at(110), proof(&mut Watch::new(), at(90))), Err(FeedError::Repeated));
    assert_eq!(dog.fed, 1);
}

#[test]
fn a_watchdog_that_cannot_be_reached_says_so() {
    let mut dog = Dog { fails: true, ..Dog::default() };
    let mut guarded = Guarded::new(&mut dog, OLDEST);
    let error = guarded.feed(at(100), proof(&mut Watch::new(), at(100))).unwrap_err();
    assert_eq!((error, guarded.fed()), (FeedError::Watchdog(7), None));
    assert_eq!(error.to_string(), "the watchdog could not be reached");
    let others: [FeedError<u8>; 2] = [FeedError::Stale, FeedError::Repeated];
    assert!(others.iter().all(|error| error.to_string().starts_with("the proof is")));
}
