//! Options of what makes recordings and reads them.

use super::access::Access;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    after_help = "What is not yet in the file when this program or the computer dies is what came in the last five seconds.\n\
                  Exit status 3: the machine was never heard, or the file cannot be written.\n\
                  Example: coldcap record tcp:127.0.0.1:7700 --seconds 600"
)]
pub(crate) struct Record {
    /// The machine: tcp:HOST:PORT, ws:HOST:PORT[/PATH], serial:PATH[@BAUD] or pty:PATH.
    pub(crate) address: String,
    /// Where the recording goes: a new file that ends in .ccap, or a parent folder, which is made if it is not there.
    #[arg(long, value_name = "DIR|FILE", default_value = "out")]
    pub(crate) out: PathBuf,
    /// End after so many seconds; without it, at Ctrl-C.
    #[arg(long, value_name = "N")]
    pub(crate) seconds: Option<f64>,
    /// Ask for status so often, 100 to 10000 ms; without it, the machine reports each second.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(100..=10_000))]
    pub(crate) period: Option<u32>,
    /// The channel whose record is downloaded, from 0.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) channel: u8,
    #[command(flatten)]
    pub(crate) access: Access,
    /// Print the summary as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What a recording is turned into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// A line a second and channel, with the columns of trace.csv.
    Csv,
    /// Channels of messages with JSON schemas, for Foxglove and the libraries of MCAP.
    Mcap,
}

#[derive(Args, Debug)]
#[command(
    after_help = "What of the file is damaged or missing is said on standard error, and the rest is exported.\n\
                  Example: coldcap export out/paclitaxel-weekly/session.ccap --to mcap"
)]
pub(crate) struct Export {
    /// The recording, of a device or of a host.
    pub(crate) file: PathBuf,
    /// What it is turned into.
    #[arg(long, value_enum)]
    pub(crate) to: Form,
    /// Where it goes: a file with the extension of its form, or a parent folder, which is made if it is not there; without
    /// it, beside the recording.
    #[arg(long, value_name = "DIR|FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Print the summary as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "What cannot be known from the recording stands as not known: without the plan's file, the names of \
                  drugs and the units of billing.\n\
                  Examples: coldcap report out/paclitaxel-weekly/session.ccap --out report.html\n\
                  \x20         coldcap report out/paclitaxel-weekly/session.ccap --plan examples/plans/paclitaxel-weekly.toml"
)]
pub(crate) struct Report {
    /// The recording, of a device or of a host.
    pub(crate) file: PathBuf,
    /// Where the page goes; without it, beside the recording.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The channel, from 0.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) channel: u8,
    /// The plan of the visit (TOML), for what the recording does not know: the names of drugs, the infusion, the date of service.
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Print the summary as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap replay out/paclitaxel-weekly/session.ccap")]
pub(crate) struct Replay {
    /// A recording (`.ccap`).
    pub(crate) file: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap decode 04481505010103ad0201030109010181f3e5d19cb300")]
pub(crate) struct Decode {
    /// Hexadecimal text, the path of a recording, of raw bytes or of such text, or `-` for standard input.
    pub(crate) what: String,
    /// The keys of sessions, as --keylog of other commands writes them: sealed packets are opened by them.
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Option<PathBuf>,
}
