//! What the visit found, for people, for scripts and as a picture.

use super::repetition::{ALLOWED_PERCENT, ALLOWED_STEP, Repetition, repeat};
use super::visit::Visit;
use crate::failure::Failure;
use coldcap::Config;
use coldcap_calibration::cap::{CapSize, HeadReadings, SizeChoice};
use coldcap_calibration::contact::judge::{Finding, Judgement, judge};
use coldcap_calibration::contact::{Verdict, Zone, ZoneFit, ZoneState};
use coldcap_calibration::hair::HairDensity;
use coldcap_calibration::record::{CapCalibration, FitDetail};
use coldcap_host::capture::Origin;
use coldcap_host::plan::PlanFile;
use coldcap_host::report::{FitPlot, FitZone, fit_svg};
use coldcap_session::HairType;
use coldcap_sim::PatientParameters;
use coldcap_units::Kelvin;
use serde_json::{Value, json};
use std::path::Path;

/// One zone as it is shown, in W/(m²·K).
struct ShownZone {
    zone: Zone,
    /// Conductance and its standard uncertainty.
    found: Option<(f64, f64)>,
    finding: Finding,
    /// What the virtual head really has there.
    truth: Option<f64>,
    /// The host's repetition.
    repeated: Option<f64>,
}

pub(super) struct Findings {
    seed: u64,
    seconds: f64,
    overridden: bool,
    record: CapCalibration,
    sizes: Vec<(CapSize, f64)>,
    try_both: bool,
    least: f64,
    zones: [ShownZone; 3],
    repetition: Repetition,
}

impl Findings {
    pub(super) fn new(
        visit: &Visit,
        patient: &PatientParameters,
        plan: &PlanFile,
        seed: u64,
    ) -> Result<Self, Failure> {
        let record = visit.calibration;
        let detail = record.detail.ok_or_else(|| {
            Failure::Wrong("the record has no zones: allowed is one of version 2".into())
        })?;
        let repetition = repeat(&visit.recording, &record.offsets, &detail)?;
        let density = detail.density.unwrap_or(HairDensity::Full);
        let choice = choice(&record, density, plan.head.hair.kind);
        let limits = Config::reference().zone_limits;
        let judgement = judge(&states(&detail, &repetition), None, density, &limits);
        let zones = shown(&detail, &judgement, patient, &repetition);
        Ok(Self {
            seed,
            seconds: visit.seconds,
            overridden: visit.overridden,
            record,
            sizes: sizes(&choice),
            try_both: choice.try_both(),
            least: f64::from(limits.least_for(density).0) / 1e3,
            zones,
            repetition,
        })
    }

    /// Why the host does not believe the device, if it does not.
    pub(super) fn disagreement(&self) -> Option<String> {
        (!self.repetition.agrees()).then(|| {
            let found = self.repetition.largest_percent;
            format!("zones: {found:.3} % off in f64: allowed is {ALLOWED_PERCENT} % and {ALLOWED_STEP} W/(m² K)")
        })
    }

    pub(super) fn document(&self) -> Value {
        let zones = self.zones.iter().map(|shown| {
            let figure = |value: Option<f64>| value.map(|value| rounded(value, 3));
            json!({
                "zone": shown.zone.name(),
                "h_w_m2k": figure(shown.found.map(|(h, _)| h)),
                "u_w_m2k": figure(shown.found.map(|(_, u)| u)),
                "finding": finding_name(shown.finding),
                "f64_w_m2k": figure(shown.repeated),
                "truth_w_m2k": figure(shown.truth),
            })
        });
        let sizes = self
            .sizes
            .iter()
            .map(|(size, share)| json!({ "size": size.name(), "probability": share }));
        let largest = self.repetition.largest_percent;
        json!({
            "origin": "simulated",
            "seed": self.seed,
            "seconds": rounded(self.seconds, 1),
            "size": self.record.cap_size.name(),
            "try_both": self.try_both,
            "sizes": sizes.collect::<Vec<_>>(),
            "least_w_m2k": self.least,
            "zones": zones.collect::<Vec<_>>(),
            "verdict": self.record.verdict.name(),
            "overridden": self.overridden,
            "heat_w": f64::from(self.record.heat_mw) / 1e3,
            "offsets_mk": self.record.offsets.to_milli(),
            "repetition": {
                "largest_difference_percent": largest.is_finite().then(|| rounded(largest, 4)),
                "allowed_percent": ALLOWED_PERCENT,
                "allowed_w_m2k": ALLOWED_STEP,
                "agrees": self.repetition.agrees(),
            },
            "record_digest": format!("{:016x}", self.record.digest()),
        })
    }

    pub(super) fn page(&self, folder: &Path) -> String {
        let measures = &self.record.measures;
        let mut lines = vec![
            format!(
                "SIMULATED fit visit, seed {}, {:.1} min; head {} / {} / {} mm",
                self.seed,
                self.seconds / 60.0,
                measures.circumference_mm(),
                measures.sagittal_mm(),
                measures.coronal_mm()
            ),
            format!("size     {}", self.size_line()),
            format!(
                "zones    W/(m² K), at least {:.0}; ± is two standard uncertainties",
                self.least
            ),
        ];
        lines.extend(self.zones.iter().map(zone_line));
        let [supply, returned, front, rear] = self.record.offsets.to_milli();
        lines.push(format!(
            "heat     {:.1} W; sensors off by {supply:+}, {returned:+}, {front:+}, {rear:+} mK",
            f64::from(self.record.heat_mw) / 1e3
        ));
        lines.push(format!(
            "check    repeated in f64 from the recording: {:.3} % off at most beyond {ALLOWED_STEP} W/(m² K), allowed \
             {ALLOWED_PERCENT} %",
            self.repetition.largest_percent
        ));
        lines.push(format!("verdict  {}", self.verdict_line()));
        lines.push(format!("files    {}", folder.display()));
        lines.join("\n") + "\n"
    }

    fn size_line(&self) -> String {
        let shares = self
            .sizes
            .iter()
            .filter(|(_, share)| *share > 0.0)
            .map(|(size, share)| format!("{} {:.1} %", words(size.name()), 100.0 * share));
        let advice = if self.try_both { "; try both" } else { "" };
        shares.collect::<Vec<_>>().join(", ") + advice
    }

    fn verdict_line(&self) -> String {
        let verdict = self.record.verdict;
        let stored = if self.overridden { "; stored by a clinician all the same" } else { "" };
        format!("{}: {}{stored}", verdict.name(), advice(verdict))
    }

    pub(super) fn picture(&self) -> String {
        let sizes: Vec<(String, f64)> =
            self.sizes.iter().map(|(size, share)| (words(size.name()), *share)).collect();
        let zones = self.zones.each_ref().map(|shown| FitZone {
            found: shown.found,
            finding: finding_name(shown.finding),
            truth: shown.truth,
        });
        let summary = format!(
            "seed {}; head {} mm; verdict: {}",
            self.seed,
            self.record.measures.circumference_mm(),
            self.verdict_line()
        );
        fit_svg(&FitPlot {
            origin: Origin::Simulated,
            title: "Cap fit",
            summary: &summary,
            sizes: &sizes,
            chosen: &words(self.record.cap_size.name()),
            least: self.least,
            zones: &zones,
        })
    }
}

/// The choice again from the measures: the record keeps the two likeliest only.
fn choice(record: &CapCalibration, density: HairDensity, kind: HairType) -> SizeChoice {
    let hair = (density, coldcap::hair_kind(kind));
    Config::reference().ladder.choose(&HeadReadings::averaged(&record.measures, hair))
}

fn sizes(choice: &SizeChoice) -> Vec<(CapSize, f64)> {
    let liners = Config::reference().ladder.data().liners.iter();
    let shares = choice.probabilities.iter().map(|share| f64::from(share.0) / 1e3);
    liners.map(|liner| liner.size).zip(shares).collect()
}

/// The zones as the judge takes them. One that the record does not hold counts as unobserved here,
/// unless the host finds it beyond the method's range.
fn states(detail: &FitDetail, repetition: &Repetition) -> [ZoneState; 3] {
    Zone::ALL.map(|zone| {
        let beyond = zone.of(repetition.beyond);
        let unrecorded = beyond.map_or(ZoneState::Unobserved, ZoneState::Faulty);
        zone.of(detail.zones).map_or(unrecorded, |recorded| {
            ZoneState::Observed(ZoneFit {
                conductance: recorded.conductance(),
                uncertainty: recorded.uncertainty(),
                misfit: Kelvin::ZERO,
                autocorrelation: None,
            })
        })
    })
}

fn shown(
    detail: &FitDetail,
    judgement: &Judgement,
    patient: &PatientParameters,
    repetition: &Repetition,
) -> [ShownZone; 3] {
    let of = |zone: Zone| {
        let share = match zone {
            Zone::Front => Some(1.0 - patient.hair_asymmetry),
            Zone::Rear => Some(1.0 + patient.hair_asymmetry),
            Zone::Crown => None,
        };
        ShownZone {
            zone,
            found: zone.of(detail.zones).map(|found| {
                let watts = |milliwatts: u32| f64::from(milliwatts) / 1e3;
                (watts(found.conductance().0), watts(found.uncertainty().0))
            }),
            finding: zone.of(judgement.findings),
            truth: share.map(|share| 1.0 / (patient.hair_resistance * share)),
            repeated: zone.of(repetition.zones).map(|found| found.conductance),
        }
    };
    Zone::ALL.map(of)
}

fn zone_line(shown: &ShownZone) -> String {
    let name = shown.zone.name();
    let truth = shown.truth.map_or(String::new(), |truth| format!(", truth {truth:.1}"));
    let Some((h, u)) = shown.found else {
        return match shown.finding {
            Finding::Unobserved => format!("  {name:<6}  not observed"),
            finding => {
                let finding = finding_name(finding);
                format!("  {name:<6}  beyond what the method tells  {finding}{truth}")
            }
        };
    };
    format!("  {name:<6} {h:5.1} ± {:4.1}  {}{truth}", 2.0 * u, finding_name(shown.finding))
}

const fn finding_name(finding: Finding) -> &'static str {
    match finding {
        Finding::Unobserved => "unobserved",
        Finding::Passes => "passes",
        Finding::Unsure => "unsure",
        Finding::Fails => "fails",
    }
}

const fn advice(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "every zone that is observed touches",
        Verdict::Doubtful => {
            "too little heat, or front and rear differ: seat the cap anew and test again"
        }
        Verdict::Refuse => "no contact, nothing observed, or sensors that contradict each other",
        Verdict::Repeat => "within the uncertainty of the limit",
        Verdict::Reseat => "one zone fails: seat the cap anew and test again",
        Verdict::Resize => "more than one zone fails: another size, or prepare the hair again",
    }
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}
