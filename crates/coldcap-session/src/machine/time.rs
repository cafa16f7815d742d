//! Time passes: clocks, credits, and the transitions that time brings about.

use super::state::{Seen, Step};
use super::transition::Transition;
use super::{Observed, Progress, TripClass, fit_visit, restart, setup, treatment, waiting};
use crate::note::{Flag, Reason};
use crate::phase::Phase;
use crate::plan::PostClock;
use coldcap_units::Duration;

pub(super) fn advance(t: &mut Transition<'_>, dt: Duration, seen: Observed) {
    // req: SES-023
    credit(t, dt, &seen);
    disarm(t, dt);
    judge_contact(t, &seen);
    t.state.seen.renew(Seen::from(seen));
    disarm_untested(t);
    if t.state.phase.circulates() && !seen.coupled {
        t.halt(Reason::UNCOUPLED);
        return;
    }
    match t.state.phase {
        Phase::Boot => boot(t, &seen),
        Phase::FitCalibrate => fit_visit::calibrate(t, &seen),
        Phase::FitVerify => fit_visit::verify(t, &seen),
        Phase::FitCheck => setup::check_fit(t, &seen),
        Phase::Thaw => thaw(t, &seen),
        Phase::CapOff => treatment::report_when_uncoupled(t),
        phase if phase.is_cooling() || phase.is_interrupted() => treat(t, dt),
        _ => {}
    }
}

/// The whole of `dt` belongs to the phase in which it began.
fn credit(t: &mut Transition<'_>, dt: Duration, seen: &Observed) {
    // req: SES-024, REC-004
    let state = &mut t.state;
    let cooled = state.phase.is_cooling() && seen.flowing && seen.coupled && state.worn;
    let at_target = cooled && seen.at_target;
    let part = |counts: bool| if counts { dt } else { Duration::ZERO };
    state.clock.elapsed = state.clock.elapsed.plus(dt);
    state.clock.cooled = state.clock.cooled.plus(part(cooled));
    state.clock.at_target = state.clock.at_target.plus(part(at_target));
    state.hold_left = if at_target { state.hold_left.minus(dt) } else { t.config.target_hold };
    state.begun |= cooled;
    let treats = cooled && state.phase.is_treatment();
    if state.treatment() == Some(Phase::Infusing) {
        state.since.pass(dt, treats, t.config.longest_amendment);
    }
    if counts_as_planned(t, cooled) {
        t.state.planned_left = t.state.planned_left.minus(dt);
    }
    // What waits behind a loss of power is a break as well.
    if t.state.phase.is_interrupted() {
        t.state.break_left = t.state.break_left.minus(dt);
    }
    t.state.clear_dead_fields();
}

fn counts_as_planned(t: &Transition<'_>, cooled: bool) -> bool {
    // req: SES-011
    let elapsed = t.state.plan.is_some_and(|plan| plan.post_clock() == PostClock::Elapsed);
    match t.state.treatment() {
        Some(Phase::PostCool) if elapsed => true,
        Some(_) => cooled && t.state.phase.is_treatment(),
        None => false,
    }
}

fn disarm(t: &mut Transition<'_>, dt: Duration) {
    let armed = t.state.armed.filter(|armed| armed.left > dt);
    t.state.armed = armed.map(|mut armed| {
        armed.left = armed.left.minus(dt);
        armed
    });
}

/// A resume that was begun waits for no other machine than the one that was sound then.
fn disarm_untested(t: &mut Transition<'_>) {
    let tested = t.state.seen.self_test_passed();
    t.state.armed = t.state.armed.filter(|armed| tested || !matches!(armed.step, Step::Resume(_)));
}

/// Doubtful contact is flagged when it appears and when it goes; the target is never changed for it.
fn judge_contact(t: &mut Transition<'_>, seen: &Observed) {
    // req: INT-015
    if !(t.state.phase.is_cooling() || t.state.phase == Phase::FitVerify) {
        return;
    }
    match (t.state.seen.contact, seen.contact) {
        (Progress::Running | Progress::Passed, Progress::Failed) => {
            t.flag(Flag::ContactDoubtful);
        }
        (Progress::Failed, Progress::Passed) => t.flag(Flag::ContactRestored),
        _ => {}
    }
}

fn boot(t: &mut Transition<'_>, seen: &Observed) {
    let late = t.state.clock.elapsed >= t.config.boot_limit;
    match seen.self_test {
        Progress::Passed => t.enter(Phase::Standby),
        Progress::Running if !late => {}
        Progress::Running | Progress::Failed => {
            t.flag(Flag::SelfTestFailed);
            t.state.trip = TripClass::Service;
            t.enter(Phase::SafeHold);
        }
    }
}

/// Time in a treatment or in its interruption.
fn treat(t: &mut Transition<'_>, dt: Duration) {
    // req: SES-010
    let complete = t.state.planned_left.is_zero();
    let held = t.state.hold_left.is_zero();
    match (t.state.phase, t.state.treatment()) {
        (_, Some(Phase::PostCool)) if complete => t.finish(Reason::COMPLETED),
        (Phase::PreCool, _) if complete && held => t.arrive(Phase::Ready, dt),
        (Phase::Recool, Some(goal)) if held => t.arrive(goal, dt),
        (Phase::Recovery, _) => {
            if let Some(rest) = restart::return_by_itself(t, dt) {
                waiting::wait(t, rest);
            }
        }
        _ => waiting::wait(t, dt),
    }
}

fn thaw(t: &mut Transition<'_>, seen: &Observed) {
    // Somebody decides first what becomes of a drug that began in the thaw.
    if t.state.attendance.is_over() {
        return;
    }
    let elapsed = t.state.clock.elapsed;
    let warmed = elapsed >= t.config.thaw_minimum && seen.removable;
    if warmed || elapsed >= t.config.thaw_maximum {
        t.enter(Phase::CapOff);
    }
}
