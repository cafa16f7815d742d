//! What is asked for, checked against the table.

use crate::arguments::CalibrateNtc;
use crate::failure::Failure;
use coldcap_calibration::fit::steinhart_hart::TablePoint;
use coldcap_calibration::physics::front_end::Divider;

/// A fit of four terms needs one line more to show how good it is.
const LEAST_LINES: usize = 5;

/// How far beyond the span the table reaches where the data do, in K.
const MARGIN_KELVIN: f64 = 1.0;

pub(super) struct Request {
    /// What was asked for, in °C.
    pub(super) span: (f64, f64),
    /// What the integer table covers, in °C.
    pub(super) covers: (f64, f64),
    /// The column of resistances.
    pub(super) column: String,
    pub(super) divider_ohm: f64,
    pub(super) divider: Divider,
    /// The lines that what is covered lies between.
    pub(super) points: Vec<TablePoint>,
}

impl Request {
    pub(super) fn new(options: &CalibrateNtc, all: &[TablePoint]) -> Result<Self, Failure> {
        let divider = Divider::new(options.divider).ok_or_else(|| {
            Failure::Input(format!("--divider: {}: allowed is above 0 ohm", options.divider))
        })?;
        let span = span(&options.span)?;
        let Some((first, last)) = all.first().zip(all.last()) else {
            let table = options.table.display();
            return Err(Failure::Input(format!(
                "{table}:rows: 0: allowed are {LEAST_LINES} or more"
            )));
        };
        let (first, last) = (first.celsius, last.celsius);
        if span.0 < first || span.1 > last {
            let table = options.table.display();
            let allowed = format!("allowed is {first}..{last}, what {table} covers");
            return Err(Failure::Input(format!("--span: {}: {allowed}", options.span)));
        }
        let covers = ((span.0 - MARGIN_KELVIN).max(first), (span.1 + MARGIN_KELVIN).min(last));
        let points = between(all, covers);
        if points.len() < LEAST_LINES {
            return Err(Failure::Input(format!(
                "{}:rows: {} within the span: allowed are {LEAST_LINES} or more",
                options.table.display(),
                points.len()
            )));
        }
        let column = options.column.clone();
        Ok(Self { span, covers, column, divider_ohm: options.divider, divider, points })
    }
}

/// LO..HI.
fn span(text: &str) -> Result<(f64, f64), Failure> {
    let number = |text: &str| text.trim().parse().ok().filter(|value: &f64| value.is_finite());
    let ends = text.split_once("..").and_then(|(low, high)| Some((number(low)?, number(high)?)));
    ends.filter(|(low, high)| low < high).ok_or_else(|| {
        Failure::Input(format!("--span: {text}: allowed is LO..HI in °C, as in -20..50"))
    })
}

/// The lines within a range and the next one beyond each end: nothing is extrapolated.
fn between(all: &[TablePoint], (low, high): (f64, f64)) -> Vec<TablePoint> {
    let from = all.partition_point(|point| point.celsius <= low).saturating_sub(1);
    let to = all.partition_point(|point| point.celsius < high);
    all.iter().take(to.saturating_add(1)).skip(from).copied().collect()
}
