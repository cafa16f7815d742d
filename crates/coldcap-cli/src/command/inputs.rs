//! Reading what a person hands over: plans, patients, faults, addresses.

use crate::arguments::Visit;
use crate::failure::Failure;
use coldcap_host::plan::PlanFile;
use coldcap_sim::{FaultSchedule, PatientParameters};
use std::fs;
use std::path::Path;

const DEFAULT_PLAN: &str = include_str!("../../../../examples/plans/paclitaxel-weekly.toml");

/// The plan of a visit.
pub(crate) fn plan(visit: &Visit) -> Result<PlanFile, Failure> {
    let (text, name) = match &visit.plan {
        Some(path) => (read(path)?, path.display().to_string()),
        None => (DEFAULT_PLAN.to_owned(), "paclitaxel-weekly.toml".to_owned()),
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
        let window = text.parse().map_err(|error| Failure::Input(format!("--fault: {error}")))?;
        schedule.push(window);
    }
    Ok(schedule)
}

/// The virtual patient: the standard head, with what the file says otherwise.
pub(crate) fn patient(path: Option<&Path>) -> Result<PatientParameters, Failure> {
    let mut patient = PatientParameters::standard();
    let Some(path) = path else { return Ok(patient) };
    let wrong = |line: String| Failure::Input(format!("{}:{line}", path.display()));
    let table: toml::Table =
        read(path)?.parse().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
    for (name, value) in &table {
        let place = field(&mut patient, name)
            .ok_or_else(|| wrong(format!("{name}: unknown: allowed are {}", FIELDS.join(", "))))?;
        let number = value.as_float().or(value.as_integer().map(|whole| whole as f64));
        *place = number.ok_or_else(|| wrong(format!("{name}: {value}: allowed is a number")))?;
    }
    patient.validate().map_err(|error| wrong(error.to_string()))?;
    Ok(patient)
}

const FIELDS: [&str; 9] = [
    "core_c",
    "fat_mm",
    "skin_perfusion_per_s",
    "hair_resistance",
    "hair_asymmetry",
    "bare_resistance",
    "covered_area_m2",
    "perfusion_fall_s",
    "perfusion_recovery_s",
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
        _ => None,
    }
}

/// The host and port of an address such as `tcp:127.0.0.1:7700`.
pub(crate) fn address<'a>(option: &str, text: &'a str) -> Result<&'a str, Failure> {
    let address = text.strip_prefix("tcp:").filter(|rest| rest.contains(':'));
    address.ok_or_else(|| Failure::Input(format!("{option}: {text}: allowed is tcp:HOST:PORT")))
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))
}
