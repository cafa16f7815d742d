//! Gains over the flow: a loop whose dead time is a volume over the flow.
//!
//! `cargo run -p coldcap-examples --example thermal_schedule`

use coldcap_examples::Cooler;
use coldcap_thermal::pid::{Coefficients, Input, Limits, Pid, Tuning, TuningError};
use coldcap_thermal::schedule::GainTable;
use coldcap_thermal::tune::model::Model;
use coldcap_thermal::tune::rules::{Rule, RuleError};
use coldcap_units::Duration;

const TICK: Duration = Duration::from_millis(100);

type Failure = Box<dyn core::error::Error>;

/// 80 mL of line: 4.8 s at 1 L/min, 16 s at 0.3 L/min.
fn delay_s(flow_ml_min: i32) -> f64 {
    80.0 / f64::from(flow_ml_min) * 60.0
}

/// SIMC for the plant at this flow.
fn gains_at(flow_ml_min: i32) -> Result<Tuning, RuleError> {
    let model = Model { gain: -30.0, time_constant_s: 12.0, delay_s: delay_s(flow_ml_min) };
    Ok(Rule::Simc.gains(&model)?.tuning())
}

/// Overshoot of a step from 4 to 0 °C, and the seconds until it stays within 0.2 K.
fn step_response(with: &Coefficients<f32>, flow_ml_min: i32) -> (f64, f64) {
    let (mut plant, mut pid) = (Cooler::new(30.0, 12.0, delay_s(flow_ml_min), 0.1), Pid::new());
    let (mut achieved, mut lowest, mut settled) = (0.0, 0.0f64, 0.0);
    for tick in 0..12_000 {
        let setpoint = if tick < 6_000 { 4.0 } else { 0.0 };
        let input = Input::auto(setpoint, Ok(plant.value as f32), achieved, TICK);
        achieved = pid.step(with, &Limits::UNIT, &input).command;
        plant.step(f64::from(achieved));
        if tick >= 6_000 {
            lowest = lowest.min(plant.value);
            settled =
                if plant.value.abs() > 0.2 { f64::from(tick - 6_000) / 10.0 } else { settled };
        }
    }
    (-lowest, settled)
}

fn main() -> Result<(), Failure> {
    let new =
        |tuning: Tuning| -> Result<_, TuningError> { Coefficients::<f32>::new(&tuning, TICK) };
    let points = [300, 600, 1_000];
    let [slow, middle, fast] = [gains_at(300)?, gains_at(600)?, gains_at(1_000)?];
    let table = GainTable::new(points, [0], [[new(slow)?, new(middle)?, new(fast)?]])?;
    println!("          fixed, for 1 L/min         from the table");
    println!(" mL/min   overshoot K  settled s     overshoot K  settled s");
    for flow in [1_000, 800, 600, 450, 300] {
        let (over, settled) = step_response(&new(fast)?, flow);
        print!("{flow:>7} {over:>12.2} {settled:>10.1}");
        let (over, settled) = step_response(&table.at(flow, 0), flow);
        println!(" {over:>15.2} {settled:>10.1}");
    }
    Ok(())
}
