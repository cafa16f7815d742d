//! What the host has seen of a visit, and the treatment that the report tells of.
//!
//! Curves come from the reports on the wire, everything that counts from the record that the device
//! keeps and the host has collected and verified. Only the truth comes from beside the wire, from the
//! simulator, and is shown as such.

use super::contact::StartContact;
use super::files::origin;
use super::summary::SecuritySeen;
use coldcap_calibration::cap::{CapSize, HeadReadings, Ladder};
use coldcap_calibration::contact::{Conductance, Zone};
use coldcap_calibration::hair::{HairDensity, HairKind};
use coldcap_calibration::record::{CapCalibration, DetailVersion, FitDetail, ZoneRecord};
use coldcap_guard::Condition;
use coldcap_host::client::{Message, Record};
use coldcap_host::plan::PlanFile;
use coldcap_host::procedure::Outcome;
use coldcap_host::record::verify;
use coldcap_host::report::{
    AlarmSpan, BillingLine, BreakSpan, DeviceIdentity, FitVisit, LinkCounters, Mark, Origin,
    PhaseSpan, PlanSummary, Priority, RecordCheck, Sample, Service, Treatment,
};
use coldcap_session::Config;
use coldcap_session::record::{Entry, Kind, Summary};
use coldcap_session::{ByHand, Event, Note, Phase, Reason, billing};
use coldcap_sim::Truth;
use coldcap_sim::bedside::Fall;
use coldcap_units::{Duration, Instant, Permille};
use coldcap_wire::message::{ChannelStatus, Hello, MachineStatus};
use sampled::degrees;
use serde_json::{Value, json};

mod recorded;
mod sampled;
pub(crate) use recorded::Recorded;
pub(crate) use sampled::sampled;

/// What the host has seen so far.
#[derive(Debug)]
pub(crate) struct Observer {
    hello: Option<Hello>,
    machine: Option<MachineStatus>,
    samples: Vec<Sample>,
    truth: Option<Truth>,
    worn: Worn,
    calibration: Option<CapCalibration>,
}

/// The skin under a worn cap, as it really is.
#[derive(Debug, Default)]
struct Worn {
    ticks: u64,
    fall: Fall,
    /// The coldest of both zones.
    skin_min_c: Option<f64>,
    /// The fastest fall.
    fall_k_min: f64,
}

impl Worn {
    fn see(&mut self, truth: &Truth) {
        self.ticks += 1;
        if !self.ticks.is_multiple_of(10) {
            return;
        }
        // No head warms a cap that it does not wear.
        if truth.heat_w.abs() < 1e-9 {
            self.fall.forget();
            return;
        }
        let least = self.skin_min_c.unwrap_or(f64::INFINITY);
        self.skin_min_c = Some(least.min(truth.coldest_skin_c));
        self.fall_k_min = self.fall_k_min.max(self.fall.see(truth.skin_c));
    }
}

/// What is known at the end of a visit.
pub(crate) struct End<'a> {
    pub(crate) outcome: Outcome,
    pub(crate) output_hash: u64,
    pub(crate) ticks: u64,
    pub(crate) seed: Option<u64>,
    pub(crate) record: &'a Record,
    pub(crate) security: SecuritySeen,
}

impl Observer {
    pub(crate) fn new() -> Self {
        Self {
            hello: None,
            machine: None,
            samples: Vec::new(),
            truth: None,
            worn: Worn::default(),
            calibration: None,
        }
    }

    /// The simulator's truth at the newest tick.
    pub(crate) fn see_truth(&mut self, truth: &Truth) {
        self.truth = Some(*truth);
        self.worn.see(truth);
    }

    /// What was really so of the head under the cap; null of a machine of which nobody knows it.
    pub(crate) fn truth(&self) -> Value {
        let thousandths = |value: f64| (value * 1e3).round() / 1e3;
        match self.worn.skin_min_c {
            Some(least) if self.truth.is_some() => json!({
                "skin_min_c": thousandths(least),
                "peak_skin_rate_k_min": thousandths(self.worn.fall_k_min),
            }),
            _ => Value::Null,
        }
    }

    /// One message from the client.
    pub(crate) fn take(&mut self, now: Instant, message: &Message) {
        match message {
            // Under keys the client tells that of the session's handshake, and no stranger's.
            Message::Hello(hello) => self.hello = Some(*hello),
            Message::MachineStatus(status) => self.machine = Some(*status),
            Message::ChannelStatus(status) => self.sample(now, status),
            Message::CapCalibration(report) => {
                self.calibration = CapCalibration::from_bytes(&report.calibration.0).ok();
            }
            _ => {}
        }
    }

    fn sample(&mut self, now: Instant, status: &ChannelStatus) {
        let Some(sample) = sampled(now, status, self.machine.as_ref()) else { return };
        // A subscription is answered at once: a second has one line, that of its newest report.
        self.samples.pop_if(|last| last.time_s.floor() == sample.time_s.floor());
        let skin_true_c = self.truth.map(|truth| truth.skin_c);
        self.samples.push(Sample { skin_true_c, ..sample });
    }

    /// One line for the progress bar.
    pub(crate) fn line(&self) -> String {
        let Some(sample) = self.samples.last() else { return "no contact yet".into() };
        let figure = |value: Option<f64>| value.map_or("  –  ".into(), |v| format!("{v:5.1}"));
        let alarms = self.machine.map_or(0, |machine| machine.alarms.count_ones());
        format!(
            "{:<11} coolant {} cap {} skin (truth) {} °C, {alarms} alarms",
            sample.phase.name(),
            figure(sample.supply_c),
            figure(sample.front_c),
            figure(sample.skin_true_c),
        )
    }

    /// What the start of the session told of the contact, against the fit visit.
    pub(crate) fn contact(&self, end: &End<'_>) -> Option<StartContact> {
        let entries: Vec<Entry> =
            end.record.iter().map(|(_, bytes)| Entry::from_bytes(bytes)).collect();
        StartContact::of(&entries, self.calibration.as_ref())
    }

    /// Everything, for the report.
    pub(crate) fn treatment(self, plan: &PlanFile, end: &End<'_>) -> Treatment {
        let entries: Vec<Entry> =
            end.record.iter().map(|(_, bytes)| Entry::from_bytes(bytes)).collect();
        let summary = Summary::fold(&entries);
        let origin = self.hello.map_or(Origin::Simulated, |hello| origin(hello.origin.0));
        let whole = end.record.is_complete() && end.record.lost() == 0;
        let verified = whole && verify(&entries, &Config::DEFAULT).is_ok();
        let last_s = self.samples.last().map_or(0.0, |sample| sample.time_s);
        let machine = self.machine;
        Treatment {
            title: title(plan, verified),
            outcome: end.outcome.name().to_owned(),
            device: identity(self.hello.as_ref()),
            seed: end.seed,
            plan: plan_summary(plan),
            samples: self.samples,
            phases: phases(&entries, |phase| expected(phase, plan)),
            breaks: breaks(&entries, Some(minutes(plan.treatment.break_each))),
            alarms: alarms(&entries, last_s),
            marks: marks(&entries, |id| drug_name(id, plan)),
            fit: self.calibration.as_ref().map(fit_visit),
            contact: StartContact::of(&entries, self.calibration.as_ref())
                .map(|contact| contact.advice()),
            // Nothing is counted from a record that is not whole.
            billing: if verified { billing_lines(&summary, plan) } else { Vec::new() },
            record: RecordCheck { entries: end.record.total(), verified },
            link: machine.map_or_else(LinkCounters::default, |machine| LinkCounters {
                ok: machine.link_ok,
                crc: machine.link_crc,
                length: machine.link_length,
                overflow: machine.link_overflow,
            }),
            output_hash: end.output_hash,
            ..Treatment::new(origin)
        }
    }
}

/// What the page is headed with: an incomplete record is said first, not last.
fn title(plan: &PlanFile, verified: bool) -> String {
    let name = &plan.name;
    if verified {
        return name.clone();
    }
    format!("{name} – RECORD INCOMPLETE: minutes, breaks and alarms may be missing below")
}

fn seconds(at: Instant) -> f64 {
    at.as_millis() as f64 / 1_000.0
}

fn minutes(span: Duration) -> f64 {
    f64::from(span.as_millis()) / 60_000.0
}

fn identity(hello: Option<&Hello>) -> DeviceIdentity {
    hello.map_or_else(DeviceIdentity::default, |hello| {
        let [major, minor, patch, build] = hello.firmware.to_be_bytes();
        DeviceIdentity {
            model: hello.model.to_string(),
            serial: hello.serial.to_string(),
            firmware: format!("{major}.{minor}.{patch}.{build}"),
            schema: format!("{:08x}", hello.schema),
            boot: hello.boot.to_string(),
        }
    })
}

fn plan_summary(plan: &PlanFile) -> PlanSummary {
    let treatment = &plan.treatment;
    if plan.fit_only {
        return PlanSummary { regimen: plan.name.clone(), ..PlanSummary::default() };
    }
    PlanSummary {
        regimen: format!("{} (regimen {})", plan.name, plan.regimen),
        pre_min: Some(minutes(treatment.pre)),
        post_min: Some(minutes(treatment.post)),
        break_each_min: Some(minutes(treatment.break_each)),
        break_total_min: Some(minutes(treatment.break_total)),
        mode: treatment.target.mode(),
        target_c: treatment.target.coolant().map(|target| degrees(target.to_milli())),
        interface_c: treatment.target.interface().map(|target| degrees(target.to_milli())),
    }
}

/// The spans of all phases, from the record. Pauses and re-coolings stand as spans of their own.
fn phases(entries: &[Entry], expected: impl Fn(Phase) -> Option<f64>) -> Vec<PhaseSpan> {
    let mut spans: Vec<PhaseSpan> = Vec::new();
    let mut begun_s = 0.0;
    let mut gap_s = 0.0;
    for entry in entries {
        if let Some(Note::Restarted { gap }) = entry.note() {
            gap_s = gap.map_or(0.0, |gap| minutes(gap) * 60.0);
        }
        if let Some(Note::PhaseClosed { phase, clock }) = entry.note() {
            // A phase that a loss of power ended was over when the power went.
            let end_s = seconds(entry.at) - core::mem::take(&mut gap_s);
            let first = !spans.iter().any(|span| span.phase == phase);
            spans.push(PhaseSpan {
                phase,
                start_s: begun_s,
                end_s,
                elapsed_min: minutes(clock.elapsed),
                cooled_min: minutes(clock.cooled),
                at_target_min: minutes(clock.at_target),
                expected_min: expected(phase).filter(|_| first),
            });
            begun_s = end_s;
        }
    }
    spans
}

fn expected(phase: Phase, plan: &PlanFile) -> Option<f64> {
    let toxic = || plan.drugs.iter().filter(|drug| drug.hair_toxic);
    match phase {
        Phase::PreCool => Some(minutes(plan.treatment.pre)),
        Phase::PostCool => Some(minutes(plan.treatment.post)),
        Phase::Infusing => {
            let start = toxic().map(|drug| drug.start).min()?;
            let end = toxic().map(|drug| drug.end).max()?;
            Some(minutes(end.minus(start)))
        }
        _ => None,
    }
}

fn breaks(entries: &[Entry], allowed_min: Option<f64>) -> Vec<BreakSpan> {
    let mut breaks: Vec<BreakSpan> = Vec::new();
    let mut gap_s = 0.0;
    for entry in entries {
        match entry.note() {
            Some(Note::Restarted { gap }) => {
                gap_s = gap.map_or(0.0, |gap| minutes(gap) * 60.0);
            }
            Some(Note::BreakBegan { reason }) => breaks.push(BreakSpan {
                start_s: seconds(entry.at) - core::mem::take(&mut gap_s),
                end_s: None,
                reason: reason_name(reason),
                allowed_min,
            }),
            Some(Note::BreakEnded { .. }) => {
                if let Some(last) = breaks.last_mut() {
                    last.end_s = Some(seconds(entry.at));
                }
            }
            _ => {}
        }
    }
    breaks
}

/// What a reason is called in reports.
pub(crate) fn reason_name(reason: Reason) -> String {
    let name = match reason {
        Reason::STOPPED => "stopped",
        Reason::OPERATOR_TRIP => "stopped by the guard (operator may resume)",
        Reason::CLINICIAN_TRIP => "stopped by the guard (clinician must reset)",
        Reason::SERVICE_TRIP => "stopped by the guard (service must reset)",
        Reason::UNCOUPLED => "cap uncoupled",
        Reason::NOT_WORN => "cap not worn",
        Reason::POWER_GAP => "power gap",
        Reason::COMPLETED => "completed",
        Reason::UNATTENDED => "unattended",
        Reason::ABANDONED => "abandoned",
        Reason(code) => return format!("planned (reason {code})"),
    };
    name.to_owned()
}

fn alarms(entries: &[Entry], last_s: f64) -> Vec<AlarmSpan> {
    let mut spans: Vec<AlarmSpan> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.fields.kind == Kind::ALARM) {
        let Ok(code) = u8::try_from(entry.fields.code) else { continue };
        let id = Condition::from_code(code)
            .map_or_else(|| format!("vendor_{code}"), |condition| condition.name().to_owned());
        let open = spans.iter_mut().rev().find(|span| span.id == id && span.clear_s.is_none());
        match (entry.fields.a, open) {
            (0, Some(span)) => span.clear_s = Some(seconds(entry.at)),
            (2, Some(span)) => span.priority = priority(entry.fields.b).max(span.priority),
            (1, None) => spans.push(AlarmSpan {
                id,
                priority: priority(entry.fields.b),
                onset_s: seconds(entry.at),
                clear_s: None,
            }),
            _ => {}
        }
    }
    spans.retain(|span| span.onset_s <= last_s);
    spans
}

const fn priority(code: i32) -> Priority {
    match code {
        3 => Priority::High,
        2 => Priority::Medium,
        _ => Priority::Low,
    }
}

fn drug_name(id: u16, plan: &PlanFile) -> String {
    let drug = plan.drugs.iter().find(|drug| drug.id == id);
    drug.map_or_else(|| format!("drug {id}"), |drug| drug.name.clone())
}

fn marks(entries: &[Entry], name: impl Fn(u16) -> String) -> Vec<Mark> {
    let mark = |entry: &Entry, label: String| Mark { time_s: seconds(entry.at), label };
    let marked = entries.iter().filter_map(|entry| match (entry.note(), entry.fields.event()) {
        (Some(Note::DrugStarted { drug, .. }), _) => {
            Some(mark(entry, format!("{} start", name(drug))))
        }
        (Some(Note::DrugEnded { drug, .. }), _) => Some(mark(entry, format!("{} end", name(drug)))),
        (_, Some(Event::ByHand(told))) => Some(mark(entry, driven_by_hand(&told))),
        _ => None,
    });
    marked.collect()
}

/// What is driven by hand, in words.
fn driven_by_hand(told: &ByHand) -> String {
    match told {
        ByHand::Driven { actuator, duty, role } => {
            let (name, percent) = (actuator.name(), f64::from(duty.to_permille()) / 10.0);
            let by = format!("{role:?}").to_lowercase();
            format!("{name} driven by hand at {percent} % ({by})")
        }
        ByHand::Ended { actuator, end } => {
            let (name, why) = (actuator.name(), end.name().replace('_', " "));
            format!("{name} driven by hand no more ({why})")
        }
    }
}

fn fit_visit(calibration: &CapCalibration) -> FitVisit {
    let (runner_up, confidence) = size_of(calibration);
    let offsets = calibration.offsets.to_milli();
    let widest = offsets.iter().max().copied().unwrap_or(0);
    let narrowest = offsets.iter().min().copied().unwrap_or(0);
    FitVisit {
        size: calibration.cap_size.name().to_owned(),
        runner_up: runner_up.map(|size| size.name().to_owned()),
        confidence_percent: f64::from(confidence.0) / 10.0,
        spread_k: f64::from(i32::from(widest) - i32::from(narrowest)) / 1_000.0,
        heat_w: f64::from(calibration.heat_mw) / 1_000.0,
        verdict: calibration.verdict.name().to_owned(),
        zones: calibration.detail.map_or_else(Vec::new, |detail| zone_lines(&detail)),
        digest: calibration.digest(),
    }
}

/// Each zone in words.
fn zone_lines(detail: &FitDetail) -> Vec<(String, String)> {
    let watts = |it: Conductance| f64::from(it.0) / 1e3;
    let words = |zone: &ZoneRecord| match zone {
        ZoneRecord::Unobserved if detail.version == DetailVersion::Second => "no value".into(),
        ZoneRecord::Unobserved => "not observed".into(),
        ZoneRecord::Observed(found, method) => {
            let (h, u) = (watts(found.conductance()), watts(found.uncertainty()));
            let method = method.name().replace('_', " ");
            format!("{h:.1} ± {:.1} W/(m² K), by {method}", 2.0 * u)
        }
        ZoneRecord::Failed(fault, _) => fault.to_string(),
    };
    let zones = Zone::ALL.iter().zip(&detail.zones);
    zones.map(|(zone, found)| (zone.name().to_owned(), words(found))).collect()
}

/// The size to try besides, if one is likely enough, and how likely the recorded one is: as recorded,
/// or chosen again where an old record does not say, which says nothing of the hair either: then with the hair
/// that leaves most uncertain.
fn size_of(calibration: &CapCalibration) -> (Option<CapSize>, Permille) {
    match calibration.detail {
        Some(detail) => (detail.try_both().then_some(detail.runner_up), detail.confidence),
        None => {
            let hair = (HairDensity::Full, HairKind::ThickOrCurled);
            let readings = HeadReadings::averaged(&calibration.measures, hair);
            let choice = Ladder::REFERENCE.choose(&readings);
            (choice.try_both().then_some(choice.runner_up), choice.confidence)
        }
    }
}

fn billing_lines(summary: &Summary, plan: &PlanFile) -> Vec<BillingLine> {
    let date = billing::Date::new(plan.date.year(), plan.date.month(), plan.date.day());
    let lines = date.map(|date| billing::units(summary, date)).unwrap_or_default();
    let rows = lines.iter().map(|line| BillingLine {
        service: if line.rule.code == "97007" || line.rule.code == "0662T" {
            Service::FitVisit
        } else {
            Service::Session
        },
        code: line.rule.code.to_owned(),
        units: line.units,
        rule: line.rule.id.to_owned(),
        counting: line.rule.counting.to_owned(),
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_session::{Actuator, HandEnd, Role};
    use coldcap_units::Duty;

    #[test]
    fn what_is_driven_by_hand_is_said_in_words() {
        let (actuator, role) = (Actuator::Pump, Role::Service);
        let driven = ByHand::Driven { actuator, duty: Duty::from_permille(505), role };
        assert_eq!(driven_by_hand(&driven), "pump driven by hand at 50.5 % (service)");
        let ended = ByHand::Ended { actuator: Actuator::Chiller, end: HandEnd::HostLost };
        assert_eq!(driven_by_hand(&ended), "chiller driven by hand no more (host lost)");
    }
}
