//! A sensor's table as CSV: temperatures and resistances.

use super::csv::{self, Csv, Row};
use crate::failure::Failure;
use coldcap_calibration::fit::steinhart_hart::TablePoint;
use std::path::Path;

/// A line of the table.
#[derive(Clone, Debug)]
pub(crate) struct TableLine {
    /// Its number in the file; the header is number 1 where nothing stands above it.
    pub(crate) number: usize,
    /// Temperature and resistance as written.
    pub(crate) cells: [String; 2],
    pub(crate) point: TablePoint,
}

/// More lines than any sensor's table has.
const MOST_LINES: usize = 100_000;

const CELSIUS: &str = "t_c";

/// Reads the table at `path`, sorted by temperature: finite numbers, resistances above zero, no
/// temperature twice. The resistances are those of this column; the others are not read.
pub(crate) fn read(path: &Path, column: &str) -> Result<Vec<TableLine>, Failure> {
    if column == CELSIUS {
        return Err(Failure::Input(format!(
            "--column: {column}: allowed is a column of resistances"
        )));
    }
    let wrong = |line: String| Failure::Input(format!("{}:{line}", path.display()));
    parse(&csv::read(path)?, [CELSIUS, column]).map_err(wrong)
}

fn parse(text: &str, columns: [&str; 2]) -> Result<Vec<TableLine>, String> {
    let csv = Csv::new(text);
    let places = csv.places(columns, "; --column names other resistances")?;
    let mut rows = Vec::new();
    for row in csv.rows() {
        if rows.len() == MOST_LINES {
            return Err(format!("rows: more: allowed are {MOST_LINES}"));
        }
        rows.push(line(&row?, places, columns)?);
    }
    rows.sort_by(|one, other| one.point.celsius.total_cmp(&other.point.celsius));
    let mut pairs = rows.iter().zip(rows.iter().skip(1));
    if let Some((_, line)) = pairs.find(|(one, next)| one.point.celsius == next.point.celsius) {
        let [celsius, _] = &line.cells;
        return Err(format!(
            "line {} {CELSIUS}: {celsius}: allowed is each temperature once",
            line.number
        ));
    }
    Ok(rows)
}

fn line(row: &Row<'_>, places: [usize; 2], columns: [&str; 2]) -> Result<TableLine, String> {
    let ([warmth, ohm], [celsius, resistance]) = (places, columns);
    let allowed = "a temperature above -273.15 °C";
    let celsius = row.number((warmth, celsius), allowed, |value| value > -273.15)?;
    let resistance = row.number((ohm, resistance), "a resistance above 0", |value| value > 0.0)?;
    let cells = places.map(|place| row.cell(place).to_owned());
    Ok(TableLine { number: row.number, cells, point: TablePoint { celsius, ohm: resistance } })
}

/// The points of all lines.
pub(crate) fn points(lines: &[TableLine]) -> Vec<TablePoint> {
    lines.iter().map(|line| line.point).collect()
}
