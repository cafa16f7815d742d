//! Resistance or voltage to temperature, and back.

use crate::arguments::{Convert, From};
use crate::failure::Failure;
use coldcap_calibration::physics::curve::{Curve, Signal};
use coldcap_calibration::physics::ntc::Ntc;
use serde::Deserialize;
use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;

pub(crate) fn run(options: &Convert) -> Result<(), Failure> {
    let curve = curve(&options.curve)?;
    check_signal(&curve, options)?;
    let input = io::stdin().lock();
    let mut output = io::BufWriter::new(io::stdout().lock());
    writeln!(output, "input,output,status")?;
    for line in input.lines() {
        let line = line?;
        let text = line.trim();
        let (value, status) = convert(&curve, options, text);
        let value = value.map_or(String::new(), |value| format!("{value:.6}"));
        writeln!(output, "{},{value},{status}", quoted(text))?;
    }
    Ok(output.flush()?)
}

/// A line that would break the table is quoted, as RFC 4180 says.
fn quoted(text: &str) -> String {
    if text.contains([',', '"']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.into()
    }
}

fn convert(curve: &Curve, options: &Convert, text: &str) -> (Option<f64>, &'static str) {
    let Ok(number) = text.parse::<f64>() else { return (None, "not_a_number") };
    let cold = options.cold_junction;
    let result = match options.from {
        From::Celsius => curve.forward(number, cold),
        From::Ohm | From::Mv => curve.inverse(number, cold),
    };
    match result {
        Ok(value) => (Some(value), "ok"),
        Err(error) => (None, error.name()),
    }
}

fn check_signal(curve: &Curve, options: &Convert) -> Result<(), Failure> {
    let (given, fits) = match options.from {
        From::Celsius => ("celsius", true),
        From::Ohm => ("ohm", curve.signal() == Signal::Ohm),
        From::Mv => ("mv", curve.signal() == Signal::Millivolt),
    };
    if fits {
        return Ok(());
    }
    let other = if given == "ohm" { "mv" } else { "ohm" };
    Err(Failure::Input(format!(
        "--from: {given}: allowed for {} is {other} or celsius",
        options.curve
    )))
}

/// A model file: four terms of the Steinhart–Hart equation with its span.
#[derive(Debug, Deserialize)]
struct ModelFile {
    model: Model,
    span_c: [f64; 2],
}

#[derive(Debug, Deserialize)]
struct Model {
    coefficients: Vec<f64>,
    #[serde(default)]
    nominal_ohm: Option<f64>,
}

const CURVES: &str = "pt100, pt1000, tc-k, tc-t or a model file";

fn curve(name: &str) -> Result<Curve, Failure> {
    if let Some(curve) = Curve::from_name(name) {
        return Ok(curve);
    }
    let path = Path::new(name);
    if !path.exists() {
        return Err(Failure::Input(format!("--curve: {name}: allowed are {CURVES}")));
    }
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    let wrong = |field: &str, why: &str| Failure::Input(format!("{name}:{field}: {why}"));
    let file: ModelFile =
        serde_json::from_str(&text).map_err(|error| wrong("model", &error.to_string()))?;
    let terms = four_terms(&file.model.coefficients)
        .ok_or_else(|| wrong("model.coefficients", "allowed are three or four terms"))?;
    let [low, high] = file.span_c;
    let nominal = file.model.nominal_ohm.unwrap_or(10_000.0);
    let ntc =
        Ntc::new(terms, nominal, low, high).map_err(|error| wrong("model", &error.to_string()))?;
    Ok(Curve::Ntc(ntc))
}

/// Three terms are 1, L and L³; four are 1, L, L² and L³.
fn four_terms(terms: &[f64]) -> Option<[f64; 4]> {
    match *terms {
        [a, b, c] => Some([a, b, 0.0, c]),
        [a, b, c, d] => Some([a, b, c, d]),
        _ => None,
    }
}
