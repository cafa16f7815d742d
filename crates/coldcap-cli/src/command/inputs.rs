//! Reading what a person hands over: plans, patients, faults, addresses.

use super::course::Keeper;
use crate::arguments::Visit;
use crate::failure::Failure;
use coldcap_host::capture::{Damage, VERSION};
use coldcap_host::plan::PlanFile;
use coldcap_sim::{FaultError, FaultKind, FaultSchedule, ParameterError, PatientParameters};
use std::fs;
use std::path::Path;

const DEFAULT_PLAN: &str = include_str!("../../../../examples/plans/paclitaxel-weekly.toml");
const DEFAULT_NAME: &str = "paclitaxel-weekly.toml";

/// The plan of a visit.
pub(crate) fn plan(visit: &Visit) -> Result<PlanFile, Failure> {
    plan_file(visit.plan.as_deref())
}

/// The course of a visit, where it belongs to one.
pub(crate) fn course(visit: &Visit, plan: &PlanFile) -> Result<Keeper, Failure> {
    let name = visit.plan.as_ref().map_or(DEFAULT_NAME.into(), |path| path.display().to_string());
    Keeper::open(&visit.of_course, plan, &name)
}

/// The plan in this file; without one, weekly paclitaxel.
pub(crate) fn plan_file(path: Option<&Path>) -> Result<PlanFile, Failure> {
    let (text, name) = match path {
        Some(path) => (read(path)?, path.display().to_string()),
        None => (DEFAULT_PLAN.to_owned(), DEFAULT_NAME.to_owned()),
    };
    PlanFile::parse(&text, &name).map_err(|error| Failure::Input(error.to_string()))
}

/// The speed of a visit, if it is paced.
pub(crate) fn speed(speed: Option<f64>) -> Result<Option<f64>, Failure> {
    match speed {
        Some(speed) if !(0.01..=100_000.0).contains(&speed) => {
            Err(Failure::Input(format!("--speed: {speed}: allowed is 0.01 to 100000")))
        }
        speed => Ok(speed),
    }
}

/// All faults of a run.
pub(crate) fn faults(faults: &[String]) -> Result<FaultSchedule, Failure> {
    let mut schedule = FaultSchedule::none();
    for text in faults {
        schedule.push(text.parse().map_err(|error| Failure::Input(refused(&error)))?);
    }
    Ok(schedule)
}

fn refused(error: &FaultError) -> String {
    let (given, allowed) = match error {
        FaultError::Form { given } => (given, "is NAME@SECONDS or NAME@SECONDS..SECONDS".into()),
        FaultError::UnknownName { given } => {
            (given, format!("are {}", FaultKind::ALL.map(FaultKind::name).join(", ")))
        }
        FaultError::Seconds { given } => (given, "are 0 to 31536000 seconds".into()),
        FaultError::EndsBeforeItBegins { given } => (given, "is an end after the beginning".into()),
    };
    format!("--fault: {given}: allowed {allowed}")
}

/// The faults of a machine without a host: those of link and mains, too, belong to whoever drives it.
pub(crate) fn plant_faults(faults: &[String]) -> Result<FaultSchedule, Failure> {
    let outside = |kind: FaultKind| {
        let link = [FaultKind::LinkLoss, FaultKind::FrameNoise, FaultKind::Replay];
        is_the_hosts(kind) || kind.outage().is_some() || link.contains(&kind)
    };
    without(faults, outside, "allowed here are faults of the machine; use demo for the others")
}

/// The faults of a machine that hosts come to: those of the host, and of people at it, are theirs.
pub(crate) fn machine_faults(faults: &[String]) -> Result<FaultSchedule, Failure> {
    without(faults, is_the_hosts, NOT_THE_HOSTS)
}

fn without(
    faults: &[String],
    outside: impl Fn(FaultKind) -> bool,
    allowed: &str,
) -> Result<FaultSchedule, Failure> {
    let schedule = self::faults(faults)?;
    let wrong = schedule.windows().iter().find(|window| outside(window.kind));
    wrong.map_or(Ok(schedule.clone()), |window| {
        Err(Failure::Input(format!("--fault: {}: {allowed}", window.kind.name())))
    })
}

/// What may go wrong at a machine on its own.
pub(crate) const NOT_THE_HOSTS: &str =
    "allowed here are faults of the machine and its lines; use demo for the others";

/// Whether it is the host, or people at it, who do wrong.
pub(crate) const fn is_the_hosts(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::HostCrash
            | FaultKind::DisplayFreeze
            | FaultKind::ClockJump
            | FaultKind::WrongPlan
            | FaultKind::DrugUnended
    )
}

/// The virtual patient: the standard head, with what the file says otherwise.
pub(crate) fn patient(path: Option<&Path>) -> Result<PatientParameters, Failure> {
    let Some(path) = path else { return Ok(PatientParameters::standard()) };
    let place = path.display().to_string();
    let wrong = |line: String| Failure::Input(format!("{place}:{line}"));
    let table: toml::Table =
        read(path)?.parse().map_err(|error: toml::de::Error| wrong(not_toml(&error)))?;
    patient_of(&table, &place)
}

/// What a patient's file would say of this one.
pub(crate) fn patient_table(patient: &PatientParameters) -> toml::Table {
    let mut patient = *patient;
    let value = |name: &&str| Some((name.to_string(), (*field(&mut patient, name)?).into()));
    FIELDS.iter().filter_map(value).collect()
}

/// The same, of a table that stands at `place`.
pub(crate) fn patient_of(table: &toml::Table, place: &str) -> Result<PatientParameters, Failure> {
    let mut patient = PatientParameters::standard();
    let wrong = |line: String| Failure::Input(format!("{place}:{line}"));
    for (name, value) in table {
        let place = field(&mut patient, name)
            .ok_or_else(|| wrong(format!("{name}: unknown: allowed are {}", FIELDS.join(", "))))?;
        let number = value.as_float().or(value.as_integer().map(|whole| whole as f64));
        *place = number.ok_or_else(|| wrong(format!("{name}: {value}: allowed is a number")))?;
    }
    patient.validate().map_err(|ParameterError { field, value, minimum, maximum }| {
        wrong(format!("{field}: {value}: allowed {minimum} to {maximum}"))
    })?;
    Ok(patient)
}

/// What is no TOML at all, in one line that names what may stand there.
fn not_toml(error: &toml::de::Error) -> String {
    let message = error.message().lines().collect::<Vec<_>>().join(" ");
    format!("{message}: allowed is TOML, NAME = NUMBER with names {}", FIELDS.join(", "))
}

/// The fields of a patient's file, for help.
pub(crate) const PATIENT_HELP: &str = "\
A patient's file is TOML, NAME = NUMBER a line; what it leaves out is that of the standard head:\n  \
core_c                 35 to 40         37      arterial blood, °C\n  \
fat_mm                 1 to 8           1.5     fat under the skin, mm\n  \
skin_perfusion_per_s   0.0005 to 0.008  0.0019  perfusion of the warm skin, 1/s\n  \
hair_resistance        0.003 to 0.3     0.030   hair and trapped air between skin and cap, m²K/W\n  \
hair_asymmetry         -0.5 to 0.5      0.05    front has hair_resistance·(1 - this), rear ·(1 + this)\n  \
bare_resistance        0.03 to 0.5      0.117   from the bare head to the room, m²K/W\n  \
covered_area_m2        0.04 to 0.1      0.07    what the cap covers, m²\n  \
perfusion_fall_s       1 to 600         60      time constant of perfusion in the cold, s\n  \
perfusion_recovery_s   60 to 20000      7200    the same in the warm, s\n  \
perfusion_memory_s     60 to 200000     86400   the same with which cold is forgotten, s";

const FIELDS: [&str; 10] = [
    "core_c",
    "fat_mm",
    "skin_perfusion_per_s",
    "hair_resistance",
    "hair_asymmetry",
    "bare_resistance",
    "covered_area_m2",
    "perfusion_fall_s",
    "perfusion_recovery_s",
    "perfusion_memory_s",
];

fn field<'a>(patient: &'a mut PatientParameters, name: &str) -> Option<&'a mut f64> {
    match name {
        "core_c" => Some(&mut patient.core_c),
        "fat_mm" => Some(&mut patient.fat_mm),
        "skin_perfusion_per_s" => Some(&mut patient.skin_perfusion_per_s),
        "hair_resistance" => Some(&mut patient.hair_resistance),
        "hair_asymmetry" => Some(&mut patient.hair_asymmetry),
        "bare_resistance" => Some(&mut patient.bare_resistance),
        "covered_area_m2" => Some(&mut patient.covered_area_m2),
        "perfusion_fall_s" => Some(&mut patient.perfusion_fall_s),
        "perfusion_recovery_s" => Some(&mut patient.perfusion_recovery_s),
        "perfusion_memory_s" => Some(&mut patient.perfusion_memory_s),
        _ => None,
    }
}

/// The host and port of an address such as `tcp:127.0.0.1:7700`.
pub(crate) fn address<'a>(option: &str, text: &'a str) -> Result<&'a str, Failure> {
    let address = text.strip_prefix("tcp:").filter(|rest| is_host_and_port(rest));
    address.ok_or_else(|| Failure::Input(format!("{option}: {text}: allowed is tcp:HOST:PORT")))
}

fn is_host_and_port(text: &str) -> bool {
    let parts = text.rsplit_once(':');
    parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))
}

/// A file that should be a recording and cannot be opened as one.
pub(crate) fn not_a_recording(name: &str, damage: &Damage) -> Failure {
    Failure::Input(format!("{name}: {damage}: allowed is a recording of version {VERSION}"))
}
