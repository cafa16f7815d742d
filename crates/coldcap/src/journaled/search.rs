//! Where in a journal an entry of the record is: found a few frames at a time.

use crate::control::{CHECKPOINT_BYTES, recorded};
use crate::link::{Recalled, Wanted};
use crate::outputs::EntryBytes;
use coldcap_journal::{Commit, Cursor, Error, Journal, Step, Stored};
use coldcap_session::record::Entry;
use embedded_storage::nor_flash::NorFlash;

/// A search that stands where the last step has left it.
///
/// The checkpoint of a commit says how many entries there were when it was made. So the sector is found by halves, by the first
/// commit of some seven sectors of a hundred, and only that one is read; the next entries are looked for from there on, and by halves again where a
/// whole sector had none.
#[derive(Clone, Debug)]
pub(super) struct Search {
    channel: u8,
    /// How many reads failed in the same search before this one, where the flash could be read behind it; else 0.
    failed_before: u16,
    /// How many reads of the journal had failed when it began.
    failed: u32,
    /// The entry that is asked for next where a download goes on.
    from: u32,
    /// The first one that can be there.
    next: u32,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    /// It is in a sector from `low` on and before `high`, if anywhere.
    Narrowing { low: u32, high: u32 },
    /// The first commit from sector `middle` on will tell whether it is before that.
    Probing { low: u32, high: u32, middle: u32, cursor: Cursor },
    /// It is behind the cursor, if anywhere. The walk has begun in sector `begun`.
    Walking { cursor: Cursor, begun: u32 },
}

impl Search {
    pub(super) fn new<F: NorFlash>(wanted: &Wanted, journal: &Journal<F>) -> Self {
        let (oldest, newest) = journal.sectors().into_inner();
        let stage = Stage::Narrowing { low: oldest, high: newest.saturating_add(1) };
        let Wanted { channel, from, .. } = *wanted;
        let failed = journal.failed_reads();
        Self { channel, failed_before: 0, failed, from, next: from, stage }
    }

    /// Whether it stands before what is wanted.
    pub(super) fn is_for(&self, wanted: &Wanted) -> bool {
        (self.channel, self.from) == (wanted.channel, wanted.from)
    }

    /// Looks at one frame at most.
    pub(super) fn step<const CHANNELS: usize, F: NorFlash>(
        &mut self,
        wanted: &Wanted,
        journal: &mut Journal<F>,
    ) -> Option<Recalled> {
        let found = self.advance::<CHANNELS, F>(wanted, journal)?;
        let failed = journal.failed_reads().saturating_sub(self.failed);
        let failed = u16::try_from(failed).unwrap_or(u16::MAX);
        if failed > 0 && found.is_behind(wanted.from) {
            let readable = journal.can_be_read();
            // What cannot be read for good fails as often once more, and then it is not there.
            if !readable || self.failed_before != failed {
                let failed_before = if readable { failed } else { 0 };
                *self = Self { failed_before, ..Self::new(wanted, journal) };
                return None;
            }
        }
        (self.failed_before, self.failed) = (0, journal.failed_reads());
        Some(found)
    }

    fn advance<const CHANNELS: usize, F: NorFlash>(
        &mut self,
        wanted: &Wanted,
        journal: &mut Journal<F>,
    ) -> Option<Recalled> {
        match self.stage.clone() {
            Stage::Narrowing { low, high } => {
                self.stage = narrow(low, high, journal);
                None
            }
            Stage::Probing { low, high, middle, mut cursor } => {
                let step = journal.step_stored(&mut cursor);
                let made = made_by::<CHANNELS, F>(&step, self.channel, journal);
                let before = made.map(|(_, made)| made <= self.next);
                let reached = made.map_or(cursor.sector(), |(sector, _)| sector);
                self.stage = if matches!(step, Step::End) || reached >= high {
                    Stage::Narrowing { low, high: middle }
                } else {
                    match before {
                        Some(true) => Stage::Narrowing { low: reached, high },
                        Some(false) => Stage::Narrowing { low, high: middle },
                        None => Stage::Probing { low, high, middle, cursor },
                    }
                };
                None
            }
            Stage::Walking { cursor, begun } => {
                self.walk::<CHANNELS, F>(wanted, journal, cursor, begun)
            }
        }
    }

    fn walk<const CHANNELS: usize, F: NorFlash>(
        &mut self,
        wanted: &Wanted,
        journal: &mut Journal<F>,
        cursor: Cursor,
        begun: u32,
    ) -> Option<Recalled> {
        let mut behind = cursor;
        let step = journal.step_stored(&mut behind);
        if matches!(step, Step::End) {
            return Some(self.missing(wanted, wanted.end));
        }
        if let Step::Found(Stored::Commit(commit)) = &step
            // Where it cannot be read now, the next step looks at it anew.
            && let Some((index, entry)) = self.first_of(commit, journal).ok()?
        {
            if index >= wanted.end {
                return Some(self.missing(wanted, index));
            }
            // The cursor stays before the commit: it is looked at anew for the next entry, whatever became of it meanwhile.
            self.from = index.saturating_add(1);
            self.next = self.from;
            self.stage = Stage::Walking { cursor, begun: cursor.sector() };
            return Some(Recalled::Entry { wanted: *wanted, entry });
        }
        if let Some((_, made)) = made_by::<CHANNELS, F>(&step, self.channel, journal) {
            // What waits stands in each commit: what this one has not was handed out before.
            if made >= wanted.end {
                return Some(self.missing(wanted, made));
            }
            self.next = self.next.max(made);
        }
        self.stage = self.behind(behind, begun, journal);
        None
    }

    /// Who goes on asks for what is behind that.
    fn missing(&mut self, wanted: &Wanted, until: u32) -> Recalled {
        (self.from, self.next) = (until, until);
        Recalled::Missing { wanted: *wanted, until }
    }

    /// Goes on by halves where a whole sector had nothing.
    fn behind<F: NorFlash>(&self, cursor: Cursor, begun: u32, journal: &Journal<F>) -> Stage {
        let low = cursor.sector();
        if low <= begun.saturating_add(1) {
            return Stage::Walking { cursor, begun };
        }
        Stage::Narrowing { low, high: journal.sectors().end().saturating_add(1) }
    }

    /// The first entry of a commit that is not before what is looked for.
    fn first_of<F: NorFlash>(
        &self,
        commit: &Commit,
        journal: &mut Journal<F>,
    ) -> Result<Option<(u32, EntryBytes)>, Error> {
        for place in 0..commit.entries() {
            let bytes = journal.entry(commit, place)?;
            let Entry { channel, index, .. } = Entry::from_bytes(&bytes);
            if channel == self.channel && index >= self.next {
                return Ok(Some((index, EntryBytes(bytes))));
            }
        }
        Ok(None)
    }
}

impl Recalled {
    /// Whether it says that the entry of this index is not there.
    fn is_behind(&self, index: u32) -> bool {
        match self {
            Self::Missing { .. } => true,
            Self::Entry { entry, .. } => Entry::from_bytes(&entry.0).index > index,
        }
    }
}

fn narrow<F: NorFlash>(low: u32, high: u32, journal: &mut Journal<F>) -> Stage {
    let half = high.saturating_sub(low) >> 1;
    if half == 0 {
        return Stage::Walking { cursor: journal.at_sector(low), begun: low };
    }
    let middle = low.saturating_add(half);
    Stage::Probing { low, high, middle, cursor: journal.at_sector(middle) }
}

/// The sector of a commit that was found, and how many entries of a channel had been made by then.
fn made_by<const CHANNELS: usize, F: NorFlash>(
    step: &Step<Stored>,
    channel: u8,
    journal: &mut Journal<F>,
) -> Option<(u32, u32)> {
    let Step::Found(Stored::Commit(commit)) = step else { return None };
    let mut room = [[0; CHECKPOINT_BYTES]; CHANNELS];
    let bytes = room.as_flattened_mut();
    let length = journal.checkpoint(commit, bytes).ok()?;
    let made = recorded(bytes.get(..length)?, channel)?;
    Some((commit.sector(), made))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_takes_little_memory() {
        assert!(size_of::<Option<Search>>() <= 48, "{}", size_of::<Option<Search>>());
    }
}
