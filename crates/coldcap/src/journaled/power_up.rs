//! What a board does with what its flash holds, when it begins.

use super::{Journaled, Keeper, Layout, ParametersRefused};
use crate::config::Config;
use crate::control::{CHECKPOINT_BYTES, Checkpoint, CheckpointError, Control, faces};
use crate::device::Device;
use crate::inputs::Inputs;
use crate::link::Link;
use crate::outputs::EntryBytes;
use coldcap_journal::restart::{
    Circumstances, Decision, Refusal, ResetCause, RestartLimits, decide,
};
use coldcap_journal::{Error, Journal, StoredEntry};
use coldcap_session::Phase;
use coldcap_units::{Duration, Instant, Interface, Reading};
use core::fmt;
use core::mem::MaybeUninit;
use embedded_storage::nor_flash::NorFlash;

/// What is known when a board begins.
#[derive(Clone, Copy, Debug)]
pub struct PowerUp<const CHANNELS: usize> {
    /// Why it began.
    pub cause: ResetCause,
    /// How long ago the last state was stored: [`Stamp::gap`](coldcap_journal::Stamp::gap) of the journal's last commit, by a clock
    /// that runs without power. `None` where that is not known.
    pub gap: Option<Duration>,
    /// How often the software failed in this session already, this time not counted.
    pub failures: u8,
    /// Now.
    pub now: Instant,
    /// What the sensors read now.
    pub inputs: Inputs<CHANNELS>,
    /// By what it is decided whether cooling may return by itself.
    pub limits: RestartLimits,
}

impl<const CHANNELS: usize> PowerUp<CHANNELS> {
    /// Of a board that knows neither why it began nor when.
    #[must_use]
    pub fn unknown(now: Instant, inputs: Inputs<CHANNELS>) -> Self {
        let limits = RestartLimits::default();
        Self { cause: ResetCause::Unknown, gap: None, failures: 0, now, inputs, limits }
    }
}

/// Why a machine does not start. Nothing was changed but a copy of keys or parameters that was written again, and nothing may be driven: service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartError {
    /// The keys are not whole, or the flash fails.
    Flash(Error),
    /// Parameters are not whole, or not such as this program begins with.
    Parameters(ParametersRefused),
    /// The last state is not one of this version and machine.
    Checkpoint(CheckpointError),
    /// It must not be restored.
    Refused(Refusal),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flash(error) => write!(f, "{error}"),
            Self::Parameters(error) => write!(f, "{error}"),
            Self::Checkpoint(error) => write!(f, "the last state: {error}"),
            Self::Refused(Refusal::TooManyFailures) => {
                f.write_str("the software failed too often in this session")
            }
        }
    }
}

impl core::error::Error for StartError {}

impl From<Error> for StartError {
    fn from(error: Error) -> Self {
        Self::Flash(error)
    }
}

impl From<ParametersRefused> for StartError {
    fn from(refused: ParametersRefused) -> Self {
        Self::Parameters(refused)
    }
}

impl<const CHANNELS: usize, F: NorFlash, const KEPT: usize> Journaled<CHANNELS, F, KEPT> {
    /// A machine at power-up, from what its flash holds: everything off, and whether cooling may return by itself is decided.
    ///
    /// Where no state was ever stored it begins with none, and with its keys.
    ///
    /// # Errors
    /// [`StartError`]: it must not start.
    ///
    /// # Panics
    /// Never.
    pub fn power_up(
        config: Config,
        journal: Journal<F>,
        layout: Layout,
        known: &PowerUp<CHANNELS>,
    ) -> Result<Self, StartError> {
        // In its place at once: a board's stack holds few machines.
        let (device, keeper) = (Device::new(config), Keeper::of(journal, layout));
        let mut machine = Self { device, keeper };
        machine.load(known)?;
        Ok(machine)
    }

    /// The same of a machine that is made where it stands, for a board whose stack has room for one and no more: a machine of two
    /// channels is 32 KB, and as a value on its way it stands there twice.
    ///
    /// # Errors
    /// As [`power_up`](Self::power_up). What is in `place` then must not be used.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// # use coldcap::journaled::{Journaled, Layout, Pace, PowerUp};
    /// # use coldcap::{Config, Inputs};
    /// # use coldcap_journal::simulated::SimulatedFlash;
    /// # use coldcap_journal::{Journal, Region};
    /// # use coldcap_units::Instant;
    /// use core::mem::MaybeUninit;
    ///
    /// type Machine = Journaled<1, SimulatedFlash<65_536, 4_096, 8>>;
    /// # let layout = Layout {
    /// #     journal: Region { start: 0, length: 57_344, sector: 8_192 },
    /// #     keys: Region { start: 57_344, length: 8_192, sector: 4_096 },
    /// #     pace: Pace::default(),
    /// # };
    /// # let flash = Machine::provision(Config::reference(), SimulatedFlash::new(), layout)?.release();
    /// let journal = Journal::open(flash, layout.journal)?;
    /// let known = PowerUp::unknown(Instant::from_millis(100), Inputs::default());
    /// let mut place = MaybeUninit::uninit(); // on a board, a static
    /// let machine = Machine::power_up_in(&mut place, Config::reference(), journal, layout, &known)?;
    /// let (_, outputs) = machine.tick(known.now, known.inputs);
    /// assert!(outputs.drives.channels[0].pump.is_off());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn power_up_in<'a>(
        place: &'a mut MaybeUninit<Self>,
        config: Config,
        journal: Journal<F>,
        layout: Layout,
        known: &PowerUp<CHANNELS>,
    ) -> Result<&'a mut Self, StartError> {
        let machine = Self::blank_in(place, config, journal, layout);
        machine.load(known)?;
        Ok(machine)
    }

    /// Not inlined: a device of its own stands on the stack here, and is gone before the next one does.
    #[inline(never)]
    fn blank_in(
        place: &mut MaybeUninit<Self>,
        config: Config,
        journal: Journal<F>,
        layout: Layout,
    ) -> &mut Self {
        let (device, keeper) = (Device::new(config), Keeper::of(journal, layout));
        place.write(Self { device, keeper })
    }

    /// As behind a reset: forgets everything but the flash, and begins from that.
    ///
    /// # Errors
    /// As [`power_up`](Self::power_up); then nothing may be driven.
    #[inline(never)]
    pub(super) fn begin_again(
        &mut self,
        config: &Config,
        known: &PowerUp<CHANNELS>,
    ) -> Result<(), StartError> {
        self.keeper.begin_again()?;
        self.device = Device::new(*config);
        self.load(known)
    }

    /// Into a machine that knows nothing.
    fn load(&mut self, known: &PowerUp<CHANNELS>) -> Result<(), StartError> {
        let Self { device, keeper } = self;
        let keys = keeper.load_keys()?;
        restore(&mut device.control, keeper.journal_mut(), known)?;
        *device.link.keys_mut() = keys;
        recall(&mut device.link, keeper.journal_mut())?;
        Ok(())
    }
}

/// Not inlined: a control of its own stands on the stack here.
#[inline(never)]
fn restore<const CHANNELS: usize, F: NorFlash>(
    control: &mut Control<CHANNELS>,
    journal: &mut Journal<F>,
    known: &PowerUp<CHANNELS>,
) -> Result<(), StartError> {
    let Some(commit) = journal.found().commit else { return Ok(()) };
    let mut room = [[0; CHECKPOINT_BYTES]; CHANNELS];
    let bytes = room.as_flattened_mut();
    let length = journal.checkpoint(&commit, bytes)?;
    let stored = bytes.get(..length).unwrap_or_default();
    let checkpoint = Checkpoint::from_bytes(stored).map_err(StartError::Checkpoint)?;
    let config = *control.config();
    let gap = gap_of(&config, &checkpoint, known).map_err(StartError::Refused)?;
    *control = Control::restored(config, &checkpoint, gap);
    Ok(())
}

/// With which gap the sessions go on. Each channel is decided for itself, and they share the most careful answer: power failed
/// for all of them.
fn gap_of<const CHANNELS: usize>(
    config: &Config,
    checkpoint: &Checkpoint<CHANNELS>,
    known: &PowerUp<CHANNELS>,
) -> Result<Option<Duration>, Refusal> {
    let faces = faces(config, &known.inputs, known.now);
    let mut gap = known.gap;
    for (channel, face) in checkpoint.channels.iter().zip(faces) {
        match decide(&circumstances(known, channel.state.session.phase(), face), &known.limits) {
            Decision::Refuse(refusal) => return Err(refusal),
            Decision::Auto { .. } => {}
            Decision::Confirm { gap: own } => gap = gap.zip(own).map(|(gap, own)| gap.max(own)),
        }
    }
    Ok(gap)
}

const fn circumstances<const CHANNELS: usize>(
    known: &PowerUp<CHANNELS>,
    phase: Phase,
    face: Reading<Interface>,
) -> Circumstances {
    let PowerUp { cause, gap, failures, .. } = *known;
    Circumstances { cause, phase, gap, face, failures }
}

/// The newest entries, so that a host can ask for them.
fn recall<const CHANNELS: usize, F: NorFlash, const KEPT: usize>(
    link: &mut Link<CHANNELS, KEPT>,
    journal: &mut Journal<F>,
) -> Result<(), Error> {
    let mut cursor = journal.oldest_entry();
    while let Some(stored) = journal.next_entry(&mut cursor)? {
        if let StoredEntry::Entry(entry) = stored {
            link.recall(&EntryBytes(entry.to_bytes()));
        }
    }
    Ok(())
}
