//! A case as a file: what was found, and all that is needed to play it again.

use crate::command::inputs;
use crate::failure::Failure;
use coldcap_host::plan::PlanFileError;
use coldcap_host::plan::table::{self, Table};
use coldcap_session::ControlMode;
use coldcap_sim::FaultKind;
use coldcap_sim::falsify::{Case, Head, Margin, Strike};
use std::path::Path;
use toml::Value;

/// A case, the margin that it was searched for, and what was left of that.
#[derive(Clone, Debug)]
pub(super) struct CaseFile {
    pub(super) margin: Margin,
    pub(super) found: f64,
    pub(super) case: Case,
}

const MODES: [(&str, ControlMode); 2] =
    [("coolant", ControlMode::Coolant), ("cap", ControlMode::Cap)];

impl CaseFile {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let text = inputs::read(path)?;
        let file = path.display().to_string();
        let refused = |error: PlanFileError| Failure::Input(error.to_string());
        let root = table::read(&text, &file).map_err(refused)?;
        let root = Table::root(&root, &file);
        root.only(&["margin", "found", "head", "strike"]).map_err(refused)?;
        let margins = Margin::ALL.map(|margin| (margin.name(), margin));
        let margin = root.choice("margin", &margins).map_err(refused)?;
        let found = root.decimal("found", -1e3, 1e3).map_err(refused)?;
        let table = root.table("head").map_err(refused)?;
        table.only(&["mode", "seed", "away_s", "patient"]).map_err(refused)?;
        let strike = strike(&root.table("strike").map_err(refused)?).map_err(refused)?;
        let patient = match table.value("patient") {
            Some(Value::Table(fields)) => {
                inputs::patient_of(fields, &format!("{file}:head.patient"))?
            }
            _ => inputs::patient(None)?,
        };
        let head = Head {
            patient,
            seed: table.integer("seed", 0, i64::MAX).map_err(refused)?.unsigned_abs(),
            mode: table.choice("mode", &MODES).map_err(refused)?,
            away_s: table.integer("away_s", 60, 600).map_err(refused)? as u32,
        };
        Ok(Self { margin, found, case: Case { head, strike } })
    }

    pub(super) fn table(&self) -> toml::Table {
        let Case { head, strike } = &self.case;
        let mode = MODES.iter().find(|(_, mode)| *mode == head.mode).map_or("", |(name, _)| name);
        let seconds = |ticks: u32| Value::Float(f64::from(ticks) / 10.0);
        toml::Table::from_iter([
            ("margin".into(), self.margin.name().into()),
            ("found".into(), self.found.into()),
            (
                "head".into(),
                Value::Table(toml::Table::from_iter([
                    ("mode".into(), mode.into()),
                    ("seed".into(), Value::Integer(head.seed.cast_signed())),
                    ("away_s".into(), i64::from(head.away_s).into()),
                    ("patient".into(), inputs::patient_table(&head.patient).into()),
                ])),
            ),
            (
                "strike".into(),
                Value::Table(toml::Table::from_iter([
                    ("fault".into(), strike.kind.name().into()),
                    ("at_s".into(), seconds(strike.at)),
                    ("lasts_s".into(), seconds(strike.lasts)),
                    ("resume_s".into(), i64::from(strike.resume_s).into()),
                    ("reset_s".into(), i64::from(strike.reset_s).into()),
                ])),
            ),
        ])
    }

    pub(super) fn text(&self) -> String {
        self.table().to_string()
    }
}

fn strike(table: &Table<'_>) -> Result<Strike, PlanFileError> {
    table.only(&["fault", "at_s", "lasts_s", "resume_s", "reset_s"])?;
    let names = FaultKind::ALL.map(|kind| (kind.name(), kind));
    let ticks = |field: &str, most: f64| {
        table.decimal(field, 0.1, most).map(|seconds| (seconds * 10.0).round() as u32)
    };
    Ok(Strike {
        kind: table.choice("fault", &names)?,
        at: ticks("at_s", 2_400.0)?,
        lasts: ticks("lasts_s", 600.0)?,
        resume_s: table.integer("resume_s", 1, 300)? as u32,
        reset_s: table.integer("reset_s", 1, 300)? as u32,
    })
}
