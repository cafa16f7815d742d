//! Courses on the desk: begin one, and see how far they have come.

mod keeper;

use crate::arguments::{CourseCommand, CourseList, CourseNew, CourseShow, WhatCourse};
use crate::failure::Failure;
use coldcap_host::course::{Course, CourseError, CourseFile, HeldSession, StoredFit};
pub(crate) use keeper::Keeper;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(crate) fn run(options: &CourseCommand) -> Result<(), Failure> {
    match &options.what {
        WhatCourse::New(new) => begin(new),
        WhatCourse::Show(show) => self::show(show),
        WhatCourse::List(list) => self::list(list),
    }
}

/// A file that is wrong is a wrong input, and so is one that is not there.
pub(crate) fn failure(error: CourseError) -> Failure {
    match error {
        CourseError::Io(path, error) => Failure::unreadable(&path, &error),
        CourseError::Changed(_) => Failure::Io(error.to_string()),
        _ => Failure::Input(error.to_string()),
    }
}

fn begin(options: &CourseNew) -> Result<(), Failure> {
    let course = Course::new(options.patient, options.sessions).ok_or_else(|| {
        let (patient, sessions) = (options.patient, options.sessions);
        Failure::Input(format!(
            "PATIENT, --sessions: {patient}, {sessions}: allowed 1 to {}, 1 to 24",
            i64::MAX
        ))
    })?;
    fs::create_dir_all(&options.folder)
        .map_err(|error| Failure::Io(format!("--folder: {}: {error}", options.folder.display())))?;
    let path = options.folder.join(format!("{}.toml", course.patient));
    let file = CourseFile::create(&path, course).map_err(failure)?;
    warn(&file.course);
    if options.json {
        return print(&document(&file));
    }
    Ok(writeln!(io::stdout(), "{}", file.path().display())?)
}

/// What a person should know goes beside the result.
fn warn(course: &Course) {
    course.warnings().iter().for_each(|warning| eprintln!("coldcap: warning: {warning}"));
}

fn show(options: &CourseShow) -> Result<(), Failure> {
    let file = CourseFile::open(&options.file).map_err(failure)?;
    warn(&file.course);
    if options.json {
        return print(&document(&file));
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{}", line(&file))?;
    file.course.fits.iter().try_for_each(|fit| writeln!(out, "  {}", fit_line(fit)))?;
    for (number, held) in (1..).zip(&file.course.held) {
        writeln!(out, "  {}", session_line(number, held))?;
    }
    Ok(())
}

fn list(options: &CourseList) -> Result<(), Failure> {
    let (mut files, mut wrong) = (Vec::new(), None);
    for path in paths(&options.folder)? {
        match CourseFile::open(&path) {
            Ok(file) => files.push(file),
            Err(error) => wrong = wrong.or(Some(failure(error))),
        }
    }
    if options.json {
        print(&Value::Array(files.iter().map(document).collect()))?;
    } else {
        let mut out = io::stdout().lock();
        files.iter().try_for_each(|file| writeln!(out, "{}", line(file)))?;
    }
    // One that is wrong hides no other.
    wrong.map_or(Ok(()), Err)
}

/// The courses of a folder, in the order of their names. What begins with a dot is none.
fn paths(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::unreadable(folder, &error))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.extension() == Some(OsStr::new("toml")) && !is_hidden(path));
    paths.sort();
    Ok(paths)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn print(document: &Value) -> Result<(), Failure> {
    Ok(writeln!(io::stdout(), "{}", serde_json::to_string_pretty(document)?)?)
}

/// Everything that a file holds, and what it comes to.
pub(crate) fn document(file: &CourseFile) -> Value {
    let course = &file.course;
    json!({
        "file": file.path().display().to_string(),
        "patient": course.patient,
        "sessions": course.sessions,
        "next": course.next(),
        "fits": course.fits.iter().map(fit_document).collect::<Vec<_>>(),
        "held": (1..).zip(&course.held).map(session_document).collect::<Vec<_>>(),
        "warnings": course.warnings().iter().map(|warning| json!({
            "name": warning.name(),
            "text": warning.to_string(),
        })).collect::<Vec<_>>(),
    })
}

fn fit_document(fit: &StoredFit) -> Value {
    json!({
        "date": fit.date.to_string(),
        "calibration": format!("{:016x}", fit.calibration),
        "cap": { "size": fit.cap_size.name(), "id": fit.cap_id },
    })
}

fn session_document((number, held): (u8, &HeldSession)) -> Value {
    json!({
        "number": number,
        "date": held.date.to_string(),
        "density": held.density_name(),
        "hair_loss": held.hair_loss.map(|loss| json!({
            "scale": loss.scale().name(),
            "grade": loss.grade(),
        })),
        "ended": held.ended.name(),
        "record": held.record.map(|link| format!("{:016x}", u64::from_be_bytes(link))),
    })
}

fn line(file: &CourseFile) -> String {
    let course = &file.course;
    let cap = course.fit().map_or("no fit yet", |fit| fit.cap_size.name()).replace('_', " ");
    let last = course.held.last().map_or(String::new(), |held| format!(", last on {}", held.date));
    format!(
        "{}: {} of {} sessions{last}; cap: {cap}",
        course.patient,
        course.held.len(),
        course.sessions
    )
}

fn fit_line(fit: &StoredFit) -> String {
    let id = fit.cap_id.map_or(String::new(), |id| format!(", number {id}"));
    let size = fit.cap_size.name().replace('_', " ");
    format!("{} fit: cap {size}{id}, calibration {:016x}", fit.date, fit.calibration)
}

fn session_line(number: u8, held: &HeldSession) -> String {
    let loss = held.hair_loss.map_or(String::new(), |loss| {
        format!(", hair loss {} ({})", loss.grade(), loss.scale().name())
    });
    let density = held.density_name().replace('_', " ");
    let ended = held.ended.name().replace('_', " ");
    format!("{} session {number}: hair {density}{loss}; {ended}", held.date)
}
