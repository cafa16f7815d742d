//! The coolant of a machine: propylene glycol in water.

use coldcap_calibration::physics::coolant::{Brine, Solute, WARMEST};

/// The coolant of this mass fraction; a validated one has one.
fn brine(mass: f64) -> Option<Brine> {
    Brine::new(Solute::PropyleneGlycol, mass).ok()
}

/// Where it begins to freeze, in °C.
pub(super) fn freezing_c(mass: f64) -> f64 {
    brine(mass).map_or(0.0, |brine| brine.freezing())
}

/// Its viscosity at every kelvin from the freezing point on. Colder and warmer than its table it stays as it is there.
#[derive(Clone, Debug)]
pub(super) struct Viscosity {
    coldest_c: f64,
    pascal_s: Box<[f64]>,
}

impl Viscosity {
    pub(super) fn new(mass: f64) -> Self {
        let coldest_c = freezing_c(mass);
        let kelvins = (WARMEST - coldest_c) as u32;
        let at = |kelvin: u32| brine(mass)?.properties(coldest_c + f64::from(kelvin)).ok();
        let pascal_s = (0..=kelvins).filter_map(at).map(|known| known.viscosity).collect();
        Self { coldest_c, pascal_s }
    }

    /// In Pa·s, between two kelvins in a straight line.
    pub(super) fn at(&self, celsius: f64) -> f64 {
        let last = self.pascal_s.len().saturating_sub(1);
        let place = (celsius - self.coldest_c).clamp(0.0, last as f64);
        let row = |index: usize| self.pascal_s.get(index.min(last)).copied().unwrap_or_default();
        let (below, share) = (place as usize, place - libm::floor(place));
        row(below) + share * (row(below.saturating_add(1)) - row(below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_its_rows_it_is_the_fit_of_the_fluid() {
        let (table, fluid) = (Viscosity::new(0.3), brine(0.3).expect("it is within the fit"));
        for tenth in -127..=390 {
            let celsius = f64::from(tenth) / 10.0;
            let exact = fluid.properties(celsius).expect("it is liquid").viscosity;
            assert!((table.at(celsius) / exact - 1.0).abs() < 1e-3, "{celsius}");
        }
        assert!((table.at(-4.0) - 8.8e-3).abs() < 0.1e-3);
        assert!(table.at(-30.0) >= table.at(-12.7) && table.at(90.0) <= table.at(39.0));
    }

    #[test]
    fn more_glycol_freezes_later_and_flows_worse() {
        assert!((freezing_c(0.3) + 12.8).abs() < 0.1);
        assert!(freezing_c(0.2) > freezing_c(0.3));
        assert!(Viscosity::new(0.4).at(0.0) > 1.5 * Viscosity::new(0.3).at(0.0));
    }
}
