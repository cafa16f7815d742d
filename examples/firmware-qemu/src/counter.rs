//! Counts the time of each tick with SysTick.
//!
//! Under `-icount shift=0` the emulator advances its clock by one nanosecond an instruction, and the
//! board's 25 MHz SysTick then counts executed instructions in steps of 40. Without `-icount` the
//! figures mean nothing and nobody prints them.

use crate::stack;
use core::cell::RefCell;
use cortex_m::interrupt::{self, Mutex};
use cortex_m::peripheral::{SYST, syst::SystClkSource};
use semihosting::fs::File;
use semihosting::io::Write;

const RELOAD: u32 = 0x00FF_FFFF;
/// Executed instructions a count.
const INSTRUCTIONS_PER_COUNT: u64 = 40;

/// So many parts of a tick are told apart.
pub const PARTS: usize = 5;

/// Sums and the worst of what was measured, in counts.
#[derive(Clone, Copy, Default)]
pub struct Figures {
    /// Of all ticks together.
    pub sum: u64,
    /// Of the longest.
    pub worst: u32,
    /// The number of the tick that was the longest, from 0.
    pub at: u64,
}

impl Figures {
    fn add(&mut self, tick: u64, spent: u32) {
        self.sum = self.sum.saturating_add(u64::from(spent));
        if spent > self.worst {
            (self.worst, self.at) = (spent, tick);
        }
    }
}

/// Measures ticks and the parts of them.
pub struct Counter {
    systick: SYST,
    started: u32,
    /// Where the part that runs began, and which it is.
    part: Option<(u32, usize)>,
    /// How many ticks were measured.
    pub ticks: u64,
    /// Of whole ticks.
    pub whole: Figures,
    /// Of each part.
    pub parts: [Figures; PARTS],
}

impl Counter {
    /// Starts the counter.
    pub fn new(mut systick: SYST) -> Self {
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(RELOAD);
        systick.clear_current();
        systick.enable_counter();
        let (whole, parts) = (Figures::default(), [Figures::default(); PARTS]);
        Self { systick, started: 0, part: None, ticks: 0, whole, parts }
    }

    /// A tick begins.
    pub fn start(&mut self) {
        self.systick.clear_current();
        self.started = SYST::get_current();
        self.part = None;
    }

    /// A part of the tick begins, and the one before it has ended.
    pub fn begin(&mut self, part: usize) {
        self.end_part();
        self.part = Some((SYST::get_current(), part));
    }

    /// The tick has ended.
    pub fn stop(&mut self) {
        self.end_part();
        self.whole.add(self.ticks, since(self.started));
        self.ticks = self.ticks.saturating_add(1);
    }

    /// Leaves the measured figures in a file beside the lane: ticks, the bytes of memory that the machine holds between
    /// ticks, the stack that was used; then of a whole tick and of each part mean and worst instructions, and which tick was the worst.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn report(&self, held: usize) -> semihosting::io::Result<()> {
        let mut file = File::create(c"count")?;
        for figure in [self.ticks, held as u64, stack::used()] {
            file.write_all(&figure.to_le_bytes())?;
        }
        for figures in [&self.whole].into_iter().chain(&self.parts) {
            let mean = figures.sum.saturating_mul(INSTRUCTIONS_PER_COUNT) / self.ticks.max(1);
            let worst = u64::from(figures.worst).saturating_mul(INSTRUCTIONS_PER_COUNT);
            for figure in [mean, worst, figures.at] {
                file.write_all(&figure.to_le_bytes())?;
            }
        }
        Ok(())
    }

    fn end_part(&mut self) {
        let Some((began, part)) = self.part.take() else { return };
        if let Some(figures) = self.parts.get_mut(part) {
            figures.add(self.ticks, since(began));
        }
    }
}

static SHARED: Mutex<RefCell<Option<Counter>>> = Mutex::new(RefCell::new(None));

/// Puts a counter where tasks of every priority reach it.
pub fn share(counter: Counter) {
    interrupt::free(|free| SHARED.borrow(free).replace(Some(counter)));
}

/// Does something with the shared counter.
pub fn shared(what: impl FnOnce(&mut Counter)) {
    interrupt::free(|free| SHARED.borrow(free).borrow_mut().as_mut().map(what));
}

/// The counter counts down.
fn since(began: u32) -> u32 {
    began.wrapping_sub(SYST::get_current()) & RELOAD
}
