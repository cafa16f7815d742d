//! The guard as functions of its own: their sizes and what can be reached from them are read from this image. It is never
//! run.
#![no_std]
#![no_main]

use coldcap_guard::Conditions;
use coldcap_guard::alarm::{Alarms, Changes, Stored, Table, Told};
use coldcap_guard::detect::{
    ChannelDetector, ChannelSample, Limits, MachineDetector, MachineSample, StoredDose,
};
use coldcap_guard::display::{DisplayLimits, DisplayState, DisplayWatch, Progress};
use coldcap_guard::health::{HealthProof, Watch};
use coldcap_guard::interlock::{self, Config, Demand, Effects, Event, Gate, Permit, State};
use coldcap_units::{Duration, Instant};
use core::hint::black_box;
use cortex_m_rt::entry;

probe_bare::memory! {
    MEMORY_GUARD: ChannelDetector, MachineDetector, State, Gate, Gate, Alarms<1>, DisplayWatch, Watch
}

#[inline(never)]
fn probe_detect_channel(
    detector: &mut ChannelDetector,
    now: Instant,
    sample: &ChannelSample,
    limits: &Limits,
) -> Conditions {
    detector.step(now, sample, limits)
}

#[inline(never)]
fn probe_detect_machine(
    detector: &mut MachineDetector,
    now: Instant,
    sample: &MachineSample,
    limits: &Limits,
) -> Conditions {
    detector.step(now, sample, limits)
}

#[inline(never)]
fn probe_detect_restored(
    detector: &mut ChannelDetector,
    stored: &StoredDose,
    gap: Option<Duration>,
    limits: &Limits,
) -> StoredDose {
    detector.restore_dose(stored, gap, limits);
    detector.stored_dose()
}

#[inline(never)]
fn probe_interlock_step(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    interlock::step(state, event, config)
}

#[inline(never)]
fn probe_interlock_limit(
    gate: &mut Gate,
    now: Instant,
    wanted: Demand,
    state: &State,
    config: &Config,
) -> (Demand, Permit, Conditions) {
    let permit = state.permit(config);
    (gate.limit(now, wanted, &permit), permit, state.conditions(config))
}

#[inline(never)]
fn probe_alarm_step(
    alarms: &Alarms<1>,
    table: &Table<'_>,
    told: &Told<1>,
) -> (Alarms<1>, [Changes; 1]) {
    alarms.step(table, told)
}

#[inline(never)]
fn probe_alarm_restored(table: &Table<'_>, stored: &[Stored; 1]) -> (Alarms<1>, [Stored; 1]) {
    let alarms = Alarms::restored(table, stored);
    (alarms, alarms.stored())
}

#[inline(never)]
fn probe_display(
    watch: &mut DisplayWatch,
    (progress, shown): (Progress, Option<u16>),
    dt: Duration,
    limits: &DisplayLimits,
) -> DisplayState {
    watch.step(progress, shown, true, dt, limits)
}

#[inline(never)]
fn probe_health(
    watch: &mut Watch,
    now: Instant,
    detect: &[Option<Instant>],
    interlock: &[Option<Instant>],
) -> Option<HealthProof> {
    watch.prove(now, detect, interlock)
}

/// Keeps the probes, and keeps the compiler from knowing what they are called with.
#[entry]
fn main() -> ! {
    let _ = black_box(&MEMORY_GUARD);
    let _ = black_box(probe_detect_channel as fn(&mut _, _, &_, &_) -> _);
    let _ = black_box(probe_detect_machine as fn(&mut _, _, &_, &_) -> _);
    let _ = black_box(probe_detect_restored as fn(&mut _, &_, _, &_) -> _);
    let _ = black_box(probe_interlock_step as fn(&_, &_, &_) -> _);
    let _ = black_box(probe_interlock_limit as fn(&mut _, _, _, &_, &_) -> _);
    let _ = black_box(probe_alarm_step as fn(&_, &_, &_) -> _);
    let _ = black_box(probe_alarm_restored as fn(&_, &_) -> _);
    let _ = black_box(black_box(&Table::SHIPPED));
    let _ = black_box(probe_display as fn(&mut _, _, _, &_) -> _);
    let _ = black_box(probe_health as fn(&mut _, _, &_, &_) -> _);
    loop {}
}
