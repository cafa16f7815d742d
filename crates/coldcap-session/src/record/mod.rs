//! The record of a visit: entries, the chain through them, and what they add up to.

mod chain;
mod entry;
mod fields;
mod summary;

pub use chain::{Chain, ChainError, LINK_BYTES, verify};
pub use entry::{ENTRY_BYTES, Entry};
pub use fields::{Fields, Kind};
pub use summary::Summary;
