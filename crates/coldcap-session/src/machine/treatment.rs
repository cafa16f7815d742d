//! Operating a treatment: stop, pause, resume, extend, ease off, end, remove.

use super::Attendance;
use super::answer::{check_calibrated, check_coupled, check_health};
use super::state::Step;
use super::transition::Transition;
use crate::note::{Flag, Note, Reason};
use crate::phase::Phase;
use crate::request::{Accepted, Answer, Field, Refusal};
use coldcap_units::Duration;

const EXTENSION: [u8; 2] = [1, 30];

/// One action, in every phase. It also calls off a return to cooling that was under way.
pub(super) fn stop(t: &mut Transition<'_>) -> Accepted {
    // req: SES-001
    match t.state.phase {
        phase if phase.is_fit_visit() => t.enter(Phase::Standby),
        phase if phase.circulates() => t.halt(Reason::STOPPED),
        Phase::Recovery if !t.state.restart_left.is_zero() => t.give_up_return(),
        _ => return Accepted::NoChange,
    }
    Accepted::Done
}

pub(super) fn mark_worn(t: &mut Transition<'_>, worn: bool) -> Answer {
    let phase = t.state.phase;
    let before = matches!(
        phase,
        Phase::FitMeasure | Phase::FitCalibrate | Phase::FitVerify | Phase::Setup | Phase::FitCheck
    );
    // Whoever may resume can say first that the cap is on again.
    let during = phase.is_cooling() || t.state.may_be_resumed();
    if !(before || during) {
        return Err(Refusal::WrongPhase);
    }
    if t.state.worn == worn {
        return Ok(Accepted::NoChange);
    }
    t.state.worn = worn;
    t.note(Note::Worn(worn));
    if !worn {
        halt_if_it_needs_a_worn_cap(t);
    }
    Ok(Accepted::Done)
}

pub(super) fn halt_if_it_needs_a_worn_cap(t: &mut Transition<'_>) {
    // req: SES-017
    if t.state.phase.is_cooling() || t.state.phase == Phase::FitVerify {
        t.halt(Reason::NOT_WORN);
    }
}

pub(super) fn pause(t: &mut Transition<'_>, reason: u8) -> Answer {
    // req: SES-028
    if t.state.phase == Phase::Paused {
        return Ok(Accepted::NoChange);
    }
    if !t.state.phase.is_cooling() {
        return Err(Refusal::WrongPhase);
    }
    check_reason(reason, 0)?;
    if t.state.break_left.is_zero() {
        return Err(Refusal::BudgetSpent);
    }
    t.halt(Reason(reason));
    Ok(Accepted::Done)
}

/// `lowest` is what the refusal states; who asks for more than none has refused none by then.
pub(super) fn check_reason(reason: u8, lowest: u8) -> Result<(), Refusal> {
    let highest = Reason::LARGEST_OPERATOR_CODE;
    if reason <= highest {
        return Ok(());
    }
    let (minimum, maximum) = (i32::from(lowest), i32::from(highest));
    Err(Refusal::OutOfRange { field: Field::Reason, minimum, maximum })
}

/// A reason that must be given.
fn check_stated(reason: u8) -> Result<(), Refusal> {
    if reason == 0 {
        return Err(Refusal::Unanswered(Field::Reason));
    }
    check_reason(reason, 1)
}

pub(super) fn resume(t: &mut Transition<'_>, reason: u8, confirm: bool) -> Answer {
    // req: SES-002
    let goal = t.state.goal_of_resume().ok_or(Refusal::WrongPhase)?;
    check_stated(reason)?;
    check_health(&t.state)?;
    if !t.state.begun {
        check_calibrated(&t.state)?;
    }
    check_coupled(&t.state)?;
    if !t.state.worn {
        return Err(Refusal::NotWorn);
    }
    if !t.two_steps(Step::Resume(reason), confirm)? {
        return Ok(Accepted::Armed);
    }
    t.recool(goal, Reason(reason));
    Ok(Accepted::Done)
}

pub(super) fn extend(t: &mut Transition<'_>, minutes: u8) -> Answer {
    // req: SES-028
    if !matches!(t.state.phase, Phase::PreCool | Phase::PostCool) {
        return Err(Refusal::WrongPhase);
    }
    let [low, high] = EXTENSION;
    if minutes < low || minutes > high {
        let (minimum, maximum) = (i32::from(low), i32::from(high));
        return Err(Refusal::OutOfRange { field: Field::Minutes, minimum, maximum });
    }
    let extended = t.state.extended.saturating_add(minutes);
    if extended > t.config.extension_limit {
        return Err(Refusal::LimitReached);
    }
    t.state.extended = extended;
    t.state.planned_left = t.state.planned_left.plus(Duration::from_mins(u32::from(minutes)));
    t.attend_anew();
    t.note(Note::Extended { minutes });
    Ok(Accepted::Done)
}

pub(super) fn ease_off(t: &mut Transition<'_>) -> Answer {
    // req: SES-004
    let phase = t.state.phase;
    if !(phase.is_cooling() || phase.is_interrupted() || phase == Phase::FitCheck) {
        return Err(Refusal::WrongPhase);
    }
    let before = t.state.target(t.config);
    t.state.ease(t.config);
    match t.state.target(t.config) {
        Some(target) if before != Some(target) => {
            t.state.hold_left = t.config.target_hold;
            t.note(Note::Eased { target });
            Ok(Accepted::Done)
        }
        _ => Err(Refusal::LimitReached),
    }
}

pub(super) fn end(t: &mut Transition<'_>, reason: u8, confirm: bool) -> Answer {
    if !(t.state.phase.is_cooling() || t.state.phase.is_interrupted()) {
        return Err(Refusal::WrongPhase);
    }
    check_stated(reason)?;
    if !t.two_steps(Step::EndSession(reason), confirm)? {
        return Ok(Accepted::Armed);
    }
    t.finish(Reason(reason));
    Ok(Accepted::Done)
}

/// Removal is advised against when early, never blocked.
pub(super) fn confirm_removed(t: &mut Transition<'_>) -> Answer {
    // req: SES-003
    match t.state.phase {
        Phase::CapOff if t.state.removed => return Ok(Accepted::NoChange),
        Phase::CapOff => {}
        Phase::Thaw => {
            t.flag(Flag::RemovedEarly);
            t.enter(Phase::CapOff);
        }
        Phase::SafeHold => return Ok(abandon(t)),
        phase if phase.is_cooling() || phase.is_interrupted() => {
            return Err(Refusal::MarkOutOfOrder);
        }
        _ => return Err(Refusal::WrongPhase),
    }
    t.state.removed = true;
    report_when_uncoupled(t);
    Ok(Accepted::Done)
}

fn abandon(t: &mut Transition<'_>) -> Accepted {
    if t.state.plan.is_none() {
        t.enter(Phase::Standby);
        return Accepted::Done;
    }
    t.note(Note::Ended { reason: Reason::ABANDONED });
    t.flag(Flag::EndedEarly);
    t.enter(Phase::Report);
    Accepted::Done
}

/// The report is complete when the cap is both marked as removed and uncoupled.
pub(super) fn report_when_uncoupled(t: &mut Transition<'_>) {
    if t.state.removed && !t.state.seen.coupled() {
        t.enter(Phase::Report);
    }
}

pub(super) fn acknowledge(t: &mut Transition<'_>) -> Answer {
    // req: SES-019
    match t.state.attendance {
        Attendance::Unlimited | Attendance::Break(_) => return Ok(Accepted::NoChange),
        _ => t.somebody_came(),
    }
    Ok(Accepted::Done)
}
