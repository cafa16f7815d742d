//! Options of what makes the command at home in a shell.

use clap::Args;
use clap_complete::Shell;
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    after_help = "What is printed goes where the shell looks for it: of bash ~/.local/share/bash-completion/completions/coldcap,\n\
                  of zsh a file _coldcap in a folder of $fpath, of fish ~/.config/fish/completions/coldcap.fish.\n\
                  Example: coldcap completions bash"
)]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  coldcap man\n  coldcap man --out man/man1")]
pub(crate) struct Man {
    /// Write a page for coldcap and one for each command to this folder, which is made if it is not there, and print none.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}
