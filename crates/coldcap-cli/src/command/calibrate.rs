//! From a maker's table to a model and an integer table.

mod request;
mod source;
mod thermistor;

use super::lint_table::examined;
use super::resistance_table::{points, read};
use crate::arguments::{Calibrate, CalibrateNtc, Sensor};
use crate::failure::Failure;
use coldcap_host::report::{CurveFitPlot, curve_fit_svg};
use request::Request;
use serde_json::{Value, json};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use thermistor::Calibrated;

pub(crate) fn run(options: &Calibrate) -> Result<(), Failure> {
    match &options.sensor {
        Sensor::Ntc(options) => ntc(options),
    }
}

fn ntc(options: &CalibrateNtc) -> Result<(), Failure> {
    let lines = read(&options.table)?;
    let all = points(&lines);
    let request = Request::new(options, &all)?;
    let made = Calibrated::new(&request)
        .map_err(|line| Failure::Input(format!("{}:{line}", options.table.display())))?;
    let findings = examined(&all, &[]).map_or(0, |(_, findings)| findings.len());
    let document = document(&request, &made, findings);
    let mut files = vec![
        (options.out.clone(), format!("{document:#}\n")),
        (beside(&options.out, "svg"), drawing(&options.table, &made)),
    ];
    if options.emit.is_some() {
        let name = options.table.file_name().unwrap_or_default().to_string_lossy();
        files.push((beside(&options.out, "rs"), source::text(&name, &request, &made)));
    }
    files.iter().try_for_each(|(path, _)| replaceable(path))?;
    store(&files)?;
    let mut output = io::stdout().lock();
    if options.json {
        writeln!(output, "{document:#}")?;
    } else {
        output.write_all(page(&made, findings, options, &files).as_bytes())?;
    }
    Ok(output.flush()?)
}

/// FILE.svg of FILE.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Only a regular file is replaced: a rename would put a file in the place of a device, or of a link
/// instead of what it points to.
pub(super) fn replaceable(path: &Path) -> Result<(), Failure> {
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => Err(Failure::Input(format!(
            "--out: {}: is not a regular file: allowed is a new file or a regular one",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// Writes all files beside their places, then moves them there: nothing is left half-written.
pub(super) fn store<C: AsRef<[u8]>>(files: &[(PathBuf, C)]) -> Result<(), Failure> {
    let partial = |path: &Path| beside(path, &format!("{}.part", std::process::id()));
    let write = || {
        for (path, content) in files {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|error| (path, error))?;
            }
            fs::write(partial(path), content).map_err(|error| (path, error))?;
        }
        files.iter().try_for_each(|(path, _)| {
            fs::rename(partial(path), path).map_err(|error| (path, error))
        })
    };
    write().map_err(|(path, error)| {
        for (path, _) in files {
            let _ = fs::remove_file(partial(path));
        }
        Failure::Io(format!("--out: {}: {error}: allowed is a writable file", path.display()))
    })
}

fn document(request: &Request, made: &Calibrated, findings: usize) -> Value {
    let header = &made.header;
    json!({
        "model": { "terms": 4, "coefficients": made.ntc.coefficients() },
        "residual_mk": { "max": made.largest_mk, "rms": made.rms_mk },
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
        "findings": findings,
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

fn drawing(table: &Path, made: &Calibrated) -> String {
    curve_fit_svg(&CurveFitPlot {
        title: &table.file_name().unwrap_or_default().to_string_lossy(),
        summary: &summary(made),
        residuals: &made.residuals,
        errors: &made.errors,
        bound_micro_kelvin: made.header.bound_micro_kelvin.into(),
    })
}

fn page(
    made: &Calibrated,
    findings: usize,
    options: &CalibrateNtc,
    files: &[(PathBuf, String)],
) -> String {
    let written: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
    let mut text = format!("{}\nwritten: {}\n", summary(made), written.join(", "));
    if findings > 0 {
        let table = options.table.display();
        text.push_str(&format!(
            "findings in the table: {findings}; see coldcap lint-table {table}\n"
        ));
    }
    text
}
