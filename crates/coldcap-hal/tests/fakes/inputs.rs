//! An input that says what it is told to say.

use core::cell::Cell;
use embedded_hal::digital::{ErrorKind, ErrorType, InputPin};
use std::rc::Rc;

/// A pin at this level; none is a pin that fails.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input(Rc<Cell<Option<bool>>>);

impl Input {
    pub(crate) fn set(&self, level: Option<bool>) {
        self.0.set(level);
    }
}

impl ErrorType for Input {
    type Error = ErrorKind;
}

impl InputPin for Input {
    fn is_high(&mut self) -> Result<bool, ErrorKind> {
        self.0.get().ok_or(ErrorKind::Other)
    }

    fn is_low(&mut self) -> Result<bool, ErrorKind> {
        self.is_high().map(|high| !high)
    }
}
