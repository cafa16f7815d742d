//! What a report tells: plain values, put together by whoever ran or replayed the visit.
//!
//! Times are seconds from the start of the recording. A value that is not known is `None`; a number
//! that is not finite counts as not known.

use super::Origin;
use super::account::{BillingBasis, BillingLine, Comfort, PatientSummary};
use super::evidence::{
    Certificates, DeviceIdentity, LinkCounters, RecordCheck, SensorFinding, WallClock,
};
use crate::priority::Priority;
use crate::procedure::Outcome;
use coldcap_session::{ControlMode, Phase};

/// One visit of one person at one channel: a fit visit, a session, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Treatment {
    /// Where the data come from.
    pub origin: Origin,
    /// The heading.
    pub title: String,
    /// What its times count from, as in `the start of the recording`.
    pub since: String,
    /// How it ended; `None` where it has not, as far as is known.
    pub outcome: Option<Outcome>,
    /// Why it ended before its time, in a word.
    pub ended_by: Option<String>,
    /// The phase that had not ended where what is known ends: it is in no figure.
    pub under_way: Option<Phase>,
    /// Who was treated, by number only.
    pub patient: Option<PatientSummary>,
    /// The date of service as the host knows it: `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The machine.
    pub device: DeviceIdentity,
    /// The seed of a simulation.
    pub seed: Option<u64>,
    /// The plan of the session.
    pub plan: PlanSummary,
    /// What was measured, once a second, in order of time.
    pub samples: Vec<Sample>,
    /// The phases, in order of time.
    pub phases: Vec<PhaseSpan>,
    /// The breaks, in order of time.
    pub breaks: Vec<BreakSpan>,
    /// The alarms, in order of their onset.
    pub alarms: Vec<AlarmSpan>,
    /// Moments worth a line in the plot: first drug started, last drug ended.
    pub marks: Vec<Mark>,
    /// What the patient told of the cold, and where it was eased off for it, in order of time.
    pub comfort: Vec<Comfort>,
    /// What the machine flagged although nothing was refused, in order of time.
    pub remarks: Vec<Mark>,
    /// The fit visit, if there was one.
    pub fit: Option<FitVisit>,
    /// What the device advised of the contact at the start of the session, if it did.
    pub contact: Option<ContactAdvice>,
    /// Billing lines of both services.
    pub billing: Vec<BillingLine>,
    /// What the billing lines were counted from; `None` where nothing may be counted.
    pub billing_basis: Option<BillingBasis>,
    /// The certificates of the sensors.
    pub certificates: Certificates,
    /// Sensors whose calibration did not hold, in order of time.
    pub sensor_findings: Vec<SensorFinding>,
    /// What the machine's wall clock was set to last.
    pub clock: Option<WallClock>,
    /// The state of the device's record.
    pub record: RecordCheck,
    /// The state of the link, where the machine told it.
    pub link: Option<LinkCounters>,
    /// FNV-1a-64 over all outputs, as the device's crate defines it; `None` where the outputs were not seen.
    pub output_hash: Option<u64>,
}

impl Treatment {
    /// How it ended in a word: of one that has not, and of one of which there is no record, that.
    #[must_use]
    pub fn outcome_name(&self) -> &'static str {
        match self.outcome {
            Some(outcome) => outcome.name(),
            None if self.record.read > 0 => "not ended",
            None => "not recorded",
        }
    }

    /// A treatment of which nothing is known but its origin.
    #[must_use]
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            title: String::new(),
            since: "the start of the recording".to_owned(),
            outcome: None,
            ended_by: None,
            under_way: None,
            patient: None,
            date: None,
            device: DeviceIdentity::default(),
            seed: None,
            plan: PlanSummary::default(),
            samples: Vec::new(),
            phases: Vec::new(),
            breaks: Vec::new(),
            alarms: Vec::new(),
            marks: Vec::new(),
            comfort: Vec::new(),
            remarks: Vec::new(),
            fit: None,
            contact: None,
            billing: Vec::new(),
            billing_basis: None,
            certificates: Certificates::NotTold,
            sensor_findings: Vec::new(),
            clock: None,
            record: RecordCheck::default(),
            link: None,
            output_hash: None,
        }
    }
}

/// The plan of a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanSummary {
    /// The name of the regimen.
    pub regimen: String,
    /// Cooling before the infusion, in minutes.
    pub pre_min: Option<f64>,
    /// Cooling after the infusion, in minutes.
    pub post_min: Option<f64>,
    /// The longest single break, in minutes.
    pub break_each_min: Option<f64>,
    /// All breaks together, in minutes.
    pub break_total_min: Option<f64>,
    /// Which temperature is held.
    pub mode: ControlMode,
    /// The coolant's target, in °C; `None` in cap mode.
    pub target_c: Option<f64>,
    /// The target of the cap's inner face, in °C; `None` in coolant mode.
    pub interface_c: Option<f64>,
}

impl PlanSummary {
    /// What is held, in words.
    #[must_use]
    pub const fn held(&self) -> &'static str {
        match self.mode {
            ControlMode::Coolant => "the coolant",
            ControlMode::Cap => "the cap's inner face",
        }
    }
}

/// What was measured in one second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When, in seconds from the start.
    pub time_s: f64,
    /// The channel, from 0.
    pub channel: u8,
    /// The phase.
    pub phase: Phase,
    /// The coolant's target, in °C; `None` while nothing is asked of it.
    pub target_c: Option<f64>,
    /// The target of the cap's inner face, in °C; `None` in coolant mode, and while nothing is asked of it.
    pub interface_target_c: Option<f64>,
    /// The set-point in effect, which ramps towards the target, in °C.
    pub effective_c: Option<f64>,
    /// The coolant supplied to the cap, in °C.
    pub supply_c: Option<f64>,
    /// The coolant that returns from the cap, in °C.
    pub return_c: Option<f64>,
    /// The front of the cap interface, in °C.
    pub front_c: Option<f64>,
    /// The rear of the cap interface, in °C.
    pub rear_c: Option<f64>,
    /// The freeze-safety sensor, in °C.
    pub safety_c: Option<f64>,
    /// The device's estimate of the scalp skin, in °C.
    pub skin_estimate_c: Option<f64>,
    /// The scalp skin is at least so warm by that estimate's uncertainty, in °C.
    pub skin_lower_c: Option<f64>,
    /// The scalp skin is at most so warm by that estimate's uncertainty, in °C.
    pub skin_upper_c: Option<f64>,
    /// The simulated plant's scalp skin, in °C; never known of a person.
    pub skin_true_c: Option<f64>,
    /// The coolant in the tank, in °C.
    pub tank_c: Option<f64>,
    /// The flow through the cap, in mL/min.
    pub flow_ml_min: Option<f64>,
    /// The pump's duty, 0 to 1.
    pub pump: Option<f64>,
    /// The mixing valve, 0 (recirculate) to 1 (all from the tank).
    pub valve: Option<f64>,
    /// The chiller's duty, 0 to 1.
    pub chiller: Option<f64>,
}

impl Sample {
    /// A sample of which nothing is known but its time and phase.
    #[must_use]
    pub const fn new(time_s: f64, phase: Phase) -> Self {
        Self {
            time_s,
            channel: 0,
            phase,
            target_c: None,
            interface_target_c: None,
            effective_c: None,
            supply_c: None,
            return_c: None,
            front_c: None,
            rear_c: None,
            safety_c: None,
            skin_estimate_c: None,
            skin_lower_c: None,
            skin_upper_c: None,
            skin_true_c: None,
            tank_c: None,
            flow_ml_min: None,
            pump: None,
            valve: None,
            chiller: None,
        }
    }
}

/// One stretch of one phase. A phase that was interrupted has several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseSpan {
    /// The phase.
    pub phase: Phase,
    /// When it began, in seconds.
    pub start_s: f64,
    /// When it ended, in seconds.
    pub end_s: f64,
    /// How long it lasted, in minutes.
    pub elapsed_min: f64,
    /// How long of that the scalp was cooled, in minutes.
    pub cooled_min: f64,
    /// How long of that the held temperature was at its target, in minutes.
    pub at_target_min: f64,
    /// How many minutes the plan has for this phase as a whole, the same on each of its stretches.
    pub expected_min: Option<f64>,
}

/// One break of the cooling.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakSpan {
    /// When it began, in seconds.
    pub start_s: f64,
    /// When it ended, in seconds; `None` if it had not ended.
    pub end_s: Option<f64>,
    /// Why.
    pub reason: String,
    /// How long it was allowed to be, in minutes.
    pub allowed_min: Option<f64>,
}

/// One alarm, from its onset until it cleared.
#[derive(Clone, Debug, PartialEq)]
pub struct AlarmSpan {
    /// The condition's name, in snake_case.
    pub id: String,
    /// How urgent it is.
    pub priority: Priority,
    /// When it rose, in seconds.
    pub onset_s: f64,
    /// When it cleared, in seconds; `None` if it had not.
    pub clear_s: Option<f64>,
    /// When somebody acknowledged it first, in seconds; `None` if nobody did.
    pub acknowledged_s: Option<f64>,
}

/// A moment that is marked in the plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// When, in seconds.
    pub time_s: f64,
    /// What happened, in a few words.
    pub label: String,
}

/// What the fit visit found.
#[derive(Clone, Debug, PartialEq)]
pub struct FitVisit {
    /// The cap size that was chosen.
    pub size: String,
    /// The next best cap size, if the measures lie near an edge.
    pub runner_up: Option<String>,
    /// How sure the choice is, in percent.
    pub confidence_percent: f64,
    /// How far the four sensors lay apart with uncooled coolant, in kelvin.
    pub spread_k: f64,
    /// The heat taken up in the contact test, in watts.
    pub heat_w: f64,
    /// The verdict of the contact test.
    pub verdict: String,
    /// The zones of the cap by name, and what is known of the contact of each.
    pub zones: Vec<(String, String)>,
    /// The digest of the stored calibration.
    pub digest: u64,
}

/// What the first two minutes of a session told of the contact: an advice, which stops nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactAdvice {
    /// The advice.
    pub verdict: String,
    /// The zones of the cap.
    pub zones: Vec<ContactZone>,
}

/// One zone of a contact advice.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactZone {
    /// Its name.
    pub zone: String,
    /// Its conductance in W/(m²·K); `None` where it has no sensor or the method tells none.
    pub conductance: Option<f64>,
    /// The standard uncertainty of that.
    pub uncertainty: Option<f64>,
    /// How it compares with the patient's own fit visit, in a word.
    pub against_fit_visit: String,
}
