//! Writes the source text of `src/coolant/shipped.rs` to standard output.
//!
//! ```text
//! cargo run -p coldcap-calibration --features physics --example generate_coolants > FILE
//! ```

use coldcap_calibration::coolant::{Cubic, FittedCoefficients, FluidBuildError};
use coldcap_calibration::physics::coolant::{Brine, PIECES, Solute};
use coldcap_calibration::physics::source::Grouped;
use core::fmt::{self, Write};

const PREAMBLE: &str = "\
//! Coolants that coldcap ships, as integer cubics.
//!
//! Written by the example `generate_coolants` from the fits of Melinder (2010); do not edit. They
//! are checked by the compiler: coefficients that fail their checks do not build.

use super::fitted::{Cubic, FittedCoefficients, FittedFluid};
use super::fluid::Substance;
use super::quantity::ModelUncertainty;
use coldcap_units::{Celsius, Kelvin, Permille};
";

/// Name, documentation, solute and mass fraction of each.
const SHIPPED: [(&str, &str, Solute, f64); 3] = [
    (
        "PROPYLENE_GLYCOL_30",
        "Propylene glycol, 30 % by mass in water.",
        Solute::PropyleneGlycol,
        0.30,
    ),
    (
        "POTASSIUM_FORMATE_30",
        "Potassium formate, 30 % by mass in water. One published fit only: its uncertainties are estimates.",
        Solute::PotassiumFormate,
        0.30,
    ),
    (
        "ETHYLENE_GLYCOL_30",
        "Ethylene glycol, 30 % by mass in water. Toxic: a bench reference, refused for a patient.",
        Solute::EthyleneGlycol,
        0.30,
    ),
];

fn cubic(Cubic(coefficients): &Cubic) -> String {
    let [constant, linear, quadratic, cubic] = coefficients.map(|it| Grouped(it.into()));
    format!("Cubic([{constant}, {linear}, {quadratic}, {cubic}])")
}

fn milli(value: i32) -> String {
    format!("from_milli({})", Grouped(value.into()))
}

fn fluid(text: &mut String, name: &str, doc: &str, fit: &FittedCoefficients<'_>) -> fmt::Result {
    writeln!(text, "\n/// {doc}")?;
    writeln!(
        text,
        "pub const {name}: FittedFluid<'static> = match FittedFluid::new(FittedCoefficients {{"
    )?;
    writeln!(text, "    substance: Substance::{:?},", fit.substance)?;
    writeln!(text, "    mass: Permille({}),", fit.mass.0)?;
    writeln!(text, "    freezing: Celsius::{},", milli(fit.freezing.to_milli()))?;
    let uncertainty = milli(fit.freezing_uncertainty.to_milli());
    writeln!(text, "    freezing_uncertainty: Kelvin::{uncertainty},")?;
    writeln!(text, "    warmest: Celsius::{},", milli(fit.warmest.to_milli()))?;
    writeln!(text, "    density: {},", cubic(&fit.density))?;
    writeln!(text, "    specific_heat: {},", cubic(&fit.specific_heat))?;
    writeln!(text, "    conductivity: {},", cubic(&fit.conductivity))?;
    writeln!(text, "    first_piece: {},", fit.first_piece)?;
    writeln!(text, "    viscosity: &{name}_VISCOSITY,")?;
    writeln!(text, "    uncertainty: ModelUncertainty {{")?;
    let known = &fit.uncertainty;
    writeln!(text, "        density_ppm: {},", Grouped(known.density_ppm.into()))?;
    writeln!(text, "        specific_heat_ppm: {},", Grouped(known.specific_heat_ppm.into()))?;
    writeln!(text, "        viscosity_ppm: {},", Grouped(known.viscosity_ppm.into()))?;
    writeln!(text, "        conductivity_ppm: {},", Grouped(known.conductivity_ppm.into()))?;
    writeln!(text, "    }},\n}}) {{\n    Ok(fluid) => fluid,")?;
    writeln!(text, "    Err(_) => panic!(\"a shipped coolant fails its own checks\"),\n}};")?;
    writeln!(text, "\nstatic {name}_VISCOSITY: [Cubic; {}] = [", fit.viscosity.len())?;
    for piece in fit.viscosity {
        writeln!(text, "    {},", cubic(piece))?;
    }
    writeln!(text, "];")
}

/// The whole source file.
pub fn shipped() -> Result<String, FluidBuildError> {
    let mut text = String::from(PREAMBLE);
    for (name, doc, solute, mass) in SHIPPED {
        let brine = Brine::new(solute, mass).expect("within the fit");
        let mut pieces = [Cubic::default(); PIECES];
        let fitted = brine.fitted(&mut pieces)?;
        fluid(&mut text, name, doc, fitted.coefficients())
            .expect("writing to a string does not fail");
    }
    Ok(text)
}

fn main() -> Result<(), FluidBuildError> {
    print!("{}", shipped()?);
    Ok(())
}
