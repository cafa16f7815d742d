//! What a shell needs to complete the command line.

use crate::arguments::{self, Completions};
use crate::failure::Failure;
use std::io::{self, Write};

pub(crate) fn run(options: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut arguments::command(), "coldcap", &mut script);
    Ok(io::stdout().lock().write_all(&script)?)
}
