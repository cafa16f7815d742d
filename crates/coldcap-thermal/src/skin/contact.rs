//! The contact watch: a cold face with little heat is a cap that does not touch.

use coldcap_units::{Duration, Fault};

use super::observer::ContactEvidence;

/// When contact is doubtful, and when no more.
///
/// Between the two resistances lies the dead band: there a verdict stays what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WatchLimits {
    /// From this resistance of hair and air on contact is doubtful, in 10⁻⁶ m²K/W.
    pub doubtful_from_micro: u32,
    /// Up to this resistance a doubtful contact has recovered, in 10⁻⁶ m²K/W.
    pub trusted_to_micro: u32,
    /// Heat must have taught the resistance for so long before anything is said.
    pub after: Duration,
    /// From this resistance on contact is plainly bad, in 10⁻⁶ m²K/W: then less learning suffices.
    pub plain_from_micro: u32,
    /// For how long heat must have taught a plainly bad resistance.
    pub plain_after: Duration,
    /// The resistance must be doubtful for so long.
    pub doubtful_for: Duration,
    /// And trusted for so long.
    pub trusted_for: Duration,
    /// Cooling for so long without evidence is a finding of its own.
    pub silent_for: Duration,
}

impl WatchLimits {
    /// Doubtful from 0.052, trusted again up to 0.045 m²K/W; first word after 6 minutes of learning and
    /// one of persistence, which is 9 minutes after the coolant began to flow. From 0.075 m²K/W on, half
    /// of that learning is enough: under so little heat, coolant at −4 °C freezes the face within 10 min.
    ///
    /// In simulation a resistance of 0.045 or 0.060 m²K/W is then told as 0.048 ± 0.004 or
    /// 0.063 ± 0.005 (one standard deviation over fat, core and sensors).
    pub const REFERENCE: Self = Self {
        doubtful_from_micro: 52_000,
        trusted_to_micro: 45_000,
        after: Duration::from_secs(360),
        plain_from_micro: 75_000,
        plain_after: Duration::from_secs(180),
        doubtful_for: Duration::from_secs(60),
        trusted_for: Duration::from_secs(300),
        silent_for: Duration::from_secs(600),
    };
}

/// What the watch has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactFinding {
    /// Not cooling, or not for long enough.
    Undecided,
    /// Heat flows as through hair under a closed fit.
    Trusted(ContactEvidence),
    /// *Contact doubtful*: too little heat for the difference. The evidence is that of the first
    /// moment. It stays until the cap is re-seated or heat says otherwise for long enough; it is never a
    /// reason to warm anything.
    Doubtful(ContactEvidence),
    /// Cooling, but heat could not be measured: the fault of the heat.
    Unknown(Fault),
}

/// The contact watch of one channel, fed once a tick.
///
/// ```
/// use coldcap_thermal::skin::{ContactEvidence, ContactFinding, ContactWatch, WatchLimits};
/// use coldcap_units::Duration;
///
/// let little = ContactEvidence {
///     heat_mw: 27_000,
///     uptake_mw_per_kelvin: 960,
///     hair_micro: 61_000,
///     hair_low_micro: 47_000,
///     hair_high_micro: 75_000,
///     learned: Duration::from_mins(6),
/// };
/// let mut watch = ContactWatch::new();
/// let mut finding = ContactFinding::Undecided;
/// for _second in 0..61 {
///     finding = watch.step(&WatchLimits::REFERENCE, true, true, Ok(little), Duration::from_secs(1));
/// }
/// assert_eq!(finding, ContactFinding::Doubtful(little));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactWatch {
    doubtful: Option<ContactEvidence>,
    low: Duration,
    high: Duration,
    silent: Duration,
}

impl ContactWatch {
    /// Nothing seen yet.
    #[must_use]
    pub const fn new() -> Self {
        let none = Duration::ZERO;
        Self { doubtful: None, low: none, high: none, silent: none }
    }

    /// One tick: whether the cap is worn, whether coolant is pumped through it, and what the observer
    /// says of the contact.
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        limits: &WatchLimits,
        worn: bool,
        cooling: bool,
        evidence: Result<ContactEvidence, Fault>,
        dt: Duration,
    ) -> ContactFinding {
        if !worn {
            *self = Self::new();
            return ContactFinding::Undecided;
        }
        if !cooling {
            return self.waiting();
        }
        match evidence {
            Ok(evidence) => self.judge(limits, &evidence, dt),
            Err(fault) => self.silence(limits, fault, dt),
        }
    }

    fn judge(
        &mut self,
        limits: &WatchLimits,
        evidence: &ContactEvidence,
        dt: Duration,
    ) -> ContactFinding {
        self.silent = Duration::ZERO;
        let plain = evidence.hair_micro >= limits.plain_from_micro;
        if evidence.learned < if plain { limits.plain_after } else { limits.after } {
            return self.waiting();
        }
        let counted = |holds: bool, so_far: Duration| {
            if holds { so_far.plus(dt) } else { Duration::ZERO }
        };
        self.high = counted(evidence.hair_micro >= limits.doubtful_from_micro, self.high);
        self.low = counted(evidence.hair_micro <= limits.trusted_to_micro, self.low);
        if self.high >= limits.doubtful_for {
            self.doubtful = self.doubtful.or(Some(*evidence));
        } else if self.low >= limits.trusted_for {
            self.doubtful = None;
        }
        self.doubtful.map_or(ContactFinding::Trusted(*evidence), ContactFinding::Doubtful)
    }

    fn silence(&mut self, limits: &WatchLimits, fault: Fault, dt: Duration) -> ContactFinding {
        self.silent = self.silent.plus(dt);
        // A flicker must not throw away what was seen; a long silence does.
        if self.silent >= limits.doubtful_for {
            self.high = Duration::ZERO;
            self.low = Duration::ZERO;
        }
        if self.doubtful.is_none() && self.silent >= limits.silent_for {
            return ContactFinding::Unknown(fault);
        }
        self.waiting()
    }

    /// Nothing new: what was doubtful stays so.
    fn waiting(&self) -> ContactFinding {
        self.doubtful.map_or(ContactFinding::Undecided, ContactFinding::Doubtful)
    }
}

impl Default for ContactWatch {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn evidence(hair_micro: u32, learned_s: u32) -> ContactEvidence {
        ContactEvidence {
            heat_mw: 30_000,
            uptake_mw_per_kelvin: 1_000,
            hair_micro,
            hair_low_micro: hair_micro / 10 * 8,
            hair_high_micro: hair_micro / 10 * 12,
            learned: Duration::from_secs(learned_s),
        }
    }

    fn run(
        watch: &mut ContactWatch,
        evidence: Result<ContactEvidence, Fault>,
        seconds: u32,
    ) -> ContactFinding {
        (0..seconds).fold(ContactFinding::Undecided, |_, _| {
            watch.step(&WatchLimits::REFERENCE, true, true, evidence, SECOND)
        })
    }

    fn doubtful() -> ContactWatch {
        let mut watch = ContactWatch::new();
        let finding = run(&mut watch, Ok(evidence(62_000, 400)), 60);
        assert!(matches!(finding, ContactFinding::Doubtful(_)));
        watch
    }

    #[test]
    fn says_nothing_before_it_has_learned_and_persisted() {
        let mut watch = ContactWatch::new();
        let early = run(&mut watch, Ok(evidence(60_000, 359)), 600);
        assert_eq!(early, ContactFinding::Undecided);
        let short = run(&mut watch, Ok(evidence(60_000, 360)), 59);
        assert!(matches!(short, ContactFinding::Trusted(_)));
    }

    #[test]
    fn a_plainly_bad_contact_needs_less_learning() {
        let mut watch = ContactWatch::new();
        assert_eq!(run(&mut watch, Ok(evidence(90_000, 179)), 600), ContactFinding::Undecided);
        assert_eq!(run(&mut watch, Ok(evidence(74_999, 180)), 600), ContactFinding::Undecided);
        let plain = run(&mut watch, Ok(evidence(75_000, 180)), 60);
        assert!(matches!(plain, ContactFinding::Doubtful(_)));
    }

    #[test]
    fn latches_over_the_dead_band_breaks_and_silence() {
        let mut watch = doubtful();
        let finding = run(&mut watch, Ok(evidence(46_000, 900)), 3_600);
        assert!(matches!(finding, ContactFinding::Doubtful(first) if first.hair_micro == 62_000));
        let silent = run(&mut watch, Err(Fault::Open), 3_600);
        assert!(matches!(silent, ContactFinding::Doubtful(_)));
        let still = watch.step(&WatchLimits::REFERENCE, true, false, Err(Fault::Open), SECOND);
        assert!(matches!(still, ContactFinding::Doubtful(_)));
    }

    #[test]
    fn recovers_by_heat_and_by_reseating() {
        let mut watch = doubtful();
        assert!(matches!(
            run(&mut watch, Ok(evidence(40_000, 900)), 299),
            ContactFinding::Doubtful(_)
        ));
        assert!(matches!(
            run(&mut watch, Ok(evidence(40_000, 900)), 1),
            ContactFinding::Trusted(_)
        ));
        let mut watch = doubtful();
        watch.step(&WatchLimits::REFERENCE, false, false, Err(Fault::Unavailable), SECOND);
        assert_eq!(watch, ContactWatch::new());
    }

    #[test]
    fn no_evidence_is_a_finding() {
        let mut watch = ContactWatch::new();
        assert_eq!(run(&mut watch, Err(Fault::Absent), 599), ContactFinding::Undecided);
        assert_eq!(run(&mut watch, Err(Fault::Absent), 1), ContactFinding::Unknown(Fault::Absent));
    }
}
