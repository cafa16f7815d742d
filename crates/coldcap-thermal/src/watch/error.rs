//! Why settings are refused.

use core::fmt;

use coldcap_units::{Duration, Duty};

/// One of the settings of a watch, or the period that it is stepped with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setting {
    /// The period of the steps.
    Period,
    /// `band`.
    Band,
    /// `reaction`.
    Reaction,
    /// `window`.
    Window,
    /// `progress`.
    Progress,
    /// `patience`.
    Patience,
    /// `deviation`.
    Deviation,
    /// `frozen.step`.
    FrozenStep,
    /// `frozen.moved`.
    FrozenMoved,
    /// `frozen.after`.
    FrozenAfter,
    /// `frozen.still`.
    FrozenStill,
    /// `noise.sigma`.
    NoiseSigma,
    /// `noise.over`.
    NoiseOver,
    /// `read_back.after`.
    ReadBackAfter,
    /// `companion.margin`.
    CompanionMargin,
    /// `companion.after`.
    CompanionAfter,
    /// `blind`.
    Blind,
}

impl Setting {
    /// The field's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Band => "band",
            Self::Reaction => "reaction",
            Self::Window => "window",
            Self::Progress => "progress",
            Self::Patience => "patience",
            Self::Deviation => "deviation",
            Self::FrozenStep => "frozen.step",
            Self::FrozenMoved => "frozen.moved",
            Self::FrozenAfter => "frozen.after",
            Self::FrozenStill => "frozen.still",
            Self::NoiseSigma => "noise.sigma",
            Self::NoiseOver => "noise.over",
            Self::ReadBackAfter => "read_back.after",
            Self::CompanionMargin => "companion.margin",
            Self::CompanionAfter => "companion.after",
            Self::Blind => "blind",
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why settings are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WatchError {
    /// The setting must be more than zero.
    NotPositive(Setting),
    /// The time is longer than a day.
    TooLong(Setting),
    /// The time is shorter than it can work with.
    TooShort {
        /// Which one.
        setting: Setting,
        /// The shortest that is allowed.
        least: Duration,
    },
    /// A drive could be idle and working at once.
    IdleNotBelowWorking {
        /// Up to here the actuator does nothing.
        idle: Duty,
        /// From here on it must win.
        working: Duty,
    },
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPositive(setting) => write!(f, "{setting} must be more than zero"),
            Self::TooLong(setting) => write!(f, "{setting} is longer than a day"),
            Self::TooShort { setting, least } => {
                write!(f, "{setting} is shorter than {} ms", least.as_millis())
            }
            Self::IdleNotBelowWorking { idle, working } => {
                let (idle, working) = (idle.to_permille(), working.to_permille());
                write!(f, "idle drive of {idle} ‰ is not below the working {working} ‰")
            }
        }
    }
}

impl core::error::Error for WatchError {}
