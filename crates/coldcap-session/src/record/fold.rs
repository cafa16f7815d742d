//! From the record back to the state: recomputed from the events, and held against the notes.

use super::entry::Entry;
use super::fields::{Fields, Kind};
use crate::machine::{Config, State, step};
use crate::note::{Flag, LONGEST_NOTES, Note};

/// What is wrong with a record as a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FoldFault {
    /// An event that cannot be read: damaged, or of a newer version.
    Event,
    /// A note that does not follow from the events before it.
    Note,
    /// A note that must follow is not there.
    Missing,
    /// There are notes and no event: the record is from before events were kept.
    NoEvents,
}

/// Where a record stops to make sense as a story, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FoldError {
    /// The [`Entry::index`] of the entry, or of the last one.
    pub index: u32,
    /// What is wrong.
    pub fault: FoldFault,
}

impl core::fmt::Display for FoldError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let what = match self.fault {
            FoldFault::Event => "an event cannot be read",
            FoldFault::Note => "a note does not follow from the events",
            FoldFault::Missing => "a note that must follow is missing",
            FoldFault::NoEvents => "the record holds no events",
        };
        write!(f, "{what} at entry {}", self.index)
    }
}

impl core::error::Error for FoldError {}

/// A session that is recomputed entry by entry.
///
/// Entries of alarms, of the contact's advice, of vendors, and the remark that a fit is unsure are the
/// facade's own: they are passed over. So is the digest in the entry of a stored fit.
#[derive(Clone, Copy, Debug)]
pub struct Fold<'c> {
    config: &'c Config,
    state: State,
    /// The notes that must follow now.
    due: [Option<Note>; LONGEST_NOTES],
    events: u32,
    last: u32,
}

impl<'c> Fold<'c> {
    /// The beginning of a record, on a machine with this configuration.
    #[must_use]
    pub fn new(config: &'c Config) -> Self {
        let due = [None; LONGEST_NOTES];
        Self { config, state: State::new(), due, events: 0, last: 0 }
    }

    /// The state so far.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// How many events there were so far.
    #[must_use]
    pub const fn events(&self) -> u32 {
        self.events
    }

    /// Takes the next entry of this channel.
    ///
    /// # Errors
    /// [`FoldError`] where it is no continuation of what was before. The state is then that before it.
    pub fn add(&mut self, entry: &Entry) -> Result<(), FoldError> {
        self.last = entry.index;
        let fields = &entry.fields;
        if fields.kind.is_event() {
            return self.hear(fields);
        }
        match fields.note() {
            Some(note) if note != Note::Flag(Flag::FitUnsure) => self.check(note),
            None if fields.kind.is_note() => Err(self.error(FoldFault::Note)),
            _ => Ok(()),
        }
    }

    /// The state at the end.
    ///
    /// # Errors
    /// [`FoldFault::Missing`] where notes are still due.
    pub fn finish(self) -> Result<State, FoldError> {
        self.check_none_due()?;
        Ok(self.state)
    }

    fn error(&self, fault: FoldFault) -> FoldError {
        FoldError { index: self.last, fault }
    }

    fn check_none_due(&self) -> Result<(), FoldError> {
        let due = self.due.iter().any(Option::is_some);
        if due { Err(self.error(FoldFault::Missing)) } else { Ok(()) }
    }

    fn hear(&mut self, fields: &Fields) -> Result<(), FoldError> {
        self.check_none_due()?;
        let event = fields.event().ok_or(self.error(FoldFault::Event))?;
        let (state, effects) = step(&self.state, &event, self.config);
        self.state = state;
        self.events = self.events.saturating_add(1);
        for (due, note) in self.due.iter_mut().zip(effects.notes.iter()) {
            *due = Some(note);
        }
        Ok(())
    }

    fn check(&mut self, note: Note) -> Result<(), FoldError> {
        if self.events == 0 {
            return Err(self.error(FoldFault::NoEvents));
        }
        match self.due.iter_mut().find(|due| due.is_some()) {
            Some(due) if due.is_some_and(|due| Fields::from(&due) == Fields::from(&note)) => {
                *due = None;
                Ok(())
            }
            _ => Err(self.error(FoldFault::Note)),
        }
    }
}

/// Recomputes a session from the entries of one channel, and checks that the notes follow.
///
/// Whether the entries are true is not asked here: [`verify`](super::verify) them first.
///
/// # Errors
/// [`FoldError`] at the first entry that does not follow.
pub fn fold<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    config: &Config,
) -> Result<State, FoldError> {
    // req: REC-002
    let mut fold = Fold::new(config);
    for entry in entries {
        fold.add(entry)?;
    }
    fold.finish()
}

impl Kind {
    /// Whether entries of this kind are external events: 32 to 63.
    #[must_use]
    pub const fn is_event(self) -> bool {
        self.0 >= 32 && self.0 < 64
    }

    /// Whether the notes of a session have this kind.
    const fn is_note(self) -> bool {
        matches!(self.0, 1..=23 | 26)
    }
}
