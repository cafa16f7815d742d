//! What the temperature front ends share: how they are asked, what they answer, and what may be in the way.
//!
//! A front end is an [`Engine`] and a [`Driver`]. The engine knows the part: which bytes it wants to exchange at an instant,
//! and what the answer means. It touches no bus. The driver knows the bus and nothing else: [`Driver::poll`] over
//! `embedded-hal`, and `Driver::poll_async` (feature `async`) over `embedded-hal-async`. Both carry the engine's bytes there
//! and back, so that there is nothing that the two could do differently. Whoever has another kind of bus calls the engine.
//!
//! # The contract of a poll
//! - It never waits. `None` says that nothing new is known: set-up or a conversion is under way. That is *not* the last
//!   value again; the board keeps the reading that it has, which grows old by its instant.
//! - What it tells is new, or a [`Fault`]; never a number that the part did not just give.
//! - It does at most [`EXCHANGES`] exchanges of at most [`Frame::LONGEST`] bytes each, chip select high between them.
//! - `now` is taken just before the call; while it steps back, the engine waits. Waiting times are rounded up and hold 2 ms for a bus that others use, too; with
//!   a [`ReadyPin`] the part itself says when.
//! - After a [`Trouble`] that is more than the sensor's wire the part is set up anew by the next polls, and each attempt
//!   that fails is told again. So nobody needs to switch anything back on after a brown-out.
//! - A future of `poll_async` that is dropped leaves the engine as it was before the exchange, which is repeated.
//!
//! ```
//! use coldcap_hal::front_end::Trouble;
//! use coldcap_units::Fault;
//! // However much a part says, what reaches the core is one of its faults.
//! assert_eq!(Trouble::StuckLow.fault(), Fault::Bus);
//! assert_eq!(Trouble::ConfigurationLost.fault(), Fault::Unavailable);
//! assert_eq!(Trouble::Sensor(Fault::Open).fault(), Fault::Open);
//! ```

mod ready;
mod scale;
mod scan;

pub use ready::{DataReady, ReadyPin, Timed};
pub use scale::{Milliohms, Scale, ScaleError, Wiring, signed_24};
pub use scan::{ChannelTold, Scan};

use coldcap_units::{Duration, Fault, Instant};

/// Most exchanges of one poll.
pub const EXCHANGES: usize = 3;

/// Added to a part's longest time: instants are whole milliseconds, and others use the bus, too.
pub(crate) const SLACK: Duration = Duration::from_millis(2);

/// The bytes of one exchange: chip select falls before the first and rises behind the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    bytes: [u8; Self::LONGEST],
    length: usize,
}

impl Frame {
    /// Most bytes of an exchange.
    pub const LONGEST: usize = 12;

    /// These bytes; what is beyond [`LONGEST`](Self::LONGEST) is left off.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn new(parts: &[u8]) -> Self {
        let mut frame = Self { bytes: [0; Self::LONGEST], length: 0 };
        for (slot, byte) in frame.bytes.iter_mut().zip(parts) {
            *slot = *byte;
            frame.length = frame.length.saturating_add(1);
        }
        frame
    }

    /// The bytes: before the exchange what is sent, behind it what came back.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }

    /// The same, to be exchanged in place.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.length).unwrap_or(&mut [])
    }
}

/// Why there is no number: more than a [`Fault`] says, for whoever looks for the reason on a bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// The bus, or the pin that says *ready*, gave an error.
    Bus,
    /// Only zeros came back: the line is held low, or the part has no power.
    StuckLow,
    /// Only ones came back: nobody drives the line.
    StuckHigh,
    /// What came back does not agree with its own check value.
    Checksum,
    /// Another part answers.
    Identity,
    /// What came back contradicts itself.
    Inconsistent,
    /// The part is not configured as it was told: it lost its power, or a write was lost.
    ConfigurationLost,
    /// The part says that it is still starting.
    NotReady,
    /// The value that stands there before the first conversion.
    PowerOnValue,
    /// A conversion took more than twice its longest time.
    Overdue,
    /// The part works, and its sensor or the wire to it does not.
    Sensor(Fault),
}

impl Trouble {
    /// What the core is told: [`Fault::Bus`] where what came back is worth nothing, [`Fault::Unavailable`] where the part is
    /// not yet (or no longer) set up, [`Fault::Stale`] for what is overdue, and what a [`Sensor`](Self::Sensor) has.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn fault(self) -> Fault {
        match self {
            Self::Bus
            | Self::StuckLow
            | Self::StuckHigh
            | Self::Checksum
            | Self::Identity
            | Self::Inconsistent => Fault::Bus,
            Self::ConfigurationLost | Self::NotReady | Self::PowerOnValue => Fault::Unavailable,
            Self::Overdue => Fault::Stale,
            Self::Sensor(fault) => fault,
        }
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        trouble.fault()
    }
}

impl core::fmt::Display for Trouble {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Bus => "the bus failed",
            Self::StuckLow => "only zeros came back",
            Self::StuckHigh => "only ones came back",
            Self::Checksum => "the check value does not match",
            Self::Identity => "another part answers",
            Self::Inconsistent => "the answer contradicts itself",
            Self::ConfigurationLost => "the part is not configured as it was told",
            Self::NotReady => "the part is still starting",
            Self::PowerOnValue => "there was no conversion yet",
            Self::Overdue => "a conversion is overdue",
            Self::Sensor(fault) => return write!(f, "sensor: {fault}"),
        })
    }
}

impl core::error::Error for Trouble {}

/// All zeros or all ones of what a part drives, if it is that.
pub(crate) fn stuck(answer: &[u8]) -> Option<Trouble> {
    if answer.iter().all(|byte| *byte == 0) {
        Some(Trouble::StuckLow)
    } else if answer.iter().all(|byte| *byte == u8::MAX) {
        Some(Trouble::StuckHigh)
    } else {
        None
    }
}

/// A part without its bus. Implemented by the engines of this crate, and by whoever adds one.
pub trait Engine {
    /// What a finished measurement tells.
    type Told;

    /// What the part wants to exchange at `now`; `None` while there is nothing to do but wait. `ready` is what a pin says,
    /// if there is one. It changes nothing: asked twice, it says the same.
    ///
    /// # Errors
    /// A [`Trouble`] that is known without an exchange: a conversion is overdue.
    fn next(&self, now: Instant, ready: Option<bool>) -> Result<Option<Frame>, Trouble>;

    /// Takes what came back of the frame that [`next`](Self::next) gave, or why there is nothing.
    fn take(&mut self, now: Instant, answer: Result<Frame, Trouble>) -> Option<Self::Told>;
}

/// An engine on a bus. See the [module](self) for what a poll promises.
///
/// Each part names its own: [`Max31865`](crate::max31865::Max31865), [`Ads1220`](crate::ads1220::Ads1220),
/// [`Ads124s08`](crate::ads124s08::Ads124s08).
#[derive(Debug)]
pub struct Driver<E, Bus, Ready = Timed> {
    engine: E,
    bus: Bus,
    ready: Ready,
}

impl<E, Bus> Driver<E, Bus> {
    /// An engine on a bus, without a pin that says *ready*: times are counted.
    pub const fn new(engine: E, bus: Bus) -> Self {
        Self::with_ready(engine, bus, Timed)
    }
}

impl<E, Bus, Ready> Driver<E, Bus, Ready> {
    /// The same with a pin that says *ready*, see [`ReadyPin`].
    pub const fn with_ready(engine: E, bus: Bus, ready: Ready) -> Self {
        Self { engine, bus, ready }
    }

    /// The engine, with all that it knows.
    pub const fn engine(&self) -> &E {
        &self.engine
    }

    /// Gives the bus and the pin back. The part stays as it is.
    pub fn release(self) -> (Bus, Ready) {
        (self.bus, self.ready)
    }
}

impl<E: Engine, Bus, Ready: DataReady> Driver<E, Bus, Ready> {
    fn next(&mut self, now: Instant) -> Result<Option<Frame>, Trouble> {
        let ready = self.ready.is_ready()?;
        self.engine.next(now, ready)
    }
}

impl<E, Bus, Ready> Driver<E, Bus, Ready>
where
    E: Engine,
    Bus: embedded_hal::spi::SpiDevice,
    Ready: DataReady,
{
    /// Goes on at `now`, and tells what is new. See the [module](self).
    ///
    /// # Panics
    /// Never, unless the bus does.
    pub fn poll(&mut self, now: Instant) -> Option<E::Told> {
        for _ in 0..EXCHANGES {
            let answer = match self.next(now) {
                Ok(None) => return None,
                Ok(Some(mut frame)) => match self.bus.transfer_in_place(frame.bytes_mut()) {
                    Ok(()) => Ok(frame),
                    Err(_) => Err(Trouble::Bus),
                },
                Err(trouble) => Err(trouble),
            };
            if let Some(told) = self.engine.take(now, answer) {
                return Some(told);
            }
        }
        None
    }
}

#[cfg(feature = "async")]
impl<E, Bus, Ready> Driver<E, Bus, Ready>
where
    E: Engine,
    Bus: embedded_hal_async::spi::SpiDevice,
    Ready: DataReady,
{
    /// [`poll`](Self::poll) on an asynchronous bus. It waits for the bus only, never for the part.
    ///
    /// # Panics
    /// Never, unless the bus does.
    pub async fn poll_async(&mut self, now: Instant) -> Option<E::Told> {
        for _ in 0..EXCHANGES {
            let answer = match self.next(now) {
                Ok(None) => return None,
                Ok(Some(mut frame)) => match self.bus.transfer_in_place(frame.bytes_mut()).await {
                    Ok(()) => Ok(frame),
                    Err(_) => Err(Trouble::Bus),
                },
                Err(trouble) => Err(trouble),
            };
            if let Some(told) = self.engine.take(now, answer) {
                return Some(told);
            }
        }
        None
    }
}

/// From when on an answer can be there, and from when on it is overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    from: Instant,
    late: Instant,
}

impl Due {
    /// Nothing to wait for.
    pub(crate) const NOW: Self = Self { from: Instant::ZERO, late: Instant::from_millis(u64::MAX) };

    /// What was begun at `now` and takes this long at most. It is overdue after twice as long and 20 ms, so that a board
    /// that polls once in a tick does not give up what came in between.
    pub(crate) fn after(now: Instant, longest: Duration) -> Self {
        let from = now.plus(longest.plus(SLACK));
        Self { from, late: from.plus(longest).plus(Duration::from_millis(20)) }
    }

    /// What comes at any time from `now` on, and is overdue like that.
    pub(crate) fn by(now: Instant, longest: Duration) -> Self {
        Self { from: now, ..Self::after(now, longest) }
    }

    pub(crate) const fn from(&self) -> Instant {
        self.from
    }

    /// Whether it is time. A pin that says *not ready* is believed until it is late.
    pub(crate) fn judge(&self, now: Instant, ready: Option<bool>) -> Result<bool, Trouble> {
        match ready {
            _ if now < self.from => Ok(false),
            Some(false) if now > self.late => Err(Trouble::Overdue),
            Some(false) => Ok(false),
            Some(true) | None => Ok(true),
        }
    }
}
