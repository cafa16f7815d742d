//! β as a part's label states it, against the part's table.

use super::curve::Curve;
use super::{Finding, Kind, Mark, Slope};
use crate::physics::ntc::ZERO_CELSIUS;

/// How far a label's β may be off, as a part.
const TOLERANCE: f64 = 0.01;

/// β between two temperatures, such as "B25/85 = 3435 K".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaLabel {
    /// The one temperature in °C.
    pub from_celsius: f64,
    /// The other in °C.
    pub to_celsius: f64,
    /// β in K.
    pub beta_kelvin: f64,
}

impl BetaLabel {
    /// Whether the table can answer: it is a thermistor's and holds both temperatures.
    pub(super) fn is_usable(&self, curve: &Curve) -> bool {
        let (first, last) = (curve.points().first(), curve.points().last());
        let holds = |celsius: f64| {
            first.is_some_and(|first| celsius >= first.celsius)
                && last.is_some_and(|last| celsius <= last.celsius)
        };
        curve.slope() == Slope::Falling
            && self.beta_kelvin.is_finite()
            && self.beta_kelvin > 0.0
            && self.from_celsius != self.to_celsius
            && holds(self.from_celsius)
            && holds(self.to_celsius)
    }

    /// `1/T1 − 1/T2`.
    fn reciprocals(&self) -> f64 {
        1.0 / (self.from_celsius + ZERO_CELSIUS) - 1.0 / (self.to_celsius + ZERO_CELSIUS)
    }

    /// β of the table, `ln(R1/R2)/(1/T1 − 1/T2)`, and the first resistance.
    fn of_table(&self, curve: &Curve, marks: &[Mark]) -> Option<(f64, f64)> {
        let from = curve.ohm_at(marks, self.from_celsius)?;
        let to = curve.ohm_at(marks, self.to_celsius)?;
        Some((libm::log(from / to) / self.reciprocals(), from))
    }

    /// A finding at the line nearest to the second temperature, if the table's β is another.
    pub(super) fn find(&self, curve: &Curve, marks: &[Mark]) -> Option<Finding> {
        let (found, from) = self.of_table(curve, marks)?;
        if libm::fabs(found / self.beta_kelvin - 1.0) <= TOLERANCE {
            return None;
        }
        let away = |celsius: f64| libm::fabs(celsius - self.to_celsius);
        let (index, line) = curve
            .points()
            .iter()
            .enumerate()
            .min_by(|(_, one), (_, other)| away(one.celsius).total_cmp(&away(other.celsius)))?;
        // On the label's curve through the first resistance.
        let reciprocal = |celsius: f64| 1.0 / (celsius + ZERO_CELSIUS);
        let from_reciprocal = reciprocal(self.from_celsius);
        let expected_ohm =
            from * libm::exp(self.beta_kelvin * (reciprocal(line.celsius) - from_reciprocal));
        let reads = from_reciprocal + libm::log(line.ohm / from) / self.beta_kelvin;
        let deviation_kelvin = 1.0 / reads - ZERO_CELSIUS - line.celsius;
        Some(Finding { index, kind: Kind::BetaMismatch, expected_ohm, deviation_kelvin })
    }
}
