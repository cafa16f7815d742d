//! Limits on going on without an operator.

use super::Attendance;
use super::transition::Transition;
use crate::note::{Flag, Reason};
use crate::phase::Phase;
use coldcap_units::Duration;

/// Time passes at a phase that waits for an operator: first a flag, then, unless a hair-toxic drug
/// runs, the end of the session.
pub(super) fn wait(t: &mut Transition<'_>, dt: Duration) {
    // req: SES-008
    match t.state.attendance {
        Attendance::Watching(left) if left <= dt => run_over(t),
        Attendance::Over(left) | Attendance::BreakOver(left)
            if left <= dt && !t.state.drugs.running() =>
        {
            t.finish(Reason::UNATTENDED);
        }
        _ => t.state.attendance = t.waited(dt),
    }
}

fn run_over(t: &mut Transition<'_>) {
    // req: SES-009
    let in_break = t.state.phase == Phase::Paused;
    t.flag(if in_break { Flag::BreakOver } else { Flag::Waiting });
    let grace = match t.state.phase {
        Phase::Ready => t.config.ready_grace,
        Phase::Paused => t.config.break_grace,
        Phase::Recovery => Duration::ZERO,
        _ => t.config.waiting_grace,
    };
    t.state.attendance =
        if in_break { Attendance::BreakOver(grace) } else { Attendance::Over(grace) };
    if grace.is_zero() && !t.state.drugs.running() {
        t.finish(Reason::UNATTENDED);
    }
}
