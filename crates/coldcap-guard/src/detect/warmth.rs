//! Warmer than the treatment asks for, for long.

use super::hold::Hold;
use coldcap_units::Duration;

/// What is seen of the temperature that is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Warmth {
    /// No treatment is on, or none that ever was cold enough: nothing can be too warm.
    #[default]
    Idle,
    /// A treatment is on, but coolant rests or comes back from a rest: warmth is expected.
    Expected,
    /// The temperature that is held is near its target or colder.
    Reached,
    /// It is neither: neither near the target nor too warm.
    Between,
    /// It is warmer than its target by more than is allowed.
    Warm,
    /// It cannot be read: nothing is known, so nothing changes. Its sensor has an alarm of its own.
    Unseen,
}

/// Finds a lasting deviation toward warm.
///
/// Nothing is said before the target was reached once: at the start every cap is warm. What a rest
/// warms is not held against the cap either. The story behind it: a head cooled at 13 °C by its setting
/// stood at 14.3 to 14.7 °C for three hours, and the next shift found it (FDA MAUDE).
///
/// ```
/// use coldcap_guard::detect::{Warmth, WarmthWatch};
/// use coldcap_units::Duration;
///
/// let (mut watch, minute) = (WarmthWatch::default(), Duration::from_mins(1));
/// assert!(!(0..60).any(|_| watch.step(Warmth::Warm, minute))); // on its way down
/// watch.step(Warmth::Reached, minute);
/// let warm: Vec<bool> = (0..12).map(|_| watch.step(Warmth::Warm, minute)).collect();
/// assert_eq!(warm.iter().position(|warm| *warm), Some(10));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct WarmthWatch {
    reached: bool,
    warm: Hold,
}

impl WarmthWatch {
    /// A deviation must last so long. 10 min; coldcap's own proposal.
    pub const LASTS: Duration = Duration::from_mins(10);

    /// What was known before power failed: whether the target had been reached, and whether the cap was too warm. The time
    /// of a deviation that was not yet too long begins anew.
    #[must_use]
    pub fn restored(reached: bool, too_warm: bool) -> Self {
        let mut watch = Self { reached, warm: Hold::default() };
        if too_warm {
            // The first step begins the time, the second lets it pass.
            watch.warm.step(true, Duration::ZERO);
            watch.warm.step(true, Self::LASTS);
        }
        watch
    }

    /// Whether the target was reached.
    #[must_use]
    pub const fn has_reached(&self) -> bool {
        self.reached
    }

    /// One step; whether the cap is too warm. What was, stays so while warmth is expected: an interruption cools nothing.
    /// One reading that is missing neither ends the time of a deviation nor adds to it.
    ///
    /// # Panics
    /// Never.
    pub fn step(&mut self, seen: Warmth, dt: Duration) -> bool {
        // req: INT-016
        self.reached = match seen {
            Warmth::Idle => false,
            Warmth::Reached => true,
            _ => self.reached,
        };
        if seen == Warmth::Unseen || (seen == Warmth::Expected && self.warm.reached(Self::LASTS)) {
            return self.warm.reached(Self::LASTS);
        }
        let warm = self.reached && seen == Warmth::Warm;
        self.warm.step(warm, dt).reached(Self::LASTS)
    }
}
