//! What the firmware images share: the lane's blocks, the board's cycle counter, its UART, a flash in its
//! PSRAM, and what outlives a reset.
//!
//! The device itself is the very same [`coldcap::Device`] that the host runs.
#![no_std]

pub mod blocks;
pub mod board;
pub mod counter;
pub mod flash;
pub mod interrupt;
pub mod kept;
pub mod stack;
pub mod uart;

/// Ends the emulator with a failure: a board would let its watchdog bite.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::process::exit(101)
}
