//! A flash in memory, whose power can fail at any byte.
//!
//! It is stricter than flash is, so that what runs on it runs on any: a group is programmed once between two erasures,
//! the one in which power failed not at all; what is torn has any of its bits; and once power has failed every call fails
//! until [`power_up`](SimulatedFlash::power_up).

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase, check_read,
    check_write,
};

/// A flash of so many bytes, in sectors and groups of so many.
///
/// `GROUP` is what it programs and reads at once.
#[derive(Clone, Debug)]
pub struct SimulatedFlash<const BYTES: usize, const SECTOR: usize, const GROUP: usize> {
    bytes: [u8; BYTES],
    /// Which bytes were programmed, or torn, since their sector was erased.
    used: [bool; BYTES],
    /// Bytes that can still be programmed or erased until power fails.
    left: Option<u64>,
    failed: bool,
    noise: u64,
    /// A byte that is worn out, and the bits of it that cannot be programmed any more.
    worn: Option<(usize, u8)>,
    work: Work,
}

/// What was done to a flash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Bytes that were programmed.
    pub programmed: u64,
    /// Calls that programmed.
    pub writes: u64,
    /// Sectors that were erased.
    pub erased: u64,
    /// Bytes that were read.
    pub read: u64,
    /// Attempts to program what was not erased since: defects of the caller.
    pub not_erased: u64,
}

/// Why the simulated flash refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Power has failed.
    Power,
    /// Something is programmed there that was not erased since: a defect of the caller.
    NotErased,
    /// What the traits say of places and lengths.
    Kind(NorFlashErrorKind),
}

impl NorFlashError for Refused {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::Kind(kind) => *kind,
            Self::Power | Self::NotErased => NorFlashErrorKind::Other,
        }
    }
}

impl<const BYTES: usize, const SECTOR: usize, const GROUP: usize> Default
    for SimulatedFlash<BYTES, SECTOR, GROUP>
{
    fn default() -> Self {
        Self::new()
    }
}

impl<const BYTES: usize, const SECTOR: usize, const GROUP: usize>
    SimulatedFlash<BYTES, SECTOR, GROUP>
{
    /// An erased flash with power.
    #[must_use]
    pub const fn new() -> Self {
        let work = Work { programmed: 0, writes: 0, erased: 0, read: 0, not_erased: 0 };
        Self {
            bytes: [0xFF; BYTES],
            used: [false; BYTES],
            left: None,
            failed: false,
            noise: 1,
            worn: None,
            work,
        }
    }

    /// Power fails when so many more bytes were programmed or erased; the byte behind them is torn. `seed` decides what is
    /// left of it.
    pub const fn fail_after(&mut self, bytes: u64, seed: u64) {
        self.left = Some(bytes);
        let mixed = (seed ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        self.noise = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB) | 1;
    }

    /// Whether power has failed.
    #[must_use]
    pub const fn has_failed(&self) -> bool {
        self.failed
    }

    /// Power is back.
    pub const fn power_up(&mut self) {
        (self.left, self.failed) = (None, false);
    }

    /// What was done so far.
    #[must_use]
    pub const fn work(&self) -> Work {
        self.work
    }

    /// What is in it.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; BYTES] {
        &self.bytes
    }

    /// Turns these bits of a byte over: what age and radiation do. Outside it does nothing.
    pub fn flip(&mut self, place: usize, bits: u8) {
        if let Some(byte) = self.bytes.get_mut(place) {
            *byte ^= bits;
        }
    }

    /// From now on these bits of a byte stay ones, whatever is programmed there: it is worn out.
    pub const fn wear_out(&mut self, place: usize, bits: u8) {
        self.worn = Some((place, bits));
    }

    /// What a byte becomes that is programmed.
    fn programmed(&self, place: usize, wanted: u8) -> u8 {
        let worn = self.worn.filter(|(worn, _)| *worn == place);
        worn.map_or(wanted, |(_, bits)| wanted | bits)
    }

    /// Whether one more byte gets its power.
    const fn spend(&mut self) -> bool {
        match self.left {
            None => true,
            Some(0) => false,
            Some(left) => {
                self.left = Some(left.saturating_sub(1));
                true
            }
        }
    }

    const fn chance(&mut self) -> u8 {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        let [byte, ..] = self.noise.to_be_bytes();
        byte
    }

    const fn powered(&self) -> Result<(), Refused> {
        if self.failed { Err(Refused::Power) } else { Ok(()) }
    }

    /// Power fails while this byte becomes `wanted`: each bit has changed or not. All of its group is used.
    fn tear(&mut self, place: usize, wanted: u8) -> Refused {
        let changed = self.chance();
        if let Some(byte) = self.bytes.get_mut(place) {
            *byte = (*byte & !changed) | (wanted & changed);
        }
        let first = place.checked_div(GROUP).unwrap_or(0).saturating_mul(GROUP);
        self.used.iter_mut().skip(first).take(GROUP).for_each(|used| *used = true);
        self.failed = true;
        Refused::Power
    }

    /// Power fails while a sector is erased, from its beginning on or all of it at once. Nothing of it is sure.
    fn tear_erasure(&mut self, place: usize, sector: core::ops::Range<usize>) -> Refused {
        let all_at_once = self.chance().is_multiple_of(2);
        for place in sector.clone() {
            let bits = if all_at_once { self.chance() } else { 0 };
            if let Some(byte) = self.bytes.get_mut(place) {
                *byte |= bits;
            }
        }
        let used = self.used.iter_mut().take(sector.end).skip(sector.start);
        used.for_each(|used| *used = true);
        self.tear(place, 0xFF)
    }
}

impl<const BYTES: usize, const SECTOR: usize, const GROUP: usize> ErrorType
    for SimulatedFlash<BYTES, SECTOR, GROUP>
{
    type Error = Refused;
}

impl<const BYTES: usize, const SECTOR: usize, const GROUP: usize> ReadNorFlash
    for SimulatedFlash<BYTES, SECTOR, GROUP>
{
    const READ_SIZE: usize = GROUP;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Refused> {
        self.powered()?;
        check_read(self, offset, bytes.len()).map_err(Refused::Kind)?;
        let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.work.read = self.work.read.saturating_add(count);
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let stored = self.bytes.iter().skip(start);
        bytes.iter_mut().zip(stored).for_each(|(byte, stored)| *byte = *stored);
        Ok(())
    }

    fn capacity(&self) -> usize {
        BYTES
    }
}

impl<const BYTES: usize, const SECTOR: usize, const GROUP: usize> NorFlash
    for SimulatedFlash<BYTES, SECTOR, GROUP>
{
    const WRITE_SIZE: usize = GROUP;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Refused> {
        self.powered()?;
        check_erase(self, from, to).map_err(Refused::Kind)?;
        let range = usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0);
        let sectors = range.len().checked_div(SECTOR).unwrap_or(0);
        let sectors = u64::try_from(sectors).unwrap_or(u64::MAX);
        self.work.erased = self.work.erased.saturating_add(sectors);
        for place in range.clone() {
            if !self.spend() {
                return Err(self.tear_erasure(place, range));
            }
            if let Some(byte) = self.bytes.get_mut(place) {
                *byte = 0xFF;
            }
        }
        self.used.iter_mut().take(range.end).skip(range.start).for_each(|used| *used = false);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Refused> {
        self.powered()?;
        check_write(self, offset, bytes.len()).map_err(Refused::Kind)?;
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        if self.used.iter().skip(start).take(bytes.len()).any(|used| *used) {
            self.work.not_erased = self.work.not_erased.saturating_add(1);
            return Err(Refused::NotErased);
        }
        self.work.writes = self.work.writes.saturating_add(1);
        for (place, wanted) in (start..).zip(bytes) {
            let becomes = self.programmed(place, *wanted);
            if !self.spend() {
                return Err(self.tear(place, *wanted));
            }
            if let (Some(byte), Some(used)) = (self.bytes.get_mut(place), self.used.get_mut(place))
            {
                (*byte, *used) = (becomes, true);
                self.work.programmed = self.work.programmed.saturating_add(1);
            }
        }
        Ok(())
    }
}
