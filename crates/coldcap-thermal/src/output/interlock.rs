//! Two actuators that must never be on together.

use coldcap_units::Duration;

/// One of the two actuators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that goes first if both are asked for: the cooler of a cooling machine, say.
    First,
    /// The other one.
    Second,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// On or off for either side: what is asked for, or what is granted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pair {
    /// The first side is on.
    pub first: bool,
    /// The second side is on.
    pub second: bool,
}

impl Pair {
    /// Both off.
    pub const OFF: Self = Self { first: false, second: false };

    /// Whether this side is on.
    #[must_use]
    pub const fn is_on(&self, side: Side) -> bool {
        match side {
            Side::First => self.first,
            Side::Second => self.second,
        }
    }

    const fn only(side: Side) -> Self {
        Self { first: matches!(side, Side::First), second: matches!(side, Side::Second) }
    }
}

/// How the two sides may take turns. Every pair of times is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InterlockConfig {
    /// Both stay off this long between one side going off and the other going on.
    pub dead_time: Duration,
    /// From when a side has taken over, the other side does not get its turn for this long.
    pub hold: Duration,
}

/// Grants the right to be on to one of two actuators at a time.
///
/// A side that is no longer asked for is off in that very step; no hold keeps it on. The side that had
/// the last turn may come back at once: minimum off times are
/// [`TimeProportion`](super::TimeProportion)'s. The other side has to wait until this one is off, the
/// dead time since then is over, and so is the hold since this one took over. If both are asked for, the
/// side that has the turn keeps it; before anyone has had it, the first gets it.
///
/// A time-proportioned side should not ask in vain: as long as [`wait`](Self::wait) is not zero, call
/// its [`off_now`](super::TimeProportion::off_now), so that its debt and its `achieved` tell the truth.
///
/// ```
/// use coldcap_thermal::output::{Interlock, InterlockConfig, Pair, Side};
/// use coldcap_units::Duration;
///
/// let config = InterlockConfig {
///     dead_time: Duration::from_secs(30),
///     hold: Duration::from_secs(300),
/// };
/// let (second, heat) = (Duration::from_secs(1), Pair { first: false, second: true });
/// let cool = Pair { first: true, second: false };
/// let mut interlock = Interlock::rested();
/// assert_eq!(interlock.step(&config, cool, second), cool);
/// assert_eq!(interlock.step(&config, heat, second), Pair::OFF); // off at once, heat must wait
/// assert_eq!(interlock.wait(&config, Side::Second), Some(Duration::from_secs(299)));
/// assert_eq!(interlock.step(&config, heat, Duration::from_secs(299)), heat);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interlock {
    /// Who had the last turn.
    turn: Option<Side>,
    on: bool,
    /// Since when that side has the turn.
    held: Duration,
    /// Since when both are off.
    idle: Duration,
}

impl Default for Interlock {
    fn default() -> Self {
        Self::new()
    }
}

impl Interlock {
    /// After power-up: nobody knows which side was on last, so both wait for the dead time.
    #[must_use]
    pub const fn new() -> Self {
        Self { turn: None, on: false, held: Duration::ZERO, idle: Duration::ZERO }
    }

    /// Both known to have been off long enough.
    #[must_use]
    pub const fn rested() -> Self {
        Self { idle: Duration::MAX, ..Self::new() }
    }

    /// One step, `dt` after the one before: what may be on until the next step.
    ///
    /// # Panics
    /// Never.
    pub fn step(&mut self, config: &InterlockConfig, asked: Pair, dt: Duration) -> Pair {
        self.elapse(dt);
        if self.on && !self.turn.is_some_and(|side| asked.is_on(side)) {
            self.on = false;
            self.idle = Duration::ZERO;
        }
        if !self.on {
            self.grant(config, asked);
        }
        self.granted()
    }

    /// How long `side` must still wait before it can be granted; `None` while the other side is on, as
    /// that has no end of its own.
    #[must_use]
    pub fn wait(&self, config: &InterlockConfig, side: Side) -> Option<Duration> {
        match self.turn {
            Some(turn) if turn == side => Some(Duration::ZERO),
            Some(_) if self.on => None,
            Some(_) => Some(config.dead_time.minus(self.idle).max(config.hold.minus(self.held))),
            None => Some(config.dead_time.minus(self.idle)),
        }
    }

    /// What is granted until the next step.
    #[must_use]
    pub fn granted(&self) -> Pair {
        match self.turn {
            Some(side) if self.on => Pair::only(side),
            _ => Pair::OFF,
        }
    }

    fn elapse(&mut self, dt: Duration) {
        self.held = self.held.plus(dt);
        if !self.on {
            self.idle = self.idle.plus(dt);
        }
    }

    fn grant(&mut self, config: &InterlockConfig, asked: Pair) {
        let preferred = self.turn.unwrap_or(Side::First);
        let side = if asked.is_on(preferred) { preferred } else { preferred.other() };
        if !asked.is_on(side) || self.wait(config, side) != Some(Duration::ZERO) {
            return;
        }
        if self.turn != Some(side) {
            self.turn = Some(side);
            self.held = Duration::ZERO;
        }
        self.on = true;
    }
}
