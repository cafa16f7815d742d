//! A byte channel that can be noisy or dead.

use crate::fault::{FaultKind, FaultSchedule};
use crate::parameter::{ParameterError, check};
use crate::random::Random;
use coldcap_units::Instant;
use std::collections::VecDeque;

/// How bad a noisy link is while [`FaultKind::FrameNoise`] is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkParameters {
    /// Probability that a byte arrives with one bit flipped, 0 to 1.
    pub flip: f64,
    /// Probability that a byte does not arrive, 0 to 1.
    pub drop: f64,
}

impl LinkParameters {
    /// One byte in a hundred flipped and one in two hundred dropped: most longer frames are hit.
    #[must_use]
    pub const fn standard() -> Self {
        Self { flip: 0.01, drop: 0.005 }
    }
}

impl Default for LinkParameters {
    fn default() -> Self {
        Self::standard()
    }
}

/// What a link did to the bytes that went into it. The counts saturate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkCounters {
    /// Bytes that went in.
    pub offered: u64,
    /// Bytes that came out with a bit flipped.
    pub flipped: u64,
    /// Bytes that did not come out.
    pub dropped: u64,
}

/// One direction of a link: it passes bytes unchanged, spoils some of them during
/// [`FaultKind::FrameNoise`], and passes nothing during [`FaultKind::LinkLoss`].
///
/// The same seed and the same calls give the same bytes.
///
/// ```
/// use coldcap_sim::{FaultSchedule, LinkParameters, NoisyLink};
/// use coldcap_units::Instant;
///
/// let mut link = NoisyLink::new(LinkParameters::standard(), 1)?;
/// let loss = FaultSchedule::parse("link-loss@10..20")?;
/// let mut arrived = Vec::new();
/// link.carry(b"before", Instant::from_millis(9_999), &loss, &mut arrived);
/// link.carry(b"during", Instant::from_millis(10_000), &loss, &mut arrived);
/// assert_eq!(arrived, b"before");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct NoisyLink {
    parameters: LinkParameters,
    random: Random,
    counters: LinkCounters,
    /// What somebody on the line has kept, oldest first.
    kept: VecDeque<Vec<u8>>,
}

/// How much is kept of what was said, to be said again.
const KEPT: usize = 256;

impl NoisyLink {
    /// A link that is determined by its parameters and `seed`.
    ///
    /// # Errors
    /// A probability is not between 0 and 1.
    pub fn new(parameters: LinkParameters, seed: u64) -> Result<Self, ParameterError> {
        check(&[("flip", parameters.flip, 0.0, 1.0), ("drop", parameters.drop, 0.0, 1.0)])?;
        let (random, counters) = (Random::new(seed), LinkCounters::default());
        Ok(Self { parameters, random, counters, kept: VecDeque::new() })
    }

    /// Carries `bytes` at `now`: what arrives is added to the end of `arrived`.
    pub fn carry(
        &mut self,
        bytes: &[u8],
        now: Instant,
        faults: &FaultSchedule,
        arrived: &mut Vec<u8>,
    ) {
        let (before, offered) = (arrived.len(), bytes.len());
        if faults.active(FaultKind::LinkLoss, now) {
        } else if faults.active(FaultKind::FrameNoise, now) {
            arrived.extend(bytes.iter().filter_map(|byte| self.spoil(*byte)));
        } else {
            arrived.extend_from_slice(bytes);
        }
        let passed = arrived.len().saturating_sub(before);
        self.counters.offered = self.counters.offered.saturating_add(offered as u64);
        let lost = offered.saturating_sub(passed) as u64;
        self.counters.dropped = self.counters.dropped.saturating_add(lost);
        self.replay(bytes, faults.active(FaultKind::Replay, now), arrived);
    }

    /// Behind whatever is said something comes that was said before.
    fn replay(&mut self, bytes: &[u8], replays: bool, arrived: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        if replays && !self.kept.is_empty() {
            let place = self.random.next_u64() as usize % self.kept.len();
            arrived.extend(self.kept.get(place).into_iter().flatten());
        }
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(bytes.to_vec());
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> LinkCounters {
        self.counters
    }

    fn spoil(&mut self, byte: u8) -> Option<u8> {
        if self.random.uniform() <= self.parameters.drop {
            return None;
        }
        if self.random.uniform() > self.parameters.flip {
            return Some(byte);
        }
        self.counters.flipped = self.counters.flipped.saturating_add(1);
        Some(byte ^ (1 << (self.random.next_u64() & 7)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noisy() -> FaultSchedule {
        FaultSchedule::parse("frame-noise@0").expect("valid")
    }

    fn carried(flip: f64, drop: f64, seed: u64) -> (Vec<u8>, LinkCounters) {
        let mut link = NoisyLink::new(LinkParameters { flip, drop }, seed).expect("valid");
        let mut arrived = Vec::new();
        link.carry(&[0x55; 10_000], Instant::ZERO, &noisy(), &mut arrived);
        (arrived, link.counters())
    }

    #[test]
    fn a_quiet_link_changes_nothing() {
        assert_eq!(carried(0.0, 0.0, 1).0, [0x55; 10_000]);
    }

    #[test]
    fn spoils_as_often_as_it_says() {
        let (arrived, counters) = carried(0.1, 0.05, 2);
        assert_eq!(arrived.len() as u64 + counters.dropped, 10_000);
        assert!((400..600).contains(&counters.dropped), "{counters:?}");
        assert!((850..1_050).contains(&counters.flipped), "{counters:?}");
        let odd = arrived.iter().filter(|byte| **byte != 0x55).count() as u64;
        assert_eq!(odd, counters.flipped);
        assert!(arrived.iter().all(|byte| (byte ^ 0x55).count_ones() <= 1));
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(carried(0.1, 0.1, 3), carried(0.1, 0.1, 3));
        assert_ne!(carried(0.1, 0.1, 3), carried(0.1, 0.1, 4));
    }

    #[test]
    fn a_probability_above_one_is_refused() {
        let error = NoisyLink::new(LinkParameters { flip: 1.5, drop: 0.0 }, 0).expect_err("1.5");
        assert_eq!(error.to_string(), "flip is 1.5; allowed is 0 to 1");
    }
}
