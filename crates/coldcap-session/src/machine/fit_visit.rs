//! The fit visit: measure, match the sensors, test the contact, store.

use super::answer::{check_calibrated, check_coupled, check_health};
use super::state::Step;
use super::transition::Transition;
use super::{Observed, Progress};
use crate::note::{Flag, Note};
use crate::phase::Phase;
use crate::request::{Accepted, Answer, Field, HeadMeasures, Refusal};

pub(super) fn start(t: &mut Transition<'_>) -> Answer {
    if !matches!(t.state.phase, Phase::Standby | Phase::Setup) {
        return Err(Refusal::WrongPhase);
    }
    check_health(&t.state)?;
    check_calibrated(&t.state)?;
    t.enter(Phase::FitMeasure);
    Ok(Accepted::Done)
}

/// The gate before any coolant flows: a patient whose contraindications were answered.
pub(super) fn measure(t: &mut Transition<'_>, measures: HeadMeasures) -> Answer {
    if t.state.phase != Phase::FitMeasure {
        return Err(Refusal::WrongPhase);
    }
    if t.state.patient.is_none() {
        return Err(Refusal::Unanswered(Field::Patient));
    }
    check_length(Field::Circumference, measures.circumference_mm, HeadMeasures::CIRCUMFERENCE_MM)?;
    let arcs = HeadMeasures::arcs_mm(measures.circumference_mm);
    check_length(Field::Sagittal, measures.sagittal_mm, arcs)?;
    check_length(Field::Coronal, measures.coronal_mm, arcs)?;
    measures.hair.check()?;
    check_health(&t.state)?;
    check_calibrated(&t.state)?;
    check_coupled(&t.state)?;
    t.note(Note::Measured(measures));
    t.enter(Phase::FitCalibrate);
    Ok(Accepted::Done)
}

fn check_length(field: Field, value: u16, [low, high]: [u16; 2]) -> Result<(), Refusal> {
    if value >= low && value <= high {
        return Ok(());
    }
    Err(Refusal::OutOfRange { field, minimum: i32::from(low), maximum: i32::from(high) })
}

pub(super) fn confirm(t: &mut Transition<'_>, confirm: bool) -> Answer {
    match t.state.phase {
        Phase::FitSaved => return Ok(Accepted::NoChange),
        Phase::FitVerify => {}
        _ => return Err(Refusal::WrongPhase),
    }
    if t.state.seen.contact != Progress::Failed {
        return Err(Refusal::TooEarly);
    }
    if !t.two_steps(Step::ConfirmFit, confirm)? {
        return Ok(Accepted::Armed);
    }
    t.flag(Flag::FitOverridden);
    save(t);
    Ok(Accepted::Done)
}

fn save(t: &mut Transition<'_>) {
    t.note(Note::FitSaved);
    t.enter(Phase::FitSaved);
}

/// Time in `fit_calibrate`. The sensors are matched with the cap off the head; a match stays valid
/// while the cap is put on.
pub(super) fn calibrate(t: &mut Transition<'_>, seen: &Observed) {
    t.state.matched |= seen.isothermal == Progress::Passed;
    if t.state.matched && t.state.worn {
        t.enter(Phase::FitVerify);
    } else if !t.state.matched && seen.isothermal == Progress::Failed {
        t.flag(Flag::SensorsDiffer);
        t.enter(Phase::FitMeasure);
    } else {
        time_out(t);
    }
}

/// Time in `fit_verify`.
pub(super) fn verify(t: &mut Transition<'_>, seen: &Observed) {
    if seen.contact == Progress::Passed {
        save(t);
    } else {
        time_out(t);
    }
}

fn time_out(t: &mut Transition<'_>) {
    if t.state.clock.elapsed >= t.config.fit_limit {
        t.flag(Flag::FitTimedOut);
        t.enter(Phase::FitMeasure);
    }
}
