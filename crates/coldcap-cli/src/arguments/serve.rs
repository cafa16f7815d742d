//! Options of `serve`.

use super::access::Access;
use clap::Args;
use core::net::SocketAddr;
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    after_help = "The page is read-only: nothing that it says reaches a machine. docs/web.md shows it.\n\
                  An address that is not a loopback one is refused without --tls-cert, --tls-key and --token; the page is then\n\
                  opened as https://NAME:PORT/#TOKEN. Ends with Ctrl-C.\n\
                  Examples: coldcap serve tcp:127.0.0.1:7700\n          \
                  coldcap serve out/paclitaxel-weekly/session.ccap --http 127.0.0.1:8081 --speed 60"
)]
pub(crate) struct ServePage {
    /// A machine, tcp:HOST:PORT, ws:HOST:PORT[/PATH], serial:PATH[@BAUD] or pty:PATH; or a recording (`.ccap`).
    #[arg(value_name = "ADDRESS|FILE")]
    pub(crate) what: String,
    /// Where browsers come to; port 0 takes a free one.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) http: SocketAddr,
    /// A name or an address by which browsers know this computer, besides the one they come to.
    #[arg(long = "name", value_name = "HOST")]
    pub(crate) names: Vec<String>,
    /// The certificates of the server, PEM, its own one first.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the server, PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// A file with 32 hexadecimal digits or more that a page must tell.
    #[arg(long, value_name = "FILE")]
    pub(crate) token: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) access: Access,
    /// Print where it listens as one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
