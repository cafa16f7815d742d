//! The frozen test vectors of the wire.

use crate::failure::Failure;
use std::io::{self, Write};

const VECTORS: &str = include_str!("../../../coldcap-wire/tests/vectors.jsonl");

pub(crate) fn run() -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    Ok(out.write_all(VECTORS.as_bytes())?)
}
