//! The permit: a power path of its own ahead of the actuators.

use crate::level;
use crate::write::{WriteError, or_off};
use embedded_hal::digital::{OutputPin, PinState};

/// The line that lets the actuators have power at all.
///
/// It acts on a path of its own: where an actuator cannot be switched off, this one still can.
///
/// # For implementers
/// Cut when made, after any failure, and when dropped.
pub trait PermitLine {
    /// Gives power, until the next call says otherwise. The stage calls it in every tick that has the permit.
    ///
    /// # Errors
    /// [`WriteError`], which says whether the power is cut now.
    fn grant(&mut self) -> Result<(), WriteError>;

    /// Cuts the power.
    ///
    /// # Errors
    /// [`WriteError::NotOff`], always: the power may still be there.
    fn cut(&mut self) -> Result<(), WriteError>;
}

impl<T: PermitLine + ?Sized> PermitLine for &mut T {
    fn grant(&mut self) -> Result<(), WriteError> {
        T::grant(self)
    }

    fn cut(&mut self) -> Result<(), WriteError> {
        T::cut(self)
    }
}

/// A permit by the level of a pin. Whoever may choose takes [`PulsedPermit`]: a level stays where it is when the
/// processor stops.
///
/// The board pulls the line to the level that cuts, so that a pin that is not driven (a reset, a broken wire) cuts.
///
/// ```
/// use coldcap_hal::{LevelPermit, PermitLine};
/// use embedded_hal::digital::PinState;
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
///
/// let mut pin = Mock::new(&[
///     Transaction::set(State::Low),
///     Transaction::set(State::High),
///     Transaction::set(State::Low),
/// ]);
/// let mut permit = LevelPermit::new(pin.clone(), PinState::High);
/// permit.grant()?;
/// drop(permit);
/// pin.done();
/// # Ok::<(), coldcap_hal::WriteError>(())
/// ```
#[derive(Debug)]
pub struct LevelPermit<P: OutputPin> {
    pin: P,
    grants: PinState,
}

impl<P: OutputPin> LevelPermit<P> {
    /// The permit behind `pin`, cut. `grants` is the level that gives power.
    ///
    /// # Panics
    /// Never.
    pub fn new(pin: P, grants: PinState) -> Self {
        let mut it = Self { pin, grants };
        // What fails here fails again when the stage is put together, and is told there.
        let _ = it.cut();
        it
    }
}

impl<P: OutputPin> PermitLine for LevelPermit<P> {
    fn grant(&mut self) -> Result<(), WriteError> {
        or_off(level::set(&mut self.pin, self.grants, true), || self.cut())
    }

    fn cut(&mut self) -> Result<(), WriteError> {
        level::set(&mut self.pin, self.grants, false)
    }
}

impl<P: OutputPin> Drop for LevelPermit<P> {
    fn drop(&mut self) {
        let _ = self.cut();
    }
}

/// A permit by edges: the line changes its level in every tick that grants, and a charge pump or a retriggerable
/// monostable behind it holds the power for as long as edges come. At a tick of 100 ms it has to hold for two ticks
/// and let go within few more.
///
/// A processor that stops, or a tick that is not called, lets the power fall without any help of software.
///
/// ```
/// use coldcap_hal::{PermitLine, PulsedPermit};
/// use embedded_hal::digital::PinState;
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
///
/// let mut pin = Mock::new(&[
///     Transaction::set(State::Low),
///     Transaction::set(State::High),
///     Transaction::set(State::Low),
///     Transaction::set(State::High),
///     Transaction::set(State::Low), // as it is dropped
/// ]);
/// let mut permit = PulsedPermit::new(pin.clone(), PinState::Low);
/// for _tick in 0..3 {
///     permit.grant()?;
/// }
/// drop(permit);
/// pin.done();
/// # Ok::<(), coldcap_hal::WriteError>(())
/// ```
#[derive(Debug)]
pub struct PulsedPermit<P: OutputPin> {
    pin: P,
    rests: PinState,
    is_away: bool,
}

impl<P: OutputPin> PulsedPermit<P> {
    /// The permit behind `pin`, at rest. `rests` is the level of a line that is cut: that of the board's pull.
    ///
    /// # Panics
    /// Never.
    pub fn new(pin: P, rests: PinState) -> Self {
        let mut it = Self { pin, rests, is_away: false };
        // What fails here fails again when the stage is put together, and is told there.
        let _ = it.cut();
        it
    }
}

impl<P: OutputPin> PermitLine for PulsedPermit<P> {
    fn grant(&mut self) -> Result<(), WriteError> {
        let next = !self.is_away;
        or_off(level::set(&mut self.pin, !self.rests, next), || self.cut())?;
        self.is_away = next;
        Ok(())
    }

    fn cut(&mut self) -> Result<(), WriteError> {
        self.is_away = false;
        level::set(&mut self.pin, !self.rests, false)
    }
}

impl<P: OutputPin> Drop for PulsedPermit<P> {
    fn drop(&mut self) {
        let _ = self.cut();
    }
}
