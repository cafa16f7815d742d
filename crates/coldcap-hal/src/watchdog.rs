//! A watchdog that nothing but the guard's proof can feed.
//!
//! `embedded-hal` has no trait for a watchdog, so here is a small one: a board implements [`Watchdog`] for its own and
//! hands it to [`Guarded`], which it can never be taken out of again. From then on it is fed with a [`HealthProof`], by
//! value, and there is no other way: the proof is made by a tick in which every stage of the guard ran, once a tick.
//!
//! ```
//! use coldcap::{Config, Control, Inputs, TickInput};
//! use coldcap_hal::{Guarded, Watchdog};
//! use coldcap_units::{Duration, Instant};
//!
//! # #[derive(Default)]
//! struct Board {
//!     // the registers of the watchdog
//! }
//!
//! impl Watchdog for Board {
//!     type Error = core::convert::Infallible;
//!     fn feed(&mut self) -> Result<(), Self::Error> {
//!         Ok(()) // writes the key
//!     }
//! }
//!
//! let mut control: Control<1> = Control::new(Config::reference());
//! let mut watchdog = Guarded::new(Board::default(), Duration::from_millis(50));
//!
//! let now = Instant::from_millis(100);
//! let inputs = Inputs::default();
//! let outputs = control.tick(&TickInput { now, inputs, commands: Default::default() });
//! // … the drives are applied; where they could not be cut, nothing is fed.
//! if let Some(proof) = outputs.health {
//!     watchdog.feed(now, proof)?;
//! }
//! # Ok::<(), coldcap_hal::FeedError<core::convert::Infallible>>(())
//! ```
//!
//! Without a proof nothing is fed:
//!
//! ```compile_fail,E0061
//! fn from_a_timer<W: coldcap_hal::Watchdog>(it: &mut coldcap_hal::Guarded<W>, now: coldcap_units::Instant) {
//!     let _ = it.feed(now);
//! }
//! ```
//!
//! nor with something else:
//!
//! ```compile_fail,E0308
//! fn from_a_timer<W: coldcap_hal::Watchdog>(it: &mut coldcap_hal::Guarded<W>, now: coldcap_units::Instant) {
//!     let _ = it.feed(now, ());
//! }
//! ```
//!
//! nor twice with the same one:
//!
//! ```compile_fail,E0382
//! use coldcap_guard::health::HealthProof;
//! use coldcap_hal::{Guarded, Watchdog};
//! fn twice<W: Watchdog>(it: &mut Guarded<W>, now: coldcap_units::Instant, proof: HealthProof) {
//!     let _ = it.feed(now, proof);
//!     let _ = it.feed(now, proof);
//! }
//! ```
//!
//! and what is guarded cannot be reached behind the guard's back:
//!
//! ```compile_fail,E0616
//! fn around<W: coldcap_hal::Watchdog>(it: &mut coldcap_hal::Guarded<W>) {
//!     let _ = it.watchdog.feed();
//! }
//! ```
//!
//! ```compile_fail,E0382
//! use coldcap_hal::{Guarded, Watchdog};
//! fn beside<W: Watchdog>(mut board: W) {
//!     let guarded = Guarded::new(board, coldcap_units::Duration::from_millis(50));
//!     let _ = board.feed();
//! }
//! ```

use coldcap_guard::health::HealthProof;
use coldcap_units::{Duration, Instant};
use core::fmt;

/// The watchdog of a board.
///
/// # For implementers
/// It is started before [`Guarded::new`], or there by whoever calls it, and it cannot be stopped. Its time is longer than
/// a tick and shorter than what the actuators may go on for unwatched: 300 ms to 1 s at a tick of 100 ms.
pub trait Watchdog {
    /// Why it could not be fed; [`Infallible`](core::convert::Infallible) where it is a register.
    type Error: fmt::Debug;

    /// Lets it begin its time anew.
    ///
    /// # Errors
    /// It was not fed, and will bite.
    fn feed(&mut self) -> Result<(), Self::Error>;
}

/// Why a watchdog was not fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeedError<E> {
    /// The proof is of a tick too long ago, or of one in the future: it proves nothing of now.
    Stale,
    /// The proof is of no later tick than the one that was fed with last.
    Repeated,
    /// The watchdog could not be reached.
    Watchdog(E),
}

impl<E> fmt::Display for FeedError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stale => "the proof is not of this tick",
            Self::Repeated => "the proof is of a tick that was fed with before",
            Self::Watchdog(_) => "the watchdog could not be reached",
        })
    }
}

impl<E: fmt::Debug> core::error::Error for FeedError<E> {}

/// A watchdog that is fed with the guard's proof and with nothing else. See the [module](self).
#[derive(Debug)]
pub struct Guarded<W> {
    watchdog: W,
    oldest: Duration,
    fed: Option<Instant>,
}

impl<W: Watchdog> Guarded<W> {
    /// Guards `watchdog`, which nobody can feed by himself from now on. A proof counts for `oldest` from its tick on:
    /// half a tick is enough where it is fed right behind that. So nobody can save proofs up.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(watchdog: W, oldest: Duration) -> Self {
        Self { watchdog, oldest, fed: None }
    }

    /// Feeds the watchdog at `now`, on the strength of `proof`.
    ///
    /// # Errors
    /// [`FeedError`]; nothing was fed then, and the proof is spent.
    ///
    /// # Panics
    /// Never. The time is bounded: the watchdog is fed once at most.
    pub fn feed(&mut self, now: Instant, proof: HealthProof) -> Result<(), FeedError<W::Error>> {
        let tick = proof.tick();
        if tick > now || now.since(tick) > self.oldest {
            return Err(FeedError::Stale);
        }
        if self.fed.is_some_and(|fed| tick <= fed) {
            return Err(FeedError::Repeated);
        }
        self.watchdog.feed().map_err(FeedError::Watchdog)?;
        self.fed = Some(tick);
        Ok(())
    }

    /// The tick by whose proof it was fed last.
    #[must_use]
    pub const fn fed(&self) -> Option<Instant> {
        self.fed
    }
}
