//! All that a tick drives, as one: on in a safe order, off as a whole where anything fails.

use crate::actuator::Actuate;
use crate::permit::PermitLine;
use crate::write::WriteError;
use coldcap::{ChannelDrives, Drives};
use coldcap_units::{Duty, Instant};
use core::fmt;

/// An output of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The permit.
    Permit,
    /// The chiller.
    Chiller,
    /// The mixing valve of this channel.
    Valve(u8),
    /// The pump of this channel.
    Pump(u8),
}

impl Place {
    /// Its bit in a set. What lies beyond the fifteenth channel shares the last bits.
    const fn bit(self) -> u32 {
        match self {
            Self::Permit => 1,
            Self::Chiller => 1 << 1,
            Self::Valve(channel) => (1u32 << 2).wrapping_shl(pair(channel)),
            Self::Pump(channel) => (1u32 << 3).wrapping_shl(pair(channel)),
        }
    }
}

const fn pair(channel: u8) -> u32 {
    let channel = if channel > 14 { 14 } else { channel };
    (channel as u32).saturating_mul(2)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permit => f.write_str("the permit"),
            Self::Chiller => f.write_str("the chiller"),
            Self::Valve(channel) => write!(f, "the valve of channel {channel}"),
            Self::Pump(channel) => write!(f, "the pump of channel {channel}"),
        }
    }
}

/// A set of outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Places(u32);

impl Places {
    /// No output.
    pub const NONE: Self = Self(0);

    /// These outputs and `place`.
    #[must_use]
    pub const fn with(self, place: Place) -> Self {
        Self(self.0 | place.bit())
    }

    /// Whether `place` is among them. Channels from the fifteenth on are not told apart.
    #[must_use]
    pub const fn contains(self, place: Place) -> bool {
        self.0 & place.bit() != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// One of them, the most important first: permit, chiller, then valve and pump of each channel.
    #[must_use]
    pub const fn first(self) -> Option<Place> {
        let bit = self.0.trailing_zeros();
        let channel = (bit.saturating_sub(2) / 2) as u8;
        Some(match bit {
            32 => return None,
            0 => Place::Permit,
            1 => Place::Chiller,
            even if even % 2 == 0 => Place::Valve(channel),
            _ => Place::Pump(channel),
        })
    }

    /// These outputs, and `place` where it could not be written.
    fn with_failed(self, place: Place, written: Result<(), WriteError>) -> Self {
        if written.is_err() { self.with(place) } else { self }
    }
}

/// What a stage is held off for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// This output could not be written: the first one that failed.
    NotWritten(Place),
    /// [`PowerStage::off`] was called.
    SwitchedOff,
}

/// Why the drives of a tick are not driven. Everything that could be switched off is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DriveError {
    /// What everything is held off for.
    pub cause: Cause,
    /// Whether that was before this tick.
    pub earlier: bool,
    /// The outputs that could not be switched off in this tick: they may still be driven. Where the permit is none of
    /// them, they have no power.
    pub not_off: Places,
}

impl fmt::Display for DriveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cause {
            Cause::NotWritten(place) => write!(f, "{place} could not be written")?,
            Cause::SwitchedOff => f.write_str("the outputs were switched off")?,
        }
        f.write_str(if self.earlier { " before" } else { "" })?;
        f.write_str(if self.not_off.is_empty() { ": all are off" } else { ": not all are off" })
    }
}

impl core::error::Error for DriveError {}

/// The outputs of one channel.
#[derive(Clone, Copy, Debug)]
pub struct ChannelOutputs<P, V> {
    /// The circulation pump.
    pub pump: P,
    /// The mixing valve: off recirculates, full takes everything from the tank.
    pub valve: V,
}

/// Everything that a tick drives: what takes [`coldcap::Outputs::drives`].
///
/// # Order
/// What goes off is written before what goes on, and the permit comes last: pumps, valves, chiller, permit. Off goes the
/// other way round, the permit first, and goes on whatever fails on the way.
///
/// # Where a write fails
/// Nothing is half driven. In the same call the permit is cut and everything is switched off, and the stage is **held
/// off** from then on: off is safe, restarting is not, and an output that fails now and then must not make a pump
/// stutter. It is released by nobody but the core: by a tick that has no permit, in which everything could be
/// switched off. That is what the guard's `permit_mismatch` leads to, within its second, where the permit has a read-back;
/// and what power-up begins with.
///
/// A board that gets an error should press the stop key for the core ([`Panel::stop`](coldcap::Panel::stop)), and not
/// feed its watchdog while the permit is in [`DriveError::not_off`]: a reset is then what is left to cut it.
///
/// # Boot
/// [`new`](Self::new) switches everything off, before the first tick. Before that, from reset on, it is the board's
/// pulls that hold every output off.
///
/// Dropping switches everything off in the same order.
///
/// # Bounded work
/// At most three writes of each output a call: the duty, off where that failed, and the off of the whole. Loops run over
/// `CHANNELS`.
///
/// ```
/// use coldcap::{ChannelDrives, Drives};
/// use coldcap_hal::{Cause, ChannelOutputs, LevelPermit, Place, PowerStage, SwitchDrive};
/// use coldcap_units::{Duty, Instant};
/// use embedded_hal::digital::PinState::High;
/// use embedded_hal_mock::eh1::MockError;
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
/// use std::io::ErrorKind;
///
/// let low = || Transaction::set(State::Low);
/// let high = || Transaction::set(State::High);
/// // Made, put together, first tick, then off, and off once more as each is dropped.
/// let mut well = Mock::new(&[low(), low(), high(), low(), low(), low()]);
/// let mut chiller = Mock::new(&[low(), low(), low(), low(), low(), low()]);
/// // The valve fails in the first tick: its own driver switches it off, and so does the stage.
/// let fails = high().with_error(MockError::Io(ErrorKind::TimedOut));
/// let mut valve = Mock::new(&[low(), low(), fails, low(), low(), low(), low()]);
/// // The permit is never given.
/// let mut permit = Mock::new(&[low(), low(), low(), low(), low()]);
///
/// let on_off = |pin: &Mock| SwitchDrive::new(pin.clone(), High, Duty::FULL);
/// let channels = [ChannelOutputs { pump: on_off(&well), valve: on_off(&valve) }];
/// let mut stage = PowerStage::new(LevelPermit::new(permit.clone(), High), on_off(&chiller), channels);
///
/// let cool = ChannelDrives { pump: Duty::FULL, valve: Duty::FULL };
/// let drives = Drives { permit: true, chiller: Duty::OFF, channels: [cool] };
/// let error = stage.apply(Instant::from_millis(100), &drives).unwrap_err();
/// assert_eq!(error.cause, Cause::NotWritten(Place::Valve(0)));
/// assert!(error.not_off.is_empty());
///
/// drop(stage);
/// [well, chiller, valve, permit].iter_mut().for_each(Mock::done);
/// ```
#[derive(Debug)]
pub struct PowerStage<L: PermitLine, C: Actuate, P: Actuate, V: Actuate, const CHANNELS: usize> {
    permit: L,
    chiller: C,
    channels: [ChannelOutputs<P, V>; CHANNELS],
    held: Option<Cause>,
}

impl<L: PermitLine, C: Actuate, P: Actuate, V: Actuate, const CHANNELS: usize>
    PowerStage<L, C, P, V, CHANNELS>
{
    /// The stage of these outputs, everything switched off. Where that fails the stage is held, which
    /// [`held`](Self::held) says.
    ///
    /// # Panics
    /// Never.
    pub fn new(permit: L, chiller: C, channels: [ChannelOutputs<P, V>; CHANNELS]) -> Self {
        let mut it = Self { permit, chiller, channels, held: None };
        it.held = cause(it.everything_off(None));
        it
    }

    /// What everything is held off for; `None` where the next tick may drive.
    #[must_use]
    pub const fn held(&self) -> Option<Cause> {
        self.held
    }

    /// Drives what the tick at `now` decided, or nothing at all. `now` must not go back; where it does, no time has
    /// passed.
    ///
    /// Without the permit everything is switched off, whatever else is asked for.
    ///
    /// # Errors
    /// [`DriveError`]: an output could not be written, now or before. The [type](Self) says what follows.
    ///
    /// # Panics
    /// Never.
    pub fn apply(&mut self, now: Instant, drives: &Drives<CHANNELS>) -> Result<(), DriveError> {
        if !drives.permit {
            let not_off = self.everything_off(Some(now));
            self.held = cause(not_off);
            return self
                .held
                .map_or(Ok(()), |cause| Err(DriveError { cause, earlier: false, not_off }));
        }
        if let Some(cause) = self.held {
            let not_off = self.everything_off(Some(now));
            return Err(DriveError { cause, earlier: true, not_off });
        }
        self.write(now, drives).map_err(|place| {
            let cause = Cause::NotWritten(place);
            self.held = Some(cause);
            DriveError { cause, earlier: false, not_off: self.everything_off(Some(now)) }
        })
    }

    /// Switches everything off, the permit first, and holds it: for whoever has to stop outside a tick, as an interrupt of
    /// a supply that fails.
    ///
    /// # Errors
    /// The outputs that may still be driven.
    ///
    /// # Panics
    /// Never.
    pub fn off(&mut self) -> Result<(), Places> {
        self.held = self.held.or(Some(Cause::SwitchedOff));
        let not_off = self.everything_off(None);
        if not_off.is_empty() { Ok(()) } else { Err(not_off) }
    }

    fn write(&mut self, now: Instant, drives: &Drives<CHANNELS>) -> Result<(), Place> {
        self.write_where(now, drives, Duty::is_off)?;
        self.write_where(now, drives, |duty| !duty.is_off())?;
        self.permit.grant().map_err(|_| Place::Permit)
    }

    /// Writes the outputs whose duty is `chosen`.
    fn write_where(
        &mut self,
        now: Instant,
        drives: &Drives<CHANNELS>,
        chosen: fn(Duty) -> bool,
    ) -> Result<(), Place> {
        for ((index, it), drive) in self.channels.iter_mut().enumerate().zip(&drives.channels) {
            let (ChannelDrives { pump, valve }, channel) = (*drive, number(index));
            if chosen(pump) {
                it.pump.drive(now, pump).map_err(|_| Place::Pump(channel))?;
            }
            if chosen(valve) {
                it.valve.drive(now, valve).map_err(|_| Place::Valve(channel))?;
            }
        }
        if chosen(drives.chiller) {
            self.chiller.drive(now, drives.chiller).map_err(|_| Place::Chiller)?;
        }
        Ok(())
    }

    /// Switches everything off; what could not be.
    fn everything_off(&mut self, now: Option<Instant>) -> Places {
        let mut failed = Places::NONE.with_failed(Place::Permit, self.permit.cut());
        failed = failed.with_failed(Place::Chiller, off(&mut self.chiller, now));
        for (index, it) in self.channels.iter_mut().enumerate() {
            let channel = number(index);
            failed = failed.with_failed(Place::Valve(channel), off(&mut it.valve, now));
            failed = failed.with_failed(Place::Pump(channel), off(&mut it.pump, now));
        }
        failed
    }
}

impl<L: PermitLine, C: Actuate, P: Actuate, V: Actuate, const CHANNELS: usize> Drop
    for PowerStage<L, C, P, V, CHANNELS>
{
    fn drop(&mut self) {
        let _ = self.everything_off(None);
    }
}

fn number(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}

fn cause(not_off: Places) -> Option<Cause> {
    not_off.first().map(Cause::NotWritten)
}

/// Off, with the time where somebody said it: minimum off times count from it.
fn off(output: &mut impl Actuate, now: Option<Instant>) -> Result<(), WriteError> {
    match now {
        Some(now) => output.drive(now, Duty::OFF),
        None => output.off(),
    }
}
