//! The command line.

mod access;
mod alarms;
mod course;
#[cfg(test)]
mod examples;
mod fit_cap;
mod fluid;
mod heads;
mod keys;
mod machine;
mod parameters;
mod place;
mod recordings;
mod regimen;
mod scripted;
mod sensors;
mod serve;
mod settings;
mod shell;
mod treatment;
mod tune;
mod values;
mod watch;

pub(crate) use access::Access;
pub(crate) use alarms::Alarms;
pub(crate) use course::{CourseCommand, CourseList, CourseNew, CourseShow, OfCourse, WhatCourse};
pub(crate) use fit_cap::{FitCap, SkinSensor};
pub(crate) use fluid::{Fluid, Mix};
pub(crate) use heads::{Falsify, Population};
pub(crate) use keys::{KeyRole, Keys, KeysAdd, KeysFile, KeysRevoke, Pair, WhatKeys};
pub(crate) use machine::Serve;
pub(crate) use parameters::{Image, Parameters, ParametersShow, ParametersWrite, WhatParameters};
pub(crate) use place::{Core, Place};
pub(crate) use recordings::{Decode, Export, Form, Record, Replay, Report};
pub(crate) use regimen::{Regimen, WhatRegimen};
pub(crate) use scripted::{Session, Sim};
pub(crate) use sensors::{
    Calibrate, CalibrateCertificate, CalibrateIce, CalibrateNtc, Convert, From, LintTable, Sensor,
};
pub(crate) use serve::ServePage;
pub(crate) use settings::{Machine, SettingsCommand, SettingsFile, WhatSettings};
pub(crate) use shell::{Completions, Man};
pub(crate) use treatment::{Demo, Run, Visit, with_patient};
pub(crate) use tune::Tune;
pub(crate) use values::{Columns, Language, Tone};
pub(crate) use watch::Watch;

use clap::{Arg, ColorChoice, CommandFactory, Parser, Subcommand};

/// The whole command line.
pub(crate) fn command() -> clap::Command {
    strict(Arguments::command())
}

/// A value that begins with a minus is a value, which the option's own parser judges; without a command there is one line, as
/// with every error.
fn strict(command: clap::Command) -> clap::Command {
    let negative = |arg: Arg| match arg.get_action().takes_values() {
        true => arg.allow_negative_numbers(true),
        false => arg,
    };
    command.arg_required_else_help(false).mut_args(negative).mut_subcommands(strict)
}

/// What each exit status says, of every command.
pub(crate) const EXIT_STATUSES: [(u8, &str); 4] = [
    (0, "done"),
    (1, "the thing examined is wrong: a difference, a finding, a bad frame, a failed expectation"),
    (2, "usage or input"),
    (3, "I/O or the peer is gone"),
];

const EXAMPLES: &str = "\
Examples:
  coldcap demo
  coldcap watch out/paclitaxel-weekly/session.ccap --speed 60
  coldcap machine --listen tcp:127.0.0.1:7700";

/// A scalp cooler's protocol and control core, on the desk.
///
/// Exit status: 0 done, 1 the thing examined is wrong, 2 usage or input, 3 I/O or the peer is gone.
#[derive(Debug, Parser)]
#[command(name = "coldcap", version, about, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// When colours are used; by itself, on a terminal and where NO_COLOR is not set.
    #[arg(long, value_name = "WHEN", value_enum, global = true, default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run both services on a virtual machine and a virtual patient, with a report at the end.
    Demo(Demo),
    /// Run both services on a machine behind a socket: the host side.
    Run(Run),
    /// Serve the virtual machine on a socket, a WebSocket or a pseudo terminal.
    Machine(Serve),
    /// Record everything that is heard of a machine, until Ctrl-C.
    Record(Record),
    /// Turn a recording into CSV or MCAP.
    Export(Export),
    /// Make the report of a recording: one HTML file.
    Report(Report),
    /// Look at a machine, or at a recording, in the terminal.
    Watch(Watch),
    /// Show a machine, or a recording, to browsers: one page, read-only.
    Serve(ServePage),
    /// Feed a recording to the core again and compare what comes out.
    Replay(Replay),
    /// Take frames apart: hexadecimal text, a file, or standard input.
    Decode(Decode),
    /// Turn resistance or voltage into temperature, or back: one number a line on standard input.
    Convert(Convert),
    /// Look for wrong lines, kinks and superseded curves in a published table of a sensor.
    LintTable(LintTable),
    /// Make a sensor's model and integer table, check a sensor in ice, or read its certificate.
    Calibrate(Calibrate),
    /// Print what a coolant is like at a temperature: JSON, each figure with its standard uncertainty.
    Fluid(Fluid),
    /// Run the fit visit on the virtual machine: cap size, contact of the zones, verdict, and a picture.
    FitCap(FitCap),
    /// Print the cooling times by regimen, with their sources.
    Regimen(Regimen),
    /// Play a session by a script, in virtual time: session, guard and alarms behind a small machine.
    Session(Session),
    /// Find a plant and gains for it, from a record or by a test. Nothing is applied on its own.
    Tune(Tune),
    /// Pair a host with the virtual machine: a key, handed over by a square code.
    Pair(Pair),
    /// List, add or revoke the keys of a machine in a file.
    Keys(Keys),
    /// Begin a course of chemotherapy, or show how far courses have come.
    Course(CourseCommand),
    /// Print, compare or restore the settings of a machine: sound, display, language.
    Settings(SettingsCommand),
    /// Show or write an image of parameters: what a maker or a clinic chooses for one machine.
    Parameters(Parameters),
    /// Print the frozen test vectors of the wire, a JSON object a line.
    #[command(after_help = "Example: coldcap vectors")]
    Vectors,
    /// Print the table of alarms, or write the tone of a priority as a sound.
    Alarms(Alarms),
    /// Treat many virtual heads, and print and draw how skins, coolant and alarms are spread.
    Population(Population),
    /// Play a scenario on the virtual machine: both services, what goes wrong, and what must come of it.
    Sim(Sim),
    /// Search for the head, the fault and the timing of people that leave least of a safety margin.
    Falsify(Falsify),
    /// Print the completions for a shell.
    Completions(Completions),
    /// Print the manual's page, or write those of all commands.
    Man(Man),
}
