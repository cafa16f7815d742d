//! Options of `parameters`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    after_help = "What is printed can be written again. Durations are milliseconds, temperatures thousandths of a degree,\n\
                  codes 2³² parts of full scale; -1 leaves out what may be left out.\n\
                  Gains: coolant_loop.fast = { gain = 0.15, integral_s = 15.0 }, with derivative_s, b and c where wanted.\n\
                  Exit status 1: the image is none of this version; 2: a value is wrong.\n\
                  Example: coldcap parameters write thresholds --values machine.toml --out machine.thresholds"
)]
pub(crate) struct Parameters {
    #[command(subcommand)]
    pub(crate) what: WhatParameters,
}

/// What is done with an image of parameters.
#[derive(Debug, Subcommand)]
pub(crate) enum WhatParameters {
    /// Print every number of an image, with its range.
    Show(ParametersShow),
    /// Write an image: the content that a machine stores in two copies.
    Write(ParametersWrite),
}

/// Which image.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Image {
    /// What a board chooses.
    Thresholds,
    /// What a clinic chooses.
    Regimens,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap parameters show thresholds")]
pub(crate) struct ParametersShow {
    /// Which image.
    #[arg(value_enum)]
    pub(crate) image: Image,
    /// The image; without it, the reference machine's values.
    pub(crate) file: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example: coldcap parameters write thresholds --values machine.toml --out machine.thresholds"
)]
pub(crate) struct ParametersWrite {
    /// Which image.
    #[arg(value_enum)]
    pub(crate) image: Image,
    /// Values by their names, in TOML.
    #[arg(long, value_name = "FILE")]
    pub(crate) values: PathBuf,
    /// An image that has the other values; without it, the reference machine's.
    #[arg(long, value_name = "FILE")]
    pub(crate) base: Option<PathBuf>,
    /// Where the image goes.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}
