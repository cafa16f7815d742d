//! When something was stored.

use coldcap_units::{Duration, Instant};

pub(crate) const STAMP_BYTES: usize = 16;

/// When something was stored, by the device's own time and, where it has a clock that runs without power, by that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// The device's own time, which begins anew or goes on behind a loss of power as the board has it.
    pub at: Instant,
    /// Seconds since 1970 by a checked clock; `None` where there is none that can be trusted.
    pub clock: Option<u32>,
}

impl Stamp {
    /// How long the machine was without power at most, where it is known: a clock of whole seconds tells it to a second, and what it does not
    /// tell is counted.
    ///
    /// `now` is what the clock shows now. `None` where either is unknown, where it went back, and above `longest`: a clock
    /// that was set is none to trust.
    ///
    /// ```
    /// use coldcap_journal::Stamp;
    /// use coldcap_units::{Duration, Instant};
    ///
    /// let stored = Stamp { at: Instant::from_millis(60_000), clock: Some(1_000_000) };
    /// let day = Duration::from_mins(24 * 60);
    /// assert_eq!(stored.gap(Some(1_000_020), day), Some(Duration::from_millis(20_999)));
    /// assert_eq!(stored.gap(Some(999_999), day), None);
    /// assert_eq!(stored.gap(Some(2_000_000), day), None);
    /// assert_eq!(stored.gap(None, day), None);
    /// ```
    #[must_use]
    pub fn gap(&self, now: Option<u32>, longest: Duration) -> Option<Duration> {
        let seconds = now?.checked_sub(self.clock?)?;
        // From the beginning of one second to the end of another.
        let gap = Duration::from_millis(seconds.checked_mul(1_000)?.checked_add(999)?);
        (gap <= longest).then_some(gap)
    }

    pub(crate) fn to_bytes(self) -> [u8; STAMP_BYTES] {
        let at = u128::from(self.at.as_millis());
        let clock = self.clock.map_or(0, |clock| u128::from(clock) << 64 | 1 << 96);
        (at | clock).to_le_bytes()
    }

    pub(crate) fn from_bytes(bytes: [u8; STAMP_BYTES]) -> Self {
        let [at @ .., _, _, _, _, _, _, _, _] = bytes;
        let [.., c0, c1, c2, c3, known, _, _, _] = bytes;
        Self {
            at: Instant::from_millis(u64::from_le_bytes(at)),
            clock: (known == 1).then_some(u32::from_le_bytes([c0, c1, c2, c3])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_stamp_survives(at in any::<u64>(), clock in any::<Option<u32>>()) {
            let stamp = Stamp { at: Instant::from_millis(at), clock };
            prop_assert_eq!(Stamp::from_bytes(stamp.to_bytes()), stamp);
        }
    }
}
