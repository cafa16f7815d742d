//! The `coldcap` command.

mod arguments;
mod color;
mod command;
mod failure;
mod host_key;
mod keylog;
mod machine;
mod progress;
mod refusal;
mod treatment;

use arguments::{Arguments, Command};
use clap::FromArgMatches;
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let choice = color::choose(std::env::args_os());
    let parsed = arguments::command().color(choice).try_get_matches();
    let arguments = match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    match run(&arguments.command) {
        Ok(()) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Demo(options) => command::demo::run(options),
        Command::Run(options) => command::run::run(options),
        Command::Machine(options) => command::machine::run(options),
        Command::Record(options) => command::record::run(options),
        Command::Export(options) => command::export::run(options),
        Command::Report(options) => command::report::run(options),
        Command::Watch(options) => command::watch::run(options),
        Command::Serve(options) => command::serve::run(options),
        Command::Replay(options) => command::replay::run(options),
        Command::Decode(options) => command::decode::run(options),
        Command::Convert(options) => command::convert::run(options),
        Command::LintTable(options) => command::lint_table::run(options),
        Command::Calibrate(options) => command::calibrate::run(options),
        Command::Fluid(options) => command::fluid::run(options),
        Command::FitCap(options) => command::fit_cap::run(options),
        Command::Regimen(options) => command::regimen::run(options),
        Command::Session(options) => command::session::run(options),
        Command::Tune(options) => command::tune::run(options),
        Command::Pair(options) => command::pair::run(options),
        Command::Course(options) => command::course::run(options),
        Command::Keys(options) => command::keys::run(options),
        Command::Settings(options) => command::settings::run(options),
        Command::Parameters(options) => command::parameters::run(options),
        Command::Vectors => command::vectors::run(),
        Command::Alarms(options) => command::alarms::run(options),
        Command::Population(options) => command::population::run(options),
        Command::Sim(options) => command::sim::run(options),
        Command::Falsify(options) => command::falsify::run(options),
        Command::Completions(options) => command::completions::run(options),
        Command::Man(options) => command::man::run(options),
    }
}

/// One line on standard error, whatever an operating system or a file put into it.
fn fail(failure: &Failure) -> ExitCode {
    let line = failure.to_string().replace(['\n', '\r'], " ");
    eprintln!("coldcap: {line}");
    ExitCode::from(failure.status())
}

/// Help and version go where they belong; a wrong command line is an error like any other.
fn refuse(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        return fail(&Failure::Input(refusal::line(error)));
    }
    match error.print().map_err(Failure::from) {
        Ok(()) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}
