//! The alarm rules AL-1 to AL-14, one by one. The number in a test's name is the rule's.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_guard::alarm::{
    AUDIO_PAUSE, Change, Changes, Event, FIGURES, OnsetDelay, Priority, REMINDER_PERIOD, Refusal,
    Row, State, TABLE, Table, Text, TextId, silence, step,
};
use coldcap_guard::interlock::TripClass;
use coldcap_guard::{Condition, Conditions};
use coldcap_units::Duration;
use proptest::prelude::*;
use std::collections::BTreeSet;

const TICK: Duration = Duration::from_millis(100);

fn after(state: State, event: Event) -> State {
    step(&state, &event).0
}

fn with(conditions: &[Condition]) -> State {
    after(State::new(), Event::Conditions(Conditions::of(conditions)))
}

fn advance(state: State, span: Duration) -> State {
    after(state, Event::Advance(span))
}

fn just_before(span: Duration) -> Duration {
    span.minus(Duration::from_millis(1))
}

/// The rows, written down by hand: code, scope, priority, latching, escalates to medium after minutes,
/// inhibited by, clear delay in seconds.
type Written = (u8, &'static str, &'static str, bool, Option<u32>, &'static [u8], u32);

const BY_HAND: [Written; 28] = [
    (1, "channel", "high", true, None, &[], 0),
    (2, "channel", "medium", false, None, &[1], 5),
    (3, "channel", "medium", true, None, &[], 0),
    (4, "channel", "medium", true, None, &[], 0),
    (5, "channel", "medium", true, None, &[], 0),
    (6, "channel", "medium", true, None, &[], 0),
    (7, "channel", "low", false, None, &[], 0),
    (8, "machine", "medium", false, None, &[], 0),
    (9, "channel", "medium", true, None, &[10, 13], 0),
    (10, "channel", "medium", true, None, &[], 0),
    (11, "machine", "high", true, None, &[], 0),
    (12, "machine", "high", true, None, &[], 0),
    (13, "channel", "medium", true, None, &[], 0),
    (14, "machine", "medium", false, None, &[], 0),
    (15, "machine", "low", false, Some(2), &[], 0),
    (16, "machine", "medium", false, None, &[12], 5),
    (17, "channel", "low", false, Some(10), &[8, 23], 0),
    (18, "channel", "low", false, Some(10), &[], 0),
    (19, "channel", "medium", false, None, &[], 0),
    (20, "channel", "low", false, Some(10), &[], 0),
    (21, "channel", "low", false, None, &[], 0),
    (22, "channel", "medium", true, None, &[], 0),
    (23, "machine", "medium", false, None, &[], 5),
    (24, "machine", "high", true, None, &[], 0),
    (25, "channel", "medium", true, None, &[], 0),
    (26, "channel", "medium", true, None, &[], 0),
    (27, "channel", "high", true, None, &[], 0),
    (28, "channel", "low", false, None, &[], 0),
];

// req: ALM-001
#[test]
fn al_01_every_condition_has_one_static_row_and_it_says_everything() {
    for (row, written) in TABLE.iter().zip(BY_HAND) {
        let (code, scope, priority, latching, escalates, causes, clears_s) = written;
        assert_eq!(row.condition.code(), code);
        assert_eq!((row.scope.name(), row.priority.name()), (scope, priority), "{}", row.name());
        assert_eq!((row.latching, row.acknowledgeable), (latching, true), "{}", row.name());
        let after = escalates.map(|minutes| (Priority::Medium, Duration::from_mins(minutes)));
        assert_eq!(row.escalation.map(|e| (e.to, e.after)), after, "{}", row.name());
        assert!(row.inhibited_by.iter().map(Condition::code).eq(causes.iter().copied()));
        assert_eq!(row.clear_delay, Duration::from_secs(clears_s), "{}", row.name());
        assert_eq!(row.text, TextId(code));
        assert!(Text::find(row.text, &[]).is_some());
    }
}

// req: ALM-002
#[test]
fn al_02_the_priority_is_that_of_the_most_urgent_row_wherever_it_stands() {
    // A low row before a high one, and behind it: a table that is searched from one end fails in one.
    for low in [Condition::ReturnSensor, Condition::ValveUnseen] {
        for (high, priority) in [
            (Condition::Freeze, Priority::High),
            (Condition::ValveStuck, Priority::High),
            (Condition::MainsLost, Priority::Medium),
        ] {
            assert_eq!(with(&[low, high]).highest(), priority);
            let state = after(with(&[high]), Event::Conditions(Conditions::of(&[low, high])));
            assert_eq!((state.highest(), state.leading()), (priority, Some(high)));
        }
    }
    assert_eq!(with(&[Condition::Freeze]).priority(Condition::Leak), Priority::None, "not active");
}

// req: ALM-003
#[test]
fn al_03_an_inhibited_row_is_silent_found_and_logged_and_no_chain_closes() {
    let mut pairs = 0;
    for row in &TABLE {
        for cause in row.inhibited_by {
            pairs += 1;
            let both = Conditions::of(&[cause, row.condition]);
            let (state, changes) = step(&with(&[cause]), &Event::Conditions(both));
            assert_eq!((state.active(), state.signalling()), (both, Conditions::of(&[cause])));
            assert!(changes.iter().eq([Change::Rose(row.condition)]));
            assert_eq!(changes.inhibited, Conditions::of(&[row.condition]));
            assert!(!changes.signalled.contains(row.condition));
            // Its cause gone and seen, it signals by itself, and the log says so.
            let state = after(state, Event::Acknowledge);
            let span = Row::of(cause).clear_delay;
            let alone = Conditions::of(&[row.condition]);
            let (state, changes) = step(&advance(state, span), &Event::Conditions(alone));
            assert_eq!(state.signalling(), alone);
            assert_eq!(changes.signalled, alone);
            assert_eq!(state.sounding(), row.priority);
            assert!(Row::of(cause).inhibited_by.is_empty(), "a chain of two could close");
        }
    }
    assert_eq!(pairs, 12);
    assert!(Table::new(&[]).is_ok_and(|table| table == Table::SHIPPED));
}

// req: ALM-004
#[test]
fn al_04_no_row_hides_a_severe_trip_and_no_row_can_reach_the_interlock() {
    let everything = Conditions::ALL.union(Conditions::VENDOR);
    let state = after(State::new(), Event::Conditions(everything));
    for condition in Condition::ALL {
        let class = TripClass::of(condition);
        if class > Some(TripClass::Operator) {
            assert!(Row::of(condition).inhibited_by.is_empty());
            assert!(state.signalling().contains(condition), "{condition}");
        }
        if class == Some(TripClass::Operator) {
            let causes = Row::of(condition).inhibited_by.iter();
            assert!(causes.map(TripClass::of).all(|cause| cause == class), "{condition}");
        }
    }
}

#[test]
fn al_05_delays_are_constants_of_the_row_and_the_engine_adds_none() {
    for row in &TABLE {
        let (state, changes) =
            step(&State::new(), &Event::Conditions(Conditions::of(&[row.condition])));
        assert_eq!(state.sounding(), row.priority, "signals in the step that finds it");
        assert_eq!(changes.signalled, Conditions::of(&[row.condition]));
        if let OnsetDelay::Lasting(delay) = row.onset_delay {
            assert!(!delay.is_zero() && delay <= Duration::from_secs(90), "{}", row.name());
        }
        clears_after_its_delay(row, state);
    }
    // What is longer than ten seconds is long by decision and disclosed as such.
    let long = |row: &&Row| matches!(row.onset_delay, OnsetDelay::Lasting(d) if d.as_secs() > 10);
    let long: Vec<_> = TABLE.iter().filter(long).map(Row::name).collect();
    let compared = ["safety_disagrees", "face_disagrees", "heat_implausible", "flow_low"];
    assert_eq!(long, [&["chiller_stuck"][..], &compared].concat());
}

fn clears_after_its_delay(row: &Row, state: State) {
    let none = Event::Conditions(Conditions::EMPTY);
    let acknowledged = after(state, Event::Acknowledge);
    if !row.clear_delay.is_zero() {
        let early = after(advance(acknowledged, just_before(row.clear_delay)), none);
        assert!(early.active().contains(row.condition), "{}", row.name());
        // Seen again, its time begins anew.
        let seen = after(early, Event::Conditions(Conditions::of(&[row.condition])));
        let early = after(advance(seen, just_before(row.clear_delay)), none);
        assert!(early.active().contains(row.condition), "{}", row.name());
        let late = after(advance(early, Duration::from_millis(1)), none);
        assert!(late.active().is_empty(), "{}", row.name());
    }
    let (late, changes) = step(&advance(acknowledged, row.clear_delay), &none);
    assert!(late.active().is_empty() && changes.iter().eq([Change::Cleared(row.condition)]));
}

// req: ALM-006
#[test]
fn al_06_trips_and_self_tests_latch_and_the_rest_leaves_a_mark() {
    let none = Event::Conditions(Conditions::EMPTY);
    let latching = [Condition::SelfTestFailed, Condition::ResetsSpent];
    for row in &TABLE {
        let trip = TripClass::of(row.condition).is_some();
        // A control sensor trips only together with its twin, and its row latches all the same.
        let expected = trip || latching.contains(&row.condition);
        assert_eq!(row.latching, expected, "{}", row.name());
        let over = after(advance(with(&[row.condition]), row.clear_delay), none);
        let one = Conditions::of(&[row.condition]);
        let (active, mark) =
            if expected { (one, Conditions::EMPTY) } else { (Conditions::EMPTY, one) };
        assert_eq!((over.active(), over.occurred()), (active, mark), "{}", row.name());
        assert_eq!(after(over, Event::Acknowledge), State::new());
    }
}

// req: ALM-007
#[test]
fn al_07_the_sound_is_paused_for_two_minutes_at_most_and_never_off() {
    assert!(AUDIO_PAUSE <= Duration::from_secs(120));
    for row in &TABLE {
        // Whoever presses both keys as often as they like: it is heard again.
        let mut state = with(&[row.condition]);
        state = after(after(state, Event::AudioPause), Event::Acknowledge);
        assert_eq!((state.highest(), state.sounding()), (row.priority, Priority::None));
        let longest = silence(row.priority);
        let heard = advance(state, longest);
        assert!(heard.sounding() >= row.priority, "{}", row.name());
    }
}

// req: ALM-008
#[test]
fn al_08_what_is_new_and_urgent_ends_the_pause_and_an_acknowledgement_is_for_what_was_there() {
    let paused = after(with(&[Condition::Restarted]), Event::AudioPause);
    for new in Condition::ALL.into_iter().filter(|&c| c != Condition::Restarted) {
        let both = Event::Conditions(Conditions::of(&[Condition::Restarted, new]));
        let (state, changes) = step(&paused, &both);
        let urgent = Row::of(new).priority >= Priority::Medium;
        assert_eq!(state.audio_pause().is_zero(), urgent, "{new}");
        assert_eq!(changes.resumed, urgent, "{new}");
        let acknowledged = after(with(&[Condition::Restarted]), Event::Acknowledge);
        let later = after(acknowledged, both);
        assert_eq!(later.acknowledged(), Conditions::of(&[Condition::Restarted]));
        assert_eq!(later.sounding(), Row::of(new).priority);
    }
}

// req: ALM-009
#[test]
fn al_09_an_acknowledgement_runs_out_by_its_priority() {
    let minutes = [(Priority::High, 2), (Priority::Medium, 5), (Priority::Low, 15)];
    for (priority, minutes) in minutes {
        assert_eq!(silence(priority), Duration::from_mins(minutes));
    }
    // Those without an escalation that is earlier.
    for row in TABLE.iter().filter(|row| row.escalation.is_none()) {
        let one = Conditions::of(&[row.condition]);
        let state = after(with(&[row.condition]), Event::Acknowledge);
        let silent = advance(state, just_before(silence(row.priority)));
        assert_eq!(silent.sounding(), Priority::None, "{}", row.name());
        let (heard, changes) = step(&silent, &Event::Advance(Duration::from_millis(1)));
        assert_eq!(heard.sounding(), row.priority, "{}", row.name());
        assert_eq!((changes.sounded_again, heard.acknowledged()), (one, Conditions::EMPTY));
        // And again, for as long as it lasts.
        let again = after(heard, Event::Acknowledge);
        assert_eq!(advance(again, silence(row.priority)).sounding(), row.priority);
    }
}

#[test]
fn al_09_a_second_press_is_for_all_that_signals_and_each_priority_has_its_own_time() {
    let both = [Condition::Leak, Condition::MainsLost];
    let state = after(with(&both), Event::Acknowledge);
    let two = advance(state, Duration::from_mins(2));
    assert_eq!((two.sounding(), two.acknowledged()), (Priority::High, Conditions::of(&both[1..])));
    let again = advance(after(two, Event::Acknowledge), just_before(Duration::from_mins(2)));
    assert_eq!(again.sounding(), Priority::None);
    assert_eq!(advance(again, Duration::from_millis(1)).sounding(), Priority::High);
}

#[test]
fn al_09_an_acknowledgement_that_runs_out_is_heard_through_a_pause() {
    let seen = after(with(&[Condition::Leak]), Event::Acknowledge);
    let almost = advance(seen, Duration::from_secs(119));
    let both = Conditions::of(&[Condition::Leak, Condition::Restarted]);
    let paused = after(after(almost, Event::Conditions(both)), Event::AudioPause);
    assert_eq!((paused.sounding(), paused.audio_pause()), (Priority::None, AUDIO_PAUSE));
    let (heard, changes) = step(&paused, &Event::Advance(Duration::from_secs(1)));
    assert_eq!((heard.sounding(), changes.resumed), (Priority::High, true));
}

#[test]
fn al_05_a_clear_delay_counts_for_what_is_inhibited_too() {
    let both = Conditions::of(&[Condition::Freeze, Condition::FreezeNear]);
    let freeze = Event::Conditions(Conditions::of(&[Condition::Freeze]));
    let state = advance(after(State::new(), Event::Conditions(both)), Duration::from_secs(4));
    assert_eq!(after(state, freeze).active(), both);
    let late = after(advance(state, Duration::from_secs(1)), freeze);
    assert_eq!(late.active(), Conditions::of(&[Condition::Freeze]));
}

// req: ALM-009
#[test]
fn al_09_an_acknowledgement_is_dropped_when_the_priority_rises() {
    for row in TABLE.iter().filter(|row| row.escalation.is_some()) {
        let escalation = row.escalation.unwrap();
        let state = after(with(&[row.condition]), Event::Acknowledge);
        let (state, changes) = step(&state, &Event::Advance(escalation.after));
        assert_eq!(state.sounding(), escalation.to, "{}", row.name());
        assert!(state.acknowledged().is_empty());
        assert_eq!((changes.escalated.len(), changes.sounded_again.len()), (1, 0));
    }
}

// req: ALM-010
#[test]
fn al_10_a_silent_alarm_reminds_once_a_minute() {
    assert!(REMINDER_PERIOD <= Duration::from_secs(60));
    let answers = [Event::Acknowledge, Event::AudioPause];
    for (condition, answer) in [Condition::Leak, Condition::BreakOver, Condition::ReturnSensor]
        .into_iter()
        .flat_map(|condition| answers.map(|answer| (condition, answer)))
    {
        let mut state = after(with(&[condition]), answer);
        let mut heard = Vec::new();
        for tick in 1..1_200u32 {
            state = after(advance(state, TICK), Event::Conditions(Conditions::of(&[condition])));
            assert_eq!(state.sounding(), Priority::None);
            if state.reminding() != Priority::None {
                assert_eq!(state.reminding(), Row::of(condition).priority);
                heard.push(tick);
            }
        }
        let expected: Vec<u32> = match Row::of(condition).priority {
            Priority::Low => vec![],
            _ => (560..600).chain(1_160..1_200).collect(),
        };
        assert_eq!(heard, expected, "{condition} {answer:?}");
    }
}

// req: ALM-011
#[test]
fn al_11_acknowledging_nothing_is_refused_and_acknowledging_changes_no_trip() {
    let (state, changes) = step(&State::new(), &Event::Acknowledge);
    assert_eq!(changes.answer, Some(Err(Refusal::NothingToAcknowledge)));
    assert_eq!((state, changes.acknowledged), (State::new(), Conditions::EMPTY));
    // It takes no alarm away whose condition holds.
    let all = with(&Condition::ALL);
    let (seen, changes) = step(&all, &Event::Acknowledge);
    assert_eq!((seen.active(), changes.answer), (all.active(), Some(Ok(()))));
    assert_eq!(changes.acknowledged, all.signalling());
}

// req: ALM-012
#[test]
fn al_12_an_escalation_goes_up_once_and_ends_with_its_condition() {
    let mut escalating = 0;
    for row in &TABLE {
        let Some(escalation) = row.escalation else { continue };
        escalating += 1;
        assert!(escalation.to > row.priority && escalation.to == row.worst());
        let early = advance(with(&[row.condition]), just_before(escalation.after));
        assert_eq!(early.highest(), row.priority);
        let (state, first) = step(&early, &Event::Advance(Duration::from_millis(1)));
        assert_eq!((state.highest(), first.escalated.len()), (escalation.to, 1));
        let (state, second) = step(&state, &Event::Advance(Duration::from_mins(600)));
        assert_eq!((state.highest(), second.escalated.len()), (escalation.to, 0));
        let state = after(after(state, Event::Acknowledge), Event::AudioPause);
        assert_eq!(state.highest(), escalation.to, "no operator lowers it");
        let ended = after(state, Event::Conditions(Conditions::EMPTY));
        let again = after(ended, Event::Conditions(Conditions::of(&[row.condition])));
        assert_eq!(again.highest(), row.priority);
    }
    assert_eq!(escalating, 5);
}

// req: ALM-013
#[test]
fn al_13_every_change_that_a_log_must_hold_is_reported() {
    let pump = Conditions::of(&[Condition::PumpStopped]);
    let both = pump.with(Condition::FlowLost);
    let (state, changes) = step(&State::new(), &Event::Conditions(both));
    assert_eq!((changes.rose, changes.signalled), (both, pump));
    assert_eq!(changes.inhibited, Conditions::of(&[Condition::FlowLost]));
    let (state, changes) = step(&state, &Event::AudioPause);
    assert!(changes.paused && !changes.resumed);
    let (_, changes) = step(&state, &Event::Advance(AUDIO_PAUSE));
    assert!(changes.resumed && !changes.paused);
    let (state, changes) = step(&state, &Event::Acknowledge);
    assert!(changes.resumed, "there is nothing left to pause");
    assert_eq!(changes.acknowledged, pump);
    let (state, changes) = step(&state, &Event::Conditions(Conditions::of(&[Condition::FlowLost])));
    assert_eq!((changes.cleared, changes.rose), (pump, Conditions::EMPTY));
    assert_eq!(changes.signalled, Conditions::of(&[Condition::FlowLost]));
    let (state, _) = step(&state, &Event::Conditions(Conditions::EMPTY));
    let (state, changes) = step(&state, &Event::Acknowledge);
    assert_eq!(changes.acknowledged, Conditions::of(&[Condition::FlowLost]));
    assert_eq!(changes.cleared, changes.acknowledged);
    let (_, refused) = step(&state, &Event::AudioPause);
    assert!(!refused.paused && refused.answer == Some(Err(Refusal::NothingToPause)));
}

#[test]
fn al_13_what_two_steps_did_together_is_what_each_did_and_the_later_answer() {
    let sets: [Conditions; 7] =
        core::array::from_fn(|place| Conditions::of(&[Condition::ALL[place]]));
    let [rose, cleared, escalated, signalled, inhibited, acknowledged, sounded_again] = sets;
    let answer = Some(Ok(()));
    let (paused, resumed) = (true, true);
    let all = Changes {
        rose,
        cleared,
        escalated,
        signalled,
        inhibited,
        acknowledged,
        sounded_again,
        answer,
        paused,
        resumed,
    };
    let nothing = Changes::default();
    assert_eq!(nothing.then(&all), all);
    assert_eq!(all.then(&nothing), Changes { answer: None, ..all });
    let refused = Changes { answer: Some(Err(Refusal::NothingToPause)), rose: cleared, ..nothing };
    let together = all.then(&refused);
    assert_eq!((together.answer, together.rose), (refused.answer, rose.union(cleared)));
    assert_eq!(Changes { answer, rose, ..together }, all);
}

#[test]
fn al_14_the_figures_of_the_engine_are_data_with_a_source() {
    let names: BTreeSet<_> = FIGURES.iter().map(|figure| figure.name).collect();
    assert_eq!(names.len(), FIGURES.len());
    assert!(FIGURES.iter().all(|figure| !figure.source.is_empty() && !figure.value.is_zero()));
    assert_eq!(FIGURES.iter().filter(|figure| figure.value == AUDIO_PAUSE).count(), 3);
}

// req: PWR-003
#[test]
fn after_a_loss_of_power_alarms_sound_again() {
    let holds = Conditions::of(&[Condition::BreakOver, Condition::FlowLost]);
    let acknowledged = after(after(State::new(), Event::Conditions(holds)), Event::Acknowledge);
    assert_eq!(acknowledged.stored(), coldcap_guard::alarm::Stored::default());
    let back = after(State::restored(&acknowledged.stored()), Event::Conditions(holds));
    assert_eq!((back.sounding(), back.acknowledged()), (Priority::Medium, Conditions::EMPTY));

    // Nobody had seen these: one holds and latches, one holds and does not, one is over.
    let was = with(&[Condition::MainsLost]);
    let unseen = Conditions::of(&[Condition::SelfTestFailed, Condition::LinkLost]);
    let was = after(after(was, Event::Conditions(unseen)), Event::AudioPause);
    let back = State::restored(&was.stored());
    assert_eq!(back.active(), Conditions::of(&[Condition::SelfTestFailed]));
    assert_eq!(back.occurred(), Conditions::of(&[Condition::MainsLost, Condition::LinkLost]));
    assert_eq!((back.sounding(), back.audio_pause()), (Priority::Medium, Duration::ZERO));
    assert_eq!(back, State::restored(&back.stored()));
    assert_eq!(after(back, Event::Acknowledge), State::new());
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (any::<u64>(), any::<u64>(), any::<u64>())
            .prop_map(|(a, b, c)| Event::Conditions(Conditions::from_bits(a & b & c))),
        2 => Just(Event::Acknowledge),
        1 => Just(Event::AudioPause),
        3 => (0u32..70_000).prop_map(|ms| Event::Advance(Duration::from_millis(ms))),
    ]
}

proptest! {
    /// Whatever happened before: something medium or high that is silent is heard within a minute, as an
    /// alarm or as a reminder.
    // req: ALM-010
    #[test]
    fn al_10_no_history_keeps_an_urgent_alarm_silent_for_a_minute(
        history in prop::collection::vec(any_event(), 0..30),
    ) {
        let state = history.into_iter().fold(State::new(), after);
        let mut state = state;
        let (mut silent, mut longest) = (0u32, 0u32);
        for _ in 0..1_300 {
            state = advance(state, TICK);
            let urgent = state.highest() >= Priority::Medium;
            let heard = state.sounding().max(state.reminding()) >= Priority::Medium;
            silent = if urgent && !heard { silent + 1 } else { 0 };
            longest = longest.max(silent);
        }
        prop_assert!(longest < 600, "{longest} ticks");
    }

    /// A state that was reached has no other that behaves the same: what is derived is derived anew.
    #[test]
    fn states_are_canonical(history in prop::collection::vec(any_event(), 0..30)) {
        let state = history.into_iter().fold(State::new(), after);
        prop_assert_eq!(advance(state, Duration::ZERO), state);
        if state.signalling().is_empty() {
            prop_assert!(state.audio_pause().is_zero() && state.acknowledged().is_empty());
        }
        prop_assert!(state.signalling().contains_all(state.acknowledged()));
    }
}
