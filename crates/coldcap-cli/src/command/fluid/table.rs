//! A coolant by a table of the user's.

use super::{Estimate, Report};
use crate::command::csv;
use crate::failure::Failure;
use coldcap_calibration::coolant::{
    Conductivity, Density, Fluid, FluidBuildError, ModelUncertainty, PatientFluid, Properties,
    Property, SpecificHeat, UserRow, UserTable, Viscosity,
};
use coldcap_units::{Celsius, Coolant, Kelvin};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    harmless: bool,
    freeze_c: f64,
    freeze_u_k: f64,
    uncertainty: Uncertainty,
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Uncertainty {
    density: f64,
    cp: f64,
    viscosity: f64,
    conductivity: f64,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    t_c: f64,
    density_kg_m3: f64,
    cp_j_kgk: f64,
    viscosity_mpa_s: f64,
    conductivity_w_mk: f64,
}

const KEYS: &str = "name, harmless, freeze_c, freeze_u_k, [uncertainty], [[row]]";

pub(super) fn report(path: &Path, celsius: f64) -> Result<Report, Failure> {
    let wrong = |line: String| Failure::Input(format!("{}:{line}", path.display()));
    let text = csv::read(path).map_err(|it| it.of("--table"))?;
    let file: File = toml::from_str(&text).map_err(|error| wrong(unread(&text, &error)))?;
    if file.name.trim().is_empty() {
        return Err(wrong("name: empty: allowed is what people call it".into()));
    }
    let rows = (1..).zip(&file.row).map(|(number, row)| checked(number, row));
    let rows = rows.collect::<Result<Vec<UserRow>, String>>().map_err(wrong)?;
    let freeze_c = degrees(file.freeze_c);
    let freeze_c =
        freeze_c.ok_or_else(|| wrong(format!("freeze_c: {}: {DEGREES}", file.freeze_c)))?;
    let freezing = (Celsius::from_micro(freeze_c), kelvin(file.freeze_u_k).map_err(wrong)?);
    let known = uncertainty(&file.uncertainty).map_err(wrong)?;
    let table = UserTable::new(&rows, freezing, known, file.harmless)
        .map_err(|error| wrong(refused(&error)))?;
    let fluid = Fluid::table(table);
    let at = degrees(celsius)
        .ok_or_else(|| Failure::Input(format!("--at: {celsius}: {DEGREES}")))
        .map(|micro| Coolant(Celsius::from_micro(micro)))?;
    let properties = fluid
        .properties(at)
        .map_err(|error| Failure::Input(format!("--at: {celsius}: {error}")))?;
    Ok(page(&file, &fluid, celsius, &properties))
}

/// What is wrong with the text, and in which line. What is missing has none: it is missing from all of them.
fn unread(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().lines().collect::<Vec<_>>().join(" ");
    let is_missing = message.starts_with("missing field");
    let span = error.span().filter(|span| !is_missing || span.start > 0);
    let before = span.and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count().saturating_add(1));
    let line = line.map_or(String::new(), |line| format!("line {line}: "));
    format!("{line}{message}: allowed are {KEYS}")
}

fn page(file: &File, fluid: &Fluid<'_>, celsius: f64, at: &Properties) -> Report {
    Report {
        mix: file.name.clone(),
        mass: None,
        t_c: celsius,
        patient: PatientFluid::new(*fluid).is_ok(),
        freeze_c: Estimate::new(file.freeze_c, file.freeze_u_k),
        density_kg_m3: estimate(at.density, 1e3),
        cp_j_kgk: estimate(at.specific_heat, 1e3),
        viscosity_mpa_s: estimate(at.viscosity, 1e6),
        conductivity_w_mk: estimate(at.conductivity, 1e6),
    }
}

fn estimate<T: Property>(
    estimate: coldcap_calibration::coolant::Estimate<T>,
    scale: f64,
) -> Estimate {
    let real = |quantity: T| f64::from(quantity.count()) / scale;
    Estimate::new(real(estimate.value), real(estimate.u))
}

const DEGREES: &str = "allowed is -200 to 200 °C";

/// In µ°C.
fn degrees(celsius: f64) -> Option<i32> {
    (-200.0..=200.0).contains(&celsius).then_some((celsius * 1e6).round() as i32)
}

fn kelvin(value: f64) -> Result<Kelvin, String> {
    if value > 0.0 && value <= 10.0 {
        return Ok(Kelvin::from_milli((value * 1e3).ceil() as i32));
    }
    Err(format!("freeze_u_k: {value}: allowed is above 0, up to 10 K"))
}

fn uncertainty(stated: &Uncertainty) -> Result<ModelUncertainty, String> {
    let ppm = |name: &str, part: f64| {
        let (least, most) = ModelUncertainty::ALLOWED_PPM;
        let ppm = (part * 1e6).round();
        if (f64::from(least)..=f64::from(most)).contains(&ppm) {
            return Ok(ppm as u32);
        }
        let [least, most] = [least, most].map(|ppm| f64::from(ppm) / 1e6);
        Err(format!("uncertainty.{name}: {part}: allowed is {least} to {most}"))
    };
    Ok(ModelUncertainty {
        density_ppm: ppm("density", stated.density)?,
        specific_heat_ppm: ppm("cp", stated.cp)?,
        viscosity_ppm: ppm("viscosity", stated.viscosity)?,
        conductivity_ppm: ppm("conductivity", stated.conductivity)?,
    })
}

fn checked(number: u32, row: &Row) -> Result<UserRow, String> {
    let refused = |name: &str, value: f64, allowed: &str| {
        format!("row {number} {name}: {value}: allowed is {allowed}")
    };
    let count = |name: &str, value: f64, (least, most, scale): (f64, f64, f64)| {
        if (least..=most).contains(&value) {
            return Ok((value * scale).round() as u32);
        }
        Err(refused(name, value, &format!("{least} to {most}")))
    };
    let at = degrees(row.t_c).ok_or_else(|| format!("row {number} t_c: {}: {DEGREES}", row.t_c))?;
    let density = count("density_kg_m3", row.density_kg_m3, (700.0, 1_600.0, 1e3))?;
    let heat = count("cp_j_kgk", row.cp_j_kgk, (1_500.0, 4_500.0, 1e3))?;
    let viscosity = count("viscosity_mpa_s", row.viscosity_mpa_s, (0.2, 500.0, 1e6))?;
    let conductivity = count("conductivity_w_mk", row.conductivity_w_mk, (0.1, 0.7, 1e6))?;
    Ok(UserRow {
        at: Celsius::from_micro(at),
        density: Density(density),
        specific_heat: SpecificHeat(heat),
        viscosity: Viscosity(viscosity),
        conductivity: Conductivity(conductivity),
    })
}

/// Rows are counted from 1, as they are written.
fn refused(error: &FluidBuildError) -> String {
    let row = |row: &u16| u32::from(*row) + 1;
    match error {
        FluidBuildError::Rows { found } => format!("[[row]]: {found}: allowed are 3 to 64"),
        FluidBuildError::Span => "row 1 t_c: allowed is the freezing point or warmer".into(),
        FluidBuildError::Order { row: at } => {
            format!("row {} t_c: allowed is 0.1 to 20 K above the row before", row(at))
        }
        FluidBuildError::Viscosity { row: at } => {
            format!("row {} viscosity_mpa_s: allowed is less than in the row before", row(at))
        }
        FluidBuildError::Bent { row: at } => format!(
            "row {}: off the line through its neighbours: allowed is what [uncertainty] says; rows nearer to \
             each other, or a wrong value",
            row(at)
        ),
        FluidBuildError::Value { row: at } => format!("row {}: {error}", row(at)),
        FluidBuildError::Uncertainty => format!("[uncertainty]: {error}"),
    }
}
