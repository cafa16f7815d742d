//! The step test on simulated plants and on a record of two heaters.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod plant;

use coldcap_thermal::tune::model::{IdentifyError, Model};
use coldcap_thermal::tune::step_test::{StepConfig, StepTest};
use coldcap_thermal::tune::{AbortReason, ConfigError, Directive, Envelope};
use coldcap_units::{Duration, Fault};
use fixed::types::I16F16;
use plant::{Noise, Plant};

const TICK: Duration = Duration::from_millis(100);

fn fixed(value: f64) -> I16F16 {
    I16F16::from_num(value)
}

fn config(step: f64, observe_s: u32, duration_s: u32) -> StepConfig {
    StepConfig {
        step: fixed(step),
        observe: Duration::from_secs(observe_s),
        duration: Duration::from_secs(duration_s),
        envelope: Envelope {
            lowest: fixed(-60.0),
            highest: fixed(200.0),
            output_low: I16F16::ZERO,
            output_high: fixed(100.0),
            longest: Duration::from_secs(observe_s + duration_s),
            longest_gap: Duration::from_secs(2),
        },
    }
}

/// Runs a test on a plant at rest; returns it with its end and its length in ticks.
fn run(model: Model, config: StepConfig, noise: f64) -> (StepTest, Directive, u32) {
    let before = 0.4;
    let mut plant = Plant::new(model, 10.0 - model.gain * before, 10.0, before);
    let mut random = Noise::new(9);
    let mut test = StepTest::new(config, fixed(before)).unwrap();
    let mut ticks = 0;
    loop {
        let y = plant.output + noise * random.next();
        match test.feed(Ok(fixed(y)), TICK) {
            Directive::Drive(output) => plant.step(output.to_num(), 0.1),
            end => {
                assert_eq!(end.output(), fixed(before));
                return (test, end, ticks);
            }
        }
        ticks += 1;
    }
}

#[test]
fn plants_with_one_percent_of_noise() {
    for gain in [40.0, -25.0] {
        for step in [0.2, -0.3] {
            for ratio in [0.5, 1.0, 5.0, 20.0, 50.0] {
                let model = Model { gain, time_constant_s: 5.0 * ratio, delay_s: 5.0 };
                let noise = 0.01 * (gain * step).abs();
                let (test, end, _) = run(model, config(step, 30, 1500), noise);
                assert!(matches!(end, Directive::Done { .. }));
                let proposal = test.propose().unwrap();
                let found = proposal.identified();
                let Model { gain: k, time_constant_s: t, delay_s: l } = found.model;
                let errors = [k / gain, t / model.time_constant_s, l / 5.0]
                    .map(|ratio| 100.0 * (ratio - 1.0).abs());
                println!("K {gain} step {step} T/L {ratio}: errors of K, T, L {errors:.2?} %");
                assert!(errors[0] < 3.0 && errors[1] < 8.0 && errors[2] < 15.0, "{found:?}");
                assert!(found.confidence > 0.95, "{found:?}");
            }
        }
    }
}

#[test]
fn it_ends_when_the_response_has_settled() {
    let model = Model { gain: 40.0, time_constant_s: 30.0, delay_s: 5.0 };
    let (_, _, ticks) = run(model, config(0.2, 30, 1500), 0.02);
    let after_s = f64::from(ticks) / 10.0 - 30.0;
    println!("settled after {after_s:.0} s with T = 30 s, L = 5 s");
    assert!((100.0..240.0).contains(&after_s));
}

#[test]
fn no_response_and_no_end_give_no_model() {
    let dead = Model { gain: 1e-9, time_constant_s: 30.0, delay_s: 5.0 };
    let (test, end, ticks) = run(dead, config(0.2, 30, 300), 0.1);
    assert!(matches!(end, Directive::Done { .. }));
    assert_eq!(ticks, 3_299);
    assert_eq!(test.propose().unwrap_err(), IdentifyError::NoResponse);
    let slow = Model { gain: 40.0, time_constant_s: 3_000.0, delay_s: 5.0 };
    let (test, ..) = run(slow, config(0.2, 30, 300), 0.002);
    assert_eq!(test.propose().unwrap_err(), IdentifyError::TimeConstantTooLong);
}

/// The same rows that scipy has fitted, fed to the test as they came.
#[test]
fn two_heaters_against_scipy() {
    let csv = include_str!("data/tclab_step.csv");
    let mut test = StepTest::new(config(50.0, 20, 600), I16F16::ZERO).unwrap();
    let mut last_ms = 0;
    let mut end = None;
    for line in csv.lines().skip(1) {
        let row: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let now_ms = (row[0] * 1e3).round() as u32;
        let directive = test.feed(Ok(fixed(row[2])), Duration::from_millis(now_ms - last_ms));
        last_ms = now_ms;
        match directive {
            Directive::Drive(output) => assert_eq!(output, fixed(row[1]), "at {now_ms} ms"),
            other => {
                end = Some(other);
                break;
            }
        }
    }
    assert_eq!(end, Some(Directive::Done { output: I16F16::ZERO }));
    let json = include_str!("data/tclab_step.json");
    let number = |name: &str| -> f64 {
        let (_, rest) = json.split_once(&format!("\"{name}\":")).unwrap();
        rest.split([',', '}']).next().unwrap().trim().parse().unwrap()
    };
    let found = test.propose().unwrap().identified().model;
    let errors = [
        found.gain / number("gain"),
        found.time_constant_s / number("time_constant_s"),
        found.delay_s / number("delay_s"),
    ]
    .map(|ratio| 100.0 * (ratio - 1.0));
    println!("{found:?} after {last_ms} ms: K, T, L against scipy {errors:+.2?} %");
    assert!(errors[0].abs() <= 3.0 && errors[1].abs() <= 8.0 && errors[2].abs() <= 15.0);
}

#[test]
fn aborts_and_refusals() {
    let mut test = StepTest::new(config(0.2, 5, 60), fixed(0.4)).unwrap();
    assert_eq!(test.propose().unwrap_err(), IdentifyError::NotFinished);
    assert_eq!(test.feed(Ok(fixed(20.0)), TICK), Directive::Drive(fixed(0.4)));
    let end = test.feed(Ok(fixed(201.0)), TICK);
    let why = AbortReason::AboveHighest;
    assert_eq!(end, Directive::Aborted { output: fixed(0.4), why });
    assert_eq!(test.abort(), end);
    let mut test = StepTest::new(config(0.2, 5, 60), fixed(0.4)).unwrap();
    let end = test.feed(Err(Fault::Short), Duration::from_secs(3));
    let why = AbortReason::Sensor(Fault::Short);
    assert_eq!(end, Directive::Aborted { output: fixed(0.4), why });

    let good = config(0.2, 5, 60);
    let short = Envelope { longest: Duration::from_secs(64), ..good.envelope };
    for (config, error) in [
        (StepConfig { step: I16F16::ZERO, ..good }, ConfigError::Amplitude),
        (StepConfig { step: fixed(99.7), ..good }, ConfigError::OutputOutside),
        (StepConfig { observe: Duration::ZERO, ..good }, ConfigError::Durations),
        (StepConfig { duration: Duration::ZERO, ..good }, ConfigError::Durations),
        (StepConfig { envelope: short, ..good }, ConfigError::Durations),
    ] {
        assert_eq!(StepTest::new(config, fixed(0.4)).unwrap_err(), error);
    }
}
