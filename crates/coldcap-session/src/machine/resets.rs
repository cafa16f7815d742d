//! Who may reset what the interlock latched.

use super::TripClass;
use super::state::Step;
use super::transition::Transition;
use crate::note::{Note, Reason};
use crate::phase::Phase;
use crate::request::{Accepted, Answer, Refusal};

pub(super) fn by_clinician(t: &mut Transition<'_>, confirm: bool) -> Answer {
    // req: SES-027
    match t.state.trip {
        TripClass::None | TripClass::Operator => return Ok(Accepted::NoChange),
        TripClass::Service => return Err(Refusal::ServiceDue),
        TripClass::Clinician => {}
    }
    if !t.state.seen.cause_gone() {
        return Err(Refusal::FaultActive);
    }
    if !t.state.seen.self_test_passed() {
        return Err(Refusal::NotTested);
    }
    if t.state.resets >= t.config.reset_limit {
        return Err(Refusal::LimitReached);
    }
    if !t.two_steps(Step::ClinicianReset, confirm)? {
        return Ok(Accepted::Armed);
    }
    t.state.resets = t.state.resets.saturating_add(1);
    clear(t, TripClass::Clinician);
    Ok(Accepted::Done)
}

pub(super) fn by_service(t: &mut Transition<'_>, confirm: bool) -> Answer {
    if t.state.trip != TripClass::Service {
        return Ok(Accepted::NoChange);
    }
    if !t.state.seen.cause_gone() {
        return Err(Refusal::FaultActive);
    }
    if !t.two_steps(Step::ServiceReset, confirm)? {
        return Ok(Accepted::Armed);
    }
    clear(t, TripClass::Service);
    if t.state.phase == Phase::SafeHold {
        leave_safe_hold(t);
    }
    Ok(Accepted::Done)
}

fn clear(t: &mut Transition<'_>, class: TripClass) {
    t.state.trip = TripClass::None;
    t.note(Note::Reset { class });
}

/// An interrupted treatment may be resumed; otherwise the self-test runs again.
fn leave_safe_hold(t: &mut Transition<'_>) {
    // req: SES-021
    match t.state.treatment() {
        Some(_) => t.interrupt(Phase::Recovery, Reason::SERVICE_TRIP),
        None => t.enter(Phase::Boot),
    }
}
