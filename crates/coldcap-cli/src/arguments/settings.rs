//! Options of `settings`.

use super::access::Access;
use clap::{Args, Subcommand};
use coldcap_host::address::Address;
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    after_help = "Settings are what a display or a sounder does; limits and tunings are none. A file holds values by name, some \
                  or all.\nExit status 1: something differs, or was not changed; 2: the file is wrong, and nothing was changed; \
                  3: the machine is gone.\nExample: coldcap settings dump tcp:127.0.0.1:7700"
)]
pub(crate) struct SettingsCommand {
    #[command(subcommand)]
    pub(crate) what: WhatSettings,
}

/// What is done with the settings of a machine.
#[derive(Debug, Subcommand)]
pub(crate) enum WhatSettings {
    /// Print all of them as TOML, with units and ranges in comments.
    Dump(SettingsDump),
    /// Print what is not as a file has it.
    #[command(after_help = "Example: coldcap settings diff tcp:127.0.0.1:7700 desk.toml")]
    Diff(SettingsFile),
    /// Change what is not as a file has it, once all of it was checked.
    #[command(after_help = "Example: coldcap settings restore tcp:127.0.0.1:7700 desk.toml")]
    Restore(SettingsFile),
}

/// Which machine, and who asks: to change settings takes a clinician's or service's key.
#[derive(Args, Debug)]
pub(crate) struct Machine {
    /// The machine: tcp:HOST:PORT, ws:HOST:PORT, serial:PATH or pty:PATH.
    pub(crate) address: Address,
    #[command(flatten)]
    pub(crate) access: Access,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap settings dump tcp:127.0.0.1:7700 --json")]
pub(crate) struct SettingsDump {
    #[command(flatten)]
    pub(crate) machine: Machine,
}

#[derive(Args, Debug)]
pub(crate) struct SettingsFile {
    #[command(flatten)]
    pub(crate) machine: Machine,
    /// The file: TOML, as `dump` prints it.
    pub(crate) file: PathBuf,
}
