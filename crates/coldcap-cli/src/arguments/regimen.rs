//! Options of `regimen`.

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap regimen list")]
pub(crate) struct Regimen {
    #[command(subcommand)]
    pub(crate) what: WhatRegimen,
}

/// What of the table is printed.
#[derive(Debug, Subcommand)]
pub(crate) enum WhatRegimen {
    /// Every regimen, one row for each source.
    List(RegimenList),
    /// One regimen, with every source in full.
    Show(RegimenShow),
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap regimen list --json")]
pub(crate) struct RegimenList {
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap regimen show paclitaxel_weekly")]
pub(crate) struct RegimenShow {
    /// The regimen's number or name.
    pub(crate) id: String,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}
