//! Writes the report of a made-up session, to look at the page without a machine.
//!
//! `cargo run -p coldcap-host --example report_preview -- report.html`
//!
//! The curves are drawn by simple formulas and show nothing but the layout.

use coldcap_host::procedure::Outcome;
use coldcap_host::report::{
    AlarmSpan, BillingBasis, BillingLine, BreakSpan, Comfort, ComfortKind, DeviceIdentity,
    FitVisit, LinkCounters, Mark, Origin, PatientSummary, PhaseSpan, PlanSummary, Priority,
    RecordCheck, Sample, Service, Treatment, html,
};
use coldcap_session::{ControlMode, Phase};
use std::process::ExitCode;

const TARGET_C: f64 = -4.0;

/// Phase, length in seconds, planned minutes.
const COURSE: [(Phase, u32, Option<f64>); 19] = [
    (Phase::Boot, 4, None),
    (Phase::Standby, 40, None),
    (Phase::FitMeasure, 60, None),
    (Phase::FitCalibrate, 240, None),
    (Phase::FitVerify, 180, None),
    (Phase::FitSaved, 20, None),
    (Phase::Standby, 60, None),
    (Phase::Setup, 900, None),
    (Phase::FitCheck, 90, None),
    (Phase::PreCool, 1860, Some(30.0)),
    (Phase::Ready, 240, None),
    (Phase::Infusing, 2400, None),
    (Phase::Paused, 290, None),
    (Phase::Recool, 330, None),
    (Phase::Infusing, 1500, None),
    (Phase::PostCool, 5400, Some(90.0)),
    (Phase::Thaw, 420, None),
    (Phase::CapOff, 60, None),
    (Phase::Report, 30, None),
];

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("report_preview: PATH: not given: allowed is a file to write");
        return ExitCode::from(2);
    };
    match std::fs::write(&path, html(&made_up())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("report_preview: {}: {error}", path.display());
            ExitCode::from(3)
        }
    }
}

fn made_up() -> Treatment {
    let phases = phases();
    let start_of =
        |phase| phases.iter().find(|span| span.phase == phase).map_or(0.0, |s| s.start_s);
    let pause_s = start_of(Phase::Paused);
    let samples = samples(&phases);
    Treatment {
        title: "Fit visit and session 3 of 6".into(),
        outcome: Some(Outcome::Completed),
        patient: Some(PatientSummary {
            number: 1001,
            session: 3,
            sessions: 6,
            ..PatientSummary::default()
        }),
        date: Some("2026-11-23".into()),
        device: device(),
        seed: Some(20_261_123),
        plan: plan(),
        breaks: vec![BreakSpan {
            start_s: pause_s,
            end_s: Some(start_of(Phase::Recool)),
            reason: "toilet".into(),
            allowed_min: Some(10.0),
        }],
        alarms: alarms(pause_s),
        marks: marks(start_of(Phase::Ready) + 240.0, start_of(Phase::PostCool)),
        comfort: comfort(pause_s),
        fit: Some(fit()),
        billing: billing(),
        billing_basis: Some(BillingBasis::default()),
        record: record(),
        link: Some(LinkCounters { ok: 41_204, crc: 3, length: 0, overflow: 1 }),
        output_hash: Some(0x8F1D_22C0_71BA_40E5),
        samples,
        phases,
        ..Treatment::new(Origin::Simulated)
    }
}

fn record() -> RecordCheck {
    RecordCheck {
        entries: 61,
        read: 61,
        verified: true,
        finding: "every note follows from the events before it".into(),
        last_link: Some([0x3A; 8]),
    }
}

fn comfort(pause_s: f64) -> Vec<Comfort> {
    let told = |time_s, what| Comfort { time_s, phase: Some(Phase::Infusing), what };
    vec![
        told(pause_s - 1800.0, ComfortKind::Score(4)),
        told(pause_s - 900.0, ComfortKind::Symptom(2)),
        told(pause_s - 600.0, ComfortKind::Score(8)),
        told(
            pause_s - 560.0,
            ComfortKind::EasedOff {
                mode: ControlMode::Coolant,
                target_c: -3.0,
                by: "nurse".into(),
            },
        ),
    ]
}

fn phases() -> Vec<PhaseSpan> {
    let mut start_s = 0.0;
    COURSE
        .into_iter()
        .map(|(phase, seconds, expected_min)| {
            let length = f64::from(seconds);
            let cooled = if phase.is_cooling() { length } else { 0.0 };
            let ramp = if matches!(phase, Phase::PreCool | Phase::Recool) { 540.0 } else { 20.0 };
            let span = PhaseSpan {
                phase,
                start_s,
                end_s: start_s + length,
                elapsed_min: length / 60.0,
                cooled_min: cooled / 60.0,
                at_target_min: (cooled - ramp).max(0.0) / 60.0,
                expected_min,
            };
            start_s += length;
            span
        })
        .collect()
}

/// Follows the phases with first-order lags.
struct Plant {
    effective_c: f64,
    supply_c: f64,
    front_c: f64,
    rear_c: f64,
    skin_c: f64,
    tank_c: f64,
    chiller: f64,
}

fn samples(phases: &[PhaseSpan]) -> Vec<Sample> {
    let mut plant = Plant {
        effective_c: 22.0,
        supply_c: 22.0,
        front_c: 22.0,
        rear_c: 22.0,
        skin_c: 33.4,
        tank_c: 21.0,
        chiller: 0.0,
    };
    let last = phases.last().map_or(0.0, |span| span.end_s) as u32;
    (0..last).map(|second| plant.step(f64::from(second), phase_at(phases, second))).collect()
}

fn phase_at(phases: &[PhaseSpan], second: u32) -> Phase {
    let time_s = f64::from(second);
    phases.iter().find(|span| time_s < span.end_s).map_or(Phase::Report, |span| span.phase)
}

impl Plant {
    fn step(&mut self, time_s: f64, phase: Phase) -> Sample {
        let cools = phase.is_cooling();
        let target_c = if phase == Phase::FitVerify { 8.0 } else { TARGET_C };
        let active = cools || phase == Phase::FitVerify;
        let circulates = phase.circulates();
        let ripple = 0.08 * (time_s / 37.0).sin() + 0.05 * (time_s / 211.0).sin();
        self.effective_c =
            if active { (self.effective_c - 0.05).max(target_c) } else { self.supply_c };
        let wanted = if active { self.effective_c } else { 22.0 };
        approach(&mut self.supply_c, wanted, if active { 8.0 } else { 420.0 });
        self.step_tank(cools || phase == Phase::Setup);
        let worn = phase.code() >= Phase::FitCheck.code() && phase.code() < Phase::CapOff.code();
        let skin_pull = if circulates && active { self.supply_c + 22.4 } else { 33.6 };
        approach(&mut self.skin_c, if worn { skin_pull } else { 33.6 }, 420.0);
        let interface =
            if worn { self.supply_c * 0.78 + self.skin_c * 0.22 } else { self.supply_c };
        approach(&mut self.front_c, interface, 60.0);
        approach(&mut self.rear_c, interface + 0.9, 75.0);
        Sample {
            target_c: active.then_some(target_c),
            effective_c: active.then_some(self.effective_c),
            supply_c: Some(self.supply_c + ripple),
            return_c: Some(self.supply_c + 1.3 + ripple),
            front_c: Some(self.front_c + ripple / 2.0),
            rear_c: Some(self.rear_c + ripple / 2.0),
            safety_c: Some(self.front_c + 0.2),
            skin_true_c: Some(self.skin_c),
            tank_c: Some(self.tank_c),
            flow_ml_min: Some(if circulates { 1010.0 + 90.0 * ripple } else { 0.0 }),
            pump: Some(if circulates { 0.62 } else { 0.0 }),
            valve: Some(if active { (0.35 + ripple).clamp(0.0, 1.0) } else { 0.0 }),
            chiller: Some(self.chiller),
            ..Sample::new(time_s, phase)
        }
    }

    fn step_tank(&mut self, wanted: bool) {
        let hold_c = TARGET_C - 4.0;
        self.chiller = match self.chiller {
            _ if !wanted => 0.0,
            _ if self.tank_c > hold_c + 0.5 => 1.0,
            _ if self.tank_c < hold_c - 0.5 => 0.0,
            held => held,
        };
        self.tank_c += if self.chiller > 0.0 { -0.03 } else { 0.006 };
    }
}

fn approach(value: &mut f64, wanted: f64, time_constant_s: f64) {
    *value += (wanted - *value) / time_constant_s;
}

fn device() -> DeviceIdentity {
    DeviceIdentity {
        model: "reference machine".into(),
        serial: "0000000000000042".into(),
        firmware: "0.1.0".into(),
        schema: "5a41c07e".into(),
        boot: "1".into(),
    }
}

fn plan() -> PlanSummary {
    PlanSummary {
        regimen: "paclitaxel weekly (example)".into(),
        pre_min: Some(30.0),
        post_min: Some(90.0),
        break_each_min: Some(10.0),
        break_total_min: Some(20.0),
        mode: ControlMode::Coolant,
        target_c: Some(TARGET_C),
        interface_c: None,
    }
}

fn alarms(pause_s: f64) -> Vec<AlarmSpan> {
    let alarm = |id: &str, priority, onset_s, length_s: Option<f64>| AlarmSpan {
        id: id.into(),
        priority,
        onset_s,
        clear_s: length_s.map(|length| onset_s + length),
        acknowledged_s: length_s.map(|length| onset_s + length / 2.0),
    };
    vec![
        alarm("cap_uncoupled", Priority::Medium, pause_s + 30.0, Some(200.0)),
        alarm("flow_lost", Priority::High, pause_s + 900.0, Some(6.0)),
        alarm("link_lost", Priority::Low, pause_s + 2600.0, Some(40.0)),
        alarm("level_low", Priority::Low, pause_s + 7000.0, None),
    ]
}

fn marks(first_drug_s: f64, last_drug_s: f64) -> Vec<Mark> {
    let mark = |time_s, label: &str| Mark { time_s, label: label.into() };
    vec![
        mark(first_drug_s, "first drug started"),
        mark(last_drug_s - 900.0, "second drug started"),
        mark(last_drug_s, "last drug ended"),
    ]
}

fn fit() -> FitVisit {
    FitVisit {
        size: "medium".into(),
        runner_up: Some("small".into()),
        confidence_percent: 82.0,
        spread_k: 0.041,
        heat_w: 46.2,
        verdict: "good".into(),
        zones: vec![
            ("front".into(), "35.1 ± 4.2 W/(m² K), by skin and inner face".into()),
            ("crown".into(), "not observed".into()),
        ],
        digest: 0x51C3_0F7E_9A24_D86B,
    }
}

fn billing() -> Vec<BillingLine> {
    let line = |service, code: &str, units, rule: &str, counting: &str| BillingLine {
        service,
        code: code.into(),
        units,
        rule: rule.into(),
        counting: counting.into(),
        counted: String::new(),
    };
    vec![
        line(Service::FitVisit, "97007", 1, "from-2026/fit", "fitting a cap; once a course"),
        line(Service::Session, "97008", 1, "from-2026/session", "cooling begun; once a session"),
        line(
            Service::Session,
            "97009",
            3,
            "from-2026/after-infusion/midpoint",
            "cooled time after the last drug ended, in units of 30 minutes; only with 97008",
        ),
    ]
}
