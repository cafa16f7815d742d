//! What the visit found, for people, for scripts and as a picture.

use super::repetition::{ALLOWED_PERCENT, ALLOWED_STEP, Repetition, repeat};
use super::visit::Visit;
use crate::failure::Failure;
use coldcap::Config;
use coldcap_calibration::cap::{CapSize, HeadReadings, SizeChoice};
use coldcap_calibration::contact::balance::EnergyBalance;
use coldcap_calibration::contact::judge::{Finding, Judgement, judge_by_methods};
use coldcap_calibration::contact::{Verdict, Zone, ZoneFault};
use coldcap_calibration::hair::HairDensity;
use coldcap_calibration::record::{CapCalibration, FitDetail, FitMethod, ZoneRecord};
use coldcap_host::capture::Origin;
use coldcap_host::plan::PlanFile;
use coldcap_host::report::{FitPlot, FitZone, fit_svg};
use coldcap_session::HairType;
use coldcap_sim::PatientParameters;
use coldcap_units::Fault;
use serde_json::{Value, json};
use std::path::Path;

/// One zone as it is shown, in W/(m²·K).
struct ShownZone {
    zone: Zone,
    /// What the record tells.
    recorded: ZoneRecord,
    /// Conductance and its standard uncertainty.
    found: Option<(f64, f64)>,
    /// The bound of what is above the method's range.
    at_least: Option<f64>,
    finding: Finding,
    /// Why, where the figure beside the limit does not say it.
    reason: Option<&'static str>,
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
    /// Measures in which the chosen liner leaves its stretch.
    outside: Vec<&'static str>,
    /// By more than tape and hair leave open, and so for every size.
    fits_no_size: bool,
    /// The size that it does not leave, where it surely leaves the likeliest one.
    fitting: Option<CapSize>,
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
            Failure::Wrong("the record has no zones: allowed is one of version 2 or 3".into())
        })?;
        let repetition = repeat(&visit.recording, &record)?;
        let density = detail.density.ok_or_else(|| {
            Failure::Wrong(
                "the record does not tell the hair's density: a limit cannot be told".into(),
            )
        })?;
        let choice = choice(&record, density, plan.head.hair.kind);
        let limits = Config::reference().zone_limits;
        let states = detail.zones.map(|zone| zone.state());
        let methods = detail.zones.map(|zone| zone.method());
        let balance = repetition.balance.as_ref();
        let judged = |limits| judge_by_methods(&states, methods, balance, density, &limits);
        let judgements = [judged(limits), judged(limits.for_any_head())];
        let zones = shown(&detail, &judgements, patient, &repetition);
        Ok(Self {
            seed,
            seconds: visit.seconds,
            overridden: visit.overridden,
            record,
            sizes: sizes(&choice),
            try_both: choice.try_both(),
            outside: outside(&choice),
            fits_no_size: choice.surely_outside != 0 && choice.fitting.is_none(),
            fitting: choice.fitting.filter(|_| choice.surely_outside != 0),
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
                "state": shown.recorded.name(),
                "fault": fault_of(&shown.recorded),
                "method": shown.recorded.method().map(FitMethod::name),
                "at_least_w_m2k": figure(shown.at_least),
                "finding": finding_name(shown.finding),
                "reason": shown.reason,
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
            "outside": self.outside,
            "fits_no_size": self.fits_no_size,
            "sizes": sizes.collect::<Vec<_>>(),
            "least_w_m2k": self.least,
            "zones": zones.collect::<Vec<_>>(),
            "verdict": self.record.verdict.name(),
            "overridden": self.overridden,
            "balance": self.repetition.balance.map(|balance| balance_document(&balance)),
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
            "heat     {:.1} W into the loop over the whole test, the room's part in it; sensors off by {supply:+}, \
             {returned:+}, {front:+}, {rear:+} mK",
            f64::from(self.record.heat_mw) / 1e3
        ));
        lines.extend(self.repetition.balance.map(|balance| balance_line(&balance)));
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
        shares.collect::<Vec<_>>().join(", ") + advice + &self.outside_words()
    }

    /// What is said of measures that the chosen liner does not reach, or not without slack.
    fn outside_words(&self) -> String {
        if self.outside.is_empty() {
            return String::new();
        }
        format!("; OUTSIDE the liner's stretch: {}{}", self.outside.join(", "), self.none_words())
    }

    /// The shares add up to one over the sizes that there are, whether the head has one of them or not.
    const fn none_words(&self) -> &'static str {
        if self.fits_no_size { " (the likeliest of sizes that do not fit)" } else { "" }
    }

    /// Why the cap is not ready to cool with, if it is not: *repeat* is known to be unsure, and goes on.
    pub(super) fn refusal(&self) -> Option<String> {
        let verdict = self.record.verdict;
        let passes = matches!(verdict, Verdict::Good | Verdict::Repeat);
        (!passes).then(|| {
            format!("verdict: {}: {}: allowed are good and repeat", verdict.name(), self.advice())
        })
    }

    fn verdict_line(&self) -> String {
        let verdict = self.record.verdict;
        let stored = if self.overridden { "; stored by a clinician all the same" } else { "" };
        let unless =
            self.zones.iter().find(|zone| zone.finding == Finding::Passes && zone.reason.is_some());
        let unless = unless.filter(|_| verdict == Verdict::Good);
        let unless =
            unless.and_then(|zone| zone.reason).map_or(String::new(), |why| format!(", {why}"));
        format!("{}: {}{unless}{stored}", verdict.name(), self.advice())
    }

    fn advice(&self) -> String {
        match (self.record.verdict, self.fitting) {
            (Verdict::Resize, _) if self.fits_no_size => {
                "the head leaves the liner's stretch: a size that this ladder has not".into()
            }
            (Verdict::Resize, Some(size)) => {
                format!(
                    "the head leaves the likeliest liner's stretch, and not that of size {}",
                    size.name().replace('_', " ")
                )
            }
            (Verdict::Repeat, _) => self.unsure(),
            (verdict, _) => advice(verdict).into(),
        }
    }

    /// What makes it *repeat*, each cause once.
    fn unsure(&self) -> String {
        let contradicts = |zone: &ShownZone| {
            matches!(zone.recorded, ZoneRecord::Failed(ZoneFault::Sensor(Fault::Disagrees), _))
        };
        let untold = |zone: &ShownZone| {
            matches!(zone.recorded, ZoneRecord::Failed(fault, _)
                if !matches!(fault, ZoneFault::BelowRange | ZoneFault::AboveRange(_)))
        };
        let near = |zone: &ShownZone| zone.finding == Finding::Unsure && !untold(zone);
        let any = |is: &dyn Fn(&ShownZone) -> bool| self.zones.iter().any(is);
        let causes = [
            (any(&contradicts), "a zone's sensors contradict each other"),
            (any(&|zone| untold(zone) && !contradicts(zone)), "a zone's test told nothing"),
            (any(&near), "a zone is within the uncertainty of its limit"),
            (!self.outside.is_empty(), "the head may leave the liner's stretch"),
        ];
        let causes: Vec<&str> =
            causes.into_iter().filter(|(holds, _)| *holds).map(|(_, cause)| cause).collect();
        if causes.is_empty() { advice(Verdict::Repeat).into() } else { causes.join("; ") }
    }

    pub(super) fn picture(&self) -> String {
        let sizes: Vec<(String, f64)> =
            self.sizes.iter().map(|(size, share)| (words(size.name()), *share)).collect();
        let findings = self.zones.each_ref().map(finding_and_method);
        let [front, rear, crown] =
            self.zones.each_ref().map(|shown| (shown.found, shown.at_least, shown.truth));
        let [of_front, of_rear, of_crown] = &findings;
        let zones = [(front, of_front), (rear, of_rear), (crown, of_crown)]
            .map(|((found, at_least, truth), finding)| FitZone { found, at_least, finding, truth });
        let summary = format!(
            "seed {}; head {} mm{}; verdict: {}",
            self.seed,
            self.record.measures.circumference_mm(),
            self.outside_words(),
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

/// Names of the measures in which the best size's liner leaves its stretch.
fn outside(choice: &SizeChoice) -> Vec<&'static str> {
    let names = [(1, "circumference"), (2, "sagittal"), (4, "coronal")];
    names.into_iter().filter(|(bit, _)| choice.outside & bit != 0).map(|(_, name)| name).collect()
}

fn sizes(choice: &SizeChoice) -> Vec<(CapSize, f64)> {
    let liners = Config::reference().ladder.data().liners.iter();
    let shares = choice.probabilities.iter().map(|share| f64::from(share.0) / 1e3);
    liners.map(|liner| liner.size).zip(shares).collect()
}

fn shown(
    detail: &FitDetail,
    judgements: &[Judgement; 2],
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
            recorded: zone.of(detail.zones),
            found: zone
                .of(detail.values())
                .map(|found| (watts(found.conductance().0), watts(found.uncertainty().0))),
            at_least: match zone.of(detail.zones) {
                ZoneRecord::Failed(ZoneFault::AboveRange(bound), _) => Some(watts(bound.0)),
                _ => None,
            },
            finding: zone.of(judgements[0].findings),
            reason: reason(zone, judgements, zone.of(detail.zones).method()),
            truth: share.map(|share| 1.0 / (patient.hair_resistance * share)),
            repeated: zone.of(repetition.zones),
        }
    };
    Zone::ALL.map(of)
}

/// What its figure and the limit do not say of a zone: that the other one decided, or what it would have to be told by to
/// pass for any head and sensor.
fn reason(
    zone: Zone,
    [own, any]: &[Judgement; 2],
    method: Option<FitMethod>,
) -> Option<&'static str> {
    if own.uneven & zone.bit() != 0 {
        return Some("beside the other zone");
    }
    let differs = zone.of(any.findings) != zone.of(own.findings);
    method.filter(|_| differs).map(|method| match method {
        FitMethod::InnerFace => "unless the head is feverish or flushed",
        FitMethod::FluxOverDrop => "if the sensor lies on the skin",
        FitMethod::SkinAndCoolant | FitMethod::SkinAndInnerFace => {
            "if the sensor lies on the skin, unless the core is cold"
        }
    })
}

fn watts(milliwatts: u32) -> f64 {
    f64::from(milliwatts) / 1e3
}

fn zone_line(shown: &ShownZone) -> String {
    let name = shown.zone.name();
    let reason = shown.reason.map_or(String::new(), |reason| format!(", {reason}"));
    let finding = format!("{}{reason}", finding_name(shown.finding));
    let truth = shown.truth.map_or(String::new(), |truth| format!(", truth {truth:.1}"));
    let method = if is_by_skin(shown) { " by the skin-side sensor" } else { "" };
    let told = match (shown.found, shown.recorded) {
        (Some((h, u)), _) => {
            return format!("  {name:<6} {h:5.1} ± {:4.1}  {finding}{method}{truth}", 2.0 * u);
        }
        (None, ZoneRecord::Failed(ZoneFault::AboveRange(bound), _)) => {
            format!("above what the method tells, at least {:.1}", watts(bound.0))
        }
        (None, ZoneRecord::Failed(ZoneFault::BelowRange, _)) => {
            "below what the method tells".into()
        }
        (None, ZoneRecord::Failed(fault, _)) => fault.to_string(),
        (None, _) => return format!("  {name:<6}  not observed"),
    };
    format!("  {name:<6}  {told}  {finding}{method}{truth}")
}

fn is_by_skin(shown: &ShownZone) -> bool {
    shown.recorded.method().is_some_and(|method| method != FitMethod::InnerFace)
}

/// What the picture says beside a zone.
fn finding_and_method(shown: &ShownZone) -> String {
    let by = if is_by_skin(shown) { " (skin)" } else { "" };
    format!("{}{by}", finding_name(shown.finding))
}

/// The class of a sensor's fault.
fn fault_of(zone: &ZoneRecord) -> Option<String> {
    match zone {
        ZoneRecord::Failed(ZoneFault::Sensor(fault), _) => Some(fault.to_string()),
        _ => None,
    }
}

fn balance_document(balance: &EnergyBalance) -> Value {
    let watts = |milliwatts: f64| rounded(milliwatts / 1e3, 3);
    json!({
        "zones_w": watts(balance.zones_mw.into()),
        "zones_u_w": watts(balance.zones_uncertainty_mw.into()),
        "loop_w": watts(balance.loop_mw.into()),
        "loop_u_w": watts(balance.loop_uncertainty_mw.into()),
        "agrees": balance.holds(),
    })
}

fn balance_line(balance: &EnergyBalance) -> String {
    let watts = |milliwatts: f64| milliwatts / 1e3;
    format!(
        "balance  zones {:.1} ± {:.1} W, loop {:.1} ± {:.1} W in the test's second minute, the room's part taken away: {}",
        watts(balance.zones_mw.into()),
        2.0 * watts(balance.zones_uncertainty_mw.into()),
        watts(balance.loop_mw.into()),
        2.0 * watts(balance.loop_uncertainty_mw.into()),
        if balance.holds() { "they agree" } else { "they do not agree" },
    )
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
            "the whole cap takes up too little heat, or front and rear differ, and no zone tells which, or no zone told \
             anything: seat the cap anew and test again"
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
