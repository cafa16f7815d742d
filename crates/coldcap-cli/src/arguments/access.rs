//! By which key and by which clock a machine is spoken with.

use super::values::seed;
use clap::Args;
use std::path::PathBuf;

/// What every command takes that speaks with a machine at an address.
#[derive(Args, Clone, Debug)]
pub(crate) struct Access {
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
    /// Without keys, for benches: whatever comes is taken for the machine's.
    #[arg(long)]
    pub(crate) unsecured: bool,
    /// Seconds in one: of a virtual machine that runs at this --speed, or, where a recording is played, how fast.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub(crate) speed: f64,
}
