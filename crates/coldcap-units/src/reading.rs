//! A value or a fault, with the instant it was taken.

use crate::{Duration, Fault, Instant};

/// A sensor value or a typed fault, and when it was taken.
///
/// A reading is never a number where the sensor gave none: the fault takes the number's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reading<T> {
    /// The value, or why there is none.
    pub value: Result<T, Fault>,
    /// When it was taken, on the device's monotonic time.
    pub taken: Instant,
}

impl<T> Default for Reading<T> {
    fn default() -> Self {
        Self::absent()
    }
}

impl<T> Reading<T> {
    /// A valid value taken at `taken`.
    #[must_use]
    pub const fn new(value: T, taken: Instant) -> Self {
        Self { value: Ok(value), taken }
    }

    /// A fault seen at `taken`.
    #[must_use]
    pub const fn faulty(fault: Fault, taken: Instant) -> Self {
        Self { value: Err(fault), taken }
    }

    /// The reading of a sensor that this machine does not have.
    #[must_use]
    pub const fn absent() -> Self {
        Self { value: Err(Fault::Absent), taken: Instant::ZERO }
    }

    /// How old the reading is at `now`.
    #[must_use]
    pub const fn age(&self, now: Instant) -> Duration {
        now.since(self.taken)
    }
}

impl<T: Copy> Reading<T> {
    /// The value, unless it is a fault or older than `oldest` at `now`.
    ///
    /// # Errors
    /// The reading's own fault, or [`Fault::Stale`] when it is too old. A reading from the future has
    /// age zero: a clock that steps back must not look like a stale sensor.
    pub fn within(&self, now: Instant, oldest: Duration) -> Result<T, Fault> {
        let value = self.value?;
        if self.age(now) > oldest { Err(Fault::Stale) } else { Ok(value) }
    }

    /// The same reading with its value converted; a fault of the conversion takes the value's place.
    #[must_use]
    pub fn and_then<U>(self, convert: impl FnOnce(T) -> Result<U, Fault>) -> Reading<U> {
        Reading { value: self.value.and_then(convert), taken: self.taken }
    }

    /// The same reading with its value converted by a conversion that cannot fail.
    #[must_use]
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Reading<U> {
        Reading { value: self.value.map(convert), taken: self.taken }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_outlives_its_age() {
        let reading: Reading<u8> = Reading::faulty(Fault::Open, Instant::ZERO);
        let late = Instant::from_millis(1_000_000);
        assert_eq!(reading.within(late, Duration::ZERO), Err(Fault::Open));
    }

    #[test]
    fn age_is_allowed_up_to_the_limit() {
        let reading = Reading::new(7, Instant::from_millis(100));
        let limit = Duration::from_millis(50);
        assert_eq!(reading.within(Instant::from_millis(150), limit), Ok(7));
        assert_eq!(reading.within(Instant::from_millis(151), limit), Err(Fault::Stale));
        assert_eq!(reading.within(Instant::from_millis(0), limit), Ok(7));
    }

    #[test]
    fn conversion_keeps_the_instant() {
        let reading = Reading::new(3, Instant::from_millis(9));
        let converted = reading.and_then(|_| Err::<u8, _>(Fault::AboveRange));
        assert_eq!((converted.value, converted.taken), (Err(Fault::AboveRange), reading.taken));
        assert_eq!(reading.map(|value| value + 1).value, Ok(4));
    }
}
