//! Whether a conversion is there: told by a pin, or left to time.

use super::Trouble;
use embedded_hal::digital::InputPin;

/// Something that may know whether a conversion has ended.
pub trait DataReady {
    /// Whether it has; `None` where nobody says, so that times are counted.
    ///
    /// # Errors
    /// [`Trouble::Bus`] where the pin cannot be read.
    fn is_ready(&mut self) -> Result<Option<bool>, Trouble>;
}

/// No pin: a conversion is taken to have ended after its longest time.
///
/// A start that the part never got then shows only as a code that does not move, which is for the guard to find
/// ([`Fault::Stuck`](coldcap_units::Fault::Stuck)). With a [`ReadyPin`] it is told as overdue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timed;

impl DataReady for Timed {
    fn is_ready(&mut self) -> Result<Option<bool>, Trouble> {
        Ok(None)
    }
}

/// The part's DRDY pin, low when a conversion that was not read yet is there.
///
/// ```
/// use coldcap_hal::front_end::{DataReady, ReadyPin, Trouble};
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
/// let mut drdy = Mock::new(&[Transaction::get(State::High), Transaction::get(State::Low)]);
/// let mut pin = ReadyPin(drdy.clone());
/// assert_eq!(pin.is_ready(), Ok(Some(false)));
/// assert_eq!(pin.is_ready(), Ok(Some(true)));
/// drdy.done();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ReadyPin<P>(pub P);

impl<P: InputPin> DataReady for ReadyPin<P> {
    fn is_ready(&mut self) -> Result<Option<bool>, Trouble> {
        self.0.is_low().map(Some).map_err(|_| Trouble::Bus)
    }
}
