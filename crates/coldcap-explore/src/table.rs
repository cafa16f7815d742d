//! The table of transitions, as it is found.

use crate::channel::coverage::{Coverage, flag_name, reason_name};
use core::fmt::Write;

/// The first line of the table.
pub const HEAD: &str = "phase,event,guard,answer,next,notes";

/// The table as comma-separated values: a line for each way from a phase to a phase by a class of event,
/// what the interlock and the coupling switch say of a time, and an answer. The notes are what any such step
/// flagged, and the machine's own reasons.
#[must_use]
pub fn csv(coverage: &Coverage) -> String {
    let mut text = format!("{HEAD}\n");
    for (row, marks) in coverage.table() {
        let flags = marks.flags().map(flag_name);
        let reasons = marks.reasons().map(|reason| reason_name(reason.0).to_owned());
        let notes: Vec<String> = flags.chain(reasons).collect();
        let event = quoted(row.event);
        let _ = writeln!(
            text,
            "{},{event},{},{},{},{}",
            row.phase,
            row.guard,
            row.answer,
            row.next,
            notes.join(" ")
        );
    }
    text
}

fn quoted(field: &str) -> String {
    if field.contains(',') { format!("\"{field}\"") } else { field.to_owned() }
}
