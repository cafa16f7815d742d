//! Exhaustive exploration.
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod channel;
pub mod graph;
pub mod search;
pub mod store;
