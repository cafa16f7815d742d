//! Options of `fit-cap`.

use super::values::seed;
use super::with_patient;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

const FIT_CAP_HELP: &str = "Writes DIR/fit-cap: cap-fit.svg, cap-calibration.bin (the record), fit.json, visit.ccap.\n\
                  Exit 0 where the verdict is good or repeat; 1 where it is doubtful, reseat, resize or refuse, or \
                  where the host's repetition does not agree: the files are written all the same.\n\
                  What is stated with a zone holds for heads with a core of 37 +/- 0.4 C, 1.5 to 5 mm of fat, half to \
                  one and a half times the ordinary perfusion and a bare resistance of 0.04 to 0.2 m2K/W. The device is \
                  told none of these: outside of them a figure may be off by more (fever and a flushed skin: up to 80 % too \
                  high). A zone that passes, and would not if such heads were reckoned with, is told so.\n\
                  Example: coldcap fit-cap --seed 7 --out out";

#[derive(Args, Debug)]
#[command(
    after_help = FIT_CAP_HELP,
    after_long_help = with_patient(FIT_CAP_HELP)
)]
pub(crate) struct FitCap {
    /// The virtual patient; without it, the standard head. --help tells the file's fields.
    #[arg(long, value_name = "FILE")]
    pub(crate) patient: Option<PathBuf>,
    /// The plan that holds the head's measures; without it, weekly paclitaxel.
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Decides noise and offsets of all sensors.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed)]
    pub(crate) seed: u64,
    /// Fit a sensor on the skin under this zone; without it, the zones come from the inner face alone. The
    /// virtual cap's halves meet over the vertex: it has no crown.
    #[arg(long, value_enum, value_name = "ZONE")]
    pub(crate) skin_sensor: Option<SkinSensor>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Parent folder of what is written; it is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// Write the keys of the session to this file: whoever has it reads the session.
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Option<PathBuf>,
}

/// Where a skin-side sensor lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SkinSensor {
    /// Under the front half.
    Front,
    /// Under the rear half.
    Rear,
}
