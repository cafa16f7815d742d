//! Why a plan file was refused, in one line.

use core::fmt;

/// Why a plan file was refused: where, what stands there, what is allowed.
///
/// It prints as `FILE:FIELD: VALUE: allowed …`, on one line whatever the file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFileError {
    /// The file, as the caller named it.
    pub file: String,
    /// The path of the field, as in `treatment.pre_min` or `drug[0].end_min`; `line N` for the syntax.
    pub field: String,
    /// What stands there; `missing` or `unknown field` where that is what is wrong.
    pub value: String,
    /// What is allowed there.
    pub allowed: String,
}

impl fmt::Display for PlanFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, field, value, allowed } = self;
        let line = format!("{file}:{field}: {value}: allowed {allowed}");
        f.write_str(&line.replace(|letter: char| letter.is_control(), " "))
    }
}

impl core::error::Error for PlanFileError {}
