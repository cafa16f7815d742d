//! A large flash in memory that counts what is read and programmed.

use coldcap_journal::simulated::Refused;
use core::ops::Range;
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};

pub(crate) struct Ram {
    pub(crate) bytes: Vec<u8>,
    pub(crate) read: u64,
    pub(crate) programmed: u64,
    /// How often it was read, and which of these reads fail.
    pub(crate) reads: u64,
    pub(crate) fault: Range<u64>,
}

impl Ram {
    pub(crate) fn new(bytes: u32) -> Self {
        Self { bytes: vec![0xFF; bytes as usize], read: 0, programmed: 0, reads: 0, fault: 0..0 }
    }
}

impl ErrorType for Ram {
    type Error = Refused;
}

impl ReadNorFlash for Ram {
    const READ_SIZE: usize = 8;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Refused> {
        self.read += bytes.len() as u64;
        self.reads += 1;
        if self.fault.contains(&self.reads) {
            return Err(Refused::Kind(NorFlashErrorKind::Other));
        }
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Ram {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = 4_096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Refused> {
        self.bytes[from as usize..to as usize].fill(0xFF);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Refused> {
        self.programmed += bytes.len() as u64;
        self.bytes[offset as usize..][..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
}
