//! What is wrong with a command line, in the one line that every error has.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use core::error::Error as _;
use core::net::AddrParseError;
use core::num::{ParseFloatError, ParseIntError};

/// What, which value, and what is allowed.
pub(crate) fn line(error: &Error) -> String {
    let value = || quoted(text(error, ContextKind::InvalidValue));
    let (name, help) = (argument(error), help(error));
    match error.kind() {
        ErrorKind::InvalidValue => format!("{name}: {}: {}", value(), valid(error)),
        ErrorKind::ValueValidation => {
            let allowed = error.source().map_or_else(|| help.clone(), |it| allowed(it, &help));
            format!("{name}: {}: {allowed}", value())
        }
        ErrorKind::UnknownArgument => {
            format!("{name}: {help}{}", near(error, ContextKind::SuggestedArg))
        }
        ErrorKind::InvalidSubcommand => {
            let name = text(error, ContextKind::InvalidSubcommand);
            format!("{name}: {help}{}", near(error, ContextKind::SuggestedSubcommand))
        }
        ErrorKind::MissingSubcommand => {
            let commands = texts(error, ContextKind::ValidSubcommand).join(", ");
            format!("COMMAND: nothing: allowed is one of {commands}")
        }
        ErrorKind::TooManyValues => {
            format!("{name}: {}: allowed is {name} alone", value())
        }
        ErrorKind::ArgumentConflict => conflict(error, &name),
        ErrorKind::MissingRequiredArgument => {
            let missing = texts(error, ContextKind::InvalidArg).join(", ");
            format!("{missing}: nothing: {help}")
        }
        ErrorKind::InvalidUtf8 => "an argument: no text: allowed is UTF-8".to_owned(),
        _ => as_told(error),
    }
}

/// What a parser wants; our own say it, those of the language and of clap what they found.
fn allowed(source: &(dyn core::error::Error + 'static), help: &str) -> String {
    let told = source.to_string();
    if told.starts_with("allowed") {
        told
    } else if let Some((_, range)) = told.split_once(" is not in ") {
        format!("allowed is {}", range.replace("..=", " to "))
    } else if source.is::<ParseIntError>() {
        "allowed is a whole number".to_owned()
    } else if source.is::<ParseFloatError>() {
        "allowed is a number".to_owned()
    } else if source.is::<AddrParseError>() {
        "allowed is ADDRESS:PORT, as in 127.0.0.1:8080".to_owned()
    } else {
        format!("{told}: {help}")
    }
}

/// An option without its value, by its name alone.
fn argument(error: &Error) -> String {
    let told = text(error, ContextKind::InvalidArg);
    let option = told.split_whitespace().next().unwrap_or_default();
    let name = option.trim_matches(['<', '>']).trim_end_matches("...");
    if name.is_empty() { "an empty argument".to_owned() } else { name.to_owned() }
}

fn quoted(value: String) -> String {
    if value.is_empty() { "nothing".into() } else { value }
}

fn valid(error: &Error) -> String {
    match texts(error, ContextKind::ValidValue) {
        none if none.is_empty() => format!("allowed is {}", text(error, ContextKind::InvalidArg)),
        words => format!("allowed is one of {}", words.join(", ")),
    }
}

/// Where all of it stands: the usage begins with the names of the command.
fn help(error: &Error) -> String {
    let usage = text(error, ContextKind::Usage);
    let words = usage.split_whitespace().skip_while(|word| *word == "Usage:");
    let is_name = |word: &&str| !word.starts_with(['[', '<', '-']);
    let names = words.take_while(is_name).collect::<Vec<_>>().join(" ");
    let names = if names.is_empty() { "coldcap" } else { &names };
    format!("allowed is what `{names} --help` says")
}

fn near(error: &Error, kind: ContextKind) -> String {
    match texts(error, kind) {
        none if none.is_empty() => String::new(),
        names => format!("; near it is {}", names.join(", ")),
    }
}

fn conflict(error: &Error, name: &str) -> String {
    let others = texts(error, ContextKind::PriorArg);
    if others.is_empty() || others.iter().any(|other| other.starts_with(name)) {
        return format!("{name}: twice: allowed is once");
    }
    format!("{name}: beside {}: allowed is one of them", others.join(", "))
}

/// A kind that this command line does not have yet.
fn as_told(error: &Error) -> String {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| {
        !line.starts_with("Usage:") && !line.starts_with("For more information")
    });
    let line = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    line.trim_start_matches("error: ").to_owned()
}

fn text(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        _ => texts(error, kind).join(", "),
    }
}

fn texts(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}
