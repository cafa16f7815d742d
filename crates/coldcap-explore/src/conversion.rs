//! What control reads of a code, against the equation of the sensor; and the guard's limits against the same.
//!
//! A table that is broken misleads control. The guard goes by raw codes, so that [`GUARD`] must hold whatever
//! becomes of [`TABLE`].
// The equation is a check at design time, far from any tick.
#![allow(clippy::float_arithmetic)]

use crate::search::{Broken, Counterexample, Limits, Machine, Taken, Watcher, explore};
use crate::store::Interner;
use coldcap_units::Ratio;

/// Steinhart–Hart coefficients of the 10K3A1, as its makers publish them, under 10 kΩ.
const COEFFICIENTS: [f64; 3] = [1.129241e-3, 2.341077e-4, 8.775468e-8];
const PULL_UP: f64 = 10_000.0;
const ICE_POINT: f64 = 273.15;
const FULL_SCALE: f64 = 4_294_967_296.0;
/// What the table may be off by.
const ALLOWED_K: f64 = 0.005;
/// Where the table must give a value, in °C.
const SPAN_C: core::ops::Range<f64> = -39.9..54.9;
/// Codes that are played, evenly over all.
const STEPS: u32 = 2_000;

/// What control reads.
pub const TABLE: (&str, &str) =
    ("TB1", "what control reads of a code is what the sensor's equation says, within 5 mK");
/// What the guard goes by.
pub const GUARD: (&str, &str) =
    ("TB2", "the guard's raw limits are at 0 °C and +1 °C by the equation, and never colder");

/// The temperature of a code by the equation, in °C.
fn celsius(code: Ratio) -> f64 {
    let share = f64::from(code.0) / FULL_SCALE;
    let logarithm = libm::log(PULL_UP * share / (1.0 - share));
    let [a, b, c] = COEFFICIENTS;
    1.0 / (a + b * logarithm + c * logarithm * logarithm * logarithm) - ICE_POINT
}

/// One conversion.
#[derive(Clone, Copy, Debug)]
pub struct Conversion;

impl Machine for Conversion {
    type State = Option<Ratio>;
    type Event = Ratio;
    type Effects = Option<f64>;
    type Store = Interner<Option<Ratio>>;

    fn starts(&self) -> Vec<Option<Ratio>> {
        vec![None]
    }

    fn letters(&self, state: &Option<Ratio>, letters: &mut Vec<u32>) {
        if state.is_none() {
            letters.extend(0..STEPS);
        }
    }

    fn event(&self, letter: u32) -> Ratio {
        Ratio(letter * (u32::MAX / STEPS))
    }

    fn step(&self, _: &Option<Ratio>, event: &Ratio) -> (Option<Ratio>, Option<f64>) {
        let read = coldcap::Config::reference().thermistor.eval(*event).ok();
        (Some(*event), read.map(|micro| f64::from(micro.0) * 1e-6))
    }

    fn decided(&self, state: Option<Ratio>) -> Option<Ratio> {
        state
    }

    fn is_followed(&self, _: u32) -> bool {
        true
    }

    fn kinds(&self, _: &Taken<'_, Self>) -> u8 {
        0
    }
}

/// Judges the table, or the guard's limits alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// The table is not asked.
    pub guard_alone: bool,
    /// Codes that were read.
    pub count: u64,
}

fn guard_holds() -> bool {
    let limits = coldcap::Config::reference().limits;
    let at = |code: Ratio, degrees: f64| {
        let off = celsius(code) - degrees;
        (-1e-6..ALLOWED_K).contains(&off)
    };
    at(limits.raw().freeze_trip, 0.0) && at(limits.raw().freeze_near, 1.0)
}

impl Watcher<Conversion> for Rules {
    fn state(&mut self, _: &Conversion, _: &Option<Ratio>) -> Result<(), Broken> {
        self.count += u64::from(self.guard_alone);
        if guard_holds() { Ok(()) } else { Err(GUARD.0) }
    }

    fn step(&mut self, _: &Conversion, taken: &Taken<'_, Conversion>) -> Result<(), Broken> {
        let true_c = celsius(*taken.event);
        if self.guard_alone || !SPAN_C.contains(&true_c) {
            return Ok(());
        }
        self.count += 1;
        let off = taken.effects.map(|read| libm::fabs(read - true_c));
        if off.is_some_and(|off| off <= ALLOWED_K) { Ok(()) } else { Err(TABLE.0) }
    }
}

/// Reads codes evenly over all: how many within the table's span, or how often the guard's limits were asked.
///
/// # Errors
/// The shortest counter-example: one code.
pub fn run(guard_alone: bool) -> Result<u64, Counterexample<Ratio>> {
    let mut rules = Rules { guard_alone, count: 0 };
    let space = explore(&Conversion, &mut rules, &Limits { states: 10_000, edges: false })?;
    assert!(space.closed, "the table");
    Ok(rules.count)
}
