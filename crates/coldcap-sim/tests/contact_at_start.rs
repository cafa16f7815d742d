//! What the first two minutes of a session tell of the contact.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;

use coldcap::Phase;
use coldcap_session::record::Kind;
use coldcap_session::{Accepted, Request};
use coldcap_sim::random::Random;
use coldcap_sim::{CapPlacement, PatientParameters};
use facade::{COOLANT, Facade, HEAD, PATIENT, plan};

fn drawn(seed: u64) -> PatientParameters {
    let mut random = Random::stream(seed, 5);
    let standard = PatientParameters::standard();
    PatientParameters {
        core_c: 37.0 + 0.4 * random.gaussian().clamp(-2.5, 2.5),
        fat_mm: 1.5 + 3.5 * random.uniform(),
        skin_perfusion_per_s: standard.skin_perfusion_per_s * (0.5 + random.uniform()),
        perfusion_fall_s: 30.0 + 90.0 * random.uniform(),
        hair_resistance: (0.0335 * (0.3 * random.gaussian()).exp()).clamp(0.01, 0.1),
        hair_asymmetry: 0.12 * random.gaussian().clamp(-2.5, 2.5),
        ..standard
    }
}

/// Coolant, front and rear in °C, corrected.
fn shown(facade: &Facade, offsets: [f64; 4]) -> [f64; 3] {
    let status = &facade.channel;
    let milli = |value: i32| f64::from(value) / 1e3;
    let supply = milli(status.supply.value.unwrap().to_milli()) - offsets[0];
    let returned = milli(status.returned.value.unwrap().to_milli()) - offsets[1];
    let front = milli(status.front.value.unwrap().to_milli()) - offsets[2];
    let rear = milli(status.rear.value.unwrap().to_milli()) - offsets[3];
    [(supply + returned) / 2.0, front, rear]
}

/// The true conductances of front and rear, the wait, and the course in rows.
fn print(name: &str, patient: &PatientParameters, wait_s: u32, rows: &[[f64; 3]]) {
    let contact = |share: f64| 1.0 / (patient.hair_resistance * share);
    let [front, rear] = [1.0 - patient.hair_asymmetry, 1.0 + patient.hair_asymmetry].map(contact);
    let rows =
        rows.iter().map(|[coolant, front, rear]| format!("{coolant:.3},{front:.3},{rear:.3}"));
    println!("{name} {front} {rear} {wait_s} {}", rows.collect::<Vec<_>>().join(";"));
}

fn course(facade: &mut Facade, phase: Phase, offsets: Option<[f64; 4]>) -> Vec<[f64; 3]> {
    let mut rows = vec![];
    for _ in 0..480 {
        facade.run(1);
        if facade.channel.phase != phase {
            break;
        }
        rows.push(shown(facade, offsets.unwrap_or([0.0; 4])));
    }
    rows
}

fn fit_visit(facade: &mut Facade, wait_s: u32) -> Vec<[f64; 3]> {
    facade.until(Phase::Standby);
    facade.ask(Request::StartFit).unwrap();
    facade.ask(Request::SelectPatient(PATIENT)).unwrap();
    facade.place(CapPlacement::Coupled);
    facade.tick();
    facade.ask(Request::Measure(HEAD)).unwrap();
    facade.run(60);
    facade.place(CapPlacement::Worn);
    facade.run(wait_s);
    facade.ask(Request::Worn(true)).unwrap();
    facade.until(Phase::FitVerify);
    let rows = course(facade, Phase::FitVerify, None);
    while facade.channel.phase == Phase::FitVerify {
        facade.run(5);
        if facade.ask(Request::ConfirmFit { confirm: false }) == Ok(Accepted::Armed) {
            facade.run(3);
            facade.ask(Request::ConfirmFit { confirm: true }).unwrap();
        }
    }
    let [supply, returned, front, rear] = facade.offsets.unwrap().map(|it| f64::from(it) / 1e3);
    let correct =
        |[coolant, f, r]: [f64; 3]| [coolant - (supply + returned) / 2.0, f - front, r - rear];
    rows.into_iter().map(correct).collect()
}

/// From standby into pre-cooling, with the cap on for so long before it is marked.
fn begin(facade: &mut Facade, wait_s: u32) {
    facade.until(Phase::Standby);
    facade.ask(Request::SelectPatient(PATIENT)).unwrap();
    facade.place(CapPlacement::Coupled);
    facade.ask(Request::ChoosePlan(plan(COOLANT))).unwrap();
    while facade.ask(Request::Start).is_err() {
        facade.run(5);
    }
    facade.run(60);
    facade.place(CapPlacement::Worn);
    facade.run(wait_s);
    facade.ask(Request::Worn(true)).unwrap();
    facade.until(Phase::PreCool);
}

/// Rows for the regressions; see `oracle/contact_laws.py`.
#[test]
#[ignore = "prints the courses that laws are fitted to"]
fn courses() {
    for seed in 2_000..2_240u64 {
        let patient = drawn(seed);
        let wait_s = [20, 60, 120, 300][(seed % 4) as usize];
        let mut facade = Facade::new(patient, seed);
        let rows = fit_visit(&mut facade, wait_s);
        print("FIT", &patient, wait_s, &rows);
        facade.place(CapPlacement::Off);
        facade.ask(Request::Close).unwrap();
        facade.run(600);
        let offsets = facade.offsets.unwrap().map(|it| f64::from(it) / 1e3);
        begin(&mut facade, [10, 60, 180][(seed % 3) as usize]);
        let rows = course(&mut facade, Phase::PreCool, Some(offsets));
        print("SESSION", &patient, [10, 60, 180][(seed % 3) as usize], &rows[..240]);
        let zones = facade.calibration.unwrap().detail.unwrap().zones;
        let advice = facade.record.iter().find(|entry| entry.fields.kind == Kind::CONTACT);
        println!(
            "ZONES {:?} {:?}",
            zones.map(|it| it.map(|it| it.conductance().0)),
            advice.map(|it| (it.fields.code, it.fields.a, it.fields.b))
        );
    }
}
