//! A scenario's file: who is treated at which machine, what goes wrong, and what must come of it.

use super::{deeds, parts};
use crate::command::expectation::{Expect, time};
use crate::command::inputs;
use crate::failure::Failure;
use coldcap_host::client::CommandBody;
use coldcap_host::plan::table::{self, Table};
use coldcap_host::plan::{PlanFile, PlanFileError};
use coldcap_sim::{FaultKind, FaultSchedule, FaultWindow, MachineParameters, PatientParameters};
use coldcap_units::{Duration, Instant};
use std::path::{Path, PathBuf};

/// A checked scenario. Its times count from power-up.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    /// The name of its file, without folder and ending.
    pub(super) name: String,
    pub(super) plan: PlanFile,
    pub(super) patient: PatientParameters,
    pub(super) machine: MachineParameters,
    pub(super) seed: u64,
    /// How often the nurse tries to resume after a fault, where that is said.
    pub(super) resumes: Option<u8>,
    pub(super) faults: FaultSchedule,
    pub(super) deeds: Vec<(Duration, CommandBody)>,
    pub(super) expects: Vec<Expect>,
    pub(super) end: End,
}

/// What must be so once the visit is over.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct End {
    pub(super) outcome: Option<&'static str>,
    pub(super) skin_at_least_c: Option<f64>,
    pub(super) skin_falls_at_most_k_min: Option<f64>,
}

type Checked<T> = Result<T, PlanFileError>;

const FIELDS: [&str; 10] =
    ["title", "plan", "patient", "machine", "seed", "nurse", "fault", "at", "expect", "end"];

/// The latest second that a fault may name: a day.
const LATEST_S: f64 = 86_400.0;

impl Scenario {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let text = inputs::read(path)?;
        let file = path.display().to_string();
        let root = table::read(&text, &file).map_err(refused)?;
        let root = Table::root(&root, &file);
        root.only(&FIELDS).map_err(refused)?;
        let beside = |name: &str| path.parent().unwrap_or(Path::new("")).join(name);
        let plan = named(&root, "plan", "a plan's file").map_err(refused)?;
        let plan = inputs::plan_file(plan.map(beside).as_deref())?;
        if plan.fit_only {
            let allowed = "a plan with a treatment";
            return Err(refused(root.refuse("plan", "fit_only".into(), allowed)));
        }
        let patient = patient(&root, &file, beside)?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        Self::checked(&root, name, plan, patient).map_err(refused)
    }

    fn checked(
        root: &Table<'_>,
        name: String,
        plan: PlanFile,
        patient: PatientParameters,
    ) -> Checked<Self> {
        let mut faults = FaultSchedule::none();
        for table in root.tables("fault")? {
            faults.push(fault(&table, 1)?);
        }
        let mut deeds = Vec::new();
        for table in root.tables("at")? {
            match at(&table, &[])? {
                Deed::Asked(at, body) => deeds.push((at, *body)),
                Deed::Power(window) => faults.push(window),
            }
        }
        deeds.sort_by_key(|(at, _)| *at);
        let mut expects = Vec::new();
        for (place, table) in root.tables("expect")?.iter().enumerate() {
            expects.push(Expect::parse(table, place, time(table, "time")?)?);
        }
        expects.sort_by_key(|expect| expect.time);
        let seed = root.integer_or("seed", 0, i64::MAX, 0)?.unsigned_abs();
        let (machine, end) = (parts::machine(root)?, end(root)?);
        let resumes = resumes(root)?;
        Ok(Self { name, plan, patient, machine, seed, resumes, faults, deeds, expects, end })
    }
}

fn refused(error: PlanFileError) -> Failure {
    Failure::Input(error.to_string())
}

fn named<'a>(root: &Table<'a>, field: &str, allowed: &str) -> Checked<Option<&'a str>> {
    root.has(field).then(|| root.string(field, allowed)).transpose()
}

/// The name of a file, or its fields right here.
fn patient(
    root: &Table<'_>,
    file: &str,
    beside: impl Fn(&str) -> PathBuf,
) -> Result<PatientParameters, Failure> {
    match root.value("patient") {
        Some(toml::Value::Table(fields)) => inputs::patient_of(fields, &format!("{file}:patient")),
        _ => {
            let allowed = "a patient's file, or a table [patient]";
            let path = named(root, "patient", allowed).map_err(refused)?;
            inputs::patient(path.map(beside).as_deref())
        }
    }
}

/// A fault at a machine of so many channels.
pub(crate) fn fault(table: &Table<'_>, channels: u8) -> Checked<FaultWindow> {
    table.only(&["name", "from_s", "to_s", "channel"])?;
    let kind = fault_named(table, "name")?;
    let moment = |field: &str, least: f64| {
        let seconds = table.decimal(field, least, LATEST_S)?;
        Ok(Instant::from_millis((seconds * 1e3).round() as u64))
    };
    let from = moment("from_s", 0.0)?;
    let after = from.as_millis() as f64 / 1e3 + 1e-3;
    let until = if table.has("to_s") { Some(moment("to_s", after)?) } else { None };
    Ok(FaultWindow { kind, from, until, channel: channel(table, channels)? })
}

/// The fault whose name stands in this field.
pub(crate) fn fault_named(table: &Table<'_>, field: &str) -> Checked<FaultKind> {
    table.choice(field, &FaultKind::ALL.map(|kind| (kind.name(), kind)))
}

/// The field `channel` of a machine of so many; without it the first.
pub(crate) fn channel(table: &Table<'_>, channels: u8) -> Checked<usize> {
    let last = i64::from(channels.saturating_sub(1));
    Ok(table.integer_or("channel", 0, last, 0)?.unsigned_abs() as usize)
}

/// What is done at a time.
pub(crate) enum Deed {
    /// The host asks for something.
    Asked(Duration, Box<CommandBody>),
    /// The power fails.
    Power(FaultWindow),
}

const KINDS: [&str; 3] = ["do", "fact", "power"];

/// A deed; `more` are the fields that may stand beside what is asked.
pub(crate) fn at(table: &Table<'_>, more: &[&str]) -> Checked<Deed> {
    let time = time(table, "time")?;
    let named: Vec<_> = KINDS.into_iter().filter(|kind| table.has(kind)).collect();
    Ok(match named[..] {
        ["do"] => Deed::Asked(time, Box::new(deeds::request(table, more)?)),
        ["fact"] => Deed::Asked(time, Box::new(deeds::fact(table, more)?)),
        ["power"] => {
            table.only(&["time", "power", "gap_s"])?;
            table.choice("power", &[("off", ())])?;
            let gap = Duration::from_secs(table.integer("gap_s", 1, 86_400)? as u32);
            let from = Instant::ZERO.plus(time);
            let (kind, until) = (FaultKind::PowerCut, Some(from.plus(gap)));
            Deed::Power(FaultWindow { kind, from, until, channel: 0 })
        }
        _ => {
            let found = if named.is_empty() { "none".into() } else { named.join(" and ") };
            let allowed = "just one of do, fact, power; what sensors say is a matter of [[fault]]";
            return Err(table.refuse(named.first().unwrap_or(&"do"), found, allowed));
        }
    })
}

fn resumes(root: &Table<'_>) -> Checked<Option<u8>> {
    if !root.has("nurse") {
        return Ok(None);
    }
    let table = root.table("nurse")?;
    table.only(&["resumes"])?;
    Ok(Some(table.integer("resumes", 1, 100)? as u8))
}

fn end(root: &Table<'_>) -> Checked<End> {
    if !root.has("end") {
        return Ok(End::default());
    }
    let table = root.table("end")?;
    table.only(&["outcome", "skin_at_least_c", "skin_falls_at_most_k_min"])?;
    let outcomes = ["completed", "ended_early", "safe_hold"].map(|word| (word, Some(word)));
    let figure = |field: &str, low: f64, high: f64| {
        table.has(field).then(|| table.decimal(field, low, high)).transpose()
    };
    Ok(End {
        outcome: table.choice_or("outcome", &outcomes, None)?,
        skin_at_least_c: figure("skin_at_least_c", -10.0, 40.0)?,
        skin_falls_at_most_k_min: figure("skin_falls_at_most_k_min", 0.0, 100.0)?,
    })
}
