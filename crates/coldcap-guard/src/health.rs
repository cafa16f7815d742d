//! The proof that the guard ran, to be spent on the watchdog.
//!
//! A watchdog that is fed from a timer proves that a timer runs. Here the driver of the watchdog takes a
//! [`HealthProof`] by value, and the only way to one is a tick in which every detector and every gate
//! ran. Each stage remembers the instant of its last run; a stage that was skipped hands over an older
//! one, and a clock that stands still gives no second proof.
//!
//! ```
//! use coldcap_guard::health::{HealthProof, Watch};
//! use coldcap_guard::interlock::{Demand, Gate, Permit};
//! use coldcap_units::Instant;
//!
//! fn feed_the_watchdog(_proof: HealthProof) {}
//!
//! let (mut watch, mut gate) = (Watch::new(), Gate::default());
//! let now = Instant::from_millis(100);
//! let detected = [Some(now)]; // from `ChannelDetector::last_step`, in earnest
//! assert!(watch.prove(now, &detected, &[gate.last_step()]).is_none());
//!
//! gate.limit(now, Demand::default(), &Permit::NONE);
//! let proof = watch.prove(now, &detected, &[gate.last_step()]).unwrap();
//! feed_the_watchdog(proof);
//! assert!(watch.prove(now, &detected, &[gate.last_step()]).is_none());
//! ```

use coldcap_units::Instant;

/// Proof that detection and interlock ran in one tick. It can be moved and spent, not copied or made.
///
/// ```compile_fail,E0599
/// fn twice(proof: coldcap_guard::health::HealthProof) {
///     let _copy = proof.clone();
/// }
/// ```
///
/// ```compile_fail,E0382
/// fn twice(proof: coldcap_guard::health::HealthProof) {
///     drop(proof);
///     drop(proof);
/// }
/// ```
///
/// ```compile_fail,E0451
/// use coldcap_units::Instant;
/// let forged = coldcap_guard::health::HealthProof { tick: Instant::ZERO };
/// ```
///
/// ```compile_fail,E0599
/// let forged = coldcap_guard::health::HealthProof::default();
/// ```
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a proof that is not spent lets the watchdog bite"]
pub struct HealthProof {
    tick: Instant,
}

impl HealthProof {
    /// The tick that is proven.
    #[must_use]
    pub const fn tick(&self) -> Instant {
        self.tick
    }
}

/// Issues at most one [`HealthProof`] a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Watch {
    proven: Option<Instant>,
}

impl Watch {
    /// Nothing is proven yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { proven: None }
    }

    /// The proof for the tick of `now`, if every stage ran in it.
    ///
    /// `detect` and `interlock` are what `last_step` of each detector and of each gate returned. There
    /// is no proof if either list is empty, if any stage last ran at another instant than `now`, or if
    /// `now` is not later than the last tick that was proven.
    ///
    /// # Panics
    /// Never.
    pub fn prove(
        &mut self,
        now: Instant,
        detect: &[Option<Instant>],
        interlock: &[Option<Instant>],
    ) -> Option<HealthProof> {
        // req: INT-018
        let ran = |stages: &[Option<Instant>]| {
            !stages.is_empty() && stages.iter().all(|&stage| stage == Some(now))
        };
        if !ran(detect) || !ran(interlock) || Some(now) <= self.proven {
            return None;
        }
        self.proven = Some(now);
        Some(HealthProof { tick: now })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: Option<Instant> = Some(Instant::from_millis(100));
    const NOW: Instant = Instant::from_millis(200);

    fn proves(detect: &[Option<Instant>], interlock: &[Option<Instant>]) -> bool {
        Watch::new().prove(NOW, detect, interlock).is_some()
    }

    #[test]
    fn every_stage_must_have_run_in_this_tick() {
        let now = Some(NOW);
        assert!(proves(&[now, now], &[now]));
        assert!(!proves(&[now, EARLY], &[now]) && !proves(&[now, None], &[now]));
        assert!(!proves(&[now], &[EARLY]) && !proves(&[now], &[None]));
        assert!(!proves(&[], &[now]) && !proves(&[now], &[]));
        let later = Some(Instant::from_millis(300));
        assert!(!proves(&[later], &[later]));
    }

    #[test]
    fn one_proof_a_tick() {
        let mut watch = Watch::new();
        let mut prove = |now| watch.prove(now, &[Some(now)], &[Some(now)]).map(|p| p.tick());
        assert_eq!(prove(NOW), Some(NOW));
        assert_eq!(prove(NOW), None);
        assert_eq!(prove(Instant::from_millis(100)), None);
        let next = Instant::from_millis(201);
        assert_eq!(prove(next), Some(next));
    }
}
