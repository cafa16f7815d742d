//! Writes what the model says about measurements that had no part in it: `tests/published/predictions.csv`.
//!
//! ```text
//! cargo run --release -p coldcap-sim --example predictions
//! ```
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../tests/bench/mod.rs"]
mod bench;
#[path = "../tests/published/figures.rs"]
mod figures;
#[path = "../tests/published/predictions.rs"]
mod predictions;

fn main() -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/published/predictions.csv");
    let file = predictions::file();
    print!("{file}");
    std::fs::write(path, file)
}
