//! Level, leak, coupling and mains: switches in loops that are closed while all is well.
//!
//! A wire that breaks, a plug that is off, a contact that wears out: all of them open a loop. So every switch here is one
//! whose loop is **closed on the good side**, and an open loop reads as the side that stops or alarms:
//!
//! | switch | the loop is closed while | closed reads | open reads |
//! |---|---|---|---|
//! | [`LoopSwitch::level`] | there is enough coolant | `true` | `false`: too low |
//! | [`LoopSwitch::leak`] | the tray is dry | `false` | `true`: wet |
//! | [`LoopSwitch::coupled`] | the cap is coupled | `true` | `false`: uncoupled |
//! | [`LoopSwitch::mains`] | mains is there | `true` | `false`: gone |
//!
//! There is no such driver for a contact that closes on the bad side: it cannot be told from one whose wire is broken.
//! Where no other can be had, put resistors at its end and take [`SupervisedLoop`], which tells a broken wire and a short
//! from either side.
//!
//! The board pulls the pin to the level of the open loop.

use crate::debounce::{Contact, Debounce};
use crate::{fault, level};
use coldcap_units::{Fault, Instant, Ratio, Reading};
use core::fmt;
use embedded_hal::digital::{InputPin, PinState};

/// A switch in a loop that is closed while all is well; debounced.
///
/// | reading | when |
/// |---|---|
/// | the good side | the loop was closed at every sample for the time of the good side |
/// | the cautious side | it was open for that of the cautious side, by default at once |
/// | [`Fault::Unavailable`] | neither yet, at power-up or behind a fault: nobody is told of a cap that was never seen to be off |
/// | [`Fault::Bus`] | the pin cannot be read |
///
/// The guard takes each fault for the cautious side.
///
/// ```
/// use coldcap_hal::{Debounce, LoopSwitch};
/// use coldcap_units::{Fault, Instant};
/// use embedded_hal::digital::PinState;
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
///
/// // The loop pulls the pin low while a cap is coupled. It bounces once.
/// let seen = [State::Low, State::High, State::Low, State::Low, State::High];
/// let mut pin = Mock::new(&seen.map(Transaction::get));
/// let mut cap = LoopSwitch::coupled(pin.clone(), PinState::Low, Debounce::REFERENCE);
/// let values = [0, 20, 40, 90, 100].map(|at| cap.read(Instant::from_millis(at)).value);
/// assert_eq!(values, [Err(Fault::Unavailable), Ok(false), Ok(false), Ok(true), Ok(false)]);
/// pin.done();
/// ```
#[derive(Debug)]
pub struct LoopSwitch<P> {
    pin: P,
    closed: PinState,
    reads_closed: bool,
    contact: Contact,
}

impl<P: InputPin> LoopSwitch<P> {
    /// The level switch of the tank, whose loop is closed while there is enough: for
    /// [`TankInputs::level`](coldcap::TankInputs::level). `closed` is the level of the pin while the loop is closed.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn level(pin: P, closed: PinState, debounce: Debounce) -> Self {
        Self::new(pin, closed, true, debounce)
    }

    /// The leak switch of the tray, whose loop is closed while it is dry: for [`Inputs::leak`](coldcap::Inputs::leak).
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn leak(pin: P, closed: PinState, debounce: Debounce) -> Self {
        Self::new(pin, closed, false, debounce)
    }

    /// The switch in the cap's coupling, whose loop is closed while a cap is coupled: for
    /// [`CapInputs::coupled`](coldcap::CapInputs::coupled).
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn coupled(pin: P, closed: PinState, debounce: Debounce) -> Self {
        Self::new(pin, closed, true, debounce)
    }

    /// The contact of a relay at the mains, closed while mains is there: for [`Inputs::mains`](coldcap::Inputs::mains).
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn mains(pin: P, closed: PinState, debounce: Debounce) -> Self {
        Self::new(pin, closed, true, debounce)
    }

    const fn new(pin: P, closed: PinState, reads_closed: bool, debounce: Debounce) -> Self {
        Self { pin, closed, reads_closed, contact: Contact::new(debounce) }
    }

    /// Samples the switch at `now`, and what it reads. It may be called more often than there are ticks.
    ///
    /// `now` must not go back; where it does, no time has passed.
    ///
    /// # Panics
    /// Never. The pin is read once.
    pub fn read(&mut self, now: Instant) -> Reading<bool> {
        let value = match level::is_at(&mut self.pin, self.closed) {
            Ok(closed) => self.contact.sample(now, closed).ok_or(Fault::Unavailable),
            Err(fault) => {
                self.contact.lost();
                Err(fault)
            }
        };
        fault::reading(value.map(|closed| closed == self.reads_closed), now)
    }
}

/// The codes of a loop with two resistors at its end, one in series with the contact and one beside it, behind a resistor
/// that pulls to full scale. They rise: a short, the contact closed, the contact open, a broken wire.
///
/// ```
/// use coldcap_hal::{LoopError, SupervisedLoop};
/// use coldcap_units::{Fault, Ratio};
///
/// // 10 kΩ to full scale, 3.3 kΩ in series, 10 kΩ beside: 0.25 closed, 0.57 open.
/// let permille = |share: u32| Ratio(u32::MAX / 1_000 * share);
/// let leak = SupervisedLoop::new(permille(100), permille(400), permille(800), true)?;
/// assert_eq!(leak.state(permille(250)), Ok(true)); // closes when it is wet
/// assert_eq!(leak.state(permille(570)), Ok(false));
/// assert_eq!(leak.state(permille(990)), Err(Fault::Open));
/// assert_eq!(leak.state(permille(10)), Err(Fault::Short));
/// # Ok::<(), LoopError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SupervisedLoop {
    short_below: Ratio,
    opens_from: Ratio,
    broken_from: Ratio,
    reads_closed: bool,
}

/// The codes of a [`SupervisedLoop`] do not rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoopError;

impl fmt::Display for LoopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the codes of short, open contact and broken wire must rise, from above 0")
    }
}

impl core::error::Error for LoopError {}

impl SupervisedLoop {
    /// A loop with these codes, and what it reads while its contact is closed.
    ///
    /// # Errors
    /// [`LoopError`]: the codes do not rise, or the first is zero, so that a short could not be seen.
    ///
    /// # Panics
    /// Never.
    pub const fn new(
        short_below: Ratio,
        opens_from: Ratio,
        broken_from: Ratio,
        reads_closed: bool,
    ) -> Result<Self, LoopError> {
        let (short, opens, broken) = (short_below.0, opens_from.0, broken_from.0);
        if short == 0 || short >= opens || opens >= broken {
            return Err(LoopError);
        }
        Ok(Self { short_below, opens_from, broken_from, reads_closed })
    }

    /// What the loop reads at this code.
    ///
    /// # Errors
    /// [`Fault::Short`], [`Fault::Open`]: of its wires.
    ///
    /// # Panics
    /// Never.
    pub fn state(&self, code: Ratio) -> Result<bool, Fault> {
        if code < self.short_below {
            Err(Fault::Short)
        } else if code >= self.broken_from {
            Err(Fault::Open)
        } else {
            Ok((code < self.opens_from) == self.reads_closed)
        }
    }

    /// The reading of the loop from that of its code, as old as that. It is not debounced: a converter averages.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn read(&self, code: Reading<Ratio>) -> Reading<bool> {
        code.and_then(|code| self.state(code))
    }
}
