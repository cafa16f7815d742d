//! What a board stores, so that it survives a loss of power.

use crate::supervise;
use coldcap_calibration::check::drift::DriftState;
use coldcap_guard::alarm::{self, Changes};
use coldcap_guard::detect::StoredDose;
use coldcap_session::record::{Chain, Recorder};
use coldcap_units::stored::{Reader, Stored, Writer};

/// What must survive a loss of power: the sessions, what the guard has latched and how long it saw each cap cold, and
/// where the record stands. Drives, loops and the other detectors start anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint<const CHANNELS: usize> {
    /// One entry a channel.
    pub channels: [ChannelCheckpoint; CHANNELS],
    /// The alarms of each channel that nobody had acknowledged. No acknowledgement and no pause of the sound survives.
    pub alarms: [alarm::Stored; CHANNELS],
    /// What of the alarms no entry of the record says yet.
    pub owed: [Changes; CHANNELS],
}

/// What of a channel must survive a loss of power: 320 bytes at most, whatever has happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelCheckpoint {
    /// Session and interlock.
    pub state: supervise::State,
    /// Where the record stands.
    pub chain: Chain,
    /// The drift chart of the pair of supply and return. After a calibration of either it begins anew: at its
    /// default.
    pub drift: DriftState,
    /// Whether supply and return disagreed, by their certificates, when they were compared last.
    pub disagrees: bool,
    /// What of the time that passed is in no entry yet.
    pub recorder: Recorder,
    /// For how long the cap was cold, within the window of the guard's cold dose.
    pub dose: StoredDose,
    /// Whose cold that is: the number of the patient; `None` while it is nobody's.
    pub dosed: Option<u64>,
    /// Whether its cap may sit on a head: it was worn, and nobody has seen or said since that it is off.
    pub on_head: bool,
    /// Which cap was marked as worn; `None` where none is, or it does not say who it is.
    pub worn_cap: Option<u32>,
    /// Whether the cap had reached its target, so that a deviation from it is one.
    pub was_cold: bool,
    /// Whether it was too warm for long.
    pub too_warm: bool,
    /// Whether a treatment is interrupted by a cap that is off, or was cooled when power failed: then one that is off is
    /// news.
    pub misses_cap: bool,
    /// Whether its loop did too little, and no clinician has seen that yet.
    pub too_little: bool,
}

/// The number of the layout. Every change of what a checkpoint is stored as has another.
const LAYOUT: u8 = 1;

/// More than this the checkpoint of one channel never takes.
pub const CHECKPOINT_BYTES: usize = 384;

/// Why bytes are no checkpoint. A board that meets one restores nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckpointError {
    /// Another version stored it, by a layout of this number.
    UnknownLayout(u8),
    /// It is of a machine with so many channels.
    OtherChannels(u8),
    /// It is cut short, or no machine can be in such a state.
    Invalid,
}

impl core::fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::UnknownLayout(layout) => {
                write!(f, "layout {layout} of a checkpoint is not known")
            }
            Self::OtherChannels(channels) => {
                write!(f, "it is of a machine with {channels} channels")
            }
            Self::Invalid => f.write_str("it is cut short, or no machine can be in such a state"),
        }
    }
}

impl core::error::Error for CheckpointError {}

impl<const CHANNELS: usize> Checkpoint<CHANNELS> {
    /// Stores it at the beginning of `buffer`; gives how many bytes it took, [`CHECKPOINT_BYTES`] for each channel at
    /// most. `None` where there is no room.
    ///
    /// ```
    /// use coldcap::{CHECKPOINT_BYTES, Checkpoint, Config, Control};
    ///
    /// let control: Control<2> = Control::new(Config::reference());
    /// let mut bytes = [0; 2 * CHECKPOINT_BYTES];
    /// let length = control.checkpoint().to_bytes(&mut bytes).ok_or("no room")?;
    /// assert_eq!(Checkpoint::<2>::from_bytes(&bytes[..length])?, control.checkpoint());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Panics: never.
    #[must_use]
    pub fn to_bytes(&self, buffer: &mut [u8]) -> Option<usize> {
        let mut writer = Writer::new(buffer);
        writer.add(&LAYOUT).add(&channels_of::<CHANNELS>());
        writer.add(&self.channels).add(&self.alarms).add(&self.owed);
        writer.finish()
    }

    /// Loads what [`to_bytes`](Self::to_bytes) stored.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`]. Nothing is guessed: what is not a checkpoint of this machine and layout is none.
    ///
    /// Panics: never.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let mut reader = Reader::new(bytes);
        match (u8::load(&mut reader), u8::load(&mut reader)) {
            (Some(layout), _) if layout != LAYOUT => Err(CheckpointError::UnknownLayout(layout)),
            (_, Some(channels)) if channels != channels_of::<CHANNELS>() => {
                Err(CheckpointError::OtherChannels(channels))
            }
            _ => Self::load_behind_the_head(&mut reader).ok_or(CheckpointError::Invalid),
        }
    }

    fn load_behind_the_head(from: &mut Reader<'_>) -> Option<Self> {
        let channels = Stored::load(from)?;
        let checkpoint = Self { channels, alarms: Stored::load(from)?, owed: Stored::load(from)? };
        from.is_at_end().then_some(checkpoint)
    }
}

/// How many entries the record of a channel had when this checkpoint was stored; `None` where it is none.
#[cfg(feature = "journal")]
pub(crate) fn recorded(bytes: &[u8], channel: u8) -> Option<u32> {
    let mut reader = Reader::new(bytes);
    let (layout, channels) = (u8::load(&mut reader)?, u8::load(&mut reader)?);
    if layout != LAYOUT || channel >= channels {
        return None;
    }
    for _ in 0..channel {
        ChannelCheckpoint::load(&mut reader)?;
    }
    ChannelCheckpoint::load(&mut reader).map(|channel| channel.chain.len())
}

/// No machine has more channels than fit a byte.
fn channels_of<const CHANNELS: usize>() -> u8 {
    u8::try_from(CHANNELS).unwrap_or(u8::MAX)
}

impl Stored for ChannelCheckpoint {
    fn store(&self, to: &mut Writer<'_>) {
        #[rustfmt::skip]
        let Self {
            state, chain, drift, disagrees, recorder, dose, dosed, on_head, worn_cap, was_cold, too_warm, misses_cap,
            too_little,
        } = self;
        to.add(&state.session).add(&state.interlock).add(chain).add(drift).add(disagrees);
        to.add(recorder).add(dose).add(dosed).add(on_head).add(worn_cap);
        to.add(was_cold).add(too_warm).add(misses_cap).add(too_little);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let (session, interlock) = Stored::load(from)?;
        Some(Self {
            state: supervise::State { session, interlock },
            chain: Stored::load(from)?,
            drift: Stored::load(from)?,
            disagrees: Stored::load(from)?,
            recorder: Stored::load(from)?,
            dose: Stored::load(from)?,
            dosed: Stored::load(from)?,
            on_head: Stored::load(from)?,
            worn_cap: Stored::load(from)?,
            was_cold: Stored::load(from)?,
            too_warm: Stored::load(from)?,
            misses_cap: Stored::load(from)?,
            too_little: Stored::load(from)?,
        })
    }
}
