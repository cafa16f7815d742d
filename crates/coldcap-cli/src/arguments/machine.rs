//! `coldcap machine`.

use super::values::seed;
use super::with_patient;
use clap::Args;
use core::net::SocketAddr;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Everything that these options mean: docs/virtual-machine.md.
Examples:
  coldcap machine --listen tcp:127.0.0.1:7700
  coldcap machine --listen pty --start-at post_cool-3min --speed 10
  coldcap machine --listen tcp:127.0.0.1:7700 --fault-door 127.0.0.1:7709
  coldcap machine --listen tcp:127.0.0.1:7700 --script examples/machine/afternoon.toml
  coldcap machine --channels 2 --listen tcp:127.0.0.1:7700 --listen tcp:127.0.0.1:7701 --start-at infusing --start-at 1:pre_cool+5min";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = with_patient(EXAMPLES))]
pub(crate) struct Serve {
    /// Where to listen: tcp:HOST:PORT, ws:HOST:PORT, or pty, a pseudo terminal. Port 0 takes a free one; what it is is printed.
    /// Given twice, the machine has two lines, each with a host of its own.
    #[arg(long, value_name = "ADDRESS", required = true)]
    pub(crate) listen: Vec<String>,
    /// How many heads the machine cools.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) channels: u8,
    /// The virtual patient; without it, the standard head. Given twice, the second one is at channel 1. --help tells the file's fields.
    #[arg(long, value_name = "FILE")]
    pub(crate) patient: Vec<PathBuf>,
    /// Bring the machine there first, as fast as it goes: a phase, minutes before it begins or into it.
    #[arg(long, value_name = "[CHANNEL:]PHASE[+MINmin|-MINmin]")]
    pub(crate) start_at: Vec<String>,
    /// The plan by which --start-at goes there; without it, weekly paclitaxel.
    #[arg(long, value_name = "FILE", requires = "start_at")]
    pub(crate) plan: Option<PathBuf>,
    /// A fault of the machine or the line, from one second to another, counted from power-up.
    #[arg(long, value_name = "NAME@SECONDS[..SECONDS]")]
    pub(crate) fault: Vec<String>,
    /// What goes wrong and what an operator does from the moment on when hosts may come: [[at]] and [[fault]] as in a scenario.
    #[arg(long, value_name = "TOML")]
    pub(crate) script: Option<PathBuf>,
    /// A door beside the protocol at which faults are made by hand, as the key f of watch does: an address of this computer alone.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) fault_door: Option<SocketAddr>,
    /// Decides noise and offsets of all sensors.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed)]
    pub(crate) seed: u64,
    /// For a host that speaks the bare protocol: virtual seconds for one second of wall time.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub(crate) speed: f64,
    /// Print where it listens as a JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Serve one connection and end.
    #[arg(long)]
    pub(crate) once: bool,
    /// The keys of the machine, a file of `coldcap keys`; without it, one that follows from the seed.
    #[arg(long, value_name = "FILE", conflicts_with = "unsecured")]
    pub(crate) keys: Option<PathBuf>,
    /// Without keys, for benches: nothing is sealed, and whoever reaches the link is taken for a clinician.
    #[arg(long)]
    pub(crate) unsecured: bool,
}
