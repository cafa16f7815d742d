//! Session and interlock joined: the guard has the last word, and nothing is half done.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::Bench;
use bench::dice::Dice;
use coldcap::supervise::{Config, Effects, Event, State, step};
use coldcap::{Config as MachineConfig, Phase};
use coldcap_guard::interlock::{Demand, Gate, Permit};
use coldcap_guard::{Condition, Conditions, interlock};
use coldcap_session::{Accepted, Note, Observed, Progress, Refusal, Request, Role, TripClass};
use coldcap_units::{Duration, Duty, Instant};
use proptest::prelude::*;

const GOOD: Observed = Observed { cause_gone: true, ..coldcap_trial::session::GOOD };

fn config() -> Config {
    MachineConfig::reference().supervision()
}

/// One state for each phase that can be brought about, as a device holds it.
fn starts() -> &'static [State] {
    static STARTS: std::sync::OnceLock<Vec<State>> = std::sync::OnceLock::new();
    STARTS.get_or_init(|| {
        let there = |phase| {
            let mut bench: Bench<1> = Bench::new();
            bench.bring_to(phase);
            bench.device.control.checkpoint().channels[0].state
        };
        let circulating = bench::circulating();
        circulating.chain([Phase::Setup]).map(there).chain([State::default()]).collect()
    })
}

/// Found by the explorer: the answer was given, but the record never heard of it.
#[test]
fn a_start_in_the_wrong_phase_is_noted_although_a_control_sensor_is_lost() {
    let lost = Conditions::of(&[Condition::FrontSensor]);
    let (state, _) = step(&State::default(), &seconds(1, lost), &config());
    let start = Event::Request { request: Request::Start, role: Role::Nurse };
    let (after, effects) = step(&state, &start, &config());
    assert_eq!((after, effects.answer), (state, Some(Err(Refusal::WrongPhase))));
    let noted = |note| matches!(note, Note::Answered { request: 6, role: Role::Nurse, answer: -1 });
    assert!(effects.notes().any(noted));
}

fn seconds(seconds: u32, conditions: Conditions) -> Event {
    Event::Advance { dt: Duration::from_secs(seconds), seen: GOOD, conditions }
}

fn tenth(conditions: Conditions) -> Event {
    Event::Advance { dt: Duration::from_millis(100), seen: GOOD, conditions }
}

fn ask(state: &State, request: Request, role: Role) -> (State, Effects) {
    step(state, &Event::Request { request, role }, &config())
}

fn freeze() -> Conditions {
    Conditions::of(&[Condition::Freeze])
}

fn event(dice: &mut Dice) -> Event {
    match dice.roll(10) {
        0 => Event::Fact(dice.fact()),
        1..=3 => Event::Request {
            request: dice.request(),
            role: dice.pick(&[Role::Clinician, Role::Clinician, Role::Service, Role::Nurse]),
        },
        4 if dice.once_in(10) => Event::Restarted {
            gap: dice.once_in(2).then(|| Duration::from_secs(dice.roll(60) as u32)),
        },
        _ => Event::Advance {
            dt: Duration::from_millis(dice.pick(&[0, 100, 1_000, 60_000])),
            seen: Observed {
                coupled: !dice.once_in(20),
                flowing: !dice.once_in(20),
                at_target: !dice.once_in(5),
                self_test: dice.pick(&[Progress::Passed, Progress::Passed, Progress::Running]),
                ..GOOD
            },
            conditions: conditions(dice),
        },
    }
}

/// A state somewhere: from one of the phases, after a few arbitrary events.
fn wander(dice: &mut Dice) -> State {
    let start = dice.pick(starts());
    (0..dice.roll(20)).fold(start, |state, _| step(&state, &event(dice), &config()).0)
}

fn conditions(dice: &mut Dice) -> Conditions {
    let mut found = Conditions::EMPTY;
    while dice.once_in(4) {
        found = found.with(dice.pick(&Condition::ALL));
    }
    found
}

/// What holds after every step.
fn check(before: &State, event: &Event, after: &State, effects: &Effects) {
    let config = config();
    let (demand, permit) = (after.demand(&config), after.permit(&config));
    assert_eq!(demand.circulate, after.session.phase().circulates());
    match event {
        // The guard was heard: what it denies is not even asked for.
        Event::Advance { .. } => {
            assert!(!demand.circulate || permit.circulate, "{before:?} {event:?} {after:?}");
            assert_eq!(effects.answer, None);
        }
        Event::Request { .. } => {
            let answer = effects.answer.unwrap();
            if answer.is_err() {
                assert_eq!(before, after, "a refusal changes nothing: {event:?}");
                assert!(effects.tripped.is_empty() && effects.released.is_empty());
            }
            assert!(effects.tripped.is_empty());
            let cleared = before.session.trip() > after.session.trip();
            let freed = !effects.released.is_empty() || after.interlock.latched().is_empty();
            assert!(!cleared || freed, "the session frees nothing by itself: {event:?}");
        }
        Event::Fact(_) | Event::Restarted { .. } => assert_eq!(before.interlock, after.interlock),
        Event::WallSet { .. } => assert_eq!(before, after),
    }
    let gone = before.interlock.latched().difference(after.interlock.latched());
    assert_eq!(gone, effects.released, "{event:?}");
    let come = after.interlock.latched().difference(before.interlock.latched());
    assert_eq!(come, effects.tripped, "{event:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    // req: INT-006
    #[test]
    fn nothing_circulates_that_the_guard_denies(seed: u64) {
        let mut dice = Dice::new(seed);
        let mut state = dice.pick(starts());
        for _ in 0..200 {
            let event = event(&mut dice);
            let (after, effects) = step(&state, &event, &config());
            check(&state, &event, &after, &effects);
            prop_assert_eq!(step(&state, &event, &config()), (after, effects), "it is pure");
            state = after;
        }
    }

    /// req R13: whatever the session is, the guard says the same; and whatever is demanded, its gate leaves
    /// nothing of the pump in the step of a trip (R3).
    // req: INT-006
    #[test]
    fn the_guard_does_not_depend_on_the_session(seed: u64, demands: [u16; 3], bits: u64) {
        let (mut dice, machine) = (Dice::new(seed), config());
        let conditions = Conditions::from_bits(bits & dice.next() & dice.next());
        let wanted = Demand {
            pump: Duty(demands[0]), valve: Duty(demands[1]), chiller: Duty(demands[2]),
        };
        // Two arbitrary sessions over one and the same guard.
        let (guard, one, other) = (wander(&mut dice), wander(&mut dice), wander(&mut dice));
        // Where nobody is treated the guard hears of it.
        let nobody = [Phase::Standby, Phase::Report, Phase::Boot];
        prop_assume!([one, other].iter().all(|it| !nobody.contains(&it.session.phase())));
        let over = |session: &State| State { session: session.session, ..guard };
        let stepped = [one, other].map(|it| step(&over(&it), &tenth(conditions), &machine));
        let [(first, made), (second, made_too)] = stepped;
        prop_assert_eq!(first.permit(&machine), second.permit(&machine));
        prop_assert_eq!(first.interlock.latched(), second.interlock.latched());
        prop_assert_eq!(made.tripped, made_too.tripped);
        let alone = interlock::Event::Conditions(conditions);
        let (alone, _) = interlock::step(&guard.interlock, &alone, &machine.interlock);
        prop_assert_eq!(alone.permit(&machine.interlock), first.permit(&machine));
        let left = Gate::default().limit(Instant::ZERO, wanted, &first.permit(&machine));
        if !interlock::trips(conditions).is_empty() {
            prop_assert_eq!((left.pump, left.valve), (Duty::OFF, Duty::OFF));
            prop_assert!(!first.demand(&machine).circulate && !second.demand(&machine).circulate);
        }
    }

    /// With one control sensor lost: no demand is colder than the floor, no session begins to cool, and
    /// once degraded it stays so until nobody is treated.
    // req: INT-011
    #[test]
    fn a_degraded_session_is_warmer_and_never_begins(seed: u64) {
        let (mut dice, machine) = (Dice::new(seed), config());
        let mut state = wander(&mut dice);
        let lost = Conditions::of(&[dice.pick(&[Condition::FrontSensor, Condition::RearSensor])]);
        for _ in 0..100 {
            let before = state;
            let event = match event(&mut dice) {
                Event::Advance { dt, seen, conditions } => {
                    Event::Advance { dt, seen, conditions: conditions.union(lost) }
                }
                other => other,
            };
            state = step(&state, &event, &machine).0;
            let (was, is) = (before.session.phase(), state.session.phase());
            let demand = state.demand(&machine);
            if state.interlock.is_degraded() {
                let floor = interlock::Floor::PROPOSED;
                let cap = demand.cap;
                prop_assert!(demand.target.is_none_or(|target| target >= floor.supply));
                prop_assert!(demand.tank.is_none_or(|tank| tank >= floor.supply));
                prop_assert!(cap.is_none_or(|cap| cap.interface >= floor.interface
                    && cap.coldest_supply >= floor.supply));
            }
            let heard = matches!(event, Event::Advance { .. }) || before.interlock.lacks_control_sensor();
            if heard {
                prop_assert!(!(was == Phase::Setup && is == Phase::FitCheck), "{event:?}");
                prop_assert!(!(was == Phase::FitCheck && is.is_cooling()), "{event:?}");
            }
            if matches!(event, Event::Advance { .. }) {
                prop_assert!(!is.is_cooling() || state.interlock.is_degraded());
            }
        }
    }

    /// From every phase: one trip, and the pump is not even wanted in the same step.
    #[test]
    fn a_trip_halts_in_its_own_step(start in 0usize..10, index in 0..Condition::ALL.len()) {
        let condition = Condition::ALL[index];
        let state = starts()[start % starts().len()];
        let (state, _) = step(&state, &tenth(Conditions::EMPTY), &config());
        let (after, effects) = step(&state, &tenth(Conditions::of(&[condition])), &config());
        let trips = !interlock::trips(Conditions::of(&[condition])).is_empty();
        prop_assert_eq!(effects.tripped.contains(condition), trips);
        if trips {
            prop_assert!(!after.demand(&config()).circulate && !after.permit(&config()).circulate);
        } else {
            prop_assert!(after.permit(&config()).circulate);
        }
    }
}

#[test]
fn before_the_first_conditions_nothing_is_permitted() {
    let state = State::default();
    assert_eq!(state.permit(&config()), interlock::Permit::NONE);
    let (state, _) = ask(&state, Request::Start, Role::Clinician);
    assert_eq!(state.permit(&config()), interlock::Permit::NONE);
}

/// In a pause after a freeze whose cause is gone, with the first step of the reset taken.
fn armed() -> State {
    let cooling = starts().iter().find(|state| state.session.phase() == Phase::PreCool).unwrap();
    let (state, _) = step(cooling, &tenth(freeze()), &config());
    assert_eq!(
        (state.session.phase(), state.session.trip()),
        (Phase::Paused, TripClass::Clinician)
    );
    let (state, _) = step(&state, &seconds(1, Conditions::EMPTY), &config());
    let (state, effects) = ask(&state, CLEAR_FIRST, Role::Clinician);
    assert_eq!(effects.answer, Some(Ok(Accepted::Armed)));
    state
}

const CLEAR_FIRST: Request = Request::ClinicianReset { confirm: false };
const CLEAR: Request = Request::ClinicianReset { confirm: true };

#[test]
fn a_reset_that_the_guard_grants_frees_both() {
    let (state, effects) = ask(&armed(), CLEAR, Role::Clinician);
    assert_eq!(effects.answer, Some(Ok(Accepted::Done)));
    assert_eq!(effects.released, freeze());
    assert!(effects.notes().any(|note| note == Note::Reset { class: TripClass::Clinician }));
    assert_eq!(state.session.trip(), TripClass::None);
    assert!(state.permit(&config()).circulate && state.interlock.clinician_resets() == 1);
    assert_eq!(state.session.phase(), Phase::Paused, "a reset is not a resume");
}

// req: SES-018
#[test]
fn a_reset_that_the_guard_refuses_changes_nothing() {
    // The guard sees the cause again, or has not yet seen anything: it knows better than the session.
    let seen = interlock::Event::Conditions(freeze());
    let again = interlock::step(&armed().interlock, &seen, &config().interlock).0;
    let unjudged = interlock::State::restored(freeze(), 0);
    let spent = interlock::State::restored(freeze(), 2);
    let spent = interlock::step(
        &spent,
        &interlock::Event::Conditions(Conditions::EMPTY),
        &config().interlock,
    )
    .0;
    for interlock in [again, unjudged, spent] {
        let before = State { interlock, ..armed() };
        let (after, effects) = ask(&before, CLEAR, Role::Clinician);
        assert_eq!(effects.answer, Some(Err(Refusal::FaultActive)));
        assert_eq!(after, before);
        assert!(effects.released.is_empty());
        assert!(effects.notes().all(|note| !matches!(note, Note::Reset { .. })));
    }
}

#[test]
fn a_reset_by_the_wrong_role_reaches_neither() {
    for role in [Role::Observer, Role::Nurse, Role::Panel] {
        let before = armed();
        let (after, effects) = ask(&before, CLEAR, role);
        assert_eq!((after, effects.answer), (before, Some(Err(Refusal::NotPermitted(role)))));
    }
}

#[test]
fn the_third_freeze_of_a_session_is_for_service() {
    let mut state = armed();
    for resets in 1..=2 {
        (state, _) = ask(&state, CLEAR, Role::Clinician);
        assert_eq!(state.interlock.clinician_resets(), resets);
        (state, _) = step(&state, &tenth(freeze()), &config());
        (state, _) = step(&state, &tenth(Conditions::EMPTY), &config());
        (state, _) = ask(&state, CLEAR_FIRST, Role::Clinician);
    }
    assert_eq!(ask(&state, CLEAR, Role::Clinician).1.answer, Some(Err(Refusal::ServiceDue)));
    let still = Permit { circulate: false, chill: false, power: true };
    assert_eq!(state.permit(&config()), still, "its channel; the power is the other one's, too");
}

#[test]
fn resuming_frees_an_operators_trip_and_no_other() {
    let cooling = starts().iter().find(|state| state.session.phase() == Phase::PreCool).unwrap();
    let kink = Conditions::of(&[Condition::FlowLost]);
    let (state, _) = step(cooling, &tenth(kink), &config());
    assert_eq!(state.session.phase(), Phase::Paused);
    let (state, _) = step(&state, &tenth(Conditions::EMPTY), &config());
    let (state, _) = ask(&state, Request::Resume { reason: 1, confirm: false }, Role::Nurse);
    assert!(!state.permit(&config()).circulate, "the first of two steps frees nothing");
    let (state, effects) = ask(&state, Request::Resume { reason: 1, confirm: true }, Role::Nurse);
    assert_eq!((effects.answer, effects.released), (Some(Ok(Accepted::Done)), kink));
    assert!(state.permit(&config()).circulate && state.session.phase() == Phase::Recool);
}
