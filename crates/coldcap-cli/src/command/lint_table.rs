//! What is wrong with a published table.

use super::resistance_table::{TableLine, points, read};
use super::rounded::{decimals, significant};
use crate::arguments::LintTable;
use crate::failure::Failure;
use coldcap_calibration::fit::steinhart_hart::TablePoint;
use coldcap_calibration::lint::{BetaLabel, Finding, LintError, Mark, Slope, examine};
use serde_json::{Value, json};
use std::io::{self, Write};

pub(crate) fn run(options: &LintTable) -> Result<(), Failure> {
    let labels = options.beta.iter().map(|text| label(text)).collect::<Result<Vec<_>, _>>()?;
    let lines = read(&options.table, &options.column)?;
    let (slope, findings) =
        examined(&points(&lines), &labels).map_err(|error| refused(options, &lines, error))?;
    let mut output = io::stdout().lock();
    if options.json {
        writeln!(output, "{:#}", document(slope, &lines, &findings))?;
    } else {
        output.write_all(csv(&lines, &findings).as_bytes())?;
    }
    output.flush()?;
    match findings.len() {
        0 => Ok(()),
        count => Err(Failure::Wrong(format!(
            "{}:lines: {count} findings: allowed is none",
            options.table.display()
        ))),
    }
}

/// The table's direction, and all findings in the order of their temperatures.
pub(super) fn examined(
    points: &[TablePoint],
    labels: &[BetaLabel],
) -> Result<(Slope, Vec<Finding>), LintError> {
    let mut findings = Vec::new();
    let mut marks = vec![Mark::default(); points.len()];
    let slope = examine(points, labels, &mut marks, &mut |finding| findings.push(finding))?;
    findings.sort_by_key(|finding| (finding.index, finding.kind));
    Ok((slope, findings))
}

/// T1/T2=B.
fn label(text: &str) -> Result<BetaLabel, Failure> {
    let parts = || {
        let (temperatures, beta) = text.split_once('=')?;
        let (from, to) = temperatures.split_once('/')?;
        let number = |text: &str| text.trim().parse().ok().filter(|value: &f64| value.is_finite());
        Some(BetaLabel {
            from_celsius: number(from)?,
            to_celsius: number(to)?,
            beta_kelvin: number(beta).filter(|beta| *beta > 0.0)?,
        })
    };
    let distinct = |label: &BetaLabel| label.from_celsius != label.to_celsius;
    parts().filter(distinct).ok_or_else(|| {
        let allowed = "two temperatures in °C and a β above 0, as in 25/85=3435";
        Failure::Input(format!("--beta: {text}: allowed are {allowed}"))
    })
}

fn refused(options: &LintTable, lines: &[TableLine], error: LintError) -> Failure {
    let table = options.table.display();
    Failure::Input(match error {
        LintError::Label(index) => {
            let text = options.beta.get(index).map_or("", String::as_str);
            let end = |line: Option<&TableLine>| line.map_or(0.0, |line| line.point.celsius);
            let (low, high) = (end(lines.first()), end(lines.last()));
            format!(
                "--beta: {text}: allowed are a thermistor and temperatures of its table, {low} to {high} °C"
            )
        }
        error => format!("{table}:rows: {}: allowed is a sensor's table: {error}", lines.len()),
    })
}

fn csv(lines: &[TableLine], findings: &[Finding]) -> String {
    let mut text = String::from("line,t_c,r_ohm,kind,expected_ohm,deviation_mk\n");
    for finding in findings {
        let Some(line) = lines.get(finding.index) else { continue };
        let [celsius, ohm] = &line.cells;
        let number = line.number;
        let kind = finding.kind.name();
        let (expected, deviation) = figures(finding);
        text.push_str(&format!("{number},{celsius},{ohm},{kind},{expected},{deviation}\n"));
    }
    text
}

/// Expected resistance with seven digits, deviation in tenths of a millikelvin; what is not known is
/// empty.
fn figures(finding: &Finding) -> (String, String) {
    let ohm = finding.expected_ohm;
    let decimals = (6.0 - ohm.abs().log10().floor()).clamp(0.0, 9.0) as usize;
    let known = |value: f64, text: String| if value.is_finite() { text } else { String::new() };
    let millikelvin = finding.deviation_kelvin * 1e3;
    (known(ohm, format!("{ohm:.decimals$}")), known(millikelvin, format!("{millikelvin:.1}")))
}

fn document(slope: Slope, lines: &[TableLine], findings: &[Finding]) -> Value {
    let finding = |finding: &Finding| {
        let line = lines.get(finding.index)?;
        Some(json!({
            "line": line.number,
            "t_c": line.point.celsius,
            "r_ohm": line.point.ohm,
            "kind": finding.kind.name(),
            "expected_ohm": significant(finding.expected_ohm, 7),
            "deviation_mk": decimals(finding.deviation_kelvin * 1e3, 1),
        }))
    };
    let sensor = match slope {
        Slope::Rising => "rtd",
        Slope::Falling => "ntc",
    };
    let findings: Vec<Value> = findings.iter().filter_map(finding).collect();
    json!({ "sensor": sensor, "lines": lines.len(), "findings": findings })
}
