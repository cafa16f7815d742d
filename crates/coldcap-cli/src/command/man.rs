//! The manual: a page for the whole and one for each command.

use crate::arguments::{self, EXIT_STATUSES, Man as Options};
use crate::failure::Failure;
use clap::Command;
use clap_mangen::Man;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let mut command = arguments::command().disable_help_subcommand(true);
    command.build();
    match &options.out {
        None => Ok(io::stdout().lock().write_all(&page(&command)?)?),
        Some(folder) => {
            let failed = |error| Failure::Io(format!("--out: {}: {error}", folder.display()));
            fs::create_dir_all(folder).and_then(|()| write(&command, folder)).map_err(failed)
        }
    }
}

/// The page of the command, and those of the commands below.
fn write(command: &Command, folder: &Path) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    fs::write(folder.join(format!("{name}.1")), page(command)?)?;
    // The depth is that of the command line: two.
    command.get_subcommands().try_for_each(|below| write(below, folder))
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    writeln!(page, ".SH \"EXIT STATUS\"")?;
    for (status, meaning) in EXIT_STATUSES {
        writeln!(page, ".TP\n\\fB{status}\\fR\n{meaning}")?;
    }
    Ok(page)
}
