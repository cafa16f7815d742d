//! From a model of a sensor to a table of cubics with a certified error bound.

use super::front_end::{Divider, Polarity, fraction};
use super::interval::{Interval, Series};
use super::ntc::Ntc;
use crate::table::{CubicTable, Row, TableError, TableHeader};
use coldcap_units::Ratio;
use core::fmt;

/// A curve over the fraction of full scale, 0 to 1, smooth to the fourth order.
pub trait Model {
    /// The temperature in °C.
    fn celsius(&self, fraction: f64) -> f64;

    /// Its derivative by the fraction, in kelvins.
    fn slope(&self, fraction: f64) -> f64;

    /// A bound for the size of its fourth derivative between two fractions.
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

/// Pieces into which a segment is cut for enclosing its fourth derivative: more are tighter.
const PIECES: u32 = 16;

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

    /// The largest error of the table over the span of this coverage, in µK, rounded up.
    ///
    /// At position u of a segment of width h, a cubic Hermite polynomial misses its curve by at most
    /// `h⁴/24 · u²·(1 − u)² · max|T⁗|` (Davis, *Interpolation and Approximation*); that, for the part of
    /// each segment within the span, and 5 µK for rounding.
    ///
    /// # Errors
    /// [`GenerateError::Coverage`].
    pub fn bound_micro_kelvin(&self, model: &impl Model) -> Result<u32, GenerateError> {
        let (first, last) = self.segments().ok_or(GenerateError::Coverage)?;
        let width = self.width();
        let scale = width * width * width * width / 24.0;
        let largest = (first..=last)
            .map(|segment| self.weight(segment) * enclosed_fourth(model, segment, width))
            .fold(0.0, f64::max);
        Ok(libm::ceil(scale * largest * 1e6 + ROUNDING_MICRO_KELVIN) as u32)
    }

    /// The largest `u²·(1 − u)²` over the part of a segment that lies within the span.
    fn weight(&self, segment: u16) -> f64 {
        let position = |code| (fraction(code) / self.width() - f64::from(segment)).clamp(0.0, 1.0);
        let nearest_middle = 0.5f64.clamp(position(self.low), position(self.high));
        let product = nearest_middle * (1.0 - nearest_middle);
        product * product
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

/// A bound for the fourth derivative over a whole segment.
fn enclosed_fourth(model: &impl Model, segment: u16, width: f64) -> f64 {
    let piece = width / f64::from(PIECES);
    let start = |index| f64::from(segment) * width + f64::from(index) * piece;
    (0..PIECES)
        .map(|index| model.fourth_derivative(start(index), start(index) + piece))
        .fold(0.0, f64::max)
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
