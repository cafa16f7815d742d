//! A device whose record, state and keys outlive its power.

mod keeper;
mod keys;
mod lane;
mod parameters;
mod power_up;
mod schedule;
mod search;

pub use crate::link::{Recalled, Wanted};
pub use keeper::{FRAMES_A_TICK, Keeper};
pub use lane::{JournaledLane, Part};
pub use parameters::{
    InUse, KeptImage, OtherCopy, ParameterLayout, ParameterOrigin, ParameterRefusal,
    ParametersRefused, Unwritten, store_parameters,
};
pub use power_up::{PowerUp, StartError};

use crate::config::Config;
use crate::device::Device;
use crate::inputs::Inputs;
use crate::link::KEPT_ENTRIES;
use crate::outputs::Outputs;
use crate::tick_input::TickInput;
use coldcap_journal::{Error, Journal, Region};
use coldcap_units::Instant;
use embedded_storage::nor_flash::NorFlash;
pub use schedule::Pace;

/// What is kept where in a flash, and how often. The two regions do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The journal: two sectors at least, and one takes the longest commit.
    pub journal: Region,
    /// The keys, in two copies: an even number of sectors.
    pub keys: Region,
    /// How often the state is stored where nothing happens.
    pub pace: Pace,
}

/// A [`Device`] with a journal on a flash.
///
/// A tick has three parts, in this order: [`tick`](Self::tick) decides, the board drives what it says, and
/// [`store`](Self::store) makes it last and tells hosts. Nothing is told before it is stored; only where the flash fails is it
/// told all the same, so that whoever watches sees it. While nothing circulates,
/// [`erase_ahead`](Self::erase_ahead) may stop the core for as long as a sector takes.
///
/// ```
/// use coldcap::journaled::{Journaled, Layout, Pace, PowerUp};
/// use coldcap::{Config, Inputs};
/// use coldcap_journal::simulated::SimulatedFlash;
/// use coldcap_journal::{Journal, Region};
/// use coldcap_units::Instant;
///
/// let flash = SimulatedFlash::<65_536, 4_096, 8>::new();
/// let layout = Layout {
///     journal: Region { start: 0, length: 57_344, sector: 8_192 },
///     keys: Region { start: 57_344, length: 8_192, sector: 4_096 },
///     pace: Pace::default(),
/// };
/// // In the factory, once:
/// let mut machine: Journaled<1, _> = Journaled::provision(Config::reference(), flash, layout)?;
///
/// let now = Instant::from_millis(100);
/// let (_, outputs) = machine.tick(now, Inputs::default());
/// // The board drives `outputs.drives` here.
/// machine.store(None, &outputs)?;
///
/// // Power fails, and comes back.
/// let journal = Journal::open(machine.release(), layout.journal)?;
/// let known = PowerUp::unknown(Instant::from_millis(200), Inputs::default());
/// let machine: Journaled<1, _> = Journaled::power_up(Config::reference(), journal, layout, &known)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Journaled<const CHANNELS: usize, F, const KEPT: usize = KEPT_ENTRIES> {
    /// Control, protection, bytes and messages.
    pub device: Device<CHANNELS, KEPT>,
    /// Journal and keys. Who runs the halves in tasks of their own takes both fields apart.
    pub keeper: Keeper<F>,
}

impl<const CHANNELS: usize, F: NorFlash, const KEPT: usize> Journaled<CHANNELS, F, KEPT> {
    /// A machine that never ran: erases what the layout names, and stores that there are no keys.
    ///
    /// # Errors
    /// [`Error`]: the layout does not suit the flash, or the flash fails.
    ///
    /// # Panics
    /// Never.
    pub fn provision(config: Config, flash: F, layout: Layout) -> Result<Self, Error> {
        let keeper = Keeper::provision(flash, layout)?;
        Ok(Self { device: Device::new(config), keeper })
    }

    /// One tick, with what the link has taken in; returns what it was a function of, and its outputs.
    ///
    /// # Panics
    /// Never.
    pub fn tick(
        &mut self,
        now: Instant,
        inputs: Inputs<CHANNELS>,
    ) -> (TickInput<CHANNELS>, Outputs<CHANNELS>) {
        let mut outputs = Outputs::at(now);
        let input = self.tick_into(now, inputs, &mut outputs);
        (input, outputs)
    }

    /// The same into outputs of [`Outputs::at`].
    pub(crate) fn tick_into(
        &mut self,
        now: Instant,
        inputs: Inputs<CHANNELS>,
        outputs: &mut Outputs<CHANNELS>,
    ) -> TickInput<CHANNELS> {
        let commands = self.device.link.take_commands(now);
        let input = TickInput { now, inputs, commands };
        self.device.control.tick_into(&input, outputs);
        input
    }

    /// Stores what a tick made, where something is due, and then lets the link tell it. Call it behind every
    /// [`tick`](Self::tick), once its drives are driven.
    ///
    /// `clock` is what a clock shows that runs without power, in seconds since 1970; `None` where there is none to trust.
    ///
    /// What a host wants of the record and the link does not keep any more is looked up in the journal, a little in each tick in
    /// which nothing is stored ([`Keeper::look_up`]).
    ///
    /// A commit is due where there are entries, and where its [`Pace`] says so. It takes as long as programming some 400 bytes a
    /// channel, and erases a sector where none is ready.
    ///
    /// # Errors
    /// [`Error`]: nothing was stored. What was stored before is still there, the link has told what was not stored, so that
    /// whoever watches sees it, and [`failure`](Self::failure) says so until something is stored again. It is tried again a
    /// second later at the soonest, since each try may erase sectors. The entries meanwhile are missing in what is stored, which
    /// their indices tell. Somebody must be called: a maker's condition is for that.
    ///
    /// # Panics
    /// Never.
    pub fn store(&mut self, clock: Option<u32>, outputs: &Outputs<CHANNELS>) -> Result<(), Error> {
        let Device { control, link } = &mut self.device;
        let result = self.keeper.store(clock, control, outputs);
        if let Some(recalled) = self.keeper.look_up(outputs, link.wanted()) {
            link.supply(&recalled);
        }
        link.publish(outputs);
        result
    }

    /// Power is about to fail: stores the state as it is, so that nothing of the treatment is lost. For a board whose supply
    /// says so and holds up for a commit.
    ///
    /// # Errors
    /// As [`store`](Self::store).
    ///
    /// # Panics
    /// Never.
    pub fn store_at_power_fail(&mut self, now: Instant, clock: Option<u32>) -> Result<(), Error> {
        self.keeper.store_at_power_fail(now, clock, &self.device.control)
    }

    /// Stores the keys as they are: when one was added or revoked.
    ///
    /// # Errors
    /// As [`store`](Self::store); the keys that were stored before are still there.
    ///
    /// # Panics
    /// Never.
    pub fn store_keys(&mut self) -> Result<(), Error> {
        self.keeper.store_keys(self.device.link.keys())
    }

    /// Whether a sector should be erased now: the journal needs one soon, and nothing circulates.
    #[must_use]
    pub fn wants_erasure(&self, outputs: &Outputs<CHANNELS>) -> bool {
        self.keeper.wants_erasure(outputs)
    }

    /// Erases the next sector of the journal, where it is not done yet. The core may stand still for as long as that takes.
    ///
    /// # Errors
    /// [`Error::Flash`]: what was stored is still there.
    ///
    /// # Panics
    /// Never.
    pub fn erase_ahead(&mut self) -> Result<(), Error> {
        self.keeper.erase_ahead()
    }

    /// Why the last store failed, of the journal or else of the keys; `None` where neither did. The keys have failed, too, where one copy had rotted
    /// and could not be written again at power-up.
    #[must_use]
    pub const fn failure(&self) -> Option<Error> {
        self.keeper.failure()
    }

    /// The journal, to read the record.
    pub const fn journal_mut(&mut self) -> &mut Journal<F> {
        self.keeper.journal_mut()
    }

    /// The flash again, for whoever opens it anew.
    #[must_use]
    pub fn release(self) -> F {
        self.keeper.release()
    }
}
