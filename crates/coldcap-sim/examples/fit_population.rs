//! Fits the hair of the population to the published skin temperatures, and says what the fit is worth.
//!
//! ```text
//! cargo run --release -p coldcap-sim --example fit_population
//! ```
//!
//! Two figures are fitted, mean and spread of the skin after 45 minutes (Komen et al., The Breast 2016). What comes out
//! of the fit and was not put in: the range, and how many stay below 18 and 22 °C.
#![allow(clippy::indexing_slicing)]

use coldcap_sim::ParameterError;
use coldcap_sim::patient::{Boundary, Population, Scalp};

const HEADS: u64 = 2_000;
const MEAN_C: f64 = 19.0;
const SPREAD_K: f64 = 3.15;

/// Coolant of −4 °C at its inlet is −3.6 °C in the mean; film and wall of the cap are 0.010 m²K/W.
const MEAN_COOLANT_C: f64 = -3.6;
const CAP_RESISTANCE: f64 = 0.010;

/// Skin in °C after 45 minutes, the coldest first.
fn skins(population: &Population) -> Result<Vec<f64>, ParameterError> {
    let mut skins: Vec<f64> = (0..HEADS)
        .map(|seed| {
            let patient = population.patient(seed);
            let mut scalp = Scalp::new(&patient, 22.0, 1.0)?;
            let resistance = patient.hair_resistance + CAP_RESISTANCE;
            (0..2_700).for_each(|_| {
                scalp.step(&Boundary { celsius: MEAN_COOLANT_C, resistance });
            });
            Ok(scalp.skin_c())
        })
        .collect::<Result<_, ParameterError>>()?;
    skins.sort_by(f64::total_cmp);
    Ok(skins)
}

fn mean_and_spread(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, libm::sqrt(squares / (count - 1.0)))
}

fn report(name: &str, population: &Population) -> Result<(f64, f64), ParameterError> {
    let skins = skins(population)?;
    let (mean, spread) = mean_and_spread(&skins);
    let below = |limit: f64| skins.iter().filter(|skin| **skin < limit).count() as f64;
    let share = |limit: f64| 100.0 * below(limit) / HEADS as f64;
    let (coldest, warmest) = (skins[0], skins[skins.len() - 1]);
    println!(
        "{name:<34} {mean:5.2} ± {spread:4.2} °C, {coldest:4.1} to {warmest:4.1}; below 18 °C {:4.1} %, below 22 °C {:4.1} %",
        share(18.0),
        share(22.0)
    );
    Ok((mean, spread))
}

fn main() -> Result<(), ParameterError> {
    let shipped = Population::standard();
    let mut fitted = shipped;
    for round in 0..6 {
        let name = format!("median {:.4}, spread {:.4}", fitted.hair_median, fitted.hair_spread);
        let (mean, spread) = report(&format!("{round}: {name}"), &fitted)?;
        // The mean follows the median's logarithm by some 11 K.
        fitted.hair_median *= libm::exp((MEAN_C - mean) / 11.0);
        fitted.hair_spread *= libm::pow(SPREAD_K / spread, 1.2);
    }
    println!("what a fit that is off costs:");
    for (name, median, spread) in [
        ("hair a tenth worse", 1.1, 1.0),
        ("hair a tenth better", 0.9, 1.0),
        ("spread a tenth more", 1.0, 1.1),
        ("spread a tenth less", 1.0, 0.9),
    ] {
        let hair_median = shipped.hair_median * median;
        let hair_spread = shipped.hair_spread * spread;
        report(name, &Population { hair_median, hair_spread, ..shipped })?;
    }
    report(
        "everybody alike but for the hair",
        &Population { fat_spread: 0.0, perfusion_spread: 0.0, core_spread_k: 0.0, ..shipped },
    )?;
    Ok(())
}
