//! The `coldcap` command.

mod arguments;
mod command;
mod failure;
mod machine;
mod treatment;

use arguments::{Arguments, Command};
use clap::Parser;
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        Command::Demo(options) => command::demo::run(options),
        Command::Run(options) => command::run::run(options),
        Command::Machine(options) => command::machine::run(options),
        Command::Replay(options) => command::replay::run(options),
        Command::Decode(options) => command::decode::run(options),
        Command::Convert(options) => command::convert::run(options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("coldcap: {failure}");
            ExitCode::from(failure.status())
        }
    }
}
