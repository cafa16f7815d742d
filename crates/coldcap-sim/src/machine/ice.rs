//! Ice on the evaporator.

use super::STEP_S;
use crate::parameter::{ParameterError, check};

/// Heat of fusion of water in J/kg, at 0 °C.
const FUSION_J_PER_KG: f64 = 334_000.0;
/// Conductivity of ice in W/(m K), at −10 °C.
const ICE_W_PER_M_K: f64 = 2.2;
/// Density of ice in kg/m³.
const ICE_KG_PER_M3: f64 = 917.0;

/// How ice grows on the evaporator once its surface is below the freezing point of the coolant. It is water alone, of even
/// thickness, and begins without supercooling; what it leaves in the coolant, and its own heat capacity, are neglected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FreezeParameters {
    /// Surface of the evaporator in the coolant in m², 0.02 to 1.
    pub surface_m2: f64,
    /// The metal's part of the resistance between the evaporator's sensor and the tank, 0.15 to 0.5.
    pub metal_part: f64,
}

impl FreezeParameters {
    /// A coil of 0.15 m², a fifth of whose resistance is in its metal: both are assumed.
    #[must_use]
    pub const fn standard() -> Self {
        Self { surface_m2: 0.15, metal_part: 0.2 }
    }

    pub(super) fn validate(&self) -> Result<(), ParameterError> {
        check(&[
            ("tank.freeze.surface_m2", self.surface_m2, 0.02, 1.0),
            ("tank.freeze.metal_part", self.metal_part, 0.15, 0.5),
        ])
    }
}

/// Ice, or none.
#[derive(Clone, Debug)]
pub(super) struct Ice {
    parameters: FreezeParameters,
    freezing_c: f64,
    kilograms: f64,
}

impl Ice {
    /// None yet, in a coolant that freezes at `freezing_c`.
    pub(super) const fn new(parameters: &FreezeParameters, freezing_c: f64) -> Self {
        Self { parameters: *parameters, freezing_c, kilograms: 0.0 }
    }

    /// One step between coolant and evaporator, with `w_per_k` between them where there is no ice. Returns the heat that
    /// leaves the coolant and the heat that reaches the evaporator, in J; the difference froze or melted.
    pub(super) fn step(&mut self, w_per_k: f64, coolant_c: f64, evaporator_c: f64) -> (f64, f64) {
        let metal = self.parameters.metal_part;
        let surface_c = evaporator_c + metal * (coolant_c - evaporator_c);
        if self.kilograms <= 0.0 && surface_c >= self.freezing_c {
            let conducted = w_per_k * (coolant_c - evaporator_c) * STEP_S;
            return (conducted, conducted);
        }
        // Where liquid meets ice it is at the freezing point.
        let film = w_per_k / (1.0 - metal);
        let inner = 1.0 / (metal / w_per_k + self.thickness_m() / self.conducts_w_m_per_k());
        let given = film * (coolant_c - self.freezing_c) * STEP_S;
        let taken = inner * (self.freezing_c - evaporator_c) * STEP_S;
        let held = self.kilograms * FUSION_J_PER_KG;
        let melting = (given - taken).min(held);
        self.kilograms = ((held - melting) / FUSION_J_PER_KG).max(0.0);
        (taken + melting, taken)
    }

    fn conducts_w_m_per_k(&self) -> f64 {
        ICE_W_PER_M_K * self.parameters.surface_m2
    }

    /// Thickness in m.
    pub(super) fn thickness_m(&self) -> f64 {
        self.kilograms / (ICE_KG_PER_M3 * self.parameters.surface_m2)
    }

    /// Heat in J, counted from liquid.
    pub(super) fn stored(&self) -> f64 {
        -self.kilograms * FUSION_J_PER_KG
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ice() -> Ice {
        Ice::new(&FreezeParameters::standard(), -7.0)
    }

    #[test]
    fn above_the_freezing_point_it_is_not_there() {
        let mut ice = ice();
        // Its surface is a fifth of the way from −8 to −2 °C.
        let (given, taken) = ice.step(100.0, -2.0, -8.0);
        assert!((given - 60.0).abs() < 1e-9 && (given - taken).abs() < 1e-12);
        assert!(ice.stored() >= 0.0);
    }

    /// Stefan's law: under a constant difference, and with nothing but ice in the way, the square of the thickness grows
    /// evenly in time.
    #[test]
    fn thick_ice_grows_by_the_root_of_time() {
        let mut ice = Ice { kilograms: 2.0, ..ice() };
        let start = ice.thickness_m();
        let seconds = 36_000;
        // So good a metal that its resistance is that of a few µm of ice.
        for _ in 0..seconds * 10 {
            ice.step(10_000.0, -7.0, -17.0);
        }
        let grown =
            2.0 * ICE_W_PER_M_K * 10.0 * f64::from(seconds) / (ICE_KG_PER_M3 * FUSION_J_PER_KG);
        let expected = libm::sqrt(start * start + grown);
        assert!((ice.thickness_m() / expected - 1.0).abs() < 2e-3, "{}", ice.thickness_m());
    }

    #[test]
    fn what_froze_melts_again_and_no_heat_is_lost() {
        let mut ice = ice();
        let (mut net, mut thickest) = (0.0, 0.0_f64);
        for step in 0..40_000 {
            let evaporator_c = if step < 20_000 { -14.0 } else { 3.0 };
            let (given, taken) = ice.step(100.0, -5.0, evaporator_c);
            net += given - taken;
            thickest = thickest.max(ice.thickness_m());
            assert!((ice.stored() - net).abs() < 1e-6);
        }
        assert!((1e-3..2e-2).contains(&thickest), "{thickest} m");
        assert!(ice.thickness_m() <= 0.0);
        let (given, taken) = ice.step(100.0, -5.0, 3.0);
        assert!((given - taken).abs() < 1e-12);
    }

    #[test]
    fn ice_lowers_what_reaches_the_evaporator() {
        let mut ice = ice();
        let (_, bare) = ice.step(100.0, -5.0, -20.0);
        ice.kilograms = ICE_KG_PER_M3 * 0.15 * 5e-3;
        let (_, under) = ice.step(100.0, -5.0, -20.0);
        assert!(under < 0.2 * bare, "{under} of {bare}");
    }
}
