//! A warm cap is coupled to a cold tank: with and without its load fed forward.
//!
//! `cargo run -p coldcap-examples --example thermal_feed_forward`

use coldcap_examples::Tank;
use coldcap_thermal::feed_forward::{Lead, LeadCoefficients, MeasuredLoad};
use coldcap_thermal::pid::{Coefficients, Input, Limits, Mode, Pid, Tuning};
use coldcap_units::{Duration, Kelvin, MillilitersPerMinute};
use fixed::types::I16F16;

const PERIOD: Duration = Duration::from_millis(100);
const SETPOINT: I16F16 = I16F16::lit("-3");
/// SIMC for an integrating plant with two lags, calm enough for two parameters that are 30 % off; PI.
const PID: Tuning = Tuning::serial(0.8, 60.0, 17.5).weighted(0.6, 0.0).tracking(10.0);
const PI: Tuning = Tuning::isa(0.35, 130.0, 0.0).weighted(0.6, 0.0);

/// The tank's error for ten minutes from the coupling on, ten times a second.
fn run(tuning: &Tuning, fed: bool) -> Result<Vec<f64>, Box<dyn core::error::Error>> {
    let with = Coefficients::<I16F16>::new(tuning, PERIOD)?;
    let load = MeasuredLoad {
        joules_per_liter_kelvin: Tank::COOLANT,
        full_drive_mw: Tank::POWER_MW,
        largest_rise: Kelvin::from_milli(8_000),
    };
    let ahead = LeadCoefficients::<I16F16>::new(17.5, 2.2, PERIOD)?; // chiller and half a sensor
    let (mut plant, mut pid, mut lead) = (Tank::new(-3.0), Pid::new(), Lead::new());
    let (mut achieved, mut errors) = (I16F16::ZERO, Vec::new());
    for tick in 0..15_000 {
        if tick == 9_000 {
            plant.cap = Some(22.0);
        }
        let supply = I16F16::from_num(plant.supply);
        let rise = Kelvin::from_fixed(I16F16::from_num(plant.returned) - supply);
        let forward = load.drive(Ok(MillilitersPerMinute(Tank::FLOW)), Ok(rise));
        let mode = if tick == 0 { Mode::Track(I16F16::lit("0.08")) } else { Mode::Auto };
        let forward = if fed { lead.step(&ahead, forward) } else { I16F16::ZERO };
        let input = Input {
            mode,
            feed_forward: forward,
            ..Input::auto(SETPOINT, Ok(supply), achieved, PERIOD)
        };
        achieved = pid.step(&with, &Limits::UNIT, &input).command;
        plant.step(achieved.to_num());
        if tick >= 9_000 {
            errors.push(plant.value + 3.0);
        }
    }
    Ok(errors)
}

fn main() -> Result<(), Box<dyn core::error::Error>> {
    println!("{:<22} peak K   back within 0.1 K after s", "");
    let runs = [("PI", &PI, false), ("PI and load", &PI, true), ("PID", &PID, false)];
    for (name, tuning, fed) in runs.into_iter().chain([("PID and load", &PID, true)]) {
        let errors = run(tuning, fed)?;
        let peak = errors.iter().fold(0.0f64, |peak, error| peak.max(error.abs()));
        let back = errors.iter().rposition(|error| error.abs() > 0.1).map_or(0, |last| last + 1);
        let bar = "#".repeat((peak * 40.0).round() as usize);
        println!("{name:<22} {peak:.3}  {:>6.1}   {bar}", back as f64 / 10.0);
    }
    Ok(())
}
