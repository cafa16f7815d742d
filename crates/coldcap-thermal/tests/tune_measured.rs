//! Measured steps of a real heater (their origin: `data/heater_records.md`) against fits by scipy.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_thermal::tune::fit::{Sample, fit, fit_after};
use coldcap_thermal::tune::model::{Identified, IdentifyError, Model};
use coldcap_thermal::tune::step_test::{StepConfig, StepTest};
use coldcap_thermal::tune::{Directive, Envelope};
use coldcap_units::Duration;
use fixed::types::I16F16;

/// A record, its fit by scipy, and the heater's drive.
struct Measured {
    name: &'static str,
    samples: Vec<Sample>,
    scipy: &'static str,
    heater: f64,
}

fn records() -> [Measured; 2] {
    let half = (include_str!("data/heater_half.csv"), include_str!("data/heater_half.json"));
    let full = (include_str!("data/heater_full.csv"), include_str!("data/heater_full.json"));
    [("half", half, 50.0), ("full", full, 100.0)].map(|(name, (csv, scipy), heater)| Measured {
        name,
        samples: csv.lines().skip(1).map(row).collect(),
        scipy,
        heater,
    })
}

/// `index,Time,Q1,T1,T2`.
fn row(line: &str) -> Sample {
    let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
    Sample { time_s: cells[1], input: cells[2], output: cells[3] }
}

impl Measured {
    fn scipy(&self, name: &str) -> f64 {
        let (_, rest) = self.scipy.split_once(&format!("\"{name}\":")).unwrap();
        rest.split([',', '}']).next().unwrap().trim().parse().unwrap()
    }

    /// Gain to 3 %, time constant to 8 %, delay to 15 %.
    fn meets_the_bar(&self, by: &str, found: &Identified) {
        let Model { gain, time_constant_s, delay_s } = found.model;
        let errors = [("gain", gain), ("time_constant_s", time_constant_s), ("delay_s", delay_s)]
            .map(|(name, value)| 100.0 * (value / self.scipy(name) - 1.0));
        let name = self.name;
        println!(
            "{name}, {by}: {:?}: K, T, L against scipy {errors:+.3?} %; confidence {:.3}",
            found.model, found.confidence
        );
        assert!(errors[0].abs() <= 3.0 && errors[1].abs() <= 8.0 && errors[2].abs() <= 15.0);
    }
}

#[test]
fn the_fit_of_a_measured_step_is_that_of_scipy() {
    for record in records() {
        assert_eq!(fit(&record.samples), Err(IdentifyError::NoInputChange));
        let found = fit_after(0.0, &record.samples).unwrap();
        record.meets_the_bar("fit", &found);
        // Both minimise the same sum: neither may be better by more than the last digits.
        let rms = record.scipy("residual_rms");
        assert!((found.residual_rms / rms - 1.0).abs() < 1e-4, "{found:?} {rms}");
        assert!((found.offset - record.scipy("offset")).abs() < 0.01, "{found:?}");
        let squares: f64 = record
            .samples
            .iter()
            .zip(found.outputs_after(0.0, &record.samples))
            .map(|(sample, model)| (sample.output - model).powi(2))
            .sum();
        let again = (squares / record.samples.len() as f64).sqrt();
        assert!((again / rms - 1.0).abs() < 1e-4, "{again} {rms}");
    }
}

const OBSERVE_S: u32 = 20;

fn config(heater: f64) -> StepConfig {
    StepConfig {
        step: I16F16::from_num(heater),
        observe: Duration::from_secs(OBSERVE_S),
        duration: Duration::from_secs(900),
        envelope: Envelope {
            lowest: I16F16::ZERO,
            highest: I16F16::from_num(100),
            output_low: I16F16::ZERO,
            output_high: I16F16::from_num(100),
            longest: Duration::from_secs(1_000),
            longest_gap: Duration::from_secs(3),
        },
    }
}

/// The readings as they came, once a second in steps of 0.32 K. The records begin as the heater comes
/// on, so the time of observation, which ends with the first reading, is made of copies of it.
#[test]
fn a_step_test_on_the_measured_readings_is_near_scipy() {
    for record in records() {
        let mut test = StepTest::new(config(record.heater), I16F16::ZERO).unwrap();
        let first = I16F16::from_num(record.samples[0].output);
        for _ in 0..OBSERVE_S {
            let directive = test.feed(Ok(first), Duration::from_secs(1));
            assert!(matches!(directive, Directive::Drive(_)));
        }
        let mut last_ms = 0;
        let mut directive = Directive::Drive(I16F16::from_num(record.heater));
        for sample in record.samples.iter().skip(1) {
            assert_eq!(directive, Directive::Drive(I16F16::from_num(sample.input)));
            let now_ms = (sample.time_s * 1e3).round() as u32;
            let seen = I16F16::from_num(sample.output);
            directive = test.feed(Ok(seen), Duration::from_millis(now_ms - last_ms));
            last_ms = now_ms;
            if !matches!(directive, Directive::Drive(_)) {
                break;
            }
        }
        assert_eq!(directive, Directive::Done { output: I16F16::ZERO });
        let proposal = test.propose().unwrap();
        record.meets_the_bar(&format!("step test to {last_ms} ms"), proposal.identified());
        assert!(proposal.identified().confidence > 0.75);
    }
}
