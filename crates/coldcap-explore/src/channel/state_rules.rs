//! What holds in every state: I1 to I10.

use super::rules::{StateRule, Verdict, circulates};
use coldcap::supervise::{Config, State};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::{Phase, Target, TripClass};
use coldcap_units::{Coolant, Duration, Interface};

const CONTROL: Conditions = Conditions::of(&[Condition::FrontSensor, Condition::RearSensor]);

/// The rules about states, in order of their ids.
pub(super) const STATE_RULES: &[StateRule] = &[
    StateRule {
        id: "I1",
        text: "the tank is wished cold only by a channel that circulates, prepares or pauses",
        check: tank_is_wished_by_need,
    },
    StateRule {
        // req: SES-017
        id: "I2",
        text: "coolant moves only for a patient, in a phase that circulates, and cold only under a worn cap",
        check: circulates_for_somebody,
    },
    StateRule {
        // req: INT-002
        id: "I3",
        text: "with the safety sensor distrusted nothing moves",
        check: |state, config| {
            let bad = state.interlock.latched().contains(Condition::SafetySensor);
            Verdict::implies(bad, !circulates(state, config))
        },
    },
    StateRule {
        // req: INT-003
        id: "I4",
        text: "with both control sensors distrusted nothing moves",
        check: |state, config| {
            let both = state.interlock.latched().contains_all(CONTROL);
            Verdict::implies(both, !circulates(state, config))
        },
    },
    StateRule {
        // req: INT-011
        id: "I4b",
        text: "with one control sensor distrusted nothing is asked for below 0 °C of supply and 5 °C of face",
        check: degraded_is_warm,
    },
    StateRule {
        // req: INT-004
        id: "I5",
        text: "while any trip is latched nothing moves, and a service trip cuts the power",
        check: latched_is_off,
    },
    StateRule {
        id: "I5b",
        text: "nothing is permitted before any condition was judged",
        check: |state, config| {
            let fresh = state.interlock == coldcap_guard::interlock::State::new();
            let nothing = coldcap_guard::interlock::Permit::NONE;
            Verdict::implies(fresh, state.permit(config) == nothing)
        },
    },
    StateRule {
        // req: SES-007
        id: "I6",
        text: "a treatment is an infusion exactly while a hair-toxic drug runs, safe hold included",
        check: |state, _| {
            let treatment = state.session.treatment();
            let infusing = treatment == Some(Phase::Infusing);
            Verdict::implies(treatment.is_some(), infusing == state.session.drugs().running())
        },
    },
    StateRule {
        // req: SES-028
        id: "I7",
        text: "budgets, resets, restarts and targets keep their limits",
        check: limits_are_kept,
    },
    StateRule {
        id: "I8",
        text: "safe hold stands on a trip that only service resets",
        check: |state, _| {
            let held = state.session.phase() == Phase::SafeHold;
            Verdict::implies(held, state.session.trip() == TripClass::Service)
        },
    },
    StateRule {
        // req: SES-022
        id: "I10",
        text: "states are canonical: dead fields are zero",
        check: |state, _| Verdict::implies(true, state.session.is_canonical()),
    },
];

fn tank_is_wished_by_need(state: &State, config: &Config) -> Verdict {
    let phase = state.session.phase();
    let prepares = matches!(phase, Phase::FitMeasure | Phase::Setup | Phase::Paused);
    Verdict::implies(state.demand(config).tank.is_some(), phase.circulates() || prepares)
}

fn circulates_for_somebody(state: &State, config: &Config) -> Verdict {
    let session = &state.session;
    let demand = state.demand(config);
    let cold = demand.target.is_some() || demand.cap.is_some();
    let planned = session.plan().is_some() || session.phase().is_fit_visit();
    Verdict::implies(
        demand.circulate,
        session.phase().circulates()
            && session.patient().is_some()
            && planned
            && (!cold || session.is_worn())
            && session.trip() < TripClass::Clinician,
    )
}

/// The floor, written down from its reason: no part of a cap under coolant of 0 °C freezes tissue.
fn degraded_is_warm(state: &State, config: &Config) -> Verdict {
    let demand = state.demand(config);
    let supplies = [demand.target, demand.tank, demand.cap.map(|cap| cap.coldest_supply)];
    let warm = supplies.into_iter().flatten().all(|supply| supply >= Coolant::from_milli(0));
    let face = demand.cap.is_none_or(|cap| cap.interface >= Interface::from_milli(5_000));
    let asks = demand.tank.is_some() && state.interlock.is_degraded();
    Verdict::implies(asks, warm && face)
}

fn latched_is_off(state: &State, config: &Config) -> Verdict {
    let latched = state.interlock.latched();
    let worst = coldcap_guard::interlock::TripClass::worst(latched);
    let power = state.permit(config).power;
    let cut = worst != Some(coldcap_guard::interlock::TripClass::Service) || !power;
    Verdict::implies(!latched.is_empty(), !circulates(state, config) && cut)
}

fn limits_are_kept(state: &State, config: &Config) -> Verdict {
    let session = &state.session;
    let Some(plan) = session.plan() else { return Verdict::Silent };
    let extension = Duration::from_mins(u32::from(config.session.extension_limit));
    let longest = plan.post().max(plan.pre()).plus(extension);
    let planned = session.planned_left().is_none_or(|left| left <= longest);
    let counts = session.restarts() <= config.session.restart_limit
        && session.resets() <= config.session.reset_limit
        && state.interlock.clinician_resets() <= 2;
    let target = match (session.target(&config.session), plan.target()) {
        (Some(Target::Coolant(now)), Target::Coolant(planned)) => {
            now >= planned && now <= planned.max(config.session.warmest_target)
        }
        (Some(Target::Cap(now)), Target::Cap(planned)) => {
            now >= planned && now <= planned.max(config.session.warmest_interface)
        }
        _ => false,
    };
    let breaks = session.break_left() <= plan.break_total();
    Verdict::implies(true, planned && counts && target && breaks)
}
