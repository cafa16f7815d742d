//! The chip's flash as the journal needs it. Its driver leaves two things of this family to the program.
//!
//! - A group of 8 bytes that a power cut tore fails the error correction, and reading it raises the interrupt that nothing masks
//!   (RM0351, 3.3.2). Nobody handling it is a chip that hangs in it at each start, for good. Here such a read is an error.
//! - The data cache may be corrupted while one bank is read and the other programmed or erased, which is how this board journals
//!   (erratum of the family; the way round it is the maker's).

use core::sync::atomic::{AtomicBool, Ordering::SeqCst};
use cortex_m_rt::exception;
use embassy_stm32::flash::{self, Blocking, WRITE_SIZE};
use embassy_stm32::pac::FLASH;
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
};

/// What was read since [`Bank::read`] looked last could not be corrected.
static UNREADABLE: AtomicBool = AtomicBool::new(false);

/// Bytes are programmed eight at once, and erased 2 KiB at once.
pub struct Bank(pub flash::Flash<'static, Blocking>);

/// Why flash did not do as it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankError {
    /// More bits of what was read are wrong than can be corrected.
    Unreadable,
    /// The controller refused.
    Refused(flash::Error),
}

impl NorFlashError for BankError {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::Unreadable => NorFlashErrorKind::Other,
            Self::Refused(error) => error.kind(),
        }
    }
}

impl ErrorType for Bank {
    type Error = BankError;
}

impl ReadNorFlash for Bank {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), BankError> {
        // What the cache still holds is not read again, and would not be found wrong again.
        without_data_cache(|| ());
        UNREADABLE.store(false, SeqCst);
        self.0.blocking_read(offset, bytes).map_err(BankError::Refused)?;
        // The interrupt is taken before this has come back.
        cortex_m::asm::dsb();
        if UNREADABLE.load(SeqCst) { Err(BankError::Unreadable) } else { Ok(()) }
    }

    fn capacity(&self) -> usize {
        ReadNorFlash::capacity(&self.0)
    }
}

impl NorFlash for Bank {
    const WRITE_SIZE: usize = WRITE_SIZE;
    const ERASE_SIZE: usize = <flash::Flash<'static, Blocking> as NorFlash>::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), BankError> {
        without_data_cache(|| self.0.blocking_erase(from, to)).map_err(BankError::Refused)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), BankError> {
        without_data_cache(|| self.0.blocking_write(offset, bytes)).map_err(BankError::Refused)
    }
}

/// Leaves the cache on, and empty.
fn without_data_cache<T>(work: impl FnOnce() -> T) -> T {
    FLASH.acr().modify(|control| control.set_dcen(false));
    let done = work();
    FLASH.acr().modify(|control| control.set_dcrst(true));
    FLASH.acr().modify(|control| control.set_dcrst(false));
    FLASH.acr().modify(|control| control.set_dcen(true));
    done
}

/// In the journal's bank it is a read that fails. Anything else is the program, the memory or the clock: the core stays here, nothing
/// feeds the watchdog, and the reset has everything off.
// SAFETY: it touches a flag and a register that nothing else writes, and memory that is initialised before any interrupt.
#[exception]
unsafe fn NonMaskableInt() {
    let found = FLASH.eccr().read();
    if !(found.eccd() && found.bk_ecc() && !found.sysf_ecc()) {
        crate::service();
    }
    UNREADABLE.store(true, SeqCst);
    // Writing a one clears it; until then it is raised again.
    FLASH.eccr().modify(|register| register.set_eccd(true));
}
