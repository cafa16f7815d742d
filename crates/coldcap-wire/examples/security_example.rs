//! Prints what stands between the markers of `docs/wire-security.md`: an example of minor version 2, or with the word
//! `whole` that of minor version 4.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "../tests/support/security_example.rs"]
mod security_example;

fn main() {
    let whole = std::env::args().nth(1).is_some_and(|word| word == "whole");
    print!("{}", if whole { security_example::whole_text() } else { security_example::text() });
}
