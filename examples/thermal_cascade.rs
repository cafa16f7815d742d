//! A cap held by way of its coolant; what the valve cannot do is handed back.
//!
//! `cargo run -p coldcap-examples --example thermal_cascade`

use coldcap_examples::{Cooler, lag};
use coldcap_thermal::cascade::{Cascade, CascadeConfig, CascadeInput};
use coldcap_thermal::pid::{Coefficients, Flags, Limits, Mode, Tuning};
use coldcap_units::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// The valve makes coolant cold, and coolant makes the cap cold, more slowly.
fn main() -> Result<(), Box<dyn core::error::Error>> {
    let config = CascadeConfig {
        outer: Coefficients::<f32>::new(&Tuning::isa(1.5, 60.0, 0.0).reverse(), SECOND)?,
        setpoints: Limits::<f32>::new(-6.0, 15.0)?.with_safe(15.0)?,
        inner: Coefficients::<f32>::new(&Tuning::isa(0.15, 15.0, 0.0), SECOND)?,
        outputs: Limits::UNIT,
    };
    let (mut coolant, mut cap) = (Cooler::new(27.0, 15.0, 2.0, 1.0), 22.0);
    let (mut loops, mut valve) = (Cascade::new(), 0.0);
    println!("   s  cap °C  coolant asked  is       valve");
    for second in 0..=600 {
        let step = loops.step(
            &config,
            &CascadeInput {
                mode: Mode::Auto,
                setpoint: 4.0,
                outer: Ok(cap as f32),
                inner: Ok(coolant.value as f32),
                feed_forward: 0.0,
                achieved: valve,
                dt: SECOND,
            },
        );
        valve = step.inner.command;
        coolant.step(f64::from(valve));
        lag(&mut cap, 0.85 * coolant.value + 4.0, 1.0, 40.0);
        if second % 60 == 0 {
            let full = step.inner.flags.has(Flags::SATURATED_HIGH);
            let why = if full { "  full: the outer integral follows the coolant" } else { "" };
            let asked = step.outer.command;
            println!(
                "{second:>4} {cap:>7.2} {asked:>13.2} {:>6.2} {valve:>8.2}{why}",
                coolant.value
            );
        }
    }
    Ok(())
}
