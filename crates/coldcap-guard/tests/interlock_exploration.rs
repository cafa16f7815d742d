//! The interlock explored exhaustively: every state that can be reached, every event in it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_guard::interlock::{
    Config, Demand, Effects, Event, Floor, Gate, Permit, ResetClass, ResetRefusal, State,
    TripClass, holds_power, limit, step, trips,
};
use coldcap_guard::{Condition, Conditions};
use coldcap_units::{Coolant, Duty, Instant, Interface};
use proptest::prelude::*;
use std::collections::HashSet;

/// The trip classes, written down by hand from the design rules.
fn class_by_hand(condition: Condition) -> Option<TripClass> {
    match condition.name() {
        "flow_lost" | "pump_stopped" | "cap_uncoupled" | "power_held" => Some(TripClass::Operator),
        "freeze" | "safety_sensor" | "supply_sensor" | "front_sensor" | "rear_sensor"
        | "loop_implausible" | "freeze_ahead" | "safety_disagrees" => Some(TripClass::Clinician),
        "chiller_stuck" | "leak" | "permit_mismatch" | "valve_stuck" | "pump_runs_on" => {
            Some(TripClass::Service)
        }
        _ => None,
    }
}

fn trips_by_hand(present: Conditions) -> Conditions {
    let both = present.contains(Condition::FrontSensor) && present.contains(Condition::RearSensor);
    let control = |c| matches!(c, Condition::FrontSensor | Condition::RearSensor);
    present.iter().filter(|&c| class_by_hand(c).is_some() && (both || !control(c))).collect()
}

/// Power is held by what service alone resets, whatever else is latched.
#[test]
fn power_is_held_by_the_trips_of_service_alone() {
    for condition in Condition::ALL {
        let held = holds_power(Conditions::of(&[condition]));
        assert_eq!(held, class_by_hand(condition) == Some(TripClass::Service), "{condition}");
        let beside = Conditions::of(&[condition, Condition::Freeze, Condition::PowerHeld]);
        assert_eq!(holds_power(beside), held, "{condition}");
    }
}

fn worst_by_hand(set: Conditions) -> Option<TripClass> {
    set.iter().filter_map(class_by_hand).max()
}

const EXPLORED: [Condition; 7] = [
    Condition::Freeze,
    Condition::FreezeNear,
    Condition::FrontSensor,
    Condition::RearSensor,
    Condition::FlowLost,
    Condition::Leak,
    Condition::TankSensor,
];

fn events() -> Vec<Event> {
    let subset = |bits: u32| {
        EXPLORED.into_iter().enumerate().filter(move |(i, _)| bits >> i & 1 == 1).map(|(_, c)| c)
    };
    let mut events: Vec<_> =
        (0..1 << EXPLORED.len()).map(|bits| Event::Conditions(subset(bits).collect())).collect();
    let resets = [ResetClass::Operator, ResetClass::Clinician, ResetClass::Service];
    events.extend(resets.map(Event::Reset));
    events.extend([Event::SessionBegan, Event::SessionOver, Event::VisitOver]);
    events
}

/// One transition of the automaton, beside the count of clinician's resets that the test keeps.
struct Transition {
    before: State,
    event: Event,
    after: State,
    effects: Effects,
    granted_in_session: u32,
    config: Config,
}

/// Visits every transition that can be reached from power-up; returns how many states there are.
fn explore(config: Config, mut visit: impl FnMut(&Transition)) -> usize {
    let events = events();
    let start = (State::new(), 0u32);
    let mut seen = HashSet::from([start]);
    let mut frontier = vec![start];
    while let Some((before, granted)) = frontier.pop() {
        for &event in &events {
            let (after, effects) = step(&before, &event, &config);
            let granted_in_session = match (event, effects.answer) {
                (Event::SessionBegan, _) => 0,
                (Event::Reset(ResetClass::Clinician), Some(Ok(())))
                    if worst_by_hand(before.latched()) == Some(TripClass::Clinician) =>
                {
                    granted + 1
                }
                _ => granted,
            };
            assert!(granted_in_session <= u32::from(Config::MOST_CLINICIAN_RESETS), "no end of it");
            visit(&Transition { before, event, after, effects, granted_in_session, config });
            if seen.insert((after, granted_in_session)) {
                frontier.push((after, granted_in_session));
            }
        }
    }
    seen.len()
}

fn every_transition(visit: impl Fn(&Transition)) {
    for resets in 0..=2 {
        explore(Config::new(resets), &visit);
    }
}

impl Transition {
    fn granted(&self) -> Option<ResetClass> {
        match (self.event, self.effects.answer) {
            (Event::Reset(by), Some(Ok(()))) => Some(by),
            _ => None,
        }
    }

    fn permits(&self) -> (Permit, Permit) {
        (self.before.permit(&self.config), self.after.permit(&self.config))
    }
}

#[test]
fn the_space_is_closed_and_not_trivial() {
    let mut transitions = 0u64;
    let mut refusals = HashSet::new();
    let states = explore(Config::default(), |t| {
        transitions += 1;
        refusals.extend(t.effects.answer.and_then(Result::err));
    });
    println!("interlock: {states} states, {transitions} transitions");
    assert!(states > 1_000);
    let expected = [
        ResetRefusal::NothingLatched,
        ResetRefusal::CauseRemains,
        ResetRefusal::NeedsClass(TripClass::Clinician),
        ResetRefusal::NeedsClass(TripClass::Service),
    ];
    assert_eq!(refusals, HashSet::from(expected));
}

// req: INT-004
#[test]
fn a_permit_returns_after_a_trip_only_by_a_granted_reset() {
    every_transition(|t| {
        let (before, after) = t.permits();
        let was_latched = !t.before.latched().is_empty();
        if t.event == Event::VisitOver {
            return; // It has a test of its own.
        }
        if was_latched && t.granted().is_none() {
            assert!(before.circulate || !after.circulate);
            assert!(t.after.latched().contains_all(t.before.latched()));
        }
        let severe = worst_by_hand(t.before.latched()) >= Some(TripClass::Clinician);
        if severe && t.granted().is_none() {
            assert!(before.chill || !after.chill);
        }
        let judged = before.power || was_latched;
        if judged && t.granted().is_none() {
            let spent_only = matches!(t.event, Event::SessionBegan);
            assert!(before.power || !after.power || (!severe && spent_only));
        }
        assert_eq!(t.effects.released.is_empty(), t.granted().is_none());
    });
}

// req: INT-022
#[test]
fn the_end_of_a_visit_releases_what_an_operator_would_and_nothing_else() {
    every_transition(|t| {
        if t.event != Event::VisitOver {
            return;
        }
        let gone = t.before.latched().difference(t.after.latched());
        assert_eq!(gone, t.effects.released);
        assert!(worst_by_hand(gone) <= Some(TripClass::Operator), "{gone:?}");
        assert_eq!(t.after.clinician_resets(), t.before.clinician_resets());
        let (before, after) = t.permits();
        assert_eq!((before.chill, before.power), (after.chill, after.power));
        // What still holds is latched still.
        let again = step(&t.after, &t.event, &t.config).0;
        assert_eq!(again, t.after);
        if worst_by_hand(t.before.latched()) > Some(TripClass::Operator) {
            assert!(!after.circulate);
        }
    });
}

#[test]
fn a_trip_cuts_in_the_very_step() {
    every_transition(|t| {
        let Event::Conditions(present) = t.event else { return };
        let expected = t.before.latched().union(trips_by_hand(present));
        assert_eq!(t.after.latched(), expected);
        assert_eq!(t.effects.tripped, expected.difference(t.before.latched()));
        let (_, permit) = t.permits();
        let worst = worst_by_hand(expected);
        assert_eq!(permit.circulate, worst.is_none());
        assert!(!permit.chill || worst < Some(TripClass::Clinician));
        assert!(!permit.power || worst < Some(TripClass::Service));
        assert!(!permit.chill || !present.contains(Condition::TankSensor));
        assert!(permit.power || (!permit.chill && !permit.circulate));
    });
}

// req: INT-005
#[test]
fn a_service_trip_leaves_by_service_only() {
    every_transition(|t| {
        if t.effects.released.contains(Condition::Leak) {
            assert_eq!(t.granted(), Some(ResetClass::Service));
        }
        let clinicians = Conditions::of(&[Condition::Freeze, Condition::FrontSensor]);
        if t.effects.released.intersects(clinicians) {
            assert!(t.granted() >= Some(ResetClass::Clinician));
        }
    });
}

// req: INT-011
#[test]
fn a_session_is_degraded_from_the_loss_of_a_control_sensor_to_its_end() {
    every_transition(|t| {
        let expected = match t.event {
            Event::Conditions(present) => {
                let control = [Condition::FrontSensor, Condition::RearSensor];
                t.before.is_degraded() || control.into_iter().any(|c| present.contains(c))
            }
            Event::SessionOver => false,
            Event::Reset(_) | Event::SessionBegan | Event::VisitOver => t.before.is_degraded(),
        };
        assert_eq!(t.after.is_degraded(), expected);
        let floor = expected.then_some(Floor::PROPOSED);
        assert_eq!(t.after.floor(&t.config), floor);
        let told = t.after.conditions(&t.config).contains(Condition::Degraded);
        assert_eq!(told, expected);
        if t.event == Event::SessionOver {
            assert_eq!(t.after.latched(), t.before.latched());
            assert_eq!(t.permits().1, t.permits().0);
        }
    });
}

#[test]
fn a_floor_can_only_be_warmer() {
    let at = |supply, interface| Floor {
        supply: Coolant::from_milli(supply),
        interface: Interface::from_milli(interface),
    };
    let lost = Event::Conditions(Conditions::of(&[Condition::RearSensor]));
    for (asked, given) in [
        (at(-9_000, -1), Floor::PROPOSED),
        (at(2_000, 1), at(2_000, 5_000)),
        (at(-1, 8_000), at(0, 8_000)),
    ] {
        let config = Config::default().with_floor(asked);
        let (state, _) = step(&State::new(), &lost, &config);
        assert_eq!(state.floor(&config), Some(given));
        assert!(state.permit(&config).circulate && state.lacks_control_sensor());
    }
}

// req: SES-027
#[test]
fn clinicians_reset_at_most_twice_a_session() {
    for allowed in 0..=2 {
        let mut most = 0;
        explore(Config::new(allowed), |t| most = most.max(t.granted_in_session));
        assert_eq!(most, u32::from(allowed));
    }
    assert_eq!(Config::new(200), Config::default());
}

#[test]
fn spent_resets_need_service_and_stop_their_channel() {
    every_transition(|t| {
        let spent = t.after.conditions(&t.config).contains(Condition::ResetsSpent);
        let clinician = worst_by_hand(t.after.latched()) == Some(TripClass::Clinician);
        let budget = t.after.clinician_resets() >= if t.config == Config::new(0) { 0 } else { 2 };
        if t.config != Config::new(1) {
            assert_eq!(spent, clinician && budget);
        }
        if spent {
            assert_eq!(t.after.class(&t.config), Some(TripClass::Service));
            // The power is the other channel's as well, and nothing is wrong with it.
            let still = Permit { circulate: false, chill: false, power: true };
            assert_eq!(t.permits().1, if t.after == State::new() { Permit::NONE } else { still });
        }
    });
}

#[test]
fn a_reset_waits_for_its_cause() {
    every_transition(|t| {
        let Some(by) = t.granted() else { return };
        let worst = worst_by_hand(t.before.latched());
        assert!(by as u8 >= worst.unwrap() as u8);
        // Nothing that still holds was released, and the worst class is gone.
        let (again, _) = step(&t.before, &t.event, &t.config);
        assert_eq!(again, t.after);
        assert!(worst_by_hand(t.after.latched()) < worst);
        for event in events() {
            let Event::Conditions(present) = event else { continue };
            let (same, effects) = step(&t.before, &event, &t.config);
            if same == t.before {
                assert!(!trips_by_hand(present).intersects(t.effects.released), "{effects:?}");
                let near = present.contains(Condition::FreezeNear);
                assert!(!near || !t.effects.released.contains(Condition::Freeze));
            }
        }
    });
}

#[test]
fn a_gone_cause_is_one_that_service_can_clear() {
    assert!(!State::new().cause_gone());
    every_transition(|t| {
        let (reset, effects) = step(&t.after, &Event::Reset(ResetClass::Service), &t.config);
        let cleared = effects.answer == Some(Ok(())) && reset.latched().is_empty();
        if !t.after.latched().is_empty() {
            assert_eq!(t.after.cause_gone(), cleared);
        } else if matches!(t.event, Event::Conditions(_)) {
            assert!(t.after.cause_gone());
        }
    });
}

#[test]
fn a_refusal_changes_nothing_and_the_state_is_canonical() {
    every_transition(|t| {
        if let Some(Err(_)) = t.effects.answer {
            assert_eq!(t.after, t.before);
        }
        assert!(t.after.latched().iter().all(|c| class_by_hand(c).is_some()));
        if let Event::Conditions(present) = t.event {
            let beside = Conditions::of(&[Condition::TooWarm, Condition::LinkLost]);
            let more = Event::Conditions(present.union(beside));
            let (same, _) = step(&t.before, &more, &t.config);
            assert_eq!(same, t.after);
            assert_eq!(step(&t.after, &t.event, &t.config).0, t.after);
        }
    });
}

// req: SES-021
#[test]
fn service_brings_every_state_back_once_the_causes_are_gone() {
    every_transition(|t| {
        let (clear, _) = step(&t.after, &Event::Conditions(Conditions::EMPTY), &t.config);
        let (reset, _) = step(&clear, &Event::Reset(ResetClass::Service), &t.config);
        assert_eq!(reset.permit(&t.config), Permit::ALL);
    });
}

#[test]
fn a_session_begins_without_releasing_or_refilling_a_latched_trip() {
    every_transition(|t| {
        if t.event == Event::SessionBegan {
            assert_eq!(t.after.latched(), t.before.latched());
            let severe = worst_by_hand(t.before.latched()) >= Some(TripClass::Clinician);
            let expected = if severe { t.before.clinician_resets() } else { 0 };
            assert_eq!(t.after.clinician_resets(), expected);
            assert_eq!(t.after.class(&t.config), t.before.class(&t.config));
        }
    });
}

// req: INT-003
#[test]
fn every_condition_trips_as_the_design_says() {
    let config = Config::default();
    for condition in Condition::ALL {
        let alone = Conditions::of(&[condition]);
        assert_eq!(TripClass::of(condition), class_by_hand(condition), "{condition}");
        assert_eq!(trips(alone), trips_by_hand(alone), "{condition}");
        let (state, _) = step(&State::new(), &Event::Conditions(alone), &config);
        let permit = state.permit(&config);
        let worst = worst_by_hand(trips_by_hand(alone));
        let blocked = matches!(condition, Condition::TankSensor | Condition::EvaporatorCold);
        assert_eq!(permit.circulate, worst.is_none(), "{condition}");
        assert_eq!(permit.chill, worst < Some(TripClass::Clinician) && !blocked, "{condition}");
        assert_eq!(permit.power, worst < Some(TripClass::Service), "{condition}");
    }
}

// req: INT-010
#[test]
fn chilling_comes_back_with_the_tank_sensor() {
    let config = Config::default();
    let tank = Event::Conditions(Conditions::of(&[Condition::TankSensor]));
    let (state, _) = step(&State::new(), &tank, &config);
    assert_eq!(state.permit(&config), Permit { circulate: true, chill: false, power: true });
    let (state, _) = step(&state, &Event::Conditions(Conditions::EMPTY), &config);
    assert_eq!(state.permit(&config), Permit::ALL);
}

#[test]
fn power_up_allows_nothing_and_switching_off_resets_nothing() {
    let config = Config::default();
    assert_eq!(State::new().permit(&config), Permit::NONE);
    let stored = State::restored(Conditions::of(&[Condition::Freeze, Condition::TooWarm]), 1);
    assert_eq!(stored.latched(), Conditions::of(&[Condition::Freeze]));
    let (blind, effects) = step(&stored, &Event::Reset(ResetClass::Service), &config);
    assert_eq!((blind, effects.answer), (stored, Some(Err(ResetRefusal::CauseRemains))));
    let (judged, _) = step(&stored, &Event::Conditions(Conditions::EMPTY), &config);
    assert!(!judged.permit(&config).circulate);
    let (reset, _) = step(&judged, &Event::Reset(ResetClass::Clinician), &config);
    assert_eq!((reset.permit(&config), reset.clinician_resets()), (Permit::ALL, 2));
}

#[test]
fn a_reset_leaves_lesser_causes_that_still_hold() {
    let config = Config::default();
    let uncoupled = Conditions::of(&[Condition::CapUncoupled]);
    let both = Event::Conditions(uncoupled.with(Condition::Freeze));
    let (state, _) = step(&State::new(), &both, &config);
    let (state, _) = step(&state, &Event::Conditions(uncoupled), &config);
    let (state, effects) = step(&state, &Event::Reset(ResetClass::Clinician), &config);
    assert_eq!(effects.answer, Some(Ok(())));
    assert_eq!(state.latched(), uncoupled);
    assert!(!state.permit(&config).circulate && state.permit(&config).chill);
    let (state, effects) = step(&state, &Event::Reset(ResetClass::Operator), &config);
    assert_eq!(effects.answer, Some(Err(ResetRefusal::CauseRemains)));
    let (state, _) = step(&state, &Event::Conditions(Conditions::EMPTY), &config);
    let (state, _) = step(&state, &Event::Reset(ResetClass::Operator), &config);
    assert_eq!(state.permit(&config), Permit::ALL);
    assert_eq!(state.clinician_resets(), 1);
}

fn any_permit() -> impl Strategy<Value = Permit> {
    any::<[bool; 3]>().prop_map(|[circulate, chill, power]| Permit { circulate, chill, power })
}

fn any_demand() -> impl Strategy<Value = Demand> {
    any::<[u16; 3]>().prop_map(|[pump, valve, chiller]| Demand {
        pump: Duty(pump),
        valve: Duty(valve),
        chiller: Duty(chiller),
    })
}

proptest! {
    // req: INT-007
    #[test]
    fn a_limit_never_raises_a_demand(wanted in any_demand(), permit in any_permit()) {
        let left = limit(wanted, &permit);
        prop_assert!(left.pump <= wanted.pump);
        prop_assert!(left.valve <= wanted.valve);
        prop_assert!(left.chiller <= wanted.chiller);
        prop_assert_eq!(limit(left, &permit), left);
        prop_assert_eq!(limit(wanted, &Permit::ALL), wanted);
        if !permit.circulate || !permit.power {
            prop_assert_eq!((left.pump, left.valve), (Duty::OFF, Duty::OFF));
        }
        if !permit.chill || !permit.power {
            prop_assert_eq!(left.chiller, Duty::OFF);
        }
        let (mut gate, now) = (Gate::default(), Instant::from_millis(7));
        prop_assert_eq!(gate.limit(now, wanted, &permit), left);
        prop_assert_eq!(gate.last_step(), Some(now));
    }

    // req: CHN-002
    #[test]
    fn a_shared_permit_gives_no_more_than_its_channels(
        permits in prop::collection::vec(any_permit(), 0..4),
    ) {
        let shared = Permit::shared(&permits);
        let power = !permits.is_empty() && permits.iter().all(|permit| permit.power);
        let any = |given: fn(&Permit) -> bool| power && permits.iter().any(given);
        prop_assert_eq!(shared.power, power);
        prop_assert_eq!(shared.chill, any(|permit| permit.chill));
        prop_assert_eq!(shared.circulate, any(|permit| permit.circulate));
    }

    /// All 39 conditions, long random histories: a trip stays until a reset is granted.
    #[test]
    fn long_histories_keep_what_is_latched(
        history in prop::collection::vec((any::<u64>(), any::<u64>(), 0u8..8), 1..200),
    ) {
        let config = Config::default();
        let mut state = State::new();
        for (a, b, kind) in history {
            let event = match kind {
                0 => Event::Reset(ResetClass::Operator),
                1 => Event::Reset(ResetClass::Clinician),
                2 => Event::Reset(ResetClass::Service),
                3 => Event::SessionBegan,
                4 => Event::Conditions(Conditions::EMPTY),
                _ => Event::Conditions(Conditions::from_bits(a & b & a.rotate_left(31))),
            };
            let (next, effects) = step(&state, &event, &config);
            if effects.answer != Some(Ok(())) {
                prop_assert!(next.latched().contains_all(state.latched()));
            }
            prop_assert_eq!(next.latched().is_empty(), next.permit(&config).circulate
                || next == State::new());
            prop_assert!(next.clinician_resets() <= 2);
            state = next;
        }
    }
}
