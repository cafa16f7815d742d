//! What the two firmware images share: the board's cycle counter and its UART.
//!
//! The device itself is the very same [`coldcap::Device`] that the host runs.
#![no_std]

pub mod counter;
pub mod uart;
