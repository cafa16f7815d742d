//! Makes the tables of `docs/patient.md` anew.
//!
//! ```text
//! cargo run --release -p coldcap-sim --example patient_document
//! ```
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../tests/bench/mod.rs"]
mod bench;
#[path = "../tests/published/document.rs"]
mod document;
#[path = "../tests/published/exposures.rs"]
mod exposures;
#[path = "../tests/published/figures.rs"]
mod figures;
#[path = "../tests/published/oracle.rs"]
mod oracle;

fn main() -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/patient.md");
    let text = std::fs::read_to_string(path)?;
    std::fs::write(path, document::renewed(&text))
}
