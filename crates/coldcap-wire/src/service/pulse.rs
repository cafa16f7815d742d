//! Signs of life, for either side.

use coldcap_units::{Duration, Instant};

/// How often a side says that it is there.
pub const BEAT_EVERY: Duration = Duration::from_secs(1);

/// A peer is lost after this long without a packet.
pub const SILENCE: Duration = Duration::from_millis(3_500);

/// Says when a heartbeat is due and when the peer is lost.
///
/// ```
/// use coldcap_units::Instant;
/// use coldcap_wire::service::Pulse;
///
/// let at = Instant::from_millis;
/// let mut pulse = Pulse::new();
/// assert_eq!(pulse.beat_due(at(0)), Some(1));
/// pulse.heard(at(100));
/// assert!(!pulse.falls_silent(at(3_599)));
/// assert!(pulse.falls_silent(at(3_600)), "said once");
/// assert!(!pulse.falls_silent(at(3_700)));
/// assert!(pulse.heard(at(4_000)), "it is back");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    heard: Option<Instant>,
    lost: bool,
    beat_due: Instant,
    beats: u16,
}

impl Default for Pulse {
    fn default() -> Self {
        Self::new()
    }
}

impl Pulse {
    /// Nobody was heard.
    #[must_use]
    pub const fn new() -> Self {
        Self { heard: None, lost: false, beat_due: Instant::ZERO, beats: 0 }
    }

    /// Takes note of a packet that was accepted; `true` where the peer had been lost.
    pub fn heard(&mut self, now: Instant) -> bool {
        self.heard = Some(now);
        core::mem::take(&mut self.lost)
    }

    /// Takes note of a packet sent: it stands for a heartbeat.
    pub fn sent(&mut self, now: Instant) {
        self.beat_due = now.plus(BEAT_EVERY);
    }

    /// The nonce of the heartbeat that is due, if one is.
    pub fn beat_due(&mut self, now: Instant) -> Option<u16> {
        // A clock that was set back must not keep it silent.
        let ahead = self.beat_due.since(now) > BEAT_EVERY;
        if self.beat_due > now && !ahead {
            return None;
        }
        self.sent(now);
        self.beats = self.beats.wrapping_add(1);
        Some(self.beats)
    }

    /// `true` once when the silence has lasted [`SILENCE`]. Where the clock was set back the silence is
    /// measured from then on.
    pub fn falls_silent(&mut self, now: Instant) -> bool {
        let Some(heard) = self.heard.filter(|_| !self.lost) else { return false };
        if heard > now {
            self.heard = Some(now);
        }
        self.lost = now.since(heard) >= SILENCE;
        self.lost
    }

    /// Whether the peer was heard and is not lost.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        self.heard.is_some() && !self.lost
    }

    /// When [`beat_due`](Self::beat_due) or [`falls_silent`](Self::falls_silent) has something to say.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        let silent = self.heard.filter(|_| !self.lost).map(|heard| heard.plus(SILENCE));
        silent.map_or(self.beat_due, |silent| silent.min(self.beat_due))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn a_clock_that_was_set_back_neither_silences_nor_hides() {
        let mut pulse = Pulse::new();
        pulse.heard(at(60_000));
        assert!(pulse.beat_due(at(60_000)).is_some());
        assert!(pulse.beat_due(at(10_000)).is_some(), "not in a minute");
        assert!(!pulse.falls_silent(at(10_000)));
        assert!(pulse.falls_silent(at(13_500)));
    }

    proptest! {
        #[test]
        fn lost_is_said_in_time_and_never_of_one_that_was_heard(
            waits in prop::collection::vec((1u32..2_000, any::<bool>()), 1..60),
        ) {
            let mut pulse = Pulse::new();
            let (mut now, mut heard, mut lost) = (at(1_000), None, false);
            for (wait, hears) in waits {
                let end = now.plus(Duration::from_millis(wait));
                while now < end {
                    now = now.plus(Duration::from_millis(10)).min(end);
                    let silent = heard.is_some_and(|heard| now.since(heard) >= SILENCE);
                    prop_assert_eq!(pulse.falls_silent(now), silent && !lost);
                    lost |= silent;
                }
                if hears {
                    prop_assert_eq!(pulse.heard(now), lost);
                    (heard, lost) = (Some(now), false);
                }
                prop_assert_eq!(pulse.is_up(), heard.is_some() && !lost);
            }
        }
    }
}
