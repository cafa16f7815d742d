//! Prints the part of `docs/wire-format.md` that stands between its two registry markers.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../tests/support/mod.rs"]
mod support;

fn main() {
    print!("{}", support::document::registry());
}
