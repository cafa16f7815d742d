//! The file of gains that somebody accepted.
//!
//! No command and no device loads it: the gains of a machine are part of its firmware. Who builds that
//! reads `coefficients` with the feature `serde` of `coldcap-thermal`, or types in `tuning`, and sets
//! [`LoopConfig::gains`](coldcap_thermal::channel::LoopConfig) for the flow in `flow_ml_min`.

use super::request::Request;
use super::result::Findings;
use crate::failure::Failure;
use coldcap::TICK;
use coldcap_thermal::pid::{Action, Coefficients, Tuning};
use fixed::types::I16F16;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

const NAME: &str = "coolant-loop.json";
const VERSION: u32 = 1;

/// Writes the file into the folder, which is made if it is not there; all of it or nothing.
pub(super) fn write(request: &Request, findings: &Findings) -> Result<PathBuf, Failure> {
    let folder = &request.out;
    let document = document(request, findings)?;
    let path = folder.join(NAME);
    let partial = folder.join(format!(".{NAME}.{}", std::process::id()));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&partial, format!("{document:#}\n")))
        .and_then(|()| fs::rename(&partial, &path))
        .map_err(|error| {
            let _ = fs::remove_file(&partial);
            Failure::Io(format!(
                "--out: {}: {error}: allowed is a folder to write to",
                folder.display()
            ))
        })?;
    Ok(path)
}

fn document(request: &Request, findings: &Findings) -> Result<Value, Failure> {
    let coefficients = coefficients(&findings.proposed.tuning)?;
    let found = findings.proposal.identified();
    let (model, errors) = (&found.model, &found.standard_errors);
    Ok(json!({
        "version": VERSION,
        "loop": "coolant",
        "origin": "simulated",
        "seed": request.seed,
        "patient": request.patient_name,
        "target_c": f64::from(request.target.to_milli()) / 1_000.0,
        "flow_ml_min": findings.point.flow_ml_min,
        "period_ms": TICK.as_millis(),
        "rule": findings.gains.rule.name(),
        "tuning": tuning(&findings.proposed.tuning),
        "largest_sensitivity": findings.proposed.sensitivity,
        "model": {
            "gain_k": model.gain,
            "time_constant_s": model.time_constant_s,
            "delay_s": model.delay_s,
        },
        "standard_errors": {
            "gain_k": errors.gain,
            "time_constant_s": errors.time_constant_s,
            "delay_s": errors.delay_s,
        },
        "confidence": found.confidence,
        "least_confidence": super::LEAST_CONFIDENCE,
        "coefficients": serde_json::to_value(coefficients)?,
    }))
}

/// The tuning for a step every tick.
pub(super) fn coefficients(tuning: &Tuning) -> Result<Coefficients<I16F16>, Failure> {
    Coefficients::<I16F16>::new(tuning, TICK)
        .map_err(|error| Failure::Wrong(format!("gains: {}: allowed: {error}", tuning.gain)))
}

fn tuning(tuning: &Tuning) -> Value {
    json!({
        "gain_per_k": tuning.gain,
        "integral_time_s": tuning.integral_time_s,
        "derivative_time_s": tuning.derivative_time_s,
        "filter_time_s": tuning.filter_time_s,
        "tracking_time_s": tuning.tracking_time_s,
        "b": tuning.b,
        "c": tuning.c,
        "action": match tuning.action {
            Action::Direct => "direct",
            Action::Reverse => "reverse",
        },
    })
}
