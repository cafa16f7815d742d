//! The fit visit of the whole machine: what it records of the zones, against the truth.
//!
//! `COLDCAP_VISITS` sets the number of visits.
//!
//! ```text
//! COLDCAP_VISITS=1000 cargo test --release -p coldcap-sim --test zones_in_facade -- --nocapture
//! ```
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod facade;

use coldcap::Phase;
use coldcap_calibration::contact::{Verdict, Zone};
use coldcap_calibration::hair::HairDensity;
use coldcap_calibration::record::{CapCalibration, FitMethod};
use coldcap_session::Request;
use coldcap_sim::random::Random;
use coldcap_sim::{CapPlacement, PatientParameters};
use facade::{Facade, HEAD, PATIENT};

/// Heads that the regression behind the visit has not seen.
const FIRST_SEED: u64 = 1_000;

fn visits() -> u64 {
    std::env::var("COLDCAP_VISITS").ok().and_then(|count| count.parse().ok()).unwrap_or(24)
}

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

/// A fit visit; the operator accepts what it finds.
fn visit(patient: PatientParameters, seed: u64, wait_s: u32) -> CapCalibration {
    let mut facade = Facade::new(patient, seed);
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
    while facade.channel.phase == Phase::FitVerify {
        facade.run(1);
        if facade.ask(Request::ConfirmFit { confirm: false }).is_ok() {
            facade.run(3);
            facade.ask(Request::ConfirmFit { confirm: true }).unwrap();
        }
    }
    facade.calibration.expect("a saved fit")
}

#[test]
fn the_record_holds_the_contact_of_both_zones_and_says_that_the_crown_was_not_seen() {
    let (mut errors, mut within, mut uncertainty) = (vec![], 0u32, 0.0);
    let mut verdicts = [0u32; 7];
    for seed in FIRST_SEED..FIRST_SEED + visits() {
        let patient = drawn(seed);
        let record = visit(patient, seed, [20, 60, 120][(seed % 3) as usize]);
        verdicts[usize::from(record.verdict.code())] += 1;
        let detail = record.detail.unwrap();
        assert_eq!(detail.density, Some(HairDensity::Full));
        assert_eq!(detail.zones[Zone::Crown as usize], None);
        let asymmetry = patient.hair_asymmetry;
        for (zone, share) in [(Zone::Front, 1.0 - asymmetry), (Zone::Rear, 1.0 + asymmetry)] {
            let Some(found) = detail.zones[zone as usize] else { continue };
            assert_eq!(detail.method, Some(FitMethod::InnerFace));
            let truth = 1.0 / (patient.hair_resistance * share);
            let value = f64::from(found.conductance().0) / 1e3;
            let u = f64::from(found.uncertainty().0) / 1e3;
            errors.push((value / truth).ln());
            uncertainty += u / value;
            within += u32::from((value - truth).abs() <= 2.0 * u);
        }
    }
    let count = errors.len() as f64;
    let bias = errors.iter().sum::<f64>() / count;
    let spread = (errors.iter().map(|error| (error - bias).powi(2)).sum::<f64>() / count).sqrt();
    println!(
        "{count} zones: {:+.1} % off on average, scatter {:.1} %, stated u {:.1} %, {:.1} % within 2u; \
         verdicts by code {verdicts:?}",
        100.0 * bias,
        100.0 * spread,
        100.0 * uncertainty / count,
        100.0 * f64::from(within) / count,
    );
    assert!(count >= 1.9 * visits() as f64, "zones without a value");
    assert!(spread <= 0.12 && bias.abs() <= 0.06);
    assert!(f64::from(within) >= 0.9 * count);
}

/// The heat of the whole cap is good, and one half hangs loose.
#[test]
fn a_loose_half_under_a_cap_that_is_good_as_a_whole_asks_for_a_new_seat() {
    let patient = PatientParameters {
        hair_resistance: 0.028,
        hair_asymmetry: 0.5,
        ..PatientParameters::standard()
    };
    let record = visit(patient, 7, 60);
    let zones = record.detail.unwrap().zones.map(|zone| zone.map(|zone| zone.conductance()));
    println!("{:?} {zones:?}", record.verdict);
    assert_eq!(record.verdict, Verdict::Reseat);
    assert!(zones[0].unwrap() > zones[1].unwrap());
}
