//! The freeze limits, on raw codes of the safety sensor.

use super::hold::{Hold, Tick};
use super::limits::Limits;
use crate::{Condition, Conditions};
use coldcap_units::{Instant, Ratio};

/// What the freeze detector remembers.
///
/// A sample that cannot be read proves neither cold nor warmth: it leaves everything as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct FreezeWatch {
    freezing_samples: u8,
    latest: Option<Instant>,
    near: Hold,
}

impl FreezeWatch {
    /// One step with the raw code that was taken at `taken`, if it can be read.
    pub(super) fn step(
        &mut self,
        code: Option<Ratio>,
        taken: Instant,
        tick: Tick,
        limits: &Limits,
    ) -> Conditions {
        if let Some(code) = code {
            self.count(code, taken, limits);
            self.near.step(code >= limits.raw.freeze_near, tick.dt);
        }
        Conditions::EMPTY
            .with_if(Condition::Freeze, self.freezing_samples >= limits.delays.freeze_samples)
            .with_if(Condition::FreezeNear, self.near.reached(limits.delays.freeze_near))
    }

    /// Counts each sample once, however many ticks see it.
    fn count(&mut self, code: Ratio, taken: Instant, limits: &Limits) {
        // req: INT-001
        if code < limits.raw.freeze_trip {
            self.freezing_samples = 0;
        } else if self.latest != Some(taken) {
            let counted = self.freezing_samples.saturating_add(1);
            self.freezing_samples = counted.min(limits.delays.freeze_samples);
        }
        self.latest = Some(taken);
    }
}
