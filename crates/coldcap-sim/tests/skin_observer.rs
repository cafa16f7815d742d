//! The skin observer against the virtual patient.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod treatment;

use coldcap_sim::{CapPlacement, FaultSchedule, PatientParameters};
use coldcap_thermal::skin::{ContactFinding, Forecast, SkinInput};
use coldcap_units::{Fault, Skin};
use treatment::{CONFIG, Hold, Treatment, anybody};

const LIMIT: Skin = Skin::from_milli(22_000);

fn patients() -> u64 {
    std::env::var("SKIN_PATIENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(40)
}

/// One line of the printed course; returns the error.
fn line(treatment: &Treatment, minute: u32, what: &str) -> f64 {
    let (skin, width, truth) = treatment.seen().unwrap();
    println!("{minute:4} min {what:10} {skin:6.2} ± {width:4.2}, true {truth:6.2}, error {:5.2}", skin - truth);
    skin - truth
}

#[test]
fn the_standard_patient_is_followed_through_a_treatment() {
    let mut treatment = Treatment::new(PatientParameters::standard(), 3);
    let mut minute = 0;
    let mut follow = |treatment: &mut Treatment, what: &str, until: &[u32]| {
        for next in until {
            treatment.run((next - minute) * 60);
            minute = *next;
            let (_, width, _) = treatment.seen().unwrap();
            let error = line(treatment, minute, what);
            assert!(error.abs() < width, "{what} at {minute} min");
        }
    };
    follow(&mut treatment, "pull-down", &[1, 2, 5, 8, 10, 12, 15, 20]);
    follow(&mut treatment, "plateau", &[30, 45, 60]);
    treatment.disconnect();
    follow(&mut treatment, "break", &[62, 65, 68]);
    treatment.reconnect();
    follow(&mut treatment, "re-cooling", &[70, 72, 75, 80, 90]);
    follow(&mut treatment, "post", &[120, 150]);
    println!("{:?}", treatment.observer);
}

#[test]
fn population() {
    let marks = [1, 2, 5, 8, 10, 12, 15, 20, 30, 45, 47, 50, 55, 59, 62, 65, 70, 75, 80];
    let mut table = vec![Vec::new(); marks.len()];
    let mut crossing = Vec::new();
    for seed in 0..patients() {
        let mut treatment = Treatment::new(anybody(seed), seed);
        let mut predicted = None;
        let mut real = None;
        let mut minute = 0;
        for (mark, rows) in marks.iter().zip(&mut table) {
            while minute < *mark {
                if minute == 45 { treatment.disconnect(); predicted = treatment.observer.time_to(&CONFIG, LIMIT).ok(); }
                if minute == 60 { treatment.reconnect(); }
                for second in 0..60 {
                    treatment.run(1);
                    if (45..60).contains(&minute) && real.is_none() && treatment.truth().skin_c >= 22.0 { real = Some((minute - 45) * 60 + second); }
                }
                minute += 1;
            }
            rows.push(treatment.seen().unwrap());
        }
        crossing.push((predicted.unwrap(), real));
    }
    let (mut all, mut inside) = (0, 0);
    for (mark, rows) in marks.iter().zip(&table) {
        let n = rows.len() as f64;
        let mean = rows.iter().map(|r| r.0 - r.2).sum::<f64>() / n;
        let rms = (rows.iter().map(|r| (r.0 - r.2).powi(2)).sum::<f64>() / n).sqrt();
        let width = rows.iter().map(|r| r.1).sum::<f64>() / n;
        let cover = rows.iter().filter(|r| (r.0 - r.2).abs() <= r.1).count();
        all += rows.len(); inside += cover;
        let worst = rows.iter().map(|r| (r.0 - r.2).abs()).fold(0.0, f64::max);
        println!("{mark:3} min bias {mean:5.2} rms {rms:4.2} worst {worst:4.2} width {width:4.2} covered {:.3}", cover as f64 / n);
    }
    println!("coverage {:.4}", inside as f64 / all as f64);
    let (mut n, mut ok, mut errs, mut wid) = (0, 0, vec![], vec![]);
    let mut odd = 0;
    for (p, r) in &crossing {
        match (p, r) {
            (Forecast::Within(c), Some(r)) => { n += 1; let r = *r as i64;
                let (e, x) = (c.earliest.as_secs() as i64, c.expected.as_secs() as i64);
                let l = c.latest.map_or(1_000_000, |l| l.as_secs() as i64);
                if e <= r && r <= l { ok += 1 } 
                errs.push(x - r); if l < 100000 { wid.push(l - e) } }
            (Forecast::Within(c), None) => { if c.latest.is_none_or(|l| l.as_secs() > 900) { ok += 1 } n += 1; odd += 1; }
            (p, r) => println!("{p:?} {r:?}"),
        }
    }
    errs.sort(); wid.sort();
    println!("crossings {n} covered {ok} censored {odd} errs {:?} width median {:?}", errs, wid.get(wid.len() / 2));
}

#[test]
fn contact() {
    for hold in [Hold::Supply, Hold::Face] {
        for micro in [33_500, 45_000, 50_000, 60_000, 80_000] {
            let mut times = Vec::new();
            let mut last = Vec::new();
            for seed in 0..patients() {
                let patient = PatientParameters { hair_resistance: f64::from(micro) * 1e-6, ..anybody(seed) };
                let mut treatment = Treatment::new(patient, seed);
                treatment.hold = hold;
                let mut at = None;
                for second in 0..1_500 {
                    treatment.run(1);
                    if at.is_none() && matches!(treatment.finding, ContactFinding::Doubtful(_)) { at = Some(second) }
                }
                if let Ok(e) = treatment.observer.contact() { last.push(e.hair_micro) } else { println!("{:?}", treatment.observer.contact()) }
                times.push(at);
            }
            let flagged = times.iter().flatten().count();
            let late = times.iter().flatten().max();
            last.sort();
            println!("R {micro} flagged {flagged}/{} latest {late:?} hair {:?} {:?} {:?}", times.len(), last.first(), last.get(last.len()/2), last.last());
        }
    }
}
