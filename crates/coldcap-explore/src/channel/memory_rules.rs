//! What a step must remember, count and take away. Where a rule needs to know what the guard must do, it is written
//! down here a second time, from the rules and not from the guard's own tables.

use super::rules::{Seen, StepRule, Verdict};
use coldcap::supervise::Event;
use coldcap_guard::interlock::{self, Permit};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::{Accepted, Phase, Refusal, Request, Target};
use coldcap_units::Duration;

/// The rules about what steps remember and count.
pub(super) const MEMORY_RULES: &[StepRule] = &[
    StepRule {
        id: "R3c",
        text: "each condition takes away in its own step what the rules say that it takes",
        costly: false,
        check: conditions_take_what_is_written,
    },
    StepRule {
        id: "R13b",
        text: "what is latched goes by a reset alone, which says so, or, an operator's, once nobody is treated; facts, gaps and clocks leave the interlock as it is",
        costly: false,
        check: latches_go_by_resets,
    },
    StepRule {
        id: "C2e",
        text: "safe hold remembers the treatment that it interrupts",
        costly: false,
        check: |seen| {
            let was = seen.before.session.treatment();
            let held = seen.after.session.phase() == Phase::SafeHold;
            let told = matches!(seen.event, Event::Fact(_));
            let knows = seen.after.session.treatment() == was;
            Verdict::implies(held && was.is_some() && !told, knows)
        },
    },
    StepRule {
        id: "C4d",
        text: "planned minutes pass by being cooled and grow by an extension: no look, pause or resume gives more",
        costly: false,
        check: planned_minutes_only_pass,
    },
    StepRule {
        id: "C5",
        text: "breaks use up their budget as they last, and nothing gives it back",
        costly: false,
        check: breaks_are_counted,
    },
    StepRule {
        id: "C6b",
        text: "a session begins with its own figures: nothing of another patient or try is left, and no drip of the same one is lost",
        costly: false,
        check: begins_afresh,
    },
    StepRule {
        id: "C6c",
        text: "easing off that is answered as done makes what is asked for warmer at once; it is refused at the warmest alone",
        costly: false,
        check: easing_off_is_felt,
    },
    StepRule {
        id: "C7d",
        text: "a reset by a clinician is counted in the session and in the guard, which never counts fewer",
        costly: false,
        check: clinicians_resets_are_counted,
    },
    StepRule {
        id: "C7e",
        text: "a reset releases only what is gone",
        costly: false,
        check: |seen| {
            let asked = matches!(seen.event, Event::Request { .. });
            let some = asked && !seen.effects.released.is_empty();
            let rest = !seen.after.interlock.latched().is_empty();
            Verdict::implies(some, rest || seen.before.interlock.cause_gone())
        },
    },
    StepRule {
        id: "C9",
        text: "each return by itself is counted, and no count is taken back while the treatment lasts",
        costly: false,
        check: returns_are_counted,
    },
    StepRule {
        id: "C10",
        text: "an uncoupled cap stops circulation in the same step",
        costly: false,
        check: |seen| {
            let Event::Advance { seen: sight, .. } = seen.event else { return Verdict::Silent };
            Verdict::implies(!sight.coupled, !seen.after.demand(seen.config).circulate)
        },
    },
    StepRule {
        id: "C11",
        text: "a cap that thaws is ready when it has warmed for its minimum and is warm, or after the longest thaw",
        costly: false,
        check: thaw_takes_its_time,
    },
];

const OPERATOR: [Condition; 4] =
    [Condition::FlowLost, Condition::PumpStopped, Condition::CapUncoupled, Condition::PowerHeld];
const CLINICIAN: [Condition; 6] = [
    Condition::Freeze,
    Condition::FreezeAhead,
    Condition::SafetySensor,
    Condition::SafetyDisagrees,
    Condition::SupplySensor,
    Condition::LoopImplausible,
];
const SERVICE: [Condition; 5] = [
    Condition::ChillerStuck,
    Condition::Leak,
    Condition::PermitMismatch,
    Condition::ValveStuck,
    Condition::PumpRunsOn,
];
const BOTH_SENSORS: Conditions = Conditions::of(&[Condition::FrontSensor, Condition::RearSensor]);
const NO_CHILL: Conditions = Conditions::of(&[Condition::TankSensor, Condition::EvaporatorCold]);

fn conditions_take_what_is_written(seen: &Seen<'_>) -> Verdict {
    let Event::Advance { conditions, .. } = *seen.event else { return Verdict::Silent };
    let any = |list: &[Condition]| conditions.intersects(Conditions::of(list));
    let clinician = any(&CLINICIAN) || conditions.contains_all(BOTH_SENSORS);
    let trips = any(&OPERATOR) || clinician || any(&SERVICE);
    let permit = seen.after.permit(seen.config);
    let still = !trips || (!permit.circulate && !seen.circulates_after());
    let warm = !(clinician || any(&SERVICE) || conditions.intersects(NO_CHILL)) || !permit.chill;
    let dead = !any(&SERVICE) || permit == Permit::NONE;
    let spoken = trips || conditions.intersects(NO_CHILL);
    Verdict::implies(spoken, still && warm && dead)
}

fn latches_go_by_resets(seen: &Seen<'_>) -> Verdict {
    let (before, after) = (&seen.before.interlock, &seen.after.interlock);
    let gone = before.latched().difference(after.latched());
    let told = gone == seen.effects.released;
    match seen.event {
        Event::Fact(_) | Event::Restarted { .. } | Event::WallSet { .. } => {
            Verdict::implies(true, before == after)
        }
        Event::Advance { .. } => {
            let over = matches!(seen.after.session.phase(), Phase::Standby | Phase::Report);
            let small = interlock::TripClass::worst(gone) <= Some(interlock::TripClass::Operator);
            Verdict::implies(true, told && (gone.is_empty() || (over && small)))
        }
        Event::Request { .. } => Verdict::implies(true, told),
    }
}

/// Whether a treatment goes on in this step, interrupted or not, with the same treatment phase.
fn goes_on(seen: &Seen<'_>) -> bool {
    let before = seen.before.session.treatment();
    before.is_some() && before == seen.after.session.treatment()
}

fn planned_minutes_only_pass(seen: &Seen<'_>) -> Verdict {
    let (before, after) = (&seen.before.session, &seen.after.session);
    let planned = matches!(before.treatment(), Some(Phase::PreCool | Phase::PostCool));
    let (Some(was), Some(is)) = (before.planned_left(), after.planned_left()) else {
        return Verdict::Silent;
    };
    let done = seen.effects.answer == Some(Ok(Accepted::Done));
    let may = match *seen.event {
        Event::Request { request: Request::Extend(minutes), .. } if done => {
            is == was.plus(Duration::from_mins(u32::from(minutes)))
        }
        Event::Request { request: Request::Amend(_), .. } | Event::Restarted { .. } => is <= was,
        // What post-cooling counts is C4.
        Event::Advance { dt, .. } => is <= was && is >= was.minus(dt),
        _ => is == was,
    };
    Verdict::implies(planned && goes_on(seen), may)
}

fn breaks_are_counted(seen: &Seen<'_>) -> Verdict {
    let (before, after) = (&seen.before.session, &seen.after.session);
    let used = match *seen.event {
        Event::Advance { dt, .. } if is_break(seen) => dt,
        Event::Restarted { gap } => gap.unwrap_or(before.break_left()),
        _ => Duration::ZERO,
    };
    let left = before.break_left().minus(used);
    let both = before.treatment().is_some() && after.treatment().is_some();
    Verdict::implies(both, after.break_left() == left)
}

/// Whether the time of a step passes in a break: the interlock speaks before it passes.
fn is_break(seen: &Seen<'_>) -> bool {
    let phase = seen.before.session.phase();
    let denied = !seen.after.permit(seen.config).circulate;
    let held = seen.after.session.phase() == Phase::SafeHold;
    !held && (phase.is_interrupted() || (phase.is_cooling() && denied))
}

fn begins_afresh(seen: &Seen<'_>) -> Verdict {
    let after = &seen.after.session;
    if seen.effects.answer != Some(Ok(Accepted::Done)) {
        return Verdict::Silent;
    }
    match *seen.event {
        Event::Request { request: Request::SelectPatient { patient, .. }, .. } => {
            let before = &seen.before.session;
            let same = before.patient().is_some_and(|known| known.id == patient.id);
            let bare = after.plan().is_none() && !after.is_worn();
            let drugs =
                if same { after.drugs() == before.drugs() } else { !after.drugs().running() };
            Verdict::implies(true, bare && drugs)
        }
        Event::Request { request: Request::Start, .. } => {
            let Some(plan) = after.plan() else { return Verdict::Broken };
            let own = after.target(&seen.config.session) == Some(plan.target())
                && after.break_left() == plan.break_total()
                && after.restarts() == 0;
            Verdict::implies(true, own)
        }
        _ => Verdict::Silent,
    }
}

fn easing_off_is_felt(seen: &Seen<'_>) -> Verdict {
    if !matches!(seen.event, Event::Request { request: Request::EaseOff, .. }) {
        return Verdict::Silent;
    }
    if seen.effects.answer == Some(Err(Refusal::LimitReached)) {
        return Verdict::implies(true, is_warmest(seen));
    }
    let done = seen.effects.answer == Some(Ok(Accepted::Done));
    let [before, after] = [seen.before, seen.after].map(|state| state.demand(seen.config));
    let warmer = match (before.cap, after.cap) {
        (Some(before), Some(after)) => after.interface > before.interface,
        _ => after.target > before.target,
    };
    Verdict::implies(done && before.circulate && seen.before.session.phase().is_cooling(), warmer)
}

fn is_warmest(seen: &Seen<'_>) -> bool {
    let config = &seen.config.session;
    match seen.before.session.target(config) {
        Some(Target::Coolant(supply)) => supply >= config.warmest_target,
        Some(Target::Cap(interface)) => interface >= config.warmest_interface,
        None => false,
    }
}

fn clinicians_resets_are_counted(seen: &Seen<'_>) -> Verdict {
    let reset = matches!(
        seen.event,
        Event::Request { request: Request::ClinicianReset { confirm: true }, .. }
    );
    let done = seen.effects.answer == Some(Ok(Accepted::Done));
    let (before, after) = (seen.before, seen.after);
    // Before every visit there is no session to count in.
    let visit = !matches!(after.session.phase(), Phase::Boot | Phase::Standby);
    let counts = u8::from(visit);
    let session = after.session.resets() == before.session.resets().saturating_add(counts);
    let spent =
        before.interlock.class(&seen.config.interlock) == Some(interlock::TripClass::Clinician);
    let guard = after.interlock.clinician_resets()
        == before.interlock.clinician_resets().saturating_add(u8::from(spent));
    let never_fewer = after.session.resets() <= after.interlock.clinician_resets();
    let counted = !(reset && done) || (session && guard);
    Verdict::implies((reset && done) || after.session.resets() > 0, counted && never_fewer)
}

fn returns_are_counted(seen: &Seen<'_>) -> Verdict {
    let (before, after) = (&seen.before.session, &seen.after.session);
    let lasts = before.treatment().is_some() && after.treatment().is_some();
    let gap = matches!(seen.event, Event::Restarted { .. });
    let opened = gap && after.timers(&seen.config.session).restart.is_some();
    let counted = before.restarts().saturating_add(u8::from(opened));
    Verdict::implies(lasts, after.restarts() == counted)
}

fn thaw_takes_its_time(seen: &Seen<'_>) -> Verdict {
    let Event::Advance { dt, seen: sight, .. } = *seen.event else { return Verdict::Silent };
    let (before, after) = (&seen.before.session, &seen.after.session);
    let ends = before.phase() == Phase::Thaw && after.phase() == Phase::CapOff;
    let (elapsed, config) = (before.clock().elapsed.plus(dt), &seen.config.session);
    let warmed = elapsed >= config.thaw_minimum && sight.removable;
    Verdict::implies(ends, warmed || elapsed >= config.thaw_maximum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_here_is_every_condition_that_trips() {
        for condition in Condition::ALL {
            let here = [(&OPERATOR[..], 1), (&CLINICIAN[..], 2), (&SERVICE[..], 3)];
            let written = here.into_iter().find(|(list, _)| list.contains(&condition));
            let guards = interlock::trips(Conditions::of(&[condition]));
            assert_eq!(written.is_some(), !guards.is_empty(), "{condition}");
            let class = interlock::TripClass::worst(guards).map(|class| class as u8);
            assert_eq!(written.map(|(_, class)| class), class, "{condition}");
        }
    }
}
