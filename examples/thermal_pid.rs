//! One loop in four number types: modes, a lost sensor and new gains, and no bump anywhere.
//!
//! `cargo run -p coldcap-examples --example thermal_pid`

use coldcap_examples::Cooler;
use coldcap_thermal::number::Number;
use coldcap_thermal::pid::{
    Coefficients, Fallback, Input, Limits, LimitsError, Mode, OnInvalid, Pid, Tuning,
};
use coldcap_units::{Duration, Fault};
use fixed::types::{I16F16, I32F32};

const SECOND: Duration = Duration::from_secs(1);
/// Second, and what happens from then on.
const EVENTS: [(usize, &str); 9] = [
    (0, "Auto: hold 4 °C"),
    (300, "Manual: a person says 0.5"),
    (320, "Auto again: goes on from there"),
    (600, "the sensor is lost: held for 3 s"),
    (603, "still lost: toward off by 0.05/s"),
    (606, "it is back: goes on from there"),
    (900, "twice the gain, half the Ti"),
    (1_000, "Safe: somebody saw danger"),
    (1_010, "Auto again"),
];

/// Every command of one number type, and what was measured with it.
fn run<T: Number>(
    gains: [Coefficients<T>; 2],
    of: fn(f64) -> T,
    to: fn(T) -> f64,
) -> Result<Vec<(f64, f64)>, LimitsError> {
    let policy = OnInvalid { hold: 3, then: Fallback::Bleed(of(0.05)) };
    let limits = Limits::<T>::UNIT.with_on_invalid(policy)?;
    let (mut plant, mut pid, mut achieved) =
        (Cooler::new(30.0, 60.0, 2.0, 1.0), Pid::new(), of(0.0));
    let step = |second: usize| {
        let mode = match second {
            300..320 => Mode::Manual(of(0.5)),
            1_000..1_010 => Mode::Safe,
            _ => Mode::Auto,
        };
        let lost = (600..606).contains(&second);
        let measured = if lost { Err(Fault::Open) } else { Ok(of(plant.value)) };
        let input = Input { mode, ..Input::auto(of(4.0), measured, achieved, SECOND) };
        achieved = pid.step(&gains[usize::from(second >= 900)], &limits, &input).command;
        plant.step(to(achieved));
        (to(achieved), plant.value)
    };
    Ok((0..1_100).map(step).collect())
}

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let tunings = [Tuning::isa(0.1, 40.0, 0.0).weighted(0.6, 0.0), Tuning::isa(0.2, 20.0, 0.0)];
    let [one, two] = tunings;
    let new = |tuning| Coefficients::<I16F16>::new(tuning, SECOND);
    let i16f16 = run([new(&one)?, new(&two)?], I16F16::from_num, I16F16::to_num)?;
    let new = |tuning| Coefficients::<I32F32>::new(tuning, SECOND);
    let i32f32 = run([new(&one)?, new(&two)?], I32F32::from_num, I32F32::to_num)?;
    let new = |tuning| Coefficients::<f32>::new(tuning, SECOND);
    let f32 = run([new(&one)?, new(&two)?], |value| value as f32, f64::from)?;
    let new = |tuning| Coefficients::<f64>::new(tuning, SECOND);
    let f64 = run([new(&one)?, new(&two)?], |value| value, |value| value)?;

    println!("{:>6}  {:<34} before     f64     f32  I32F32  I16F16      °C", "s", "from then on");
    for (second, what) in EVENTS {
        let before = second.checked_sub(1).map_or(0.0, |before| f64[before].0);
        let commands = [&f64, &f32, &i32f32, &i16f16].map(|run| format!("{:.5}", run[second].0));
        println!("{second:>6}  {what:<34}{before:.5} {} {:7.3}", commands.join(" "), f64[second].1);
    }
    Ok(())
}
