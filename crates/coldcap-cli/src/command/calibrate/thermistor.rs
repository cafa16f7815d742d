//! The fit, the integer table, and what both are off.

use super::request::Request;
use coldcap_calibration::fit::FitError;
use coldcap_calibration::fit::steinhart_hart::{TablePoint, Terms, fit};
use coldcap_calibration::physics::CurveError;
use coldcap_calibration::physics::front_end::{code, fraction};
use coldcap_calibration::physics::generate::{Coverage, Model, NtcInDivider, limit_no_colder_than};
use coldcap_calibration::physics::ntc::Ntc;
use coldcap_calibration::table::{CubicTable, Row, TableHeader};
use coldcap_units::Ratio;
use core::fmt::Display;
use core::ops::RangeInclusive;

/// An open wire is a hundredfold of the resistance at 25 °C, a short circuit a hundredth.
const HUNDREDFOLD: f64 = 100.0;

/// The coarsest and the finest grid over full scale.
const GRIDS: RangeInclusive<u8> = 7..=10;

/// A grid that is so good is fine enough, in µK.
const FINE_MICRO_KELVIN: u32 = 100;

/// Places at which the integer table is drawn.
const DRAWN: u32 = 1_200;

pub(super) struct Calibrated {
    pub(super) ntc: Ntc,
    pub(super) model: NtcInDivider,
    pub(super) rms_mk: f64,
    pub(super) largest_mk: f64,
    pub(super) header: TableHeader,
    pub(super) rows: Vec<Row>,
    /// °C, and what the fit reads there less what the table says, in mK.
    pub(super) residuals: Vec<(f64, f64)>,
    /// °C, and what the integer table is off the fit, in µK.
    pub(super) errors: Vec<(f64, f64)>,
}

impl Calibrated {
    /// What is wrong is said as the rest of a line that begins with the table's name.
    pub(super) fn new(request: &Request) -> Result<Self, String> {
        let (count, column) = (request.points.len(), &request.column);
        let fitted = fit(&request.points, Terms::Four).map_err(|error| match error {
            FitError::Ntc(error) => {
                format!("{column}: {error}: allowed is a falling thermistor curve")
            }
            error => format!("rows: {count}: allowed is a thermistor's table: {error}"),
        })?;
        let model = NtcInDivider { ntc: fitted.ntc, divider: request.divider };
        let (header, rows) =
            table(&model, request.covers).map_err(|line| format!("{column}: {line}"))?;
        let checked =
            CubicTable::new(header, &rows).map_err(|error| format!("{column}: {error}"))?;
        let errors = errors(&model, &checked);
        Ok(Self {
            ntc: fitted.ntc,
            model,
            rms_mk: fitted.rms_kelvin * 1e3,
            largest_mk: fitted.largest_kelvin * 1e3,
            header,
            residuals: residuals(&fitted.ntc, request),
            errors,
            rows,
        })
    }

    /// The code at or above which it is never warmer than this, if the table covers it.
    pub(super) fn limit(&self, celsius: f64) -> Option<Ratio> {
        limit_no_colder_than(&self.model, celsius)
            .filter(|code| (self.header.low..=self.header.high).contains(code))
    }
}

/// The table of the coarsest grid that is fine enough, or of the finest.
fn table(model: &NtcInDivider, covers: (f64, f64)) -> Result<(TableHeader, Vec<Row>), String> {
    let unusable = |why: &dyn Display| {
        format!("{why}: allowed are resistances that the divider can tell apart")
    };
    let mut best = None;
    for log2_segments in GRIDS {
        let coverage = coverage(model, covers, log2_segments).map_err(|error| unusable(&error))?;
        let mut rows = vec![Row::default(); 1 << log2_segments];
        let header = coverage.build(model, &mut rows).map_err(|error| unusable(&error))?;
        rows.truncate(header.rows.into());
        let is_fine = header.bound_micro_kelvin <= FINE_MICRO_KELVIN;
        best = Some((header, rows));
        if is_fine {
            break;
        }
    }
    best.ok_or_else(|| unusable(&"no grid"))
}

/// The codes from the warmer to the colder end, both inside, but for half a step of the code.
fn coverage(
    model: &NtcInDivider,
    (coldest, warmest): (f64, f64),
    log2_segments: u8,
) -> Result<Coverage, CurveError> {
    let code_of = |ohm: f64| code(model.divider.fraction(ohm));
    Ok(Coverage {
        log2_segments,
        low: code_of(model.ntc.resistance(warmest)?),
        high: code_of(model.ntc.resistance(coldest)?),
        short_below: code_of(model.ntc.nominal_ohm() / HUNDREDFOLD),
        open_above: code_of(model.ntc.nominal_ohm() * HUNDREDFOLD),
    })
}

fn residuals(ntc: &Ntc, request: &Request) -> Vec<(f64, f64)> {
    let residual = |point: &TablePoint| {
        let found = ntc.temperature(point.ohm).ok()?;
        Some((point.celsius, (found - point.celsius) * 1e3))
    };
    request.points.iter().filter_map(residual).collect()
}

fn errors(model: &NtcInDivider, table: &CubicTable) -> Vec<(f64, f64)> {
    let (low, high) = (table.header().low.0, table.header().high.0);
    let place = |step: u32| {
        let share = u64::from(high - low) * u64::from(step) / u64::from(DRAWN);
        let code = Ratio(low.saturating_add(share as u32));
        let exact = model.celsius(fraction(code));
        let found = f64::from(table.eval(code).ok()?.0);
        Some((exact, found - exact * 1e6))
    };
    (0..=DRAWN).filter_map(place).collect()
}
