//! A coolant by a table of the user's, for what no published fit covers (isopropanol in water, say).
//!
//! Between two rows the properties are drawn as straight lines. That costs accuracy where they bend, so
//! the table is checked against its own stated uncertainty: with rows h apart a straight line misses a curve
//! by at most `h²/8·|f″|`, and how far a row lies off the line through its neighbours says how large that is.
//! A mistyped value is caught by the same check.

use super::fluid::{FluidBuildError, FluidError};
use super::quantity::{
    Conductivity, Density, ModelUncertainty, Properties, SpecificHeat, Viscosity,
};
use coldcap_units::{Celsius, Coolant, Kelvin};

/// One row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserRow {
    /// The temperature.
    pub at: Celsius,
    /// Density there, 700 to 1600 kg/m³.
    pub density: Density,
    /// Specific heat there, 1500 to 4500 J/(kg·K).
    pub specific_heat: SpecificHeat,
    /// Viscosity there, 0.2 to 500 mPa·s, falling with warmth.
    pub viscosity: Viscosity,
    /// Conductivity there, 0.1 to 0.7 W/(m·K).
    pub conductivity: Conductivity,
}

/// Least and most of each property, in the order of [`UserRow::values`].
const ALLOWED: [(u32, u32); 4] =
    [(700_000, 1_600_000), (1_500_000, 4_500_000), (200_000, 500_000_000), (100_000, 700_000)];

/// Least and most rows of a table.
const ROWS: (usize, usize) = (3, 64);
/// Least and most between two rows.
const STEP: (Kelvin, Kelvin) = (Kelvin::from_milli(100), Kelvin::from_milli(20_000));

impl UserRow {
    const fn values(&self) -> [u32; 4] {
        [self.density.0, self.specific_heat.0, self.viscosity.0, self.conductivity.0]
    }

    fn is_plausible(&self) -> bool {
        let within = |(value, (least, most)): (u32, (u32, u32))| (least..=most).contains(&value);
        self.values().into_iter().zip(ALLOWED).all(within)
    }
}

/// A checked table. Isopropanol is not in any fit that coldcap ships; measure yours, or take a table whose
/// uncertainty somebody states.
///
/// ```
/// use coldcap_calibration::coolant::{
///     Conductivity, Density, Fluid, ModelUncertainty, PatientFluid, SpecificHeat, UserRow,
///     UserTable, Viscosity,
/// };
/// use coldcap_units::{Celsius, Coolant, Kelvin};
///
/// // Made-up figures: not those of any mixture.
/// let row = |celsius, density, heat, viscosity, conductivity| UserRow {
///     at: Celsius::from_milli(celsius),
///     density: Density(density),
///     specific_heat: SpecificHeat(heat),
///     viscosity: Viscosity(viscosity),
///     conductivity: Conductivity(conductivity),
/// };
/// let rows = [
///     row(-6_000, 974_000, 4_220_000, 7_000_000, 440_000),
///     row(0, 972_000, 4_230_000, 5_100_000, 446_000),
///     row(6_000, 969_000, 4_240_000, 3_900_000, 452_000),
/// ];
/// let known = ModelUncertainty {
///     density_ppm: 5_000,
///     specific_heat_ppm: 30_000,
///     viscosity_ppm: 100_000,
///     conductivity_ppm: 50_000,
/// };
/// let freezing = (Celsius::from_milli(-8_000), Kelvin::from_milli(500));
/// let table = UserTable::new(&rows, freezing, known, true).unwrap();
/// let fluid = PatientFluid::new(Fluid::table(table)).unwrap();
/// let at = fluid.fluid().properties(Coolant::from_milli(-3_000)).unwrap();
/// assert_eq!(at.density.value, Density(973_000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserTable<'a> {
    rows: &'a [UserRow],
    freezing: (Celsius, Kelvin),
    uncertainty: ModelUncertainty,
    harmless: bool,
}

impl<'a> UserTable<'a> {
    /// Checks a table. `freezing` is the freezing point and its standard uncertainty; `harmless` is the
    /// word of whoever made the table that it may flow past a patient.
    ///
    /// Takes time in proportion to the number of rows: for start-up.
    ///
    /// # Errors
    /// - [`FluidBuildError::Rows`]: not 3 to 64 of them.
    /// - [`FluidBuildError::Uncertainty`]: one is beyond [`ModelUncertainty::ALLOWED_PPM`], or the freezing
    ///   point's is not above zero and up to 10 K.
    /// - [`FluidBuildError::Span`]: the first row is colder than the freezing point.
    /// - [`FluidBuildError::Value`], [`FluidBuildError::Order`], [`FluidBuildError::Viscosity`],
    ///   [`FluidBuildError::Bent`]: a row is wrong.
    ///
    /// # Panics
    /// Never.
    pub fn new(
        rows: &'a [UserRow],
        freezing: (Celsius, Kelvin),
        uncertainty: ModelUncertainty,
        harmless: bool,
    ) -> Result<Self, FluidBuildError> {
        if rows.len() < ROWS.0 || rows.len() > ROWS.1 {
            return Err(FluidBuildError::Rows { found: rows.len() });
        }
        let sure = freezing.1 > Kelvin::ZERO && freezing.1 <= Kelvin::from_milli(10_000);
        if !sure || !uncertainty.is_allowed() {
            return Err(FluidBuildError::Uncertainty);
        }
        if rows.first().is_none_or(|row| row.at < freezing.0) {
            return Err(FluidBuildError::Span);
        }
        check_each(rows)?;
        check_pairs(rows)?;
        check_bends(rows, &uncertainty)?;
        Ok(Self { rows, freezing, uncertainty, harmless })
    }

    /// Whether whoever made it says that it may flow past a patient.
    #[must_use]
    pub const fn is_harmless(&self) -> bool {
        self.harmless
    }

    /// The freezing point and its standard uncertainty.
    #[must_use]
    pub const fn freezing(&self) -> (Celsius, Kelvin) {
        self.freezing
    }

    /// The four properties at a temperature: one search through the rows, four divisions.
    ///
    /// # Errors
    /// [`FluidError::BelowFreezing`], [`FluidError::BelowRange`], [`FluidError::AboveRange`].
    ///
    /// # Panics
    /// Never.
    pub fn properties(&self, at: Coolant) -> Result<Properties, FluidError> {
        let at = at.0;
        if at < self.freezing.0 {
            return Err(FluidError::BelowFreezing { freezing: self.freezing.0 });
        }
        let coldest = self.rows.first().map_or(at, |row| row.at);
        if at < coldest {
            return Err(FluidError::BelowRange { coldest });
        }
        let warmest = self.rows.last().map_or(at, |row| row.at);
        let pair = self.rows.windows(2).find_map(|pair| match pair {
            [low, high] if at <= high.at => Some((low, high)),
            _ => None,
        });
        let (low, high) = pair.ok_or(FluidError::AboveRange { warmest })?;
        let (from, to) = (low.values(), high.values());
        let part = Part::new(low.at, at, high.at);
        let [density, heat, viscosity, conductivity] = [0, 1, 2, 3].map(|index: usize| {
            part.of(from.get(index).copied().unwrap_or(0), to.get(index).copied().unwrap_or(0))
        });
        Ok(Properties::new([density, heat, viscosity, conductivity], &self.uncertainty))
    }
}

/// Where a temperature lies between two others.
struct Part {
    done: i64,
    whole: i64,
}

impl Part {
    fn new(low: Celsius, at: Celsius, high: Celsius) -> Self {
        let bits = |difference: Kelvin| i64::from(difference.to_fixed().to_bits());
        Self { done: bits(at.minus(low)), whole: bits(high.minus(low)) }
    }

    /// The straight line between two values, rounded down.
    fn of(&self, from: u32, to: u32) -> u32 {
        let rise = i64::from(to).saturating_sub(i64::from(from)).saturating_mul(self.done);
        let risen = rise.checked_div_euclid(self.whole).unwrap_or(0);
        u32::try_from(i64::from(from).saturating_add(risen)).unwrap_or(0)
    }
}

/// The index of a row in an error.
fn numbered(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

fn check_each(rows: &[UserRow]) -> Result<(), FluidBuildError> {
    match rows.iter().position(|row| !row.is_plausible()) {
        Some(index) => Err(FluidBuildError::Value { row: numbered(index) }),
        None => Ok(()),
    }
}

fn check_pairs(rows: &[UserRow]) -> Result<(), FluidBuildError> {
    for (index, (before, row)) in rows.iter().zip(rows.iter().skip(1)).enumerate() {
        let at = numbered(index.saturating_add(1));
        let step = row.at.minus(before.at);
        if step < STEP.0 || step > STEP.1 {
            return Err(FluidBuildError::Order { row: at });
        }
        if row.viscosity >= before.viscosity {
            return Err(FluidBuildError::Viscosity { row: at });
        }
    }
    Ok(())
}

fn check_bends(rows: &[UserRow], known: &ModelUncertainty) -> Result<(), FluidBuildError> {
    for (index, three) in rows.windows(3).enumerate() {
        if let [before, row, behind] = three
            && is_bent(before, row, behind, known)
        {
            return Err(FluidBuildError::Bent { row: numbered(index.saturating_add(1)) });
        }
    }
    Ok(())
}

/// Whether straight lines between three rows miss a smooth curve by more than the uncertainty.
///
/// A row off the line through its neighbours by d stands for `|f″| = 2d/(h₁·h₂)`, so that the wider step h
/// is missed by at most `d·h/(4·min(h₁, h₂))`.
fn is_bent(before: &UserRow, row: &UserRow, behind: &UserRow, known: &ModelUncertainty) -> bool {
    let part = Part::new(before.at, row.at, behind.at);
    let other = part.whole.saturating_sub(part.done);
    let (narrow, wide) = (part.done.min(other), part.done.max(other));
    let allowed_ppm =
        [known.density_ppm, known.specific_heat_ppm, known.viscosity_ppm, known.conductivity_ppm];
    let ends = before.values().into_iter().zip(behind.values());
    let mut columns = ends.zip(row.values()).zip(allowed_ppm);
    columns.any(|(((from, to), value), ppm)| {
        let off = i64::from(part.of(from, to).abs_diff(value));
        let missed = off.saturating_mul(wide).checked_div(narrow.saturating_mul(4));
        let allowed = i64::from(value).saturating_mul(i64::from(ppm)) / 1_000_000;
        missed.is_none_or(|missed| missed > allowed)
    })
}
