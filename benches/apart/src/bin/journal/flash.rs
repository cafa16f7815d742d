//! The flash that both are given: that of `coldcap-journal`'s own tests, behind the traits of both, and counted.

use coldcap_journal::simulated::{Refused, SimulatedFlash, Work};
use embedded_storage::nor_flash::{self as blocking, ErrorType};
use embedded_storage_async::nor_flash as waiting;

pub const BYTES: usize = 64 * 1_024;
pub const SECTOR: usize = 4_096;

/// Sixteen sectors, programmed in groups of so many bytes.
#[derive(Clone)]
pub struct Flash<const GROUP: usize> {
    memory: Box<SimulatedFlash<BYTES, SECTOR, GROUP>>,
    /// Bytes that were read.
    pub read: u64,
}

impl<const GROUP: usize> Flash<GROUP> {
    pub fn new() -> Self {
        Self { memory: Box::new(SimulatedFlash::new()), read: 0 }
    }

    pub fn work(&self) -> Work {
        self.memory.work()
    }

    pub fn fail_after(&mut self, bytes: u64, seed: u64) {
        self.memory.fail_after(bytes, seed);
    }

    pub fn power_up(&mut self) {
        self.memory.power_up();
    }
}

impl<const GROUP: usize> ErrorType for Flash<GROUP> {
    type Error = Refused;
}

impl<const GROUP: usize> blocking::ReadNorFlash for Flash<GROUP> {
    const READ_SIZE: usize = GROUP;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Refused> {
        self.read += bytes.len() as u64;
        self.memory.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        BYTES
    }
}

impl<const GROUP: usize> blocking::NorFlash for Flash<GROUP> {
    const WRITE_SIZE: usize = GROUP;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Refused> {
        self.memory.erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Refused> {
        self.memory.write(offset, bytes)
    }
}

impl<const GROUP: usize> waiting::ReadNorFlash for Flash<GROUP> {
    const READ_SIZE: usize = GROUP;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Refused> {
        blocking::ReadNorFlash::read(self, offset, bytes)
    }

    fn capacity(&self) -> usize {
        BYTES
    }
}

impl<const GROUP: usize> waiting::NorFlash for Flash<GROUP> {
    const WRITE_SIZE: usize = GROUP;
    const ERASE_SIZE: usize = SECTOR;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Refused> {
        blocking::NorFlash::erase(self, from, to)
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Refused> {
        blocking::NorFlash::write(self, offset, bytes)
    }
}
