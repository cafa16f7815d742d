//! Many heads under the same plan.

mod drawing;

use super::inputs;
use crate::arguments::Population as Options;
use crate::failure::Failure;
use crate::progress;
use coldcap_host::plan::{BreakPhase, PlanFile};
use coldcap_session::{Patient, PlanRequest, PostClock};
use coldcap_sim::PatientParameters;
use coldcap_sim::bedside::{Break, Course, Drug, Measures, Setup};
use coldcap_sim::exposure::Agent;
use coldcap_sim::fault::FaultWindow;
use coldcap_sim::machine::CrownParameters;
use coldcap_sim::patient::Population;
use coldcap_sim::population::{Study, Summary};
use coldcap_units::Duration;
use serde_json::{Value, json};
use std::fs;
use std::io::{self, Write};

const BEHIND: &str = "SIMULATED {pos} of {len} heads, {eta} left";

/// The most heads of a run: a day of two cores.
const MOST: u64 = 1_000_000;

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    if options.patients == 0 || options.patients > MOST {
        let given = options.patients;
        return Err(Failure::Input(format!("--patients: {given}: allowed is 1 to {MOST}")));
    }
    let plan = inputs::plan_file(options.plan.as_deref())?;
    if plan.fit_only {
        return Err(Failure::Input("--plan: fit_only: allowed is a plan with a treatment".into()));
    }
    let mut setup =
        Setup { course: course(&plan), ..Setup::standard(PatientParameters::standard()) };
    disturb(&mut setup, &options.disturb)?;
    setup.machine.cap.crown = options.crown.as_deref().map(crown).transpose()?;
    let agent = options.exposure.as_deref().map(agent).transpose()?;
    let (population, patients) = (Population::standard(), options.patients);
    let study = Study { population, setup, first_seed: options.seed, patients, agent };
    let visits = played(&study)?;
    let summary = Summary::of(&visits);
    let picture = draw(options, &plan, &visits)?;
    if options.json {
        let document = document(options, &plan, &summary);
        writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&document)?)?;
    } else {
        print(&plan, options, &summary, &picture)?;
    }
    if summary.unsafe_visits > 0 {
        let visits = summary.unsafe_visits;
        return Err(Failure::Wrong(format!("in {visits} visits something ran that must not")));
    }
    Ok(())
}

/// Plants what coolant has to answer to.
fn disturb(setup: &mut Setup, given: &str) -> Result<(), Failure> {
    if given == "none" {
        return Ok(());
    }
    let window: FaultWindow =
        given.parse().map_err(|error| Failure::Input(format!("--disturb: {error}, or none")))?;
    setup.faults.push(window);
    Ok(())
}

fn agent(given: &str) -> Result<Agent, Failure> {
    let allowed = Agent::ALL.map(Agent::name).join(", ");
    given.parse().map_err(|()| {
        Failure::Input(format!("--exposure: '{given}' is none: allowed is {allowed}"))
    })
}

/// The crown's parts of area and flow; whether they are in range is the machine's to say.
fn crown(given: &str) -> Result<CrownParameters, Failure> {
    let parts = given.split_once(',').and_then(|(area, flow)| {
        Some(CrownParameters { area_part: area.parse().ok()?, flow_part: flow.parse().ok()? })
    });
    parts.ok_or_else(|| {
        Failure::Input(format!("--crown: '{given}': allowed are two parts, as 0.2,0.1"))
    })
}

fn played(study: &Study) -> Result<Vec<Measures>, Failure> {
    let bar = progress::bar(study.patients, BEHIND);
    let visits = study.run(|_| bar.inc(1)).map_err(|error| Failure::Input(error.to_string()));
    bar.finish_and_clear();
    visits
}

/// What is planned, without the host's side of it: the fit visit is not played.
fn course(plan: &PlanFile) -> Course {
    let treatment = &plan.treatment;
    let drugs: Vec<Drug> = plan
        .drugs
        .iter()
        .map(|drug| Drug {
            number: drug.id,
            hair_toxic: drug.hair_toxic,
            after: drug.start,
            lasts: drug.end.minus(drug.start),
        })
        .collect();
    let toxic = plan.drugs.iter().filter(|drug| drug.hair_toxic);
    let infused = toxic.map(|drug| drug.end).max().unwrap_or_default();
    let breaks = plan.breaks.iter().map(|planned| {
        let begins = match planned.phase {
            BreakPhase::Infusing => Duration::ZERO,
            BreakPhase::PostCool => infused,
        };
        Break { after: begins.plus(planned.at), away: planned.length }
    });
    Course {
        patient: Patient {
            id: plan.patient,
            calibration: 0,
            session_index: plan.session,
            session_count: plan.sessions,
            hair: plan.head.hair,
            contraindications: 0,
        },
        plan: PlanRequest {
            regimen: plan.regimen,
            source: plan.source,
            reason: plan.override_reason,
            pre: treatment.pre,
            post: treatment.post,
            break_each: treatment.break_each,
            break_total: treatment.break_total,
            target: treatment.target,
            post_clock: PostClock::Cooled,
        },
        drugs,
        breaks: breaks.collect(),
        fit: None,
    }
}

fn draw(options: &Options, plan: &PlanFile, visits: &[Measures]) -> Result<String, Failure> {
    let folder = options.out.join(format!("population-{}", plan.name));
    let path = folder.join("population.svg");
    let failed = |error: io::Error| Failure::Io(format!("--out: {}: {error}", path.display()));
    fs::create_dir_all(&folder).map_err(failed)?;
    fs::write(&path, drawing::svg(plan, visits)).map_err(failed)?;
    Ok(path.display().to_string())
}

fn document(options: &Options, plan: &PlanFile, summary: &Summary) -> Value {
    let figures: serde_json::Map<String, Value> = summary
        .figures
        .iter()
        .map(|(name, unit, spread)| {
            let figure = json!({
                "unit": unit, "visits": spread.count, "mean": spread.mean, "deviation": spread.deviation,
                "least": spread.least, "p5": spread.low, "median": spread.median, "p95": spread.high, "most": spread.most,
            });
            ((*name).to_owned(), figure)
        })
        .collect();
    let raised: serde_json::Map<String, Value> = summary
        .raised
        .iter()
        .map(|(condition, visits)| (condition.to_string(), json!(visits)))
        .collect();
    let [completed, early, held, open] = summary.endings;
    json!({
        "origin": "simulated", "plan": plan.name, "seed": options.seed, "patients": summary.patients,
        "disturbed_by": options.disturb, "exposure_to": options.exposure, "crown": options.crown,
        "endings": { "completed": completed, "ended_early": early, "safe_hold": held, "not_ended": open },
        "figures": figures,
        "alarms_per_session": { "low": summary.alarms[0], "medium": summary.alarms[1], "high": summary.alarms[2] },
        "sessions_with": raised,
        "sessions_off_target_by_more_than_0_3_k": summary.beyond_band,
        "nuisance_trips": summary.nuisance_trips,
        "unsafe_sessions": summary.unsafe_visits,
    })
}

/// What stands under every exposure.
const NO_DOSE: &str = "exposure is 1 for a scalp that is not cooled: an index for research on virtual heads, no dose and no \
                       prediction of hair";

fn print(
    plan: &PlanFile,
    options: &Options,
    summary: &Summary,
    picture: &str,
) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let (patients, seed) = (summary.patients, options.seed);
    writeln!(out, "SIMULATED: {patients} heads under {}, seeds from {seed}", plan.name)?;
    let [completed, early, held, open] = summary.endings;
    writeln!(
        out,
        "{completed} completed, {early} ended early, {held} held, {open} not ended\n\n\
         {:<44}mean ± deviation; least | 5 % | median | 95 % | most",
        ""
    )?;
    for (name, unit, spread) in &summary.figures {
        writeln!(out, "{:<44}{spread}", format!("{name}, {unit}"))?;
    }
    if options.exposure.is_some() {
        writeln!(out, "{NO_DOSE}")?;
    }
    let [low, medium, high] = summary.alarms;
    writeln!(out, "\nalarms a session: {low:.3} low, {medium:.3} medium, {high:.3} high")?;
    for (condition, visits) in &summary.raised {
        writeln!(out, "  {condition:<24} in {visits} sessions")?;
    }
    writeln!(
        out,
        "coolant off its target by more than 0.3 K, in {} sessions; nuisance trips {}; unsafe {}\n{picture}",
        summary.beyond_band, summary.nuisance_trips, summary.unsafe_visits
    )?;
    Ok(())
}
