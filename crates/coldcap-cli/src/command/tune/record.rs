//! A record of input and output as CSV.

use crate::arguments::Columns;
use crate::command::csv::{self, Csv};
use crate::failure::Failure;
use coldcap_thermal::tune::fit::Sample;
use std::path::Path;

/// Reads the record at `path`: finite numbers, and times that go forward. Other columns are not read.
pub(super) fn read(path: &Path, columns: &Columns) -> Result<Vec<Sample>, Failure> {
    let wrong = |line: String| Failure::Input(format!("{}:{line}", path.display()));
    parse(&csv::read(path)?, columns).map_err(wrong)
}

fn parse(text: &str, columns: &Columns) -> Result<Vec<Sample>, String> {
    let csv = Csv::new(text);
    let names = columns.0.each_ref().map(String::as_str);
    let places = csv.places(names, "; --columns names others")?;
    let mut samples: Vec<Sample> = Vec::new();
    for row in csv.rows() {
        let row = row?;
        let mut numbers = [0.0; 3];
        for (value, column) in numbers.iter_mut().zip(places.into_iter().zip(names)) {
            *value = row.number(column, "a finite number", |_| true)?;
        }
        let [time_s, input, output] = numbers;
        if let Some(last) = samples.last().filter(|last| last.time_s >= time_s) {
            let ([time, ..], last, number) = (names, last.time_s, row.number);
            return Err(format!("line {number} {time}: {time_s}: allowed is a time after {last}"));
        }
        samples.push(Sample { time_s, input, output });
    }
    if samples.is_empty() {
        return Err("rows: 0: allowed is a record with rows below its header".into());
    }
    Ok(samples)
}
