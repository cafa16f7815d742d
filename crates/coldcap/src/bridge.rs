//! Domain and wire, mapped onto each other by exhaustive matches.
//!
//! Neither side knows the other: the domain may grow without touching the wire, and a host links no
//! control code. This is the one place where both are known.

pub(crate) mod inbound;
pub(crate) mod outbound;
