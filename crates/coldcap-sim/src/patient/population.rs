//! Whom one meets: heads drawn by a seed.

use super::PatientParameters;
use crate::random::Random;

/// How heads differ. Each property is drawn by itself; nothing is known of how they go together.
///
/// | property | law | source |
/// |---|---|---|
/// | hair and air under the cap | log-normal | **fitted** to mean and spread of the skin of 62 patients after 45 minutes, 19.0 ± 3.15 °C (Komen et al., The Breast 2016), with everything below as it stands: `examples/fit_population.rs` |
/// | fat under the skin | log-normal | assumed within 1.5 to 5 mm, over which the literature varies it |
/// | perfusion of warm skin | log-normal | assumed: a fifth |
/// | core temperature | normal | 37.0 ± 0.3 °C, as resting adults have; assumed |
/// | circumference of the head | normal | 552 ± 16 mm, women of the United Kingdom (Bushby et al. 1992); the covered area goes with its square |
/// | front against rear | normal | assumed |
///
/// ```
/// use coldcap_sim::patient::Population;
/// let population = Population::standard();
/// assert_eq!(population.patient(7), population.patient(7));
/// assert!(population.patient(8).validate().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Population {
    /// Median of the hair's thermal resistance in m²K/W.
    pub hair_median: f64,
    /// Standard deviation of its logarithm.
    pub hair_spread: f64,
    /// Median thickness of the fat in mm.
    pub fat_median_mm: f64,
    /// Standard deviation of its logarithm.
    pub fat_spread: f64,
    /// Standard deviation of the logarithm of the perfusion.
    pub perfusion_spread: f64,
    /// Mean core temperature in °C.
    pub core_mean_c: f64,
    /// Its standard deviation in K.
    pub core_spread_k: f64,
    /// Mean circumference of the head in mm.
    pub head_mean_mm: f64,
    /// Its standard deviation in mm.
    pub head_spread_mm: f64,
    /// Mean of how much worse the rear half sits, as [`PatientParameters::hair_asymmetry`].
    pub asymmetry_mean: f64,
    /// Its standard deviation.
    pub asymmetry_spread: f64,
}

/// The head whose covered area is that of the standard patient.
const STANDARD_HEAD_MM: f64 = 552.0;

impl Population {
    /// The population of the published skin temperatures.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            hair_median: 0.0367,
            hair_spread: 0.385,
            fat_median_mm: 2.0,
            fat_spread: 0.3,
            perfusion_spread: 0.2,
            core_mean_c: 37.0,
            core_spread_k: 0.3,
            head_mean_mm: STANDARD_HEAD_MM,
            head_spread_mm: 16.0,
            asymmetry_mean: 0.05,
            asymmetry_spread: 0.1,
        }
    }

    /// The head of this seed: always valid, since each property is kept within its range.
    #[must_use]
    pub fn patient(&self, seed: u64) -> PatientParameters {
        let mut random = Random::stream(seed, STREAM);
        let standard = PatientParameters::standard();
        let mut spread = |spread: f64| spread * random.gaussian();
        let hair = self.hair_median * libm::exp(spread(self.hair_spread));
        let fat_mm = self.fat_median_mm * libm::exp(spread(self.fat_spread));
        let perfusion = standard.skin_perfusion_per_s * libm::exp(spread(self.perfusion_spread));
        let core_c = self.core_mean_c + spread(self.core_spread_k);
        let head = (self.head_mean_mm + spread(self.head_spread_mm)) / STANDARD_HEAD_MM;
        let asymmetry = self.asymmetry_mean + spread(self.asymmetry_spread);
        PatientParameters {
            core_c: core_c.clamp(36.0, 38.5),
            fat_mm: fat_mm.clamp(1.0, 6.0),
            skin_perfusion_per_s: perfusion.clamp(0.8e-3, 4.0e-3),
            hair_resistance: hair.clamp(0.003, 0.3),
            hair_asymmetry: asymmetry.clamp(-0.4, 0.4),
            covered_area_m2: (standard.covered_area_m2 * head * head).clamp(0.05, 0.09),
            ..standard
        }
    }
}

/// The stream of a seed that heads are drawn from.
const STREAM: u64 = 0x6865_6164;
