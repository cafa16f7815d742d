//! The log itself.

use crate::error::Error;
use crate::frame::{Frame, Kind, SectorHead, length_of};
use crate::medium::{Medium, Place, Unread};
use crate::region::{Area, Region, WINDOW_BYTES};
use crate::stamp::{STAMP_BYTES, Stamp};
use crate::survey::Survey;
use coldcap_session::record::ENTRY_BYTES;
use embedded_storage::nor_flash::NorFlash;

/// So many places are tried for a frame before the flash counts as worn, the last one in another sector.
const ATTEMPTS: u32 = 3;
/// So often a journal is looked at where reads fail: once as it is, and again until no read fails, or the same ones failed twice.
const LOOKS: u32 = 4;
/// What a commit holds before its entries: the stamp, how many entries, how long the checkpoint.
pub(crate) const COMMIT_BYTES: u32 = 20;

/// A commit, as it is in flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commit {
    pub(crate) frame: Frame,
    pub(crate) stamp: Stamp,
    pub(crate) entries: u16,
    pub(crate) checkpoint: u16,
}

impl Commit {
    /// When it was made.
    #[must_use]
    pub const fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// How many entries it holds.
    #[must_use]
    pub fn entries(&self) -> usize {
        usize::from(self.entries)
    }

    /// How many bytes its checkpoint has.
    #[must_use]
    pub fn checkpoint_length(&self) -> usize {
        usize::from(self.checkpoint)
    }

    /// The number of the sector that holds it: each that is begun has one more than the one before.
    #[must_use]
    pub const fn sector(&self) -> u32 {
        self.frame.place().sequence
    }

    pub(crate) fn checkpoint_place(&self) -> Place {
        self.entry_place(self.entries)
    }

    pub(crate) fn entry_place(&self, index: u16) -> Place {
        let entry = u32::try_from(ENTRY_BYTES).unwrap_or(u32::MAX);
        self.frame.content(COMMIT_BYTES.saturating_add(u32::from(index).saturating_mul(entry)))
    }
}

/// What an opened journal ends with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The last commit that is whole: what to go on from.
    pub commit: Option<Commit>,
    /// The last time that is known: of that commit, or of a beat behind it.
    pub stamp: Option<Stamp>,
    /// Behind it lies something that is not whole: power failed while it was written.
    pub torn: bool,
}

/// What a frame is made of. A beat has the same parts as a commit, most of them empty, so that there is one code for both.
fn parts<'a, 'b: 'a>(
    head: [&'a [u8]; 2],
    entries: impl Iterator<Item = &'b [u8; ENTRY_BYTES]> + Clone,
    checkpoint: &'a [u8],
) -> impl Iterator<Item = &'a [u8]> + Clone {
    head.into_iter().chain(entries.map(|entry| -> &'a [u8] { entry })).chain([checkpoint])
}

/// A log on a flash.
///
/// See the [crate](crate) for what it promises.
#[derive(Clone, Debug)]
pub struct Journal<F> {
    pub(crate) medium: Medium<F>,
    pub(crate) head: Head,
    found: Found,
    /// The sector that holds the last commit: it is never erased.
    kept: Option<u32>,
    /// The sector that was erased ahead.
    ready: Option<u32>,
}

/// Where the next frame goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) sequence: u32,
    pub(crate) end: u32,
    pub(crate) next_frame: u32,
}

impl<F: NorFlash> Journal<F> {
    /// Opens what is there, and changes nothing.
    ///
    /// Reads the heads of all sectors, and two sectors wholly; more where those hold no commit. Where a read fails it looks again,
    /// up to four times: what fails in the same places twice cannot be read for good, as what power tore on a flash with error
    /// correction, and the frames tell what is in a sector whose head cannot be read.
    ///
    /// # Errors
    ///
    /// - [`Error::Region`]: the region does not suit the flash.
    /// - [`Error::Flash`]: reads fail now here and now there, or where the head of no sector can be read, or no commit can. What is
    ///   stored may be whole: open it again later, and never format it for this.
    /// - [`Error::NoJournal`]: there is none. On a machine that had one, that is a record that is lost.
    /// - [`Error::UnknownLayout`], [`Error::OtherGroup`]: another version or another flash wrote it.
    pub fn open(flash: F, region: Region) -> Result<Self, Error> {
        let area = Area::of(region, &flash)?;
        let mut journal = Self::on(Medium::new(flash, area));
        journal.reopen()?;
        Ok(journal)
    }

    /// Looks anew at what is there, as behind a reset, and forgets what it knew. Changes nothing.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); then nothing may be stored before it is looked at again.
    pub fn reopen(&mut self) -> Result<(), Error> {
        let mut before = Unread::default();
        for _ in 0..LOOKS {
            self.medium.unread = Unread::default();
            let looked = self.look_anew();
            // A fault that passes does not fail the same reads twice, unless it fails all.
            if [Unread::default(), before].contains(&self.medium.unread) {
                return looked;
            }
            before = self.medium.unread;
        }
        before.last.map_or(Ok(()), |kind| Err(Error::Flash(kind)))
    }

    fn look_anew(&mut self) -> Result<(), Error> {
        let newest = self.medium.newest_sector()?.ok_or(Error::NoJournal)?;
        let survey = self.medium.survey(newest);
        // What reads as erased may have been torn, at most as much as is programmed at once: it is not programmed again.
        let end = survey.end.saturating_add(WINDOW_BYTES);
        self.head = Head { sequence: newest, end, next_frame: 0 };
        (self.found, self.kept, self.ready) = (Found::default(), None, None);
        self.head.next_frame = self.find_next_frame(survey.last);
        self.found.torn = survey.torn;
        let last = self.find_commit(survey)?;
        self.found.stamp = self.find_stamp(last);
        Ok(())
    }

    /// One that knows nothing yet.
    fn on(medium: Medium<F>) -> Self {
        let head = Head { sequence: 0, end: 0, next_frame: 0 };
        Self { medium, head, found: Found::default(), kept: None, ready: None }
    }

    /// Erases the region and begins a journal in it. What was there is lost.
    ///
    /// Power may fail meanwhile: then there is none, or the old one with fewer of its oldest sectors.
    ///
    /// # Errors
    ///
    /// [`Error::Region`], [`Error::Flash`], [`Error::Worn`].
    pub fn format(flash: F, region: Region) -> Result<Self, Error> {
        let area = Area::of(region, &flash)?;
        let mut journal = Self::on(Medium::new(flash, area));
        journal.reformat()?;
        Ok(journal)
    }

    /// Erases it, and begins it anew. What was there is lost.
    ///
    /// # Errors
    ///
    /// As [`format`](Self::format); then nothing may be stored before it is formatted again.
    pub fn reformat(&mut self) -> Result<(), Error> {
        let newest = self.medium.newest_sector().ok().flatten().unwrap_or(0);
        for ahead in 1..=self.medium.area.sectors {
            self.medium.erase(newest.saturating_add(ahead))?;
        }
        let head = SectorHead { sequence: 0, first_frame: 0 };
        if !self.medium.write_sector_head(head)? {
            return Err(Error::Worn);
        }
        self.head = Head { sequence: 0, end: self.medium.sector_head_bytes(), next_frame: 0 };
        (self.found, self.kept, self.ready) = (Found::default(), None, None);
        Ok(())
    }

    /// What was found when it was opened, or committed since.
    #[must_use]
    pub const fn found(&self) -> Found {
        self.found
    }

    /// How many reads failed since it was opened, or looked at anew: whoever reads meanwhile may have passed over what is there.
    #[must_use]
    pub const fn failed_reads(&self) -> u32 {
        self.medium.unread.reads
    }

    /// Whether the flash can be read now: the head of any sector.
    #[must_use]
    pub fn can_be_read(&mut self) -> bool {
        (0..self.medium.area.sectors).any(|index| !self.medium.is_unread(index))
    }

    /// The flash, for what else is stored in it. Whoever changes the journal's own region destroys it.
    pub const fn flash_mut(&mut self) -> &mut F {
        &mut self.medium.flash
    }

    /// The flash again.
    #[must_use]
    pub fn release(self) -> F {
        self.medium.flash
    }

    /// Stores what a tick made, and the state behind it, as one: behind a loss of power both are there, or neither.
    ///
    /// `entries` are those that the tick handed out, and behind them those that still wait, which the checkpoint counts, too.
    /// They are stored again when they are handed out, and [`next_entry`](Self::next_entry) reads them once.
    ///
    /// It is stored when this returns. It takes as long as programming
    /// [`commit_bytes`](Self::commit_bytes), and erases a sector where [`room`](Self::room) has not so much. On a flash that fails
    /// it tries three places, and for each as many sectors as there are.
    ///
    /// # Errors
    ///
    /// - [`Error::TooLong`]: more than one frame takes.
    /// - [`Error::Worn`], [`Error::Flash`]: three places were tried. What was stored before is still there.
    pub fn commit(
        &mut self,
        stamp: Stamp,
        entries: &[[u8; ENTRY_BYTES]],
        checkpoint: &[u8],
    ) -> Result<Commit, Error> {
        self.commit_each(stamp, entries.iter(), checkpoint)
    }

    /// The same of entries that do not lie side by side.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    pub fn commit_each<'a>(
        &mut self,
        stamp: Stamp,
        entries: impl Iterator<Item = &'a [u8; ENTRY_BYTES]> + Clone,
        checkpoint: &[u8],
    ) -> Result<Commit, Error> {
        let counts = self.counts(entries.clone().count(), checkpoint.len())?;
        let [e0, e1] = counts.0.to_le_bytes();
        let [c0, c1] = counts.1.to_le_bytes();
        let (at, head) = (stamp.to_bytes(), [e0, e1, c0, c1]);
        let parts = parts([&at, &head], entries, checkpoint);
        let frame = self.append(Kind::Commit, parts)?;
        let commit = Commit { frame, stamp, entries: counts.0, checkpoint: counts.1 };
        self.kept = Some(frame.place().sequence);
        self.found = Found { commit: Some(commit), stamp: Some(stamp), torn: false };
        Ok(commit)
    }

    /// Stores that the machine is on, so that a gap is known to a few seconds.
    ///
    /// Where power fails again and again for a whole lap of the region without a commit it may be erased, unlike the last
    /// commit: the gap is told longer then.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    pub fn beat(&mut self, stamp: Stamp) -> Result<(), Error> {
        self.append(Kind::Beat, parts([&stamp.to_bytes(), &[]], [].iter(), &[]))?;
        self.found.stamp = Some(stamp);
        Ok(())
    }

    /// How many bytes a commit takes.
    #[must_use]
    pub fn commit_bytes(&self, entries: usize, checkpoint: usize) -> u32 {
        let content = entries.saturating_mul(ENTRY_BYTES).saturating_add(checkpoint);
        let content = u32::try_from(content).unwrap_or(u32::MAX);
        self.medium.frame_bytes(content.saturating_add(COMMIT_BYTES))
    }

    /// So many bytes can be stored before a sector is erased.
    #[must_use]
    pub fn room(&self) -> u32 {
        let ahead = if self.ready.is_some() { self.medium.longest_content() } else { 0 };
        self.medium.area.sector.saturating_sub(self.head.end).saturating_add(ahead)
    }

    /// Erases the next sector now, where it is not done yet: while nothing is cooled, so that no tick waits for it.
    ///
    /// # Errors
    ///
    /// [`Error::Flash`]. What was stored is still there.
    pub fn prepare(&mut self) -> Result<(), Error> {
        let next = self.head.sequence.saturating_add(1);
        if self.ready.is_none() && !self.keeps(next) {
            self.medium.erase(next)?;
            self.ready = Some(next);
        }
        Ok(())
    }

    /// The numbers of the sectors that the region can hold now. The older ones of them may have been erased, and a sector that failed
    /// was passed over.
    #[must_use]
    pub const fn sectors(&self) -> core::ops::RangeInclusive<u32> {
        let before = self.medium.area.sectors.saturating_sub(1);
        self.head.sequence.saturating_sub(before)..=self.head.sequence
    }

    /// How many sectors were begun since the journal was: as many erasures, but for those that power cut short.
    #[must_use]
    pub const fn sectors_begun(&self) -> u32 {
        self.head.sequence.saturating_add(1)
    }

    fn counts(&self, entries: usize, checkpoint: usize) -> Result<(u16, u16), Error> {
        let content = entries.saturating_mul(ENTRY_BYTES).saturating_add(checkpoint);
        let content = content.saturating_add(usize::try_from(COMMIT_BYTES).unwrap_or(0));
        let longest = usize::try_from(self.medium.longest_content()).unwrap_or(0);
        let counts = u16::try_from(entries).ok().zip(u16::try_from(checkpoint).ok());
        counts.filter(|_| content <= longest).ok_or(self.medium.too_long(content))
    }

    fn append<'a>(
        &mut self,
        kind: Kind,
        content: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> Result<Frame, Error> {
        let bytes = length_of(content.clone());
        let room = self.medium.frame_bytes(u32::try_from(bytes).unwrap_or(u32::MAX));
        let mut error = Error::Worn;
        for attempt in 1..=ATTEMPTS {
            // The last place is in a sector that was erased just now: what rotted may have hidden how far this one is programmed.
            if attempt == ATTEMPTS || self.head.end.saturating_add(room) > self.medium.area.sector {
                self.begin_sector()?;
            }
            match self.try_append(kind, content.clone()) {
                Ok(Some(frame)) => return Ok(frame),
                Ok(None) => error = Error::Worn,
                Err(failed) => error = failed,
            }
            // Whatever is there now is not programmed again.
            self.head.end = self.head.end.saturating_add(room);
        }
        Err(error)
    }

    /// Programs a frame at the end; `None` where it does not read back.
    fn try_append<'a>(
        &mut self,
        kind: Kind,
        content: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> Result<Option<Frame>, Error> {
        let place = Place { sequence: self.head.sequence, offset: self.head.end };
        let frame = self.medium.write_frame(place, (kind, self.head.next_frame), content)?;
        if self.medium.frame_at(place) != Some(frame) {
            return Ok(None);
        }
        self.head.end = self.medium.end_of(&frame);
        self.head.next_frame = self.head.next_frame.saturating_add(1);
        Ok(Some(frame))
    }

    /// Begins the next sector that can be erased and written, and never where the last commit is.
    fn begin_sector(&mut self) -> Result<(), Error> {
        let mut error = Error::Worn;
        for ahead in 1..=self.medium.area.sectors {
            let sequence = self.head.sequence.saturating_add(ahead);
            if self.keeps(sequence) {
                continue;
            }
            match self.try_begin(sequence) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(failed) => error = failed,
            }
        }
        Err(error)
    }

    fn try_begin(&mut self, sequence: u32) -> Result<bool, Error> {
        if self.ready.take() != Some(sequence) {
            self.medium.erase(sequence)?;
        }
        self.forget_headless(sequence.saturating_add(1))?;
        let head = SectorHead { sequence, first_frame: self.head.next_frame };
        let begun = self.medium.write_sector_head(head)?;
        if begun {
            self.head.sequence = sequence;
            self.head.end = self.medium.sector_head_bytes();
        }
        Ok(begun)
    }

    /// Erases frames of a sector of this number whose head has rotted. An opening looks one sector beyond the newest head, since
    /// that of the newest may have rotted, and would take them for newer than what is stored from now on.
    fn forget_headless(&mut self, sequence: u32) -> Result<(), Error> {
        let headless = matches!(self.medium.sector_head(sequence), Ok(None) | Err(Error::Flash(_)));
        if headless && self.medium.survey(sequence).last.is_some() {
            self.medium.erase(sequence)?;
        }
        Ok(())
    }

    fn keeps(&self, sequence: u32) -> bool {
        self.kept.is_some_and(|kept| self.medium.area.same_sector(kept, sequence))
    }

    /// The number of the frame that is next: behind the last, or what the head of its sector says.
    fn find_next_frame(&mut self, last: Option<Frame>) -> u32 {
        let head = self.medium.sector_head(self.head.sequence).ok().flatten();
        let told = head.map_or(0, |head| head.first_frame);
        last.map_or(told, |last| last.number.saturating_add(1))
    }

    /// The last commit: of the newest sector, or of one before it. Gives the last frame of all, which may be a beat behind
    /// it, and in a sector before the newest one where that was just begun.
    fn find_commit(&mut self, newest: Survey) -> Result<Option<Frame>, Error> {
        let (mut survey, mut sequence, mut last) = (newest, self.head.sequence, newest.last);
        for _ in 1..self.medium.area.sectors {
            let before = self.medium.sector_before(sequence)?;
            let (None, Some(before)) = (survey.commit, before) else { break };
            (survey, sequence) = (self.medium.survey(before), before);
            last = last.or(survey.last);
        }
        if survey.commit.is_none() {
            // It may be in a sector of which nothing can be read: that one must not be erased.
            self.medium.read_heads()?;
        }
        self.found.commit = survey.commit.and_then(|frame| self.read_commit(frame));
        self.kept = survey.commit.map(|frame| frame.place().sequence);
        Ok(last)
    }

    fn find_stamp(&mut self, last: Option<Frame>) -> Option<Stamp> {
        let beat = last.and_then(|last| self.read_stamp(&last));
        beat.or(self.found.commit.map(|commit| commit.stamp))
    }

    pub(crate) fn read_stamp(&mut self, frame: &Frame) -> Option<Stamp> {
        let mut bytes = [0; STAMP_BYTES];
        self.medium.read(frame.content(0), &mut bytes).ok()?;
        Some(Stamp::from_bytes(bytes))
    }

    pub(crate) fn read_commit(&mut self, frame: Frame) -> Option<Commit> {
        let stamp = self.read_stamp(&frame)?;
        let mut counts = [0; 4];
        self.medium.read(frame.content(16), &mut counts).ok()?;
        let [e0, e1, c0, c1] = counts;
        let (entries, checkpoint) = (u16::from_le_bytes([e0, e1]), u16::from_le_bytes([c0, c1]));
        let commit = Commit { frame, stamp, entries, checkpoint };
        let end = commit.checkpoint_place().plus(u32::from(checkpoint));
        (end == frame.content(frame.length())).then_some(commit)
    }
}
