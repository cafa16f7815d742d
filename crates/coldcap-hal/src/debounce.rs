//! Contacts bounce: what counts, and from when on.

use coldcap_units::{Duration, Instant};
use core::fmt;

/// For how long a contact must stand before it counts, each way.
///
/// The *cautious* side of a switch is the one that stops or alarms: uncoupled, wet, too low. It never has to stand longer
/// than the good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Debounce {
    cautious: Duration,
    good: Duration,
}

/// Why a [`Debounce`] is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DebounceError {
    /// The cautious side would count later than the good one.
    CautiousIsSlower,
    /// A time is longer than [`Debounce::LONGEST`].
    TooLong,
}

impl fmt::Display for DebounceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CautiousIsSlower => "the cautious side must not count later than the good one",
            Self::TooLong => "no contact bounces for longer than 250 ms",
        })
    }
}

impl core::error::Error for DebounceError {}

impl Debounce {
    /// The longest time. It is below the shortest delay of the guard over a switch, 300 ms of an uncoupled cap, which
    /// begins when the switch counts.
    pub const LONGEST: Duration = Duration::from_millis(250);

    /// The cautious side at once, the good one after 50 ms.
    pub const REFERENCE: Self = Self { cautious: Duration::ZERO, good: Duration::from_millis(50) };

    /// The cautious side counts once it stood for `cautious`, the good one once it stood for `good`, each from the sample
    /// that first saw it on. Zero counts at once.
    ///
    /// # Errors
    /// [`DebounceError`] says what does not fit.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_hal::{Debounce, DebounceError};
    /// use coldcap_units::Duration;
    /// let ms = Duration::from_millis;
    /// assert_eq!(Debounce::new(ms(0), ms(50)), Ok(Debounce::REFERENCE));
    /// assert_eq!(Debounce::new(ms(50), ms(20)), Err(DebounceError::CautiousIsSlower));
    /// ```
    pub const fn new(cautious: Duration, good: Duration) -> Result<Self, DebounceError> {
        if cautious.as_millis() > good.as_millis() {
            Err(DebounceError::CautiousIsSlower)
        } else if good.as_millis() > Self::LONGEST.as_millis() {
            Err(DebounceError::TooLong)
        } else {
            Ok(Self { cautious, good })
        }
    }

    const fn of(self, good: bool) -> Duration {
        if good { self.good } else { self.cautious }
    }
}

/// A gap between two samples in which nobody looked: what stood at its ends may have bounced between them.
const LONGEST_GAP: Duration = Duration::from_secs(1);

/// A contact that is sampled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contact {
    debounce: Debounce,
    /// What counts; `None` while nothing does yet.
    settled: Option<bool>,
    /// What stands and does not count yet, and for how long it has stood.
    pending: Option<(bool, Duration)>,
    last: Option<Instant>,
}

impl Contact {
    pub(crate) const fn new(debounce: Debounce) -> Self {
        Self { debounce, settled: None, pending: None, last: None }
    }

    /// Whether it is good, as far as that is known behind this sample.
    pub(crate) fn sample(&mut self, now: Instant, good: bool) -> Option<bool> {
        let gap = self.last.map_or(Duration::ZERO, |last| now.since(last));
        // Time that nobody watched speaks for the cautious side alone.
        let credit = if good && gap > LONGEST_GAP { Duration::ZERO } else { gap };
        self.last = Some(self.last.map_or(now, |last| last.max(now)));
        let stood = match self.pending {
            Some((pending, stood)) if pending == good => stood.plus(credit),
            _ => Duration::ZERO,
        };
        if self.settled == Some(good) {
            self.pending = None;
        } else if stood >= self.debounce.of(good) {
            (self.settled, self.pending) = (Some(good), None);
        } else {
            self.pending = Some((good, stood));
        }
        self.settled
    }

    /// It could not be sampled: nothing is known until it stood anew.
    pub(crate) fn lost(&mut self) {
        (self.settled, self.pending, self.last) = (None, None, None);
    }

    /// Takes this for what counts, before the first sample.
    pub(crate) fn begin(&mut self, good: bool) {
        self.settled = Some(good);
    }
}
