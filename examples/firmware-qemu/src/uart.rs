//! The board's first UART (Arm CMSDK APB UART), polled.

use crate::interrupt::Received;
use cortex_m::peripheral::NVIC;

const BASE: usize = 0x4000_4000;
const DATA: *mut u32 = BASE as *mut u32;
const STATE: *mut u32 = (BASE + 0x04) as *mut u32;
const CONTROL: *mut u32 = (BASE + 0x08) as *mut u32;
const DIVIDER: *mut u32 = (BASE + 0x10) as *mut u32;
const TRANSMIT_FULL: u32 = 1;
const RECEIVE_FULL: u32 = 2;
/// Both ways, and a byte that is received makes an interrupt pending.
const ENABLE_BOTH: u32 = 0b1011;
const CLEAR: *mut u32 = (BASE + 0x0C) as *mut u32;
const RECEIVED: u32 = 2;
/// 25 MHz over 115 200 baud.
const DIVIDER_115200: u32 = 217;

/// The UART, enabled both ways.
pub struct Uart(());

impl Uart {
    /// Enables the UART at 115 200 baud. Call it once.
    pub fn new() -> Self {
        // SAFETY: the addresses are this board's UART registers, which nothing else touches.
        unsafe {
            DIVIDER.write_volatile(DIVIDER_115200);
            CONTROL.write_volatile(ENABLE_BOTH);
        }
        Self(())
    }

    /// The next received byte, if there is one.
    pub fn receive(&mut self) -> Option<u8> {
        // SAFETY: as above; reading the data register takes the byte.
        unsafe {
            let is_there = STATE.read_volatile() & RECEIVE_FULL != 0;
            CLEAR.write_volatile(RECEIVED);
            NVIC::unpend(Received);
            is_there.then(|| DATA.read_volatile() as u8)
        }
    }

    /// Sends `bytes`, waiting for room before each one.
    pub fn transmit(&mut self, bytes: &[u8]) {
        for byte in bytes {
            // SAFETY: as above; the loop ends because the transmitter drains by itself.
            unsafe {
                while STATE.read_volatile() & TRANSMIT_FULL != 0 {}
                DATA.write_volatile(u32::from(*byte));
            }
        }
    }
}

impl Default for Uart {
    fn default() -> Self {
        Self::new()
    }
}
