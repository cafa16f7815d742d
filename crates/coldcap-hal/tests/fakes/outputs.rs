//! A board that remembers what every pin and PWM channel was told, and fails when it is told to.

use core::cell::RefCell;
use embedded_hal::digital::{ErrorKind, ErrorType, OutputPin};
use embedded_hal::pwm::{self, SetDutyCycle};
use std::rc::Rc;

/// What a board is now, and all that happened to it.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// What each output does, by its number: 0 is off for an active-high pin.
    pub(crate) levels: Vec<u16>,
    /// Every write, as number and value; a failed one is left out.
    pub(crate) writes: Vec<(usize, u16)>,
    /// Whether the next writes fail, the first one first; what lies behind the end succeeds.
    pub(crate) fails: Vec<bool>,
    asked: usize,
}

pub(crate) type Shared = Rc<RefCell<Board>>;

pub(crate) fn board(outputs: usize, levels: u16) -> Shared {
    let levels = vec![levels; outputs];
    Rc::new(RefCell::new(Board { levels, ..Board::default() }))
}

impl Board {
    fn write(&mut self, output: usize, level: u16) -> Result<(), ErrorKind> {
        let fails = self.fails.get(self.asked).copied().unwrap_or(false);
        self.asked += 1;
        if fails {
            return Err(ErrorKind::Other);
        }
        self.levels[output] = level;
        self.writes.push((output, level));
        Ok(())
    }

    /// Forgets what was written and what was asked, and lets these writes fail.
    pub(crate) fn renew(&mut self, fails: &[bool]) {
        (self.asked, self.fails) = (0, fails.to_vec());
        self.writes.clear();
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked
    }
}

/// One output: a pin, and a PWM channel of 1000 steps.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    board: Shared,
    number: usize,
}

pub(crate) const STEPS: u16 = 1_000;

impl Output {
    pub(crate) fn new(board: &Shared, number: usize) -> Self {
        Self { board: Rc::clone(board), number }
    }
}

impl ErrorType for Output {
    type Error = ErrorKind;
}

impl OutputPin for Output {
    fn set_low(&mut self) -> Result<(), ErrorKind> {
        self.board.borrow_mut().write(self.number, 0)
    }

    fn set_high(&mut self) -> Result<(), ErrorKind> {
        self.board.borrow_mut().write(self.number, 1)
    }
}

/// A PWM channel of a board.
#[derive(Clone, Debug)]
pub(crate) struct Channel(pub(crate) Output);

impl pwm::ErrorType for Channel {
    type Error = pwm::ErrorKind;
}

impl SetDutyCycle for Channel {
    fn max_duty_cycle(&self) -> u16 {
        STEPS
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), pwm::ErrorKind> {
        assert!(duty <= STEPS, "more than the channel has");
        let written = self.0.board.borrow_mut().write(self.0.number, duty);
        written.map_err(|_| pwm::ErrorKind::Other)
    }
}
