//! Values on the command line that are not any text, and what is allowed for each.

use clap::ValueEnum;

/// The names of three columns: time, input and output.
#[derive(Clone, Debug)]
pub(crate) struct Columns(pub(crate) [String; 3]);

/// Three names behind one another.
pub(super) fn columns(names: &str) -> Result<Columns, String> {
    let names: Vec<String> = names.split(',').map(|name| name.trim().to_owned()).collect();
    let is_named = names.iter().all(|name| !name.is_empty());
    let names = <[String; 3]>::try_from(names).ok().filter(|_| is_named);
    names.map(Columns).ok_or_else(|| "allowed are three names: TIME,INPUT,OUTPUT".into())
}

/// A seed: every whole number that fits.
pub(super) fn seed(number: &str) -> Result<u64, String> {
    number.parse().map_err(|_| format!("allowed is a whole number, 0 to {}", u64::MAX))
}

/// Neither infinite nor no number.
pub(super) fn finite(number: &str) -> Result<f64, String> {
    let parsed = number.parse().ok().filter(|value: &f64| value.is_finite());
    parsed.ok_or_else(|| "allowed is a finite number".into())
}

/// A language of the alarms' texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English.
    En,
    /// German.
    De,
}

/// A priority that has a tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tone {
    /// The operator must act at once.
    High,
    /// The operator should act soon.
    Medium,
    /// The operator should know.
    Low,
}
