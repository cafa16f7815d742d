//! Options of `watch`.

use super::access::Access;
use clap::Args;
use core::net::SocketAddr;

#[derive(Args, Debug)]
#[command(
    after_help = "In the terminal ? shows the keys. Without a terminal on standard output a line a second is printed.\n\
                  Of a machine the keys stop, begin a break, resume, ease off, note comfort, acknowledge alarms and pause their sound;\n\
                  of a recording they pause, set the speed, and seek. docs/watch.md shows the screen.\n\
                  Examples: coldcap watch tcp:127.0.0.1:7700\n          \
                  coldcap watch serial:/dev/ttyACM0 --key tablet.code\n          \
                  coldcap watch out/paclitaxel-weekly/session.ccap --speed 60"
)]
pub(crate) struct Watch {
    /// A machine, tcp:HOST:PORT, ws:HOST:PORT[/PATH], serial:PATH[@BAUD] or pty:PATH; or a recording (`.ccap`).
    #[arg(value_name = "ADDRESS|FILE")]
    pub(crate) what: String,
    #[command(flatten)]
    pub(crate) access: Access,
    /// The door for faults of a virtual machine, as given to it: then f makes one.
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with_all = ["json", "plain"])]
    pub(crate) fault_door: Option<SocketAddr>,
    /// Print a line a second instead of drawing.
    #[arg(long, conflicts_with = "json")]
    pub(crate) plain: bool,
    /// Print a JSON object a second, one a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// End after so many seconds; without it, with q.
    #[arg(long = "for", value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub(crate) duration: Option<u32>,
}
