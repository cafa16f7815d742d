//! What the first two minutes of a session tell of the contact.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;

use coldcap::{Config, Phase};
use coldcap_calibration::contact::baseline::{Change, REPEATABILITY, compare};
use coldcap_calibration::contact::flux::{FluxLaw, FluxMethod};
use coldcap_calibration::contact::{Conductance, Verdict};
use coldcap_calibration::fit::least_squares::{Observation, least_squares};
use coldcap_calibration::physics::flux::{Sample, conductance};
use coldcap_calibration::record::RecordedZone;
use coldcap_session::Request;
use coldcap_session::record::Kind;
use coldcap_sim::random::Random;
use coldcap_sim::{CapPlacement, PatientParameters};
use coldcap_units::Duration;
use facade::{COOLANT, Facade, PATIENT, plan};

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

/// After a fit visit whose cap was on the head for so long before it was marked.
fn fitted(patient: PatientParameters, seed: u64, wait_s: u32) -> Facade {
    let mut facade = Facade::new(patient, seed);
    facade.fit_visit_after(wait_s);
    facade.go_home();
    facade
}

/// From standby into pre-cooling, with the cap on for so long before it is marked.
fn begin(facade: &mut Facade, wait_s: u32) {
    facade.until(Phase::Standby);
    facade.ask(Request::select(PATIENT)).unwrap();
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

/// What a law that knows nothing makes of a course: its uptake, and early over late flux.
fn evidence(samples: &[Sample]) -> Option<[f64; 2]> {
    let alone = |uptake, ratio| {
        let law = FluxLaw { constant: 0, uptake, ratio, ..FluxMethod::AT_START.law };
        Some(1e3 * conductance(samples, &FluxMethod { law, ..FluxMethod::AT_START })?.conductance)
    };
    Some([alone(65_536, 0)?, alone(0, 65_536)?])
}

/// The first two minutes of a session as front and rear show them, in ticks of a second.
fn courses(facade: &mut Facade, offsets: [f64; 4]) -> [Vec<Sample>; 2] {
    let rows: Vec<[f64; 3]> = (0..120)
        .map(|_| {
            facade.run(1);
            shown(facade, offsets)
        })
        .collect();
    [1, 2].map(|face| {
        let sample = |(second, row): (usize, &[f64; 3])| Sample {
            elapsed_s: second as f64 + 1.0,
            face_c: row[face],
            coolant_c: row[0],
        };
        rows.iter().enumerate().map(sample).collect()
    })
}

/// `log₂ h = c + a·log₂ U + b·log₂ r` by least squares over sessions that no other test sees: the figures
/// of `FluxMethod::AT_START` must agree with it about every zone of them.
///
/// ```text
/// cargo xtask campaign laws
/// ```
#[test]
#[ignore = "half a minute: 240 sessions; `cargo xtask campaign laws` runs it"]
fn the_law_of_the_start_follows_from_sessions() {
    let mut rows = vec![];
    for seed in 2_000..2_240u64 {
        let patient = drawn(seed);
        let mut facade = fitted(patient, seed, [20, 60, 120, 300][(seed % 4) as usize]);
        let offsets = facade.offsets.unwrap().map(|it| f64::from(it) / 1e3);
        begin(&mut facade, [10, 60, 180][(seed % 3) as usize]);
        let shares = [1.0 - patient.hair_asymmetry, 1.0 + patient.hair_asymmetry];
        for (samples, share) in courses(&mut facade, offsets).iter().zip(shares) {
            let truth = 1.0 / (patient.hair_resistance * share);
            if let Some([uptake, ratio]) = evidence(samples) {
                let found = conductance(samples, &FluxMethod::AT_START).unwrap().conductance;
                rows.push(([1.0, uptake.log2(), ratio.log2()], (1e3 * truth).log2(), found));
            }
        }
    }
    let observations =
        rows.iter().map(|(row, log, _)| Observation { columns: *row, value: *log, weight: 1.0 });
    let fit = least_squares(observations).unwrap();
    let print = fit.coefficients().map(|it| (65_536.0 * it).round());
    let held = FluxMethod::AT_START.law;
    println!(
        "law {print:?}, held {held:?}; scatter {:.1} %",
        69.3 * fit.residual_deviation().unwrap()
    );
    for (row, _, found) in &rows {
        let by_fit = fit.predict(row).exp2() / 1e3;
        let within = FluxMethod::AT_START.range;
        let is_within = (6.0..=70.0).contains(&by_fit) && within.0.0 == 6_000;
        assert!(!is_within || (found / by_fit - 1.0).abs() < 0.05, "{found} {by_fit}");
    }
    assert!(69.3 * fit.residual_deviation().unwrap() < 10.0);
}

/// The advice of the record: the verdict, and front and rear with their u in W/(m²·K).
fn advice(facade: &Facade) -> Option<(Verdict, [(f64, f64); 2])> {
    let mut entries = facade.record.iter().filter(|entry| entry.fields.kind == Kind::CONTACT);
    let fields = entries.next()?.fields;
    assert!(entries.next().is_none(), "one advice a session");
    let watts = |it: Conductance| f64::from(it.0) / 1e3;
    let zone = |word: i32| {
        let zone = RecordedZone::from_word(word.cast_unsigned());
        zone.map_or((0.0, 0.0), |zone| (watts(zone.conductance()), watts(zone.uncertainty())))
    };
    assert_eq!((fields.c, fields.d), (0, 0), "the crown has no sensor");
    let verdict = Verdict::from_code(u8::try_from(fields.code).unwrap()).unwrap();
    Some((verdict, [zone(fields.a), zone(fields.b)]))
}

fn visits() -> u64 {
    std::env::var("COLDCAP_VISITS").ok().and_then(|count| count.parse().ok()).unwrap_or(12)
}

/// The session that follows a fit visit, on the same head with so much of its contact left.
fn session(patient: PatientParameters, seed: u64, left: f64) -> Facade {
    let hair_resistance = patient.hair_resistance / left;
    let mut facade = fitted(PatientParameters { hair_resistance, ..patient }, seed, 60);
    begin(&mut facade, [10, 60, 180][(seed % 3) as usize]);
    facade.run(125);
    facade
}

#[test]
fn a_zone_that_sits_worse_than_at_the_fit_visit_is_found_within_two_minutes() {
    let (mut flagged, mut false_alarms, mut within, mut changes) = (0, 0, 0, vec![]);
    for seed in 3_000..3_000 + visits() {
        let patient = drawn(seed);
        let before = session(patient, seed, 1.0);
        let after = session(patient, seed, 0.6);
        let baseline = before.calibration.unwrap().detail.unwrap().values();
        let truth = [1.0 - patient.hair_asymmetry, 1.0 + patient.hair_asymmetry]
            .map(|share| 1.0 / (patient.hair_resistance * share));
        let [same, loose] = [&before, &after].map(|facade| advice(facade).unwrap().1);
        for (index, true_h) in truth.into_iter().enumerate() {
            let Some(fit) = baseline[index] else { continue };
            let change = |(h, _): (f64, f64)| {
                compare(Conductance((1e3 * h) as u32), fit.conductance(), REPEATABILITY)
            };
            flagged += u32::from(change(loose[index]) == Change::Worse);
            false_alarms += u32::from(change(same[index]) != Change::Unchanged);
            within += u32::from((same[index].0 - true_h).abs() <= 2.0 * same[index].1);
            changes.push((1e3 * same[index].0 / f64::from(fit.conductance().0)).ln());
        }
    }
    let count = changes.len() as f64;
    let mean = changes.iter().sum::<f64>() / count;
    let spread = (changes.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / count).sqrt();
    let percent = |part: u32| 100.0 * f64::from(part) / count;
    println!(
        "{count} zones: {:.1} % flagged at 0.6 of their conductance, {:.1} % unchanged; session over fit \
         {:+.1} %, scatter {:.1} %; {:.1} % within 2u of the truth",
        percent(flagged),
        percent(false_alarms),
        100.0 * mean,
        100.0 * spread,
        percent(within),
    );
    assert!(percent(flagged) >= 98.0 && percent(false_alarms) <= 2.0);
    assert!(percent(within) >= 95.0);
}

/// After a power-up without a fit visit nobody has matched the sensors: what they may differ by is stated.
#[test]
fn without_matched_sensors_the_advice_is_less_sure() {
    let (mut count, mut within, mut wider) = (0, 0, vec![]);
    for seed in 4_000..4_000 + visits() {
        let patient = drawn(seed);
        let matched = session(patient, seed, 1.0);
        let mut unmatched = Facade::new(patient, seed);
        begin(&mut unmatched, [10, 60, 180][(seed % 3) as usize]);
        unmatched.run(125);
        let [with, without] = [&matched, &unmatched].map(|facade| advice(facade).unwrap().1);
        let truth = [1.0 - patient.hair_asymmetry, 1.0 + patient.hair_asymmetry]
            .map(|share| 1.0 / (patient.hair_resistance * share));
        for (((h, u), (h_with, u_with)), true_h) in without.into_iter().zip(with).zip(truth) {
            if h > 0.0 && h_with > 0.0 {
                count += 1;
                within += u32::from((h - true_h).abs() <= 2.0 * u);
                wider.push(100.0 * (u / h - u_with / h_with));
            }
        }
    }
    let mean = wider.iter().sum::<f64>() / f64::from(count);
    println!("{count} zones: u {mean:.2} % of h wider on average, {within} within 2u");
    assert!(wider.iter().all(|it| *it > 0.0), "{wider:?}");
    assert!(within * 100 >= count * 95);
}

/// What was matched belongs to the cap that it was matched with.
#[test]
fn the_offsets_of_one_cap_are_not_used_for_another() {
    let (patient, seed) = (PatientParameters::standard(), 4_000);
    let sureness = |other_cap| {
        let mut facade = fitted(patient, seed, 60);
        facade.other_cap = other_cap;
        facade.place(CapPlacement::Off);
        facade.run(5);
        begin(&mut facade, 10);
        facade.run(125);
        advice(&facade).unwrap().1.map(|(h, u)| u / h)
    };
    let [same, other] = [0, 1].map(sureness);
    println!("u of h with the cap that was matched {same:.3?}, with another {other:.3?}");
    assert!((0..2).all(|zone| other[zone] > same[zone]), "{same:?} {other:?}");
}

/// A session with the test and one without it drive the same, tick by tick, whatever the test says.
#[test]
fn the_advice_gates_nothing() {
    let patient = PatientParameters { hair_resistance: 0.075, ..PatientParameters::standard() };
    let mut with = Facade::new(patient, 9);
    let mut config = Config::reference();
    let never = Duration::from_secs(1_000_000);
    config.zones_at_start.late = (never, never);
    let mut without = Facade::with(config, patient, 9);
    for facade in [&mut with, &mut without] {
        begin(facade, 60);
    }
    for _ in 0..6_000 {
        with.tick();
        without.tick();
        assert_eq!(with.drives, without.drives);
        assert_eq!(with.channel, without.channel);
        assert_eq!(with.machine, without.machine);
    }
    // One zone surely fails, and the other is not surely good.
    assert_eq!(advice(&with).unwrap().0, Verdict::Reseat);
    assert!(advice(&without).is_none());
}

/// A break within the two minutes ends the test without a word, and there is no second one.
#[test]
fn a_test_that_was_interrupted_says_nothing() {
    let mut facade = Facade::new(PatientParameters::standard(), 4);
    begin(&mut facade, 60);
    facade.run(90);
    facade.walk();
    facade.run(60);
    facade.come_back();
    facade.run(600);
    assert!(facade.channel.phase != Phase::Paused && advice(&facade).is_none());
}
