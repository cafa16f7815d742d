//! Coefficients and the state of a controller leave as text and come back; a forged gain does not.
//!
//! `cargo run -p coldcap-examples --example thermal_store`; needs the feature `serde` of coldcap-thermal.

use coldcap_examples::Cooler;
use coldcap_thermal::pid::{Coefficients, Input, Limits, Pid, Tuning};
use coldcap_units::Duration;
use fixed::types::I16F16;
use serde_json::{Value, from_str, from_value, json, to_string};

const SECOND: Duration = Duration::from_secs(1);

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let with = Coefficients::<I16F16>::new(&Tuning::isa(0.1, 40.0, 2.0), SECOND)?;
    let (mut plant, mut pid, mut achieved) =
        (Cooler::new(30.0, 60.0, 2.0, 1.0), Pid::new(), I16F16::ZERO);
    let mut step = |pid: &mut Pid<I16F16>, with: &Coefficients<I16F16>, moves: bool| {
        let measured = Ok(I16F16::from_num(plant.value));
        let input = Input::auto(I16F16::lit("4"), measured, achieved, SECOND);
        let command = pid.step(with, &Limits::UNIT, &input).command;
        if moves {
            achieved = command;
            plant.step(command.to_num());
        }
        command
    };
    (0..100).for_each(|_| _ = step(&mut pid, &with, true));

    let (stored_with, stored_pid) = (to_string(&with)?, to_string(&pid)?);
    println!("coefficients, as they are applied:\n{stored_with}\n\nstate:\n{stored_pid}\n");
    let with_again: Coefficients<I16F16> = from_str(&stored_with)?;
    let mut again: Pid<I16F16> = from_str(&stored_pid)?;
    let (one, other) = (step(&mut pid, &with, false), step(&mut again, &with_again, false));
    println!("the next command: {one} as it was, {other} from the text");

    let forged = |field: &str, value: Value| -> Result<String, serde_json::Error> {
        let mut text: Value = from_str(&stored_with)?;
        text[field] = value;
        let read = from_value::<Coefficients<I16F16>>(text);
        Ok(read.map_or_else(|error| format!("refused: {error}"), |_| "TAKEN".into()))
    };
    println!("another version:  {}", forged("version", 2.into())?);
    println!("no period:        {}", forged("period_ms", 0.into())?);
    let strong = json!({ "mantissa": i32::MAX, "down": 0 });
    println!("tracking of 128:  {}", forged("tracking", strong)?);
    Ok(())
}
