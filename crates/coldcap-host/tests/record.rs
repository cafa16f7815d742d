//! A record that is chained and yet no true story is found out.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_host::record::{RecordError, Story, verify};
use coldcap_session::record::{Chain, Entry, FoldFault, Recorder};
use coldcap_session::{Config, Event, Fact, Note, Observed, Progress, State, step};
use coldcap_units::{Duration, Instant};

fn told() -> Vec<Entry> {
    let config = Config::DEFAULT;
    let (mut state, mut recorder, mut chain) = (State::new(), Recorder::default(), Chain::new());
    let seen = Observed { self_test: Progress::Passed, ..Observed::default() };
    let minute = Event::Advance { dt: Duration::from_mins(1), seen };
    let mut entries = Vec::new();
    for event in [minute, Event::Fact(Fact::Comfort(3)), minute, Event::Fact(Fact::CapOff)] {
        let (after, effects) = step(&state, &event, &config);
        let noted = !effects.notes.is_empty();
        for fields in recorder.hear(&state, &event, &after, noted, &config) {
            entries.push(chain.append_fields(Instant::ZERO, 0, fields));
        }
        entries.extend(effects.notes.iter().map(|note| chain.append(Instant::ZERO, 0, &note)));
        state = after;
    }
    entries
}

/// The same entries with some exchanged, chained anew by somebody who can.
fn forged(entries: &[Entry], spoil: impl Fn(usize, &Entry) -> Option<Note>) -> Vec<Entry> {
    let mut chain = Chain::new();
    let again = entries.iter().enumerate().map(|(at, entry)| match spoil(at, entry) {
        Some(note) => chain.append(entry.at, entry.channel, &note),
        None => chain.append_fields(entry.at, entry.channel, entry.fields),
    });
    again.collect()
}

// req: REC-001
#[test]
fn a_true_record_is_recomputed_and_a_changed_one_is_not() {
    let entries = told();
    assert_eq!(verify(&entries, &Config::DEFAULT), Ok(Story::Recomputed));
    let changed = forged(&entries, |_, entry| match entry.note() {
        Some(Note::Comfort(_)) => Some(Note::Comfort(9)),
        _ => None,
    });
    let found = verify(&changed, &Config::DEFAULT).unwrap_err();
    assert!(matches!(found, RecordError::Fold(error) if error.fault == FoldFault::Note), "{found}");
    let mut moved = entries.clone();
    moved.swap(0, 1);
    assert!(matches!(verify(&moved, &Config::DEFAULT), Err(RecordError::Chain(_))));
    let other = Config { boot_limit: Duration::ZERO, ..Config::DEFAULT };
    assert_eq!(verify(&entries, &other), Ok(Story::Recomputed), "nothing here reads that limit");
}
