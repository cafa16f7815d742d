//! A link that does its worst, between a device and a host that are made of the shipped services.
//!
//! Everything follows from one seed: which faults there are (each seed switches on a random part of them),
//! when they strike, and what the host wants. [`run`] plays it: first a phase with faults, then the link is
//! healed, and within [`ROUND_TRIPS`] round trips all that waits must have ended. Real messages go through
//! the real frames, trailers and deframer of `coldcap-wire`. What is judged, and by whom, stands in
//! [`Judge`].
//!
//! Packets are sealed by the shipped [`coldcap_wire::security`]: each run begins with hello and handshake, the host makes
//! new keys now and then, and whoever is on the line has none. He records, sends again, keeps back, changes, cuts and
//! makes up packets, those of a handshake, too ([`Attacker`]).
//!
//! ```
//! use coldcap_sim::linksim::{Options, run};
//! let options = Options::from_seed(7);
//! let summary = run(&options).map_err(|failure| failure.to_string()).unwrap();
//! assert!(summary.carried_out > 0);
//! ```

mod attacker;
mod device;
mod goodput;
mod host;
mod judge;
mod line;
mod options;
mod session;
mod world;

pub use attacker::Attacker;
pub use device::SimDevice;
pub use goodput::{Goodput, LineKind, goodput};
pub use host::SimHost;
pub use judge::{Failure, Judge};
pub use line::{Faults, Line};
pub use options::Options;
pub use session::{Session, plain};
pub use world::{Happening, ROUND_TRIPS, Summary, World, run};
