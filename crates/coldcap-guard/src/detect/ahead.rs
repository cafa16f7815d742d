//! A freeze that has not come yet: the safety sensor's fall, followed for a moment.

use super::limits::Limits;
use coldcap_units::{Duration, Instant, Ratio, unsigned_quotient};

/// Findings in a row that are needed. A single step of the sensor, however large, makes two: it falls
/// into one mean, and the next one has all of it.
const IN_A_ROW: u8 = 3;
/// Samples further apart than this belong to no common line.
const LONGEST_GAP: Duration = Duration::from_secs(1);

/// What the predictor remembers: the mean before, and the sum of the one that is being taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct AheadWatch {
    latest: Option<Instant>,
    sum: u64,
    count: u8,
    before: Option<Mean>,
    in_a_row: u8,
}

/// A mean of codes, and when its last sample was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Mean {
    code: u32,
    until: Instant,
}

impl AheadWatch {
    /// One step with the raw code that was taken at `taken`, if it can be read. A sample that cannot be
    /// read, or was seen before, changes nothing.
    pub(super) fn step(&mut self, code: Option<Ratio>, taken: Instant, limits: &Limits) -> bool {
        // req: INT-017
        let Some(code) = code.filter(|_| self.latest != Some(taken)) else {
            return self.is_ahead();
        };
        if self.latest.is_some_and(|latest| taken < latest || taken.since(latest) > LONGEST_GAP) {
            *self = Self::default();
        }
        self.latest = Some(taken);
        self.sum = self.sum.saturating_add(u64::from(code.0));
        self.count = self.count.saturating_add(1);
        if self.count >= limits.watches.ahead.samples {
            self.judge(taken, limits);
        }
        self.is_ahead()
    }

    const fn is_ahead(&self) -> bool {
        self.in_a_row >= IN_A_ROW
    }

    fn judge(&mut self, taken: Instant, limits: &Limits) {
        let code = unsigned_quotient(self.sum, u64::from(self.count)).unwrap_or(0);
        let mean = Mean { code: u32::try_from(code).unwrap_or(u32::MAX), until: taken };
        let horizon = limits.watches.ahead.horizon;
        let reached = self
            .before
            .is_some_and(|before| mean.foretold(&before, horizon) >= limits.raw.freeze_trip);
        let ahead = reached && !horizon.is_zero();
        self.in_a_row = if ahead { self.in_a_row.saturating_add(1).min(IN_A_ROW) } else { 0 };
        (self.sum, self.count, self.before) = (0, 0, Some(mean));
    }
}

impl Mean {
    /// The code at `horizon` after the last sample, on the line through both means; where the codes do
    /// not rise, the code itself is no prediction and 0 is given. Colder is higher.
    fn foretold(&self, before: &Self, horizon: Duration) -> Ratio {
        let span = u64::from(self.until.since(before.until).as_millis());
        let rise = u64::from(self.code.saturating_sub(before.code));
        if rise == 0 {
            return Ratio(0);
        }
        // The mean stands half a span before its last sample.
        let lead = u64::from(horizon.as_millis()).saturating_add(span >> 1);
        let more = unsigned_quotient(rise.saturating_mul(lead), span).unwrap_or(0);
        let code = u64::from(self.code).saturating_add(more);
        Ratio(u32::try_from(code).unwrap_or(u32::MAX))
    }
}
