//! What keeps the journal and the keys, apart from the halves.

use super::schedule::Schedule;
use super::search::Search;
use super::{Layout, keys};
use crate::control::{CHECKPOINT_BYTES, Control};
use crate::link::{Recalled, Wanted};
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
/// not stored is told to nobody. The record that a host has missed comes from the journal, too: what the link has
/// [`wanted`](crate::Link::wanted) goes to [`look_up`](Self::look_up), and what that gives to [`supply`](crate::Link::supply).
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
/// # let wanted = link.wanted();
/// let recalled = keeper.look_up(&outputs, wanted); // which the task of the link has sent
/// // In the task of the link, to which they are sent:
/// if let Some(recalled) = &recalled {
///     link.supply(recalled);
/// }
/// link.publish(&outputs);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Keeper<F> {
    journal: Journal<F>,
    layout: Layout,
    schedule: Schedule,
    /// The journal failed, and nothing was stored in it since.
    failed: Option<Error>,
    /// The keys could not be stored, or not in both copies, and were not since.
    keys_failed: Option<Error>,
    /// Where the last entry was found that a host wanted.
    search: Option<Search>,
}

/// So many frames of the journal are looked at in one tick for what a host wants, at most.
pub const FRAMES_A_TICK: u8 = 4;

impl<F: NorFlash> Keeper<F> {
    pub(super) fn provision(flash: F, layout: Layout) -> Result<Self, Error> {
        let mut journal = Journal::format(flash, layout.journal)?;
        keys::store(journal.flash_mut(), layout.keys, &KeyRing::new())?;
        Ok(Self::of(journal, layout))
    }

    /// Begins its journal anew, without keys.
    pub(super) fn reprovision(&mut self) -> Result<(), Error> {
        self.journal.reformat()?;
        self.forget();
        self.store_keys(&KeyRing::new())
    }

    /// Looks anew at what the flash holds, as behind a reset.
    pub(super) fn begin_again(&mut self) -> Result<(), Error> {
        self.forget();
        self.journal.reopen()
    }

    /// All that is not in the flash.
    fn forget(&mut self) {
        self.schedule = Schedule::new(self.layout.pace);
        (self.failed, self.keys_failed, self.search) = (None, None, None);
    }

    pub(super) fn load_keys(&mut self) -> Result<KeyRing, Error> {
        let loaded = keys::load(self.journal.flash_mut(), self.layout.keys)?;
        self.keys_failed = loaded.mended.err();
        Ok(loaded.keys)
    }

    pub(super) fn of(journal: Journal<F>, layout: Layout) -> Self {
        let schedule = Schedule::new(layout.pace);
        Self { journal, layout, schedule, failed: None, keys_failed: None, search: None }
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
            // Entries are due at once, but in the second behind a failure: those of that second are not stored.
            let lost = self.failed.filter(|_| !outputs.entries.is_empty());
            return lost.map_or(Ok(()), Err);
        }
        self.commit(Stamp { at: outputs.now, clock }, control, outputs.entries.iter())
    }

    /// Looks for entries of the record that a host wants and the link does not keep any more: a little in each tick, so that none is late
    /// by it. Call it behind [`store`](Self::store), with what [`Link::wanted`](crate::Link::wanted) says, and hand what it gives to
    /// [`Link::supply`](crate::Link::supply). `None` as long as nothing is known yet, and in a tick in which something was stored.
    ///
    /// It reads [`FRAMES_A_TICK`] frames of the journal at most, a frame being a commit or what looks like one, or passes over a
    /// kilobyte of flash in the place of one. In the order of the record an entry is found where the one before was; to another place the way
    /// is by halves: one frame of some seven sectors of a hundred, and then one sector. A sector that was passed over since it failed is not
    /// looked at, whatever it still holds of an earlier lap.
    ///
    /// # Panics
    /// Never.
    pub fn look_up<const CHANNELS: usize>(
        &mut self,
        outputs: &Outputs<CHANNELS>,
        wanted: Option<Wanted>,
    ) -> Option<Recalled> {
        let wanted = wanted.filter(|_| !self.schedule.has_stored_at(outputs.now))?;
        let search = self.search.take().filter(|search| search.is_for(&wanted));
        let mut search = search.unwrap_or_else(|| Search::new(&wanted, &self.journal));
        let mut steps = 0..FRAMES_A_TICK;
        let found = steps.find_map(|_| search.step::<CHANNELS, F>(&wanted, &mut self.journal));
        self.search = Some(search);
        found
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
        let result = keys::store(self.journal.flash_mut(), self.layout.keys, keys);
        self.keys_failed = result.err();
        result
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

    /// Why the last store failed, of the journal or else of the keys; `None` where neither did. The keys have failed, too, where one copy had rotted
    /// and could not be written again at power-up.
    #[must_use]
    pub const fn failure(&self) -> Option<Error> {
        if self.failed.is_some() { self.failed } else { self.keys_failed }
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
