//! A guided tuning of the coolant loop on the virtual machine.
//!
//! The experiment acts on what the PID adds to the feed-forward, so what is identified is the plant that
//! the PID sees. Nothing is applied before there was a drawing of the experiment and of what the gains do,
//! and somebody accepted.

mod bench;
mod compare;
mod drawing;
mod guide;
mod relay;
mod request;
mod result;
mod sensitivity;
mod still;
mod stored;
mod working_point;

use crate::arguments::Tune;
use crate::failure::Failure;
use bench::Bench;
use coldcap_thermal::channel::REFERENCE_TUNING;
use coldcap_thermal::pid::Tuning;
use coldcap_thermal::tune::model::Model;
use coldcap_thermal::tune::rules::{Gains, Rule};
use guide::Guide;
use request::Request;
use result::{Candidate, Findings};
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// Gains of a less certain model are not accepted.
const LEAST_CONFIDENCE: f64 = 0.6;
/// Nor are gains whose largest sensitivity on the model is above this.
const LARGEST_SENSITIVITY: f64 = 2.0;

pub(crate) fn run(options: &Tune) -> Result<(), Failure> {
    let request = Request::read(options)?;
    let guide = Guide { talks: !request.json };
    let findings = find(&request, &guide)?;
    let refusal = refusal(&findings);
    let wanted = match &refusal {
        None => request.accept || ask(&request, &findings)?,
        Some(_) => false,
    };
    let written = if wanted { Some(stored::write(&request, &findings)?) } else { None };
    conclude(&request, &findings, written.as_deref(), &guide)?;
    match refusal {
        Some(refusal) if request.accept => Err(Failure::Wrong(refusal)),
        Some(refusal) => guide.say(&format!("   it could not be: {refusal}")),
        None => Ok(()),
    }
}

/// Everything up to the point where somebody has to decide.
fn find(request: &Request, guide: &Guide) -> Result<Findings, Failure> {
    guide.say("Guided tuning of the coolant loop on the virtual machine (simulated)")?;
    let mut bench =
        Bench::new(request.patient, request.seed, request.faults.clone(), request.target)
            .map_err(|error| Failure::Input(error.to_string()))?;
    working_point::chill(&mut bench, guide)?;
    let cold = bench.clone();
    let point = working_point::reach(&mut bench, guide)?;
    let outcome = relay::run(&mut bench, &point, &request.bounds, guide)?;
    let proposal = outcome.test.propose().map_err(|error| {
        let ticks = outcome.record.len();
        Failure::Wrong(format!(
            "relay test:record: {ticks} ticks: allowed is a model in it: {error}"
        ))
    })?;
    let model = proposal.identified().model;
    let gains = gains(request.rule, &model)?;
    let (present, before) = candidate(&cold, &model, REFERENCE_TUNING)?;
    let (proposed, after) = candidate(&cold, &model, gains.tuning())?;
    let plots = drawing::places(&request.plot);
    let [experiment, comparison] = &plots;
    drawing::write(experiment, &drawing::experiment(request, &outcome, proposal.identified()))?;
    let runs = [(&present, &before[..]), (&proposed, &after[..])];
    drawing::write(comparison, &drawing::comparison(request, gains.rule.name(), runs))?;
    let findings = Findings { point, outcome, proposal, gains, present, proposed, plots };
    tell(&findings, guide)?;
    Ok(findings)
}

fn gains(rule: Rule, model: &Model) -> Result<Gains, Failure> {
    let name = rule.name();
    rule.gains(model).map_err(|error| {
        Failure::Wrong(format!("--rule: {name}: allowed is one that fits the plant: {error}"))
    })
}

fn tell(findings: &Findings, guide: &Guide) -> Result<(), Failure> {
    guide.say(&findings.identification())?;
    guide.say(&findings.page())?;
    let [experiment, comparison] = findings.plots.each_ref().map(|path| path.display());
    guide.say(&format!(
        "7. drawings: {experiment} (record and model), {comparison} (before and after)"
    ))
}

/// How a tuning does on a copy of the machine.
fn candidate(
    cold: &Bench,
    model: &Model,
    tuning: Tuning,
) -> Result<(Candidate, Vec<compare::Point>), Failure> {
    let mut bench = cold.clone();
    bench.take_gains(stored::coefficients(&tuning)?);
    let points = compare::run(bench);
    let figures = compare::figures(&points);
    let sensitivity = sensitivity::largest(model, &tuning);
    Ok((Candidate { tuning, sensitivity, figures }, points))
}

/// Why the proposal may not be accepted.
fn refusal(findings: &Findings) -> Option<String> {
    if !request::may_be_accepted(findings.gains.rule) {
        return Some(format!("--rule: {}: only to compare", findings.gains.rule.name()));
    }
    let nothing = "nothing was applied";
    if let Err(refusal) = findings.proposal.accept(findings.gains.rule, LEAST_CONFIDENCE) {
        return Some(format!("proposal: {refusal}; {nothing}"));
    }
    let sensitivity = findings.proposed.sensitivity;
    if sensitivity.is_none_or(|value| value > LARGEST_SENSITIVITY) {
        let found = result::shown(sensitivity);
        return Some(format!(
            "proposal: Ms {found}: allowed is at most {LARGEST_SENSITIVITY}; {nothing}"
        ));
    }
    None
}

/// Asks a person, if there is one.
fn ask(request: &Request, findings: &Findings) -> Result<bool, Failure> {
    let is_person = io::stdin().is_terminal() && io::stdout().is_terminal();
    if request.json || !is_person {
        return Ok(false);
    }
    let rule = findings.gains.rule.name();
    print!("8. look at the drawings, then: accept the gains by {rule}? [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn conclude(
    request: &Request,
    findings: &Findings,
    written: Option<&Path>,
    guide: &Guide,
) -> Result<(), Failure> {
    if request.json {
        writeln!(io::stdout().lock(), "{:#}", findings.document(request, written))?;
        return Ok(());
    }
    guide.say(&match written {
        Some(path) => format!(
            "   accepted: {}\n   nothing loads it: it is for whoever builds the firmware, see docs/thermal-control.md",
            path.display()
        ),
        None => "   not accepted: nothing was applied, the present gains stay".into(),
    })
}
