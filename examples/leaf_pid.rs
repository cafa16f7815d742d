//! A PID that holds a bath at 4 °C and lets go when its sensor is lost: `coldcap-thermal` alone.
//!
//! `cargo run -p coldcap-examples --example leaf_pid`

use coldcap_thermal::pid::{Coefficients, Input, Limits, Pid, Tuning};
use coldcap_units::{Duration, Fault};
use fixed::types::I16F16;

const PERIOD: Duration = Duration::from_secs(1);

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let gains = Coefficients::<I16F16>::new(&Tuning::isa(0.1, 40.0, 0.0), PERIOD)?;
    let (mut pid, mut valve, mut bath) = (Pid::new(), I16F16::ZERO, 20.0);
    for second in 0..=900 {
        let lost = second == 900;
        let measured = if lost { Err(Fault::Open) } else { Ok(I16F16::from_num(bath)) };
        let input = Input::auto(I16F16::lit("4"), measured, valve, PERIOD);
        valve = pid.step(&gains, &Limits::UNIT, &input).command; // to the actuator, 0 to 1
        if second % 150 == 0 {
            println!("{second:>3} s  {bath:6.3} °C  valve {valve:.3}  lost: {lost}");
        }
        bath += (20.0 - bath - 30.0 * valve.to_num::<f64>()) / 60.0; // the bath, in a firmware's place
    }
    assert!((bath - 4.0).abs() < 0.5 && valve == 0, "it was held, and then let go");
    Ok(())
}
