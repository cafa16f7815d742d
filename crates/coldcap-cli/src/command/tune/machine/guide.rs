//! What a person is told while the procedure goes on.

use crate::failure::Failure;
use std::io::{self, Write};

/// Tells every step as it happens, unless a script wants nothing but the result.
#[derive(Debug)]
pub(super) struct Guide {
    pub(super) talks: bool,
}

impl Guide {
    /// One line.
    pub(super) fn say(&self, line: &str) -> Result<(), Failure> {
        if self.talks {
            let mut out = io::stdout().lock();
            writeln!(out, "{line}")?;
            out.flush()?;
        }
        Ok(())
    }
}

/// Hours, minutes and seconds.
pub(super) fn clock(time_s: f64) -> String {
    let seconds = time_s.max(0.0) as u64;
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// A temperature with two decimals and a true minus.
pub(super) fn celsius(milli: i32) -> String {
    format!("{:.2} °C", f64::from(milli) / 1_000.0).replace('-', "−")
}
