//! From a maker's table to a model and an integer table; what was found of one sensor.

mod certificate;
mod ice;
mod request;
mod source;
mod thermistor;

use super::lint_table::examined;
use super::resistance_table::{points, read};
use super::rounded::decimals;
use super::store::{beside, replaceable, store};
use crate::arguments::{Calibrate, CalibrateNtc, Sensor};
use crate::failure::Failure;
use coldcap_host::report::{CurveFitPlot, curve_fit_svg};
use request::Request;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use thermistor::Calibrated;

pub(crate) fn run(options: &Calibrate) -> Result<(), Failure> {
    match &options.sensor {
        Sensor::Ntc(options) => ntc(options),
        Sensor::Ice(options) => ice::run(options),
        Sensor::Certificate(options) => certificate::run(options),
    }
}

/// The largest residual of a fit that may be used, in mK: half of what the certificates of the raw-code
/// limits grant a part, ±0.2 K.
pub(crate) const LARGEST_RESIDUAL_MK: f64 = 100.0;

/// What makers' tables leave at most, in mK: more is said.
const GOOD_RESIDUAL_MK: f64 = 20.0;

fn ntc(options: &CalibrateNtc) -> Result<(), Failure> {
    let lines = read(&options.table, &options.column).map_err(unread)?;
    let all = points(&lines);
    let request = Request::new(options, &all)?;
    let made = Calibrated::new(&request)
        .map_err(|line| Failure::Input(format!("{}:{line}", options.table.display())))?;
    let findings = examined(&all, &[]).map_or(0, |(_, findings)| findings.len());
    let refusal = refusal(options, request.points.len(), &made);
    let warnings = warnings(options, &made, (findings, refusal.as_deref()));
    let document = document(&request, &made, (findings, refusal.is_none(), &warnings));
    let files = files(options, (&request, &made), (&document, refusal.is_some()));
    files.iter().try_for_each(|(path, _)| replaceable(path))?;
    store(&files).map_err(|(path, error)| {
        Failure::Io(format!("--out: {}: {error}: allowed is a writable file", path.display()))
    })?;
    let mut output = io::stdout().lock();
    if options.json {
        writeln!(output, "{document:#}")?;
    } else {
        output.write_all(page(&made, (&warnings, refusal.as_deref()), &files).as_bytes())?;
    }
    output.flush()?;
    refusal.map_or(Ok(()), |line| Err(Failure::Wrong(line)))
}

/// A file that is none is that of the option; what stands in it says its own name.
fn unread(failure: Failure) -> Failure {
    let is_of_file = failure.to_string().ends_with("allowed is a readable file");
    if is_of_file { failure.of("--table") } else { failure }
}

/// Why the fit of so many lines must not be used, if it must not.
fn refusal(options: &CalibrateNtc, lines: usize, made: &Calibrated) -> Option<String> {
    let place = format!("{}:{}", options.table.display(), options.column);
    let why = |line: String| Some(format!("{place}: DO NOT USE: {line}; see coldcap lint-table"));
    // A line far away from all others bends the curve to itself, and none is left to judge it by.
    match lines.saturating_sub(made.residuals.len()) {
        0 if made.largest_mk <= LARGEST_RESIDUAL_MK => None,
        0 => why(format!(
            "the fit is {:.1} mK off its table: allowed are {LARGEST_RESIDUAL_MK} mK",
            made.largest_mk
        )),
        beyond => why(format!(
            "the curve does not reach {beyond} of {lines} lines: allowed is a falling thermistor curve"
        )),
    }
}

/// All that speaks against the model: that it must not be used, or that it is worse than a maker's table allows, and
/// what is wrong with the table.
fn warnings(
    options: &CalibrateNtc,
    made: &Calibrated,
    (findings, refusal): (usize, Option<&str>),
) -> Vec<String> {
    let table = options.table.display();
    let is_poor = refusal.is_none() && made.largest_mk > GOOD_RESIDUAL_MK;
    let poor = is_poor.then(|| {
        format!(
            "{table}:{}: the fit is {:.1} mK off its table: makers' tables leave {GOOD_RESIDUAL_MK} mK or less",
            options.column, made.largest_mk
        )
    });
    let found = (findings > 0).then(|| {
        format!("{table}: findings in the table: {findings}; see coldcap lint-table {table}")
    });
    refusal.map(str::to_owned).into_iter().chain(poor).chain(found).collect()
}

/// Model and drawing, and the source text if it is asked for: not of a fit that must not be used.
fn files(
    options: &CalibrateNtc,
    (request, made): (&Request, &Calibrated),
    (document, is_bad): (&Value, bool),
) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = vec![
        (options.out.clone(), format!("{document:#}\n").into_bytes()),
        (beside(&options.out, "svg"), drawing(&options.table, made, is_bad).into_bytes()),
    ];
    if options.emit.is_some() && !is_bad {
        let name = options.table.file_name().unwrap_or_default().to_string_lossy();
        files.push((beside(&options.out, "rs"), source::text(&name, request, made).into_bytes()));
    }
    files
}

fn document(
    request: &Request,
    made: &Calibrated,
    (findings, usable, warnings): (usize, bool, &[String]),
) -> Value {
    let header = &made.header;
    json!({
        "model": { "terms": 4, "coefficients": made.ntc.coefficients() },
        "residual_mk": { "max": decimals(made.largest_mk, 3), "rms": decimals(made.rms_mk, 3) },
        "table": {
            "segments": header.rows,
            "segments_of_full_scale": 1_u32 << header.log2_segments,
            "bound_mk": f64::from(header.bound_micro_kelvin) / 1e3,
            "monotonic": true,
            "covers_c": [request.covers.0, request.covers.1],
        },
        "span_c": [request.span.0, request.span.1],
        "divider_ohm": request.divider_ohm,
        "lines": made.residuals.len(),
        "column": request.column,
        "findings": findings,
        "usable": usable,
        "warnings": warnings,
    })
}

fn summary(made: &Calibrated) -> String {
    format!(
        "4 terms over {} lines: {:.1} mK at most, {:.1} mK rms; integer table of {} rows: {:.3} mK at most",
        made.residuals.len(),
        made.largest_mk,
        made.rms_mk,
        made.header.rows,
        f64::from(made.header.bound_micro_kelvin) / 1e3,
    )
}

fn drawing(table: &Path, made: &Calibrated, is_bad: bool) -> String {
    let off = format!(
        "the fit is {:.1} mK off its table: allowed are {LARGEST_RESIDUAL_MK} mK",
        made.largest_mk
    );
    curve_fit_svg(&CurveFitPlot {
        title: &table.file_name().unwrap_or_default().to_string_lossy(),
        summary: &summary(made),
        residuals: &made.residuals,
        errors: &made.errors,
        bound_micro_kelvin: made.header.bound_micro_kelvin.into(),
        warning: is_bad.then_some(off.as_str()),
    })
}

fn page(
    made: &Calibrated,
    (warnings, refusal): (&[String], Option<&str>),
    files: &[(PathBuf, Vec<u8>)],
) -> String {
    let written: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
    let mut text = format!("{}\nwritten: {}\n", summary(made), written.join(", "));
    // The refusal is the last line of all, on standard error.
    for warning in warnings.iter().filter(|it| Some(it.as_str()) != refusal) {
        text.push_str(&format!("warning: {warning}\n"));
    }
    text
}
