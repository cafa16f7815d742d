//! Levels of pins.

use crate::fault;
use crate::write::WriteError;
use coldcap_units::Fault;
use embedded_hal::digital::{InputPin, OutputPin, PinState};

/// Whether the pin is at this level now.
pub(crate) fn is_at(pin: &mut impl InputPin, level: PinState) -> Result<bool, Fault> {
    let is = match level {
        PinState::High => pin.is_high(),
        PinState::Low => pin.is_low(),
    };
    is.map_err(fault::of_digital)
}

/// Sets the pin to the level that drives, or to the other one.
pub(crate) fn set(pin: &mut impl OutputPin, drives: PinState, on: bool) -> Result<(), WriteError> {
    let level = if on { drives } else { !drives };
    pin.set_state(level).map_err(|_| WriteError::NotOff)
}
