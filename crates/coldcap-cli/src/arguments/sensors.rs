//! Options of what is done with sensors and their tables.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(after_help = "Example: echo 109.7347 | coldcap convert --curve pt100 --from ohm")]
pub(crate) struct Convert {
    /// pt100, pt1000, tc-k, tc-t, or a model file.
    #[arg(long, value_name = "CURVE")]
    pub(crate) curve: String,
    /// What the input is.
    #[arg(long, value_enum)]
    pub(crate) from: From,
    /// Temperature of a thermocouple's cold junction in °C.
    #[arg(long, value_name = "C", default_value_t = 0.0)]
    pub(crate) cold_junction: f64,
    /// Print one JSON document: a list of lines.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the input of a conversion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum From {
    /// A resistance, to °C.
    Ohm,
    /// A voltage, to °C.
    Mv,
    /// A temperature, to ohm or mV.
    Celsius,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Findings: outlier, one_of_these (one of these lines is wrong, and which cannot be told), kink, not_monotonic, superseded_curve, beta_mismatch (1 %). A line's number is \
                  that in the file; deviation_mk is what the listed resistance reads on the expected \
                  curve, less the listed temperature.\nExample: coldcap lint-table part.csv --beta 25/85=3435"
)]
pub(crate) struct LintTable {
    /// The table: columns t_c and r_ohm, a resistance thermometer or a thermistor.
    #[arg(value_name = "CSV")]
    pub(crate) table: PathBuf,
    /// The column of resistances, where a file has several.
    #[arg(long, value_name = "NAME", default_value = "r_ohm")]
    pub(crate) column: String,
    /// A label's β in K between two temperatures in °C, to be recomputed from the table.
    #[arg(long, value_name = "T1/T2=B", allow_hyphen_values = true)]
    pub(crate) beta: Vec<String>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap calibrate certificate sensor-4711.bin")]
pub(crate) struct Calibrate {
    #[command(subcommand)]
    pub(crate) sensor: Sensor,
}

/// What is calibrated.
#[derive(Debug, Subcommand)]
pub(crate) enum Sensor {
    /// A thermistor by its maker's table: four-term Steinhart–Hart fit, integer table, drawing.
    Ntc(CalibrateNtc),
    /// A sensor in ice and water: whether it reads 0 °C.
    Ice(CalibrateIce),
    /// The record of a sensor's calibration, in words.
    Certificate(CalibrateCertificate),
}

#[derive(Args, Debug)]
#[command(
    after_help = "The file has the columns time_s and t_c: what the sensor shows, by its own table, in crushed ice of \
                  clean water. Its last minute counts, of 20 readings or more; an empty cell of t_c is a reading that is missing, and one in \
                  ten may be.\nExit 0 passes, 1 fails, is unstable (scatter or wander above 5 mK), is stuck (the same value \
                  again and again) or tells nothing (u above 25 mK). It finds a shift of the sensor; it is no \
                  calibration.\nExample: coldcap calibrate ice --data ice.csv"
)]
pub(crate) struct CalibrateIce {
    /// The readings: columns time_s and t_c.
    #[arg(long, value_name = "CSV")]
    pub(crate) data: PathBuf,
    /// Standard uncertainty of the sensor at 0 °C in mK, as its certificate states it: half of U at k = 2.
    #[arg(long, value_name = "MK", default_value_t = 2.0)]
    pub(crate) sensor_u_mk: f64,
    /// Standard uncertainty of the bath in mK: 2 where it is made with care.
    #[arg(long, value_name = "MK", default_value_t = 2.0)]
    pub(crate) bath_u_mk: f64,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "A record has 192 bytes; its layout is in the documentation of coldcap-calibration. One whose checksum \
                  does not fit, or that contradicts itself, is refused: exit 1.\nExample: coldcap calibrate certificate sensor-4711.bin"
)]
pub(crate) struct CalibrateCertificate {
    /// The path of a record, raw or as hexadecimal text, such text itself, or `-` for standard input.
    pub(crate) what: String,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Writes the model to FILE (JSON), a drawing to FILE.svg and, with --emit rust, the integer table's \
                  source to FILE.rs.\nA fit that is more than 100 mK off its table is not for use: exit 1, the model says \"usable\": false, and no \
                  source is written.\nExample: coldcap calibrate ntc --table part.csv --divider 10000 --span=-20..50 \
                  --out part.json"
)]
pub(crate) struct CalibrateNtc {
    /// The maker's table: columns t_c and r_ohm.
    #[arg(long, value_name = "CSV")]
    pub(crate) table: PathBuf,
    /// The column of resistances, where a file has several.
    #[arg(long, value_name = "NAME", default_value = "r_ohm")]
    pub(crate) column: String,
    /// The pull-up in ohms; the code is R/(R + divider).
    #[arg(long, value_name = "OHM")]
    pub(crate) divider: f64,
    /// The span in °C.
    #[arg(long, value_name = "LO..HI", allow_hyphen_values = true)]
    pub(crate) span: String,
    /// Where the model goes.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Write the integer table as source text too.
    #[arg(long, value_enum)]
    pub(crate) emit: Option<Emit>,
    /// Print the model as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A language for tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// A module for firmware.
    Rust,
}
