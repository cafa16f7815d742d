//! Plays a session by a script: the shipped control, guard and alarms, behind a small machine.

mod deeds;
mod machine;
mod play;
mod script;
mod settings;
mod told;

use crate::arguments::Session;
use crate::failure::Failure;
use play::Play;
use script::Script;
use std::fs;
use std::io::{self, Write};

pub(crate) fn run(options: &Session) -> Result<(), Failure> {
    let path = options.script.as_path();
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    let name = path.display().to_string();
    let script = Script::parse(&text, &name).map_err(|error| Failure::Input(error.to_string()))?;
    let told = Play::new(&script)?.run();
    if options.json {
        writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&told.document(&script))?)?;
    } else {
        told.print(&script)?;
    }
    match told.failed() {
        Some(line) => Err(Failure::Wrong(format!("{name}:{line}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
