//! Options of `tune`.

use super::values::{Columns, columns, finite, seed};
use clap::{ArgGroup, Args};
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    group(ArgGroup::new("source").required(true)),
    after_help = "The record has the columns time_s,input,output, or those of --columns; an input holds from its \
                  row's time to the next row.\nWith --machine nothing is applied without --accept, or a y where somebody is asked; \
                  the drawings come first.\nExamples: coldcap tune --data step.csv --plot step.svg\n          \
                  coldcap tune --data kit.csv --columns Time,Q1,T1 --before 0\n          \
                  coldcap tune --machine --rule amigo_pi --accept --out gains"
)]
pub(crate) struct Tune {
    /// A record as CSV.
    #[arg(long, value_name = "CSV", group = "source")]
    pub(crate) data: Option<PathBuf>,
    /// The names of the record's columns of time in seconds, input and output.
    #[arg(
        long,
        value_name = "TIME,INPUT,OUTPUT",
        value_parser = columns,
        default_value = "time_s,input,output",
        conflicts_with = "machine"
    )]
    pub(crate) columns: Columns,
    /// The input until the record's first row; without it, the input of that row.
    #[arg(
        long,
        value_name = "INPUT",
        value_parser = finite,
        conflicts_with = "machine"
    )]
    pub(crate) before: Option<f64>,
    /// A guided relay test of the coolant loop on the virtual machine.
    #[arg(long, group = "source")]
    pub(crate) machine: bool,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Where the drawing of record and model goes; with --machine a second one, of present and proposed
    /// gains, goes beside it to NAME-comparison.
    #[arg(long, value_name = "FILE", default_value = "tune.svg")]
    pub(crate) plot: PathBuf,
    /// The virtual patient; without it, the standard head. `coldcap demo --help` tells the file's fields.
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub(crate) patient: Option<PathBuf>,
    /// Decides noise and offsets of all sensors.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = seed,
        conflicts_with = "data"
    )]
    pub(crate) seed: u64,
    /// A fault of the machine, from one second to another.
    #[arg(long, value_name = "NAME@SECONDS[..SECONDS]", conflicts_with = "data")]
    pub(crate) fault: Vec<String>,
    /// What the supply is held at, in °C.
    #[arg(
        long,
        value_name = "C",
        default_value_t = -4.0,
        conflicts_with = "data"
    )]
    pub(crate) target: f64,
    /// The rule that the proposal is by; ziegler_nichols only to compare.
    #[arg(long, value_name = "NAME", default_value = "amigo_pi", conflicts_with = "data")]
    pub(crate) rule: String,
    /// How far the supply may get away from its target during the test, in K.
    #[arg(long, value_name = "K", default_value_t = 1.0, conflicts_with = "data")]
    pub(crate) band: f64,
    /// How far the valve's command moves during the test, of its whole range.
    #[arg(long, value_name = "PART", default_value_t = 0.1, conflicts_with = "data")]
    pub(crate) amplitude: f64,
    /// Accept the proposal without being asked: writes DIR/coolant-loop.json, which nothing loads by
    /// itself: it is for whoever builds the firmware.
    #[arg(long, conflicts_with = "data")]
    pub(crate) accept: bool,
    /// Parent folder of what is accepted; it is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out", conflicts_with = "data")]
    pub(crate) out: PathBuf,
}
