//! What a board does with what it found behind a reset.

use coldcap_session::Phase;
use coldcap_units::{Duration, Interface, Reading};

/// Why the microcontroller began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResetCause {
    /// Power came.
    PowerOn,
    /// The supply had sagged.
    BrownOut,
    /// The watchdog was not fed: the software hung.
    Watchdog,
    /// The software asked for it, or ended by a fault of its own.
    Software,
    /// Somebody pressed the key for it, or a tool asked.
    Pin,
    /// The register says none of these.
    Unknown,
}

impl ResetCause {
    /// Whether the software was at fault.
    #[must_use]
    pub const fn is_a_failure(self) -> bool {
        matches!(self, Self::Watchdog | Self::Software | Self::Unknown)
    }
}

/// What is known when a board begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// Why it began.
    pub cause: ResetCause,
    /// The phase of the last checkpoint.
    pub phase: Phase,
    /// How long there was no power: [`Stamp::gap`](crate::Stamp::gap).
    pub gap: Option<Duration>,
    /// What a sensor on the cap's inner face reads now.
    pub face: Reading<Interface>,
    /// How often the software failed in this session already, this time not counted.
    pub failures: u8,
}

/// The limits of the decision. The figures are proposals of this project; no source states any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartLimits {
    /// Behind a longer gap nothing returns by itself: as `Config::short_gap` of the session.
    pub short_gap: Duration,
    /// A cap whose face is warmer than this was without cooling for longer than a short gap, whatever the clock says.
    pub warmest_face: Interface,
    /// Behind so many failures of the software in one session nothing is restored.
    pub failures: u8,
}

impl Default for RestartLimits {
    fn default() -> Self {
        Self {
            short_gap: Duration::from_secs(30),
            warmest_face: Interface::from_milli(15_000),
            failures: 3,
        }
    }
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Restore the session with this gap: cooling may return by itself, by a ramp, once the self-test has passed.
    Auto {
        /// What to hand to the control.
        gap: Duration,
    },
    /// Restore the session with this gap: it is one behind which somebody must act before anything is cooled.
    Confirm {
        /// What to hand to the control; `None` is a gap of unknown length.
        gap: Option<Duration>,
    },
    /// Restore nothing, drive nothing: service.
    Refuse(Refusal),
}

/// Why nothing is restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The software failed too often in one session.
    TooManyFailures,
}

/// Decides from everything that is known. No doubt ever lets cooling return by itself.
///
/// ```
/// use coldcap_journal::restart::{Circumstances, Decision, ResetCause, RestartLimits, decide};
/// use coldcap_session::Phase;
/// use coldcap_units::{Duration, Instant, Interface, Reading};
///
/// let twenty_seconds = Circumstances {
///     cause: ResetCause::BrownOut,
///     phase: Phase::Infusing,
///     gap: Some(Duration::from_secs(20)),
///     face: Reading::new(Interface::from_milli(6_000), Instant::ZERO),
///     failures: 0,
/// };
/// let limits = RestartLimits::default();
/// assert_eq!(decide(&twenty_seconds, &limits), Decision::Auto { gap: Duration::from_secs(20) });
///
/// // The clock says twenty seconds, and the cap that it was an hour.
/// let face = Reading::new(Interface::from_milli(24_000), Instant::ZERO);
/// let warm = Circumstances { face, ..twenty_seconds };
/// assert_eq!(decide(&warm, &limits), Decision::Confirm { gap: None });
/// ```
///
/// Panics: never.
#[must_use]
pub fn decide(known: &Circumstances, limits: &RestartLimits) -> Decision {
    let failed = known.cause.is_a_failure();
    if failed && known.failures.saturating_add(1) >= limits.failures {
        return Decision::Refuse(Refusal::TooManyFailures);
    }
    let short = known.gap.filter(|gap| *gap <= limits.short_gap);
    let Some(gap) = short.filter(|_| known.phase.is_cooling()) else {
        return Decision::Confirm { gap: known.gap };
    };
    match known.face.value {
        Ok(face) if face > limits.warmest_face => Decision::Confirm { gap: None },
        Ok(_) if known.cause != ResetCause::Unknown => Decision::Auto { gap },
        // It is known and short. One that is just too long for cooling to return is told in its place.
        _ => Decision::Confirm { gap: Some(longer(limits.short_gap)) },
    }
}

const fn longer(gap: Duration) -> Duration {
    gap.plus(Duration::from_millis(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_units::{Fault, Instant};

    const GAP: Duration = Duration::from_secs(30);

    fn at(milli: i32) -> Reading<Interface> {
        Reading::new(Interface::from_milli(milli), Instant::ZERO)
    }

    fn known(phase: Phase) -> Circumstances {
        Circumstances {
            cause: ResetCause::PowerOn,
            phase,
            gap: Some(GAP),
            face: at(5_000),
            failures: 0,
        }
    }

    fn decided(known: Circumstances) -> Decision {
        decide(&known, &RestartLimits::default())
    }

    #[test]
    fn only_what_cooled_returns_by_itself() {
        for code in 0..=u8::MAX {
            let Some(phase) = Phase::from_code(code) else { continue };
            let auto = decided(known(phase)) == Decision::Auto { gap: GAP };
            assert_eq!(auto, phase.is_cooling(), "{phase:?}");
        }
    }

    #[test]
    fn a_gap_that_is_long_or_unknown_takes_somebody() {
        let long = Some(GAP.plus(Duration::from_millis(1)));
        for gap in [None, long] {
            let known = Circumstances { gap, ..known(Phase::PreCool) };
            assert_eq!(decided(known), Decision::Confirm { gap });
        }
    }

    #[test]
    fn a_face_that_is_warm_or_unknown_takes_somebody() {
        let cool = Circumstances { face: at(15_000), ..known(Phase::PostCool) };
        assert_eq!(decided(cool), Decision::Auto { gap: GAP });
        let warm = Circumstances { face: at(15_001), ..cool };
        assert_eq!(decided(warm), Decision::Confirm { gap: None });
        let unknown = Circumstances { face: Reading::faulty(Fault::Open, Instant::ZERO), ..cool };
        let Decision::Confirm { gap: Some(gap) } = decided(unknown) else { panic!("restored") };
        assert!(gap > RestartLimits::default().short_gap);
    }

    #[test]
    fn software_that_fails_again_and_again_is_not_restored() {
        for cause in [ResetCause::Watchdog, ResetCause::Software, ResetCause::Unknown] {
            let failed =
                |failures| decided(Circumstances { cause, failures, ..known(Phase::Infusing) });
            assert_ne!(failed(1), Decision::Refuse(Refusal::TooManyFailures));
            assert_eq!(failed(2), Decision::Refuse(Refusal::TooManyFailures));
            assert_eq!(failed(u8::MAX), Decision::Refuse(Refusal::TooManyFailures));
        }
        let power = Circumstances { failures: 9, ..known(Phase::Infusing) };
        assert_eq!(decided(power), Decision::Auto { gap: GAP });
    }
}
