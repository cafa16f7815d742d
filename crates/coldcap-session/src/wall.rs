//! The wall clock: an annotation of the record, with its quality. No decision of the session ever reads it.

/// How good a wall clock is. The codes are frozen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ClockQuality {
    /// Nobody knows where the time comes from.
    #[default]
    Unknown = 0,
    /// Somebody entered it.
    Entered = 1,
    /// A clock with a battery kept it.
    Kept = 2,
    /// It was taken from a server of time.
    Synchronised = 3,
}

impl ClockQuality {
    /// Every quality, in order of its code.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Entered, Self::Kept, Self::Synchronised];

    /// The frozen code, 0 to 3.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The quality with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|quality| quality.code() == code)
    }
}

/// A time of the wall clock and how good it is.
///
/// ```
/// use coldcap_session::{ClockQuality, Config, Event, State, WallTime, step};
///
/// let new = WallTime { unix_ms: 1_795_600_000_000, quality: ClockQuality::Kept };
/// let state = State::new();
/// let (after, effects) = step(&state, &Event::WallSet { old: None, new }, &Config::DEFAULT);
/// assert!(after == state && effects.notes.is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct WallTime {
    /// Milliseconds since 1970-01-01 00:00 UTC, without leap seconds.
    pub unix_ms: u64,
    /// How good it is.
    pub quality: ClockQuality,
}
