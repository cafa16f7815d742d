//! After a power gap: what runs on, what starts over, and what may return by itself.

use super::Attendance;
use super::state::Seen;
use super::transition::Transition;
use crate::note::{Flag, Note, Reason};
use crate::phase::Phase;
use crate::plan::PostClock;
use coldcap_units::Duration;

pub(super) fn restore(t: &mut Transition<'_>, gap: Option<Duration>) {
    t.note(Note::Restarted { gap });
    t.state.seen.renew(Seen::default());
    t.state.armed = None;
    charge(t, gap);
    take_off_in_a_long_gap(t, gap);
    match t.state.phase {
        Phase::Boot | Phase::Standby => t.enter(Phase::Boot),
        phase if phase.is_fit_visit() => t.enter(Phase::Boot),
        Phase::FitCheck => t.enter(Phase::Setup),
        Phase::Thaw => thaw_anew(t),
        phase if phase.is_cooling() || phase.is_interrupted() => recover(t, gap),
        _ => {}
    }
}

/// The gap counts against the breaks, and toward a post-cooling that counts elapsed time. A gap of
/// unknown length spends all breaks and counts toward nothing.
fn charge(t: &mut Transition<'_>, gap: Option<Duration>) {
    // req: PWR-002
    let after = |left: Duration| gap.map_or(Duration::ZERO, |gap| left.minus(gap));
    t.state.break_left = after(t.state.break_left);
    if let Attendance::Break(left) = t.state.attendance {
        t.state.attendance = Attendance::Break(after(left));
    }
    let elapsed = t.state.plan.is_some_and(|plan| plan.post_clock() == PostClock::Elapsed);
    if elapsed && t.state.treatment() == Some(Phase::PostCool) {
        t.state.planned_left = t.state.planned_left.minus(gap.unwrap_or_default());
    }
}

/// Nobody knows whether the cap is still on after a gap that was long, or of which nobody knows how long it was.
fn take_off_in_a_long_gap(t: &mut Transition<'_>, gap: Option<Duration>) {
    // req: PWR-005
    let long = gap.is_none_or(|gap| gap > t.config.long_gap);
    if long && t.state.worn {
        t.state.worn = false;
        t.note(Note::Worn(false));
    }
}

/// Somebody has still to decide what becomes of a drug that began in the thaw.
fn thaw_anew(t: &mut Transition<'_>) {
    let waited = t.state.attendance;
    t.enter(Phase::Thaw);
    t.state.attendance = waited;
}

fn recover(t: &mut Transition<'_>, gap: Option<Duration>) {
    // req: PWR-001
    match gap {
        None => t.flag(Flag::GapUnknown),
        Some(gap) if gap > t.config.long_gap => t.flag(Flag::GapLong),
        Some(_) => {}
    }
    let by_itself = t.state.phase.is_cooling() && gap.is_some_and(|gap| gap <= t.config.short_gap);
    let allowed = t.state.restarts < t.config.restart_limit;
    if by_itself && !allowed {
        t.flag(Flag::RestartLimit);
    }
    let waited = waited_for(t);
    let cooled = t.state.phase.is_cooling();
    t.interrupt(Phase::Recovery, Reason::POWER_GAP);
    // Nobody has come because the power went.
    if by_itself && allowed {
        t.state.attendance = waited.in_minutes();
        t.state.restarts = t.state.restarts.saturating_add(1);
        t.state.restart_left = t.config.restart_window;
    } else if !cooled || waited.is_over() {
        t.state.attendance = waited.at_most(t.config.recovery_limit);
    }
}

/// The limit on waiting that goes on. Whoever resumed a moment before was there, and what cooling goes back to has its own
/// limit then: that one goes on, less the time since.
fn waited_for(t: &Transition<'_>) -> Attendance {
    let state = &t.state;
    let resumed =
        state.phase == Phase::Recool && !state.unattended && state.attendance.is_watching();
    match state.goal.filter(|_| resumed) {
        Some(goal) => t.attendance_in(goal).spent(state.clock.elapsed),
        None => state.attendance,
    }
}

/// Time in `recovery` while cooling may return by itself: the self-test must pass and the cap must
/// be coupled within the window. Gives the time that is left to wait for somebody, `None` where cooling returned.
pub(super) fn return_by_itself(t: &mut Transition<'_>, dt: Duration) -> Option<Duration> {
    // req: SES-020
    let state = &t.state;
    let window = state.restart_left;
    if window.is_zero() {
        return Some(dt);
    }
    let healthy = super::answer::check_health(state).is_ok();
    let goal = state.treatment().filter(|_| healthy && state.seen.coupled() && state.worn);
    if let Some(goal) = goal {
        let waited = t.waited(dt);
        t.recool(goal, Reason::POWER_GAP);
        (t.state.attendance, t.state.unattended) = (waited, true);
        return None;
    }
    if window > dt {
        t.state.restart_left = window.minus(dt);
        return Some(dt);
    }
    t.state.attendance = t.waited(window);
    t.give_up_return();
    Some(dt.minus(window))
}
