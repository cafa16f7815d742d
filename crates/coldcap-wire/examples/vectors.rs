//! Prints the golden vectors, one JSON object a line. Lines are added and never changed or removed:
//! `cargo run -p coldcap-wire --example vectors > crates/coldcap-wire/tests/vectors.jsonl`
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../tests/support/mod.rs"]
mod support;

fn main() {
    support::vectors::lines().iter().for_each(|line| println!("{line}"));
}
