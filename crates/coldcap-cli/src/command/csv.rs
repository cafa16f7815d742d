//! Comma-separated values: a header, and rows of cells below it.

use crate::failure::Failure;
use std::fs;
use std::path::Path;

/// The text of a file, which [`Csv`] takes apart.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))
}

/// Whatever is wrong is said as the rest of a line that begins with the file's name.
pub(crate) struct Csv<'a> {
    header: &'a str,
    names: Vec<&'a str>,
    lines: Vec<(usize, &'a str)>,
}

/// The cells of a line.
pub(crate) struct Row<'a> {
    /// Its number in the file; the header is number 1 where nothing stands above it.
    pub(crate) number: usize,
    cells: Vec<&'a str>,
}

impl<'a> Csv<'a> {
    /// A byte order mark and empty lines do not count.
    pub(crate) fn new(text: &'a str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = (1_usize..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let header = lines.next().map_or("", |(_, line)| line);
        Self { header, names: cells(header), lines: lines.collect() }
    }

    /// Where each of these columns stands; `hint` ends what is said where one does not.
    pub(crate) fn places<const N: usize>(
        &self,
        columns: [&str; N],
        hint: &str,
    ) -> Result<[usize; N], String> {
        let mut places = [0; N];
        for (place, column) in places.iter_mut().zip(columns) {
            let mut found = (0..).zip(&self.names).filter(|(_, name)| **name == column);
            let first = found.next().map(|(place, _)| place);
            *place = first.ok_or_else(|| {
                let header: String = self.header.chars().take(80).collect();
                format!("header: {header:?}: allowed are the columns {}{hint}", columns.join(","))
            })?;
            if found.next().is_some() {
                return Err(format!("header: {column:?} twice: allowed is each column once"));
            }
        }
        Ok(places)
    }

    /// The rows. One with more cells than the header is refused: nobody knows which of them are meant, as
    /// where a comma stands for a decimal point.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Result<Row<'a>, String>> {
        self.lines.iter().map(|(number, line)| {
            let cells = cells(line);
            let used = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
            if used > self.names.len() {
                let columns = self.names.len();
                return Err(format!(
                    "line {number}: {used} cells: allowed are {columns}, as in the header"
                ));
            }
            Ok(Row { number: *number, cells })
        })
    }
}

fn cells(line: &str) -> Vec<&str> {
    line.split(',').map(|cell| cell.trim().trim_matches('"')).collect()
}

impl<'a> Row<'a> {
    /// The text of a cell; empty where there is none.
    pub(crate) fn cell(&self, place: usize) -> &'a str {
        self.cells.get(place).copied().unwrap_or_default()
    }

    /// A finite number that fits.
    pub(crate) fn number(
        &self,
        (place, column): (usize, &str),
        allowed: &str,
        fits: fn(f64) -> bool,
    ) -> Result<f64, String> {
        let cell = self.cell(place);
        let value = cell.parse().ok().filter(|value: &f64| value.is_finite() && fits(*value));
        value.ok_or_else(|| {
            if cell.is_empty() {
                let hint = "a line of which nothing is known is left out";
                return format!(
                    "line {} {column}: empty: allowed is {allowed}; {hint}",
                    self.number
                );
            }
            let cell: String = cell.chars().take(40).collect();
            format!("line {} {column}: {cell:?}: allowed is {allowed}", self.number)
        })
    }
}
