//! A warm cap at a cold tank: PI, PID, and PID with the measured load fed forward.

use super::{BLUE, Drawing, GREEN, RED};
use coldcap_examples::{Chart, Line, Panel, Tank};
use coldcap_thermal::feed_forward::{Lead, LeadCoefficients, MeasuredLoad};
use coldcap_thermal::pid::{Coefficients, Input, Limits, Mode, Pid, Tuning};
use coldcap_units::{Duration, Kelvin, MillilitersPerMinute};
use fixed::types::I16F16;

const PERIOD: Duration = Duration::from_millis(100);
const SETPOINT: I16F16 = I16F16::lit("-3");
const COUPLED: i32 = 9_000;

type Points = Vec<(f64, f64)>;

/// Error in kelvin and drive over the seconds since the cap was coupled.
fn run(tuning: &Tuning, fed: bool) -> Result<[Points; 2], Box<dyn core::error::Error>> {
    let with = Coefficients::<I16F16>::new(tuning, PERIOD)?;
    let load = MeasuredLoad {
        joules_per_liter_kelvin: Tank::COOLANT,
        full_drive_mw: Tank::POWER_MW,
        largest_rise: Kelvin::from_milli(8_000),
    };
    let ahead = LeadCoefficients::<I16F16>::new(17.5, 2.2, PERIOD)?;
    let (mut plant, mut pid, mut lead) = (Tank::new(-3.0), Pid::new(), Lead::new());
    let (mut achieved, mut points) = (I16F16::ZERO, [Points::new(), Points::new()]);
    for tick in 0..COUPLED + 3_000 {
        if tick == COUPLED {
            plant.cap = Some(22.0);
        }
        let supply = I16F16::from_num(plant.supply);
        let rise = Kelvin::from_fixed(I16F16::from_num(plant.returned) - supply);
        let forward = load.drive(Ok(MillilitersPerMinute(Tank::FLOW)), Ok(rise));
        let mode = if tick == 0 { Mode::Track(I16F16::lit("0.08")) } else { Mode::Auto };
        let feed_forward = if fed { lead.step(&ahead, forward) } else { I16F16::ZERO };
        let input =
            Input { mode, feed_forward, ..Input::auto(SETPOINT, Ok(supply), achieved, PERIOD) };
        achieved = pid.step(&with, &Limits::UNIT, &input).command;
        plant.step(achieved.to_num());
        if tick >= COUPLED - 200 {
            let second = f64::from(tick - COUPLED) / 10.0;
            points[0].push((second, plant.value + 3.0));
            points[1].push((second, achieved.to_num()));
        }
    }
    Ok(points)
}

pub(crate) fn draw() -> Drawing {
    let pid = Tuning::serial(0.8, 60.0, 17.5).weighted(0.6, 0.0).tracking(10.0);
    let pi = Tuning::isa(0.35, 130.0, 0.0).weighted(0.6, 0.0);
    let runs = [
        ("PI", RED, run(&pi, false)?),
        ("PID", GREEN, run(&pid, false)?),
        ("PID and measured load", BLUE, run(&pid, true)?),
    ];
    let lines = |panel: usize, named: bool| {
        let line = |(name, colour, points): &(&str, &'static str, [Points; 2])| Line {
            name: if named { (*name).into() } else { String::new() },
            colour,
            points: points[panel].clone(),
        };
        runs.iter().map(line).collect()
    };
    let error = Panel {
        label: "error of the tank, K",
        scale: [-0.3, 0.9, 0.2],
        height: 220.0,
        lines: lines(0, true),
        level: Some((0.1, "0.1 K")),
    };
    let drive = Panel {
        label: "drive of the chiller",
        scale: [0.0, 1.0, 0.2],
        height: 110.0,
        lines: lines(1, false),
        level: None,
    };
    let chart = Chart {
        title: "A warm cap is coupled to a cold tank at 0 s",
        label: "s",
        scale: [-20.0, 300.0, 20.0],
        panels: vec![error, drive],
    };
    Ok(chart.to_svg())
}
