//! A maker's own rows, used as a maker uses them.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap_guard::alarm::{
    Event, Harm, Onset, OnsetDelay, Priority, Row, Scope, State, Table, TableError, TextId, step,
};
use coldcap_guard::{Condition, Conditions};
use coldcap_units::Duration;

const FAN: Condition = Condition::Vendor0;
const FILTER: Condition = Condition::Vendor1;
const DOOR: Condition = Condition::Vendor15;

const fn row(condition: Condition, harm: Harm) -> Row {
    let delay = OnsetDelay::Rule("the maker's own");
    Row::new(condition, Scope::Machine, (harm, Onset::Prompt), delay)
}

/// A fan that escalates, a filter that the fan explains, a door that nothing silences.
const ROWS: [Row; 3] = [
    row(FAN, Harm::Reversible).escalating(Priority::High, Duration::from_mins(3)),
    row(FILTER, Harm::Minor).inhibited_by(&[FAN, Condition::MainsLost]),
    Row {
        acknowledgeable: false,
        ..row(DOOR, Harm::Reversible).clearing_after(Duration::from_secs(2))
    },
];

/// Checked when it is compiled.
const TABLE: Table<'static> = match Table::new(&ROWS) {
    Ok(table) => table,
    Err(_) => panic!("the maker's rows"),
};

fn after(state: State, event: Event) -> State {
    TABLE.step(&state, &event).0
}

fn with(conditions: &[Condition]) -> State {
    after(State::new(), Event::Conditions(Conditions::of(conditions)))
}

#[test]
fn a_vendors_rows_signal_beside_our_own() {
    let state = with(&[FAN, FILTER, Condition::LinkLost]);
    assert_eq!(state.signalling(), Conditions::of(&[FAN, Condition::LinkLost]));
    assert_eq!((state.highest(), state.leading()), (Priority::Medium, Some(FAN)));
    assert_eq!(with(&[FILTER, Condition::MainsLost]).leading(), Some(Condition::MainsLost));
    let late = after(state, Event::Advance(Duration::from_mins(3)));
    assert_eq!(
        (late.priority(FAN), late.priority(Condition::LinkLost)),
        (Priority::High, Priority::Medium)
    );
}

#[test]
fn our_own_rows_are_the_same_whatever_a_vendor_adds() {
    for condition in Condition::ALL {
        let (with_vendor, without) = (
            with(&[condition]),
            step(&State::new(), &Event::Conditions(Conditions::of(&[condition]))).0,
        );
        assert_eq!(with_vendor, without, "{condition}");
        let everything = with(&[condition, FAN, FILTER, DOOR]);
        assert!(everything.signalling().contains(condition), "{condition}");
    }
}

#[test]
fn what_cannot_be_acknowledged_sounds_until_it_is_over() {
    let state = with(&[DOOR]);
    let (same, changes) = TABLE.step(&state, &Event::Acknowledge);
    assert!(changes.answer.unwrap().is_err() && same == state);
    let paused = after(state, Event::AudioPause);
    assert_eq!(paused.sounding(), Priority::None);
    assert_eq!(paused.reminding(), Priority::None);
    let heard = after(paused, Event::Advance(Duration::from_mins(2)));
    assert_eq!(heard.sounding(), Priority::Medium);
    let open = after(
        after(heard, Event::Conditions(Conditions::of(&[DOOR]))),
        Event::Conditions(Conditions::EMPTY),
    );
    assert!(open.active().contains(DOOR), "for two seconds more");
    let over = after(
        after(open, Event::Advance(Duration::from_secs(2))),
        Event::Conditions(Conditions::EMPTY),
    );
    assert!(over.active().is_empty());
}

#[test]
fn a_vendors_condition_without_a_row_is_signalled_all_the_same() {
    let unknown = Condition::Vendor7;
    let state = with(&[unknown]);
    assert_eq!((state.highest(), state.sounding()), (Priority::Medium, Priority::Medium));
    let silent = after(state, Event::Acknowledge);
    assert_eq!(silent.sounding(), Priority::None);
    assert_eq!(after(silent, Event::Advance(Duration::from_mins(5))).sounding(), Priority::Medium);
    assert_eq!(after(silent, Event::Conditions(Conditions::EMPTY)), State::new());
    assert!(TABLE.row(unknown).is_none() && TABLE.row(FAN).is_some());
}

#[test]
fn the_order_of_a_vendors_rows_does_not_matter() {
    let mut turned = ROWS;
    turned.reverse();
    let turned = Table::new(&turned).unwrap();
    for bits in 0u64..8 {
        let vendors = [FAN, FILTER, DOOR].into_iter().enumerate();
        let set = vendors
            .fold(Conditions::of(&[Condition::MainsLost]), |set, (index, condition)| {
                set.with_if(condition, bits >> index & 1 == 1)
            });
        let (one, other) = (
            TABLE.step(&State::new(), &Event::Conditions(set)).0,
            turned.step(&State::new(), &Event::Conditions(set)).0,
        );
        assert_eq!(
            (one.signalling(), one.highest(), one.leading()),
            (other.signalling(), other.highest(), other.leading())
        );
    }
}

#[test]
fn a_plain_row_says_what_its_documentation_says() {
    let plain = row(FAN, Harm::Reversible);
    assert_eq!((plain.condition, plain.scope, plain.text), (FAN, Scope::Machine, TextId::of(FAN)));
    assert_eq!((plain.harm, plain.onset), (Harm::Reversible, Onset::Prompt));
    assert_eq!((plain.priority, plain.worst()), (Priority::Medium, Priority::Medium));
    assert!(plain.acknowledgeable && plain.inhibited_by.is_empty() && plain.escalation.is_none());
    assert!(!plain.latching && plain.latching().latching);
    assert_eq!(plain.clear_delay, Duration::ZERO, "ends at once");
}

#[test]
fn a_vendors_cause_must_be_as_urgent_as_what_it_hides() {
    let lesser = row(FAN, Harm::Reversible).inhibited_by(&[FILTER]);
    let rows = [lesser, row(FILTER, Harm::Minor)];
    assert_eq!(Table::new(&rows).err(), Some(TableError::LesserCause(FAN)));
    let equal = [lesser, row(FILTER, Harm::Reversible)];
    assert!(Table::new(&equal).is_ok());
}

#[test]
fn refusals_name_the_row() {
    let error = Table::new(&[ROWS[0], ROWS[0]]).unwrap_err();
    assert_eq!(error, TableError::Duplicate(FAN));
    assert_eq!(error.to_string(), "vendor_192: there are two rows");
}
