//! Options of what runs a whole visit.

use super::course::OfCourse;
use super::place::{Core, Place};
use super::values::seed;
use crate::command::inputs::PATIENT_HELP;
use clap::Args;
use std::path::PathBuf;

/// What demo and run share.
#[derive(Args, Debug)]
pub(crate) struct Visit {
    /// The plan of the visit; without it, weekly paclitaxel.
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) of_course: OfCourse,
    /// Parent folder of what is written; it is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// Virtual seconds for one second of wall time; as fast as it goes without it.
    #[arg(long, value_name = "X")]
    pub(crate) speed: Option<f64>,
    /// Print the summary as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the keys of the sessions to this file: whoever has it reads them, and could write into them.
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Option<PathBuf>,
    /// Without keys, for benches: nothing is sealed, and whoever reaches the link is taken for a clinician.
    #[arg(long)]
    pub(crate) unsecured: bool,
}

/// What ends the long help of a command that takes a patient's file.
pub(crate) fn with_patient(example: &str) -> String {
    format!("{PATIENT_HELP}\n{example}")
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example: coldcap demo --fault kink@6000..6300 --seed 7",
    after_long_help = with_patient("Example: coldcap demo --fault kink@6000..6300 --seed 7")
)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) visit: Visit,
    /// The virtual patient; without it, the standard head. --help tells the file's fields.
    #[arg(long, value_name = "FILE")]
    pub(crate) patient: Option<PathBuf>,
    /// A fault of the machine, the link or the host, from one second to another.
    #[arg(long, value_name = "NAME@SECONDS[..SECONDS]")]
    pub(crate) fault: Vec<String>,
    /// Decides noise and offsets of all sensors.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed)]
    pub(crate) seed: u64,
    /// Where the device runs.
    #[arg(long, value_enum, default_value_t = Place::InProcess)]
    pub(crate) machine: Place,
    /// The firmware image for the emulator.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "target/firmware/thumbv7em-none-eabihf/release/lane"
    )]
    pub(crate) firmware: PathBuf,
    /// The core that the emulator has.
    #[arg(long, value_enum, default_value_t = Core::CortexM4f)]
    pub(crate) core: Core,
    /// Let the emulator count executed instructions (slow).
    #[arg(long)]
    pub(crate) count: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap run --connect tcp:127.0.0.1:7700")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) visit: Visit,
    /// The machine's address.
    #[arg(long, value_name = "tcp:HOST:PORT")]
    pub(crate) connect: String,
    /// The seed of the virtual machine: its key follows from it.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = seed,
        conflicts_with = "key"
    )]
    pub(crate) seed: u64,
    /// The file with the code that the machine has shown when it was paired.
    #[arg(long, value_name = "FILE", conflicts_with = "unsecured")]
    pub(crate) key: Option<PathBuf>,
}
