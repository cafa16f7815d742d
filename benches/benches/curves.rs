//! Our tables beside the other crates' conversions, in one run: `cargo xtask compare-curves`.
//!
//! Each contestant is given the exact signal as its own interface takes it (a code of 32 bits, ohms in
//! single precision, hundredths of an ohm, millivolts) and judged against the temperature that the signal
//! was computed from, by IEC 60751 and ITS-90 in double precision. All take turns, round by round; the time
//! of each is its best round. The full range is each contestant's own.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap_calibration::curves::{pt100, pt1000, tc_k, tc_t};
use coldcap_calibration::physics::front_end::code;
use coldcap_calibration::physics::platinum::Platinum;
use coldcap_calibration::physics::sensor_model::{CoupleOnConverter, PlatinumOnReference};
use coldcap_calibration::physics::thermocouple::Thermocouple as Couple;
use coldcap_calibration::table::CubicTable;
use coldcap_units::Ratio;
use core::hint::black_box;
use max31865::temp_conversion::{LOOKUP_VEC_PT100, LOOKUP_VEC_PT1000};
use pt_rtd::RTDType;

use std::time::Instant;
use thermocouple::{Celsius, FPExt, KType, TType, ThermocoupleCore};

const ROUNDS: usize = 300;
/// Temperatures of the timed round, from −20 to 50 °C.
const CALLS: usize = 1_400;
/// A step of the temperatures at which errors are taken, in °C.
const STEP: f64 = 0.01;

/// One conversion: what it is given at a temperature, and what it makes of that.
struct Contestant {
    name: &'static str,
    sensor: &'static str,
    range: (f64, f64),
    /// The temperature in °C that it reads at this one; none where it refuses.
    read: Box<dyn Fn(f64) -> Option<f64>>,
    /// All conversions of a round over prepared signals.
    round: Box<dyn Fn()>,
}

fn timed_celsius() -> impl Iterator<Item = f64> {
    (0..CALLS).map(|call| -20.0 + 70.0 * call as f64 / CALLS as f64)
}

/// From what prepares a signal, what converts it, and what its result is in °C.
fn contestant<Signal: Copy + 'static, Out: Copy + 'static>(
    (name, sensor, range): (&'static str, &'static str, (f64, f64)),
    signal: impl Fn(f64) -> Signal + 'static,
    convert: impl Fn(Signal) -> Out + Copy + 'static,
    celsius: impl Fn(Out) -> Option<f64> + 'static,
) -> Contestant {
    let signals: Vec<Signal> = timed_celsius().map(&signal).collect();
    let round = move || {
        for signal in &signals {
            black_box(convert(black_box(*signal)));
        }
    };
    let read = move |at| celsius(convert(signal(at)));
    Contestant { name, sensor, range, read: Box::new(read), round: Box::new(round) }
}

fn table(
    sensor: &'static str,
    range: (f64, f64),
    table: &'static CubicTable<'static>,
    fraction: impl Fn(f64) -> f64 + 'static,
) -> Contestant {
    contestant(
        ("coldcap, integer table", sensor, range),
        move |celsius| code(fraction(celsius)),
        |code: Ratio| table.eval(code),
        |read| read.ok().map(|micro| f64::from(micro.0) / 1e6),
    )
}

fn ours() -> Vec<Contestant> {
    let ohm = |platinum: Platinum| move |celsius| platinum.resistance(celsius).unwrap();
    let millivolt = |couple: Couple| move |celsius| couple.voltage(celsius).unwrap();
    let (pt100_ohm, pt1000_ohm) = (ohm(Platinum::PT100), ohm(Platinum::PT1000));
    let (k, t) = (millivolt(Couple::K), millivolt(Couple::T));
    vec![
        table("Pt100", (-200.0, 850.0), &pt100::TABLE, move |celsius| {
            PlatinumOnReference::PT100.fraction(pt100_ohm(celsius))
        }),
        table("Pt1000", (-30.0, 60.0), &pt1000::TABLE, move |celsius| {
            PlatinumOnReference::PT1000.fraction(pt1000_ohm(celsius))
        }),
        table("type K", (-40.0, 125.0), &tc_k::TABLE, move |celsius| {
            CoupleOnConverter::K.fraction(k(celsius))
        }),
        table("type T", (-40.0, 125.0), &tc_t::TABLE, move |celsius| {
            CoupleOnConverter::T.fraction(t(celsius))
        }),
    ]
}

const PLATINUM_RANGE: (f64, f64) = (-200.0, 850.0);

fn platinum_rivals() -> Vec<Contestant> {
    let ohm = |celsius: f64| Platinum::PT100.resistance(celsius).unwrap();
    let large_ohm = |celsius: f64| Platinum::PT1000.resistance(celsius).unwrap();
    vec![
        contestant(
            ("`pt-rtd`, `f32`", "Pt100", PLATINUM_RANGE),
            move |celsius| ohm(celsius) as f32,
            |ohm| pt_rtd::calc_t(ohm, RTDType::PT100).ok(),
            |read| read.map(f64::from),
        ),
        contestant(
            ("`max31865`, look-up", "Pt100", PLATINUM_RANGE),
            move |celsius| (ohm(celsius) * 100.0).round() as i32,
            |hundredths| LOOKUP_VEC_PT100.lookup_temperature(hundredths),
            |read| Some(f64::from(read) / 100.0),
        ),
        contestant(
            ("`pt-rtd`, `f32`", "Pt1000", PLATINUM_RANGE),
            move |celsius| large_ohm(celsius) as f32,
            |ohm| pt_rtd::calc_t(ohm, RTDType::PT1000).ok(),
            |read| read.map(f64::from),
        ),
        contestant(
            ("`max31865`, look-up", "Pt1000", PLATINUM_RANGE),
            move |celsius| (large_ohm(celsius) * 100.0).round() as i32,
            |hundredths| LOOKUP_VEC_PT1000.lookup_temperature(hundredths),
            |read| Some(f64::from(read) / 100.0),
        ),
    ]
}

/// The cold junction of the rivals is at 0 °C, as the voltages are.
fn couple<T: ThermocoupleCore<Celsius> + Copy + 'static>(
    sensor: &'static str,
    range: (f64, f64),
    ours: Couple,
    theirs: T,
) -> Contestant {
    contestant(
        ("`thermocouple`, `f64`", sensor, range),
        move |celsius| ours.voltage(celsius).unwrap(),
        move |millivolts: f64| theirs.sense_temperature(millivolts.millivolts()),
        |Celsius(read)| Some(read),
    )
}

fn all() -> Vec<Contestant> {
    let mut all = ours();
    all.extend(platinum_rivals());
    let k = KType::new().with_reference_temperature(0.0.celsius());
    let t = TType::new().with_reference_temperature(0.0.celsius());
    all.push(couple("type K", (-200.0, 1_372.0), Couple::K, k));
    all.push(couple("type T", (-200.0, 400.0), Couple::T, t));
    all
}

/// The largest error in millikelvins from one temperature to another, and how many it refused.
fn worst(contestant: &Contestant, (coldest, warmest): (f64, f64)) -> (f64, usize) {
    let steps = ((warmest - coldest) / STEP).floor() as u32;
    let mut worst = 0.0f64;
    let mut refused = 0;
    // The very ends may round out of the range.
    for step in 1..steps {
        let celsius = coldest + f64::from(step) * STEP;
        match (contestant.read)(celsius) {
            Some(read) => worst = worst.max((read - celsius).abs() * 1e3),
            None => refused += 1,
        }
    }
    (worst, refused)
}

fn main() {
    // `cargo bench -- --test` only wants to see that it works.
    let rounds = if std::env::args().any(|word| word == "--test") { 1 } else { ROUNDS };
    let contestants = all();
    let mut best = vec![f64::INFINITY; contestants.len()];
    for _ in 0..rounds {
        for (contestant, best) in contestants.iter().zip(&mut best) {
            let start = Instant::now();
            (contestant.round)();
            *best = best.min(start.elapsed().as_nanos() as f64 / CALLS as f64);
        }
    }
    println!(
        "| sensor | conversion | −20 to 50 °C, mK | its full range | there, mK | refused | ns |\n\
         |---|---|---|---|---|---|---|"
    );
    for sensor in ["Pt100", "Pt1000", "type K", "type T"] {
        for (contestant, time) in contestants.iter().zip(&best) {
            if contestant.sensor == sensor {
                println!("{}", row(contestant, *time));
            }
        }
    }
}

fn row(contestant: &Contestant, time: f64) -> String {
    let Contestant { name, sensor, range, .. } = contestant;
    let ((working, _), (full, refused)) =
        (worst(contestant, (-20.0, 50.0)), worst(contestant, *range));
    format!(
        "| {sensor} | {name} | {} | {} to {} °C | {} | {refused} | {time:.1} |",
        figure(working),
        range.0,
        range.1,
        figure(full)
    )
}

fn figure(millikelvin: f64) -> String {
    if millikelvin < 1e4 { format!("{millikelvin:.4}") } else { format!("{millikelvin:.1e}") }
}
