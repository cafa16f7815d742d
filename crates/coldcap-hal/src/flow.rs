//! The flow meter: a count of edges becomes [`Pulses`] in a window of time.
//!
//! The board counts edges, in a timer that counts by itself or in an interrupt, and says at every tick how many there
//! were since it began to count: a number that turns over. [`FlowCounter`] makes the reading of it. Where there is
//! neither, [`PolledEdges`] counts what it sees of a pin.
//!
//! An interrupt that alone writes an `AtomicU32` needs no more than a load and a store, which ARMv6-M has too.

use crate::{fault, level};
use coldcap_units::{Duration, Fault, Instant, Pulses, Reading};
use core::fmt;
use embedded_hal::digital::{InputPin, PinState};

/// A count of edges that turns over: `u16` or `u32`, as wide as what counts. A narrower counter is widened by the board.
pub trait EdgeCount: Copy + sealed::Sealed {
    /// How many edges came since `earlier`, if it turned over once at most.
    #[must_use]
    fn since(self, earlier: Self) -> u32;
}

impl EdgeCount for u16 {
    fn since(self, earlier: Self) -> u32 {
        u32::from(self.wrapping_sub(earlier))
    }
}

impl EdgeCount for u32 {
    fn since(self, earlier: Self) -> u32 {
        self.wrapping_sub(earlier)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u16 {}
    impl Sealed for u32 {}
}

/// How edges are counted, and what cannot be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlowCounting {
    slot: Duration,
    longest_gap: Duration,
    fastest_hz: u32,
}

/// Why [`FlowCounting`] is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CountingError {
    /// The window is shorter than [`SLOTS`] milliseconds.
    WindowTooShort,
    /// The longest gap between two samples is zero, or longer than the window.
    GapOutOfRange,
    /// The fastest rate is zero.
    NoRate,
    /// As many edges as a reading can hold, 65 535, would be plausible in a window.
    TooManyEdges,
}

impl fmt::Display for CountingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WindowTooShort => "the window of a flow meter must be at least 8 ms",
            Self::GapOutOfRange => "the longest gap must be above 0 and no longer than the window",
            Self::NoRate => "the fastest rate of edges must not be zero",
            Self::TooManyEdges => "a window must hold fewer than 65535 edges at the fastest rate",
        })
    }
}

impl core::error::Error for CountingError {}

/// In how many parts a window is counted, so that it can slide.
pub const SLOTS: usize = 8;

impl FlowCounting {
    /// Eight ticks of 100 ms, at most half a second without a sample, at most 1 000 edges a second.
    ///
    /// That is for the reference meter, ten edges a millilitre, at six times its flow. Readings are then never more
    /// than a tick old, and a window holds 40 edges at the guard's least flow of 300 mL/min.
    ///
    /// ```
    /// use coldcap_hal::FlowCounting;
    /// use coldcap_units::Duration;
    /// let (window, gap) = (Duration::from_millis(800), Duration::from_millis(500));
    /// assert_eq!(FlowCounting::new(window, gap, 1_000), Ok(FlowCounting::REFERENCE));
    /// ```
    pub const REFERENCE: Self = Self {
        slot: Duration::from_millis(100),
        longest_gap: Duration::from_millis(500),
        fastest_hz: 1_000,
    };

    /// Counts over a sliding window that is `window` long at least and by no more than two samples longer, in eighths.
    /// Two samples that are further apart than `longest_gap` say nothing, and neither do more than `fastest_hz` edges a
    /// second: no flow is that fast, it is bounce or interference.
    ///
    /// # Units
    /// Edges a second.
    ///
    /// # Errors
    /// [`CountingError`] says which figure does not fit.
    ///
    /// # Panics
    /// Never.
    pub const fn new(
        window: Duration,
        longest_gap: Duration,
        fastest_hz: u32,
    ) -> Result<Self, CountingError> {
        let slot = Duration::from_millis(window.as_millis().div_ceil(SLOTS as u32));
        if window.as_millis() < SLOTS as u32 {
            return Err(CountingError::WindowTooShort);
        }
        if longest_gap.is_zero() || longest_gap.as_millis() > window.as_millis() {
            return Err(CountingError::GapOutOfRange);
        }
        if fastest_hz == 0 {
            return Err(CountingError::NoRate);
        }
        let it = Self { slot, longest_gap, fastest_hz };
        // Each slot, and the one that is being filled, may be longer than it should be by a gap. So a counter of 16 bits
        // cannot turn over twice between two samples either.
        let longest =
            slot.plus(longest_gap).as_millis().saturating_mul((SLOTS as u32).saturating_add(1));
        if it.plausible(Duration::from_millis(longest)) >= u16::MAX as u32 {
            return Err(CountingError::TooManyEdges);
        }
        Ok(it)
    }

    /// How many edges may come in so long a time: one more than the rate allows, since an edge may fall on either end.
    const fn plausible(self, span: Duration) -> u32 {
        let edges = (self.fastest_hz as u64).saturating_mul(span.as_millis() as u64) / 1_000;
        let edges = edges.saturating_add(1);
        if edges > u32::MAX as u64 { u32::MAX } else { edges as u32 }
    }

    fn is_too_many(self, counted: Pulses) -> bool {
        u32::from(counted.edges) > self.plausible(counted.window)
    }
}

/// Makes the reading of a flow meter from a count that turns over.
///
/// [`sample`](Self::sample) is called at every tick. The reading is of a window that slides, so it is as fresh as the
/// sample. Where something was wrong nothing of it is counted, and no reading is given before a whole window has been
/// counted anew:
///
/// | fault | what happened |
/// |---|---|
/// | [`Fault::Unavailable`] | no window has been counted yet, or time went back |
/// | [`Fault::Stale`] | a sample was missed, so that the counter may have turned over unseen |
/// | [`Fault::AboveRange`] | more edges came than a flow makes: bounce, interference, or a counter that was reset |
/// | any other | what the board handed in |
///
/// A meter that stands gives no edges, which is a flow of zero, and so does one whose wire is broken: whether coolant should
/// move is for the guard.
///
/// ```
/// use coldcap_hal::{FlowCounter, FlowCounting};
/// use coldcap_units::{Duration, Fault, Instant, Pulses};
///
/// let mut meter = FlowCounter::new(FlowCounting::REFERENCE);
/// let mut count = 65_500_u16; // it turns over on the way
/// let mut reading = meter.sample(Instant::from_millis(1_000), Ok(count));
/// assert_eq!(reading.value, Err(Fault::Unavailable));
/// for tick in 11..=18 {
///     count = count.wrapping_add(17); // 170 edges a second, about 1 L/min
///     reading = meter.sample(Instant::from_millis(tick * 100), Ok(count));
/// }
/// let window = Duration::from_millis(800);
/// assert_eq!(reading.value, Ok(Pulses { edges: 136, window }));
/// assert_eq!(reading.taken, Instant::from_millis(1_800));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FlowCounter<C> {
    counting: FlowCounting,
    last: Option<(Instant, C)>,
    /// The slots that are full, the oldest first; one that is not counted yet is empty.
    slots: [Pulses; SLOTS],
    open: Pulses,
    blind: Fault,
}

const EMPTY: Pulses = Pulses { edges: 0, window: Duration::ZERO };

impl<C: EdgeCount> FlowCounter<C> {
    /// A meter of which nothing has been counted yet.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(counting: FlowCounting) -> Self {
        let (slots, open) = ([EMPTY; SLOTS], EMPTY);
        Self { counting, last: None, slots, open, blind: Fault::Unavailable }
    }

    /// The reading at `now`, where the counter stands at `count` or cannot be read. Two samples at one instant are
    /// one, and the later count is taken with the next.
    ///
    /// # Panics
    /// Never. The time is bounded: three passes over the [`SLOTS`].
    pub fn sample(&mut self, now: Instant, count: Result<C, Fault>) -> Reading<Pulses> {
        match (count, self.last) {
            (Err(fault), _) => self.restart(None, fault),
            (Ok(count), None) => self.restart(Some((now, count)), self.blind),
            (Ok(count), Some(last)) => self.count(now, count, last),
        }
        fault::reading(self.value(), now)
    }

    fn count(&mut self, now: Instant, count: C, (then, earlier): (Instant, C)) {
        let (span, here) = (now.since(then), Some((now, count)));
        if now < then {
            return self.restart(here, Fault::Unavailable);
        }
        if span.is_zero() {
            return;
        }
        if span > self.counting.longest_gap {
            return self.restart(here, Fault::Stale);
        }
        let edges = u16::try_from(count.since(earlier)).unwrap_or(u16::MAX);
        let counted = Pulses { edges, window: span };
        self.last = here;
        self.add(counted);
        // A burst within one sample is seen there; what is a little too much in each, in all of them together.
        if self.counting.is_too_many(counted) || self.counting.is_too_many(self.counted()) {
            self.restart(here, Fault::AboveRange);
        }
    }

    fn add(&mut self, counted: Pulses) {
        self.open = joined(self.open, counted);
        if self.open.window >= self.counting.slot {
            self.slots.rotate_left(1);
            if let Some(newest) = self.slots.last_mut() {
                *newest = self.open;
            }
            self.open = EMPTY;
        }
    }

    /// Counts anew, and says `fault` until a whole window is counted.
    fn restart(&mut self, last: Option<(Instant, C)>, fault: Fault) {
        *self = Self { last, blind: fault, ..Self::new(self.counting) };
    }

    fn value(&self) -> Result<Pulses, Fault> {
        if self.slots.iter().any(|slot| slot.window.is_zero()) {
            return Err(self.blind);
        }
        Ok(self.counted())
    }

    fn counted(&self) -> Pulses {
        self.slots.iter().fold(self.open, |all, slot| joined(all, *slot))
    }
}

fn joined(one: Pulses, other: Pulses) -> Pulses {
    Pulses { edges: one.edges.saturating_add(other.edges), window: one.window.plus(other.window) }
}

/// Counts the edges of a pin that is looked at often: for boards that can neither count in hardware nor by interrupts.
///
/// It sees an edge where two looks differ, so it has to look more than twice as often as edges come; what comes
/// faster is missed, and the flow reads too low, which the guard takes for a flow that is lost. A reference meter at
/// 1 L/min makes 167 edges a second: look every millisecond.
///
/// ```
/// use coldcap_hal::{FlowCounter, FlowCounting, PolledEdges};
/// use coldcap_units::Instant;
/// use embedded_hal::digital::PinState;
/// use embedded_hal_mock::eh1::digital::{Mock, State, Transaction};
///
/// let looks = [State::Low, State::High, State::High, State::Low, State::High];
/// let mut pin = Mock::new(&looks.map(Transaction::get));
/// let mut edges = PolledEdges::new(pin.clone(), PinState::High);
/// for _millisecond in looks {
///     edges.poll();
/// }
/// assert_eq!(edges.count(), Ok(2));
///
/// let mut meter = FlowCounter::new(FlowCounting::REFERENCE);
/// let reading = meter.sample(Instant::from_millis(100), edges.count());
/// pin.done();
/// ```
#[derive(Debug)]
pub struct PolledEdges<P> {
    pin: P,
    to: PinState,
    is_there: Option<bool>,
    count: u32,
    fault: Option<Fault>,
}

impl<P: InputPin> PolledEdges<P> {
    /// Counts the edges of `pin` that lead to the level `to`.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub const fn new(pin: P, to: PinState) -> Self {
        Self { pin, to, is_there: None, count: 0, fault: None }
    }

    /// Looks at the pin.
    ///
    /// # Panics
    /// Never.
    pub fn poll(&mut self) {
        match level::is_at(&mut self.pin, self.to) {
            Ok(is_there) => {
                let came = is_there && self.is_there == Some(false);
                self.count = self.count.wrapping_add(u32::from(came));
                self.is_there = Some(is_there);
            }
            Err(fault) => {
                self.fault = Some(fault);
                self.is_there = None;
            }
        }
    }

    /// The count so far, which turns over, for [`FlowCounter::sample`].
    ///
    /// # Errors
    /// The pin could not be read, once at least, since this was asked before: edges may have been missed.
    ///
    /// # Panics
    /// Never.
    pub fn count(&mut self) -> Result<u32, Fault> {
        self.fault.take().map_or(Ok(self.count), Err)
    }
}
