//! The fit visit on the virtual machine: size, zones, verdict, and a picture of them.

mod findings;
mod repetition;
mod visit;

use super::inputs;
use super::store::{replaceable, store};
use crate::arguments::{FitCap, SkinSensor};
use crate::failure::Failure;
use coldcap_host::plan::PlanFile;
use coldcap_session::Density;
use coldcap_sim::SkinPlace;
use findings::Findings;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What is written, all of it or nothing.
const FILES: [&str; 4] = ["cap-fit.svg", "cap-calibration.bin", "fit.json", "visit.ccap"];

pub(crate) fn run(options: &FitCap) -> Result<(), Failure> {
    let plan = fitted_plan(options.plan.as_deref())?;
    let patient = inputs::patient(options.patient.as_deref())?;
    let folder = place(&options.out)?;
    FILES.iter().try_for_each(|name| replaceable(&folder.join(name)))?;
    let skin = options.skin_sensor.map(|sensor| match sensor {
        SkinSensor::Front => SkinPlace::Front,
        SkinSensor::Rear => SkinPlace::Rear,
    });
    let visit = visit::run(patient, &plan, options.seed, skin, options.keylog.as_deref())?;
    let findings = Findings::new(&visit, &patient, &plan, options.seed)?;
    write(&folder, &visit, &findings)?;
    let mut out = io::stdout().lock();
    if options.json {
        writeln!(out, "{:#}", findings.document())?;
    } else {
        out.write_all(findings.page(&folder).as_bytes())?;
    }
    out.flush()?;
    match findings.disagreement().or_else(|| findings.refusal()) {
        Some(line) => Err(Failure::Wrong(line)),
        None => Ok(()),
    }
}

/// A plan whose head the device would measure: it refuses hair that is nearly gone, and there is no visit then.
fn fitted_plan(path: Option<&Path>) -> Result<PlanFile, Failure> {
    let plan = inputs::plan_file(path)?;
    if plan.head.hair.density == Density::NearlyGone {
        let name = path.map_or_else(String::new, |path| format!("{}: ", path.display()));
        let allowed = "\"full\", \"scalp_shows\", \"much_shows\"";
        return Err(Failure::Input(format!(
            "{name}hair.density: \"nearly_gone\": allowed {allowed}"
        )));
    }
    Ok(plan)
}

/// Where the files go; what stands in the way of it is said before the visit.
fn place(out: &Path) -> Result<PathBuf, Failure> {
    let folder = out.join("fit-cap");
    fs::create_dir_all(&folder).map_err(|error| Failure::Io(not_written(out, &error)))?;
    Ok(folder)
}

fn not_written(out: &Path, error: &io::Error) -> String {
    format!("--out: {}: {error}: allowed is a folder that can be written to", out.display())
}

fn write(folder: &Path, visit: &visit::Visit, findings: &Findings) -> Result<(), Failure> {
    let (document, picture) = (format!("{:#}\n", findings.document()), findings.picture());
    let contents = [
        picture.into_bytes(),
        visit.record.clone(),
        document.into_bytes(),
        visit.recording.clone(),
    ];
    let files: Vec<_> = FILES.map(|name| folder.join(name)).into_iter().zip(contents).collect();
    store(&files).map_err(|(_, error)| Failure::Io(not_written(folder, &error)))
}
