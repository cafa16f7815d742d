//! Options of what makes keys and lists them.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    after_help = "Both files can be read by their owner alone. A machine with these keys: coldcap machine --keys FILE; \
                  its host: coldcap run --key FILE.\nExample: coldcap pair --keys machine.keys --code tablet.code --role nurse --label tablet"
)]
pub(crate) struct Pair {
    /// The keys of the machine, 64 bytes each; the new one is added.
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: PathBuf,
    /// Where the host's code goes: it is a secret.
    #[arg(long, value_name = "FILE")]
    pub(crate) code: PathBuf,
    /// What the holder of the key may do.
    #[arg(long, value_enum)]
    pub(crate) role: KeyRole,
    /// What a person calls the key.
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: String,
    /// Write the keys of the first session to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Option<PathBuf>,
    /// Print one JSON document instead of the square code.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the holder of a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyRole {
    /// Watch, stop, mark facts.
    Observer,
    /// Operate a session.
    Nurse,
    /// Operate a session, override, reset.
    Clinician,
    /// Reset what only service may, change settings.
    Service,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap keys list machine.keys")]
pub(crate) struct Keys {
    #[command(subcommand)]
    pub(crate) what: WhatKeys,
}

/// What is done with a file of keys.
#[derive(Debug, Subcommand)]
pub(crate) enum WhatKeys {
    /// Print number, role and label of each key.
    List(KeysFile),
    /// Make a key, add it, and print its number.
    Add(KeysAdd),
    /// Remove a key: a session by it ends with its next packet.
    Revoke(KeysRevoke),
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap keys list machine.keys --json")]
pub(crate) struct KeysFile {
    /// The file.
    pub(crate) file: PathBuf,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the keys themselves, too.
    #[arg(long)]
    pub(crate) secrets: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example: coldcap keys add machine.keys --role nurse --label tablet --code tablet.code"
)]
pub(crate) struct KeysAdd {
    /// The file; it is made if it is not there.
    pub(crate) file: PathBuf,
    /// What the holder of the key may do.
    #[arg(long, value_enum)]
    pub(crate) role: KeyRole,
    /// What a person calls the key.
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: String,
    /// Where the host's code goes: it is a secret.
    #[arg(long, value_name = "FILE")]
    pub(crate) code: PathBuf,
    /// The serial number of the machine; that of the virtual machine is 1.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) serial: u64,
    /// The number of the key, never given before; without it, one by chance.
    #[arg(long, value_name = "N")]
    pub(crate) id: Option<u32>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap keys revoke machine.keys 4711")]
pub(crate) struct KeysRevoke {
    /// The file.
    pub(crate) file: PathBuf,
    /// The number of the key.
    pub(crate) id: u32,
}
