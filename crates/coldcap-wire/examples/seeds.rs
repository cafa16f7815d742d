//! Writes the inputs from which the fuzz targets begin below the folder that is named:
//! `cargo run -p coldcap-wire --example seeds -- fuzz/corpus`.
#![allow(
    missing_docs,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::arithmetic_side_effects
)]

#[path = "../tests/support/samples.rs"]
mod samples;
#[path = "../tests/support/seeds.rs"]
mod seeds;

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: seeds FOLDER");
        return Ok(());
    };
    for seed in seeds::all() {
        let folder = folder.join(seed.target);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(seed.name), seed.bytes)?;
    }
    Ok(())
}
