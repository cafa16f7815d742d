//! A NOR flash in the board's PSRAM: what is programmed only clears bits, what is erased is all ones.
//!
//! The emulated board has none of its own. It stands beside the memory that the firmware may use, so
//! that no figure counts it.

use coldcap::journaled::{KeptImage, Layout, Pace, ParameterLayout, Unwritten};
use coldcap_journal::Region;
use coldcap_units::Duration;
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

/// The board's PSRAM, of which nothing else is placed.
const BASE: usize = 0x2100_0000;
/// So many bytes of it are the flash.
const BYTES: usize = 1024 * 1024;
/// What is programmed at once.
const GROUP: usize = 8;
/// What is erased at once.
const SECTOR: usize = 4096;

/// What is where in it: the last 8 KiB are for the keys, 16 KiB before them for parameters, the rest is the journal.
pub const LAYOUT: Layout = Layout {
    journal: Region { start: 0, length: 1000 * 1024, sector: 8 * 1024 },
    keys: Region { start: 1016 * 1024, length: 8 * 1024, sector: 4 * 1024 },
    pace: Pace { treated: Duration::from_secs(10), idle: Duration::from_secs(60) },
};

/// What replaces parts of the configuration. A machine that is not given any begins with the program's.
pub const PARAMETERS: ParameterLayout = ParameterLayout {
    thresholds: Some(parameters_at(1000 * 1024)),
    regimens: Some(parameters_at(1008 * 1024)),
    certificates: None,
};

const fn parameters_at(start: u32) -> KeptImage {
    let region = Region { start, length: 8 * 1024, sector: 4 * 1024 };
    KeptImage { region, unwritten: Unwritten::Compiled }
}

/// The flash.
pub struct Psram(());

impl Psram {
    /// Takes the memory as a flash, erased. Call it once.
    pub fn erased() -> Self {
        let mut flash = Self(());
        flash.fill(0, BYTES);
        flash
    }

    /// Takes the memory as a flash with what is in it: behind a reset. Call it once.
    pub const fn kept() -> Self {
        Self(())
    }

    fn fill(&mut self, from: usize, to: usize) {
        for offset in from..to {
            // SAFETY: within the PSRAM, which nothing else touches.
            unsafe { ((BASE + offset) as *mut u8).write_volatile(0xFF) };
        }
    }
}

impl ErrorType for Psram {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Psram {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        check_read(self, offset, bytes.len())?;
        for (place, byte) in (BASE + offset as usize..).zip(bytes) {
            // SAFETY: as above; `check_read` has checked the bounds.
            *byte = unsafe { (place as *const u8).read_volatile() };
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        BYTES
    }
}

impl NorFlash for Psram {
    const WRITE_SIZE: usize = GROUP;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        check_erase(self, from, to)?;
        self.fill(from as usize, to as usize);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        check_write(self, offset, bytes.len())?;
        for (place, byte) in (BASE + offset as usize..).zip(bytes) {
            let place = place as *mut u8;
            // SAFETY: as above; `check_write` has checked the bounds.
            unsafe { place.write_volatile(place.read_volatile() & byte) };
        }
        Ok(())
    }
}
