//! A record of input and output as CSV.

use crate::arguments::Columns;
use crate::failure::Failure;
use coldcap_thermal::tune::fit::Sample;
use std::fs;
use std::path::Path;

/// Reads the record at `path`: finite numbers, and times that go forward. Other columns are not read.
pub(super) fn read(path: &Path, columns: &Columns) -> Result<Vec<Sample>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    let wrong = |line: String| Failure::Input(format!("{}:{line}", path.display()));
    parse(&text, columns).map_err(wrong)
}

fn parse(text: &str, columns: &Columns) -> Result<Vec<Sample>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = (1_usize..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let header = lines.next().map_or("", |(_, line)| line);
    let places = places(header, columns)?;
    let mut samples: Vec<Sample> = Vec::new();
    for (number, line) in lines {
        let sample = row(number, line, (places, columns))?;
        if let Some(last) = samples.last().filter(|last| last.time_s >= sample.time_s) {
            let (given, last) = (sample.time_s, last.time_s);
            let [time, ..] = &columns.0;
            return Err(format!("line {number} {time}: {given}: allowed is a time after {last}"));
        }
        samples.push(sample);
    }
    if samples.is_empty() {
        return Err("rows: 0: allowed is a record with rows below its header".into());
    }
    Ok(samples)
}

/// Where each column stands.
fn places(header: &str, columns: &Columns) -> Result<[usize; 3], String> {
    let names: Vec<&str> = header.split(',').map(str::trim).collect();
    let mut places = [0; 3];
    for (place, column) in places.iter_mut().zip(&columns.0) {
        *place = names.iter().position(|name| name == column).ok_or_else(|| {
            let header: String = header.chars().take(80).collect();
            format!(
                "header: {header:?}: allowed are the columns {}; --columns names others",
                columns.0.join(",")
            )
        })?;
    }
    Ok(places)
}

fn row(
    number: usize,
    line: &str,
    (places, columns): ([usize; 3], &Columns),
) -> Result<Sample, String> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    let mut numbers = [0.0; 3];
    for ((value, place), column) in numbers.iter_mut().zip(places).zip(&columns.0) {
        let cell = cells.get(place).copied().unwrap_or_default();
        let parsed = cell.parse().ok().filter(|value: &f64| value.is_finite());
        *value = parsed.ok_or_else(|| {
            let cell: String = cell.chars().take(40).collect();
            format!("line {number} {column}: {cell:?}: allowed is a finite number")
        })?;
    }
    let [time_s, input, output] = numbers;
    Ok(Sample { time_s, input, output })
}
