//! How long a cap has been cold, within a window that moves along.

use super::hold::Tick;
use super::watches::DoseLimits;
use coldcap_units::stored::{Reader, Stored, Writer};
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
    /// Whether the last step saw cold.
    is_cold: bool,
    /// Cold time since somebody has looked; `None` while nobody had to.
    since_look: Option<Duration>,
}

impl Default for DoseWatch {
    fn default() -> Self {
        let zero = Duration::ZERO;
        Self { past: [0; BINS], cold: zero, elapsed: zero, is_cold: false, since_look: None }
    }
}

/// The cold of a channel as a loss of power must leave it: 92 bytes at most, whatever has happened.
///
/// That somebody has looked at the skin is not in it: as an acknowledgement, a look does not outlive the power, and
/// the alarm is there again at once. See [`ChannelDetector::restore_dose`](super::ChannelDetector::restore_dose).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoredDose {
    past: [u16; BINS],
    cold: Duration,
    elapsed: Duration,
    is_cold: bool,
}

impl Default for StoredDose {
    fn default() -> Self {
        DoseWatch::default().stored()
    }
}

/// The bins from the newest on, then the one that fills.
impl Stored for StoredDose {
    fn store(&self, to: &mut Writer<'_>) {
        to.add(&self.past).add(&self.cold).add(&self.elapsed).add(&self.is_cold);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            past: Stored::load(from)?,
            cold: Stored::load(from)?,
            elapsed: Stored::load(from)?,
            is_cold: Stored::load(from)?,
        })
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
        self.count(is_cold, tick.dt.min(limits.bin), limits);
        self.is_cold = is_cold;
        self.total() >= limits.most && self.since_look.is_none_or(|since| since >= limits.again)
    }

    /// Time of a bin at most, cold or not.
    fn count(&mut self, is_cold: bool, dt: Duration, limits: &DoseLimits) {
        if is_cold {
            self.cold = self.cold.plus(dt);
            self.since_look = self.since_look.map(|since| since.plus(dt));
        }
        self.elapsed = self.elapsed.plus(dt);
        if self.elapsed >= limits.bin {
            self.begin_bin(limits);
        }
    }

    pub(super) const fn stored(&self) -> StoredDose {
        let Self { past, cold, elapsed, is_cold, since_look: _ } = *self;
        StoredDose { past, cold, elapsed, is_cold }
    }

    /// After `gap` without power. Coolant that rests warms up: a cap that was cold counts as cold for another bin
    /// at most. An unknown gap is a bin of cold too, and no time: what is not known to have passed forgets nothing.
    pub(super) fn restored(
        stored: &StoredDose,
        gap: Option<Duration>,
        limits: &DoseLimits,
    ) -> Self {
        // req: PWR-004
        let StoredDose { past, cold, elapsed, is_cold } = *stored;
        let mut dose = Self { past, cold, elapsed, is_cold, since_look: None };
        let Some(gap) = gap else {
            dose.cold = dose.cold.plus(if is_cold { limits.bin } else { Duration::ZERO });
            return dose;
        };
        // After a whole window nothing is left to forget.
        let (mut left, mut was_cold) = (gap, is_cold);
        for _ in 0..=BINS {
            let dt = left.min(limits.bin);
            dose.count(was_cold, dt, limits);
            (left, was_cold) = (left.minus(dt), false);
        }
        dose
    }

    fn begin_bin(&mut self, limits: &DoseLimits) {
        let cold = self.cold.min(limits.bin);
        self.past.rotate_right(1);
        let [newest, ..] = &mut self.past;
        *newest = u16::try_from(cold.as_secs()).unwrap_or(u16::MAX);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dose_is_what_it_was_stored_as() {
        let mut past = [0; BINS];
        past.iter_mut().zip(1..).for_each(|(bin, value)| *bin = value);
        let minute = Duration::from_mins(1);
        let dose = StoredDose { past, cold: minute, elapsed: minute.plus(minute), is_cold: true };
        let mut bytes = [0; 89];
        let mut writer = Writer::new(&mut bytes);
        dose.store(&mut writer);
        assert_eq!(writer.finish(), Some(89));
        assert_eq!((bytes[0], bytes[78], bytes[88]), (1, 40, 1));
        assert_eq!(bytes[80..88], [0x60, 0xEA, 0, 0, 0xC0, 0xD4, 1, 0]);
        assert_eq!(StoredDose::load(&mut Reader::new(&bytes)), Some(dose));
        for cut in 0..89 {
            assert_eq!(StoredDose::load(&mut Reader::new(&bytes[..cut])), None);
        }
    }
}
