//! The heat that a coolant carries, and what coolants are like.
//!
//! | What | Where |
//! |---|---|
//! | density, specific heat, viscosity, conductivity, freezing point, each with its uncertainty | [`Fluid`] |
//! | coolants that a published fit describes | [`FittedFluid`], [`shipped`] |
//! | coolants that a table of the user's describes | [`UserTable`] |
//! | what may flow past a patient | [`PatientFluid`] |
//! | heat with its uncertainty | [`crate::heat`] |
//! | heat without: one multiplication, for averages over a tick | [`heat_milliwatts`] |
//!
//! [`heat_milliwatts`] takes density times specific heat at 0 °C. Over −8 to +22 °C that product moves by
//! less than 0.8 %, a fifth of what published models differ by, so that its temperature is left out there.

mod fitted;
mod fluid;
mod quantity;
pub mod shipped;
mod user_table;

pub use fitted::{Cubic, FittedCoefficients, FittedFluid};
pub use fluid::{Fluid, FluidBuildError, FluidError, PatientFluid, Substance};
pub use quantity::{
    Conductivity, Density, Estimate, ModelUncertainty, Properties, Property, SpecificHeat,
    Viscosity,
};
pub use user_table::{UserRow, UserTable};

use coldcap_units::{Coolant, Kelvin, MillilitersPerMinute, quotient};

/// Seconds in a minute times the 2¹⁶ steps of a [`Kelvin`].
const SCALE: i64 = 60 * 65_536;

/// A coolant, by substance and mass fraction in water.
///
/// The figures are density times specific heat at 0 °C of the Melinder 2010 secondary-fluid fits (IIR).
/// Over −8 to +22 °C the product moves by less than 0.8 % for both mixtures; by how much that of a table of
/// one's own does, the table says. None is toxic: [`OwnMixture`] refuses what is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mixture {
    /// Propylene glycol, 30 % by mass; freezes at −12.8 °C.
    #[default]
    PropyleneGlycol30,
    /// Potassium formate, 30 % by mass; freezes at about −21 °C.
    PotassiumFormate30,
    /// By a table of the user's.
    Own(OwnMixture),
}

/// A coolant of the user's that may flow past a patient.
///
/// ```
/// use coldcap_calibration::coolant::{
///     Conductivity, Density, FluidError, Mixture, ModelUncertainty, OwnMixture, SpecificHeat,
///     Substance, UserRow, UserTable, Viscosity,
/// };
/// use coldcap_units::{Celsius, Kelvin};
///
/// const fn row(celsius: i32, density: u32, viscosity: u32) -> UserRow {
///     UserRow {
///         at: Celsius::from_milli(celsius),
///         density: Density(density),
///         specific_heat: SpecificHeat(4_230_000),
///         viscosity: Viscosity(viscosity),
///         conductivity: Conductivity(446_000),
///     }
/// }
/// static ROWS: [UserRow; 3] =
///     [row(-6_000, 974_000, 7_000_000), row(0, 972_000, 5_100_000), row(6_000, 969_000, 3_900_000)];
/// let known = ModelUncertainty {
///     density_ppm: 5_000,
///     specific_heat_ppm: 30_000,
///     viscosity_ppm: 100_000,
///     conductivity_ppm: 50_000,
/// };
/// let freezing = (Celsius::from_milli(-8_000), Kelvin::from_milli(500));
/// let table = |harmless| UserTable::new(&ROWS, freezing, known, harmless).unwrap();
/// let own = Mixture::Own(OwnMixture::new(table(true)).unwrap());
/// assert_eq!(own.joules_per_liter_kelvin(), 4_112);
/// let refused = FluidError::Toxic(Substance::Other { harmless: false });
/// assert_eq!(OwnMixture::new(table(false)), Err(refused));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OwnMixture {
    table: UserTable<'static>,
    joules_per_liter_kelvin: u16,
}

impl OwnMixture {
    /// Of a table that covers 0 °C, where the heat it carries is taken.
    ///
    /// # Errors
    /// - [`FluidError::Toxic`]: nobody says that it may flow past a patient.
    /// - Those of [`Fluid::properties`]: it does not cover 0 °C.
    ///
    /// # Panics
    /// Never.
    pub fn new(table: UserTable<'static>) -> Result<Self, FluidError> {
        PatientFluid::new(Fluid::table(table))?;
        let at = table.properties(Coolant::from_milli(0))?;
        // g/m³ times mJ/(kg·K) is 10⁻⁹ J/(L·K); a table's largest is 7 200.
        let product = u64::from(at.density.value.0).saturating_mul(at.specific_heat.value.0.into());
        let rounded = product.saturating_add(500_000_000) / 1_000_000_000;
        let joules_per_liter_kelvin = u16::try_from(rounded).unwrap_or(u16::MAX);
        Ok(Self { table, joules_per_liter_kelvin })
    }

    /// Its table.
    #[must_use]
    pub const fn table(&self) -> &UserTable<'static> {
        &self.table
    }
}

impl Mixture {
    /// Density times specific heat at 0 °C, in joules per litre and kelvin.
    #[must_use]
    pub const fn joules_per_liter_kelvin(self) -> u16 {
        match self {
            Self::PropyleneGlycol30 => 3_923,
            Self::PotassiumFormate30 => 3_721,
            Self::Own(own) => own.joules_per_liter_kelvin,
        }
    }

    /// All its properties, by temperature, each with what published models differ by.
    ///
    /// ```
    /// use coldcap_calibration::coolant::Mixture;
    /// use coldcap_units::Coolant;
    ///
    /// let at = Mixture::default().fluid().properties(Coolant::from_milli(-4_000)).unwrap();
    /// assert_eq!(at.viscosity.value.to_string(), "8.780221 mPa·s");
    /// ```
    #[must_use]
    pub const fn fluid(self) -> Fluid<'static> {
        match self {
            Self::PropyleneGlycol30 => Fluid::fitted(shipped::PROPYLENE_GLYCOL_30),
            Self::PotassiumFormate30 => Fluid::fitted(shipped::POTASSIUM_FORMATE_30),
            Self::Own(own) => Fluid::table(own.table),
        }
    }
}

/// The heat that a flow takes up while it warms by `delta`, in milliwatts.
///
/// `P = V̇ · (ρ·cp) · ΔT`, rounded half away from zero, saturating at the ends of `i32` (2.1 MW).
/// Positive when the coolant comes back warmer. Take `delta` from two sensors whose offsets were
/// removed ([`crate::isothermal`]): at 1 L/min a mismatch of 0.1 K is 6.5 W.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::coolant::{Mixture, heat_milliwatts};
/// use coldcap_units::{Kelvin, MillilitersPerMinute};
///
/// // 1 L/min warmed by one kelvin: 3923 J/(L·K) / 60 s = 65.383 W.
/// let heat = heat_milliwatts(
///     MillilitersPerMinute(1_000),
///     Kelvin::from_milli(1_000),
///     Mixture::PropyleneGlycol30,
/// );
/// assert_eq!(heat, 65_383);
/// ```
#[must_use]
pub const fn heat_milliwatts(flow: MillilitersPerMinute, delta: Kelvin, mixture: Mixture) -> i32 {
    let per_kelvin = (flow.0 as i64).saturating_mul(mixture.joules_per_liter_kelvin() as i64);
    let scaled = per_kelvin.saturating_mul(delta.to_fixed().to_bits() as i64);
    let half = if scaled < 0 { -SCALE / 2 } else { SCALE / 2 };
    let milliwatts = scaled.saturating_add(half) / SCALE;
    if milliwatts > i32::MAX as i64 {
        i32::MAX
    } else if milliwatts < i32::MIN as i64 {
        i32::MIN
    } else {
        milliwatts as i32
    }
}

/// By how much `milliwatts` warm a stream of coolant: the inverse of [`heat_milliwatts`].
///
/// `ΔT = P / (V̇ · (ρ·cp))`, rounded towards zero to the thousandth of a kelvin. `None` without flow, and
/// where the rise does not fit a temperature.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::coolant::{Mixture, temperature_rise};
/// use coldcap_units::{Kelvin, MillilitersPerMinute};
///
/// // 5 W of a pump in 1 L/min: 76 mK.
/// let rise = temperature_rise(MillilitersPerMinute(1_000), 5_000, Mixture::PropyleneGlycol30);
/// assert_eq!(rise, Some(Kelvin::from_milli(76)));
/// assert_eq!(temperature_rise(MillilitersPerMinute(0), 5_000, Mixture::default()), None);
/// ```
#[must_use]
pub const fn temperature_rise(
    flow: MillilitersPerMinute,
    milliwatts: i32,
    mixture: Mixture,
) -> Option<Kelvin> {
    let per_kelvin = (flow.0 as i64).saturating_mul(mixture.joules_per_liter_kelvin() as i64);
    // mW · 60 s/min over mL/min · J/(L·K) is K; a thousand times that is mK.
    let scaled = (milliwatts as i64).saturating_mul(60_000);
    match quotient(scaled, per_kelvin) {
        Some(milli) if milli.saturating_abs() <= 30_000 => Some(Kelvin::from_milli(milli as i32)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIXTURES: [Mixture; 2] = [Mixture::PropyleneGlycol30, Mixture::PotassiumFormate30];

    #[test]
    fn nothing_flows_and_nothing_warms() {
        let kelvin = Kelvin::from_milli(1_000);
        assert_eq!(heat_milliwatts(MillilitersPerMinute(0), kelvin, Mixture::default()), 0);
        let flow = MillilitersPerMinute(u16::MAX);
        assert_eq!(heat_milliwatts(flow, Kelvin::ZERO, Mixture::default()), 0);
    }

    #[test]
    fn absurd_inputs_saturate() {
        let flow = MillilitersPerMinute(u16::MAX);
        let wide = Kelvin::from_milli(30_000_000);
        assert_eq!(heat_milliwatts(flow, wide, Mixture::default()), i32::MAX);
        assert_eq!(heat_milliwatts(flow, wide.negated(), Mixture::default()), i32::MIN);
    }

    proptest! {
        #[test]
        fn agrees_with_real_numbers(flow in 0u16..3_000, milli in -20_000i32..20_000, which in 0usize..2) {
            let delta = Kelvin::from_milli(milli);
            let kelvin: f64 = delta.to_fixed().to_num();
            let product = f64::from(MIXTURES[which].joules_per_liter_kelvin());
            let exact = f64::from(flow) * product * kelvin / 60.0;
            let got = heat_milliwatts(MillilitersPerMinute(flow), delta, MIXTURES[which]);
            prop_assert!((f64::from(got) - exact).abs() <= 0.500_001);
        }

        #[test]
        fn the_rise_brings_the_heat_back(flow in 50u16..3_000, heat in -60_000i32..60_000) {
            let flow = MillilitersPerMinute(flow);
            if let Some(rise) = temperature_rise(flow, heat, Mixture::default()) {
                let back = heat_milliwatts(flow, rise, Mixture::default());
                // A thousandth of a kelvin of 3 L/min is 196 mW.
                prop_assert!((back - heat).abs() <= 200);
            }
        }

        #[test]
        fn turning_round_turns_the_sign(flow in 0u16.., milli in 0i32..20_000) {
            let (flow, delta) = (MillilitersPerMinute(flow), Kelvin::from_milli(milli));
            let heat = heat_milliwatts(flow, delta, Mixture::default());
            prop_assert_eq!(heat_milliwatts(flow, delta.negated(), Mixture::default()), -heat);
        }
    }
}
