//! Every state that a small configuration can reach, by breadth-first search over the real `step`.

use super::*;
use std::collections::{HashMap, HashSet};
use std::vec;
use std::vec::Vec;

const TICK: Duration = Duration::from_mins(5);
const MOST_STATES: usize = 600_000;

/// Every limit is one or two ticks long.
fn small() -> Config {
    let two = TICK.plus(TICK);
    Config {
        boot_limit: two,
        fit_limit: two,
        fit_check_limit: two,
        target_hold: TICK,
        overrun: TICK,
        ready_limit: two,
        ready_grace: TICK,
        infusing_limit: TICK,
        recool_limit: two,
        waiting_grace: TICK,
        break_grace: TICK,
        recovery_limit: two,
        restart_window: two,
        restart_limit: 1,
        thaw_minimum: TICK,
        thaw_maximum: two,
        longest_amendment: TICK,
        reset_limit: 1,
        ..Config::DEFAULT
    }
}

fn ticks() -> Vec<Event> {
    let (isothermal, contact) = (Progress::Failed, Progress::Failed);
    let bad = Observed { isothermal, contact, calibration_due: true, ..GOOD };
    let apart = Observed { coupled: false, flowing: false, cause_gone: false, ..GOOD };
    let waiting = Observed { coupled: true, flowing: true, ..Observed::default() };
    [GOOD, bad, apart, waiting].map(|seen| Event::Advance { dt: TICK, seen }).into()
}

fn others() -> Vec<Event> {
    let by = |role| move |request| Event::Request { request, role };
    let two_steps = [false, true].into_iter().flat_map(|confirm| {
        [
            by(Role::Clinician)(Request::ConfirmFit { confirm }),
            by(Role::Nurse)(Request::Resume { reason: 1, confirm }),
            by(Role::Nurse)(Request::EndSession { reason: 1, confirm }),
            by(Role::Clinician)(Request::ClinicianReset { confirm }),
            by(Role::Service)(Request::ServiceReset { confirm }),
        ]
    });
    let short = PlanRequest { break_total: TICK, ..plan(10, PostClock::Cooled) };
    let single = [
        Request::StartFit,
        Request::Measure(HEAD),
        Request::select(PATIENT),
        Request::ChoosePlan(short),
        Request::Start,
        Request::Worn(true),
        Request::Worn(false),
        Request::Pause(1),
        Request::Stop,
        Request::ConfirmRemoved,
        Request::Close,
        Request::Cancel,
        Request::Acknowledge,
        Request::Amend(Amendment { mark: Mark::Ended, drug: 1, earlier: TICK, reason: 1 }),
        Request::Amend(Amendment { mark: Mark::Started, drug: 1, earlier: TICK, reason: 1 }),
    ];
    let facts = [
        Fact::DrugStarted { drug: 1, hair_toxic: true },
        Fact::DrugEnded { drug: 1, hair_toxic: true },
        Fact::CapOff,
    ];
    let deny = |class| Event::Interlock { circulate_denied: true, class };
    let away = |seconds| Event::Restarted { gap: Some(Duration::from_secs(seconds)) };
    let mut events: Vec<Event> = two_steps.collect();
    events.extend(single.map(by(Role::Nurse)));
    events.extend(facts.map(Event::Fact));
    events.extend([TripClass::Operator, TripClass::Clinician, TripClass::Service].map(deny));
    events.extend([away(20), away(300), Event::Restarted { gap: None }]);
    events
}

/// Time in a phase matters only where a limit reads it; the rest is for the report.
fn key(state: State, config: &Config) -> State {
    let most = match state.phase {
        Phase::Boot | Phase::FitCalibrate | Phase::FitVerify | Phase::FitCheck => {
            state.clock.elapsed
        }
        Phase::Thaw => config.thaw_maximum,
        Phase::Recool if state.unattended => config.recool_limit,
        _ => Duration::ZERO,
    };
    let elapsed = state.clock.elapsed.min(most);
    State { clock: PhaseClock { elapsed, ..PhaseClock::default() }, ..state }
}

struct Space {
    states: Vec<State>,
    /// For each state, where the ticks lead.
    ticked: Vec<Vec<usize>>,
    /// For each state, where anything leads.
    next: Vec<Vec<usize>>,
    refusals: HashSet<u8>,
}

fn explore(config: &Config) -> Space {
    let (ticks, others) = (ticks(), others());
    let mut places = HashMap::from([(State::new(), 0usize)]);
    let mut space = Space {
        states: vec![State::new()],
        ticked: vec![],
        next: vec![],
        refusals: HashSet::new(),
    };
    let mut at = 0;
    while at < space.states.len() {
        let state = space.states[at];
        let mut next = vec![];
        for event in ticks.iter().chain(&others) {
            let (after, effects) = checked_step(&state, event, config);
            if let Some(Err(refusal)) = effects.answer {
                space.refusals.insert(refusal.code());
            }
            let after = key(after, config);
            let place = *places.entry(after).or_insert_with(|| {
                space.states.push(after);
                space.states.len() - 1
            });
            next.push(place);
        }
        space.ticked.push(next[..ticks.len()].to_vec());
        next.sort_unstable();
        next.dedup();
        space.next.push(next);
        at += 1;
        assert!(space.states.len() < MOST_STATES, "the space is larger than this test allows");
    }
    space
}

/// Whether ticks, seeing whatever they like, can keep circulating for ever among these states: remove
/// states without a tick to another of them until none is left.
fn can_circulate_for_ever(space: &Space, within: impl Fn(&State) -> bool) -> Option<State> {
    let inside: Vec<bool> = space.states.iter().map(within).collect();
    let mut waits: Vec<usize> = space
        .ticked
        .iter()
        .map(|next| next.iter().filter(|place| inside[**place]).count())
        .collect();
    let mut before = vec![vec![]; space.states.len()];
    for (from, next) in space.ticked.iter().enumerate() {
        for to in next.iter().filter(|to| inside[**to]) {
            before[*to].push(from);
        }
    }
    let mut ends: Vec<usize> =
        (0..inside.len()).filter(|place| inside[*place] && waits[*place] == 0).collect();
    let mut left = inside.clone();
    while let Some(place) = ends.pop() {
        left[place] = false;
        for from in before[place].iter().filter(|from| inside[**from]) {
            waits[*from] -= 1;
            if waits[*from] == 0 {
                ends.push(*from);
            }
        }
    }
    left.iter().position(|stuck| *stuck).map(|place| space.states[place])
}

/// How many states have no way to any state of a phase.
fn cannot_reach(space: &Space, phase: Phase) -> usize {
    let mut before = vec![vec![]; space.states.len()];
    for (from, next) in space.next.iter().enumerate() {
        for to in next {
            before[*to].push(from);
        }
    }
    let mut reaches: Vec<bool> = space.states.iter().map(|state| state.phase == phase).collect();
    let mut open: Vec<usize> = (0..reaches.len()).filter(|place| reaches[*place]).collect();
    while let Some(place) = open.pop() {
        for from in &before[place] {
            if !reaches[*from] {
                reaches[*from] = true;
                open.push(*from);
            }
        }
    }
    reaches.iter().filter(|reaches| !**reaches).count()
}

// req: SES-018, SES-022
#[test]
fn every_reachable_state_of_a_small_configuration_keeps_the_rules() {
    let config = small();
    let space = explore(&config);
    std::println!("{} states", space.states.len());
    for phase in Phase::ALL {
        assert!(space.states.iter().any(|state| state.phase == phase), "{phase} was never reached");
        assert_eq!(cannot_reach(&space, phase), 0, "some states have no way to {phase}");
    }
    let unattended = |state: &State| state.phase.circulates() && !state.drugs.running();
    assert_eq!(can_circulate_for_ever(&space, unattended), None);
    // Not vacuous: with a drug running, cooling does go on for as long as the drip does.
    let attended = |state: &State| state.phase.circulates();
    assert!(can_circulate_for_ever(&space, attended).is_some());
    // The alphabet of this search cannot provoke these: out of range, not permitted, contraindicated.
    let expected: HashSet<u8> =
        (1..=15).chain([20]).filter(|code| ![9, 11, 12].contains(code)).collect();
    assert_eq!(space.refusals, expected);
}
