//! Counts the time of each tick with SysTick.
//!
//! Under `-icount shift=0` the emulator advances its clock by one nanosecond an instruction, and the
//! board's 25 MHz SysTick then counts executed instructions in steps of 40. Without `-icount` the
//! figures mean nothing and nobody prints them.

use cortex_m::peripheral::{SYST, syst::SystClkSource};

const RELOAD: u32 = 0x00FF_FFFF;
/// Executed instructions a count.
pub const INSTRUCTIONS_PER_COUNT: u64 = 40;

/// Sums and the worst of what was measured.
pub struct Counter {
    systick: SYST,
    started: u32,
    /// How many ticks were measured.
    pub ticks: u64,
    /// Counts of all ticks together.
    pub sum: u64,
    /// Counts of the longest tick.
    pub worst: u32,
}

impl Counter {
    /// Starts the counter.
    pub fn new(mut systick: SYST) -> Self {
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(RELOAD);
        systick.clear_current();
        systick.enable_counter();
        Self { systick, started: 0, ticks: 0, sum: 0, worst: 0 }
    }

    /// A tick begins.
    pub fn start(&mut self) {
        self.systick.clear_current();
        self.started = SYST::get_current();
    }

    /// The tick has ended.
    pub fn stop(&mut self) {
        let spent = self.started.wrapping_sub(SYST::get_current()) & RELOAD;
        self.ticks = self.ticks.saturating_add(1);
        self.sum = self.sum.saturating_add(u64::from(spent));
        self.worst = self.worst.max(spent);
    }
}
