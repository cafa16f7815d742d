//! Driving by hand, as the record tells of it. No decision of the session ever reads it.

use crate::request::Role;
use coldcap_units::Duty;

/// What can be driven by hand. The codes are frozen, and those of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Actuator {
    /// The pump of a channel.
    Pump = 1,
    /// The mixing valve of a channel.
    Valve = 2,
    /// The chiller, which is the machine's: every channel's record tells of it.
    Chiller = 3,
}

impl Actuator {
    /// Every actuator, in order of its code.
    pub const ALL: [Self; 3] = [Self::Pump, Self::Valve, Self::Chiller];

    /// The frozen code, 1 to 3.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pump => "pump",
            Self::Valve => "valve",
            Self::Chiller => "chiller",
        }
    }

    /// The actuator with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|actuator| actuator.code() == code)
    }
}

/// Why driving by hand ended. The codes are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum HandEnd {
    /// Who drove asked for it.
    Asked = 1,
    /// The lease was over, and nobody had renewed it.
    Expired = 2,
    /// Somebody stopped: a channel, or the machine.
    Stopped = 3,
    /// The phase changed, or somebody wanted to begin.
    Begun = 4,
    /// The guard took it away, or what it needs was not there any more.
    Denied = 5,
    /// The host was silent for too long.
    HostLost = 6,
}

impl HandEnd {
    /// Every end, in order of its code.
    pub const ALL: [Self; 6] =
        [Self::Asked, Self::Expired, Self::Stopped, Self::Begun, Self::Denied, Self::HostLost];

    /// The frozen code, 1 to 6.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Expired => "expired",
            Self::Stopped => "stopped",
            Self::Begun => "begun",
            Self::Denied => "denied",
            Self::HostLost => "host_lost",
        }
    }

    /// The end with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.code() == code)
    }
}

/// What became of an actuator that is driven by hand. A renewal that changes nothing is not told.
///
/// A loss of power ends it without a word of its own: that the machine came back tells of it.
///
/// ```
/// use coldcap_session::{Actuator, ByHand, Config, Event, Role, State, step};
/// use coldcap_units::Duty;
///
/// let driven = ByHand::Driven {
///     actuator: Actuator::Pump,
///     duty: Duty::from_permille(500),
///     role: Role::Service,
/// };
/// let state = State::new();
/// let (after, effects) = step(&state, &Event::ByHand(driven), &Config::DEFAULT);
/// assert!(after == state && effects.notes.is_empty());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByHand {
    /// It is driven from now on, or otherwise than before.
    Driven {
        /// What is driven.
        actuator: Actuator,
        /// How strongly. It is what was asked for: guard and mains may leave less of it.
        duty: Duty,
        /// Who drives it.
        role: Role,
    },
    /// It is not driven any more.
    Ended {
        /// What was driven.
        actuator: Actuator,
        /// Why it ended.
        end: HandEnd,
    },
}
