//! Two drawings: what the experiment showed, and what both gains do.

use super::compare::{EVENTS, Point};
use super::relay::Outcome;
use super::request::Request;
use super::result::{Candidate, shown};
use crate::command::tune::{digits, summary};
use crate::failure::Failure;
use coldcap_host::report::{
    ComparisonMark, ComparisonPlot, ComparisonPoint, TunePlot, TunePoint, comparison_svg, tune_svg,
};
use coldcap_thermal::pid::Tuning;
use coldcap_thermal::tune::model::Identified;
use std::fs;
use std::path::{Path, PathBuf};

/// What is further from its setpoint than this is drawn as this: the first seconds of a pull-down and
/// a step of the target are the same for any gains.
const DRAWN_K: f64 = 0.3;

/// Where both drawings go.
pub(super) fn places(plot: &Path) -> [PathBuf; 2] {
    let stem = plot.file_stem().unwrap_or_default().to_string_lossy();
    let name = match plot.extension() {
        Some(extension) => format!("{stem}-comparison.{}", extension.to_string_lossy()),
        None => format!("{stem}-comparison"),
    };
    [plot.to_owned(), plot.with_file_name(name)]
}

/// The experiment beside its model.
pub(super) fn experiment(request: &Request, outcome: &Outcome, found: &Identified) -> String {
    let rows = outcome.record.iter().zip(found.outputs(&outcome.record));
    let points: Vec<TunePoint> = rows
        .map(|(sample, model)| TunePoint {
            time_s: sample.time_s,
            input: sample.input,
            output: sample.output,
            model,
        })
        .collect();
    tune_svg(&TunePlot {
        title: &format!("Relay test on the virtual machine (simulated, seed {})", request.seed),
        summary: &summary(found),
        output_label: "supply, °C",
        input_label: "command trim",
        points: &points,
    })
}

/// Both gains through the same events.
pub(super) fn comparison(
    request: &Request,
    rule: &str,
    [present, proposed]: [(&Candidate, &[Point]); 2],
) -> String {
    let error = |point: &Point| point.supply_c - point.effective_c;
    let points: Vec<ComparisonPoint> = present
        .1
        .iter()
        .zip(proposed.1)
        .map(|(one, other)| ComparisonPoint {
            time_s: one.time_s,
            error: [error(one), error(other)],
            actuator: [100.0 * one.opening, 100.0 * other.opening],
        })
        .collect();
    let marks: Vec<ComparisonMark> = EVENTS
        .iter()
        .map(|event| ComparisonMark { time_s: f64::from(event.from_s), label: event.label })
        .collect();
    let target = f64::from(request.target.to_milli()) / 1_000.0;
    let title = format!(
        "Present and proposed gains on the virtual machine (simulated, seed {})",
        request.seed
    );
    let summary = format!(
        "copies of one machine, the same noise and load; target {target} °C; drawn to ±{DRAWN_K} K"
    )
    .replace('-', "−");
    comparison_svg(&ComparisonPlot {
        title: &title,
        summary: &summary,
        names: [&name("present", present.0), &name(rule, proposed.0)],
        error_limit: DRAWN_K,
        error_label: "supply − setpoint, K",
        actuator_label: "valve, % open",
        marks: &marks,
        points: &points,
    })
}

fn name(name: &str, candidate: &Candidate) -> String {
    let Tuning { gain, integral_time_s, derivative_time_s, .. } = candidate.tuning;
    let derivative = if derivative_time_s > 0.0 {
        format!(", Td {} s", digits(derivative_time_s))
    } else {
        String::new()
    };
    let ms = shown(candidate.sensitivity);
    format!("{name}: K {}, Ti {} s{derivative}; Ms {ms}", digits(gain), digits(integral_time_s))
}

pub(super) fn write(path: &Path, drawing: &str) -> Result<(), Failure> {
    fs::write(path, drawing).map_err(|error| {
        Failure::Io(format!("{}: {error}: allowed is a writable file", path.display()))
    })
}
