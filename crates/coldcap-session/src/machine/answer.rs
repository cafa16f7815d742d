//! Requests: who may make them, and where each is decided.

use super::transition::Transition;
use super::{State, TripClass, amend, fit_visit, resets, setup, treatment};
use crate::note::{Note, Notes};
use crate::request::{Accepted, Answer, Refusal, Request, Role};

/// What is refused leaves everything as it was `before`.
pub(super) fn answer(
    t: &mut Transition<'_>,
    request: &Request,
    role: Role,
    before: &State,
) -> Answer {
    // req: SES-018
    let answer = decide(t, request, role);
    if answer.is_err() {
        t.state = *before;
        t.notes = Notes::default();
    }
    // Whatever is accepted, other than a first step itself, makes an earlier first step void.
    if answer.is_ok_and(|accepted| accepted != Accepted::Armed) {
        t.state.armed = None;
    }
    t.note(Note::Answered { request: request.code(), role, answer: code(answer) });
    answer
}

fn code(answer: Answer) -> i8 {
    match answer {
        Ok(accepted) => accepted as i8,
        Err(refusal) => 0i8.saturating_sub_unsigned(refusal.code()),
    }
}

fn decide(t: &mut Transition<'_>, request: &Request, role: Role) -> Answer {
    if !role.may(request) {
        return Err(Refusal::NotPermitted(role));
    }
    match *request {
        Request::Stop => Ok(treatment::stop(t)),
        Request::StartFit => fit_visit::start(t),
        Request::Measure(measures) => fit_visit::measure(t, measures),
        Request::ConfirmFit { confirm } => fit_visit::confirm(t, confirm),
        Request::SelectPatient { patient, reason } => setup::select(t, patient, reason, role),
        Request::ChoosePlan(plan) => setup::choose(t, plan, role),
        Request::Start => setup::start(t),
        Request::Worn(worn) => treatment::mark_worn(t, worn),
        Request::Pause(reason) => treatment::pause(t, reason),
        Request::Resume { reason, confirm } => treatment::resume(t, reason, confirm),
        Request::Extend(minutes) => treatment::extend(t, minutes),
        Request::EaseOff => treatment::ease_off(t),
        Request::EndSession { reason, confirm } => treatment::end(t, reason, confirm),
        Request::ConfirmRemoved => treatment::confirm_removed(t),
        Request::Close => setup::close(t),
        Request::Cancel => setup::cancel(t),
        Request::ClinicianReset { confirm } => resets::by_clinician(t, confirm),
        Request::ServiceReset { confirm } => resets::by_service(t, confirm),
        Request::Acknowledge => treatment::acknowledge(t),
        Request::Amend(amendment) => amend::amend(t, amendment),
    }
}

/// Coolant may only flow after a passed self-test and with no trip that somebody else must reset.
#[inline(never)]
pub(super) fn check_health(state: &State) -> Result<(), Refusal> {
    match state.trip {
        TripClass::Service => Err(Refusal::ServiceDue),
        TripClass::Clinician => Err(Refusal::FaultActive),
        TripClass::None | TripClass::Operator if state.seen.self_test_passed() => Ok(()),
        TripClass::None | TripClass::Operator => Err(Refusal::NotTested),
    }
}

/// Nothing begins with sensors of which nobody can say that they are in date.
pub(super) fn check_calibrated(state: &State) -> Result<(), Refusal> {
    if state.seen.calibration_due() { Err(Refusal::CalibrationDue) } else { Ok(()) }
}

pub(super) fn check_coupled(state: &State) -> Result<(), Refusal> {
    // req: SES-017
    if state.seen.coupled() { Ok(()) } else { Err(Refusal::CapAbsent) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_what_the_answer_was() {
        let refusals = [Refusal::WrongPhase, Refusal::NotWorn, Refusal::UnknownRegimen];
        for refusal in refusals {
            assert_eq!(i16::from(code(Err(refusal))), -i16::from(refusal.code()));
        }
        let accepted = [Accepted::Done, Accepted::Armed, Accepted::NoChange];
        assert_eq!(accepted.map(|accepted| code(Ok(accepted))), [0, 1, 2]);
    }
}
