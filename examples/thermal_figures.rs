//! Draws the figures of `docs/thermal-control.md`, each from a run.
//!
//! `cargo run --release -p coldcap-examples --example thermal_figures [FOLDER]`; without a folder it
//! writes `docs/images` anew.

mod figures;

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let images = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/images"));
    let folder = std::env::args_os().nth(1).map_or(images, PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let drawings = [
        ("thermal-feed-forward.svg", figures::load::draw()?),
        ("thermal-quantiser.svg", figures::levels::draw()?),
        ("thermal-relay.svg", figures::relay::draw()?),
        ("thermal-cap-mode.svg", figures::cap_mode::draw()?),
    ];
    for (name, drawing) in drawings {
        std::fs::write(folder.join(name), &drawing)?;
        println!("{name}: {} bytes", drawing.len());
    }
    Ok(())
}
