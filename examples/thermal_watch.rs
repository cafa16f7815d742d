//! A mixing valve jams: what the watch says, and when, with and without a read-back.
//!
//! `cargo run -p coldcap-examples --example thermal_watch`

use coldcap_examples::Cooler;
use coldcap_thermal::pid::{Coefficients, Input, Limits, Pid, Tuning};
use coldcap_thermal::watch::{Verdict, Watch, WatchConfig, WatchInput, WatchMode, WatchSettings};
use coldcap_units::{Celsius, Duration, Duty};
use fixed::types::I16F16;

const SECOND: Duration = Duration::from_secs(1);
/// The valve jams closed at this second.
const JAMS: u32 = 900;

fn run(config: &WatchConfig, has_read_back: bool) -> Result<(), Box<dyn core::error::Error>> {
    let with = Coefficients::<I16F16>::new(&Tuning::isa(0.15, 15.0, 0.0), SECOND)?;
    let (mut plant, mut pid, mut watch) =
        (Cooler::new(40.0, 60.0, 3.0, 1.0), Pid::new(), Watch::new());
    let (mut driven, mut seen) = (I16F16::ZERO, Verdict::Ok);
    let duty = |command: I16F16| Duty((command.to_num::<f64>() * 65_535.0) as u16);
    for second in 0..1_800 {
        // The sensor's last digit moves, as it does in every real one.
        let measured = I16F16::from_num(plant.value + f64::from(second * 7 % 5) * 0.002);
        let input = Input::auto(I16F16::lit("-4"), Ok(measured), driven, SECOND);
        driven = pid.step(&with, &Limits::UNIT, &input).command;
        let opening = if second < JAMS { driven } else { I16F16::ZERO };
        plant.step(opening.to_num());
        let verdict = watch.step(
            config,
            WatchInput {
                dt: SECOND,
                mode: WatchMode::Auto,
                setpoint: Some(Celsius::from_milli(-4_000)),
                measured: Ok(Celsius::from_fixed(measured)),
                drive: duty(driven),
                achieved: has_read_back.then_some(duty(opening)),
                companion: None,
            },
        );
        if verdict != seen {
            let after = i64::from(second) - i64::from(JAMS);
            println!(
                "{after:>5} s after the jam, {measured:6.2} °C, valve at {driven:.2}: {verdict:?}"
            );
            seen = verdict;
        }
        if verdict.is_trip() {
            break; // whoever steps the watch switches the loop off here, until somebody looked
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let config = WatchConfig::new(&WatchSettings::REFERENCE_VALVE, SECOND)?;
    println!("with a read-back");
    run(&config, true)?;
    println!("without: the target was reached, left, and not found again");
    run(&config, false)?;
    println!("\nat most, from when its premise holds:");
    for finding in coldcap_thermal::watch::Finding::ALL {
        println!("{:>12} {:>6.1} s", finding.name(), seconds(config.detection_time(finding)));
    }
    Ok(())
}

fn seconds(time: Duration) -> f64 {
    f64::from(time.as_millis()) / 1e3
}
