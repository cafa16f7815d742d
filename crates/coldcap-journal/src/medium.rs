//! The flash, as sectors that are begun one after another.

use crate::error::Error;
use crate::region::{Area, WINDOW, WINDOW_BYTES};
use crc::{Digest, NoTable};
use embedded_storage::nor_flash::{NorFlash, NorFlashError, NorFlashErrorKind};

/// A place: so many bytes into the sector that was begun as this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) sequence: u32,
    pub(crate) offset: u32,
}

impl Place {
    pub(crate) const fn plus(self, bytes: u32) -> Self {
        Self { sequence: self.sequence, offset: self.offset.saturating_add(bytes) }
    }
}

/// A flash and the part of it that is used.
#[derive(Clone, Debug)]
pub(crate) struct Medium<F> {
    pub(crate) flash: F,
    pub(crate) area: Area,
    pub(crate) unread: Unread,
}

/// Reads that failed: how many, and where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) reads: u32,
    /// Mixed of all their places, in their order.
    places: u32,
    pub(crate) last: Option<NorFlashErrorKind>,
}

impl Unread {
    const fn add(&mut self, place: u32, kind: NorFlashErrorKind) {
        self.reads = self.reads.saturating_add(1);
        self.places = (self.places ^ place).wrapping_add(1).wrapping_mul(0x0100_0193);
        self.last = Some(kind);
    }
}

impl<F> Medium<F> {
    pub(crate) fn new(flash: F, area: Area) -> Self {
        Self { flash, area, unread: Unread::default() }
    }
}

impl<F: NorFlash> Medium<F> {
    /// Reads from a place on. Nothing is read beyond its sector: there `buffer` keeps what it has.
    pub(crate) fn read(&mut self, place: Place, buffer: &mut [u8]) -> Result<(), Error> {
        let mut offset = place.offset;
        let mut rest = buffer;
        while !rest.is_empty() && offset < self.area.sector {
            let (window, inside) = self.window(place.sequence, offset)?;
            let read = window.get(inside..).unwrap_or_default();
            let count = read.len().min(rest.len());
            let (now, later) = rest.split_at_mut(count);
            now.iter_mut().zip(read).for_each(|(byte, read)| *byte = *read);
            rest = later;
            offset = offset.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        }
        Ok(())
    }

    /// Adds so many bytes to a check value.
    pub(crate) fn digest(
        &mut self,
        from: Place,
        length: u32,
        digest: &mut Digest<'static, u32, NoTable>,
    ) -> Result<(), Error> {
        let mut skipped = 0;
        while skipped < length {
            let mut buffer = [0; WINDOW];
            let count = length.saturating_sub(skipped).min(WINDOW_BYTES);
            let part = buffer.get_mut(..usize::try_from(count).unwrap_or(0)).unwrap_or_default();
            self.read(from.plus(skipped), part)?;
            digest.update(part);
            skipped = skipped.saturating_add(count);
        }
        Ok(())
    }

    /// The aligned window around an offset, and where in it the offset is.
    fn window(&mut self, sequence: u32, offset: u32) -> Result<([u8; WINDOW], usize), Error> {
        let inside = offset.checked_rem(WINDOW_BYTES).unwrap_or(0);
        let start = self.area.base(sequence).saturating_add(offset.saturating_sub(inside));
        let mut window = [0; WINDOW];
        if let Err(error) = self.flash.read(start, &mut window) {
            self.unread.add(start, error.kind());
            return Err(Error::Flash(error.kind()));
        }
        Ok((window, usize::try_from(inside).unwrap_or(0)))
    }

    pub(crate) fn program(&mut self, place: Place, bytes: &[u8]) -> Result<(), Error> {
        let start = self.area.base(place.sequence).saturating_add(place.offset);
        self.flash.write(start, bytes).map_err(|error| Error::Flash(error.kind()))
    }

    pub(crate) fn erase(&mut self, sequence: u32) -> Result<(), Error> {
        let start = self.area.base(sequence);
        let end = start.saturating_add(self.area.sector);
        self.flash.erase(start, end).map_err(|error| Error::Flash(error.kind()))
    }

    /// Where the last group that is not erased ends, `from` if there is none behind it. What cannot be read is not erased.
    pub(crate) fn end_of_written(&mut self, sequence: u32, from: u32) -> u32 {
        let mut end = self.area.sector;
        while end > from {
            let offset = end.saturating_sub(WINDOW_BYTES);
            match self.window(sequence, offset) {
                Ok((window, _)) => match window.iter().rposition(|byte| *byte != 0xFF) {
                    None => end = offset,
                    Some(last) => {
                        let last = u32::try_from(last).unwrap_or(0).saturating_add(1);
                        return self.area.in_groups(offset.saturating_add(last)).max(from);
                    }
                },
                Err(_) => return end,
            }
        }
        from
    }
}

/// Programs bytes one after another, in windows of whole groups, and pads the last.
pub(crate) struct Writer<'a, F> {
    medium: &'a mut Medium<F>,
    place: Place,
    window: [u8; WINDOW],
    filled: usize,
}

impl<'a, F: NorFlash> Writer<'a, F> {
    pub(crate) fn new(medium: &'a mut Medium<F>, place: Place) -> Self {
        Self { medium, place, window: [0; WINDOW], filled: 0 }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        for byte in bytes {
            if let Some(free) = self.window.get_mut(self.filled) {
                *free = *byte;
                self.filled = self.filled.saturating_add(1);
            }
            if self.filled >= WINDOW {
                self.program()?;
            }
        }
        Ok(())
    }

    /// What is left, in whole groups.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        if self.filled == 0 { Ok(()) } else { self.program() }
    }

    fn program(&mut self) -> Result<(), Error> {
        let filled = self.medium.area.in_groups(u32::try_from(self.filled).unwrap_or(0));
        let whole = usize::try_from(filled).unwrap_or(WINDOW);
        self.medium.program(self.place, self.window.get(..whole).unwrap_or(&self.window))?;
        self.place = self.place.plus(filled);
        (self.window, self.filled) = ([0; WINDOW], 0);
        Ok(())
    }
}
