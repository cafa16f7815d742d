//! What came out: numbers for a script, and a page for a person.

use super::compare::{BACK_K, EVENTS, Figures};
use super::relay::{COLDEST_FACE, CYCLES, LONGEST, Outcome};
use super::request::Request;
use super::sensitivity;
use super::working_point::WorkingPoint;
use crate::command::tune::{digits, tunings};
use coldcap_thermal::pid::{Action, Tuning};
use coldcap_thermal::tune::Proposal;
use coldcap_thermal::tune::rules::Gains;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Everything that was found out before anybody may accept it.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) point: WorkingPoint,
    pub(super) outcome: Outcome,
    pub(super) proposal: Proposal,
    pub(super) gains: Gains,
    pub(super) present: Candidate,
    pub(super) proposed: Candidate,
    /// Experiment and comparison.
    pub(super) plots: [PathBuf; 2],
}

/// A tuning and how it does.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) tuning: Tuning,
    /// On the identified model; `None` where that loop is unstable.
    pub(super) sensitivity: Option<f64>,
    pub(super) figures: [Figures; EVENTS.len()],
}

impl Findings {
    /// The document; `written` is the file of gains that were accepted.
    pub(super) fn document(&self, request: &Request, written: Option<&Path>) -> Value {
        let found = self.proposal.identified();
        let mut document = crate::command::tune::document(found);
        let own = json!({
            "origin": "simulated",
            "seed": request.seed,
            "patient": request.patient_name,
            "target_c": f64::from(request.target.to_milli()) / 1_000.0,
            "working_point": self.working_point(),
            "experiment": self.experiment(),
            "present": gains(&self.present, None),
            "proposed": gains(&self.proposed, Some(self.gains.rule.name())),
            "comparison": self.comparison(),
            "least_confidence": super::LEAST_CONFIDENCE,
            "plots": {
                "experiment": self.plots[0].display().to_string(),
                "comparison": self.plots[1].display().to_string(),
            },
            "accepted": written.is_some(),
            "written": written.map(|path| path.display().to_string()),
        });
        if let (Value::Object(document), Value::Object(own)) = (&mut document, own) {
            document.extend(own);
        }
        document
    }

    fn working_point(&self) -> Value {
        let point = &self.point;
        json!({
            "time_s": point.time_s,
            "supply_c": celsius(point.supply.to_milli()),
            "tank_c": celsius(point.tank.to_milli()),
            "flow_ml_min": point.flow_ml_min,
            "command": rounded(point.command, 5),
            "opening": rounded(point.opening, 5),
            "mixing_gain": rounded(-point.mixing_gain, 4),
        })
    }

    fn experiment(&self) -> Value {
        let Outcome { config, lowest, highest, bump, .. } = &self.outcome;
        let number = |value: fixed::types::I16F16| rounded(value.to_num(), 5);
        json!({
            "cycles": CYCLES,
            "duration_s": rounded(self.outcome.duration_s(), 1),
            "above": number(config.above),
            "below": number(config.below),
            "hysteresis_k": number(config.hysteresis),
            "lowest_c": celsius(lowest.to_milli()),
            "highest_c": celsius(highest.to_milli()),
            "handover_step": rounded(*bump, 6),
            "bounds": {
                "supply_c": [number(config.envelope.lowest), number(config.envelope.highest)],
                "coldest_face_c": celsius(COLDEST_FACE.to_milli()),
                "longest_s": LONGEST.as_secs(),
            },
        })
    }

    fn comparison(&self) -> Value {
        let events = EVENTS.iter().enumerate().map(|(index, event)| {
            json!({
                "event": event.name,
                "at_s": event.from_s,
                "present": figures(&self.present.figures[index]),
                "proposed": figures(&self.proposed.figures[index]),
            })
        });
        json!({ "back_within_k": BACK_K, "events": events.collect::<Vec<_>>() })
    }

    /// What was identified, and what every rule makes of it.
    pub(super) fn identification(&self) -> String {
        let found = self.proposal.identified();
        let (model, errors) = (&found.model, &found.standard_errors);
        let one = |name: &str, value: f64, error: f64, unit: &str| {
            format!("   {name:<14} {} ± {} {unit}", digits(value), digits(error))
        };
        let mut lines = vec![
            "4. identification: the supply over what is added to the feed-forward".into(),
            one("gain", model.gain, errors.gain, "K for the whole command"),
            one("time constant", model.time_constant_s, errors.time_constant_s, "s"),
            one("delay", model.delay_s, errors.delay_s, "s"),
            format!(
                "   residual {} K rms, confidence {:.2}",
                digits(found.residual_rms),
                found.confidence
            ),
            "5. gains; Ms is the largest sensitivity on that plant".into(),
            format!(
                "   {:<18} {:>8} {:>8} {:>8} {:>6}",
                "rule", "k per K", "Ti in s", "Td in s", "Ms"
            ),
            row("present", &self.present.tuning, self.present.sensitivity),
        ];
        lines.extend(tunings(found).map(|gains| {
            let tuning = gains.tuning();
            row(gains.rule.name(), &tuning, sensitivity::largest(model, &tuning))
        }));
        lines.join("\n")
    }

    /// What both did on copies of the machine.
    pub(super) fn page(&self) -> String {
        let rule = self.gains.rule.name();
        let mut lines = vec![
            format!("6. present gains and {rule} on copies of this machine, from the cold tank"),
            format!("   {:<24} {:^25}   {rule:^25}", "", "present"),
            format!("   {:<24} {FIGURES}   {FIGURES}", "event"),
        ];
        for (index, event) in EVENTS.iter().enumerate() {
            let of = |candidate: &Candidate| line(&candidate.figures[index]);
            let label = event.name.replace('_', " ");
            lines.push(format!("   {label:<24} {}   {}", of(&self.present), of(&self.proposed)));
        }
        lines.push(format!(
            "   peak: furthest from the target, or beyond it after a change of target or on the ramp; back: \
             within\n   {BACK_K} K of the target for good; way: of the valve, in full strokes; blind: \
             without the return sensor"
        ));
        lines.join("\n")
    }
}

const FIGURES: &str = "  peak K    back s     way";

fn line(figures: &Figures) -> String {
    let back = figures.back_s.map_or_else(|| "never".into(), |back| format!("{back:.1}"));
    format!("{:>8.3} {back:>9} {:>7.2}", figures.peak_k, figures.strokes)
}

fn row(name: &str, tuning: &Tuning, sensitivity: Option<f64>) -> String {
    let [k, ti, td] =
        [signed(tuning), tuning.integral_time_s, tuning.derivative_time_s].map(digits);
    let ms = shown(sensitivity);
    format!("   {name:<18} {k:>8} {ti:>8} {td:>8} {ms:>6}")
}

/// A sensitivity, or that there is none.
pub(super) fn shown(sensitivity: Option<f64>) -> String {
    sensitivity.map_or_else(|| "∞".into(), |value| format!("{value:.2}"))
}

/// The gain with the sign of the plant's.
fn signed(tuning: &Tuning) -> f64 {
    if tuning.action == Action::Direct { -tuning.gain } else { tuning.gain }
}

fn gains(candidate: &Candidate, rule: Option<&str>) -> Value {
    let tuning = &candidate.tuning;
    json!({
        "rule": rule,
        "k": signed(tuning),
        "ti_s": tuning.integral_time_s,
        "td_s": tuning.derivative_time_s,
        "largest_sensitivity": candidate.sensitivity.map(|value| rounded(value, 4)),
    })
}

fn figures(figures: &Figures) -> Value {
    json!({
        "peak_k": rounded(figures.peak_k, 4),
        "back_s": figures.back_s.map(|back| rounded(back, 1)),
        "error_ks": rounded(figures.error_ks, 3),
        "rms_k": rounded(figures.rms_k, 5),
        "strokes": rounded(figures.strokes, 3),
    })
}

fn celsius(milli: i32) -> f64 {
    f64::from(milli) / 1_000.0
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let power = 10f64.powi(decimals);
    (value * power).round() / power
}
