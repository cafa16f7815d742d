//! What a coolant is like at a temperature, with uncertainties.

mod table;

use crate::arguments::{Fluid, Mix};
use crate::command::rounded::significant;
use crate::failure::Failure;
use coldcap_calibration::physics::coolant::{Brine, BrineProperties, Known, Solute};
use core::fmt::Display;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Estimate {
    value: f64,
    u: f64,
}

#[derive(Serialize)]
struct Report {
    mix: String,
    /// Nothing for a table, which says what it is by its name.
    mass: Option<f64>,
    t_c: f64,
    /// Whether it may flow past a patient.
    patient: bool,
    freeze_c: Estimate,
    density_kg_m3: Estimate,
    cp_j_kgk: Estimate,
    viscosity_mpa_s: Estimate,
    conductivity_w_mk: Estimate,
}

impl Estimate {
    /// Seven digits of the value, four of its uncertainty.
    fn new(value: f64, u: f64) -> Self {
        Self { value: significant(value, 7), u: significant(u, 4) }
    }

    fn relative(value: f64, relative: f64) -> Self {
        Self::new(value, value * relative)
    }
}

const fn solute(mix: Mix) -> Solute {
    match mix {
        Mix::Pg => Solute::PropyleneGlycol,
        Mix::Eg => Solute::EthyleneGlycol,
        Mix::Kf => Solute::PotassiumFormate,
    }
}

fn report(brine: &Brine, celsius: f64, at: &BrineProperties, known: &Known) -> Report {
    let solute = brine.solute();
    Report {
        mix: solute.name().into(),
        mass: Some(brine.mass()),
        t_c: celsius,
        patient: solute.substance().is_harmless(),
        freeze_c: Estimate::new(brine.freezing(), known.freezing_k),
        density_kg_m3: Estimate::relative(at.density, known.density),
        cp_j_kgk: Estimate::relative(at.specific_heat, known.specific_heat),
        viscosity_mpa_s: Estimate::relative(at.viscosity * 1e3, known.viscosity),
        conductivity_w_mk: Estimate::relative(at.conductivity, known.conductivity),
    }
}

pub(crate) fn run(options: &Fluid) -> Result<(), Failure> {
    let report = match (&options.table, options.mix, options.mass) {
        (Some(path), _, _) => table::report(path, options.at)?,
        (None, Some(mix), Some(mass)) => mixed(mix, mass, options.at)?,
        _ => {
            return Err(Failure::Input(
                "--mix: none: allowed are --mix and --mass, or --table".into(),
            ));
        }
    };
    writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
    Ok(())
}

fn mixed(mix: Mix, mass: f64, celsius: f64) -> Result<Report, Failure> {
    let refused = |field: &str, value: f64, why: &dyn Display| {
        Failure::Input(format!("--{field}: {value}: {why}"))
    };
    let brine = Brine::new(solute(mix), mass).map_err(|error| refused("mass", mass, &error))?;
    let at = brine.properties(celsius).map_err(|error| refused("at", celsius, &error))?;
    Ok(report(&brine, celsius, &at, &brine.known()))
}
