//! A table as a curve that is nearly a cubic from line to line.

use super::quantum::Quantum;
use super::{LEAST_LINES, LintError, Mark, Slope, Verdict};
use crate::fit::steinhart_hart::TablePoint;
use crate::physics::ntc::ZERO_CELSIUS;

/// What the curve of a metal may bend beyond a cubic, in kelvins per product of the four distances:
/// platinum below 0 °C and where its equation changes, with a margin of four.
const RISING_BEND: f64 = 2.6e-8;

/// The same for a thermistor over ln R and 1/T: makers' tables of 10 K, which depart by 10 mK.
const FALLING_BEND: f64 = 1e-6;

/// Nobody is concerned about less.
const LEAST_KELVIN: f64 = 0.001;

/// Printed digits are rounded; a little more is the float's own.
const ROUNDING_MARGIN: f64 = 1.05;

/// Lines in a stencil.
const NODES: usize = 4;

pub(super) struct Curve<'a> {
    points: &'a [TablePoint],
    slope: Slope,
    quantum: Quantum,
}

/// How a line compares with its neighbours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Residual {
    /// What the neighbours make of it: ohms, or ln R.
    pub(super) expected: f64,
    /// What the line says less that.
    pub(super) value: f64,
    /// The same in kelvins.
    pub(super) kelvin: f64,
    /// What rounding and bending excuse, in kelvins.
    pub(super) allowed_kelvin: f64,
    /// Whether two neighbours stand on either side.
    pub(super) is_central: bool,
}

impl<'a> Curve<'a> {
    pub(super) fn new(points: &'a [TablePoint]) -> Result<Self, LintError> {
        if points.len() < LEAST_LINES {
            return Err(LintError::TooFew(points.len()));
        }
        let usable = |p: &TablePoint| {
            p.celsius.is_finite() && p.celsius > -ZERO_CELSIUS && p.ohm.is_finite() && p.ohm > 0.0
        };
        if let Some(index) = points.iter().position(|point| !usable(point)) {
            return Err(LintError::NotUsable(index));
        }
        let pairs = || points.iter().zip(points.iter().skip(1));
        if let Some(index) = pairs().position(|(one, next)| next.celsius <= one.celsius) {
            return Err(LintError::Order(index.saturating_add(1)));
        }
        let rises = pairs().filter(|(one, next)| next.ohm > one.ohm).count();
        let falls = pairs().filter(|(one, next)| next.ohm < one.ohm).count();
        let slope = match rises.cmp(&falls) {
            core::cmp::Ordering::Greater => Slope::Rising,
            core::cmp::Ordering::Less => Slope::Falling,
            core::cmp::Ordering::Equal => return Err(LintError::NoDirection),
        };
        Ok(Self { points, slope, quantum: Quantum::of(points) })
    }

    pub(super) const fn slope(&self) -> Slope {
        self.slope
    }

    pub(super) const fn points(&self) -> &'a [TablePoint] {
        self.points
    }

    pub(super) const fn quantum(&self) -> Quantum {
        self.quantum
    }

    /// Where a temperature stands along the curve.
    pub(super) fn x(&self, celsius: f64) -> f64 {
        match self.slope {
            Slope::Rising => celsius,
            Slope::Falling => 1.0 / (celsius + ZERO_CELSIUS),
        }
    }

    /// How high a resistance stands on it.
    pub(super) fn y(&self, ohm: f64) -> f64 {
        match self.slope {
            Slope::Rising => ohm,
            Slope::Falling => libm::log(ohm),
        }
    }

    /// The resistance of that height.
    pub(super) fn ohm(&self, y: f64) -> f64 {
        match self.slope {
            Slope::Rising => y,
            Slope::Falling => libm::exp(y),
        }
    }

    /// Half a unit of the last printed digit.
    pub(super) fn rounding(&self, ohm: f64) -> f64 {
        let half = 0.5 * self.quantum.ohm(ohm);
        match self.slope {
            Slope::Rising => half,
            Slope::Falling => half / ohm,
        }
    }

    /// The next good lines from `index` in one direction: a kink is the last of them.
    fn side(
        &self,
        marks: &[Mark],
        lines: impl Iterator<Item = usize>,
    ) -> [Option<TablePoint>; NODES] {
        let verdict = |index: usize| marks.get(index).map_or(Verdict::Good, |mark| mark.verdict);
        let mut found = [None; NODES];
        let mut beyond = false;
        let good = lines.filter(|&index| verdict(index) != Verdict::Outlier).take_while(|&index| {
            let within = !beyond;
            beyond = verdict(index) == Verdict::Kink;
            within
        });
        for (place, index) in found.iter_mut().zip(good) {
            *place = self.points.get(index).copied();
        }
        found
    }

    /// Two good lines on either side of a place, or the nearest four: the left side ends before line
    /// `index`, the right one begins with line `right`.
    fn stencil(&self, marks: &[Mark], index: usize, right: usize) -> Option<[TablePoint; NODES]> {
        let before = self.side(marks, (0..index).rev());
        let after = self.side(marks, right..self.points.len());
        let count = |side: &[Option<TablePoint>; NODES]| side.iter().flatten().count();
        let few = count(&before).min(2);
        let take_after = count(&after).min(NODES.saturating_sub(few));
        let take_before = count(&before).min(NODES.saturating_sub(take_after));
        let mut nodes =
            before.iter().take(take_before).chain(after.iter().take(take_after)).flatten();
        let [a, b, c, d] = core::array::from_fn(|_| nodes.next().copied());
        Some([a?, b?, c?, d?])
    }

    /// How a line compares with its neighbours; `None` for a kink, and where too few lines are left.
    pub(super) fn residual(&self, marks: &[Mark], index: usize) -> Option<Residual> {
        if marks.get(index).is_some_and(|mark| mark.verdict == Verdict::Kink) {
            return None;
        }
        let line = *self.points.get(index)?;
        let nodes = self.stencil(marks, index, index.saturating_add(1))?;
        let (expected, rounding) = self.interpolate(&nodes, line.celsius);
        let value = self.y(line.ohm) - expected;
        let per_kelvin = self.per_kelvin(&nodes)?;
        let kelvin = |y: f64| libm::fabs(y / per_kelvin);
        let printed = ROUNDING_MARGIN * (rounding + self.rounding(line.ohm));
        let bend = match self.slope {
            Slope::Rising => RISING_BEND,
            Slope::Falling => FALLING_BEND,
        };
        let distances = nodes.iter().map(|node| libm::fabs(node.celsius - line.celsius));
        let allowed_kelvin = kelvin(printed) + bend * distances.product::<f64>() + LEAST_KELVIN;
        let colder = nodes.iter().filter(|node| node.celsius < line.celsius).count();
        let is_central = colder == NODES / 2;
        Some(Residual { expected, value, kelvin: value / per_kelvin, allowed_kelvin, is_central })
    }

    /// Lagrange's cubic through four lines, and what their rounding makes of it at most.
    fn interpolate(&self, nodes: &[TablePoint; NODES], celsius: f64) -> (f64, f64) {
        let x = self.x(celsius);
        nodes.iter().fold((0.0, 0.0), |(value, rounding), node| {
            let own = self.x(node.celsius);
            let others = nodes.iter().map(|other| self.x(other.celsius)).filter(|at| *at != own);
            let weight = others.map(|at| (x - at) / (own - at)).product::<f64>();
            let round = libm::fabs(weight) * self.rounding(node.ohm);
            (value + weight * self.y(node.ohm), rounding + round)
        })
    }

    /// The mean slope between the outermost of four lines.
    fn per_kelvin(&self, nodes: &[TablePoint; NODES]) -> Option<f64> {
        let by_celsius =
            |one: &&TablePoint, other: &&TablePoint| one.celsius.total_cmp(&other.celsius);
        let (cold, warm) = (nodes.iter().min_by(by_celsius)?, nodes.iter().max_by(by_celsius)?);
        let slope = (self.y(warm.ohm) - self.y(cold.ohm)) / (warm.celsius - cold.celsius);
        (slope != 0.0).then_some(slope)
    }

    /// What the neighbours make of a line in ohms, and how far it is off in kelvins: for a kink, across it.
    pub(super) fn expectation(&self, marks: &[Mark], index: usize) -> (f64, f64) {
        let residual = self.residual(marks, index).or_else(|| self.residual(&[], index));
        residual.map_or((f64::NAN, f64::NAN), |found| (self.ohm(found.expected), found.kelvin))
    }

    /// The resistance at a temperature within the table: that of its line, or interpolated.
    pub(super) fn ohm_at(&self, marks: &[Mark], celsius: f64) -> Option<f64> {
        let index = self.points.partition_point(|point| point.celsius < celsius);
        let line = self.points.get(index)?;
        if line.celsius == celsius {
            return Some(line.ohm);
        }
        let nodes = self.stencil(marks, index, index)?;
        Some(self.ohm(self.interpolate(&nodes, celsius).0))
    }
}
