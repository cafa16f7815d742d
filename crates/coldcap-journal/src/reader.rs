//! Reading back what is stored, from the oldest on.

use crate::error::Error;
use crate::frame::{Frame, Kind};
use crate::journal::{Commit, Journal};
use crate::medium::Place;
use crate::survey::Look;
use coldcap_session::record::{ENTRY_BYTES, Entry};
use embedded_storage::nor_flash::NorFlash;

/// A place in a journal, behind which reading goes on. It borrows nothing: what is appended meanwhile is found, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    sequence: u32,
    offset: u32,
    /// The number that the next frame must have, where it is known.
    next_frame: Option<u32>,
}

impl Cursor {
    /// The number of the sector in which it stands.
    #[must_use]
    pub const fn sector(&self) -> u32 {
        self.sequence
    }
}

/// What one step of reading came to. It looks at one frame at most, whole or not, passes over a kilobyte in which none begins, or goes on to
/// another sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// Something was found.
    Found(T),
    /// Nothing yet: the cursor stands further on.
    On,
    /// There is nothing behind the cursor.
    End,
}

/// What is found behind a [`Cursor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// A commit that is whole.
    Commit(Commit),
    /// So many frames were here and are not whole any more: the record has a gap.
    ///
    /// Beats count, too: those that had to be erased where power failed again and again for a whole lap of the region
    /// before anything could be committed, since the sector of the last commit was passed over.
    Lost {
        /// How many, commits and beats.
        frames: u32,
    },
}

/// A place among the entries of a journal. An entry that several commits hold, because it waited to be handed out, is
/// read once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryCursor {
    commits: Cursor,
    /// The commit that is being read, and which of its entries is next.
    commit: Option<(Commit, usize)>,
    /// The index behind the last entry of each channel.
    next: [u32; CHANNELS_MAXIMUM],
}

/// So many channels are told apart; no machine has more.
const CHANNELS_MAXIMUM: usize = 4;

/// What is found behind an [`EntryCursor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredEntry {
    /// The next entry.
    Entry(Entry),
    /// So many frames were here and are not whole any more: the record has a gap.
    Lost {
        /// How many, commits and beats.
        frames: u32,
    },
}

impl EntryCursor {
    /// Whether an entry was not read yet; from now on it was.
    fn is_new(&mut self, entry: &Entry) -> bool {
        let Some(next) = self.next.get_mut(usize::from(entry.channel)) else { return true };
        let new = entry.index >= *next;
        *next = entry.index.saturating_add(1).max(*next);
        new
    }
}

impl<F: NorFlash> Journal<F> {
    /// Before the oldest entry of what is still there.
    #[must_use]
    pub fn oldest_entry(&mut self) -> EntryCursor {
        EntryCursor { commits: self.oldest(), commit: None, next: [0; CHANNELS_MAXIMUM] }
    }

    /// The next entry, or how much was lost before it; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Flash`]: the cursor stands where it stood.
    pub fn next_entry(&mut self, cursor: &mut EntryCursor) -> Result<Option<StoredEntry>, Error> {
        loop {
            match self.step_entry(cursor)? {
                Step::Found(found) => return Ok(Some(found)),
                Step::On => {}
                Step::End => return Ok(None),
            }
        }
    }

    /// One step towards the next entry: for whoever reads a little at a time.
    ///
    /// # Errors
    ///
    /// As [`next_entry`](Self::next_entry).
    pub fn step_entry(&mut self, cursor: &mut EntryCursor) -> Result<Step<StoredEntry>, Error> {
        if let Some((commit, index)) = cursor.commit.filter(|(all, at)| *at < all.entries()) {
            let entry = Entry::from_bytes(&self.entry(&commit, index)?);
            cursor.commit = Some((commit, index.saturating_add(1)));
            let new = cursor.is_new(&entry);
            return Ok(if new { Step::Found(StoredEntry::Entry(entry)) } else { Step::On });
        }
        Ok(match self.step_stored(&mut cursor.commits) {
            Step::Found(Stored::Lost { frames }) => Step::Found(StoredEntry::Lost { frames }),
            Step::Found(Stored::Commit(commit)) => {
                cursor.commit = Some((commit, 0));
                Step::On
            }
            Step::On => Step::On,
            Step::End => Step::End,
        })
    }

    /// Before the oldest of what is still there. A sector whose head is gone is one that was being erased, and is not there.
    #[must_use]
    pub fn oldest(&mut self) -> Cursor {
        let head = self.medium.sector_behind(None);
        Cursor {
            sequence: head.map_or(self.head.sequence, |head| head.sequence),
            offset: self.medium.sector_head_bytes(),
            next_frame: head.map(|head| head.first_frame),
        }
    }

    /// The next commit, or how much was lost before it; `None` at the end.
    pub fn next_stored(&mut self, cursor: &mut Cursor) -> Option<Stored> {
        loop {
            match self.step_stored(cursor) {
                Step::Found(found) => return Some(found),
                Step::On => {}
                Step::End => return None,
            }
        }
    }

    /// One step towards the next commit: for whoever reads a little at a time.
    ///
    /// It reads a frame once, some 430 bytes of a channel, or a kilobyte of what is none. Only behind a sector that is not
    /// where it should be (one that failed was passed over) it reads the heads of all.
    ///
    /// ```
    /// # use coldcap_journal::simulated::SimulatedFlash;
    /// # use coldcap_journal::{Journal, Region, Stamp, Step, Stored};
    /// # let flash = SimulatedFlash::<16_384, 4_096, 8>::new();
    /// # let region = Region { start: 0, length: 16_384, sector: 4_096 };
    /// let mut journal = Journal::format(flash, region)?;
    /// journal.commit(Stamp::default(), &[[7; 48]], b"the state behind it")?;
    /// let mut cursor = journal.oldest();
    /// assert!(matches!(journal.step_stored(&mut cursor), Step::Found(Stored::Commit(_))));
    /// assert_eq!(journal.step_stored(&mut cursor), Step::End);
    /// # Ok::<(), coldcap_journal::Error>(())
    /// ```
    pub fn step_stored(&mut self, cursor: &mut Cursor) -> Step<Stored> {
        // Behind what is stored nothing is passed over: something may be stored there later.
        let newest = cursor.sequence == self.head.sequence;
        let end = if newest { self.head.end } else { u32::MAX }.min(self.medium.area.sector);
        if cursor.offset >= end {
            return self.step_behind(cursor);
        }
        let place = Place { sequence: cursor.sequence, offset: cursor.offset };
        match self.medium.look(place, end) {
            Look::Frame(frame) => self.take(cursor, frame),
            Look::On(offset) => {
                cursor.offset = offset;
                Step::On
            }
        }
    }

    /// Goes on behind a whole frame, or tells first how many are missing before it.
    fn take(&mut self, cursor: &mut Cursor, frame: Frame) -> Step<Stored> {
        let lost = cursor.next_frame.map_or(0, |next| frame.number.saturating_sub(next));
        if lost > 0 {
            cursor.next_frame = Some(frame.number);
            return Step::Found(Stored::Lost { frames: lost });
        }
        cursor.offset = self.medium.end_of(&frame);
        cursor.next_frame = Some(frame.number.saturating_add(1));
        match (frame.kind, self.read_commit(frame)) {
            (Kind::Commit, Some(commit)) => Step::Found(Stored::Commit(commit)),
            _ => Step::On,
        }
    }

    /// To the sector behind. The newest one may have lost its head, and one whose head cannot be read now may be there: where it is
    /// not, none of its frames is.
    fn step_behind<T>(&mut self, cursor: &mut Cursor) -> Step<T> {
        let newest = self.head.sequence;
        if cursor.sequence >= newest {
            return Step::End;
        }
        let next = cursor.sequence.saturating_add(1);
        let behind = if next == newest || self.may_be_there(next) {
            next
        } else {
            let behind = self.medium.sector_behind(Some(cursor.sequence));
            behind.map_or(newest, |head| head.sequence)
        };
        (cursor.sequence, cursor.offset) = (behind, self.medium.sector_head_bytes());
        Step::On
    }

    /// Whether the head of a sector says that it is there, or cannot be read.
    fn may_be_there(&mut self, sequence: u32) -> bool {
        match self.medium.sector_head(sequence) {
            Ok(head) => head.is_some_and(|head| head.sequence == sequence),
            Err(error) => matches!(error, Error::Flash(_)),
        }
    }

    /// Before the first commit of a sector, by its number; where that is not there, before what is behind it.
    #[must_use]
    pub fn at_sector(&mut self, sequence: u32) -> Cursor {
        let there = sequence == self.head.sequence || self.may_be_there(sequence);
        let offset = if there { self.medium.sector_head_bytes() } else { self.medium.area.sector };
        Cursor { sequence, offset, next_frame: None }
    }

    /// One entry of a commit, in its stored form.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchEntry`], [`Error::Flash`].
    pub fn entry(&mut self, commit: &Commit, index: usize) -> Result<[u8; ENTRY_BYTES], Error> {
        let place = u16::try_from(index).ok().filter(|index| *index < commit.entries);
        let place = place.ok_or(Error::NoSuchEntry { entries: commit.entries })?;
        let mut entry = [0; ENTRY_BYTES];
        self.medium.read(commit.entry_place(place), &mut entry)?;
        Ok(entry)
    }

    /// The checkpoint of a commit, at the beginning of `buffer`, and how long it is.
    ///
    /// # Errors
    ///
    /// [`Error::TooLong`]: it is longer than `buffer`, which is left as it is. [`Error::Flash`].
    pub fn checkpoint(&mut self, commit: &Commit, buffer: &mut [u8]) -> Result<usize, Error> {
        let length = commit.checkpoint_length();
        let maximum = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let room = buffer.get_mut(..length);
        let room = room.ok_or(Error::TooLong { bytes: u32::from(commit.checkpoint), maximum })?;
        self.medium.read(commit.checkpoint_place(), room)?;
        Ok(length)
    }
}
