//! One figure a module.

pub(crate) mod cap_mode;
pub(crate) mod levels;
pub(crate) mod load;
pub(crate) mod relay;

pub(crate) type Drawing = Result<String, Box<dyn core::error::Error>>;

/// What is measured, and what helps most.
pub(crate) const BLUE: &str = "#0b6bcb";
pub(crate) const RED: &str = "#c2410c";
pub(crate) const GREEN: &str = "#15803d";
pub(crate) const GREY: &str = "#8996a3";
