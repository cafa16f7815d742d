//! Two controllers on one actuator: a mean that is wanted, and a floor for the coldest spot.
//!
//! `cargo run -p coldcap-examples --example thermal_override`

use coldcap_examples::lag;
use coldcap_thermal::pid::{Coefficients, Limits, Mode, Tuning};
use coldcap_thermal::select::{Override, Select, Side};
use coldcap_units::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// The mean of the cap shall be 4 °C; its coldest spot, 3.2 K below, not under 1.5 °C.
fn main() -> Result<(), Box<dyn core::error::Error>> {
    let with = Coefficients::<f32>::new(&Tuning::isa(1.5, 40.0, 0.0).reverse(), SECOND)?;
    let limits = Limits::<f32>::new(-6.0, 15.0)?.with_safe(15.0)?;
    let side = |mode, setpoint, measured: f64| Side {
        with: &with,
        limits: &limits,
        mode,
        setpoint,
        measured: Ok(measured as f32),
        feed_forward: 0.0,
    };
    let (mut pair, mut supply, mut cap) = (Override::new(), 15.0, 22.0);
    println!("   s  mean °C  coldest  supply  who decides");
    for second in 0..=600 {
        let ramp = (22.0 - second as f32 * 0.05).max(4.0);
        let mode = if second == 0 { Mode::Track(15.0) } else { Mode::Auto };
        let (main, floor) = (side(mode, ramp, cap), side(mode, 1.5, cap - 3.2));
        let step = pair.step(Select::Highest, &main, &floor, supply, SECOND);
        supply = step.command;
        lag(&mut cap, 0.85 * f64::from(supply) + 4.0, 1.0, 40.0);
        if second % 60 == 0 {
            let who = if step.constrained { "the floor" } else { "the mean" };
            println!("{second:>4} {cap:>8.2} {:>8.2} {supply:>7.2}  {who}", cap - 3.2);
        }
    }
    Ok(())
}
