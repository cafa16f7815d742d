//! Options of `fluid`.

use clap::{ArgGroup, Args, ValueEnum};
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    after_help = "From the freezing point to 40 °C, at mass fractions of 0.10 to 0.60 (pg, eg) and 0.10 to \
                  0.48 (kf).\nModels: Melinder 2010; the uncertainty is the largest difference between published \
                  models.\nA coolant of your own is a TOML file: name, harmless = true or false (whether it may flow past a patient), \
                  freeze_c, freeze_u_k, [uncertainty] density, cp, viscosity, conductivity (standard, as fractions), and 3 to 64 times \
                  [[row]] t_c, density_kg_m3, cp_j_kgk, viscosity_mpa_s, conductivity_w_mk. Between rows properties are drawn as straight \
                  lines, and rows too far apart for the stated uncertainty are refused.\nExamples: coldcap fluid --mix pg --mass 0.3 --at -4\n          \
                  coldcap fluid --table mine.toml --at -4",
    group = ArgGroup::new("coolant").args(["mix", "table"]).required(true)
)]
pub(crate) struct Fluid {
    /// What is dissolved in the water.
    #[arg(long, value_enum, requires = "mass")]
    pub(crate) mix: Option<Mix>,
    /// Its share of the whole mass, as a fraction.
    #[arg(long, value_name = "FRACTION", requires = "mix")]
    pub(crate) mass: Option<f64>,
    /// A coolant of your own.
    #[arg(long, value_name = "TOML", conflicts_with_all = ["mix", "mass"])]
    pub(crate) table: Option<PathBuf>,
    /// The temperature in °C.
    #[arg(long, value_name = "C")]
    pub(crate) at: f64,
    /// Print JSON, as is done without it.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is dissolved in the water.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mix {
    /// Propylene glycol.
    Pg,
    /// Ethylene glycol: toxic, a bench reference only.
    Eg,
    /// Potassium formate: one published model only.
    Kf,
}
