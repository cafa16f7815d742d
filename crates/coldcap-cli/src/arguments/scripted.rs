//! Options of what plays a script.

use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    after_help = "The script's fields stand in docs/session-scripts.md, examples in examples/sessions.\n\
                  Exit status 1: an expectation failed, or the record does not tell the state; 2: the script is wrong.\n\
                  Example: coldcap session --script examples/sessions/kinked-hose.toml"
)]
pub(crate) struct Session {
    /// The script.
    #[arg(long, value_name = "TOML")]
    pub(crate) script: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What ends the help of `sim`.
const SIM_HELP: &str = "\
A scenario is TOML; its times count from power-up: time is \"HH:MM:SS\", from_s and to_s are seconds:
  plan, patient   files beside it, or a table [patient]; without them weekly paclitaxel and the standard head
  [machine]       ambient_c, glycol, and in tables tank, circuit, cap, sensors what differs from the standard machine; its
                  variants and their fields are those of docs/machine.md
  seed            of noise and offsets
  [nurse]         resumes, how often cooling is resumed after a fault before the session is ended: 5
  [[fault]]       name, from_s, and to_s if it ends: `sim --list-faults` has one of each hazard, a wrong name is
                  answered with all
  [[at]]          time, and do (a button), fact, or power = \"off\" with gap_s
  [[expect]]      time, and one of phase, alarm (with priority), no_alarm, refused, output
  [end]           outcome, skin_at_least_c, skin_falls_at_most_k_min
Exit status 1 says that an expectation failed or an invariant broke: nothing circulates in a phase in which it must not,
no skin freezes, the visit comes to an end, and the record gives the live state again.

Example: coldcap sim --scenario examples/scenarios/kinked-hose.toml --report";

#[derive(Args, Debug)]
#[command(after_help = SIM_HELP)]
pub(crate) struct Sim {
    /// The scenario.
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// Print the summary as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the trace, once a second, as CSV.
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// Say where the report is, on standard error, beside --json or --csv.
    #[arg(long)]
    pub(crate) report: bool,
    /// Parent folder of what is written, in a folder of the scenario's name; it is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// Print a fault of each hazard, H1 to H23, instead.
    #[arg(long, conflicts_with_all = ["scenario", "csv", "report"])]
    pub(crate) list_faults: bool,
}
