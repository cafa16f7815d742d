//! The platinum conversion of `embedded-devices` beside ours, as rows of `cargo xtask compare-curves`, whose
//! method this follows: judged against the temperature that the exact signal was computed from. Its
//! conversion takes and gives single precision; thermistors and thermocouples it has none.

use coldcap_calibration::curves::pt100;
use coldcap_calibration::physics::front_end::code;
use coldcap_calibration::physics::platinum::Platinum;
use coldcap_calibration::physics::sensor_model::PlatinumOnReference;
use embedded_devices::utils::callendar_van_dusen::resistance_to_temperature_r100;
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 300;
const CALLS: u32 = 1_400;
/// A step of the temperatures at which errors are taken, in °C.
const STEP: f64 = 0.01;

fn ohm(celsius: f64) -> f64 {
    Platinum::PT100.resistance(celsius).expect("within the range of platinum")
}

fn theirs(celsius: f64) -> Option<f64> {
    Some(f64::from(resistance_to_temperature_r100(ohm(celsius) as f32)))
}

fn ours(celsius: f64) -> Option<f64> {
    let read = pt100::TABLE.eval(code(PlatinumOnReference::PT100.fraction(ohm(celsius))));
    read.ok().map(|micro| f64::from(micro.0) / 1e6)
}

/// The largest error in millikelvins, and how many temperatures it refused.
fn worst(read: fn(f64) -> Option<f64>, coldest: f64, warmest: f64) -> (f64, usize) {
    let steps = ((warmest - coldest) / STEP).floor() as u32;
    let celsius = (1..steps).map(|step| coldest + f64::from(step) * STEP);
    celsius.fold((0.0, 0), |(worst, refused), at| match read(at) {
        Some(found) => (f64::max(worst, (found - at).abs() * 1e3), refused),
        None => (worst, refused + 1),
    })
}

/// The best round's time of one conversion in nanoseconds.
fn time<S: Copy, T>(signal: impl Fn(f64) -> S, convert: impl Fn(S) -> T) -> f64 {
    let celsius = (0..CALLS).map(|call| -20.0 + 70.0 * f64::from(call) / f64::from(CALLS));
    let signals: Vec<S> = celsius.map(signal).collect();
    let round = || {
        let start = Instant::now();
        for signal in &signals {
            black_box(convert(black_box(*signal)));
        }
        start.elapsed().as_nanos() as f64 / f64::from(CALLS)
    };
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}

fn row(name: &str, read: fn(f64) -> Option<f64>, nanoseconds: f64) {
    let ((working, _), (full, refused)) = (worst(read, -20.0, 50.0), worst(read, -200.0, 850.0));
    println!(
        "| Pt100 | {name} | {working:.4} | -200 to 850 °C | {full:.4} | {refused} | {nanoseconds:.1} |"
    );
}

fn main() {
    let fraction = |celsius| code(PlatinumOnReference::PT100.fraction(ohm(celsius)));
    row("coldcap, integer table", ours, time(fraction, |code| pt100::TABLE.eval(code)));
    let single = |celsius: f64| ohm(celsius) as f32;
    row("`embedded-devices`, `f32`", theirs, time(single, resistance_to_temperature_r100));
}
