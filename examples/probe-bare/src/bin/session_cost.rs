//! Counts the executed instructions of a step of session and interlock together, and of the session by
//! itself: in the mean and at most over the steps of random sessions. See [`probe_bare::count`] for how they
//! are counted; here each step by itself, so that a figure is 40 instructions too high or too low at most.
#![no_std]
#![no_main]

use coldcap::supervise::{Effects, Event, State, step};
use coldcap_session::Event as Heard;
use coldcap_trial::session::{CONFIG, visit};
use core::hint::black_box;
use cortex_m_rt::entry;
use probe_bare::count::{self, INSTRUCTIONS_PER_COUNT};
use semihosting::println;

const SESSIONS: u64 = 200;

#[entry]
fn main() -> ! {
    if count::start() {
        all();
    }
    semihosting::process::exit(0)
}

/// Session and interlock of a channel together.
#[inline(never)]
fn both(state: &State, event: &Event) -> (State, Effects) {
    step(state, event, &CONFIG)
}

/// The session by itself.
#[inline(never)]
fn session(state: &State, event: &Heard) -> (coldcap_session::State, coldcap_session::Effects) {
    coldcap_session::step(&state.session, event, &CONFIG.session)
}

fn heard(event: &Event) -> Option<Heard> {
    match *event {
        Event::Advance { dt, seen, .. } => Some(Heard::Advance { dt, seen }),
        Event::Request { request, role } => Some(Heard::Request { request, role }),
        Event::Fact(fact) => Some(Heard::Fact(fact)),
        _ => None,
    }
}

#[derive(Default)]
struct Tally {
    sum: u64,
    calls: u64,
    most: u64,
}

impl Tally {
    fn measure<T>(&mut self, call: impl FnOnce() -> T) {
        let spent = count::of(|| drop(black_box(call())));
        self.sum += spent;
        self.calls += 1;
        self.most = spent.max(self.most);
    }

    fn report(&self, of: &str) {
        let mean = self.sum * INSTRUCTIONS_PER_COUNT / self.calls.max(1);
        println!("{of} mean {mean}\n{of} most {}", self.most * INSTRUCTIONS_PER_COUNT);
    }
}

fn all() {
    let (mut joined, mut alone) = (Tally::default(), Tally::default());
    for seed in 1..=SESSIONS {
        visit(seed, |state, event| {
            joined.measure(|| both(black_box(state), black_box(event)));
            if let Some(event) = heard(event) {
                alone.measure(|| session(black_box(state), black_box(&event)));
            }
        });
    }
    joined.report("session and interlock,");
    alone.report("session,");
}
