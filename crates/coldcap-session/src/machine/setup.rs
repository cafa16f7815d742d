//! Before and after a treatment: patient, plan, start, and the ways out.

use super::answer::{check_calibrated, check_coupled, check_health};
use super::transition::Transition;
use super::treatment::check_reason;
use super::{Drugs, Observed};
use crate::note::{Flag, Note};
use crate::phase::Phase;
use crate::plan::{Override, Plan, PlanLimits, PlanRequest, gate};
use crate::regimen::{Judged, judge};
use crate::request::{Accepted, Answer, Field, Patient, Refusal, Role};

pub(super) fn select(t: &mut Transition<'_>, patient: Patient, reason: u8, role: Role) -> Answer {
    let phase = t.state.phase;
    if !matches!(phase, Phase::Standby | Phase::Setup | Phase::FitMeasure) {
        return Err(Refusal::WrongPhase);
    }
    patient.hair.check()?;
    if patient.session_index > patient.session_count {
        let maximum = i32::from(patient.session_count);
        return Err(Refusal::OutOfRange { field: Field::SessionIndex, minimum: 0, maximum });
    }
    let decided = judge_contraindications(patient.contraindications, reason, role)?;
    replace_patient(t, patient, reason);
    if decided {
        t.flag(Flag::ContraindicationDecided);
    }
    if phase == Phase::Standby {
        t.enter(Phase::Setup);
    }
    Ok(Accepted::Done)
}

/// Whether a clinician decided on something that asks, and said why.
fn judge_contraindications(bits: u32, reason: u8, role: Role) -> Result<bool, Refusal> {
    // req: SES-015
    check_reason(reason, 0)?;
    match gate(bits) {
        Override::NotNeeded => Ok(false),
        Override::Clinician(_) if role == Role::Clinician && reason == 0 => {
            Err(Refusal::Unanswered(Field::Reason))
        }
        Override::Clinician(_) if role == Role::Clinician => Ok(true),
        Override::Clinician(bits) | Override::Impossible(bits) => {
            Err(Refusal::Contraindicated(bits))
        }
    }
}

/// Nothing of an earlier choice may reach another patient. Whoever corrects what is known of the same one,
/// by a number that names somebody, keeps her drugs: a drip does not stop for it.
fn replace_patient(t: &mut Transition<'_>, patient: Patient, reason: u8) {
    // req: SES-006
    let known = t.state.patient.map_or(0, |known| known.id);
    if known == 0 || known != patient.id {
        if t.state.drugs.running() {
            t.flag(Flag::DrugStillRunning);
        }
        t.state.drugs = Drugs::default();
    }
    t.state.plan = None;
    t.state.worn = false;
    t.state.patient = Some(patient);
    t.note(Note::PatientSelected { patient, reason });
}

pub(super) fn choose(t: &mut Transition<'_>, request: PlanRequest, role: Role) -> Answer {
    if t.state.phase != Phase::Setup {
        return Err(Refusal::WrongPhase);
    }
    let patient = t.state.patient.ok_or(Refusal::Unanswered(Field::Patient))?;
    let asked = Plan::new(request)?;
    // Every plan is within the widest.
    if t.config.plans != PlanLimits::WIDEST {
        t.config.plans.check(&asked.request())?;
    }
    let judged = judge(&request, role)?;
    let (plan, changed) = asked.for_hair(patient.hair)?;
    t.state.plan = Some(plan);
    t.note(Note::PlanChosen(plan));
    let changes = [
        (changed.target_raised, Flag::TargetRaised),
        (changed.pre_lengthened, Flag::PreLengthened),
        (plan.post() != request.post, Flag::PostLengthened),
        (judged == Judged::Overridden, Flag::RegimenOverridden),
    ];
    for (_, flag) in changes.into_iter().filter(|(changed, _)| *changed) {
        t.flag(flag);
    }
    Ok(Accepted::Done)
}

pub(super) fn start(t: &mut Transition<'_>) -> Answer {
    if t.state.phase != Phase::Setup {
        return Err(Refusal::WrongPhase);
    }
    if t.state.patient.is_none() {
        return Err(Refusal::Unanswered(Field::Patient));
    }
    let plan = t.state.plan.ok_or(Refusal::Unanswered(Field::Plan))?;
    check_health(&t.state)?;
    check_calibrated(&t.state)?;
    check_coupled(&t.state)?;
    if !t.state.seen.tank_ready() {
        return Err(Refusal::TooEarly);
    }
    t.enter(Phase::FitCheck);
    t.state.break_left = plan.break_total();
    Ok(Accepted::Done)
}

/// Time in `fit_check`. Cooling begins once coolant moves under a worn cap; a drug that runs already
/// makes it an infusion at once.
pub(super) fn check_fit(t: &mut Transition<'_>, seen: &Observed) {
    if seen.flowing && t.state.worn {
        t.enter(t.treatment_to_begin());
    } else if t.state.clock.elapsed >= t.config.fit_check_limit {
        t.flag(Flag::FitTimedOut);
        t.enter(Phase::Setup);
    }
}

pub(super) fn close(t: &mut Transition<'_>) -> Answer {
    match t.state.phase {
        Phase::Report | Phase::FitSaved => t.enter(Phase::Standby),
        // Somebody says that the cap is off, and says it again: the switch may be stuck.
        Phase::CapOff if t.state.removed => t.enter(Phase::Report),
        _ => return Err(Refusal::WrongPhase),
    }
    Ok(Accepted::Done)
}

pub(super) fn cancel(t: &mut Transition<'_>) -> Answer {
    let back = match t.state.phase {
        Phase::FitMeasure | Phase::FitCalibrate | Phase::FitVerify | Phase::Setup => Phase::Standby,
        Phase::FitCheck => Phase::Setup,
        _ => return Err(Refusal::WrongPhase),
    };
    t.enter(back);
    Ok(Accepted::Done)
}
