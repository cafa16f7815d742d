//! Gains that change with the state of the plant: a table over two quantities.
//!
//! A coolant loop's dead time is a volume over the flow, and what a cooler can do depends on how far it
//! has to go below the room. Both are measured; so the coefficients are read from a table between whose
//! points they are interpolated. A change of gains moves nothing at rest
//! ([`pid`](crate::pid#the-law)), so neither does a table, however fast it is walked through.

use crate::number::Number;
use crate::pid::Coefficients;
use coldcap_units::quotient;
use core::fmt;

/// Coefficients over `COLUMNS` values of one quantity and `ROWS` of another, at most eight in all. A
/// table over one quantity has one row.
///
/// ```
/// use coldcap_thermal::pid::{Coefficients, Tuning};
/// use coldcap_thermal::schedule::GainTable;
/// use coldcap_units::Duration;
///
/// let tick = Duration::from_millis(100);
/// let at = |gain| Coefficients::<f32>::new(&Tuning::isa(gain, 15.0, 0.0), tick);
/// // Flow in mL/min; any distance to the room.
/// let table = GainTable::new([300, 1_000], [0], [[at(0.05)?, at(0.15)?]])?;
/// assert_eq!(table.at(2_000, 0), at(0.15)?); // beyond its ends it stays
/// let between = table.at(650, 0);
/// assert!(between != at(0.05)? && between != at(0.15)?);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GainTable<T: Number, const COLUMNS: usize, const ROWS: usize> {
    columns: [i32; COLUMNS],
    rows: [i32; ROWS],
    coefficients: [[Coefficients<T>; COLUMNS]; ROWS],
}

/// Why a table cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GainTableError {
    /// There is no point, or there are more than eight.
    Size,
    /// The values of a quantity do not rise.
    Order,
    /// The coefficients are for different periods.
    Period,
}

impl fmt::Display for GainTableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Size => "a gain table has 1 to 8 points",
            Self::Order => "the values of a gain table must rise",
            Self::Period => "all points of a gain table must be for the same period",
        })
    }
}

impl core::error::Error for GainTableError {}

/// The most points of a table.
const MOST: usize = 8;

impl<T: Number, const COLUMNS: usize, const ROWS: usize> GainTable<T, COLUMNS, ROWS> {
    /// A table of `coefficients`, a row for each of `rows`.
    ///
    /// # Errors
    /// [`GainTableError`] unless it has 1 to 8 points, rising values, and one period.
    pub fn new(
        columns: [i32; COLUMNS],
        rows: [i32; ROWS],
        coefficients: [[Coefficients<T>; COLUMNS]; ROWS],
    ) -> Result<Self, GainTableError> {
        let points = COLUMNS.saturating_mul(ROWS);
        if points == 0 || points > MOST {
            return Err(GainTableError::Size);
        }
        if !(columns.is_sorted_by(|a, b| a < b) && rows.is_sorted_by(|a, b| a < b)) {
            return Err(GainTableError::Order);
        }
        let mut periods = coefficients.iter().flatten().map(Coefficients::period);
        let first = periods.next();
        if !periods.all(|period| Some(period) == first) {
            return Err(GainTableError::Period);
        }
        Ok(Self { columns, rows, coefficients })
    }

    /// The coefficients at `column` and `row`, interpolated between the four points around. Beyond the
    /// ends of the table those at its end.
    ///
    /// # Panics
    /// Never. The time grows with the number of points only.
    #[must_use]
    pub fn at(&self, column: i32, row: i32) -> Coefficients<T> {
        let (low, high, weight) = place(&self.columns, column);
        let (below, above, share) = place(&self.rows, row);
        let line = |row: usize| {
            let one = self.point(row, low);
            if low == high { one } else { one.blend(&self.point(row, high), weight) }
        };
        if below == above { line(below) } else { line(below).blend(&line(above), share) }
    }

    /// A point of the table; places come from [`place`] and are within it.
    fn point(&self, row: usize, column: usize) -> Coefficients<T> {
        let line = self.coefficients.get(row).or(self.coefficients.first());
        let point = line.and_then(|line| line.get(column).or(line.first()));
        point.copied().unwrap_or_else(Coefficients::nothing)
    }
}

impl<T: Number> GainTable<T, 2, 1> {
    /// A table of two points over one quantity, where it is compiled.
    ///
    /// # Errors
    /// [`GainTableError`] as of [`new`](Self::new).
    pub const fn pair(
        columns: [i32; 2],
        coefficients: [Coefficients<T>; 2],
    ) -> Result<Self, GainTableError> {
        let [low, high] = columns;
        let [one, other] = &coefficients;
        if low >= high {
            return Err(GainTableError::Order);
        }
        if one.period().as_millis() != other.period().as_millis() {
            return Err(GainTableError::Period);
        }
        Ok(Self { columns, rows: [0], coefficients: [coefficients] })
    }

    /// The values of the quantity, and the coefficients there: what [`pair`](Self::pair) took.
    #[must_use]
    pub const fn points(&self) -> ([i32; 2], [Coefficients<T>; 2]) {
        let [coefficients] = self.coefficients;
        (self.columns, coefficients)
    }
}

/// The points around a value, and how far between them it is, in 2⁻¹⁶.
fn place(points: &[i32], value: i32) -> (usize, usize, u32) {
    let above = points.iter().position(|point| *point > value).unwrap_or(points.len());
    let last = points.len().saturating_sub(1);
    let (low, high) = (above.saturating_sub(1), above.min(last));
    let (Some(from), Some(to)) = (points.get(low), points.get(high)) else { return (0, 0, 0) };
    let span = i64::from(*to).saturating_sub(i64::from(*from));
    let past = i64::from(value).saturating_sub(i64::from(*from)).max(0);
    let weight = quotient(past.saturating_mul(65_536), span).unwrap_or(0);
    (low, high, weight.clamp(0, 65_536) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pid::Tuning;
    use coldcap_units::Duration;
    use fixed::types::I16F16;
    use proptest::prelude::*;

    const TICK: Duration = Duration::from_millis(100);

    fn at(gain: f64) -> Coefficients<I16F16> {
        Coefficients::<I16F16>::new(&Tuning::isa(gain, 20.0, 2.0), TICK).unwrap()
    }

    #[test]
    fn values_are_placed_between_their_neighbours() {
        let points = [10, 20, 40];
        assert_eq!(place(&points, 5), (0, 0, 0));
        assert_eq!(place(&points, 10), (0, 1, 0));
        assert_eq!(place(&points, 15), (0, 1, 32_768));
        assert_eq!(place(&points, 30), (1, 2, 32_768));
        assert_eq!((place(&points, 40).0, place(&points, 99).1), (2, 2));
        assert_eq!(place(&[i32::MIN, i32::MAX], 0).2, 32_768);
    }

    #[test]
    fn impossible_tables_are_refused() {
        let one = at(0.1);
        assert_eq!(GainTable::new([1; 9], [0], [[one; 9]]), Err(GainTableError::Size));
        assert_eq!(GainTable::new([2, 1], [0], [[one; 2]]), Err(GainTableError::Order));
        let other =
            Coefficients::<I16F16>::new(&Tuning::isa(0.1, 20.0, 0.0), Duration::from_secs(1));
        let mixed = [[one, other.unwrap()]];
        assert_eq!(GainTable::new([1, 2], [0], mixed), Err(GainTableError::Period));
    }

    proptest! {
        #[test]
        fn gains_run_from_point_to_point(
            one in 0.001f64..10.0, other in 0.001f64..10.0, third in 0.001f64..10.0,
            fourth in 0.001f64..10.0, x in -50i32..350, y in -20i32..60,
        ) {
            let table = GainTable::new(
                [0, 300], [0, 40], [[at(one), at(other)], [at(third), at(fourth)]],
            ).unwrap();
            let (u, v) = (f64::from(x.clamp(0, 300)) / 300.0, f64::from(y.clamp(0, 40)) / 40.0);
            let exact = (one * (1.0 - u) + other * u) * (1.0 - v) + (third * (1.0 - u) + fourth * u) * v;
            let got = -I16F16::gain_value(table.at(x, y).proportional_gain());
            // A gain is kept to 3 in 10 000; the two weights to a 32768th, of what the points differ.
            let (least, most) = [one, other, third, fourth].iter().fold((f64::MAX, 0.0f64), |(least, most), gain| (least.min(*gain), most.max(*gain)));
            let allowed = 3.01e-4 * exact + 2.0 / 32_768.0 * (most - least);
            prop_assert!((got - exact).abs() < allowed, "{got} {exact}");
        }
    }
}
