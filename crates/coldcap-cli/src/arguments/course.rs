//! Options of `course`, and of visits that belong to one.

use clap::{Args, Subcommand};
use coldcap_host::course::{HairLoss, Scale};
use std::path::PathBuf;

/// What a visit has of its course.
#[derive(Args, Debug)]
pub(crate) struct OfCourse {
    /// The course that the visit belongs to: session, calibration and cap are taken from it, and how it ended is written back.
    #[arg(long, value_name = "FILE")]
    pub(crate) course: Option<PathBuf>,
    /// How much hair was lost by now, as somebody graded it: dean:0 to dean:4, ctcae:0 to ctcae:2.
    #[arg(long, value_name = "SCALE:GRADE", requires = "course", value_parser = hair_loss)]
    pub(crate) hair_loss: Option<HairLoss>,
}

fn hair_loss(text: &str) -> Result<HairLoss, String> {
    let graded = text
        .split_once(':')
        .and_then(|(scale, grade)| HairLoss::new(Scale::named(scale)?, grade.parse().ok()?));
    graded.ok_or_else(|| "allowed dean:0 to dean:4, ctcae:0 to ctcae:2".to_owned())
}

#[derive(Args, Debug)]
#[command(
    after_help = "A course is one file, named by its pseudonymous number; docs/courses.md has the fields.\n\
                  Example: coldcap course new 1001 --sessions 6"
)]
pub(crate) struct CourseCommand {
    #[command(subcommand)]
    pub(crate) what: WhatCourse,
}

/// What is done with courses.
#[derive(Debug, Subcommand)]
pub(crate) enum WhatCourse {
    /// Begin a course: write its file.
    New(CourseNew),
    /// Print how far a course has come.
    Show(CourseShow),
    /// Print a line for each course of a folder.
    List(CourseList),
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap course new 1001 --sessions 6 --folder courses")]
pub(crate) struct CourseNew {
    /// The pseudonymous number of the patient, and nothing else about a person.
    pub(crate) patient: u64,
    /// How many sessions are planned, 1 to 24.
    #[arg(long, value_name = "N")]
    pub(crate) sessions: u8,
    /// Where the file goes; the folder is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "courses")]
    pub(crate) folder: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap course show courses/1001.toml")]
pub(crate) struct CourseShow {
    /// The file.
    pub(crate) file: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap course list courses --json")]
pub(crate) struct CourseList {
    /// The folder.
    #[arg(default_value = "courses")]
    pub(crate) folder: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}
