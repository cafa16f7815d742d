//! What is asked for, checked before anything runs.

use super::relay::Bounds;
use crate::arguments::Tune;
use crate::command::inputs;
use crate::failure::Failure;
use coldcap_sim::{FaultSchedule, PatientParameters};
use coldcap_thermal::tune::rules::Rule;
use coldcap_units::{Coolant, Kelvin};
use std::path::PathBuf;

/// A request that can be served.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) patient: PatientParameters,
    /// The file that the patient is from.
    pub(super) patient_name: String,
    pub(super) seed: u64,
    pub(super) faults: FaultSchedule,
    pub(super) target: Coolant,
    pub(super) bounds: Bounds,
    pub(super) rule: Rule,
    pub(super) accept: bool,
    pub(super) json: bool,
    pub(super) plot: PathBuf,
    pub(super) out: PathBuf,
}

/// What a plan allows, in °C.
const TARGETS_C: [f64; 2] = [-8.0, 5.0];
const BANDS_K: [f64; 2] = [0.2, 2.0];
const AMPLITUDES: [f64; 2] = [0.02, 0.5];

impl Request {
    pub(super) fn read(options: &Tune) -> Result<Self, Failure> {
        let target_c = within("--target", options.target, TARGETS_C)?;
        let band_k = within("--band", options.band, BANDS_K)?;
        let amplitude = within("--amplitude", options.amplitude, AMPLITUDES)?;
        let milli = |value: f64| (value * 1_000.0).round() as i32;
        let file = options.patient.as_deref().and_then(|path| path.file_name());
        Ok(Self {
            patient: inputs::patient(options.patient.as_deref())?,
            patient_name: file
                .map_or_else(|| "standard".into(), |name| name.to_string_lossy().into()),
            seed: options.seed,
            faults: inputs::plant_faults(&options.fault)?,
            target: Coolant::from_milli(milli(target_c)),
            bounds: Bounds { band: Kelvin::from_milli(milli(band_k)), amplitude },
            rule: rule(&options.rule, options.accept)?,
            accept: options.accept,
            json: options.json,
            plot: options.plot.clone(),
            out: options.out.clone(),
        })
    }
}

/// Whether gains by this rule may be accepted: Ziegler and Nichols's are there to compare.
pub(super) fn may_be_accepted(rule: Rule) -> bool {
    rule != Rule::ZieglerNichols
}

fn rule(name: &str, accept: bool) -> Result<Rule, Failure> {
    let allowed = |accept: bool| {
        let rules = Rule::ALL.into_iter().filter(|rule| !accept || may_be_accepted(*rule));
        rules.map(Rule::name).collect::<Vec<_>>().join(", ")
    };
    let refused = |why: String| Failure::Input(format!("--rule: {name}: {why}"));
    let found = Rule::ALL.into_iter().find(|rule| rule.name() == name);
    let rule = found.ok_or_else(|| refused(format!("allowed are {}", allowed(accept))))?;
    if accept && !may_be_accepted(rule) {
        let others = allowed(true);
        return Err(refused(format!("only to compare; allowed with --accept are {others}")));
    }
    Ok(rule)
}

fn within(option: &str, value: f64, [low, high]: [f64; 2]) -> Result<f64, Failure> {
    if (low..=high).contains(&value) {
        return Ok(value);
    }
    Err(Failure::Input(format!("{option}: {value}: allowed is {low} to {high}")))
}
