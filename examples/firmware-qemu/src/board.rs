//! The emulated board as a machine of two channels: a tick of the clock, sensors, actuators, watchdog.
//!
//! It has no converters. What they would read lies in a mailbox behind the flash, a word for each, and what is driven
//! is written behind that: on another board this file is what changes.

use crate::interrupt::Received;
use coldcap::{ChannelInputs, Drives, Inputs, Panel, TICK};
use coldcap_units::{Duration, Duty, Instant, MilliAmps, Permille, Pulses, Ratio, Reading};
use cortex_m::peripheral::{NVIC, SCB, SYST, syst::SystClkSource};

/// Words that the bench writes and this board reads, in the order of [`Board::inputs`].
const MAILBOX: usize = 0x2120_0000;
/// Words that this board writes.
const DRIVEN: usize = MAILBOX + 0x1000;
/// The clock in milliseconds, written as a tick begins: the bench has none of its own.
const CLOCK: usize = DRIVEN + 0x100;
const CLOCK_HZ: u32 = 25_000_000;
const WATCHDOG: usize = 0x4000_8000;
const UNLOCK: u32 = 0x1ACC_E551;

/// The board.
pub struct Board {
    systick: SYST,
    now: Instant,
    word: usize,
}

impl Board {
    /// Starts the tick, and the watchdog with half a second.
    pub fn new(mut systick: SYST) -> Self {
        systick.set_clock_source(SystClkSource::Core);
        systick.set_reload(CLOCK_HZ / 1_000 * TICK.as_millis() - 1);
        systick.clear_current();
        systick.enable_counter();
        // Nothing interrupts: what is pending ends the sleep of `wait`.
        cortex_m::interrupt::disable();
        systick.enable_interrupt();
        // SAFETY: no handler ever runs.
        unsafe { NVIC::unmask(Received) };
        let board = Self { systick, now: Instant::ZERO, word: 0 };
        board.write(WATCHDOG + 0xC00, UNLOCK);
        board.write(WATCHDOG, CLOCK_HZ / 2);
        board.write(WATCHDOG + 0x08, 3);
        board
    }

    /// Sleeps until the next tick, and says when it is. What is done whenever a byte has come is told when the last one was.
    pub fn wait(&mut self, mut meanwhile: impl FnMut(Instant)) -> Instant {
        while !self.systick.has_wrapped() {
            meanwhile(self.now);
            cortex_m::asm::wfi();
        }
        SCB::clear_pendst();
        self.now = self.now.plus(TICK);
        self.write(CLOCK, self.now.as_millis() as u32);
        self.now
    }

    /// Feeds the watchdog, by proof that the guard ran.
    pub fn feed(&mut self, _proof: coldcap::HealthProof) {
        self.write(WATCHDOG + 0x0C, 1);
    }

    /// What the sensors read.
    pub fn inputs(&mut self) -> Inputs<2> {
        self.word = 0;
        let mut inputs = Inputs::default();
        inputs.tank.coolant = self.code();
        inputs.tank.evaporator = self.code();
        inputs.tank.level = self.switch();
        inputs.tank.chiller = self.duty();
        inputs.leak = self.switch();
        inputs.mains = self.switch();
        inputs.battery = self.reading(|word| Permille(word as u16));
        inputs.permit = self.switch();
        let keys = self.next();
        let down = |bit: u32| keys & bit != 0;
        inputs.panel = Panel { stop: down(1), acknowledge: down(2), audio_pause: down(4) };
        inputs.channels = core::array::from_fn(|_| self.channel());
        inputs
    }

    fn channel(&mut self) -> ChannelInputs {
        let mut inputs = ChannelInputs {
            supply: self.code(),
            returned: self.code(),
            front: self.code(),
            rear: self.code(),
            safety: self.code(),
            flow: self
                .reading(|word| Pulses { edges: word as u16, window: Duration::from_secs(1) }),
            pump_current: self.reading(|word| MilliAmps(word as u16)),
            valve: self.duty(),
            ..ChannelInputs::default()
        };
        inputs.cap.coupled = self.switch();
        inputs.cap.identity = self.reading(|word| word);
        inputs
    }

    /// Drives the actuators.
    pub fn drive(&mut self, drives: &Drives<2>) {
        self.write(DRIVEN, u32::from(drives.permit));
        self.write(DRIVEN + 4, u32::from(drives.chiller.0));
        for (place, channel) in (DRIVEN + 8..).step_by(8).zip(&drives.channels) {
            self.write(place, u32::from(channel.pump.0));
            self.write(place + 4, u32::from(channel.valve.0));
        }
    }

    fn code(&mut self) -> Reading<Ratio> {
        self.reading(Ratio)
    }

    fn duty(&mut self) -> Reading<Duty> {
        self.reading(|word| Duty(word as u16))
    }

    fn switch(&mut self) -> Reading<bool> {
        self.reading(|word| word != 0)
    }

    fn reading<T>(&mut self, value: impl FnOnce(u32) -> T) -> Reading<T> {
        Reading::new(value(self.next()), self.now)
    }

    fn next(&mut self) -> u32 {
        let place = MAILBOX + 4 * self.word;
        self.word += 1;
        // SAFETY: words of the board's PSRAM behind the flash, which nothing else touches.
        unsafe { (place as *const u32).read_volatile() }
    }

    fn write(&self, place: usize, word: u32) {
        // SAFETY: a register of this board's watchdog, or a word of the mailbox; nothing else touches either.
        unsafe { (place as *mut u32).write_volatile(word) };
    }
}
