//! The scalp against an independent solution: `tests/oracle/pennes.py`, whose head says how its trace is made again.

use crate::figures::ROOM_C;
use coldcap_sim::PatientParameters;
use coldcap_sim::patient::{Boundary, Scalp};

const TRACE: &str = include_str!("../oracle/pennes.csv");

/// Minutes of a boundary; `None` is the bare head's air.
type Course = &'static [(u32, Option<Boundary>)];

const fn under(celsius: f64, resistance: f64) -> Option<Boundary> {
    Some(Boundary { celsius, resistance })
}

const COLD: Option<Boundary> = under(0.0, 0.0344);
const COURSES: [Course; 3] = [
    &[(60, COLD), (8, under(14.0, 0.0344)), (22, COLD), (120, None)],
    &[(45, under(-3.6, 0.045)), (60, None)],
    &[(45, under(-3.6, 0.018)), (10, under(10.0, 0.018)), (60, None)],
];

/// The heads of the script.
fn heads() -> [PatientParameters; 3] {
    let standard = PatientParameters::standard();
    let thick =
        PatientParameters { fat_mm: 4.0, core_c: 38.5, skin_perfusion_per_s: 3.5e-3, ..standard };
    let slow = PatientParameters {
        perfusion_fall_s: 120.0,
        perfusion_memory_s: 20_000.0,
        skin_perfusion_per_s: 1.2e-3,
        ..standard
    };
    [standard, thick, slow]
}

/// Skin, follicles and perfusion at the start and every half minute.
fn trace(patient: &PatientParameters, course: Course) -> Vec<[f64; 3]> {
    let seen = |scalp: &Scalp| [scalp.skin_c(), scalp.follicle_c(), scalp.perfusion()];
    let mut scalp = Scalp::new(patient, ROOM_C, 0.5).unwrap();
    let air = Boundary { celsius: ROOM_C, resistance: patient.bare_resistance };
    let mut rows = vec![seen(&scalp)];
    for (minutes, boundary) in course {
        for _ in 0..minutes * 2 {
            (0..60).for_each(|_| {
                scalp.step(&boundary.unwrap_or(air));
            });
            rows.push(seen(&scalp));
        }
    }
    rows
}

/// What the script found for this case, in the same form.
fn solution(case: usize) -> Vec<[f64; 3]> {
    let rows = TRACE.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let of_case = rows.filter(|cells| cells[0] == case.to_string());
    of_case.map(|cells| [2, 3, 4].map(|cell| cells[cell].parse().unwrap())).collect()
}

/// The largest differences of skin and follicles in K, and of perfusion, case by case.
pub(crate) fn differences() -> Vec<[f64; 3]> {
    let worst = |(case, (patient, course)): (usize, (PatientParameters, Course))| {
        let (ours, theirs) = (trace(&patient, course), solution(case));
        assert_eq!(ours.len(), theirs.len());
        let mut worst = [0.0_f64; 3];
        for (our, their) in ours.iter().zip(&theirs) {
            for ((worst, our), their) in worst.iter_mut().zip(our).zip(their) {
                *worst = worst.max((our - their).abs());
            }
        }
        worst
    };
    heads().into_iter().zip(COURSES).enumerate().map(worst).collect()
}

#[test]
fn the_scalp_agrees_with_an_independent_solution() {
    for (case, [skin_k, follicle_k, perfusion]) in differences().into_iter().enumerate() {
        println!(
            "case {case}: skin {skin_k:.4} K, follicles {follicle_k:.4} K, perfusion {perfusion:.5}"
        );
        assert!(skin_k <= 0.05 && follicle_k <= 0.05, "case {case}: {skin_k}, {follicle_k} K");
        assert!(perfusion <= 0.005, "case {case}: {perfusion}");
    }
}
