//! Platinum by the scale of 1968.

use super::curve::Curve;
use super::{Finding, Kind, Mark, Slope, Verdict};
use crate::fit::steinhart_hart::TablePoint;
use crate::physics::platinum::Platinum;

/// A, B and C of the standard's editions before 1995, on the practical temperature scale of 1968.
const SCALE_OF_1968: [f64; 3] = [3.90802e-3, -5.802e-7, -4.2735e-12];

/// Resistances at 0 °C that are made.
const NOMINAL: [f64; 9] = [10.0, 25.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 10_000.0];

/// How far a nominal resistance may be from what the table says, as a part.
const NOMINAL_TOLERANCE: f64 = 0.02;

/// The two curves must differ by so many units of the last digit before a line is asked.
const VISIBLE: f64 = 1.5;

/// A rounded line is so near to its curve, in units of the last digit.
const NEAR: f64 = 0.55;

/// So few lines say nothing.
const LEAST_LINES: usize = 3;

/// Today's curve and the old one.
struct Scales {
    today: Platinum,
    old: Platinum,
}

/// A finding at the line that is furthest off, if more lines are on the superseded curve than on today's.
pub(super) fn find(curve: &Curve, marks: &[Mark]) -> Option<Finding> {
    let scales = Scales::of(curve)?;
    let good = || {
        let marked = curve.points().iter().zip(marks).enumerate();
        let good = marked.filter(|(_, (_, mark))| mark.verdict != Verdict::Outlier);
        good.map(|(index, (point, _))| (index, point))
    };
    let count = |own: &Platinum, other: &Platinum| {
        good().filter(|(_, point)| is_on(curve, point, (own, other))).count()
    };
    let on_old = count(&scales.old, &scales.today);
    if on_old < LEAST_LINES || on_old <= count(&scales.today, &scales.old) {
        return None;
    }
    let findings = good().filter_map(|(index, point)| scales.finding(index, point));
    let size = |finding: &Finding| libm::fabs(finding.deviation_kelvin);
    findings.max_by(|one, other| size(one).total_cmp(&size(other)))
}

/// Whether a line is on one curve, as far as its digits go, and visibly off the other.
fn is_on(curve: &Curve, point: &TablePoint, (own, other): (&Platinum, &Platinum)) -> bool {
    let unit = curve.quantum().ohm(point.ohm);
    let away = |from: &Platinum| {
        from.resistance(point.celsius).map_or(f64::INFINITY, |ohm| libm::fabs(ohm - point.ohm))
    };
    away(own) <= NEAR * unit && away(other) >= (VISIBLE - NEAR) * unit
}

impl Scales {
    /// With the nominal resistance of a table of platinum.
    fn of(curve: &Curve) -> Option<Self> {
        if curve.slope() == Slope::Falling {
            return None;
        }
        let nominal = nominal_ohm(curve)?;
        let today = Platinum::new(nominal).ok()?;
        let old = Platinum::individual(nominal, SCALE_OF_1968).ok()?;
        Some(Self { today, old })
    }

    fn finding(&self, index: usize, point: &TablePoint) -> Option<Finding> {
        let expected_ohm = self.today.resistance(point.celsius).ok()?;
        let per_kelvin = self.today.ohm_per_kelvin(point.celsius).ok()?;
        let deviation_kelvin = (point.ohm - expected_ohm) / per_kelvin;
        Some(Finding { index, kind: Kind::SupersededCurve, expected_ohm, deviation_kelvin })
    }
}

/// The nominal resistance, from the line that is nearest to 0 °C.
fn nominal_ohm(curve: &Curve) -> Option<f64> {
    let nearest = curve
        .points()
        .iter()
        .min_by(|one, other| libm::fabs(one.celsius).total_cmp(&libm::fabs(other.celsius)))?;
    let found = nearest.ohm / Platinum::new(1.0).ok()?.resistance(nearest.celsius).ok()?;
    NOMINAL.into_iter().find(|nominal| libm::fabs(found / nominal - 1.0) < NOMINAL_TOLERANCE)
}
