//! What makes one head different from another.

use crate::parameter::{ParameterError, check};
use crate::random::Random;

/// The parameters of one patient's head and of how the cap sits on it.
///
/// Tissue properties that are not listed here are those of the standard head of Fiala, Lomas and
/// Stohrer (J Appl Physiol 1999).
///
/// ```
/// use coldcap_sim::PatientParameters;
/// let mut bald = PatientParameters::standard();
/// assert!(bald.validate().is_ok());
/// bald.hair_resistance = 0.0;
/// let refused = bald.validate().unwrap_err();
/// assert_eq!(refused.to_string(), "hair_resistance is 0; allowed is 0.003 to 0.3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatientParameters {
    /// Temperature of the arterial blood in °C, 35 to 40.
    pub core_c: f64,
    /// Thickness of the fat under the skin in mm, 1 to 8.
    pub fat_mm: f64,
    /// Perfusion of the warm skin in 1/s (m³ blood a second and m³ tissue), 0.0005 to 0.008.
    pub skin_perfusion_per_s: f64,
    /// Thermal resistance of hair and trapped air between skin and cap in m²K/W, 0.003 to 0.3.
    pub hair_resistance: f64,
    /// How much worse the rear half sits than the front half, −0.5 to 0.5: the front half has
    /// `hair_resistance · (1 − hair_asymmetry)`, the rear half `· (1 + hair_asymmetry)`.
    pub hair_asymmetry: f64,
    /// Hair and air over the vertex against the mean of front and rear, 0.3 to 5: a cap is loosest there. Without effect
    /// where the cap has no crown of its own.
    pub crown_hair_ratio: f64,
    /// Thermal resistance from the bare head's skin to the air of the room in m²K/W, 0.03 to 0.5.
    pub bare_resistance: f64,
    /// Area that the cap covers in m², 0.04 to 0.1.
    pub covered_area_m2: f64,
    /// Time constant with which perfusion falls in the cold, in seconds, 1 to 600.
    pub perfusion_fall_s: f64,
    /// Time constant with which perfusion recovers in the warm, in seconds, 60 to 20 000.
    pub perfusion_recovery_s: f64,
    /// Time constant with which the skin forgets that it was cold, in seconds, 60 to 200 000. As long as it remembers, a
    /// skin that is warm again keeps its vessels nearly shut; in the cold this changes nothing.
    pub perfusion_memory_s: f64,
}

impl PatientParameters {
    /// The standard head.
    ///
    /// Four values are *fitted*, all others are taken from the literature or assumed:
    /// - `skin_perfusion_per_s` to a steady skin of 18.3 °C under coolant of 0 °C through
    ///   0.0344 m²K/W (Janssen, van Leeuwen and van Steenhoven, Phys Med Biol 2005;50:4065);
    /// - `bare_resistance` to the same paper's 34.4 °C of the bare head, here in a room at 22 °C;
    /// - **`hair_resistance` to the machine of this crate**: so that 30 minutes of coolant at −4 °C
    ///   bring the skin to 18–19 °C while the cap's inner face stays above +1.5 °C;
    /// - `perfusion_memory_s` to a perfusion below 40 % through two hours of warmth after an hour of cold (Khoshnevis and
    ///   Diller 2014, 2016).
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            core_c: 37.0,
            fat_mm: 1.5,
            skin_perfusion_per_s: 1.9e-3,
            hair_resistance: 0.030,
            hair_asymmetry: 0.05,
            crown_hair_ratio: 1.0,
            bare_resistance: 0.117,
            covered_area_m2: 0.07,
            perfusion_fall_s: 60.0,
            perfusion_recovery_s: 7_200.0,
            perfusion_memory_s: 86_400.0,
        }
    }

    /// A head that differs by its hair alone, as figures are stated for that were fitted on such heads; whole heads are drawn by
    /// [`Population`](super::Population). The standard head with a hair resistance that is log-normal
    /// with median 0.0335 m²K/W and a logarithmic standard deviation of 0.38.
    ///
    /// That spread gives the skin temperatures of 62 patients after 45 minutes, 19.0 ± 3.2 °C
    /// (Komen et al., The Breast 2016). Always valid: the resistance is limited to its range.
    #[must_use]
    pub fn drawn(seed: u64) -> Self {
        let spread = libm::exp(0.38 * Random::new(seed).gaussian());
        Self { hair_resistance: (0.0335 * spread).clamp(0.003, 0.3), ..Self::standard() }
    }

    /// Checks every field against its range.
    ///
    /// # Errors
    /// The first field that is out of range, with its value and what is allowed.
    pub fn validate(&self) -> Result<(), ParameterError> {
        check(&[
            ("core_c", self.core_c, 35.0, 40.0),
            ("fat_mm", self.fat_mm, 1.0, 8.0),
            ("skin_perfusion_per_s", self.skin_perfusion_per_s, 0.5e-3, 8.0e-3),
            ("hair_resistance", self.hair_resistance, 0.003, 0.3),
            ("hair_asymmetry", self.hair_asymmetry, -0.5, 0.5),
            ("crown_hair_ratio", self.crown_hair_ratio, 0.3, 5.0),
            ("bare_resistance", self.bare_resistance, 0.03, 0.5),
            ("covered_area_m2", self.covered_area_m2, 0.04, 0.1),
            ("perfusion_fall_s", self.perfusion_fall_s, 1.0, 600.0),
            ("perfusion_recovery_s", self.perfusion_recovery_s, 60.0, 20_000.0),
            ("perfusion_memory_s", self.perfusion_memory_s, 60.0, 200_000.0),
        ])
    }

    /// Hair resistance of the front half in m²K/W.
    pub(crate) fn front_resistance(&self) -> f64 {
        self.hair_resistance * (1.0 - self.hair_asymmetry)
    }

    /// Hair resistance over the vertex in m²K/W.
    pub(crate) fn crown_resistance(&self) -> f64 {
        self.hair_resistance * self.crown_hair_ratio
    }

    /// Hair resistance of the rear half in m²K/W.
    pub(crate) fn rear_resistance(&self) -> f64 {
        self.hair_resistance * (1.0 + self.hair_asymmetry)
    }
}

impl Default for PatientParameters {
    fn default() -> Self {
        Self::standard()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_population_has_the_stated_spread() {
        let count = 4_000;
        let logs: Vec<f64> = (0..count)
            .map(|seed| libm::log(PatientParameters::drawn(seed).hair_resistance))
            .collect();
        let mean = logs.iter().sum::<f64>() / count as f64;
        let variance = logs.iter().map(|log| (log - mean) * (log - mean)).sum::<f64>();
        assert!((libm::exp(mean) - 0.0335).abs() < 0.001);
        assert!((libm::sqrt(variance / count as f64) - 0.38).abs() < 0.02);
    }

    #[test]
    fn everybody_drawn_is_valid() {
        assert!((0..1_000).all(|seed| PatientParameters::drawn(seed).validate().is_ok()));
    }
}
