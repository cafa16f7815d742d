//! One engine for every sensor curve: a table of integer cubics over the raw converter code.
//!
//! # Format
//! The code, a [`Ratio`] in Q0.32, is cut into `2^log2_segments` equal segments. Segment
//! `first_row + i` is served by row `i`, whose four coefficients are millionths of a degree Celsius.
//! With `u` the position within the segment as Q0.31 (the code's remaining bits, the lowest of them
//! dropped), the temperature is
//!
//! ```text
//! t = k0 + ⌊(k1 + ⌊(k2 + ⌊k3·u⌋)·u⌋)·u⌋        µ°C
//! ```
//!
//! in exactly this order, each product taken in 64 bits and shifted right by 31, which rounds towards
//! minus infinity. The coefficients are those of the cubic Hermite polynomial through the exact values
//! and slopes at both ends of the segment, rounded to nearest.
//!
//! # Error
//! A cubic Hermite polynomial of step h misses its curve by at most `h⁴/384 · max|T⁗|`; how much exactly
//! is enclosed by Peano's kernel with the fourth derivative of each of 32 pieces, enclosed by interval
//! arithmetic. Rounding the four coefficients adds at most 2 µK and the three floors at most 3 µK. The
//! header's `bound_micro_kelvin` is the sum of all three over the whole span, a [`WorkingRange`]'s over
//! that range.
//! Each cubic is proven strictly monotonic when a table is built; through the rounding, neighbouring
//! codes may still step back by up to 2 µK.
//!
//! # Cost
//! Two comparisons, one row, four multiplications; no division, no data-dependent loop, constant time
//! for codes within the span. `cargo xtask cost` counts, call and return with it, at most 36 executed
//! instructions on Cortex-M4F and at most 170 of ARMv6-M.

mod check;
mod product;

use coldcap_units::{Fault, MicroCelsius, Ratio};
use core::fmt;

/// The four coefficients of one segment, in millionths of a degree Celsius: constant, linear,
/// quadratic, cubic in the position within the segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Row(pub [i32; 4]);

/// `⌊coefficient · position⌋`, position in Q0.31: the upper half of the product of the doubled
/// coefficient, which is one instruction where there is a wide multiplication. In a checked table
/// doubling cannot wrap.
#[inline]
const fn scaled(coefficient: i32, position: i32) -> i32 {
    product::upper_half(coefficient.wrapping_shl(1), position)
}

impl Row {
    /// The value at a position in Q0.31.
    ///
    /// The sums cannot wrap in a checked table: the sizes of its coefficients add up to less than 2³¹,
    /// without the constant one to less than 2³⁰.
    const fn value(&self, position: i32) -> i32 {
        let [k0, k1, k2, k3] = self.0;
        let quadratic = k2.wrapping_add(scaled(k3, position));
        let linear = k1.wrapping_add(scaled(quadratic, position));
        k0.wrapping_add(scaled(linear, position))
    }

    /// The derivative with respect to the position, in millionths of a degree per segment.
    const fn slope(&self, position: i32) -> i64 {
        let [_, k1, k2, k3] = self.0;
        let cubic = (scaled(k3, position) as i64).saturating_mul(3);
        let inner = (k2 as i64).saturating_mul(2).saturating_add(cubic);
        (k1 as i64).saturating_add(inner.wrapping_mul(position as i64) >> 31)
    }
}

/// What a table covers and what it promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TableHeader {
    /// The version of this format, [`TableHeader::VERSION`].
    pub version: u16,
    /// The code's full scale is cut into 2 to this many segments, 1 to 16.
    pub log2_segments: u8,
    /// The segment that the first row serves.
    pub first_row: u16,
    /// How many rows there are.
    pub rows: u16,
    /// The lowest code of the calibrated span.
    pub low: Ratio,
    /// The highest code of the calibrated span.
    pub high: Ratio,
    /// Codes below this are a short circuit.
    pub short_below: Ratio,
    /// Codes above this are an open wire.
    pub open_above: Ratio,
    /// The largest error within the span against the model that the table was made from, in µK.
    pub bound_micro_kelvin: u32,
    /// CRC-32/ISO-HDLC over all fields above and then the rows, everything little-endian.
    pub crc: u32,
}

impl TableHeader {
    /// The version this engine reads.
    pub const VERSION: u16 = 1;

    /// The same header with the checksum that belongs to these rows.
    #[must_use]
    pub const fn sealed(self, rows: &[Row]) -> Self {
        Self { crc: check::checksum(&self, rows), ..self }
    }
}

/// The part of a table's span in which a machine works, with a certified bound of its own: towards the ends
/// of its span a table may be much less good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WorkingRange {
    /// The lowest code of the range.
    pub low: Ratio,
    /// The highest code of the range.
    pub high: Ratio,
    /// The largest error within the range against the model that the table was made from, in µK.
    pub bound_micro_kelvin: u32,
    /// CRC-32/ISO-HDLC over the table's checksum and the fields above, everything little-endian.
    pub crc: u32,
}

impl WorkingRange {
    /// The same range with the checksum that ties it to the table of this sealed header.
    #[must_use]
    pub const fn sealed(self, header: &TableHeader) -> Self {
        Self { crc: check::working_checksum(header, &self), ..self }
    }

    const fn holds(&self, code: Ratio) -> bool {
        self.low.0 <= code.0 && code.0 <= self.high.0
    }
}

/// A temperature and how steeply it depends on the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Point {
    /// The temperature.
    pub temperature: MicroCelsius,
    /// The derivative in µK per full scale of the code: times a noise in full scales, it is that noise
    /// in µK. Negative for a thermistor to ground.
    pub micro_kelvin_per_full_scale: i64,
}

/// A checked table of cubics. See the [module](self) for format, error and cost.
///
/// ```
/// use coldcap_calibration::table::{CubicTable, Row, TableHeader};
/// use coldcap_units::{Fault, MicroCelsius, Ratio};
///
/// // Two segments, straight lines: 0 °C at code 0, 100 °C at full scale.
/// let rows = [Row([0, 50_000_000, 0, 0]), Row([50_000_000, 50_000_000, 0, 0])];
/// let header = TableHeader {
///     version: TableHeader::VERSION,
///     log2_segments: 1,
///     first_row: 0,
///     rows: 2,
///     low: Ratio(0x1000_0000),
///     high: Ratio(0xE000_0000),
///     short_below: Ratio(0x0800_0000),
///     open_above: Ratio(0xF000_0000),
///     bound_micro_kelvin: 5,
///     crc: 0,
/// };
/// let table = CubicTable::new(header.sealed(&rows), &rows).unwrap();
/// assert_eq!(table.eval(Ratio(0x4000_0000)), Ok(MicroCelsius(25_000_000)));
/// assert_eq!(table.eval(Ratio(0xF800_0000)), Err(Fault::Open));
/// assert_eq!(table.eval(Ratio(0xE800_0000)), Err(Fault::AboveRange));
/// assert!(CubicTable::new(header, &rows).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CubicTable<'a> {
    header: TableHeader,
    rows: &'a [Row],
    /// How many segments full scale has, at most 2¹⁶: times a code, it is the segment and the rest.
    segments: u32,
    rising: bool,
    working: Option<WorkingRange>,
}

impl<'a> CubicTable<'a> {
    /// Checks a header against its rows: version, shape, checksum, span, and for every row that its
    /// sums cannot overflow, that it joins the next and that it is strictly monotonic.
    ///
    /// Takes time in proportion to the number of rows: for start-up or for compile time.
    ///
    /// # Errors
    /// A [`TableError`] that names what is wrong, and in which row.
    ///
    /// # Panics
    /// Never.
    pub const fn new(header: TableHeader, rows: &'a [Row]) -> Result<Self, TableError> {
        match check::table(&header, rows) {
            Ok(rising) => {
                let segments = 1u32.wrapping_shl(header.log2_segments as u32);
                Ok(Self { header, rows, segments, rising, working: None })
            }
            Err(error) => Err(error),
        }
    }

    /// The same, for a table with a working range: that must be this table's by its checksum, lie within
    /// its span, and promise no less than the header does.
    ///
    /// # Errors
    /// As [`CubicTable::new`]; [`TableError::Working`].
    ///
    /// # Panics
    /// Never.
    pub const fn with_working(
        header: TableHeader,
        rows: &'a [Row],
        working: WorkingRange,
    ) -> Result<Self, TableError> {
        match (Self::new(header, rows), check::working(&header, &working)) {
            (Ok(table), Ok(())) => Ok(Self { working: Some(working), ..table }),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// The range in which the bound is tighter, if there is one.
    #[must_use]
    pub const fn working(&self) -> Option<&WorkingRange> {
        self.working.as_ref()
    }

    /// The certified bound of the error at a code, in µK: that of the working range where the code lies
    /// in it, else that of the whole span; `None` where there is no value.
    ///
    /// ```
    /// use coldcap_calibration::curves::ntc_10k3a1::{FREEZE_TRIP, OPEN_ABOVE, TABLE};
    /// assert!(TABLE.bound_micro_kelvin_at(FREEZE_TRIP).unwrap() <= 20);
    /// assert!(TABLE.bound_micro_kelvin_at(TABLE.header().high).unwrap() > 100);
    /// assert_eq!(TABLE.bound_micro_kelvin_at(OPEN_ABOVE), None);
    /// ```
    #[must_use]
    pub const fn bound_micro_kelvin_at(&self, code: Ratio) -> Option<u32> {
        match &self.working {
            Some(working) if working.holds(code) => Some(working.bound_micro_kelvin),
            _ if self.header.low.0 <= code.0 && code.0 <= self.header.high.0 => {
                Some(self.header.bound_micro_kelvin)
            }
            _ => None,
        }
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> &TableHeader {
        &self.header
    }

    /// The rows.
    #[must_use]
    pub const fn rows(&self) -> &'a [Row] {
        self.rows
    }

    /// Whether the temperature rises with the code.
    #[must_use]
    pub const fn is_rising(&self) -> bool {
        self.rising
    }

    /// The temperature at a code.
    ///
    /// # Errors
    /// - [`Fault::Short`], [`Fault::Open`]: beyond the electrical limits.
    /// - [`Fault::BelowRange`], [`Fault::AboveRange`]: colder or warmer than the calibrated span.
    ///
    /// # Panics
    /// Never.
    #[inline]
    pub fn eval(&self, code: Ratio) -> Result<MicroCelsius, Fault> {
        let (row, position) = self.locate(code)?;
        Ok(MicroCelsius(row.value(position)))
    }

    /// The temperature at a code, and its derivative there.
    ///
    /// # Errors
    /// As [`CubicTable::eval`].
    ///
    /// # Panics
    /// Never.
    pub fn eval_with_slope(&self, code: Ratio) -> Result<Point, Fault> {
        let (row, position) = self.locate(code)?;
        Ok(Point {
            temperature: MicroCelsius(row.value(position)),
            micro_kelvin_per_full_scale: row
                .slope(position)
                .wrapping_shl(u32::from(self.header.log2_segments)),
        })
    }

    /// The row that serves a code, and the position within it as Q0.31.
    #[inline]
    fn locate(&self, code: Ratio) -> Result<(&'a Row, i32), Fault> {
        if code < self.header.low || code > self.header.high {
            return Err(self.fault(code));
        }
        let (segment, rest) = product::split(code.0, self.segments);
        let index = segment.wrapping_sub(u32::from(self.header.first_row));
        let row = self.rows.get(index as usize).ok_or(Fault::Uncalibrated)?;
        Ok((row, (rest >> 1) as i32))
    }

    #[cold]
    fn fault(&self, code: Ratio) -> Fault {
        if code < self.header.short_below {
            Fault::Short
        } else if code > self.header.open_above {
            Fault::Open
        } else if (code > self.header.high) == self.rising {
            Fault::AboveRange
        } else {
            Fault::BelowRange
        }
    }
}

/// Why a table is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableError {
    /// A version that this engine does not read.
    Version(u16),
    /// The grid is not between 2 and 65 536 segments.
    Grid(u8),
    /// The rows are none, are not as many as the header says, or reach beyond the grid.
    Shape,
    /// The checksum is not that of header and rows.
    Crc,
    /// The limits are not in order (short ≤ low ≤ high ≤ open), or the span reaches beyond the rows.
    Span,
    /// The sums of this row could overflow.
    Overflow(u16),
    /// This row does not end where the next one begins, to 4 µK.
    Joint(u16),
    /// This row is not strictly monotonic in the direction of the first one.
    NotMonotonic(u16),
    /// The working range is not this table's, reaches beyond its span, or promises less than its header.
    Working,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "table format {version} is not known"),
            Self::Grid(log2) => write!(f, "a grid of 2^{log2} segments is not possible"),
            Self::Shape => f.write_str("the rows do not fit the header"),
            Self::Crc => f.write_str("the checksum does not match"),
            Self::Span => f.write_str("the limits are out of order or beyond the rows"),
            Self::Overflow(row) => write!(f, "row {row} can overflow"),
            Self::Joint(row) => write!(f, "row {row} does not join the next one"),
            Self::NotMonotonic(row) => write!(f, "row {row} is not monotonic"),
            Self::Working => f.write_str("the working range does not belong to the table"),
        }
    }
}

impl core::error::Error for TableError {}
