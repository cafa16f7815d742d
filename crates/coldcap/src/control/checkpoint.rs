//! What a board stores, so that it survives a loss of power.

use crate::supervise;
use coldcap_calibration::check::drift::DriftState;
use coldcap_guard::alarm::{Changes, Stored};
use coldcap_guard::detect::StoredDose;
use coldcap_session::record::{Chain, Recorder};

/// What must survive a loss of power: the sessions, what the guard has latched and how long it saw each cap cold, and
/// where the record stands. Drives, loops and the other detectors start anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint<const CHANNELS: usize> {
    /// One entry a channel.
    pub channels: [ChannelCheckpoint; CHANNELS],
    /// The alarms of each channel that nobody had acknowledged. No acknowledgement and no pause of the sound survives.
    pub alarms: [Stored; CHANNELS],
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
