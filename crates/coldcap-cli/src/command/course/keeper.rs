//! A visit and the course that it belongs to.

use super::{document, failure};
use crate::arguments::OfCourse;
use crate::failure::Failure;
use crate::treatment::Companion;
use coldcap_calibration::record::CapCalibration;
use coldcap_host::client::Message;
use coldcap_host::course::{CapSize, CourseFile, CourseVisit, HairLoss};
use coldcap_host::plan::PlanFile;
use coldcap_host::procedure::Outcome;
use coldcap_session::Phase;
use coldcap_session::record::{Entry, LINK_BYTES};
use coldcap_units::Instant;
use serde_json::{Value, json};

/// Looks on at a visit, and writes what came of it into its course; without a course it does nothing.
pub(crate) struct Keeper {
    kept: Option<Kept>,
}

/// Visits of the command are held at the first channel; the record of another one says nothing of them.
const CHANNEL: u8 = 0;

struct Kept {
    file: CourseFile,
    visit: CourseVisit,
    hair_loss: Option<HairLoss>,
    fit: Option<CapCalibration>,
    /// The last entry of the record that came, and its link.
    last: Option<(u32, [u8; LINK_BYTES])>,
}

impl Keeper {
    /// Reads the course that is named and takes the visit's part of it; `plan_name` is what the plan is called in a refusal.
    pub(crate) fn open(of: &OfCourse, plan: &PlanFile, plan_name: &str) -> Result<Self, Failure> {
        let Some(path) = &of.course else { return Ok(Self { kept: None }) };
        let file = CourseFile::open(path).map_err(failure)?;
        let visit = file.course.visit(plan).map_err(|refused| {
            let (field, of_plan) = refused.field();
            let name = if of_plan { plan_name.into() } else { path.display().to_string() };
            Failure::Input(format!("{name}:{field}: {refused}"))
        })?;
        let kept = Kept { file, visit, hair_loss: of.hair_loss, fit: None, last: None };
        kept.announce();
        Ok(Self { kept: Some(kept) })
    }

    /// The plan of the visit: that of the course where there is one.
    pub(crate) fn plan(&self, plan: PlanFile) -> PlanFile {
        self.kept.as_ref().map_or(plan, |kept| kept.visit.plan.clone())
    }

    /// The digest of the fit that the session refers to, where the visit has no fit visit of its own.
    pub(crate) fn fit(&self) -> Option<u64> {
        Some(self.kept.as_ref()?.visit.fit?.calibration)
    }

    /// The visit is over and told: writes the course back.
    pub(crate) fn save(self) -> Result<(), Failure> {
        self.kept.map_or(Ok(()), |mut kept| kept.file.save().map_err(failure))
    }
}

impl Companion for Keeper {
    fn hear(&mut self, _now: Instant, message: &Message) {
        if let Some(kept) = &mut self.kept {
            kept.hear(message);
        }
    }

    fn end(&mut self, summary: &mut Value) {
        if let Some(kept) = &mut self.kept {
            kept.end(summary);
        }
    }
}

impl Kept {
    /// What is to be known before the visit begins.
    fn announce(&self) {
        for warning in &self.visit.warnings {
            eprintln!("coldcap: warning: {warning}");
        }
        if let Some(fit) = self.visit.fit {
            let id = fit.cap_id.map_or(String::new(), |id| format!(", number {id}"));
            let size = fit.cap_size.name().replace('_', " ");
            let (session, sessions) = (self.visit.plan.session, self.visit.plan.sessions);
            eprintln!("session {session} of {sessions}: cap {size}{id}");
        }
    }

    fn hear(&mut self, message: &Message) {
        match message {
            // A session refers to the fit of the course, whatever a machine still tells of another.
            Message::CapCalibration(told) if self.visit.fit.is_none() => {
                self.fit = CapCalibration::from_bytes(&told.calibration.0).ok();
            }
            Message::RecordEntry(told) => {
                let entry = Entry::from_bytes(&told.entry.0);
                let newest = self.last.is_none_or(|(index, _)| index < told.index);
                if newest && entry.channel == CHANNEL {
                    self.last = Some((told.index, entry.link));
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, summary: &mut Value) {
        self.keep_fit();
        self.keep_session(summary);
        let mut told = document(&self.file);
        told["warnings"] = self
            .visit
            .warnings
            .iter()
            .map(|warning| json!({ "name": warning.name(), "text": warning.to_string() }))
            .collect();
        told["session"] = json!(self.visit.plan.session);
        summary["course"] = told;
    }

    fn keep_fit(&mut self) {
        let fit = self.fit.filter(|fit| fit.patient == self.visit.plan.patient);
        let Some(fit) = fit else { return };
        let Some(size) = CapSize::named(fit.cap_size.name()) else { return };
        self.file.course.fitted(&self.visit.plan, fit.digest(), size);
    }

    /// A session counts once it cools: one that was given up before is held another day.
    fn keep_session(&mut self, summary: &Value) {
        let cooled = summary["phases"]
            .as_array()
            .is_some_and(|phases| phases.iter().any(|span| span["phase"] == Phase::PreCool.name()));
        let ended = summary["outcome"].as_str().and_then(Outcome::named);
        let Some(ended) = ended.filter(|_| cooled) else { return };
        let whole = summary["record"]["verified"] == true;
        let record = self.last.filter(|_| whole).map(|(_, link)| link);
        self.file.course.session_held(&self.visit.plan, self.hair_loss, ended, record);
    }
}
