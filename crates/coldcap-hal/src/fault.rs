//! What a bus or a pin says when it fails, as the fault that a reading carries.
//!
//! Everything that fails between the board and a part is [`Fault::Bus`], whatever `embedded-hal` calls it: the value is
//! not known, and no more than that is. In particular a part that does not acknowledge its address is *not*
//! [`Fault::Absent`]: that is the word for a sensor that this machine was never built with, of which nobody is told.
//! What a part says about its own sensor (open, short) is for the part's driver.
//!
//! | what failed | function |
//! |---|---|
//! | an input or output pin | [`of_digital`] |
//! | a PWM channel | [`of_pwm`] |
//! | SPI | [`of_spi`] |
//! | I²C | [`of_i2c`] |
//!
//! ```
//! use coldcap_hal::fault;
//! use coldcap_units::{Fault, Instant, Reading};
//! use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};
//!
//! let now = Instant::from_millis(300);
//! let answer: Result<u8, _> = Err(ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address));
//! let reading = fault::reading(answer.map_err(fault::of_i2c), now);
//! assert_eq!(reading, Reading::faulty(Fault::Bus, now));
//! ```

use coldcap_units::{Fault, Instant, Reading};
use embedded_hal::{digital, i2c, pwm, spi};

/// The fault of a pin: [`Fault::Bus`] of every kind.
///
/// # Panics
/// Never.
pub fn of_digital(_: impl digital::Error) -> Fault {
    Fault::Bus
}

/// The fault of a PWM channel: [`Fault::Bus`] of every kind.
///
/// # Panics
/// Never.
pub fn of_pwm(_: impl pwm::Error) -> Fault {
    Fault::Bus
}

/// The fault of an SPI bus: [`Fault::Bus`] of every kind.
///
/// # Panics
/// Never.
pub fn of_spi(_: impl spi::Error) -> Fault {
    Fault::Bus
}

/// The fault of an I²C bus: [`Fault::Bus`] of every kind.
///
/// # Panics
/// Never.
pub fn of_i2c(_: impl i2c::Error) -> Fault {
    Fault::Bus
}

/// What was read at `now`, or why it was not.
///
/// # Panics
/// Never.
#[must_use]
pub const fn reading<T: Copy>(value: Result<T, Fault>, now: Instant) -> Reading<T> {
    Reading { value, taken: now }
}
