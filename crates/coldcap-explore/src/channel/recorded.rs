//! That the record gives the state again: what a channel hears goes through the recorder into entries, and the
//! entries, read again, must give the very state and the very notes (P1).
//!
//! Each state is reached by its shortest way with a recorder beside it; from each, every event is judged.

use super::rules::decided;
use super::scopes::Scope;
use super::{Channel, Step};
use crate::search::{Broken, Counterexample, Limits, Machine, Nobody, Space, explore};
use crate::store::Store;
use coldcap::supervise::{self, Event, heard};
use coldcap_session::record::{Fields, Recorder};
use coldcap_session::{Note, step};

/// The property, with what it says.
pub const RULE: (&str, &str) =
    ("P1", "the entries of what was heard, read again, give the same state and the same notes");

/// A state as it is, what no entry tells of yet, and what the entries so far give.
#[derive(Clone, Copy)]
struct Side {
    whole: supervise::State,
    recorder: Recorder,
    told: coldcap_session::State,
}

struct Folded<'a> {
    channel: &'a Channel<'a>,
    side: Side,
    notes: Vec<Fields>,
}

impl Folded<'_> {
    /// Reads an entry again.
    fn read(&mut self, fields: &Fields) -> Result<(), Broken> {
        let event = fields.event().ok_or(RULE.0)?;
        let (told, effects) = step(&self.side.told, &event, &self.channel.config().session);
        self.side.told = told;
        self.notes.extend(effects.notes.iter().map(|note| Fields::from(&note)));
        Ok(())
    }

    /// What the session heard in one step, one after another.
    fn hear(&mut self, events: [Option<coldcap_session::Event>; 2]) -> Result<(), Broken> {
        let session = &self.channel.config().session;
        let mut before = self.side.whole.session;
        for event in events.into_iter().flatten() {
            let (after, effects) = step(&before, &event, session);
            let noted = !effects.notes.is_empty();
            let entries: Vec<Fields> =
                self.side.recorder.hear(&before, &event, &after, noted, session).collect();
            entries.iter().try_for_each(|fields| self.read(fields))?;
            before = after;
        }
        Ok(())
    }
}

/// The side after an event, judged.
fn judge(channel: &Channel<'_>, side: &Side, event: &Event) -> Result<Side, Broken> {
    let (after, effects) = channel.stepped(&side.whole, event);
    let events = heard(&side.whole, event, &after, &effects, channel.config());
    let mut folded = Folded { channel, side: *side, notes: Vec::new() };
    folded.hear(events)?;
    let noted: Vec<Fields> = effects.notes().map(|note: Note| Fields::from(&note)).collect();
    let readable = effects.notes().all(|note| Fields::from(&note).note() == Some(note));
    if noted != folded.notes || !readable {
        return Err(RULE.0);
    }
    let next = Side { whole: after, ..folded.side };
    // All that no entry tells of yet is written when somebody asks.
    let pending = folded.side.recorder.flush();
    pending.iter().try_for_each(|fields| folded.read(fields))?;
    if folded.side.told == after.session { Ok(next) } else { Err(RULE.0) }
}

fn judge_all<'c>(
    channel: &Channel<'c>,
    space: &Space<Channel<'c>>,
) -> Result<u64, Counterexample<Event>> {
    let start = channel.starts()[0];
    let first = Side { whole: start, recorder: Recorder::default(), told: start.session };
    let mut sides: Vec<Side> = Vec::with_capacity(space.store.len());
    let (mut letters, mut steps) = (Vec::new(), 0);
    for index in 0..space.store.len() as u32 {
        let side = match space.parent(index) {
            Some((from, letter)) => {
                judge(channel, &sides[from as usize], &channel.event(letter))
                    .map_err(|broken| space.counterexample(channel, broken, index, None))?
            }
            None => first,
        };
        sides.push(side);
        letters.clear();
        channel.letters(&decided(channel, &side.whole), &mut letters);
        for &letter in &letters {
            judge(channel, &side, &channel.event(letter))
                .map_err(|broken| space.counterexample(channel, broken, index, Some(letter)))?;
            steps += 1;
        }
    }
    Ok(steps)
}

/// Judges every step of a scope: how many there were.
///
/// # Errors
/// The shortest way to a record that tells another story.
pub fn run(scope: &Scope, step: &Step<'_>) -> Result<u64, Counterexample<Event>> {
    let channel = scope.channel(step);
    let limits = Limits { states: 2_000_000, edges: false };
    let space = explore(&channel, &mut Nobody, &limits)?;
    assert!(space.closed, "{}", scope.name);
    judge_all(&channel, &space)
}
