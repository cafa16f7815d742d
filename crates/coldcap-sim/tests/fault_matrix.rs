//! Faults of each kind of reaction in every phase of a visit, for one head: a small slice of the fault campaign.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap::Phase;
use coldcap_guard::Condition;
use coldcap_session::ControlMode;
use coldcap_sim::FaultKind;
use coldcap_sim::fault::{Defect, Place};
use coldcap_sim::fault_matrix::{Expected, Trial, points, rows};

#[test]
fn what_must_be_seen_is_seen_in_time_answered_and_recorded() {
    let kinds = [
        FaultKind::Kink,
        FaultKind::Leak,
        FaultKind::CapOff,
        FaultKind::Sensor(Place::Front, Defect::Open),
        FaultKind::PumpStuckOn,
        FaultKind::DisplayFreeze,
        FaultKind::PowerCut,
        FaultKind::WrongPlan,
    ];
    let rows = rows(ControlMode::Coolant, &kinds, 5..6, |_| ()).unwrap();
    for (kind, row) in kinds.iter().zip(&rows) {
        assert!(row.is_good(), "{kind}: {row:?}");
        assert!(row.trials >= 10 && row.visible >= 1 && row.seen == row.visible, "{kind}: {row:?}");
    }
}

/// Held against a fault that is not there, the same trials are wrong: what judges can see.
#[test]
fn what_is_not_seen_is_told() {
    let kinds = [FaultKind::BareSpot];
    let rows = rows(ControlMode::Cap, &kinds, 5..6, |_| ()).unwrap();
    assert!(rows.iter().all(|row| row.seen == 0 && row.visible == 0));
    assert!(matches!(Expected::of(FaultKind::BareSpot), Expected::Unseen(_)));
    for kind in FaultKind::ALL {
        if let Expected::Seen { by, within_s, .. } = Expected::of(kind) {
            assert!(!by.is_empty() && within_s > 0.0, "{kind}");
        }
    }
}

/// While a fit visit calibrates nothing was driven yet: no trend tells that the valve is open, and the tank is at its coldest.
#[test]
fn a_valve_that_slips_before_anything_was_driven_is_seen_at_once() {
    for seed in [91, 97, 4] {
        let points = points(ControlMode::Coolant, seed).unwrap();
        for (phase, point) in &points {
            if matches!(
                phase,
                Phase::Boot | Phase::Standby | Phase::FitMeasure | Phase::FitCalibrate
            ) {
                let trial = Trial::of(point, FaultKind::ValveSlip);
                let (by, after_s) = trial.seen.unwrap();
                assert!(
                    matches!(by, Condition::LoopImplausible | Condition::FreezeNear)
                        && after_s < 65.0,
                    "{phase:?}: {by:?} {after_s}"
                );
                assert!(trial.coldest_skin_c > 24.0, "{phase:?}: {}", trial.coldest_skin_c);
            }
        }
    }
}
