//! From a command to actuators that are coarser: a fan of eight levels, a heater and a cooler.
//!
//! `cargo run -p coldcap-examples --example thermal_outputs`

use core::num::NonZeroU16;

use coldcap_thermal::output::{Interlock, InterlockConfig, Pair, Quantiser, Side, Split};
use coldcap_units::Duration;
use fixed::types::I16F16;

const SECOND: Duration = Duration::from_secs(1);

type Failure = Box<dyn core::error::Error>;

/// A fan with off and eight levels that shall deliver 0.3 in the mean.
fn levels() {
    let mut fan = Quantiser::new(NonZeroU16::MIN.saturating_add(7));
    let levels: Vec<u16> = (0..15).map(|_| fan.step(I16F16::lit("0.3"))).collect();
    println!("fan, 0.3 of 8 levels = 2.4: {levels:?}, sum {}", levels.iter().sum::<u16>());
}

/// One command for both; they are never on together, and each waits for its turn.
fn heat_and_cool() -> Result<(), Failure> {
    let split = Split::new(I16F16::lit("0.5"), I16F16::lit("1.25"), I16F16::lit("0.05"))?;
    let config =
        InterlockConfig { dead_time: Duration::from_secs(3), hold: Duration::from_secs(6) };
    let mut interlock = Interlock::rested();
    println!("\ncommand  heat  cool   granted");
    for command in ["-0.6", "-0.3", "0.02", "0.4", "0.4", "0.4", "0.4", "0.8"] {
        let duties = split.duties(command.parse()?);
        let asked = Pair { first: duties.cool > 0, second: duties.heat > 0 };
        let granted = interlock.step(&config, asked, SECOND);
        let word = if granted.is_on(Side::First) {
            "cool".to_string()
        } else if granted.is_on(Side::Second) {
            "heat".to_string()
        } else {
            let wait = interlock.wait(&config, Side::Second).unwrap_or(Duration::ZERO);
            format!("none; heat may come in {} s", wait.as_secs())
        };
        println!("{command:>7} {:5.2} {:5.2}   {word}", duties.heat, duties.cool);
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    levels();
    heat_and_cool()
}
