//! What the firmware images share: the board's cycle counter, its UART, and a flash in its PSRAM.
//!
//! The device itself is the very same [`coldcap::Device`] that the host runs.
#![no_std]

pub mod board;
pub mod counter;
pub mod flash;
pub mod stack;
pub mod uart;
