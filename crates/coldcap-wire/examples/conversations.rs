//! Writes the golden conversations and the keys of their session below the folder that is named:
//! `cargo run -p coldcap-wire --example conversations -- crates/coldcap-wire/tests`.
#![allow(
    missing_docs,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects
)]

#[path = "../tests/support/conversations.rs"]
mod conversations;

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: conversations FOLDER");
        return Ok(());
    };
    let (lines, keys) = conversations::all();
    std::fs::write(folder.join("conversations.jsonl"), lines.join("\n") + "\n")?;
    std::fs::write(folder.join("conversations.keylog"), keys)
}
