//! The story that a device's record tells: everything of a report that counts.
//!
//! Curves come from reports on the wire, and are for looking at. Minutes, breaks, alarms, comfort and billing come
//! from the record alone, which is chained and can be checked.

mod alarms;
mod comfort;
mod counted;
mod ending;
mod marks;
mod outage;
mod sensors;
mod spans;

use super::account::PatientSummary;
use super::evidence::{RecordCheck, WallClock};
use super::treatment::{PlanSummary, Treatment};
use crate::plan::PlanFile;
use crate::record;
use coldcap_session::record::{Entry, Summary};
use coldcap_session::{Config, Event, Plan, billing};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::Vocabulary;

pub use marks::{ending_name, reason_name};

/// The record of one channel's visit, and what only its host knows.
#[derive(Clone, Copy, Debug)]
pub struct RecordedVisit<'a> {
    /// The entries that were read, in order of their index.
    pub entries: &'a [Entry],
    /// How many entries the device has, as far as it told.
    pub total: u32,
    /// The configuration of the device's session, by which the story is recomputed.
    pub config: &'a Config,
    /// What times are counted from, on the device's own time: nothing lies before it.
    pub began: Instant,
    /// The plan file, for the names of drugs, the infusion's length and the date of service.
    pub plan: Option<&'a PlanFile>,
    /// Whether a session is to follow a fit visit, also where the plan file is not at hand: a visit is not over before that.
    pub session_follows: bool,
}

impl Treatment {
    /// The same with everything that the record tells: patient, plan, phases, breaks, alarms, marks, comfort, remarks,
    /// findings on sensors, clock, billing, and what checking the record found. An outcome that is known already stays where the
    /// record tells of none.
    ///
    /// Nothing is billed from a record that is not whole.
    ///
    /// ```
    /// use coldcap_host::report::{Origin, RecordedVisit, Treatment};
    /// use coldcap_session::record::Chain;
    /// use coldcap_session::{Config, Note};
    /// use coldcap_units::Instant;
    ///
    /// let entry = Chain::new().append(Instant::from_millis(61_000), 0, &Note::Comfort(4));
    /// let (config, began) = (&Config::DEFAULT, Instant::ZERO);
    /// let (entries, plan) = (&[entry][..], None);
    /// let visit =
    ///     RecordedVisit { entries, total: 1, config, began, plan, session_follows: false };
    /// let told = Treatment::new(Origin::Device).with_record(&visit);
    /// assert!(told.record.verified && told.comfort[0].time_s == 61.0);
    /// ```
    #[must_use]
    pub fn with_record(self, visit: &RecordedVisit<'_>) -> Self {
        let RecordedVisit { entries, plan, began, .. } = *visit;
        let session_follows = visit.session_follows || plan.is_some_and(|plan| !plan.fit_only);
        let record = checked(visit);
        let began = began.since(Instant::ZERO);
        let moved = entries.iter().map(|entry| Entry { at: entry.at.minus(began), ..*entry });
        let entries = &moved.collect::<Vec<_>>()[..];
        let summary = Summary::fold(entries);
        let planned = planned(summary.plan.as_ref(), plan);
        let date = plan.map(|plan| plan.date);
        let day = date.and_then(|day| billing::Date::new(day.year(), day.month(), day.day()));
        let basis = record.verified.then(|| counted::basis(entries, &summary));
        let lines =
            basis.as_ref().zip(day).map(|(basis, day)| counted::lines(&summary, day, basis));
        Self {
            outcome: ending::outcome(entries, &summary, session_follows).or(self.outcome),
            ended_by: ending::why(entries, &summary),
            patient: patient(&summary, plan),
            date: date.map(|date| date.to_string()),
            under_way: spans::under_way(entries),
            phases: spans::phases(entries, &planned, plan),
            breaks: spans::breaks(entries, &planned),
            plan: planned,
            alarms: alarms::alarms(entries),
            marks: marks::marks(entries, plan),
            remarks: marks::remarks(entries),
            comfort: comfort::comfort(entries),
            sensor_findings: sensors::findings(entries),
            clock: entries.iter().rev().find_map(clock),
            billing: lines.unwrap_or_default(),
            billing_basis: basis,
            record,
            ..self
        }
    }
}

fn checked(visit: &RecordedVisit<'_>) -> RecordCheck {
    let entries = visit.entries;
    let read = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let missing = visit.total.saturating_sub(read);
    let story = record::verify(entries, visit.config);
    let finding = match story {
        _ if missing > 0 => format!("{missing} entries are missing"),
        _ if entries.is_empty() => "no entry was read".to_owned(),
        Err(error) => error.to_string(),
        Ok(record::Story::Recomputed) => "every note follows from the events before it".to_owned(),
        Ok(record::Story::Untold) => {
            "it holds notes only, nothing to recompute them from".to_owned()
        }
    };
    RecordCheck {
        entries: visit.total.max(read),
        read,
        verified: missing == 0 && !entries.is_empty() && story.is_ok(),
        finding,
        last_link: entries.last().map(|last| last.link),
    }
}

/// The plan as it applied, which the machine may have changed for the hair; the file's where none was chosen.
fn planned(applied: Option<&Plan>, file: Option<&PlanFile>) -> PlanSummary {
    let named = file.map(|file| file.name.clone());
    let asked = file.filter(|file| !file.fit_only).and_then(|file| Plan::new(file.request()).ok());
    let Some(plan) = applied.copied().or(asked) else {
        return PlanSummary { regimen: named.unwrap_or_default(), ..PlanSummary::default() };
    };
    let number = format!("{} by {}", plan.regimen(), plan.source().name());
    let celsius = |milli: i32| f64::from(milli) / 1_000.0;
    let target = plan.target();
    PlanSummary {
        regimen: named.map_or(number.clone(), |name| format!("{name} (regimen {number})")),
        pre_min: Some(minutes(plan.pre())),
        post_min: Some(minutes(plan.post())),
        break_each_min: Some(minutes(plan.break_each())),
        break_total_min: Some(minutes(plan.break_total())),
        mode: target.mode(),
        target_c: target.coolant().map(|target| celsius(target.to_milli())),
        interface_c: target.interface().map(|target| celsius(target.to_milli())),
    }
}

/// The one that the machine was told of, or, where none was selected, the one that was to come.
fn patient(summary: &Summary, file: Option<&PlanFile>) -> Option<PatientSummary> {
    let selected =
        summary.patient.filter(|patient| patient.id != 0).map(|patient| PatientSummary {
            number: patient.id,
            session: patient.session_index,
            sessions: patient.session_count,
            hair: Some(patient.hair),
            calibration: Some(patient.calibration).filter(|digest| *digest != 0),
        });
    let planned = |file: &PlanFile| PatientSummary {
        number: file.patient,
        session: file.session,
        sessions: file.sessions,
        hair: Some(file.head.hair),
        calibration: None,
    };
    selected.or(file.map(planned))
}

fn clock(entry: &Entry) -> Option<WallClock> {
    let Some(Event::WallSet { new, .. }) = entry.fields.event() else { return None };
    let quality = word("clock_quality", new.quality.code());
    Some(WallClock { set_s: seconds(entry.at), unix_ms: new.unix_ms, quality })
}

/// The word of a vocabulary, or the code where it has none.
fn word(vocabulary: &str, code: u8) -> String {
    let known = Vocabulary::named(vocabulary).and_then(|words| words.word(code));
    known.map_or_else(|| code.to_string(), str::to_owned)
}

fn seconds(at: Instant) -> f64 {
    at.as_millis() as f64 / 1_000.0
}

fn minutes(span: Duration) -> f64 {
    f64::from(span.as_millis()) / 60_000.0
}
