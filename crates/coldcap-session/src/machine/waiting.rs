//! Limits on going on without an operator.

use super::Attendance;
use super::transition::Transition;
use crate::note::{Flag, Reason};
use crate::phase::Phase;
use coldcap_units::Duration;

/// Time passes at a phase that waits for an operator: first a flag, then, unless a hair-toxic drug
/// runs or somebody has begun a resume, the end of the session.
pub(super) fn wait(t: &mut Transition<'_>, dt: Duration) {
    // req: SES-008
    match t.state.attendance {
        Attendance::Watching(left) | Attendance::Break(left) if left <= dt => run_over(t),
        Attendance::Watching(_) if recools_for_long(t) => run_over(t),
        Attendance::Over(left) | Attendance::BreakOver(left) if left <= dt && may_end(t) => {
            t.finish(Reason::UNATTENDED);
        }
        _ => t.state.attendance = t.waited(dt),
    }
}

fn run_over(t: &mut Transition<'_>) {
    // req: SES-009
    let in_break = matches!(t.state.attendance, Attendance::Break(_));
    t.flag(if in_break { Flag::BreakOver } else { Flag::Waiting });
    let grace = if in_break { t.config.break_grace } else { grace(t) };
    t.state.attendance =
        if in_break { Attendance::BreakOver(grace) } else { Attendance::Over(grace) };
    if grace.is_zero() && may_end(t) {
        t.finish(Reason::UNATTENDED);
    }
}

/// From the flag to the end: what the phase has, or the one that cooling is about to return to by itself.
fn grace(t: &Transition<'_>) -> Duration {
    match t.state.awaited() {
        Phase::Ready => t.config.ready_grace,
        Phase::Recovery => t.config.break_grace,
        _ => t.config.waiting_grace,
    }
}

/// Cooling that returned by itself keeps the limit of what it returned to; the way there has its own.
fn recools_for_long(t: &Transition<'_>) -> bool {
    t.state.unattended && t.state.clock.elapsed >= t.config.recool_limit
}

/// Nobody waits for the second step of a resume, and no hair-toxic drug runs.
fn may_end(t: &Transition<'_>) -> bool {
    !t.state.is_resuming() && !t.state.drugs.running()
}
