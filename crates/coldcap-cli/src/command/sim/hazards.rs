//! What can go wrong, by the number of its hazard.

use crate::failure::Failure;
use coldcap_sim::hazard::HAZARDS;
use serde_json::json;
use std::io::{self, Write};

/// One fault of each hazard, a line each.
pub(super) fn list(as_json: bool) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if as_json {
        let all = HAZARDS.iter().map(|hazard| {
            json!({ "hazard": hazard.name(), "fault": hazard.fault.name(), "about": hazard.about })
        });
        let document = serde_json::Value::Array(all.collect());
        return Ok(writeln!(out, "{document:#}")?);
    }
    for hazard in &HAZARDS {
        writeln!(out, "{:<4} {:<18} {}", hazard.name(), hazard.fault.name(), hazard.about)?;
    }
    Ok(())
}
