//! From a model of a sensor to a table of cubics with a certified error bound.

use super::front_end::{Divider, Polarity, fraction};
use super::interval::{Interval, Series, greatest};
use super::ntc::Ntc;
use super::remainder::{self, PIECES};
use crate::table::{CubicTable, Row, TableError, TableHeader, WorkingRange};
use coldcap_units::Ratio;
use core::fmt;

/// A curve over the fraction of full scale, 0 to 1, smooth to the fourth order.
pub trait Model {
    /// The temperature in °C.
    fn celsius(&self, fraction: f64) -> f64;

    /// Its derivative by the fraction, in kelvins.
    fn slope(&self, fraction: f64) -> f64;

    /// A bound for the size of its fourth derivative between two fractions; NaN or infinity where there is
    /// none.
    fn fourth_derivative(&self, low: f64, high: f64) -> f64;
}

/// A thermistor in a divider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NtcInDivider {
    /// The thermistor.
    pub ntc: Ntc,
    /// The divider.
    pub divider: Divider,
}

impl NtcInDivider {
    /// The reference thermistor in the reference divider.
    pub const REFERENCE: Self = Self { ntc: Ntc::NTC_10K3A1, divider: Divider::REFERENCE };

    fn ln_ohm(&self, fraction: f64) -> f64 {
        libm::log(self.divider.ohm(fraction))
    }

    /// With the sensor on the other side ln R − ln fixed changes its sign.
    const fn sign(&self) -> f64 {
        match self.divider.polarity() {
            Polarity::SensorToGround => 1.0,
            Polarity::SensorToReference => -1.0,
        }
    }
}

/// What is known of ln R over an interval of the fraction r.
pub(super) struct LnOhm {
    /// The interval.
    pub(super) fraction: Interval,
    /// ln R at both ends.
    pub(super) ends: [f64; 2],
    /// The fraction at which the sensor has no resistance.
    pub(super) pole: f64,
    /// 1 where R rises with r, −1 where it falls.
    pub(super) sign: f64,
}

impl LnOhm {
    /// The series of `ln R = ln const ± (ln(r − c) − ln(1 − r))`. Coefficient k of `ln(r − c)` is
    /// `(−1)^(k+1)/(k·(r − c)^k)`, that of `−ln(1 − r)` is `1/(k·(1 − r)^k)`.
    fn series(&self) -> Series {
        let Interval { low, high } = self.fraction;
        let rising = Interval { low: low - self.pole, high: high - self.pole }.reciprocal();
        let falling = Interval { low: 1.0 - high, high: 1.0 - low }.reciprocal();
        let mut powers = (Interval::point(-1.0), Interval::point(1.0));
        let [from, to] = self.ends;
        Series(core::array::from_fn(|order| {
            if order == 0 {
                return Interval::between(from, to);
            }
            powers = (powers.0.times(rising).negated(), powers.1.times(falling));
            powers.0.plus(powers.1).times(Interval::point(self.sign / order as f64))
        }))
    }

    /// A bound for the size of the fourth derivative of the temperature by the fraction.
    pub(super) fn fourth_derivative(&self, ntc: &Ntc) -> f64 {
        let ln = self.series();
        let horner =
            |sum: Series, coefficient: &f64| sum.times(ln).plus(Series::constant(*coefficient));
        let reciprocal = ntc.coefficients().iter().rev().fold(Series::constant(0.0), horner);
        reciprocal.reciprocal().fourth_derivative().size()
    }
}

impl Model for NtcInDivider {
    fn celsius(&self, fraction: f64) -> f64 {
        self.ntc.celsius(self.ln_ohm(fraction))
    }

    fn slope(&self, fraction: f64) -> f64 {
        let reciprocal = self.ntc.reciprocal(self.ln_ohm(fraction));
        let ln_slope = self.sign() * (1.0 / fraction + 1.0 / (1.0 - fraction));
        -reciprocal.slope * ln_slope / (reciprocal.value * reciprocal.value)
    }

    fn fourth_derivative(&self, low: f64, high: f64) -> f64 {
        let ends = [self.ln_ohm(low), self.ln_ohm(high)];
        let ln = LnOhm { fraction: Interval { low, high }, ends, pole: 0.0, sign: self.sign() };
        ln.fourth_derivative(&self.ntc)
    }
}

/// What a table is to cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Coverage {
    /// Full scale is cut into 2 to this many segments, 1 to 16.
    pub log2_segments: u8,
    /// The lowest code of the span.
    pub low: Ratio,
    /// The highest code of the span.
    pub high: Ratio,
    /// Codes below are a short circuit.
    pub short_below: Ratio,
    /// Codes above are an open wire.
    pub open_above: Ratio,
}

/// Why there is no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GenerateError {
    /// The grid is not between 2 and 65 536 segments, or the span is empty.
    Coverage,
    /// This many rows are needed; there is room for fewer.
    Room(usize),
    /// The model does not give finite values of fitting size in this segment.
    Model(u16),
    /// The finished table does not pass its own checks.
    Table(TableError),
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Coverage => f.write_str("the grid or the span is not usable"),
            Self::Room(needed) => write!(f, "{needed} rows are needed"),
            Self::Model(segment) => write!(f, "the model is not usable in segment {segment}"),
            Self::Table(error) => write!(f, "the table fails its check: {error}"),
        }
    }
}

impl core::error::Error for GenerateError {}

/// Four coefficients rounded by half a unit each, three floors of up to one unit.
const ROUNDING_MICRO_KELVIN: f64 = 5.0;

/// What the header can hold, rounding taken off.
const LARGEST_BOUND_MICRO_KELVIN: f64 = 4e9;

impl Coverage {
    fn segment_of(&self, code: Ratio) -> Option<u32> {
        code.0.checked_shr(32u32.checked_sub(u32::from(self.log2_segments))?)
    }

    /// The first and the last segment of the span.
    fn segments(&self) -> Option<(u16, u16)> {
        let usable = (1..=16).contains(&self.log2_segments) && self.low <= self.high;
        let first = u16::try_from(self.segment_of(self.low)?).ok()?;
        let last = u16::try_from(self.segment_of(self.high)?).ok()?;
        usable.then_some((first, last))
    }

    fn width(&self) -> f64 {
        1.0 / f64::from(1u32.wrapping_shl(u32::from(self.log2_segments)))
    }

    /// The largest error of the table over the span of this coverage, in µK, rounded up: what cubics miss
    /// of the curve, for the part of each segment within the span, and 5 µK for rounding.
    ///
    /// What a cubic misses is enclosed by Peano's kernel of Hermite interpolation, over 32 pieces of a
    /// segment with a bound of the fourth derivative each; it is at most `h⁴/384 · max|T⁗|`.
    ///
    /// # Errors
    /// [`GenerateError::Coverage`]; [`GenerateError::Model`] where the model gives no finite bound.
    pub fn bound_micro_kelvin(&self, model: &impl Model) -> Result<u32, GenerateError> {
        let (first, last) = self.segments().ok_or(GenerateError::Coverage)?;
        let mut largest = 0.0;
        for segment in first..=last {
            let missed = self.missed(model, segment) * 1e6;
            if !(0.0..=LARGEST_BOUND_MICRO_KELVIN).contains(&missed) {
                return Err(GenerateError::Model(segment));
            }
            largest = greatest(largest, missed);
        }
        Ok(libm::ceil(largest + ROUNDING_MICRO_KELVIN) as u32)
    }

    /// What the cubic of a segment misses of its curve at most, where the segment lies within the span, in
    /// kelvins.
    fn missed(&self, model: &impl Model, segment: u16) -> f64 {
        let width = self.width();
        let position = |code| (fraction(code) / width - f64::from(segment)).clamp(0.0, 1.0);
        let fourths = enclosed_fourths(model, segment, width);
        let scale = width * width * width * width;
        scale * remainder::largest(&fourths, position(self.low), position(self.high))
    }

    /// Fills rows for the span and returns the sealed header; what it returns passes
    /// [`CubicTable::new`] with `&rows[..usize::from(header.rows)]`.
    ///
    /// # Errors
    /// A [`GenerateError`].
    pub fn build(
        &self,
        model: &impl Model,
        rows: &mut [Row],
    ) -> Result<TableHeader, GenerateError> {
        let (first, last) = self.segments().ok_or(GenerateError::Coverage)?;
        let count = last.saturating_sub(first).saturating_add(1);
        let needed = usize::from(count);
        let rows = rows.get_mut(..needed).ok_or(GenerateError::Room(needed))?;
        for (segment, row) in (first..=last).zip(rows.iter_mut()) {
            *row = hermite(model, segment, self.width()).ok_or(GenerateError::Model(segment))?;
        }
        let header = self.header(first, count, self.bound_micro_kelvin(model)?).sealed(rows);
        CubicTable::new(header, rows).map_err(GenerateError::Table)?;
        Ok(header)
    }

    /// This coverage as the working range of a wider table of the same model, whose sealed header this is.
    ///
    /// # Errors
    /// As [`Coverage::bound_micro_kelvin`]; [`GenerateError::Coverage`] also for another grid than the
    /// table's, and for a range beyond its span.
    pub fn working(
        &self,
        model: &impl Model,
        table: &TableHeader,
    ) -> Result<WorkingRange, GenerateError> {
        let inside = table.low <= self.low && self.high <= table.high;
        if self.log2_segments != table.log2_segments || !inside {
            return Err(GenerateError::Coverage);
        }
        let bound_micro_kelvin = self.bound_micro_kelvin(model)?;
        let range = WorkingRange { low: self.low, high: self.high, bound_micro_kelvin, crc: 0 };
        Ok(range.sealed(table))
    }

    fn header(&self, first_row: u16, rows: u16, bound_micro_kelvin: u32) -> TableHeader {
        TableHeader {
            version: TableHeader::VERSION,
            log2_segments: self.log2_segments,
            first_row,
            rows,
            low: self.low,
            high: self.high,
            short_below: self.short_below,
            open_above: self.open_above,
            bound_micro_kelvin,
            crc: 0,
        }
    }
}

/// Bounds for the fourth derivative over the pieces of a segment.
fn enclosed_fourths(model: &impl Model, segment: u16, width: f64) -> [f64; PIECES] {
    let piece = width / PIECES as f64;
    let start = |index: usize| f64::from(segment) * width + index as f64 * piece;
    core::array::from_fn(|index| model.fourth_derivative(start(index), start(index) + piece))
}

/// The cubic through the values and slopes at both ends of a segment.
fn hermite(model: &impl Model, segment: u16, width: f64) -> Option<Row> {
    let (low, high) = (f64::from(segment) * width, (f64::from(segment) + 1.0) * width);
    let (from, to) = (model.celsius(low), model.celsius(high));
    let (leave, arrive) = (model.slope(low) * width, model.slope(high) * width);
    let rise = to - from;
    let quadratic = 3.0 * rise - 2.0 * leave - arrive;
    let cubic = leave + arrive - 2.0 * rise;
    Some(Row([micro(from)?, micro(leave)?, micro(quadratic)?, micro(cubic)?]))
}

/// The nearest whole number of millionths.
fn micro(value: f64) -> Option<i32> {
    let rounded = libm::round(value * 1e6);
    let fits = libm::fabs(rounded) <= f64::from(i32::MAX);
    fits.then_some(rounded as i32)
}

/// The highest code at which the model is at least this warm, for a curve that falls with the code: a
/// limit that acts from this code upward acts no later than at that temperature. `None` outside the
/// curve's range, and for a sensor to the reference, whose curve rises.
#[must_use]
pub fn limit_no_colder_than(ntc: &NtcInDivider, celsius: f64) -> Option<Ratio> {
    if ntc.divider.polarity() == Polarity::SensorToReference {
        return None;
    }
    let ohm = ntc.ntc.resistance(celsius).ok()?;
    let mut code = super::front_end::code(ntc.divider.fraction(ohm));
    for _ in 0..4 {
        if ntc.celsius(fraction(code)) >= celsius {
            return Some(code);
        }
        code = Ratio(code.0.checked_sub(1)?);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A straight line whose bend is not known, or not finite, within one stretch.
    struct Unbounded(f64);

    impl Model for Unbounded {
        fn celsius(&self, fraction: f64) -> f64 {
            fraction
        }

        fn slope(&self, _: f64) -> f64 {
            1.0
        }

        fn fourth_derivative(&self, low: f64, high: f64) -> f64 {
            if low <= 0.6 && 0.6 < high { self.0 } else { 0.0 }
        }
    }

    const WHOLE: Coverage = Coverage {
        log2_segments: 2,
        low: Ratio(0),
        high: Ratio(u32::MAX),
        short_below: Ratio(0),
        open_above: Ratio(u32::MAX),
    };

    #[test]
    fn a_curve_without_a_bound_has_no_table() {
        let mut rows = [Row::default(); 4];
        assert_eq!(WHOLE.bound_micro_kelvin(&Unbounded(0.0)), Ok(5));
        for bound in [f64::NAN, f64::INFINITY, 1e30] {
            let refused = Err(GenerateError::Model(2));
            assert_eq!(WHOLE.bound_micro_kelvin(&Unbounded(bound)), refused);
            assert_eq!(
                WHOLE.build(&Unbounded(bound), &mut rows).map(|header| header.rows),
                Err(GenerateError::Model(2))
            );
        }
    }

    /// At code 0 the thermistor has no resistance, and its logarithm no value.
    #[test]
    fn a_thermistor_down_to_a_short_circuit_has_no_table() {
        let found = WHOLE.bound_micro_kelvin(&NtcInDivider::REFERENCE);
        assert_eq!(found, Err(GenerateError::Model(0)));
    }
}
