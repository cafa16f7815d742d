//! The clock of a fit visit's contact test, one rule for the device and for whoever repeats it.

/// What a tick is to the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TestTick {
    /// The target was not reached yet: the test has not begun.
    Waiting,
    /// It counts.
    Counts,
    /// It passes, and counts as missing: the coolant was off its target or stood still.
    Missing,
}

/// Begins with the first tick at the target, and then runs through, whatever happens.
///
/// A test that paused while the coolant is off its target would put together stretches of another course
/// than the one its figures were made for. One tick in ten may be missing
/// ([`ContactTest`](super::ContactTest)); beyond that there is no result.
///
/// ```
/// use coldcap_calibration::contact::{TestClock, TestTick};
/// let mut clock = TestClock::new();
/// assert_eq!(clock.step(false, true), TestTick::Waiting);
/// assert_eq!(clock.step(true, true), TestTick::Counts);
/// assert_eq!(clock.step(false, true), TestTick::Missing);
/// assert_eq!(clock.step(true, false), TestTick::Missing);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TestClock {
    begun: bool,
}

impl TestClock {
    /// Of a test that has not begun.
    #[must_use]
    pub const fn new() -> Self {
        Self { begun: false }
    }

    /// One tick: whether the supply is at its target, and whether coolant moves.
    ///
    /// # Panics
    /// Never.
    pub const fn step(&mut self, at_target: bool, flowing: bool) -> TestTick {
        self.begun |= at_target;
        match (self.begun, at_target && flowing) {
            (false, _) => TestTick::Waiting,
            (true, true) => TestTick::Counts,
            (true, false) => TestTick::Missing,
        }
    }
}
