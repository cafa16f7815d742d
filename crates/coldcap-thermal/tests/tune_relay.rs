//! The relay test on simulated plants: what it finds, how it ends, and what it never does.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod plant;

use coldcap_thermal::pid::Action;
use coldcap_thermal::tune::model::{IdentifyError, Model};
use coldcap_thermal::tune::relay::{RelayConfig, RelayTest};
use coldcap_thermal::tune::{AbortReason, ConfigError, Directive, Envelope};
use coldcap_units::{Duration, Fault};
use fixed::types::I16F16;
use plant::{Noise, Plant};
use proptest::prelude::*;

const TICK: Duration = Duration::from_millis(100);
/// What drives before every test.
const BEFORE: f64 = 0.5;
const ABOVE: f64 = 0.3;
const BELOW: f64 = 0.18;
const DELAY_S: f64 = 5.0;

fn fixed(value: f64) -> I16F16 {
    I16F16::from_num(value)
}

/// One experiment: the plant, its noise, and a load in parts of half the relay.
#[derive(Clone, Copy, Debug)]
struct Case {
    model: Model,
    level: f64,
    noise: f64,
    load: f64,
    seed: u64,
}

impl Case {
    /// K·d for d half of the relay.
    fn reach(&self) -> f64 {
        self.model.gain.abs() * (ABOVE + BELOW) / 2.0
    }

    fn config(&self) -> RelayConfig {
        RelayConfig {
            action: if self.model.gain > 0.0 { Action::Reverse } else { Action::Direct },
            level: fixed(self.level),
            bias: fixed(BEFORE),
            above: fixed(ABOVE),
            below: fixed(BELOW),
            hysteresis: fixed(0.01 * self.reach()),
            observe: Duration::from_secs(20),
            cycles: 8,
            envelope: Envelope {
                lowest: fixed(self.level - 2.0 * self.reach()),
                highest: fixed(self.level + 2.0 * self.reach()),
                output_low: I16F16::ZERO,
                output_high: I16F16::ONE,
                longest: Duration::from_mins(60),
                longest_gap: Duration::from_secs(2),
            },
        }
    }

    /// A plant at rest under what drove before and the load.
    fn plant(&self) -> Plant {
        let rest = self.level + self.load * self.reach();
        Plant::new(self.model, rest - self.model.gain * BEFORE, rest, BEFORE)
    }

    fn test(&self) -> RelayTest {
        RelayTest::new(self.config(), fixed(BEFORE)).unwrap()
    }

    /// Runs to the end; `sensor` may spoil a sample.
    fn run(&self, sensor: impl Fn(u32, f64) -> Result<f64, Fault>) -> (RelayTest, Course) {
        let mut noise = Noise::new(self.seed);
        let mut plant = self.plant();
        let mut test = self.test();
        let mut course = Course::default();
        loop {
            let y = plant.output + self.noise * self.reach() * noise.next();
            let directive = test.feed(sensor(course.ticks, y).map(fixed), TICK);
            let Directive::Drive(output) = directive else {
                assert_eq!(directive.output(), fixed(BEFORE));
                course.end = Some(directive);
                return (test, course);
            };
            course.add(plant.output, output);
            plant.step(output.to_num(), 0.1);
        }
    }
}

#[derive(Default)]
struct Course {
    ticks: u32,
    last: I16F16,
    switches: Vec<u32>,
    lowest: f64,
    highest: f64,
    end: Option<Directive>,
}

impl Course {
    fn add(&mut self, y: f64, output: I16F16) {
        if self.ticks == 0 {
            (self.lowest, self.highest, self.last) = (y, y, output);
        }
        if output != self.last {
            self.switches.push(self.ticks);
        }
        self.last = output;
        self.lowest = self.lowest.min(y);
        self.highest = self.highest.max(y);
        self.ticks += 1;
    }
}

/// Largest errors, relative: Ku, K, T, L, and Ku by the describing function (smallest, largest).
#[derive(Debug, Default)]
struct Worst {
    ultimate: f64,
    gain: f64,
    time_constant: f64,
    delay: f64,
    describing: (f64, f64),
    confidence: f64,
}

fn worst_over(cases: impl Iterator<Item = Case>) -> Worst {
    let mut worst = Worst { describing: (f64::MAX, f64::MIN), confidence: 1.0, ..Worst::default() };
    for case in cases {
        let (test, course) = case.run(|_, y| Ok(y));
        assert!(matches!(course.end, Some(Directive::Done { .. })), "{case:?} {:?}", course.end);
        let proposal = test.propose().unwrap_or_else(|error| panic!("{case:?}: {error}"));
        let found = proposal.identified();
        let error = |found: f64, given: f64| (found / given - 1.0).abs();
        let (given, got) = (case.model.ultimate().unwrap(), found.model.ultimate().unwrap());
        worst.ultimate = worst.ultimate.max(error(got.gain, given.gain));
        worst.gain = worst.gain.max(error(found.model.gain, case.model.gain));
        worst.time_constant =
            worst.time_constant.max(error(found.model.time_constant_s, case.model.time_constant_s));
        worst.delay = worst.delay.max(error(found.model.delay_s, case.model.delay_s));
        worst.confidence = worst.confidence.min(found.confidence);
        let baseline = test.describing_function_gain().unwrap() / given.gain.abs() - 1.0;
        worst.describing = (worst.describing.0.min(baseline), worst.describing.1.max(baseline));
    }
    worst
}

/// All plants of the bar: T/L from 1 to 50, heating above and cooling below zero.
fn cases(noise: f64, load: f64, seeds: u64) -> impl Iterator<Item = Case> {
    let ratios = [1.0, 2.0, 5.0, 10.0, 20.0, 35.0, 50.0];
    let places = [(40.0, 38.0), (-20.0, -4.0)];
    ratios.into_iter().flat_map(move |ratio| {
        places.into_iter().flat_map(move |(gain, level)| {
            let model = Model { gain, time_constant_s: ratio * DELAY_S, delay_s: DELAY_S };
            (0..seeds).map(move |seed| Case { model, level, noise, load, seed: 7 + seed })
        })
    })
}

fn meets_the_bar(name: &str, worst: &Worst) {
    println!(
        "{name}: Ku {:.1} %, K {:.1} %, T {:.1} %, L {:.1} %; by describing function {:.0} to {:.0} %; \
         least confidence {:.2}",
        100.0 * worst.ultimate,
        100.0 * worst.gain,
        100.0 * worst.time_constant,
        100.0 * worst.delay,
        100.0 * worst.describing.0,
        100.0 * worst.describing.1,
        worst.confidence,
    );
    assert!(worst.ultimate <= 0.05, "{name}: {worst:?}");
    assert!(worst.delay <= 0.05, "{name}: {worst:?}");
    assert!(worst.gain <= 0.10, "{name}: {worst:?}");
    assert!(worst.time_constant <= 0.10, "{name}: {worst:?}");
    assert!(worst.confidence > 0.5, "{name}: {worst:?}");
}

#[test]
fn plants_without_noise() {
    meets_the_bar("no noise", &worst_over(cases(0.0, 0.0, 1)));
}

#[test]
fn plants_with_one_percent_of_noise() {
    meets_the_bar("1 % noise", &worst_over(cases(0.01, 0.0, 6)));
}

#[test]
fn plants_with_noise_and_a_load_that_the_bias_does_not_meet() {
    for load in [-0.2, 0.2] {
        let name = format!("1 % noise, load {:+.0} %", 100.0 * load);
        meets_the_bar(&name, &worst_over(cases(0.01, load, 6)));
    }
}

#[test]
fn a_plant_that_is_not_at_rest_in_the_beginning() {
    // At the level, but driven away from it by a load that has just come.
    for (gain, load) in [(40.0, 0.2), (-20.0, -0.2)] {
        for ratio in [1.0, 10.0, 50.0] {
            let model = Model { gain, time_constant_s: ratio * DELAY_S, delay_s: DELAY_S };
            let case = Case { model, level: -4.0, noise: 0.01, load, seed: 3 };
            let mut noise = Noise::new(case.seed);
            let base = case.level + load * case.reach() - gain * BEFORE;
            let mut plant = Plant::new(model, base, case.level, BEFORE);
            let mut test = case.test();
            let drive = |output: I16F16, plant: &mut Plant| plant.step(output.to_num(), 0.1);
            while let Directive::Drive(output) =
                test.feed(Ok(fixed(plant.output + case.noise * case.reach() * noise.next())), TICK)
            {
                drive(output, &mut plant);
            }
            let found = test.propose().unwrap().identified().model;
            assert!((found.gain / gain - 1.0).abs() < 0.1, "{model:?} {found:?}");
            assert!((found.delay_s / DELAY_S - 1.0).abs() < 0.05, "{model:?} {found:?}");
        }
    }
}

/// A hysteresis so large that the second level lies beyond what the relay can reach.
#[test]
fn a_second_level_that_is_out_of_reach() {
    let model = Model { gain: 40.0, time_constant_s: 2.0 * DELAY_S, delay_s: DELAY_S };
    let case = Case { model, level: 38.0, noise: 0.0, load: 0.0, seed: 1 };
    let mut config = case.config();
    config.hysteresis = fixed(0.6 * case.reach());
    config.below = config.above;
    config.envelope = Envelope { lowest: fixed(-99.0), highest: fixed(199.0), ..config.envelope };
    let mut test = RelayTest::new(config, fixed(BEFORE)).unwrap();
    let mut plant = case.plant();
    let mut ticks = 0;
    while let Directive::Drive(output) = test.feed(Ok(fixed(plant.output)), TICK) {
        plant.step(output.to_num(), 0.1);
        ticks += 1;
    }
    let found = test.propose().unwrap().identified().model;
    assert!((found.gain / 40.0 - 1.0).abs() < 0.01, "{found:?} after {ticks} ticks");
}

/// t_on and t_off by the published equations, from the same hysteresis and the model that was found.
#[test]
fn the_switching_times_are_those_of_the_exact_equations() {
    for ratio in [1.0, 5.0, 20.0] {
        let model = Model { gain: 40.0, time_constant_s: ratio * DELAY_S, delay_s: DELAY_S };
        let case = Case { model, level: 38.0, noise: 0.0, load: 0.0, seed: 1 };
        let (test, course) = case.run(|_, y| Ok(y));
        let found = test.propose().unwrap().identified().model;
        let (h, t) = (0.01 * case.reach() / found.gain, found.time_constant_s);
        let e = (found.delay_s / t).exp();
        let half = |to: f64, from: f64| t * ((h - from + e * (to + from)) / (to - h)).ln();
        // Switches 3 to 6 bound three half-cycles at the first level; the first half is on.
        let seconds = |n: usize| f64::from(course.switches[n + 1] - course.switches[n]) / 10.0;
        let [first, second] = [seconds(4), seconds(5)];
        let mut expected = [half(ABOVE, BELOW), half(BELOW, ABOVE)];
        if (first < second) != (expected[0] < expected[1]) {
            expected.reverse();
        }
        println!("T/L {ratio}: {first:.1} s and {second:.1} s, exact {expected:.2?}");
        assert!((first - expected[0]).abs() < 0.25 && (second - expected[1]).abs() < 0.25);
    }
}

/// Without hysteresis, noise and load: the error of the usual method, which this one is measured by.
#[test]
fn the_describing_function_is_the_baseline() {
    let ratios = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0];
    for (ratio, below) in ratios.into_iter().flat_map(|ratio| [(ratio, 0.3), (ratio, 0.15)]) {
        let model = Model { gain: 40.0, time_constant_s: ratio * DELAY_S, delay_s: DELAY_S };
        let case = Case { model, level: 38.0, noise: 0.0, load: 0.0, seed: 1 };
        let config = RelayConfig { hysteresis: I16F16::ZERO, below: fixed(below), ..case.config() };
        let mut test = RelayTest::new(config, fixed(BEFORE)).unwrap();
        let mut plant = case.plant();
        while let Directive::Drive(output) = test.feed(Ok(fixed(plant.output)), TICK) {
            plant.step(output.to_num(), 0.1);
        }
        let given = model.ultimate().unwrap().gain;
        let found = test.propose().unwrap().identified().model.ultimate().unwrap().gain;
        let baseline = 100.0 * (test.describing_function_gain().unwrap() / given - 1.0);
        let ours = 100.0 * (found / given - 1.0);
        println!(
            "T/L {ratio}, amplitudes {ABOVE} and {below}: Ku {ours:+.2} %, by describing function {baseline:+.1} %"
        );
        assert!((-28.0..-11.0).contains(&baseline) && ours.abs() < 1.0);
    }
}

const CASE: Case = Case {
    model: Model { gain: -20.0, time_constant_s: 50.0, delay_s: DELAY_S },
    level: -4.0,
    noise: 0.01,
    load: 0.1,
    seed: 11,
};

#[test]
fn invalid_samples_cost_nothing_but_their_time() {
    let (test, course) = CASE.run(|tick, y| match tick % 37 {
        0 => Err(Fault::Bus),
        1 if tick % 5 == 0 => Err(Fault::Stale),
        _ => Ok(y),
    });
    assert!(matches!(course.end, Some(Directive::Done { .. })));
    let found = test.propose().unwrap().identified().model;
    assert!((found.gain / -20.0 - 1.0).abs() < 0.1, "{found:?}");
    assert!((found.delay_s / DELAY_S - 1.0).abs() < 0.05, "{found:?}");
}

#[test]
fn a_cycle_is_counted_and_the_output_has_three_values() {
    let (test, course) = CASE.run(|_, y| Ok(y));
    assert_eq!(course.switches.len(), 17);
    assert!(test.propose().is_ok());
}

fn aborted(course: &Course) -> AbortReason {
    match course.end {
        Some(Directive::Aborted { why, .. }) => why,
        end => panic!("{end:?}"),
    }
}

#[test]
fn every_abort_returns_to_the_output_from_before() {
    let gone =
        |from: u32| CASE.run(move |tick, y| if tick < from { Ok(y) } else { Err(Fault::Open) });
    for from in [0, 50, 700] {
        let (test, course) = gone(from);
        assert_eq!(aborted(&course), AbortReason::Sensor(Fault::Open));
        assert!(course.ticks <= from + 21);
        assert_eq!(test.propose().unwrap_err(), IdentifyError::NotFinished);
    }
    let (_, course) = CASE.run(|tick, y| Ok(if tick == 900 { 99.0 } else { y }));
    assert_eq!((aborted(&course), course.ticks), (AbortReason::AboveHighest, 900));
    let (_, course) = CASE.run(|tick, y| Ok(if tick == 3 { -99.0 } else { y }));
    assert_eq!((aborted(&course), course.ticks), (AbortReason::BelowLowest, 3));
    let (_, course) = Case { noise: 0.5, ..CASE }.run(|_, y| Ok(y));
    assert_eq!(aborted(&course), AbortReason::TooNoisy);
    // A load that the relay cannot reach: it never turns round.
    let (_, course) = Case { load: 1.9, noise: 0.001, ..CASE }.run(|_, y| Ok(y));
    assert_eq!((aborted(&course), course.ticks), (AbortReason::TimeLimit, 36_000));
}

#[test]
fn an_end_is_final() {
    let mut test = CASE.test();
    let first = test.feed(Ok(fixed(-4.0)), TICK);
    assert_eq!(first, Directive::Drive(fixed(BEFORE)));
    let end = test.abort();
    assert_eq!(end, Directive::Aborted { output: fixed(BEFORE), why: AbortReason::Requested });
    assert_eq!(test.feed(Ok(fixed(99.0)), TICK), end);
    assert_eq!(test.feed(Err(Fault::Open), Duration::MAX), end);
    let (mut test, course) = CASE.run(|_, y| Ok(y));
    assert_eq!(Some(test.abort()), course.end);
    assert!(test.propose().is_ok());
}

#[test]
fn configurations_that_are_refused() {
    let good = CASE.config();
    let refused = |config: RelayConfig| RelayTest::new(config, I16F16::ZERO).unwrap_err();
    let envelope = good.envelope;
    let within = |envelope: Envelope| RelayConfig { envelope, ..good };
    for (config, error) in [
        (within(Envelope { lowest: envelope.highest, ..envelope }), ConfigError::MeasurementBounds),
        (within(Envelope { output_high: I16F16::ZERO, ..envelope }), ConfigError::OutputBounds),
        (within(Envelope { output_high: fixed(0.79), ..envelope }), ConfigError::OutputOutside),
        (within(Envelope { output_low: fixed(0.33), ..envelope }), ConfigError::OutputOutside),
        (within(Envelope { longest: good.observe, ..envelope }), ConfigError::Durations),
        (RelayConfig { above: I16F16::ZERO, ..good }, ConfigError::Amplitude),
        (RelayConfig { below: fixed(-0.1), ..good }, ConfigError::Amplitude),
        (RelayConfig { bias: I16F16::MAX, ..good }, ConfigError::OutputOutside),
        (RelayConfig { level: I16F16::MAX, ..good }, ConfigError::Level),
        (RelayConfig { hysteresis: I16F16::MAX, ..good }, ConfigError::Level),
        (RelayConfig { hysteresis: fixed(-0.1), ..good }, ConfigError::Hysteresis),
        (RelayConfig { cycles: 3, ..good }, ConfigError::Cycles),
        (RelayConfig { cycles: 9, ..good }, ConfigError::Cycles),
        (RelayConfig { observe: Duration::ZERO, ..good }, ConfigError::Durations),
    ] {
        assert_eq!(refused(config), error);
        assert!(!error.to_string().is_empty());
    }
    assert!(RelayTest::new(good, I16F16::ZERO).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is measured, in whatever time.
    #[test]
    fn only_three_outputs_and_always_an_end(
        ticks in prop::collection::vec(
            (prop_oneof![3 => Just(100u32), 1 => any::<u32>()], prop_oneof![
                6 => (-9.0..0.0).prop_map(|y| Ok(fixed(y))),
                1 => any::<i32>().prop_map(|bits| Ok(I16F16::from_bits(bits))),
                1 => Just(Err(Fault::Open)),
            ]),
            1..400,
        ),
        wide in any::<bool>(),
    ) {
        let mut config = CASE.config();
        config.observe = Duration::from_millis(500);
        if wide {
            (config.envelope.lowest, config.envelope.highest) = (I16F16::MIN, I16F16::MAX);
            config.envelope.longest = Duration::MAX;
            config.envelope.longest_gap = Duration::MAX;
        }
        let mut test = RelayTest::new(config, fixed(BEFORE)).unwrap();
        let allowed = [BEFORE, BEFORE + ABOVE, BEFORE - BELOW];
        for (dt, measured) in ticks {
            let output = test.feed(measured, Duration::from_millis(dt)).output();
            prop_assert!(allowed.iter().any(|one| (output.to_num::<f64>() - one).abs() < 1e-4));
        }
        if let Ok(proposal) = test.propose() {
            prop_assert!(proposal.identified().model.is_valid());
        }
    }
}

/// What is found acts like the plant near the ultimate frequency; at rest it need not. The confidence
/// must say so.
#[test]
fn a_plant_with_a_second_lag() {
    for (lag_s, most_confident) in [(2.0_f64, 1.0), (10.0, 0.7)] {
        let model = Model { gain: 40.0, time_constant_s: 60.0, delay_s: DELAY_S };
        let case = Case { model, level: 38.0, noise: 0.002, load: 0.1, seed: 4 };
        let mut plant = case.plant();
        let mut noise = Noise::new(case.seed);
        let mut sensor = plant.output;
        let mut test = case.test();
        loop {
            let y = sensor + case.noise * case.reach() * noise.next();
            let Directive::Drive(output) = test.feed(Ok(fixed(y)), TICK) else { break };
            plant.step(output.to_num(), 0.1);
            sensor += (plant.output - sensor) * (1.0 - (-0.1 / lag_s).exp());
        }
        let proposal = test.propose().unwrap();
        let found = proposal.identified();
        // Phase of both lags and the delay is −π; by halving.
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let w: f64 = (low + high) / 2.0;
            let phase = w * DELAY_S + (60.0 * w).atan() + (lag_s * w).atan();
            if phase < core::f64::consts::PI { low = w } else { high = w }
        }
        let ultimate = (60.0 * high).hypot(1.0) * (lag_s * high).hypot(1.0) / 40.0;
        let error = found.model.ultimate().unwrap().gain / ultimate - 1.0;
        println!(
            "second lag {lag_s} s: {:?}, Ku {:+.1} %, confidence {:.2}",
            found.model,
            100.0 * error,
            found.confidence
        );
        assert!(error.abs() < 0.15 && found.confidence < most_confident, "{found:?}");
        let off = (found.model.gain - 40.0).abs() / found.standard_errors.gain;
        assert!(off < 3.0, "{found:?}");
    }
}
