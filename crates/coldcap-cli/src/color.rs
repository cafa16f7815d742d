//! Whether colours are used: by the help, by what moves on standard error, and by the live view.

use clap::{ColorChoice, ValueEnum};
use std::ffi::OsString;

/// What the command line asks for, which has to be known before it is parsed, since that prints the help. What is wrong here, the
/// parser says.
pub(crate) fn choose(arguments: impl Iterator<Item = OsString>) -> ColorChoice {
    let words: Vec<String> = arguments.map(|word| word.to_string_lossy().into_owned()).collect();
    let apart = words.iter().zip(words.iter().skip(1));
    let apart = apart.filter(|(name, _)| *name == "--color").map(|(_, choice)| choice.as_str());
    let joined = words.iter().filter_map(|word| word.strip_prefix("--color="));
    let asked = apart.chain(joined).next().unwrap_or("auto");
    let choice = ColorChoice::from_str(asked, false).unwrap_or(ColorChoice::Auto);
    if choice != ColorChoice::Auto {
        let is_on = choice == ColorChoice::Always;
        console::set_colors_enabled_stderr(is_on);
        crossterm::style::force_color_output(is_on);
    }
    choice
}
