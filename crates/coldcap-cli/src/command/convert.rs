//! Resistance or voltage to temperature, and back.

mod model;

use crate::arguments::{Convert, From};
use crate::command::rounded;
use crate::failure::Failure;
use coldcap_calibration::physics::curve::{Curve, Signal};
use serde_json::{Value, json};
use std::io::{self, BufRead, Write};
use std::path::Path;

pub(crate) fn run(options: &Convert) -> Result<(), Failure> {
    let curve = curve(&options.curve)?;
    check_signal(&curve, options)?;
    check_cold_junction(&curve, options)?;
    let input = io::stdin().lock();
    let mut output = io::BufWriter::new(io::stdout().lock());
    if options.json {
        let lines = input.split(b'\n').map(|line| Ok(object(&curve, options, &text(&line?))));
        let lines = lines.collect::<Result<Vec<Value>, Failure>>()?;
        writeln!(output, "{:#}", Value::from(lines))?;
        return Ok(output.flush()?);
    }
    writeln!(output, "input,output,status")?;
    for line in input.split(b'\n') {
        let text = text(&line?);
        let (value, status) = convert(&curve, options, &text);
        let value = value.map_or(String::new(), decimals);
        writeln!(output, "{},{value},{status}", quoted(&text))?;
    }
    Ok(output.flush()?)
}

/// A line of input as text.
fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim_start_matches('\u{feff}').trim().to_owned()
}

fn object(curve: &Curve, options: &Convert, text: &str) -> Value {
    let (output, status) = convert(curve, options, text);
    let output = output.map(|value| rounded::decimals(value, 6));
    json!({ "input": text, "output": output, "status": status })
}

/// A line that would break the table is quoted, as RFC 4180 says.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.into()
    }
}

/// Six decimals; what rounds to zero has no sign.
fn decimals(value: f64) -> String {
    let text = format!("{value:.6}");
    if text == "-0.000000" { "0.000000".into() } else { text }
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

/// A voltage is taken against the cold junction: it must lie on the same curve.
fn check_cold_junction(curve: &Curve, options: &Convert) -> Result<(), Failure> {
    let cold = options.cold_junction;
    let Curve::Thermocouple(couple) = curve else { return Ok(()) };
    if couple.voltage(cold).is_ok() {
        return Ok(());
    }
    let (low, high) = couple.covers();
    let curve = &options.curve;
    let line =
        format!("--cold-junction: {cold}: allowed is {low} to {high} °C, the range of {curve}");
    Err(Failure::Input(line))
}

const CURVES: &str = "pt100, pt1000, tc-k, tc-t or a model file";

fn curve(name: &str) -> Result<Curve, Failure> {
    if let Some(curve) = Curve::from_name(name) {
        return Ok(curve);
    }
    let path = Path::new(name);
    // What looks like a path is one: it says that the file is missing.
    let is_path = path.extension().is_some() || path.components().nth(1).is_some();
    if !is_path && !path.exists() {
        return Err(Failure::Input(format!("--curve: {name}: allowed are {CURVES}")));
    }
    Ok(Curve::Ntc(model::read(path)?))
}
