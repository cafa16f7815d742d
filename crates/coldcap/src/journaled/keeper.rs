//! What keeps the journal and the keys, apart from the halves.

use super::schedule::Schedule;
use super::{Layout, keys};
use crate::control::{CHECKPOINT_BYTES, Control};
use crate::outputs::{EntryBytes, Outputs};
use coldcap_journal::{Error, Journal, Stamp};
use coldcap_units::Instant;
use coldcap_wire::security::KeyRing;
use embedded_storage::nor_flash::NorFlash;

/// Journal, keys and pace of a [`Journaled`](super::Journaled) without its halves: for a board that runs
/// [`Control`] and [`Link`](crate::Link) in tasks of their own.
///
/// It belongs into the task of the control: what is stored is what a tick made *and the state behind it*, which only the control has,
/// and only until its next tick. The order is tick, drive, [`store`](Self::store), and then the link is handed the outputs: what is
/// not stored is told to nobody.
///
/// ```
/// use coldcap::journaled::{Journaled, Layout, Pace};
/// use coldcap::{Config, Device, Inputs, TickInput};
/// use coldcap_journal::Region;
/// use coldcap_journal::simulated::SimulatedFlash;
/// use coldcap_units::Instant;
///
/// let flash = SimulatedFlash::<65_536, 4_096, 8>::new();
/// let layout = Layout {
///     journal: Region { start: 0, length: 57_344, sector: 8_192 },
///     keys: Region { start: 57_344, length: 8_192, sector: 4_096 },
///     pace: Pace::default(),
/// };
/// let machine: Journaled<1, _> = Journaled::provision(Config::reference(), flash, layout)?;
/// let Journaled { device: Device { mut control, mut link }, mut keeper } = machine;
///
/// // In the sampling task:
/// let outputs = control.tick(&TickInput::new(Instant::from_millis(100), Inputs::default()));
/// // The board drives `outputs.drives` here.
/// keeper.store(None, &control, &outputs)?;
/// // In the task of the link, to which they are sent:
/// link.publish(&outputs);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Keeper<F> {
    journal: Journal<F>,
    layout: Layout,
    schedule: Schedule,
    /// The journal or the keys failed, and nothing was stored since.
    failed: Option<Error>,
}

impl<F: NorFlash> Keeper<F> {
    pub(super) fn provision(flash: F, layout: Layout) -> Result<Self, Error> {
        let mut journal = Journal::format(flash, layout.journal)?;
        keys::store(journal.flash_mut(), layout.keys, &KeyRing::new())?;
        Ok(Self::of(journal, layout))
    }

    /// Begins its journal anew, without keys.
    pub(super) fn reprovision(&mut self) -> Result<(), Error> {
        self.journal.reformat()?;
        (self.schedule, self.failed) = (Schedule::new(self.layout.pace), None);
        self.store_keys(&KeyRing::new())
    }

    /// Looks anew at what the flash holds, as behind a reset.
    pub(super) fn begin_again(&mut self) -> Result<(), Error> {
        (self.schedule, self.failed) = (Schedule::new(self.layout.pace), None);
        self.journal.reopen()
    }

    pub(super) fn load_keys(&mut self) -> Result<KeyRing, Error> {
        keys::load(self.journal.flash_mut(), self.layout.keys)
    }

    pub(super) fn of(journal: Journal<F>, layout: Layout) -> Self {
        Self { journal, layout, schedule: Schedule::new(layout.pace), failed: None }
    }

    /// Stores what a tick made and the state behind it, where a commit is due. Call it behind every tick, once its drives are
    /// driven and before the link is handed its outputs, with the control that made them.
    ///
    /// # Errors
    /// As [`Journaled::store`](super::Journaled::store). The link is handed the outputs all the same, so that whoever watches sees
    /// them.
    ///
    /// # Panics
    /// Never.
    pub fn store<const CHANNELS: usize>(
        &mut self,
        clock: Option<u32>,
        control: &Control<CHANNELS>,
        outputs: &Outputs<CHANNELS>,
    ) -> Result<(), Error> {
        if !self.schedule.is_due(outputs) {
            return Ok(());
        }
        self.commit(Stamp { at: outputs.now, clock }, control, outputs.entries.iter())
    }

    /// Power is about to fail: stores the state as it is.
    ///
    /// # Errors
    /// As [`store`](Self::store).
    ///
    /// # Panics
    /// Never.
    pub fn store_at_power_fail<const CHANNELS: usize>(
        &mut self,
        now: Instant,
        clock: Option<u32>,
        control: &Control<CHANNELS>,
    ) -> Result<(), Error> {
        self.commit(Stamp { at: now, clock }, control, [].iter())
    }

    /// Stores the keys of the link as they are: when one was added or revoked.
    ///
    /// # Errors
    /// As [`store`](Self::store); the keys that were stored before are still there.
    ///
    /// # Panics
    /// Never.
    pub fn store_keys(&mut self, keys: &KeyRing) -> Result<(), Error> {
        keys::store(self.journal.flash_mut(), self.layout.keys, keys)
    }

    /// Whether a sector should be erased now: the journal needs one soon, and nothing circulates.
    #[must_use]
    pub fn wants_erasure<const CHANNELS: usize>(&self, outputs: &Outputs<CHANNELS>) -> bool {
        let still = outputs.channels.iter().all(|channel| !channel.phase.circulates());
        still && self.journal.room() < self.layout.journal.sector
    }

    /// Erases the next sector of the journal, where it is not done yet. The core may stand still for as long as that takes.
    ///
    /// # Errors
    /// [`Error::Flash`]: what was stored is still there.
    ///
    /// # Panics
    /// Never.
    pub fn erase_ahead(&mut self) -> Result<(), Error> {
        self.journal.prepare()
    }

    /// Why the last store failed; `None` where it did not.
    #[must_use]
    pub const fn failure(&self) -> Option<Error> {
        self.failed
    }

    /// The journal, to read the record.
    pub const fn journal_mut(&mut self) -> &mut Journal<F> {
        &mut self.journal
    }

    /// The flash again, for whoever opens it anew.
    #[must_use]
    pub fn release(self) -> F {
        self.journal.release()
    }

    /// Stores these entries, those that still wait, and the state behind them.
    fn commit<'a, const CHANNELS: usize>(
        &mut self,
        stamp: Stamp,
        control: &Control<CHANNELS>,
        entries: impl Iterator<Item = &'a EntryBytes> + Clone,
    ) -> Result<(), Error> {
        let result = self.append(stamp, control, entries);
        self.failed = result.err();
        match result {
            Ok(()) => self.schedule.committed(stamp.at),
            Err(_) => self.schedule.failed(stamp.at),
        }
        result
    }

    fn append<'a, const CHANNELS: usize>(
        &mut self,
        stamp: Stamp,
        control: &Control<CHANNELS>,
        entries: impl Iterator<Item = &'a EntryBytes> + Clone,
    ) -> Result<(), Error> {
        let mut room = [[0; CHECKPOINT_BYTES]; CHANNELS];
        let bytes = room.as_flattened_mut();
        let maximum = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let length = control.checkpoint().to_bytes(bytes);
        let checkpoint = length.and_then(|length| bytes.get(..length));
        // A test holds what a channel takes at most.
        let checkpoint = checkpoint.ok_or(Error::TooLong { bytes: u32::MAX, maximum })?;
        let new = entries.map(|entry| -> &EntryBytes { entry });
        let all = new.chain(control.held_entries()).map(|entry| &entry.0);
        self.journal.commit_each(stamp, all, checkpoint).map(|_| ())
    }
}
