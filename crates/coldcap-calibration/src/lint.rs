//! What is wrong with a published table: lint for resistance thermometers and thermistors (feature
//! `physics`).
//!
//! | Finding | What it says |
//! |---|---|
//! | [`Kind::Outlier`] | a line that does not lie on the cubic through its neighbours |
//! | [`Kind::Kink`] | two smooth curves meet at this line with different slopes |
//! | [`Kind::OneOfThese`] | one of a few lines at an end is wrong, and they do not tell which |
//! | [`Kind::NotMonotonic`] | the resistance does not go on from the line before |
//! | [`Kind::SupersededCurve`] | platinum by the scale of 1968: A = 3.90802·10⁻³, B = −5.802·10⁻⁷ |
//! | [`Kind::BetaMismatch`] | the label's β is not that of the table, by more than 1 % |
//!
//! Each line is compared with the cubic through two lines on either side (at an end, through the nearest
//! four): over R and t for a sensor that rises, over ln R and 1/T for one that falls. What is allowed is
//! what the printed digits round away, what the curve of such a sensor may bend beyond a cubic at that
//! distance of the lines, six times the table's own median beyond these, and 1 mK.
//!
//! The line that is furthest off in its neighbourhood is set aside, and the rest is examined again
//! without it; so a wrong line does not accuse its neighbours. Lines at the ends are compared with an
//! extrapolation: there only errors of some ten units of the last digit are seen, and the first line and its
//! neighbours are told apart by asking which of them, left out, leaves nothing wrong: the fewest lines that
//! do so are the wrong ones, and where that is not one answer, [`Kind::OneOfThese`] says so.
//!
//! ```
//! use coldcap_calibration::fit::steinhart_hart::TablePoint;
//! use coldcap_calibration::lint::{Kind, Mark, examine};
//!
//! // Platinum from 19 to 26 °C; the line at 22 °C is 108.57 Ω in truth.
//! let ohms = [107.40, 107.79, 108.18, 108.75, 108.96, 109.35, 109.73, 110.12];
//! let points = core::array::from_fn::<_, 8, _>(|index| TablePoint {
//!     celsius: 19.0 + index as f64,
//!     ohm: ohms[index],
//! });
//! let mut found = Vec::new();
//! examine(&points, &[], &mut [Mark::default(); 8], &mut |finding| found.push(finding)).unwrap();
//! assert_eq!((found.len(), found[0].index, found[0].kind), (1, 3, Kind::Outlier));
//! assert!((found[0].expected_ohm - 108.57).abs() < 0.01);
//! ```

mod curve;
mod ends;
mod label;
mod quantum;
mod search;
mod superseded;

pub use label::BetaLabel;

use crate::fit::steinhart_hart::TablePoint;
use core::fmt;
use curve::Curve;

/// What can be wrong with a line, or with a table at a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The line does not lie on the curve of its neighbours.
    Outlier,
    /// The slope jumps here.
    Kink,
    /// One of the lines that are reported so, next to each other at an end of the table, does not lie on the
    /// curve of the others, and nothing tells which. What is expected of each is what the others make of it
    /// if it is the wrong one.
    OneOfThese,
    /// The resistance does not go on from the line before in the table's direction.
    NotMonotonic,
    /// The table is platinum by the superseded scale; the line is the one that is furthest off.
    SupersededCurve,
    /// A label's β does not follow from the table; the line is the far end of the label.
    BetaMismatch,
}

impl Kind {
    /// Its name in lower case, as `lint-table` prints it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Outlier => "outlier",
            Self::Kink => "kink",
            Self::OneOfThese => "one_of_these",
            Self::NotMonotonic => "not_monotonic",
            Self::SupersededCurve => "superseded_curve",
            Self::BetaMismatch => "beta_mismatch",
        }
    }
}

/// Something wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// The line, counted from 0.
    pub index: usize,
    /// What is wrong.
    pub kind: Kind,
    /// What the line should say: by its neighbours, by IEC 60751, or by the label. In ohms.
    pub expected_ohm: f64,
    /// What the listed resistance stands for on the expected curve, less the listed temperature. In K.
    pub deviation_kelvin: f64,
}

/// Whether the resistance rises or falls with the temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slope {
    /// A resistance thermometer of metal.
    Rising,
    /// A thermistor.
    Falling,
}

/// Why a table was not examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LintError {
    /// There are this many lines; [`LEAST_LINES`] are needed.
    TooFew(usize),
    /// The line with this number, counted from 0, is not finite, below absolute zero, or has no
    /// resistance.
    NotUsable(usize),
    /// The line with this number, counted from 0, is not warmer than the one before.
    Order(usize),
    /// As many marks as lines are needed: this many.
    Room(usize),
    /// As many lines rise as fall: this is no sensor's table.
    NoDirection,
    /// The label with this number, counted from 0, is not usable, reaches beyond the table, or the
    /// sensor is no thermistor.
    Label(usize),
}

impl fmt::Display for LintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew(count) => write!(f, "{count} lines are too few: {LEAST_LINES} are needed"),
            Self::NotUsable(index) => {
                write!(f, "line {index} is not a temperature and a resistance")
            }
            Self::Order(index) => write!(f, "line {index} is not warmer than the one before"),
            Self::Room(needed) => write!(f, "{needed} marks are needed"),
            Self::NoDirection => f.write_str("the resistance neither rises nor falls"),
            Self::Label(index) => {
                write!(f, "label {index} is not of a thermistor between temperatures of the table")
            }
        }
    }
}

impl core::error::Error for LintError {}

/// A cubic through four lines, a line to compare, and one to spare.
pub const LEAST_LINES: usize = 6;

/// Room for what is found out about one line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mark {
    verdict: Verdict,
    /// How far the line is off, in units of what is allowed.
    ratio: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Verdict {
    #[default]
    Good,
    Outlier,
    Kink,
    OneOfThese,
}

/// Examines a table, its lines in the order of rising temperature, and hands over what is found: lines
/// first, in their order, then the table as a whole, then the labels.
///
/// # Errors
/// A [`LintError`]; nothing is handed over then.
///
/// # Panics
/// Never.
pub fn examine(
    points: &[TablePoint],
    labels: &[BetaLabel],
    marks: &mut [Mark],
    report: &mut impl FnMut(Finding),
) -> Result<Slope, LintError> {
    let curve = Curve::new(points)?;
    let room = LintError::Room(points.len());
    let marks = marks.get_mut(..points.len()).ok_or(room)?;
    marks.fill(Mark::default());
    if let Some(index) = labels.iter().position(|label| !label.is_usable(&curve)) {
        return Err(LintError::Label(index));
    }
    search::wrong_lines(&curve, marks);
    (0..points.len()).for_each(|index| lines(&curve, marks, index, report));
    superseded::find(&curve, marks).into_iter().for_each(&mut *report);
    labels.iter().filter_map(|label| label.find(&curve, marks)).for_each(report);
    Ok(curve.slope())
}

fn lines(curve: &Curve, marks: &[Mark], index: usize, report: &mut impl FnMut(Finding)) {
    let kind = match marks.get(index).map(|mark| mark.verdict) {
        Some(Verdict::Outlier) => Some(Kind::Outlier),
        Some(Verdict::Kink) => Some(Kind::Kink),
        Some(Verdict::OneOfThese) => Some(Kind::OneOfThese),
        _ => None,
    };
    let steps_back = search::steps_back(curve, marks, index).then_some(Kind::NotMonotonic);
    for kind in kind.into_iter().chain(steps_back) {
        let (expected_ohm, deviation_kelvin) = curve.expectation(marks, index);
        report(Finding { index, kind, expected_ohm, deviation_kelvin });
    }
}

/// How far a line is off the cubic through the nearest four other lines, in ohms for a sensor that rises
/// and as a part of the resistance for one that falls; `None` for a table that cannot be examined.
#[must_use]
pub fn leave_one_out(points: &[TablePoint], index: usize) -> Option<f64> {
    let curve = Curve::new(points).ok()?;
    Some(curve.residual(&[], index)?.value)
}
