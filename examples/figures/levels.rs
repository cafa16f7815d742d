//! A loop whose actuator has 32 levels: rounded, and with error feedback.

use core::num::NonZeroU16;

use super::{BLUE, Drawing, RED};
use coldcap_examples::{Chart, Cooler, Line, Panel};
use coldcap_thermal::output::Quantiser;
use coldcap_thermal::pid::{Coefficients, Input, Limits, Pid, Tuning};
use coldcap_units::Duration;
use fixed::types::I16F16;

const SECOND: Duration = Duration::from_secs(1);
const SETPOINT: I16F16 = I16F16::lit("4.03");
const LEVELS: NonZeroU16 = NonZeroU16::MIN.saturating_add(31);

type Points = Vec<(f64, f64)>;

/// Error in millikelvins and level, over 12 minutes after two hours.
fn run(feedback: bool) -> Result<[Points; 2], Box<dyn core::error::Error>> {
    let with = Coefficients::<I16F16>::new(&Tuning::isa(0.375, 160.0, 0.0), SECOND)?;
    let (mut plant, mut pid) = (Cooler::new(40.0, 600.0, 20.0, 1.0), Pid::new());
    let (mut quantiser, mut command) = (Quantiser::new(LEVELS), I16F16::ZERO);
    let mut points = [Points::new(), Points::new()];
    for second in 0..7_920 {
        let measured = Ok(I16F16::from_num(plant.value));
        let input = Input::auto(SETPOINT, measured, command, SECOND);
        command = pid.step(&with, &Limits::UNIT, &input).command;
        let rounded = (command.to_num::<f64>() * 32.0).round();
        let level = if feedback { f64::from(quantiser.step(command)) } else { rounded };
        plant.step(level / 32.0);
        if second >= 7_200 {
            let minute = f64::from(second - 7_200) / 60.0;
            points[0].push((minute, (plant.value - SETPOINT.to_num::<f64>()) * 1e3));
            points[1].push((minute, level));
        }
    }
    Ok(points)
}

pub(crate) fn draw() -> Drawing {
    let ([rounded, coarse], [fed, fine]) = (run(false)?, run(true)?);
    let line = |name: &str, colour, points| Line { name: name.into(), colour, points };
    let error = Panel {
        label: "error, mK",
        scale: [-30.0, 30.0, 10.0],
        height: 190.0,
        lines: vec![line("rounded", RED, rounded), line("error feedback", BLUE, fed)],
        level: None,
    };
    let panel = |label, colour, points| Panel {
        label,
        scale: [13.0, 16.0, 1.0],
        height: 56.0,
        lines: vec![line("", colour, points)],
        level: None,
    };
    let chart = Chart {
        title: "A PI loop with an actuator of 32 levels, at rest",
        label: "min",
        scale: [0.0, 12.0, 1.0],
        panels: vec![
            error,
            panel("level, rounded", RED, coarse),
            panel("level, error feedback", BLUE, fine),
        ],
    };
    Ok(chart.to_svg())
}
