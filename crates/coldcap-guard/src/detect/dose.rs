//! How long a cap has been cold, within a window that moves along.

use super::hold::Tick;
use super::watches::DoseLimits;
use coldcap_units::{Duration, Ratio};

/// How many pieces the window has.
const BINS: usize = 40;

/// The cold of the last forty bins, the one under way among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DoseWatch {
    /// Cold seconds of past bins, the newest first.
    past: [u16; BINS],
    /// Cold and elapsed time of the bin under way.
    cold: Duration,
    elapsed: Duration,
    /// Cold time since somebody has looked; `None` while nobody had to.
    since_look: Option<Duration>,
}

impl Default for DoseWatch {
    fn default() -> Self {
        let zero = Duration::ZERO;
        Self { past: [0; BINS], cold: zero, elapsed: zero, since_look: None }
    }
}

impl DoseWatch {
    /// One step: whether the skin should be looked at. `coldest` is the highest code of the cap's
    /// sensors; a cap none of whose sensors can be read counts as cold.
    pub(super) fn step(
        &mut self,
        coldest: Option<Ratio>,
        counts: bool,
        tick: Tick,
        limits: &DoseLimits,
    ) -> bool {
        // req: INT-014
        let is_cold = counts && coldest.is_none_or(|code| code >= limits.cold);
        // A gap longer than a bin was not watched: it is one bin of whatever is seen at its end.
        let dt = tick.dt.min(limits.bin);
        if is_cold {
            self.cold = self.cold.plus(dt);
            self.since_look = self.since_look.map(|since| since.plus(dt));
        }
        self.elapsed = self.elapsed.plus(dt);
        if self.elapsed >= limits.bin {
            self.begin_bin(limits);
        }
        self.total() >= limits.most && self.since_look.is_none_or(|since| since >= limits.again)
    }

    fn begin_bin(&mut self, limits: &DoseLimits) {
        let cold = self.cold.min(limits.bin);
        self.past.rotate_right(1);
        if let Some(newest) = self.past.first_mut() {
            *newest = u16::try_from(cold.as_secs()).unwrap_or(u16::MAX);
        }
        self.cold = self.cold.minus(cold);
        self.elapsed = self.elapsed.minus(limits.bin);
    }

    /// Cold time within the window. The oldest bin is leaving while the newest fills.
    pub(super) fn total(&self) -> Duration {
        let recent = self.past.iter().take(BINS.saturating_sub(1));
        let seconds = recent.fold(0u32, |sum, bin| sum.saturating_add(u32::from(*bin)));
        Duration::from_secs(seconds).plus(self.cold)
    }

    /// Somebody has looked at the skin.
    pub(super) fn looked(&mut self) {
        self.since_look = Some(Duration::ZERO);
    }
}
