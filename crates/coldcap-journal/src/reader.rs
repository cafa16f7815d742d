//! Reading back what is stored, from the oldest on.

use crate::error::Error;
use crate::frame::{Frame, Kind};
use crate::journal::{Commit, Journal};
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
            if let Some((commit, index)) = cursor.commit.filter(|(all, at)| *at < all.entries()) {
                let entry = Entry::from_bytes(&self.entry(&commit, index)?);
                cursor.commit = Some((commit, index.saturating_add(1)));
                if cursor.is_new(&entry) {
                    return Ok(Some(StoredEntry::Entry(entry)));
                }
                continue;
            }
            match self.next_stored(&mut cursor.commits) {
                None => return Ok(None),
                Some(Stored::Lost { frames }) => return Ok(Some(StoredEntry::Lost { frames })),
                Some(Stored::Commit(commit)) => cursor.commit = Some((commit, 0)),
            }
        }
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
            let before = *cursor;
            let frame = self.next_frame(cursor)?;
            let lost = before.next_frame.map_or(0, |next| frame.number.saturating_sub(next));
            if lost > 0 {
                *cursor = Cursor { next_frame: Some(frame.number), ..before };
                return Some(Stored::Lost { frames: lost });
            }
            if let (Kind::Commit, Some(commit)) = (frame.kind, self.read_commit(frame)) {
                return Some(Stored::Commit(commit));
            }
        }
    }

    /// The next whole frame of this sector or of one behind it.
    fn next_frame(&mut self, cursor: &mut Cursor) -> Option<Frame> {
        for _ in 0..self.medium.area.sectors {
            if let Some(frame) = self.medium.next_in_sector(cursor.sequence, cursor.offset) {
                cursor.offset = self.medium.end_of(&frame);
                cursor.next_frame = Some(frame.number.saturating_add(1));
                return Some(frame);
            }
            // The newest one may have lost its head.
            let behind = self.medium.sector_behind(Some(cursor.sequence));
            let newest = Some(self.head.sequence).filter(|newest| *newest > cursor.sequence);
            cursor.sequence = behind.map(|head| head.sequence).or(newest)?;
            cursor.offset = self.medium.sector_head_bytes();
        }
        None
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
