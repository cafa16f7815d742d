//! What the outputs really do: levels, captured PWM, currents, positions.
//!
//! | what | from | reading | faults |
//! |---|---|---|---|
//! | [`LevelReadBack`] | a pin: permit, relay, contactor | `bool`, or [`Duty`] off and full | `Bus` |
//! | [`Capture`] | a capturing timer's two times | [`Duty`] | `Disagrees` |
//! | [`CurrentSense`] | the code of a converter behind shunt and amplifier | [`MilliAmps`] | `Open`, `Short`, `BelowRange`, `AboveRange` |
//! | [`Potentiometer`] | the code of a position | [`Duty`] | `Open`, `Short`, `BelowRange`, `AboveRange` |
//!
//! A fault of the converter itself is passed on. A read-back that cannot be read proves nothing good to the guard.

use crate::{fault, level};
use coldcap_units::{Duty, Fault, Instant, MilliAmps, Ratio, Reading};
use core::fmt;
use embedded_hal::digital::{InputPin, PinState};

/// The read-back of something that is on or off, by the level of a pin.
///
/// Lay it so that a broken wire reads as off: the guard then sees what was switched on and is not. A pin says nothing of
/// how hard a PWM drives; that is [`Capture`]'s.
///
/// ```
/// use coldcap_hal::LevelReadBack;
/// use coldcap_units::{Duty, Instant, Reading};
/// use embedded_hal::digital::PinState;
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
///
/// let mut pin = Mock::new(&[Transaction::get(State::Low), Transaction::get(State::High)]);
/// let mut chiller = LevelReadBack::new(pin.clone(), PinState::Low);
/// let now = Instant::from_millis(100);
/// assert_eq!(chiller.duty(now), Reading::new(Duty::FULL, now));
/// assert_eq!(chiller.is_on(now), Reading::new(false, now));
/// pin.done();
/// ```
#[derive(Debug)]
pub struct LevelReadBack<P> {
    pin: P,
    on: PinState,
}

impl<P: InputPin> LevelReadBack<P> {
    /// The read-back on `pin`, which is at the level `on` while power is there.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(pin: P, on: PinState) -> Self {
        Self { pin, on }
    }

    /// Whether it is on at `now`: for [`Inputs::permit`](coldcap::Inputs::permit). [`Fault::Bus`] where the pin cannot
    /// be read.
    ///
    /// # Panics
    /// Never.
    pub fn is_on(&mut self, now: Instant) -> Reading<bool> {
        fault::reading(level::is_at(&mut self.pin, self.on), now)
    }

    /// The same as a duty, off or full: for [`TankInputs::chiller`](coldcap::TankInputs::chiller).
    ///
    /// # Panics
    /// Never.
    pub fn duty(&mut self, now: Instant) -> Reading<Duty> {
        self.is_on(now).map(|on| if on { Duty::FULL } else { Duty::OFF })
    }
}

/// What a timer captured of a PWM signal since the last tick.
///
/// Whoever cannot tell whether an edge came (a capture register that stands looks like a signal that goes on) has to look
/// at the timer's flag first.
///
/// ```
/// use coldcap_hal::Capture;
/// use coldcap_units::{Duty, Fault};
///
/// assert_eq!(Capture::Cycle { on: 250, period: 1_000 }.duty().map(Duty::to_permille), Ok(250));
/// assert_eq!(Capture::Still { on: false }.duty(), Ok(Duty::OFF));
/// assert_eq!(Capture::Cycle { on: 1_001, period: 1_000 }.duty(), Err(Fault::Disagrees));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capture {
    /// No edge came for longer than a period: the signal stands, at the level that drives or at the other one.
    Still {
        /// Whether it is the level that drives.
        on: bool,
    },
    /// A whole cycle, in the timer's steps.
    Cycle {
        /// From the edge that begins to drive to the one that ends it.
        on: u32,
        /// From the edge that begins to drive to the next of its kind.
        period: u32,
    },
}

impl Capture {
    /// The duty. What drives for any time at all is never [`Duty::OFF`], however short it is.
    ///
    /// # Errors
    /// [`Fault::Disagrees`]: a cycle of no length, or one that is shorter than its part.
    ///
    /// # Panics
    /// Never. The time is bounded: one 64-bit division.
    pub fn duty(self) -> Result<Duty, Fault> {
        match self {
            Self::Still { on: true } => Ok(Duty::FULL),
            Self::Still { on: false } => Ok(Duty::OFF),
            Self::Cycle { on, period } if on > period => Err(Fault::Disagrees),
            Self::Cycle { on, period } => {
                let full = u64::from(u16::MAX);
                let share = u64::from(on).saturating_mul(full).checked_div(period.into());
                let share = share.ok_or(Fault::Disagrees)?.max(u64::from(on > 0));
                Ok(Duty(u16::try_from(share).unwrap_or(u16::MAX)))
            }
        }
    }

    /// The same as a reading at `now`.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn reading(self, now: Instant) -> Reading<Duty> {
        fault::reading(self.duty(), now)
    }
}

/// A shunt with an amplifier, or a sensor of the like, in front of a converter.
///
/// # Units
/// Said with each field. `current = code · reference / (gain · shunt)`, the code as a share of full scale and counted
/// from `zero`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CurrentSenseSettings {
    /// What full scale of the converter is, in millivolts.
    pub reference_mv: u16,
    /// Amplification, in thousandths.
    pub gain_milli: u32,
    /// The shunt, in micro-ohms.
    pub shunt_micro_ohm: u32,
    /// The code at no current.
    pub zero: Ratio,
    /// How far below `zero` the code may wander at no current; what is further below is a current that flows backwards.
    pub zero_band: Ratio,
    /// A code below this is a sensor whose wire is open: 0 where it cannot be told from no current.
    pub open_below: Ratio,
    /// A code from this on is no current either, but a short to the supply or an amplifier at its end.
    pub short_from: Ratio,
}

/// Why [`CurrentSenseSettings`] are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CurrentSenseError {
    /// Reference, gain or shunt is zero.
    Zero,
    /// Full scale is less than 1 mA, or more than 4 MA.
    FullScale,
    /// The codes are not in order: open, zero and its band, short.
    Codes,
}

impl fmt::Display for CurrentSenseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zero => "reference, gain and shunt must not be zero",
            Self::FullScale => "full scale must be from 1 mA to 4294967295 mA",
            Self::Codes => "the codes of open, zero and short must rise in this order",
        })
    }
}

impl core::error::Error for CurrentSenseError {}

/// Turns the code of a current sensor into [`MilliAmps`], for [`ChannelInputs::pump_current`](coldcap::ChannelInputs).
///
/// ```
/// use coldcap_hal::{CurrentSense, CurrentSenseSettings};
/// use coldcap_units::{Fault, Instant, MilliAmps, Ratio, Reading};
///
/// // 50 mΩ, twenty-fold, 3.3 V: full scale is 3.3 A. Half a volt stands for no current.
/// let sense = CurrentSense::new(CurrentSenseSettings {
///     reference_mv: 3_300,
///     gain_milli: 20_000,
///     shunt_micro_ohm: 50_000,
///     zero: Ratio::from_code(620, 12),
///     zero_band: Ratio::from_code(12, 12),
///     open_below: Ratio::from_code(300, 12),
///     short_from: Ratio::from_code(4_060, 12),
/// })?;
/// let now = Instant::from_millis(100);
/// let read = |code| sense.read(Reading::new(Ratio::from_code(code, 12), now)).value;
/// assert_eq!(read(620 + 869), Ok(MilliAmps(700)));
/// assert_eq!([read(612), read(3)], [Ok(MilliAmps(0)), Err(Fault::Open)]);
/// # Ok::<(), coldcap_hal::CurrentSenseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CurrentSense {
    settings: CurrentSenseSettings,
    full_scale_ma: u32,
}

/// Millivolts a thousandth of gain and a micro-ohm: to milliamperes.
const SENSE_SCALE: u64 = 1_000_000_000;

impl CurrentSense {
    /// The sensor with these settings.
    ///
    /// # Errors
    /// [`CurrentSenseError`] says what does not fit.
    ///
    /// # Panics
    /// Never.
    pub const fn new(settings: CurrentSenseSettings) -> Result<Self, CurrentSenseError> {
        let it = settings;
        let ohms = (it.gain_milli as u64).saturating_mul(it.shunt_micro_ohm as u64);
        let full = match (it.reference_mv as u64).saturating_mul(SENSE_SCALE).checked_div(ohms) {
            None => return Err(CurrentSenseError::Zero),
            Some(_) if it.reference_mv == 0 => return Err(CurrentSenseError::Zero),
            Some(full) => full,
        };
        if full == 0 || full > u32::MAX as u64 {
            return Err(CurrentSenseError::FullScale);
        }
        let least = it.zero.0.saturating_sub(it.zero_band.0);
        if it.open_below.0 > least || it.zero.0 >= it.short_from.0 {
            return Err(CurrentSenseError::Codes);
        }
        Ok(Self { settings, full_scale_ma: full as u32 })
    }

    /// The current that this code stands for.
    ///
    /// # Errors
    /// - [`Fault::Open`]: below `open_below`.
    /// - [`Fault::Short`]: at `short_from` or above.
    /// - [`Fault::BelowRange`]: a current that flows backwards: the sensor is mounted the wrong way round, or its zero is
    ///   wrong. It would read as a pump that rests.
    /// - [`Fault::AboveRange`]: more than 65 535 mA.
    ///
    /// # Panics
    /// Never. The time is bounded: no loop, no division.
    pub fn current(&self, code: Ratio) -> Result<MilliAmps, Fault> {
        let it = &self.settings;
        if code < it.open_below {
            return Err(Fault::Open);
        }
        if code >= it.short_from {
            return Err(Fault::Short);
        }
        if code.0 < it.zero.0.saturating_sub(it.zero_band.0) {
            return Err(Fault::BelowRange);
        }
        let above = u64::from(code.0.saturating_sub(it.zero.0));
        let exact = above.saturating_mul(self.full_scale_ma.into());
        let current = exact.saturating_add(1 << 31) >> 32;
        u16::try_from(current).map(MilliAmps).map_err(|_| Fault::AboveRange)
    }

    /// The reading of the current from that of the code, as old as that.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn read(&self, code: Reading<Ratio>) -> Reading<MilliAmps> {
        code.and_then(|code| self.current(code))
    }
}

/// The codes of a potentiometer on a valve's shaft, with a resistor that pulls its wiper to full scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PotentiometerCodes {
    /// At rest, where everything recirculates.
    pub closed: Ratio,
    /// Where everything comes from the tank. It may be below `closed`.
    pub open: Ratio,
    /// How far beyond either end the valve may stand: it then counts as at that end.
    pub beyond: Ratio,
    /// A code below this is a short to ground.
    pub short_below: Ratio,
    /// A code from this on is a wiper, or a wire, that is open.
    pub open_from: Ratio,
}

/// Why [`PotentiometerCodes`] are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PotentiometerError {
    /// The ends are nearer to each other than 1/64 of full scale.
    NoTravel,
    /// An end, with what may lie beyond it, is not between the codes of short and open.
    Ends,
}

impl fmt::Display for PotentiometerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTravel => "the ends must be 1/64 of full scale apart at least",
            Self::Ends => "both ends must lie between the codes of short and open",
        })
    }
}

impl core::error::Error for PotentiometerError {}

/// Turns the code of a valve's potentiometer into its position, for [`ChannelInputs::valve`](coldcap::ChannelInputs).
///
/// ```
/// use coldcap_hal::{Potentiometer, PotentiometerCodes};
/// use coldcap_units::{Duty, Fault, Ratio};
///
/// let permille = |share: u32| Ratio(u32::MAX / 1_000 * share);
/// let shaft = Potentiometer::new(PotentiometerCodes {
///     closed: permille(900), // it turns the other way
///     open: permille(100),
///     beyond: permille(10),
///     short_below: permille(50),
///     open_from: permille(950),
/// })?;
/// assert_eq!(shaft.position(permille(500)).map(Duty::to_permille), Ok(500));
/// assert_eq!(shaft.position(permille(905)), Ok(Duty::OFF));
/// assert_eq!(shaft.position(permille(960)), Err(Fault::Open));
/// # Ok::<(), coldcap_hal::PotentiometerError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Potentiometer {
    codes: PotentiometerCodes,
}

/// The least travel.
const LEAST_TRAVEL: u32 = 1 << 26;

impl Potentiometer {
    /// The potentiometer with these codes.
    ///
    /// # Errors
    /// [`PotentiometerError`] says what does not fit.
    ///
    /// # Panics
    /// Never.
    pub const fn new(codes: PotentiometerCodes) -> Result<Self, PotentiometerError> {
        let (low, high) = ends(&codes);
        if high.saturating_sub(low) < LEAST_TRAVEL {
            return Err(PotentiometerError::NoTravel);
        }
        let (Some(least), Some(most)) =
            (low.checked_sub(codes.beyond.0), high.checked_add(codes.beyond.0))
        else {
            return Err(PotentiometerError::Ends);
        };
        if least < codes.short_below.0 || most >= codes.open_from.0 {
            return Err(PotentiometerError::Ends);
        }
        Ok(Self { codes })
    }

    /// The position that this code stands for, rounded down.
    ///
    /// # Errors
    /// - [`Fault::Short`]: below `short_below`.
    /// - [`Fault::Open`]: at `open_from` or above.
    /// - [`Fault::BelowRange`], [`Fault::AboveRange`]: further beyond the lower or the upper end than it may be: the shaft
    ///   slips, or the ends are not those of this valve.
    ///
    /// # Panics
    /// Never. The time is bounded: one 64-bit division.
    pub fn position(&self, code: Ratio) -> Result<Duty, Fault> {
        let (codes, (low, high)) = (&self.codes, ends(&self.codes));
        if code < codes.short_below {
            return Err(Fault::Short);
        }
        if code >= codes.open_from {
            return Err(Fault::Open);
        }
        if code.0 < low.saturating_sub(codes.beyond.0) {
            return Err(Fault::BelowRange);
        }
        if code.0 > high.saturating_add(codes.beyond.0) {
            return Err(Fault::AboveRange);
        }
        let gone = code.0.clamp(low, high).abs_diff(codes.closed.0);
        let scaled = u64::from(gone).saturating_mul(u16::MAX.into());
        let share = scaled.checked_div(high.saturating_sub(low).into()).unwrap_or(0);
        Ok(Duty(u16::try_from(share).unwrap_or(u16::MAX)))
    }

    /// The reading of the position from that of the code, as old as that.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn read(&self, code: Reading<Ratio>) -> Reading<Duty> {
        code.and_then(|code| self.position(code))
    }
}

/// The lower end and the upper one.
const fn ends(codes: &PotentiometerCodes) -> (u32, u32) {
    let (closed, open) = (codes.closed.0, codes.open.0);
    if closed < open { (closed, open) } else { (open, closed) }
}
