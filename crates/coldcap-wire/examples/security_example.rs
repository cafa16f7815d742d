//! Prints the part of `docs/wire-security.md` that stands between its two markers.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../tests/support/security_example.rs"]
mod security_example;

fn main() {
    print!("{}", security_example::text());
}
