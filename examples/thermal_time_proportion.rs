//! A fridge whose compressor must run for ten minutes and rest for five settles all the same.
//!
//! `cargo run -p coldcap-examples --example thermal_time_proportion`

use coldcap_examples::Cooler;
use coldcap_thermal::output::{TimeProportion, TimeProportionConfig, Timing};
use coldcap_thermal::pid::{Coefficients, Input, Limits, Pid, Tuning};
use coldcap_units::Duration;
use fixed::types::I16F16;

const SECOND: Duration = Duration::from_secs(1);

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mins = Duration::from_mins;
    let [window, minimum_on, minimum_off, start_delay, longest_cycle] =
        [60, 10, 5, 5, 240].map(mins);
    let timing = Timing { window, minimum_on, minimum_off, start_delay, longest_cycle };
    let config = TimeProportionConfig::new(timing)?;
    let gains = Coefficients::<I16F16>::new(&Tuning::isa(0.0643, 10_800.0, 0.0), SECOND)?;
    let (mut plant, mut pid) = (Cooler::new(40.0, 10_800.0, 300.0, 1.0), Pid::new());
    let (mut switch, mut achieved) = (TimeProportion::new(), I16F16::ZERO);
    println!("hour   mean °C   command   on in min");
    for hour in 1..=24 {
        let (mut on, mut sum, mut asked) = (0, 0.0, 0.0);
        for _ in 0..3_600 {
            let measured = Ok(I16F16::from_num(plant.value));
            let input = Input::auto(I16F16::lit("4"), measured, achieved, SECOND);
            let command = pid.step(&gains, &Limits::UNIT, &input).command;
            let now = switch.step(&config, command, SECOND);
            achieved = now.achieved; // not the switching: what comes out in the mean
            plant.step(f64::from(u8::from(now.on)));
            (on, sum) = (on + u32::from(now.on), sum + plant.value);
            asked += command.to_num::<f64>();
        }
        if hour % 4 == 0 {
            let [mean, asked] = [sum, asked].map(|sum| sum / 3_600.0);
            println!("{hour:>4} {mean:9.2} {asked:9.3} {:11.1}", f64::from(on) / 60.0);
        }
    }
    Ok(())
}
