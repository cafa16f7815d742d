//! Planted defects: step functions that are wrong in one thing, to see that the explorer finds it.
//!
//! Each wraps the shipped step, so that nothing but the one thing differs.

use coldcap::supervise::{Config, Effects, Event, State, step};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::{Accepted, Fact, Phase, Refusal, Request, Role};
use coldcap_units::Duration;

/// A planted defect.
#[derive(Clone, Copy, Debug)]
pub struct Defect {
    /// What is wrong.
    pub name: &'static str,
    /// The properties of which one must find it.
    pub found_by: &'static [&'static str],
    /// The step function.
    pub step: fn(&State, &Event, &Config) -> (State, Effects),
}

/// All of them.
pub const DEFECTS: [Defect; 10] = [
    Defect {
        name: "a refusal re-arms the limit on waiting",
        found_by: &["R1"],
        step: refusal_acts,
    },
    Defect { name: "the pump stays on after a service trip", found_by: &["R3", "R3b"], step: deaf },
    Defect { name: "resume needs no first step", found_by: &["R10"], step: resume_at_once },
    Defect { name: "a break's clock stands still", found_by: &["R2"], step: break_stands_still },
    Defect { name: "safe hold forgets the infusion", found_by: &["C2b"], step: forgets_infusion },
    Defect {
        name: "a recovery resumes by itself after any gap",
        found_by: &["R10", "C5"],
        step: any_gap,
    },
    Defect { name: "stop is refused while infusing", found_by: &["C1", "R4"], step: no_stop },
    Defect { name: "still coolant counts as cooling", found_by: &["R11"], step: credits_still },
    Defect {
        name: "nobody need be there: every tick acknowledges",
        found_by: &["L1", "R14"],
        step: attended,
    },
    Defect {
        name: "a nurse's reset is a clinician's",
        found_by: &["R4", "C7"],
        step: nurse_resets,
    },
];

fn asks(event: &Event, wanted: Request) -> bool {
    matches!(event, Event::Request { request, .. } if *request == wanted)
}

fn then(state: &State, request: Request, role: Role, config: &Config) -> State {
    step(state, &Event::Request { request, role }, config).0
}

fn refusal_acts(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    let (after, effects) = step(state, event, config);
    match effects.answer {
        Some(Err(_)) => (then(&after, Request::Acknowledge, Role::Nurse, config), effects),
        _ => (after, effects),
    }
}

fn deaf(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    match *event {
        Event::Advance { dt, seen, conditions } => {
            let conditions = conditions.difference(Conditions::of(&[Condition::Leak]));
            step(state, &Event::Advance { dt, seen, conditions }, config)
        }
        _ => step(state, event, config),
    }
}

fn resume_at_once(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    if asks(event, Request::Resume { reason: 1, confirm: true }) {
        let armed = then(state, Request::Resume { reason: 1, confirm: false }, Role::Nurse, config);
        return step(&armed, event, config);
    }
    step(state, event, config)
}

fn break_stands_still(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    match *event {
        Event::Advance { seen, conditions, .. } if state.session.phase() == Phase::Paused => {
            step(state, &Event::Advance { dt: Duration::ZERO, seen, conditions }, config)
        }
        _ => step(state, event, config),
    }
}

fn forgets_infusion(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    let (after, effects) = step(state, event, config);
    let held = after.session.phase() == Phase::SafeHold;
    if held && state.session.phase() != Phase::SafeHold {
        let ended = Fact::DrugEnded { drug: 1, hair_toxic: true };
        return (step(&after, &Event::Fact(ended), config).0, effects);
    }
    (after, effects)
}

fn any_gap(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    match event {
        Event::Restarted { .. } => {
            let (_, effects) = step(state, event, config);
            let short = Event::Restarted { gap: Some(Duration::ZERO) };
            (step(state, &short, config).0, effects)
        }
        _ => step(state, event, config),
    }
}

fn no_stop(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    if asks(event, Request::Stop) && state.session.phase() == Phase::Infusing {
        let mut effects = Effects::default();
        effects.answer = Some(Err(Refusal::WrongPhase));
        return (*state, effects);
    }
    step(state, event, config)
}

fn credits_still(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    match *event {
        Event::Advance { dt, mut seen, conditions } => {
            seen.flowing |= seen.coupled;
            step(state, &Event::Advance { dt, seen, conditions }, config)
        }
        _ => step(state, event, config),
    }
}

fn attended(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    let (after, effects) = step(state, event, config);
    match event {
        Event::Advance { .. } => (then(&after, Request::Acknowledge, Role::Nurse, config), effects),
        _ => (after, effects),
    }
}

fn nurse_resets(state: &State, event: &Event, config: &Config) -> (State, Effects) {
    if asks(event, Request::Resume { reason: 1, confirm: true }) {
        let clinician = |confirm| Request::ClinicianReset { confirm };
        let armed = then(state, clinician(false), Role::Clinician, config);
        let event = Event::Request { request: clinician(true), role: Role::Clinician };
        let (after, effects) = step(&armed, &event, config);
        if effects.answer == Some(Ok(Accepted::Done)) {
            return (after, effects);
        }
    }
    step(state, event, config)
}
