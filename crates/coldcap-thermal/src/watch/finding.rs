//! What the watch found, and how bad it is.

use core::fmt;

/// What is wrong with a loop.
///
/// The name is the best guess of the cause from what was given: without a companion, a detached sensor
/// and an actuator stuck off are one and the same [`NoProgress`](Self::NoProgress). When each is found,
/// and after how long, is in the table at [`watch`](crate::watch).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// The actuator works and the measurement does not move toward the target: actuator stuck off,
    /// sensor detached, no flow.
    NoProgress,
    /// The actuator works and holds the measurement where only it can, but does not bring it to the
    /// target: not enough power, or too much load. It is only ever a warning.
    Weak,
    /// The measurement moves away from the target although the actuator works.
    Away,
    /// As [`Away`](Self::Away), and it has never moved toward the target: the actuator acts backwards.
    Reversed,
    /// The sensor does not follow, although its companion shows that the actuator works.
    Detached,
    /// The read-back shows less drive than was demanded.
    StuckOff,
    /// The drive is off and the measurement does not come back, or the read-back shows more drive
    /// than was demanded.
    StuckOn,
    /// The deviation integral is used up on the side of too little drive: the target was reached, left
    /// and not found again.
    Deviation,
    /// The measurement has not moved although the drive has, or although there must be noise.
    Frozen,
    /// The measurement is noisier than the limit.
    Noisy,
    /// The companion, which is downstream, is on the wrong side of the measurement under load: the two
    /// sensors are swapped.
    Swapped,
    /// There has been no valid measurement for too long.
    Blind,
    /// The deviation integral is used up on the other side: it is further than the target, where less
    /// drive would bring it back. The actuator does more than it is told, or the sensor lies.
    Overdriven,
}

impl Finding {
    /// Every finding.
    pub const ALL: [Self; 13] = [
        Self::NoProgress,
        Self::Weak,
        Self::Away,
        Self::Reversed,
        Self::Detached,
        Self::StuckOff,
        Self::StuckOn,
        Self::Deviation,
        Self::Frozen,
        Self::Noisy,
        Self::Swapped,
        Self::Blind,
        Self::Overdriven,
    ];

    /// Its name in lower case, as reports print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoProgress => "no_progress",
            Self::Weak => "weak",
            Self::Away => "away",
            Self::Reversed => "reversed",
            Self::Detached => "detached",
            Self::StuckOff => "stuck_off",
            Self::StuckOn => "stuck_on",
            Self::Deviation => "deviation",
            Self::Frozen => "frozen",
            Self::Noisy => "noisy",
            Self::Swapped => "swapped",
            Self::Blind => "blind",
            Self::Overdriven => "overdriven",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Finding {
    /// Whether it says that the sensor or the actuator cannot be trusted: what the loop sees, or what it
    /// does, is not what it thinks. The others say that the loop does not do enough.
    #[must_use]
    pub const fn is_distrust(self) -> bool {
        match self {
            Self::Reversed
            | Self::Detached
            | Self::StuckOn
            | Self::Frozen
            | Self::Noisy
            | Self::Swapped
            | Self::Overdriven => true,
            Self::NoProgress
            | Self::Weak
            | Self::Away
            | Self::StuckOff
            | Self::Deviation
            | Self::Blind => false,
        }
    }
}

/// What a step says about the loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Nothing has been found.
    #[default]
    Ok,
    /// Something looks wrong; the loop may go on.
    Warn(Finding),
    /// Something is wrong: the loop must be switched off.
    Trip(Finding),
}

impl Verdict {
    /// Whether the loop must be switched off.
    #[must_use]
    pub const fn is_trip(self) -> bool {
        matches!(self, Self::Trip(_))
    }

    /// What was found, if anything.
    #[must_use]
    pub const fn finding(self) -> Option<Finding> {
        match self {
            Self::Ok => None,
            Self::Warn(finding) | Self::Trip(finding) => Some(finding),
        }
    }

    /// What was found, if it is a trip and says that sensor or actuator cannot be trusted.
    #[must_use]
    pub(super) fn distrust(self) -> Option<Finding> {
        self.finding().filter(|finding| self.is_trip() && finding.is_distrust())
    }

    /// The worse of two; of two that are equally bad, the first.
    #[must_use]
    pub(super) const fn or_worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Ok, _) | (Self::Warn(_), Self::Trip(_)) => other,
            _ => self,
        }
    }
}
