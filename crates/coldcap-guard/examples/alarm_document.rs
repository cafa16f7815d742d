//! Makes the generated parts of `docs/alarms.md` anew.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::float_arithmetic)]

#[path = "../tests/support/mod.rs"]
mod support;

fn main() -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/alarms.md");
    let text = std::fs::read_to_string(path)?;
    std::fs::write(path, support::document::renewed(&text))
}
