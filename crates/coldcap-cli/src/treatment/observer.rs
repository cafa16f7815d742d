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
use coldcap_host::client::{Message, Record};
use coldcap_host::plan::PlanFile;
use coldcap_host::procedure::Outcome;
use coldcap_host::report::{
    DeviceIdentity, FitVisit, LinkCounters, Origin, RecordedVisit, Sample, Treatment,
};
use coldcap_session::Config;
use coldcap_session::record::Entry;
use coldcap_sim::Truth;
use coldcap_sim::bedside::Fall;
use coldcap_units::{Instant, Permille};
use coldcap_wire::message::{ChannelStatus, Hello, MachineStatus};
use serde_json::{Value, json};

mod sampled;
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

/// What a host knows of a visit besides its record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'a> {
    pub(crate) plan: Option<&'a PlanFile>,
    /// Whether a session is to follow a fit visit.
    pub(crate) session_follows: bool,
    /// What times count from.
    pub(crate) began: Instant,
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
        let origin = self.hello.map_or(Origin::Simulated, |hello| origin(hello.origin.0));
        let known = Treatment {
            title: plan.name.clone(),
            // A visit that has not ended has no outcome; that nobody waited longer is the host's affair.
            outcome: Some(end.outcome).filter(|outcome| *outcome != Outcome::TimedOut),
            seed: end.seed,
            output_hash: Some(end.output_hash),
            ..Treatment::new(origin)
        };
        let told = Told { plan: Some(plan), session_follows: false, began: Instant::ZERO };
        self.told(known, end.record, &told)
    }

    /// What was seen and what the record says, beside what is known otherwise. Times are on the device's own time, by which what was
    /// seen was taken in, too.
    pub(crate) fn told(self, known: Treatment, record: &Record, told: &Told<'_>) -> Treatment {
        let Told { plan, session_follows, began } = *told;
        let entries: Vec<Entry> = record.iter().map(|(_, it)| Entry::from_bytes(it)).collect();
        let began_s = began.as_millis() as f64 / 1_000.0;
        let mut samples = self.samples;
        samples.iter_mut().for_each(|sample| sample.time_s -= began_s);
        let last_s = samples.last().map_or(0.0, |sample| sample.time_s);
        let config = &Config::DEFAULT;
        let (entries, total) = (&entries[..], record.total());
        let visit = RecordedVisit { entries, total, config, began, plan, session_follows };
        let mut told = Treatment {
            device: identity(self.hello.as_ref()),
            samples,
            fit: self.calibration.as_ref().map(fit_visit),
            contact: StartContact::of(entries, self.calibration.as_ref())
                .map(|contact| contact.advice()),
            link: self.machine.as_ref().map(link),
            ..known
        }
        .with_record(&visit);
        told.alarms.retain(|span| span.onset_s <= last_s);
        told.title = title(told.title, told.record.verified);
        told
    }
}

/// What the page is headed with: an incomplete record is said first, not last.
fn title(name: String, verified: bool) -> String {
    if verified {
        return name;
    }
    format!("{name} – RECORD INCOMPLETE: minutes, breaks and alarms may be missing below")
}

const fn link(machine: &MachineStatus) -> LinkCounters {
    LinkCounters {
        ok: machine.link_ok,
        crc: machine.link_crc,
        length: machine.link_length,
        overflow: machine.link_overflow,
    }
}

fn seconds(at: Instant) -> f64 {
    at.as_millis() as f64 / 1_000.0
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
