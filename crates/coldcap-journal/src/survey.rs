//! Finding out what is in flash: which sector was begun last, and which frames of it are whole.

use crate::error::Error;
use crate::frame::{Frame, Kind, MAGIC, SectorHead};
use crate::medium::{Medium, Place};
use crate::region::{WINDOW, WINDOW_BYTES};
use embedded_storage::nor_flash::NorFlash;

/// So many bytes are passed over at once where no frame begins.
const PASSED_OVER: u32 = 1_024;

/// What one look at a sector finds.
pub(crate) enum Look {
    /// A whole frame.
    Frame(Frame),
    /// None up to this offset.
    On(u32),
}

/// What one sector holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Where the next frame may begin.
    pub(crate) end: u32,
    /// The last whole frame.
    pub(crate) last: Option<Frame>,
    /// The last whole commit.
    pub(crate) commit: Option<Frame>,
    /// Something that is no whole frame lies behind the last one.
    pub(crate) torn: bool,
}

impl Survey {
    const fn add(&mut self, frame: Frame) {
        self.last = Some(frame);
        if matches!(frame.kind, Kind::Commit) {
            self.commit = Some(frame);
        }
    }
}

impl<F: NorFlash> Medium<F> {
    /// The sector that was begun last; `None` where there is no journal.
    ///
    /// Its head may have rotted, or cannot be read. Then its frames tell, since their check values know its number: a head is written
    /// before any frame is, so a sector without one holds nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Flash`]: no head can be read, and not all of them are none. And as [`sector_head`](Self::sector_head).
    pub(crate) fn newest_sector(&mut self) -> Result<Option<u32>, Error> {
        let Some(newest) = self.newest_head(None)? else { return self.read_heads().map(|()| None) };
        let furthest = if self.unread.reads == 0 { 1 } else { self.area.sectors.saturating_sub(1) };
        for ahead in (1..=furthest).rev() {
            let later = newest.saturating_add(ahead);
            if (ahead == 1 || self.is_unread(later)) && self.survey(later).last.is_some() {
                return Ok(Some(later));
            }
        }
        Ok(Some(newest))
    }

    /// The sector that was begun last before this one and is still there. Where a head cannot be read the frames tell.
    pub(crate) fn sector_before(&mut self, later: u32) -> Result<Option<u32>, Error> {
        let found = self.newest_head(Some(later))?;
        let furthest = if self.unread.reads == 0 { 0 } else { self.area.sectors.saturating_sub(1) };
        for back in 1..=furthest {
            let before =
                later.checked_sub(back).filter(|before| found.is_none_or(|found| *before > found));
            let Some(before) = before else { break };
            if self.is_unread(before) && self.survey(before).last.is_some() {
                return Ok(Some(before));
            }
        }
        Ok(found)
    }

    /// The newest of all heads that can be read, or of those before this one.
    fn newest_head(&mut self, later: Option<u32>) -> Result<Option<u32>, Error> {
        let mut found = None;
        for index in 0..self.area.sectors {
            let head = match self.sector_head(index) {
                Err(Error::Flash(_)) => None,
                head => head?.map(|head| head.sequence),
            };
            found = found.max(head.filter(|head| later.is_none_or(|later| *head < later)));
        }
        Ok(found)
    }

    /// Whether the head of the sector where the one of this number lies cannot be read.
    pub(crate) fn is_unread(&mut self, sequence: u32) -> bool {
        matches!(self.sector_head(sequence), Err(Error::Flash(_)))
    }

    /// Reads all heads, whatever they say.
    ///
    /// # Errors
    ///
    /// [`Error::Flash`]: one cannot be read.
    pub(crate) fn read_heads(&mut self) -> Result<(), Error> {
        (0..self.area.sectors).try_for_each(|index| self.sector_head(index).map(|_| ()))
    }

    /// The sector that was begun first behind this one, or first of all, and is still there. A head that cannot be read is read again.
    pub(crate) fn sector_behind(&mut self, earlier: Option<u32>) -> Option<SectorHead> {
        let mut found: Option<SectorHead> = None;
        for index in 0..self.area.sectors {
            let head = self.sector_head(index).or_else(|_| self.sector_head(index)).ok().flatten();
            let head = head.filter(|head| earlier.is_none_or(|earlier| head.sequence > earlier));
            found = match (found, head) {
                (Some(first), Some(head)) if first.sequence < head.sequence => Some(first),
                (first, head) => head.or(first),
            };
        }
        found
    }

    /// Reads all of a sector.
    pub(crate) fn survey(&mut self, sequence: u32) -> Survey {
        let (mut survey, mut used) = (Survey::default(), 0);
        let mut place = Place { sequence, offset: self.sector_head_bytes() };
        let mut after = place.offset;
        while place.offset < self.area.sector {
            let claim = self.claim_at(place);
            let whole = claim.filter(|claim| self.is_whole(claim) == Ok(true));
            // A torn frame took all that its header says: what is programmed with ones looks erased.
            used = claim.map_or(0, |claim| self.end_of(&claim)).max(used);
            place = place.plus(self.area.group);
            if let Some(frame) = whole {
                after = self.end_of(&frame);
                place.offset = after;
                survey.add(frame);
            }
        }
        survey.end = self.end_of_written(sequence, after.max(used));
        survey.torn = survey.end > after;
        survey
    }

    /// Looks at the first that may be a frame, from a place on and up to `end`. Every frame begins where a group does.
    pub(crate) fn look(&mut self, from: Place, end: u32) -> Look {
        let reach = from.offset.saturating_add(PASSED_OVER).min(end);
        let Some(offset) = self.next_magic(from, reach) else { return Look::On(reach) };
        let place = Place { offset, ..from };
        self.frame_at(place).map_or(Look::On(place.plus(self.area.group).offset), Look::Frame)
    }

    /// Where the next group begins as a frame does. What cannot be read begins none.
    fn next_magic(&mut self, from: Place, end: u32) -> Option<u32> {
        let mut offset = from.offset;
        while offset < end {
            let mut window = [0; WINDOW];
            let inside = offset.checked_rem(WINDOW_BYTES).unwrap_or(0);
            let reach = WINDOW_BYTES.saturating_sub(inside).min(end.saturating_sub(offset));
            let part = window.get_mut(..usize::try_from(reach).unwrap_or(0)).unwrap_or_default();
            let _ = self.read(Place { offset, ..from }, part);
            let mut groups = (0..reach).zip(part.iter());
            let begins = |(at, byte): &(u32, &u8)| **byte == MAGIC && self.begins_group(*at);
            if let Some((at, _)) = groups.find(begins) {
                return Some(offset.saturating_add(at));
            }
            offset = offset.saturating_add(reach);
        }
        None
    }

    /// Whether so many bytes behind the beginning of a group another one begins.
    fn begins_group(&self, bytes: u32) -> bool {
        bytes.checked_rem(self.area.group) == Some(0)
    }
}
