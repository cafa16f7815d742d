//! The heat that a loop takes up, and how well that is known.
//!
//! `P = V̇ · ρ · cp · ΔT`. With relative uncertainties of flow, density and specific heat, and that of the
//! temperature difference, the law of propagation (JCGM 100:2008, 5.1.2) gives
//!
//! ```text
//! u² = P² · (u_V²/V̇² + u_ρ²/ρ² + u_c²/cp²) + (V̇ · ρ · cp · u_ΔT)²
//! ```
//!
//! with the four taken as independent. The last term stays when the difference is zero, which a relative
//! one would not. Supply and return sensors are not independent of each other: what they share cancels, so
//! `u_ΔT` is that of the matched pair ([`crate::isothermal`]), not of two single sensors.
//!
//! Heat that the pump leaves between the two sensors is part of `P`.

use crate::coolant::{Density, Estimate, Fluid, FluidError, SpecificHeat};
use crate::root::{root, root_of_squares};
use coldcap_units::{Coolant, Kelvin, MillilitersPerMinute, quotient};
use core::fmt;

/// g/m³ times mJ/(kg·K) in one mJ/(L·K).
const PER_LITER: u64 = 1_000_000;
/// mL/min times mJ/(L·K) times K in one mW.
const PER_MILLIWATT: i64 = 60 * 1_000;
/// Steps of a [`Kelvin`] in one K.
const STEPS: i64 = 65_536;
/// Millionths of a kelvin in one K.
const MICRO: i64 = 1_000_000;

/// A heat with its standard uncertainty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Heat {
    /// The heat in milliwatts; positive where the coolant comes back warmer.
    pub milliwatts: i32,
    /// Its standard uncertainty (k = 1) in milliwatts, rounded to nearest.
    pub u_milliwatts: u32,
}

/// Why there is no heat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeatError {
    /// The coolant has no properties at the mean temperature of the two sensors.
    Fluid(FluidError),
    /// Heat or uncertainty is beyond 2.1 MW: an input is wrong.
    Overflow,
}

impl fmt::Display for HeatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fluid(error) => error.fmt(f),
            Self::Overflow => f.write_str("more than 2.1 MW: an input is wrong"),
        }
    }
}

impl core::error::Error for HeatError {}

/// Everything that a heat is computed from.
///
/// ```
/// use coldcap_calibration::coolant::{Density, Estimate, SpecificHeat};
/// use coldcap_calibration::heat::{Heat, HeatInputs};
/// use coldcap_units::{Kelvin, MillilitersPerMinute};
///
/// // 1.5 L/min known to 1.5 %, and 0.700(14) K of a matched pair: 68.65(1.76) W.
/// let inputs = HeatInputs {
///     flow: MillilitersPerMinute(1_500),
///     flow_ppm: 15_000,
///     delta: Kelvin::from_milli(700),
///     delta_uncertainty_uk: 14_000,
///     density: Estimate { value: Density(1_031_560), u: Density(1_000) },
///     specific_heat: Estimate { value: SpecificHeat(3_802_640), u: SpecificHeat(20_000) },
/// };
/// assert_eq!(inputs.heat(), Ok(Heat { milliwatts: 68_646, u_milliwatts: 1_755 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeatInputs {
    /// The volume flow.
    pub flow: MillilitersPerMinute,
    /// Its relative standard uncertainty in millionths.
    pub flow_ppm: u32,
    /// Return less supply, their offsets removed.
    pub delta: Kelvin,
    /// The standard uncertainty of that difference in µK: a step of [`Kelvin`] would be too coarse.
    pub delta_uncertainty_uk: u32,
    /// The coolant's density.
    pub density: Estimate<Density>,
    /// The coolant's specific heat.
    pub specific_heat: Estimate<SpecificHeat>,
}

/// A share in millionths of a heat, rounded to nearest.
fn share(milliwatts: i32, ppm: u32) -> u64 {
    let product = u64::from(milliwatts.unsigned_abs()).saturating_mul(u64::from(ppm));
    product.saturating_add(500_000) / 1_000_000
}

/// The root of the sum of squares.
fn combined(parts: [u64; 4]) -> Result<u32, HeatError> {
    let squares = parts.into_iter().try_fold(0u64, |sum, part| {
        part.checked_mul(part).and_then(|square| sum.checked_add(square))
    });
    let squares = squares.ok_or(HeatError::Overflow)?;
    u32::try_from(root(squares)).map_err(|_| HeatError::Overflow)
}

impl HeatInputs {
    /// The heat of the flow that warms by `count / per_kelvin`, in milliwatts, rounded half away from zero.
    fn carried(&self, count: i64, per_kelvin: i64) -> Result<i32, HeatError> {
        let (density, heat) = (self.density.value.0, self.specific_heat.value.0);
        let product = u64::from(density).saturating_mul(u64::from(heat));
        let per_liter = product.saturating_add(PER_LITER / 2) / PER_LITER;
        let scaled = i64::try_from(per_liter)
            .ok()
            .and_then(|per_liter| per_liter.checked_mul(i64::from(self.flow.0)))
            .and_then(|for_a_kelvin| for_a_kelvin.checked_mul(count))
            .ok_or(HeatError::Overflow)?;
        let scale = PER_MILLIWATT.saturating_mul(per_kelvin);
        let half = if scaled < 0 { (scale / 2).saturating_neg() } else { scale / 2 };
        let milliwatts = quotient(scaled.saturating_add(half), scale);
        milliwatts.and_then(|it| i32::try_from(it).ok()).ok_or(HeatError::Overflow)
    }

    /// The heat and its standard uncertainty.
    ///
    /// Both are right to 1 mW or a part in a million. A flow of zero carries nothing, for certain; whether the
    /// meter that shows it can be believed is not asked here.
    ///
    /// # Errors
    /// [`HeatError::Overflow`].
    ///
    /// # Panics
    /// Never.
    pub fn heat(&self) -> Result<Heat, HeatError> {
        let milliwatts = self.carried(self.delta.to_fixed().to_bits().into(), STEPS)?;
        let by_delta = self.carried(self.delta_uncertainty_uk.into(), MICRO)?;
        let parts = [
            share(milliwatts, self.flow_ppm),
            share(milliwatts, self.density.u_ppm()),
            share(milliwatts, self.specific_heat.u_ppm()),
            u64::from(by_delta.unsigned_abs()),
        ];
        Ok(Heat { milliwatts, u_milliwatts: combined(parts)? })
    }
}

/// A loop's coolant, and how well its flow and its pair of sensors are known.
///
/// ```
/// use coldcap_calibration::coolant::Mixture;
/// use coldcap_calibration::heat::LoopHeat;
/// use coldcap_units::{Coolant, MillilitersPerMinute};
///
/// let heat_of = LoopHeat {
///     fluid: Mixture::PropyleneGlycol30.fluid(),
///     flow_ppm: 15_000,
///     pair_uncertainty_uk: 14_000,
/// };
/// let (supply, returned) = (Coolant::from_milli(-4_000), Coolant::from_milli(-3_300));
/// let heat = heat_of.between(MillilitersPerMinute(1_500), supply, returned).unwrap();
/// assert_eq!(heat.milliwatts, 68_538);
/// // What models of the coolant differ by, 3.9 % of its specific heat, is most of it.
/// assert_eq!(heat.u_milliwatts, 3_211);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopHeat<'a> {
    /// The coolant.
    pub fluid: Fluid<'a>,
    /// Relative standard uncertainty of the flow in millionths.
    pub flow_ppm: u32,
    /// Standard uncertainty of the difference between the two sensors, in µK.
    pub pair_uncertainty_uk: u32,
}

impl LoopHeat<'_> {
    /// The heat that is taken up between two sensors, their offsets removed; the properties are those at the
    /// mean of the two temperatures.
    ///
    /// # Errors
    /// A [`HeatError`].
    ///
    /// # Panics
    /// Never.
    pub fn between(
        &self,
        flow: MillilitersPerMinute,
        supply: Coolant,
        returned: Coolant,
    ) -> Result<Heat, HeatError> {
        let delta = returned.0.minus(supply.0);
        let half = Kelvin::from_bits(delta.to_fixed().to_bits() / 2);
        let at = Coolant(supply.0.plus(half));
        let properties = self.fluid.properties(at).map_err(HeatError::Fluid)?;
        let inputs = HeatInputs {
            flow,
            flow_ppm: self.flow_ppm,
            delta,
            delta_uncertainty_uk: self.pair_uncertainty_uk,
            density: properties.density,
            specific_heat: properties.specific_heat,
        };
        inputs.heat()
    }
}

/// The standard uncertainty of the difference of two sensors that share nothing: the root of the sum of the
/// squares, all in µK. Two sensors matched in one bath are better than this.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::heat::unmatched;
///
/// let class_a = 86_603; // 0.15 K, rectangular
/// assert_eq!(unmatched(class_a, class_a), 122_475);
/// ```
#[must_use]
pub const fn unmatched(one_uk: u32, other_uk: u32) -> u32 {
    root_of_squares(one_uk as u64, other_uk as u64)
}
