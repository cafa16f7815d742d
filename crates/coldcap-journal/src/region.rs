//! Where in the flash something lies, in sectors and groups.

use crate::error::{Error, RegionError};
use embedded_storage::nor_flash::NorFlash;

/// A part of a flash, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// The first byte, a multiple of what the flash erases at once.
    pub start: u32,
    /// How many bytes, a multiple of `sector`.
    pub length: u32,
    /// What is erased at once: what the flash erases at once, or a multiple. The longest commit must fit in, behind 32 bytes:
    /// of a machine with two channels that is 7 KiB at most.
    pub sector: u32,
}

/// No flash programs in larger groups than this, and every group divides it.
pub(crate) const WINDOW: usize = 32;
/// The same.
pub(crate) const WINDOW_BYTES: u32 = 32;
/// Fewer bytes are never programmed at once: single bytes can be torn in ways that no check sees.
const LEAST_GROUP: usize = 4;
const SECTOR_MINIMUM: u32 = 512;
const SECTOR_MAXIMUM: u32 = 256 * 1024;

/// A region in the units of its flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) start: u32,
    pub(crate) sectors: u32,
    /// Bytes that are erased at once.
    pub(crate) sector: u32,
    /// Bytes that are programmed at once.
    pub(crate) group: u32,
}

impl Area {
    pub(crate) fn of<F: NorFlash>(region: Region, flash: &F) -> Result<Self, Error> {
        let (erased, group) = units::<F>().ok_or(Error::Region(RegionError::UnknownFlash))?;
        let sector = region.sector;
        let fits = (SECTOR_MINIMUM..=SECTOR_MAXIMUM).contains(&sector);
        if !fits || !sector.is_multiple_of(erased) {
            return Err(Error::Region(RegionError::UnknownSector { erased }));
        }
        if !region.start.is_multiple_of(erased) || !region.length.is_multiple_of(sector) {
            return Err(Error::Region(RegionError::NotAligned { erased }));
        }
        let capacity = u32::try_from(flash.capacity()).unwrap_or(u32::MAX);
        if region.start.checked_add(region.length).is_none_or(|end| end > capacity) {
            return Err(Error::Region(RegionError::OutOfBounds { capacity }));
        }
        let sectors = region.length.checked_div(sector).unwrap_or(0);
        if sectors < 2 {
            return Err(Error::Region(RegionError::TooFewSectors));
        }
        Ok(Self { start: region.start, sectors, sector, group })
    }

    /// The same, as two parts of one half each that are erased at once.
    pub(crate) fn in_halves(self) -> Self {
        let half = self.sectors.checked_div(2).unwrap_or(0).saturating_mul(self.sector);
        Self { sectors: 2, sector: half, ..self }
    }

    /// Where the sector that was begun as this one lies. Each has one place, so that none can be taken for another.
    pub(crate) fn base(&self, sequence: u32) -> u32 {
        let index = sequence.checked_rem(self.sectors).unwrap_or(0);
        self.start.saturating_add(index.saturating_mul(self.sector))
    }

    pub(crate) fn same_sector(&self, one: u32, other: u32) -> bool {
        self.base(one) == self.base(other)
    }

    /// So many bytes in whole groups.
    pub(crate) fn in_groups(&self, bytes: u32) -> u32 {
        bytes.checked_next_multiple_of(self.group).unwrap_or(u32::MAX)
    }
}

/// What a kind of flash erases and programs at once, where it is one that can be used.
fn units<F: NorFlash>() -> Option<(u32, u32)> {
    let group = if F::WRITE_SIZE < LEAST_GROUP { LEAST_GROUP } else { F::WRITE_SIZE };
    let divides = |size: usize| size > 0 && WINDOW.is_multiple_of(size);
    let whole_windows = F::ERASE_SIZE > 0 && F::ERASE_SIZE.is_multiple_of(WINDOW);
    if !whole_windows || !divides(F::READ_SIZE) || !divides(F::WRITE_SIZE) {
        return None;
    }
    Some((u32::try_from(F::ERASE_SIZE).ok()?, u32::try_from(group).ok()?))
}
