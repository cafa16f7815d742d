//! The record of a visit: entries, the chain through them, what they add up to, and the state that they
//! tell of.

mod chain;
mod entry;
mod event;
mod fields;
mod fold;
mod recorder;
mod stored;
mod summary;
mod sums;

pub use chain::{Chain, ChainError, LINK_BYTES, verify};
pub use entry::{ENTRY_BYTES, Entry};
pub use fields::{Fields, Kind};
pub use fold::{Fold, FoldError, FoldFault, fold};
pub use recorder::Recorder;
pub use summary::Summary;
