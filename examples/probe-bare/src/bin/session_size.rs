//! Session, interlock and record of a channel as functions of their own: their sizes and what can be reached from them are
//! read from this image. It is never run.
#![no_std]
#![no_main]

use coldcap::supervise::{self, Config, Effects, Event, State};
use coldcap_session::record::{Chain, Entry, Recorder};
use coldcap_units::Instant;
use core::hint::black_box;
use cortex_m_rt::entry;
use probe_bare as _;

probe_bare::memory! { MEMORY_SESSION: State, Recorder, Chain }

/// Session and interlock of a channel together.
#[inline(never)]
fn probe_supervise(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    supervise::step(state, event, config)
}

/// What an event adds to the record of a channel.
#[inline(never)]
fn probe_record(
    recorder: &mut Recorder,
    chain: &mut Chain,
    (before, event, after): (
        &coldcap_session::State,
        &coldcap_session::Event,
        &coldcap_session::State,
    ),
    config: &coldcap_session::Config,
) -> Option<Entry> {
    let fields = recorder.hear(before, event, after, true, config);
    fields.map(|fields| chain.append_fields(Instant::ZERO, 0, fields)).last()
}

/// Keeps the probes, and keeps the compiler from knowing what they are called with.
#[entry]
fn main() -> ! {
    let _ = black_box(&MEMORY_SESSION);
    let _ = black_box(probe_record as fn(&mut _, &mut _, (&_, &_, &_), &_) -> _);
    let _ = black_box(probe_supervise as fn(&_, &_, &_) -> _);
    loop {}
}
