//! The board has no crate that names its interrupts.

use cortex_m::interrupt::InterruptNumber;

/// That of the first UART, which has received a byte.
#[derive(Clone, Copy)]
pub struct Received;

// SAFETY: it is the board's first.
unsafe impl InterruptNumber for Received {
    fn number(self) -> u16 {
        0
    }
}

/// An interrupt that nothing on this board uses.
#[derive(Clone, Copy)]
pub struct Spare;

// SAFETY: the board has 32 of them.
unsafe impl InterruptNumber for Spare {
    fn number(self) -> u16 {
        30
    }
}
