//! The public steps as functions of their own: their sizes and what can be reached from them are read
//! from this image. It is never run.
#![no_std]
#![no_main]

use coldcap::supervise::{self, Config, Effects, Event, State};
use coldcap_calibration::table::CubicTable;
use coldcap_thermal::filter::{FilterCoefficients, MeasurementFilter};
use coldcap_thermal::output::{Switch, TimeProportion, TimeProportionConfig};
use coldcap_thermal::pid::{Coefficients, Input, Limits, Pid, Step};
use coldcap_thermal::watch::{Verdict, Watch, WatchConfig, WatchInput};
use coldcap_units::{Duration, Fault, MicroCelsius, Ratio};
use coldcap_wire::FRAME_ROOM;
use coldcap_wire::frame::{Deframer, FrameError, TooLong, encode_in_place};
use core::hint::black_box;
use cortex_m_rt::entry;
use fixed::types::{I16F16, I32F32};
use probe_bare as _;

macro_rules! probes {
    ($($step:ident, $filter:ident, $number:ty;)+) => { $(
        #[inline(never)]
        fn $step(
            pid: &mut Pid<$number>,
            with: &Coefficients<$number>,
            limits: &Limits<$number>,
            input: &Input<$number>,
        ) -> Step<$number> {
            pid.step(with, limits, input)
        }

        #[inline(never)]
        fn $filter(
            filter: &mut MeasurementFilter<$number>,
            with: &FilterCoefficients<$number>,
            sample: Result<$number, Fault>,
        ) -> Result<$number, Fault> {
            filter.step(with, sample)
        }
    )+ };
}

probes! {
    probe_step_i16f16, probe_filter_i16f16, I16F16;
    probe_step_i32f32, probe_filter_i32f32, I32F32;
    probe_step_f32, probe_filter_f32, f32;
    probe_step_f64, probe_filter_f64, f64;
}

#[inline(never)]
fn probe_proportion(
    output: &mut TimeProportion,
    config: &TimeProportionConfig,
    command: I16F16,
    dt: Duration,
) -> Switch {
    output.step(config, command, dt)
}

#[inline(never)]
fn probe_watch(watch: &mut Watch, config: &WatchConfig, input: WatchInput) -> Verdict {
    watch.step(config, input)
}

#[inline(never)]
fn probe_convert(table: &CubicTable<'_>, code: Ratio) -> Result<MicroCelsius, Fault> {
    table.eval(code)
}

/// Session and interlock of a channel together.
#[inline(never)]
fn probe_supervise(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    supervise::step(state, event, config)
}

/// A packet into its frame, where it stands: what a sender does.
#[inline(never)]
fn probe_frame(out: &mut [u8], packet_len: usize) -> Result<usize, TooLong> {
    encode_in_place(out, packet_len)
}

/// Bytes of a stream into packets.
#[inline(never)]
fn probe_deframe<'a>(
    deframer: &'a mut Deframer<FRAME_ROOM>,
    input: &[u8],
) -> (usize, Option<Result<&'a mut [u8], FrameError>>) {
    deframer.feed(input)
}

type Deframe = for<'a> fn(
    &'a mut Deframer<FRAME_ROOM>,
    &[u8],
) -> (usize, Option<Result<&'a mut [u8], FrameError>>);

/// Keeps the probes, and keeps the compiler from knowing what they are called with.
#[entry]
fn main() -> ! {
    let _ = (
        black_box(probe_step_i16f16 as fn(&mut _, &_, &_, &_) -> _),
        black_box(probe_filter_i16f16 as fn(&mut _, &_, _) -> _),
    );
    let _ = (
        black_box(probe_step_i32f32 as fn(&mut _, &_, &_, &_) -> _),
        black_box(probe_filter_i32f32 as fn(&mut _, &_, _) -> _),
    );
    let _ = (
        black_box(probe_step_f32 as fn(&mut _, &_, &_, &_) -> _),
        black_box(probe_filter_f32 as fn(&mut _, &_, _) -> _),
    );
    let _ = (
        black_box(probe_step_f64 as fn(&mut _, &_, &_, &_) -> _),
        black_box(probe_filter_f64 as fn(&mut _, &_, _) -> _),
    );
    let _ = black_box(probe_watch as fn(&mut _, &_, _) -> _);
    let _ = black_box(probe_proportion as fn(&mut _, &_, _, _) -> _);
    let _ = black_box(probe_convert as fn(&_, _) -> _);
    let _ = black_box(probe_supervise as fn(&_, &_, &_) -> _);
    let _ = (
        black_box(probe_frame as fn(&mut [u8], usize) -> Result<usize, TooLong>),
        black_box(probe_deframe as Deframe),
    );
    loop {}
}
