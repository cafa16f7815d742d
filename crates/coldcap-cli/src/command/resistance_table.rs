//! A sensor's table as CSV: temperatures and resistances.

use crate::failure::Failure;
use coldcap_calibration::fit::steinhart_hart::TablePoint;
use std::fs;
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

const COLUMNS: [&str; 2] = ["t_c", "r_ohm"];

/// Reads the table at `path`, sorted by temperature: finite numbers, resistances above zero, no
/// temperature twice. Other columns are not read.
pub(crate) fn read(path: &Path) -> Result<Vec<TableLine>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    parse(&text).map_err(|line| Failure::Input(format!("{}:{line}", path.display())))
}

fn parse(text: &str) -> Result<Vec<TableLine>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = (1_usize..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let places = places(lines.next().map_or("", |(_, line)| line))?;
    let mut rows = Vec::new();
    for (number, line) in lines {
        if rows.len() == MOST_LINES {
            return Err(format!("rows: more: allowed are {MOST_LINES}"));
        }
        rows.push(row(number, line, places)?);
    }
    rows.sort_by(|one, other| one.point.celsius.total_cmp(&other.point.celsius));
    let mut pairs = rows.iter().zip(rows.iter().skip(1));
    if let Some((_, line)) = pairs.find(|(one, next)| one.point.celsius == next.point.celsius) {
        let [celsius, _] = &line.cells;
        return Err(format!(
            "line {} t_c: {celsius}: allowed is each temperature once",
            line.number
        ));
    }
    Ok(rows)
}

/// Where each column stands.
fn places(header: &str) -> Result<[usize; 2], String> {
    let names: Vec<&str> = header.split(',').map(|name| name.trim().trim_matches('"')).collect();
    let mut places = [0; 2];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        *place = names.iter().position(|name| *name == column).ok_or_else(|| {
            let header: String = header.chars().take(80).collect();
            format!("header: {header:?}: allowed are the columns {}", COLUMNS.join(","))
        })?;
    }
    Ok(places)
}

fn row(number: usize, line: &str, places: [usize; 2]) -> Result<TableLine, String> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    let cell = |place: usize| cells.get(place).copied().unwrap_or_default();
    let [celsius, ohm] = places.map(cell);
    let number_in = |text: &str, column: &str, allowed: &str, fits: fn(f64) -> bool| {
        let value = text.parse().ok().filter(|value: &f64| value.is_finite() && fits(*value));
        value.ok_or_else(|| {
            let text: String = text.chars().take(40).collect();
            format!("line {number} {column}: {text:?}: allowed is {allowed}")
        })
    };
    let warmth = number_in(celsius, "t_c", "a temperature above -273.15 °C", |t| t > -273.15)?;
    let resistance = number_in(ohm, "r_ohm", "a resistance above 0", |r| r > 0.0)?;
    let point = TablePoint { celsius: warmth, ohm: resistance };
    Ok(TableLine { number, cells: [celsius.to_owned(), ohm.to_owned()], point })
}

/// The points of all lines.
pub(crate) fn points(lines: &[TableLine]) -> Vec<TablePoint> {
    lines.iter().map(|line| line.point).collect()
}
