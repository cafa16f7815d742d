//! The alarms: every subset, every state of a small world, and the words of the rules.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_guard::alarm::{
    AUDIO_PAUSE, Change, Changes, Event, Harm, Onset, Priority, Refusal, Row, State, TABLE, step,
};
use coldcap_guard::{Condition, Conditions};
use coldcap_units::Duration;
use proptest::prelude::*;
use std::collections::HashSet;

/// The priorities, written down by hand.
fn priority_by_hand(condition: Condition) -> u8 {
    match condition.name() {
        "freeze" | "freeze_ahead" | "chiller_stuck" | "leak" | "permit_mismatch"
        | "valve_stuck" | "pump_runs_on" => 3,
        "return_sensor" | "link_lost" | "too_warm" | "contact_doubtful" | "waiting"
        | "restarted" | "valve_unseen" | "cold_dose" | "degraded" | "calibration_due" => 1,
        _ => 2,
    }
}

fn highest_by_hand(set: Conditions) -> u8 {
    set.iter().map(priority_by_hand).max().unwrap_or(0)
}

fn after(state: State, event: Event) -> State {
    step(&state, &event).0
}

fn with(conditions: &[Condition]) -> State {
    after(State::new(), Event::Conditions(Conditions::of(conditions)))
}

fn seconds(seconds: u32) -> Event {
    Event::Advance(Duration::from_secs(seconds))
}

fn window(first: usize) -> Vec<Condition> {
    (0..12).map(|offset| Condition::ALL[(first + offset) % 39]).collect()
}

fn subset(rows: &[Condition], bits: usize) -> Vec<Condition> {
    (0..rows.len()).filter(|index| bits >> index & 1 == 1).map(|index| rows[index]).collect()
}

#[test]
fn the_highest_priority_of_every_subset_of_twelve_rows() {
    for first in 0..39 {
        let rows = window(first);
        for bits in 0..1 << 12 {
            let set: Conditions = subset(&rows, bits).into_iter().collect();
            let state = after(State::new(), Event::Conditions(set));
            assert_eq!(state.highest().code(), highest_by_hand(set), "{set:?}");
            assert_eq!(state.sounding(), state.highest(), "{set:?}");
        }
    }
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let arrive = |order: &mut dyn Iterator<Item = Condition>| {
        let mut present = Conditions::EMPTY;
        order.fold(State::new(), |state, condition| {
            present = present.with(condition);
            after(state, Event::Conditions(present))
        })
    };
    for first in [0, 8, 13] {
        for bits in 0..1 << 12 {
            let set = subset(&window(first), bits);
            let forward = arrive(&mut set.iter().copied());
            let backward = arrive(&mut set.iter().rev().copied());
            assert_eq!(forward, backward);
            assert_eq!(forward.highest().code(), highest_by_hand(set.into_iter().collect()));
            assert_eq!(forward.leading(), backward.leading());
        }
    }
}

#[test]
fn the_matrix_of_harm_and_onset() {
    use {Harm::*, Onset::*, Priority::*};
    let matrix = [
        (Irreversible, [High, High, Medium]),
        (Reversible, [High, Medium, Low]),
        (Minor, [Medium, Low, Low]),
    ];
    for (harm, row) in matrix {
        let assessed = [Immediate, Prompt, Delayed].map(|onset| Priority::assess(harm, onset));
        assert_eq!(assessed, row, "{harm:?}");
    }
    for row in &TABLE {
        assert_eq!(row.priority.code(), priority_by_hand(row.condition), "{}", row.name());
        assert_eq!(row.priority, Priority::assess(row.harm, row.onset));
    }
}

const WORLD: [Condition; 5] = [
    Condition::LinkLost,
    Condition::FlowLost,
    Condition::PumpStopped,
    Condition::Leak,
    Condition::BreakOver,
];

fn world_events() -> Vec<Event> {
    let mut events: Vec<_> = (0..1 << WORLD.len())
        .map(|bits| Event::Conditions(subset(&WORLD, bits).into_iter().collect()))
        .collect();
    events.extend([Event::Acknowledge, Event::AudioPause, seconds(60)]);
    events
}

/// Visits every transition that can be reached; returns the number of states.
fn explore(mut visit: impl FnMut(&State, &Event, &State, &Changes)) -> usize {
    let events = world_events();
    let mut seen = HashSet::from([State::new()]);
    let mut frontier = vec![State::new()];
    while let Some(before) = frontier.pop() {
        for event in &events {
            let (next, changes) = step(&before, event);
            visit(&before, event, &next, &changes);
            if seen.insert(next) {
                frontier.push(next);
            }
        }
    }
    seen.len()
}

#[test]
fn a_small_world_keeps_every_rule() {
    let mut transitions = 0u64;
    let states = explore(|before, event, next, changes| {
        transitions += 1;
        state_rules(next);
        step_rules(before, event, next, changes);
    });
    println!("alarms: {states} states, {transitions} transitions");
    assert!(states > 500);
}

fn present(state: &State) -> Conditions {
    state.active().difference(ended_latching(state))
}

/// What is active only because it latches, seen from outside: it is gone after an acknowledgement.
fn ended_latching(state: &State) -> Conditions {
    state.active().difference(after(*state, Event::Acknowledge).active())
}

fn state_rules(state: &State) {
    assert!(present(state).contains_all(state.acknowledged()));
    assert!(!state.occurred().intersects(state.active()));
    assert!(state.active().contains_all(state.signalling()));
    assert!(state.sounding() <= state.highest());
    assert!(state.audio_pause() <= AUDIO_PAUSE);
    assert!(state.audio_pause().is_zero() || state.sounding() == Priority::None);
    // An inhibition hides a row, never its urgency.
    let all = state.active().iter().map(|c| state.priority(c)).max().unwrap_or_default();
    assert_eq!(state.highest(), all);
    // Only flow_lost is hidden here, and only while the pump has stopped.
    let hidden = state.active().difference(state.signalling());
    let cause = present(state).contains(Condition::PumpStopped);
    let flow_lost = Conditions::EMPTY.with_if(Condition::FlowLost, cause);
    assert_eq!(hidden, state.active().intersection(flow_lost));
    assert_eq!(state.leading().map_or(Priority::None, |c| state.priority(c)), state.highest());
}

fn step_rules(before: &State, event: &Event, next: &State, changes: &Changes) {
    if let Some(Err(_)) = changes.answer {
        assert_eq!(next, before);
    }
    let gone = before.active().difference(next.active());
    assert_eq!(changes.cleared, gone);
    match event {
        Event::Conditions(now) => conditions_rules(before, *now, next, changes),
        Event::Acknowledge => {
            let empty = before.active().is_empty() && before.occurred().is_empty();
            assert_eq!(changes.answer == Some(Err(Refusal::NothingToAcknowledge)), empty);
            assert!(next.occurred().is_empty());
            assert!(gone.iter().all(|c| Row::of(c).latching));
            assert_eq!(next.sounding(), Priority::None);
            assert_eq!(present(next), present(before));
        }
        Event::AudioPause => {
            assert_eq!(next.active(), before.active());
            assert_eq!(next.acknowledged(), before.acknowledged());
            assert_eq!(next.sounding(), Priority::None);
        }
        Event::Advance(_) => {
            assert!(gone.is_empty() && changes.rose.is_empty());
            assert_eq!(next.active(), before.active());
        }
    }
}

fn conditions_rules(before: &State, now: Conditions, next: &State, changes: &Changes) {
    // What lingers was there, and its row says for how long it may.
    let lingering = present(next).difference(now);
    assert!(present(next).contains_all(now) && present(before).contains_all(lingering));
    assert!(lingering.iter().all(|c| !Row::of(c).clear_delay.is_zero()));
    assert_eq!(changes.rose, now.difference(present(before)));
    // Latching: an alarm that was not acknowledged does not go by itself.
    for condition in changes.cleared {
        assert!(!Row::of(condition).latching || before.acknowledged().contains(condition));
    }
    // A mark stays for what came and went unacknowledged.
    for condition in changes.cleared.iter().filter(|&c| !Row::of(c).latching) {
        assert_eq!(next.occurred().contains(condition), !before.acknowledged().contains(condition));
    }
    // Anything new of medium or high priority that signals is heard.
    let urgent = |c: &Condition| next.priority(*c) >= Priority::Medium;
    let new = changes.rose.intersection(next.signalling());
    if let Some(most) = new.iter().filter(urgent).map(|c| next.priority(c)).max() {
        assert!(next.audio_pause().is_zero());
        assert!(next.sounding() >= most);
    }
}

#[test]
fn the_audio_pause_ends_by_itself_and_by_anything_urgent() {
    let paused = after(with(&[Condition::BreakOver]), Event::AudioPause);
    assert_eq!((paused.highest(), paused.sounding()), (Priority::Medium, Priority::None));
    let almost = after(paused, Event::Advance(Duration::from_millis(119_999)));
    assert_eq!(almost.sounding(), Priority::None);
    assert_eq!(
        after(almost, Event::Advance(Duration::from_millis(1))).sounding(),
        Priority::Medium
    );

    for new in Condition::ALL.into_iter().filter(|&c| c != Condition::BreakOver) {
        let both = Conditions::of(&[Condition::BreakOver, new]);
        let heard = after(paused, Event::Conditions(both)).sounding().code();
        let expected = match priority_by_hand(new) {
            1 => 0,
            priority => priority,
        };
        assert_eq!(heard, expected, "{new}");
    }
}

#[test]
fn a_second_press_starts_the_pause_anew_and_never_longer() {
    let paused = after(with(&[Condition::BreakOver]), Event::AudioPause);
    let again = after(after(paused, seconds(100)), Event::AudioPause);
    assert_eq!(again.audio_pause(), AUDIO_PAUSE);
}

#[test]
fn a_pause_does_not_outlive_what_it_silenced() {
    let paused = after(with(&[Condition::Waiting]), Event::AudioPause);
    let quiet = after(paused, Event::Conditions(Conditions::EMPTY));
    assert!(quiet.audio_pause().is_zero());
    let heard = after(quiet, Event::Conditions(Conditions::of(&[Condition::Restarted])));
    assert_eq!(heard.sounding(), Priority::Low);
}

#[test]
fn nothing_to_acknowledge_nothing_to_pause() {
    let (state, changes) = step(&State::new(), &Event::Acknowledge);
    assert_eq!(changes.answer, Some(Err(Refusal::NothingToAcknowledge)));
    assert_eq!(state, State::new());
    let (state, changes) = step(&State::new(), &Event::AudioPause);
    assert_eq!(changes.answer, Some(Err(Refusal::NothingToPause)));
    assert_eq!(state, State::new());
    let acknowledged = after(with(&[Condition::Leak]), Event::Acknowledge);
    let (_, changes) = step(&acknowledged, &Event::AudioPause);
    assert_eq!(changes.answer, Some(Err(Refusal::NothingToPause)));
}

#[test]
fn acknowledging_reaches_only_what_signals_at_the_press() {
    let state = after(with(&[Condition::BreakOver]), Event::Acknowledge);
    assert_eq!((state.highest(), state.sounding()), (Priority::Medium, Priority::None));
    let later = Conditions::of(&[Condition::BreakOver, Condition::LevelLow]);
    assert_eq!(after(state, Event::Conditions(later)).sounding(), Priority::Medium);

    // flow_lost was hidden behind the pump: it is heard when the pump turns again.
    let both = with(&[Condition::PumpStopped, Condition::FlowLost]);
    let state = after(both, Event::Acknowledge);
    assert_eq!(state.acknowledged(), Conditions::of(&[Condition::PumpStopped]));
    let (state, changes) = step(&state, &Event::Conditions(Conditions::of(&[Condition::FlowLost])));
    assert_eq!(state.sounding(), Priority::Medium);
    assert!(changes.rose.is_empty());
}

#[test]
fn the_leading_alarm_is_urgent_then_unanswered_then_first() {
    let state = with(&[Condition::FreezeNear, Condition::BreakOver, Condition::Waiting]);
    assert_eq!(state.leading(), Some(Condition::FreezeNear));
    let both = Conditions::of(&[Condition::FreezeNear, Condition::Waiting]);
    let state = after(after(State::new(), Event::Conditions(both)), Event::Acknowledge);
    assert_eq!(state.leading(), Some(Condition::FreezeNear));
    let state = after(state, Event::Conditions(both.with(Condition::BreakOver)));
    assert_eq!(state.leading(), Some(Condition::BreakOver));
}

#[test]
fn what_is_hidden_is_reported_all_the_same() {
    let uncoupled = Conditions::of(&[Condition::CapUncoupled]);
    let state = after(State::new(), Event::Conditions(uncoupled));
    let both = uncoupled.with(Condition::FlowLost);
    let (state, changes) = step(&state, &Event::Conditions(both));
    assert_eq!(changes.rose, Conditions::of(&[Condition::FlowLost]));
    assert!(changes.iter().eq([Change::Rose(Condition::FlowLost)]));
    assert_eq!((state.signalling(), state.active()), (uncoupled, both));
}

#[test]
fn a_latched_alarm_goes_by_acknowledgement_and_end_in_either_order() {
    let none = Event::Conditions(Conditions::EMPTY);
    let leak = with(&[Condition::Leak]);
    assert_eq!(after(leak, none).highest(), Priority::High);
    assert_eq!(after(after(leak, none), Event::Acknowledge), State::new());
    assert_eq!(after(after(leak, Event::Acknowledge), none), State::new());
    assert_eq!(after(leak, Event::Acknowledge).highest(), Priority::High);
}

#[test]
fn what_came_and_went_leaves_a_mark() {
    let none = Event::Conditions(Conditions::EMPTY);
    let passed = after(with(&[Condition::MainsLost]), none);
    assert_eq!(passed.highest(), Priority::None);
    assert_eq!(passed.occurred(), Conditions::of(&[Condition::MainsLost]));
    assert_eq!(after(passed, Event::Acknowledge), State::new());
}

#[test]
fn an_escalation_is_heard_although_it_was_acknowledged() {
    for row in TABLE.iter().filter(|row| row.escalation.is_some()) {
        let escalation = row.escalation.unwrap();
        let before = Event::Advance(escalation.after.minus(Duration::from_millis(1)));
        let state = after(after(with(&[row.condition]), Event::Acknowledge), before);
        assert_eq!((state.highest(), state.sounding()), (row.priority, Priority::None));
        let (state, changes) = step(&state, &Event::Advance(Duration::from_millis(1)));
        assert_eq!((state.highest(), state.sounding()), (escalation.to, escalation.to));
        assert!(changes.iter().eq([Change::Escalated(row.condition)]));
        // Once: afterwards it only sounds again when the acknowledgement has run out.
        let (state, changes) = step(&after(state, Event::Acknowledge), &seconds(299));
        assert_eq!((state.sounding(), changes.escalated), (Priority::None, Conditions::EMPTY));
        let (state, changes) = step(&state, &seconds(3_600));
        assert_eq!((state.sounding(), changes.escalated), (escalation.to, Conditions::EMPTY));
        assert_eq!(changes.sounded_again, Conditions::of(&[row.condition]));
        let state = after(state, Event::Conditions(Conditions::EMPTY));
        let again = after(state, Event::Conditions(Conditions::of(&[row.condition])));
        assert_eq!(again.highest(), row.priority);
    }
}

#[test]
fn an_escalation_breaks_through_the_pause() {
    let state = after(with(&[Condition::LinkLost]), seconds(60));
    let state = after(after(state, Event::AudioPause), seconds(60));
    assert_eq!((state.sounding(), state.audio_pause()), (Priority::Medium, Duration::ZERO));
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (any::<u64>(), any::<u64>())
            .prop_map(|(a, b)| Event::Conditions(Conditions::from_bits(a & b))),
        1 => Just(Event::Acknowledge),
        1 => Just(Event::AudioPause),
        2 => (0u32..400_000).prop_map(|ms| Event::Advance(Duration::from_millis(ms))),
    ]
}

proptest! {
    /// Time in one piece is time in parts.
    #[test]
    fn time_can_be_split(
        history in prop::collection::vec(any_event(), 0..20),
        first in 0u32..700_000,
        second in 0u32..700_000,
    ) {
        let state = history.into_iter().fold(State::new(), after);
        let (first, second) = (Duration::from_millis(first), Duration::from_millis(second));
        let parts = after(after(state, Event::Advance(first)), Event::Advance(second));
        prop_assert_eq!(parts, after(state, Event::Advance(first.plus(second))));
    }

    /// All 39 rows, long random histories: the rules of the small world hold.
    #[test]
    fn long_histories_keep_the_rules(history in prop::collection::vec(any_event(), 1..60)) {
        let mut state = State::new();
        for event in history {
            let (next, changes) = step(&state, &event);
            step_rules(&state, &event, &next, &changes);
            let all = next.active().iter().map(|c| next.priority(c)).max().unwrap_or_default();
            prop_assert_eq!(next.highest(), all);
            prop_assert!(next.sounding() <= next.highest());
            prop_assert!(next.audio_pause() <= AUDIO_PAUSE);
            state = next;
        }
    }
}
