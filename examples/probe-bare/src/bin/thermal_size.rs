//! All of thermal control that a channel runs, as functions of their own: their sizes and what can be reached from them are
//! read from this image. It is never run.
#![no_std]
#![no_main]

use coldcap_thermal::cap::{CapInput, CapLoop, CapLoopConfig, CapOutput, CapTarget};
use coldcap_thermal::channel::{CoolantLoop, LoopConfig, LoopInput, LoopOutput};
use coldcap_thermal::skin::{
    ContactEvidence, ContactFinding, ContactWatch, Forecast, ForecastRun, SkinConfig, SkinEstimate,
    SkinInput, SkinObserver, WatchLimits,
};
use coldcap_thermal::tank::{TankConfig, TankController};
use coldcap_thermal::watch::{Verdict, Watch, WatchConfig, WatchInput};
use coldcap_units::{Coolant, Duration, Duty, Fault, Skin};
use core::hint::black_box;
use cortex_m_rt::entry;
use probe_bare as _;

probe_bare::memory! {
    MEMORY_THERMAL: CoolantLoop, CapLoop, SkinObserver, ForecastRun, ContactWatch, Watch, Watch, TankController
}

#[inline(never)]
fn probe_loop_coolant(
    coolant: &mut CoolantLoop,
    config: &LoopConfig,
    input: LoopInput,
) -> LoopOutput {
    coolant.step(config, input)
}

#[inline(never)]
fn probe_loop_cap(
    cap: &mut CapLoop,
    config: &CapLoopConfig,
    inner: (&LoopConfig, &mut CoolantLoop),
    target: Option<CapTarget>,
    input: &CapInput,
) -> CapOutput {
    cap.step(config, inner, target, input)
}

#[inline(never)]
fn probe_watch(watch: &mut Watch, config: &WatchConfig, input: WatchInput) -> Verdict {
    watch.step(config, input)
}

#[inline(never)]
fn probe_tank(
    tank: &mut TankController,
    config: &TankConfig,
    measured: Result<Coolant, Fault>,
    target: Option<Coolant>,
    dt: Duration,
) -> Duty {
    tank.step(config, measured, target, dt)
}

#[inline(never)]
fn probe_skin_step(
    observer: &mut SkinObserver,
    config: &SkinConfig,
    input: &SkinInput,
) -> Result<SkinEstimate, Fault> {
    observer.step(config, input)
}

#[inline(never)]
fn probe_skin_forecast(
    observer: &SkinObserver,
    config: &SkinConfig,
    limit: Skin,
) -> Result<ForecastRun, Fault> {
    observer.forecast(config, limit)
}

#[inline(never)]
fn probe_skin_advance(run: &mut ForecastRun, config: &SkinConfig) -> Option<Forecast> {
    run.advance(config)
}

#[inline(never)]
fn probe_skin_contact(
    watch: &mut ContactWatch,
    limits: &WatchLimits,
    cooling: bool,
    evidence: Result<ContactEvidence, Fault>,
    dt: Duration,
) -> ContactFinding {
    watch.step(limits, true, cooling, evidence, dt)
}

/// Keeps the probes, and keeps the compiler from knowing what they are called with.
#[entry]
fn main() -> ! {
    let _ = black_box(&MEMORY_THERMAL);
    let _ = black_box(probe_loop_coolant as fn(&mut _, &_, _) -> _);
    let _ = black_box(
        probe_loop_cap as for<'a> fn(&mut _, &_, (&'a LoopConfig, &'a mut CoolantLoop), _, &_) -> _,
    );
    let _ = black_box(probe_watch as fn(&mut _, &_, _) -> _);
    let _ = black_box(probe_tank as fn(&mut _, &_, _, _, _) -> _);
    let _ = black_box(probe_skin_step as fn(&mut _, &_, &_) -> _);
    let _ = black_box(probe_skin_forecast as fn(&_, &_, _) -> _);
    let _ = black_box(probe_skin_advance as fn(&mut _, &_) -> _);
    let _ = black_box(probe_skin_contact as fn(&mut _, &_, _, _, _) -> _);
    loop {}
}
