//! How well the fits are known.
//!
//! For the glycols the standard uncertainty is the largest difference, over the temperature, between
//! Melinder's fit and two others (Melinder's data fitted by SecCool, and ASHRAE's data fitted by SecCool):
//! `tests/data/coolant_spread.csv`. Each figure below covers the mass fractions up to 0.05 on both sides, so
//! that the straight line between two of them covers every spread in between.
//!
//! For potassium formate there is one fit and nothing to compare it with. Its figures are one and a half
//! times the widest that was found for a glycol up to a mass fraction of 0.5.

use super::Solute;

/// Standard uncertainties: of the freezing point in kelvins, the others relative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// Of the freezing point, in K.
    pub freezing_k: f64,
    /// Of the density, relative.
    pub density: f64,
    /// Of the specific heat, relative.
    pub specific_heat: f64,
    /// Of the viscosity, relative.
    pub viscosity: f64,
    /// Of the conductivity, relative.
    pub conductivity: f64,
}

/// Figures at mass fractions of 0.10, 0.15 … 0.60.
type Column = [f64; 11];

struct Spread {
    freezing_k: Column,
    density: Column,
    specific_heat: Column,
    viscosity: Column,
    conductivity: Column,
}

static PROPYLENE_GLYCOL: Spread = Spread {
    freezing_k: [0.56, 0.56, 0.38, 0.32, 0.60, 0.95, 1.27, 1.47, 1.59, 1.59, 1.59],
    density: [0.007, 0.007, 0.007, 0.007, 0.007, 0.006, 0.006, 0.006, 0.006, 0.007, 0.007],
    specific_heat: [0.027, 0.031, 0.035, 0.038, 0.039, 0.039, 0.039, 0.039, 0.042, 0.042, 0.042],
    viscosity: [0.090, 0.090, 0.090, 0.076, 0.053, 0.071, 0.124, 0.215, 0.245, 0.245, 0.239],
    conductivity: [0.018, 0.023, 0.027, 0.030, 0.032, 0.034, 0.036, 0.037, 0.037, 0.037, 0.030],
};

static ETHYLENE_GLYCOL: Spread = Spread {
    freezing_k: [0.71, 1.03, 1.16, 1.16, 1.16, 1.13, 1.04, 1.13, 1.16, 1.16, 1.15],
    density: [0.007, 0.008, 0.008, 0.008, 0.009, 0.009, 0.010, 0.010, 0.011, 0.011, 0.011],
    specific_heat: [0.027, 0.027, 0.026, 0.026, 0.023, 0.020, 0.019, 0.024, 0.034, 0.045, 0.045],
    viscosity: [0.140, 0.140, 0.085, 0.075, 0.066, 0.066, 0.070, 0.070, 0.070, 0.111, 0.111],
    conductivity: [0.034, 0.041, 0.047, 0.054, 0.060, 0.066, 0.074, 0.080, 0.080, 0.080, 0.076],
};

const POTASSIUM_FORMATE: Known = Known {
    freezing_k: 2.3,
    density: 0.015,
    specific_heat: 0.06,
    viscosity: 0.33,
    conductivity: 0.12,
};

/// The straight line through a column.
fn at(column: &Column, mass: f64) -> f64 {
    let place = ((mass - 0.10) / 0.05).clamp(0.0, 10.0);
    let index = (place as usize).min(9);
    let value = |index: usize| column.get(index).copied().unwrap_or(f64::NAN);
    let next = value(index.saturating_add(1));
    value(index) + (next - value(index)) * (place - index as f64)
}

/// What is known of a mixture, over all temperatures that its fit is used at.
pub(super) fn known(solute: Solute, mass: f64) -> Known {
    let spread = match solute {
        Solute::PropyleneGlycol => &PROPYLENE_GLYCOL,
        Solute::EthyleneGlycol => &ETHYLENE_GLYCOL,
        Solute::PotassiumFormate => return POTASSIUM_FORMATE,
    };
    Known {
        freezing_k: at(&spread.freezing_k, mass),
        density: at(&spread.density, mass),
        specific_heat: at(&spread.specific_heat, mass),
        viscosity: at(&spread.viscosity, mass),
        conductivity: at(&spread.conductivity, mass),
    }
}
